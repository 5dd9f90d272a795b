/* SPDX-License-Identifier: Apache-2.0 */
/* Ratings. */
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "json/json.h"

/* With fewer votes than these, or fewer new ones, a crew is shown no figures,
   so that nobody can tell who gave them. */
#define FEWEST_VOTES 5

/* -- rating ----------------------------------------------------------------- */

static enum err
check_vote(struct call *c, const struct order_act *a)
{
    if (a->stars <= 2 && text_is_blank(a->comment))
        return fail(c, ERR_INVALID, "comment",
                    "please say what was wrong, so that it can be mended");
    return OK;
}

enum err
do_rate(struct deed *d, void *rec)
{
    const struct order_act *a = d->in;
    const struct order *o = rec;
    struct rating r = {
        .order_id = o->id,
        .person_id = d->c->actor->person_id,
        /* Of a whole that no crew had, the crews of its legs
                           are rated for each of these. */
        .crew_id = crew_has_it(o) ? o->crew_id : 0,
        .life = o->reopens,
        .stars = a->stars,
        .tags = a->tags,
        .comment = a->comment,
        .at = d->c->now
    };

    TRY(check_vote(d->c, a));
    return model_insert(d->c, &rating_model, &r);
}

/* Not of one's own crews, nor of those of one's provider, whatever else one
   is: the condition of a list. */
static const char *
of_others(struct call *c, struct list *l)
{
    size_t me = list_bind(c, l, V(c->actor->person_id));

    return arena_printf(
        c->arena,
        "rating.crew_id IS NULL OR rating.crew_id NOT IN"
        " (SELECT m.crew_id FROM crew_member m WHERE m.person_id = $%zu"
        "  UNION SELECT w.id FROM crew w JOIN person p"
        "   ON p.provider_id = w.provider_id WHERE p.id = $%zu)",
        me, me);
}

/* A rating lies where its order does. */
static const struct auth_columns rating_lies = {
    .unit = "o.unit_id",
    .crew = "o.crew_id",
    .place = "o.place_id",
    .provider = "o.provider_id"
};

/* The votes that the caller may read one by one. */
static enum err
limit_votes(struct call *c, struct list *l)
{
    TRY(auth_need(c, "rating.see", NULL));
    list_and(c, l, "%s", of_others(c, l));
    if (!auth_may_at(c, "rating.see", &order_anywhere))
        list_and(c, l,
                 "EXISTS (SELECT 1 FROM orders o WHERE o.id = order_id"
                 " AND (%s))",
                 auth_condition(c, "rating.see", &rating_lies, l));
    return OK;
}

enum err
rating_list(struct call *c, struct list *l)
{
    TRY(limit_votes(c, l));
    return model_list(c, l);
}

/* -- all votes together ------------------------------------------------------- */

/* Each number of stars is said, as the index of votes begins with it. */
enum err
rating_in(struct call *c, instant from, instant before, struct order_votes *v)
{
    struct list l = { .model = &rating_model };
    int64_t sum = 0;

    *v = (struct order_votes){ .n = 0 };
    list_and(c, &l, "stars IN (1, 2, 3, 4, 5) AND at >= $%zu",
             list_bind(c, &l, V(from)));
    list_and(c, &l, "at < $%zu", list_bind(c, &l, V(before)));
    TRY(limit_votes(c, &l));
    ROWS r = list_query(c, &l, "stars, COUNT(*)", "GROUP BY stars");
    while (rows_next(&r)) {
        v->n += row_int(&r, 1);
        sum += row_int(&r, 0) * row_int(&r, 1);
    }
    v->hidden = v->n < FEWEST_VOTES;
    v->average = v->hidden ? 0 : (double)sum / (double)v->n;
    return rows_end(&r);
}

/* The last vote says it: what was done anew and is found good is good. */
enum err
rating_limit_poor(struct call *c, struct list *l)
{
    TRY(auth_need(c, "rating.see", NULL));
    list_and(c, l,
             "(is_open = 1 OR state = 'verified') AND id IN"
             " (SELECT rating.order_id FROM rating WHERE rating.stars IN (1, 2)"
             " AND NOT EXISTS (SELECT 1 FROM rating later"
             "  WHERE later.order_id = rating.order_id"
             "  AND later.life > rating.life) AND (%s))",
             of_others(c, l));
    list_and(c, l, "%s", auth_condition(c, "rating.see", &order_lies, l));
    return OK;
}

enum err
rating_count_poor(struct call *c, int64_t *n)
{
    struct list l = { .model = &order_model };

    *n = 0;
    TRY(rating_limit_poor(c, &l));
    TRY(order_limit(c, &l));
    ROWS r = list_query(c, &l, "COUNT(*)", "");
    if (rows_next(&r))
        *n = row_int(&r, 0);
    return rows_end(&r);
}

