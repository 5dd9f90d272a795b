/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_plan - plans in the forms of the published formats' checkers, a line
 * a route; and what plans of every form are refused for.
 */
#include "solver/read.h"

#include <string.h>

void
sv_plan_begin(struct sv_plan_reading *r, const struct sv_problem *p,
              struct sv_plan *plan)
{
    size_t n = (size_t)p->request_count + 1;

    *r = (struct sv_plan_reading){ .p = p, .plan = plan };
    plan->routes =
        NEW_N(plan->arena, struct sv_plan_tour, (size_t)p->vehicle_count + 1);
    r->made = NEW_N(plan->arena, int, 2 * n);
    r->used = NEW_N(plan->arena, bool, (size_t)p->vehicle_count + 1);
    r->left = NEW_N(plan->arena, bool, n);
    r->stops = NEW_N(plan->arena, struct sv_stop, 2 * n);
}

/* There is room for one route too many: it is refused when it ends. */
void
sv_plan_begin_tour(struct sv_plan_reading *r)
{
    r->tour = &r->plan->routes[r->plan->route_count];
    r->tour->stops = r->stops;
}

static const char *
tell(const struct sv_plan_reading *r, int request, const char *what)
{
    return arena_printf(r->plan->arena, "request %s %s",
                        r->p->requests[request].name, what);
}

const char *
sv_plan_add_stop(struct sv_plan_reading *r, const struct sv_stop *s)
{
    int *made = r->made + 2 * s->request, now = r->plan->route_count + 1;
    bool delivery = s->kind == SV_STOP_DELIVERY;

    if (delivery && !sv_request_is_ride(&r->p->requests[s->request]))
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
sv_plan_end_tour(struct sv_plan_reading *r, int vehicle)
{
    const struct sv_plan_tour *t = r->tour;

    if (r->plan->route_count == r->p->vehicle_count)
        return "more routes than vehicles";
    if (r->used[vehicle])
        return "a second route of the same vehicle";
    /* Whoever is listed as left out may stay on board: no way led to where they
       get out. */
    for (int k = 0; k < t->stop_count; k++) {
        int request = t->stops[k].request;

        if (sv_request_is_ride(&r->p->requests[request])
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
sv_plan_leave_out(struct sv_plan_reading *r, int request)
{
    if (r->left[request])
        return tell(r, request, "is left out twice");
    r->left[request] = true;
    return NULL;
}

/* ---- lines -------------------------------------------------------------- */

/* Which stop the file's number means; false: none. */
static bool
find_stop(const struct sv_problem *p, int id, struct sv_stop *s)
{
    for (int r = 0; r < p->request_count; r++) {
        for (int end = 0; end < 2; end++) {
            if (p->node_ids[2 * r + end] != id)
                continue;
            *s = (struct sv_stop){
                .kind = end ? SV_STOP_DELIVERY : SV_STOP_PICKUP, .request = r
            };
            return true;
        }
    }
    return false;
}

static enum err
read_stop(struct call *c, struct sv_plan_reading *r, const struct sv_lines *l,
          int id)
{
    struct sv_stop s;
    const char *why = NULL;

    if (find_stop(r->p, id, &s))
        why = sv_plan_add_stop(r, &s);
    else if (id < 0 || id >= r->p->place_count)
        why = "unknown stop";
    /* else a depot; visits to the supply are found anew */
    return why ? sv_refuse_line(c, l, why) : OK;
}

static enum err
read_tour(struct call *c, struct sv_plan_reading *r, struct sv_lines *l)
{
    int id, vehicle = r->plan->route_count;
    const char *why;

    sv_plan_begin_tour(r);
    if (strchr("0123456789", *l->at) == NULL
        && (sv_lines_word(l, "Route") || sv_lines_word(l, "Vehicle")))
        (void)sv_lines_int(l, &id);
    (void)sv_lines_mark(l, ':');
    while (!sv_lines_line_done(l)) {
        if (!sv_lines_int(l, &id))
            return sv_refuse_line(c, l, "a stop's number is expected");
        if (sv_lines_mark(l, ':')) { /* it was the technician's */
            if (id < 1 || id > r->p->vehicle_count)
                return sv_refuse_line(c, l, "unknown technician");
            vehicle = id - 1;
            continue;
        }
        (void)sv_lines_mark(l, ',');
        TRY(read_stop(c, r, l, id));
    }
    why = sv_plan_end_tour(r, vehicle);
    return why ? sv_refuse_line(c, l, why) : OK;
}

static enum err
read_left_out(struct call *c, struct sv_plan_reading *r, struct sv_lines *l)
{
    struct sv_stop s;
    const char *why = NULL;
    int id;

    (void)sv_lines_mark(l, ':');
    while (!why && !sv_lines_line_done(l)) {
        if (!sv_lines_int(l, &id) || !find_stop(r->p, id, &s))
            why = "the number of a request that was left out is expected";
        else
            why = sv_plan_leave_out(r, s.request);
    }
    return why ? sv_refuse_line(c, l, why) : OK;
}

enum err
sv_read_plan_lines(struct call *c, const struct sv_problem *p,
                   struct sv_plan *plan, struct sv_lines *l)
{
    struct sv_plan_reading r;

    sv_plan_begin(&r, p, plan);
    while (sv_lines_next(l)) {
        if (sv_lines_mark(l, '#'))
            continue;
        if (sv_lines_word(l, "unserved"))
            TRY(read_left_out(c, &r, l));
        else
            TRY(read_tour(c, &r, l));
    }
    if (l->number == 0)
        return sv_refuse_line(c, l, "a plan is expected, nothing is there");
    return OK;
}
