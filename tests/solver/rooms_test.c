/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rooms, with CBC and GLPK as referees.  CBC stands on Clp, as rooms_search
 * does, GLPK does not.
 */
#include "case.h"

#include "solver/rooms_json.h"
#include "solver/solve.h"

#include <glpk.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOMS = 7, MEETINGS = 22, MANY_ROOMS = 40, MANY_MEETINGS = 300 };

struct random_day {
    struct sv_room rooms[MANY_ROOMS];
    struct sv_meeting meetings[MANY_MEETINGS];
    double walk[MANY_MEETINGS][MANY_ROOMS];
    struct sv_room_task task;
};

static void
draw_day(struct random_day *d, struct sv_chance *dice)
{
    d->task = (struct sv_room_task){ ROOMS, MEETINGS, d->rooms, d->meetings,
                                     0.3,   0,        0 };
    for (int k = 0; k < ROOMS; k++)
        d->rooms[k] =
            (struct sv_room){ .name = "room",
                              .parts = UINT64_C(1) << k,
                              .equipment = sv_chance_bits(dice) & 3,
                              .seats = 8 + 6 * k,
                              .set_up = sv_chance_below(dice, 3) * 10 };
    /* the last is made of the two before it */
    d->rooms[ROOMS - 1].parts = UINT64_C(3) << (ROOMS - 3);
    for (int k = 0; k < MEETINGS; k++) {
        double starts = 480 + 10 * sv_chance_below(dice, 50);

        for (int r = 0; r < ROOMS; r++)
            d->walk[k][r] = sv_chance_below(dice, 8);
        d->meetings[k] = (struct sv_meeting){
            .name = "meeting",
            .starts = starts,
            .ends = starts + 30 + 10 * sv_chance_below(dice, 12),
            .people = 2 + sv_chance_below(dice, 40),
            .equipment = sv_chance_below(dice, 4) ? 0 : 1,
            .walk = d->walk[k],
            .keeps =
                sv_chance_below(dice, 3) ? -1 : sv_chance_below(dice, ROOMS),
            .change_price = 6,
            .price = 60
        };
    }
}

/* Rooms that share nothing and need no setting up, on a full day. */
static void
draw_full_day(struct random_day *d, int rooms, int meetings)
{
    struct sv_chance dice;

    sv_chance_seed(&dice, 8);
    d->task = (struct sv_room_task){ rooms, meetings, d->rooms, d->meetings,
                                     1,     0,        0 };
    for (int k = 0; k < rooms; k++)
        d->rooms[k] =
            (struct sv_room){ .name = "room",
                              .parts = UINT64_C(1) << k,
                              .seats = 4 + 4 * sv_chance_below(&dice, 6) };
    for (int k = 0; k < meetings; k++) {
        double starts = 480 + 15 * sv_chance_below(&dice, 40);

        for (int r = 0; r < rooms; r++)
            d->walk[k][r] = sv_chance_below(&dice, 30);
        d->meetings[k] = (struct sv_meeting){
            .name = "meeting",
            .starts = starts,
            .ends = starts + 30 + 15 * sv_chance_below(&dice, 5),
            .people = 2 + sv_chance_below(&dice, 16),
            .walk = d->walk[k],
            .keeps =
                sv_chance_below(&dice, 2) ? -1 : sv_chance_below(&dice, rooms),
            .change_price = 20,
            .price = 1000
        };
    }
}

/* Whether two meetings cannot both have the rooms they would have. */
static bool
clash(const struct random_day *d, int m, int r, int n, int q)
{
    const struct sv_meeting *a = &d->meetings[m], *b = &d->meetings[n];
    const struct sv_room *x = &d->rooms[r], *y = &d->rooms[q];

    if (m == n || !(x->parts & y->parts))
        return false;
    if (a->starts <= b->starts)
        return b->starts < a->ends + x->set_up;
    return a->starts < b->ends + y->set_up;
}

