/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/words.h"

enum err
fail(struct call *c, enum err code, const char *field, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    c->fault =
        (struct fault){ .code = code,
                        .field = field,
                        .text = arena_vprintf(c->arena, words_in(c, fmt), ap) };
    va_end(ap);
    return code;
}

const char *
err_word(enum err e)
{
    static const char *const words[] = {
        "ok",       "malformed", "invalid", "unsigned", "denied", "absent",
        "conflict", "stale",     "busy",    "limit",    "broken"
    };

    _Static_assert(COUNT(words) == ERR_BROKEN + 1, "a word for every error");
    return words[e];
}

void
broken(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "liangcao: broken promise at %s:%d: %s\n", file, line,
                  what);
    abort();
}
