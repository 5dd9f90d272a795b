/* SPDX-License-Identifier: Apache-2.0 */
/* team - see team.h. */
#include "solver/team.h"

#include "base/thread.h"
#include "solver/elite.h"

#include <pthread.h>

enum { LEGS = 3, CHILD_LEGS = 4 };

struct member {
    struct sv_search search;
    struct sv_worker worker;
    struct sv_worker *w; /* the first member's is the caller's */
    pthread_t thread;
    struct sv_elite elite;
    void (*leg)(struct member *m);
    double left_at; /* clock: at the end of the last leg */
    int firsts;     /* plans there is time for, by one worker */
};

struct team {
    struct member *members;
    int count;
    pthread_mutex_t lock; /* of what follows */
    sv_solve_listener listener;
    void *with;
    struct sv_progress best;
    bool enough;
};

/* Announcements of all members come one at a time, and only real bests; who
   has enough is told no more, and all stop. */
static bool
announce(void *with, const struct sv_progress *now)
{
    struct team *t = with;
    bool goes_on;

    pthread_mutex_lock(&t->lock);
    if (!t->enough
        && (now->unserved < t->best.unserved
            || (now->unserved == t->best.unserved
                && now->cost < t->best.cost))) {
        t->best = *now;
        t->enough = !t->listener(t->with, now);
    }
    goes_on = !t->enough;
    for (int k = 0; !goes_on && k < t->count; k++)
        t->members[k].search.stop = true;
    pthread_mutex_unlock(&t->lock);
    return goes_on;
}

/* -- legs: what each member does alone ------------------------------------- */

static void
begin(struct member *m)
{
    m->firsts = sv_search_begin(&m->search, m->w)
                    ? sv_elite_measure(&m->elite, &m->search, m->w)
                    : 0;
}

static void
go_on(struct member *m)
{
    sv_search_cool(&m->search, m->w, 0, m->elite.begin, 1);
}

static void
make_firsts(struct member *m)
{
    sv_elite_begin(&m->elite, &m->search, m->w, m->firsts);
}

static void
raise_children(struct member *m)
{
    sv_elite_go_on(&m->elite, &m->search, m->w);
}

/* Each leg has a new thread, whose processor time begins anew. */
static void *
run_leg(void *member)
{
    struct member *m = member;

    if (m->search.limits.processor) {
        double shift = sv_search_clock(&m->search) - m->left_at;

        m->search.starts += shift;
        m->search.ends += shift;
    }
    m->leg(m);
    m->left_at = sv_search_clock(&m->search);
    return NULL;
}

/* One leg of all members; a thread that cannot be made runs here. */
static void
run_all(struct team *t, void (*leg)(struct member *), double until)
{
    bool apart[SV_THREADS_MOST];

    for (int k = 0; k < t->count; k++) {
        struct member *m = &t->members[k];

        m->leg = leg;
        m->search.until = until;
        apart[k] = k > 0 && thread_begin(&m->thread, run_leg, m);
    }
    for (int k = 0; k < t->count; k++)
        if (!apart[k])
            run_leg(&t->members[k]);
    for (int k = 0; k < t->count; k++)
        if (apart[k])
            pthread_join(t->members[k].thread, NULL);
}

/* -- between them ----------------------------------------------------------- */

static struct member *
find_best(const struct team *t)
{
    struct member *best = &t->members[0];

    for (int k = 1; k < t->count; k++) {
        struct member *m = &t->members[k];

        if (sv_state_is_better(m->w->g, &m->w->best, &best->w->best))
            best = m;
    }
    return best;
}

/* Takes over another's best; versions are one's own, so routes are made anew. */
static void
take_over(struct member *m, const struct member *from)
{
    struct sv_worker *w = m->w;

    if (m == from)
        return;
    sv_state_adopt(w->g, &w->cur, &from->w->best);
    sv_state_copy(w->g, &w->best, &w->cur);
    w->fleet_most = w->g->p->fewest_vehicles ? sv_state_vehicles(w->g, &w->cur)
                                             : w->g->route_count;
    m->search.best_at = from->search.best_at;
}

/* Fewer served, or more vehicles than need be: no cooling makes up for that. */
static bool
lags(const struct sv_worker *w, const struct sv_state *best)
{
    return w->best.must_absent > best->must_absent
           || (w->g->p->fewest_vehicles
               && sv_state_vehicles(w->g, &w->best)
                      > sv_state_vehicles(w->g, best));
}

