/* SPDX-License-Identifier: Apache-2.0 */
/* What docs/TOUR.md quotes stands so in the files it names. */
#include <stdio.h>

#include "test.h"

static const char *
read_all(struct call *c, const char *path)
{
    FILE *f = fopen(path, "r");
    struct buf b = buf_make(c->arena, 0);
    char part[4096];
    size_t n;

    if (f == NULL)
        fail_msg("%s cannot be read\n", path);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_add(&b, part, n);
    (void)fclose(f);
    return b.s;
}

/* The pieces between lines of "..." follow one another in TEXT. */
static void
expect_quoted(struct call *c, const char *file, const char *text,
              const char *quotation)
{
    while (*quotation != '\0') {
        const char *gap = strstr(quotation, "...\n"), *at;
        size_t n = gap ? (size_t)(gap - quotation) : strlen(quotation);
        const char *piece = arena_text_n(c->arena, quotation, n);

        at = strstr(text, piece);
        if (at == NULL)
            fail_msg("docs/TOUR.md: not so in %s:\n%s\n", file, piece);
        text = at + n;
        quotation += n + (gap ? strlen("...\n") : 0);
    }
}

/* A block that begins with "```c key.c" is a quotation. */
TEST_PLAIN(what_the_tour_quotes_stands_in_the_example)
{
    const char *at = read_all(c, "docs/TOUR.md");
    int quoted = 0;

    while ((at = strstr(at, "\n```")) != NULL) {
        const char *head = at + 4, *body = strchr(head, '\n') + 1;
        const char *end = strstr(body, "```\n");
        char file[40] = "", path[80];

        assert_non_null(end);
        at = end + 3;
        if (sscanf(head, "%*3[a-z]%*1[ ]%39[a-z._]", file) != 1)
            continue;
        (void)snprintf(path, sizeof path, "tests/engine/example/%s", file);
        expect_quoted(c, file, read_all(c, path),
                      arena_text_n(c->arena, body, (size_t)(end - body)));
        quoted++;
    }
    EXPECT(quoted > 5);
}

/* -- how much it is --------------------------------------------------------------- */

/* Lines with anything on them but blanks and comments; those of the preprocessor
   count. */
static int
count_code(const char *s)
{
    bool comment = false, some = false;
    int n = 0;

    for (; *s != '\0'; s++) {
        if (comment) {
            comment = strncmp(s, "*/", 2) != 0;
            s += !comment;
        } else if (strncmp(s, "/*", 2) == 0) {
            comment = true;
            s++;
        } else if (*s == '\n') {
            n += some;
            some = false;
        } else {
            some = some || (*s != ' ' && *s != '\t');
        }
    }
    return n;
}

static int
lines_of(struct call *c, const char *a, const char *b)
{
    return count_code(read_all(c, arena_printf(c->arena,
                                               "tests/engine/example/%s", a)))
           + (b ? lines_of(c, b, NULL) : 0);
}

/* What a noun and a life cost is promised: with their headers. */
TEST_PLAIN(a_noun_is_45_lines_and_its_life_120)
{
    EXPECT(count_code("/* a\n b */\n\n#x /* c */\n  y;\n") == 2);
    EXPECT(lines_of(c, "key.h", "key.c") <= 45);
    EXPECT(lines_of(c, "lending.h", "lending.c") <= 120);
    EXPECT(lines_of(c, "key.sql", NULL) <= 15);
    EXPECT(lines_of(c, "lending.sql", NULL) <= 15);
}
