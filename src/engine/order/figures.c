/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was asked for and done in the last days and months, in figures: of the
 * orders that the caller may see, no crew's and nobody's own.
 */
#include <string.h>

#include "auth/auth.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"

/* Counted by the quarter of an hour, at whose turn the days of every zone
   begin; the day is the office's, which no database knows. */
#define QUARTER_MS (15 * MINUTE_MS)
#define BY_QUARTER "COALESCE(%s, 0) / 900000"

/* -- which days ---------------------------------------------------------------- */

static instant
begin_of(const struct call *c, day d)
{
    return zone_instant(c->app->zone, (int64_t)(d.n - 1) * DAY_MS);
}

/* The first of the month of D, or of one so many MONTHS before. */
static day
first_of_month(day d, int months)
{
    struct civil k = civil_of(d);
    int n = k.year * 12 + k.month - 1 - months;

    return day_of(n / 12, n % 12 + 1, 1);
}

static void
name_spans(struct call *c, struct order_figures *f)
{
    day now = today(c);

    for (int i = 0; i < ORDER_FIGURE_DAYS; i++)
        f->days[i].first = (day){ now.n - ORDER_FIGURE_DAYS + 1 + i };
    f->months[ORDER_LAST_MONTH].first = first_of_month(now, 1);
    f->months[ORDER_THIS_MONTH].first = first_of_month(now, 0);
}

/* From where on rows are read: the earlier of the two. */
static instant
earliest(struct call *c, const struct order_figures *f)
{
    day month = f->months[ORDER_LAST_MONTH].first, first = f->days[0].first;

    return begin_of(c, month.n < first.n ? month : first);
}

/* -- orders ------------------------------------------------------------------- */

enum { ASKED, COMPLETED };

static void
add_to(struct order_span *s, int what, int64_t n, int64_t late)
{
    s->asked += what == ASKED ? n : 0;
    s->completed += what == COMPLETED ? n : 0;
    s->late += late;
}

/* What happened in the quarter belongs to a day, a month, both or neither. */
static void
add_quarter(struct call *c, struct order_figures *f, int what, struct rows *r)
{
    day d = zone_day(c->app->zone, (instant){ row_int(r, 0) * QUARTER_MS });
    int64_t n = row_int(r, 1), late = row_int(r, 2);
    int at = d.n - f->days[0].first.n;

    if (at >= 0 && at < ORDER_FIGURE_DAYS)
        add_to(&f->days[at], what, n, late);
    for (int m = 0; m < 2; m++)
        if (first_of_month(d, 0).n == f->months[m].first.n)
            add_to(&f->months[m], what, n, late);
}

/* The orders that the caller sees whose COLUMN lies since FROM; the words are
   those of the partial index of what was completed. */
static enum err
seen_since(struct call *c, struct list *l, const char *column, instant from)
{
    *l = (struct list){ .model = &order_model };
    list_and(c, l, "COALESCE(%s, 0) <> 0", column);
    list_and(c, l, "COALESCE(%s, 0) >= $%zu", column, list_bind(c, l, V(from)));
    TRY(order_limit(c, l));
    list_join_parts(c, l);
    return OK;
}

static enum err
count_by_quarter(struct call *c, struct order_figures *f, int what)
{
    const char *column = what == ASKED ? "submitted_at" : "completed_at";
    const char *late = what == ASKED ? "0" : "COALESCE(SUM(complete_late), 0)";
    struct list l;

    TRY(seen_since(c, &l, column, earliest(c, f)));
    ROWS r = list_query(c, &l,
                        arena_printf(c->arena, BY_QUARTER ", COUNT(*), %s",
                                     column, late),
                        "GROUP BY 1");
    while (rows_next(&r))
        add_quarter(c, f, what, &r);
    return rows_end(&r);
}

/* -- providers ------------------------------------------------------------------ */

/* Done by each in the month before and in this one. */
static enum err
count_providers(struct call *c, struct order_figures *f)
{
    struct list l;
    size_t month;

    TRY(seen_since(c, &l, "completed_at",
                   begin_of(c, f->months[ORDER_LAST_MONTH].first)));
    /* Said so that the index of providers, which has all their orders ever, does
       not fit, and that of what was completed is read. */
    list_and(c, &l, "COALESCE(provider_id, 0) <> 0");
    month = list_bind(c, &l, V(begin_of(c, f->months[ORDER_THIS_MONTH].first)));
    ROWS r = list_query(
        c, &l,
        arena_printf(c->arena,
                     "provider_id, COUNT(*), COALESCE(SUM(complete_late), 0),"
                     " SUM(CASE WHEN completed_at >= $%zu THEN 1 ELSE 0 END),"
                     " SUM(CASE WHEN completed_at >= $%zu AND complete_late = 1"
                     " THEN 1 ELSE 0 END)",
                     month, month),
        "GROUP BY provider_id ORDER BY provider_id LIMIT 200");
    f->providers =
        NEW_N(c->arena, struct order_provider_figures, ORDER_PROVIDERS);
    while (f->n_providers < ORDER_PROVIDERS && rows_next(&r)) {
        struct order_provider_figures *p = &f->providers[f->n_providers++];
        struct order_span *before = &p->months[ORDER_LAST_MONTH],
                          *now = &p->months[ORDER_THIS_MONTH];

        p->id = row_int(&r, 0);
        now->completed = row_int(&r, 3);
        now->late = row_int(&r, 4);
        before->completed = row_int(&r, 1) - now->completed;
        before->late = row_int(&r, 2) - now->late;
    }
    return rows_end(&r);
}

static enum err
name_providers(struct call *c, struct order_figures *f)
{
    for (size_t i = 0; i < f->n_providers; i++) {
        struct order_provider_figures *p = &f->providers[i];
        struct provider whole = { 0 };

        TRY(model_get(c, &provider_model, p->id, &whole));
        p->name = whole.name;
        p->name_en = whole.name_en;
    }
    return OK;
}

/* -- all of it ------------------------------------------------------------------ */

/* Stars are for those alone who may read each vote. */
static enum err
count_votes(struct call *c, struct order_figures *f)
{
    f->rates = auth_may(c, "rating.see");
    if (!f->rates)
        return OK;
    for (int m = 0; m < 2; m++) {
        day first = f->months[m].first;

        TRY(rating_in(c, begin_of(c, first),
                      begin_of(c, first_of_month(first, -1)), &f->votes[m]));
    }
    return rating_count_poor(c, &f->dissatisfied);
}

enum err
order_figures(struct call *c, struct order_figures *f)
{
    *f = (struct order_figures){ .n_providers = 0 };
    TRY(auth_need(c, "order.see", NULL));
    name_spans(c, f);
    TRY(count_by_quarter(c, f, ASKED));
    TRY(count_by_quarter(c, f, COMPLETED));
    TRY(count_providers(c, f));
    TRY(name_providers(c, f));
    return count_votes(c, f);
}
