/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_json - the library's own format; problem.schema.json beside this file
 * describes it.
 *
 * Tables say which keys an object has and where their values go, so that an
 * unknown key, a wrong type and a name nobody has are refused in one place,
 * with the way to the key ("requests[3].pickup.from").
 */
#include "solver/keys.h"
#include "solver/read.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct problem_reading {
    struct sv_reading reading; /* first: the table's functions know only this */
    struct sv_problem *p;
    struct sv_names places, vehicles, requests, seats, skills, tools, parts;
    bool distance, time; /* matrices that were given */
    const char *nowhere; /* the first place without x or y */
};

#define IN(member) offsetof(struct problem_reading, member)

static struct problem_reading *
whole(struct sv_reading *r)
{
    return (struct problem_reading *)(void *)r;
}

/* ---- counts by name: seats, parts, skills, tools ---------------------- */

/* So many of what has that number among its names. */
struct counted {
    int number, count;
};

static enum err
read_count(struct sv_reading *r, struct sv_names *n, const char *name,
           const json_t *v, struct counted *out)
{
    double amount;

    out->number = sv_names_number(r, n, name);
    if (out->number < 0)
        return sv_keys_refuse(r, "more kinds than are taken");
    TRY(sv_keys_real(r, v, &amount));
    if (amount < 0 || amount > SV_SEATS_MOST || amount != floor(amount))
        return sv_keys_refuse(r, "a whole number from 0 to 32767 is expected");
    out->count = (int)amount;
    return OK;
}

static enum err
read_counts(struct sv_reading *r, struct sv_names *n, const json_t *object,
            int *counts)
{
    json_t *walk = (json_t *)(uintptr_t)object, *v;
    const char *name;

    json_object_foreach(walk, name, v)
    {
        size_t back = sv_keys_into(r, name, 0);
        struct counted one = { 0 };

        TRY(read_count(r, n, name, v, &one));
        counts[one.number] = one.count;
        sv_keys_back(r, back);
    }
    return OK;
}

static enum err
read_seats(struct sv_reading *r, const json_t *v, void *into)
{
    return read_counts(r, &whole(r)->seats, v, into);
}

static enum err
read_parts(struct sv_reading *r, const json_t *v, void *into)
{
    return read_counts(r, &whole(r)->parts, v, into);
}

static enum err
read_skills(struct sv_reading *r, const json_t *object, void *into)
{
    json_t *walk = (json_t *)(uintptr_t)object, *v;
    const char *name;

    json_object_foreach(walk, name, v)
    {
        size_t back = sv_keys_into(r, name, 0);
        struct counted one = { 0 };

        TRY(read_count(r, &whole(r)->skills, name, v, &one));
        if (one.count > SV_SKILL_LEVELS)
            return sv_keys_refuse(r, "levels go from 0 to 4");
        sv_skills_add(into, one.number, one.count);
        sv_keys_back(r, back);
    }
    return OK;
}

static enum err
read_tools(struct sv_reading *r, const json_t *list, void *into)
{
    return sv_keys_bits(r, list, &whole(r)->tools, into);
}

/* ---- requests --------------------------------------------------------- */

static const struct sv_key visit_keys[] = {
    { "place", SV_KEY_NAME, SV_AT(sv_visit, place), NULL, IN(places) },
    { "from", SV_KEY_REAL, SV_AT(sv_visit, start.from), NULL, 0 },
    { "to", SV_KEY_REAL, SV_AT(sv_visit, start.to), NULL, 0 },
    { "service", SV_KEY_REAL, SV_AT(sv_visit, service), NULL, 0 },
    { 0 }
};

static enum err
read_visit(struct sv_reading *r, const json_t *v, void *into)
{
    struct sv_visit *visit = into;

    visit->place = -1;
    TRY(sv_keys_object(r, v, visit_keys, visit));
    if (visit->place < 0)
        return sv_keys_refuse(r, "the place is missing");
    return OK;
}

