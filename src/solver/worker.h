/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker - one thread of the search: its state, its dice, its undo (internal).
 *
 * A round takes requests out (ruin), puts them back in (recreate) and keeps
 * the result or undoes it.  Undo copies only the routes that were touched.
 *
 * Always true between rounds: cur is a whole state; best is the best one
 * seen; mark[] is 0 everywhere; no memory is asked for during a round.
 */
#ifndef SOLVER_WORKER_H
#define SOLVER_WORKER_H

#include "solver/insert.h"
#include "solver/nearest.h"
#include "solver/tour.h"

/*
 * A ceiling that no round reaches, whatever it leaves out: more than SV_FAR,
 * or the first request without a place would end the round.
 */
#define SV_NEVER 1e300

struct sv_pooled {
    double key;
    int request;
};

/*
 * The best place for a request on a route as it was at some version; or,
 * when pickup and delivery are -1, that there was none cheaper than added.
 */
struct sv_memo {
    uint64_t version;
    double added;
    int pickup, delivery;
};

/* How the search behaves; sv_tuning_usual() is what was measured best. */
struct sv_tuning {
    double hot, cold; /* first and last temperature, in mean hops */
    int tails;        /* so many rounds in a hundred begin with a swap */
    double out_hot, out_cold; /* part of the rounds that begin with some
                                 request left out, first and last */
    double ruin_mean;         /* requests a string ruin takes out, on average */
    int string_most;          /* stops in a string */
    int long_strings;         /* so many in a hundred, of three times as many */
    int blink_mean;           /* one place in so many is overlooked */
    int strings, kin, random, costly; /* shares in percent; rest: pairs */
    int kin_taken, pair_taken; /* requests such a ruin takes out at most */
    double beyond;             /* mean hops a memo looks beyond its bound */
    double kin_power;          /* how much the nearest are preferred */
};

struct sv_worker {
    const struct sv_engine *g;
    struct sv_tuning tuning;
    struct arena *arena;
    struct sv_chance dice;
    struct sv_state cur, best;
    struct sv_probe probe;
    /* undo */
    struct sv_tour *saved;
    int *touched, touched_count;
    int *saved_absent, saved_absent_count;
    double saved_cost, saved_absent_price;
    int saved_must_absent;
    int fleet_most;  /* vehicles that may be used */
    double ceiling;  /* whole cost at which a round is given up */
    double given_up; /* price of what this round left out so far */
    double pain;     /* what leaving out counts where no price was said, */
    double *weight;  /* times the request's weight: 1, more for who was left
                        out often */
    /* ruin and recreate */
    char *mark;      /* by request: taken out this round */
    char *route_hit; /* by route: a string was cut here this round */
    int *saved_as;   /* by route: number of its copy, or -1 */
    int *taken, taken_count;
    struct sv_nearest near; /* stops to stops, in space and time */
    struct sv_nearest kin;  /* requests to requests */
    struct sv_pooled *pool;
    struct sv_memo *memos; /* by request and route; NULL when too many */
    int *misses;           /* routes whose memo does not help */
    bool hurried;          /* time was over before all were looked at */
    int blink_left;        /* best places until the next is overlooked */
    uint64_t rounds;
};

/* What was measured best over all classes. */
struct sv_tuning sv_tuning_usual(void);

/* One thread's own state over G, with an arena of its own. */
void sv_worker_open(struct sv_worker *w, const struct sv_engine *g,
                    uint64_t seed);

/* Its memory is given back; G stays. */
void sv_worker_close(struct sv_worker *w);

/* The share KEPT of every weight beyond 1 stays. */
void sv_worker_forget(struct sv_worker *w, double kept);

/* What is left out now weighs so much more. */
void sv_worker_learn(struct sv_worker *w, double step);

/* Begins a round: everything from here on can be undone. */
void sv_worker_begin(struct sv_worker *w);

/* Back to how it was at sv_worker_begin. */
void sv_worker_undo(struct sv_worker *w);

/* The round stands.  Routes that came back as they were get their versions. */
void sv_worker_keep(struct sv_worker *w);

/* Keeps a copy of the route unless this round has one. */
void sv_worker_touch(struct sv_worker *w, int route);

/*
 * Lets two routes that pass near each other exchange what comes after, if
 * that can be driven; otherwise all stays as it is.  Call it first in a round.
 */
void sv_worker_swap_tails(struct sv_worker *w);

/* Takes some requests out of their routes. */
void sv_worker_ruin(struct sv_worker *w);

/*
 * Tries to put every absent request back in, each for less than it costs to
 * leave it out.  False, and the state half done, as soon as the whole is
 * sure to cost w->ceiling or more: no insertion ever makes it cheaper.
 */
bool sv_worker_recreate(struct sv_worker *w);

/* The same in steps: how many are absent, in a drawn order ... */
int sv_worker_line_up(struct sv_worker *w);
/* ... and the k-th of them; false as above. */
bool sv_worker_place(struct sv_worker *w, int k);

/* Takes a marked set out: taken[] lists requests, each on some route. */
void sv_worker_take_out(struct sv_worker *w);

/* Marks one request to be taken out; false when it is bound or marked. */
bool sv_worker_mark(struct sv_worker *w, int request);

#endif
