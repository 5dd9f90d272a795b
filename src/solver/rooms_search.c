/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_search - see rooms_search.h. */
#include "solver/rooms_search.h"

#include "solver/solve.h"

#include <coin/Clp_C_Interface.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-13 /* more than sums of so many are wrong by */
#define SLIGHT 1e-6    /* shares and prices that differ by less are the same */

#define NEARLY 0.9  /* a whole share */
#define UNSURE 0.01 /* a number that differs by less from a whole one is one */

enum {
    GROUP_LEAST = 3,
    NUMBERS_MOST = 8000000 /* in a program; more are not tried */
};

/* A part of all plans that is still to be looked at. */
struct node {
    double bound;
    int group; /* is divided, so many are left out; or, -1, the choice is */
    double left;
    int choice;
    int number; /* nodes are numbered as they are made */
    bool *closed;
    struct group *groups;
    unsigned char *basis; /* where Clp stood */
    struct node *next;
};

struct share {
    double share;
    int choice;
};

/* Neighbours in time, of whom it is counted how many stay without a room. */
struct group {
    int first, end;   /* meetings of the piece */
    double low, high; /* how many may stay without */
};

/* The open choices as a linear program. */
struct relaxation {
    struct arena *arena;
    Clp_Simplex *lp;
    int columns;
    int *choice; /* by column */
    int *column; /* by choice; -1: not in the program */
    int *row;    /* by moment; 0: not in the program */
};

/*
 * The columns of the program are the choices; its rows say that each meeting
 * takes one, how many of a group stay without a room, and that a moment is
 * taken once.  The columns behind the choices exceed the number of a group,
 * at a price with which no plan is better than the best: so the program
 * always has a solution.
 */
struct program {
    const struct sv_piece *p;
    struct relaxation now;
    struct sv_room_limits *limits;
    struct sv_room_plan *best, trial;
    double gain;   /* a plan that saves less is not looked for */
    double *price; /* by choice; of a closed "no room": as above */
    bool *closed;  /* by choice */
    struct group *groups;
    int group_count;
    double excess; /* price of exceeding a group's number */
    double *until; /* by moment: prices of those before it */
    double *none;  /* by meeting: what its groups add to "no room" */
    double *worth; /* by choice: price, and prices of what it takes */
    double *other_worth;
    struct share *shares;
    int *list;
    int looks; /* nodes made */
    bool cut;  /* something was not looked at: not proved */
};

/* ---- the bound --------------------------------------------------------------- */

/* Prices of the moments and of the groups; the sum that is given back. */
static double
take_prices(struct program *g)
{
    const struct sv_piece *p = g->p;
    const double *dual = Clp_dualRowSolution(g->now.lp);
    double back = 0;

    g->until[0] = 0;
    for (int k = 0; k < p->moment_count; k++)
        g->until[k + 1] =
            g->until[k] + (g->now.row[k] ? fmax(-dual[g->now.row[k]], 0) : 0);
    memset(g->none, 0, (size_t)p->count * sizeof *g->none);
    for (int k = 0; k < g->group_count; k++) {
        const struct group *all = &g->groups[k];
        double price = fmax(dual[p->count + k], -g->excess);

        back -= price * (price > 0 ? all->low : all->high);
        for (int m = all->first; m < all->end; m++)
            g->none[m] -= price;
    }
    return back + g->until[p->moment_count];
}

static double
worth_of(const struct program *g, int choice)
{
    const struct sv_choice *x = &g->p->choices[choice];
    double sum = g->price[choice];

    if (x->room < 0)
        return sum + g->none[x->meeting];
    for (int k = x->first_use; k < x[1].first_use; k++)
        sum += g->until[g->p->uses[k].last + 1] - g->until[g->p->uses[k].first];
    return sum;
}

/* The least that a meeting is worth; "no room" is never out of the question. */
static double
least_worth(const struct program *g, int meeting)
{
    double least = g->worth[g->p->first[meeting + 1] - 1];

    for (int x = g->p->first[meeting]; x < g->p->first[meeting + 1]; x++)
        if (!g->closed[x] && g->worth[x] < least)
            least = g->worth[x];
    return least;
}

/*
 * Every moment has a price of at least 0, paid by who takes it and given
 * back in whole.  Then no plan is cheaper than each meeting alone would be,
 * less what is given back.  With groups it is the same, but for the sign.
 */
static double
bound_of(struct program *g)
{
    double back = take_prices(g), sum = 0;

    for (int x = 0; x < g->p->choice_count; x++)
        g->worth[x] = worth_of(g, x);
    for (int m = 0; m < g->p->count; m++)
        sum += least_worth(g, m);
    return sum - back - ROUNDING * (fabs(sum) + fabs(back));
}

