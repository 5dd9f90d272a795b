/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chance - the search's dice: the same numbers on every machine.
 *
 * xoroshiro128+ (Blackman & Vigna 2018) seeded by splitmix64; logarithms
 * are computed here from basic operations because libraries differ in the
 * last bit, and one bit changes a whole search.
 */
#ifndef SOLVER_CHANCE_H
#define SOLVER_CHANCE_H

#include <stdint.h>

struct sv_chance {
    uint64_t a, b;
};

/* The same SEED gives the same numbers on every machine. */
void sv_chance_seed(struct sv_chance *c, uint64_t seed);

static inline uint64_t
sv_chance_bits(struct sv_chance *c)
{
    uint64_t a = c->a, b = c->b, sum = a + b;

    b ^= a;
    c->a = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
    c->b = (b << 37) | (b >> 27);
    return sum;
}

/* 0 .. most - 1; most > 0. */
static inline int
sv_chance_below(struct sv_chance *c, int most)
{
    return (int)((uint64_t)(uint32_t)(sv_chance_bits(c) >> 32) * (uint64_t)most
                 >> 32);
}

/* low .. high, both included. */
static inline int
sv_chance_between(struct sv_chance *c, int low, int high)
{
    return low + sv_chance_below(c, high - low + 1);
}

/* In [0, 1). */
static inline double
sv_chance_unit(struct sv_chance *c)
{
    return (double)(sv_chance_bits(c) >> 11) * 0x1p-53;
}

/* Natural logarithm, the same bits everywhere; x > 0. */
double sv_chance_log(double x);

/* e to the x, the same bits everywhere; |x| < 700. */
double sv_chance_exp(double x);

#endif
