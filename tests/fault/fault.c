/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include "engine/catalog/catalog.h"

#define MOST_STATEMENTS 600

/* One try with the K-th statement failing; false when there was no K-th. */
static bool
fails_at(struct call *c, const char *name, int64_t k, fault_verb verb,
         const void *with, enum err *e)
{
    /* Whether the catalogue is looked at again is a matter of time; a failing
       look leaves the old one. */
    {
        CATALOG k_now = catalog_hold(c);

        EXPECT(k_now != NULL);
    }
    db_fault(c, k);
    *e = verb(c, with);
    bool hit = db_fault_count(c) >= k;
    db_fault(c, 0);
    if (hit && *e == OK)
        fail_msg("%s: statement %lld failed, and nobody noticed\n", name,
                 (long long)k);
    if (hit && *e != ERR_BROKEN)
        fail_msg("%s: statement %lld failed: %s: %s\n", name, (long long)k,
                 err_word(*e), c->fault.text);
    return hit;
}

/* Every statement failed in turn, and then none: how many there are. */
static int64_t
fail_each(struct call *c, const char *name, const char *who, fault_verb verb,
          const void *with)
{
    uint64_t before = everything(c);
    struct arena *kept = c->arena, *own = arena_open();
    enum err e;
    int64_t k = 1;

    for (;; k++) {
        ASSERT(k < MOST_STATEMENTS);
        as(c, who);
        c->arena = own;
        bool hit = fails_at(c, name, k, verb, with, &e);
        c->arena = kept;
        if (!hit)
            break;
        if (everything(c) != before)
            fail_msg("%s: statement %lld failed, and something stayed\n", name,
                     (long long)k);
    }
    if (e != OK)
        fail_msg("%s: %s: %s\n", name, err_word(e), c->fault.text);
    /* What the last of them said goes with its memory. */
    c->fault = (struct fault){ 0 };
    arena_close(own);
    return k - 1;
}

void
expect_all_or_nothing(struct call *c, const char *name, const char *who,
                      fault_verb verb, const void *with)
{
    uint64_t before = everything(c);

    EXPECT(fail_each(c, name, who, verb, with) > 2);
    EXPECT(everything(c) != before);
}

void
expect_noticed(struct call *c, const char *name, const char *who,
               fault_verb verb, const void *with)
{
    uint64_t before = everything(c);

    EXPECT(fail_each(c, name, who, verb, with) > 0);
    EXPECT(everything(c) == before);
}
