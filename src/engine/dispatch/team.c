/* SPDX-License-Identifier: Apache-2.0 */
/* team - see team.h. */
#include "engine/dispatch/team.h"

#include <pthread.h>
#include <string.h>

enum { LEGS = 3 };

struct member {
    struct search search;
    struct worker worker;
    struct worker *w; /* the first member's is the caller's */
    pthread_t thread;
    bool begun; /* the plan to start from is complete */
};

/* Announcements of all members come one at a time, and only real bests. */
struct herald {
    pthread_mutex_t lock;
    solve_listener listener;
    void *with;
    struct progress best;
};

static bool
announce(void *with, const struct progress *now)
{
    struct herald *h = with;
    bool goes_on = true;

    pthread_mutex_lock(&h->lock);
    if (now->unserved < h->best.unserved
        || (now->unserved == h->best.unserved && now->cost < h->best.cost)) {
        h->best = *now;
        goes_on = h->listener(h->with, now);
    }
    pthread_mutex_unlock(&h->lock);
    return goes_on;
}

static void *
run_leg(void *member)
{
    struct member *m = member;

    if (m->begun)
        search_run(&m->search, m->w);
    else
        search_whole(&m->search, m->w);
    m->begun = true;
    return NULL;
}

/* One leg of all members; a thread that cannot be made runs here. */
static void
run_all(struct member *team, int count)
{
    bool apart[THREADS_MOST];

    for (int k = 1; k < count; k++)
        apart[k] =
            pthread_create(&team[k].thread, NULL, run_leg, &team[k]) == 0;
    run_leg(&team[0]);
    for (int k = 1; k < count; k++) {
        if (apart[k])
            pthread_join(team[k].thread, NULL);
        else
            run_leg(&team[k]);
    }
}

static struct member *
find_best(struct member *team, int count)
{
    struct member *best = &team[0];

    for (int k = 1; k < count; k++)
        if (state_is_better(team[k].w->g, &team[k].w->best, &best->w->best))
            best = &team[k];
    return best;
}

/* Takes over another's best; versions are one's own, so routes are made anew. */
static void
take_over(struct worker *w, const struct state *from)
{
    state_adopt(w->g, &w->cur, from);
    state_copy(w->g, &w->best, &w->cur);
    w->fleet_most = w->g->p->fewest_vehicles ? state_vehicles(w->g, &w->cur)
                                             : w->g->route_count;
}

static void
open_team(struct member *team, int count, const struct search *s,
          struct worker *first, struct herald *herald)
{
    for (int k = 0; k < count; k++) {
        struct member *m = &team[k];

        m->search = *s;
        if (s->listener) {
            m->search.listener = announce;
            m->search.with = herald;
        }
        m->w = first;
        if (k == 0)
            continue;
        m->w = &m->worker;
        worker_open(m->w, first->g,
                    s->limits.seed + (uint64_t)k * UINT64_C(1000003));
        state_adopt(first->g, &m->w->cur, &first->cur);
    }
}

void
team_run(struct search *s, struct worker *first, int threads)
{
    struct herald herald = { PTHREAD_MUTEX_INITIALIZER,
                             s->listener,
                             s->with,
                             { .cost = FAR, .unserved = first->g->n + 1 } };
    struct member *team;
    int count = threads < THREADS_MOST ? threads : THREADS_MOST;

    if (count <= 1) {
        search_whole(s, first);
        return;
    }
    team = NEW_N(first->arena, struct member, (size_t)count);
    open_team(team, count, s, first, &herald);
    for (int leg = 1; leg <= LEGS; leg++) {
        struct member *best;

        for (int k = 0; k < count; k++)
            team[k].search.until = (double)leg / LEGS;
        run_all(team, count);
        best = find_best(team, count);
        for (int k = 0; k < count; k++)
            if (&team[k] != best && (leg < LEGS || k == 0))
                take_over(team[k].w, &best->w->best);
        s->best_at = best->search.best_at;
    }
    for (int k = 1; k < count; k++) {
        first->rounds += team[k].w->rounds;
        s->memory += arena_used(team[k].w->arena);
        worker_close(team[k].w);
    }
}
