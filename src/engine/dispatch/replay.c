/* SPDX-License-Identifier: Apache-2.0 */
/* replay - see replay.h. */
#include "engine/dispatch/replay.h"

#include "engine/dispatch/chance.h"
#include "engine/dispatch/solve.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define JUST_NOW 1e-9

/* The day so far.  Requests of now are those of the day that are known. */
struct day {
    struct call *c;
    const struct problem *whole;
    struct problem now;
    int *known;     /* by request of now: its number in the whole */
    int *number;    /* by request of the whole: its number in now, or -1 */
    double *reveal; /* by request of the whole */
    struct plan plan;
    bool planned;
};

struct event {
    double time;
    int request;
};

static int
by_time(const void *a, const void *b)
{
    const struct event *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->request - y->request;
}

static struct event *
draw_events(struct day *d, const struct replay *how)
{
    const struct problem *p = d->whole;
    struct event *events =
        NEW_N(d->c->arena, struct event, (size_t)p->request_count + 1);
    struct chance dice;

    chance_seed(&dice, how->seed);
    for (int r = 0; r < p->request_count; r++) {
        const struct request *q = &p->requests[r];
        double latest =
            fmin(q->pickup.start.to, q->delivery.start.to - q->pickup.service);
        double notice =
            how->notice_least
            + (how->notice_most - how->notice_least) * chance_unit(&dice);
        bool morning = chance_unit(&dice) < how->known;

        events[r].request = r;
        events[r].time = morning ? 0 : fmax(0, latest - notice);
    }
    qsort(events, (size_t)p->request_count, sizeof *events, by_time);
    return events;
}

static void
open_day(struct day *d, struct call *c, const struct problem *p)
{
    size_t n = (size_t)p->request_count + 1;

    *d = (struct day){ .c = c, .whole = p, .now = *p };
    d->known = NEW_N(c->arena, int, n);
    d->number = NEW_N(c->arena, int, n);
    for (int r = 0; r < p->request_count; r++)
        d->number[r] = -1;
    d->now.requests = NEW_N(c->arena, struct request, n);
    d->now.vehicles = NEW_N(c->arena, struct vehicle, (size_t)p->vehicle_count);
    for (int k = 0; k < p->vehicle_count; k++)
        d->now.vehicles[k] = p->vehicles[k];
    d->now.request_count = 0;
}

static void
learn(struct day *d, int request)
{
    int k = d->now.request_count++;

    d->now.requests[k] = d->whole->requests[request];
    d->known[k] = request;
    d->number[request] = k;
}

/* The stops of a route that are made, or driven to, at that time. */
static void
pin_route(struct day *d, const struct plan_tour *t, double time)
{
    struct vehicle *v = &d->now.vehicles[t->vehicle];
    double free_at = t->leaves;

    if (t->leaves > time)
        return; /* still at the depot, see hold_back */
    v->pinned = NEW_N(d->c->arena, struct pinned, (size_t)t->stop_count + 1);
    v->pinned_count = 0;
    for (int a = 0; a < t->stop_count && free_at <= time; a++) {
        const struct stop *s = &t->stops[a];

        v->pinned[v->pinned_count++] = (struct pinned){
            s->request, s->kind == STOP_DELIVERY, { s->start, s->start }
        };
        free_at = s->start + s->length;
    }
    v->shift.from = t->leaves;
    if (free_at <= time) {
        /* all is done: it drives home, or is there, and stays */
        v->free_from = 0;
        v->shift.to = t->returns;
        return;
    }
    v->free_from = time;
    /* it has left: its time out runs whatever is planned anew */
    v->shift.to = fmin(v->shift.to, t->leaves + v->duration_most);
}

/* Vehicles at the depot cannot leave in the past. */
static void
hold_back(struct day *d, double time)
{
    for (int k = 0; k < d->now.vehicle_count; k++) {
        struct vehicle *v = &d->now.vehicles[k];

        if (v->pinned_count == 0)
            v->shift.from = fmax(v->shift.from, time);
        v->shift.to = fmax(v->shift.to, v->shift.from);
    }
}

/* Nothing that has not begun can begin in the past. */
static void
close_past(struct day *d, double time)
{
    for (int k = 0; k < d->now.request_count; k++) {
        struct request *q = &d->now.requests[k];

        q->pickup.start.from =
            fmin(fmax(q->pickup.start.from, time), q->pickup.start.to);
    }
}

/* Plans with no search, for the newcomer; then with some rounds. */
static enum err
plan_anew(struct day *d, const struct replay *how, double *slowest)
{
    struct limits none = { .seed = how->seed };
    struct limits some = { .seed = how->seed, .rounds = how->rounds };
    struct result result;
    struct plan placed, better;
    clock_t began = clock();
    enum err e;

    TRY(solve(d->c, &d->now, &none, d->planned ? &d->plan : NULL, &placed,
              &result, NULL, NULL));
    *slowest =
        fmax(*slowest, 1000.0 * (double)(clock() - began) / CLOCKS_PER_SEC);
    if (d->planned)
        plan_release(&d->plan);
    d->planned = false;
    e = solve(d->c, &d->now, &some, &placed, &better, &result, NULL, NULL);
    plan_release(&placed);
    if (e != OK)
        return e;
    d->plan = better;
    d->planned = true;
    return OK;
}

/* Requests of the plan under their numbers in the whole, and checked. */
static enum err
finish_day(struct day *d, struct replayed *told)
{
    enum err e;

    for (int k = 0; k < d->plan.route_count; k++)
        for (int a = 0; a < d->plan.routes[k].stop_count; a++)
            if (d->plan.routes[k].stops[a].request >= 0)
                d->plan.routes[k].stops[a].request =
                    d->known[d->plan.routes[k].stops[a].request];
    for (int k = 0; k < d->plan.unserved_count; k++)
        d->plan.unserved[k].request = d->known[d->plan.unserved[k].request];
    told->cost = d->plan.cost;
    told->unserved = d->plan.unserved_count;
    e = plan_check(d->c, d->whole, &d->plan);
    plan_release(&d->plan);
    return e;
}

static enum err
plan_knowing_all(struct call *c, const struct problem *p,
                 const struct replay *how, struct replayed *told)
{
    struct limits limits = { .seed = how->seed,
                             .rounds = how->rounds * 20 + 20000 };
    struct result result;
    struct plan plan;

    TRY(solve(c, p, &limits, NULL, &plan, &result, NULL, NULL));
    told->omniscient_cost = plan.cost;
    told->omniscient_unserved = plan.unserved_count;
    plan_release(&plan);
    return OK;
}

enum err
replay_day(struct call *c, const struct problem *p, const struct replay *how,
           struct replayed *told)
{
    struct day d;
    struct event *events;

    *told = (struct replayed){ 0 };
    for (int k = 0; k < p->vehicle_count; k++)
        if (p->vehicles[k].pinned_count)
            return fail(c, ERR_INVALID, NULL,
                        "a replay begins with nothing pinned");
    open_day(&d, c, p);
    events = draw_events(&d, how);
    for (int k = 0; k < p->request_count; k++) {
        double time = events[k].time;

        for (int r = 0; d.planned && r < d.plan.route_count; r++)
            pin_route(&d, &d.plan.routes[r], time);
        hold_back(&d, time);
        learn(&d, events[k].request);
        while (k + 1 < p->request_count
               && events[k + 1].time <= time + JUST_NOW)
            learn(&d, events[++k].request);
        close_past(&d, time);
        TRY(plan_anew(&d, how, &told->slowest_ms));
        told->events++;
    }
    TRY(finish_day(&d, told));
    return plan_knowing_all(c, p, how, told);
}
