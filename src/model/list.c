/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: reading what is asked for, and one page of rows with the total. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/member.h"

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 500

/* -- reading --------------------------------------------------------------- */

const struct filter_word filter_words[N_FILTER_WORDS] = {
    { "", IS },          { "not", IS_NOT }, { "from", AT_LEAST },
    { "before", BELOW }, { "in", ONE_OF },  { "has", HAS },
    { "set", SOMETHING }
};

bool
filter_fits(const struct field *f, enum filter_op op)
{
    if (op == HAS)
        return f->kind == FIELD_TEXT || f->kind == FIELD_WORD;
    return f->kind != FIELD_BOOL || (op != AT_LEAST && op != BELOW);
}

static enum err
read_sort(struct call *c, struct list *l, const char *value)
{
    l->descending = value[0] == '-';
    l->sort = model_field(l->model, value + l->descending);
    if (l->sort == NULL || !member_has_column(l->sort)
        || l->sort->flags & SECRET)
        return fail(c, ERR_INVALID, "sort", "there is no field “%.40s”",
                    value + l->descending);
    return OK;
}

/* What is said twice is looked for once. */
static bool
is_said(const char *const *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

enum err
list_say(struct call *c, struct list *l, const char *value)
{
    const char *words[LIST_MAX_WORDS];
    struct buf said = buf_make(c->arena, 0);
    char *rest = arena_text(c->arena, value), *word;
    size_t n = 0;

    if (text_length(value) > LIST_MAX_TEXT)
        return fail(c, ERR_INVALID, "q", "must have at most %lld characters",
                    (long long)LIST_MAX_TEXT);
    while ((word = strsep(&rest, " \t")) != NULL) {
        if (*word == '\0' || is_said(words, n, word))
            continue;
        /* Each is a look of its own at what there is. */
        if (n == LIST_MAX_WORDS)
            return fail(c, ERR_INVALID, "q",
                        "must have at most %d different words", LIST_MAX_WORDS);
        buf_printf(&said, "%s%s", n > 0 ? " " : "", word);
        words[n++] = word;
    }
    l->words = n > 0 && !text_is_blank(said.s) ? said.s : NULL;
    return OK;
}

/* True when KEY is one of the words that are not fields. */
static bool
read_control(struct call *c, struct list *l, const struct pair *p, enum err *e)
{
    *e = OK;
    if (strcmp(p->key, "sort") == 0) {
        *e = read_sort(c, l, p->value);
    } else if (strcmp(p->key, "limit") == 0) {
        if (!text_int(p->value, &l->limit) || l->limit < 1
            || l->limit > MAX_LIMIT)
            *e = fail(c, ERR_INVALID, "limit", "must be from 1 to %d",
                      MAX_LIMIT);
    } else if (strcmp(p->key, "cursor") == 0) {
        l->cursor = p->value;
    } else if (strcmp(p->key, "q") == 0) {
        *e = list_say(c, l, p->value);
    } else if (strcmp(p->key, "view") == 0) {
        l->view = p->value;
    } else if (strcmp(p->key, "as_of") == 0
               && model_flagged(l->model, UNTIL) != NULL) {
        if (!day_parse(p->value, &l->as_of))
            *e = fail(c, ERR_INVALID, "as_of",
                      "must be a day such as 2026-11-23");
    } else if (strcmp(p->key, "total") == 0) {
        l->no_total = strcmp(p->value, "no") == 0;
        if (!l->no_total && strcmp(p->value, "yes") != 0)
            *e = fail(c, ERR_INVALID, "total", "must be yes or no");
    } else {
        return false;
    }
    return true;
}

/* Each value of a filter has its length, and all .in= together a number. */
static enum err
check_budget(struct call *c, struct list *l, const struct pair *p,
             enum filter_op op)
{
    const char *one = p->value;

    if (l->n_filters == LIST_MAX_FILTERS)
        return fail(c, ERR_INVALID, p->key, "too many filters");
    for (size_t n = 0;; one += n + 1) {
        n = op == ONE_OF ? strcspn(one, ",") : strlen(one);
        if (text_length(arena_text_n(c->arena, one, n)) > LIST_MAX_TEXT)
            return fail(c, ERR_INVALID, p->key,
                        "must have at most %lld characters",
                        (long long)LIST_MAX_TEXT);
        if (op == ONE_OF && ++l->n_in > LIST_MAX_VALUES)
            return fail(c, ERR_INVALID, p->key, "too many values");
        if (one[n] == '\0')
            return OK;
    }
}

/* The filter's text as a value of its field's kind. */
static enum err
filter_value(struct call *c, const struct field *f, const char *text,
             struct value *out)
{
    union {
        int64_t i;
        double r;
        bool b;
        const char *s;
        instant t;
        day d;
        money m;
        unsigned w;
    } *room = arena_alloc(c->arena, sizeof *room);
    struct field here = *f;

    here.offset = 0;
    TRY(model_read_text(c, &here, text, room));
    *out = member_value(&here, room);
    if (f->kind == FIELD_TEXT && out->kind == VALUE_NULL)
        return fail(c, ERR_INVALID, f->name, "must be a text");
    return OK;
}

/* Whatever it is compared with can be read, though the list may never run. */
static enum err
check_values(struct call *c, const struct filter *f, const char *key)
{
    char *rest = arena_text(c->arena, f->value), *one;
    const char *until = f->op == ONE_OF ? "," : "";
    struct value v;

    if (f->op == HAS || f->op == SOMETHING || f->op == NOTHING)
        return OK;
    while ((one = strsep(&rest, until)) != NULL) {
        enum err e = filter_value(c, f->field, one, &v);

        if (e != OK) {
            c->fault.field = key;
            return e;
        }
    }
    return OK;
}

static enum err
read_filter(struct call *c, struct list *l, const struct pair *p)
{
    const char *dot = strchr(p->key, '.');
    const char *suffix = dot ? dot + 1 : "";
    char *name = arena_text_n(c->arena, p->key,
                              dot ? (size_t)(dot - p->key) : strlen(p->key));
    const struct field *f = model_field(l->model, name);
    size_t i = 0;

    while (i < N_FILTER_WORDS && strcmp(filter_words[i].word, suffix) != 0)
        i++;
    if (f == NULL || !member_has_column(f) || f->flags & SECRET
        || i == N_FILTER_WORDS)
        return fail(c, ERR_INVALID, p->key, "there is no field “%.40s”",
                    p->key);
    /* Before its values are read, of which there may be thousands. */
    TRY(check_budget(c, l, p, filter_words[i].op));
    if (!filter_fits(f, filter_words[i].op))
        return fail(c, ERR_INVALID, p->key,
                    f->kind == FIELD_BOOL ? "must be yes or no"
                                          : "is not a text");
    if (filter_words[i].op == SOMETHING && strcmp(p->value, "no") != 0
        && strcmp(p->value, "yes") != 0)
        return fail(c, ERR_INVALID, p->key, "must be yes or no");
    l->filters[l->n_filters++] = (struct filter){
        .field = f, .op = filter_words[i].op, .value = p->value
    };
    if (filter_words[i].op == SOMETHING && strcmp(p->value, "no") == 0)
        l->filters[l->n_filters - 1].op = NOTHING;
    return check_values(c, &l->filters[l->n_filters - 1], p->key);
}

enum err
list_read(struct call *c, struct list *l, const struct pair *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        enum err e;

        if (read_control(c, l, &pairs[i], &e))
            TRY(e);
        else
            TRY(read_filter(c, l, &pairs[i]));
    }
    return OK;
}

