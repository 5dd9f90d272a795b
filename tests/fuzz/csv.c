/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes through the CSV reader; what came out is written and must read
 * back the same.
 */
#include <string.h>

#include "base/base.h"
#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
read_back(struct arena *a, const struct csv *row)
{
    struct buf b = buf_make(a, 0);

    for (size_t i = 0; i < row->n; i++)
        csv_cell(&b, row->cells[i], i == 0);
    csv_end(&b);

    struct csv again = csv_open(a, b.s, b.len);
    ASSERT(csv_next(&again));
    ASSERT(again.n == row->n);
    for (size_t i = 0; i < row->n; i++)
        ASSERT(strcmp(again.cells[i], row->cells[i]) == 0);
    ASSERT(!csv_next(&again) && again.fault == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_open();
    struct csv r = csv_open(a, (const char *)data, n);
    int64_t last = 0;

    while (csv_next(&r)) {
        ASSERT(r.line > last && r.n >= 1);
        last = r.line;
        for (size_t i = 0; i < r.n; i++)
            ASSERT(text_is_utf8(r.cells[i], strlen(r.cells[i])));
        read_back(a, &r);
    }
    ASSERT(r.fault == NULL || r.fault_line >= last);
    arena_close(a);
    return 0;
}
