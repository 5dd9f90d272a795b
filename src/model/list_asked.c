/* SPDX-License-Identifier: Apache-2.0 */
/* What a list was asked for, in words for the audit. */
#include "base/text.h"
#include "model/model.h"
#include "json/json.h"

static const char *const op_words[] = { "",    ".not", ".from", ".before",
                                        ".in", ".has", ".none", ".some" };
_Static_assert(COUNT(op_words) == SOMETHING + 1, "a word an operator");

const char *
list_asked(struct call *c, const struct list *l)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin(&o);
    for (size_t i = 0; i < l->n_filters; i++)
        json_put_text(&o,
                      arena_printf(c->arena, "%s%s", l->filters[i].field->name,
                                   op_words[l->filters[i].op]),
                      l->filters[i].value);
    if (l->words != NULL)
        json_put_text(&o, "q", l->words);
    if (l->view != NULL)
        json_put_text(&o, "view", l->view);
    json_end(&o);
    return b.s;
}
