/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo - an office made by rule from a seed, to try things on: a
 * city-government compound with its people, crews and a year of orders.
 *
 * Always true: the same seed, size and moment make the same office.
 */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "base/base.h"
#include "base/random.h"

/* The compound, its units, people, crews, providers and accounts. */
enum err demo_org(struct call *c, struct random *r) MUST_USE;

/* A year of orders up to c->now.  PROGRESS may be NULL. */
enum err demo_orders(struct call *c, struct random *r, int64_t orders,
                     void (*progress)(int64_t done, int64_t all)) MUST_USE;

#endif
