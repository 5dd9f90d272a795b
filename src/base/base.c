/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/words.h"

/* Words may quote what was sent and cut it ("%.40s"): whole characters stay. */
enum err(fail)(struct call *c, enum err code, const char *field,
               const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = arena_vprintf(c->arena, words_in(c, fmt), ap);
    va_end(ap);
    c->fault = (struct fault){ code, field, text_mend(text) };
    return code;
}

const char *
err_word(enum err e)
{
    static const char *const words[] = {
        "ok",     "malformed", "invalid", "unsigned", "denied",
        "absent", "conflict",  "stale",   "busy",     "unsure",
        "limit",  "full",      "away",    "broken"
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
