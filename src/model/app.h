/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app - the parts of the program that every call shares, constant once
 * threads run.  Made by main, tests and the command line through app_open.
 */
#ifndef MODEL_APP_H
#define MODEL_APP_H

#include "base/base.h"
#include "base/random.h"
#include "base/words.h"

struct store;
struct catalog_cache; /* engine/catalog: the catalogue held in memory */
struct session_cache; /* auth: sessions held in memory */
struct feed;          /* api: who listens to the event stream */
struct metrics;       /* api: figures of this process */
struct turns;         /* api: who has a table made */
struct health;        /* model: how the parts of this process fare */
struct jobs;          /* job: what happens by itself */
struct limits;        /* api: how those fare who come */
struct keeper;        /* cli: the nightly backup */
struct jail_child;    /* base: reads what strangers send */
struct audit;         /* engine/audit: its key, seals and counts */
struct noun;          /* noun: one row of reference data */

struct app {
    struct store *store;
    struct ids *ids;
    struct words *words;     /* Chinese */
    const struct zone *zone; /* the office's wall clock: Asia/Shanghai */
    struct catalog_cache *catalog;
    struct session_cache *sessions;
    struct feed *feed;
    struct metrics *metrics;
    struct turns *turns;
    struct health *health;
    struct jobs *jobs;
    struct limits *limits;
    struct keeper *keeper;
    struct jail_child *files; /* NULL: no kind of file is read */
    struct audit *audit;
    const struct noun *const *nouns; /* every noun there is; NULL-ended */
    const char *data_dir;
    bool
        demo; /* an office made by `liangcao demo`: its sign-ins may be shown */
};

static inline int64_t
new_id(const struct call *c)
{
    return ids_next(c->app->ids, c->now);
}

/* The day it is in the office. */
static inline day
today(const struct call *c)
{
    return zone_day(c->app->zone, c->now);
}

#endif
