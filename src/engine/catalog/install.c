/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bringing packs into the tables: all files are read first, then written kind
 * by kind, so that a file may speak of what stands in another.
 */
#include <string.h>

#include "auth/auth.h"
#include "base/files.h"
#include "base/text.h"
#include "engine/catalog/inner.h"
#include "engine/catalog/pack.h"
#include "engine/org/org.h"
#include "model/app.h"

static const char find_area[] = "SELECT id FROM service_area WHERE code = $1";
static const char find_class[] = "SELECT id FROM sla_class WHERE code = $1";
static const char find_item[] = "SELECT id FROM service_item WHERE code = $1";
static const char find_crew[] = "SELECT id FROM crew WHERE code = $1";
static const char find_place[] = "SELECT id FROM place WHERE code = $1";
static const char find_year[] = "SELECT id FROM calendar_year WHERE year = $1";
static const char count_areas[] = "SELECT COUNT(*) FROM service_area";

/* One file on its way in. */
struct incoming {
    const struct catalog_file *file;
    struct pack pack;
    day valid_from;
};

struct import {
    struct incoming *in;
    size_t n;
    struct catalog_report *report;
    struct versions items, classes; /* what the tables hold, read once */
    void *rules, *hours, *days;
    size_t n_rules, n_hours, n_days;
};

static void
count(struct import *im, enum outcome change)
{
    switch (change) {
    case ADDED: im->report->added++; break;
    case CHANGED: im->report->changed++; break;
    case UNCHANGED: im->report->unchanged++; break;
    }
}

/* The id of the row with this code, or the fault names the entry. */
static enum err
need_id(struct call *c, const struct incoming *in, const char *entry,
        const char *sql, const char *code, int64_t *out)
{
    *out = 0;
    TRY(db_int(c, out, sql, V(code)));
    if (*out == 0)
        return fail(c, ERR_INVALID, arena_text(c->arena, in->file->name),
                    "%s: there is no “%s”", entry, code);
    return OK;
}

/* A check's result, told of an entry of the file. */
static enum err
tell(struct call *c, const struct incoming *in, const char *entry, enum err e)
{
    return e == OK ? OK : pack_fault(c, in->file, entry);
}

/* Entries of one kind must differ in code within all files. */
struct seen {
    const char **codes;
    size_t n;
};

static enum err
refuse_twice(struct call *c, const struct incoming *in, struct seen *seen,
             const char *code)
{
    for (size_t i = 0; i < seen->n; i++)
        if (strcmp(seen->codes[i], code) == 0)
            return fail(c, ERR_INVALID, arena_text(c->arena, in->file->name),
                        "“%s” stands twice", code);
    seen->codes[seen->n++] = code;
    return OK;
}

/* -- areas, classes, crews ----------------------------------------------- */

static enum err
put_area(struct call *c, struct import *im, const struct incoming *in,
         const struct pack_area *p)
{
    static const struct model *const m = &service_area_model;
    struct service_area a = {
        .code = p->code, .name = p->name, .name_en = p->name_en, .sort = p->sort
    };
    struct service_area old;

    TRY(tell(c, in, p->code, model_check(c, m, &a)));
    TRY(db_int(c, &a.id, find_area, V(a.code)));
    if (a.id == 0) {
        count(im, ADDED);
        return model_add(c, m, &a);
    }
    TRY(model_get(c, m, a.id, &old));
    a.version = old.version;
    TRY(model_set(c, m, &a,
                  model_mask(m, "name") | model_mask(m, "name_en")
                      | model_mask(m, "sort")));
    /* What is as it was keeps its version. */
    count(im, a.version == old.version ? UNCHANGED : CHANGED);
    return OK;
}

/* A file that does not say whether a class is an emergency leaves it so. */
static bool
stays_emergency(struct call *c, const char *code)
{
    CATALOG k = catalog_hold(c);
    const struct sla_class *now = catalog_sla(k, code, today(c));

    return now != NULL && now->emergency;
}

