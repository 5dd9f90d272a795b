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
static const char find_crew[] = "SELECT id FROM crew WHERE id = $1";
static const char find_place[] = "SELECT id FROM place WHERE id = $1";
static const char find_day[] =
    "SELECT id FROM calendar_day WHERE on_day = $1 AND kind = $2";
static const char find_year[] = "SELECT id FROM calendar_year WHERE year = $1";

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
member_of(const struct model *m, const void *rec, const char *name)
{
    const struct field *f = model_field(m, name);

    ASSERT(f != NULL);
    return (const char *)rec + f->offset;
}

static struct version_facts
facts_of(const struct model *m, const void *rec)
{
    return (struct version_facts){
        *(const char *const *)member_of(m, rec, "code"),
        *(const day *)member_of(m, rec, "valid_from"),
        *(const day *)member_of(m, rec, "valid_to")
    };
}

static void
set_day(const struct model *m, void *rec, const char *name, day d)
{
    *(day *)(void *)((char *)rec + model_field(m, name)->offset) = d;
}

/* Everything but identity and time is the same. */
static field_mask
content_mask(const struct model *m)
{
    static const char *const others[] = { "id", "version", "updated_at",
                                          "valid_from", "valid_to" };
    field_mask mask = ((field_mask)1 << m->n) - 1;

    for (size_t i = 0; i < COUNT(others); i++)
        mask &= ~model_mask(m, others[i]);
    return mask;
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
    if (v->import && before != NULL && same_content(m, rec, before)) {
        *out = UNCHANGED;
        return OK;
    }
    *out = before != NULL || after != NULL ? CHANGED : ADDED;
    set_day(m, rec, "valid_from", f.from);
    set_day(m, rec, "valid_to",
            after != NULL ? facts_of(m, after).from : (day){ 0 });
    if (before != NULL && facts_of(m, before).from.n == f.from.n) {
        if (f.from.n > today(c).n)
            return replace_version(c, v, rec, before);
        return fail(c, ERR_CONFLICT, "valid_from",
                    "a version is in force since that day: begin later");
    }
    if (before != NULL) {
        set_day(m, before, "valid_to", f.from);
        TRY(model_set(c, m, before, model_mask(m, "valid_to")));
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

/* -- areas and rules ---------------------------------------------------- */

/* Read the row that is changed and fill in what was not said. */
static enum err
read_old(struct call *c, const struct model *m, void *rec)
{
    void *old = arena_alloc(c->arena, m->size);
    int64_t id =
        *(int64_t *)(void *)((char *)rec + model_field(m, "id")->offset);

    TRY(model_get(c, m, id, old));
    model_fill(m, rec, old, (field_mask)c->said);
    return OK;
}

enum err
catalog_add_area(struct call *c, struct service_area *a)
{
    int64_t id = 0;
    TX tx = tx_begin(c);

    TRY(need_right(c));
    TRY(model_check(c, &service_area_model, a));
    TRY(db_int(c, &id, find_area_code, V(a->code)));
    if (id != 0)
        return fail(c, ERR_CONFLICT, "code", "the code is taken");
    TRY(model_add(c, &service_area_model, a));
    return finish(c, &tx);
}

enum err
catalog_set_area(struct call *c, struct service_area *a)
{
    TX tx = tx_begin(c);

    TRY(need_right(c));
    TRY(read_old(c, &service_area_model, a));
    TRY(model_check(c, &service_area_model, a));
    TRY(model_set(c, &service_area_model, a, (field_mask)c->said));
    return finish(c, &tx);
}

static enum err
check_rule(struct call *c, struct routing_rule *r)
{
    int64_t id = 0;

    TRY(model_check(c, &routing_rule_model, r));
    TRY(need_row(c, find_crew, V(r->crew_id), "crew_id"));
    if (r->place_id != 0)
        TRY(need_row(c, find_place, V(r->place_id), "place_id"));
    if (text_is_blank(r->item_code)) {
        r->item_code = NULL;
    } else {
        TRY(db_int(c, &id, find_item_code, V(r->item_code)));
        if (id == 0)
            TRY(need_row(c, find_area_code, V(r->item_code), "item_code"));
    }
    if (r->valid_from.n == 0)
        r->valid_from = today(c);
    if (r->valid_to.n != 0 && r->valid_to.n <= r->valid_from.n)
        return fail(c, ERR_INVALID, "valid_to", "must be after the first day");
    return OK;
}

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

static const char of_own_crews[] =
    "crew_id IN (SELECT id FROM crew WHERE provider_id = $1)";

enum err
catalog_list_rules(struct call *c, struct list *l)
{
    if (auth_from_outside(c)) {
        (void)list_bind(c, l, V(c->actor->provider_id));
        list_and(c, l, "%s", of_own_crews);
    }
    return model_list(c, l);
}

enum err
catalog_add_rule(struct call *c, struct routing_rule *r)
{
    TX tx = tx_begin(c);

    TRY(need_right(c));
    TRY(check_rule(c, r));
    TRY(model_add(c, &routing_rule_model, r));
    return finish(c, &tx);
}

enum err
catalog_set_rule(struct call *c, struct routing_rule *r)
{
    TX tx = tx_begin(c);

    TRY(need_right(c));
    TRY(read_old(c, &routing_rule_model, r));
    if (r->valid_from.n == 0)
        r->valid_from = today(c);
    TRY(check_rule(c, r));
    TRY(model_set(c, &routing_rule_model, r, (field_mask)c->said));
    return finish(c, &tx);
}

static enum err
remove_row(struct call *c, const struct model *m, int64_t id)
{
    TX tx = tx_begin(c);

    TRY(need_right(c));
    TRY(model_remove(c, m, id));
    return finish(c, &tx);
}

enum err
catalog_remove_rule(struct call *c, struct routing_rule *r)
{
    return remove_row(c, &routing_rule_model, r->id);
}

/* -- calendar ----------------------------------------------------------- */

enum err
catalog_add_day(struct call *c, struct calendar_day *d)
{
    const struct field *kind = model_field(&calendar_day_model, "kind");
    int64_t id = 0;
    TX tx = tx_begin(c);

    TRY(need_right(c));
    TRY(model_check(c, &calendar_day_model, d));
    TRY(db_int(c, &id, find_day, V(d->on_day), V(kind->choices[d->kind])));
    if (id != 0)
        return fail(c, ERR_CONFLICT, "on_day", "the day is marked so already");
    TRY(model_add(c, &calendar_day_model, d));
    return finish(c, &tx);
}

enum err
catalog_remove_day(struct call *c, struct calendar_day *d)
{
    return remove_row(c, &calendar_day_model, d->id);
}

enum err
catalog_add_year(struct call *c, struct calendar_year *y)
{
    int64_t id = 0;
    TX tx = tx_begin(c);

    TRY(need_right(c));
    TRY(model_check(c, &calendar_year_model, y));
    TRY(db_int(c, &id, find_year, V(y->year)));
    if (id != 0)
        return fail(c, ERR_CONFLICT, "year", "the year is published already");
    TRY(model_add(c, &calendar_year_model, y));
    return finish(c, &tx);
}

enum err
catalog_remove_year(struct call *c, struct calendar_year *y)
{
    return remove_row(c, &calendar_year_model, y->id);
}

static bool
is_month_day(int64_t md)
{
    /* In a leap year, so that 29 February can begin or end a season. */
    return day_is_real(2000, (int)(md / 100), (int)(md % 100));
}

enum err
catalog_check_hours(struct call *c, const struct office_hours *h)
{
    struct workcal_span spans[WORKCAL_MAX_SPANS];
    size_t n;

    TRY(model_check(c, &office_hours_model, h));
    if (!is_month_day(h->from_month_day))
        return fail(c, ERR_INVALID, "from_month_day",
                    "must be month and day such as 501");
    if (!is_month_day(h->to_month_day))
        return fail(c, ERR_INVALID, "to_month_day",
                    "must be month and day such as 501");
    if (!workcal_read_spans(h->spans, spans, &n))
        return fail(c, ERR_INVALID, "spans",
                    "must be rising times such as 08:30-12:00,14:00-17:30");
    if (h->valid_to.n != 0 && h->valid_to.n <= h->valid_from.n)
        return fail(c, ERR_INVALID, "valid_to", "must be after the first day");
    return OK;
}

enum err
catalog_add_hours(struct call *c, struct office_hours *h)
{
    TX tx = tx_begin(c);

    TRY(need_right(c));
    if (h->valid_from.n == 0)
        h->valid_from = today(c);
    TRY(catalog_check_hours(c, h));
    TRY(model_add(c, &office_hours_model, h));
    return finish(c, &tx);
}

enum err
catalog_set_hours(struct call *c, struct office_hours *h)
{
    TX tx = tx_begin(c);

    TRY(need_right(c));
    TRY(read_old(c, &office_hours_model, h));
    if (h->valid_from.n == 0)
        h->valid_from = today(c);
    TRY(catalog_check_hours(c, h));
    TRY(model_set(c, &office_hours_model, h, (field_mask)c->said));
    return finish(c, &tx);
}
