/* SPDX-License-Identifier: Apache-2.0 */
/* rooms - see rooms.h. */
#include "engine/dispatch/rooms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_STATES = 400000, TABLE_BITS = 15, STATE_BYTES = 64 << 20 };

/*
 * How the parts are busy just before a meeting begins.  ready[k] is when the
 * k-th part can be used again, 0 when it already can; that all that lies
 * behind comes down to, so equal ones need to be kept only once.
 */
struct busy {
    double cost;
    int from; /* state before the last choice, -1 none */
    int room; /* the last choice */
    int next; /* in the chain of the hash table */
    double *ready;
};

struct sweep {
    struct call *c;
    const struct room_task *task;
    int *order;     /* meetings by start */
    double *prices; /* by meeting and room; negative: will not do */
    double *least;  /* by place in order: cheapest that may still come */
    int parts;
    struct busy *states;
    int count, most, level_most;
    int *table;
    double bound; /* of a plan that is known */
    bool cut;     /* something was given up: not proved */
};

double
room_price(const struct room_task *task, int meeting, int room)
{
    const struct meeting *m = &task->meetings[meeting];
    const struct room *r = &task->rooms[room];
    double sum;

    if (m->people > r->seats || (m->equipment & ~r->equipment))
        return -1;
    sum = task->empty_seat_price * (r->seats - m->people);
    if (m->walk)
        sum += m->walk[room];
    if (m->keeps >= 0 && m->keeps != room)
        sum += m->change_price;
    return sum;
}

static enum err
check_task(struct call *c, const struct room_task *t)
{
    if (t->room_count < 0 || t->room_count > ROOMS_MOST || t->meeting_count < 0
        || t->meeting_count > MEETINGS_MOST)
        return fail(c, ERR_LIMIT, NULL, "too many rooms or meetings");
    if (!(t->empty_seat_price >= 0))
        return fail(c, ERR_INVALID, NULL, "the price of an empty seat");
    for (int k = 0; k < t->room_count; k++)
        if (t->rooms[k].parts == 0 || !(t->rooms[k].set_up >= 0))
            return fail(c, ERR_INVALID, NULL,
                        "room %s: no parts, or a negative set-up time",
                        t->rooms[k].name);
    for (int k = 0; k < t->meeting_count; k++) {
        const struct meeting *m = &t->meetings[k];

        if (!(m->starts < m->ends) || !(m->starts > 0) || !isfinite(m->ends))
            return fail(c, ERR_INVALID, NULL,
                        "meeting %s must start, and end later", m->name);
        if (!(m->price > 0) || !(m->change_price >= 0)
            || m->keeps >= t->room_count)
            return fail(c, ERR_INVALID, NULL, "meeting %s: price or room",
                        m->name);
    }
    return OK;
}

/* ---- states ----------------------------------------------------------- */

static unsigned
hash_of(const double *ready, int parts)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15);

    for (int k = 0; k < parts; k++) {
        uint64_t bits;

        memcpy(&bits, &ready[k], sizeof bits);
        h = (h ^ bits) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return (unsigned)(h >> 20) & ((1U << TABLE_BITS) - 1);
}

/* Adds a state of the level that begins at first, or improves its twin. */
static void
keep_state(struct sweep *s, int first, const struct busy *b)
{
    unsigned h = hash_of(b->ready, s->parts);

    for (int k = s->table[h]; k >= first; k = s->states[k].next) {
        struct busy *twin = &s->states[k];

        if (memcmp(twin->ready, b->ready, (size_t)s->parts * sizeof *b->ready)
            != 0)
            continue;
        if (b->cost < twin->cost) {
            twin->cost = b->cost;
            twin->from = b->from;
            twin->room = b->room;
        }
        return;
    }
    if (s->count - first >= s->level_most || s->count == s->most) {
        s->cut = true;
        return;
    }
    s->states[s->count].cost = b->cost;
    s->states[s->count].from = b->from;
    s->states[s->count].room = b->room;
    s->states[s->count].next = s->table[h];
    memcpy(s->states[s->count].ready, b->ready,
           (size_t)s->parts * sizeof *b->ready);
    s->table[h] = s->count++;
}

