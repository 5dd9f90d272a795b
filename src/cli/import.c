/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao import: units, persons, places, catalogue packs, requests. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/jail_child.h"
#include "base/private.h"
#include "base/workbook.h"
#include "cli/cli.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import.h"
#include "engine/org/org.h"
#include "job/job.h"
#include "json/json.h"

#define MAX_FILE ((long)1 << 30)
#define PAUSE_MS 20 /* between two steps of an undoing: others write, too */

struct import_args {
    bool json, dry_run;
    const char *map, *sheet;
    const char **files;
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
                                   : cli_in(why ? why : strerror(errno)));
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

/* The same as rows, if it is a workbook. */
static enum err
read_table(struct office *o, const char *path, const char *sheet,
           struct import_file *out)
{
    out->name = path;
    out->text = read_file(o->arena, path, &out->n);
    if (out->text == NULL)
        return fail(&o->call, ERR_ABSENT, NULL, "%s", "");
    return workbook_rows(&o->call, o->app.files, sheet, &out->text, &out->n);
}

/* -- requests ------------------------------------------------------------------ */

/* What is counted, as --json and as people are told. */
static const struct {
    const char *key, *says;
} count_kinds[IMPORT_KINDS] = {
    [COUNT_STATES] = { "states", .says = "By state" },
    [COUNT_AREAS] = { "areas", .says = "By area" },
    [COUNT_ITEMS] = { "items", .says = "By item" },
    [COUNT_CREWS] = { "crews", .says = "By crew" }
};

static void
put_counts(struct json_out *j, const struct import_report *r)
{
    for (size_t k = 0; k < IMPORT_KINDS; k++) {
        json_key(j, count_kinds[k].key);
        json_begin(j);
        for (size_t i = 0; i < r->n_counts[k]; i++)
            json_put_int(j, r->counts[k][i].name, r->counts[k][i].n);
        json_end(j);
    }
}

/* For scripts: every figure, also where it is 0, under names that are the same
   in any language. */
static void
print_report_json(struct office *o, const struct import_report *r)
{
    struct buf b = buf_make(o->arena, 0);
    struct json_out j = json_to(&b);

    json_begin(&j);
    json_put_int(&j, "import", r->id);
    json_put_int(&j, "rows", r->rows);
    json_put_int(&j, "orders", r->orders);
    json_put_int(&j, "updated", r->updated);
    json_put_int(&j, "known", r->known);
    json_put_int(&j, "touched", r->touched);
    json_put_int(&j, "refused", r->refused);
    json_put_int(&j, "repeated", r->repeated);
    json_put_int(&j, "skipped", r->skipped);
    json_put_int(&j, "with_target", r->with_target);
    json_put_int(&j, "on_time", r->on_time);
    json_put_int(&j, "overdue", r->overdue);
    json_put_int(&j, "compared", r->compared);
    json_put_int(&j, "agreed", r->agreed);
    put_counts(&j, r);
    json_end(&j);
    (void)printf("%s\n", b.s);
}

static void
print_refusals(FILE *to, const struct import_report *r)
{
    for (size_t i = 0; i < r->n_refusals; i++) {
        if (r->refusals[i].file != NULL)
            (void)fprintf(to, "%s: ", r->refusals[i].file);
        print_refusal(to, r->refusals[i].line, r->refusals[i].column,
                      r->refusals[i].detail, r->refusals[i].value);
    }
    if (r->refused > (int64_t)r->n_refusals)
        (void)fprintf(to, cli_in("... and %lld more\n"),
                      (long long)(r->refused - (int64_t)r->n_refusals));
}

#define MOST 12 /* of a kind, on one line */

static void
print_counts(const struct import_report *r)
{
    for (size_t k = 0; k < IMPORT_KINDS; k++) {
        const struct import_count *all = r->counts[k];

        if (r->n_counts[k] == 0)
            continue;
        (void)printf("%s (%zu): ", cli_in(count_kinds[k].says), r->n_counts[k]);
        for (size_t i = 0; i < r->n_counts[k] && i < MOST; i++)
            (void)printf("%s%s %lld", i > 0 ? ", " : "",
                         k == COUNT_STATES ? cli_in(all[i].name) : all[i].name,
                         (long long)all[i].n);
        (void)printf("%s\n", r->n_counts[k] > MOST ? " …" : "");
    }
}

