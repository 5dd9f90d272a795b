/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route - one row for everything that can be asked of the program.  HTTP, the
 * command line, OpenAPI and the permission matrix are made from these rows.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "base/base.h"
#include "model/model.h"

struct life; /* life/life.h */
struct noun; /* noun/noun.h */

enum method { GET, POST, PATCH, PUT, DELETE };

enum route_flag {
    R_CREATED = 1,   /* answers 201 */
    R_OPEN = 2,      /* nobody needs to be signed in */
    R_LIST = 4,      /* `in` is read as a struct list over model `out` */
    R_RAW = 8,       /* the handler fills in a struct raw as `out` */
    R_BODY = 16,     /* the body is CSV, left in c->body; `in` is the query's */
    R_WAITS = 64,    /* may be answered 202: c->waits for somebody to agree */
    R_APART = 128,   /* not in the transaction that keeps its answer: it hashes
                      or reads for long, and others want to write
                      (idempotency.h) */
    R_ASIDE = 256,   /* takes long, so that it is done in turn (api/turns.h) */
    R_LARGE = 1024,  /* its body may be as large as an import's */
    R_HASHES = 2048, /* hashes a password: has workers of its own */
    R_PROGRAM = 512, /* `liangcao call` does it without an account, as the
                        program */
    R_LATER = 32 /* keeps nothing in memory of what it changes, so its thread
                      need not wait for the disk (struct later) */
};

/* What a R_RAW handler answers with. */
struct raw {
    int status;       /* 0: 200 */
    const char *type; /* NULL: application/json */
    const char *body;
    size_t len;       /* 0: strlen */
    const char *name; /* file name for a download, or NULL */
    int fd;           /* 0, or a file that holds the LEN bytes instead */
    void *turn;       /* of R_ASIDE: given to the handler, who is to let the
                         file's reader end it (api/turns.h) */
    const char *kept; /* what is answered to the same request asked again
                         (idempotency.h), where BODY holds a secret; or NULL */
};

/*
 * A route's handler: IN is a zeroed record of route.in filled from the path,
 * the query or the body; OUT a zeroed record of route.out.  Where both models
 * are the same they are the same record.  With R_LIST, IN is a struct list *
 * and OUT is NULL.  With R_RAW, OUT is a struct raw *.  A PATCH finds in
 * c->said which fields were said.
 */
typedef enum err (*serve_fn)(struct call *c, void *in, void *out);

struct route {
    enum method method;
    const char *path; /* below /api/v1, "/orders/{id}/dispatch" */
    serve_fn serve;
    const struct model *in, *out;
    const char *may;  /* the right, held in any scope; NULL: signed in */
    const char *says; /* one sentence */
    unsigned flags;
    const char *const *views; /* words that view= of a list may have */
    const char *answer;      /* of R_RAW: its shape, for the OpenAPI document */
    const char *media;       /* of R_RAW: its media type; NULL: JSON */
    const struct life *life; /* that it was made from (api/lives.h), or NULL */
    const char *verb;        /* ... and which verb of it it says; or NULL */
    const struct noun *noun; /* whose row the route is derived from; or NULL */
};

/* Does the route take an Idempotency-Key?  One rule: whatever a person or a
   program that is signed in does by POST. */
static inline bool
route_is_keyed(const struct route *r)
{
    return r->method == POST && !(r->flags & R_OPEN);
}

/*
 * The shape of an answer that no model describes:
 *
 *   {open:int,members:[{name:text?,lead:bool}],tags:{*:int},more?:real}
 *
 * are the members of an object; [x] is a list of x, x? may be null, name?: may
 * be missing, {*:x} is a map, # is a record of route.out, json is anything.
 */

/* An engine's function that takes one record and completes it in place. */
#define SERVE(name, T)                                                         \
    static enum err serve_##name(struct call *c, void *in, void *out)          \
    {                                                                          \
        (void)out;                                                             \
        return name(c, (T *)in);                                               \
    }

/* Add a header to the answer (a cookie, a file name); nothing outside HTTP. */
void reply_header(struct call *c, const char *name, const char *value);

/* Every route, by subject, those that are made from registers last; each array
   ends with a row whose path is NULL, the whole with NULL. */
const struct route *const *all_routes(void);

/* How a UNIQUE of the schema is told to whoever is against it. */
extern const struct db_rule conflict_rules[];

/* Every model that has a table or a form (api/nouns.c); NULL-ended. */
const struct model *const *all_models(void);

#endif