/* -- conditions ------------------------------------------------------------ */

struct where {
    struct call *c;
    const char *from, *key; /* the table; its id, in whose order it is read */
    const char *join;
    bool alone; /* without the join too, only rows of the table are found */
    struct buf sql;
    struct value *v; /* grows in the arena; list_read bounds what is asked */
    size_t n, cap;
};

static void
bind(struct where *w, struct value v)
{
    if (w->n == w->cap) {
        struct value *more = NEW_N(w->c->arena, struct value, w->cap * 2 + 32);

        if (w->n > 0)
            memcpy(more, w->v, w->n * sizeof *more);
        w->v = more;
        w->cap = w->cap * 2 + 32;
    }
    w->v[w->n++] = v;
}

static void
add_and(struct where *w)
{
    buf_puts(&w->sql, w->sql.len > 0 ? " AND " : " WHERE ");
}

/* Bind V and write its parameter. */
static void
add_value(struct where *w, struct value v)
{
    bind(w, v);
    buf_printf(&w->sql, "$%zu", w->n);
}

static void
bind_all(struct where *w, const struct value *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bind(w, v[i]);
}

/* A condition written with $1.. of its own, moved behind those before. */
static void
add_condition(struct where *w, const char *sql, const struct value *v, size_t n)
{
    size_t base = w->n;

    bind_all(w, v, n);
    buf_putc(&w->sql, '(');
    for (; *sql != '\0'; sql++) {
        buf_putc(&w->sql, *sql);
        if (*sql == '$') {
            char *end;
            unsigned long k = strtoul(sql + 1, &end, 10);

            buf_printf(&w->sql, "%lu", k + base);
            sql = end - 1;
        }
    }
    buf_putc(&w->sql, ')');
}