/* The best plan of the members that the pool does not know yet; or NULL. */
static const struct sv_state *
find_new(const struct team *t, const struct sv_elite *pool)
{
    const struct sv_state *best = NULL;

    for (int k = 0; k < t->count; k++) {
        const struct sv_elite *e = &t->members[k].elite;

        for (int i = 0; i < e->count; i++)
            if (!sv_elite_knows(pool, e->plans[i].cost)
                && (!best
                    || sv_state_is_better(t->members[k].w->g, &e->plans[i],
                                          best)))
                best = &e->plans[i];
    }
    return best;
}

/* What each has found all have from now on, the best of it. */
static void
share_plans(struct team *t, struct sv_elite *pool, int most)
{
    const struct sv_engine *g = t->members[0].w->g;

    pool->count = 0;
    while (pool->count < most) {
        const struct sv_state *found = find_new(t, pool);

        if (!found && pool->count >= 2)
            break;
        sv_state_adopt(g, &pool->plans[pool->count],
                       found ? found : &pool->plans[0]);
        pool->count++;
    }
    for (int k = 0; k < t->count; k++) {
        struct member *m = &t->members[k];

        for (int i = 0; i < pool->count; i++) {
            sv_state_adopt(g, &m->w->cur, &pool->plans[i]);
            sv_state_copy(g, &m->elite.plans[i], &m->w->cur);
        }
        m->elite.count = pool->count;
    }
}

/* -- the whole -------------------------------------------------------------- */

/* Time for one cooling: at each leg's end all go on from the best. */
static void
cool(struct team *t)
{
    for (int leg = 1; leg <= LEGS; leg++) {
        const struct member *best;

        run_all(t, go_on, (double)leg / LEGS);
        best = find_best(t);
        for (int k = 0; leg < LEGS && k < t->count; k++)
            take_over(&t->members[k], best);
    }
}

/* Time for several: first plans by all, then children, shared now and then. */
static void
breed(struct team *t)
{
    int each = (SV_ELITES_MOST + t->count - 1) / t->count;
    int most = each * t->count;
    struct sv_elite pool;
    double from;

    sv_elite_open(&pool, t->members[0].w, most);
    for (int k = 0; k < t->count; k++) {
        sv_elite_open(&t->members[k].elite, t->members[k].w, most);
        t->members[k].firsts = each;
    }
    run_all(t, make_firsts, 1);
    from = t->members[0].search.share;
    for (int leg = 1; leg <= CHILD_LEGS; leg++) {
        share_plans(t, &pool, most);
        run_all(t, raise_children, from + (1 - from) * leg / CHILD_LEGS);
    }
}

static void
open_member(struct team *t, int k, const struct sv_search *s,
            struct sv_worker *first)
{
    struct member *m = &t->members[k];

    m->search = *s;
    if (s->listener) {
        m->search.listener = announce;
        m->search.with = t;
    }
    m->w = first;
    if (k == 0)
        return;
    m->w = &m->worker;
    sv_worker_open(m->w, first->g,
                   s->limits.seed + (uint64_t)k * UINT64_C(1000003));
    sv_state_adopt(first->g, &m->w->cur, &first->cur);
}

/* The first member has it all. */
static void
close_team(struct team *t, struct sv_search *s)
{
    struct member *first = &t->members[0];

    take_over(first, find_best(t));
    s->best_at = first->search.best_at;
    for (int k = 1; k < t->count; k++) {
        struct sv_worker *w = t->members[k].w;

        first->w->rounds += w->rounds;
        s->memory += arena_used(w->arena);
        sv_worker_close(w);
    }
}

void
sv_team_run(struct sv_search *s, struct sv_worker *first, int threads)
{
    struct team t = {
        .count = threads < SV_THREADS_MOST ? threads : SV_THREADS_MOST,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .listener = s->listener,
        .with = s->with,
        .best = { .cost = SV_FAR, .unserved = first->g->n + 1 }
    };
    bool time_for_one = true, time_for_several = true;
    const struct member *best;

    if (t.count <= 1) {
        if (sv_search_begin(s, first))
            sv_elite_run(s, first);
        return;
    }
    t.members = NEW_N(first->arena, struct member, (size_t)t.count);
    for (int k = 0; k < t.count; k++)
        open_member(&t, k, s, first);
    run_all(&t, begin, 1);
    best = find_best(&t);
    for (int k = 0; k < t.count; k++) {
        struct member *m = &t.members[k];

        /* By the slowest: all go one way, as they meet at the end of each leg. */
        time_for_one &= m->firsts > 0;
        time_for_several &= m->firsts > 1;
        if (lags(m->w, &best->w->best))
            take_over(m, best);
    }
    if (time_for_several)
        breed(&t);
    else if (time_for_one)
        cool(&t);
    close_team(&t, s);
}
