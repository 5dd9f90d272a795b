/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit - who did what when, chained by hash.
 *
 * Owns the tables audit_entry and audit_chain.
 *
 * Always true:
 *   1. Every change and every sign-in has an entry, written in the same
 *      transaction as what it tells of.
 *   2. Each entry holds SM3 (GB/T 32905) of the entry before it in its chain
 *      and of its own content; audit_verify finds any entry that was altered,
 *      removed or swapped, and a chain that was cut short.
 *   3. Entries are never changed or deleted by the program.
 *   4. No password, token or session secret stands in an entry.
 *
 * There is one chain for each writing connection (db_chain), because a single
 * chain would make every transaction on PostgreSQL wait for the one before.
 */
#ifndef ENGINE_AUDIT_AUDIT_H
#define ENGINE_AUDIT_AUDIT_H

#include "base/base.h"
#include "model/model.h"

struct audit_entry {
    int64_t id, chain, seq;
    instant at;
    int64_t account_id;
    const char *actor, *channel, *address, *action, *noun;
    int64_t noun_id;
    const char *detail, *hash;
};

extern const struct model audit_entry_model;

/* Add an entry in the caller's transaction (or in one of its own).  NOUN and
   DETAIL (a JSON text) may be NULL. */
enum err audit_write(struct call *c, const char *action, const char *noun,
                     int64_t noun_id, const char *detail) MUST_USE;

/* One change of one thing, as its history shows it: who did it from where is
   the audit administrator's to know. */
struct change {
    int64_t id;
    instant at;
    const char *actor, *action, *noun;
    int64_t noun_id;
    const char *detail; /* {field: [old, new]} */
};

extern const struct model change_model;

/* The changes of the thing NOUN, ID, oldest first unless the list says
   otherwise.  Who may see them is the caller's to check. */
enum err audit_history(struct call *c, struct list *l, const char *noun,
                       int64_t id) MUST_USE;

/* What verification found. */
struct audit_report {
    int64_t chains, entries, faults;
    const char *first_fault; /* in words; NULL when all is well */
};

extern const struct model audit_report_model;

/* Recompute every chain.  OK also when faults were found: look at REPORT. */
enum err audit_verify(struct call *c, struct audit_report *report) MUST_USE;

/* The entries, newest first, for the audit administrator (audit.see). */
enum err audit_list(struct call *c, struct list *l) MUST_USE;

#endif
