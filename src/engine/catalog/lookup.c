/* SPDX-License-Identifier: Apache-2.0 */
/* Questions a snapshot answers: items, classes, routes, due times. */
#include <string.h>

#include "engine/catalog/inner.h"

/* -- items and areas ---------------------------------------------------- */

static bool
in_force(day from, day to, day on)
{
    return from.n <= on.n && (to.n == 0 || on.n < to.n);
}

/* The first item whose code is not below CODE. */
static size_t
find_code(const struct catalog *k, const char *code)
{
    size_t low = 0, high = k->n_items;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (strcmp(k->items[mid].row.code, code) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct service_item *
catalog_item(const struct catalog *k, const char *code, day on)
{
    for (size_t i = find_code(k, code);
         i < k->n_items && strcmp(k->items[i].row.code, code) == 0; i++) {
        const struct service_item *row = &k->items[i].row;

        if (in_force(row->valid_from, row->valid_to, on))
            return row;
    }
    return NULL;
}

const struct service_item *
catalog_item_by_id(const struct catalog *k, int64_t id)
{
    size_t low = 0, high = k->n_items;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (k->by_id[mid]->row.id == id)
            return &k->by_id[mid]->row;
        if (k->by_id[mid]->row.id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct form *
catalog_form(const struct catalog *k, const struct service_item *item)
{
    const struct held_item *held = (const struct held_item *)(const void *)item;

    ASSERT(held >= k->items && held < k->items + k->n_items);
    return &held->form;
}

size_t
catalog_items(struct call *c, const struct catalog *k, day on,
              const struct service_item ***out)
{
    size_t n = 0;

    *out = NEW_N(c->arena, const struct service_item *, k->n_items + 1);
    for (size_t i = 0; i < k->n_items; i++) {
        const struct service_item *row = &k->items[i].row;

        if (row->active && in_force(row->valid_from, row->valid_to, on))
            (*out)[n++] = row;
    }
    return n;
}

const struct service_area *
catalog_area(const struct catalog *k, int64_t id)
{
    for (size_t i = 0; i < k->n_areas; i++)
        if (k->areas[i].id == id)
            return &k->areas[i];
    return NULL;
}

const struct sla_class *
catalog_sla(const struct catalog *k, const char *code, day on)
{
    for (size_t i = 0; i < k->n_classes; i++) {
        const struct sla_class *s = &k->classes[i];

        if (strcmp(s->code, code) == 0
            && in_force(s->valid_from, s->valid_to, on))
            return s;
    }
    return NULL;
}

const struct workcal *
catalog_workcal(const struct catalog *k)
{
    return k->workcal;
}

/* -- routes ------------------------------------------------------------- */

/* How deep the place lies in the path: 1 for the root, 0 when it is not in
   it. */
static int
find_depth(const char *path, int64_t place_id)
{
    int depth = 0;

    while (path != NULL && *path == '/') {
        int64_t id = 0;

        for (path++; *path >= '0' && *path <= '9'; path++)
            id = id * 10 + (*path - '0');
        depth++;
        if (id == place_id)
            return depth;
    }
    return 0;
}

static size_t
find_key(const struct catalog *k, const char *key)
{
    size_t low = 0, high = k->n_rules;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (strcmp(k->rules[mid].key, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The crew of the deepest rule under KEY that holds the place; 0 none. */
static int64_t
find_crew(const struct catalog *k, const char *key, const char *path, day on)
{
    int64_t crew = 0;
    int best = -1;

    for (size_t i = find_key(k, key);
         i < k->n_rules && strcmp(k->rules[i].key, key) == 0; i++) {
        const struct routing_rule *r = &k->rules[i].row;
        int depth = r->place_id != 0 ? find_depth(path, r->place_id) : 0;

        if ((r->place_id != 0 && depth == 0) || depth < best
            || !in_force(r->valid_from, r->valid_to, on))
            continue;
        best = depth;
        crew = r->crew_id;
    }
    return crew;
}

int64_t
catalog_route(const struct catalog *k, const struct service_item *item,
              const char *place_path, day on)
{
    const struct service_area *area = catalog_area(k, item->area_id);
    int64_t crew = find_crew(k, item->code, place_path, on);

    if (crew == 0 && area != NULL)
        crew = find_crew(k, area->code, place_path, on);
    return crew != 0 ? crew : find_crew(k, "", place_path, on);
}

/* -- due times ---------------------------------------------------------- */

/* What is needed for the clocks of one order. */
struct clocks {
    const struct workcal *w;
    instant start;
    instant farthest; /* of what was reckoned by the calendar */
};

static instant
run_clock(struct clocks *k, int64_t minutes, bool working, int64_t days)
{
    instant due = { 0 };

    if (days > 0)
        due = workcal_add_days(k->w, k->start, days);
    else if (minutes > 0 && working)
        due = workcal_add(k->w, k->start, minutes * MINUTE_MS);
    else if (minutes > 0)
        return (instant){ k->start.ms + minutes * MINUTE_MS };
    if (due.ms > k->farthest.ms)
        k->farthest = due;
    return due;
}

static instant
not_before(instant due, instant other)
{
    return due.ms != 0 && due.ms < other.ms ? other : due;
}

struct catalog_due
catalog_due(struct call *c, const struct catalog *k, const struct sla_class *s,
            instant submitted, instant wanted_from, instant wanted_to)
{
    struct clocks clocks = { k->workcal, submitted, { 0 } };
    struct catalog_due due = { 0 };
    int year = 0;

    due.accept =
        run_clock(&clocks, s->accept_min, s->accept_working, s->accept_days);
    due.on_site = s->on_site_booked
                      ? wanted_from
                      : run_clock(&clocks, s->on_site_min, s->on_site_working,
                                  s->on_site_days);
    /* What is booked is taken on before it begins, or not at all. */
    if (s->on_site_booked && wanted_from.ms > submitted.ms
        && due.accept.ms > wanted_from.ms)
        due.accept = wanted_from;
    due.safe = run_clock(&clocks, s->safe_min, s->safe_working, 0);
    /* Who books a beginning alone is promised that somebody is there; the end
       is agreed on. */
    if (s->complete_booked)
        due.complete = wanted_to;
    else
        due.complete = run_clock(&clocks, s->complete_min, s->complete_working,
                                 s->complete_days);
    due.safe = not_before(due.safe, due.on_site);
    due.complete = not_before(due.complete, due.on_site);
    due.complete = not_before(due.complete, due.safe);
    if (clocks.farthest.ms != 0)
        year = workcal_unpublished(k->workcal, submitted, clocks.farthest);
    if (year != 0)
        due.calendar_note =
            arena_printf(c->arena, "year not published: %d", year);
    return due;
}
