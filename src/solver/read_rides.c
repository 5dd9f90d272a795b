/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_rides - the formats of dial-a-ride (Cordeau 2006; Cordeau & Laporte
 * 2003) and of pickup and delivery with windows (Li & Lim 2001).
 */
#include "solver/read.h"

enum err
sv_refuse_line(struct call *c, const struct sv_lines *l, const char *what)
{
    return fail(c, ERR_INVALID, NULL, "line %d: %s", l->number, what);
}

enum err
sv_problem_make(struct call *c, struct sv_problem *p, int places, int vehicles,
                int requests)
{
    /* Before memory is taken for what the first line of a file announces. */
    if (places < 1 || places > SV_PLACES_MOST)
        return fail(c, ERR_LIMIT, NULL, "%d places, 1 to %d are taken", places,
                    SV_PLACES_MOST);
    if (vehicles < 1 || vehicles > SV_VEHICLES_MOST)
        return fail(c, ERR_LIMIT, NULL, "%d vehicles, 1 to %d are taken",
                    vehicles, SV_VEHICLES_MOST);
    if (requests < 0 || requests > SV_REQUESTS_MOST)
        return fail(c, ERR_LIMIT, NULL, "%d requests, at most %d are taken",
                    requests, SV_REQUESTS_MOST);
    p->place_count = places;
    p->vehicle_count = vehicles;
    p->request_count = requests;
    p->x = NEW_N(p->arena, double, (size_t)places);
    p->y = NEW_N(p->arena, double, (size_t)places);
    p->vehicles = NEW_N(p->arena, struct sv_vehicle, (size_t)vehicles);
    p->requests = NEW_N(p->arena, struct sv_request, (size_t)requests + 1);
    p->node_ids = NEW_N(p->arena, int, 2 * (size_t)requests + 1);
    for (int k = 0; k < vehicles; k++) {
        sv_vehicle_init(&p->vehicles[k]);
        p->vehicles[k].name = arena_printf(p->arena, "%d", k + 1);
    }
    for (int k = 0; k < requests; k++)
        sv_request_init(&p->requests[k]);
    return OK;
}

/* One row of either format, with what both have. */
struct node_row {
    double x, y, service, from, to;
    int demand, pickup, delivery;
    int line;
};

static enum err
check_id(struct call *c, struct sv_lines *l, int expected)
{
    int id;

    if (!sv_lines_int(l, &id))
        return sv_refuse_line(c, l, "a node number is expected");
    if (id != expected)
        return fail(c, ERR_INVALID, NULL, "line %d: node %d, expected %d",
                    l->number, id, expected);
    return OK;
}

static enum err
check_row(struct call *c, const struct sv_lines *l, const struct node_row *r)
{
    if (r->service < 0)
        return sv_refuse_line(c, l, "negative service time");
    if (r->from < 0)
        return sv_refuse_line(c, l, "negative time");
    if (r->from > r->to)
        return sv_refuse_line(c, l, "the window ends before it begins");
    if (r->demand > SV_SEATS_MOST || r->demand < -SV_SEATS_MOST)
        return sv_refuse_line(c, l, "demand out of range");
    return OK;
}

static enum err
read_darp_row(struct call *c, struct sv_lines *l, int id, struct node_row *r)
{
    *r = (struct node_row){ 0 };
    TRY(check_id(c, l, id));
    if (!sv_lines_number(l, &r->x) || !sv_lines_number(l, &r->y)
        || !sv_lines_number(l, &r->service) || !sv_lines_int(l, &r->demand)
        || !sv_lines_number(l, &r->from) || !sv_lines_number(l, &r->to)
        || !sv_lines_line_done(l))
        return sv_refuse_line(
            c, l, "expected: id x y service demand earliest latest");
    return check_row(c, l, r);
}

static enum err
read_pdptw_row(struct call *c, struct sv_lines *l, int id, struct node_row *r)
{
    *r = (struct node_row){ 0 };
    TRY(check_id(c, l, id));
    if (!sv_lines_number(l, &r->x) || !sv_lines_number(l, &r->y)
        || !sv_lines_int(l, &r->demand) || !sv_lines_number(l, &r->from)
        || !sv_lines_number(l, &r->to) || !sv_lines_number(l, &r->service)
        || !sv_lines_int(l, &r->pickup) || !sv_lines_int(l, &r->delivery)
        || !sv_lines_line_done(l))
        return sv_refuse_line(c, l,
                              "expected: id x y demand earliest latest service "
                              "pickup delivery");
    return check_row(c, l, r);
}

struct node_rows {
    struct node_row *all;
    int count;
};

/* All rows up to the end. */
static enum err
read_rows(struct call *c, struct sv_problem *p, struct sv_lines *l,
          enum err (*read_row)(struct call *, struct sv_lines *, int,
                               struct node_row *),
          struct node_rows *out)
{
    int room = 2 * SV_REQUESTS_MOST + 2;

    out->all = NEW_N(p->arena, struct node_row, (size_t)room);
    for (out->count = 0; sv_lines_next(l); out->count++) {
        struct node_row *r = &out->all[out->count];

        if (out->count == room)
            return fail(c, ERR_LIMIT, NULL, "line %d: more than %d requests",
                        l->number, SV_REQUESTS_MOST);
        TRY(read_row(c, l, out->count, r));
        r->line = l->number;
    }
    if (out->count < 1)
        return sv_refuse_line(c, l, "the file ends before the first node");
    return OK;
}