/* Whether nothing better can be below that bound. */
static bool
no_better(const struct program *g, double bound)
{
    return bound >= g->best->cost - g->gain;
}

/* ---- closing choices ------------------------------------------------------------ */

static void
set_closed(struct program *g, int choice, bool closed)
{
    const struct sv_choice *x = &g->p->choices[choice];
    int column = g->now.column[choice];

    g->closed[choice] = closed;
    if (x->room < 0) {
        g->price[choice] = x->price + (closed ? g->excess : 0);
        Clp_objective(g->now.lp)[column] = g->price[choice];
    } else if (column >= 0) {
        Clp_columnUpper(g->now.lp)[column] = closed ? 0 : 1;
    }
}

static void
close_choice(struct program *g, int choice)
{
    if (!g->closed[choice])
        set_closed(g, choice, true);
}

/*
 * Takes a choice: the other rooms of its meeting are closed, and what clashes.
 * Not so "no room", because Clp is slow when a price changes.
 */
static void
close_others(struct program *g, int choice)
{
    for (int x = 0; x < g->p->choice_count; x++)
        if (x != choice && g->p->choices[x].room >= 0
            && (g->p->choices[x].meeting == g->p->choices[choice].meeting
                || sv_choices_clash(g->p, x, choice)))
            close_choice(g, x);
}

/* The same, and "no room" is closed too, so that only this choice is left. */
static void
insist_on(struct program *g, int choice)
{
    int none = g->p->first[g->p->choices[choice].meeting + 1] - 1;

    close_others(g, choice);
    if (none != choice)
        close_choice(g, none);
}

/* No plan that takes one of these is better than the best. */
static void
close_hopeless(struct program *g, double bound)
{
    const struct sv_piece *p = g->p;

    for (int m = 0; m < p->count; m++) {
        double least = least_worth(g, m);

        for (int x = p->first[m]; x < p->first[m + 1]; x++)
            if (g->p->choices[x].room >= 0
                && no_better(g, bound + g->worth[x] - least))
                close_choice(g, x);
    }
}

/* ---- the program ------------------------------------------------------------------ */

static bool
time_is_up(struct program *g)
{
    if (g->limits->steps > 0 && sv_clock_now() < g->limits->ends)
        return false;
    g->cut = true;
    return true;
}

/* By Clp; false when it did not come to an end. */
static bool
solve_program(struct program *g)
{
    if (time_is_up(g))
        return false;
    Clp_setMaximumIterations(g->now.lp,
                             (int)fmin((double)g->limits->steps, 1e9));
    Clp_setMaximumSeconds(g->now.lp, g->limits->ends - sv_clock_now());
    Clp_dual(g->now.lp, 0);
    g->limits->steps -= 1 + Clp_numberIterations(g->now.lp);
    if (Clp_status(g->now.lp) == 0)
        return true;
    g->cut = true;
    return false;
}

static int
by_share(const void *a, const void *b)
{
    const struct share *x = a, *y = b;

    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return x->choice - y->choice;
}

/* Lists the choices that have a share, the largest first; how many. */
static int
sort_shares(struct program *g)
{
    const double *share = Clp_primalColumnSolution(g->now.lp);
    int count = 0;

    for (int k = 0; k < g->now.columns; k++)
        if (share[k] > SLIGHT)
            g->shares[count++] = (struct share){ share[k], g->now.choice[k] };
    qsort(g->shares, (size_t)count, sizeof *g->shares, by_share);
    for (int k = 0; k < count; k++)
        g->list[k] = g->shares[k].choice;
    return count;
}

/* A whole plan by the shares. */
static void
settle_by_shares(struct program *g)
{
    int count = sort_shares(g);

    sv_piece_settle(g->p, &g->trial, g->list, count);
    if (g->trial.cost < g->best->cost) {
        struct sv_room_plan was = *g->best;

        *g->best = g->trial;
        g->trial = was;
    }
}

/*
 * The bound of what is open; false when nothing better is to be found there,
 * or the time was up.
 */
static bool
relax(struct program *g, double *bound)
{
    bool solved = solve_program(g);

    *bound = bound_of(g);
    if (no_better(g, *bound) || !solved)
        return false;
    settle_by_shares(g);
    return !no_better(g, *bound);
}

/* ---- making the program ------------------------------------------------------------- */