static enum err
add_one_of(struct where *w, const struct filter *f)
{
    char *rest = arena_text(w->c->arena, f->value), *one;
    bool first = true;

    buf_printf(&w->sql, "%s IN (", f->field->name);
    while ((one = strsep(&rest, ",")) != NULL) {
        struct value v;

        TRY(filter_value(w->c, f->field, one, &v));
        if (!first)
            buf_putc(&w->sql, ',');
        first = false;
        add_value(w, v);
    }
    buf_putc(&w->sql, ')');
    return OK;
}

const char *
list_like(struct call *c, const char *text)
{
    struct buf b = buf_make(c->arena, 0);

    buf_putc(&b, '%');
    for (; *text != '\0'; text++) {
        if (strchr("%_\\", *text) != NULL)
            buf_putc(&b, '\\');
        buf_putc(&b, *text);
    }
    buf_putc(&b, '%');
    return b.s;
}

static void
add_like(struct where *w, const char *column, const char *text)
{
    buf_printf(&w->sql, "LOWER(%s) LIKE LOWER(", column);
    add_value(w, V(list_like(w->c, text)));
    buf_puts(&w->sql, ") ESCAPE '\\'");
}

/*
 * Times are compared as they are sorted, so that one index serves both; and
 * yes and no stand in the text, so that the index of what is open is known
 * to fit.
 */
static void
add_comparison(struct where *w, const struct filter *f, const char *sign,
               struct value v)
{
    bool time = f->field->kind == FIELD_INSTANT || f->field->kind == FIELD_DAY;
    bool range = f->op == AT_LEAST || f->op == BELOW;
    const char *name = f->field->name;

    if (f->field->kind == FIELD_BOOL && !range) {
        buf_printf(&w->sql, "%s%s%d", name, sign, v.as.i != 0);
        return;
    }
    if (time && range)
        buf_printf(&w->sql, "COALESCE(%s, 0) <> 0 AND COALESCE(%s, 0)%s", name,
                   name, sign);
    else
        buf_printf(&w->sql, "%s%s", name, sign);
    add_value(w, v);
}

static enum err
add_filter(struct where *w, const struct filter *f)
{
    static const char *const signs[] = { " = ", " <> ", " >= ", " < " };
    struct value v;

    add_and(w);
    switch (f->op) {
    case ONE_OF: return add_one_of(w, f);
    case HAS: add_like(w, f->field->name, f->value); return OK;
    case NOTHING: buf_printf(&w->sql, "%s IS NULL", f->field->name); return OK;
    case SOMETHING:
        buf_printf(&w->sql, "%s IS NOT NULL", f->field->name);
        return OK;
    default:
        TRY(filter_value(w->c, f->field, f->value, &v));
        add_comparison(w, f, signs[f->op], v);
        return OK;
    }
}

/* Nouns without an index of words are searched by the names they have. */
static void
add_words(struct where *w, const struct list *l)
{
    const char *between = "";

    add_and(w);
    buf_putc(&w->sql, '(');
    for (size_t i = 0; i < l->model->n; i++) {
        const struct field *f = &l->model->fields[i];

        if (!(f->flags & FOUND))
            continue;
        buf_puts(&w->sql, between);
        add_like(w, f->name, l->words);
        between = " OR ";
    }
    buf_puts(&w->sql, *between == '\0' ? "1 = 0)" : ")");
}

