/* SPDX-License-Identifier: Apache-2.0 */
/*
 * solver - the command "dispatch": the solver from the command line, with
 * solve, rooms, bench, draw, replay.
 *
 * What the words mean and what is promised stands in src/solver; here is
 * only the reading of options and the printing.  Its exit codes are its own
 * and older than those of cli.h; docs/OPERATING.md promises them.
 */
#include "cli/solver.h"

#include "base/output.h"
#include "solver/draw.h"
#include "solver/files.h"
#include "solver/measure.h"
#include "solver/replay.h"
#include "solver/rooms_json.h"
#include "solver/solve.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { EXIT_BAD_INPUT = 2 };

#define GRACE 0.1 /* seconds kept for writing the plan */
#define MANY 1e12
#define SEEDS_MOST 1e6

static const char usage[] =
    "usage: liangcao dispatch solve --format darp|pdptw|trsp|strsp|json FILE\n"
    "           --seconds S | --rounds R  [--seed N] [--threads N]\n"
    "           [--start PLAN] [--out FILE]\n"
    "       liangcao dispatch rooms FILE [--seconds S] [--out FILE] (meetings\n"
    "           into rooms, in JSON)\n"
    "       liangcao dispatch draw --format F FILE --start PLAN --out PICTURE\n"
    "           (.svg or .pdf)\n"
    "       liangcao dispatch replay --format F FILE [--rounds R] [--seed N]\n"
    "           (a day in which requests become known one by one)\n"
    "       liangcao dispatch bench [--bench DIR] [--class NAME,...]\n"
    "           [--seconds S,...] [--rounds R] [--seed N] [--seeds N]\n"
    "           [--every N] [--only INSTANCE] [--threads N] [--processor]\n"
    "           [--enough] (a run ends at the best known cost)\n";

struct options {
    enum sv_format format;
    const char *file, *start, *out, *bench, *classes, *limits, *only;
    struct sv_limits limit;
    int seeds, every;
    bool processor, enough, wrong;
    uint32_t given; /* letters of names[], a bit each */
};

static const struct option names[] = {
    { "format", required_argument, NULL, 'f' },
    { "seconds", required_argument, NULL, 's' },
    { "rounds", required_argument, NULL, 'r' },
    { "seed", required_argument, NULL, 'e' },
    { "threads", required_argument, NULL, 't' },
    { "start", required_argument, NULL, 'p' },
    { "out", required_argument, NULL, 'o' },
    { "bench", required_argument, NULL, 'b' },
    { "class", required_argument, NULL, 'c' },
    { "seeds", required_argument, NULL, 'n' },
    { "every", required_argument, NULL, 'v' },
    { "only", required_argument, NULL, 'i' },
    { "processor", no_argument, NULL, 'u' },
    { "enough", no_argument, NULL, 'k' },
    { 0 }
};

static uint32_t
letter_bit(int letter)
{
    return UINT32_C(1) << (letter - 'a');
}

/* A number within low and high; anything else makes the options wrong. */
static double
number_of(struct options *o, const char *name, double low, double high)
{
    char *end;
    double v = strtod(optarg, &end);

    if (!*end && end != optarg && v >= low && v <= high)
        return v;
    fprintf(stderr, "--%s: “%s” is not a number from %g to %.0f\n", name,
            optarg, low, high);
    o->wrong = true;
    return low;
}

/* The same, and a whole one. */
static uint64_t
whole_of(struct options *o, const char *name, double low, double high)
{
    double v = number_of(o, name, low, high);

    if (v != floor(v)) {
        fprintf(stderr, "--%s: “%s” is not a whole number\n", name, optarg);
        o->wrong = true;
    }
    return (uint64_t)v;
}

