/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place - the files beneath an office on SQLite, and who works on them.
 *
 *   main.db, -wal, -shm   SQLite's
 *   main.db-node          locks: byte 0..15, a process each, which goes with
 *                         it (its node number); byte 16 is the gate
 *   main.db.part          a restore that was cut short
 *   office.id             the mark: an office was made here once
 *
 * Always true:
 *   1. Who opens, upgrades or restores an office holds the gate, alone.
 *   2. Where the mark or a log stands and main.db does not, no new office is
 *      made: what was there was lost or moved away, and a new, empty one in
 *      its place would look as if all were well.
 *   3. All of these are 0600, whatever the umask says.
 */
#ifndef DB_PLACE_H
#define DB_PLACE_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/base.h"

struct db_place {
    const char *path; /* of main.db */
    int node_file;    /* -1: none */
    unsigned node;
    bool marked; /* the mark was there when we came */
    struct file_id {
        dev_t dev;
        ino_t ino; /* 0: not known */
    } ids[3];
    atomic_llong size; /* of main.db: the most that was seen */
};

/*
 * Come in to open main.db, which is made, empty, when it is not there and
 * MAKE says so.  The gate is held until db_place_settle.
 *
 * ERR_ABSENT    there is no office
 * ERR_CONFLICT  there was one, or a restore was cut short
 * ERR_BUSY      another process holds the gate, or 16 are at work
 * ERR_FULL, ERR_BROKEN  its files cannot be made or opened
 */
enum err db_place_enter(struct call *c, struct db_place *p, const char *path,
                        bool make) MUST_USE;

/* Nobody else works on the office: it may be upgraded.  Else ERR_CONFLICT. */
enum err db_place_alone(struct call *c, struct db_place *p) MUST_USE;

/* Does another process work on the office? */
bool db_place_has_others(const struct db_place *p);

/* The office is open: mark it, remember which files it is, open the gate. */
void db_place_settle(struct db_place *p);

/* From now on a file that is cut short while it is mapped reads as zeros there
   and does not end the process. */
void db_place_outlive_cuts(void);

/* main.db, its log and its index are still the files that were opened. */
bool db_place_same(struct db_place *p);

/*
 * Come in to put a main.db where there is none: nobody works on the folder,
 * and nobody comes in until db_place_leave.
 *
 * ERR_CONFLICT  it is served, or there is a database already
 * ERR_FULL, ERR_BROKEN  the locks cannot be made
 */
enum err db_place_seize(struct call *c, struct db_place *p,
                        const char *path) MUST_USE;

/* An office was made in the folder of main.db; where the office is on
   PostgreSQL, from there. */
void db_place_mark(const struct db_place *p);
bool db_place_is_marked(const struct db_place *p);

/* Let go of the files and the gate. */
void db_place_leave(struct db_place *p);

#endif
