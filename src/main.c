/* SPDX-License-Identifier: Apache-2.0 */
/* Which command was asked for. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static void
print_help(FILE *to)
{
    (void)fprintf(to, "liangcao 粮草 - the logistics service of a public "
                      "office\n\n");
    for (size_t i = 0; i < n_commands; i++)
        (void)fprintf(to, "  liangcao %s %s\n      %s\n", commands[i].name,
                      commands[i].usage, commands[i].says);
    (void)fprintf(to, "\nEvery command takes --data DIR, the folder of the "
                      "office (default ./office).\n");
}

int
main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "help") == 0
        || strcmp(argv[1], "--help") == 0) {
        print_help(argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 2, argv + 2);
    (void)fprintf(stderr, "liangcao: there is no command “%s”\n", argv[1]);
    return EXIT_USAGE;
}
