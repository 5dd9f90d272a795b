/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_json - plans in the library's own form, by names; written and read
 * back as the beginning of another search.
 */
#include "solver/keys.h"
#include "solver/read.h"

#include <jansson.h>
#include <string.h>

static const char *const stop_words[] = { "pickup", "delivery", "supply",
                                          "break" };

static json_t *
stop_json(const struct sv_problem *p, const struct sv_stop *s)
{
    json_t *o = json_pack("{s:s, s:f, s:f}", "stop", stop_words[s->kind],
                          "start", s->start, "length", s->length);

    if (s->request >= 0)
        json_object_set_new(o, "request",
                            json_string(p->requests[s->request].name));
    if (p->place_names)
        json_object_set_new(o, "place", json_string(p->place_names[s->place]));
    return o;
}

static json_t *
tour_json(const struct sv_problem *p, const struct sv_plan_tour *t)
{
    json_t *stops = json_array();

    for (int k = 0; k < t->stop_count; k++)
        json_array_append_new(stops, stop_json(p, &t->stops[k]));
    return json_pack("{s:s, s:f, s:f, s:f, s:f, s:o}", "vehicle",
                     p->vehicles[t->vehicle].name, "leaves", t->leaves,
                     "returns", t->returns, "distance", t->distance, "cost",
                     t->cost, "stops", stops);
}

void
sv_plan_write_json(const struct sv_problem *p, const struct sv_plan *plan,
                   FILE *out)
{
    json_t *routes = json_array(), *left = json_array(), *root;

    for (int k = 0; k < plan->route_count; k++)
        json_array_append_new(routes, tour_json(p, &plan->routes[k]));
    for (int k = 0; k < plan->unserved_count; k++)
        json_array_append_new(
            left, json_pack("{s:s, s:s}", "request",
                            p->requests[plan->unserved[k].request].name,
                            "reason", plan->unserved[k].reason));
    root = json_pack("{s:f, s:f, s:f, s:o, s:o}", "cost", plan->cost,
                     "distance", plan->distance, "duration", plan->duration,
                     "routes", routes, "unserved", left);
    (void)json_dumpf(root, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(root);
}

/* ---- reading ------------------------------------------------------------ */

struct json_reading {
    struct sv_reading reading; /* first: the table's functions know only this */
    struct sv_plan_reading plan;
    struct sv_names vehicles, requests, places;
    const json_t *routes; /* looked at when the others have been read */
};

#define IN(member) offsetof(struct json_reading, member)

static struct json_reading *
whole(struct sv_reading *r)
{
    return (struct json_reading *)(void *)r;
}

struct written_stop {
    const char *kind;
    int request, place;
    double start, length;
};

static const struct sv_key stop_keys[] = {
    { "stop", SV_KEY_TEXT, SV_AT(written_stop, kind), NULL, 0 },
    { "request", SV_KEY_NAME, SV_AT(written_stop, request), NULL,
      IN(requests) },
    { "place", SV_KEY_NAME, SV_AT(written_stop, place), NULL, IN(places) },
    { "start", SV_KEY_REAL, SV_AT(written_stop, start), NULL, 0 },
    { "length", SV_KEY_REAL, SV_AT(written_stop, length), NULL, 0 },
    { 0 }
};

/* Stops of requests; breaks and visits to the supply are found anew. */
static enum err
take_stop(struct sv_reading *r, const struct written_stop *w)
{
    const char *why = NULL;
    size_t kind = 0;

    while (kind < COUNT(stop_words)
           && (!w->kind || strcmp(w->kind, stop_words[kind]) != 0))
        kind++;
    if (kind == COUNT(stop_words))
        why = "as stop pickup, delivery, supply or break is expected";
    else if ((w->request >= 0) != (kind <= SV_STOP_DELIVERY))
        why = "a pickup and a delivery name their request, and only they";
    else if (kind <= SV_STOP_DELIVERY)
        why =
            sv_plan_add_stop(&whole(r)->plan,
                             &(struct sv_stop){ .kind = (enum sv_stop_kind)kind,
                                                .request = w->request,
                                                .start = w->start });
    return why ? sv_keys_refuse(r, why) : OK;
}

static enum err
read_stops(struct sv_reading *r, const json_t *list, void *into)
{
    size_t n = json_array_size(list);
    struct written_stop *w = NEW_N(r->c->arena, struct written_stop, n + 1);

    (void)into;
    for (size_t k = 0; k < n; k++)
        w[k] = (struct written_stop){ .request = -1, .place = -1 };
    TRY(sv_keys_records(r, list, stop_keys, w, sizeof *w));
    for (size_t k = 0; k < n; k++) {
        size_t back = sv_keys_into(r, NULL, (int)k);

        TRY(take_stop(r, &w[k]));
        sv_keys_back(r, back);
    }
    return OK;
}

struct written_tour {
    int vehicle;
    double leaves, returns, distance, cost;
};

static const struct sv_key tour_keys[] = {
    { "vehicle", SV_KEY_NAME, SV_AT(written_tour, vehicle), NULL,
      IN(vehicles) },
    { "leaves", SV_KEY_REAL, SV_AT(written_tour, leaves), NULL, 0 },
    { "returns", SV_KEY_REAL, SV_AT(written_tour, returns), NULL, 0 },
    { "distance", SV_KEY_REAL, SV_AT(written_tour, distance), NULL, 0 },
    { "cost", SV_KEY_REAL, SV_AT(written_tour, cost), NULL, 0 },
    { "stops", SV_KEY_LIST, 0, read_stops, 0 },
    { 0 }
};

static enum err
read_tours(struct sv_reading *r, const json_t *list)
{
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *o = json_array_get(list, k);
        struct written_tour w = { .vehicle = -1 };
        size_t back = sv_keys_into(r, NULL, (int)k);
        const char *why;

        if (!json_is_object(o))
            return sv_keys_refuse(r, "an object is expected");
        sv_plan_begin_tour(&whole(r)->plan);
        /* The vehicle is asked for at the end: it may stand after the stops. */
        TRY(sv_keys_object(r, o, tour_keys, &w));
        if (w.vehicle < 0)
            return sv_keys_refuse(r, "the vehicle is missing");
        why = sv_plan_end_tour(&whole(r)->plan, w.vehicle);
        if (why)
            return sv_keys_refuse(r, why);
        sv_keys_back(r, back);
    }
    return OK;
}

