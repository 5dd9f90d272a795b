/* SPDX-License-Identifier: Apache-2.0 */
#include "db/needs.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define DNS_PORT 53 /* for answers too long for a datagram */

/* An address taken apart: what it says, and what holds where it says
   nothing. */
struct parts {
    PQconninfoOption *said, *other;
};

static const char *
look(const PQconninfoOption *list, const char *name)
{
    for (; list && list->keyword; list++)
        if (strcmp(list->keyword, name) == 0)
            return list->val && *list->val ? list->val : NULL;
    return NULL;
}

static const char *
part(const struct parts *p, const char *name)
{
    const char *value = look(p->said, name);

    return value ? value : look(p->other, name);
}

/* Whether one of the hosts, with commas between, is reached by TCP. */
static bool
over_net(const struct parts *p)
{
    const char *host = part(p, "host");

    if (part(p, "hostaddr"))
        return true;
    while (host) {
        if (*host && *host != '/' && *host != '@' && *host != ',')
            return true;
        host = strchr(host, ',');
        host += host ? 1 : 0;
    }
    return false;
}

static void
add_ports(struct store_needs *n, const struct parts *p)
{
    const char *list = part(p, "port");
    size_t k = 0;

    n->ports[k++] = DNS_PORT;
    while (list && k < STORE_MAX_PORTS) {
        long port = strtol(list, NULL, 10);

        n->ports[k++] = port > 0 && port < 65536 ? (uint16_t)port : 5432;
        list = strchr(list, ',');
        list += list ? 1 : 0;
    }
    if (k == 1)
        n->ports[k] = 5432;
}

static void
add_files(struct store_needs *n, struct arena *a, const struct parts *p)
{
    static const char *const names[] = { "sslcert", "sslkey",    "sslrootcert",
                                         "sslcrl",  "sslcrldir", "passfile" };
    const char *home = getenv("HOME");
    size_t k = 0;

    for (size_t i = 0; i < COUNT(names); i++)
        if (part(p, names[i]))
            n->files[k++] = arena_text(a, part(p, names[i]));
    if (home) {
        n->files[k++] = arena_printf(a, "%s/.pgpass", home);
        n->files[k++] = arena_printf(a, "%s/.postgresql", home);
    }
}

struct store_needs
store_needs(struct arena *a, const char *address)
{
    struct store_needs n = { .reach = JAIL_ALONE };
    struct parts p = { NULL, NULL };

    if (!address || !text_starts(address, "postgres"))
        return n;
    p.said = PQconninfoParse(address, NULL);
    p.other = PQconndefaults();
    if (!p.said || look(p.said, "service"))
        n.reach = JAIL_ANYWHERE;
    else
        n.reach = over_net(&p) ? JAIL_PORTS : JAIL_LOCAL;
    add_ports(&n, &p);
    add_files(&n, a, &p);
    PQconninfoFree(p.said);
    PQconninfoFree(p.other);
    return n;
}
