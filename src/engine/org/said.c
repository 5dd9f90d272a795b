/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for places and persons by what was said of them.  What was said is
 * cut into parts as find.c has written them; a row must have all.  Of places,
 * where people say more than a name (三号楼最里面614), what nothing here is
 * called by is passed over, and where no place has all parts (食堂厨房) those
 * before the last are left out one by one: what a place is stands at the end.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/saying.h"
#include "engine/org/inner.h"

#define MOST_PARTS 12 /* of what was said; more are not looked for */
#define MOST_PIECES (2 * MOST_PARTS) /* of its runs, also the same again */
#define MOST_RANGES 3                /* of the index, for one part */
#define PHONE_LEAST 4                /* figures by which a telephone is found */
#define FEW 1500 /* rows that are gathered before a page is read */

/* A noun whose rows are found by parts. */
struct index {
    const char *table, *begins, *count;
};
#define INDEX(noun)                                                            \
    {                                                                          \
        .table = #noun,                                                        \
        .begins = "SELECT 1 FROM " #noun "_word"                               \
                  " WHERE word >= $1 AND word < $2 LIMIT 1",                   \
        .count = "SELECT COUNT(*) FROM (SELECT 1 FROM " #noun "_word"          \
                 " WHERE word >= $1 AND word < $2 LIMIT $3) AS counted",       \
    }
static const struct index places = INDEX(place), persons = INDEX(person);

/* What a row must have: a word in one of the ranges, or such a unit. */
struct part {
    const char *from[MOST_RANGES], *to[MOST_RANGES];
    size_t n;
    const char *unit; /* a pattern of LIKE; NULL: none */
    int64_t rows; /* about how many have it, at most LIST_COUNT_CAP a range */
    bool name;    /* no number: may be left out */
};

struct looking {
    struct call *c;
    struct list *l;
    const struct index *index;
    bool units, phones; /* found by these, too */
    bool loose;         /* what is unknown is passed over */
    struct part parts[MOST_PARTS];
    size_t n, pieces;
    bool nowhere; /* something was said that nothing here has */
    size_t way,
        ways; /* which way a word of several rooms is taken, of how many */
};

/* -- parts ----------------------------------------------------------------------- */

/* What is above everything that begins with S. */
static const char *
end_of(struct call *c, const char *s)
{
    return arena_printf(c->arena, "%s\xF4\x8F\xBF\xBF", s);
}

static struct part *
add_part(struct looking *k, bool name)
{
    struct part *p;

    if (k->n == MOST_PARTS)
        return NULL;
    p = &k->parts[k->n++];
    *p = (struct part){ .name = name };
    return p;
}

/* Words that begin with S, or are S. */
static void
add_range(struct looking *k, struct part *p, const char *s, bool whole)
{
    if (p == NULL)
        return;
    ASSERT(p->n < MOST_RANGES);
    p->from[p->n] = s;
    /* Nothing that is said has a character below this one. */
    p->to[p->n++] =
        whole ? arena_printf(k->c->arena, "%s\x01", s) : end_of(k->c, s);
}

static bool
is_same(const struct part *a, const struct part *b)
{
    if (a->n != b->n || !text_same(a->unit, b->unit))
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!text_same(a->from[i], b->from[i])
            || !text_same(a->to[i], b->to[i]))
            return false;
    return true;
}

/* The last part is complete; what has been said before is looked for once. */
static void
end_part(struct looking *k, const struct part *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i + 1 < k->n; i++)
        if (is_same(&k->parts[i], p)) {
            k->n--;
            return;
        }
}

static const char find_unit[] = "SELECT 1 FROM unit WHERE name LIKE $1 LIMIT 1";

/* *LIKE: the pattern of the units whose names have S in them; NULL: none. */
static enum err
find_units(struct looking *k, const char *s, const char **like)
{
    int64_t one = 0;

    *like = NULL;
    if (!k->units || text_length(s) < 2)
        return OK;
    *like = arena_printf(k->c->arena, "%%%s%%", s);
    TRY(db_int(k->c, &one, find_unit, V(*like)));
    if (one == 0)
        *like = NULL;
    return OK;
}

