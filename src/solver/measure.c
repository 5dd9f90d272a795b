/* SPDX-License-Identifier: Apache-2.0 */
/* measure - see measure.h. */
#include "solver/measure.h"

#include "solver/files.h"
#include "solver/solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ENOUGH 1e-5 /* of the best known cost: how it is rounded */

enum { ROWS_MOST = 400, LATE_GRACE_MS = 200 };

/* A class of the table: which rows of which file it takes. */
struct family {
    const char *name, *folder;
    enum sv_format format;
    const char *letters; /* the instance's name begins with one of these */
    int size;            /* digits in the name's last part tell it; 0: any */
};

static const struct family families[] = {
    { "a", "darp", SV_FORMAT_DARP, "a", 0 },
    { "b", "darp", SV_FORMAT_DARP, "b", 0 },
    { "R", "darp", SV_FORMAT_DARP, "R", 0 },
    { "p100", "pdptw", SV_FORMAT_PDPTW, "l", 100 },
    { "p200", "pdptw", SV_FORMAT_PDPTW, "l", 200 },
    { "p400", "pdptw", SV_FORMAT_PDPTW, "l", 400 },
    { "trsp", "trsp", SV_FORMAT_TRSP, "CR", 0 },
};

struct known {
    char name[64];
    double cost;
    int vehicles; /* 0: not said */
};

struct tally {
    int runs, at_best, failed;
    double sum, worst;
    long vehicles, known_vehicles;
    double rounds, cpu;
};

/* Whatever stays the same while the instances of a class are solved. */
struct measuring {
    const struct sv_measuring *m;
    const struct family *f;
    struct sv_limits limits; /* but for the seed */
    struct tally t;
    FILE *out;
};

/* lc1_2_1 has 200 tasks; lc101 has 100. */
static int
size_of(const char *name)
{
    const char *u = strchr(name, '_');

    return u ? 100 * (int)strtol(u + 1, NULL, 10) : 100;
}

static bool
belongs(const struct family *f, const char *name)
{
    return strchr(f->letters, name[0]) && name[0]
           && (f->size == 0 || size_of(name) == f->size);
}

/* The n-th field of a line of comma separated values, as text. */
static bool
field_of(const char *line, int n, char *to, size_t room)
{
    size_t len;

    while (n-- > 0) {
        line = strchr(line, ',');
        if (!line)
            return false;
        line++;
    }
    len = strcspn(line, ",\r\n");
    if (len >= room)
        return false;
    memcpy(to, line, len);
    to[len] = 0;
    return len > 0;
}

static enum err
read_known(struct call *c, const char *path, const struct family *f,
           struct known *rows, int *count)
{
    FILE *in = fopen(path, "r");
    char line[512], word[64];
    int cost_at = f->format == SV_FORMAT_PDPTW ? 2 : 1;

    *count = 0;
    if (!in)
        return fail(c, ERR_ABSENT, NULL, "%s is not there", path);
    while (fgets(line, sizeof line, in) && *count < ROWS_MOST) {
        struct known *k = &rows[*count];

        k->vehicles = 0;
        if (!field_of(line, 0, k->name, sizeof k->name) || !belongs(f, k->name)
            || !field_of(line, cost_at, word, 64))
            continue;
        k->cost = strtod(word, NULL);
        if (cost_at == 2 && field_of(line, 1, word, 64))
            k->vehicles = (int)strtol(word, NULL, 10);
        *count += k->cost > 0; /* nothing is known: the next takes its room */
    }
    fclose(in);
    return OK;
}

/* Is the plan whole, right and in time? */
static bool
is_good(struct call *c, const struct sv_problem *p, const struct sv_plan *plan,
        const struct sv_result *r, const struct sv_limits *limits)
{
    return plan->unserved_count == 0 && sv_plan_check(c, p, plan) == OK
           && !(limits->seconds > 0 && !limits->processor
                && r->seconds > limits->seconds + LATE_GRACE_MS / 1000.0);
}

/* GAP in percent; 100: the plan is no good. */
static void
count_run(struct tally *t, double gap, const struct sv_plan *plan,
          const struct known *k, const struct sv_result *r)
{
    t->runs++;
    t->failed += gap >= 100;
    t->sum += gap;
    t->worst = fmax(t->worst, gap);
    /* best known values are printed to two or three decimals */
    t->at_best +=
        gap < 0.003
        && plan->route_count <= k->vehicles + (k->vehicles ? 0 : 1000000);
    t->vehicles += plan->route_count;
    t->known_vehicles += k->vehicles;
    t->rounds += (double)r->rounds;
    t->cpu += r->cpu;
}

/* Goes on until the best known plan is reached. */
static bool
is_not_enough(void *with, const struct sv_progress *now)
{
    const struct known *k = with;

    return now->unserved > 0 || now->cost > k->cost * (1 + ENOUGH)
           || (k->vehicles && now->vehicles > k->vehicles);
}

static void
print_run(const struct measuring *w, const struct known *k, double gap,
          const struct sv_plan *plan, const struct sv_result *r)
{
    fprintf(w->out, "  %-20s seed %llu  %10.3f  gap %7.3f  vehicles %d",
            k->name, (unsigned long long)w->limits.seed, plan->cost, gap,
            plan->route_count);
    if (k->vehicles)
        fprintf(w->out, " (%d)", k->vehicles);
    fprintf(w->out, "  %llu rounds  %.0f rounds/s\n",
            (unsigned long long)r->rounds,
            (double)r->rounds / (r->cpu > 0 ? r->cpu : 1));
    fflush(w->out);
}

