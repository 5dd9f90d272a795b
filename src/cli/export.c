/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao export: units, persons, places as CSV that import reads. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/org/org.h"

/* To the file, or to standard output when PATH is NULL. */
static int
write_out(const char *path, const struct buf *b)
{
    FILE *f = path ? cli_create(path) : stdout;
    bool whole = f && fwrite(b->s, 1, b->len, f) == b->len;

    if (f && (path ? fclose(f) : fflush(f)) != 0)
        whole = false;
    if (whole)
        return EXIT_DONE;
    (void)fprintf(stderr, "liangcao: %s cannot be written: %s\n",
                  path ? path : "the table", strerror(errno));
    return cli_exit(ERR_BROKEN);
}

static int
run_export(struct office *o, const char *kind, const char *path)
{
    enum org_table table;
    struct buf b;
    enum err e;

    if (kind != NULL && strcmp(kind, "all") == 0 && path != NULL)
        return office_failed(o, export_all(o, path));
    if (kind == NULL || !org_table_read(kind, &table)) {
        (void)fprintf(stderr,
                      "liangcao export units|persons|places [FILE.csv]\n"
                      "liangcao export all FOLDER\n");
        return EXIT_USAGE;
    }
    e = org_export(&o->call, table, &b);
    return e == OK ? write_out(path, &b) : office_failed(o, e);
}

int
export_command(int argc, char **argv)
{
    struct args a = { argc, argv, "export" };
    struct office o;
    int code = office_open(&o, &a, false);
    const char *kind = cli_operand(&a), *path = cli_operand(&a);

    if (code == 0)
        code = cli_end(&a);
    if (code == 0)
        code = run_export(&o, kind, path);
    office_close(&o);
    return code;
}
