/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail_inner - what the files of the jail know of one another.
 *
 * There are three jails: the server's (jail.c), that of the forker, which
 * makes a process for each job and reads nothing itself, and that of the
 * reader, which has its bytes and a socket for what it makes of them
 * (jail_forker.c).
 */
#ifndef BASE_JAIL_INNER_H
#define BASE_JAIL_INNER_H

#include "base/jail.h"
#include "base/jail_child.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JAIL_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)        \
    || __has_feature(memory_sanitizer)
#define JAIL_SANITIZED true
#endif
#endif
#ifndef JAIL_SANITIZED
#define JAIL_SANITIZED false
#endif

/* -- jail.c ------------------------------------------------------------ */

/* No new privileges, no core file, no debugger; no capabilities but those of
   FOREIGN (see struct jail_plan). */
void jail_drop(struct jail_state *s, bool dumps, bool foreign);

/* -- jail_landlock.c --------------------------------------------------- */

/* The calling thread reaches what the plan says; NULL: no file, no port.  The
   ABI that did it, or 0. */
int jail_landlock(const struct jail_plan *plan);

/* -- jail_seccomp.c ---------------------------------------------------- */

enum jail_role { JAIL_SERVER, JAIL_FORKER, JAIL_READER };

/* Leave the calling thread the system calls of the role; what the plan says of
   reach is the server's alone. */
bool jail_seccomp(enum jail_role role, const struct jail_plan *plan);

/* -- jail_forker.c ----------------------------------------------------- */

/* How many bytes of what a reader makes go in one message, after its first
   byte, which says what it is. */
#define JAIL_PIECE 32768
enum { JAIL_DATA = 'd', JAIL_VERDICT = 'v' };

/* What is asked of the forker; the job's two descriptors come with it. */
struct jail_order {
    uint32_t reader; /* its place in the table */
    uint64_t size;   /* of the input */
};

/* What the forker says first. */
struct jail_hello {
    struct jail_state state;
};

/* The forker's life, in the process that was forked for it. */
void jail_forker(int control, const struct jail_reader *const *readers)
    __attribute__((noreturn));

#endif