static void
add_pair(glp_prob *lp, int a, int b)
{
    int row = glp_add_rows(lp, 1), ind[3] = { 0, a, b };
    double val[3] = { 0, 1, 1 };

    glp_set_row_bnds(lp, row, GLP_UP, 0, 1);
    glp_set_mat_row(lp, row, 2, ind, val);
}

static int
column_of(const struct random_day *d, int meeting, int room)
{
    return 1 + meeting * (d->task.room_count + 1) + room;
}

/* One of the meeting's columns, the last being "no room". */
static void
add_meeting(glp_prob *lp, const struct random_day *d, int m)
{
    int row = glp_add_rows(lp, 1), ind[MANY_ROOMS + 2];
    int rooms = d->task.room_count;
    double val[MANY_ROOMS + 2];

    for (int r = 0; r <= rooms; r++) {
        int column = column_of(d, m, r);
        double price =
            r < rooms ? sv_room_price(&d->task, m, r) : d->meetings[m].price;

        glp_set_col_kind(lp, column, GLP_BV);
        if (price < 0)
            glp_set_col_bnds(lp, column, GLP_FX, 0, 0);
        glp_set_obj_coef(lp, column, fmax(price, 0));
        ind[r + 1] = column;
        val[r + 1] = 1;
    }
    glp_set_row_bnds(lp, row, GLP_FX, 1, 1);
    glp_set_mat_row(lp, row, rooms + 1, ind, val);
}

/* No two of these in the room when a meeting of it starts. */
static void
add_start(glp_prob *lp, const struct random_day *d, int m, int room)
{
    int ind[MANY_MEETINGS + 1], n = 0;
    double val[MANY_MEETINGS + 1];

    for (int k = 0; k < d->task.meeting_count; k++)
        if (k == m
            || (clash(d, m, room, k, room)
                && d->meetings[k].starts <= d->meetings[m].starts)) {
            ind[++n] = column_of(d, k, room);
            val[n] = 1;
        }
    glp_add_rows(lp, 1);
    glp_set_row_bnds(lp, glp_get_num_rows(lp), GLP_UP, 0, 1);
    glp_set_mat_row(lp, glp_get_num_rows(lp), n, ind, val);
}

static glp_prob *
meetings_program(const struct random_day *d)
{
    glp_prob *lp = glp_create_prob();

    glp_add_cols(lp, d->task.meeting_count * (d->task.room_count + 1));
    for (int m = 0; m < d->task.meeting_count; m++)
        add_meeting(lp, d, m);
    return lp;
}

/* By pairs of meetings and rooms that clash. */
static glp_prob *
make_program(const struct random_day *d)
{
    glp_prob *lp = meetings_program(d);

    for (int m = 0; m < MEETINGS; m++)
        for (int n = m + 1; n < MEETINGS; n++)
            for (int r = 0; r < ROOMS; r++)
                for (int q = 0; q < ROOMS; q++)
                    if (clash(d, m, r, n, q))
                        add_pair(lp, column_of(d, m, r), column_of(d, n, q));
    return lp;
}

/* By starts, where rooms share nothing. */
static glp_prob *
make_program_by_starts(const struct random_day *d)
{
    glp_prob *lp = meetings_program(d);

    for (int m = 0; m < d->task.meeting_count; m++)
        for (int r = 0; r < d->task.room_count; r++)
            add_start(lp, d, m, r);
    return lp;
}

/* The optimum by CBC, read from its output; NAN when CBC is not there. */
static double
ask_cbc(glp_prob *lp)
{
    const char *file = "/tmp/solver-rooms.lp";
    char line[256];
    double best = (double)NAN;
    FILE *out;

    glp_write_lp(lp, NULL, file);
    out = popen("cbc /tmp/solver-rooms.lp solve 2>/dev/null", "r");
    while (out && fgets(line, sizeof line, out))
        if (!strncmp(line, "Objective value:", 16))
            best = strtod(line + 16, NULL);
    if (out)
        pclose(out);
    return best;
}

