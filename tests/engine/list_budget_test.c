/* SPDX-License-Identifier: Apache-2.0 */
/* What model/model.h promises of lists: whatever is asked of one is answered
   or refused with the name of what is wrong, on both databases. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/route.h"
#include "api/run.h"
#include "auth/auth.h"
#include "base/random.h"
#include "database.h"
#include "office.h"

#define ROUNDS 200
#define MOST_PAIRS 40

struct asking {
    struct random chance;
    struct pair pairs[MOST_PAIRS];
    size_t n;
    bool mad;  /* this request; else it is meant well */
    bool many; /* it asks for far more than it may */
    int asked, answered;
};

static const char *
one_of(struct asking *k, const char *const *list, size_t n)
{
    return list[random_below(&k->chance, (uint32_t)n)];
}
#define ONE_OF_(k, list) one_of((k), (list), COUNT(list))

/* Said once only: twice is refused before the list sees it. */
static void
add(struct asking *k, const char *key, const char *value)
{
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->pairs[i].key, key) == 0)
            return;
    if (k->n < MOST_PAIRS)
        k->pairs[k->n++] = (struct pair){ key, value };
}

static const char *
some_value(struct call *c, struct asking *k)
{
    static const char *const values[] = {
        "1",
        "0",
        "-1",
        "yes",
        "true",
        "",
        "x",
        "漏水",
        "%_\\",
        "12.50",
        "2026-11-23",
        "9999-12-31",
        "2026-11-23T08:30:00Z",
        "9007199254740991",
        "9007199254740993",
        "99999999999999999999",
        "1e308",
        "submitted",
        "all",
    };
    uint32_t n = random_below(&k->chance, 300);
    char *text;

    if (!random_below(&k->chance, 10)) {
        text = arena_alloc(c->arena, n + 1);
        memset(text, 'a', n);
        return text;
    }
    return ONE_OF_(k, values);
}

/* One that the field can hold. */
static const char *
good_value(struct asking *k, const struct field *f)
{
    switch (f->kind) {
    case FIELD_BOOL: return random_below(&k->chance, 2) ? "true" : "no";
    case FIELD_INSTANT: return "2026-11-23T08:30:00Z";
    case FIELD_DAY: return "2026-11-23";
    case FIELD_MONEY: return "12.50";
    case FIELD_WORD: return f->choices[0];
    case FIELD_REAL: return "1.5";
    case FIELD_INT: return "9007199254740991";
    case FIELD_TEXT: break;
    }
    if (f->choices != NULL)
        return f->choices[0];
    return "漏水 A04";
}

static const char *
repeat(struct call *c, const char *one, uint32_t times)
{
    struct buf b = buf_make(c->arena, 0);

    for (uint32_t i = 0; i < times; i++)
        buf_printf(&b, "%s%s", i > 0 ? "," : "", one);
    return b.s;
}

static void
add_filter(struct call *c, struct asking *k, const struct field *f)
{
    static const char *const ends[] = { "",    ".not", ".from", ".before",
                                        ".in", ".set", ".has",  ".odd" };
    const char *end = one_of(k, ends, k->mad ? COUNT(ends) : COUNT(ends) - 2);
    const char *value = k->mad ? some_value(c, k) : good_value(k, f);

    if (!k->mad && (f->flags & (SECRET | DERIVED)))
        return;
    if (strcmp(end, ".in") == 0)
        value =
            repeat(c, value, 1 + random_below(&k->chance, k->many ? 60 : 5));
    if (strcmp(end, ".set") == 0 && !k->mad)
        value = "yes";
    add(k, arena_printf(c->arena, "%s%s", f->name, end), value);
}

static const struct field *
some_field(struct asking *k, const struct model *m)
{
    return &m->fields[random_below(&k->chance, (uint32_t)m->n)];
}

static void
add_filters(struct call *c, struct asking *k, const struct model *m)
{
    uint32_t n = random_below(&k->chance, k->many ? 20 : 4);

    for (uint32_t i = 0; i < n; i++)
        add_filter(c, k, some_field(k, m));
}