/* The columns: choices that are open, and "no room" always. */
static void
set_columns(struct program *g)
{
    struct relaxation *now = &g->now;

    now->columns = 0;
    for (int x = 0; x < g->p->choice_count; x++) {
        now->column[x] = -1;
        if (!g->closed[x] || g->p->choices[x].room < 0) {
            now->choice[now->columns] = x;
            now->column[x] = now->columns++;
        }
    }
}

/*
 * Only moments at which as many as possible are together become rows, as in
 * rooms_piece.c, but among the open choices; it is told how many.  What is
 * returned is a bound of the numbers in them.
 */
static long
set_rows(struct program *g, int *rows)
{
    const struct sv_piece *p = g->p;
    size_t n = (size_t)p->moment_count + 1;
    bool *begins = NEW_N(g->now.arena, bool, n);
    bool *ends = NEW_N(g->now.arena, bool, n), more = false;
    long numbers = g->now.columns;

    for (int k = 0; k < g->now.columns; k++) {
        const struct sv_choice *x = &p->choices[g->now.choice[k]];

        for (int u = x->first_use; u < x[1].first_use; u++) {
            begins[p->uses[u].first] = true;
            ends[p->uses[u].last] = true;
            numbers += p->uses[u].last - p->uses[u].first + 1;
        }
    }
    *rows = p->count + g->group_count;
    for (int k = 0; k < p->moment_count; k++) {
        more |= begins[k];
        g->now.row[k] = more && ends[k] ? (*rows)++ : 0;
        more &= !ends[k];
    }
    for (int k = 0; k < g->group_count; k++)
        numbers += g->groups[k].end - g->groups[k].first + 1;
    return numbers;
}

/* The rows in which a choice stands; how many. */
static int
rows_of(const struct program *g, int choice, int *rows)
{
    const struct sv_choice *x = &g->p->choices[choice];
    int n = 0;

    rows[n++] = x->meeting;
    if (x->room < 0)
        for (int k = 0; k < g->group_count; k++)
            if (g->groups[k].first <= x->meeting
                && x->meeting < g->groups[k].end)
                rows[n++] = g->p->count + k;
    for (int u = x->first_use; u < x[1].first_use; u++)
        for (int k = g->p->uses[u].first; k <= g->p->uses[u].last; k++)
            if (g->now.row[k])
                rows[n++] = g->now.row[k];
    return n;
}

/* Column after column; then those that exceed the numbers of groups. */
static int
fill_columns(const struct program *g, int *begins, int *row, double *number)
{
    int n = 0, columns = g->now.columns;

    for (int k = 0; k < columns; k++) {
        begins[k] = n;
        n += rows_of(g, g->now.choice[k], row + n);
    }
    for (int k = 0; k < n; k++)
        number[k] = 1;
    for (int k = 0; k < g->group_count; k++) {
        begins[columns + k] = n;
        row[n] = g->p->count + k;
        number[n++] = -1;
    }
    return n;
}

static void
fill_bounds(struct program *g, int rows)
{
    Clp_Simplex *lp = g->now.lp;

    for (int k = 0; k < g->now.columns + g->group_count; k++) {
        bool choice = k < g->now.columns;

        Clp_objective(lp)[k] = choice ? g->price[g->now.choice[k]] : g->excess;
        Clp_columnUpper(lp)[k] = choice ? 1 : g->p->count;
    }
    for (int k = 0; k < rows; k++) {
        int group = k - g->p->count;
        const struct group *all =
            group >= 0 && group < g->group_count ? &g->groups[group] : NULL;

        Clp_rowLower(lp)[k] = all ? all->low : group < 0 ? 1 : 0;
        Clp_rowUpper(lp)[k] = all ? all->high : 1;
    }
}

static void
close_program(struct program *g)
{
    Clp_deleteModel(g->now.lp);
    arena_close(g->now.arena);
}

/* The program of what is open; false when it is too large. */
static bool
load_program(struct program *g)
{
    struct arena *a = arena_open();
    size_t n = (size_t)g->p->choice_count + (size_t)g->group_count;
    int rows, *begins = NEW_N(a, int, n + 1), *row;
    long numbers;
    double *number;

    g->now = (struct relaxation){
        .arena = a,
        .lp = Clp_newModel(),
        .choice = NEW_N(a, int, n),
        .column = NEW_N(a, int, n),
        .row = NEW_N(a, int, (size_t)g->p->moment_count + 1)
    };
    set_columns(g);
    numbers = set_rows(g, &rows);
    if (numbers > NUMBERS_MOST)
        return false;
    row = NEW_N(a, int, (size_t)numbers);
    number = NEW_N(a, double, (size_t)numbers);
    begins[g->now.columns + g->group_count] =
        fill_columns(g, begins, row, number);
    Clp_setLogLevel(g->now.lp, 0);
    Clp_loadProblem(g->now.lp, g->now.columns + g->group_count, rows, begins,
                    row, number, NULL, NULL, NULL, NULL, NULL);
    fill_bounds(g, rows);
    return true;
}