static void
add_search(struct where *w, const struct list *l)
{
    const struct model *m = l->model;
    struct db_search found = db_search_in(w->c, m->noun, m->table);
    struct value v = V(db_search_query(w->c, l->words));

    add_and(w);
    /* Nothing but punctuation is found nowhere. */
    if (v.kind == VALUE_NULL) {
        add_condition(w, "1 = 0", NULL, 0);
        return;
    }
    add_condition(w, found.condition, &v, 1);
    w->from = found.from;
    w->join = found.join;
    w->key = found.key;
    w->alone = found.alone;
}

/* Rows that hold on the day. */
static void
add_as_of(struct where *w, const struct list *l)
{
    const char *since = model_flagged(l->model, SINCE)->name;
    const char *until = model_flagged(l->model, UNTIL)->name;

    add_and(w);
    buf_printf(&w->sql, "(%s <= ", since);
    add_value(w, V(l->as_of));
    buf_printf(&w->sql, " AND (%s IS NULL OR %s > $%zu))", until, until, w->n);
}

static enum err
make_where(struct where *w, const struct list *l)
{
    w->from = l->model->table;
    w->key = "id";
    w->join = "";
    bind_all(w, l->values, l->n_values);
    if (l->where != NULL) {
        add_and(w);
        buf_printf(&w->sql, "(%s)", l->where);
    }
    if (l->as_of.n != 0)
        add_as_of(w, l);
    for (size_t i = 0; i < l->n_filters; i++)
        TRY(add_filter(w, &l->filters[i]));
    if (text_is_blank(l->words))
        return OK;
    /* Who has an index of words is asked there; of others each column is. */
    if (l->model->searched)
        add_search(w, l);
    else
        add_words(w, l);
    return OK;
}

/* -- what engines add ------------------------------------------------------ */

size_t
list_bind(struct call *c, struct list *l, struct value v)
{
    if (l->n_values == l->cap_values) {
        struct value *more =
            NEW_N(c->arena, struct value, l->cap_values * 2 + 8);

        if (l->n_values > 0)
            memcpy(more, l->values, l->n_values * sizeof *more);
        l->values = more;
        l->cap_values = l->cap_values * 2 + 8;
    }
    l->values[l->n_values++] = v;
    ASSERT(l->n_values <= l->cap_values);
    return l->n_values;
}

void
list_and(struct call *c, struct list *l, const char *fmt, ...)
{
    const char *more;
    va_list ap;

    va_start(ap, fmt);
    more = arena_vprintf(c->arena, fmt, ap);
    va_end(ap);
    /* Side by side: a database counts how deep one stands in another, and
       gives up at a hundred. */
    l->where = l->where == NULL
                   ? arena_printf(c->arena, "(%s)", more)
                   : arena_printf(c->arena, "%s AND (%s)", l->where, more);
}

bool
list_part(struct list *l, const char *where)
{
    if (l->n_parts == LIST_MAX_PARTS)
        return false;
    l->parts[l->n_parts++] = (struct list_part){ where };
    return true;
}

void
list_join_parts(struct call *c, struct list *l)
{
    struct buf b = buf_make(c->arena, 0);

    if (l->n_parts == 0)
        return;
    for (size_t i = 0; i < l->n_parts; i++)
        buf_printf(&b, "%s%s", i > 0 ? " OR " : "", l->parts[i].where);
    l->n_parts = 0;
    list_and(c, l, "%s", b.s);
}

struct rows
list_query(struct call *c, struct list *l, const char *what, const char *rest)
{
    list_join_parts(c, l);
    return db_query_n(
        c,
        db_intern(c, arena_printf(c->arena, "SELECT %s FROM %s WHERE %s %s",
                                  what, l->model->table,
                                  l->where ? l->where : "1 = 1", rest)),
        l->values, l->n_values);
}

/* -- cursors --------------------------------------------------------------- */