/* A list sorted by F goes on behind the row 5. */
static const char *
good_cursor(struct call *c, struct asking *k, const struct field *f)
{
    switch (f->kind) {
    case FIELD_BOOL: return "5:1";
    case FIELD_DAY: return "5:20000";
    case FIELD_REAL: return "5:1.5";
    case FIELD_TEXT:
    case FIELD_WORD: return "5:x";
    default: break;
    }
    return strcmp(f->name, "id") == 0 ? "5"
           : random_below(&k->chance, 2)
               ? "5:0"
               : arena_printf(c->arena, "5:%lld", (long long)c->now.ms);
}

/* Right at the edge: all the values and filters that a list takes, or one
   more of either. */
static void
add_most(struct call *c, struct asking *k, const struct model *m)
{
    static const char *const ends[] = { "", ".not", ".from", ".before" };
    uint32_t values = LIST_MAX_VALUES - 1 + random_below(&k->chance, 3);
    size_t filters = LIST_MAX_FILTERS - 1 + random_below(&k->chance, 3);
    const char *in = repeat(c, "5", values);

    add(k, "id.in", in);
    for (size_t i = 0; k->n < filters && i < m->n * COUNT(ends); i++) {
        const struct field *f = &m->fields[i / COUNT(ends)];

        if (!(f->flags & (SECRET | DERIVED)))
            add(k,
                arena_printf(c->arena, "%s%s", f->name, ends[i % COUNT(ends)]),
                good_value(k, f));
    }
    add(k, "q", "5");
    add(k, "sort", arena_printf(c->arena, "-%s", m->fields[m->n - 1].name));
    add(k, "cursor", good_cursor(c, k, &m->fields[m->n - 1]));
    if (model_field(m, "valid_to"))
        add(k, "as_of", "2026-11-23");
}

static void
add_order(struct call *c, struct asking *k, const struct model *m)
{
    static const char *const cursors[] = {
        "5",  "0:",  "5:x", "5:9007199254740993",  "5:1", "-5:-1",
        "5:", "x:1", ":",   "9223372036854775808", "5:0", "5:1e308",
    };
    const struct field *f = some_field(k, m);

    if (!k->mad && (f->flags & (SECRET | DERIVED)))
        return;
    add(k, "sort",
        arena_printf(c->arena, "%s%s", random_below(&k->chance, 2) ? "-" : "",
                     f->name));
    if (random_below(&k->chance, 2))
        add(k, "cursor", k->mad ? ONE_OF_(k, cursors) : good_cursor(c, k, f));
}

static void
add_controls(struct call *c, struct asking *k, const struct model *m)
{
    if (random_below(&k->chance, 3))
        add_order(c, k, m);
    if (random_below(&k->chance, 2))
        add(k, "q", k->mad ? some_value(c, k) : "漏水 A04 %_");
    if (k->mad && !random_below(&k->chance, 3))
        add(k, "as_of", some_value(c, k));
    if (!random_below(&k->chance, 4))
        add(k, "limit", k->mad ? some_value(c, k) : "500");
    if (!random_below(&k->chance, 4))
        add(k, "total", "no");
}

/* Answered, or refused with the name of what is wrong. */
static void
expect_sound(struct call *c, const struct route *route, struct asking *k,
             const char *path)
{
    const struct http_request q = {
        .method = "GET", .path = path, .query = k->pairs, .n_query = k->n
    };
    struct http_reply r = { 0 };
    json_t *body;

    api_run(c, &q, &r);
    k->asked++;
    k->answered += r.status == 200;
    if (r.status == 200 || (r.status == 404 && strchr(route->path, '{')))
        return;
    body = json_loadb(r.body, r.body_len, 0, NULL);
    if (r.status != 422 || !json_is_string(json_object_get(body, "field"))) {
        for (size_t i = 0; i < k->n; i++)
            print_error("%s=%.80s\n", k->pairs[i].key, k->pairs[i].value);
        fail_msg("%s: %d %s\n", path, r.status, r.body);
    }
    json_decref(body);
}

/* "/orders/{id}/events" -> "/orders/1/events" */
static const char *
path_of(struct call *c, const struct route *route)
{
    const char *from = strchr(route->path, '{');

    return from ? arena_printf(c->arena, "%.*s1%s", (int)(from - route->path),
                               route->path, strchr(from, '}') + 1)
                : route->path;
}

