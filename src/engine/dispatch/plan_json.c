/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_json - plans in the library's own form, by names; written and read
 * back as the beginning of another search.
 */
#include "engine/dispatch/keys.h"
#include "engine/dispatch/read.h"

#include <jansson.h>
#include <string.h>

static const char *const stop_words[] = { "pickup", "delivery", "supply",
                                          "break" };

static json_t *
stop_json(const struct problem *p, const struct stop *s)
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
tour_json(const struct problem *p, const struct plan_tour *t)
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
plan_write_json(const struct problem *p, const struct plan *plan, FILE *out)
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

static int
find_vehicle(const struct problem *p, const char *name)
{
    for (int k = 0; name && k < p->vehicle_count; k++)
        if (!strcmp(p->vehicles[k].name, name))
            return k;
    return -1;
}

static int
find_request(const struct problem *p, const char *name)
{
    for (int k = 0; name && k < p->request_count; k++)
        if (!strcmp(p->requests[k].name, name))
            return k;
    return -1;
}

/* Stops of requests that are known; breaks and supplies are found anew. */
static void
take_stops(const struct problem *p, struct plan *plan, struct plan_tour *t,
           const json_t *stops)
{
    t->stops = NEW_N(plan->arena, struct stop, json_array_size(stops) + 1);
    for (size_t k = 0; k < json_array_size(stops); k++) {
        const json_t *o = json_array_get(stops, k);
        const char *kind = json_string_value(json_object_get(o, "stop"));
        int r =
            find_request(p, json_string_value(json_object_get(o, "request")));

        if (r < 0 || !kind)
            continue;
        t->stops[t->stop_count++] = (struct stop){
            .kind = strcmp(kind, "delivery") ? STOP_PICKUP : STOP_DELIVERY,
            .request = r,
            .start = json_number_value(json_object_get(o, "start"))
        };
    }
}

static enum err
take_routes(struct call *c, const struct problem *p, struct plan *plan,
            const json_t *routes)
{
    size_t n = json_array_size(routes);

    if (!json_is_array(routes))
        return fail(c, ERR_INVALID, NULL, "routes: a list is expected");
    plan->routes = NEW_N(plan->arena, struct plan_tour, n + 1);
    for (size_t k = 0; k < n; k++) {
        const json_t *o = json_array_get(routes, k);
        struct plan_tour *t = &plan->routes[plan->route_count];

        t->vehicle =
            find_vehicle(p, json_string_value(json_object_get(o, "vehicle")));
        if (t->vehicle < 0)
            return fail(c, ERR_INVALID, NULL,
                        "routes[%zu].vehicle: nothing has that name", k);
        take_stops(p, plan, t, json_object_get(o, "stops"));
        plan->route_count++;
    }
    return OK;
}

enum err
read_plan_json(struct call *c, const struct problem *p, struct plan *plan,
               const char *text, size_t size)
{
    json_t *root;
    enum err e;

    TRY(keys_load(c, text, size, &root));
    e = take_routes(c, p, plan, json_object_get(root, "routes"));
    json_decref(root);
    return e;
}
