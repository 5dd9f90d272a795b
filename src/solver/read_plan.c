/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_plan - plans in the forms of the published formats' checkers, a line
 * a route; and what plans of every form are refused for.
 */
#include "solver/read.h"

#include <string.h>

void
plan_begin(struct plan_reading *r, const struct problem *p, struct plan *plan)
{
    size_t n = (size_t)p->request_count + 1;

    *r = (struct plan_reading){ .p = p, .plan = plan };
    plan->routes =
        NEW_N(plan->arena, struct plan_tour, (size_t)p->vehicle_count + 1);
    r->made = NEW_N(plan->arena, int, 2 * n);
    r->used = NEW_N(plan->arena, bool, (size_t)p->vehicle_count + 1);
    r->left = NEW_N(plan->arena, bool, n);
    r->stops = NEW_N(plan->arena, struct stop, 2 * n);
}

/* There is room for one route too many: it is refused when it ends. */
void
plan_begin_tour(struct plan_reading *r)
{
    r->tour = &r->plan->routes[r->plan->route_count];
    r->tour->stops = r->stops;
}

static const char *
tell(const struct plan_reading *r, int request, const char *what)
{
    return arena_printf(r->plan->arena, "request %s %s",
                        r->p->requests[request].name, what);
}

const char *
plan_add_stop(struct plan_reading *r, const struct stop *s)
{
    int *made = r->made + 2 * s->request, now = r->plan->route_count + 1;
    bool delivery = s->kind == STOP_DELIVERY;

    if (delivery && !request_is_ride(&r->p->requests[s->request]))
        return tell(r, s->request, "is a visit, it has no delivery");
    if (made[delivery])
        return tell(r, s->request,
                    delivery ? "is delivered twice" : "is served twice");
    if (delivery && made[0] != now)
        return tell(r, s->request,
                    "is delivered without its pickup before it in the route");
    made[delivery] = now;
    *r->stops++ = *s;
    r->tour->stop_count++;
    return NULL;
}

const char *
plan_end_tour(struct plan_reading *r, int vehicle)
{
    const struct plan_tour *t = r->tour;

    if (r->plan->route_count == r->p->vehicle_count)
        return "more routes than vehicles";
    if (r->used[vehicle])
        return "a second route of the same vehicle";
    for (int k = 0; k < t->stop_count; k++) {
        int request = t->stops[k].request;

        if (request_is_ride(&r->p->requests[request])
            && !r->made[2 * request + 1] && !r->left[request])
            return tell(r, request,
                        "is picked up and not delivered in the route");
    }
    r->used[vehicle] = true;
    r->tour->vehicle = vehicle;
    r->plan->route_count++;
    return NULL;
}

const char *
plan_leave_out(struct plan_reading *r, int request)
{
    if (r->left[request])
        return tell(r, request, "is left out twice");
    r->left[request] = true;
    return NULL;
}

/* ---- lines -------------------------------------------------------------- */

/* Which stop the file's number means; false: none. */
static bool
find_stop(const struct problem *p, int id, struct stop *s)
{
    for (int r = 0; r < p->request_count; r++) {
        for (int end = 0; end < 2; end++) {
            if (p->node_ids[2 * r + end] != id)
                continue;
            *s = (struct stop){ .kind = end ? STOP_DELIVERY : STOP_PICKUP,
                                .request = r };
            return true;
        }
    }
    return false;
}

static enum err
read_stop(struct call *c, struct plan_reading *r, const struct lines *l, int id)
{
    struct stop s;
    const char *why = NULL;

    if (find_stop(r->p, id, &s))
        why = plan_add_stop(r, &s);
    else if (id < 0 || id >= r->p->place_count)
        why = "unknown stop";
    /* else a depot; visits to the supply are found anew */
    return why ? refuse_line(c, l, why) : OK;
}

static enum err
read_tour(struct call *c, struct plan_reading *r, struct lines *l)
{
    int id, vehicle = r->plan->route_count;
    const char *why;

    plan_begin_tour(r);
    if (strchr("0123456789", *l->at) == NULL
        && (lines_word(l, "Route") || lines_word(l, "Vehicle")))
        (void)lines_int(l, &id);
    (void)lines_mark(l, ':');
    while (!lines_line_done(l)) {
        if (!lines_int(l, &id))
            return refuse_line(c, l, "a stop's number is expected");
        if (lines_mark(l, ':')) { /* it was the technician's */
            if (id < 1 || id > r->p->vehicle_count)
                return refuse_line(c, l, "unknown technician");
            vehicle = id - 1;
            continue;
        }
        (void)lines_mark(l, ',');
        TRY(read_stop(c, r, l, id));
    }
    why = plan_end_tour(r, vehicle);
    return why ? refuse_line(c, l, why) : OK;
}

static enum err
read_left_out(struct call *c, struct plan_reading *r, struct lines *l)
{
    struct stop s;
    const char *why = NULL;
    int id;

    (void)lines_mark(l, ':');
    while (!why && !lines_line_done(l)) {
        if (!lines_int(l, &id) || !find_stop(r->p, id, &s))
            why = "the number of a request that was left out is expected";
        else
            why = plan_leave_out(r, s.request);
    }
    return why ? refuse_line(c, l, why) : OK;
}

enum err
read_plan_lines(struct call *c, const struct problem *p, struct plan *plan,
                struct lines *l)
{
    struct plan_reading r;

    plan_begin(&r, p, plan);
    while (lines_next(l)) {
        if (lines_mark(l, '#'))
            continue;
        if (lines_word(l, "unserved"))
            TRY(read_left_out(c, &r, l));
        else
            TRY(read_tour(c, &r, l));
    }
    if (l->number == 0)
        return refuse_line(c, l, "a plan is expected, nothing is there");
    return OK;
}
