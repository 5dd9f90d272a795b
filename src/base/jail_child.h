/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail_child - reading what strangers send, in a process that has nothing.
 *
 * Pictures and workbooks are read by large libraries, in which there are
 * always more holes.  So each is read in a process of its own that lives for
 * the one file: it sees the file's bytes and a socket for what it makes of
 * them, and has no file, no network, no program to run, no process to make or
 * to signal, a limit of memory, of processor time, of time, and of output.
 *
 * A server with threads can not fork safely, and a jailed one may not run a
 * program.  So a small process, the forker, is forked at the very start,
 * before there are threads, descriptors, configuration or keys: it makes the
 * process for each file, and ends when the server does.
 *
 * Always true:
 *   1. Whatever a reader does, its caller gets an answer within the reader's
 *      time and a second, and the server goes on.
 *   2. A reader that is to read has the file's bytes and nothing else that the
 *      server knows.
 *   3. What comes back is as little to be believed as the file: the caller
 *      checks it.  Refusals are words of the reader's own table.
 *   4. What readers made and calls still hold is JAIL_HELD bytes at most, of
 *      all calls together.
 *   5. No reader outlives its time, nor the server; none stays as a zombie.
 *
 * Under a sanitizer a reader runs in the calling thread, without limits.
 */
#ifndef BASE_JAIL_CHILD_H
#define BASE_JAIL_CHILD_H

#include "base/jail.h"

/* What a reader has, in its process. */
struct jail_io {
    const unsigned char *in; /* the file */
    size_t n;
    /* Of jail_put. */
    bool (*put)(struct jail_io *io, const void *bytes, size_t n);
    void *arg;
};

/* Give on N bytes of what the reader makes; in order, as they come.  False
   when the caller wants no more: the reader shall end. */
bool jail_put(struct jail_io *io, const void *bytes, size_t n) MUST_USE;

/* A kind of file, compiled in: a row of the table given to jail_child_open. */
struct jail_reader {
    const char *name;
    /* 0: it is all put; k: refused by refusals[k - 1].  A process of its own
       that ends with it: nothing need be freed. */
    int (*read)(struct jail_io *io);
    const char *const *refusals; /* English, NULL-ended; in zh.json too */
    size_t memory;               /* bytes beside the file */
    size_t output;               /* bytes */
    unsigned seconds;            /* of the clock, and of the processor */
};

struct jail_child;

/*
 * Start the forker for a NULL-ended table of readers, which outlives it: the
 * first thing a program does.  NULL for a table without a row, or when no
 * process can be made; jail_read refuses then.
 */
struct jail_child *jail_child_open(const struct jail_reader *const *readers);

/* End it; what is being read is lost. */
void jail_child_close(struct jail_child *j);

/* Whether files can be read: the forker lives. */
bool jail_child_lives(struct jail_child *j);

/* The layers that hold a reader. */
struct jail_state jail_child_state(const struct jail_child *j);

/* One file to be read. */
struct jail_job {
    const char *reader; /* a name of the table */
    const char *field;  /* for the fault */
    const void *in;
    size_t n;
    /* Takes a piece of what the reader makes; an error ends the job with it.
       NULL: all of it is collected in the call's arena, in out, and held until
       the call ends (jail_let_go). */
    enum err (*take)(struct call *c, void *arg, const void *bytes, size_t n);
    void *arg;
    const char *out; /* NUL-ended */
    size_t out_n;
};

/*
 * Have a file read, from any thread; waits for a place when JAIL_AT_ONCE are
 * being read.
 *
 * ERR_INVALID  the reader refused it, or ended without a word
 * ERR_LIMIT    it took too long or made too much, no place became free, or
 *              calls hold JAIL_HELD bytes already
 * ERR_AWAY     there is no forker (any more)
 */
#define JAIL_AT_ONCE 4
#define JAIL_HELD ((size_t)128 << 20)
enum err jail_read(struct call *c, struct jail_child *j,
                   struct jail_job *job) MUST_USE;

/* The call has ended, and with its arena goes what was read for it. */
void jail_let_go(struct jail_child *j, struct call *c);

#endif
