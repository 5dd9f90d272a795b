/* SPDX-License-Identifier: Apache-2.0 */
#include "api/find.h"

#include <string.h>

#include "base/text.h"

static const char *const method_words[] = { "GET", "POST", "PATCH", "PUT",
                                            "DELETE" };

const char *
method_word(enum method m)
{
    return method_words[m];
}

/* Length of the segment at S. */
static size_t
segment(const char *s)
{
    return strcspn(s, "/");
}

/* Does PATH fit the route's pattern?  OUT takes the {parts}. */
static bool
path_fits(struct arena *a, const char *pattern, const char *path,
          struct address *out)
{
    out->n = 0;
    while (*pattern == '/' && *path == '/') {
        size_t want = segment(++pattern), have = segment(++path);

        if (*pattern == '{' && have > 0 && out->n < ROUTE_PARTS) {
            out->parts[out->n++] =
                (struct pair){ arena_text_n(a, pattern + 1, want - 2),
                               arena_text_n(a, path, have) };
        } else if (want != have || strncmp(pattern, path, want) != 0) {
            return false;
        }
        pattern += want;
        path += have;
    }
    return *pattern == '\0' && *path == '\0';
}

/* A pattern without parts wins over one with: /orders/board, /orders/{id}. */
static bool
is_plain(const char *pattern)
{
    return strchr(pattern, '{') == NULL;
}

struct address
route_find(struct arena *a, const char *method, const char *path)
{
    struct address found = { 0 }, tried = { 0 };

    for (size_t i = 0; all_routes()[i] != NULL; i++) {
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++) {
            if ((found.route != NULL && !is_plain(r->path))
                || !path_fits(a, r->path, path, &tried))
                continue;
            /* 405 and not 404, should no other pattern have the method. */
            if (strcmp(method_words[r->method], method) != 0) {
                found.other_method = true;
                continue;
            }
            tried.route = r;
            tried.other_method = found.other_method;
            found = tried;
            if (is_plain(r->path))
                return found;
        }
    }
    return found;
}

const char *
route_methods(struct arena *a, const char *path)
{
    struct buf b = buf_make(a, 0);

    for (size_t i = 0; i < COUNT(method_words); i++)
        if (route_find(a, method_words[i], path).route != NULL)
            buf_printf(&b, "%s%s%s", b.len > 0 ? ", " : "", method_words[i],
                       i == GET ? ", HEAD" : "");
    return b.s;
}

/* A star for each {part}. */
static const char *
starred(struct arena *a, const char *pattern)
{
    struct buf b = buf_make(a, 0);

    buf_puts(&b, "/api/v1");
    while (*pattern) {
        size_t n = strcspn(pattern, "{");

        buf_add(&b, pattern, n);
        pattern += n;
        if (*pattern) {
            buf_putc(&b, '*');
            pattern += strcspn(pattern, "}") + 1;
        }
    }
    return b.s;
}

const char *const *
route_paths(struct arena *a, unsigned flag)
{
    const char **all;
    size_t n = 0;

    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            n += (r->flags & flag) != 0;
    all = NEW_N(a, const char *, n + 1);
    n = 0;
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            if (r->flags & flag)
                all[n++] = starred(a, r->path);
    return all;
}
