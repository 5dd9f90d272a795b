/* SPDX-License-Identifier: Apache-2.0 */
/* Which command was asked for. */
#include <stdio.h>
#include <string.h>

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
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 2, argv + 2);
    (void)fprintf(stderr, "liangcao: there is no command “%s”\n", argv[1]);
    return EXIT_USAGE;
}
