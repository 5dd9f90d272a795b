/* SPDX-License-Identifier: Apache-2.0 */
/* explain - why a request was left out, in words a dispatcher can use. */
#include "solver/emit.h"

/* What the fleet as a whole lacks for a request. */
struct lacks {
    bool skill, seat, tool, listed;
};

static struct lacks
find_lacks(const struct sv_problem *p, const struct sv_request *q)
{
    struct lacks l = { true, true, true, true };

    for (int k = 0; k < p->vehicle_count; k++) {
        const struct sv_vehicle *v = &p->vehicles[k];

        if (sv_skills_cover(&v->skills, &q->skills))
            l.skill = false;
        if (sv_vehicle_seats(v, q))
            l.seat = false;
        if (p->supply >= 0 || !(q->tools & ~v->tools))
            l.tool = false;
        if (sv_request_allows(q, k))
            l.listed = false;
    }
    return l;
}

/* Whether some vehicle could do it if it had nothing else to do. */
static bool
fits_alone(const struct sv_engine *g, struct sv_state *s, int request,
           double *cost)
{
    struct sv_draft *d = &s->draft;
    int kind = -1;

    *cost = SV_FAR;
    for (int k = 0; k < g->route_count; k++) {
        struct sv_extras x;
        double alone;
        int count = 0;

        /* vehicles of a kind stand together: one tells for all */
        if (g->carriers[k].kind == kind || !sv_engine_may(g, request, k))
            continue;
        kind = g->carriers[k].kind;
        d->order[0] = g->carriers[k].start;
        d->order[++count] = request;
        if (sv_request_is_ride(&g->p->requests[request]))
            d->order[++count] = request + g->drop;
        d->order[count + 1] = g->carriers[k].end;
        if (sv_draft_price(g, d, &g->carriers[k], count, SV_FAR, &alone, &x)
            && alone < *cost)
            *cost = alone;
    }
    return *cost < SV_FAR;
}

const char *
sv_explain_unserved(struct sv_worker *w, int request)
{
    const struct sv_engine *g = w->g;
    const struct sv_request *q = &g->p->requests[request];
    struct lacks l = find_lacks(g->p, q);
    size_t at;
    double alone;

    /* The first that holds is told: from what no plan can change to what this
       one did. */
    if (g->bound[request] >= 0)
        return "on board, but cannot be taken to the end of the ride in time";
    if (l.listed)
        return "every vehicle is excluded by its lists";
    if (l.seat)
        return "no vehicle has the seats";
    if (l.skill)
        return "nobody has the skill";
    if (l.tool)
        return "nobody has the tool, and there is no supply";
    if (g->may_count[request] == 0)
        return "no single vehicle has seats, skills, tools and parts together";
    if (sv_request_is_ride(q)) {
        at = (size_t)request * (size_t)g->node_count
             + (size_t)(request + g->drop);
        if (g->carriers[0].tariff->prompt
            && g->carriers[0].tariff->time[at] > g->ride[request] + SV_SLACK)
            return "even the direct ride is longer than allowed";
    }
    if (!fits_alone(g, &w->best, request, &alone))
        return "its window cannot be met from anywhere";
    if (alone >= g->price[request])
        return "serving it costs more than leaving it out";
    if (w->hurried)
        return "the limit of time was over before all were looked at";
    return "every vehicle that may is full or busy at that time";
}