static enum err
put_class(struct call *c, struct import *im, const struct incoming *in,
          const struct pack_sla *p)
{
    struct sla_class s;
    enum outcome change = UNCHANGED;

    TRY(pack_sla(c, in->file, p, &s));
    if (p->emergency == NOT_SAID)
        s.emergency = stays_emergency(c, p->code);
    s.valid_from = in->valid_from;
    TRY(tell(c, in, p->code, catalog_check_sla(c, &s)));
    TRY(tell(c, in, p->code,
             catalog_add_version(c, &im->classes, &s, &change)));
    count(im, change);
    return OK;
}

/* A crew that is there keeps what the office has made of it. */
static enum err
put_crew(struct call *c, struct import *im, const struct incoming *in,
         const struct pack_crew *p)
{
    const struct field *dispatch = model_field(&crew_model, "dispatch");
    struct crew w = {
        .code = p->code, .name = p->name, .name_en = p->name_en, .active = true
    };
    int64_t id = 0;

    TRY(tell(c, in, p->code, model_read_text(c, dispatch, p->dispatch, &w)));
    TRY(tell(c, in, p->code, model_check(c, &crew_model, &w)));
    TRY(db_int(c, &id, find_crew, V(w.code)));
    count(im, id == 0 ? ADDED : UNCHANGED);
    return id == 0 ? model_add(c, &crew_model, &w) : OK;
}

/* -- items and routes ----------------------------------------------------- */

/* The rule of exactly this item and place; NULL. */
static struct routing_rule *
find_rule(struct import *im, const struct routing_rule *like)
{
    struct routing_rule *rules = im->rules;

    for (size_t i = 0; i < im->n_rules; i++)
        if (text_same(rules[i].item_code, like->item_code)
            && rules[i].place_id == like->place_id && rules[i].valid_to.n == 0)
            return &rules[i];
    return NULL;
}

static enum err
put_rule(struct call *c, struct import *im, const struct incoming *in,
         struct routing_rule *r)
{
    struct routing_rule *old = find_rule(im, r);

    if (old == NULL) {
        r->valid_from = in->valid_from.n != 0 ? in->valid_from : today(c);
        count(im, ADDED);
        return model_add(c, &routing_rule_model, r);
    }
    count(im, old->crew_id == r->crew_id ? UNCHANGED : CHANGED);
    old->crew_id = r->crew_id;
    return model_set(c, &routing_rule_model, old,
                     model_mask(&routing_rule_model, "crew_id"));
}

static const char *
join_keywords(struct call *c, const struct pack_item *p)
{
    struct buf b = buf_make(c->arena, 0);

    for (unsigned i = 0; i < p->n_keywords; i++) {
        if (i > 0)
            buf_putc(&b, ',');
        buf_puts(&b, p->keywords[i]);
    }
    return b.len > 0 ? b.s : NULL;
}

/* The area an item names, or the only one of its file. */
static enum err
find_item_area(struct call *c, const struct incoming *in,
               const struct pack_item *p, int64_t *out)
{
    const char *code = p->area;

    if (code == NULL && in->pack.n_areas == 1)
        code = in->pack.areas[0].code;
    if (code == NULL)
        return fail(c, ERR_INVALID, arena_text(c->arena, in->file->name),
                    "%s: its area is not said", p->code);
    return need_id(c, in, p->code, find_area, code, out);
}

static enum err
make_item(struct call *c, const struct incoming *in, const struct pack_item *p,
          struct service_item *out)
{
    struct form form;
    int64_t id;

