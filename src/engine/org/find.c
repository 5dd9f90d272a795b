/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By which parts places and persons are found, in whatever order they are
 * said: a floor, a house, a number, letters, or what a word goes on with.
 * Each part stands in a row of its own, so that what begins with it is a range
 * of an index.  (decision 44)
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
    const char *table;
    const char *add, *forget, *begins, *one;
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
        .table = #noun,                                                        \
        .add =                                                                 \
            "INSERT INTO " #noun "_word (word, " #noun "_id)"                  \
            " SELECT DISTINCT column1, CAST($1 AS BIGINT) FROM (VALUES " FORTY \
            ") AS said WHERE column1 IS NOT NULL",                             \
        .forget = "DELETE FROM " #noun "_word WHERE " #noun "_id = $1",        \
        .begins = "SELECT 1 FROM " #noun "_word"                               \
                  " WHERE word >= $1 AND word < $2 LIMIT 1",                   \
        .one = #noun "_word WHERE word"                                        \
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

/* -- looking ------------------------------------------------------------------------ */

/* What is above everything that begins with S. */
static const char *
end_of(struct call *c, const char *s)
{
    return arena_printf(c->arena, "%s\xF4\x8F\xBF\xBF", s);
}

struct looking {
    struct call *c;
    struct list *l;
    const struct finder *f;
    bool units, phones; /* found by these, too */
    bool none;          /* nothing fits, whatever else is said */
};

static void
find_nothing(struct looking *k)
{
    list_and(k->c, k->l, "1 = 0");
    k->none = true;
}

static const char find_unit[] = "SELECT 1 FROM unit WHERE name LIKE $1 LIMIT 1";

static enum err
is_unit(struct looking *k, const char *s, bool *is)
{
    int64_t one = 0;

    *is = false;
    if (!k->units || text_length(s) < 2)
        return OK;
    TRY(db_int(k->c, &one, find_unit,
               V(arena_printf(k->c->arena, "%%%s%%", s))));
    *is = one != 0;
    return OK;
}

static enum err
begins_any(struct looking *k, const char *s, bool *any)
{
    int64_t one = 0;

    TRY(db_int(k->c, &one, k->f->begins, V(s), V(end_of(k->c, s))));
    *any = one != 0;
    return OK;
}

/* The rows with a part that begins with S, or is S. */
static const char *
having(struct looking *k, const char *s, bool whole)
{
    struct call *c = k->c;
    size_t from = list_bind(c, k->l, V(s));

    if (whole)
        return arena_printf(c->arena, "id IN (SELECT %s_id FROM %s = $%zu)",
                            k->f->table, k->f->one, from);
    return arena_printf(c->arena,
                        "id IN (SELECT %s_id FROM %s >= $%zu AND word < $%zu)",
                        k->f->table, k->f->one, from,
                        list_bind(c, k->l, V(end_of(c, s))));
}

/* What is said beside a number or a place and is no part of it. */
static bool
says_nothing(const char *run)
{
    static const char *const beside[] = {
        "室",   "房间", "房",   "号",   "号房", "屋", "里",     "里面",
        "门口", "旁边", "附近", "那边", "这边", "的", "号房间", "办公室"
    };

    for (size_t i = 0; i < COUNT(beside); i++)
        if (strcmp(run, beside[i]) == 0)
            return true;
    return false;
}

/* "的" joins what is said before and after it. */
static bool
skip_of(const char **run)
{
    bool is = text_starts(*run, "的");

    *run += is ? strlen("的") : 0;
    return is;
}

/* One part of a word that is known: as much of it as begins anything. */
static enum err
narrow_run(struct looking *k, const char **run)
{
    struct call *c = k->c;
    size_t n = strlen(*run);
    bool any = false, unit = false;
    char *part = NULL;

    if (skip_of(run))
        return OK;
    while (n > 0 && !any && !unit) {
        part = arena_text_n(c->arena, *run, n);
        TRY(begins_any(k, part, &any));
        TRY(is_unit(k, part, &unit));
        if (any || unit)
            break;
        do
            n--;
        while (n > 0 && ((unsigned char)(*run)[n] & 0xC0) == 0x80);
    }
    if (n == 0) {
        find_nothing(k);
        return OK;
    }
    *run += n;
    if (unit)
        list_and(c, k->l,
                 "%s OR unit_id IN (SELECT id FROM unit WHERE name LIKE $%zu)",
                 having(k, part, false),
                 list_bind(c, k->l, V(arena_printf(c->arena, "%%%s%%", part))));
    else
        list_and(c, k->l, "%s", having(k, part, false));
    return OK;
}

static bool
is_number(const char *s)
{
    while (isdigit((unsigned char)*s))
        s++;
    return *s == '\0';
}

#define PHONE_LEAST 4 /* figures by which a telephone is found */

/* Figures are the beginning of something, or of a telephone either end. */
static void
narrow_number(struct looking *k, const char *s)
{
    struct call *c = k->c;
    struct buf back = buf_make(c->arena, 0);

    if (!k->phones || strlen(s) < PHONE_LEAST) {
        list_and(c, k->l, "%s", having(k, s, false));
        return;
    }
    for (size_t i = strlen(s); i > 0; i--)
        buf_putc(&back, s[i - 1]);
    list_and(c, k->l, "%s OR %s OR %s", having(k, s, false),
             having(k, arena_printf(c->arena, "=%s", s), false),
             having(k, arena_printf(c->arena, "#%s", back.s), false));
}

