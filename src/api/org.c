/* SPDX-License-Identifier: Apache-2.0 */
/* Units, places, people, crews and providers over HTTP, and their tables in
   and out.  The rules are engine/org's; here is only shape. */
#include "engine/org/org.h"

#include <string.h>

#include "api/route.h"
#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "json/json.h"

/* -- nouns --------------------------------------------------------------- */

#define NOUN(noun)                                                             \
    static enum err serve_##noun##_set(struct call *c, void *in, void *out)    \
    {                                                                          \
        (void)out;                                                             \
        return noun##_set(c, in, c->said);                                     \
    }                                                                          \
    static enum err serve_##noun##_add(struct call *c, void *in, void *out)    \
    {                                                                          \
        (void)out;                                                             \
        return add_##noun(c, in);                                              \
    }

/* What is made is in use; said to be so no more, it is ended with it. */
#define ADD_IN_USE(noun)                                                       \
    static enum err add_##noun(struct call *c, struct noun *x)                 \
    {                                                                          \
        const field_mask use = model_mask(&noun##_model, "active");            \
        const bool ended = c->said & use && !x->active;                        \
        TX tx = tx_begin(c);                                                   \
                                                                               \
        TRY(noun##_add(c, x));                                                 \
        x->active = !ended;                                                    \
        if (ended)                                                             \
            TRY(noun##_set(c, x, use));                                        \
        return tx_commit(&tx);                                                 \
    }

static enum err
add_unit(struct call *c, struct unit *u)
{
    return unit_add(c, u);
}
ADD_IN_USE(place)
ADD_IN_USE(person)
NOUN(unit)
NOUN(place)
NOUN(person)

SERVE(unit_list, struct list)
SERVE(unit_get, struct unit)
SERVE(place_list, struct list)
SERVE(place_get, struct place)
SERVE(unit_plan_list, struct list)
SERVE(person_list, struct list)
SERVE(person_pick, struct list)
SERVE(person_get, struct person)

/* -- verbs on units ------------------------------------------------------- */

#define ACT(verb)                                                              \
    static enum err serve_##verb(struct call *c, void *in, void *out)          \
    {                                                                          \
        return verb(c, in, out);                                               \
    }
ACT(unit_rename)
ACT(unit_move)
ACT(unit_merge)
ACT(unit_split)
ACT(unit_end)

/* The filter by the unit is there already, from the path. */
static enum err
serve_unit_changes(struct call *c, void *in, void *out)
{
    struct list *l = in;
    struct unit u = { 0 };

    (void)out;
    for (size_t i = 0; i < l->n_filters; i++)
        if (strcmp(l->filters[i].field->name, "unit_id") == 0)
            (void)text_int(l->filters[i].value, &u.id);
    TRY(unit_get(c, &u));
    return model_list(c, l);
}

/* -- crews ---------------------------------------------------------------- */

struct by_id {
    int64_t id;
    instant at;
};
static const struct field by_id_fields[] = {
    FIELD(struct by_id, id, .flags = GIVEN),
};
static const struct model by_id_model =
    MODEL("by_id", NULL, struct by_id, by_id_fields);

static const struct field on_duty_fields[] = {
    FIELD(struct by_id, id, .flags = GIVEN),
    FIELD(struct by_id, at, .says = "Empty: now."),
};
static const struct model on_duty_model =
    MODEL("on_duty", NULL, struct by_id, on_duty_fields);

static enum err
remove_plan(struct call *c, void *in, void *out)
{
    (void)out;
    return unit_plan_remove(c, ((struct by_id *)in)->id);
}

static void
write_hand(struct json_out *o, const struct crew_hand *h)
{
    json_begin(o);
    json_put_int(o, "person_id", h->person_id);
    json_put_int(o, "member_id", h->member_id);
    json_put_text(o, "name", h->name);
    json_put_text(o, "mobile", h->mobile);
    json_put_text(o, "skills", h->skills);
    json_put_bool(o, "lead", h->lead);
    json_put_bool(o, "on_duty", h->on_duty);
    json_end(o);
}

/* Everybody of the crew; who is on duty at the moment asked for is marked. */
static enum err
get_on_duty(struct call *c, void *in, void *out)
{
    const struct by_id *q = in;
    struct crew crew = { 0 };
    struct crew_hand *hands;
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    size_t n;

    TRY(model_get(c, &crew_model, q->id, &crew));
    TRY(crew_hands_shown(c, &crew, q->at.ms ? q->at : c->now, &hands, &n));
    json_begin(&o);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; i < n; i++)
        write_hand(&o, &hands[i]);
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

/* -- the routes -------------------------------------------------------------- */

#define LIST(path, fn, noun, right, sentence)                                  \
    {                                                                          \
        GET, path, serve_##fn, .out = &noun##_model, .may = (right),           \
                               .flags = R_LIST, .says = (sentence)             \
    }
#define ONE(path, noun, right, sentence)                                       \
    {                                                                          \
        GET, path "/{id}", serve_##noun##_get,                                 \
            .in = &noun##_model, .out = &noun##_model, .may = (right),         \
            .says = (sentence)                                                 \
    }
#define NEW_ONE(path, noun, sentence)                                          \
    {                                                                          \
        POST, path, serve_##noun##_add,                                        \
            .in = &noun##_model, .out = &noun##_model, .may = "org.edit",      \
            .flags = R_CREATED, .says = (sentence)                             \
    }
#define CHANGE_THAT_WAITS(path, noun, sentence)                                \
    {                                                                          \
        PATCH, path "/{id}", serve_##noun##_set,                               \
            .in = &noun##_model, .out = &noun##_model, .may = "org.edit",      \
            .flags = R_WAITS, .says = (sentence)                               \
    }
#define CHANGE(path, noun, sentence)                                           \
    {                                                                          \
        PATCH, path "/{id}", serve_##noun##_set,                               \
            .in = &noun##_model, .out = &noun##_model, .may = "org.edit",      \
            .says = (sentence)                                                 \
    }
#define UNIT_ACT(verb, sentence)                                               \
    {                                                                          \
        POST, "/units/{id}/" #verb, serve_unit_##verb,                         \
            .in = &unit_##verb##_model, .out = &unit_model, .may = "org.edit", \
            .says = (sentence)                                                 \
    }

static const char *const place_views[] = { "near", NULL };

const struct route org_routes[] = {
    LIST("/units", unit_list, unit, NULL,
         "Units; as_of= a day shows the whole tree of that day."),
    ONE("/units", unit, NULL, "One unit."),
    NEW_ONE("/units", unit, "Found a unit."),
    CHANGE("/units", unit, "Change what is not its name or its parent."),
    UNIT_ACT(rename, "Give a unit another name from a day on."),
    UNIT_ACT(move, "Put a unit, with all below it, under another."),
    { POST, "/units/{id}/merge", serve_unit_merge, .in = &unit_merge_model,
      .out = &unit_model, .may = "org.edit", .flags = R_WAITS,
      .says = "End a unit and bring what it has into another." },
    UNIT_ACT(split, "Found a new unit out of one."),
    UNIT_ACT(end, "End a unit that has nothing left."),
    LIST("/units/{unit_id}/changes", unit_changes, unit_change, NULL,
         "What became of a unit."),
    LIST("/unit-plans", unit_plan_list, unit_plan, "org.see",
         "What shall become of units on a day to come."),
    { DELETE, "/unit-plans/{id}", remove_plan, .in = &by_id_model,
      .may = "org.edit", .says = "Call a planned change of a unit off." },

    { GET, "/places", serve_place_list, .out = &place_model, .flags = R_LIST,
      .views = place_views,
      .says = "Sites, buildings, floors, rooms; near: those in use, of one's "
              "own room, floor and building first." },
    ONE("/places", place, NULL, "One place."),
    NEW_ONE("/places", place, "Add a place."),
    CHANGE("/places", place, "Change a place, or put it into another."),

    LIST("/people", person_pick, person_card, NULL,
         "Find people by name or initials; phones are masked."),
    LIST("/persons", person_list, person, "org.see",
         "People of the units the caller may see."),
    ONE("/persons", person, "org.see", "One person."),
    NEW_ONE("/persons", person, "Add a person."),
    CHANGE_THAT_WAITS("/persons", person, "Change a person."),

    { GET, "/crews/{id}/on-duty", get_on_duty, .in = &on_duty_model,
      .flags = R_RAW,
      .answer = "{items:[{person_id:int,member_id:int,name:text?,mobile:text?,"
                "skills:text?,lead:bool,on_duty:bool}]}",
      .says = "A crew's people, and who is on duty." },
    { 0 }
};