static double
ask_glpk(glp_prob *lp)
{
    glp_iocp how;

    glp_init_iocp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.presolve = GLP_ON;
    glp_intopt(lp, &how);
    return glp_mip_obj_val(lp);
}

static double
cost_of(const struct random_day *d, const struct sv_room_answer *a)
{
    double sum = 0;

    for (int m = 0; m < d->task.meeting_count; m++) {
        if (a->room[m] < 0) {
            sum += d->meetings[m].price;
            continue;
        }
        EXPECT(sv_room_price(&d->task, m, a->room[m]) >= 0);
        sum += sv_room_price(&d->task, m, a->room[m]);
        for (int n = 0; n < m; n++)
            EXPECT(a->room[n] < 0 || !clash(d, m, a->room[m], n, a->room[n]));
    }
    return sum;
}

CASE(rooms_agree_with_an_integer_program)
{
    struct random_day d;
    struct sv_chance dice;

    sv_chance_seed(&dice, 2);
    glp_term_out(GLP_OFF);
    for (int k = 0; k < 12; k++) {
        struct sv_room_answer answer;
        glp_prob *lp;
        double best;

        draw_day(&d, &dice);
        EXPECT_OK(sv_rooms_assign(c, &d.task, &answer));
        lp = make_program(&d);
        best = ask_cbc(lp);
        EXPECT(answer.proved);
        EXPECT(fabs(cost_of(&d, &answer) - answer.cost) < 1e-6);
        if (fabs(answer.cost - best) >= 1e-4)
            print_error("ours %f, CBC's %f\n", answer.cost, best);
        EXPECT(isnan(best) || fabs(answer.cost - best) < 1e-4);
        EXPECT(fabs(answer.cost - ask_glpk(lp)) < 1e-4);
        glp_delete_prob(lp);
    }
}

CASE(a_full_day_of_rooms_that_share_nothing_is_proved_and_agrees_with_cbc)
{
    struct random_day *d = NEW(c->arena, struct random_day);
    struct sv_room_answer answer;
    glp_prob *lp;
    double best;

    glp_term_out(GLP_OFF);
    draw_full_day(d, 14, 120);
    EXPECT_OK(sv_rooms_assign(c, &d->task, &answer));
    lp = make_program_by_starts(d);
    best = ask_cbc(lp);
    EXPECT(answer.proved);
    EXPECT(fabs(cost_of(d, &answer) - answer.cost) < 1e-6);
    EXPECT(isnan(best) || fabs(answer.cost - best) < 1e-4);
    glp_delete_prob(lp);
}

CASE(a_search_for_rooms_ends_with_its_limit_and_says_that_it_proved_nothing)
{
    struct random_day *d = NEW(c->arena, struct random_day);
    struct sv_room_answer answer;
    double began = sv_clock_now();

    draw_full_day(d, MANY_ROOMS, MANY_MEETINGS);
    d->task.seconds = 0.05;
    EXPECT_OK(sv_rooms_assign(c, &d->task, &answer));
    EXPECT(sv_clock_now() - began < 2);
    EXPECT(!answer.proved);
    EXPECT(fabs(cost_of(d, &answer) - answer.cost) < 1e-6);
}

CASE(the_same_steps_give_the_same_rooms)
{
    struct random_day *d = NEW(c->arena, struct random_day);
    struct sv_room_answer once, again;

    draw_full_day(d, 20, 150);
    d->task.steps_most = 3000;
    d->task.seconds = 1000;
    EXPECT_OK(sv_rooms_assign(c, &d->task, &once));
    EXPECT_OK(sv_rooms_assign(c, &d->task, &again));
    assert_memory_equal(once.room, again.room, 150 * sizeof(int));
    EXPECT(once.proved == again.proved);
}

