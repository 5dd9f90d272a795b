/* SPDX-License-Identifier: Apache-2.0 */
/* chance - see chance.h. */
#include "solver/chance.h"

#include <math.h>

static const double ln2 = 0.69314718055994530942;

static uint64_t
split_mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void
sv_chance_seed(struct sv_chance *c, uint64_t seed)
{
    c->a = split_mix(&seed);
    c->b = split_mix(&seed);
}

double
sv_chance_log(double x)
{
    int e;
    double m = frexp(x, &e), y, y2, sum = 0;

    /* ln m = 2 artanh((m - 1) / (m + 1)), m in [0.7, 1.4] */
    if (m < 0.70710678118654752440) {
        m *= 2;
        e--;
    }
    y = (m - 1) / (m + 1);
    y2 = y * y;
    for (int k = 21; k >= 1; k -= 2)
        sum = sum * y2 + 1.0 / k;
    return 2 * y * sum + e * ln2;
}

double
sv_chance_exp(double x)
{
    double k = floor(x / ln2 + 0.5), r = x - k * ln2, sum = 1;

    for (int i = 14; i >= 1; i--)
        sum = 1 + sum * r / i;
    return ldexp(sum, (int)k);
}
