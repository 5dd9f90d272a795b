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

/* Does PATH fit the route's pattern?  {parts} are kept. */
static bool
path_fits(struct arena *a, const char *pattern, const char *path,
          struct pair *parts, size_t *n)
{
    *n = 0;
    while (*pattern == '/' && *path == '/') {
        size_t want = segment(++pattern), have = segment(++path);

        if (*pattern == '{' && have > 0 && *n < ROUTE_PARTS) {
            parts[(*n)++] =
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

const struct route *
route_find(struct arena *a, const char *method, const char *path,
           struct pair *parts, size_t *n, bool *other_method)
{
    const struct route *found = NULL;
    struct pair tried[ROUTE_PARTS];
    size_t n_tried;

    *other_method = false;
    for (size_t i = 0; all_routes()[i] != NULL; i++) {
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++) {
            if ((found != NULL && !is_plain(r->path))
                || !path_fits(a, r->path, path, tried, &n_tried))
                continue;
            /* 405 and not 404, should no other pattern have the method. */
            if (strcmp(method_words[r->method], method) != 0) {
                *other_method = true;
                continue;
            }
            found = r;
            *n = n_tried;
            memcpy(parts, tried, sizeof tried);
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
    struct pair parts[ROUTE_PARTS];
    size_t n;
    bool other;

    for (size_t i = 0; i < COUNT(method_words); i++)
        if (route_find(a, method_words[i], path, parts, &n, &other))
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
