/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate - one small fault put into a C source, to see whether a test notices.
 *
 *   mutate FILE             lists the places: number, line, what is changed
 *   mutate FILE NUMBER      writes the source with that one change
 *
 * What is changed: a comparison (< becomes <=, == becomes !=, && becomes ||),
 * a constant (a number becomes one more, true becomes false), a statement (a
 * call or an assignment that stands alone is left out).  Only inside functions,
 * as a table is data; not in comments, texts and lines of the preprocessor, nor
 * in ASSERT, which no input reaches, nor in how many an array has room for.
 *
 * A change that the compiler would not take is offered like any other: whoever
 * runs it passes it over.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A word, number or sign of the source; comments and blanks lie between. */
struct token {
    size_t at, len; /* in the source */
    int line;
};

struct source {
    char *text;
    size_t len;
    struct token *tokens;
    size_t n;
};

/* One change: LEN bytes at AT become WITH. */
struct change {
    size_t at, len;
    const char *with;
};

static const char *const signs[] = {
    "<<=", ">>=", "...", "->", "++", "--", "<<", ">>", "<=", ">=", "==",
    "!=",  "&&",  "||",  "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="
};

static const struct {
    const char *from, *to;
} swaps[] = { { "==", "!=" },     { "!=", "==" }, { "<", "<=" },
              { "<=", "<" },      { ">", ">=" },  { ">=", ">" },
              { "&&", "||" },     { "||", "&&" }, { "true", "false" },
              { "false", "true" } };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is(const struct source *s, size_t i, const char *word)
{
    return i < s->n && s->tokens[i].len == strlen(word)
           && memcmp(s->text + s->tokens[i].at, word, s->tokens[i].len) == 0;
}

static bool
is_name(const struct source *s, size_t i)
{
    unsigned char first =
        i < s->n ? (unsigned char)s->text[s->tokens[i].at] : 0;

    return isalpha(first) || first == '_';
}

static bool
is_one_of(const struct source *s, size_t i, const char *words)
{
    char spaced[64];

    if (i >= s->n || s->tokens[i].len > 50)
        return false;
    (void)snprintf(spaced, sizeof spaced, " %.*s ", (int)s->tokens[i].len,
                   s->text + s->tokens[i].at);
    return strstr(words, spaced) != NULL;
}

/* -- reading ----------------------------------------------------------- */

/* Where the text or character that begins at I ends. */
static size_t
end_of_quoted(const char *t, size_t i)
{
    char quote = t[i++];

    while (t[i] != '\0' && t[i] != quote)
        i += t[i] == '\\' && t[i + 1] != '\0' ? 2 : 1;
    return t[i] != '\0' ? i + 1 : i;
}

/* Where a line of the preprocessor ends, with those it goes on in. */
static size_t
end_of_directive(const char *t, size_t i)
{
    while (t[i] != '\0' && t[i] != '\n')
        i += t[i] == '\\' && t[i + 1] != '\0' ? 2 : 1;
    return i;
}

/* Past blanks, comments and directives. */
static size_t
skip_nothings(const char *t, size_t i)
{
    for (;;) {
        bool fresh = i == 0 || t[i - 1] == '\n';

        if (fresh && t[i + strspn(t + i, " \t")] == '#') {
            i = end_of_directive(t, i);
        } else if (t[i] == '/' && t[i + 1] == '*') {
            const char *end = strstr(t + i + 2, "*/");

            i = end != NULL ? (size_t)(end - t) + 2 : i + strlen(t + i);
        } else if (t[i] == '/' && t[i + 1] == '/') {
            i += strcspn(t + i, "\n");
        } else if (isspace((unsigned char)t[i])) {
            i++;
        } else {
            return i;
        }
    }
}

static size_t
token_length(const char *t, size_t i)
{
    size_t n = 1;

    if (t[i] == '"' || t[i] == '\'')
        return end_of_quoted(t, i) - i;
    if (isalnum((unsigned char)t[i]) || t[i] == '_') {
        while (isalnum((unsigned char)t[i + n]) || t[i + n] == '_'
               || (t[i + n] == '.' && isdigit((unsigned char)t[i])))
            n++;
        return n;
    }
    for (size_t k = 0; k < COUNT(signs); k++)
        if (strncmp(t + i, signs[k], strlen(signs[k])) == 0)
            return strlen(signs[k]);
    return 1;
}

static void
split(struct source *s)
{
    int line = 1;
    size_t counted = 0;

    s->tokens = calloc(s->len + 1, sizeof *s->tokens);
    if (s->tokens == NULL)
        exit(2);
    for (size_t i = skip_nothings(s->text, 0); s->text[i] != '\0';
         i = skip_nothings(s->text, i)) {
        for (; counted < i; counted++)
            line += s->text[counted] == '\n';
        s->tokens[s->n] = (struct token){ i, token_length(s->text, i), line };
        i += s->tokens[s->n++].len;
    }
}

static void
read_source(struct source *s, const char *path)
{
    FILE *f = fopen(path, "r");
    size_t room = 4 << 20;

    s->text = calloc(1, room);
    if (f == NULL || s->text == NULL) {
        perror(path);
        exit(2);
    }
    s->len = fread(s->text, 1, room - 1, f);
    (void)fclose(f);
    split(s);
}

/* -- changes ----------------------------------------------------------- */

/* The token that closes the bracket at I. */
static size_t
closing(const struct source *s, size_t i)
{
    int depth = 0;

    for (; i < s->n; i++) {
        if (is_one_of(s, i, " ( [ { "))
            depth++;
        else if (is_one_of(s, i, " ) ] } ") && --depth == 0)
            return i;
    }
    return s->n;
}