static void
take_option(struct options *o, int letter)
{
    switch (letter) {
    case 'f':
        o->format = sv_format_named(optarg);
        if (o->format == SV_FORMAT_UNKNOWN) {
            fprintf(stderr, "--format: unknown format “%s”\n", optarg);
            o->wrong = true;
        }
        break;
    case 's':
        o->limits = optarg;
        if (!strchr(optarg, ','))
            o->limit.seconds = number_of(o, "seconds", 0.001, MANY);
        break;
    case 'r': o->limit.rounds = whole_of(o, "rounds", 1, MANY); break;
    case 'e': o->limit.seed = whole_of(o, "seed", 0, MANY); break;
    case 't':
        o->limit.threads = (int)whole_of(o, "threads", 1, SV_THREADS_MOST);
        break;
    case 'p': o->start = optarg; break;
    case 'o': o->out = optarg; break;
    case 'b': o->bench = optarg; break;
    case 'c': o->classes = optarg; break;
    case 'n': o->seeds = (int)whole_of(o, "seeds", 1, SEEDS_MOST); break;
    case 'i': o->only = optarg; break;
    case 'u': o->processor = true; break;
    case 'k': o->enough = true; break;
    case 'v': o->every = (int)whole_of(o, "every", 1, SEEDS_MOST); break;
    default: o->wrong = true; break;
    }
}

static struct options
read_options(int argc, char **argv)
{
    struct options o = { .format = SV_FORMAT_UNKNOWN,
                         .bench = getenv("LIANGCAO_BENCH"),
                         .seeds = 1,
                         .every = 1,
                         .limit = { .seed = 1, .began = sv_clock_now() } };
    int letter;

    optind = 1;
    while ((letter = getopt_long(argc, argv, "", names, NULL)) >= 0) {
        take_option(&o, letter);
        if (letter != '?')
            o.given |= letter_bit(letter);
    }
    if (optind < argc)
        o.file = argv[optind++];
    if (optind < argc) {
        fprintf(stderr, "one argument too many: “%s”\n", argv[optind]);
        o.wrong = true;
    }
    if (!o.bench)
        o.bench = "../shared/bench";
    return o;
}

static int
tell_fault(const struct call *c, enum err e)
{
    fprintf(stderr, "dispatch: %s\n", c->fault.text);
    return e == ERR_BROKEN || e == ERR_FULL ? EXIT_FAILURE : EXIT_BAD_INPUT;
}

/* One line that is written over while the search runs, on terminals only. */
static bool
show_progress(void *with, const struct sv_progress *now)
{
    double *last = with;

    if (now->seconds - *last >= 0.1) {
        *last = now->seconds;
        fprintf(stderr, "\r%8.1f s  cost %.2f  vehicles %d  left out %d   ",
                now->seconds, now->cost, now->vehicles, now->unserved);
    }
    return true;
}

static void
tell_result(const struct sv_problem *p, const struct sv_plan *plan,
            const struct sv_result *r)
{
    fprintf(stderr,
            "cost %.4f  distance %.4f  duration %.4f  vehicles %d  "
            "left out %d of %d\n",
            plan->cost, plan->distance, plan->duration, plan->route_count,
            plan->unserved_count, p->request_count);
    fprintf(stderr,
            "%llu rounds in %.2f s (%.0f a second of processor time), "
            "memory %.1f MiB\n",
            (unsigned long long)r->rounds, r->seconds,
            (double)r->rounds / (r->cpu > 0 ? r->cpu : 1),
            (double)r->memory / (1 << 20));
    for (int k = 0; k < plan->unserved_count; k++)
        fprintf(stderr, "left out: %s: %s\n",
                p->requests[plan->unserved[k].request].name,
                plan->unserved[k].reason);
}

/* What of the start could not be taken over, a line a route. */
static void
tell_lost(const struct sv_problem *p, const struct sv_plan *start,
          const struct sv_result *r)
{
    for (int k = 0; k < start->route_count; k++) {
        const struct sv_plan_tour *t = &start->routes[k];
        int all = 0;

        for (int a = 0; a < t->stop_count; a++)
            all += t->stops[a].kind == SV_STOP_PICKUP;
        if (r->lost[k])
            fprintf(stderr,
                    "start: the route of vehicle %s cannot be driven as it "
                    "stands, %d of its %d requests were not taken over\n",
                    p->vehicles[t->vehicle].name, r->lost[k], all);
    }
}