/* What rows are ordered by: a value that may be missing counts as the least. */
static const char *
sort_expression(struct call *c, const struct list *l)
{
    if (l->sort == NULL || strcmp(l->sort->name, "id") == 0)
        return NULL;
    return arena_printf(c->arena, "COALESCE(%s, %s)", l->sort->name,
                        l->sort->kind == FIELD_TEXT
                                || l->sort->kind == FIELD_WORD
                            ? "''"
                            : "0");
}

/* The cursor is "id" or "id:value" of the last row, value as JSON. */
static const char *
make_cursor(struct call *c, const struct list *l, const void *row)
{
    const struct field *id = model_field(l->model, "id");
    int64_t n =
        *(const int64_t *)(const void *)((const char *)row + id->offset);
    struct value v;

    if (l->sort == NULL || l->sort == id)
        return arena_printf(c->arena, "%lld", (long long)n);
    v = member_value(l->sort, row);
    if (v.kind == VALUE_TEXT)
        return arena_printf(c->arena, "%lld:%s", (long long)n, v.as.s);
    if (v.kind == VALUE_REAL)
        return arena_printf(c->arena, "%lld:%.17g", (long long)n, v.as.r);
    return arena_printf(c->arena, "%lld:%lld", (long long)n,
                        (long long)(v.kind == VALUE_INT ? v.as.i : 0));
}

/* A whole number that a member of kind K can hold. */
static bool
fits_kind(enum field_kind k, int64_t i)
{
    switch (k) {
    case FIELD_BOOL: return i == 0 || i == 1;
    case FIELD_DAY: return i >= INT32_MIN && i <= INT32_MAX;
    default: return i >= -MEMBER_MAX_INT && i <= MEMBER_MAX_INT;
    }
}

/* The last row's value, as make_cursor wrote it. */
static bool
read_last(const struct field *f, const char *text, struct value *v)
{
    int64_t i;
    double r;

    if (f->kind == FIELD_TEXT || f->kind == FIELD_WORD) {
        *v = V(text);
        return true;
    }
    if (f->kind == FIELD_REAL) {
        *v = V(text_real(text, &r) ? r : 0.0);
        return text_real(text, &r);
    }
    if (!text_int(text, &i) || !fits_kind(f->kind, i))
        return false;
    *v = V(i);
    return true;
}

static bool
read_cursor(struct call *c, const struct list *l, int64_t *id, struct value *v)
{
    const char *colon = strchr(l->cursor, ':');
    size_t n = colon ? (size_t)(colon - l->cursor) : strlen(l->cursor);

    if (!text_int(arena_text_n(c->arena, l->cursor, n), id)
        || !fits_kind(FIELD_INT, *id))
        return false;
    if (sort_expression(c, l) == NULL)
        return colon == NULL;
    return colon != NULL && read_last(l->sort, colon + 1, v);
}

static enum err
add_cursor(struct where *w, const struct list *l)
{
    const char *by = sort_expression(w->c, l);
    const char *sign = l->descending ? "<" : ">";
    int64_t id;
    struct value v;

    if (l->cursor == NULL)
        return OK;
    if (!read_cursor(w->c, l, &id, &v))
        return fail(w->c, ERR_INVALID, "cursor",
                    "is not one that this list gave out");
    add_and(w);
    /* The first condition is implied by the second, and is the one an index
       is used for. */
    if (by != NULL) {
        buf_printf(&w->sql, "%s %s= ", by, sign);
        add_value(w, v);
        buf_printf(&w->sql, " AND (%s, id) %s ($%zu", by, sign, w->n);
        buf_puts(&w->sql, ", ");
        add_value(w, V(id));
        buf_puts(&w->sql, ")");
    } else {
        buf_printf(&w->sql, "%s %s ", w->key, sign);
        add_value(w, V(id));
    }
    return OK;
}

/* -- running --------------------------------------------------------------- */

/* FROM the table WHERE all holds, and PART too. */
static void
add_from(struct buf *sql, const struct where *w, const struct list *l,
         const struct list_part *part)
{
    buf_printf(sql, " FROM %s%s%s%s", w->from, w->join,
               *w->join == '\0' ? db_by_index(w->c, l->index) : "", w->sql.s);
    if (part != NULL)
        buf_printf(sql, "%s(%s)", w->sql.len > 0 ? " AND " : " WHERE ",
                   part->where);
}

