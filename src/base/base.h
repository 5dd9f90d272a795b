/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base - what every file of liangcao speaks: errors, the call, cleanup.
 *
 * A function that can fail returns enum err.  Whoever knows the cause writes
 * `return fail(c, code, "field", "words %s", x)`; everyone above writes
 * TRY(...).  The words are an English format string, which is also the key of
 * the other languages (base/words.h).  Only the dispatcher logs.
 *
 * Always true:
 *   1. A struct call comes first in every signature that may fail or asks
 *      for memory, the time, the database or the actor.
 *   2. Memory given out by a call lives until the call ends; nobody frees it.
 *   3. Time comes from c->now, never from the clock.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/instant.h"

#define MUST_USE __attribute__((warn_unused_result))
#define CLEANUP(f) __attribute__((cleanup(f)))
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum err {
    OK,
    ERR_MALFORMED, /* not JSON, not UTF-8: it cannot even be read */
    ERR_INVALID,   /* a field breaks its limits or does not fit another */
    ERR_UNSIGNED,  /* nobody is signed in, or the sign-in failed */
    ERR_DENIED,    /* signed in, but the right is not held */
    ERR_ABSENT,    /* no such thing, or not for these eyes */
    ERR_CONFLICT,  /* the state of things does not allow it */
    ERR_STALE,     /* If-Match names an older version */
    ERR_BUSY,      /* lost a race in the database; may be tried again */
    ERR_UNSURE,    /* the database went away: nobody knows if it was done */
    ERR_LIMIT,     /* too much, too large or too often */
    ERR_FULL,      /* the disk takes nothing: full, or only to be read */
    ERR_AWAY,      /* what changes go to, or who reads files, is not there */
    ERR_BROKEN     /* our fault or the machine's */
};

enum lang { LANG_ZH, LANG_EN };

/* Fields of a record: bit i is the i-th of its model (model/model.h). */
__extension__ typedef unsigned __int128 field_mask;

/* What went wrong, in the words of the caller's language. */
struct fault {
    enum err code;
    const char *field; /* the input field it is about; NULL is none */
    const char *text;
};

struct db;         /* db/db.h: the session a call reads and writes through */
struct actor;      /* auth/auth.h: who calls and what they may */
struct auth_reach; /* auth/auth.h */
struct app;        /* main's constant parts, shared by every call */
struct words;      /* base/words.h */
struct route;      /* api/route.h */
struct written;    /* model/proof.h: rows that wait for their audit entry */

/* One act of one person at one moment: a request, a command, a job. */
struct call {
    struct arena *arena;
    struct db *db;
    const struct app *app;
    const struct actor *actor; /* NULL is nobody */
    /* Nobody, too: whose session is locked.  They may hear bare alarms. */
    const struct actor *locked;
    struct auth_reach *reach; /* where things lie, remembered; or NULL */
    const struct words *words;
    instant now;
    enum lang lang;
    int64_t if_version;  /* If-Match; 0 is not said */
    field_mask said;     /* of a PATCH: the record's fields that were said */
    const char *channel; /* 'web', 'api', 'cli', 'job': kept in the audit */
    const char *address; /* the far end's address, or NULL */
    bool secure;         /* it is reached over TLS */
    const char *device;  /* the cookie of a browser that is known, or NULL */
    const char *agent;   /* what the far end says it is, or NULL */
    bool changing;       /* the request asks for a change */
    bool unattended;     /* asked by a page of itself: no use of the session */
    bool waits;          /* what was asked for waits for somebody to agree */
    int64_t batch;       /* what waits was asked for together with; or 0 */
    const struct route *route; /* api: what was asked for, or NULL */
    void *reply;      /* http: the answer being made, for its headers */
    const char *body; /* of a route that reads it itself (R_BODY) */
    size_t body_len;
    size_t read_held; /* bytes that readers of files made (base/jail_child.h) */
    struct written *written; /* in this TX, and in no audit entry yet */
    struct fault fault;
};

/*
 * Record why the call fails and return CODE.  FIELD may be NULL.  FMT is
 * English and is looked up in the call's language before it is filled in.
 */
enum err fail(struct call *c, enum err code, const char *field, const char *fmt,
              ...) __attribute__((format(printf, 4, 5))) MUST_USE;
#ifdef __clang_analyzer__
/* The analyser shall know that CODE is what comes back. */
#define fail(c, code, ...) (fail((c), (code), __VA_ARGS__), (code))
#endif

/* The word of an error, as in logs and problem documents: "invalid", ... */
const char *err_word(enum err e);

/* Go on only when E is OK; otherwise hand the error up. */
#define TRY(e)                                                                 \
    do {                                                                       \
        enum err try_err_ = (e);                                               \
        if (try_err_ != OK)                                                    \
            return try_err_;                                                   \
    } while (0)

/* Our own promise is broken: say where and abort.  Stays on in release. */
void broken(const char *file, int line, const char *what)
    __attribute__((noreturn));
#define ASSERT(x) ((x) ? (void)0 : broken(__FILE__, __LINE__, #x))

#endif
