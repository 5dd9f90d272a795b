/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "http/limits.h"

#define MAX_LINE 1024
#define MAX_LINES 128
#define LIMITS "limits."
#define MAX_NAME 64

const struct conf_name conf_names[] = {
    { "database", NULL, NULL,
      .says = "postgresql://USER@HOST/NAME; without it SQLite in the folder" },
    { "cert", NULL, NULL,
      .says = "the certificate, a PEM file: HTTPS is served" },
    { "key", NULL, NULL, .says = "the certificate's key, a PEM file" },
    { "proxies", NULL, NULL,
      .says = "reverse proxies that are believed: 127.0.0.1, 10.0.0.0/8" },
    { "metrics.open", "yes|no", "no",
      .says = "/metrics for everybody, not for this machine alone" },
    { "audit.key", NULL, NULL,
      .says = "the key that signs the audit, a file outside of the folder" },
    { "audit.seals", NULL, NULL,
      .says = "a file or folder to which each signature is appended" },
    { "lang", "zh|en", "zh", .says = "the language of the command line" },
    { "jail", "on|off|log", "on",
      .says = "off: a server does not lock itself in; log: what it is refused "
              "goes to"
              " the kernel's log" },
    { "jail.dumps", "yes|no", "no",
      .says = "core files and debuggers are possible, which show passwords" },
    { "backup.at", NULL, "02:30",
      .says =
          "when the nightly backup is made, in the office's time; off: none" },
    { "backup.keep", NULL, "14", .says = "how many nights are kept" },
    { "backup.dir", NULL, "backup",
      .says = "where the nightly backups are kept; best on another disk" },
    { "backup.external", "yes|no", "no",
      .says = "PostgreSQL is backed up by its own tools" },
};
const size_t n_conf_names = COUNT(conf_names);

struct line {
    int number;
    const char *name, *value; /* value NULL: it is no "name = value" */
};

struct conf {
    struct arena *arena;
    struct line lines[MAX_LINES];
    size_t n;
    bool more; /* than can be taken */
};

/* -- reading ---------------------------------------------------------------- */

static char *
trim(char *s)
{
    char *end;

    while (*s == ' ' || *s == '\t')
        s++;
    end = s + strlen(s);
    while (end > s && strchr(" \t\r\n", end[-1]) != NULL)
        *--end = '\0';
    return s;
}

static void
take_line(struct conf *k, char *text, int number)
{
    char *s = trim(text), *equals = strchr(s, '=');
    struct line *l = &k->lines[k->n];

    if (*s == '\0' || *s == '#')
        return;
    if (k->n == MAX_LINES) {
        k->more = true;
        return;
    }
    l->number = number;
    if (equals != NULL) {
        *equals = '\0';
        l->value = arena_text(k->arena, trim(equals + 1));
    }
    l->name = arena_text(k->arena, trim(s));
    k->n++;
}

struct conf *
conf_open(const char *dir)
{
    struct arena *a = arena_open();
    struct conf *k = NEW(a, struct conf);
    FILE *f = fopen(arena_printf(a, "%s/liangcao.conf", dir), "r");
    char text[MAX_LINE];

    k->arena = a;
    for (int n = 1; f != NULL && fgets(text, sizeof text, f); n++) {
        if (strchr(text, '\n') == NULL && !feof(f))
            k->more = true;
        take_line(k, text, n);
    }
    if (f != NULL)
        (void)fclose(f);
    return k;
}

void
conf_close(struct conf *k)
{
    if (k != NULL)
        arena_close(k->arena);
}