/* A list of vehicles' names: only and its count, never and its count. */
static enum err
read_vehicle_list(struct sv_reading *r, const json_t *list, int **to,
                  int *count)
{
    size_t n = json_array_size(list);

    *to = NEW_N(r->arena, int, n + 1);
    *count = 0;
    for (size_t k = 0; k < n; k++)
        TRY(sv_keys_reference(r, json_array_get(list, k), &whole(r)->vehicles,
                              &(*to)[(*count)++]));
    return OK;
}

static enum err
read_only(struct sv_reading *r, const json_t *list, void *into)
{
    struct sv_request *q = into;

    return read_vehicle_list(r, list, &q->only, &q->only_count);
}

static enum err
read_never(struct sv_reading *r, const json_t *list, void *into)
{
    struct sv_request *q = into;

    return read_vehicle_list(r, list, &q->never, &q->never_count);
}

static const struct sv_key request_keys[] = {
    { "name", SV_KEY_TEXT, SV_AT(sv_request, name), NULL, 0 },
    { "visit", SV_KEY_OBJECT, SV_AT(sv_request, pickup), read_visit, 0 },
    { "pickup", SV_KEY_OBJECT, SV_AT(sv_request, pickup), read_visit, 0 },
    { "delivery", SV_KEY_OBJECT, SV_AT(sv_request, delivery), read_visit, 0 },
    { "seats", SV_KEY_OBJECT, SV_AT(sv_request, seats), read_seats, 0 },
    { "ride_most", SV_KEY_REAL, SV_AT(sv_request, ride_most), NULL, 0 },
    { "ride_factor", SV_KEY_REAL, SV_AT(sv_request, ride_factor), NULL, 0 },
    { "ride_floor", SV_KEY_REAL, SV_AT(sv_request, ride_floor), NULL, 0 },
    { "price", SV_KEY_REAL, SV_AT(sv_request, price), NULL, 0 },
    { "deadline", SV_KEY_REAL, SV_AT(sv_request, deadline), NULL, 0 },
    { "late_cost", SV_KEY_REAL, SV_AT(sv_request, late_cost), NULL, 0 },
    { "skills", SV_KEY_OBJECT, SV_AT(sv_request, skills), read_skills, 0 },
    { "tools", SV_KEY_LIST, SV_AT(sv_request, tools), read_tools, 0 },
    { "parts", SV_KEY_OBJECT, SV_AT(sv_request, parts), read_parts, 0 },
    { "only", SV_KEY_LIST, 0, read_only, 0 },
    { "never", SV_KEY_LIST, 0, read_never, 0 },
    { "keeps", SV_KEY_NAME, SV_AT(sv_request, keeps), NULL, IN(vehicles) },
    { "change_price", SV_KEY_REAL, SV_AT(sv_request, change_price), NULL, 0 },
    { 0 }
};

/* ---- vehicles --------------------------------------------------------- */

static const struct sv_key pause_keys[] = {
    { "from", SV_KEY_REAL, SV_AT(sv_pause, start.from), NULL, 0 },
    { "to", SV_KEY_REAL, SV_AT(sv_pause, start.to), NULL, 0 },
    { "length", SV_KEY_REAL, SV_AT(sv_pause, length), NULL, 0 },
    { 0 }
};

static enum err
read_pauses(struct sv_reading *r, const json_t *list, void *into)
{
    struct sv_vehicle *v = into;

    if (json_array_size(list) > SV_BREAKS)
        return sv_keys_refuse(r, "at most two breaks are taken");
    v->pause_count = (int)json_array_size(list);
    return sv_keys_records(r, list, pause_keys, v->pauses, sizeof *v->pauses);
}

/* A pinned stop as it is written. */
struct written_pin {
    int request;
    const char *stop;
    struct sv_window start;
};

static const struct sv_key pin_keys[] = {
    { "request", SV_KEY_NAME, SV_AT(written_pin, request), NULL, IN(requests) },
    { "stop", SV_KEY_TEXT, SV_AT(written_pin, stop), NULL, 0 },
    { "from", SV_KEY_REAL, SV_AT(written_pin, start.from), NULL, 0 },
    { "to", SV_KEY_REAL, SV_AT(written_pin, start.to), NULL, 0 },
    { 0 }
};

