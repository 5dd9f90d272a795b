/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_json - the library's own format; problem.schema.json beside this file
 * describes it.
 *
 * Tables say which keys an object has and where their values go, so that an
 * unknown key, a wrong type and a name nobody has are refused in one place,
 * with the way to the key ("requests[3].pickup.from").
 */
#include "engine/dispatch/read.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 160 };

enum key_kind {
    KEY_REAL,
    KEY_TEXT,
    KEY_FLAG,
    KEY_PLACE,   /* name of a place -> int */
    KEY_VEHICLE, /* name of a vehicle -> int */
    KEY_REQUEST, /* name of a request -> int */
    KEY_OBJECT,  /* read by the key's own function */
    KEY_LIST     /* the same, a list */
};

struct reading;
typedef enum err (*key_reader)(struct reading *r, const json_t *value,
                               void *into);

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset;
    key_reader read;
};

#define AT(type, member) offsetof(struct type, member)

/* Names in the order they were given, so that they can be numbers. */
struct names {
    const char **names;
    int count, room;
};

struct reading {
    struct call *c;
    struct problem *p;
    char path[PATH_MOST];
    size_t length; /* of path */
    struct names places, vehicles, requests, seats, skills, tools, parts;
    bool distance, time; /* matrices that were given */
};

static enum err
refuse(const struct reading *r, const char *what)
{
    return fail(r->c, ERR_INVALID, NULL, "%s: %s",
                r->length ? r->path : "the file", what);
}

/* Goes down one key; step_back undoes it. */
static size_t
step_into(struct reading *r, const char *key, int index)
{
    size_t back = r->length, room = sizeof r->path - r->length;
    int n =
        key ? snprintf(r->path + back, room, "%s%.40s", back ? "." : "", key)
            : snprintf(r->path + back, room, "[%d]", index);

    if (n > 0)
        r->length += (size_t)n < room ? (size_t)n : room - 1;
    return back;
}

static void
step_back(struct reading *r, size_t back)
{
    r->length = back;
    r->path[back] = 0;
}

static int
find_name(const struct names *n, const char *name)
{
    for (int k = 0; k < n->count; k++)
        if (!strcmp(n->names[k], name))
            return k;
    return -1;
}

/* The number of a name in a list that may grow up to its room; -1: full. */
static int
number_of_name(struct reading *r, struct names *n, const char *name)
{
    int k = find_name(n, name);

    if (k >= 0 || n->count == n->room)
        return k;
    n->names[n->count] = arena_text(r->p->arena, name);
    return n->count++;
}

static struct names
names_of(struct reading *r, int room)
{
    return (struct names){ NEW_N(r->p->arena, const char *, (size_t)room + 1),
                           0, room };
}

static enum err
read_real(struct reading *r, const json_t *v, double *into)
{
    if (!json_is_number(v))
        return refuse(r, "a number is expected");
    *into = json_number_value(v);
    if (!isfinite(*into))
        return refuse(r, "not a finite number");
    return OK;
}

static enum err
read_reference(struct reading *r, const json_t *v, const struct names *n,
               int *into)
{
    if (!json_is_string(v))
        return refuse(r, "a name is expected");
    *into = find_name(n, json_string_value(v));
    if (*into < 0)
        return refuse(r, "nothing has that name");
    return OK;
}

static enum err
read_value(struct reading *r, const struct key *k, const json_t *v,
           void *record)
{
    void *into = (char *)record + k->offset;

    switch (k->kind) {
    case KEY_REAL: return read_real(r, v, into);
    case KEY_PLACE: return read_reference(r, v, &r->places, into);
    case KEY_VEHICLE: return read_reference(r, v, &r->vehicles, into);
    case KEY_REQUEST: return read_reference(r, v, &r->requests, into);
    case KEY_FLAG:
        if (!json_is_boolean(v))
            return refuse(r, "true or false is expected");
        *(bool *)into = json_is_true(v);
        return OK;
    case KEY_TEXT:
        if (!json_is_string(v))
            return refuse(r, "a text is expected");
        *(const char **)into = arena_text(r->p->arena, json_string_value(v));
        return OK;
    case KEY_OBJECT:
        if (!json_is_object(v))
            return refuse(r, "an object is expected");
        return k->read(r, v, into);
    case KEY_LIST:
        if (!json_is_array(v))
            return refuse(r, "a list is expected");
        return k->read(r, v, into);
    }
    return OK;
}

