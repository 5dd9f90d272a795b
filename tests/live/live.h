/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live - what is needed to try a real server: making its office, starting and
 * killing it, and asking it over HTTP with connections that are kept.
 */
#ifndef TESTS_LIVE_LIVE_H
#define TESTS_LIVE_LIVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The sum of a program's tests; printed last. */
struct score {
    int passed, failed;
};
/* Count one; a failure is told with its words. */
bool score(struct score *s, bool good, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int score_end(const struct score *s); /* the exit code */

/* -- the office ------------------------------------------------------------ */

/* The accounts of tests/office.h, by name, each with a bearer token, plus
   "" for nobody. */
struct live_account {
    char name[16], token[80];
};

struct live_office {
    char dir[64];       /* --data */
    char log[80];       /* the server's; "": server.log in that folder */
    char clock[80];     /* a file that says by how many seconds the server's
                           clock is off, "+3600"; "": it is the machine's */
    bool loud;          /* the server logs every request */
    char database[300]; /* PostgreSQL address, or "" for SQLite */
    struct live_account accounts[24];
    size_t n_accounts;
};

/* Make an office in a new folder; on the PostgreSQL of LIANGCAO_TEST_DB when
   that is set, in a schema of its own. */
void office_found(struct live_office *o);
/* The same with the program's own demo office of so many orders, made into the
   folder o->dir when that is said; nobody has a token there.  False when the
   program does not make it. */
bool office_found_demo(struct live_office *o, const char *program,
                       const char *orders);
void office_leave(struct live_office *o);
const char *token_of(const struct live_office *o, const char *account);

/* They count orders whose version does not tell how often they were changed, by
   their events and by the audit; a vote leaves no trace on its order. */
extern const char half_done_orders[], unaudited_orders[];

/* A call that reads the office's database beside the server. */
struct call;
struct call *look_into(const struct live_office *o);
void look_away(struct call *c);
/* A call that changes it as the program itself; no server runs meanwhile. */
struct call *step_into(const struct live_office *o);
void step_out(struct call *c);

/* -- the server ------------------------------------------------------------ */

struct server {
    pid_t pid;
    uint16_t port;
    const char *program;
    const struct live_office *office;
};

/* Start PROGRAM serve on a free port of 127.0.0.1; false when it does not
   come up within a minute. */
bool server_start(struct server *s, const char *program,
                  const struct live_office *o);
/* Send it a signal and wait for its end; the exit status of waitpid. */
int server_stop(struct server *s, int signal);
/* Run PROGRAM with words that end with NULL; its exit code. */
int run_program(const struct live_office *o, const char *program,
                const char *const *words);

/* -- asking ---------------------------------------------------------------- */

struct http {
    int fd;
    uint16_t port;
    uint32_t from; /* the address it comes from, 127.x.y.z; 0: any */
    int wait_ms;   /* how long a part of an answer is waited for; 0: 30 s */
    char *in;      /* what has been read */
    size_t n_in, cap;
};

struct answer {
    int status; /* 0: no whole answer came */
    char *head; /* NUL-ended; freed by answer_free */
    char *body;
    size_t n_body;
};

void http_open(struct http *h, uint16_t port);
void http_close(struct http *h); /* it may be used again */
/* Connect when it is not connected; false when nobody takes it. */
bool http_connect(struct http *h);
/* Send so many bytes as they are. */
bool http_send(struct http *h, const char *s, size_t n);
/* Read the next answer; of HEAD there is no body. */
struct answer http_answer(struct http *h, const char *method);

/*
 * Ask with a head's further lines (each ended by CRLF) and a body; connects
 * when it is not connected.  HEAD and BODY may be NULL.  Waits 30 s at most.
 */
struct answer http_ask(struct http *h, const char *method, const char *path,
                       const char *head, const char *body, size_t n);
/* The same with a bearer token ("": none) and a text. */
struct answer http_tell(struct http *h, const char *token, const char *method,
                        const char *path, const char *body);
/* What health says of that part, into SAYS. */
void ask_health(struct http *h, const struct live_office *o, const char *part,
                char *says, size_t n);
void answer_free(struct answer *a);

/* Open an event stream, from LAST_EVENT on when it is not NULL; what comes
   stands in h->in, more by http_more, which waits for MS at most; false when
   nothing came. */
bool http_listen(struct http *h, const char *token, const char *path,
                 const char *last_event);
/* The same with a head's lines. */
bool http_listen_head(struct http *h, const char *path, const char *head);
bool http_more(struct http *h, int ms);
/* What a stream has sent so far becomes its body alone: a chunk may end in the
   middle of an event. */
void http_unchunk(struct http *h);
/* Wait for MS at most until TEXT has come on a stream. */
bool http_hears(struct http *h, const char *text, int ms);
/* Wait for MS at most until the far end has ended the stream. */
bool http_ends(struct http *h, int ms);
/* Milliseconds of a clock that only goes forward. */
int64_t live_ms(void);

/* A header's value in HEAD, in a static buffer of the thread; NULL. */
const char *answer_header(const struct answer *a, const char *name);
/* The body as JSON; to be decref'd; NULL when it is none. */
json_t *answer_json(const struct answer *a);

/* -- the programs, by file --------------------------------------------------- */

int torture(int argc, char **argv);
int transcript(int argc, char **argv);
int doors(int argc, char **argv);
int crowd(int argc, char **argv);
int tables(int argc, char **argv);
int wild(int argc, char **argv);
int limits(int argc, char **argv);
int jail(int argc, char **argv);
int siege(int argc, char **argv);
int stream(int argc, char **argv);
int skew(int argc, char **argv);
int stalls(int argc, char **argv);
int store(int argc, char **argv);
int stops(int argc, char **argv);

#endif
