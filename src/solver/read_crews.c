/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_crews - the formats of technicians with tools and spare parts (Pillac
 * et al. 2013) and of technicians with skill levels (Kovacs et al. 2012).
 */
#include "solver/read.h"

#include <math.h>

enum { LIST_MOST = 64 };

/* A list such as [0,2,4]; the numbers go to values. */
static bool
read_list(struct sv_lines *l, int values[LIST_MOST], int *count)
{
    *count = 0;
    if (!sv_lines_mark(l, '['))
        return false;
    if (sv_lines_mark(l, ']'))
        return true;
    do {
        if (*count == LIST_MOST || !sv_lines_int(l, &values[*count])
            || values[*count] < 0 || values[*count] > SV_SEATS_MOST)
            return false;
        ++*count;
    } while (sv_lines_mark(l, ','));
    return sv_lines_mark(l, ']');
}

/* What a technician has or a request needs. */
struct kit {
    struct sv_skills skills;
    uint64_t tools;
    int parts[SV_PART_KINDS];
};

static enum err
read_kit(struct call *c, struct sv_lines *l, struct kit *kit)
{
    int list[LIST_MOST], count;

    *kit = (struct kit){ 0 };
    if (!read_list(l, list, &count))
        return sv_refuse_line(c, l, "expected a list of skills");
    for (int k = 0; k < count; k++) {
        if (list[k] >= SV_SKILL_WORDS * 16)
            return sv_refuse_line(c, l, "skill out of range");
        sv_skills_add(&kit->skills, list[k], 1);
    }
    if (!read_list(l, list, &count))
        return sv_refuse_line(c, l, "expected a list of tools");
    for (int k = 0; k < count; k++) {
        if (list[k] >= 64)
            return sv_refuse_line(c, l, "tool out of range");
        kit->tools |= UINT64_C(1) << list[k];
    }
    if (!read_list(l, list, &count) || count > SV_PART_KINDS
        || !sv_lines_line_done(l))
        return sv_refuse_line(c, l, "expected a list of at most 8 spare parts");
    for (int k = 0; k < count; k++)
        kit->parts[k] = list[k];
    return OK;
}

struct crew_row {
    double x, y, from, to, service;
    struct kit kit;
};

static enum err
read_crew_row(struct call *c, struct sv_lines *l, int id, struct crew_row *r)
{
    int said;

    if (!sv_lines_int(l, &said) || said != id)
        return fail(c, ERR_INVALID, NULL, "line %d: node %d is expected",
                    l->number, id);
    if (!sv_lines_number(l, &r->x) || !sv_lines_number(l, &r->y)
        || !sv_lines_number(l, &r->from) || !sv_lines_number(l, &r->to)
        || !sv_lines_number(l, &r->service))
        return sv_refuse_line(c, l,
                              "expected: id x y from to service [skills] "
                              "[tools] [parts]");
    if (r->from < 0 || r->from > r->to || r->service < 0)
        return sv_refuse_line(c, l, "negative time or empty window");
    return read_kit(c, l, &r->kit);
}

static void
set_crew(struct sv_problem *p, int k, const struct crew_row *r)
{
    struct sv_vehicle *v = &p->vehicles[k];

    v->start = v->end = k + 1;
    v->shift = (struct sv_window){ r->from, r->to };
    v->cost_distance = 0;
    v->cost_time = 1;
    v->skills = r->kit.skills;
    v->tools = r->kit.tools;
    for (int i = 0; i < SV_PART_KINDS; i++)
        v->parts[i] = r->kit.parts[i];
}

static void
set_task(struct sv_problem *p, int k, int node, const struct crew_row *r)
{
    struct sv_request *q = &p->requests[k];

    q->name = arena_printf(p->arena, "%d", node);
    q->pickup.place = node;
    q->pickup.start = (struct sv_window){ r->from, r->to };
    q->pickup.service = r->service;
    q->skills = r->kit.skills;
    q->tools = r->kit.tools;
    for (int i = 0; i < SV_PART_KINDS; i++)
        q->parts[i] = r->kit.parts[i];
    p->node_ids[2 * k] = p->node_ids[2 * k + 1] = node;
}