    *out = (struct service_item){
        .code = p->code,
        .name = p->name,
        .name_en = p->name_en,
        .keywords = join_keywords(c, p),
        .priority = p->priority,
        .sla_class = p->sla_class,
        .account = p->account,
        .needs_approval = p->needs_approval == SAID_YES,
        .asks_rating = p->asks_rating != SAID_NO,
        .anonymous_allowed = p->anonymous_allowed == SAID_YES,
        .classified_allowed = p->classified_allowed == SAID_YES,
        .public_list = p->public_list == SAID_YES,
        .active = p->active != SAID_NO,
        .valid_from = in->valid_from
    };
    TRY(find_item_area(c, in, p, &out->area_id));
    TRY(need_id(c, in, p->code, find_class, p->sla_class, &id));
    TRY(pack_form(c, in->file, p, &form));
    out->fields = form.n > 0 ? form_write(c, &form) : NULL;
    return tell(c, in, p->code, model_check(c, &service_item_model, out));
}

static enum err
put_item(struct call *c, struct import *im, const struct incoming *in,
         const struct pack_item *p)
{
    struct service_item item;
    struct routing_rule rule = { .item_code = p->code };
    enum outcome change = UNCHANGED;

    TRY(make_item(c, in, p, &item));
    TRY(tell(c, in, p->code,
             catalog_add_version(c, &im->items, &item, &change)));
    count(im, change);
    if (p->crew == NULL)
        return OK;
    TRY(need_id(c, in, p->code, find_crew, p->crew, &rule.crew_id));
    return put_rule(c, im, in, &rule);
}

static enum err
put_route(struct call *c, struct import *im, const struct incoming *in,
          const struct pack_route *p)
{
    struct routing_rule rule = { .item_code = p->item };
    const char *entry = p->item != NULL ? p->item : "routing";
    int64_t id = 0;

    if (p->item != NULL) {
        TRY(db_int(c, &id, find_area, V(p->item)));
        if (id == 0)
            TRY(need_id(c, in, entry, find_item, p->item, &id));
    }
    if (p->place != NULL)
        TRY(need_id(c, in, entry, find_place, p->place, &rule.place_id));
    TRY(need_id(c, in, entry, find_crew, p->crew, &rule.crew_id));
    return put_rule(c, im, in, &rule);
}

/* -- calendar ------------------------------------------------------------- */

/* "05-01" as 501; 0 when it is no such thing. */
static int64_t
read_month_day(const char *s)
{
    char date[11];
    day d;

    if (strlen(s) != 5 || s[2] != '-')
        return 0;
    memcpy(date, "2000-", 5);
    memcpy(date + 5, s, 6);
    if (!day_parse(date, &d))
        return 0;
    return civil_of(d).month * 100 + civil_of(d).dom;
}

static enum err
put_hours(struct call *c, struct import *im, const struct incoming *in,
          const struct pack_hours *p)
{
    const struct office_hours *old = im->hours;
    struct office_hours h = {
        .name = p->name,
        .name_en = p->name_en,
        .spans = p->spans,
        .from_month_day = read_month_day(p->from),
        .to_month_day = read_month_day(p->to),
        .valid_from = in->valid_from.n != 0 ? in->valid_from : today(c)
    };

    TRY(tell(c, in, p->name, catalog_check_hours(c, &h)));
    /* Hours have no code: those of the same season that say the same are it. */
    for (size_t i = 0; i < im->n_hours; i++)
        if (old[i].from_month_day == h.from_month_day
            && old[i].to_month_day == h.to_month_day
            && text_same(old[i].spans, h.spans) && old[i].valid_to.n == 0) {
            count(im, UNCHANGED);
            return OK;
        }
    count(im, ADDED);
    return model_add(c, &office_hours_model, &h);
}

static bool
has_day(const struct import *im, const struct calendar_day *d)
{
    const struct calendar_day *old = im->days;

    for (size_t i = 0; i < im->n_days; i++)
        if (old[i].on_day.n == d->on_day.n && old[i].kind == d->kind)
            return true;
    return false;
}

