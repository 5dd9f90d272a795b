/* SPDX-License-Identifier: Apache-2.0 */
/* rooms - see rooms.h. */
#include "solver/rooms.h"

#include "solver/rooms_search.h"
#include "solver/solve.h"

#include <assert.h>
#include <limits.h>
#include <math.h>

#define USUAL_SECONDS 10

double
sv_room_price(const struct sv_room_task *task, int meeting, int room)
{
    const struct sv_meeting *m = &task->meetings[meeting];
    const struct sv_room *r = &task->rooms[room];
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
check_task(struct call *c, const struct sv_room_task *t)
{
    if (t->room_count < 0 || t->room_count > SV_ROOMS_MOST
        || t->meeting_count < 0 || t->meeting_count > SV_MEETINGS_MOST)
        return fail(c, ERR_LIMIT, NULL, "too many rooms or meetings");
    /* These and those below are written so that NAN fails, too. */
    if (!(t->empty_seat_price >= 0))
        return fail(c, ERR_INVALID, NULL, "the price of an empty seat");
    for (int k = 0; k < t->room_count; k++)
        if (t->rooms[k].parts == 0 || !(t->rooms[k].set_up >= 0))
            return fail(c, ERR_INVALID, NULL,
                        "room %s: no parts, or a negative set-up time",
                        t->rooms[k].name);
    for (int k = 0; k < t->meeting_count; k++) {
        const struct sv_meeting *m = &t->meetings[k];

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

/* Rule 2, looked at meeting by meeting. */
static bool
none_clash(const struct sv_room_task *t, const int *room)
{
    for (int a = 0; a < t->meeting_count; a++)
        for (int b = 0; b < t->meeting_count; b++) {
            const struct sv_meeting *m = &t->meetings[a], *n = &t->meetings[b];

            if (a != b && room[a] >= 0 && room[b] >= 0
                && t->rooms[room[a]].parts & t->rooms[room[b]].parts
                && m->starts <= n->starts
                && n->starts < m->ends + t->rooms[room[a]].set_up)
                return false;
        }
    return true;
}

static double
cost_of(const struct sv_room_task *t, const int *room)
{
    double sum = 0;

    for (int k = 0; k < t->meeting_count; k++) {
        double price =
            room[k] < 0 ? t->meetings[k].price : sv_room_price(t, k, room[k]);

        assert(price >= 0);
        sum += price;
    }
    return sum;
}

enum err
sv_rooms_assign(struct call *c, const struct sv_room_task *task,
                struct sv_room_answer *answer)
{
    double began = sv_clock_now();
    double seconds = task->seconds > 0 ? task->seconds : USUAL_SECONDS;
    struct sv_room_limits limits = {
        .steps = task->steps_most ? task->steps_most : LONG_MAX
    };
    struct sv_piece *pieces;
    int count;

    TRY(check_task(c, task));
    answer->room = NEW_N(c->arena, int, (size_t)task->meeting_count + 1);
    answer->proved = true;
    pieces = sv_pieces_make(c->arena, task, &count);
    for (int k = 0; k < count; k++) {
        const struct sv_piece *p = &pieces[k];
        struct sv_room_plan plan = sv_plan_of_rooms(p);
        double now = sv_clock_now();

        /* each may take its share of what the ones before have left */
        limits.ends = now + (began + seconds - now) / (count - k);
        sv_piece_settle(p, &plan, NULL, 0);
        answer->proved &= sv_piece_search(p, &limits, &plan);
        for (int m = 0; m < p->count; m++)
            answer->room[p->meetings[m]] = p->choices[plan.choice[m]].room;
    }
    assert(none_clash(task, answer->room));
    answer->cost = cost_of(task, answer->room);
    return OK;
}
