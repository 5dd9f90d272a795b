/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao export: units, persons, places as CSV that import reads. */
#include <stdio.h>
#include <string.h>

#include "base/output.h"
#include "cli/cli.h"
#include "engine/org/org.h"

/* To the file, or to standard output when PATH is NULL. */
static enum err
write_out(struct call *c, const char *path, const struct buf *b)
{
    struct output o;

    TRY(output_open_private(c, &o, path));
    (void)fwrite(b->s, 1, b->len, o.file); /* output_close sees a failure */
    return output_close(c, &o);
}

static int
run_export(struct office *o, const char *kind, const char *path)
{
    const struct noun *noun = kind ? noun_find(&o->call, kind) : NULL;
    struct buf b;
    enum err e;

    if (kind != NULL && strcmp(kind, "all") == 0 && path != NULL)
        return office_failed(o, export_all(o, path));
    if (noun == NULL || !noun_imports(noun))
        return cli_usage("export");
    e = noun_export(&o->call, noun, &b);
    if (e == OK)
        e = write_out(&o->call, path, &b);
    return office_failed(o, e);
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
