/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siege - a standing breaker: hostile and good clients at once, blows from
 * outside, and one judge at the end.
 *
 * It reads what there is from the program itself: the operations and their
 * schemas from /api/openapi.json, what refers to what and where it is kept
 * from the table of routes, the roles from auth.  A new engine is besieged
 * without a line here.
 *
 *   siege.c         the whole: founding, the sequence, the command line
 *   siege_schema.c  JSON against the document's schemas
 *   siege_plan.c    the operations; values known from answers
 *   siege_make.c    a request that is meant well, as the document says
 *   siege_tricks.c  what is done to it by who means ill
 *   siege_ask.c     asking, and what every answer must be
 *   siege_kinds.c   the kinds of clients
 *   siege_good.c    good clients, and the ledger of answered changes
 *   siege_ears.c    listeners that must hear of every change
 *   siege_blows.c   kill -9, SIGSTOP, a full disk, clocks, backups
 *   siege_judge.c   the verdicts
 *
 * A kind of client, a trick and a blow are a row of a table each; SIEGE_WITHOUT
 * names rows that are left out.
 */
#ifndef TESTS_LIVE_SIEGE_H
#define TESTS_LIVE_SIEGE_H

#include <pthread.h>
#include <stdatomic.h>

#include "api/route.h"
#include "auth/auth.h"
#include "base/random.h"
#include "live.h"

/* -- verdicts -------------------------------------------------------------- */

enum verdict {
    V_LOST,
    V_TWICE,
    V_VERSION,
    V_HUNG,
    V_CUT,
    V_HEALTH,
    V_MEMORY,
    V_LEAK,
    V_CHAIN,
    V_CHECK,
    V_BROKEN,
    V_STATUS,
    V_SHAPE,
    V_WORDS,
    V_SECRET,
    V_TAKEN,
    V_SAME,
    V_HEARD,
    V_OVERHEARD,
    V_CRASH,
    V_END,
    V_RECOVERY,
    V_BACKUP,
    V_LOG,
    V_COVERAGE,
    N_VERDICTS
};

struct siege;

/* Something is against a verdict: kept, and the first few are told at once.
   The same again (but for its numbers) is only counted. */
