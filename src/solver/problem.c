/* SPDX-License-Identifier: Apache-2.0 */
/* problem - see problem.h. */
#include "solver/problem.h"

#include <math.h>

void
sv_skills_add(struct sv_skills *s, int domain, int level)
{
    uint64_t bits;

    if (level > SV_SKILL_LEVELS)
        level = SV_SKILL_LEVELS;
    if (level <= 0)
        return;
    bits = (UINT64_C(1) << level) - 1;
    s->word[domain / 16] |= bits << (domain % 16 * SV_SKILL_LEVELS);
}

void
sv_vehicle_init(struct sv_vehicle *v)
{
    *v = (struct sv_vehicle){ .name = "",
                              .shift = { 0, SV_ENDLESS },
                              .duration_most = SV_ENDLESS,
                              .pace = 1,
                              .cost_distance = 1 };
}

void
sv_request_init(struct sv_request *r)
{
    *r = (struct sv_request){
        .name = "",
        .pickup = { .start = { 0, SV_ENDLESS } },
        .delivery = { .place = -1, .start = { 0, SV_ENDLESS } },
        .ride_most = SV_ENDLESS,
        .deadline = SV_ENDLESS,
        .keeps = -1
    };
}

double
sv_request_ride_limit(const struct sv_problem *p, const struct sv_request *r)
{
    double most = r->ride_most, factored;

    if (!sv_request_is_ride(r) || r->ride_factor <= 0)
        return most;
    factored =
        sv_problem_time(p, r->pickup.place, r->delivery.place) * r->ride_factor;
    factored = fmax(factored, r->ride_floor);
    return fmin(most, factored);
}

bool
sv_request_allows(const struct sv_request *r, int vehicle)
{
    bool yes = r->only_count == 0;

    for (int k = 0; k < r->only_count; k++)
        yes |= r->only[k] == vehicle;
    for (int k = 0; k < r->never_count; k++)
        yes &= r->never[k] != vehicle;
    return yes;
}

bool
sv_vehicle_seats(const struct sv_vehicle *v, const struct sv_request *r)
{
    for (int k = 0; k < SV_SEAT_KINDS; k++)
        if (v->seats[k] < r->seats[k])
            return false;
    return true;
}

static bool
is_sane(double v)
{
    return isfinite(v) && fabs(v) <= SV_ENDLESS;
}

static bool
is_amount(double v)
{
    return is_sane(v) && v >= 0;
}

static enum err
check_window(struct call *c, const struct sv_window *w, const char *whose,
             const char *name)
{
    if (!is_sane(w->from) || !is_sane(w->to))
        return fail(c, ERR_INVALID, NULL, "%s %s: a time is not a number",
                    whose, name);
    if (w->from > w->to)
        return fail(c, ERR_INVALID, NULL,
                    "%s %s: window from %g to %g is empty", whose, name,
                    w->from, w->to);
    return OK;
}

static enum err
check_visit(struct call *c, const struct sv_problem *p,
            const struct sv_visit *v, const char *name)
{
    if (v->place < 0 || v->place >= p->place_count)
        return fail(c, ERR_INVALID, NULL, "request %s: unknown place", name);
    if (!is_amount(v->service))
        return fail(c, ERR_INVALID, NULL, "request %s: service time %g", name,
                    v->service);
    return check_window(c, &v->start, "request", name);
}

static enum err
check_list(struct call *c, const struct sv_problem *p, const int *list,
           int count, const char *name)
{
    for (int k = 0; k < count; k++)
        if (list[k] < 0 || list[k] >= p->vehicle_count)
            return fail(c, ERR_INVALID, NULL, "request %s: unknown vehicle",
                        name);
    return OK;
}

static enum err
check_counts(struct call *c, const int *seats, const int *parts,
             const char *whose, const char *name)
{
    for (int k = 0; k < SV_SEAT_KINDS; k++)
        if (seats[k] < 0 || seats[k] > SV_SEATS_MOST)
            return fail(c, ERR_INVALID, NULL, "%s %s: %d seats", whose, name,
                        seats[k]);
    for (int k = 0; k < SV_PART_KINDS; k++)
        if (parts[k] < 0 || parts[k] > SV_SEATS_MOST)
            return fail(c, ERR_INVALID, NULL, "%s %s: %d parts", whose, name,
                        parts[k]);
    return OK;
}

