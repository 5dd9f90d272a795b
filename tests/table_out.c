/* SPDX-License-Identifier: Apache-2.0 */
#include "table_out.h"

#include <unistd.h>

#include "api/export.h"
#include "test.h"

struct buf
table_out(struct call *c, const struct noun *n)
{
    struct export x = { .noun = n, .format = EXPORT_CSV };
    struct buf b = buf_make(c->arena, 0);
    struct raw raw = { 0 };
    char *text;

    EXPECT_OK(export_make(c, &x, &raw));
    text = arena_alloc(c->arena, raw.len + 1);
    EXPECT(pread(raw.fd, text, raw.len, 0) == (ssize_t)raw.len);
    (void)close(raw.fd);
    buf_puts(&b, text);
    return b;
}