static enum err
begins_any(struct looking *k, const char *s, bool *any)
{
    int64_t one = 0;

    TRY(db_int(k->c, &one, k->index->begins, V(s), V(end_of(k->c, s))));
    *any = one != 0;
    return OK;
}

/* -- what is called otherwise here -------------------------------------------------- */

/* How long the longest name of LIST ("a, b") is that S begins with. */
static size_t
begins_with(const char *s, const char *list)
{
    size_t longest = 0;

    for (size_t n; *list != '\0' && *list != '\n'; list += n) {
        list += strspn(list, ", ");
        n = strcspn(list, ",\n");
        if (n > longest && strncmp(s, list, n) == 0)
            longest = n;
    }
    return longest;
}

#define MOST_WAYS 4 /* to understand a word that stands for several rooms */

/*
 * A name becomes what it is called here: the lines of data/words/places.txt of
 * which the left is known and a name on the right is the longest that was said.
 * The first way is the name itself where something here is known by it, then
 * one line after another; which of them counts, k->way says.
 */
static enum err
translate(struct looking *k, const char **run)
{
    const struct file *f = file_find("data/words/places.txt");
    const char *line = f != NULL ? f->text : "", *meant[MOST_WAYS];
    size_t longest = 0, ways = 0;
    bool known = false;

    for (; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t colon = strcspn(line, ":\n"), n;
        const char *name;

        if (*line == '#' || line[colon] != ':')
            continue;
        n = begins_with(*run, line + colon + 1);
        if (n == 0 || n < longest || (n == longest && ways == MOST_WAYS))
            continue;
        name = arena_text_n(k->c->arena, line, colon);
        TRY(begins_any(k, name, &known));
        if (!known)
            continue;
        ways = n > longest ? 0 : ways;
        longest = n;
        meant[ways++] = name;
    }
    if (ways == 0)
        return OK;
    TRY(begins_any(k, arena_text_n(k->c->arena, *run, longest), &known));
    k->ways = ways + known > k->ways ? ways + known : k->ways;
    if (known && k->way == 0)
        return OK;
    ways = k->way - known < ways ? k->way - known : ways - 1;
    *run = arena_printf(k->c->arena, "%s%s", meant[ways], *run + longest);
    return OK;
}

/* -- conditions ------------------------------------------------------------------- */

/* Which rows have the part: a query of their ids, for what few have. */
static const char *
write_ids(struct looking *k, const struct part *p, struct list *l)
{
    struct call *c = k->c;
    const char *t = k->index->table;
    struct buf b = buf_make(c->arena, 0);

    for (size_t i = 0; i < p->n; i++) {
        size_t from = list_bind(c, l, V(p->from[i]));

        buf_printf(&b,
                   "%sSELECT %s_id FROM %s_word WHERE word >= $%zu AND"
                   " word < $%zu",
                   i > 0 ? " UNION ALL " : "", t, t, from,
                   list_bind(c, l, V(p->to[i])));
    }
    if (p->unit != NULL)
        buf_printf(&b,
                   "%sSELECT id FROM person WHERE unit_id IN"
                   " (SELECT id FROM unit WHERE name LIKE $%zu)",
                   p->n > 0 ? " UNION ALL " : "", list_bind(c, l, V(p->unit)));
    return db_one_of(c, "id", b.s);
}

/* Has the row the part?  Asked of one row after another: not by EXISTS, of
   which PostgreSQL makes a join with all that have it. */
static void
write_test(struct looking *k, const struct part *p, struct list *l,
           struct buf *b)
{
    struct call *c = k->c;
    const char *t = k->index->table;