/* The first of these to whom the list is not refused asks. */
static bool
sign_in(struct call *c, const struct route *route)
{
    static const char *const people[] = { "desk", "sysadmin", "secadmin",
                                          "auditor", "leader" };
    const struct http_request q = { .method = "GET",
                                    .path = path_of(c, route) };
    struct http_reply r = { .status = 403 };

    for (size_t i = 0; r.status == 403 && i < COUNT(people); i++) {
        as(c, people[i]);
        r = (struct http_reply){ 0 };
        api_run(c, &q, &r);
    }
    return r.status != 403;
}

static void
ask_list(struct call *c, struct asking *k, const struct route *r)
{
    struct arena *kept = c->arena;

    c->arena = arena_open();
    for (int n = 0; n < ROUNDS; n++) {
        k->n = 0;
        k->mad = n % 2;
        k->many = n % 4 > 1;
        if (k->many && !k->mad) {
            add_most(c, k, r->out);
        } else {
            add_filters(c, k, r->out);
            add_controls(c, k, r->out);
        }
        expect_sound(c, r, k, path_of(c, r));
    }
    arena_close(c->arena);
    c->arena = kept;
}

TEST(whatever_is_asked_of_a_list_is_answered_or_refused_by_name)
{
    struct asking k = { .chance = random_seed(8) };
    int lists = 0;

    office_make(c);
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            if (r->flags & R_LIST && sign_in(c, r)) {
                ask_list(c, &k, r);
                lists++;
            }
    EXPECT(lists > 15);
    EXPECT(k.answered > k.asked / 4);
}

static int
ask_orders(struct call *c, struct asking *k, struct http_reply *r)
{
    const struct http_request q = {
        .method = "GET", .path = "/orders", .query = k->pairs, .n_query = k->n
    };

    *r = (struct http_reply){ 0 };
    as(c, "desk");
    api_run(c, &q, r);
    return r->status;
}

/* As many filters as there may be, each value, words and a cursor. */
static void
ask_for_all(struct call *c, struct asking *k, int values)
{
    static const char *const keys[] = {
        "id",           "id.not",        "id.from",      "id.before",
        "version",      "version.not",   "version.from", "version.before",
        "priority.not", "priority.from", "priority"
    };

    *k = (struct asking){ 0 };
    add(k, "id.in", repeat(c, "1", (uint32_t)values));
    for (size_t i = 0; i < COUNT(keys); i++)
        add(k, keys[i], "1");
    add(k, "q", "1");
    add(k, "sort", "number");
    add(k, "cursor", "5:x");
}

TEST(a_list_takes_as_many_values_as_it_says_and_refuses_the_next)
{
    struct http_reply r;
    struct asking k;

    office_make(c);
    ask_for_all(c, &k, LIST_MAX_VALUES);
    assert_int_equal(ask_orders(c, &k, &r), 200);
    ask_for_all(c, &k, LIST_MAX_VALUES + 1);
    assert_int_equal(ask_orders(c, &k, &r), 422);
    EXPECT(strstr(r.body, "\"field\":\"id.in\"") != NULL);
    ask_for_all(c, &k, 1);
    add(&k, "state.set", "yes");
    assert_int_equal(ask_orders(c, &k, &r), 422);
    EXPECT(strstr(r.body, "\"field\":\"state.set\"") != NULL);
}

/* Every list, also one that nobody's rows would be read for. */
TEST(an_empty_or_wrong_part_of_a_filter_is_refused_by_its_name)
{
    static const char *const ends[] = { "", ".not", ".in" };
    int asked = 0;

    office_make(c);
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            for (size_t k = 0; r->flags & R_LIST && k < r->out->n; k++) {
                const struct field *f = &r->out->fields[k];

                if (f->flags & (SECRET | DERIVED))
                    continue;
                for (size_t n = 0; n < COUNT(ends); n++) {
                    struct asking a = { 0 };
                    struct list l = { .model = r->out };
                    const char *good = good_value(&a, f);

                    add(&a, arena_printf(c->arena, "%s%s", f->name, ends[n]),
                        n < 2 ? ""
                              : arena_printf(c->arena, "%s,,%s", good, good));
                    EXPECT_FAULT(list_read(c, &l, a.pairs, 1), ERR_INVALID,
                                 a.pairs[0].key);
                    asked++;
                }
            }
    EXPECT(asked > 200);
}

