/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao help: the table of commands as words, as a manual page and as a
   completion for bash. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/conf.h"
#include "http/limits.h"

/* What every exit code tells, by one of its errors. */
static const struct {
    enum err e;
    const char *says;
} exits[] = {
    { ERR_INVALID,
      .says = "The input is not right, or an import refused rows." },
    { ERR_DENIED, .says = "Not signed in, or not allowed." },
    { ERR_ABSENT, .says = "No such office, file or thing." },
    { ERR_CONFLICT, .says = "It does not fit how things stand." },
    { ERR_BUSY, .says = "Busy, or too much; it may be tried again." },
    { ERR_BROKEN, .says = "Broken: the database does not open, the audit's"
                          " chain is not whole, the disk is full." },
};

/* Of the command line and of liangcao.conf: not a word of them was done. */
static const char says_wrongly[] =
    "Used wrongly, or liangcao.conf says what cannot be.";

static void
print_row(const struct command *k)
{
    (void)printf("  liangcao %s %s\n      %s\n", k->name, k->usage,
                 cli_in(k->says));
}

static void
print_exits(void)
{
    (void)printf("%s\n  0  %s\n  %d  %s\n", cli_in("Exit codes:"),
                 cli_in("Done."), EXIT_USAGE, cli_in(says_wrongly));
    for (size_t i = 0; i < COUNT(exits); i++)
        (void)printf("  %d  %s\n", cli_exit(exits[i].e), cli_in(exits[i].says));
}

static const char *
says_options(void)
{
    return cli_in("Every command takes --data DIR, the folder of the office"
                  " (default ./office), --lang zh|en, the language it speaks,"
                  " and --help.");
}

static int
print_help(void)
{
    (void)printf("liangcao 粮草 - %s\n\n",
                 cli_in("the logistics service of a public office"));
    for (size_t i = 0; i < n_commands; i++)
        print_row(&commands[i]);
    (void)printf("\n%s\n\n", says_options());
    print_exits();
    return EXIT_DONE;
}

void
help_print(const struct command *k)
{
    print_row(k);
    (void)printf("\n%s\n", says_options());
}

int
cli_usage(const char *command)
{
    (void)fprintf(stderr, cli_in("used as: liangcao %s %s\n"), command,
                  command_find(command)->usage);
    return EXIT_USAGE;
}

/* -- what liangcao.conf may say ---------------------------------------------- */

static void
print_name(const char *name, const char *values, const char *usual)
{
    (void)printf("%s", name);
    if (values != NULL)
        (void)printf(" = %s", values);
    if (usual != NULL)
        (void)printf(cli_in("  (usually %s)"), usual);
    (void)printf("\n");
}

static int
print_conf(void)
{
    (void)printf("%s\n\n",
                 cli_in("liangcao.conf in the office's folder holds lines of"
                        " name = value; # begins a comment line. LIANGCAO_NAME"
                        " in the environment (a dot as _) comes first."));
    for (size_t i = 0; i < n_conf_names; i++) {
        print_name(conf_names[i].name, conf_names[i].values,
                   conf_names[i].usual);
        (void)printf("      %s\n", cli_in(conf_names[i].says));
    }
    /* Numbers of one table, so that a new limit is told of here at once. */
    for (int i = 0; i < N_LIMITS; i++) {
        char name[64], range[48], usual[24];
        const struct http_limit_row *l = &http_limit_rows[i];

        (void)snprintf(name, sizeof name, "limits.%s", l->name);
        (void)snprintf(range, sizeof range, "%lld..%lld", (long long)l->least,
                       (long long)l->most);
        (void)snprintf(usual, sizeof usual, "%lld", (long long)l->usual);
        print_name(name, range, usual);
    }
    (void)printf("      %s\n", cli_in("how much one far end may hold"));
    return EXIT_DONE;
}

/* An operand is the name of a command, or the configuration. */
static int
print_one(const char *name)
{
    const struct command *k = command_find(name);

    if (text_same(name, "conf"))
        return print_conf();
    if (k == NULL) {
        (void)fprintf(stderr, cli_in("liangcao: there is no command “%s”\n"),
                      name);
        return EXIT_USAGE;
    }
    help_print(k);
    return EXIT_DONE;
}

/* -- the manual page --------------------------------------------------------- */

/* Text for troff: a hyphen stays one, nothing begins a request. */
static void
put_roff(const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '-' || *s == '\\')
            (void)putchar('\\');
        (void)putchar(*s);
    }
}

