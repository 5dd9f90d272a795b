/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao help: the table of commands as words, as a manual page and as a
   completion for bash. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* What every exit code tells, by one of its errors. */
static const struct {
    enum err e;
    const char *says;
} exits[] = {
    { ERR_INVALID, "The input is not right, or an import refused rows." },
    { ERR_DENIED, "Not signed in, or not allowed." },
    { ERR_ABSENT, "No such office, file or thing." },
    { ERR_CONFLICT, "It does not fit how things stand." },
    { ERR_BUSY, "Busy, or too much; it may be tried again." },
    { ERR_BROKEN, "Broken: the database does not open, the audit's chain is"
                  " not whole, the disk is full." },
};

static int
print_help(void)
{
    (void)printf("liangcao 粮草 - the logistics service of a public"
                 " office\n\n");
    for (size_t i = 0; i < n_commands; i++)
        (void)printf("  liangcao %s %s\n      %s\n", commands[i].name,
                     commands[i].usage, commands[i].says);
    (void)printf("\nEvery command takes --data DIR, the folder of the office"
                 " (default ./office).\n");
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
                 ".SH FILES\n.TP\n.I DIR/main.db\nThe SQLite database.\n"
                 ".TP\n.I DIR/liangcao.conf\nLines of name = value:"
                 " database (a postgresql:// address), cert and key (PEM"
                 " files, for HTTPS), audit.key and audit.seals (what signs"
                 " the audit, and where to), lang (en: refusals in"
                 " English), backup.at, backup.keep, backup.dir,"
                 " backup.external.\n"
                 ".TP\n.I DIR/backup\nThe nightly backups, and those from"
                 " before an upgrade.\n"
                 ".TP\n.I DIR/office.id\nThe mark of an office: while it"
                 " stands no new one is made in its place.\n"
                 ".SH ENVIRONMENT\n.TP\n.B LIANGCAO_DATABASE, LIANGCAO_CERT,"
                 " LIANGCAO_KEY, LIANGCAO_LANG\nCome before the file.\n"
                 ".TP\n.B LIANGCAO_LOG\nSet: a command shows what the"
                 " database says of itself.\n"
                 ".TP\n.B TMPDIR\nWhere backup \\-\\-verify restores to;"
                 " /var/tmp unless said.\n"
                 ".SH EXIT STATUS\n.TP\n.B %d\nDone.\n.TP\n.B %d\n"
                 "Used wrongly.\n",
                 EXIT_DONE, EXIT_USAGE);
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
        (void)printf("    *:%s) words='--data", commands[i].name);
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
    int code = cli_end(&a);

    if (code != 0)
        return code;
    return man ? print_man() : completion ? print_completion() : print_help();
}
