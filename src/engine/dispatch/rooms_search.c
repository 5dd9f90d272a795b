/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_search - see rooms_search.h. */
#include "engine/dispatch/rooms_search.h"

#include "engine/dispatch/solve.h"

#include <coin/Clp_C_Interface.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-13 /* more than sums of so many are wrong by */
#define SLIGHT 1e-6    /* shares and prices that differ by less are the same */

enum { STEPS_AT_A_TIME = 500, CLP_DONE = 0, CLP_STOPPED = 3 };

struct share {
    double share;
    int choice;
};

/*
 * The columns of the program are the choices; its first rows say that each
 * meeting takes one, the others that a moment is taken once.  Most moments
 * never matter, so a row is added when its moment is taken more than once.
 */
struct program {
    const struct piece *p;
    Clp_Simplex *lp;
    struct room_limits *limits;
    struct room_plan *best, trial;
    double gain;   /* a plan that saves less is not looked for */
    double *price; /* by choice; of a closed "no room": more than it can be */
    bool *closed;  /* by choice */
    int *trail;    /* choices closed, in order */
    int closed_count;
    int *row;      /* by moment; 0: not in the program */
    int *heir;     /* by moment: the first of the list from there on */
    double *until; /* by moment: sum over those before it */
    double *worth; /* by choice: price and what its moments are worth */
    int *list;     /* of choices or moments, for a short time */
    struct share *shares;
    bool cut; /* something was not looked at: not proved */
};

/* ---- the bound --------------------------------------------------------------- */

/*
 * Every moment has a price of at least 0, paid by who takes it and given
 * back in whole.  Then no plan is cheaper than each meeting alone would be,
 * less what is given back.
 */
static double
bound_of(struct program *g)
{
    const struct piece *p = g->p;
    const double *dual = Clp_dualRowSolution(g->lp);
    double sum;

    g->until[0] = 0;
    for (int k = 0; k < p->moment_count; k++) {
        double price = g->row[k] ? fmax(-dual[g->row[k]], 0) : 0;

        g->until[k + 1] = g->until[k] + price;
    }
    sum = -g->until[p->moment_count];
    for (int m = 0; m < p->count; m++) {
        double least = (double)INFINITY;

        for (int x = p->first[m]; x < p->first[m + 1]; x++) {
            double worth = g->price[x];

            for (int u = p->choices[x].first_use; u < p->choices[x + 1].first_use;
                 u++)
                worth += g->until[p->uses[u].last + 1]
                         - g->until[p->uses[u].first];
            g->worth[x] = worth;
            if (worth < least && (!g->closed[x] || p->choices[x].room < 0))
                least = worth;
        }
        sum += least;
    }
    return sum - ROUNDING * g->until[p->moment_count];
}

/* Whether nothing better can be below that bound. */
static bool
no_better(const struct program *g, double bound)
{
    return bound >= g->best->cost - g->gain;
}

/* ---- closing choices ------------------------------------------------------------ */

/*
 * "No room" is closed by a price with which no plan is better than the best,
 * so that the program always has a solution.
 */
static void
set_closed(struct program *g, int choice, bool closed)
{
    const struct choice *x = &g->p->choices[choice];

    g->closed[choice] = closed;
    if (x->room >= 0) {
        Clp_columnUpper(g->lp)[choice] = closed ? 0 : 1;
        return;
    }
    g->price[choice] = closed ? x->price + g->best->cost : x->price;
    Clp_objective(g->lp)[choice] = g->price[choice];
}

static void
close_choice(struct program *g, int choice)
{
    if (g->closed[choice])
        return;
    set_closed(g, choice, true);
    g->trail[g->closed_count++] = choice;
}

static void
open_again(struct program *g, int count)
{
    while (g->closed_count > count)
        set_closed(g, g->trail[--g->closed_count], false);
}

/* Takes a choice: the others of its meeting are closed, and what clashes. */
static void
close_others(struct program *g, int choice)
{
    for (int x = 0; x < g->p->choice_count; x++)
        if (x != choice
            && (g->p->choices[x].meeting == g->p->choices[choice].meeting
                || choices_clash(g->p, x, choice)))
            close_choice(g, x);
}

