/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the catalogue: rights, rules, and telling the snapshots. */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "engine/catalog/inner.h"
#include "engine/org/org.h"
#include "job/job.h"
#include "model/app.h"
#include "model/health.h"
#include "model/member.h"

static const char find_class[] = "SELECT id FROM sla_class WHERE code = $1";
static const char find_area[] = "SELECT id FROM service_area WHERE id = $1";
static const char find_area_code[] =
    "SELECT id FROM service_area WHERE code = $1";
static const char find_item_code[] =
    "SELECT id FROM service_item WHERE code = $1";

static enum err
need_right(struct call *c)
{
    return auth_need(c, "catalog.edit", NULL);
}

/* Commit, and let this process look for the new catalogue at once. */
static enum err
finish(struct call *c, struct tx *tx)
{
    TRY(catalog_touch(c));
    TRY(tx_commit(tx));
    catalog_look_again(c);
    return OK;
}

/* The reference exists, or the fault names the field. */
static enum err
need_row(struct call *c, const char *sql, struct value v, const char *field)
{
    int64_t id = 0;

    TRY(db_int(c, &id, sql, v));
    if (id == 0)
        return fail(c, ERR_INVALID, field, "there is no such record");
    return OK;
}

/* -- versions ----------------------------------------------------------- */

/* Where a noun with versions keeps what makes them. */
struct version_facts {
    const char *code;
    day from, to;
};

static const void *
member_of(const struct model *m, const void *rec, unsigned flag)
{
    const struct field *f = model_flagged(m, flag);

    ASSERT(f != NULL);
    return (const char *)rec + f->offset;
}

static struct version_facts
facts_of(const struct model *m, const void *rec)
{
    return (struct version_facts){
        *(const char *const *)member_of(m, rec, UNIQUE),
        *(const day *)member_of(m, rec, SINCE),
        *(const day *)member_of(m, rec, UNTIL)
    };
}

static void
set_day(const struct model *m, void *rec, unsigned flag, day d)
{
    *(day *)(void *)((char *)rec + model_flagged(m, flag)->offset) = d;
}

static field_mask
flag_mask(const struct model *m, unsigned flag)
{
    return model_mask(m, model_flagged(m, flag)->name);
}

/* Everything but identity and time is the same. */
static field_mask
content_mask(const struct model *m)
{
    static const char *const others[] = { "id", "version", "updated_at" };
    field_mask mask = ((field_mask)1 << m->n) - 1;

    for (size_t i = 0; i < COUNT(others); i++)
        mask &= ~model_mask(m, others[i]);
    return mask & ~flag_mask(m, SINCE) & ~flag_mask(m, UNTIL);
}

static bool
same_content(const struct model *m, const void *a, const void *b)
{
    field_mask mask = content_mask(m);

    for (size_t i = 0; i < m->n; i++)
        if (mask >> i & 1 && !member_same(&m->fields[i], a, b))
            return false;
    return true;
}

/* The code's last version that begins by the day, and the first after it. */
static void
find_neighbours(const struct versions *v, const char *code, day on,
                void **before, void **after)
{
    *before = *after = NULL;
    for (size_t i = 0; i < v->n; i++) {
        void *row = (char *)v->old + i * v->model->size;
        struct version_facts f = facts_of(v->model, row);

        if (strcmp(f.code, code) != 0)
            continue;
        if (f.from.n <= on.n
            && (*before == NULL
                || f.from.n > facts_of(v->model, *before).from.n))
            *before = row;
        if (f.from.n > on.n
            && (*after == NULL || f.from.n < facts_of(v->model, *after).from.n))
            *after = row;
    }
}

/* A version that has not been in force yet takes the new content. */
static enum err
replace_version(struct call *c, const struct versions *v, void *rec,
                const void *old)
{
    const struct model *m = v->model;
    field_mask mask = content_mask(m);

    model_fill(m, rec, old, mask);
    return model_set(c, m, rec, mask);
}

/* When a change that is imported begins: not before the version it follows
   has had a day. */
static day
import_day(const struct versions *v, const char *code, day wanted, day now)
{
    void *before, *after;
    day on = wanted.n > now.n ? wanted : now;

    find_neighbours(v, code, on, &before, &after);
    if (before == NULL && after == NULL)
        return wanted.n != 0 ? wanted : now;
    if (before != NULL && facts_of(v->model, before).from.n == on.n
        && on.n == now.n)
        on.n++;
    return on;
}

enum err
catalog_add_version(struct call *c, const struct versions *v, void *rec,
                    enum outcome *out)
{
    const struct model *m = v->model;
    struct version_facts f = facts_of(m, rec);
    void *before, *after;