static enum err
find_crew_count(struct call *c, struct sv_lines *l, int *crews)
{
    for (;;) {
        if (!sv_lines_next(l))
            return sv_refuse_line(c, l, "no line CREW COUNT");
        if (sv_lines_word(l, "CREW") && sv_lines_word(l, "COUNT"))
            break;
    }
    if (!sv_lines_next(l) || !sv_lines_int(l, crews) || *crews < 1)
        return sv_refuse_line(c, l, "the number of technicians is expected");
    do {
        if (!sv_lines_next(l))
            return sv_refuse_line(c, l, "no line of headings (ID X Y ...)");
    } while (!sv_lines_word(l, "ID"));
    return OK;
}

enum err
sv_read_trsp(struct call *c, struct sv_problem *p, struct sv_lines *l)
{
    int crews = 0, count, room = SV_REQUESTS_MOST + SV_VEHICLES_MOST + 1;
    struct crew_row *rows;

    TRY(find_crew_count(c, l, &crews));
    /* The file does not say how many nodes come: the rows are read before there
       is a problem to put them into. */
    rows = NEW_N(c->arena, struct crew_row, (size_t)room);
    for (count = 0; sv_lines_next(l); count++) {
        if (count == room)
            return sv_refuse_line(c, l, "too many nodes");
        TRY(read_crew_row(c, l, count, &rows[count]));
    }
    if (count < crews + 1)
        return sv_refuse_line(c, l, "fewer nodes than technicians");
    TRY(sv_problem_make(c, p, count, crews, count - crews - 1));
    for (int k = 0; k < count; k++) {
        p->x[k] = rows[k].x;
        p->y[k] = rows[k].y;
        if (k > 0 && k <= crews)
            set_crew(p, k - 1, &rows[k]);
        if (k > crews)
            set_task(p, k - crews - 1, k, &rows[k]);
    }
    p->supply = 0;
    return OK;
}

/* ---- skill levels ----------------------------------------------------- */

/* Finds the headings of the task table; *columns are those of skills. */
static enum err
find_task_table(struct call *c, struct sv_lines *l, int *tasks, int *columns)
{
    *tasks = -1;
    for (;;) {
        if (!sv_lines_next(l))
            return sv_refuse_line(c, l, "no line of headings (CUST NO.)");
        if (sv_lines_word(l, "Customer:") && !sv_lines_int(l, tasks))
            return sv_refuse_line(c, l, "the number of tasks is expected");
        if (sv_lines_word(l, "CUST"))
            break;
    }
    if (*tasks < 1 || *tasks > SV_REQUESTS_MOST + 1)
        return sv_refuse_line(c, l, "no number of tasks, or too many");
    /* eleven words from NO. to cost come before the skills */
    *columns = sv_lines_columns(l) - 11;
    if (*columns < 0 || *columns > SV_SKILL_WORDS * 16 * SV_SKILL_LEVELS
        || *columns % SV_SKILL_LEVELS)
        return sv_refuse_line(c, l, "skill columns come in fours");
    return OK;
}

