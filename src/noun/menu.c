/* SPDX-License-Identifier: Apache-2.0 */
/* What the interface is told of the nouns, so that it holds no list. */
#include <ctype.h>

#include "base/text.h"
#include "base/words.h"
#include "noun/noun.h"
#include "json/json.h"

const char *
noun_label(struct call *c, const struct noun *n)
{
    char *s;

    if (c->lang == LANG_ZH)
        return words_in(c, n->model->noun);
    s = arena_text(c->arena, n->plural);
    for (char *p = s; *p != '\0'; p++)
        *p = *p == '-' ? ' ' : *p;
    s[0] = (char)toupper((unsigned char)s[0]);
    return s;
}

/* The field that a page sorts by. */
static const char *
sort_of(const struct noun *n)
{
    const struct field *key = model_flagged(n->model, UNIQUE);
    const struct field *title = model_flagged(n->model, TITLE);

    return n->sort ? n->sort : key ? key->name : title ? title->name : NULL;
}

static void
write_noun(struct call *c, struct json_out *o, const struct noun *n)
{
    const struct field *title = model_flagged(n->model, TITLE);

    json_begin(o);
    json_put_text(o, "noun", n->model->noun);
    json_put_text(o, "table", n->model->table);
    json_put_text(o, "plural", n->plural);
    json_put_text(o, "part", n->part);
    json_put_text(o, "label", noun_label(c, n));
    json_put_text(o, "one", words_spaced(c, n->model->noun));
    json_put_text(o, "says", words_in(c, n->says));
    json_put_text(o, "title", title ? title->name : NULL);
    json_put_text(o, "sort", sort_of(n));
    json_put_text(o, "edit", n->edit);
    json_put_bool(o, "editable", n->edit != NULL && auth_may(c, n->edit));
    json_put_bool(o, "plain", !n->by_hand);
    json_put_bool(o, "alive", n->life != NULL);
    json_put_bool(o, "removable", n->removable);
    json_put_bool(o, "merges", n->merges);
    json_put_bool(o, "imports", noun_imports(n));
    json_put_bool(o, "dated", model_flagged(n->model, UNTIL) != NULL);
    json_put_bool(o, "searched",
                  n->model->searched || model_flagged(n->model, FOUND) != NULL);
    /* With the form the interface needs no second request for a page. */
    json_key(o, "form");
    model_write_form(c, o, n->model);
    json_end(o);
}

/* What others only refer to has no place of its own; but whoever reads the audit
   reads of all. */
static bool
is_shown(const struct call *c, const struct noun *n)
{
    if (auth_may(c, "audit.see"))
        return true;
    /* Whoever brings tables in is told which there are. */
    if (n->add != NULL && auth_may(c, "import"))
        return true;
    return (n->part != NULL || !n->by_hand) && auth_may(c, n->see);
}

void
noun_write_menu(struct call *c, struct json_out *o)
{
    json_begin(o);
    json_key(o, "items");
    json_begin_list(o);
    for (size_t i = 0; c->app->nouns[i] != NULL; i++)
        if (is_shown(c, c->app->nouns[i]))
            write_noun(c, o, c->app->nouns[i]);
    json_end_list(o);
    json_end(o);
}