/* Reads the object by the table; record is where offsets count from. */
static enum err
read_object(struct reading *r, const json_t *object, const struct key *keys,
            void *record)
{
    const char *name;
    json_t *value;
    /* jansson's iterators want an object that is not const */
    json_t *walk = (json_t *)(uintptr_t)object;

    json_object_foreach(walk, name, value)
    {
        const struct key *k = keys;
        size_t back = step_into(r, name, 0);

        while (k->name && strcmp(k->name, name))
            k++;
        if (!k->name)
            return refuse(r, "unknown key");
        TRY(read_value(r, k, value, record));
        step_back(r, back);
    }
    return OK;
}

/* A list of objects, each into the next record of that size. */
static enum err
read_records(struct reading *r, const json_t *list, const struct key *keys,
             void *records, size_t size)
{
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *v = json_array_get(list, k);
        size_t back = step_into(r, NULL, (int)k);

        if (!json_is_object(v))
            return refuse(r, "an object is expected");
        TRY(read_object(r, v, keys, (char *)records + k * size));
        step_back(r, back);
    }
    return OK;
}

/* ---- counts by name: seats, parts, skills, tools ---------------------- */

static enum err
read_count(struct reading *r, struct names *n, const char *name,
           const json_t *v, int *number, int *count)
{
    double amount;

    *number = number_of_name(r, n, name);
    if (*number < 0)
        return refuse(r, "more kinds than are taken");
    TRY(read_real(r, v, &amount));
    if (amount < 0 || amount > SEATS_MOST || amount != floor(amount))
        return refuse(r, "a whole number from 0 to 32767 is expected");
    *count = (int)amount;
    return OK;
}

static enum err
read_counts(struct reading *r, struct names *n, const json_t *object,
            int *counts)
{
    json_t *walk = (json_t *)(uintptr_t)object, *v;
    const char *name;

    json_object_foreach(walk, name, v)
    {
        size_t back = step_into(r, name, 0);
        int number, count;

        TRY(read_count(r, n, name, v, &number, &count));
        counts[number] = count;
        step_back(r, back);
    }
    return OK;
}

static enum err
read_seats(struct reading *r, const json_t *v, void *into)
{
    return read_counts(r, &r->seats, v, into);
}

static enum err
read_parts(struct reading *r, const json_t *v, void *into)
{
    return read_counts(r, &r->parts, v, into);
}

static enum err
read_skills(struct reading *r, const json_t *object, void *into)
{
    json_t *walk = (json_t *)(uintptr_t)object, *v;
    const char *name;

    json_object_foreach(walk, name, v)
    {
        size_t back = step_into(r, name, 0);
        int number, level;

        TRY(read_count(r, &r->skills, name, v, &number, &level));
        if (level > SKILL_LEVELS)
            return refuse(r, "levels go from 0 to 4");
        skills_add(into, number, level);
        step_back(r, back);
    }
    return OK;
}

static enum err
read_tools(struct reading *r, const json_t *list, void *into)
{
    uint64_t *tools = into;

    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *v = json_array_get(list, k);
        int number;

        if (!json_is_string(v))
            return refuse(r, "names of tools are expected");
        number = number_of_name(r, &r->tools, json_string_value(v));
        if (number < 0)
            return refuse(r, "more than 64 tools");
        *tools |= UINT64_C(1) << number;
    }
    return OK;
}

/* ---- requests --------------------------------------------------------- */

static const struct key visit_keys[] = {
    { "place", KEY_PLACE, AT(visit, place), NULL },
    { "from", KEY_REAL, AT(visit, start.from), NULL },
    { "to", KEY_REAL, AT(visit, start.to), NULL },
    { "service", KEY_REAL, AT(visit, service), NULL },
    { 0 }
};

static enum err
read_visit(struct reading *r, const json_t *v, void *into)
{
    struct visit *visit = into;

    visit->place = -1;
    TRY(read_object(r, v, visit_keys, visit));
    if (visit->place < 0)
        return refuse(r, "the place is missing");
    return OK;
}

/* A list of vehicles' names: only and its count, never and its count. */
static enum err
read_vehicle_list(struct reading *r, const json_t *list, int **to, int *count)
{
    size_t n = json_array_size(list);

    *to = NEW_N(r->p->arena, int, n + 1);
    *count = 0;
    for (size_t k = 0; k < n; k++)
        TRY(read_reference(r, json_array_get(list, k), &r->vehicles,
                           &(*to)[(*count)++]));
    return OK;
}

