/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an order promised under other classes that it had in this round.
 *
 * Whoever corrects its item to one of another class and back finds the first
 * promise again, as it would be by now: so these go through pauses and changes
 * of the calendar as the one does that is in force.  They are few, and nobody
 * looks for them, so they stand in the order as JSON: {"N": {"item_id": id,
 * "accept_due": ms, ...}, ...}, by class, with the item that they were made for.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/order/inner.h"

/* What a promise is made of. */
static const struct {
    const char *name;
    size_t offset;
} times[] = {
#define TIME(member)                                                           \
    {                                                                          \
#member, offsetof(struct order, member)                                \
    }
    TIME(accept_due),    TIME(on_site_due), TIME(safe_due),
    TIME(complete_due),  TIME(held_due),    TIME(clocks_from),
    TIME(complete_from), TIME(wanted_from), TIME(wanted_to),
#undef TIME
};

static instant *
time_of(struct order *o, size_t i)
{
    return (instant *)(void *)((char *)o + times[i].offset);
}

static void
put_promise(json_t *to, const struct order *o)
{
    struct order copy = *o;

    for (size_t i = 0; i < COUNT(times); i++)
        (void)json_object_set_new(to, times[i].name,
                                  json_integer(time_of(&copy, i)->ms));
    (void)json_object_set_new(to, "item_id", json_integer(o->item_id));
    (void)json_object_set_new(to, "left_ms", json_integer(o->complete_left_ms));
    (void)json_object_set_new(to, "left_working",
                              json_boolean(o->left_working));
    (void)json_object_set_new(to, "judged", json_integer(o->judged));
    if (o->calendar_note != NULL)
        (void)json_object_set_new(to, "calendar_note",
                                  json_string(o->calendar_note));
}

static void
get_promise(struct call *c, const json_t *from, struct order *o)
{
    for (size_t i = 0; i < COUNT(times); i++)
        time_of(o, i)->ms =
            json_integer_value(json_object_get(from, times[i].name));
    o->item_id = json_integer_value(json_object_get(from, "item_id"));
    o->complete_left_ms = json_integer_value(json_object_get(from, "left_ms"));
    o->left_working = json_is_true(json_object_get(from, "left_working"));
    o->judged = json_integer_value(json_object_get(from, "judged"));
    o->calendar_note =
        arena_text(c->arena,
                   json_string_value(json_object_get(from, "calendar_note")));
}

/* By class; an empty one where there is none. */
static json_t *
open_kept(const struct order *o)
{
    json_t *kept = o->promised ? json_loads(o->promised, 0, NULL) : NULL;

    return json_is_object(kept) ? kept : json_object();
}

static void
close_kept(struct call *c, struct order *o, json_t *kept)
{
    char *text = json_dumps(kept, JSON_COMPACT | JSON_SORT_KEYS);

    ASSERT(text != NULL);
    o->promised =
        json_object_size(kept) > 0 ? arena_text(c->arena, text) : NULL;
    free(text);
    json_decref(kept);
}

/* Before it is let pass it does not.  What came from another system promises
   though nobody knows since when its clocks run. */
static bool
promises_something(const struct order *o)
{
    return o->clocks_from.ms != 0 || o->accept_due.ms != 0
           || o->on_site_due.ms != 0 || o->safe_due.ms != 0
           || o->complete_due.ms != 0 || o->held_due.ms != 0;
}

void
promise_keep(struct call *c, struct order *o, const struct order *was)
{
    json_t *kept, *one;

    if (was->sla_class == NULL || !promises_something(was))
        return;
    kept = open_kept(o);
    one = json_object();
    put_promise(one, was);
    (void)json_object_set_new(kept, was->sla_class, one);
    close_kept(c, o, kept);
}

bool
promise_take(struct call *c, struct order *o, struct order *out)
{
    json_t *kept, *one;

    *out = *o;
    if (o->promised == NULL || o->sla_class == NULL)
        return false;
    kept = open_kept(o);
    one = json_object_get(kept, o->sla_class);
    if (one != NULL) {
        get_promise(c, one, out);
        (void)json_object_del(kept, o->sla_class);
        close_kept(c, o, kept);
        return true;
    }
    json_decref(kept);
    return false;
}

bool
promises_each(struct call *c, struct order *o,
              bool (*f)(struct call *c, struct order *o))
{
    bool some = false;
    const char *name;
    json_t *kept, *one;

    if (o->promised == NULL)
        return false;
    kept = open_kept(o);
    json_object_foreach(kept, name, one)
    {
        struct order copy = *o;

        /* What is done to the order's own promise reads the class for its unit
           and calendar. */
        copy.sla_class = name;
        get_promise(c, one, &copy);
        if (!f(c, &copy))
            continue;
        put_promise(one, &copy);
        some = true;
    }
    close_kept(c, o, kept);
    return some;
}
