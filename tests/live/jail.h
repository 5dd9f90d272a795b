/* SPDX-License-Identifier: Apache-2.0 */
/* jail - what the parts of the jail's tests know of one another. */
#ifndef TESTS_LIVE_JAIL_H
#define TESTS_LIVE_JAIL_H

#include "base/jail.h"
#include "live.h"

/* Enter the jail that serving the folder DIR with DATABASE (NULL: SQLite)
   enters; this process stays in it. */
struct jail_state jail_of_server(const char *dir, const char *database);

/* The layers this machine has, asked of a process that enters. */
struct jail_state layers(void);

/* All of a server's threads are in the jail, health says so, and what it is
   asked it does. */
void check_served(struct score *s, const struct server *server,
                  const struct live_office *o);

void try_files(struct score *s);
void try_unit(struct score *s, const char *program,
              const struct live_office *o);
void try_served(struct score *s, const char *program);

#endif
