/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By which parts places and persons are found, in whatever order they are
 * said: a floor, a house, a number, letters, or what a word goes on with.
 * Each part stands in a row of its own, so that what begins with it is a range
 * of an index (decision 44).  How they are looked for: said.c.
 */
#include <ctype.h>
#include <string.h>

#include "base/saying.h"
#include "engine/org/inner.h"

/* Parts of a row; one more is not kept. */
#define MOST_WORDS 40
#define LONGEST_RUN 12 /* characters of a word, of which each begins a part */

struct words {
    struct arena *arena;
    const char *list[MOST_WORDS];
    size_t n;
};

/* A noun whose rows are found by parts. */
struct finder {
    const char *add, *forget;
};

#define FIVE(a, b, c, d, e) "($" #a "),($" #b "),($" #c "),($" #d "),($" #e ")"
#define FORTY                                                                  \
    FIVE(2, 3, 4, 5, 6)                                                        \
    "," FIVE(7, 8, 9, 10, 11) "," FIVE(12, 13, 14, 15, 16) "," FIVE(           \
        17, 18, 19, 20,                                                        \
        21) "," FIVE(22, 23, 24, 25,                                           \
                     26) "," FIVE(27, 28, 29, 30,                              \
                                  31) "," FIVE(32, 33, 34, 35,                 \
                                               36) "," FIVE(37, 38, 39, 40,    \
                                                            41)
#define FINDER(noun)                                                           \
    {                                                                          \
        .add =                                                                 \
            "INSERT INTO " #noun "_word (word, " #noun "_id)"                  \
            " SELECT DISTINCT column1, CAST($1 AS BIGINT) FROM (VALUES " FORTY \
            ") AS said WHERE column1 IS NOT NULL",                             \
        .forget = "DELETE FROM " #noun "_word WHERE " #noun "_id = $1",        \
    }
static const struct finder places = FINDER(place), persons = FINDER(person);

/* -- writing --------------------------------------------------------------------- */

static void
add_word(struct words *w, const char *word)
{
    if (*word == '\0' || strlen(word) > 60)
        return;
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->list[i], word) == 0)
            return;
    if (w->n < MOST_WORDS)
        w->list[w->n++] = word;
}

static bool
is_han(const char *s)
{
    return (unsigned char)*s >= 0x80;
}

/* A part, and of a word each end of it. */
static void
add_part(struct words *w, const char *part)
{
    size_t n = 0;

    add_word(w, part);
    while (is_han(part) && text_length(part) > 1 && n++ < LONGEST_RUN) {
        (void)text_next(&part);
        add_word(w, part);
    }
}

static void
add_parts(struct words *w, const char *text)
{
    char *rest = saying_parts(w->arena, text), *part;

    while ((part = strsep(&rest, " ")) != NULL)
        add_part(w, part);
}

/* The sounds of a name, whole and their initials, in each way to read it. */
static void
add_sounds(struct words *w, const char *name)
{
    for (unsigned way = 0; name != NULL && way < SAYING_READINGS; way++) {
        const char *s = saying_syllables(w->arena, name, way);
        struct buf whole = buf_make(w->arena, 0), first = buf_make(w->arena, 0);
        bool begins = true;

        for (; s != NULL && *s != '\0'; s++) {
            if (*s != ' ')
                buf_putc(&whole, *s);
            if (*s != ' ' && (begins || isdigit((unsigned char)*s)))
                buf_putc(&first, *s);
            begins = *s == ' ';
        }
        add_word(w, whole.s);
        add_word(w, first.s);
    }
}

/* A telephone from its first figure on, and from its last. */
static void
add_phone(struct words *w, const char *phone)
{
    struct buf on = buf_make(w->arena, 0), back = buf_make(w->arena, 0);

    for (const char *p = phone; p != NULL && *p != '\0'; p++)
        if (isdigit((unsigned char)*p))
            buf_putc(&on, *p);
    for (size_t i = on.len; i > 0; i--)
        buf_putc(&back, on.s[i - 1]);
    if (on.len == 0)
        return;
    add_word(w, arena_printf(w->arena, "=%s", on.s));
    add_word(w, arena_printf(w->arena, "#%s", back.s));
}

static enum err
write_words(struct call *c, const struct finder *f, int64_t id,
            const struct words *w)
{
    struct value v[MOST_WORDS + 1] = { V(id) };

    for (size_t i = 0; i < w->n; i++)
        v[i + 1] = V(w->list[i]);
    TRY(db_exec(c, f->forget, V(id)));
    return w->n > 0 ? db_exec_n(c, f->add, v, COUNT(v)) : OK;
}

enum err
org_index_place(struct call *c, const struct place *p)
{
    struct words w = { .arena = c->arena };

    add_parts(&w, p->full_name);
    add_sounds(&w, p->name);
    add_sounds(&w, p->full_name);
    add_parts(&w, p->code);
    add_parts(&w, p->room_use);
    add_parts(&w, p->name_en);
    return write_words(c, &places, p->id, &w);
}

enum err
org_index_person(struct call *c, const struct person *p)
{
    struct words w = { .arena = c->arena };

    add_phone(&w, p->phone);
    add_phone(&w, p->mobile);
    add_parts(&w, p->name);
    add_sounds(&w, p->name);
    add_parts(&w, p->code);
    add_parts(&w, p->name_en);
    return write_words(c, &persons, p->id, &w);
}

/* -- rows from before ------------------------------------------------------------- */

#define UNSAID                                                                 \
    "org.words" /* a mark: its value is 1 when all rows have theirs */

static const char bare_places[] =
    "WHERE NOT EXISTS (SELECT 1 FROM place_word w WHERE w.place_id = place.id)"
    " ORDER BY id LIMIT 500";
static const char bare_persons[] =
    "WHERE NOT EXISTS (SELECT 1 FROM person_word w"
    " WHERE w.person_id = person.id) ORDER BY id LIMIT 500";

/* Five hundred rows; *N: how many there were. */
static enum err
index_some(struct call *c, const struct model *m, const char *which, size_t *n)
{
    struct person *people = NULL;
    struct place *rooms = NULL;
    size_t cap = 0;
    bool place = m == &place_model;

    TX tx = tx_begin(c);
    ROWS r = model_query(c, m, which);
    for (*n = 0; rows_next(&r); ++*n) {
        if (place) {
            GROW(c->arena, rooms, *n, cap);
            model_read_row(m, &r, &rooms[*n]);
        } else {
            GROW(c->arena, people, *n, cap);
            model_read_row(m, &r, &people[*n]);
        }
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < *n; i++)
        TRY(place ? org_index_place(c, &rooms[i])
                  : org_index_person(c, &people[i]));
    return tx_commit(&tx);
}

enum err
org_catch_up(struct call *c)
{
    int64_t done = 0;
    size_t n;

    TRY(db_mark(c, UNSAID, &done));
    if (done != 0)
        return OK;
    do
        TRY(index_some(c, &place_model, bare_places, &n));
    while (n > 0);
    do
        TRY(index_some(c, &person_model, bare_persons, &n));
    while (n > 0);
    TX tx = tx_begin(c);
    TRY(db_mark_set(c, UNSAID, 1));
    return tx_commit(&tx);
}