    for (size_t i = 0; i < p->n; i++) {
        size_t from = list_bind(c, l, V(p->from[i]));

        buf_printf(b,
                   "%s(SELECT 1 FROM %s_word w WHERE w.%s_id = %s.id"
                   " AND w.word >= $%zu AND w.word < $%zu LIMIT 1) IS NOT NULL",
                   i > 0 ? " OR " : "", t, t, t, from,
                   list_bind(c, l, V(p->to[i])));
    }
    if (p->unit != NULL)
        buf_printf(b, "%sunit_id IN (SELECT id FROM unit WHERE name LIKE $%zu)",
                   p->n > 0 ? " OR " : "", list_bind(c, l, V(p->unit)));
}

/*
 * Is a page full after a few rows in their order?  Of a name that many have,
 * which lie anywhere; numbers and units lie side by side, so that one might
 * pass all other rows first.  Of those, and where several parts are to be had
 * or all rows COUNTED, many begins where counting ends.
 */
static bool
is_everywhere(const struct part *p, bool counted)
{
    bool scattered = p->unit == NULL && p->n == 1
                     && strpbrk(p->from[0], "0123456789") == NULL;

    return p->rows >= (scattered && !counted ? FEW : LIST_COUNT_CAP);
}

/* The rarest part leads, the others are asked of its rows. */
static void
write_all(struct looking *k, size_t n, struct list *l)
{
    size_t rarest = 0;

    for (size_t i = 1; i < n; i++)
        if (k->parts[i].rows < k->parts[rarest].rows)
            rarest = i;
    for (size_t i = 0; i < n; i++) {
        struct buf b = buf_make(k->c->arena, 0);
        const struct part *p = &k->parts[i];

        if (i == rarest && !is_everywhere(p, n > 1 || !l->no_total))
            buf_puts(&b, write_ids(k, p, l));
        else
            write_test(k, p, l, &b);
        list_and(k->c, l, "%s", b.s);
    }
}

/* L: what k->l has so far, and all parts. */
static void
narrow_to(struct looking *k, struct list *l)
{
    for (size_t i = 0; i < k->l->n_values; i++)
        (void)list_bind(k->c, l, k->l->values[i]);
    l->where = k->l->where;
    write_all(k, k->n, l);
}

/* -- cutting --------------------------------------------------------------------- */

static bool
is_han(const char *s)
{
    return (unsigned char)*s >= 0x80;
}

/* What is said beside a number or a place and is no part of it. */
static bool
says_nothing(const char *run)
{
    static const char *const beside[] = {
        "室",     "房间",   "房",   "号",   "号房", "屋",   "里",
        "里面",   "门口",   "旁边", "附近", "那边", "这边", "的",
        "号房间", "办公室", "上",   "外面", "地方"
    };

    for (size_t i = 0; i < COUNT(beside); i++)
        if (strcmp(run, beside[i]) == 0)
            return true;
    return false;
}

/* The longest beginning of RUN that is known, N bytes; 0: none.  Where what is
   unknown is passed over, one character of several says nothing.  What begins
   with more begins with less, so it is asked from the shortest on: as often as
   what is known has characters, not as what was said has. */
static enum err
known_of(struct looking *k, const char *run, size_t *n, const char **unit)
{
    size_t least = k->loose && text_length(run) > 1 ? 2 : 1, length = 0;
    const char *p = run;

    *n = 0;
    *unit = NULL;
    while (*p != '\0') {
        const char *part, *like = NULL;
        bool any = false;

        (void)text_next(&p);
        if (++length < least)
            continue;
        part = arena_text_n(k->c->arena, run, (size_t)(p - run));
        TRY(begins_any(k, part, &any));
        TRY(find_units(k, part, &like));
        if (any || like != NULL) {
            *n = (size_t)(p - run);
            *unit = like;
        } else if (length > 1) {
            /* Of one character no unit is asked. */
            return OK;
        }
    }
    return OK;
}