static enum err
check_request(struct call *c, const struct sv_problem *p,
              const struct sv_request *r)
{
    TRY(check_visit(c, p, &r->pickup, r->name));
    if (sv_request_is_ride(r))
        TRY(check_visit(c, p, &r->delivery, r->name));
    TRY(check_counts(c, r->seats, r->parts, "request", r->name));
    TRY(check_list(c, p, r->only, r->only_count, r->name));
    TRY(check_list(c, p, r->never, r->never_count, r->name));
    if (!is_amount(r->ride_most) || !is_amount(r->ride_factor)
        || !is_amount(r->ride_floor))
        return fail(c, ERR_INVALID, NULL, "request %s: ride time limit",
                    r->name);
    if (!is_amount(r->price) || !is_amount(r->late_cost)
        || !is_amount(r->change_price) || !is_sane(r->deadline))
        return fail(c, ERR_INVALID, NULL, "request %s: price or deadline",
                    r->name);
    if (r->keeps < -1 || r->keeps >= p->vehicle_count)
        return fail(c, ERR_INVALID, NULL, "request %s: unknown vehicle kept",
                    r->name);
    return OK;
}

static enum err
check_vehicle(struct call *c, const struct sv_problem *p,
              const struct sv_vehicle *v)
{
    if (v->start < 0 || v->start >= p->place_count || v->end < 0
        || v->end >= p->place_count)
        return fail(c, ERR_INVALID, NULL, "vehicle %s: unknown place", v->name);
    TRY(check_window(c, &v->shift, "vehicle", v->name));
    TRY(check_counts(c, v->seats, v->parts, "vehicle", v->name));
    if (!is_amount(v->duration_most) || !is_amount(v->cost_distance)
        || !is_amount(v->cost_time) || !is_amount(v->cost_use))
        return fail(c, ERR_INVALID, NULL, "vehicle %s: duration or cost",
                    v->name);
    if (!is_sane(v->pace) || v->pace <= 0)
        return fail(c, ERR_INVALID, NULL, "vehicle %s: pace %g", v->name,
                    v->pace);
    if (!is_sane(v->free_from))
        return fail(c, ERR_INVALID, NULL, "vehicle %s: free_from", v->name);
    for (int k = 0; k < v->pause_count; k++) {
        TRY(check_window(c, &v->pauses[k].start, "break of vehicle", v->name));
        if (!is_amount(v->pauses[k].length))
            return fail(c, ERR_INVALID, NULL, "vehicle %s: break length",
                        v->name);
        if (v->pauses[k].start.to < v->shift.from
            || v->pauses[k].start.from + v->pauses[k].length > v->shift.to)
            return fail(c, ERR_INVALID, NULL,
                        "vehicle %s: the break from %g to %g does not fit "
                        "into its shift",
                        v->name, v->pauses[k].start.from,
                        v->pauses[k].start.to);
    }
    return OK;
}

/* What keeps the vehicle from what it is bound to do; NULL: nothing. */
static const char *
why_unfit(const struct sv_problem *p, int vehicle, const struct sv_request *r)
{
    const struct sv_vehicle *v = &p->vehicles[vehicle];

    if (!sv_request_allows(r, vehicle))
        return "its lists exclude the vehicle";
    if (!sv_vehicle_seats(v, r))
        return "the vehicle lacks the seats";
    if (!sv_skills_cover(&v->skills, &r->skills))
        return "the vehicle lacks a skill";
    if (p->supply < 0 && (r->tools & ~v->tools))
        return "the vehicle lacks a tool, and there is no supply";
    return NULL;
}

/* Why the stop cannot be pinned; made and bound are by request. */
static const char *
why_not_pinned(const struct sv_problem *p, int vehicle,
               const struct sv_pinned *pin, const int *made, const int *bound)
{
    const struct sv_request *r = &p->requests[pin->request];

    if (made[pin->request] && bound[pin->request] != vehicle)
        return "it is pinned in another vehicle too";
    if (pin->delivery && !sv_request_is_ride(r))
        return "a visit has no delivery";
    if (made[pin->request] > pin->delivery)
        return "it is pinned twice";
    if (made[pin->request] < pin->delivery)
        return "a delivery without its pickup before it";
    return why_unfit(p, vehicle, r);
}