/* "backup.at" is LIANGCAO_BACKUP_AT: a shell knows no name with a dot. */
static const char *
of_environment(const char *name)
{
    char env[MAX_NAME + 10] = "LIANGCAO_";
    size_t n = strlen(env);
    const char *value;

    for (const char *p = name; *p != '\0' && n < sizeof env - 1; p++)
        env[n++] = *p == '.'
                       ? '_'
                       : (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
    value = getenv(env);
    return value != NULL && *value != '\0' ? value : NULL;
}

const char *
conf_value(const struct conf *k, const char *name)
{
    const char *value = of_environment(name);

    for (size_t i = 0; value == NULL && i < k->n; i++)
        if (strcmp(k->lines[i].name, name) == 0)
            return k->lines[i].value;
    return value;
}

const char *
conf_usual(const char *name)
{
    for (size_t i = 0; i < COUNT(conf_names); i++)
        if (strcmp(conf_names[i].name, name) == 0)
            return conf_names[i].usual;
    return NULL;
}

/* -- judging ---------------------------------------------------------------- */

/* The I-th of all names, "limits.head_s" among them; NULL after the last. */
static const char *
any_name(size_t i, char limit[static MAX_NAME])
{
    if (i < COUNT(conf_names))
        return conf_names[i].name;
    if (i - COUNT(conf_names) >= N_LIMITS)
        return NULL;
    (void)snprintf(limit, MAX_NAME, LIMITS "%s",
                   http_limit_rows[i - COUNT(conf_names)].name);
    return limit;
}

/* How many letters are to be put in, taken out or changed to come from A to B
   (Levenshtein's distance), of names up to MAX_NAME letters. */
static size_t
letters_between(const char *a, const char *b)
{
    size_t row[MAX_NAME + 1], n = strlen(b);

    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t before = row[0]++;

        for (size_t k = 1; k <= n; k++) {
            size_t least = before + (a[i] != b[k - 1]);

            before = row[k];
            if (row[k] + 1 < least)
                least = row[k] + 1;
            if (row[k - 1] + 1 < least)
                least = row[k - 1] + 1;
            row[k] = least;
        }
    }
    return row[n];
}

static enum err
refuse_name(struct call *c, const struct line *l)
{
    char limit[MAX_NAME];
    const char *best = "", *name;
    size_t least = SIZE_MAX;

    for (size_t i = 0; (name = any_name(i, limit)) != NULL; i++) {
        size_t n = letters_between(l->name, name);

        if (n < least) {
            least = n;
            best = arena_text(c->arena, name);
        }
    }
    /* It is one of them. */
    if (least == 0)
        return OK;
    return fail(c, ERR_INVALID, NULL,
                "liangcao.conf, line %d: nothing is called “%s”; is “%s"
                "” meant? liangcao help conf names all",
                l->number, l->name, best);
}

static bool
is_one_of(const char *values, const char *value)
{
    size_t n = strlen(value);

    for (const char *p = values; p != NULL; p = strchr(p, '|')) {
        p += *p == '|';
        if (strncmp(p, value, n) == 0 && (p[n] == '|' || p[n] == '\0'))
            return true;
    }
    return false;
}

static enum err
check_values(struct call *c, const struct conf *k)
{
    for (size_t i = 0; i < COUNT(conf_names); i++) {
        const struct conf_name *n = &conf_names[i];
        const char *value = conf_value(k, n->name);

        if (n->values != NULL && value != NULL && !is_one_of(n->values, value))
            return fail(c, ERR_INVALID, NULL,
                        "liangcao.conf: %s is “%s”, and must be one of %s",
                        n->name, value, n->values);
    }
    return OK;
}

enum err
conf_check(struct call *c, const struct conf *k)
{
    for (size_t i = 0; i < k->n; i++) {
        const struct line *l = &k->lines[i];

        if (l->value == NULL)
            return fail(c, ERR_INVALID, NULL,
                        "liangcao.conf, line %d is not “name = value”",
                        l->number);
        TRY(refuse_name(c, l));
        /* Or one would hold and whoever reads the other would not know. */
        for (size_t j = 0; j < i; j++)
            if (strcmp(k->lines[j].name, l->name) == 0)
                return fail(c, ERR_INVALID, NULL,
                            "liangcao.conf, line %d: “%s” stands in line %d"
                            " already",
                            l->number, l->name, k->lines[j].number);
    }
    if (k->more)
        return fail(c, ERR_INVALID, NULL,
                    "liangcao.conf has more than %d lines, or one of more than"
                    " %d letters",
                    MAX_LINES, MAX_LINE - 2);
    return check_values(c, k);
}