/* -- a crew's ----------------------------------------------------------------- */

static const char crew_stars[] =
    "SELECT stars, COUNT(*) FROM rating WHERE crew_id = $1 AND at < $2"
    " GROUP BY stars";
static const char crew_tags[] =
    "SELECT tags FROM rating WHERE crew_id = $1 AND at < $2"
    " AND tags IS NOT NULL";

/*
 * Votes counted by weeks that begin on Mondays (345,600,000 ms is the first
 * after 1970 began), the present one left out.
 */
static const char crew_weeks[] =
    "SELECT week, COUNT(*) FROM (SELECT (at - 345600000) / 604800000 AS week"
    " FROM rating WHERE crew_id = $1 AND at < $2) AS votes"
    " GROUP BY week ORDER BY week";

#define FIRST_MONDAY_MS (4 * DAY_MS)
#define WEEK_MS (7 * DAY_MS)

/* A vote that is being written while the week turns is told a week later. */
#define TOLD_AFTER_MS HOUR_MS

/*
 * Before which moment votes are told to those who may see no single one: the
 * end of the last week by which FEWEST_VOTES or more had come since they were
 * told before.  So two totals that can ever be seen differ by as many votes or
 * by none, and change at the turn of a week only: nobody's vote can be had by
 * subtraction.
 */
static enum err
told_until(struct call *c, int64_t crew_id, instant *until)
{
    int64_t now = c->now.ms - TOLD_AFTER_MS - FIRST_MONDAY_MS;
    int64_t this_week = FIRST_MONDAY_MS + now / WEEK_MS * WEEK_MS;
    int64_t waiting = 0;
    ROWS r = db_query(c, crew_weeks, V(crew_id), V(this_week));

    *until = (instant){ 0 };
    while (rows_next(&r)) {
        waiting += row_int(&r, 1);
        if (waiting < FEWEST_VOTES)
            continue;
        until->ms = FIRST_MONDAY_MS + (row_int(&r, 0) + 1) * WEEK_MS;
        waiting = 0;
    }
    return rows_end(&r);
}

static enum err
count_tags(struct call *c, struct rating_totals *t, instant until)
{
    int64_t counts[16] = { 0 };
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    ROWS r = db_query(c, crew_tags, V(t->id), value_int(until.ms));

    while (rows_next(&r)) {
        const char *tags = row_text(&r, 0);

        /* "untidy" holds "tidy"; no other tag is a part of another. */
        for (size_t i = 0; rating_tags[i] != NULL; i++) {
            ASSERT(i < COUNT(counts));
            counts[i] += strstr(tags, rating_tags[i]) != NULL
                         && (strcmp(rating_tags[i], "tidy") != 0
                             || strstr(tags, "untidy") == NULL);
        }
    }
    json_begin(&o);
    for (size_t i = 0; rating_tags[i] != NULL; i++)
        json_put_int(&o, rating_tags[i], counts[i]);
    json_end(&o);
    t->tags = b.s;
    return rows_end(&r);
}

static enum err
count_stars(struct call *c, struct rating_totals *t, instant until)
{
    int64_t sum = 0;
    ROWS r = db_query(c, crew_stars, V(t->id), value_int(until.ms));

    while (rows_next(&r)) {
        int64_t stars = row_int(&r, 0), votes = row_int(&r, 1);

        if (stars < 1 || stars > 5)
            continue;
        t->stars[stars - 1] = votes;
        t->n += votes;
        sum += stars * votes;
    }
    t->average = t->n > 0 ? (double)sum / (double)t->n : 0;
    return rows_end(&r);
}

enum err
rating_of_crew(struct call *c, struct rating_totals *t)
{
    struct auth_where at;
    instant until = { INT64_MAX };
    bool own = false, single;

    TRY(auth_need(c, NULL, NULL));
    TRY(crew_has(c, t->id, c->actor->person_id, &own));
    TRY(crew_where(c, t->id, &at));
    own =
        own || (at.provider_id != 0 && at.provider_id == c->actor->provider_id);
    single = !own && auth_may_at(c, "rating.see", &at);
    if (!own && !single)
        return fail(c, ERR_DENIED, NULL, "this needs the right “%s”",
                    "rating.see");
    /* Whoever may read each vote is told all of them. */
    if (!single)
        TRY(told_until(c, t->id, &until));
    TRY(count_stars(c, t, until));
    t->hidden = t->n < FEWEST_VOTES;
    if (t->hidden) {
        *t = (struct rating_totals){ .id = t->id, .hidden = true };
        return OK;
    }
    return count_tags(c, t, until);
}
