/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao export all: every noun of the office, a file of JSON lines each. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/route.h"
#include "cli/cli.h"
#include "engine/order/order.h"
#include "json/json.h"

#define PAGE 500

/* Every row of the noun into F. */
static enum err
write_rows(struct office *o, const struct model *m, FILE *f, int64_t *n)
{
    struct call *c = &o->call;
    struct arena *page = arena_open(), *whole = c->arena;
    char cursor[64] = "";
    enum err e = OK;

    c->arena = page;
    do {
        struct list l = { .model = m, .limit = PAGE, .no_total = true,
                          .sort = model_field(m, "id"),
                          .cursor = *cursor ? cursor : NULL };
        struct buf b = buf_make(page, 0);
        struct json_out out = json_to(&b);

        e = model_list(c, &l);
        for (size_t i = 0; e == OK && i < l.n; i++) {
            out.first[0] = true;
            model_write_json(&out, m, (const char *)l.rows + i * m->size);
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
write_noun(struct office *o, const struct model *m, const char *dir)
{
    const char *path = arena_printf(o->arena, "%s/%s.jsonl", dir, m->table);
    FILE *f = fopen(path, "w");
    int64_t n = 0;
    enum err e;

    if (f == NULL)
        return fail(&o->call, ERR_BROKEN, NULL, "%s cannot be written: %s",
                    path, strerror(errno));
    e = write_rows(o, m, f, &n);
    if (fclose(f) != 0 && e == OK)
        e = fail(&o->call, ERR_BROKEN, NULL, "%s cannot be written: %s", path,
                 strerror(errno));
    (void)printf("%8lld  %s\n", (long long)n, path);
    return e;
}

/* What is somebody's own stays his: drafts and messages. */
static bool
is_of_the_office(const struct model *m)
{
    return m->table != NULL && m != &draft_model && m != &notice_model;
}

enum err
export_all(struct office *o, const char *dir)
{
    if (mkdir(dir, 0750) != 0 && errno != EEXIST)
        return fail(&o->call, ERR_BROKEN, NULL, "%s cannot be written: %s",
                    dir, strerror(errno));
    for (size_t i = 0; all_models[i] != NULL; i++)
        if (is_of_the_office(all_models[i]))
            TRY(write_noun(o, all_models[i], dir));
    return OK;
}
