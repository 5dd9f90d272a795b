/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml_read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "base/words.h"

/* -- memory and messages ---------------------------------------------------- */

/* libcyaml's memory is the call's: nothing is freed one by one. */
static void *
get_memory(void *ctx, void *old, size_t n)
{
    struct arena *a = ctx;
    size_t *head;

    if (n == 0)
        return NULL;
    head = arena_alloc(a, n + 16);
    head[0] = n;
    if (old != NULL) {
        size_t before = ((size_t *)old)[-2];

        memcpy(head + 2, old, before < n ? before : n);
    }
    return head + 2;
}

/* What libcyaml said: the cause, and the first line of the way to it. */
struct said {
    char cause[300];
    long line;
};

static void
hear(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
    struct said *s = ctx;
    char line[300];
    const char *at;

    if (level < CYAML_LOG_ERROR)
        return;
    (void)vsnprintf(line, sizeof line, fmt, args);
    line[strcspn(line, "\n")] = '\0';
    at = strstr(line, "(line: ");
    if (at != NULL && s->line == 0)
        s->line = strtol(at + 7, NULL, 10);
    if (s->cause[0] == '\0')
        memcpy(s->cause, line, sizeof line);
}

/* -- which line ------------------------------------------------------------- */

/* Is it a word by itself, and a key if it must be one? */
static bool
stands_alone(const char *text, const char *at, size_t n, bool is_key)
{
    const char *behind = at + n;

    if (at > text && !strchr(" \t\n{[,\"'-", at[-1]))
        return false;
    behind += *behind == '"' || *behind == '\'';
    behind += strspn(behind, " \t");
    return !is_key || *behind == ':';
}

/* The line of WORD, from the line FROM on, else anywhere; 0: nowhere. */
static long
line_of(const char *text, const char *word, long from, bool is_key)
{
    long line = 1, first = 0;
    const char *counted = text;
    size_t n = strlen(word);

    if (n == 0)
        return 0;
    for (const char *p = strstr(text, word); p; p = strstr(p + 1, word)) {
        for (; counted < p; counted++)
            line += *counted == '\n';
        if (!stands_alone(text, p, n, is_key))
            continue;
        if (line >= from)
            return line;
        first = first ? first : line;
    }
    return first;
}

/* -- in our words -------------------------------------------------------------- */

/* What is told; %s is what follows libcyaml's colon. */
static const char *const yaml_faults[] = {
    "there is no key “%.60s”",
    "the key “%.60s” is missing",
    "the key “%.60s” comes twice",
    "“%.60s” is not a whole number",
    "“%.60s” is not a whole number",
    "“%.60s” is not one of the words",
    "the text is too long",
    "the text must not be empty",
    "a list, a map or a text stands where another must be",
    "the list is too long",
    "the list is too short",
};

/* What libcyaml says of each. */
static const struct {
    const char *begins;
    bool is_key;   /* what follows is a key of the file */
    bool is_there; /* and stands in it */
} heard[] = {
    { "Unexpected key: ", true, true },
    { "Missing required mapping field: ", true, false },
    { "Mapping field already seen: ", true, true },
    { "Invalid INT value: ", false, true },
    { "Invalid UINT value: ", false, true },
    { "Invalid ENUM value: ", false, true },
    { "STRING length > ", false, false },
    { "STRING length < ", false, false },
    { "Expecting ", false, false },
    { "Excessive entries ", false, false },
    { "Insufficient entries ", false, false },
};
_Static_assert(COUNT(heard) == COUNT(yaml_faults), "one text each");

/* What is not YAML at all: libyaml itself knows where. */
static enum err
tell_syntax(struct call *c, const char *name, const char *text, size_t n)
{
    yaml_parser_t p;
    yaml_document_t doc;
    long line = 1;
    const char *problem = "";

    if (!yaml_parser_initialize(&p))
        return fail(c, ERR_INVALID, name, "the file cannot be read");
    yaml_parser_set_input_string(&p, (const unsigned char *)text, n);
    if (yaml_parser_load(&p, &doc)) {
        yaml_document_delete(&doc);
    } else {
        line = (long)p.problem_mark.line + 1;
        problem = arena_text(c->arena, p.problem ? p.problem : "");
    }
    yaml_parser_delete(&p);
    return fail(c, ERR_INVALID, name,
                "line %lld: this is not written as YAML has it: %s",
                (long long)line, problem);
}

/* libcyaml's line is that of the list or map around the fault; where the word
   itself stands in the file, its own line is found.  What libcyaml says that we
   do not know is told without its English. */
static enum err
tell(struct call *c, const char *name, const char *text, const struct said *s)
{
    const char *cause =
        text_starts(s->cause, "Load: ") ? s->cause + 6 : s->cause;

    for (size_t i = 0; i < COUNT(heard); i++) {
        char *what;
        size_t n;
        long line;

        if (!text_starts(cause, heard[i].begins))
            continue;
        what = text_mend(arena_text(c->arena, cause + strlen(heard[i].begins)));
        n = strlen(what);
        if (n > 1 && *what == '\'' && what[n - 1] == '\'') {
            what[n - 1] = '\0';
            what++;
        }
        line = heard[i].is_there ? line_of(text, what, s->line, heard[i].is_key)
                                 : s->line;
        return fail(c, ERR_INVALID, name, "line %lld: %s",
                    (long long)(line      ? line
                                : s->line ? s->line
                                          : 1),
                    arena_printf(c->arena, words_in(c, yaml_faults[i]), what));
    }
    return fail(c, ERR_INVALID, name, "line %lld: %s", (long long)s->line,
                words_in(c, "it cannot be read"));
}

/* No aliases: a few lines of them can stand for gigabytes.  What is not YAML at
   all libcyaml only passes on, so libyaml, which knows the line, is asked
   again. */
enum err
yaml_read(struct call *c, const struct yaml_file *f,
          const cyaml_schema_value_t *schema, void **out)
{
    struct said said = { .line = 0 };
    const cyaml_config_t config = {
        .log_fn = hear,
        .log_ctx = &said,
        .mem_fn = get_memory,
        .mem_ctx = c->arena,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS
    };
    cyaml_data_t *data = NULL;
    cyaml_err_t e;

    if (!text_is_utf8(f->text, f->n))
        return fail(c, ERR_INVALID, f->name, "the file is not UTF-8");
    e = cyaml_load_data((const uint8_t *)f->text, f->n, &config, schema, &data,
                        NULL);
    if (e == CYAML_ERR_LIBYAML_PARSER || strstr(said.cause, "libyaml"))
        return tell_syntax(c, f->name, f->text, f->n);
    if (e != CYAML_OK)
        return tell(c, f->name, arena_text_n(c->arena, f->text, f->n), &said);
    *out = data;
    return data ? OK : fail(c, ERR_INVALID, f->name, "the file is empty");
}
