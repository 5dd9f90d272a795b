/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo - an office made by rule from a seed: the compound of a city
 * government, its units, people, crews and providers, and what they asked
 * for in a year.
 *
 * Each engine has its part, a row in the table of demo.c.
 *
 * Always true:
 *   1. The same seed makes the same office; only ids and times differ.
 *   2. Everything but the orders goes through the engines' verbs, so what they
 *      refuse cannot be made.  A year of orders is written row by row, as a
 *      million of them are wanted at times.
 *   3. Nobody in it is real: mobile numbers begin with 169, which is given out
 *      to nobody.
 */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

#include "base/base.h"

struct demo_size {
    int64_t people; /* all of them, crews and providers included */
    int64_t orders; /* in the year up to c->now */
};
#define DEMO_PEOPLE 1200
#define DEMO_ORDERS 20000

/*
 * Make it.  PROGRESS, of the orders, may be NULL.
 *
 * ERR_CONFLICT  there is an office already
 */
enum err demo_make(struct call *c, uint64_t seed, const struct demo_size *size,
                   void (*progress)(int64_t done, int64_t all)) MUST_USE;

#endif