static void
add_order(struct buf *sql, const struct where *w, const struct list *l,
          const char *key, int64_t limit)
{
    const char *by = sort_expression(w->c, l);
    const char *way = l->descending ? "DESC" : "ASC";

    buf_puts(sql, " ORDER BY ");
    if (by != NULL)
        buf_printf(sql, "%s %s, ", by, way);
    buf_printf(sql, "%s %s LIMIT %lld", key, way, (long long)limit);
}

/* The first LIMIT of each part are enough for the first LIMIT of all.  Those
   that are counted, not ordered, are counted once. */
static void
add_parts(struct buf *sql, const struct where *w, const struct list *l,
          int64_t limit, bool ordered)
{
    for (size_t i = 0; i < l->n_parts; i++) {
        buf_printf(sql, "%sSELECT id FROM (SELECT %s.id AS id",
                   i == 0    ? ""
                   : ordered ? " UNION ALL "
                             : " UNION ",
                   l->model->table);
        add_from(sql, w, l, &l->parts[i]);
        if (ordered)
            add_order(sql, w, l, w->key, limit);
        else
            buf_printf(sql, " LIMIT %lld", (long long)limit);
        buf_printf(sql, ") AS part%zu", i);
    }
}

static const char *
page_sql(struct call *c, struct list *l, const struct where *w, int64_t limit)
{
    struct buf sql = buf_make(c->arena, 0);

    buf_printf(&sql, "SELECT %s", model_columns(c, l->model, ""));
    if (l->n_parts == 0) {
        add_from(&sql, w, l, NULL);
        add_order(&sql, w, l, w->key, limit);
    } else {
        buf_printf(&sql, " FROM %s WHERE id IN (", l->model->table);
        add_parts(&sql, w, l, limit, true);
        buf_putc(&sql, ')');
        add_order(&sql, w, l, "id", limit);
    }
    return db_intern(c, sql.s);
}

static enum err
read_page(struct call *c, struct list *l, struct where *w)
{
    int64_t limit = l->limit ? l->limit : DEFAULT_LIMIT;

    TRY(add_cursor(w, l));
    l->rows = arena_alloc(c->arena, l->model->size * (size_t)limit);
    ROWS r = db_query_n(c, page_sql(c, l, w, limit + 1), w->v, w->n);
    while (rows_next(&r)) {
        char *row = (char *)l->rows + l->model->size * l->n;

        if ((int64_t)l->n == limit) {
            l->next = make_cursor(c, l, row - l->model->size);
            break;
        }
        model_read_row(l->model, &r, row);
        l->n++;
    }
    return rows_end(&r);
}

/* Words alone are counted in their index, without the rows. */
static bool
asks_words_only(const struct list *l)
{
    return l->words != NULL && l->n_filters == 0 && l->where == NULL
           && l->n_parts == 0;
}

static const char *
count_sql(struct call *c, const struct list *l, const struct where *w)
{
    struct buf sql = buf_make(c->arena, 0);
    struct where here = *w;

    if (w->alone && asks_words_only(l))
        here.join = "";
    buf_puts(&sql, "SELECT COUNT(*) FROM (");
    if (l->n_parts == 0) {
        buf_puts(&sql, "SELECT 1");
        add_from(&sql, &here, l, NULL);
    } else {
        add_parts(&sql, &here, l, LIST_COUNT_CAP + 1, false);
    }
    buf_printf(&sql, " LIMIT %d) AS counted", LIST_COUNT_CAP + 1);
    return db_intern(c, sql.s);
}

static enum err
count_rows(struct call *c, struct list *l, const struct where *w)
{
    TRY(db_total(c, &l->total, count_sql(c, l, w), w->v, w->n));
    if (l->total > LIST_COUNT_CAP) {
        l->total = LIST_COUNT_CAP;
        l->total_more = true;
    }
    return OK;
}

enum err
model_list(struct call *c, struct list *l)
{
    struct where w = { .c = c, .sql = buf_make(c->arena, 0) };

    TRY(make_where(&w, l));
    if (!l->no_total)
        TRY(count_rows(c, l, &w));
    return read_page(c, l, &w);
}
