/* SPDX-License-Identifier: Apache-2.0 */
/* Which command was asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"

int
main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "liangcao COMMAND ...; liangcao help tells"
                              " which there are\n");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0)
        return help_command(0, NULL);
    /* A command tells what is wrong in its own words; what the database says
       is shown to who asks for it. */
    if (strcmp(argv[1], "serve") != 0 && getenv("LIANGCAO_LOG") == NULL)
        log_open(LOG_SILENT);
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 2, argv + 2);
    (void)fprintf(stderr, "liangcao: there is no command “%s”\n", argv[1]);
    return EXIT_USAGE;
}