static void
print_man_files(void)
{
    (void)printf(".SH FILES\n.TP\n.I DIR/main.db\nThe SQLite database.\n"
                 ".TP\n.I DIR/liangcao.conf\nLines of name = value:\n");
    for (size_t i = 0; i < n_conf_names; i++) {
        (void)printf(".br\n\\fB%s\\fR: ", conf_names[i].name);
        put_roff(conf_names[i].says);
        (void)printf("\n");
    }
    (void)printf(".br\n\\fBlimits.NAME\\fR: see liangcao help conf\n"
                 ".TP\n.I DIR/backup\nThe nightly backups, and those from"
                 " before an upgrade.\n"
                 ".TP\n.I DIR/office.id\nThe mark of an office: while it"
                 " stands no new one is made in its place.\n");
}

static int
print_man(void)
{
    (void)printf(".TH LIANGCAO 1 \"\" \"liangcao\" \"User Commands\"\n"
                 ".SH NAME\nliangcao \\- the logistics service of a public"
                 " office\n"
                 ".SH SYNOPSIS\n.B liangcao\n.I COMMAND\n[\\fB\\-\\-data\\fR"
                 " \\fIDIR\\fR] [\\fIargument\\fR ...]\n.SH COMMANDS\n");
    for (size_t i = 0; i < n_commands; i++) {
        (void)printf(".TP\n\\fB%s\\fR ", commands[i].name);
        put_roff(commands[i].usage);
        (void)printf("\n");
        put_roff(commands[i].says);
        (void)printf("\n");
    }
    (void)printf(".SH OPTIONS\n.TP\n\\fB\\-\\-data\\fR \\fIDIR\\fR\n"
                 "The folder of the office; every command takes it."
                 " ./office unless said.\n"
                 ".TP\n\\fB\\-\\-lang\\fR zh|en\nThe language of what is"
                 " said; every command takes it.\n"
                 ".TP\n\\fB\\-\\-help\\fR\nHow the command is used.\n");
    print_man_files();
    (void)printf(".SH ENVIRONMENT\n.TP\n.B LIANGCAO_NAME\n"
                 "Comes before the line of that name in liangcao.conf; a dot is"
                 " written as _.\n"
                 ".TP\n.B LIANGCAO_LOG\nSet: a command shows what the"
                 " database says of itself.\n"
                 ".TP\n.B TMPDIR\nWhere backup \\-\\-verify restores to;"
                 " /var/tmp unless said.\n"
                 ".SH EXIT STATUS\n.TP\n.B %d\nDone.\n.TP\n.B %d\n%s\n",
                 EXIT_DONE, EXIT_USAGE, says_wrongly);
    for (size_t i = 0; i < COUNT(exits); i++) {
        (void)printf(".TP\n.B %d\n", cli_exit(exits[i].e));
        put_roff(exits[i].says);
        (void)printf("\n");
    }
    (void)printf(".PP\n\\fBdispatch\\fR has its own: 0 done, 1 failed, 2 the"
                 " input is not right or not there, 64 used wrongly.\n");
    return EXIT_DONE;
}

/* -- completion --------------------------------------------------------------- */

/* The words of a usage that are typed as they stand: options, and those in
   small letters. */
static void
put_words(const char *usage)
{
    while (*usage != '\0') {
        size_t n = strcspn(usage, " []|");
        bool option = strncmp(usage, "--", 2) == 0;

        if (n > 0 && (option || islower((unsigned char)*usage)))
            (void)printf(" %.*s", (int)n, usage);
        usage += n + (usage[n] != '\0');
    }
}

static int
print_completion(void)
{
    (void)printf("# bash completion of liangcao; made by liangcao help"
                 " --completion\n_liangcao() {\n"
                 "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
                 "    if [ \"${COMP_WORDS[COMP_CWORD-1]}\" = --data ]; then\n"
                 "        COMPREPLY=($(compgen -d -- \"$cur\"))\n"
                 "        return\n    fi\n"
                 "    case $COMP_CWORD:${COMP_WORDS[1]} in\n    1:*) words='");
    for (size_t i = 0; i < n_commands; i++)
        (void)printf("%s%s", i ? " " : "", commands[i].name);
    (void)printf("' ;;\n");
    for (size_t i = 0; i < n_commands; i++) {
        (void)printf("    *:%s) words='--data --lang --help", commands[i].name);
        put_words(commands[i].usage);
        (void)printf("' ;;\n");
    }
    (void)printf("    esac\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                 "}\ncomplete -o default -F _liangcao liangcao\n");
    return EXIT_DONE;
}

int
help_command(int argc, char **argv)
{
    struct args a = { argc, argv, "help" };
    bool man = cli_flag(&a, "man"), completion = cli_flag(&a, "completion");
    const char *name = cli_operand(&a);
    int code = cli_end(&a);

    if (code != 0)
        return code;
    return name         ? print_one(name)
           : man        ? print_man()
           : completion ? print_completion()
                        : print_help();
}
