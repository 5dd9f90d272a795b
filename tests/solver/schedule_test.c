/* SPDX-License-Identifier: Apache-2.0 */
/* The exact schedule, with GLPK's linear programs as referee. */
#include "case.h"

#include "solver/schedule.h"

#include <glpk.h>
#include <math.h>

enum { MOST = 40 };

struct random_chain {
    struct sv_chain c;
    double early[MOST], late[MOST], legs[MOST], within[MOST];
    int until[MOST], since[MOST];
};

/* Rides nest and cross at random; limits are near what the driving takes. */
static void
draw_rides(struct random_chain *r, struct sv_chance *dice, double tight)
{
    for (int a = 0; a < r->c.count; a++)
        r->until[a] = r->since[a] = -1;
    for (int a = 0; a + 1 < r->c.count; a++) {
        int d = a + 1 + sv_chance_below(dice, r->c.count - a - 1);
        double drive = 0;

        if (sv_chance_below(dice, 3) == 0 || r->since[d] >= 0)
            continue;
        for (int k = a; k < d; k++)
            drive += r->legs[k];
        r->until[a] = d;
        r->since[d] = a;
        r->within[a] = drive * (0.98 + tight * sv_chance_unit(dice));
    }
}

static void
draw_chain(struct random_chain *r, struct sv_chance *dice)
{
    double at = 0, loose = 40 * sv_chance_unit(dice);

    r->c = (struct sv_chain){
        .count = 2 + sv_chance_below(dice, MOST - 2),
        .early = r->early,
        .late = r->late,
        .legs = r->legs,
        .until = r->until,
        .since = r->since,
        .within = r->within
    };
    for (int a = 0; a < r->c.count; a++) {
        r->legs[a] = 1 + 9 * sv_chance_unit(dice);
        r->early[a] = fmax(0, at - loose * sv_chance_unit(dice));
        r->late[a] = at + loose * (0.2 + sv_chance_unit(dice));
        at += r->legs[a] + 4 * sv_chance_unit(dice);
    }
    draw_rides(r, dice, 1.5 * sv_chance_unit(dice));
}

static void
add_row(glp_prob *lp, int a, int b, double low)
{
    int row = glp_add_rows(lp, 1), ind[3] = { 0, b + 1, a + 1 };
    double val[3] = { 0, 1, -1 };

    glp_set_row_bnds(lp, row, GLP_LO, low, 0);
    glp_set_mat_row(lp, row, 2, ind, val);
}

static glp_prob *
make_lp(const struct sv_chain *c)
{
    glp_prob *lp = glp_create_prob();

    glp_add_cols(lp, c->count);
    for (int a = 0; a < c->count; a++) {
        if (c->early[a] < c->late[a])
            glp_set_col_bnds(lp, a + 1, GLP_DB, c->early[a], c->late[a]);
        else
            glp_set_col_bnds(lp, a + 1, GLP_FX, c->early[a], c->late[a]);
        if (a + 1 < c->count)
            add_row(lp, a, a + 1, c->legs[a]);
        if (c->until[a] >= 0)
            add_row(lp, c->until[a], a, -c->within[a]);
    }
    return lp;
}

/* Least or greatest value of a sum of weights[a] * B[a]; NAN: infeasible. */
static double
optimum(glp_prob *lp, const struct sv_chain *c, const double *weights)
{
    glp_smcp how;

    glp_init_smcp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.tol_bnd = 1e-9;
    glp_set_obj_dir(lp, GLP_MIN);
    for (int a = 0; a < c->count; a++)
        glp_set_obj_coef(lp, a + 1, weights[a]);
    glp_std_basis(lp);
    if (glp_simplex(lp, &how) || glp_get_status(lp) != GLP_OPT)
        return NAN;
    return glp_get_obj_val(lp);
}

/* All sums at once: the least schedule minimises every positive weighting. */
static void
compare(struct random_chain *r, long *yes, long *no)
{
    double low[MOST], high[MOST], tight[MOST], weights[MOST], sum = 0;
    int last = r->c.count - 1;
    glp_prob *lp = make_lp(&r->c);
    bool can;
    double best;

    for (int a = 0; a <= last; a++) {
        low[a] = r->early[a];
        high[a] = r->late[a];
        weights[a] = 1;
    }
    can = sv_chain_earliest(&r->c, low, 0);
    best = optimum(lp, &r->c, weights);
    assert_int_equal(can, !isnan(best));
    assert_int_equal(can, sv_chain_latest(&r->c, high));
    *(can ? yes : no) += 1;
    if (can) {
        for (int a = 0; a <= last; a++)
            sum += low[a];
        EXPECT(fabs(sum - best) < 1e-5);
        for (int a = 0; a <= last; a++) {
            weights[a] = -1;
            sum -= low[a] + high[a];
        }
        EXPECT(fabs(sum - optimum(lp, &r->c, weights)) < 1e-5);
        for (int a = 0; a <= last; a++)
            weights[a] = a == last ? 1 : a == 0 ? -1 : 0;
        EXPECT(fabs(sv_chain_shortest(&r->c, low, tight)
                    - optimum(lp, &r->c, weights))
               < 1e-5);
    }
    glp_delete_prob(lp);
}

CASE(the_exact_schedule_agrees_with_linear_programs)
{
    struct random_chain r;
    struct sv_chance dice;
    long yes = 0, no = 0;

    (void)c;
    sv_chance_seed(&dice, 11);
    for (int k = 0; k < 3000; k++) {
        draw_chain(&r, &dice);
        compare(&r, &yes, &no);
    }
    /* the test is worth something only if both answers are common */
    EXPECT(yes > 300 && no > 300);
}

CASE(a_pickup_waits_so_that_the_ride_is_short_enough)
{
    double early[] = { 0, 0, 100, 0 }, late[] = { 500, 500, 100, 500 };
    double legs[] = { 10, 10, 10 }, within[] = { 0, 30, 0, 0 };
    int until[] = { -1, 2, -1, -1 }, since[] = { -1, -1, 1, -1 };
    double start[] = { 0, 0, 100, 0 };
    struct sv_chain chain = { 4, early, late, legs, until, since, within };

    (void)c;
    EXPECT(sv_chain_earliest(&chain, start, 0));
    EXPECT(start[1] == 70); /* not 10, where driving straight on brings it */
}
