/* SPDX-License-Identifier: Apache-2.0 */
#include "api/call.h"

#include <string.h>
#include <strings.h>

#include "auth/auth.h"
#include "base/jail_child.h"
#include "base/text.h"
#include "model/app.h"

void
api_call_begin(struct call *c, const struct app *app, struct arena *a,
               const char *channel)
{
    *c = (struct call){ .arena = a,
                        .app = app,
                        .words = app->words,
                        .now = instant_now(),
                        .channel = channel };
    db_session(c, app->store);
}

void
api_call_end(struct call *c)
{
    db_session_end(c);
    jail_let_go(c->app->files, c);
}

enum lang
api_lang(const struct http_request *q)
{
    const char *cookie = http_cookie(q, "lang");
    const char *accept = http_header(q, "Accept-Language");

    if (cookie != NULL)
        return strcmp(cookie, "en") == 0 ? LANG_EN : LANG_ZH;
    return accept != NULL && text_starts(accept, "en") ? LANG_EN : LANG_ZH;
}

/* "https://a.example:8443" is of the host "a.example:8443", and of "a.example"
   when a proxy has left the port out. */
static bool
is_origin_of(const char *origin, const char *host)
{
    const char *own = origin ? strstr(origin, "://") : NULL;
    size_t n = host ? strlen(host) : 0;

    if (own == NULL || n == 0 || strncasecmp(own + 3, host, n) != 0)
        return false;
    return own[3 + n] == '\0'
           || (own[3 + n] == ':' && strchr(host, ':') == NULL);
}

/*
 * A change by cookie, or a sign-in, that a page of another site has sent.  The
 * browser itself says so where it can (over TLS and on this machine); elsewhere
 * the page's origin is compared with the name we are asked by, which a proxy
 * must leave as it is, or say in X-Forwarded-Host, where the configuration
 * names it: anybody else could say so too.
 */
static enum err
refuse_foreign(struct call *c, const struct http_request *q)
{
    const char *site = http_header(q, "Sec-Fetch-Site");
    const char *origin = http_header(q, "Origin");

    if (site != NULL
            ? strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0
            : origin == NULL || is_origin_of(origin, http_header(q, "Host"))
                  || (http_by_proxy(q)
                      && is_origin_of(origin,
                                      http_header(q, "X-Forwarded-Host"))))
        return OK;
    return fail(c, ERR_DENIED, site ? "Sec-Fetch-Site" : "Origin",
                "was sent by a page of another site");
}

/* Who calls; no cookie and no token is nobody, which is not an error yet. */
static enum err
know_actor(struct call *c, const struct http_request *q)
{
    const char *bearer = http_header(q, "Authorization");
    const char *cookie = http_cookie(q, API_SESSION_COOKIE);
    const char *csrf = http_header(q, "X-CSRF-Token");
    enum err e;

    if (bearer != NULL) {
        if (!text_starts(bearer, "Bearer "))
            return fail(c, ERR_UNSIGNED, "Authorization",
                        "must be a bearer token");
        return auth_by_token(c, bearer + 7);
    }
    if (c->changing)
        TRY(refuse_foreign(c, q));
    /* A stale cookie is as good as none: whoever needs more is told so. */
    e = cookie == NULL ? ERR_UNSIGNED : auth_by_session(c, cookie);
    if (e != OK) {
        c->actor = NULL;
        return e == ERR_UNSIGNED ? OK : e;
    }
    if (c->changing && !text_same(csrf, c->actor->csrf))
        return fail(c, ERR_DENIED, "X-CSRF-Token",
                    "is missing or not this session's");
    return OK;
}

enum err
api_know_caller(struct call *c, const struct http_request *q,
                struct http_reply *r)
{
    enum err e = know_actor(c, q);

    if (http_known(q, c->actor ? c->actor->account_id : 0))
        return e;
    http_add_header(r, "Retry-After", "1");
    return fail(c, ERR_LIMIT, NULL,
                "too much is open for this account at a time");
}
