/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_piece - see rooms_piece.h. */
#include "solver/rooms_piece.h"

#include <stdlib.h>
#include <string.h>

/* A room that a meeting can have, on the line of one part. */
struct sv_span {
    double starts, ends; /* with the set-up time */
    int owner;           /* meeting, or choice */
};

static int
by_start(const void *a, const void *b)
{
    const struct sv_span *x = a, *y = b;

    if (x->starts != y->starts)
        return x->starts < y->starts ? -1 : 1;
    return x->owner - y->owner;
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* A room that costs as much as not meeting is no choice. */
static bool
worth_it(const struct sv_room_task *t, int meeting, int room)
{
    double price = sv_room_price(t, meeting, room);

    return price >= 0 && price < t->meetings[meeting].price;
}

static struct sv_span
sv_span_of(const struct sv_room_task *t, int meeting, int room, int owner)
{
    const struct sv_meeting *m = &t->meetings[meeting];

    return (
        struct sv_span){ m->starts, m->ends + t->rooms[room].set_up, owner };
}

/* ---- pieces -------------------------------------------------------------- */

static int
head_of(int *group, int k)
{
    while (group[k] != k) {
        group[k] = group[group[k]];
        k = group[k];
    }
    return k;
}

/* Meetings that follow one another without a gap in a part come together. */
static void
join_at_part(const struct sv_room_task *t, int part, struct sv_span *line,
             int *group)
{
    int n = 0;
    double until = 0;

    for (int m = 0; m < t->meeting_count; m++)
        for (int r = 0; r < t->room_count; r++)
            if (t->rooms[r].parts >> part & 1 && worth_it(t, m, r))
                line[n++] = sv_span_of(t, m, r, m);
    qsort(line, (size_t)n, sizeof *line, by_start);
    for (int k = 0; k < n; k++) {
        if (k > 0 && line[k].starts < until) {
            int a = head_of(group, line[k - 1].owner);
            int b = head_of(group, line[k].owner);

            group[a > b ? a : b] = a > b ? b : a;
        }
        if (line[k].ends > until)
            until = line[k].ends;
    }
}

static int *
group_meetings(struct arena *arena, const struct sv_room_task *t)
{
    size_t most = (size_t)t->meeting_count * (size_t)t->room_count;
    struct sv_span *line = NEW_N(arena, struct sv_span, most + 1);
    int *group = NEW_N(arena, int, (size_t)t->meeting_count + 1);

    for (int k = 0; k < t->meeting_count; k++)
        group[k] = k;
    for (int part = 0; part < SV_ROOM_PARTS_MOST; part++)
        join_at_part(t, part, line, group);
    return group;
}

/* ---- choices and moments --------------------------------------------------- */

static void
add_choice(struct sv_piece *p, int meeting, int room, double price)
{
    struct sv_choice *x = &p->choices[p->choice_count++];
    int uses = 0;

    *x = (struct sv_choice){ meeting, room, price, x->first_use };
    if (room >= 0)
        for (int k = 0; k < SV_ROOM_PARTS_MOST; k++)
            uses += (int)(p->task->rooms[room].parts >> k & 1);
    x[1].first_use = x->first_use + uses;
}

static void
set_choices(struct sv_piece *p)
{
    const struct sv_room_task *t = p->task;
    size_t most = (size_t)p->count * ((size_t)t->room_count + 1);

    p->choices = NEW_N(p->arena, struct sv_choice, most + 1);
    p->first = NEW_N(p->arena, int, (size_t)p->count + 1);
    for (int k = 0; k < p->count; k++) {
        int m = p->meetings[k];

        p->first[k] = p->choice_count;
        for (int r = 0; r < t->room_count; r++)
            if (worth_it(t, m, r))
                add_choice(p, k, r, sv_room_price(t, m, r));
        add_choice(p, k, -1, t->meetings[m].price);
    }
    p->first[p->count] = p->choice_count;
}

/* The first of n sorted times that is not before t. */
static int
first_from(const double *times, int n, double t)
{
    int low = 0;

    while (low < n) {
        int middle = (low + n) / 2;

        if (times[middle] < t)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/*
 * A start is a moment when something ends before, or just as, the next one
 * comes: then those that are together at it have met all they ever meet.
 */
static int
choose_moments(const struct sv_span *line, int n, double *ends, double *moments)
{
    int count = 0, e = 0;

    for (int k = 0; k < n; k++)
        ends[k] = line[k].ends;
    qsort(ends, (size_t)n, sizeof *ends, by_value);
    for (int k = 0; k < n; k++) {
        while (ends[e] <= line[k].starts)
            e++;
        if (k + 1 == n || ends[e] <= line[k + 1].starts)
            moments[count++] = line[k].starts;
    }
    return count;
}

struct bench {
    struct sv_span *line;
    double *ends, *moments;
    int *next_use; /* by choice */
};

static void
set_moments_of_part(struct sv_piece *p, int part, const struct bench *b)
{
    int n = 0, count;

    for (int x = 0; x < p->choice_count; x++) {
        const struct sv_choice *choice = &p->choices[x];

        if (choice->room >= 0 && p->task->rooms[choice->room].parts >> part & 1)
            b->line[n++] = sv_span_of(p->task, p->meetings[choice->meeting],
                                      choice->room, x);
    }
    qsort(b->line, (size_t)n, sizeof *b->line, by_start);
    count = choose_moments(b->line, n, b->ends, b->moments);
    for (int k = 0; k < n; k++) {
        struct sv_use *use = &p->uses[b->next_use[b->line[k].owner]++];
        int from = first_from(b->moments, count, b->line[k].starts);

        use->first = p->moment_count + from;
        use->last = p->moment_count
                    + first_from(b->moments, count, b->line[k].ends) - 1;
    }
    p->moment_count += count;
}

static void
set_moments(struct sv_piece *p)
{
    size_t n = (size_t)p->choice_count + 1;
    struct bench b = { NEW_N(p->arena, struct sv_span, n),
                       NEW_N(p->arena, double, n), NEW_N(p->arena, double, n),
                       NEW_N(p->arena, int, n) };

    p->uses = NEW_N(p->arena, struct sv_use,
                    (size_t)p->choices[p->choice_count].first_use + 1);
    for (int x = 0; x < p->choice_count; x++)
        b.next_use[x] = p->choices[x].first_use;
    for (int part = 0; part < SV_ROOM_PARTS_MOST; part++)
        set_moments_of_part(p, part, &b);
}

struct sv_piece *
sv_pieces_make(struct arena *arena, const struct sv_room_task *t, int *count)
{
    size_t n = (size_t)t->meeting_count + 1;
    struct sv_piece *pieces = NEW_N(arena, struct sv_piece, n);
    struct sv_span *order = NEW_N(arena, struct sv_span, n);
    int *group = group_meetings(arena, t), *piece_of = NEW_N(arena, int, n);

    *count = 0;
    for (int m = 0; m < t->meeting_count; m++) {
        order[m] = (struct sv_span){ t->meetings[m].starts, 0, m };
        piece_of[m] = group[m] == m ? (*count)++ : piece_of[head_of(group, m)];
        pieces[piece_of[m]].count++;
    }
    qsort(order, (size_t)t->meeting_count, sizeof *order, by_start);
    /* The counts are made anew while the meetings are put in by their starts. */
    for (int k = 0; k < *count; k++) {
        pieces[k].meetings = NEW_N(arena, int, (size_t)pieces[k].count);
        pieces[k].count = 0;
    }
    for (int k = 0; k < t->meeting_count; k++) {
        struct sv_piece *p = &pieces[piece_of[order[k].owner]];

        p->meetings[p->count++] = order[k].owner;
    }
    for (int k = 0; k < *count; k++) {
        pieces[k].arena = arena;
        pieces[k].task = t;
        set_choices(&pieces[k]);
        set_moments(&pieces[k]);
    }
    return pieces;
}

/* ---- plans ------------------------------------------------------------------- */

struct sv_room_plan
sv_plan_of_rooms(const struct sv_piece *p)
{
    return (struct sv_room_plan){
        NEW_N(p->arena, int, (size_t)p->count + 1), 0,
        NEW_N(p->arena, unsigned char, (size_t)p->moment_count + 1)
    };
}

bool
sv_choices_clash(const struct sv_piece *p, int a, int b)
{
    const struct sv_choice *x = &p->choices[a], *y = &p->choices[b];

    for (int k = x->first_use; k < x[1].first_use; k++)
        for (int q = y->first_use; q < y[1].first_use; q++)
            if (p->uses[k].first <= p->uses[q].last
                && p->uses[q].first <= p->uses[k].last)
                return true;
    return false;
}

static bool
choice_free(const struct sv_piece *p, const struct sv_room_plan *plan,
            int choice)
{
    const struct sv_choice *x = &p->choices[choice];

    for (int k = x->first_use; k < x[1].first_use; k++)
        if (memchr(plan->taken + p->uses[k].first, 1,
                   (size_t)(p->uses[k].last - p->uses[k].first) + 1))
            return false;
    return true;
}

/* Takes the moments of a choice, or (0) gives them back. */
static void
mark(const struct sv_piece *p, struct sv_room_plan *plan, int choice, int as)
{
    const struct sv_choice *x = &p->choices[choice];

    for (int k = x->first_use; k < x[1].first_use; k++)
        memset(plan->taken + p->uses[k].first, as,
               (size_t)(p->uses[k].last - p->uses[k].first) + 1);
}

static int
cheapest_free(const struct sv_piece *p, const struct sv_room_plan *plan,
              int meeting)
{
    int best = p->first[meeting + 1] - 1; /* no room */

    for (int x = p->first[meeting]; x < p->first[meeting + 1]; x++)
        if (p->choices[x].price < p->choices[best].price
            && choice_free(p, plan, x))
            best = x;
    return best;
}

/* Each meeting looks once whether there is something cheaper. */
static bool
change_rooms(const struct sv_piece *p, struct sv_room_plan *plan)
{
    bool changed = false;

    for (int k = 0; k < p->count; k++) {
        int was = plan->choice[k], best;

        mark(p, plan, was, 0);
        best = cheapest_free(p, plan, k);
        if (p->choices[best].price < p->choices[was].price) {
            plan->choice[k] = best;
            changed = true;
        }
        mark(p, plan, plan->choice[k], 1);
    }
    return changed;
}

void
sv_piece_settle(const struct sv_piece *p, struct sv_room_plan *plan,
                const int *wishes, int wish_count)
{
    memset(plan->taken, 0, (size_t)p->moment_count);
    for (int k = 0; k < p->count; k++)
        plan->choice[k] = -1;
    /* Of two that cannot be had together the earlier wish is granted. */
    for (int k = 0; k < wish_count; k++) {
        int meeting = p->choices[wishes[k]].meeting;

        if (plan->choice[meeting] < 0 && choice_free(p, plan, wishes[k])) {
            plan->choice[meeting] = wishes[k];
            mark(p, plan, wishes[k], 1);
        }
    }
    for (int k = 0; k < p->count; k++)
        if (plan->choice[k] < 0) {
            plan->choice[k] = cheapest_free(p, plan, k);
            mark(p, plan, plan->choice[k], 1);
        }
    while (change_rooms(p, plan))
        ;
    plan->cost = 0;
    for (int k = 0; k < p->count; k++)
        plan->cost += p->choices[plan->choice[k]].price;
}