static enum err
read_only(struct reading *r, const json_t *list, void *into)
{
    struct request *q = into;

    return read_vehicle_list(r, list, &q->only, &q->only_count);
}

static enum err
read_never(struct reading *r, const json_t *list, void *into)
{
    struct request *q = into;

    return read_vehicle_list(r, list, &q->never, &q->never_count);
}

static const struct key request_keys[] = {
    { "name", KEY_TEXT, AT(request, name), NULL },
    { "visit", KEY_OBJECT, AT(request, pickup), read_visit },
    { "pickup", KEY_OBJECT, AT(request, pickup), read_visit },
    { "delivery", KEY_OBJECT, AT(request, delivery), read_visit },
    { "seats", KEY_OBJECT, AT(request, seats), read_seats },
    { "ride_most", KEY_REAL, AT(request, ride_most), NULL },
    { "ride_factor", KEY_REAL, AT(request, ride_factor), NULL },
    { "ride_floor", KEY_REAL, AT(request, ride_floor), NULL },
    { "price", KEY_REAL, AT(request, price), NULL },
    { "deadline", KEY_REAL, AT(request, deadline), NULL },
    { "late_cost", KEY_REAL, AT(request, late_cost), NULL },
    { "skills", KEY_OBJECT, AT(request, skills), read_skills },
    { "tools", KEY_LIST, AT(request, tools), read_tools },
    { "parts", KEY_OBJECT, AT(request, parts), read_parts },
    { "only", KEY_LIST, 0, read_only },
    { "never", KEY_LIST, 0, read_never },
    { "keeps", KEY_VEHICLE, AT(request, keeps), NULL },
    { "change_price", KEY_REAL, AT(request, change_price), NULL },
    { 0 }
};

/* ---- vehicles --------------------------------------------------------- */

static const struct key pause_keys[] = {
    { "from", KEY_REAL, AT(pause, start.from), NULL },
    { "to", KEY_REAL, AT(pause, start.to), NULL },
    { "length", KEY_REAL, AT(pause, length), NULL },
    { 0 }
};

static enum err
read_pauses(struct reading *r, const json_t *list, void *into)
{
    struct vehicle *v = into;

    if (json_array_size(list) > BREAKS)
        return refuse(r, "at most two breaks are taken");
    v->pause_count = (int)json_array_size(list);
    return read_records(r, list, pause_keys, v->pauses, sizeof *v->pauses);
}

/* A pinned stop as it is written. */
struct written_pin {
    int request;
    const char *stop;
    struct window start;
};

static const struct key pin_keys[] = {
    { "request", KEY_REQUEST, AT(written_pin, request), NULL },
    { "stop", KEY_TEXT, AT(written_pin, stop), NULL },
    { "from", KEY_REAL, AT(written_pin, start.from), NULL },
    { "to", KEY_REAL, AT(written_pin, start.to), NULL },
    { 0 }
};

static enum err
read_pins(struct reading *r, const json_t *list, void *into)
{
    struct vehicle *v = into;
    size_t n = json_array_size(list);
    struct written_pin *pins = NEW_N(r->c->arena, struct written_pin, n + 1);

    for (size_t k = 0; k < n; k++)
        pins[k] = (struct written_pin){ -1, "pickup", { 0, ENDLESS } };
    TRY(read_records(r, list, pin_keys, pins, sizeof *pins));
    v->pinned = NEW_N(r->p->arena, struct pinned, n + 1);
    for (size_t k = 0; k < n; k++) {
        bool delivery = !strcmp(pins[k].stop, "delivery");

        if (pins[k].request < 0
            || (!delivery && strcmp(pins[k].stop, "pickup") != 0))
            return refuse(r, "a pinned stop needs a request, and as stop "
                             "pickup or delivery");
        v->pinned[v->pinned_count++] =
            (struct pinned){ pins[k].request, delivery, pins[k].start };
    }
    return OK;
}

