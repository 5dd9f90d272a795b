/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit - who did what when, chained by hash, signed, and compared with what
 * the tables hold.
 *
 * Owns the tables audit_entry, audit_chain, audit_seal and audit_cover.
 *
 * Always true:
 *   1. Every change and every sign-in has an entry, written in the same
 *      transaction as what it tells of.  So have refusals, exports and
 *      readings of the audit, after a bound of each account and minute as a
 *      number only.
 *   2. Each entry holds SM3 (GB/T 32905) of the entry before it in its chain
 *      and of its own content; audit_verify finds any entry that was altered,
 *      removed or swapped, a chain that was cut short, and one whose opening
 *      the register (chain 0) does not know.
 *   3. The entry of a change holds the digest of the row as it was written
 *      (model/proof.h); audit_verify finds rows that were changed, added or
 *      removed by somebody else.
 *   4. Where there is a key, the heads of all chains are signed (SM2, GB/T
 *      32918) every ten minutes, at the end and on demand.  Whoever has only
 *      the database can rewrite nothing that was signed.  What does not
 *      continue the last seal is not signed.
 *   5. Entries are never changed or deleted by the program.
 *   6. No password, token or session secret stands in an entry.
 *
 * There is one chain for each writing connection (db_chain), because a single
 * chain would make every transaction on PostgreSQL wait for the one before.
 * What the chains prove and what they cannot is docs/decisions/0026.
 */
#ifndef ENGINE_AUDIT_AUDIT_H
#define ENGINE_AUDIT_AUDIT_H

#include "base/base.h"
#include "base/sm3.h"
#include "model/model.h"

struct audit_entry {
    int64_t id, chain, seq;
    instant at;
    int64_t account_id;
    const char *actor, *channel, *address, *action, *noun;
    int64_t noun_id;
    const char *detail, *hash;
    const char *about; /* what NOUN_ID is called now, for whoever reads */
    const char *names; /* JSON, or NULL: what the ids in the detail are */
};

extern const struct model audit_entry_model;

/* Add an entry in the caller's transaction (or in one of its own).  NOUN and
   DETAIL (a JSON text) may be NULL.  The entry takes along the digests of the
   rows of NOUN, NOUN_ID that were written before it. */
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

/* The entries, newest first, for the audit administrator (audit.see).  The
   list's words find what was done with whatever is called so (an order by its
   number, a person, a place), what a person so called has done, and what the
   entries say themselves.  That they were read is an entry too. */
enum err audit_list(struct call *c, struct list *l) MUST_USE;

/* -- what is told of without a change --------------------------------------- */

/*
 * An entry of its own for what may come in floods: a refusal, a reading.  The
 * first AUDIT_PER_MINUTE of an account and ACTION in a minute are written as
 * they are, the rest as one "ACTION.more" with their number, at the next
 * look or at the end.  What cannot be written is told to the log alone.
 */
#define AUDIT_PER_MINUTE 10
void audit_note(struct call *c, const char *action, const char *noun,
                const char *detail);

/* Write the numbers that are due, MAX of them at most; `all`: those of the
   minute under way too. */
enum err audit_tell_more(struct call *c, int64_t max, int64_t *done) MUST_USE;
void audit_tell_all_more(struct call *c);

/* ROWS of NOUN (NULL: everything) go out of the house as FORMAT; FILTER is
   list_asked' or NULL. */
enum err audit_export(struct call *c, const char *noun, const char *format,
                      int64_t rows, const char *filter) MUST_USE;

/* -- rows without entries of their own -------------------------------------- */

/*
 * Covers: the digests of rows that are made in masses (imports, demos), held
 * by one entry for each thousand.  Begun with `noun` and `keep` said and the
 * rest cleared; take each row after it was written, end in the same
 * transaction.
 */
struct audit_cover {
    const char *noun;   /* "order" */
    struct arena *keep; /* outlives the rows' arenas */
    unsigned char *leaves;
    size_t n;
};
/* A row that was written in this TX; it needs no entry of its own then. */
enum err audit_cover_take(struct call *c, struct audit_cover *k,
                          int64_t id) MUST_USE;
enum err audit_cover_end(struct call *c, struct audit_cover *k) MUST_USE;

/* An office made by an older release: its chains are put into the register
   and its rows covered, once.  MODELS: every noun, NULL-ended.  Goes on where
   it was interrupted.  PROGRESS may be NULL. */
enum err audit_catch_up(struct call *c, const struct model *const *models,
                        void (*progress)(int64_t done, int64_t all)) MUST_USE;

/* -- heads and verification -------------------------------------------------- */

struct audit_head {
    int64_t chain, seq;
    const char *hash;
    instant at; /* of the entry; not said: unknown */
};

/* The heads of all chains, by chain; JSON and text as they are kept elsewhere
   and given to audit_verify later.  */