static enum err
read_pins(struct sv_reading *r, const json_t *list, void *into)
{
    struct sv_vehicle *v = into;
    size_t n = json_array_size(list);
    struct written_pin *pins = NEW_N(r->c->arena, struct written_pin, n + 1);

    /* NAN: not said; the request's own window takes its place when all have been
       read. */
    for (size_t k = 0; k < n; k++)
        pins[k] =
            (struct written_pin){ -1, "pickup", { (double)NAN, (double)NAN } };
    TRY(sv_keys_records(r, list, pin_keys, pins, sizeof *pins));
    v->pinned = NEW_N(r->arena, struct sv_pinned, n + 1);
    for (size_t k = 0; k < n; k++) {
        bool delivery = !strcmp(pins[k].stop, "delivery");

        if (pins[k].request < 0
            || (!delivery && strcmp(pins[k].stop, "pickup") != 0))
            return sv_keys_refuse(r,
                                  "a pinned stop needs a request, and as stop "
                                  "pickup or delivery");
        v->pinned[v->pinned_count++] =
            (struct sv_pinned){ pins[k].request, delivery, pins[k].start };
    }
    return OK;
}

static const struct sv_key vehicle_keys[] = {
    { "name", SV_KEY_TEXT, SV_AT(sv_vehicle, name), NULL, 0 },
    { "start", SV_KEY_NAME, SV_AT(sv_vehicle, start), NULL, IN(places) },
    { "end", SV_KEY_NAME, SV_AT(sv_vehicle, end), NULL, IN(places) },
    { "from", SV_KEY_REAL, SV_AT(sv_vehicle, shift.from), NULL, 0 },
    { "to", SV_KEY_REAL, SV_AT(sv_vehicle, shift.to), NULL, 0 },
    { "duration_most", SV_KEY_REAL, SV_AT(sv_vehicle, duration_most), NULL, 0 },
    { "seats", SV_KEY_OBJECT, SV_AT(sv_vehicle, seats), read_seats, 0 },
    { "skills", SV_KEY_OBJECT, SV_AT(sv_vehicle, skills), read_skills, 0 },
    { "tools", SV_KEY_LIST, SV_AT(sv_vehicle, tools), read_tools, 0 },
    { "parts", SV_KEY_OBJECT, SV_AT(sv_vehicle, parts), read_parts, 0 },
    { "pace", SV_KEY_REAL, SV_AT(sv_vehicle, pace), NULL, 0 },
    { "cost_distance", SV_KEY_REAL, SV_AT(sv_vehicle, cost_distance), NULL, 0 },
    { "cost_time", SV_KEY_REAL, SV_AT(sv_vehicle, cost_time), NULL, 0 },
    { "cost_use", SV_KEY_REAL, SV_AT(sv_vehicle, cost_use), NULL, 0 },
    { "breaks", SV_KEY_LIST, 0, read_pauses, 0 },
    { "pinned", SV_KEY_LIST, 0, read_pins, 0 },
    { "free_from", SV_KEY_REAL, SV_AT(sv_vehicle, free_from), NULL, 0 },
    { 0 }
};

/* ---- the whole -------------------------------------------------------- */

struct written_place {
    const char *name;
    double x, y;
};

static const struct sv_key place_keys[] = {
    { "name", SV_KEY_TEXT, SV_AT(written_place, name), NULL, 0 },
    { "x", SV_KEY_REAL, SV_AT(written_place, x), NULL, 0 },
    { "y", SV_KEY_REAL, SV_AT(written_place, y), NULL, 0 },
    { 0 }
};