    if (v->import)
        f.from = import_day(v, f.code, f.from, today(c));
    else if (f.from.n == 0)
        f.from = today(c);
    find_neighbours(v, f.code, f.from, &before, &after);
    /* An import comes again with the same; whoever asks for a version by hand
       gets one. */
    if (v->import && before != NULL && same_content(m, rec, before)) {
        *out = UNCHANGED;
        return OK;
    }
    *out = before != NULL || after != NULL ? CHANGED : ADDED;
    set_day(m, rec, SINCE, f.from);
    set_day(m, rec, UNTIL,
            after != NULL ? facts_of(m, after).from : (day){ 0 });
    if (before != NULL && facts_of(m, before).from.n == f.from.n) {
        if (f.from.n > today(c).n)
            return replace_version(c, v, rec, before);
        return fail(c, ERR_CONFLICT, "valid_from",
                    "a version is in force since that day: begin later");
    }
    if (before != NULL) {
        set_day(m, before, UNTIL, f.from);
        TRY(model_set(c, m, before, flag_mask(m, UNTIL)));
    }
    return model_add(c, m, rec);
}

static enum err
add_version(struct call *c, const struct model *m, void *rec)
{
    struct versions v = { .model = m };
    enum outcome change;
    TX tx = tx_begin(c);

    TRY(catalog_rows(c, m, &v.old, &v.n));
    TRY(catalog_add_version(c, &v, rec, &change));
    return finish(c, &tx);
}

/* -- items and classes -------------------------------------------------- */

enum err
catalog_check_item(struct call *c, struct service_item *i)
{
    struct form form;

    TRY(model_check(c, &service_item_model, i));
    TRY(form_read(c, i->fields, &form));
    i->fields = form.n > 0 ? form_write(c, &form) : NULL;
    return OK;
}

enum err
catalog_add_item(struct call *c, struct service_item *i)
{
    TRY(need_right(c));
    TRY(catalog_check_item(c, i));
    TRY(need_row(c, find_area, V(i->area_id), "area_id"));
    TRY(need_row(c, find_class, V(i->sla_class), "sla_class"));
    return add_version(c, &service_item_model, i);
}

/* One clock is said in one way. */
static enum err
check_clock(struct call *c, int64_t minutes, int64_t days, bool booked,
            const char *field)
{
    if ((minutes > 0) + (days > 0) + booked > 1)
        return fail(c, ERR_INVALID, field,
                    "say minutes, working days or the booked time, not two");
    return OK;
}

enum err
catalog_check_sla(struct call *c, const struct sla_class *s)
{
    TRY(model_check(c, &sla_class_model, s));
    TRY(check_clock(c, s->accept_min, s->accept_days, false, "accept_min"));
    TRY(check_clock(c, s->on_site_min, s->on_site_days, s->on_site_booked,
                    "on_site_min"));
    return check_clock(c, s->complete_min, s->complete_days, s->complete_booked,
                       "complete_min");
}

enum err
catalog_add_sla(struct call *c, struct sla_class *s)
{
    TRY(need_right(c));
    TRY(catalog_check_sla(c, s));
    return add_version(c, &sla_class_model, s);
}

/* -- plain nouns --------------------------------------------------------- */

static enum err
touch(struct call *c, const void *old, void *rec)
{
    (void)old;
    (void)rec;
    return catalog_touch(c);
}

static void
look_again(struct call *c, const void *old, const void *rec)
{
    (void)old;
    (void)rec;
    catalog_look_again(c);
}

/* Every noun of the catalogue tells the snapshots of its changes. */
#define CATALOG_NOUN(m)                                                        \
    .model = &(m), .edit = "catalog.edit", .changed = touch, .after = look_again

const struct noun service_area_noun = {
    CATALOG_NOUN(service_area_model), .plural = "areas", .part = "catalog",
    .says = "The service areas.",     .sort = "sort",
};

const struct noun item_word_noun = {
    CATALOG_NOUN(item_word_model),
    .plural = "item-words",
    .part = "catalog",
    .says = "What people say for an item.",
    .check = item_word_check,
    .removable = true,
};

const struct noun ready_phrase_noun = {
    CATALOG_NOUN(ready_phrase_model),
    .plural = "ready-phrases",
    .part = "catalog",
    .says = "What a crew says when work is done.",
    .check = ready_phrase_check,
    .removable = true,
};

/* Told by catalog_note_unfound alone; whoever has mended it takes it away. */
const struct noun unfound_word_noun = {
    .model = &unfound_word_model,
    .plural = "unfound-words",
    .part = "catalog",
    .says = "Words for which no item was found.",
    .see = "catalog.edit",
    .edit = "catalog.edit",
    .sort = "word",
    .removable = true,
};

/* A beginning, and an end after it. */
static enum err
check_span(struct call *c, day *from, day to)
{
    if (from->n == 0)
        *from = today(c);
    if (to.n != 0 && to.n <= from->n)
        return fail(c, ERR_INVALID, "valid_to", "must be after the first day");
    return OK;
}

