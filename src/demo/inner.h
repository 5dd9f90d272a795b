/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that make the demo office share. */
#ifndef DEMO_INNER_H
#define DEMO_INNER_H

#include "base/random.h"
#include "demo/demo.h"
#include "engine/org/org.h"

/* An office room and how many more people it takes. */
struct demo_room {
    int64_t id, unit_id;
    int building; /* 0 .. DEMO_BUILDINGS - 1 */
    int free;
};

#define DEMO_BUILDINGS 6
#define DEMO_UNITS 40

struct demo {
    struct call *c;
    struct random *r;
    const struct demo_size *size;
    void (*progress)(int64_t done, int64_t all); /* or NULL */
    int64_t units[DEMO_UNITS];
    struct demo_room *rooms;
    size_t n_rooms;
    int64_t providers[2];
    int64_t made; /* people so far */
    bool desks;   /* whoever comes now is given one */
};

/* A number from LOW to HIGH. */
int demo_between(struct demo *d, int low, int high);

/* A Chinese name; surnames come as often as they do in the country. */
const char *demo_name(struct demo *d);

/* The next person, in the unit (by its place in the table, or -1) or of the
   provider (0, 1 or -1), with phones and, in a unit, a room. */
enum err demo_person(struct demo *d, int unit, int provider, const char *post,
                     struct person *p) MUST_USE;

/* The parts, in the order of demo.c's table. */
enum err demo_units(struct demo *d) MUST_USE;
enum err demo_places(struct demo *d) MUST_USE;
enum err demo_crews(struct demo *d) MUST_USE;
enum err demo_staff(struct demo *d) MUST_USE; /* until there are enough */
enum err demo_sign_in(struct demo *d) MUST_USE;
enum err demo_orders(struct demo *d) MUST_USE;

/* How many people come with the accounts, after the staff. */
int64_t demo_newcomers(void);

/* Units by their place in the table. */
enum {
    DEMO_ROOT = 0,
    DEMO_REFORM = 6, /* 发展和改革委员会, where the requester works */
    DEMO_REFORM_PLANNING = 8,
    DEMO_SERVICE = 34, /* 机关事务服务中心 */
    DEMO_SERVICE_GENERAL,
    DEMO_SERVICE_WORK,
    DEMO_SERVICE_HOUSES,
    DEMO_SERVICE_ASSETS,
    DEMO_SERVICE_MONEY
};

#endif
