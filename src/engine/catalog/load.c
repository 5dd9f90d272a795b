/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the whole catalogue into a snapshot. */
#include <stdlib.h>
#include <string.h>

#include "engine/catalog/inner.h"
#include "model/app.h"

/* The room for N rows of SIZE, doubled when it is full. */
static void *
grow(struct call *c, void *rows, size_t n, size_t size)
{
    void *bigger;

    if (n != 0 && (n < 64 || (n & (n - 1)) != 0))
        return rows;
    bigger = arena_alloc(c->arena, (n < 64 ? 64 : 2 * n) * size);
    if (n > 0)
        memcpy(bigger, rows, n * size);
    return bigger;
}

enum err
catalog_rows(struct call *c, const struct model *m, void **rows, size_t *n)
{
    ROWS r = model_query(c, m, "ORDER BY id");

    *rows = NULL;
    for (*n = 0; rows_next(&r); ++*n) {
        *rows = grow(c, *rows, *n, m->size);
        model_read_row(m, &r, (char *)*rows + *n * m->size);
    }
    return rows_end(&r);
}

static int
compare_days(day a, day b)
{
    return (a.n > b.n) - (a.n < b.n);
}

static int
by_sort(const void *a, const void *b)
{
    const struct service_area *x = a, *y = b;

    if (x->sort != y->sort)
        return x->sort < y->sort ? -1 : 1;
    return strcmp(x->code, y->code);
}

static int
by_item_code(const void *a, const void *b)
{
    const struct held_item *x = a, *y = b;
    int d = strcmp(x->row.code, y->row.code);

    return d != 0 ? d : compare_days(x->row.valid_from, y->row.valid_from);
}

static int
by_item_id(const void *a, const void *b)
{
    const struct held_item *const *x = a, *const *y = b;

    return ((*x)->row.id > (*y)->row.id) - ((*x)->row.id < (*y)->row.id);
}

static int
by_class_code(const void *a, const void *b)
{
    const struct sla_class *x = a, *y = b;
    int d = strcmp(x->code, y->code);

    return d != 0 ? d : compare_days(x->valid_from, y->valid_from);
}

static int
by_key(const void *a, const void *b)
{
    const struct held_rule *x = a, *y = b;
    int d = strcmp(x->key, y->key);

    return d != 0 ? d : (x->row.id > y->row.id) - (x->row.id < y->row.id);
}

/* qsort must not be given NULL, even for nothing. */
static void
sort(void *rows, size_t n, size_t size, int (*by)(const void *, const void *))
{
    if (n > 1)
        qsort(rows, n, size, by);
}

static enum err
load_areas(struct call *c, struct catalog *k)
{
    void *rows;

    TRY(catalog_rows(c, &service_area_model, &rows, &k->n_areas));
    k->areas = rows;
    sort(rows, k->n_areas, sizeof *k->areas, by_sort);
    return OK;
}

static enum err
load_items(struct call *c, struct catalog *k)
{
    const struct service_item *rows;
    void *raw;

    TRY(catalog_rows(c, &service_item_model, &raw, &k->n_items));
    rows = raw;
    k->items = NEW_N(c->arena, struct held_item, k->n_items + 1);
    k->by_id = NEW_N(c->arena, struct held_item *, k->n_items + 1);
    for (size_t i = 0; i < k->n_items; i++) {
        k->items[i].row = rows[i];
        TRY(form_read(c, rows[i].fields, &k->items[i].form));
    }
    sort(k->items, k->n_items, sizeof *k->items, by_item_code);
    for (size_t i = 0; i < k->n_items; i++)
        k->by_id[i] = &k->items[i];
    sort(k->by_id, k->n_items, sizeof(struct held_item *), by_item_id);
    return OK;
}

static enum err
load_classes(struct call *c, struct catalog *k)
{
    void *rows;

    TRY(catalog_rows(c, &sla_class_model, &rows, &k->n_classes));
    k->classes = rows;
    sort(rows, k->n_classes, sizeof *k->classes, by_class_code);
    return OK;
}

static enum err
load_rules(struct call *c, struct catalog *k)
{
    const struct routing_rule *rows;
    void *raw;

    TRY(catalog_rows(c, &routing_rule_model, &raw, &k->n_rules));
    rows = raw;
    k->rules = NEW_N(c->arena, struct held_rule, k->n_rules + 1);
    for (size_t i = 0; i < k->n_rules; i++)
        k->rules[i] = (struct held_rule){
            .row = rows[i],
            .key = rows[i].item_code != NULL ? rows[i].item_code : ""
        };
    sort(k->rules, k->n_rules, sizeof *k->rules, by_key);
    return OK;
}

static enum err
load_days(struct call *c, struct workcal_facts *f)
{
    const struct calendar_day *days;
    const struct calendar_year *years;
    struct workcal_exception *exceptions;
    int *numbers;
    void *raw;

    TRY(catalog_rows(c, &calendar_day_model, &raw, &f->n_days));
    days = raw;
    exceptions = NEW_N(c->arena, struct workcal_exception, f->n_days + 1);
    for (size_t i = 0; i < f->n_days; i++)
        exceptions[i] = (struct workcal_exception){
            days[i].on_day, (enum workcal_kind)days[i].kind
        };
    f->days = exceptions;
    TRY(catalog_rows(c, &calendar_year_model, &raw, &f->n_years));
    years = raw;
    numbers = NEW_N(c->arena, int, f->n_years + 1);
    for (size_t i = 0; i < f->n_years; i++)
        numbers[i] = (int)years[i].year;
    f->years = numbers;
    return OK;
}

static enum err
load_hours(struct call *c, struct workcal_facts *f)
{
    const struct office_hours *rows;
    struct workcal_hours *hours;
    size_t n = 0, n_rows;
    void *raw;

    TRY(catalog_rows(c, &office_hours_model, &raw, &n_rows));
    rows = raw;
    hours = NEW_N(c->arena, struct workcal_hours, n_rows + 1);
    for (size_t i = 0; i < n_rows; i++) {
        hours[n] = (struct workcal_hours){
            .from_month_day = (int)rows[i].from_month_day,
            .to_month_day = (int)rows[i].to_month_day,
            .valid_from = rows[i].valid_from,
            .valid_to = rows[i].valid_to
        };
        /* A row that cannot be read was not written by this program. */
        if (workcal_read_spans(rows[i].spans, hours[n].spans,
                               &hours[n].n_spans))
            n++;
    }
    f->hours = hours;
    f->n_hours = n;
    return OK;
}

enum err
catalog_load(struct call *c, struct catalog *k)
{
    struct workcal_facts facts = { .zone = c->app->zone };

    TRY(load_areas(c, k));
    TRY(load_items(c, k));
    TRY(load_classes(c, k));
    TRY(load_rules(c, k));
    TRY(catalog_load_words(c, k));
    TRY(load_days(c, &facts));
    TRY(load_hours(c, &facts));
    k->workcal = workcal_make(c->arena, &facts);
    return OK;
}