/* No plan that takes one of these is better than the best. */
static void
close_hopeless(struct program *g, double bound)
{
    const struct piece *p = g->p;

    for (int m = 0; m < p->count; m++) {
        double least = (double)INFINITY;

        for (int x = p->first[m]; x < p->first[m + 1]; x++)
            if (!g->closed[x] || p->choices[x].room < 0)
                least = fmin(least, g->worth[x]);
        for (int x = p->first[m]; x < p->first[m + 1]; x++)
            if (no_better(g, bound + g->worth[x] - least))
                close_choice(g, x);
    }
}

/* ---- the program ------------------------------------------------------------------ */

static bool
time_is_up(struct program *g)
{
    if (g->limits->steps > 0 && clock_now() < g->limits->ends)
        return false;
    g->cut = true;
    return true;
}

/* By Clp, a few steps at a time; false when it did not come to an end. */
static bool
solve_program(struct program *g)
{
    int status = CLP_STOPPED;

    while (status == CLP_STOPPED) {
        long most = g->limits->steps;

        if (time_is_up(g))
            return false;
        Clp_setMaximumIterations(
            g->lp, most < STEPS_AT_A_TIME ? (int)most : STEPS_AT_A_TIME);
        Clp_dual(g->lp, 0);
        status = Clp_status(g->lp);
        g->limits->steps -= 1 + Clp_numberIterations(g->lp);
    }
    if (status == CLP_DONE)
        return true;
    g->cut = true;
    return false;
}

/* Lists the moments that are taken more than once. */
static int
list_crowded(struct program *g)
{
    const struct piece *p = g->p;
    const double *share = Clp_primalColumnSolution(g->lp);
    double sum = 0;
    int count = 0;

    memset(g->until, 0, ((size_t)p->moment_count + 1) * sizeof *g->until);
    for (int x = 0; x < p->choice_count; x++)
        for (int u = p->choices[x].first_use;
             share[x] > 0 && u < p->choices[x + 1].first_use; u++) {
            g->until[p->uses[u].first] += share[x];
            g->until[p->uses[u].last + 1] -= share[x];
        }
    for (int k = 0; k < p->moment_count; k++) {
        sum += g->until[k];
        if (sum > 1 + SLIGHT && !g->row[k])
            g->list[count++] = k;
    }
    return count;
}

/*
 * The choices of each listed moment, row after row: begins[k] is moved on for
 * each.  heir is by moment: the place in the list of the first from there on.
 */
static void
fill_rows(const struct program *g, int count, int *begins, int *columns)
{
    const struct piece *p = g->p;

    for (int x = 0; x < p->choice_count; x++)
        for (int u = p->choices[x].first_use; u < p->choices[x + 1].first_use;
             u++)
            for (int k = g->heir[p->uses[u].first];
                 k < count && g->list[k] <= p->uses[u].last; k++) {
                if (columns)
                    columns[begins[k]] = x;
                begins[k]++;
            }
}

/* Adds the listed moments as rows. */
static void
add_moments(struct program *g, int count)
{
    struct arena *arena = arena_open();
    int *counts = NEW_N(arena, int, (size_t)count + 1), *columns, sum = 0;
    int *begins = NEW_N(arena, int, (size_t)count + 1);
    double *ones, *low = NEW_N(arena, double, (size_t)count);

    for (int m = g->p->moment_count, k = count; m-- > 0;) {
        if (k > 0 && g->list[k - 1] == m)
            k--;
        g->heir[m] = k;
    }
    fill_rows(g, count, counts, NULL);
    for (int k = 0; k < count; k++) {
        begins[k] = sum;
        sum += counts[k];
        counts[k] = begins[k];
        low[k] = (double)-INFINITY;
        g->row[g->list[k]] = Clp_numberRows(g->lp) + k;
    }
    begins[count] = sum;
    columns = NEW_N(arena, int, (size_t)sum);
    ones = NEW_N(arena, double, (size_t)(sum + count));
    for (int k = 0; k < sum + count; k++)
        ones[k] = 1;
    fill_rows(g, count, counts, columns);
    Clp_addRows(g->lp, count, low, ones, begins, columns, ones);
    arena_close(arena);
}

static int
by_share(const void *a, const void *b)
{
    const struct share *x = a, *y = b;

    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return x->choice - y->choice;
}