/* ---- branching ---------------------------------------------------------------------- */

/* The choice about which the program is least decided; -1: all are whole. */
static int
most_divided(const struct program *g)
{
    const double *share = Clp_primalColumnSolution(g->now.lp);
    double most = SLIGHT;
    int found = -1;

    for (int k = 0; k < g->now.columns; k++)
        if (fmin(share[k], 1 - share[k]) > most) {
            most = fmin(share[k], 1 - share[k]);
            found = g->now.choice[k];
        }
    return found;
}

/* The largest group of which a number is left out that is not whole; -1. */
static int
divided_group(const struct program *g, double *left)
{
    const double *share = Clp_primalColumnSolution(g->now.lp);

    for (int k = 0; k < g->group_count; k++) {
        *left = 0;
        for (int m = g->groups[k].first; m < g->groups[k].end; m++)
            *left += share[g->now.column[g->p->first[m + 1] - 1]];
        if (fabs(*left - nearbyint(*left)) > UNSURE)
            return k;
    }
    return -1;
}

static void
limit_group(struct program *g, int group, double low, double high)
{
    g->groups[group].low = Clp_rowLower(g->now.lp)[g->p->count + group] = low;
    g->groups[group].high = Clp_rowUpper(g->now.lp)[g->p->count + group] = high;
}

/* What is open at the moment, to come back to. */
static struct node *
make_node(struct program *g)
{
    size_t columns = (size_t)g->now.columns + (size_t)g->group_count;
    size_t basis = columns + (size_t)Clp_numberRows(g->now.lp);
    size_t groups = (size_t)g->group_count * sizeof *g->groups;
    size_t choices = (size_t)g->p->choice_count * sizeof *g->closed;
    struct node *n = calloc(1, sizeof *n + groups + choices + basis);

    if (!n)
        abort();
    n->groups = (struct group *)(void *)(n + 1);
    n->closed = (bool *)(void *)(n->groups + g->group_count);
    n->basis = (unsigned char *)(n->closed + g->p->choice_count);
    memcpy(n->groups, g->groups, groups);
    memcpy(n->closed, g->closed, choices);
    memcpy(n->basis, Clp_statusArray(g->now.lp), basis);
    n->number = ++g->looks;
    return n;
}

static void
come_back(struct program *g, const struct node *n)
{
    for (int x = 0; x < g->p->choice_count; x++)
        if (g->closed[x] != n->closed[x])
            set_closed(g, x, n->closed[x]);
    for (int k = 0; k < g->group_count; k++)
        limit_group(g, k, n->groups[k].low, n->groups[k].high);
    Clp_copyinStatus(g->now.lp, n->basis);
}

static void
keep_closed(const struct program *g, struct node *n)
{
    memcpy(n->closed, g->closed,
           (size_t)g->p->choice_count * sizeof *g->closed);
}

/* By bound; of equal ones the last one made comes first. */
static void
keep_node(struct node **list, struct node *n)
{
    while (*list && (*list)->bound < n->bound)
        list = &(*list)->next;
    n->next = *list;
    *list = n;
}

static int
count_open(const struct program *g)
{
    int count = 0;

    for (int k = 0; k < g->now.columns; k++)
        count += !g->closed[g->now.choice[k]];
    return count;
}

/* Lists what has nearly a whole share, and an eighth of the others. */
static int
list_largest(struct program *g)
{
    const double *share = Clp_primalColumnSolution(g->now.lp);
    int parted = 0;

    for (int k = 0; k < g->now.columns; k++)
        parted += share[k] > SLIGHT && share[k] <= NEARLY;
    return parted == 0 ? 0 : sort_shares(g) - parted + (parted + 7) / 8;
}

/*
 * Takes the largest shares, solves again, and so on to a whole plan.  Nothing
 * is proved by this.
 */
static void
dive(struct program *g)
{
    double bound;

    do {
        int count = list_largest(g);

        if (count == 0)
            return;
        for (int k = 0; k < count; k++)
            if (!g->closed[g->list[k]])
                close_others(g, g->list[k]);
    } while (relax(g, &bound));
}

static void look_through(struct program *g);

/* What is left is looked at in a program of its own, which is faster. */
static void
look_at_less(struct program *g)
{
    struct relaxation was = g->now;

    if (load_program(g))
        look_through(g);
    close_program(g);
    g->now = was;
}

