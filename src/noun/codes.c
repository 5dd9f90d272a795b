/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table with open addressing beside the list of codes themselves. */
#include "noun/codes.h"

#include <string.h>

#include "base/text.h"

#define FIRST_SLOTS 256

/* The slot that holds the code, or the empty one where it belongs. */
static size_t
slot_of(const struct codes *k, const char *text)
{
    size_t i = (size_t)text_hash(text) & (k->n_slots - 1);

    while (k->slots[i] && strcmp(k->all[k->slots[i] - 1].text, text) != 0)
        i = (i + 1) & (k->n_slots - 1);
    return i;
}

size_t
codes_find(const struct codes *k, const char *text)
{
    if (k->n == 0)
        return NO_CODE;
    size_t i = slot_of(k, text);
    return k->slots[i] ? k->slots[i] - 1 : NO_CODE;
}

static void
grow(struct arena *a, struct codes *k)
{
    struct code *all;

    k->n_slots = k->n_slots ? 2 * k->n_slots : FIRST_SLOTS;
    k->cap = k->n_slots / 2;
    k->slots = NEW_N(a, uint32_t, k->n_slots);
    all = NEW_N(a, struct code, k->cap);
    if (k->n > 0)
        memcpy(all, k->all, k->n * sizeof *all);
    k->all = all;
    for (size_t i = 0; i < k->n; i++)
        k->slots[slot_of(k, all[i].text)] = (uint32_t)i + 1;
}

size_t
codes_put(struct arena *a, struct codes *k, const char *text, int64_t id)
{
    if (k->n == k->cap)
        grow(a, k);
    size_t i = slot_of(k, text);
    ASSERT(!k->slots[i]);
    k->all[k->n] = (struct code){ .text = text, .id = id };
    k->slots[i] = (uint32_t)++k->n;
    return k->n - 1;
}

size_t
codes_by_id(const struct codes *k, int64_t id)
{
    size_t low = 0, high = k->sorted;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (k->all[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < k->sorted && k->all[low].id == id ? low : NO_CODE;
}
