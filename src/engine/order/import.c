/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of other people's requests into orders. */
#include "engine/order/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/csv.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"

#define MAX_REFUSALS 1000
#define MAX_PARTS 4 /* columns that make one thing together */

/* -- names to ids: a table that grows with the import --------------------------- */

struct slot {
    const char *name; /* NULL: free */
    const char *code; /* of an item */
    int64_t id;
};

struct names {
    struct arena *arena;
    struct slot *slots;
    size_t n, cap;
};

static uint64_t
hash_text(const char *s)
{
    uint64_t h = UINT64_C(1469598103934665603); /* FNV-1a */

    for (; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
    return h;
}

static struct slot *
find_slot(const struct names *t, const char *name)
{
    size_t i = hash_text(name) & (t->cap - 1);

    while (t->slots[i].name != NULL && strcmp(t->slots[i].name, name) != 0)
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

static struct names
names_make(struct arena *a, size_t cap)
{
    return (struct names){ a, NEW_N(a, struct slot, cap), 0, cap };
}

/* The slot of NAME; a new one has name NULL until it is put. */
static struct slot *
names_get(struct names *t, const char *name)
{
    if (t->n * 2 >= t->cap) {
        struct names bigger = names_make(t->arena, t->cap * 2);

        for (size_t i = 0; i < t->cap; i++)
            if (t->slots[i].name != NULL)
                *find_slot(&bigger, t->slots[i].name) = t->slots[i];
        bigger.n = t->n;
        *t = bigger;
    }
    return find_slot(t, name);
}

static void
names_put(struct names *t, struct slot *s, const char *name, int64_t id)
{
    s->name = arena_text(t->arena, name);
    s->id = id;
    t->n++;
}

/* -- an import under way -------------------------------------------------------- */

enum column {
    IDENTITY,
    SUBMITTED,
    DUE,
    CLOSED,
    STATE,
    VERDICT,
    SUBJECT,
    DESCRIPTION,
    RESULT,
    AREA,
    ITEM,
    CREW,
    PLACE,
    REQUESTER,
    PHONE,
    CHANNEL,
    PRIORITY,
    N_COLUMNS
};

struct importing {
    struct call *c;
    const struct import_map *map;
    const struct map_values *values;
    const struct map_defaults *defaults;
    struct zone *zone;
    /* Where in the row: the cells are put together; n_at 0: there is none. */
    int at[N_COLUMNS][MAX_PARTS];
    int n_at[N_COLUMNS];
    const char *names[N_COLUMNS];
    struct names known, areas, items, crews;
    int64_t requester_id;
    const char *channel, *sla_class;
    struct csv csv;
    struct arena *keep;
    struct audit_cover cover; /* of the orders */
    struct import_report *report;
    bool dry_run;
};

/* The cell without the blanks that fixed widths leave; NULL when it is empty. */
static const char *
one_cell(const struct importing *im, int i)
{
    const char *s = (size_t)i < im->csv.n ? im->csv.cells[i] : NULL;
    size_t n;

    s = s ? text_clean(im->c->arena, s, true) : "";
    if (*s == '\0')
        return NULL;
    s += strspn(s, " \t");
    n = strlen(s);
    while (n > 0 && strchr(" \t", s[n - 1]) != NULL)
        n--;
    return s[n] == '\0' ? s : arena_text_n(im->c->arena, s, n);
}

/* Where several columns make one thing, "-" joins those of an identity and a
   blank all others, such as a date and a time. */
static const char *
cell(const struct importing *im, enum column k)
{
    const char *all = NULL, *one;

    for (int i = 0; i < im->n_at[k]; i++) {
        one = one_cell(im, im->at[k][i]);
        if (one != NULL)
            all = all ? arena_printf(im->c->arena, "%s%c%s", all,
                                     k == IDENTITY ? '-' : ' ', one)
                      : one;
    }
    return all;
}

/* What the cell's word means by the map; the word itself when it is silent. */
static const char *
meaning(const struct map_value *v, unsigned n, const char *word)
{
    for (unsigned i = 0; word != NULL && i < n; i++)
        if (strcmp(v[i].is, word) == 0)
            return v[i].means;
    return word;
}

static void
refuse(struct importing *im, enum column k, const char *detail)
{
    struct import_report *r = im->report;

    r->refused++;
    if (r->n_refusals == MAX_REFUSALS)
        return;
    r->refusals[r->n_refusals++] = (struct request_refusal){
        .line = im->csv.line,
        .column = im->names[k],
        .detail = words_in(im->c, detail),
        .value = arena_text(im->keep, cell(im, k))
    };
}

/* -- the header ------------------------------------------------------------------ */

static void
name_columns(struct importing *im)
{
    const struct map_columns *m = im->map->columns;
    const char *names[N_COLUMNS] = {
        [IDENTITY] = m->identity, [SUBMITTED] = m->submitted_at,
        [DUE] = m->complete_due,  [CLOSED] = m->closed_at,
        [STATE] = m->state,       [VERDICT] = m->verdict,
        [SUBJECT] = m->title,     [DESCRIPTION] = m->description,
        [RESULT] = m->result,     [AREA] = m->area,
        [ITEM] = m->item,         [CREW] = m->crew,
        [PLACE] = m->place,       [REQUESTER] = m->requester,
        [PHONE] = m->phone,       [CHANNEL] = m->channel,
        [PRIORITY] = m->priority
    };

    memcpy(im->names, names, sizeof names);
}

/* The place of a column; -1: the file has none of this name. */
static enum err
place_of(struct importing *im, const char *name, int *at)
{
    *at = -1;
    for (size_t i = 0; i < im->csv.n; i++) {
        if (strcmp(im->csv.cells[i], name) != 0)
            continue;
        if (*at >= 0)
            return fail(im->c, ERR_INVALID, name, "the column comes twice");
        *at = (int)i;
    }
    return OK;
}

/* What the first row has, for whoever wonders why a column is not there. */
static const char *
list_columns(const struct importing *im)
{
    struct buf b = buf_make(im->c->arena, 0);

    for (size_t i = 0; i < im->csv.n && b.len < 400; i++)
        buf_printf(&b, "%s“%.60s”", i > 0 ? " " : "", im->csv.cells[i]);
    return b.s;
}

/* "a" or, where there is no column of that very name, "a + b". */
static enum err
find_column(struct importing *im, enum column k)
{
    char *rest = arena_text(im->c->arena, im->names[k]), *plus;
    int at;

    TRY(place_of(im, rest, &at));
    if (at >= 0)
        rest = NULL;
    im->n_at[k] = at >= 0;
    im->at[k][0] = at;
    while (rest != NULL && im->n_at[k] < MAX_PARTS) {
        char *one = rest;

        plus = strstr(rest, " + ");
        rest = plus ? plus + 3 : NULL;
        if (plus)
            *plus = '\0';
        TRY(place_of(im, one, &at));
        if (at < 0)
            return fail(im->c, ERR_INVALID, one,
                        "the file has no such column; it has %s",
                        list_columns(im));
        im->at[k][im->n_at[k]++] = at;
    }
    return OK;
}

static enum err
read_header(struct importing *im)
{
    name_columns(im);
    if (!csv_next(&im->csv))
        return fail(im->c, ERR_INVALID, "file", "%s",
                    words_in(im->c, im->csv.fault ? im->csv.fault
                                                  : "the file is empty"));
    for (int k = 0; k < N_COLUMNS; k++)
        if (im->names[k] != NULL)
            TRY(find_column(im, (enum column)k));
    return OK;
}

/* -- what the rows refer to ------------------------------------------------------ */

static const char known_ids[] =
    "SELECT external_id, id FROM orders"
    " WHERE external_source = $1";
static const char known_areas[] =
    "SELECT name, id, code FROM service_area WHERE code LIKE $1";
static const char known_items[] =
    "SELECT a.name || '/' || i.name, i.id, i.code FROM service_item i"
    " JOIN service_area a ON a.id = i.area_id WHERE i.code LIKE $1"
    " AND i.valid_to IS NULL";
static const char known_crews[] =
    "SELECT name, id, code FROM crew WHERE code LIKE $1";
static const char find_code[] = "SELECT id FROM person WHERE code = $1";

static enum err
read_names(struct importing *im, struct names *t, const char *sql)
{
    struct call *c = im->c;
    const char *like = arena_printf(im->keep, "%s-%%", im->map->prefix);
    ROWS r = db_query_s(c, &(struct statement){ sql, { V(like) } });

    *t = names_make(im->keep, 256);
    while (rows_next(&r)) {
        struct slot *s = names_get(t, row_text(&r, 0));

        if (s->name == NULL)
            names_put(t, s, row_text(&r, 0), row_int(&r, 1));
        s->code = arena_text(im->keep, row_text(&r, 2));
    }
    return rows_end(&r);
}

static enum err
read_known(struct importing *im)
{
    struct call *c = im->c;
    ROWS r = db_query(c, known_ids, V(im->map->source));

    im->known = names_make(im->keep, 1 << 12);
    while (rows_next(&r)) {
        struct slot *s = names_get(&im->known, row_text(&r, 0));

        if (s->name == NULL)
            names_put(&im->known, s, row_text(&r, 0), row_int(&r, 1));
    }
    TRY(rows_end(&r));
    TRY(read_names(im, &im->areas, known_areas));
    TRY(read_names(im, &im->items, known_items));
    return read_names(im, &im->crews, known_crews);
}

/* Whoever asked there is nobody here: one person stands for all of them. */
static enum err
find_requester(struct importing *im)
{
    struct call *c = im->c;
    struct person p = {
        .code = im->map->source,
        .name =
            im->defaults->requester ? im->defaults->requester : im->map->source,
        .active = true
    };

    TRY(db_int(c, &im->requester_id, find_code, V(im->map->source)));
    if (im->requester_id != 0)
        return OK;
    p.initials = text_initials(c->arena, p.name);
    TRY(model_add(c, &person_model, &p));
    im->requester_id = p.id;
    return OK;
}

static enum err
get_area(struct importing *im, const char *name, int64_t *id)
{
    struct slot *s = names_get(&im->areas, name);
    struct service_area a = { .name = name, .name_en = name };

    if (s->name == NULL) {
        a.code = arena_printf(im->c->arena, "%s-%02zu", im->map->prefix,
                              im->areas.n + 1);
        a.sort = 1000 + (int64_t)im->areas.n;
        TRY(model_add(im->c, &service_area_model, &a));
        names_put(&im->areas, s, name, a.id);
    }
    *id = s->id;
    return OK;
}

static enum err
get_item(struct importing *im, const char *area, const char *name,
         struct order *o)
{
    struct call *c = im->c;
    struct slot *s;
    struct service_item i = { .name = name,
                              .name_en = name,
                              .priority = o->priority,
                              .sla_class = im->sla_class,
                              .active = false };

    TRY(get_area(im, area, &o->area_id));
    s = names_get(&im->items, arena_printf(c->arena, "%s/%s", area, name));
    if (s->name == NULL) {
        i.area_id = o->area_id;
        i.code = arena_printf(c->arena, "%s-%04zu", im->map->prefix,
                              im->items.n + 1);
        i.valid_from = day_of(1970, 1, 1);
        TRY(model_add(c, &service_item_model, &i));
        names_put(&im->items, s, arena_printf(c->arena, "%s/%s", area, name),
                  i.id);
        s->code = arena_text(im->keep, i.code);
    }
    o->item_id = s->id;
    o->item_code = s->code;
    o->item_name = name;
    return OK;
}

static enum err
get_crew(struct importing *im, const char *name, struct order *o)
{
    struct slot *s = names_get(&im->crews, name);
    struct crew w = { .name = name, .name_en = name, .active = true };

    if (s->name == NULL) {
        w.code = arena_printf(im->c->arena, "%s-%03zu", im->map->prefix,
                              im->crews.n + 1);
        TRY(model_add(im->c, &crew_model, &w));
        names_put(&im->crews, s, name, w.id);
    }
    o->crew_id = s->id;
    o->crew_name = name;
    return OK;
}

/* -- one row --------------------------------------------------------------------- */

/* Two digits, and what stands behind them. */
static bool
are_digits(const char *s, char behind)
{
    return s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9'
           && s[2] == behind;
}

/* Fixed shapes are read by hand: strptime for half a million cells is slow. */
static bool
read_plain_time(const char *s, int64_t *local)
{
    int64_t h, m, sec;
    char date[11];
    day d;

    if (strlen(s) != 19 || (s[10] != ' ' && s[10] != 'T')
        || !are_digits(s + 11, ':') || !are_digits(s + 14, ':')
        || !are_digits(s + 17, '\0'))
        return false;
    memcpy(date, s, 10);
    date[10] = '\0';
    if (!day_parse(date, &d))
        return false;
    h = (s[11] - '0') * 10 + (s[12] - '0');
    m = (s[14] - '0') * 10 + (s[15] - '0');
    sec = (s[17] - '0') * 10 + (s[18] - '0');
    if (h > 23 || m > 59 || sec > 60)
        return false;
    *local = (d.n - day_of(1970, 1, 1).n) * DAY_MS + h * HOUR_MS + m * MINUTE_MS
             + sec * SECOND_MS;
    return true;
}

static bool
read_time(const struct importing *im, const char *s, instant *out)
{
    const char *format = im->map->time_format;
    struct tm t = { 0 };
    const char *end;
    int64_t local;

    if (instant_parse(s, out))
        return true;
    if (format == NULL || strcmp(format, "%Y-%m-%d %H:%M:%S") == 0) {
        if (!read_plain_time(s, &local))
            return false;
    } else {
        end = strptime(s, format, &t);
        if (end == NULL || !text_is_blank(end)
            || !day_is_real(t.tm_year + 1900, t.tm_mon + 1,
                            t.tm_mday ? t.tm_mday : 1))
            return false;
        local =
            (day_of(t.tm_year + 1900, t.tm_mon + 1, t.tm_mday ? t.tm_mday : 1).n
             - day_of(1970, 1, 1).n)
                * DAY_MS
            + t.tm_hour * HOUR_MS + t.tm_min * MINUTE_MS + t.tm_sec * SECOND_MS;
    }
    *out = zone_instant(im->zone, local);
    return true;
}

/* The row's times; false when one of them was refused. */
static bool
read_times(struct importing *im, struct order *o)
{
    static const char not_a_time[] = "is not a time of the map's format";
    const struct {
        enum column k;
        instant *to;
    } times[] = { { SUBMITTED, &o->submitted_at },
                  { DUE, &o->complete_due },
                  { CLOSED, &o->completed_at } };

    if (cell(im, IDENTITY) == NULL) {
        refuse(im, IDENTITY, "is required");
        return false;
    }
    for (size_t i = 0; i < COUNT(times); i++) {
        const char *s = cell(im, times[i].k);

        if (s == NULL && i > 0)
            continue;
        if (s == NULL || !read_time(im, s, times[i].to)) {
            refuse(im, times[i].k, s == NULL ? "is required" : not_a_time);
            return false;
        }
    }
    if (o->completed_at.ms != 0 && o->completed_at.ms < o->submitted_at.ms) {
        refuse(im, CLOSED, "lies before the request");
        return false;
    }
    return true;
}

/* The state the map gives the row's word; false when it was refused. */
static bool
read_state(struct importing *im, struct order *o)
{
    const char *word =
        meaning(im->values->state, im->values->n_state, cell(im, STATE));
    unsigned s = 0;

    if (word == NULL && im->defaults->state != NULL && o->completed_at.ms == 0)
        word = im->defaults->state;
    if (word == NULL)
        word = o->completed_at.ms != 0 ? "closed" : "submitted";
    while (order_states[s] != NULL && strcmp(order_states[s], word) != 0)
        s++;
    if (order_states[s] == NULL) {
        refuse(im, STATE, "is not one of its words");
        return false;
    }
    o->state = s;
    o->is_open =
        s != ORDER_VERIFIED && s != ORDER_CLOSED && s != ORDER_CANCELLED
        && s != ORDER_MERGED && s != ORDER_RETURNED;
    if (s == ORDER_CLOSED)
        o->verified_at = o->closed_at = o->completed_at;
    return true;
}

/* Cut to N characters: other people's cells are as long as they are. */
static const char *
at_most(struct arena *a, const char *s, int n)
{
    const char *p = s;

    while (s != NULL && n-- > 0 && *p != '\0')
        (void)text_next(&p);
    return s == NULL ? NULL : arena_text_n(a, s, (size_t)(p - s));
}

/* The source's verdict; a word that the map does not know is no verdict, and
   must not pass for one silently. */
static bool
read_verdict(struct importing *im)
{
    const char *says =
        meaning(im->values->verdict, im->values->n_verdict, cell(im, VERDICT));

    if (says == NULL || text_same(says, "on_time") || text_same(says, "overdue")
        || text_same(says, "none"))
        return true;
    refuse(im, VERDICT, "is not one of its words");
    return false;
}

static bool
read_words(struct importing *im, struct order *o)
{
    const char *channel =
        meaning(im->values->channel, im->values->n_channel, cell(im, CHANNEL));
    const char *priority = meaning(im->values->priority, im->values->n_priority,
                                   cell(im, PRIORITY));

    o->channel = im->channel;
    for (size_t i = 0; order_channels[i] != NULL; i++)
        if (text_same(channel, order_channels[i]))
            o->channel = order_channels[i];
    o->priority = im->defaults->priority ? im->defaults->priority : 4;
    if (priority != NULL
        && (!text_int(priority, &o->priority) || o->priority < 1
            || o->priority > 5)) {
        refuse(im, PRIORITY, "must be from 1 to 5");
        return false;
    }
    o->description = at_most(im->c->arena, cell(im, DESCRIPTION), 2000);
    o->result = at_most(im->c->arena, cell(im, RESULT), 2000);
    o->place_name = at_most(im->c->arena, cell(im, PLACE), 100);
    o->phone = at_most(im->c->arena, cell(im, PHONE), 40);
    o->requester_name = at_most(im->c->arena, cell(im, REQUESTER), 80);
    if (o->requester_name == NULL)
        o->requester_name =
            im->defaults->requester ? im->defaults->requester : im->map->source;
    o->title = at_most(im->c->arena, cell(im, SUBJECT), 80);
    return true;
}

/* The item's and crew's rows, made where they are missing. */
static enum err
read_relations(struct importing *im, struct order *o)
{
    const char *area =
        meaning(im->values->area, im->values->n_area, cell(im, AREA));
    const char *item =
        meaning(im->values->item, im->values->n_item, cell(im, ITEM));
    const char *crew =
        meaning(im->values->crew, im->values->n_crew, cell(im, CREW));

    if (area == NULL)
        area = im->defaults->area ? im->defaults->area : im->map->source;
    if (item == NULL)
        item = im->defaults->item ? im->defaults->item : area;
    TRY(get_item(im, at_most(im->c->arena, area, 60),
                 at_most(im->c->arena, item, 60), o));
    if (o->title == NULL)
        o->title = o->item_name;
    return crew ? get_crew(im, at_most(im->c->arena, crew, 60), o) : OK;
}

/* How the row did, by the program's reckoning and by the source's. */
static void
judge(struct importing *im, struct order *o)
{
    struct import_report *r = im->report;
    const char *says =
        meaning(im->values->verdict, im->values->n_verdict, cell(im, VERDICT));
    bool late;

    r->on_time += text_same(says, "on_time");
    r->overdue += text_same(says, "overdue");
    if (o->complete_due.ms == 0)
        return;
    r->with_target++;
    late = (o->completed_at.ms ? o->completed_at.ms : im->c->now.ms)
           > o->complete_due.ms;
    o->complete_late = late;
    r->own_overdue += late;
    r->own_on_time += !late;
    if (o->completed_at.ms == 0)
        return;
    r->compared++;
    r->agreed += text_same(says, late ? "overdue" : "on_time");
}

static void
fill_times(struct order *o)
{
    if (o->completed_at.ms != 0)
        o->gross_ms = o->net_ms = o->completed_at.ms - o->submitted_at.ms;
    if (o->crew_id != 0)
        o->accepted_at = o->dispatched_at = o->submitted_at;
    if (o->state == ORDER_CLOSED && o->accepted_at.ms == 0)
        o->accepted_at = o->submitted_at;
}

static enum err
write_row(struct importing *im, struct order *o)
{
    struct call *c = im->c;
    struct event e = { .noun = "order",
                       .actor_name = im->map->source,
                       .verb = "import",
                       .to_state = order_states[o->state],
                       .note = o->external_id };
    const char *all;

    o->number =
        arena_printf(c->arena, "%s-%s", im->map->prefix, o->external_id);
    o->requester_id = im->requester_id;
    o->sla_class = im->sla_class;
    TRY(model_insert(c, &order_model, o));
    all = arena_printf(c->arena, "%s %s %s %s %s %s", o->external_id, o->title,
                       o->item_name, o->place_name ? o->place_name : "",
                       o->description ? o->description : "",
                       o->crew_name ? o->crew_name : "");
    TRY(db_search_add(c, order_model.noun, o->id, text_tokens(c->arena, all)));
    e.noun_id = o->id;
    TRY(event_write(c, &e));
    return audit_cover_take(c, &im->cover, o->id);
}

static enum err
import_row(struct importing *im)
{
    struct order o = { .external_source = im->map->source };
    struct slot *known;

    im->report->rows++;
    if (!read_times(im, &o) || !read_state(im, &o) || !read_verdict(im)
        || !read_words(im, &o))
        return OK;
    o.external_id = cell(im, IDENTITY);
    known = names_get(&im->known, o.external_id);
    judge(im, &o);
    if (known->name != NULL) {
        im->report->known++;
        return OK;
    }
    names_put(&im->known, known, o.external_id, 0);
    im->report->orders++;
    TRY(read_relations(im, &o));
    fill_times(&o);
    return write_row(im, &o);
}

/* -- the whole file -------------------------------------------------------------- */

static int64_t
count_lines(const char *s, size_t n)
{
    int64_t lines = 0;

    for (const char *p = s; (p = memchr(p, '\n', n - (size_t)(p - s))); p++)
        lines++;
    return lines;
}

static enum err
import_rows(struct importing *im, int64_t all,
            void (*progress)(int64_t, int64_t))
{
    struct call *c = im->c;
    struct arena *row = arena_open();
    enum err e = OK;

    /* A row's own texts go when the row is done. */
    c->arena = row;
    while (e == OK && csv_next(&im->csv)) {
        e = import_row(im);
        if (e == OK)
            arena_reset(row);
        if (progress != NULL && im->report->rows % 512 == 0)
            progress(im->report->rows,
                     all > im->report->rows ? all : im->report->rows + 1);
    }
    c->arena = im->keep;
    if (e != OK && c->fault.text != NULL) {
        c->fault.text = arena_text(im->keep, c->fault.text);
        c->fault.field = arena_text(im->keep, c->fault.field);
    }
    arena_close(row);
    if (e == OK && im->csv.fault != NULL)
        e = fail(c, ERR_INVALID, "file", "line %lld: %s",
                 (long long)im->csv.fault_line, words_in(c, im->csv.fault));
    if (progress != NULL)
        progress(im->report->rows, im->report->rows);
    return e;
}

static enum err
note_import(struct importing *im)
{
    const struct import_report *r = im->report;

    return audit_write(im->c, "order.import", "order", 0,
                       arena_printf(im->keep,
                                    "{\"rows\":%lld,\"orders\":%lld,"
                                    "\"refused\":%lld}",
                                    (long long)r->rows, (long long)r->orders,
                                    (long long)r->refused));
}

static enum err
run_import(struct importing *im, int64_t lines,
           void (*progress)(int64_t, int64_t))
{
    struct call *c = im->c;
    TX tx = tx_begin(c);

    TRY(read_header(im));
    TRY(read_known(im));
    TRY(find_requester(im));
    TRY(import_rows(im, lines, progress));
    if (im->dry_run)
        return OK; /* the transaction goes unsaid */
    TRY(audit_cover_end(c, &im->cover));
    TRY(note_import(im));
    TRY(db_news_add(c, NEWS_MANY, 0));
    TRY(catalog_touch(c));
    return tx_commit(&tx);
}

enum err
import_requests(struct call *c, const struct import_map *map, const char *csv,
                size_t n, bool dry_run, void (*progress)(int64_t, int64_t),
                struct import_report *out)
{
    static const struct map_values no_values = { 0 };
    static const struct map_defaults no_defaults = { 0 };
    struct importing im = {
        .c = c,
        .map = map,
        .values = map->values ? map->values : &no_values,
        .defaults = map->defaults ? map->defaults : &no_defaults,
        .zone = zone_open(map->time_zone),
        .keep = c->arena,
        .cover = { .noun = "order", .keep = c->arena },
        .report = out,
        .dry_run = dry_run
    };
    enum err e;

    ASSERT(im.zone != NULL);
    *out = (struct import_report){
        .refusals = NEW_N(c->arena, struct request_refusal, MAX_REFUSALS)
    };
    im.channel = im.defaults->channel ? im.defaults->channel : "import";
    im.sla_class = im.defaults->sla_class ? im.defaults->sla_class : "R";
    im.csv = csv_open(c->arena, csv, n);
    if (map->separator != NULL)
        im.csv.separator =
            strcmp(map->separator, "tab") == 0 ? '\t' : *map->separator;
    e = run_import(&im, count_lines(csv, n), progress);
    zone_close(im.zone);
    if (map->columns->verdict == NULL) {
        out->on_time = out->own_on_time;
        out->overdue = out->own_overdue;
    }
    return e;
}
