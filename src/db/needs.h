/* SPDX-License-Identifier: Apache-2.0 */
/* needs - how far a database's address lets a process reach (base/jail.h). */
#ifndef DB_NEEDS_H
#define DB_NEEDS_H

#include "base/jail.h"

#define STORE_MAX_PORTS 17
#define STORE_MAX_FILES 9

struct store_needs {
    enum jail_reach reach;
    uint16_t ports[STORE_MAX_PORTS + 1];    /* 0-ended */
    const char *files[STORE_MAX_FILES + 1]; /* read; NULL-ended, in the arena */
};

/*
 * What opening ADDRESS (NULL: SQLite) and opening it anew later takes: of
 * PostgreSQL the ports of its hosts and that of the name service, and the
 * files of certificates and passwords its address, the environment and libpq
 * by itself name.  A `service` in the address may hide anything: then any port
 * is needed.
 */
struct store_needs store_needs(struct arena *a, const char *address);

#endif
