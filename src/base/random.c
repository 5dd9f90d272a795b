/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/base.h"

#define PCG_STEP UINT64_C(6364136223846793005)
#define PCG_ADD UINT64_C(1442695040888963407)

struct random
random_seed(uint64_t seed)
{
    struct random r = { seed + PCG_ADD };

    (void)random_next(&r);
    return r;
}

uint32_t
random_next(struct random *r)
{
    uint64_t old = r->state;
    uint32_t mixed = (uint32_t)(((old >> 18U) ^ old) >> 27U);
    uint32_t turn = (uint32_t)(old >> 59U);

    r->state = old * PCG_STEP + PCG_ADD;
    return mixed >> turn | mixed << (-turn & 31U);
}

uint32_t
random_below(struct random *r, uint32_t n)
{
    return (uint32_t)((uint64_t)random_next(r) * n >> 32U);
}

double
random_unit(struct random *r)
{
    return random_next(r) / 4294967296.0;
}

void
random_secret(void *out, size_t n)
{
    randombytes_buf(out, n);
}

/* 2020-01-01T00:00:00Z */
#define IDS_EPOCH_MS INT64_C(1577836800000)
#define NODE_BITS 4
#define SEQ_BITS 8
/* The last of ms << SEQ_BITS | sequence that makes an id below IDS_END. */
#define LAST_COUNT ((IDS_END >> NODE_BITS) - 1)

struct ids {
    atomic_uint node;
    _Atomic int64_t last; /* ms << SEQ_BITS | sequence of the newest id */
};

struct ids *
ids_open(unsigned node)
{
    struct ids *g = malloc(sizeof *g);

    ASSERT(g != NULL && node < 1U << NODE_BITS);
    atomic_init(&g->node, node);
    atomic_init(&g->last, 0);
    return g;
}

void
ids_close(struct ids *g)
{
    free(g);
}

/* The first count of a moment. */
static int64_t
count_at(instant t)
{
    return (t.ms - IDS_EPOCH_MS) * (1 << SEQ_BITS);
}

int64_t
ids_next(struct ids *g, instant now)
{
    int64_t wish = count_at(now);
    int64_t last = atomic_load(&g->last), mine;

    /* A burst of more than 256 in one ms runs into the next one's numbers;
       a clock set back never goes below the newest id. */
    do {
        mine = wish > last && wish <= LAST_COUNT ? wish : last + 1;
    } while (!atomic_compare_exchange_weak(&g->last, &last, mine));
    return (mine >> SEQ_BITS) << (SEQ_BITS + NODE_BITS)
           | (int64_t)atomic_load(&g->node) << SEQ_BITS
           | (mine & ((1 << SEQ_BITS) - 1));
}

static void
raise_last(struct ids *g, int64_t to)
{
    int64_t last = atomic_load(&g->last);

    while (last < to && !atomic_compare_exchange_weak(&g->last, &last, to))
        continue;
}

/* Another node's id of the same ms may be above any of ours: the next ms. */
void
ids_pass(struct ids *g, int64_t id)
{
    if (id > 0 && id < IDS_END)
        raise_last(g,
                   ((id >> (SEQ_BITS + NODE_BITS)) + 1) * (1 << SEQ_BITS) - 1);
}

void
ids_move(struct ids *g, unsigned node)
{
    ASSERT(node < 1U << NODE_BITS);
    atomic_store(&g->node, node);
}