struct written_left {
    int request;
    const char *reason;
};

static enum err
read_unserved(struct sv_reading *r, const json_t *list, void *into)
{
    static const struct sv_key keys[] = {
        { "request", SV_KEY_NAME, SV_AT(written_left, request), NULL,
          IN(requests) },
        { "reason", SV_KEY_TEXT, SV_AT(written_left, reason), NULL, 0 },
        { 0 }
    };
    size_t n = json_array_size(list);
    struct written_left *w = NEW_N(r->c->arena, struct written_left, n + 1);

    (void)into;
    for (size_t k = 0; k < n; k++)
        w[k].request = -1;
    TRY(sv_keys_records(r, list, keys, w, sizeof *w));
    for (size_t k = 0; k < n; k++) {
        const char *why =
            w[k].request < 0 ? "a request is missing"
                             : sv_plan_leave_out(&whole(r)->plan, w[k].request);

        if (why)
            return sv_keys_refuse(r, why);
    }
    return OK;
}

static enum err
keep_routes(struct sv_reading *r, const json_t *list, void *into)
{
    (void)into;
    whole(r)->routes = list;
    return OK;
}

static const struct sv_key plan_keys[] = {
    { "cost", SV_KEY_REAL, SV_AT(sv_plan, cost), NULL, 0 },
    { "distance", SV_KEY_REAL, SV_AT(sv_plan, distance), NULL, 0 },
    { "duration", SV_KEY_REAL, SV_AT(sv_plan, duration), NULL, 0 },
    { "routes", SV_KEY_LIST, 0, keep_routes, 0 },
    { "unserved", SV_KEY_LIST, 0, read_unserved, 0 },
    { 0 }
};

static void
name_all(struct json_reading *w, const struct sv_problem *p)
{
    struct sv_reading *r = &w->reading;

    w->vehicles = sv_names_make(r, p->vehicle_count);
    w->requests = sv_names_make(r, p->request_count);
    w->places = sv_names_make(r, p->place_count);
    for (int k = 0; k < p->vehicle_count; k++)
        (void)sv_names_number(r, &w->vehicles, p->vehicles[k].name);
    for (int k = 0; k < p->request_count; k++)
        (void)sv_names_number(r, &w->requests, p->requests[k].name);
    for (int k = 0; p->place_names && k < p->place_count; k++)
        (void)sv_names_number(r, &w->places, p->place_names[k]);
}

static enum err
read_root(struct json_reading *w, const json_t *root)
{
    struct sv_reading *r = &w->reading;
    struct sv_plan sums; /* are computed anew */

    if (!json_is_object(root))
        return sv_keys_refuse(r, "an object is expected");
    TRY(sv_keys_object(r, root, plan_keys, &sums));
    (void)sv_keys_into(r, "routes", 0);
    if (!w->routes)
        return sv_keys_refuse(r, "a list is expected");
    return read_tours(r, w->routes);
}

enum err
sv_read_plan_json(struct call *c, const struct sv_problem *p,
                  struct sv_plan *plan, const char *text, size_t size)
{
    struct json_reading w = { .reading = { .c = c, .arena = plan->arena } };
    json_t *root;
    enum err e;

    TRY(sv_keys_load(c, text, size, &root));
    sv_plan_begin(&w.plan, p, plan);
    name_all(&w, p);
    e = read_root(&w, root);
    json_decref(root);
    return e;
}
