/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao export all: everything the lists hold, a file of JSON lines a noun. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/route.h"
#include "base/output.h"
#include "base/private.h"
#include "cli/cli.h"
#include "engine/audit/audit.h"
#include "json/json.h"

#define PAGE 500

/* Every row of one list into F. */
static enum err
write_rows(struct office *o, const struct route *r, FILE *f, int64_t *n)
{
    struct call *c = &o->call;
    struct arena *page = arena_open(), *whole = c->arena;
    char cursor[64] = "";
    enum err e = OK;

    c->arena = page;
    do {
        struct list l = { .model = r->out,
                          .limit = PAGE,
                          .no_total = true,
                          .sort = model_field(r->out, "id"),
                          .cursor = *cursor ? cursor : NULL };
        struct buf b = buf_make(page, 0);
        struct json_out out = json_to(&b);

        e = r->serve(c, &l, NULL);
        for (size_t i = 0; e == OK && i < l.n; i++) {
            out.first[0] = true;
            model_write_json(&out, r->out,
                             (const char *)l.rows + i * r->out->size);
            buf_putc(&b, '\n');
        }
        *n += (int64_t)l.n;
        (void)snprintf(cursor, sizeof cursor, "%s", l.next ? l.next : "");
        if (e == OK && fwrite(b.s, 1, b.len, f) != b.len)
            e = fail(c, ERR_BROKEN, NULL, "the file cannot be written");
        if (e == OK)
            arena_reset(page);
    } while (e == OK && *cursor != '\0');
    c->arena = whole;
    if (e != OK)
        c->fault.text = arena_text(whole, c->fault.text);
    arena_close(page);
    return e;
}

static enum err
write_noun(struct office *o, const struct route *r, const char *dir,
           int64_t *all)
{
    const char *path =
        arena_printf(o->arena, "%s/%s.jsonl", dir, r->out->table);
    struct output out;
    int64_t n = 0;
    enum err e;

    TRY(output_open_private(&o->call, &out, path));
    e = write_rows(o, r, out.file, &n);
    if (e != OK) {
        output_drop(&out);
        return e;
    }
    TRY(output_close(&o->call, &out));
    (void)printf("%8lld  %s\n", (long long)n, path);
    *all += n;
    return OK;
}

/* Lists of what is whole in itself: not those of one person or one order. */
static bool
is_whole(const struct route *r)
{
    return r->flags & R_LIST && r->out->table != NULL
           && strchr(r->path, '{') == NULL && strcmp(r->path, "/notices") != 0
           && strcmp(r->path, "/drafts") != 0 && strcmp(r->path, "/tokens") != 0
           && strcmp(r->path, "/people") != 0;
}

enum err
export_all(struct office *o, const char *dir)
{
    int64_t rows = 0;

    if (!private_folder(dir))
        return fail(&o->call, ERR_BROKEN, NULL, "%s cannot be written: %s", dir,
                    strerror(errno));
    for (size_t i = 0; all_routes[i] != NULL; i++)
        for (const struct route *r = all_routes[i]; r->path != NULL; r++)
            if (is_whole(r))
                TRY(write_noun(o, r, dir, &rows));
    return audit_export(&o->call, NULL, "jsonl", rows, NULL);
}