static enum err
read_matrix(struct sv_reading *r, const json_t *rows, double **into)
{
    size_t n = (size_t)whole(r)->places.count;

    *into = NEW_N(r->arena, double, n *n + 1);
    if (json_array_size(rows) != n)
        return sv_keys_refuse(r, "as many rows as places are expected");
    for (size_t a = 0; a < n; a++) {
        const json_t *row = json_array_get(rows, a);
        size_t back = sv_keys_into(r, NULL, (int)a);

        if (!json_is_array(row) || json_array_size(row) != n)
            return sv_keys_refuse(r, "as many numbers as places are expected");
        for (size_t b = 0; b < n; b++)
            TRY(sv_keys_real(r, json_array_get(row, b), &(*into)[a * n + b]));
        sv_keys_back(r, back);
    }
    return OK;
}

static enum err
read_distance(struct sv_reading *r, const json_t *rows, void *into)
{
    (void)into;
    whole(r)->distance = true;
    return read_matrix(r, rows, &whole(r)->p->distance);
}

static enum err
read_time(struct sv_reading *r, const json_t *rows, void *into)
{
    (void)into;
    whole(r)->time = true;
    return read_matrix(r, rows, &whole(r)->p->time);
}

static enum err
read_places(struct sv_reading *r, const json_t *list, void *into)
{
    struct sv_problem *p = into;
    size_t n = json_array_size(list);
    struct written_place *w = NEW_N(r->c->arena, struct written_place, n + 1);

    for (size_t k = 0; k < n; k++)
        w[k] = (struct written_place){ NULL, (double)NAN, (double)NAN };
    TRY(sv_keys_records(r, list, place_keys, w, sizeof *w));
    p->place_names = NEW_N(p->arena, const char *, n + 1);
    for (size_t k = 0; k < n; k++) {
        p->place_names[k] = w[k].name;
        p->x[k] = w[k].x;
        p->y[k] = w[k].y;
        if (isnan(w[k].x + w[k].y) && !whole(r)->nowhere)
            whole(r)->nowhere = w[k].name;
    }
    return OK;
}

static enum err
read_supply(struct sv_reading *r, const json_t *v, void *into)
{
    static const struct sv_key keys[] = {
        { "place", SV_KEY_NAME, SV_AT(sv_problem, supply), NULL, IN(places) },
        { "service", SV_KEY_REAL, SV_AT(sv_problem, supply_service), NULL, 0 },
        { 0 }
    };

    TRY(sv_keys_object(r, v, keys, into));
    if (whole(r)->p->supply < 0)
        return sv_keys_refuse(r, "the place is missing");
    return OK;
}

static enum err
read_vehicles(struct sv_reading *r, const json_t *list, void *into)
{
    struct sv_problem *p = into;

    for (int k = 0; k < p->vehicle_count; k++)
        p->vehicles[k].start = p->vehicles[k].end = -1;
    TRY(sv_keys_records(r, list, vehicle_keys, p->vehicles,
                        sizeof *p->vehicles));
    for (int k = 0; k < p->vehicle_count; k++)
        if (p->vehicles[k].end < 0)
            p->vehicles[k].end = p->vehicles[k].start;
    return OK;
}

/* A job is one visit, a ride a pickup and its delivery. */
static enum err
check_stops(struct sv_reading *r, const json_t *object)
{
    bool visit = json_object_get(object, "visit");
    bool pickup = json_object_get(object, "pickup");
    bool delivery = json_object_get(object, "delivery");
    const char *why = NULL, *key = visit ? "visit" : "pickup";

    if (visit && (pickup || delivery))
        why = "has a visit and cannot have a pickup or a delivery too";
    else if (!visit && !pickup)
        why = "needs a visit, or a pickup (and a delivery)";
    if (!why)
        return OK;
    (void)sv_keys_into(r, key, 0);
    return fail(r->c, ERR_INVALID, NULL, "%s: request %s %s", r->path,
                json_string_value(json_object_get(object, "name")), why);
}

static enum err
read_requests(struct sv_reading *r, const json_t *list, void *into)
{
    struct sv_problem *p = into;

    TRY(sv_keys_records(r, list, request_keys, p->requests,
                        sizeof *p->requests));
    for (int k = 0; k < p->request_count; k++) {
        size_t back = sv_keys_into(r, NULL, k);

        TRY(check_stops(r, json_array_get(list, (size_t)k)));
        sv_keys_back(r, back);
    }
    return OK;
}

