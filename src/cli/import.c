/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao import: units, persons, places, catalogue packs, requests. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/private.h"
#include "cli/cli.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import.h"
#include "engine/org/org.h"
#include "json/json.h"

#define MAX_FILE ((long)1 << 30)
#define MAX_FILES 32

struct import_args {
    bool json, dry_run;
    const char *map;
    const char *files[MAX_FILES];
    size_t n_files;
};

/* The whole file, NUL-ended; NULL after telling why. */
static char *
read_file(struct arena *a, const char *path, size_t *len)
{
    const char *why = NULL;
    int fd = regular_open(path, O_RDONLY, &why);
    FILE *f = fd >= 0 ? fdopen(fd, "rb") : NULL;
    char *text = NULL;
    long n = -1;

    if (f != NULL && fseek(f, 0, SEEK_END) == 0)
        n = ftell(f);
    if (n >= 0 && n <= MAX_FILE && fseek(f, 0, SEEK_SET) == 0) {
        text = arena_alloc(a, (size_t)n + 1);
        *len = fread(text, 1, (size_t)n, f);
    }
    if (text == NULL)
        (void)fprintf(stderr, cli_in("liangcao: %s cannot be read: %s\n"), path,
                      n > MAX_FILE ? cli_in("it is larger than 1 GiB")
                      : why        ? cli_in(why)
                                   : strerror(errno));
    if (f != NULL)
        (void)fclose(f);
    return text;
}

/* A row and why it is refused; COLUMN and VALUE may be NULL. */
static void
print_refusal(FILE *to, int64_t line, const char *column, const char *detail,
              const char *value)
{
    (void)fprintf(to, cli_in("line %lld"), (long long)line);
    if (column != NULL)
        (void)fprintf(to, cli_in(", column %s"), column);
    (void)fprintf(to, cli_in(": %s"), detail);
    if (value != NULL && *value != '\0')
        (void)fprintf(to, cli_in(" (“%s”)"), value);
    (void)fputc('\n', to);
}

/* -- requests ------------------------------------------------------------------ */

static void
print_report_json(struct office *o, const struct import_report *r)
{
    struct buf b = buf_make(o->arena, 0);
    struct json_out j = json_to(&b);

    json_begin(&j);
    json_put_int(&j, "rows", r->rows);
    json_put_int(&j, "orders", r->orders);
    json_put_int(&j, "refused", r->refused);
    json_put_int(&j, "with_target", r->with_target);
    json_put_int(&j, "on_time", r->on_time);
    json_put_int(&j, "overdue", r->overdue);
    json_put_int(&j, "compared", r->compared);
    json_put_int(&j, "agreed", r->agreed);
    json_end(&j);
    (void)printf("%s\n", b.s);
}

static void
print_refusals(FILE *to, const struct import_report *r)
{
    for (size_t i = 0; i < r->n_refusals; i++)
        print_refusal(to, r->refusals[i].line, r->refusals[i].column,
                      r->refusals[i].detail, r->refusals[i].value);
    if (r->refused > (int64_t)r->n_refusals)
        (void)fprintf(to, cli_in("... and %lld more\n"),
                      (long long)(r->refused - (int64_t)r->n_refusals));
}

static void
print_report(const struct import_report *r, bool dry_run)
{
    (void)printf(
        cli_in("%s%lld rows: %lld new orders, %lld known before, %lld refused\n"
               "%lld with a target; the source says %lld on time, %lld overdue;"
               " by our own reckoning %lld and %lld\n"
               "%lld closed with a target compared, %lld agree, %lld do"
               " not\n"),
        dry_run ? cli_in("(dry run, nothing kept) ") : "", (long long)r->rows,
        (long long)r->orders, (long long)r->known, (long long)r->refused,
        (long long)r->with_target, (long long)r->on_time, (long long)r->overdue,
        (long long)r->own_on_time, (long long)r->own_overdue,
        (long long)r->compared, (long long)r->agreed,
        (long long)(r->compared - r->agreed));
    print_refusals(stdout, r);
}

static void
show_progress(int64_t done, int64_t all)
{
    cli_progress(cli_in("importing"), done, all);
}

static int
run_requests(struct office *o, const struct import_args *k)
{
    struct import_map *map = NULL;
    struct import_report report;
    size_t n_map = 0, n = 0;
    char *map_text, *csv;
    enum err e;

    if (k->map == NULL || k->n_files != 1)
        return cli_usage("import");
    map_text = read_file(o->arena, k->map, &n_map);
    csv = map_text ? read_file(o->arena, k->files[0], &n) : NULL;
    if (csv == NULL)
        return cli_exit(ERR_ABSENT);
    e = import_map_read(&o->call, k->map, map_text, n_map, &map);
    if (e == OK)
        e = import_requests(&o->call, map, csv, n, k->dry_run, show_progress,
                            &report);
    if (e != OK)
        return office_failed(o, e);
    if (!k->json) {
        print_report(&report, k->dry_run);
        return EXIT_DONE;
    }
    /* The refused rows go elsewhere, so that the output stays JSON. */
    print_report_json(o, &report);
    print_refusals(stderr, &report);
    return EXIT_DONE;
}

