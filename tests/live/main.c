/* SPDX-License-Identifier: Apache-2.0 */
/* What is tried against real servers; each prints "N passed, N failed". */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "live.h"

static const struct {
    const char *name, *usage;
    int (*run)(int argc, char **argv);
} tries[] = {
    { "torture", "PROGRAM KILLS", torture },
    { "transcript", "PROGRAM FILE...", transcript },
    { "crowd", "PROGRAM SECONDS", crowd },
    { "jail", "PROGRAM", jail },
    { "doors", "PROGRAM", doors },
    { "tables", "PROGRAM", tables },
    { "wild", "PROGRAM REQUESTS [SEED]", wild },
    { "limits", "PROGRAM", limits },
    { "siege", "PROGRAM SECONDS CLIENTS [SEED]", siege },
    { "stream", "PROGRAM LISTENERS", stream },
    { "skew", "PROGRAM SECONDS...", skew },
    { "stalls", "PROGRAM", stalls },
    { "store", "PROGRAM", store },
    { "stops", "PROGRAM TIMES", stops },
};

int
main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
        if (argc > 2 && strcmp(argv[1], tries[i].name) == 0)
            return tries[i].run(argc - 2, argv + 2);
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
        (void)fprintf(stderr, "live %s %s\n", tries[i].name, tries[i].usage);
    return 2;
}