static enum err
check_pins(struct call *c, const struct sv_problem *p, int vehicle, int *made,
           int *bound)
{
    const struct sv_vehicle *v = &p->vehicles[vehicle];

    for (int k = 0; k < v->pinned_count; k++) {
        const struct sv_pinned *pin = &v->pinned[k];
        const char *why;

        if (pin->request < 0 || pin->request >= p->request_count)
            return fail(c, ERR_INVALID, NULL,
                        "vehicle %s: pinned stop of an unknown request",
                        v->name);
        why = why_not_pinned(p, vehicle, pin, made, bound);
        if (why)
            return fail(c, ERR_INVALID, NULL,
                        "vehicle %s: pinned stop of request %s: %s", v->name,
                        p->requests[pin->request].name, why);
        made[pin->request]++;
        bound[pin->request] = vehicle;
        TRY(check_window(c, &pin->start, "pinned stop of vehicle", v->name));
    }
    return OK;
}

static enum err
check_all_pins(struct call *c, const struct sv_problem *p)
{
    int *made = NEW_N(c->arena, int, (size_t)p->request_count + 1);
    int *bound = NEW_N(c->arena, int, (size_t)p->request_count + 1);

    for (int k = 0; k < p->vehicle_count; k++)
        TRY(check_pins(c, p, k, made, bound));
    return OK;
}

/* So that no straight line between two of them is endless. */
static enum err
check_places(struct call *c, const struct sv_problem *p)
{
    for (int k = 0; k < p->place_count; k++)
        if (!(fabs(p->x[k]) <= SV_ENDLESS / 4)
            || !(fabs(p->y[k]) <= SV_ENDLESS / 4))
            return fail(c, ERR_INVALID, NULL, "place %s: x %g, y %g",
                        p->place_names ? p->place_names[k]
                                       : arena_printf(c->arena, "%d", k),
                        p->x[k], p->y[k]);
    return OK;
}

static enum err
check_matrix(struct call *c, const struct sv_problem *p, const double *m,
             const char *which)
{
    int n = p->place_count;

    if (!m)
        return OK;
    for (int a = 0; a < n; a++) {
        for (int b = 0; b < n; b++) {
            double v = m[(size_t)a * (size_t)n + (size_t)b];

            if (!is_amount(v) || (a == b && v != 0))
                return fail(c, ERR_INVALID, NULL,
                            "%s matrix, row %d column %d: %g", which, a, b, v);
        }
    }
    return OK;
}

enum err
sv_problem_check(struct call *c, const struct sv_problem *p)
{
    /* The counts first: all that follows goes by them. */
    if (p->request_count > SV_REQUESTS_MOST)
        return fail(c, ERR_LIMIT, NULL, "%d requests, at most %d are taken",
                    p->request_count, SV_REQUESTS_MOST);
    if (p->vehicle_count > SV_VEHICLES_MOST || p->vehicle_count < 1)
        return fail(c, ERR_LIMIT, NULL, "%d vehicles, 1 to %d are taken",
                    p->vehicle_count, SV_VEHICLES_MOST);
    if (p->place_count > SV_PLACES_MOST || p->place_count < 1)
        return fail(c, ERR_LIMIT, NULL, "%d places, 1 to %d are taken",
                    p->place_count, SV_PLACES_MOST);
    if (p->x)
        TRY(check_places(c, p));
    TRY(check_matrix(c, p, p->distance, "distance"));
    if (p->time != p->distance)
        TRY(check_matrix(c, p, p->time, "time"));
    for (int k = 0; k < p->vehicle_count; k++)
        TRY(check_vehicle(c, p, &p->vehicles[k]));
    for (int k = 0; k < p->request_count; k++)
        TRY(check_request(c, p, &p->requests[k]));
    if (p->supply >= p->place_count || !is_amount(p->supply_service))
        return fail(c, ERR_INVALID, NULL, "unknown place of supply");
    return check_all_pins(c, p);
}

void
sv_problem_release(struct sv_problem *p)
{
    arena_close(p->arena);
    p->arena = NULL;
}
