/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao export: the table of a noun as CSV that import reads. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/export.h"
#include "base/output.h"
#include "cli/cli.h"
#include "engine/org/org.h"

/* To the file, or to standard output when PATH is NULL. */
static enum err
write_out(struct call *c, const char *path, const struct raw *raw)
{
    char page[64 << 10];
    struct output o;
    ssize_t n;

    TRY(output_open_private(c, &o, path));
    /* output_close sees a failure to write. */
    for (off_t at = 0; (n = pread(raw->fd, page, sizeof page, at)) > 0; at += n)
        (void)fwrite(page, 1, (size_t)n, o.file);
    if (n == 0)
        return output_close(c, &o);
    output_drop(&o);
    return fail(c, ERR_BROKEN, NULL, "the table cannot be made");
}

static int
run_export(struct office *o, const char *kind, const char *path)
{
    const struct noun *noun = kind ? noun_find(&o->call, kind) : NULL;
    struct export x = { .noun = noun, .format = EXPORT_CSV };
    struct raw raw = { 0 };
    enum err e;

    if (kind != NULL && strcmp(kind, "all") == 0 && path != NULL)
        return office_failed(o, export_all(o, path));
    if (noun == NULL || !noun_imports(noun))
        return cli_usage("export");
    e = export_make(&o->call, &x, &raw);
    if (e == OK) {
        e = write_out(&o->call, path, &raw);
        (void)close(raw.fd);
    }
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