static enum err
narrow(struct looking *k)
{
    char *rest = saying_parts(k->c->arena, k->l->words), *part;
    bool any = false;

    k->l->words = NULL;
    while (!k->none && (part = strsep(&rest, " ")) != NULL) {
        const char *run = part;

        if (*part == '\0' || (any && says_nothing(part)))
            continue;
        any = true;
        if (is_number(part))
            narrow_number(k, part);
        else if (saying_is_place(part, strlen(part))
                 && !isdigit((unsigned char)part[strlen(part) - 1]))
            list_and(k->c, k->l, "%s", having(k, part, true));
        else if (!is_han(part))
            list_and(k->c, k->l, "%s", having(k, part, false));
        else
            while (!k->none && *run != '\0'
                   && !(run > part && says_nothing(run)))
                TRY(narrow_run(k, &run));
    }
    /* Nothing but punctuation is found nowhere. */
    if (!any)
        find_nothing(k);
    return OK;
}

enum err
org_find_places(struct call *c, struct list *l)
{
    struct looking k = { .c = c, .l = l, .f = &places };

    return text_is_blank(l->words) ? OK : narrow(&k);
}

enum err
org_find_persons(struct call *c, struct list *l, bool phones)
{
    struct looking k = {
        .c = c, .l = l, .f = &persons, .units = true, .phones = phones
    };

    return text_is_blank(l->words) ? OK : narrow(&k);
}

/* -- what lies near --------------------------------------------------------------- */

static const char own_path[] =
    "SELECT l.path FROM person p JOIN place l ON l.id = p.place_id"
    " WHERE p.id = $1";

/* The path without its last id. */
static const char *
above(struct call *c, const char *path)
{
    size_t n = strlen(path);

    if (n < 2)
        return "/";
    for (n--; n > 0 && path[n - 1] != '/'; n--)
        continue;
    return arena_text_n(c->arena, path, n);
}

/* The rows of L that also lie below PATH go behind those that OUT has. */
static enum err
gather(struct call *c, const struct list *l, const char *path, struct list *out)
{
    struct list some = *l;
    struct place *all = out->rows;

    some.values = NULL;
    some.n_values = some.cap_values = 0;
    for (size_t i = 0; i < l->n_values; i++)
        (void)list_bind(c, &some, l->values[i]);
    if (path != NULL)
        list_and(c, &some, "path LIKE $%zu",
                 list_bind(c, &some, V(arena_printf(c->arena, "%s%%", path))));
    TRY(model_list(c, &some));
    for (size_t i = 0; i < some.n && (int64_t)out->n < l->limit; i++) {
        const struct place *p = &((const struct place *)some.rows)[i];
        size_t j = 0;

        while (j < out->n && all[j].id != p->id)
            j++;
        if (j == out->n)
            all[out->n++] = *p;
    }
    out->total = some.total;
    out->total_more = some.total_more;
    return OK;
}

enum err
place_list_near(struct call *c, struct list *l)
{
    ROWS r = db_query(c, own_path, V(c->actor->person_id));
    const char *own =
        rows_next(&r) ? arena_text(c->arena, row_text(&r, 0)) : NULL;
    struct list out = *l;
    bool all = l->where != NULL;

    TRY(rows_end(&r));
    l->limit = l->limit ? l->limit : 20;
    out.n = 0;
    out.rows = NEW_N(c->arena, struct place, (size_t)l->limit);
    list_and(c, l, "active = 1");
    /* From the own room outwards: most of what is asked for is near. */
    if (own != NULL) {
        const char *floor = above(c, own);

        TRY(gather(c, l, own, &out));
        TRY(gather(c, l, floor, &out));
        TRY(gather(c, l, above(c, floor), &out));
    }
    if (all || own == NULL)
        TRY(gather(c, l, NULL, &out));
    l->rows = out.rows;
    l->n = out.n;
    l->total = (int64_t)out.total > (int64_t)out.n ? out.total : (int64_t)out.n;
    l->total_more = out.total_more;
    l->next = NULL;
    return OK;
}

/* -- for lists of what lies there ------------------------------------------------- */

enum err
org_places_said(struct call *c, const char *parts, struct list *l,
                const char **ids)
{
    struct list said = { .model = &place_model, .words = parts };
    struct buf b = buf_make(c->arena, 0);

    said.values = l->values;
    said.n_values = l->n_values;
    said.cap_values = l->cap_values;
    TRY(org_find_places(c, &said));
    l->values = said.values;
    l->n_values = said.n_values;
    l->cap_values = said.cap_values;
    buf_printf(&b, "SELECT place.id FROM place WHERE %s", said.where);
    *ids = b.s;
    return OK;
}

enum err
org_units_said(struct call *c, const char *word, struct list *l,
               const char **ids, bool *any)
{
    const char *like = arena_printf(c->arena, "%%%s%%", word);
    int64_t one = 0;

    TRY(db_int(c, &one, find_unit, V(like)));
    *any = one != 0;
    if (*any)
        *ids =
            arena_printf(c->arena, "SELECT id FROM unit WHERE name LIKE $%zu",
                         list_bind(c, l, V(like)));
    return OK;
}
