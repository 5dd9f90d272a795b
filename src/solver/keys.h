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

enum { SV_PATH_MOST = 160 };

enum sv_key_kind {
    SV_KEY_REAL,
    SV_KEY_TEXT,
    SV_KEY_FLAG,
    SV_KEY_NAME,   /* a name out of some names -> int, its number */
    SV_KEY_OBJECT, /* read by the key's own function */
    SV_KEY_LIST    /* the same, a list */
};

/* One file being read; readers embed it as their own first member. */
struct sv_reading {
    struct call *c;
    struct arena *arena; /* of what is kept */
    char path[SV_PATH_MOST];
    size_t length; /* of path */
};

typedef enum err (*sv_key_reader)(struct sv_reading *r, const json_t *value,
                                  void *into);

struct sv_key {
    const char *name;
    enum sv_key_kind kind;
    size_t offset;
    sv_key_reader read;
    size_t names; /* SV_KEY_NAME: where the reader keeps the struct sv_names */
};

#define SV_AT(type, member) offsetof(struct type, member)

/* Names in the order they were given, so that they can be numbers. */
struct sv_names {
    const char **names;
    int count, room;
    int *slots; /* number + 1 at the name's hash or, if taken, behind it */
    unsigned mask;
};

/* No names yet, and room for so many. */
struct sv_names sv_names_make(struct sv_reading *r, int room);

/* The number of a name, or -1. */
int sv_names_find(const struct sv_names *n, const char *name);

/* The same; a new name is added while there is room, else -1. */
int sv_names_number(struct sv_reading *r, struct sv_names *n, const char *name);

/* Refuses the value at the path. */
enum err sv_keys_refuse(const struct sv_reading *r, const char *what);

/* Goes down one key, or one index when key is NULL; sv_keys_back undoes it. */
size_t sv_keys_into(struct sv_reading *r, const char *key, int index);
void sv_keys_back(struct sv_reading *r, size_t back);

/* One value: a finite number; the number that a name of N has.  Anything else
   is refused with the path to it. */
enum err sv_keys_real(struct sv_reading *r, const json_t *v, double *into);
enum err sv_keys_reference(struct sv_reading *r, const json_t *v,
                           const struct sv_names *n, int *into);

/* A list of names as bits; new names get the next free bit. */
enum err sv_keys_bits(struct sv_reading *r, const json_t *list,
                      struct sv_names *names, uint64_t *bits);

/* The whole file; a broken one is refused with its line.  Freed by
   json_decref. */
enum err sv_keys_load(struct call *c, const char *text, size_t size,
                      json_t **root);

/* Reads the object by the table; record is where offsets count from. */
enum err sv_keys_object(struct sv_reading *r, const json_t *object,
                        const struct sv_key *keys, void *record);

/* A list of objects, each into the next record of that size. */
enum err sv_keys_records(struct sv_reading *r, const json_t *list,
                         const struct sv_key *keys, void *records, size_t size);

/* The names of the root's list of objects, each there and only once. */
enum err sv_keys_collect(struct sv_reading *r, const json_t *root,
                         const char *list_name, int most,
                         struct sv_names *names);

#endif