static void
print_verdicts(const struct import_report *r)
{
    if (r->has_verdicts)
        (void)printf(cli_in("%lld with a target; the source says %lld on time,"
                            " %lld overdue; by our own reckoning %lld and"
                            " %lld\n"
                            "%lld closed with a target and a verdict compared,"
                            " %lld agree, %lld do not\n"),
                     (long long)r->with_target, (long long)r->on_time,
                     (long long)r->overdue, (long long)r->own_on_time,
                     (long long)r->own_overdue, (long long)r->compared,
                     (long long)r->agreed,
                     (long long)(r->compared - r->agreed));
    else
        (void)printf(cli_in("%lld with a target; by our own reckoning %lld on"
                            " time, %lld overdue\n"),
                     (long long)r->with_target, (long long)r->own_on_time,
                     (long long)r->own_overdue);
}

/* Only what there is something to say of. */
static void
print_if(const char *says, int64_t n)
{
    if (n > 0)
        (void)printf(cli_in(says), (long long)n);
}

/* What is usual in one line; each of the rest only where there is any, so that
   it is seen.  How to undo it comes last, where the eye is. */
static void
print_report(const struct import_report *r, bool dry_run)
{
    (void)printf(cli_in("%s%lld rows: %lld new orders, %lld known before, %lld"
                        " refused\n"),
                 dry_run ? cli_in("(dry run, nothing kept) ") : "",
                 (long long)r->rows, (long long)r->orders, (long long)r->known,
                 (long long)r->refused);
    if (r->went_on)
        (void)printf("%s", cli_in("an import that had broken off went on\n"));
    print_if("%lld brought to what the file says\n", r->updated);
    print_if("%lld left as they are: somebody here has touched them\n",
             r->touched);
    print_if("%lld rows are of requests that have another row here\n",
             r->repeated);
    print_if("%lld rows of titles or totals passed over\n", r->skipped);
    print_verdicts(r);
    print_counts(r);
    if (r->made_areas + r->made_items + r->made_crews > 0)
        (void)printf(cli_in("made, out of use: %lld areas, %lld items, %lld"
                            " crews\n"),
                     (long long)r->made_areas, (long long)r->made_items,
                     (long long)r->made_crews);
    print_refusals(stdout, r);
    if (r->id != 0)
        (void)printf(cli_in("to undo it: liangcao import undo %lld\n"),
                     (long long)r->id);
}

static void
show_progress(int64_t done, int64_t all)
{
    cli_progress(cli_in("importing"), done, all);
}

/* Does it begin as an archive does?  Other files are read where they lie. */
static bool
is_workbook(const char *path)
{
    const char *why = NULL;
    char head[4] = "";
    int fd = regular_open(path, O_RDONLY, &why);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof head) : 0;

    if (fd >= 0)
        (void)close(fd);
    return n == sizeof head && workbook_is(head, sizeof head);
}

static enum err
open_requests(struct office *o, const struct import_args *k,
              const struct import_map *map, struct import_file *files)
{
    for (size_t i = 0; i < k->n_files; i++) {
        files[i] = (struct import_file){ .name = k->files[i] };
        if (is_workbook(k->files[i]))
            TRY(read_table(o, k->files[i], k->sheet ? k->sheet : map->sheet,
                           &files[i]));
    }
    return OK;
}

/* Rows that were refused do not keep the others out, but whoever runs this from
   a script must learn of them by the exit code. */
static int
run_requests(struct office *o, const struct import_args *k)
{
    struct import_file *files =
        NEW_N(o->arena, struct import_file, k->n_files + 1);
    struct import_wish wish = { .files = files,
                                .n_files = k->n_files,
                                .dry_run = k->dry_run,
                                .progress = show_progress };
    struct import_map *map = NULL;
    struct import_report report;
    size_t n_map = 0;
    char *map_text;
    enum err e;

    if (k->map == NULL || k->n_files == 0)
        return cli_usage("import");
    map_text = read_file(o->arena, k->map, &n_map);
    if (map_text == NULL)
        return cli_exit(ERR_ABSENT);
    e = import_map_read(&o->call, k->map, map_text, n_map, &map);
    wish.map = map;
    if (e == OK)
        e = open_requests(o, k, map, files);
    if (e == OK)
        e = import_requests(&o->call, &wish, &report);
    if (e != OK)
        return office_failed(o, e);
    if (k->json) {
        print_report_json(o, &report);
        print_refusals(stderr, &report);
    } else {
        print_report(&report, k->dry_run);
    }
    return report.refused == 0 ? EXIT_DONE : cli_exit(ERR_INVALID);
}