TEST(who_sees_no_unit_is_still_told_what_is_wrong_with_his_filter)
{
    const struct pair wrong = { "id.in", "1,,x" };
    const struct http_request q = {
        .method = "GET", .path = "/units", .query = &wrong, .n_query = 1
    };
    struct http_reply r = { 0 };

    office_make(c);
    as(c, "lift");
    api_run(c, &q, &r);
    assert_int_equal(r.status, 422);
    EXPECT(strstr(r.body, "\"field\":\"id.in\"") != NULL);
}

TEST(a_cursor_that_its_field_cannot_hold_is_refused)
{
    static const char *const bad[][2] = {
        { "accept_late", "5:9007199254740993" }, { "accept_late", "5:2" },
        { "priority", "5:9007199254740993" },    { "accept_due", "5:x" },
        { "id", "9223372036854775807" },         { "id", "5:1" },
    };
    struct http_reply r;

    office_make(c);
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct asking k = { 0 };

        add(&k, "sort", bad[i][0]);
        add(&k, "cursor", bad[i][1]);
        assert_int_equal(ask_orders(c, &k, &r), 422);
        EXPECT(strstr(r.body, "\"field\":\"cursor\"") != NULL);
    }
}

TEST(a_text_that_is_too_long_to_look_for_is_refused)
{
    char text[LIST_MAX_TEXT * 3 + 10] = "";
    struct http_reply r;
    struct asking k = { 0 };

    office_make(c);
    for (int i = 0; i < LIST_MAX_TEXT; i++)
        (void)strcat(text, "漏");
    add(&k, "q", text);
    add(&k, "description.has", text);
    assert_int_equal(ask_orders(c, &k, &r), 200);
    (void)strcat(text, "水");
    assert_int_equal(ask_orders(c, &k, &r), 422);
    EXPECT(strstr(r.body, "\"field\":\"q\"") != NULL);
    k.pairs[0].key = "title";
    assert_int_equal(ask_orders(c, &k, &r), 422);
}

/* -- time and memory --------------------------------------------------------- */

/* A session on an empty office that is a file: its readers are those of a
   server. */
static struct call *
open_file(struct call *c, char dir[static 32], struct store **store)
{
    const char *why = NULL;
    struct call *k = NEW(c->arena, struct call);

    EXPECT(mkdtemp(strcpy(dir, "/tmp/liangcao-list-XXXXXX")) != NULL);
    *store = store_open(arena_printf(c->arena, "%s/main.db", dir), 2, &why);
    EXPECT(*store != NULL);
    *k = *c;
    db_session(k, *store);
    return k;
}

TEST(a_query_over_its_time_is_given_up_in_words)
{
    static const char endless[] =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT COUNT(*) FROM n";
    struct store *store;
    struct call *k;
    char dir[32];
    int64_t n = 0;

    k = open_file(c, dir, &store);
    db_budget(k, 50, 0);
    EXPECT(db_int(k, &n, endless) == ERR_INVALID);
    EXPECT(k->fault.text != NULL && *k->fault.text != '\0');
    /* The connection goes on, and so does a call without a budget. */
    EXPECT_OK(db_int(k, &n, "SELECT 7"));
    EXPECT(n == 7);
    db_session_end(k);
    store_close(store);
    EXPECT(system(arena_printf(c->arena, "rm -r %s", dir)) == 0);
}

TEST(rows_that_fill_a_call_beyond_its_budget_are_given_up_in_words)
{
    static const char many[] =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 100000) SELECT 'some text of a row', i FROM n";
    int64_t seen = 0;

    db_budget(c, 0, (size_t)1 << 20);
    ROWS r = db_query(c, many);
    while (rows_next(&r))
        seen += row_text(&r, 0) != NULL;
    EXPECT(rows_end(&r) == ERR_LIMIT);
    EXPECT(seen > 0 && seen < 100000);
}