void finding(struct siege *s, enum verdict v, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* So many more things were looked at for a verdict; one that nothing was
   looked at for has not passed. */
void looked(struct siege *s, enum verdict v);

/* -- time ------------------------------------------------------------------ */

int64_t siege_ms(void); /* since the machine started; never goes back */

/* What a blow does: nothing that may cost an answer; the database stands
   still; the server itself does. */
enum force { HINDERS, STOPS_DATABASE, STOPS_SERVER };

struct span {
    int64_t begin, end; /* INT64_MAX: it goes on */
    const char *what;
    enum force force;
};

struct spans {
    pthread_mutex_t lock;
    struct span *of;
    size_t n, cap;
};

size_t span_begin(struct spans *all, const char *what, enum force force);
void span_end(struct spans *all, size_t k);
/* Of FROM to TO, what lies in no stop of at least this force nor in the five
   seconds after one, and in no stall of the machine. */
int64_t own_ms(struct siege *s, int64_t from, int64_t to, enum force least);
/* Does a stop of at least this force, or what follows it, lie there? */
bool in_stop(struct siege *s, int64_t from, int64_t to, enum force least);
/* Does a span of this name lie there? */
bool in_span(struct siege *s, const char *what, int64_t from, int64_t to);

/* -- the plan: what can be asked ------------------------------------------- */

#define MOST_CALLERS 100

/* How often something took how long: four steps to each doubling. */
#define TIME_STEPS 72

struct times {
    atomic_uint n, in[TIME_STEPS];
    _Atomic int64_t most_ms;
};

void times_add(struct times *t, int64_t ms);
/* So many of a thousand took no longer, as the upper end of a step. */
int64_t times_of(const struct times *t, unsigned of_1000);

struct op {
    const char *method, *path; /* "POST", "/api/v1/orders/{id}/accept" */
    json_t *def;
    json_t *input;             /* the body's schema; NULL: none in JSON */
    bool csv;                  /* the body is a table */
    bool keyed;                /* takes an Idempotency-Key */
    const struct route *route; /* NULL for /healthz and the like */
    const char *table;         /* of the thing its path names; NULL */
    const char *answers;       /* table of the record it answers; NULL */
    atomic_uint answered, good, by_status[600];
    atomic_uint denied[MOST_CALLERS]; /* in a row; the thing may be at fault */
    struct times took[2];             /* of its own; of tables apart */
    char refused[200];                /* with which words it was refused last */
    struct offer { /* of a verb: to whom a record offered it lately */
        int64_t id;
        int caller;
    } offers[8];
    unsigned n_offers;
};

#define OFTEN_DENIED 3

struct plan {
    json_t *doc;
    struct op *ops;
    size_t n;
    pthread_mutex_t lock; /* of the offers */
};

/* Read the document's text; false, told why, when it has what the siege does
   not know. */
bool plan_learn(struct plan *p, json_t *doc);
struct op *plan_find(const struct plan *p, const char *method,
                     const char *path);
/* The record that was answered offers verbs to the caller; one of them, once. */
void plan_offer(struct plan *p, const struct op *op, json_t *record,
                int caller);
bool plan_take_offer(struct plan *p, struct op *op, struct random *chance,
                     struct offer *out);
json_t *plan_resolve(const struct plan *p, json_t *schema);

/* Does VALUE fit the schema?  WHY says what does not. */
bool schema_fits(const struct plan *p, json_t *schema, json_t *value, char *why,
                 size_t n);
/* Does the document use what schema_fits knows, and nothing else? */
bool schema_known(json_t *doc, char *why, size_t n);

/* -- what is known from answers -------------------------------------------- */

/* Values by the key they stood under, ids by the table they are of. */
/* Does the text hold a mark of the good clients, "sg3x17"?  It is theirs. */
bool has_mark(const char *s);

struct lore;
struct lore *lore_open(void);
void lore_close(struct lore *p);
/* Take from a good answer of OP whatever later requests may say. */
void lore_take(struct lore *p, const struct op *op, json_t *answer, int caller);
/* From now on ids are of the siege; those known are the office's own, which
   whoever means ill leaves alone. */
void lore_found(struct lore *p);
/* The id of a person or an account of a good client: nobody else speaks of it,
   so that what they may see stays as it is. */
void lore_spare(struct lore *p, int64_t id);
/* A value of the key, new reference; NULL: none is known. */
json_t *lore_value(struct lore *p, const char *key, struct random *chance);
/* An id of the table, of the siege's own only when OURS; 0: none.  *CALLER, if
   it is asked for, is who saw it last; -1: nobody knows. */
int64_t lore_id(struct lore *p, const char *table, bool ours,
                struct random *chance, int *caller);
/* The caller did not find it, or took it away. */
void lore_forget(struct lore *p, const char *table, int64_t id, int caller,
                 bool gone);
/* A body of which something of the table was made; it may be what another
   thing holds that becomes one. */
void lore_put_body(struct lore *p, const char *table, const json_t *body);
json_t *lore_body(struct lore *p, const char *table, struct random *chance);
/* A table that was exported, by its kind; malloc'd; NULL. */
char *lore_csv(struct lore *p, const char *kind);
void lore_put_csv(struct lore *p, const char *kind, const char *text);

/* -- callers --------------------------------------------------------------- */

/* An account of the office; the last is nobody. */
struct caller {
    char name[40], role[20], scope[12];
    char token[80];
    char password[60];             /* "": it does not sign in */
    right_set rights;              /* held somewhere */
    int64_t person_id, account_id; /* 0: of the demo office */
    bool spared; /* of the good clients: nobody else calls as they */
    bool victim; /* whose password others guess and change */
    pthread_mutex_t lock;
    char cookie[120], csrf[80];
};

/* Every role of the program in every scope, made in the office by the program
   itself; the last is nobody. */
void callers_make(struct siege *s);
int caller_of(const struct siege *s, const char *name);

/* -- secrets --------------------------------------------------------------- */

/* Every password of the siege has this in it, and nothing else has. */
#define PASSWORD_MARK "Quarz7"

struct secrets;
struct secrets *secrets_open(void);
void secrets_add(struct secrets *k, const char *secret);
/* A secret that stands in the text, or NULL. */
const char *secrets_in(struct secrets *k, const char *s, size_t n);

/* -- requests -------------------------------------------------------------- */

struct request {
    struct op *op; /* NULL: no documented one */
    int caller;
    bool by_session;
    char method[24];
    char *path;     /* with its query; malloc'd */
    char word[60];  /* what stands in it for {kind} or {noun} */
    char key[48];   /* Idempotency-Key; "": none */
    char head[600]; /* further lines */
    char *body;     /* malloc'd; NULL: none */
    size_t n_body;
    const char *type;  /* of the body; NULL: as documented */
    json_t *value;     /* the body as it was meant; NULL */
    const char *trick; /* what was done to it; NULL: it is meant well */
    bool must_refuse;  /* a 2xx would be wrong */
    bool undocumented; /* its answer need not be in the document */
    bool no_csrf;      /* the cookie without its token */
    const char *token; /* said in place of the caller's; NULL: their own */
    bool twice;        /* it is asked again, and must be answered the same */
};

struct reply {
    struct answer a;
    int64_t asked, answered;
    bool fresh; /* on a connection made for it */
};

struct client;

/* -- clients --------------------------------------------------------------- */

struct kind {
    const char *name;
    unsigned share;                 /* of a hundred hostile clients */
    void (*turn)(struct client *k); /* once, again and again */
};
extern const struct kind siege_kinds[]; /* ends with a name of NULL */

struct client {
    struct siege *s;
    const struct kind *kind;
    int number;
    struct random chance;
    struct http http;
    pthread_t thread;
    int good;      /* of a good client: who it is */
    int64_t own;   /* and its newest order */
    unsigned made; /* so many turns or marks */
};

void *client_run(void *arg);
uint32_t below(struct client *k, uint32_t n);
bool one_in(struct client *k, uint32_t n);
/* Sleep, but not beyond the end. */
void client_rest(struct client *k, int ms);

/* A request for OP as its schema says, by somebody who may; a fault that is
   told names the field, which request_mend changes. */
void request_make(struct client *k, struct op *op, struct request *q);
bool request_mend(struct client *k, struct request *q, const struct answer *a);
/* Write the body's text anew from its value. */
void request_write(struct request *q);
void request_free(struct request *q);
/* Some trick that fits, from the table. */
void request_trick(struct client *k, struct request *q);

/* Ask; every answer is judged on the spot, and what it tells is kept. */
struct reply request_ask(struct client *k, struct request *q);
void reply_free(struct reply *r);
/* Send bytes as they are and judge what comes; a WHOLE request is answered, or
   its connection closed. */
void ask_raw(struct client *k, const char *text, size_t n, const char *trick,
             bool must_refuse, bool whole);
/* Sign the caller in; the cookie is kept. */
bool caller_sign_in(struct client *k, struct caller *who);

/* -- the ledger ------------------------------------------------------------ */

/* A change with a mark of its own in a text column of a table. */
struct entry {
    unsigned place;          /* of ledger.places */
    int64_t id;              /* of what was made; 0: a remark, which has none */
    int64_t asked, answered; /* 0: not answered; it may be there */
    char mark[32];
};

/* The newest version of a record that was answered. */
struct seen {
    const char *table;
    int64_t id, version, answered;
};

struct ledger {
    pthread_mutex_t lock;
    struct {
        char table[40], column[40];
    } places[64];
    size_t n_places;
    struct entry *of;
    size_t n, cap, answered;
    struct seen *seen; /* open addressing */
    size_t n_seen, cap_seen;
};

unsigned ledger_place(struct ledger *l, const char *table, const char *column);
void ledger_add(struct ledger *l, const struct entry *e);
/* A copy of the entries there are; malloc'd. */
struct entry *ledger_copy(struct ledger *l, size_t *n);
void ledger_see(struct ledger *l, const char *table, int64_t id,
                int64_t version);

void *good_run(void *arg); /* a struct client */

/* -- ears ------------------------------------------------------------------ */

/* Begin to listen, before anything happens; joined after the end, once
   nothing comes any more. */
void ears_begin(struct siege *s);
void ears_join(struct siege *s);
/* What the office at rest holds against what they heard. */
void judge_ears(struct siege *s);

/* -- blows ----------------------------------------------------------------- */

/* Deal them until the end; false: the server died by itself. */
bool blows_deal(struct siege *s);
void blows_print(const struct siege *s);
/* Backups, taken, restored and compared until the end. */
void *archive_run(void *arg);
bool server_up(struct siege *s);   /* start it and wait until it is ready */
void server_down(struct siege *s); /* SIGTERM: it has ten seconds */
/* Put the office's folder on a small file system of its own; false when this
   cannot be done here. */
bool disk_mount(struct siege *s);
void disk_unmount(struct siege *s);
/* On PostgreSQL: one statement as its owner; a number, or -1. */
int64_t tell_database(const char *sql);
void restart_database(void);

/* -- the judge ------------------------------------------------------------- */

/* Compare an office at rest with the ledger: what was answered before BEFORE
   is there once, what was asked for after AFTER is not. */
void judge_office(struct siege *s, const struct live_office *o, int64_t before,
                  int64_t after, const char *which);
void judge_versions(struct siege *s);
void judge_log(struct siege *s);
/* Begin the control: a process that answers a byte with a byte. */
void control_begin(struct siege *s);
void *watch_health(void *arg);
void *watch_machine(void *arg);
void *watch_memory(void *arg);
void judge_leaks(struct siege *s);
/* Why OP cannot succeed in a siege; NULL: it can. */
const char *judge_excuse(const struct op *op);
void judge_coverage(struct siege *s);
void print_slowest(const struct siege *s);
int judge_end(struct siege *s); /* prints the verdicts; the exit code */

/* -- the whole ------------------------------------------------------------- */

struct siege {
    const char *program;
    int seconds, clients;
    uint64_t seed;
    const char *without;
    bool sanitized; /* slower, and larger */
    bool postgres;
    int64_t hang_ms, health_ms, memory_kb; /* the bounds */
    char base[40]; /* a folder with the office and the rest in it */
    bool on_disk;  /* the office is on a small file system of its own */
    int control;   /* the port of the control: who answers at once */

    struct live_office office;
    struct server server;
    _Atomic uint16_t port; /* 0: it is not up */
    _Atomic pid_t pid;
    atomic_bool end, crashed, quiet; /* quiet: only judges ask */
    int64_t began, until;

    struct plan plan;
    struct lore *lore;
    struct secrets *secrets;
    struct caller callers[MOST_CALLERS];
    int n_callers;
    struct spans spans, stalls;
    struct ledger ledger;

    pthread_mutex_t told_lock;
    struct {
        uint64_t looked, against;
        char first[400];
        char left_out[200]; /* why it was not judged */
    } verdicts[N_VERDICTS];
    uint64_t told[1024]; /* hashes of findings */
    size_t n_told;
    FILE *findings;

    _Atomic int64_t
        probing; /* since when /healthz is waited for; 0: it is not */
    atomic_bool stacks_kept;
    atomic_ullong requests, cut;
    _Atomic int64_t worst_ms, worst_health_ms, worst_stall_ms, most_kb;
    int base_fds, base_threads;
    int64_t first_id;    /* the newest before the siege */
    unsigned counts[16]; /* of blows, by row */
    atomic_uint backups;
};

/* Is the row left out by SIEGE_WITHOUT? */
bool left_out(const struct siege *s, const char *name);
void leave_out(struct siege *s, enum verdict v, const char *why);

#endif