/* -- undoing --------------------------------------------------------------------- */

static enum err
undo(struct office *o, int64_t id, struct request_import *r)
{
    const struct timespec pause = { 0, PAUSE_MS * 1000000L };
    struct arena *whole = o->call.arena, *a = arena_open();
    bool left = true;
    enum err e;

    TRY(life_do(&o->call, &import_life, "undo",
                &(struct life_words){ .id = id }, r));
    o->call.arena = a;
    for (e = OK; e == OK && left; arena_reset(a)) {
        e = import_undo_step(&o->call, id, JOB_ROWS, &left);
        (void)nanosleep(&pause, NULL);
    }
    o->call.arena = whole;
    o->call.fault.text = arena_text(whole, o->call.fault.text);
    arena_close(a);
    return e == OK ? life_get(&o->call, &import_life, id, r) : e;
}

static int
run_undo(struct office *o, const struct import_args *k)
{
    struct request_import r = { 0 };
    int64_t id;
    enum err e;

    if (k->n_files != 1 || !text_int(k->files[0], &id))
        return cli_usage("import");
    e = undo(o, id, &r);
    if (e != OK)
        return office_failed(o, e);
    (void)printf(cli_in("import %lld of %s is undone\n"), (long long)id,
                 r.source);
    print_if("%lld orders are kept: somebody has touched them since\n", r.kept);
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

/* A table is kept whole or not at all: one row that is refused is a failure. */
static int
run_table(struct office *o, const struct noun *noun,
          const struct import_args *k)
{
    struct import_result r = { 0 };
    struct import_file file = { 0 };
    enum err e;

    if (k->n_files != 1)
        return cli_usage("import");
    e = read_table(o, k->files[0], k->sheet, &file);
    if (file.text == NULL)
        return cli_exit(ERR_ABSENT);
    if (e == OK)
        e = noun_import(&o->call, noun, file.text, file.n, k->dry_run, &r);
    if (e != OK)
        return office_failed(o, e);
    print_result(k, &r);
    for (size_t i = 0; i < r.n_refused; i++)
        print_refusal(stderr, r.refused[i].line, r.refused[i].column,
                      r.refused[i].detail, r.refused[i].value);
    return r.n_refused == 0 ? EXIT_DONE : cli_exit(ERR_INVALID);
}

/* -- the catalogue ---------------------------------------------------------------- */

/* All files at once, as one may refer to what another brings. */
static int
run_catalogue(struct office *o, const struct import_args *k)
{
    struct catalog_file *files =
        NEW_N(o->arena, struct catalog_file, k->n_files + 1);
    struct catalog_report r = { 0 };
    enum err e;

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
    if (kind != NULL && strcmp(kind, "undo") == 0)
        return run_undo(o, k);
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
                             .map = cli_option(&a, "map"),
                             .sheet = cli_option(&a, "sheet") };
    /* Before there is anything it could know. */
    struct jail_child *readers = jail_child_open(file_readers);
    struct arena *names = arena_open();
    struct office o;
    int code = office_open(&o, &a, false);
    const char *kind = cli_operand(&a), *file;

    k.files = NEW_N(names, const char *, (size_t)argc + 1);
    while ((file = cli_operand(&a)) != NULL)
        k.files[k.n_files++] = file;
    if (code == 0)
        code = cli_end(&a);
    if (code == 0)
        code = office_failed(&o, catalog_seed(&o.call));
    o.app.files = readers;
    if (code == 0)
        code = run_import(&o, kind, &k);
    office_close(&o);
    jail_child_close(readers);
    arena_close(names);
    return code;
}