/* A whole plan by the shares, the largest first. */
static void
settle_by_shares(struct program *g)
{
    const double *share = Clp_primalColumnSolution(g->lp);
    int count = 0;

    for (int x = 0; x < g->p->choice_count; x++)
        if (share[x] > SLIGHT)
            g->shares[count++] = (struct share){ share[x], x };
    qsort(g->shares, (size_t)count, sizeof *g->shares, by_share);
    for (int k = 0; k < count; k++)
        g->list[k] = g->shares[k].choice;
    piece_settle(g->p, &g->trial, g->list, count);
    if (g->trial.cost < g->best->cost) {
        struct room_plan was = *g->best;

        *g->best = g->trial;
        g->trial = was;
    }
}

/*
 * The bound of what is open.  False when nothing better is to be found
 * there, or the time was up.
 */
static bool
relax(struct program *g, double *bound)
{
    for (;;) {
        bool solved = solve_program(g);
        int count;

        *bound = fmax(*bound, bound_of(g));
        if (no_better(g, *bound) || !solved)
            return false;
        settle_by_shares(g);
        if (no_better(g, *bound))
            return false;
        count = list_crowded(g);
        if (count == 0)
            return true;
        add_moments(g, count);
    }
}

/* ---- branching ---------------------------------------------------------------------- */

/* The choice about which the program is least decided; -1: all are whole. */
static int
most_divided(const struct program *g)
{
    const double *share = Clp_primalColumnSolution(g->lp);
    double most = SLIGHT;
    int found = -1;

    for (int x = 0; x < g->p->choice_count; x++)
        if (fmin(share[x], 1 - share[x]) > most) {
            most = fmin(share[x], 1 - share[x]);
            found = x;
        }
    return found;
}

static void
look(struct program *g)
{
    int closed = g->closed_count, before, choice;
    double bound = (double)-INFINITY;

    if (!relax(g, &bound))
        return;
    choice = most_divided(g);
    if (choice < 0) { /* whole, and yet not as good as its bound */
        g->cut = true;
        return;
    }
    close_hopeless(g, bound);
    before = g->closed_count;
    close_others(g, choice);
    look(g);
    open_again(g, before);
    close_choice(g, choice);
    look(g);
    open_again(g, closed);
}

/*
 * Where all prices are whole numbers of some unit, a better plan is better by
 * one at least.
 */
static double
gain_of(const struct piece *p)
{
    for (double unit = 1; unit > 1e-5; unit /= 10) {
        bool all = true;

        for (int x = 0; x < p->choice_count && all; x++) {
            double price = p->choices[x].price / unit;

            all = fabs(price - nearbyint(price)) < 1e-9 * fmax(1, price);
        }
        if (all)
            return 0.99 * unit;
    }
    return SLIGHT;
}

/* Columns and the rows of the meetings. */
static void
load_program(struct program *g)
{
    const struct piece *p = g->p;
    struct arena *arena = arena_open();
    size_t n = (size_t)p->choice_count + 1;
    int *begins = NEW_N(arena, int, n), *rows = NEW_N(arena, int, n);
    double *ones = NEW_N(arena, double, n), *low = NEW_N(arena, double, n);

    for (int x = 0; x < p->choice_count; x++) {
        begins[x] = x;
        rows[x] = p->choices[x].meeting;
        ones[x] = 1;
    }
    begins[p->choice_count] = p->choice_count;
    Clp_setLogLevel(g->lp, 0);
    Clp_loadProblem(g->lp, p->choice_count, p->count, begins, rows, ones, low,
                    ones, g->price, ones, ones);
    arena_close(arena);
}

bool
piece_search(const struct piece *p, struct room_limits *limits,
             struct room_plan *best)
{
    size_t n = (size_t)p->choice_count + 1, moments = (size_t)p->moment_count;
    struct program g = { .p = p, .limits = limits, .best = best };

    g.trial = plan_of_rooms(p);
    g.gain = gain_of(p);
    g.price = NEW_N(p->arena, double, n);
    g.closed = NEW_N(p->arena, bool, n);
    g.trail = NEW_N(p->arena, int, n);
    g.worth = NEW_N(p->arena, double, n);
    g.shares = NEW_N(p->arena, struct share, n);
    g.list = NEW_N(p->arena, int, n + moments);
    g.row = NEW_N(p->arena, int, moments + 1);
    g.heir = NEW_N(p->arena, int, moments + 1);
    g.until = NEW_N(p->arena, double, moments + 1);
    for (int x = 0; x < p->choice_count; x++)
        g.price[x] = p->choices[x].price;
    g.lp = Clp_newModel();
    load_program(&g);
    look(&g);
    Clp_deleteModel(g.lp);
    return !g.cut;
}