static enum err
write_out(struct call *c, const struct sv_problem *p,
          const struct sv_plan *plan, const struct options *o)
{
    struct output out;

    TRY(output_open(c, &out, o->out));
    sv_plan_write(p, plan, o->format, out.file);
    return output_close(c, &out);
}

static enum err
solve_read(struct call *c, struct options *o, const struct sv_problem *p,
           const struct sv_plan *start)
{
    struct sv_plan plan;
    struct sv_result result;
    bool tty = isatty(STDERR_FILENO);
    double last = 0;
    enum err e = sv_solve(c, p, &o->limit, start, &plan, &result,
                          tty ? show_progress : NULL, &last);

    /* Behind the line that was written over and over. */
    if (tty && last > 0)
        fprintf(stderr, "\n");
    TRY(e);
    if (start)
        tell_lost(p, start, &result);
    tell_result(p, &plan, &result);
    e = write_out(c, p, &plan, o);
    sv_plan_release(&plan);
    return e;
}

/* The problem, and the plan of --start, for work. */
static int
with_files(struct call *c, struct options *o,
           enum err (*work)(struct call *, struct options *,
                            const struct sv_problem *, const struct sv_plan *))
{
    struct sv_problem p;
    struct sv_plan start = { 0 };
    enum err e = sv_problem_read(c, &p, o->format, o->file);

    if (e != OK)
        return tell_fault(c, e);
    if (o->start)
        e = sv_plan_read(c, &p, &start, o->format, o->start);
    if (e == OK)
        e = output_try(c, o->out);
    if (e == OK)
        e = work(c, o, &p, o->start ? &start : NULL);
    sv_plan_release(&start);
    sv_problem_release(&p);
    return e == OK ? EXIT_SUCCESS : tell_fault(c, e);
}

static int
run_solve(struct call *c, struct options *o)
{
    if (o->format == SV_FORMAT_UNKNOWN || !o->file
        || (o->limit.seconds <= 0) == (o->limit.rounds == 0)) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    if (o->limit.seconds > 2 * GRACE)
        o->limit.seconds -= GRACE;
    return with_files(c, o, solve_read);
}

/* The plan as it was written: its order of stops, driven once more. */
static enum err
draw_read(struct call *c, struct options *o, const struct sv_problem *p,
          const struct sv_plan *start)
{
    struct sv_limits none = { .began = sv_clock_now(), .as_given = true };
    struct sv_result result;
    struct sv_plan plan;
    struct output out;
    enum err e;

    TRY(sv_solve(c, p, &none, start, &plan, &result, NULL, NULL));
    e = output_open(c, &out, o->out);
    if (e == OK) {
        e = sv_plan_draw(c, p, &plan, sv_picture_named(o->out), out.file);
        if (e == OK)
            e = output_close(c, &out);
        else
            output_drop(&out);
    }
    sv_plan_release(&plan);
    return e;
}

static int
run_draw(struct call *c, struct options *o)
{
    if (o->format == SV_FORMAT_UNKNOWN || !o->file || !o->start || !o->out) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    if (sv_picture_named(o->out) == SV_PICTURE_UNKNOWN) {
        fprintf(stderr, "--out: “%s” ends neither in .svg nor in .pdf\n",
                o->out);
        return EX_USAGE;
    }
    return with_files(c, o, draw_read);
}

static enum err
assign_file(struct call *c, const struct options *o)
{
    struct sv_room_task task;
    struct sv_room_answer answer;
    struct output out;

    TRY(sv_rooms_read(c, &task, o->file));
    TRY(output_try(c, o->out));
    task.seconds = o->limit.seconds;
    TRY(sv_rooms_assign(c, &task, &answer));
    fprintf(stderr, "cost %.4f, %s\n", answer.cost,
            answer.proved ? "proved to be the least" : "not proved");
    TRY(output_open(c, &out, o->out));
    sv_rooms_write(&task, &answer, out.file);
    return output_close(c, &out);
}

