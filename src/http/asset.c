/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset - the web interface that is built into the program.
 *
 * Every coding of an asset has an ETag of its own ("x", "x-gzip", "x-br"), as
 * a strong ETag must.  A path that is no asset, no API and has no ending is a
 * page of the interface: its router lives in /index.html.
 */
#include <stdlib.h>
#include <string.h>

#include "http/inner.h"

static const struct asset *
find(const struct asset *list, size_t n, const char *path)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].path, path) == 0)
            return &list[i];
    return NULL;
}

static bool
is_page(const char *path)
{
    const char *last = strrchr(path, '/');

    return strncmp(path, "/api/", 5) != 0 && strcmp(path, "/api") != 0 && last
           && strchr(last, '.') == NULL;
}

bool
asset_accepts(const char *header, const char *coding)
{
    size_t n = strlen(coding);

    for (const char *p = header; p && *p; p = strchr(p, ',')) {
        p += strspn(p, " \t,");
        size_t len = strcspn(p, " \t;,");
        if (len == n && strncasecmp(p, coding, n) == 0) {
            const char *weight = p + len + strspn(p + len, " \t;");

            return strncmp(weight, "q=", 2) != 0
                   || strtod(weight + 2, NULL) > 0;
        }
    }
    return false;
}

/* Is ETAG in the list of an If-None-Match header?  Weak ones count. */
static bool
is_known(const char *header, const char *etag)
{
    if (header == NULL)
        return false;
    return strcmp(header, "*") == 0 || strstr(header, etag) != NULL;
}

static const char *
etag_of(const struct http_request *q, const struct asset *a, const char *coding)
{
    const struct exchange *x = q->impl;

    if (coding == NULL)
        return a->etag;
    return arena_printf(x->arena, "%.*s-%s\"", (int)strlen(a->etag) - 1,
                        a->etag, coding);
}

bool
asset_reply(const struct asset *list, size_t n, const struct http_request *q,
            struct http_reply *r)
{
    const char *path = strcmp(q->path, "/") == 0 ? "/index.html" : q->path;
    const struct asset *a = find(list, n, path);
    const char *coding = NULL;

    if (strcmp(q->method, "GET") != 0)
        return false;
    /* An address of the interface itself, as after a reload. */
    if (a == NULL && is_page(path))
        a = find(list, n, "/index.html");
    if (a == NULL)
        return false;
    *r = (struct http_reply){ .status = 200,
                              .type = a->type,
                              .body = (const char *)a->plain,
                              .body_len = a->plain_len,
                              .body_static = true };
    const char *accepted = http_header(q, "Accept-Encoding");
    if (a->brotli && asset_accepts(accepted, "br")) {
        coding = "br";
        r->body = (const char *)a->brotli;
        r->body_len = a->brotli_len;
    } else if (a->gzip && asset_accepts(accepted, "gzip")) {
        coding = "gzip";
        r->body = (const char *)a->gzip;
        r->body_len = a->gzip_len;
    }
    const char *etag = etag_of(q, a, coding);
    http_add_header(r, "ETag", etag);
    http_add_header(r, "Vary", "Accept-Encoding");
    http_add_header(r, "Cache-Control",
                    a->immutable ? "public, max-age=31536000, immutable"
                                 : "no-cache");
    if (is_known(http_header(q, "If-None-Match"), etag)) {
        r->status = 304;
        r->body_len = 0;
    } else if (coding) {
        http_add_header(r, "Content-Encoding", coding);
    }
    return true;
}

bool
http_asset(const struct http_request *q, struct http_reply *r)
{
    return asset_reply(assets, n_assets, q, r);
}