static const struct key vehicle_keys[] = {
    { "name", KEY_TEXT, AT(vehicle, name), NULL },
    { "start", KEY_PLACE, AT(vehicle, start), NULL },
    { "end", KEY_PLACE, AT(vehicle, end), NULL },
    { "from", KEY_REAL, AT(vehicle, shift.from), NULL },
    { "to", KEY_REAL, AT(vehicle, shift.to), NULL },
    { "duration_most", KEY_REAL, AT(vehicle, duration_most), NULL },
    { "seats", KEY_OBJECT, AT(vehicle, seats), read_seats },
    { "skills", KEY_OBJECT, AT(vehicle, skills), read_skills },
    { "tools", KEY_LIST, AT(vehicle, tools), read_tools },
    { "parts", KEY_OBJECT, AT(vehicle, parts), read_parts },
    { "pace", KEY_REAL, AT(vehicle, pace), NULL },
    { "cost_distance", KEY_REAL, AT(vehicle, cost_distance), NULL },
    { "cost_time", KEY_REAL, AT(vehicle, cost_time), NULL },
    { "cost_use", KEY_REAL, AT(vehicle, cost_use), NULL },
    { "breaks", KEY_LIST, 0, read_pauses },
    { "pinned", KEY_LIST, 0, read_pins },
    { "free_from", KEY_REAL, AT(vehicle, free_from), NULL },
    { 0 }
};

/* ---- the whole -------------------------------------------------------- */

struct written_place {
    const char *name;
    double x, y;
};

static const struct key place_keys[] = {
    { "name", KEY_TEXT, AT(written_place, name), NULL },
    { "x", KEY_REAL, AT(written_place, x), NULL },
    { "y", KEY_REAL, AT(written_place, y), NULL },
    { 0 }
};

static int
by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

static enum err
check_unique(struct reading *r, const char *list, const struct names *n)
{
    const char **sorted =
        NEW_N(r->c->arena, const char *, (size_t)n->count + 1);

    for (int k = 0; k < n->count; k++)
        sorted[k] = n->names[k];
    qsort(sorted, (size_t)n->count, sizeof *sorted, by_text);
    for (int k = 1; k < n->count; k++)
        if (!strcmp(sorted[k - 1], sorted[k]))
            return fail(r->c, ERR_INVALID, NULL, "%s: two are called “%s”",
                        list, sorted[k]);
    return OK;
}

/* The names of a list of objects, each there and only once. */
static enum err
collect_names(struct reading *r, const json_t *root, const char *list_name,
              int most, struct names *names)
{
    const json_t *list = json_object_get(root, list_name);
    size_t n = json_array_size(list);

    if (!json_is_array(list))
        return fail(r->c, ERR_INVALID, NULL, "%s: a list is expected",
                    list_name);
    if (n > (size_t)most)
        return fail(r->c, ERR_LIMIT, NULL, "%s: %zu, at most %d are taken",
                    list_name, n, most);
    *names = names_of(r, (int)n);
    for (size_t k = 0; k < n; k++) {
        const json_t *v = json_object_get(json_array_get(list, k), "name");

        if (!json_is_string(v))
            return fail(r->c, ERR_INVALID, NULL, "%s[%zu]: a name is missing",
                        list_name, k);
        names->names[names->count++] =
            arena_text(r->p->arena, json_string_value(v));
    }
    return check_unique(r, list_name, names);
}

static enum err
read_matrix(struct reading *r, const json_t *rows, double **into)
{
    size_t n = (size_t)r->places.count;

    *into = NEW_N(r->p->arena, double, n *n + 1);
    if (json_array_size(rows) != n)
        return refuse(r, "as many rows as places are expected");
    for (size_t a = 0; a < n; a++) {
        const json_t *row = json_array_get(rows, a);
        size_t back = step_into(r, NULL, (int)a);

        if (!json_is_array(row) || json_array_size(row) != n)
            return refuse(r, "as many numbers as places are expected");
        for (size_t b = 0; b < n; b++)
            TRY(read_real(r, json_array_get(row, b), &(*into)[a * n + b]));
        step_back(r, back);
    }
    return OK;
}

static enum err
read_distance(struct reading *r, const json_t *rows, void *into)
{
    (void)into;
    r->distance = true;
    return read_matrix(r, rows, &r->p->distance);
}

static enum err
read_time(struct reading *r, const json_t *rows, void *into)
{
    (void)into;
    r->time = true;
    return read_matrix(r, rows, &r->p->time);
}