static enum err
put_day(struct call *c, struct import *im, const struct incoming *in,
        const struct pack_day *p, struct seen *seen)
{
    struct calendar_day d = {
        .kind = (unsigned)p->kind, .name = p->name, .name_en = p->name_en
    };

    if (!day_parse(p->day, &d.on_day))
        return fail(c, ERR_INVALID, arena_text(c->arena, in->file->name),
                    "%s: must be a day such as 2026-11-23", p->day);
    TRY(tell(c, in, p->day, model_check(c, &calendar_day_model, &d)));
    /* Twice in the files is a slip; in the office already, a second import. */
    TRY(refuse_twice(c, in, seen,
                     arena_printf(c->arena, "%s %d", p->day, p->kind)));
    if (has_day(im, &d)) {
        count(im, UNCHANGED);
        return OK;
    }
    count(im, ADDED);
    return model_add(c, &calendar_day_model, &d);
}

static enum err
put_year(struct call *c, struct import *im, const struct incoming *in,
         const struct pack_year *p)
{
    struct calendar_year y = { .year = p->year, .source = in->pack.source };
    struct seen seen = { NEW_N(c->arena, const char *, p->n_days + 1), 0 };
    int64_t id = 0;

    TRY(tell(c, in, "years", model_check(c, &calendar_year_model, &y)));
    /* An empty list means that its holidays are not published yet. */
    if (p->n_days == 0)
        return OK;
    for (unsigned i = 0; i < p->n_days; i++)
        TRY(put_day(c, im, in, &p->days[i], &seen));
    TRY(db_int(c, &id, find_year, V(y.year)));
    count(im, id == 0 ? ADDED : UNCHANGED);
    return id == 0 ? model_add(c, &calendar_year_model, &y) : OK;
}

/* -- all of it ------------------------------------------------------------ */

static enum err
read_file(struct call *c, struct incoming *in)
{
    TRY(pack_read(c, in->file, &in->pack));
    if (in->pack.valid_from != NULL
        && !day_parse(in->pack.valid_from, &in->valid_from))
        return fail(c, ERR_INVALID, arena_text(c->arena, in->file->name),
                    "valid_from: must be a day such as 2026-11-23");
    return OK;
}

/* Every code of the files' areas, classes, crews and items once only. */
static enum err
check_codes(struct call *c, const struct import *im)
{
    struct seen areas = { 0 }, classes = { 0 }, crews = { 0 }, items = { 0 };
    size_t most = 1;

    for (size_t i = 0; i < im->n; i++)
        most += im->in[i].pack.n_areas + im->in[i].pack.n_sla_classes
                + im->in[i].pack.n_crews + im->in[i].pack.n_items;
    areas.codes = NEW_N(c->arena, const char *, most);
    classes.codes = NEW_N(c->arena, const char *, most);
    crews.codes = NEW_N(c->arena, const char *, most);
    items.codes = NEW_N(c->arena, const char *, most);
    for (size_t i = 0; i < im->n; i++) {
        const struct incoming *in = &im->in[i];
        const struct pack *p = &in->pack;

        for (unsigned j = 0; j < p->n_areas; j++)
            TRY(refuse_twice(c, in, &areas, p->areas[j].code));
        for (unsigned j = 0; j < p->n_sla_classes; j++)
            TRY(refuse_twice(c, in, &classes, p->sla_classes[j].code));
        for (unsigned j = 0; j < p->n_crews; j++)
            TRY(refuse_twice(c, in, &crews, p->crews[j].code));
        for (unsigned j = 0; j < p->n_items; j++)
            TRY(refuse_twice(c, in, &items, p->items[j].code));
    }
    return OK;
}

static enum err
read_tables(struct call *c, struct import *im)
{
    im->items =
        (struct versions){ .model = &service_item_model, .import = true };
    im->classes =
        (struct versions){ .model = &sla_class_model, .import = true };
    TRY(catalog_rows(c, im->items.model, &im->items.old, &im->items.n));
    TRY(catalog_rows(c, im->classes.model, &im->classes.old, &im->classes.n));
    TRY(catalog_rows(c, &routing_rule_model, &im->rules, &im->n_rules));
    TRY(catalog_rows(c, &office_hours_model, &im->hours, &im->n_hours));
    return catalog_rows(c, &calendar_day_model, &im->days, &im->n_days);
}