static bool
is_number(const char *s)
{
    while (isdigit((unsigned char)*s))
        s++;
    return *s == '\0';
}

/* Figures are the beginning of something, or of a telephone either end. */
static void
take_number(struct looking *k, const char *s)
{
    struct part *p = add_part(k, false);
    struct buf back = buf_make(k->c->arena, 0);

    add_range(k, p, s, false);
    if (k->phones && strlen(s) >= PHONE_LEAST) {
        for (size_t i = strlen(s); i > 0; i--)
            buf_putc(&back, s[i - 1]);
        add_range(k, p, arena_printf(k->c->arena, "=%s", s), false);
        add_range(k, p, arena_printf(k->c->arena, "#%s", back.s), false);
    }
    end_part(k, p);
}

/* One range, and a unit or NULL. */
static void
take_range(struct looking *k, const char *s, bool whole, const char *unit)
{
    struct part *p = add_part(k, is_han(s) && !whole);

    add_range(k, p, s, whole);
    if (p != NULL)
        p->unit = unit;
    end_part(k, p);
}

/* The number of a floor's name (9层, B1层); below the ground it is negative. */
static long
floor_number(struct call *c, const char *name)
{
    const char *part = saying_parts(c->arena, name);

    return *part == 'b' ? -strtol(part + 1, NULL, 10) : strtol(part, NULL, 10);
}

/* 顶层 of what was said before it, a house as a rule; *N: its bytes, 0 where it
   is none or stands in a name here. */
static enum err
take_top(struct looking *k, const char *run, size_t *n)
{
    static const char *const tops[] = { "顶层", "顶楼", "最高层", "最上层",
                                        "最上面一层" };
    struct list some = { .model = k->l->model, .no_total = true };
    long highest = 0;
    bool known = false;

    *n = 0;
    for (size_t i = 0; i < COUNT(tops); i++)
        if (text_starts(run, tops[i]))
            *n = strlen(tops[i]);
    if (*n > 0)
        TRY(begins_any(k, arena_text_n(k->c->arena, run, *n), &known));
    if (known || k->n == 0)
        *n = 0;
    if (*n == 0)
        return OK;
    narrow_to(k, &some);
    list_and(k->c, &some, "kind = 'floor' AND active = 1");
    ROWS r = list_query(k->c, &some, "name", "ORDER BY id LIMIT 500");
    while (rows_next(&r)) {
        long number = floor_number(k->c, row_text(&r, 0));

        highest = number > highest ? number : highest;
    }
    if (highest > 0)
        take_range(k, arena_printf(k->c->arena, "%ld层", highest), true, NULL);
    return rows_end(&r);
}

/* A run of letters of Han: one part after another. */
static enum err
take_run(struct looking *k, const char *run)
{
    const char *unit;
    char figures[SAYING_FIGURES];
    bool some = false;
    size_t n;

    while (*run != '\0' && k->pieces < MOST_PIECES
           && !(k->n > 0 && says_nothing(run))) {
        /* 五零五, as a room's number is read out. */
        n = k->loose ? saying_figures(run, figures) : 0;
        if (n > 0) {
            take_number(k, arena_text(k->c->arena, figures));
            some = true;
            run += n;
            continue;
        }
        if (k->loose)
            TRY(take_top(k, run, &n));
        if (n > 0) {
            some = true;
            run += n;
            continue;
        }
        if (k->loose)
            TRY(translate(k, &run));
        TRY(known_of(k, run, &n, &unit));
        if (n == 0 && !k->loose)
            break;
        if (n == 0) {
            (void)text_next(&run);
            continue;
        }
        take_range(k, arena_text_n(k->c->arena, run, n), false, unit);
        some = true;
        k->pieces++;
        run += n;
    }
    /* What goes beyond the most is not looked for. */
    if (k->pieces == MOST_PIECES)
        return OK;
    if (!some || (!k->loose && *run != '\0' && !says_nothing(run)))
        k->nowhere = true;
    return OK;
}