/*
 * The statement that begins at I and may be left out: its last token, a
 * semicolon; 0: none begins here.  What begins with a name, members and
 * indexes and goes on as a call or an assignment is one; what begins with two
 * names declares.
 */
static size_t
statement_end(const struct source *s, size_t i)
{
    size_t k = i;

    if (i == 0 || !is_one_of(s, i - 1, " ; { } ) : else "))
        return 0;
    if (is_one_of(s, k, " * ++ -- "))
        k++;
    else if (is(s, k, "(") && is(s, k + 1, "void"))
        k += 3;
    if (!is_name(s, k)
        || is_one_of(s, k,
                     " return if for while switch do goto break continue"
                     " case default else sizeof ASSERT static_assert "))
        return 0;
    for (k++; k < s->n; k++) {
        if (is(s, k, "["))
            k = closing(s, k);
        else if (is_one_of(s, k, " . -> "))
            k++;
        else
            break;
    }
    if (!is_one_of(s, k, " ( = += -= |= &= ++ -- "))
        return 0;
    while (k < s->n && !is(s, k, ";"))
        k = is_one_of(s, k, " ( [ { ") ? closing(s, k) + 1 : k + 1;
    return k < s->n ? k : 0;
}

/* A number one greater, with the suffix it has. */
static const char *
greater(const struct source *s, const struct token *t)
{
    static char changed[64];
    char *end;
    unsigned long long was = strtoull(s->text + t->at, &end, 0);

    if (memchr(s->text + t->at, '.', t->len) != NULL || t->len > 20)
        return NULL;
    (void)snprintf(changed, sizeof changed, "%llu%.*s", was + 1,
                   (int)(t->len - (size_t)(end - (s->text + t->at))), end);
    return changed;
}

/* "struct clock k[4]": room, not a value. */
static bool
is_room(const struct source *s, size_t i)
{
    return i > 2 && is(s, i - 1, "[") && is(s, i + 1, "]") && is_name(s, i - 2)
           && (is_name(s, i - 3) || is(s, i - 3, "*"))
           && !is(s, i - 3, "return");
}

/* The change at token I; false: none. */
static bool
change_at(const struct source *s, size_t i, bool in_brackets,
          struct change *out)
{
    const struct token *t = &s->tokens[i];
    size_t end = in_brackets ? 0 : statement_end(s, i);

    *out = (struct change){ t->at, t->len, NULL };
    if (end > 0) {
        out->len = s->tokens[end].at - t->at;
        out->with = "(void)0";
        return true;
    }
    for (size_t k = 0; k < COUNT(swaps); k++)
        if (is(s, i, swaps[k].from))
            out->with = swaps[k].to;
    if (out->with == NULL && isdigit((unsigned char)s->text[t->at])
        && !is_room(s, i))
        out->with = greater(s, t);
    return out->with != NULL;
}

static void
print_one_line(const struct source *s, size_t at, size_t len)
{
    bool blank = false;

    for (size_t i = at; i < at + len; i++) {
        bool space = isspace((unsigned char)s->text[i]);

        if (!space || !blank)
            (void)putchar(space ? ' ' : s->text[i]);
        blank = space;
    }
}

static void
say(const struct source *s, size_t number, size_t i, const struct change *ch)
{
    size_t line = s->tokens[i].at;
    size_t indent;

    (void)printf("%zu\t%d\t", number, s->tokens[i].line);
    print_one_line(s, ch->at, ch->len);
    (void)printf(" -> %s\t", ch->with);
    while (line > 0 && s->text[line - 1] != '\n')
        line--;
    indent = strspn(s->text + line, " \t");
    print_one_line(s, line + indent, strcspn(s->text + line + indent, "\n"));
    (void)putchar('\n');
}

static void
write_changed(const struct source *s, const struct change *ch)
{
    (void)fwrite(s->text, 1, ch->at, stdout);
    (void)fputs(ch->with, stdout);
    (void)fwrite(s->text + ch->at + ch->len, 1, s->len - ch->at - ch->len,
                 stdout);
}

/* Where in the source we are. */
struct place {
    int brackets;  /* open ( */
    int braces;    /* open { */
    bool function; /* the outermost { follows a ) */
};

static void
walk(const struct source *s, size_t i, struct place *p)
{
    if (is(s, i, "{") && p->braces++ == 0)
        p->function = i > 0 && is(s, i - 1, ")");
    else if (is(s, i, "}"))
        p->braces--;
    p->brackets += is(s, i, "(") - is(s, i, ")");
}

int
main(int argc, char **argv)
{
    struct source s = { 0 };
    struct place p = { 0 };
    size_t wanted = argc > 2 ? strtoul(argv[2], NULL, 10) : 0, number = 0;
    struct change ch;

    if (argc < 2)
        return 2;
    read_source(&s, argv[1]);
    for (size_t i = 0; i < s.n; i++) {
        if (is_one_of(&s, i, " ASSERT static_assert ") && is(&s, i + 1, "("))
            i = closing(&s, i + 1);
        else
            walk(&s, i, &p);
        if (p.braces == 0 || !p.function
            || !change_at(&s, i, p.brackets > 0, &ch))
            continue;
        number++;
        if (wanted == 0)
            say(&s, number, i, &ch);
        else if (wanted == number)
            write_changed(&s, &ch);
    }
    return wanted > number;
}