CASE(too_many_ways_still_give_a_right_answer)
{
    struct random_day d;
    struct sv_chance dice;
    struct sv_room_answer few, all;

    sv_chance_seed(&dice, 4);
    draw_day(&d, &dice);
    EXPECT_OK(sv_rooms_assign(c, &d.task, &all));
    d.task.steps_most = 20;
    EXPECT_OK(sv_rooms_assign(c, &d.task, &few));
    EXPECT(!few.proved && few.cost >= all.cost - 1e-9);
    EXPECT(fabs(cost_of(&d, &few) - few.cost) < 1e-6);
}

CASE(a_meeting_that_ends_before_it_starts_is_refused)
{
    struct random_day d;
    struct sv_chance dice;
    struct sv_room_answer answer;

    sv_chance_seed(&dice, 4);
    draw_day(&d, &dice);
    d.meetings[3].ends = d.meetings[3].starts - 1;
    assert_int_equal(sv_rooms_assign(c, &d.task, &answer), ERR_INVALID);
}

/* ---- rooms as a file ---------------------------------------------------- */

#define ROOM "{\"name\":\"r\",\"seats\":9}"
#define MEETING "{\"name\":\"m\",\"starts\":9,\"ends\":10"

static void
refused(struct call *c, const char *text, const char *words)
{
    struct sv_room_task task;

    assert_int_not_equal(sv_rooms_parse(c, &task, text, strlen(text)), OK);
    if (!strstr(c->fault.text, words))
        print_error("“%s” does not say “%s”\n", c->fault.text, words);
    EXPECT(strstr(c->fault.text, words) != NULL);
}

CASE(a_file_of_rooms_is_refused_by_line_or_key)
{
    refused(c, "{", "line 1");
    refused(c, "[]", "object");
    refused(c, "{\"rooms\":[" ROOM "]}", "meetings: a list is expected");
    refused(c, "{\"rooms\":[" ROOM "," ROOM "],\"meetings\":[]}",
            "rooms: two are called “r”");
    refused(c, "{\"rooms\":[" ROOM "],\"meetings\":[],\"colour\":1}",
            "colour: unknown key");
    refused(c, "{\"rooms\":[{\"name\":\"r\",\"seats\":2.5}],\"meetings\":[]}",
            "rooms[0].seats: a whole number");
    refused(c,
            "{\"rooms\":[" ROOM "],\"meetings\":[" MEETING ",\"people\":-1}]}",
            "meetings[0].people: a whole number");
    refused(c,
            "{\"rooms\":[" ROOM "],\"meetings\":[{\"name\":\"m\","
            "\"starts\":9,\"ends\":9}]}",
            "meetings[0]: ends: must be later");
    refused(c,
            "{\"rooms\":[" ROOM "],\"meetings\":[" MEETING
            ",\"walk\":{\"x\":1}}]}",
            "meetings[0].walk.x: nothing has that name");
    refused(c,
            "{\"rooms\":[" ROOM "],\"meetings\":[" MEETING
            ",\"keeps\":\"x\"}]}",
            "meetings[0].keeps: nothing has that name");
}

CASE(a_file_of_rooms_is_read_assigned_and_explained)
{
    struct sv_room_task task;
    struct sv_room_answer answer;

    EXPECT_OK(sv_rooms_read(c, &task, data_path(c, "rooms.json")));
    EXPECT_OK(sv_rooms_assign(c, &task, &answer));
    EXPECT(answer.proved);
    /* the assembly takes the whole hall, so its halves are not free */
    assert_string_equal(task.rooms[answer.room[0]].name, "301");
    assert_string_equal(task.rooms[answer.room[1]].name, "hall");
    assert_int_equal(answer.room[2], -1);
    assert_string_equal(sv_rooms_explain(&task, 2),
                        "every room that would do is taken at that time");
    assert_int_equal(answer.room[3], -1);
    assert_string_equal(sv_rooms_explain(&task, 3), "no room has the seats");
    assert_string_equal(task.rooms[answer.room[4]].name, "hall B");
}