static void
set_visit(struct sv_problem *p, struct sv_visit *v, const struct node_row *rows,
          int node)
{
    v->place = node;
    v->start = (struct sv_window){ rows[node].from, rows[node].to };
    v->service = rows[node].service;
    p->x[node] = rows[node].x;
    p->y[node] = rows[node].y;
}

/* The ride that begins at the node PICKUP, whose row names its delivery. */
static enum err
set_pair(struct call *c, struct sv_problem *p, int r,
         const struct node_row *rows, int pickup)
{
    struct sv_request *q = &p->requests[r];
    int delivery = rows[pickup].delivery;

    if (rows[pickup].demand < 0
        || rows[pickup].demand != -rows[delivery].demand)
        return fail(c, ERR_INVALID, NULL,
                    "line %d: nodes %d and %d do not match in demand",
                    rows[delivery].line, pickup, delivery);
    q->name = arena_printf(p->arena, "%d", pickup);
    q->seats[0] = rows[pickup].demand;
    set_visit(p, &q->pickup, rows, pickup);
    set_visit(p, &q->delivery, rows, delivery);
    p->node_ids[2 * r] = pickup;
    p->node_ids[2 * r + 1] = delivery;
    return OK;
}

static void
set_fleet(struct sv_problem *p, const struct node_row *rows, int end, int seats,
          double duration)
{
    double from = rows[0].from, to = rows[end].to;

    p->x[0] = rows[0].x;
    p->y[0] = rows[0].y;
    p->x[end] = rows[end].x;
    p->y[end] = rows[end].y;
    p->supply = -1;
    for (int k = 0; k < p->vehicle_count; k++) {
        struct sv_vehicle *v = &p->vehicles[k];

        v->end = end;
        v->shift = (struct sv_window){ from, to };
        v->seats[0] = seats;
        v->duration_most = duration;
    }
}

/*
 * Whether the last line was cut: no line feed ends it, and it is not what the
 * row of the end depot is, or that row is missing where it belongs (it does
 * where the first line counts requests; where it counts stops there is none).
 */
static bool
is_cut(const struct sv_lines *l, const struct node_row *rows, int end,
       bool counts_requests)
{
    if (l->end[-1] == '\n')
        return false;
    return end ? rows[end].to != rows[0].to : counts_requests;
}

enum err
sv_read_darp(struct call *c, struct sv_problem *p, struct sv_lines *l)
{
    double duration, ride;
    int vehicles, said, seats, n, end = 0;
    struct node_rows read;
    struct node_row *rows;

    if (!sv_lines_next(l) || !sv_lines_int(l, &vehicles)
        || !sv_lines_int(l, &said) || !sv_lines_number(l, &duration)
        || !sv_lines_int(l, &seats) || !sv_lines_number(l, &ride)
        || !sv_lines_line_done(l))
        return sv_refuse_line(c, l,
                              "expected: vehicles requests duration "
                              "capacity ride-time");
    if (duration < 0 || ride < 0 || seats < 0 || seats > SV_SEATS_MOST)
        return sv_refuse_line(c, l, "negative limit, or capacity out of range");
    TRY(read_rows(c, p, l, read_darp_row, &read));
    rows = read.all;
    n = (read.count - 1) / 2;
    /* Some files name the depot again at the end, and some count the stops
       where others count requests. */
    if ((read.count - 1) % 2)
        end = read.count - 1;
    if (said != n && said != 2 * n)
        return fail(c, ERR_INVALID, NULL,
                    "line 1: %d requests are announced, %d are there", said, n);
    if (is_cut(l, rows, end, said == n))
        return sv_refuse_line(c, l, "the file ends in the middle of this line");
    TRY(sv_problem_make(c, p, read.count, vehicles, n));
    for (int r = 0; r < n; r++) {
        rows[r + 1].delivery = n + r + 1;
        TRY(set_pair(c, p, r, rows, r + 1));
        p->requests[r].ride_most = ride;
    }
    set_fleet(p, rows, end, seats, duration);
    return OK;
}

enum err
sv_read_pdptw(struct call *c, struct sv_problem *p, struct sv_lines *l)
{
    double speed;
    int vehicles, seats, n = 0, r = 0;
    struct node_rows read;
    const struct node_row *rows;

    if (!sv_lines_next(l) || !sv_lines_int(l, &vehicles)
        || !sv_lines_int(l, &seats) || !sv_lines_number(l, &speed)
        || !sv_lines_line_done(l))
        return sv_refuse_line(c, l, "expected: vehicles capacity speed");
    if (seats < 0 || seats > SV_SEATS_MOST || speed < 0)
        return sv_refuse_line(c, l, "capacity or speed out of range");
    TRY(read_rows(c, p, l, read_pdptw_row, &read));
    rows = read.all;
    for (int k = 1; k < read.count; k++) {
        int mate = rows[k].delivery ? rows[k].delivery : rows[k].pickup;

        n += rows[k].delivery != 0;
        if (mate < 1 || mate >= read.count || mate == k
            || (rows[k].delivery
                    ? rows[mate].pickup != k || rows[mate].delivery != 0
                    : rows[mate].delivery != k))
            return fail(c, ERR_INVALID, NULL, "line %d: node %d has no partner",
                        rows[k].line, k);
    }
    TRY(sv_problem_make(c, p, read.count, vehicles, n));
    for (int k = 1; k < read.count; k++)
        if (rows[k].delivery)
            TRY(set_pair(c, p, r++, rows, k));
    set_fleet(p, rows, 0, seats, SV_ENDLESS);
    for (int k = 0; k < vehicles; k++)
        p->vehicles[k].pace = speed > 0 ? 1 / speed : 1; /* some say 0 */
    p->fewest_vehicles = true;
    return OK;
}