static int
run_rooms(struct call *c, struct options *o)
{
    enum err e;

    if (!o->file) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    e = assign_file(c, o);
    return e == OK ? EXIT_SUCCESS : tell_fault(c, e);
}

static int
run_replay(struct call *c, struct options *o)
{
    struct sv_problem p;
    struct sv_replayed told;
    struct sv_replay how = { .rounds = o->limit.rounds ? o->limit.rounds : 2000,
                             .seed = o->limit.seed,
                             .known = 0.3,
                             .notice_least = 60,
                             .notice_most = 240 };
    enum err e;

    if (o->format == SV_FORMAT_UNKNOWN || !o->file) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    e = sv_problem_read(c, &p, o->format, o->file);
    if (e != OK)
        return tell_fault(c, e);
    e = sv_replay_day(c, &p, &how, &told);
    sv_problem_release(&p);
    if (e != OK)
        return tell_fault(c, e);
    printf("revealed in %d events: cost %.3f, %d left out\n"
           "all known beforehand:  cost %.3f, %d left out\n"
           "slowest placing %.1f ms of processor time\n",
           told.events, told.cost, told.unserved, told.omniscient_cost,
           told.omniscient_unserved, told.slowest_ms);
    return EXIT_SUCCESS;
}

static int
run_bench(struct call *c, struct options *o)
{
    struct sv_measuring m = {
        .folder = o->bench,
        .classes = o->classes,
        .seconds = o->limits ? o->limits : "1",
        .rounds = o->limit.rounds,
        .threads = o->limit.threads,
        .processor = o->processor,
        .enough = o->enough,
        .only = o->only,
        .first_seed = o->limit.seed,
        .seeds = o->seeds,
        .every = o->every
    };
    enum err e = sv_measure(c, &m, stdout);

    return e == OK ? EXIT_SUCCESS : tell_fault(c, e);
}

static int
run_help(struct call *c, struct options *o)
{
    (void)c, (void)o;
    return fputs(usage, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const struct verb {
    const char *name, *takes; /* letters of names[] */
    bool file;
    int (*run)(struct call *c, struct options *o);
} verbs[] = {
    { "solve", "fsretpo", true, run_solve },
    { "rooms", "so", true, run_rooms },
    { "draw", "fpo", true, run_draw },
    { "replay", "fre", true, run_replay },
    { "bench", "bcsretnviuk", false, run_bench },
    { "help", "", false, run_help },
};

/* What the verb would pass over is refused. */
static void
check_taken(const struct verb *v, struct options *o)
{
    if (o->file && !v->file) {
        fprintf(stderr, "one argument too many: “%s”\n", o->file);
        o->wrong = true;
    }
    for (const struct option *n = names; n->name; n++)
        if ((o->given & letter_bit(n->val)) && !strchr(v->takes, n->val)) {
            fprintf(stderr, "--%s: %s has no such option\n", n->name, v->name);
            o->wrong = true;
        }
}

static int
run_verb(struct call *c, const char *name, struct options *o)
{
    for (size_t k = 0; k < COUNT(verbs); k++) {
        if (strcmp(name, verbs[k].name) != 0)
            continue;
        check_taken(&verbs[k], o);
        if (!o->wrong)
            return verbs[k].run(c, o);
        fputs("see liangcao dispatch help\n", stderr);
        return EX_USAGE;
    }
    fputs(usage, stderr);
    return EX_USAGE;
}

int
solver_command(int argc, char **argv)
{
    struct call c = { .arena = arena_open() };
    struct options o;
    int code = EX_USAGE;

    if (argc >= 1) {
        o = read_options(argc, argv);
        code = run_verb(&c, argv[0], &o);
    } else {
        fputs(usage, stderr);
    }
    arena_close(c.arena);
    return code;
}
