/* SPDX-License-Identifier: Apache-2.0 */
/* store - what the tests of backup, restore, check and the files beneath a
   server share. */
#ifndef TESTS_LIVE_STORE_H
#define TESTS_LIVE_STORE_H

#include <sqlite3.h>

#include "live.h"

/* What a command said, on both of its outputs, and its exit code. */
struct said {
    int code;
    char text[8000];
};

/* PROGRAM with words (the last NULL); killed after KILL_MS where that is not
   0, its code is 137 then. */
struct said tell_program(const char *program, int kill_ms,
                         const char *const *words);
#define TELL(program, ...)                                                     \
    tell_program((program), 0, (const char *const[]){ __VA_ARGS__, NULL })

/* printf into memory that stays until the end. */
const char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

bool is_there(const char *path);
long long size_of(const char *path);
int mode_of(const char *path);
/* Everything of a file that must not change: content, size and mtime. */
uint64_t print_of(const char *path);
/* Names in a folder that hold WORD. */
int count_names(const char *folder, const char *word);
void copy_file(const char *from, const char *to);
void write_file(const char *path, const void *bytes, size_t n);
/* SQL on a database file; false when it fails. */
bool run_sql(const char *path, const char *sql);
int64_t ask_sql(const char *path, const char *sql);

/* An office of the first N files of the schema, with a row of its own. */
void make_older(const char *path, int n);

/* A tmpfs of MIB on a new folder; false where mount is not allowed. */
bool mount_small(const char *folder, int mib);
void unmount(const char *folder);
/* Take all the room that is left, by FOLDER/fill. */
void fill_disk(const char *folder);

struct store_try {
    struct score score;
    struct live_office office; /* its database is the source of backups */
    const char *program;
    char dir[64], backup[100]; /* a good backup */
};

void store_restores(struct store_try *t);
void store_served(struct store_try *t);
void store_upgrades(struct store_try *t);

#endif