/* A house's or a floor's number is that and no other; any other number and
   letters are beginnings (30 finds 305), as one looks for them while typing. */
static enum err
take_words(struct looking *k, const char *words)
{
    char *rest = saying_parts(k->c->arena, words), *part;

    while ((part = strsep(&rest, " ")) != NULL) {
        size_t n = strlen(part);

        if (n == 0 || (k->n > 0 && says_nothing(part)))
            continue;
        if (is_number(part))
            take_number(k, part);
        else if (saying_is_place(part, n)
                 && !isdigit((unsigned char)part[n - 1]))
            take_range(k, part, true, NULL);
        else if (!is_han(part))
            take_range(k, part, false, NULL);
        else
            TRY(take_run(k, part));
    }
    return OK;
}

/* A unit with a number in its name (第3党支部) is known as it was typed; the
   rest is cut into parts. */
static enum err
take_all(struct looking *k)
{
    char *rest = arena_text(k->c->arena, k->l->words), *word;
    struct buf left = buf_make(k->c->arena, 0);

    while ((word = strsep(&rest, " \t")) != NULL) {
        const char *unit = NULL;

        if (strpbrk(word, "0123456789") != NULL && !is_number(word))
            TRY(find_units(k, word, &unit));
        if (unit != NULL && k->n < MOST_PARTS) {
            struct part *p = add_part(k, true);

            p->unit = unit;
            end_part(k, p);
        } else
            buf_printf(&left, "%s ", word);
    }
    return take_words(k, left.s != NULL ? left.s : "");
}

/* -- counting -------------------------------------------------------------------- */

static const char count_unit[] =
    "SELECT COUNT(*) FROM (SELECT 1 FROM person WHERE unit_id IN"
    " (SELECT id FROM unit WHERE name LIKE $1) LIMIT $2) AS counted";

static enum err
count_part(struct looking *k, struct part *p)
{
    int64_t n = 0;

    p->rows = 0;
    for (size_t i = 0; i < p->n; i++) {
        TRY(db_int(k->c, &n, k->index->count, V(p->from[i]), V(p->to[i]),
                   V((int64_t)LIST_COUNT_CAP)));
        p->rows += n;
    }
    /* Of a large unit it is enough to know that it is large. */
    if (p->unit != NULL) {
        TRY(db_int(k->c, &n, count_unit, V(p->unit), V((int64_t)FEW)));
        p->rows += n < FEW ? n : LIST_COUNT_CAP;
    }
    return OK;
}

/* -- leaving out -------------------------------------------------------------------- */

/* Has any row all parts? */
static enum err
is_somewhere(struct looking *k, bool *any)
{
    struct list some = { .model = k->l->model, .no_total = true, .limit = 1 };

    narrow_to(k, &some);
    ROWS r = list_query(k->c, &some, "1", "LIMIT 1");
    *any = rows_next(&r);
    return rows_end(&r);
}

static void
take_out(struct looking *k, size_t i)
{
    memmove(&k->parts[i], &k->parts[i + 1], (k->n - i - 1) * sizeof *k->parts);
    k->n--;
}

/* One name less by which a place is found: the first that may go; *FOUND is
   false where that is not enough. */
static enum err
leave_one(struct looking *k, bool *found)
{
    *found = false;
    for (size_t i = 0; i < k->n; i++) {
        struct looking less = *k;

        if (!k->parts[i].name)
            continue;
        take_out(&less, i);
        TRY(is_somewhere(&less, found));
        if (!*found)
            continue;
        *k = less;
        return OK;
    }
    return OK;
}

/* Where no place has all: one name less, then one more; a number stays. */
static enum err
leave_out(struct looking *k)
{
    bool found = false;

    while (k->n > 1) {
        size_t first = 0;

        TRY(is_somewhere(k, &found));
        if (!found)
            TRY(leave_one(k, &found));
        while (first < k->n && !k->parts[first].name)
            first++;
        if (found || first == k->n)
            return OK;
        take_out(k, first);
    }
    return OK;
}