static enum err
run_one(struct call *c, struct measuring *w, const char *path, struct known *k)
{
    struct sv_problem p;
    struct sv_plan plan;
    struct sv_result r = { 0 };
    double gap;
    enum err e;

    /* Reading is a part of what is promised within the limit. */
    w->limits.began = sv_clock_now();
    TRY(sv_problem_read(c, &p, w->f->format, path));
    e = sv_solve(c, &p, &w->limits, NULL, &plan, &r,
                 w->m->enough ? is_not_enough : NULL, k);
    if (e == OK) {
        gap = is_good(c, &p, &plan, &r, &w->limits)
                  ? 100 * (plan.cost - k->cost) / k->cost
                  : 100;
        count_run(&w->t, gap, &plan, k, &r);
        print_run(w, k, gap, &plan, &r);
        sv_plan_release(&plan);
    }
    sv_problem_release(&p);
    return e;
}

static void
print_tally(const struct measuring *w)
{
    const struct sv_limits *l = &w->limits;
    const struct tally *t = &w->t;
    char limit[40];

    if (l->rounds)
        snprintf(limit, sizeof limit, "%llu rounds",
                 (unsigned long long)l->rounds);
    else
        snprintf(limit, sizeof limit, "%g s%s", l->seconds,
                 l->processor ? " cpu" : "");
    fprintf(w->out,
            "%-5s %-14s runs %4d  mean %7.3f  worst %7.3f  at best %3.0f %%",
            w->f->name, limit, t->runs, t->sum / t->runs, t->worst,
            100.0 * t->at_best / t->runs);
    if (t->known_vehicles)
        fprintf(w->out, "  vehicles %ld (%ld)", t->vehicles, t->known_vehicles);
    if (t->failed)
        fprintf(w->out, "  failed %d", t->failed);
    fprintf(w->out, "  %.0f rounds/s\n", t->rounds / (t->cpu > 0 ? t->cpu : 1));
    fflush(w->out);
}

static enum err
run_family(struct call *c, struct measuring *w)
{
    const struct sv_measuring *m = w->m;
    struct known *rows = NEW_N(c->arena, struct known, ROWS_MOST);
    int count;

    TRY(read_known(c,
                   arena_printf(c->arena, "%s/%s/best-known.csv", m->folder,
                                w->f->folder),
                   w->f, rows, &count));
    /* A few, spread over the list, stand for the class where all take too long. */
    for (int k = 0; k < count; k += m->every) {
        const char *path = arena_printf(c->arena, "%s/%s/%s.txt", m->folder,
                                        w->f->folder, rows[k].name);

        if (m->only && strcmp(m->only, rows[k].name) != 0)
            continue;
        for (int seed = 0; seed < m->seeds; seed++) {
            w->limits.seed = m->first_seed + (uint64_t)seed;
            TRY(run_one(c, w, path, &rows[k]));
        }
    }
    if (w->t.runs)
        print_tally(w);
    return OK;
}

/* Whether the comma separated list names it; no list names all. */
static bool
is_wanted(const char *list, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (!strncmp(at, name, n) && (at[n] == 0 || at[n] == ','))
            return true;
    }
    return list == NULL;
}

/* Every name of the list is that of a class. */
static enum err
check_classes(struct call *c, const char *list)
{
    char *known = arena_text(c->arena, "");

    for (size_t k = 0; k < COUNT(families); k++)
        known = arena_printf(c->arena, "%s%s%s", known, k ? ", " : "",
                             families[k].name);
    while (list) {
        size_t n = strcspn(list, ","), k = 0;

        while (k < COUNT(families)
               && (strlen(families[k].name) != n
                   || strncmp(families[k].name, list, n) != 0))
            k++;
        if (k == COUNT(families))
            return fail(c, ERR_INVALID, NULL, "--class: “%.*s” is none of %s",
                        (int)n, list, known);
        list = list[n] ? list + n + 1 : NULL;
    }
    return OK;
}

static enum err
run_families(struct call *c, const struct sv_measuring *m,
             const struct sv_limits *limits, FILE *out)
{
    int ran = 0;

    for (size_t k = 0; k < COUNT(families); k++)
        if (is_wanted(m->classes, families[k].name)) {
            /* A tally for each: what a vehicle costs differs between them. */
            struct measuring w = {
                .m = m, .f = &families[k], .limits = *limits, .out = out
            };

            TRY(run_family(c, &w));
            ran += w.t.runs;
        }
    if (ran > 0)
        return OK;
    return m->only
               ? fail(c, ERR_INVALID, NULL,
                      "--only: no instance “%s” among those asked for", m->only)
               : fail(c, ERR_INVALID, NULL,
                      "no instance of the classes asked for is there");
}

enum err
sv_measure(struct call *c, const struct sv_measuring *m, FILE *out)
{
    const char *at = m->seconds;

    TRY(check_classes(c, m->classes));
    do {
        struct sv_limits limits = { .rounds = m->rounds,
                                    .threads = m->threads,
                                    .processor = m->processor };
        char *end;

        if (!m->rounds) {
            limits.seconds = strtod(at, &end);
            if (end == at || !(limits.seconds > 0) || (*end && *end != ','))
                return fail(c, ERR_INVALID, NULL, "--seconds: “%s”", at);
            at = *end == ',' ? end + 1 : end;
        }
        TRY(run_families(c, m, &limits, out));
    } while (!m->rounds && *at); /* rounds are one limit, seconds a list */
    return OK;
}
