/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms, with CBC as referee (GLPK's own solver where CBC is missing). */
#include "case.h"

#include "engine/dispatch/rooms_json.h"

#include <glpk.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOMS = 7, MEETINGS = 22 };

struct random_day {
    struct room rooms[ROOMS];
    struct meeting meetings[MEETINGS];
    double walk[MEETINGS][ROOMS];
    struct room_task task;
};

static void
draw_day(struct random_day *d, struct chance *dice)
{
    d->task =
        (struct room_task){ ROOMS, MEETINGS, d->rooms, d->meetings, 0.3, 0 };
    for (int k = 0; k < ROOMS; k++)
        d->rooms[k] = (struct room){ .name = "room",
                                     .parts = UINT64_C(1) << k,
                                     .equipment = chance_bits(dice) & 3,
                                     .seats = 8 + 6 * k,
                                     .set_up = chance_below(dice, 3) * 10 };
    /* the last is made of the two before it */
    d->rooms[ROOMS - 1].parts = UINT64_C(3) << (ROOMS - 3);
    for (int k = 0; k < MEETINGS; k++) {
        double starts = 480 + 10 * chance_below(dice, 50);

        for (int r = 0; r < ROOMS; r++)
            d->walk[k][r] = chance_below(dice, 8);
        d->meetings[k] = (struct meeting){
            .name = "meeting",
            .starts = starts,
            .ends = starts + 30 + 10 * chance_below(dice, 12),
            .people = 2 + chance_below(dice, 40),
            .equipment = chance_below(dice, 4) ? 0 : 1,
            .walk = d->walk[k],
            .keeps = chance_below(dice, 3) ? -1 : chance_below(dice, ROOMS),
            .change_price = 6,
            .price = 60
        };
    }
}

/* Whether two meetings cannot both have the rooms they would have. */
static bool
clash(const struct random_day *d, int m, int r, int n, int q)
{
    const struct meeting *a = &d->meetings[m], *b = &d->meetings[n];
    const struct room *x = &d->rooms[r], *y = &d->rooms[q];

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
column_of(int meeting, int room)
{
    return 1 + meeting * (ROOMS + 1) + room;
}

static glp_prob *
make_program(const struct random_day *d)
{
    glp_prob *lp = glp_create_prob();

    glp_add_cols(lp, MEETINGS * (ROOMS + 1));
    for (int m = 0; m < MEETINGS; m++) {
        int row = glp_add_rows(lp, 1), ind[ROOMS + 2];
        double val[ROOMS + 2];

        for (int r = 0; r <= ROOMS; r++) {
            double price =
                r < ROOMS ? room_price(&d->task, m, r) : d->meetings[m].price;

            glp_set_col_kind(lp, column_of(m, r), GLP_BV);
            if (price < 0)
                glp_set_col_bnds(lp, column_of(m, r), GLP_FX, 0, 0);
            glp_set_obj_coef(lp, column_of(m, r), fmax(price, 0));
            ind[r + 1] = column_of(m, r);
            val[r + 1] = 1;
        }
        glp_set_row_bnds(lp, row, GLP_FX, 1, 1);
        glp_set_mat_row(lp, row, ROOMS + 1, ind, val);
    }
    for (int m = 0; m < MEETINGS; m++)
        for (int n = m + 1; n < MEETINGS; n++)
            for (int r = 0; r < ROOMS; r++)
                for (int q = 0; q < ROOMS; q++)
                    if (clash(d, m, r, n, q))
                        add_pair(lp, column_of(m, r), column_of(n, q));
    return lp;
}

/* The optimum by CBC, read from its output; NAN when CBC is not there. */
static double
ask_cbc(glp_prob *lp)
{
    const char *file = "/tmp/dispatch-rooms.lp";
    char line[256];
    double best = (double)NAN;
    FILE *out;

    glp_write_lp(lp, NULL, file);
    out = popen("cbc /tmp/dispatch-rooms.lp solve 2>/dev/null", "r");
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
cost_of(const struct random_day *d, const struct room_answer *a)
{
    double sum = 0;

    for (int m = 0; m < MEETINGS; m++) {
        if (a->room[m] < 0) {
            sum += d->meetings[m].price;
            continue;
        }
        EXPECT(room_price(&d->task, m, a->room[m]) >= 0);
        sum += room_price(&d->task, m, a->room[m]);
        for (int n = 0; n < m; n++)
            EXPECT(a->room[n] < 0 || !clash(d, m, a->room[m], n, a->room[n]));
    }
    return sum;
}

CASE(rooms_agree_with_an_integer_program)
{
    struct random_day d;
    struct chance dice;

    chance_seed(&dice, 2);
    glp_term_out(GLP_OFF);
    for (int k = 0; k < 12; k++) {
        struct room_answer answer;
        glp_prob *lp;
        double best;

        draw_day(&d, &dice);
        EXPECT_OK(rooms_assign(c, &d.task, &answer));
        lp = make_program(&d);
        best = ask_cbc(lp);
        if (isnan(best))
            best = ask_glpk(lp);
        EXPECT(answer.proved);
        EXPECT(fabs(cost_of(&d, &answer) - answer.cost) < 1e-6);
        if (fabs(answer.cost - best) >= 1e-4)
            print_error("ours %f, theirs %f\n", answer.cost, best);
        EXPECT(fabs(answer.cost - best) < 1e-4);
        glp_delete_prob(lp);
    }
}

CASE(too_many_ways_still_give_a_right_answer)
{
    struct random_day d;
    struct chance dice;
    struct room_answer few, all;

    chance_seed(&dice, 4);
    draw_day(&d, &dice);
    EXPECT_OK(rooms_assign(c, &d.task, &all));
    d.task.states_most = 200;
    EXPECT_OK(rooms_assign(c, &d.task, &few));
    EXPECT(!few.proved && few.cost >= all.cost - 1e-9);
    EXPECT(fabs(cost_of(&d, &few) - few.cost) < 1e-6);
}

CASE(a_meeting_that_ends_before_it_starts_is_refused)
{
    struct random_day d;
    struct chance dice;
    struct room_answer answer;

    chance_seed(&dice, 4);
    draw_day(&d, &dice);
    d.meetings[3].ends = d.meetings[3].starts - 1;
    assert_int_equal(rooms_assign(c, &d.task, &answer), ERR_INVALID);
}

/* ---- rooms as a file ---------------------------------------------------- */

#define ROOM "{\"name\":\"r\",\"seats\":9}"
#define MEETING "{\"name\":\"m\",\"starts\":9,\"ends\":10"

static void
refused(struct call *c, const char *text, const char *words)
{
    struct room_task task;

    assert_int_not_equal(rooms_parse(c, &task, text, strlen(text)), OK);
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
    struct room_task task;
    struct room_answer answer;

    EXPECT_OK(rooms_read(c, &task, data_path(c, "rooms.json")));
    EXPECT_OK(rooms_assign(c, &task, &answer));
    EXPECT(answer.proved);
    /* the assembly takes the whole hall, so its halves are not free */
    assert_string_equal(task.rooms[answer.room[0]].name, "301");
    assert_string_equal(task.rooms[answer.room[1]].name, "hall");
    assert_int_equal(answer.room[2], -1);
    assert_string_equal(rooms_explain(&task, 2),
                        "every room that would do is taken at that time");
    assert_int_equal(answer.room[3], -1);
    assert_string_equal(rooms_explain(&task, 3), "no room has the seats");
    assert_string_equal(task.rooms[answer.room[4]].name, "hall B");
}