/* Looks at what is open at the moment; what must be divided is listed. */
static void
look(struct program *g, struct node **list)
{
    struct node *n;
    double bound;

    if (!relax(g, &bound))
        return;
    n = make_node(g);
    n->bound = bound;
    n->group = divided_group(g, &n->left);
    n->choice = most_divided(g);
    if (n->group < 0 && n->choice < 0) {
        g->cut = true; /* all is whole, and yet not as good as the bound */
        free(n);
        return;
    }
    if ((n->number & (n->number - 1)) == 0) { /* less and less often */
        double *worth = g->worth;

        g->worth = g->other_worth;
        dive(g);
        g->worth = worth;
        come_back(g, n);
    }
    close_hopeless(g, bound);
    keep_closed(g, n);
    if (count_open(g) >= g->now.columns / 2) {
        keep_node(list, n);
        return;
    }
    look_at_less(g);
    come_back(g, n);
    free(n);
}

static void
divide(struct program *g, const struct node *n, struct node **list)
{
    for (int side = 0; side < 2; side++) {
        come_back(g, n);
        if (n->group >= 0 && side == 0)
            limit_group(g, n->group, ceil(n->left), n->groups[n->group].high);
        else if (n->group >= 0)
            limit_group(g, n->group, n->groups[n->group].low, floor(n->left));
        else if (side == 0)
            insist_on(g, n->choice);
        else
            close_choice(g, n->choice);
        look(g, list);
    }
}

/* The node with the least bound is always divided first. */
static void
look_through(struct program *g)
{
    struct node *list = NULL, *n, *start = make_node(g);

    look(g, &list);
    while ((n = list)) {
        list = n->next;
        if (!no_better(g, n->bound) && !time_is_up(g))
            divide(g, n, &list);
        free(n);
    }
    come_back(g, start);
    free(start);
}

/* ---- the whole ------------------------------------------------------------------------ */

/*
 * Where all prices are whole numbers of some unit, a better plan is better by
 * one at least.
 */
static double
gain_of(const struct sv_piece *p)
{
    static const double units[] = { 1, 0.1, 0.01, 1e-3, 1e-4, 1e-5 };

    for (size_t k = 0; k < COUNT(units); k++) {
        bool all = true;

        for (int x = 0; x < p->choice_count && all; x++) {
            double price = p->choices[x].price / units[k];

            all = fabs(price - nearbyint(price)) < 1e-9 * fmax(1, price);
        }
        if (all)
            return 0.99 * units[k];
    }
    return SLIGHT;
}

static void
add_group(struct program *g, int first, int end)
{
    g->groups[g->group_count++] = (struct group){ first, end, 0, end - first };
}

/* All, its halves, their halves and so on, the larger ones first. */
static void
set_groups(struct program *g)
{
    int n = g->p->count;

    g->groups = NEW_N(g->p->arena, struct group, 2 * (size_t)n + 2);
    add_group(g, 0, n);
    for (int k = 0; k < g->group_count; k++) {
        struct group all = g->groups[k];
        int middle = (all.first + all.end) / 2;

        if (all.end - all.first < 2 * GROUP_LEAST)
            continue;
        add_group(g, all.first, middle);
        add_group(g, middle, all.end);
    }
}

static void
open_program(struct program *g)
{
    const struct sv_piece *p = g->p;
    size_t n = (size_t)p->choice_count + 1, moments = (size_t)p->moment_count;

    g->trial = sv_plan_of_rooms(p);
    g->gain = gain_of(p);
    g->excess = g->best->cost;
    g->price = NEW_N(p->arena, double, n);
    g->closed = NEW_N(p->arena, bool, n);
    g->worth = NEW_N(p->arena, double, n);
    g->other_worth = NEW_N(p->arena, double, n);
    g->shares = NEW_N(p->arena, struct share, n);
    g->list = NEW_N(p->arena, int, n);
    g->until = NEW_N(p->arena, double, moments + 1);
    g->none = NEW_N(p->arena, double, (size_t)p->count + 1);
    for (int x = 0; x < p->choice_count; x++)
        g->price[x] = p->choices[x].price;
    set_groups(g);
}

bool
sv_piece_search(const struct sv_piece *p, struct sv_room_limits *limits,
                struct sv_room_plan *best)
{
    struct program g = { .p = p, .limits = limits, .best = best };

    open_program(&g);
    if (load_program(&g))
        look_through(&g);
    else
        g.cut = true;
    close_program(&g);
    return !g.cut;
}
