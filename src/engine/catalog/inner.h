/* SPDX-License-Identifier: Apache-2.0 */
/* inner - what the files of the catalogue share; nobody else includes it. */
#ifndef ENGINE_CATALOG_INNER_H
#define ENGINE_CATALOG_INNER_H

#include <pthread.h>

#include "engine/catalog/catalog.h"
#include "engine/catalog/form.h"

/* An item with its form, and a rule, as the snapshot holds them. */
struct held_item {
    struct service_item row; /* first: its address is the item's */
    struct form form;
};

struct held_rule {
    struct routing_rule row;
    const char *key; /* the item or area code; "" for any */
};

/* What the search looks through: made at the first search of a snapshot. */
struct search_index;

/* The parts of a snapshot that do change: who holds it, what is made late. */
struct holding {
    struct catalog_cache *cache;
    struct catalog *whole;
    unsigned holders; /* under the cache's lock */
    pthread_mutex_t search_lock;
    struct search_index *search;
};

struct catalog {
    struct holding *life;
    struct arena *arena;
    int64_t generation;
    struct service_area *areas; /* by sort, code */
    size_t n_areas;
    struct held_item *items; /* by code, valid_from */
    size_t n_items;
    struct held_item **by_id;
    struct sla_class *classes; /* by code, valid_from */
    size_t n_classes;
    struct held_rule *rules; /* by key */
    size_t n_rules;
    struct item_word *words;
    size_t n_words;
    struct item_asked *asked;
    size_t n_asked;
    struct workcal *workcal;
};

/* The form of an item of this snapshot. */
const struct form *catalog_form(const struct catalog *k,
                                const struct service_item *item);

/* Every row of the snapshot's tables, into the call's arena. */
enum err catalog_load(struct call *c, struct catalog *k) MUST_USE;

/* The part of it that the search reads. */
enum err catalog_load_words(struct call *c, struct catalog *k) MUST_USE;

/* There is an item of that code. */
enum err item_word_check(struct call *c, const void *old, void *rec) MUST_USE;

/* The code of an item ("A04") or of an area ("A"); blank becomes NULL, of any.
   ERR_INVALID item_code: there is neither. */
enum err need_item_or_area(struct call *c, const char **code) MUST_USE;
enum err ready_phrase_check(struct call *c, const void *old,
                            void *rec) MUST_USE;

/* The process looks at the generation at its next hold. */
void catalog_look_again(const struct call *c);

/* -- changing, without asking for rights -------------------------------- */

/* All rows of a noun by id. */
enum err catalog_rows(struct call *c, const struct model *m, void **rows,
                      size_t *n) MUST_USE;

/* What became of a row brought in. */
enum outcome { ADDED, CHANGED, UNCHANGED };

/*
 * A noun with versions by date: the next version of the code, or its first.
 * OLD holds the noun's N rows.  With IMPORT a version equal to the one in
 * force changes nothing, and a change begins at the earliest day possible.
 */
struct versions {
    const struct model *model;
    void *old;
    size_t n;
    bool import;
};
enum err catalog_add_version(struct call *c, const struct versions *v,
                             void *rec, enum outcome *out) MUST_USE;

/* Limits and rules of a record, as for the verbs of catalog.h. */
enum err catalog_check_item(struct call *c, struct service_item *i) MUST_USE;
enum err catalog_check_sla(struct call *c, const struct sla_class *s) MUST_USE;
enum err catalog_check_hours(struct call *c, struct office_hours *h) MUST_USE;

/* Add the program's item Z00 where it is not there and what it speaks of is. */
enum err catalog_add_not_sure(struct call *c) MUST_USE;

#endif
