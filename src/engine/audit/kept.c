/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of seals, out of reach of whoever has the database: each line that
 * is signed goes to its end, and it goes on where the office does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/private.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/inner.h"
#include "model/app.h"

#define SEALS_FILE "liangcao-audit-seals.txt"

/* A line has 80 bytes for each chain; there are 4,096 chains at most. */
#define LONGEST ((off_t)1 << 20)

/* -- opening --------------------------------------------------------------- */

/* A folder gets a file of a name of its own. */
char *
kept_in(const char *path)
{
    struct stat st;
    char *at = NULL;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        at = strdup(path);
    else if (asprintf(&at, "%s/%s", path, SEALS_FILE) < 0)
        at = NULL;
    ASSERT(at != NULL);
    return at;
}

/* What root makes is for the one whose folder it is in. */
static void
give_to_owner(int fd, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : NULL;
    struct stat st;

    if (geteuid() == 0 && stat(folder ? folder : ".", &st) == 0)
        (void)!fchown(fd, st.st_uid, st.st_gid);
    free(folder);
}

bool
audit_open_seals(struct audit *a, const char **why)
{
    if (a->seals_path == NULL || a->seals >= 0)
        return true;
    a->seals = regular_open(a->seals_path, O_RDWR | O_APPEND | O_CREAT, why);
    if (a->seals >= 0)
        give_to_owner(a->seals, a->seals_path);
    return a->seals >= 0;
}

/* -- reading ----------------------------------------------------------------- */

/* The number of the line that begins at S; 0: it is no seal's. */
static int64_t
number_of(struct call *c, const char *s)
{
    static const char seal[] = "seal ";
    const char *number = s + sizeof seal - 1;
    int64_t n = 0;

    if (!text_starts(s, seal)
        || !text_int(arena_text_n(c->arena, number, strcspn(number, " ")), &n))
        return 0;
    return n > 0 ? n : 0;
}

static void
read_ends(struct call *c, int fd, off_t size, struct kept *k)
{
    off_t from = size > LONGEST ? size - LONGEST : 0;
    char *tail = arena_alloc(c->arena, (size_t)(size - from) + 1), *at;
    ssize_t n = pread(fd, tail, (size_t)(size - from), from);

    if (n <= 0 || tail[n - 1] != '\n')
        return;
    tail[n - 1] = '\0';
    at = strrchr(tail, '\n');
    at = at ? at + 1 : tail;
    k->last = number_of(c, at);
    k->line = k->last ? arena_text(c->arena, at) : NULL;
}

enum err
kept_look(struct call *c, struct kept *k)
{
    const struct audit *a = c->app->audit;
    const char *why = NULL;
    struct stat st;
    int fd;

    *k = (struct kept){ .named = a != NULL && a->seals_path != NULL,
                        .empty = true };
    if (!k->named)
        return OK;
    fd = a->seals >= 0 ? a->seals : regular_open(a->seals_path, O_RDONLY, &why);
    /* Not there yet is no fault here; verification knows if it should be. */
    if (fd < 0 && errno == ENOENT)
        return OK;
    if (fd < 0)
        return fail(c, ERR_INVALID, NULL, "%s cannot be read: %s",
                    a->seals_path, words_in(c, why));
    k->empty = fstat(fd, &st) == 0 && st.st_size == 0;
    if (!k->empty)
        read_ends(c, fd, st.st_size, k);
    if (fd != a->seals)
        (void)close(fd);
    return OK;
}

enum err
seals_elsewhere(struct call *c, bool *out)
{
    struct kept k;

    *out = false;
    TRY(kept_look(c, &k));
    *out = k.last > 0;
    return OK;
}

/* -- writing ------------------------------------------------------------------ */

static enum err
cannot_write(struct call *c, const char *why)
{
    return fail(c, ERR_BROKEN, NULL, "the file of seals cannot be written: %s",
                words_in(c, why));
}

static enum err
put_line(struct call *c, const char *line)
{
    struct audit *a = c->app->audit;
    const char *whole = arena_printf(c->arena, "%s\n", line);
    size_t n = strlen(whole);

    if (write(a->seals, whole, n) == (ssize_t)n)
        return OK;
    return cannot_write(c, words_in(c, strerror(errno)));
}

static const char lines_behind[] =
    "SELECT line FROM audit_seal WHERE id > $1 ORDER BY id";

/* One that is empty or gone, though seals were made, is begun anew with all of
   them; that it was is an entry, and health says so. */
static enum err
begin_anew(struct call *c)
{
    int64_t seals = 0;

    TRY(db_int(c, &seals, "SELECT COUNT(*) FROM audit_seal"));
    if (seals <= 1)
        return OK;
    c->app->audit->begun_anew = true;
    log_line(LOG_ERROR, "audit", "%s was empty: it is begun anew",
             c->app->audit->seals_path);
    return audit_write(c, "audit.seals", NULL, 0,
                       arena_printf(c->arena, "{\"seals\":%lld}",
                                    (long long)seals));
}

static enum err
add_lines(struct call *c, int64_t behind)
{
    ROWS r = db_query(c, lines_behind, V(behind));
    int64_t n = 0;

    for (; rows_next(&r); n++)
        TRY(put_line(c, row_text(&r, 0)));
    TRY(rows_end(&r));
    if (n > 0 && fdatasync(c->app->audit->seals) != 0)
        return cannot_write(c, words_in(c, strerror(errno)));
    return OK;
}

/* What a power cut took from the file, or another process signed, is in the
   table. */
enum err
kept_go_on(struct call *c)
{
    struct audit *a = c->app->audit;
    const char *why = NULL;
    struct kept k;

    if (a == NULL || a->seals_path == NULL)
        return OK;
    if (!audit_open_seals(a, &why))
        return cannot_write(c, why);
    TRY(kept_look(c, &k));
    if (!k.empty && k.last == 0)
        return cannot_write(c, words_in(c, "what stands at its end is no"
                                           " seal; put it aside, and a new"
                                           " one is begun"));
    if (k.empty)
        TRY(begin_anew(c));
    return add_lines(c, k.last);
}
