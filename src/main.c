/* SPDX-License-Identifier: Apache-2.0 */
/* Which command was asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"

/* "--lang en" may stand anywhere; it is the environment's word for everything
   after it.  False when it is no language. */
static bool
take_language(struct args *a)
{
    const char *lang = cli_option(a, "lang");

    if (lang == NULL)
        return true;
    if (strcmp(lang, "zh") != 0 && strcmp(lang, "en") != 0) {
        (void)fputs(cli_in("liangcao: --lang is zh or en\n"), stderr);
        return false;
    }
    (void)setenv("LIANGCAO_LANG", lang, 1);
    return true;
}

static int
run(const struct command *k, struct args *a)
{
    if (cli_flag(a, "help")) {
        help_print(k);
        return EXIT_DONE;
    }
    /* A command tells what is wrong in its own words; what the database says
       is shown to who asks for it. */
    if (strcmp(k->name, "serve") != 0 && getenv("LIANGCAO_LOG") == NULL)
        log_open(LOG_SILENT);
    return k->run(a->argc, a->argv);
}

int
main(int argc, char **argv)
{
    struct args a = { argc - 1, argv + 1, "" };
    const struct command *k;
    const char *name;

    if (argc < 1 || !take_language(&a))
        return EXIT_USAGE;
    if (a.argc == 0) {
        (void)fputs(cli_in("liangcao COMMAND ...; liangcao help tells which"
                           " there are\n"),
                    stderr);
        return EXIT_USAGE;
    }
    name = a.argv[0];
    /* What is tried first on any program leads to the commands that answer
       it. */
    if (strcmp(name, "--help") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    a.argv++;
    a.argc--;
    k = command_find(name);
    if (k != NULL)
        return run(k, &a);
    (void)fprintf(stderr, cli_in("liangcao: there is no command “%s”\n"), name);
    return EXIT_USAGE;
}
