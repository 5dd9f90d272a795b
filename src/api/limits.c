/* SPDX-License-Identifier: Apache-2.0 */
#include "api/limits.h"

#include <stdlib.h>

#include "model/health.h"

#define FEW 500 /* connections: some sixty people's browsers */

struct limits {
    const struct http_server *server;
    unsigned long long turned_away; /* as last told */
    instant when; /* somebody was last turned away; 0: never */
};

struct limits *
limits_open(void)
{
    struct limits *l = calloc(1, sizeof *l);

    ASSERT(l != NULL);
    return l;
}

void
limits_of(struct limits *l, const struct http_server *s)
{
    l->server = s;
}

void
limits_close(struct limits *l)
{
    free(l);
}

static void
say(const struct app *app, const struct http_counts *now)
{
    struct limits *seen = app->limits;
    unsigned long long away = now->refused[REFUSED_CONNECTIONS];
    long long open = (long long)now->connections;
    long long most = (long long)now->most_connections;
    instant at = instant_now();

    /* The count only grows: it is a new one that brings the warning back. */
    if (away > seen->turned_away) {
        seen->turned_away = away;
        seen->when = at;
    }
    if (seen->when.ms != 0 && instant_since(seen->when, at) < MINUTE_MS)
        health_say(app, "connections", HEALTH_WARN,
                   "all %lld places for connections were taken within the"
                   " last minute: somebody was turned away",
                   most);
    else if (most < FEW)
        health_say(app, "connections", HEALTH_WARN,
                   "the machine gives descriptors for %lld connections only:"
                   " raise LimitNOFILE",
                   most);
    else
        health_say(app, "connections", HEALTH_GOOD,
                   "%lld connections of %lld are open", open, most);
}

enum err
limits_tell(struct call *c, int64_t max, int64_t *done)
{
    struct http_counts now = http_counts(c->app->limits->server);

    (void)max;
    *done = 0;
    say(c->app, &now);
    return OK;
}
