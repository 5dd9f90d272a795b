/* SPDX-License-Identifier: Apache-2.0 */
/* replay - see replay.h. */
#include "solver/replay.h"

#include "solver/chance.h"
#include "solver/solve.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define JUST_NOW 1e-9

/* Breaks a vehicle has taken at home. */
struct at_home {
    struct sv_stop taken[SV_BREAKS];
    int count;
};

/*
 * The day so far.  Requests of now are those of the day that are known, and
 * what else has been done on the way: a visit to the supply and a break are
 * visits of now from then on, pinned like any other, so that they stay.
 */
struct day {
    struct call *c;
    const struct sv_problem *whole;
    struct sv_problem now;
    int *known; /* by request of now: its number in the whole, or -1 */
    struct sv_stop
        *made; /* by request of now, where known is -1: what it was */
    struct at_home *at_home; /* by vehicle */
    struct sv_plan plan;
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
draw_events(struct day *d, const struct sv_replay *how)
{
    const struct sv_problem *p = d->whole;
    struct event *events =
        NEW_N(d->c->arena, struct event, (size_t)p->request_count + 1);
    struct sv_chance dice;
    double day_ends = 0;

    for (int k = 0; k < p->vehicle_count; k++)
        day_ends = fmax(day_ends, p->vehicles[k].shift.to);
    sv_chance_seed(&dice, how->seed);
    for (int r = 0; r < p->request_count; r++) {
        const struct sv_request *q = &p->requests[r];
        double latest = fmin(day_ends, q->pickup.start.to);
        /* Drawn also where it is not used: so another share of known requests
           leaves all other draws as they are. */
        double notice =
            how->notice_least
            + (how->notice_most - how->notice_least) * sv_chance_unit(&dice);
        bool morning =
            sv_chance_unit(&dice) < how->known || latest >= SV_ENDLESS;

        if (sv_request_is_ride(q))
            latest = fmin(latest, q->delivery.start.to - q->pickup.service);
        events[r].request = r;
        events[r].time = morning ? 0 : fmax(0, latest - notice);
    }
    qsort(events, (size_t)p->request_count, sizeof *events, by_time);
    return events;
}

static void
open_day(struct day *d, struct call *c, const struct sv_problem *p)
{
    size_t vehicles = (size_t)p->vehicle_count;
    size_t n = (size_t)p->request_count + (1 + SV_BREAKS) * vehicles;

    *d = (struct day){ .c = c, .whole = p, .now = *p };
    d->known = NEW_N(c->arena, int, n);
    d->made = NEW_N(c->arena, struct sv_stop, n);
    d->at_home = NEW_N(c->arena, struct at_home, vehicles);
    d->now.requests = NEW_N(c->arena, struct sv_request, n);
    d->now.vehicles = NEW_N(c->arena, struct sv_vehicle, vehicles);
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
}

/* ---- what is no request ------------------------------------------------ */

/* The break is over for the vehicle: none that is to come. */
static void
strike_pause(struct sv_vehicle *v, const struct sv_stop *s)
{
    int found = -1;

    for (int k = 0; k < v->pause_count; k++)
        if (fabs(v->pauses[k].length - s->length) <= JUST_NOW
            && s->start >= v->pauses[k].start.from - JUST_NOW
            && s->start <= v->pauses[k].start.to + JUST_NOW
            && (found < 0 || v->pauses[k].start.to < v->pauses[found].start.to))
            found = k;
    if (found >= 0)
        v->pauses[found] = v->pauses[--v->pause_count];
}

/* Who was at the supply has everything from then on, and was never short. */
static void
supply(struct sv_vehicle *v)
{
    v->tools = UINT64_MAX;
    for (int k = 0; k < SV_PART_KINDS; k++)
        v->parts[k] = SV_SEATS_MOST;
}

/* A break or the supply becomes a visit that was made; returns its number. */
static int
make_visit(struct day *d, struct sv_vehicle *v, const struct sv_stop *s)
{
    int k = d->now.request_count++;

    sv_request_init(&d->now.requests[k]);
    d->now.requests[k].pickup.place = s->place;
    d->now.requests[k].pickup.service = s->length;
    d->known[k] = -1;
    d->made[k] = *s;
    if (s->kind == SV_STOP_SUPPLY)
        supply(v);
    else
        strike_pause(v, s);
    return k;
}

static bool
is_home_pause(const struct sv_plan_tour *t, const struct sv_stop *s)
{
    return s->kind == SV_STOP_PAUSE
           && (s->start < t->leaves || s->start >= t->returns);
}

static void
take_at_home(struct day *d, int vehicle, const struct sv_stop *s)
{
    struct at_home *h = &d->at_home[vehicle];

    h->taken[h->count++] = *s;
    strike_pause(&d->now.vehicles[vehicle], s);
}

/* Breaks of the plan at home that begin after one time and by another. */
static void
rest_at_home(struct day *d, const struct sv_plan_tour *t, double after,
             double by)
{
    for (int a = 0; a < t->stop_count; a++)
        if (is_home_pause(t, &t->stops[a]) && t->stops[a].start > after
            && t->stops[a].start <= by)
            take_at_home(d, t->vehicle, &t->stops[a]);
}

/* Who has no route takes the breaks at home as soon as they may. */
static void
rest_idle(struct day *d, int vehicle, double time)
{
    struct sv_vehicle *v = &d->now.vehicles[vehicle];
    const struct at_home *h = &d->at_home[vehicle];

    for (int k = v->pause_count - 1; k >= 0; k--) {
        struct sv_stop s = {
            .kind = SV_STOP_PAUSE,
            .request = -1,
            .place = v->start,
            .start = fmax(v->pauses[k].start.from,
                          d->whole->vehicles[vehicle].shift.from),
            .length = v->pauses[k].length
        };

        if (v->pauses[k].start.to >= time)
            continue;
        if (h->count)
            s.start = fmax(s.start, h->taken[0].start + h->taken[0].length);
        take_at_home(d, vehicle, &s);
    }
}

/* ---- what has happened --------------------------------------------------- */

static struct sv_visit *
visit_of(const struct sv_problem *p, int request, bool delivery)
{
    return delivery ? &p->requests[request].delivery
                    : &p->requests[request].pickup;
}

/* How long the stop takes, whatever waiting was added to it. */
static double
length_of(const struct day *d, int request, bool delivery)
{
    int number = d->known[request];

    return number < 0 ? d->made[request].length
                      : visit_of(d->whole, number, delivery)->service;
}

/* The stops that are made, or driven to; returns when it is free again. */
static double
pin_stops(struct day *d, const struct sv_plan_tour *t, double time)
{
    struct sv_vehicle *v = &d->now.vehicles[t->vehicle];
    double free_at = t->leaves;

    v->pinned = NEW_N(d->c->arena, struct sv_pinned, (size_t)t->stop_count + 1);
    v->pinned_count = 0;
    for (int a = 0; a < t->stop_count && free_at <= time; a++) {
        const struct sv_stop *s = &t->stops[a];
        bool delivery = s->kind == SV_STOP_DELIVERY;
        int request;

        if (is_home_pause(t, s))
            continue;
        request = s->request >= 0 ? s->request : make_visit(d, v, s);
        v->pinned[v->pinned_count++] =
            (struct sv_pinned){ request, delivery, { s->start, s->start } };
        free_at = s->start + length_of(d, request, delivery);
    }
    return free_at;
}

static void
pin_route(struct day *d, const struct sv_plan_tour *t, double time)
{
    struct sv_vehicle *v = &d->now.vehicles[t->vehicle];

    rest_at_home(d, t, -SV_ENDLESS, time);
    if (t->leaves > time)
        return; /* still at the depot, see hold_back */
    v->shift.from = t->leaves;
    if (pin_stops(d, t, time) <= time) {
        /* all is done: it drives home, or is there, and stays */
        v->free_from = 0;
        v->shift.to = t->returns;
        rest_at_home(d, t, time, SV_ENDLESS);
    } else {
        v->free_from = time;
        /* it has left: its time out runs whatever is planned anew */
        v->shift.to = fmin(v->shift.to, t->leaves + v->duration_most);
    }
}

static void
begin_later(struct sv_window *w, double time)
{
    w->from = fmin(fmax(w->from, time), w->to);
}

static void
stay_home(struct day *d, int vehicle, double time)
{
    struct sv_vehicle *v = &d->now.vehicles[vehicle];
    const struct at_home *h = &d->at_home[vehicle];

    rest_idle(d, vehicle, time);
    v->shift.from = fmax(v->shift.from, time);
    for (int k = 0; k < h->count; k++)
        v->shift.from =
            fmax(v->shift.from, h->taken[k].start + h->taken[k].length);
}

/* Vehicles at the depot cannot leave in the past. */
static void
hold_back(struct day *d, double time)
{
    for (int k = 0; k < d->now.vehicle_count; k++) {
        struct sv_vehicle *v = &d->now.vehicles[k];

        if (v->pinned_count == 0)
            stay_home(d, k, time);
        for (int b = 0; b < v->pause_count; b++)
            begin_later(&v->pauses[b].start, time);
        v->shift.to = fmax(v->shift.to, v->shift.from);
    }
}

/* Nothing that has not begun can begin in the past. */
static void
close_past(struct day *d, double time)
{
    for (int k = 0; k < d->now.request_count; k++)
        begin_later(&d->now.requests[k].pickup.start, time);
}

/* Plans with no search, for the newcomer; then with some rounds. */
static enum err
plan_anew(struct day *d, const struct sv_replay *how, double *slowest)
{
    struct sv_limits none = { .seed = how->seed };
    struct sv_limits some = { .seed = how->seed, .rounds = how->rounds };
    struct sv_result result;
    struct sv_plan placed, better;
    clock_t began = clock();
    enum err e;

    TRY(sv_solve(d->c, &d->now, &none, d->planned ? &d->plan : NULL, &placed,
                 &result, NULL, NULL));
    *slowest =
        fmax(*slowest, 1000.0 * (double)(clock() - began) / CLOCKS_PER_SEC);
    if (d->planned)
        sv_plan_release(&d->plan);
    d->planned = false;
    e = sv_solve(d->c, &d->now, &some, &placed, &better, &result, NULL, NULL);
    sv_plan_release(&placed);
    if (e != OK)
        return e;
    d->plan = better;
    d->planned = true;
    return OK;
}

/* The stop as the whole knows it. */
static struct sv_stop
whole_stop(const struct day *d, struct sv_stop s)
{
    int now = s.request;

    if (now < 0)
        return s;
    s.length = length_of(d, now, s.kind == SV_STOP_DELIVERY);
    s.request = d->known[now];
    if (s.request < 0)
        s.kind = d->made[now].kind;
    return s;
}

static void
finish_tour(struct day *d, struct sv_plan_tour *t)
{
    const struct at_home *h = &d->at_home[t->vehicle];
    struct sv_stop *stops =
        NEW_N(d->plan.arena, struct sv_stop, (size_t)t->stop_count + SV_BREAKS);
    int n = 0;

    for (int k = 0; k < h->count; k++)
        if (h->taken[k].start < t->leaves)
            stops[n++] = h->taken[k];
    for (int a = 0; a < t->stop_count; a++)
        stops[n++] = whole_stop(d, t->stops[a]);
    for (int k = 0; k < h->count; k++)
        if (h->taken[k].start >= t->leaves)
            stops[n++] = h->taken[k];
    t->stops = stops;
    t->stop_count = n;
}

/* The plan in the numbers of the whole, and checked. */
static enum err
finish_day(struct day *d, struct sv_replayed *told)
{
    enum err e;

    for (int k = 0; k < d->plan.route_count; k++)
        finish_tour(d, &d->plan.routes[k]);
    for (int k = 0; k < d->plan.unserved_count; k++)
        d->plan.unserved[k].request = d->known[d->plan.unserved[k].request];
    told->cost = d->plan.cost;
    told->unserved = d->plan.unserved_count;
    e = sv_plan_check(d->c, d->whole, &d->plan);
    sv_plan_release(&d->plan);
    return e;
}

static enum err
plan_knowing_all(struct call *c, const struct sv_problem *p,
                 const struct sv_replay *how, struct sv_replayed *told)
{
    struct sv_limits limits = { .seed = how->seed,
                                .rounds = how->rounds * 20 + 20000 };
    struct sv_result result;
    struct sv_plan plan;

    TRY(sv_solve(c, p, &limits, NULL, &plan, &result, NULL, NULL));
    told->omniscient_cost = plan.cost;
    told->omniscient_unserved = plan.unserved_count;
    sv_plan_release(&plan);
    return OK;
}

enum err
sv_replay_day(struct call *c, const struct sv_problem *p,
              const struct sv_replay *how, struct sv_replayed *told)
{
    struct day d;
    struct event *events;

    *told = (struct sv_replayed){ 0 };
    for (int k = 0; k < p->vehicle_count; k++)
        if (p->vehicles[k].pinned_count)
            return fail(c, ERR_INVALID, NULL,
                        "a replay begins with nothing pinned");
    open_day(&d, c, p);
    events = draw_events(&d, how);
    for (int k = 0; k < p->request_count; k++) {
        double time = events[k].time;

        /* What is driven by now stands before anybody hears of what is new. */
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