enum err audit_heads(struct call *c, struct audit_head **out,
                     size_t *n) MUST_USE;
const char *audit_heads_json(struct call *c, const struct audit_head *h,
                             size_t n);
const char *audit_heads_text(struct call *c, const struct audit_head *h,
                             size_t n);

/* What verification found. */
struct audit_report {
    int64_t chains, entries;
    instant newest;   /* entry */
    int64_t seals;    /* in the office */
    int64_t unsealed; /* entries behind the newest seal */
    instant sealed_at;
    const char *key; /* the name of the key they were checked with, or NULL */
    int64_t rows;    /* compared with what the audit says of them */
    int64_t covered; /* among them: those whose word is a cover's */
    int64_t faults;
    const char *first_fault; /* in words; NULL when all is well */
    const char *found;       /* JSON list: the first twenty in words */
    const char *heads;       /* JSON list of audit_head */
    /* Of a verification that goes on in the background. */
    bool running;
    const char *part; /* "chains", "seals", "rows" */
    int64_t done, of;
    instant began, ended;
};

extern const struct model audit_report_model;

/* A rule of the tables that no entry tells of: SQL gives the ids of NOUN's rows
   that break it, at most twenty. */
struct audit_rule {
    const char *noun, *sql;
};

#define MAX_FOUND 20

/* What to verify, and how far it is. */
struct audit_check {
    const struct model *const *models; /* rows of these; NULL: no rows */
    const struct audit_rule *rules;    /* NULL-ended by noun */
    const char *expect;   /* file of an earlier output, or of seals */
    const char *key_file; /* of public keys; NULL: the program's own key */
    bool apart; /* a copy by itself: without the office's key and its seals */
    bool (*go_on)(struct audit_check *k); /* now and then; false ends it */
    void *arg;

    struct audit_report report;
    const char *found[MAX_FOUND];
    struct arena *keep; /* of what outlives a page */
};

/*
 * Recompute every chain, check every seal, compare every row.  OK also when
 * faults were found: look at the report.
 *
 * ERR_INVALID  the file of keys holds none, the text to expect no head
 */
enum err audit_verify(struct call *c, struct audit_check *k) MUST_USE;

/* -- the key and the seals --------------------------------------------------- */

/*
 * What the audit of a process holds: the key, the file of seals, how often who
 * was refused, a verification under way.
 */
struct audit;

/* KEY_FILE and SEALS may be NULL.  NULL with *WHY when the key cannot be
   read. */
struct audit *audit_open(const char *key_file, const char *seals,
                         const char **why);
/* The file of seals is made, if need be, and held open: it may be out of reach
   later.  False with *WHY; true where none is named. */
bool audit_open_seals(struct audit *a, const char **why);
/* End a verification that is under way, and wait for its thread; none is begun
   any more. */
void audit_end_job(struct audit *a);
void audit_close(struct audit *a);

/* Say to the health how it stands with the seals. */
void audit_tell_health(struct call *c);

/*
 * Sign the heads of all chains, when something was written since the last
 * seal and it continues what was signed.  *DONE tells how many entries are
 * newly under a seal.
 *
 * ERR_CONFLICT  there is no key; or the chains do not continue the last seal;
 *               or another process made this seal
 */
enum err audit_seal(struct call *c, int64_t *done) MUST_USE;
/* The same by itself, all in one step: no key is no error. */
enum err audit_seal_due(struct call *c, int64_t max, int64_t *done) MUST_USE;

/*
 * The office was restored from the backup FILE: an entry, and where the file
 * of seals has some that are not in the backup (FROM to TO; TO is 0 where it
 * has none), which are then not missed, a seal behind the file's last.
 */
enum err audit_restored(struct call *c, const char *file, int64_t *from,
                        int64_t *to) MUST_USE;

/* How the chains stand, and the newest seal. */
struct audit_state {
    struct audit_head *heads;
    size_t n;
    const char *key; /* the name of the program's key, or NULL */
    int64_t seals, unsealed;
    const char *sealed_at, *line; /* of the newest seal, or NULL */
};
enum err audit_state(struct call *c, struct audit_state *s) MUST_USE;

/* Make a key: FILE (0600) and FILE.pub; NAME gets the name it is known by.
   Refused where there is one already, and in the folder DATA_DIR. */
enum err audit_make_key(struct call *c, const char *file, const char *data_dir,
                        const char **name) MUST_USE;

/* -- verification in the background ------------------------------------------ */

/* Begin one, unless it is under way, and wait up to WAIT_MS for its end. */
enum err audit_begin(struct call *c, const struct model *const *models,
                     const struct audit_rule *rules, int64_t wait_ms,
                     struct audit_report *out) MUST_USE;
/* How the newest one stands; cleared when there was none. */
void audit_look(struct call *c, struct audit_report *out);

#endif
