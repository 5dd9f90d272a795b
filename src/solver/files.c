/* SPDX-License-Identifier: Apache-2.0 */
/* files - formats by name, and whole files; see files.h. */
#include "solver/files.h"

#include "solver/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 256 << 20 };

static const char *const format_names[] = { "darp", "pdptw", "trsp", "strsp",
                                            "json" };

enum sv_format
sv_format_named(const char *name)
{
    for (int k = 0; k < SV_FORMAT_UNKNOWN; k++)
        if (!strcmp(name, format_names[k]))
            return (enum sv_format)k;
    return SV_FORMAT_UNKNOWN;
}

enum err
sv_file_text(struct call *c, const char *path, char **text, size_t *size)
{
    FILE *f = fopen(path, "rb");
    size_t room = 1 << 16;
    char *buf;
    enum err e = OK;

    if (!f)
        return fail(c, ERR_ABSENT, NULL, "%s: %s", path, strerror(errno));
    /* By pieces: a pipe has no size to ask for. */
    buf = malloc(room + 1);
    for (*size = 0; buf;) {
        size_t got = fread(buf + *size, 1, room - *size, f);

        *size += got;
        if (got == 0 || *size > FILE_MOST)
            break;
        if (*size == room)
            buf = realloc(buf, (room *= 2) + 1);
    }
    if (!buf || *size > FILE_MOST)
        e = fail(c, ERR_LIMIT, NULL, "%s: too large", path);
    else if (ferror(f))
        e = fail(c, ERR_ABSENT, NULL, "%s: %s", path, strerror(errno));
    else
        *text = arena_text_n(c->arena, buf, *size);
    free(buf);
    fclose(f);
    return e;
}

static enum err
parse_text(struct call *c, struct sv_problem *p, enum sv_format format,
           const char *text, size_t size)
{
    struct sv_lines l = sv_lines_of(text, size);

    switch (format) {
    case SV_FORMAT_DARP: return sv_read_darp(c, p, &l);
    case SV_FORMAT_PDPTW: return sv_read_pdptw(c, p, &l);
    case SV_FORMAT_TRSP: return sv_read_trsp(c, p, &l);
    case SV_FORMAT_JSON: return sv_read_json(c, p, text, size);
    default: break;
    }
    return fail(c, ERR_INVALID, NULL, "this format needs two files");
}

/* Looks at what was read, or lets go of what was begun. */
static enum err
finish(struct call *c, struct sv_problem *p, enum err e)
{
    if (e == OK)
        e = sv_problem_check(c, p);
    if (e != OK)
        sv_problem_release(p);
    return e;
}

enum err
sv_problem_parse(struct call *c, struct sv_problem *p, enum sv_format format,
                 const char *text, size_t size)
{
    *p = (struct sv_problem){ .arena = arena_open(), .supply = -1 };
    return finish(c, p, parse_text(c, p, format, text, size));
}

/* The fault's words with the file in front. */
static enum err
name_file(struct call *c, enum err e, const char *path)
{
    return e == OK ? OK : fail(c, e, NULL, "%s: %s", path, c->fault.text);
}

enum err
sv_problem_parse_strsp(struct call *c, struct sv_problem *p, const char *tasks,
                       size_t tasks_size, const char *crews, size_t crews_size)
{
    struct sv_lines l = sv_lines_of(crews, crews_size);
    enum err e;

    *p = (struct sv_problem){ .arena = arena_open(), .supply = -1 };
    e = name_file(c, sv_read_strsp_crews(c, p, &l), "technicians");
    if (e == OK) {
        l = sv_lines_of(tasks, tasks_size);
        e = sv_read_strsp_tasks(c, p, &l);
    }
    return finish(c, p, e);
}

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

enum err
sv_problem_read(struct call *c, struct sv_problem *p, enum sv_format format,
                const char *path)
{
    char *text = NULL, *crews = NULL;
    size_t size = 0, crews_size = 0;
    enum err e;

    *p = (struct sv_problem){ 0 };
    TRY(sv_file_text(c, path, &text, &size));
    /* These instances have their technicians in a second file beside them. */
    if (format == SV_FORMAT_STRSP) {
        int folder = (int)(base_name(path) - path);
        const char *other = arena_printf(c->arena, "%.*stechnicians_%s", folder,
                                         path, base_name(path));

        TRY(sv_file_text(c, other, &crews, &crews_size));
        e = sv_problem_parse_strsp(c, p, text, size, crews, crews_size);
    } else {
        e = sv_problem_parse(c, p, format, text, size);
    }
    if (e == OK && !p->name)
        p->name = arena_text(p->arena, base_name(path));
    return name_file(c, e, path);
}

/* ---- plans ------------------------------------------------------------ */

static void
write_stop(const struct sv_problem *p, const struct sv_stop *s, FILE *out)
{
    if (s->kind == SV_STOP_SUPPLY)
        fprintf(out, " 0");
    else if (s->kind != SV_STOP_PAUSE)
        fprintf(out, " %d",
                p->node_ids[2 * s->request + (s->kind == SV_STOP_DELIVERY)]);
}

void
sv_plan_write(const struct sv_problem *p, const struct sv_plan *plan,
              enum sv_format format, FILE *out)
{
    if (format == SV_FORMAT_JSON) {
        sv_plan_write_json(p, plan, out);
        return;
    }
    fprintf(out, "# cost %.6f, %d vehicles, %d left out\n", plan->cost,
            plan->route_count, plan->unserved_count);
    for (int k = 0; k < plan->route_count; k++) {
        const struct sv_plan_tour *t = &plan->routes[k];

        if (format == SV_FORMAT_TRSP || format == SV_FORMAT_STRSP)
            fprintf(out, "%s:", p->vehicles[t->vehicle].name);
        for (int a = 0; a < t->stop_count; a++)
            write_stop(p, &t->stops[a], out);
        fprintf(out, "\n");
    }
    if (plan->unserved_count == 0)
        return;
    fprintf(out, format == SV_FORMAT_TRSP ? "# unserved:" : "unserved:");
    for (int k = 0; k < plan->unserved_count; k++)
        fprintf(out, " %d", p->node_ids[2 * plan->unserved[k].request]);
    fprintf(out, "\n");
}

enum err
sv_plan_parse(struct call *c, const struct sv_problem *p, struct sv_plan *plan,
              enum sv_format format, const struct sv_written *text)
{
    struct sv_lines l = sv_lines_of(text->text, text->size);
    enum err e;

    *plan = (struct sv_plan){ .arena = arena_open() };
    e = format == SV_FORMAT_JSON
            ? sv_read_plan_json(c, p, plan, text->text, text->size)
            : sv_read_plan_lines(c, p, plan, &l);
    if (e != OK)
        sv_plan_release(plan);
    return e;
}

enum err
sv_plan_read(struct call *c, const struct sv_problem *p, struct sv_plan *plan,
             enum sv_format format, const char *path)
{
    char *text = NULL;
    struct sv_written w = { 0 };

    *plan = (struct sv_plan){ 0 };
    TRY(sv_file_text(c, path, &text, &w.size));
    w.text = text;
    return name_file(c, sv_plan_parse(c, p, plan, format, &w), path);
}
