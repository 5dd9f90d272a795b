/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - the loop of rounds: ruin, recreate, accept or undo.
 *
 * See solve.h for what is promised and README.md for the method.
 */
#include "engine/dispatch/search.h"

#include <math.h>
#include <time.h>

enum { CLOCK_EVERY = 16 };

double
clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Share of the limit that is gone; by rounds alone when they are limited. */
static double
share_gone(const struct search *s, const struct worker *w)
{
    if (s->limits.rounds)
        return (double)(w->rounds - s->first_round) / (double)s->limits.rounds;
    return (clock_now() - s->starts) / (s->ends - s->starts);
}

static int
count_vehicles(const struct engine *g, const struct state *s)
{
    int used = 0;

    for (int k = 0; k < g->route_count; k++)
        used += s->routes[k].count > 0;
    return used;
}

static void
publish(struct search *s, struct worker *w)
{
    struct progress now;

    state_copy(w->g, &w->best, &w->cur);
    s->best_at = s->share;
    if (!s->listener)
        return;
    now = (struct progress){ .cost = w->best.cost,
                             .unserved = w->best.absent_count,
                             .vehicles = count_vehicles(w->g, &w->best),
                             .rounds = w->rounds,
                             .seconds = clock_now() - s->limits.began };
    if (!s->listener(s->with, &now))
        s->stop = true;
}

static double
whole_cost(const struct state *s)
{
    return s->cost + s->absent_price;
}

/* One round; the temperature is that of simulated annealing. */
void
search_round(struct search *s, struct worker *w, double temperature)
{
    double before = whole_cost(&w->cur), after, u;

    worker_begin(w);
    worker_ruin(w);
    worker_recreate(w);
    w->rounds++;
    after = whole_cost(&w->cur);
    if (after < whole_cost(&w->best) - 1e-7) {
        publish(s, w);
        return;
    }
    if (after < before)
        return;
    u = chance_unit(&w->dice);
    if (after >= before - temperature * chance_log(u > 0 ? u : 1e-300))
        worker_undo(w);
}

void
search_run(struct search *s, struct worker *w)
{
    double hot = w->tuning.hot * w->g->hop_mean;
    double fall = chance_log(w->tuning.cold / w->tuning.hot);
    double temperature = hot;

    s->first_round = w->rounds;
    for (s->share = 0; !s->stop;) {
        if (w->rounds % CLOCK_EVERY == 0 || s->limits.rounds) {
            s->share = share_gone(s, w);
            if (s->share >= 1)
                break;
            temperature = hot * chance_exp(fall * s->share);
        }
        search_round(s, w, temperature);
    }
}

void
search_whole(struct search *s, struct worker *w)
{
    s->starts = clock_now();
    s->ends = s->limits.began + s->limits.seconds;
    worker_begin(w);
    worker_recreate(w);
    s->share = 0;
    publish(s, w);
    search_run(s, w);
}
