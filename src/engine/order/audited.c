/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the audit keeps of a correction: each field that is another, old and new.
 *
 * Who reads the audit reads it whole.  So of what is discreet, or lies in a
 * secrecy area, before or after, the names of the fields stand there and none of
 * the words: they are read in the order, by whoever may.
 */
#include <jansson.h>

#include "base/text.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "json/json.h"

/* What a correction calls a field, where the order calls it otherwise. */
static const char *const called[][2] = {
    { "item", "item_name" }, { "place", "place_name" }, { "answer", "answers" }
};

static const char *
field_called(const char *what)
{
    for (size_t i = 0; i < COUNT(called); i++)
        if (text_same(what, called[i][0]))
            return called[i][1];
    return what;
}

static enum err
is_withheld(struct call *c, const struct order *o, bool *secret)
{
    *secret = order_is_discreet(c, o);
    if (*secret || o->place_id == 0)
        return OK;
    return place_is_restricted(c, o->place_id, secret);
}

static const char *
text_in(const json_t *change, const char *key)
{
    return json_string_value(json_object_get(change, key));
}

/* "changed": "item_name,answers", each once, as answers may be several. */
static void
put_names(struct call *c, struct json_out *out, const json_t *changes)
{
    struct buf b = buf_make(c->arena, 0);
    const char *last = "";
    const json_t *one;
    size_t i;

    json_array_foreach(changes, i, one)
    {
        const char *name = field_called(text_in(one, "what"));

        if (!text_same(name, last))
            buf_printf(&b, "%s%s", b.len > 0 ? "," : "", name);
        last = name;
    }
    if (b.len > 0)
        json_put_text(out, "changed", b.s);
}

static void
put_pair(struct json_out *out, const char *name, const char *from,
         const char *to)
{
    json_key(out, name);
    json_begin_list(out);
    json_text(out, from);
    json_text(out, to);
    json_end_list(out);
}

/* An answer stands beside its question, all of them in one field. */
static void
add_answer(struct buf *b, const json_t *change, const char *key)
{
    const char *said = text_in(change, key);

    if (said != NULL)
        buf_printf(b, "%s%s %s", b->len > 0 ? ", " : "",
                   text_in(change, "label"), said);
}

/* "place_name": ["3-01", "3-02"], ... */
static void
put_words(struct call *c, struct json_out *out, const json_t *changes)
{
    struct buf from = buf_make(c->arena, 0), to = buf_make(c->arena, 0);
    const json_t *one;
    size_t i;

    json_array_foreach(changes, i, one)
    {
        const char *what = text_in(one, "what");

        if (!text_same(what, "answer")) {
            put_pair(out, field_called(what), text_in(one, "from"),
                     text_in(one, "to"));
            continue;
        }
        add_answer(&from, one, "from");
        add_answer(&to, one, "to");
    }
    if (from.len > 0 || to.len > 0)
        put_pair(out, "answers", from.len > 0 ? from.s : NULL,
                 to.len > 0 ? to.s : NULL);
}

enum err
order_audit_changes(const struct deed *d, struct json_out *out)
{
    json_t *detail = d->detail ? json_loads(d->detail, 0, NULL) : NULL;
    const json_t *changes = json_object_get(detail, "changes");
    bool was = false, is = false;
    enum err e = OK;

    if (json_array_size(changes) > 0) {
        e = is_withheld(d->c, d->old, &was);
        if (e == OK)
            e = is_withheld(d->c, d->rec, &is);
        if (was || is)
            put_names(d->c, out, changes);
        else
            put_words(d->c, out, changes);
    }
    json_decref(detail);
    return e;
}