enum err
need_item_or_area(struct call *c, const char **code)
{
    int64_t id = 0;

    if (text_is_blank(*code)) {
        *code = NULL;
        return OK;
    }
    TRY(db_int(c, &id, find_item_code, V(*code)));
    return id != 0 ? OK : need_row(c, find_area_code, V(*code), "item_code");
}

static enum err
check_rule(struct call *c, const void *old, void *rec)
{
    struct routing_rule *r = rec;

    (void)old;
    TRY(need_item_or_area(c, &r->item_code));
    return check_span(c, &r->valid_from, r->valid_to);
}

const struct noun routing_rule_noun = {
    CATALOG_NOUN(routing_rule_model),
    .plural = "routing-rules",
    .part = "catalog",
    .says = "Which crew does which item at which place.",
    .reach = { .crew = "crew_id" },
    .own_only = true,
    .removable = true,
    .check = check_rule,
};

static const char find_lost[] =
    "SELECT COALESCE(r.item_code, '*'), k.name FROM routing_rule r"
    " JOIN crew k ON k.id = r.crew_id"
    " LEFT JOIN provider v ON v.id = k.provider_id"
    " WHERE (k.active = 0 OR v.active = 0) AND r.valid_from <= $1"
    " AND (r.valid_to IS NULL OR r.valid_to > $1) ORDER BY 1, r.id LIMIT 9";

enum err
catalog_tell_rules(struct call *c, int64_t max, int64_t *done)
{
    struct buf b = buf_make(c->arena, 0);
    ROWS r = db_query(c, find_lost, V(today(c)));

    (void)max;
    *done = 0;
    /* The ninth row only tells that there are more. */
    for (size_t n = 0; rows_next(&r); n++) {
        if (n < 8)
            buf_printf(&b, "%s%s → %s", n > 0 ? "; " : "", row_text(&r, 0),
                       row_text(&r, 1));
        else
            buf_puts(&b, "; …");
    }
    TRY(rows_end(&r));
    if (b.len > 0)
        health_say(c->app, "routing", HEALTH_WARN,
                   "requests wait at the desk: these rules lead to crews out "
                   "of use: %s",
                   b.s);
    else
        health_say(c->app, "routing", HEALTH_GOOD,
                   "every routing rule leads to a crew in use");
    return OK;
}

const struct job catalog_jobs[] = {
    { "rules", 2 * SECOND_MS, JOB_WORK, false, 0, catalog_tell_rules },
    { 0 },
};

const struct noun calendar_day_noun = {
    CATALOG_NOUN(calendar_day_model),
    .plural = "calendar-days",
    .says = "Holidays, make-up days, closures and half holidays.",
    .removable = true,
};

const struct noun calendar_year_noun = {
    CATALOG_NOUN(calendar_year_model),
    .plural = "calendar-years",
    .says = "The years whose holidays are published.",
    .removable = true,
};

static bool
is_month_day(int64_t md)
{
    /* In a leap year, so that 29 February can begin or end a season. */
    return day_is_real(2000, (int)(md / 100), (int)(md % 100));
}

static enum err
check_hours(struct call *c, const void *old, void *rec)
{
    struct office_hours *h = rec;
    struct workcal_span spans[WORKCAL_MAX_SPANS];
    size_t n;

    (void)old;
    if (!is_month_day(h->from_month_day))
        return fail(c, ERR_INVALID, "from_month_day",
                    "must be month and day such as 501");
    if (!is_month_day(h->to_month_day))
        return fail(c, ERR_INVALID, "to_month_day",
                    "must be month and day such as 501");
    if (!workcal_read_spans(h->spans, spans, &n))
        return fail(c, ERR_INVALID, "spans",
                    "must be rising times such as 08:30-12:00,14:00-17:30");
    return check_span(c, &h->valid_from, h->valid_to);
}

enum err
catalog_check_hours(struct call *c, struct office_hours *h)
{
    TRY(model_check(c, &office_hours_model, h));
    return check_hours(c, NULL, h);
}

const struct noun office_hours_noun = {
    CATALOG_NOUN(office_hours_model),
    .plural = "office-hours",
    .part = "catalog",
    .says = "Office hours by season.",
    .sort = "from_month_day",
    .check = check_hours,
};

/* -- nouns with versions --------------------------------------------------- */

const struct noun service_item_noun = {
    CATALOG_NOUN(service_item_model),
    .plural = "items",
    .part = "catalog",
    .says = "What can be asked for.",
    .called = { "code", "name" },
    .told = "catalog.edit",
    .by_hand = true,
};

const struct noun sla_class_noun = {
    CATALOG_NOUN(sla_class_model),
    .plural = "sla-classes",
    .part = "catalog",
    .says = "What is promised, by class.",
    .called = { "code", "name" },
    .by_hand = true,
};