static enum err
read_places(struct reading *r, const json_t *list, void *into)
{
    struct problem *p = into;
    size_t n = json_array_size(list);
    struct written_place *w = NEW_N(r->c->arena, struct written_place, n + 1);

    for (size_t k = 0; k < n; k++)
        w[k] = (struct written_place){ NULL, NAN, NAN };
    TRY(read_records(r, list, place_keys, w, sizeof *w));
    p->place_names = NEW_N(p->arena, const char *, n + 1);
    for (size_t k = 0; k < n; k++) {
        p->place_names[k] = w[k].name;
        p->x[k] = w[k].x;
        p->y[k] = w[k].y;
        if (isnan(w[k].x) || isnan(w[k].y))
            p->x = p->y = NULL;
        if (!p->x)
            break;
    }
    for (size_t k = 0; k < n; k++)
        p->place_names[k] = w[k].name;
    return OK;
}

static enum err
read_supply(struct reading *r, const json_t *v, void *into)
{
    static const struct key keys[] = {
        { "place", KEY_PLACE, AT(problem, supply), NULL },
        { "service", KEY_REAL, AT(problem, supply_service), NULL },
        { 0 }
    };

    return read_object(r, v, keys, into);
}

static enum err
read_vehicles(struct reading *r, const json_t *list, void *into)
{
    struct problem *p = into;

    for (int k = 0; k < p->vehicle_count; k++)
        p->vehicles[k].start = p->vehicles[k].end = -1;
    TRY(read_records(r, list, vehicle_keys, p->vehicles, sizeof *p->vehicles));
    for (int k = 0; k < p->vehicle_count; k++)
        if (p->vehicles[k].end < 0)
            p->vehicles[k].end = p->vehicles[k].start;
    return OK;
}

static enum err
read_requests(struct reading *r, const json_t *list, void *into)
{
    struct problem *p = into;

    for (int k = 0; k < p->request_count; k++)
        p->requests[k].pickup.place = -1;
    return read_records(r, list, request_keys, p->requests,
                        sizeof *p->requests);
}

static const struct key problem_keys[] = {
    { "name", KEY_TEXT, AT(problem, name), NULL },
    { "places", KEY_LIST, 0, read_places },
    { "distance", KEY_LIST, 0, read_distance },
    { "time", KEY_LIST, 0, read_time },
    { "supply", KEY_OBJECT, 0, read_supply },
    { "fewest_vehicles", KEY_FLAG, AT(problem, fewest_vehicles), NULL },
    { "vehicles", KEY_LIST, 0, read_vehicles },
    { "requests", KEY_LIST, 0, read_requests },
    { 0 }
};

static enum err
complete(struct reading *r)
{
    struct problem *p = r->p;

    p->seat_names = r->seats.names;
    p->seat_kinds = r->seats.count;
    p->skill_names = r->skills.names;
    p->skill_kinds = r->skills.count;
    p->tool_names = r->tools.names;
    p->tool_kinds = r->tools.count;
    p->part_names = r->parts.names;
    p->part_kinds = r->parts.count;
    for (int k = 0; k < 2 * p->request_count; k++)
        p->node_ids[k] = k + 1;
    if (!r->distance && !r->time && !p->x)
        return refuse(r, "places need x and y, or a matrix is needed");
    if (!r->distance && p->x) {
        double *time = p->time;

        problem_measure(p);
        if (r->time)
            p->time = time;
    } else if (!r->distance) {
        p->distance = p->time;
    } else if (!r->time) {
        p->time = p->distance;
    }
    return OK;
}

static enum err
read_root(struct reading *r, const json_t *root)
{
    struct problem *p = r->p;

    if (!json_is_object(root))
        return refuse(r, "an object is expected");
    TRY(collect_names(r, root, "places", PLACES_MOST, &r->places));
    TRY(collect_names(r, root, "vehicles", VEHICLES_MOST, &r->vehicles));
    TRY(collect_names(r, root, "requests", REQUESTS_MOST, &r->requests));
    TRY(problem_make(r->c, p, r->places.count, r->vehicles.count,
                     r->requests.count));
    r->seats = names_of(r, SEAT_KINDS);
    r->skills = names_of(r, SKILL_WORDS * 16);
    r->tools = names_of(r, 64);
    r->parts = names_of(r, PART_KINDS);
    TRY(read_object(r, root, problem_keys, p));
    return complete(r);
}

enum err
read_json(struct call *c, struct problem *p, const char *text, size_t size)
{
    struct reading r = { .c = c, .p = p };
    json_error_t error;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    enum err e;

    if (!root)
        return fail(c, ERR_INVALID, NULL, "line %d: %s", error.line,
                    error.text);
    e = read_root(&r, root);
    json_decref(root);
    return e;
}
