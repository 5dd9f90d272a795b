/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - the loop of rounds: ruin, recreate, accept or undo.
 *
 * See solve.h for what is promised and README.md for the method.
 */
#include "solver/search.h"

#include "solver/fleet.h"

#include <math.h>
#include <time.h>

#define PAIN_STEP (1.0 / 512)
#define WEIGHT_STEP 0.01
#define WEIGHT_KEPT 0.9  /* of it, every ... */
#define RETURN_FIRST 0.5 /* shares of the limit: going back to the best */
#define RETURN_EVERY 0.1
#define PLACE_MOST 0.1 /* seconds */

enum { CLOCK_EVERY = 16, FORGET_EVERY = 4096, ASTRAY_MOST = 10000 };

double
sv_clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double
sv_search_clock(const struct sv_search *s)
{
    struct timespec t;

    if (!s->limits.processor)
        return sv_clock_now();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Share of the limit that is gone; by rounds alone when they are limited. */
static double
share_gone(const struct sv_search *s, const struct sv_worker *w)
{
    if (s->limits.rounds)
        return (double)(w->rounds - s->first_round) / (double)s->limits.rounds;
    if (s->ends <= s->starts)
        return 1; /* reading alone took all there was */
    return (sv_search_clock(s) - s->starts) / (s->ends - s->starts);
}

void
sv_search_publish(struct sv_search *s, struct sv_worker *w)
{
    struct sv_progress now;

    sv_state_copy(w->g, &w->best, &w->cur);
    s->best_at = s->share;
    if (!s->listener)
        return;
    now = (struct sv_progress){ .cost = w->best.cost,
                                .unserved = w->best.absent_count,
                                .vehicles = sv_state_vehicles(w->g, &w->best),
                                .rounds = w->rounds,
                                .seconds = sv_clock_now() - s->limits.began };
    if (!s->listener(s->with, &now))
        s->stop = true;
}

/* What the state counts in the search, left out requests included. */
static double
whole_cost(const struct sv_worker *w)
{
    const struct sv_state *s = &w->cur;
    double missing = 0;

    for (int k = 0; k < s->absent_count; k++)
        if (w->g->must[s->absent[k]])
            missing += w->weight[s->absent[k]];
    return s->cost + s->absent_price + w->pain * missing;
}

/*
 * Pain is steered so that a part of the rounds begin with something left
 * out: tight fleets cannot be rearranged otherwise.  Half of them at first;
 * in the end hardly any, or the search never settles down near its best.
 */
static void
steer_pain(const struct sv_search *s, struct sv_worker *w)
{
    const struct sv_tuning *t = &w->tuning;
    double low = w->g->hop_mean, high = 1000 * w->g->hop_mean;
    double part =
        t->out_hot
        * sv_chance_exp(sv_chance_log(t->out_cold / t->out_hot) * s->phase);

    if (w->cur.must_absent > 0)
        w->pain *= 1 + PAIN_STEP;
    else
        w->pain *= 1 - PAIN_STEP * part / (1 - part);
    if (w->pain < low)
        w->pain = low;
    if (w->pain > high)
        w->pain = high;
}

/* One round; the temperature is that of simulated annealing. */
void
sv_search_round(struct sv_search *s, struct sv_worker *w, double temperature)
{
    double u = sv_chance_unit(&w->dice), before;

    steer_pain(s, w);
    before = whole_cost(w);
    /* what may be accepted is known beforehand: no need to go beyond */
    w->ceiling = before - temperature * sv_chance_log(u > 0 ? u : 1e-300);
    sv_worker_begin(w);
    sv_worker_ruin(w);
    w->rounds++;
    if (!sv_worker_recreate(w)) {
        sv_worker_undo(w);
        return;
    }
    if (s->own && sv_state_is_better(w->g, &w->cur, s->own))
        sv_state_copy(w->g, s->own, &w->cur);
    if (sv_state_is_better(w->g, &w->cur, &w->best)) {
        sv_worker_keep(w);
        sv_search_publish(s, w);
        return;
    }
    /* the same cost again is the same plan, put back as it was */
    if (fabs(whole_cost(w) - before) < 1e-9)
        sv_worker_undo(w);
    else
        sv_worker_keep(w);
}

/* Rounds that price whole routes take long, others less than the clock. */
static bool
is_clock_due(const struct sv_worker *w, uint64_t count)
{
    return w->g->full || count % CLOCK_EVERY == 0;
}

bool
sv_search_goes_on(struct sv_search *s, struct sv_worker *w)
{
    if (is_clock_due(w, w->rounds) || s->limits.rounds)
        s->share = share_gone(s, w);
    return s->share < s->until && !s->stop;
}

static double
temperature_at(const struct sv_search *s, const struct sv_worker *w)
{
    const struct sv_tuning *t = &w->tuning;

    return t->hot * w->g->hop_mean
           * sv_chance_exp(sv_chance_log(t->cold / t->hot) * s->phase);
}

/*
 * Who is left out again and again weighs more, or where vehicles are few one
 * awkward request would stay out for good while the others hardly move (the
 * idea of guided ejection, Nagata & Braysy 2009).
 */
static void
weigh_absent(struct sv_worker *w)
{
    sv_worker_learn(w, WEIGHT_STEP);
    if (w->rounds % FORGET_EVERY == 0)
        sv_worker_forget(w, WEIGHT_KEPT);
}

/*
 * Back to the best plan when something has been left out for too long, and
 * from time to time when it gets cold, so that the end is near the best.
 */
static void
come_back(struct sv_search *s, struct sv_worker *w)
{
    const struct sv_state *best = s->own ? s->own : &w->best;

    if (w->cur.must_absent <= best->must_absent)
        s->whole = w->rounds;
    if (s->returns < RETURN_FIRST)
        s->returns = RETURN_FIRST;
    if (w->rounds - s->whole <= ASTRAY_MOST && s->phase < s->returns)
        return;
    if (s->phase >= s->returns)
        s->returns = s->phase + RETURN_EVERY;
    s->whole = w->rounds;
    sv_state_copy(w->g, &w->cur, best);
}

void
sv_search_cool(struct sv_search *s, struct sv_worker *w, double phase,
               double begin, double end)
{
    double temperature = 0;

    s->whole = w->rounds;
    while (sv_search_goes_on(s, w) && s->share < end) {
        if (is_clock_due(w, w->rounds) || temperature <= 0) {
            s->phase = phase + (1 - phase) * (s->share - begin) / (end - begin);
            temperature = temperature_at(s, w);
        }
        sv_search_round(s, w, temperature);
        weigh_absent(w);
        come_back(s, w);
    }
}

/* A first plan may take a little longer, and if reading took all there was. */
static bool
is_late(const struct sv_search *s)
{
    return s->limits.seconds > 0 && !s->limits.rounds
           && sv_search_clock(s) >= fmax(s->starts, s->ends) + PLACE_MOST;
}

/* Puts in whatever fits, however dear: there may be no time for more. */
static void
place_all(struct sv_search *s, struct sv_worker *w)
{
    double pain = w->pain;
    int count;

    sv_worker_begin(w);
    w->ceiling = SV_NEVER;
    w->pain = SV_FAR;
    count = sv_worker_line_up(w);
    for (int k = 0; k < count && !w->hurried; k++) {
        (void)sv_worker_place(w, k);
        w->hurried = is_clock_due(w, (uint64_t)k) && is_late(s);
    }
    w->pain = pain;
}

bool
sv_search_begin(struct sv_search *s, struct sv_worker *w)
{
    s->starts = sv_search_clock(s);
    s->ends =
        s->limits.seconds + (s->limits.processor ? s->starts : s->limits.began);
    s->first_round = w->rounds;
    place_all(s, w);
    s->share = 0;
    sv_search_publish(s, w);
    if (!s->limits.rounds && !(s->limits.seconds > 0))
        return false;
    sv_fleet_fill(s, w);
    if (w->g->p->fewest_vehicles)
        sv_fleet_reduce(s, w);
    return true;
}
