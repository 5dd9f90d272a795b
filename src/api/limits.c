/* SPDX-License-Identifier: Apache-2.0 */
#include "api/limits.h"

#include "model/health.h"

#define FEW 500 /* connections: some sixty people's browsers */

void
limits_tell(const struct app *app, const struct http_counts *now,
            struct limits_seen *seen)
{
    unsigned long long away = now->refused[REFUSED_CONNECTIONS];
    long long open = (long long)now->connections;
    long long most = (long long)now->most_connections;
    instant at = instant_now();

    if (away > seen->turned_away) {
        seen->turned_away = away;
        seen->when = at;
    }
    if (seen->when.ms != 0 && at.ms - seen->when.ms < MINUTE_MS)
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