/* Whether the room is free at the start, by what busy says. */
static bool
is_free(const struct sweep *s, const double *ready, int room, double starts)
{
    uint64_t parts = s->task->rooms[room].parts;

    for (int k = 0; k < s->parts; k++)
        if (parts >> k & 1 && ready[k] > starts)
            return false;
    return true;
}

static void
use_room(const struct sweep *s, double *ready, int room, double ends)
{
    const struct room *r = &s->task->rooms[room];

    for (int k = 0; k < s->parts; k++)
        if (r->parts >> k & 1)
            ready[k] = ends + r->set_up;
}

/* What is over by the next start no longer tells states apart. */
static void
forget_past(const struct sweep *s, double *ready, double starts)
{
    for (int k = 0; k < s->parts; k++)
        if (ready[k] <= starts)
            ready[k] = 0;
}

static void
branch(struct sweep *s, int first, int state, int place, double *ready)
{
    const struct meeting *m = &s->task->meetings[s->order[place]];
    const double *prices =
        s->prices + (size_t)s->order[place] * (size_t)s->task->room_count;
    double next = place + 1 < s->task->meeting_count
                      ? s->task->meetings[s->order[place + 1]].starts
                      : (double)INFINITY;

    for (int room = -1; room < s->task->room_count; room++) {
        struct busy b = { .from = state, .room = room, .ready = ready };

        if (room >= 0
            && (prices[room] < 0
                || !is_free(s, s->states[state].ready, room, m->starts)))
            continue;
        b.cost = s->states[state].cost + (room < 0 ? m->price : prices[room]);
        if (b.cost + s->least[place + 1] > s->bound + 1e-9)
            continue;
        memcpy(ready, s->states[state].ready, (size_t)s->parts * sizeof *ready);
        if (room >= 0)
            use_room(s, ready, room, m->ends);
        forget_past(s, ready, next);
        keep_state(s, first, &b);
    }
}

/* ---- a first plan, for the bound --------------------------------------- */

/* Each meeting takes the cheapest room that is free when its turn comes. */
static double
plan_greedily(const struct sweep *s, int *rooms)
{
    double *ready = NEW_N(s->c->arena, double, (size_t)s->parts + 1);
    double cost = 0;

    for (int place = 0; place < s->task->meeting_count; place++) {
        int m = s->order[place], best = -1;
        double least = s->task->meetings[m].price;

        for (int r = 0; r < s->task->room_count; r++) {
            double price =
                s->prices[(size_t)m * (size_t)s->task->room_count + (size_t)r];

            if (price >= 0 && price < least
                && is_free(s, ready, r, s->task->meetings[m].starts)) {
                least = price;
                best = r;
            }
        }
        rooms[m] = best;
        cost += least;
        if (best >= 0)
            use_room(s, ready, best, s->task->meetings[m].ends);
    }
    return cost;
}

/* ---- the sweep --------------------------------------------------------- */

struct starting {
    double starts;
    int meeting;
};

static int
by_start(const void *a, const void *b)
{
    const struct starting *x = a, *y = b;

    if (x->starts != y->starts)
        return x->starts < y->starts ? -1 : 1;
    return x->meeting - y->meeting;
}

static void
set_order(struct sweep *s)
{
    int n = s->task->meeting_count;
    struct starting *list = NEW_N(s->c->arena, struct starting, (size_t)n + 1);

    s->order = NEW_N(s->c->arena, int, (size_t)n + 1);
    for (int k = 0; k < n; k++)
        list[k] = (struct starting){ s->task->meetings[k].starts, k };
    qsort(list, (size_t)n, sizeof *list, by_start);
    for (int k = 0; k < n; k++)
        s->order[k] = list[k].meeting;
}

