/* SPDX-License-Identifier: Apache-2.0 */
/* Options, exit codes, progress. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/words.h"
#include "cli/cli.h"

int
cli_exit(enum err e)
{
    static const int codes[] = {
        [OK] = 0,           [ERR_MALFORMED] = 3, [ERR_INVALID] = 3,
        [ERR_UNSIGNED] = 4, [ERR_DENIED] = 4,    [ERR_ABSENT] = 5,
        [ERR_CONFLICT] = 6, [ERR_STALE] = 6,     [ERR_BUSY] = 7,
        [ERR_LIMIT] = 7,    [ERR_FULL] = 8,      [ERR_AWAY] = 8,
        [ERR_BROKEN] = 8,   [ERR_UNSURE] = 8
    };

    return codes[e];
}

static void
take_out(struct args *a, int at, int n)
{
    for (int i = at; i + n < a->argc; i++)
        a->argv[i] = a->argv[i + n];
    a->argc -= n;
}

const char *
cli_option(struct args *a, const char *name)
{
    size_t n = strlen(name);

    for (int i = 0; i < a->argc; i++) {
        const char *arg = a->argv[i], *value;

        if (strncmp(arg, "--", 2) != 0 || strncmp(arg + 2, name, n) != 0)
            continue;
        /* What was taken is out, so that what is left over at the end is
           wrong. */
        if (arg[2 + n] == '=') {
            value = arg + 3 + n;
            take_out(a, i, 1);
            return value;
        }
        if (arg[2 + n] == '\0' && i + 1 < a->argc) {
            value = a->argv[i + 1];
            take_out(a, i, 2);
            return value;
        }
    }
    return NULL;
}

bool
cli_flag(struct args *a, const char *name)
{
    for (int i = 0; i < a->argc; i++)
        if (strncmp(a->argv[i], "--", 2) == 0
            && strcmp(a->argv[i] + 2, name) == 0) {
            take_out(a, i, 1);
            return true;
        }
    return false;
}

const char *
cli_operand(struct args *a)
{
    for (int i = 0; i < a->argc; i++)
        if (strncmp(a->argv[i], "--", 2) != 0) {
            const char *s = a->argv[i];

            take_out(a, i, 1);
            return s;
        }
    return NULL;
}

int
cli_end(const struct args *a)
{
    if (a->argc == 0)
        return 0;
    (void)fprintf(stderr, cli_in("liangcao %s: “%s” is not understood\n"),
                  a->command, a->argv[0]);
    return EXIT_USAGE;
}

/* -- the language ------------------------------------------------------------ */

/* One command, one voice. */
static struct words *chinese;
static struct call voice;

static enum lang
lang_of(const char *word)
{
    return text_same(word, "en") ? LANG_EN : LANG_ZH;
}

const struct call *
cli_voice(void)
{
    const struct file *zh;

    if (chinese != NULL)
        return &voice;
    zh = file_find("data/languages/zh.json");
    chinese = zh ? words_open(zh->text, zh->len) : NULL;
    voice.words = chinese;
    voice.lang = lang_of(getenv("LIANGCAO_LANG"));
    return &voice;
}

struct words *
cli_words(void)
{
    (void)cli_voice();
    return chinese;
}

void
cli_speak(const char *lang)
{
    (void)cli_voice();
    voice.lang = lang_of(lang);
}

const char *
cli_in(const char *text)
{
    return words_in(cli_voice(), text);
}

void
cli_progress(const char *what, int64_t done, int64_t all)
{
    static int64_t last_ms; /* one command, one thread */
    int64_t now = instant_now().ms;

    if (!isatty(STDERR_FILENO) || (done < all && now - last_ms < 100))
        return;
    last_ms = now;
    (void)fprintf(stderr, "\r%s %lld / %lld%s", what, (long long)done,
                  (long long)all, done >= all ? "\n" : "");
}