static const struct sv_key problem_keys[] = {
    { "name", SV_KEY_TEXT, SV_AT(sv_problem, name), NULL, 0 },
    { "places", SV_KEY_LIST, 0, read_places, 0 },
    { "distance", SV_KEY_LIST, 0, read_distance, 0 },
    { "time", SV_KEY_LIST, 0, read_time, 0 },
    { "supply", SV_KEY_OBJECT, 0, read_supply, 0 },
    { "fewest_vehicles", SV_KEY_FLAG, SV_AT(sv_problem, fewest_vehicles), NULL,
      0 },
    { "vehicles", SV_KEY_LIST, 0, read_vehicles, 0 },
    { "requests", SV_KEY_LIST, 0, read_requests, 0 },
    { 0 }
};

/* What a pin does not say of its window is as its request has it. */
static void
complete_pins(struct sv_problem *p, const struct sv_vehicle *v)
{
    for (int k = 0; k < v->pinned_count; k++) {
        struct sv_pinned *pin = &v->pinned[k];
        const struct sv_request *q = &p->requests[pin->request];
        const struct sv_window *own =
            pin->delivery ? &q->delivery.start : &q->pickup.start;

        if (isnan(pin->start.from))
            pin->start.from = own->from;
        if (isnan(pin->start.to))
            pin->start.to = own->to;
    }
}

static enum err
complete(struct problem_reading *w)
{
    struct sv_reading *r = &w->reading;
    struct sv_problem *p = w->p;

    p->seat_names = w->seats.names;
    p->seat_kinds = w->seats.count;
    p->skill_names = w->skills.names;
    p->skill_kinds = w->skills.count;
    p->tool_names = w->tools.names;
    p->tool_kinds = w->tools.count;
    p->part_names = w->parts.names;
    p->part_kinds = w->parts.count;
    for (int k = 0; k < 2 * p->request_count; k++)
        p->node_ids[k] = k + 1;
    for (int k = 0; k < p->vehicle_count; k++)
        complete_pins(p, &p->vehicles[k]);
    if (!w->distance && !w->time && w->nowhere)
        return fail(r->c, ERR_INVALID, NULL,
                    "places: %s lacks x or y, and there is no matrix",
                    w->nowhere);
    if (w->nowhere)
        p->x = p->y = NULL;
    /* One matrix stands for both, unless places tell the distance. */
    if (!w->distance && !p->x)
        p->distance = p->time;
    else if (!w->time)
        p->time = p->distance;
    return OK;
}

static enum err
read_root(struct problem_reading *w, const json_t *root)
{
    struct sv_reading *r = &w->reading;
    struct sv_problem *p = w->p;

    if (!json_is_object(root))
        return sv_keys_refuse(r, "an object is expected");
    TRY(sv_keys_collect(r, root, "places", SV_PLACES_MOST, &w->places));
    TRY(sv_keys_collect(r, root, "vehicles", SV_VEHICLES_MOST, &w->vehicles));
    TRY(sv_keys_collect(r, root, "requests", SV_REQUESTS_MOST, &w->requests));
    TRY(sv_problem_make(r->c, p, w->places.count, w->vehicles.count,
                        w->requests.count));
    w->seats = sv_names_make(r, SV_SEAT_KINDS);
    w->skills = sv_names_make(r, SV_SKILL_WORDS * 16);
    w->tools = sv_names_make(r, 64);
    w->parts = sv_names_make(r, SV_PART_KINDS);
    TRY(sv_keys_object(r, root, problem_keys, p));
    return complete(w);
}

enum err
sv_read_json(struct call *c, struct sv_problem *p, const char *text,
             size_t size)
{
    struct problem_reading w = { .reading = { .c = c, .arena = p->arena },
                                 .p = p };
    json_t *root;
    enum err e;

    TRY(sv_keys_load(c, text, size, &root));
    e = read_root(&w, root);
    json_decref(root);
    return e;
}