static void
set_prices_of_rooms(struct sweep *s)
{
    int n = s->task->meeting_count, rooms = s->task->room_count;

    s->prices = NEW_N(s->c->arena, double, (size_t)n *(size_t)rooms + 1);
    s->least = NEW_N(s->c->arena, double, (size_t)n + 1);
    for (int place = n - 1; place >= 0; place--) {
        int m = s->order[place];
        double least = s->task->meetings[m].price;

        for (int r = 0; r < rooms; r++) {
            double price = room_price(s->task, m, r);

            s->prices[(size_t)m * (size_t)rooms + (size_t)r] = price;
            if (price >= 0 && price < least)
                least = price;
        }
        s->least[place] = s->least[place + 1] + least;
    }
}

static void
open_sweep(struct sweep *s, struct call *c, const struct room_task *task)
{
    double *ready;
    uint64_t all = 0;

    *s = (struct sweep){ .c = c, .task = task };
    for (int k = 0; k < task->room_count; k++)
        all |= task->rooms[k].parts;
    while (s->parts < 64 && all >> s->parts)
        s->parts++;
    s->most = (int)(task->states_most ? task->states_most : USUAL_STATES);
    if (s->most > STATE_BYTES / (8 * (s->parts + 1)))
        s->most = STATE_BYTES / (8 * (s->parts + 1));
    s->level_most = s->most / (task->meeting_count + 1) + 1;
    s->states = NEW_N(c->arena, struct busy, (size_t)s->most + 1);
    ready =
        NEW_N(c->arena, double, ((size_t)s->most + 1) * (size_t)(s->parts + 1));
    for (int k = 0; k <= s->most; k++)
        s->states[k].ready = ready + (size_t)k * (size_t)(s->parts + 1);
    s->table = NEW_N(c->arena, int, (size_t)1 << TABLE_BITS);
    for (int k = 0; k < 1 << TABLE_BITS; k++)
        s->table[k] = -1;
    set_order(s);
    set_prices_of_rooms(s);
}

static void
trace_back(const struct sweep *s, int first, struct room_answer *answer)
{
    int best = -1;

    for (int k = first; k < s->count; k++)
        if (best < 0 || s->states[k].cost < s->states[best].cost)
            best = k;
    if (best < 0 || s->states[best].cost > answer->cost)
        return;
    answer->cost = s->states[best].cost;
    for (int place = s->task->meeting_count - 1; place >= 0; place--) {
        answer->room[s->order[place]] = s->states[best].room;
        best = s->states[best].from;
    }
}

static int
by_cost(const void *a, const void *b)
{
    const struct busy *x = a, *y = b;

    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return x->from != y->from ? x->from - y->from : x->room - y->room;
}

/*
 * One level after the other.  Cheap states branch first, so that when a
 * level is full it is the dear ones that are missing.
 */
static int
sweep_levels(struct sweep *s)
{
    double *ready = NEW_N(s->c->arena, double, (size_t)s->parts + 1);
    int first = 0, end = 1;

    s->states[0].from = s->states[0].room = -1;
    s->count = 1;
    for (int place = 0; place < s->task->meeting_count; place++) {
        qsort(s->states + first, (size_t)(end - first), sizeof *s->states,
              by_cost);
        for (int k = first; k < end; k++)
            branch(s, end, k, place, ready);
        first = end;
        end = s->count;
    }
    return first;
}

enum err
rooms_assign(struct call *c, const struct room_task *task,
             struct room_answer *answer)
{
    struct sweep s;

    TRY(check_task(c, task));
    open_sweep(&s, c, task);
    answer->room = NEW_N(c->arena, int, (size_t)task->meeting_count + 1);
    answer->cost = s.bound = plan_greedily(&s, answer->room);
    trace_back(&s, sweep_levels(&s), answer);
    answer->proved = !s.cut;
    answer->states = s.count;
    return OK;
}