static enum err
read_task(struct call *c, struct sv_lines *l, struct sv_problem *p, int k,
          int columns)
{
    struct sv_request spare, *q = k ? &p->requests[k - 1] : &spare;
    double x, y, demand, from, to, service, cost, sum = 0;
    int id, need;

    sv_request_init(q);
    if (!sv_lines_int(l, &id) || id != k + 1 || !sv_lines_number(l, &x)
        || !sv_lines_number(l, &y) || !sv_lines_number(l, &demand)
        || !sv_lines_number(l, &from) || !sv_lines_number(l, &to)
        || !sv_lines_number(l, &service) || !sv_lines_number(l, &cost))
        return sv_refuse_line(c, l,
                              "expected: no x y demand ready due service "
                              "cost and skill levels");
    if (from < 0 || from > to || service < 0)
        return sv_refuse_line(c, l, "negative time or empty window");
    for (int j = 0; j < columns; j++) {
        if (!sv_lines_int(l, &need) || need < 0 || need > 1)
            return sv_refuse_line(c, l, "a skill column is not 0 or 1");
        sum += need;
        if (need)
            sv_skills_add(&q->skills, j / SV_SKILL_LEVELS,
                          j % SV_SKILL_LEVELS + 1);
    }
    if (!sv_lines_line_done(l))
        return sv_refuse_line(c, l, "more columns than headings");
    q->name = arena_printf(p->arena, "%d", id);
    q->pickup = (struct sv_visit){ k, { from, to }, service };
    /* What it costs to give a task away, as these instances define it. */
    q->price = 200 + sum * sqrt(sum);
    p->x[k] = x;
    p->y[k] = y;
    if (k)
        p->node_ids[2 * k - 2] = p->node_ids[2 * k - 1] = id;
    else
        for (int v = 0; v < p->vehicle_count; v++)
            p->vehicles[v].shift = q->pickup.start;
    return OK;
}

/* The crews were read before: sv_read_strsp_crews made the vehicles. */
enum err
sv_read_strsp_tasks(struct call *c, struct sv_problem *p, struct sv_lines *l)
{
    struct sv_vehicle *crews = p->vehicles;
    int tasks = 0, columns = 0, count = p->vehicle_count;

    TRY(find_task_table(c, l, &tasks, &columns));
    TRY(sv_problem_make(c, p, tasks, count, tasks - 1));
    p->vehicles = crews;
    for (int k = 0; k < tasks; k++) {
        if (!sv_lines_next(l))
            return sv_refuse_line(c, l, "fewer tasks than announced");
        TRY(read_task(c, l, p, k, columns));
    }
    if (sv_lines_next(l))
        return sv_refuse_line(c, l, "more tasks than announced");
    p->supply = -1;
    return OK;
}

static enum err
find_crew_table(struct call *c, struct sv_lines *l, int *crews, int *domains)
{
    *crews = *domains = -1;
    do {
        if (!sv_lines_next(l))
            return sv_refuse_line(c, l, "no line of headings (ID domain1 ...)");
        if (sv_lines_word(l, "Number of Technicians:")
            && !sv_lines_int(l, crews))
            return sv_refuse_line(c, l,
                                  "the number of technicians is expected");
        if (sv_lines_word(l, "domains:") && !sv_lines_int(l, domains))
            return sv_refuse_line(c, l, "the number of domains is expected");
    } while (!sv_lines_word(l, "ID"));
    if (*crews < 1 || *crews > SV_VEHICLES_MOST)
        return sv_refuse_line(c, l, "no number of technicians, or too many");
    if (*domains < 0 || *domains > SV_SKILL_WORDS * 16)
        return sv_refuse_line(c, l, "no number of domains, or too many");
    return OK;
}

enum err
sv_read_strsp_crews(struct call *c, struct sv_problem *p, struct sv_lines *l)
{
    int crews, domains, id, level;

    TRY(find_crew_table(c, l, &crews, &domains));
    TRY(sv_problem_make(c, p, 1, crews, 0));
    for (int k = 0; k < crews; k++) {
        if (!sv_lines_next(l) || !sv_lines_int(l, &id))
            return sv_refuse_line(c, l, "fewer technicians than announced");
        for (int d = 0; d < domains; d++) {
            if (!sv_lines_int(l, &level) || level < 0
                || level > SV_SKILL_LEVELS)
                return sv_refuse_line(c, l, "a level is not 0 to 4");
            sv_skills_add(&p->vehicles[k].skills, d, level);
        }
        if (!sv_lines_line_done(l))
            return sv_refuse_line(c, l, "more columns than domains");
    }
    if (sv_lines_next(l))
        return sv_refuse_line(c, l, "more technicians than announced");
    return OK;
}