/* What others speak of comes before what speaks of it. */
static enum err
write_files(struct call *c, struct import *im)
{
#define EACH(list, put)                                                        \
    for (size_t i = 0; i < im->n; i++)                                         \
        for (unsigned j = 0; j < im->in[i].pack.n_##list; j++)                 \
    TRY(put(c, im, &im->in[i], &im->in[i].pack.list[j]))

    EACH(areas, put_area);
    EACH(sla_classes, put_class);
    EACH(crews, put_crew);
    EACH(items, put_item);
    EACH(routing, put_route);
    EACH(office_hours, put_hours);
    EACH(years, put_year);
#undef EACH
    return OK;
}

static enum err
import_files(struct call *c, const struct catalog_file *list, size_t n,
             bool dry_run, struct catalog_report *out)
{
    struct import im = {
        .in = NEW_N(c->arena, struct incoming, n + 1), .n = n, .report = out
    };

    *out = (struct catalog_report){ 0 };
    for (size_t i = 0; i < n; i++) {
        im.in[i].file = &list[i];
        TRY(read_file(c, &im.in[i]));
    }
    TRY(check_codes(c, &im));

    TX tx = tx_begin(c);
    TRY(read_tables(c, &im));
    TRY(write_files(c, &im));
    TRY(catalog_touch(c));
    /* All was written and is taken back: so a trial is told what only the
       database refuses, too. */
    if (dry_run)
        return OK;
    TRY(tx_commit(&tx));
    catalog_look_again(c);
    return OK;
}

enum err
catalog_import(struct call *c, const struct catalog_file *list, size_t n,
               bool dry_run, struct catalog_report *out)
{
    TRY(auth_need(c, "catalog.edit", NULL));
    return import_files(c, list, n, dry_run, out);
}

enum err
catalog_seed(struct call *c)
{
    struct catalog_file *list =
        NEW_N(c->arena, struct catalog_file, n_files + 1);
    struct catalog_report report;
    size_t n = 0;
    int64_t areas = 0;

    TRY(db_int(c, &areas, count_areas));
    if (areas > 0)
        return OK;
    for (size_t i = 0; i < n_files; i++)
        if (text_starts(files[i].path, "data/catalogue/")
            || text_starts(files[i].path, "data/calendars/"))
            list[n++] = (struct catalog_file){ files[i].path, files[i].text,
                                               files[i].len };
    return import_files(c, list, n, false, &report);
}

/* -- an item that came later -------------------------------------------------- */

#define NOT_SURE "Z00"
#define NOT_SURE_FILE "data/catalogue/k-general.yaml"

/* An office of its own catalogue may have none of what the item speaks of. */
static const char may_ask[] =
    "SELECT COUNT(*) FROM service_area WHERE code = $1"
    " AND EXISTS (SELECT 1 FROM sla_class WHERE code = $2)"
    " AND EXISTS (SELECT 1 FROM crew WHERE code = $3)"
    " AND NOT EXISTS (SELECT 1 FROM service_item WHERE code = '" NOT_SURE "')";

enum err
catalog_add_not_sure(struct call *c)
{
    const struct file *f = file_find(NOT_SURE_FILE);
    const struct catalog_file file = { f->path, f->text, f->len };
    struct catalog_report report = { 0 };
    struct incoming in = { .file = &file };
    struct import im = { .in = &in, .n = 1, .report = &report };

    TRY(read_file(c, &in));
    TRY(read_tables(c, &im));
    /* What else the file has is the office's to bring in, or not. */
    for (unsigned i = 0; i < in.pack.n_items; i++) {
        const struct pack_item *p = &in.pack.items[i];
        int64_t may = 0;

        if (strcmp(p->code, NOT_SURE) != 0)
            continue;
        TRY(db_int(c, &may, may_ask, V(in.pack.areas[0].code), V(p->sla_class),
                   V(p->crew)));
        if (may > 0)
            TRY(put_item(c, &im, &in, p));
    }
    return OK;
}