/* -- tables of nouns ------------------------------------------------------------ */

/* A row may be refused for several reasons. */
static long long
rows_refused(const struct import_result *r)
{
    long long n = 0;

    for (size_t i = 0; i < r->n_refused; i++)
        n += i == 0 || r->refused[i].line != r->refused[i - 1].line;
    return n;
}

static void
print_result(const struct import_args *k, const struct import_result *r)
{
    const char *kept = k->dry_run         ? cli_in("(dry run, nothing kept) ")
                       : r->n_refused > 0 ? cli_in("(nothing kept) ")
                                          : "";

    (void)printf(k->json ? "%s{\"rows\":%lld,\"added\":%lld,\"changed\":%lld,"
                           "\"unchanged\":%lld,\"refused\":%lld}\n"
                         : cli_in("%s%lld rows: %lld added, %lld changed,"
                                  " %lld unchanged, %lld refused\n"),
                 k->json ? "" : kept, (long long)r->rows, (long long)r->added,
                 (long long)r->changed, (long long)r->unchanged,
                 rows_refused(r));
}

static int
run_table(struct office *o, const struct noun *noun,
          const struct import_args *k)
{
    struct import_result r = { 0 };
    size_t n = 0;
    char *csv;
    enum err e;

    if (k->n_files != 1)
        return cli_usage("import");
    csv = read_file(o->arena, k->files[0], &n);
    if (csv == NULL)
        return cli_exit(ERR_ABSENT);
    e = noun_import(&o->call, noun, csv, n, k->dry_run, &r);
    if (e != OK)
        return office_failed(o, e);
    print_result(k, &r);
    for (size_t i = 0; i < r.n_refused; i++)
        print_refusal(stderr, r.refused[i].line, r.refused[i].column,
                      r.refused[i].detail, r.refused[i].value);
    /* One row that was refused, and nothing has been changed. */
    return r.n_refused == 0 ? EXIT_DONE : cli_exit(ERR_INVALID);
}

/* -- the catalogue ---------------------------------------------------------------- */

static int
run_catalogue(struct office *o, const struct import_args *k)
{
    struct catalog_file files[MAX_FILES];
    struct catalog_report r = { 0 };
    enum err e;

    /* All files at once: items of one may name areas of another. */
    for (size_t i = 0; i < k->n_files; i++) {
        files[i].name = k->files[i];
        files[i].text = read_file(o->arena, k->files[i], &files[i].len);
        if (files[i].text == NULL)
            return cli_exit(ERR_ABSENT);
    }
    e = catalog_import(&o->call, files, k->n_files, k->dry_run, &r);
    if (e != OK)
        return office_failed(o, e);
    (void)printf(k->json
                     ? "{\"added\":%lld,\"changed\":%lld,\"unchanged\":%lld}\n"
                     : cli_in("%lld added, %lld changed, %lld unchanged\n"),
                 (long long)r.added, (long long)r.changed,
                 (long long)r.unchanged);
    return EXIT_DONE;
}

/* -- the command ------------------------------------------------------------------ */

static int
run_import(struct office *o, const char *kind, const struct import_args *k)
{
    const struct noun *noun = kind ? noun_find(&o->call, kind) : NULL;

    if (kind != NULL && strcmp(kind, "requests") == 0)
        return run_requests(o, k);
    if (kind != NULL && strcmp(kind, "catalogue") == 0)
        return run_catalogue(o, k);
    if (noun != NULL && noun_imports(noun))
        return run_table(o, noun, k);
    return cli_usage("import");
}

int
import_command(int argc, char **argv)
{
    struct args a = { argc, argv, "import" };
    struct import_args k = { .json = cli_flag(&a, "json"),
                             .dry_run = cli_flag(&a, "dry-run"),
                             .map = cli_option(&a, "map") };
    struct office o;
    int code = office_open(&o, &a, false);
    const char *kind = cli_operand(&a), *file;

    while (k.n_files < MAX_FILES && (file = cli_operand(&a)) != NULL)
        k.files[k.n_files++] = file;
    if (code == 0)
        code = cli_end(&a);
    if (code == 0)
        /* Tables may name items and classes that come with the program. */
        code = office_failed(&o, catalog_seed(&o.call));
    if (code == 0)
        code = run_import(&o, kind, &k);
    office_close(&o);
    return code;
}
