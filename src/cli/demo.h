/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo - an office made by rule from a seed: the compound of a city
 * government, its units, people, crews and providers, and what they asked
 * for in a year.
 *
 * Always true: the same seed makes the same office (only ids and times
 * differ); everything goes through the engines' verbs, so what they refuse
 * cannot be made.  Nobody in it is real: mobile numbers begin with 169, which
 * is given out to nobody.
 */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "base/base.h"
#include "base/random.h"

struct demo_size {
    int64_t people; /* all of them, crews and providers included */
    int64_t orders;
};
#define DEMO_PEOPLE 1200
#define DEMO_ORDERS 20000

/* Crews of the catalogue must be there.  ERR_CONFLICT: the office has units
   already. */
enum err demo_org(struct call *c, struct random *r,
                  const struct demo_size *size) MUST_USE;

/* A year of orders up to c->now, by rule.  PROGRESS may be NULL. */
enum err demo_orders(struct call *c, struct random *r, int64_t orders,
                     void (*progress)(int64_t done, int64_t all)) MUST_USE;

#endif