static enum err
take_counted(struct looking *k)
{
    TRY(take_all(k));
    for (size_t i = 0; i < k->n; i++)
        TRY(count_part(k, &k->parts[i]));
    return OK;
}

/* Where no place has all, a word that stands for several rooms is taken for
   the next of them (仓库, where there is only a 库房). */
static enum err
take_other_way(struct looking *k, const struct looking *fresh)
{
    bool found = false;

    if (k->ways > 1)
        TRY(is_somewhere(k, &found));
    for (size_t way = 1; !found && way < k->ways; way++) {
        struct looking other = *fresh;

        other.way = way;
        TRY(take_counted(&other));
        TRY(is_somewhere(&other, &found));
        if (found)
            *k = other;
    }
    return OK;
}

static enum err
narrow(struct looking *k)
{
    const struct looking fresh = *k;

    if (text_is_blank(k->l->words))
        return OK;
    TRY(take_counted(k));
    TRY(take_other_way(k, &fresh));
    k->l->words = NULL;
    if (k->loose)
        TRY(leave_out(k));
    /* Nothing but punctuation is found nowhere; nor what nothing here has,
       unless something else was said that a place has. */
    if (k->n == 0 || (k->nowhere && !k->loose)) {
        list_and(k->c, k->l, "1 = 0");
        return OK;
    }
    write_all(k, k->n, k->l);
    return OK;
}

enum err
org_find_places(struct call *c, struct list *l)
{
    struct looking k = { .c = c, .l = l, .index = &places, .loose = true };

    return narrow(&k);
}

enum err
org_find_persons(struct call *c, struct list *l, bool phones)
{
    struct looking k = {
        .c = c, .l = l, .index = &persons, .units = true, .phones = phones
    };

    return narrow(&k);
}

/* -- what lies near --------------------------------------------------------------- */

static const char own_places[] =
    "SELECT l.id, l.parent_id, u.parent_id FROM person p"
    " JOIN place l ON l.id = p.place_id"
    " LEFT JOIN place u ON u.id = l.parent_id WHERE p.id = $1";

/* The rows of L, of those within PLACE_ID (0: of all), that OUT has not yet go
   behind those it has. */
static enum err
gather(struct call *c, const struct list *l, int64_t place_id, struct list *out)
{
    struct list some = *l;
    struct place *all = out->rows;

    if ((int64_t)out->n >= l->limit)
        return OK;
    some.values = NULL;
    some.n_values = some.cap_values = 0;
    for (size_t i = 0; i < l->n_values; i++)
        (void)list_bind(c, &some, l->values[i]);
    /* A few steps down from the place, where the paths of all would be
       compared. */
    if (place_id != 0)
        list_and(c, &some,
                 "id IN (WITH RECURSIVE below(at) AS (SELECT id FROM place"
                 " WHERE id = $%zu UNION ALL SELECT p.id FROM place p"
                 " JOIN below ON p.parent_id = below.at)"
                 " SELECT at FROM below)",
                 list_bind(c, &some, V(place_id)));
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
    ROWS r = db_query(c, own_places, V(c->actor->person_id));
    int64_t own[3] = { 0 };
    bool sits = rows_next(&r), all = l->where != NULL;
    struct list out = *l;

    for (int i = 0; sits && i < 3; i++)
        own[i] = row_int(&r, i);
    TRY(rows_end(&r));
    l->limit = l->limit ? l->limit : 20;
    out.n = 0;
    out.rows = NEW_N(c->arena, struct place, (size_t)l->limit);
    list_and(c, l, "active = 1");
    /* From the own room outwards: most of what is asked for is near. */
    for (int i = 0; i < 3; i++)
        if (own[i] != 0)
            TRY(gather(c, l, own[i], &out));
    if (all || !sits)
        TRY(gather(c, l, 0, &out));
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
