/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys - JSON objects read by tables of their keys (internal to readers).
 *
 * A table says which keys an object has and where their values go, so that
 * an unknown key, a wrong type and a name nobody has are refused in one
 * place, with the way to the key ("requests[3].pickup.from").
 */
#ifndef SOLVER_KEYS_H
#define SOLVER_KEYS_H

#include "base/base.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { PATH_MOST = 160 };

enum key_kind {
    KEY_REAL,
    KEY_TEXT,
    KEY_FLAG,
    KEY_NAME,   /* a name out of some names -> int, its number */
    KEY_OBJECT, /* read by the key's own function */
    KEY_LIST    /* the same, a list */
};

/* One file being read; readers embed it as their own first member. */
struct reading {
    struct call *c;
    struct arena *arena; /* of what is kept */
    char path[PATH_MOST];
    size_t length; /* of path */
};

typedef enum err (*key_reader)(struct reading *r, const json_t *value,
                               void *into);

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset;
    key_reader read;
    size_t names; /* KEY_NAME: where the reader keeps the struct names */
};

#define AT(type, member) offsetof(struct type, member)

/* Names in the order they were given, so that they can be numbers. */
struct names {
    const char **names;
    int count, room;
    int *slots; /* number + 1 at the name's hash or, if taken, behind it */
    unsigned mask;
};

struct names names_make(struct reading *r, int room);

/* The number of a name, or -1. */
int names_find(const struct names *n, const char *name);

/* The same; a new name is added while there is room, else -1. */
int names_number(struct reading *r, struct names *n, const char *name);

/* Refuses the value at the path. */
enum err keys_refuse(const struct reading *r, const char *what);

/* Goes down one key, or one index when key is NULL; keys_back undoes it. */
size_t keys_into(struct reading *r, const char *key, int index);
void keys_back(struct reading *r, size_t back);

enum err keys_real(struct reading *r, const json_t *v, double *into);
enum err keys_reference(struct reading *r, const json_t *v,
                        const struct names *n, int *into);

/* A list of names as bits; new names get the next free bit. */
enum err keys_bits(struct reading *r, const json_t *list, struct names *names,
                   uint64_t *bits);

/* The whole file; a broken one is refused with its line.  Freed by
   json_decref. */
enum err keys_load(struct call *c, const char *text, size_t size,
                   json_t **root);

/* Reads the object by the table; record is where offsets count from. */
enum err keys_object(struct reading *r, const json_t *object,
                     const struct key *keys, void *record);

/* A list of objects, each into the next record of that size. */
enum err keys_records(struct reading *r, const json_t *list,
                      const struct key *keys, void *records, size_t size);

/* The names of the root's list of objects, each there and only once. */
enum err keys_collect(struct reading *r, const json_t *root,
                      const char *list_name, int most, struct names *names);

#endif
