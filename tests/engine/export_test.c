/* SPDX-License-Identifier: Apache-2.0 */
/* What api/export.h and api/sheet.h promise of tables. */
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/export.h"
#include "api/find.h"
#include "api/run.h"
#include "base/csv.h"
#include "base/random.h"
#include "engine/org/org.h"
#include "office.h"
#include "table_out.h"

/* N rooms more, called "=room 1" and so on. */
static void
add_rooms(struct call *c, int n)
{
    office_exec(
        c,
        arena_printf(c->arena,
                     "INSERT INTO place (id, code, name, kind, parent_id, path,"
                     " full_name, restricted, active, version)"
                     " WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                     "  FROM k WHERE i < %d)"
                     " SELECT 1000 + i, 'X' || CAST(i AS TEXT),"
                     " '=room ' || CAST(i AS TEXT), 'room', 22,"
                     " '/21/22/' || CAST(1000 + i AS TEXT) || '/',"
                     " 'House 1 =room ' || CAST(i AS TEXT), 0, 1, 1 FROM k",
                     n));
}

/* What the descriptor holds, which is closed. */
static char *
read_fd(struct call *c, int fd, size_t len)
{
    char *bytes = arena_alloc(c->arena, len + 1);

    assert_int_equal(pread(fd, bytes, len, 0), len);
    (void)close(fd);
    return bytes;
}

/* ACCOUNT asks for a table; the answer's bytes. */
static const char *
table(struct call *c, const char *account, const char *path, const char *format)
{
    const struct pair query[] = { { "format", format } };
    const struct http_request q = {
        .method = "GET", .path = path, .query = query, .n_query = 1
    };
    struct http_reply r = { 0 };

    as(c, account);
    api_run(c, &q, &r);
    if (r.status != 200)
        fail_msg("%s as %s is answered %d: %s", path, account, r.status,
                 r.body);
    EXPECT(r.fd > 0);
    return read_fd(c, r.fd, r.body_len);
}

static size_t
count_rows(struct call *c, const char *csv)
{
    struct csv r = csv_open(c->arena, csv, strlen(csv));
    size_t n = 0;

    while (csv_next(&r))
        n++;
    EXPECT(r.fault == NULL);
    return n;
}

TEST(a_table_has_every_row_of_its_list)
{
    office_make(c);
    add_rooms(c, 1700);
    assert_int_equal(count_rows(c, table(c, "desk", "/places", "csv")),
                     1 + 4 + 1700);
    EXPECT(memcmp(table(c, "desk", "/places", "xlsx"), "PK", 2) == 0);
}

TEST(a_table_names_what_it_refers_to)
{
    const char *csv;

    office_make(c);
    csv = table(c, "desk", "/places", "csv");
    /* The room by its house, not by the house's id. */
    EXPECT(strstr(csv, ",House 1,House 1 305,") != NULL);
    EXPECT(strstr(csv, ",22,") == NULL);
}

/* What the call keeps, after the table was made. */
static size_t
kept_for(struct call *c, const char *path, const char *format)
{
    size_t before = arena_used(c->arena);
    const struct pair query[] = { { "format", format } };
    const struct http_request q = {
        .method = "GET", .path = path, .query = query, .n_query = 1
    };
    struct http_reply r = { 0 };

    api_run(c, &q, &r);
    assert_int_equal(r.status, 200);
    (void)close(r.fd);
    return arena_used(c->arena) - before;
}

TEST(the_memory_of_a_table_does_not_grow_with_its_rows)
{
    static const char *const tables[][2] = { { "/places", "csv" },
                                             { "/places", "xlsx" },
                                             { "/export/places", "csv" },
                                             { "/export/places", "xlsx" } };
    size_t few[COUNT(tables)];

    office_make(c);
    as(c, "sysadmin");
    for (size_t i = 0; i < COUNT(tables); i++)
        few[i] = kept_for(c, tables[i][0], tables[i][1]);
    add_rooms(c, 5000);
    for (size_t i = 0; i < COUNT(tables); i++)
        if (kept_for(c, tables[i][0], tables[i][1]) > few[i] + 10000)
            fail_msg("%s, %s: 5,000 rows more take memory", tables[i][0],
                     tables[i][1]);
}

/* Whether it has exactly as many rows as it may have, or one more. */
TEST(a_table_that_ends_early_says_so_in_its_last_row)
{
    struct list l = { .model = &place_model };
    struct export x = { .list = &l, .format = EXPORT_CSV, .most = 1004 };
    struct raw raw = { 0 };
    const char *csv;

    office_make(c);
    x.route = route_find(c->arena, "GET", "/places").route;
    as(c, "desk");
    c->lang = LANG_EN;
    add_rooms(c, 1000);
    EXPECT_OK(export_make(c, &x, &raw));
    csv = read_fd(c, raw.fd, raw.len);
    assert_int_equal(count_rows(c, csv), 1 + 1004);
    EXPECT(strstr(csv, "the table ends") == NULL);
    x.most = 1003;
    EXPECT_OK(export_make(c, &x, &raw));
    csv = read_fd(c, raw.fd, raw.len);
    assert_int_equal(count_rows(c, csv), 1 + 1003 + 1);
    csv = strstr(csv, "\"the table ends here, after 1003 rows");
    EXPECT(csv != NULL && strstr(csv, "\r\n")[2] == '\0');
}

TEST(names_that_look_like_formulas_are_marked_in_every_csv)
{
    office_make(c);
    add_rooms(c, 3);
    EXPECT(strstr(table(c, "desk", "/places", "csv"), ",'=room 1,") != NULL);
    EXPECT(strstr(table(c, "desk", "/places", "csv"), ",=") == NULL);
    EXPECT(strstr(table(c, "sysadmin", "/export/places", "csv"), ",'=room 1,")
           != NULL);
    EXPECT(strstr(table(c, "sysadmin", "/export/places", "csv"), ",=") == NULL);
}

TEST(a_table_of_others_orders_needs_the_right)
{
    const struct pair query[] = { { "format", "csv" } };
    const struct http_request q = {
        .method = "GET", .path = "/orders", .query = query, .n_query = 1
    };
    struct http_reply r = { 0 };

    office_make(c);
    as(c, "zhao");
    api_run(c, &q, &r);
    assert_int_equal(r.status, 403);
}

/* -- people out and in again -------------------------------------------------- */

/* Names that people could be given, most of them by somebody who means ill. */
static const char *
hostile_name(struct call *c, struct random *chance)
{
    static const char *const parts[] = {
        "=",  "+",  "-",  "@",  "'",  "\"", ",",   "\\", "＝", "＋",
        "－", "＠", "王", "芳", " ",  "1",  "|",   ";",  "\n", "\t",
        "𝄞",  "é",  "<",  "&",  "%s", "''", "cmd", "!A1"
    };
    struct buf b = buf_make(c->arena, 0);

    for (uint32_t n = 1 + random_below(chance, 7); n > 0; n--)
        buf_puts(&b, parts[random_below(chance, COUNT(parts))]);
    return b.s;
}

/* As the interface would: what is refused there is refused. */
static bool
add_person(struct call *c, int i, const char *name)
{
    json_t *body = json_pack("{s:o,s:s,s:i}", "code", json_sprintf("H%d", i),
                             "name", name, "unit_id", 3);
    char *text = json_dumps(body, JSON_ENSURE_ASCII);
    const struct http_request q = { .method = "POST",
                                    .path = "/persons",
                                    .body = text,
                                    .body_len = strlen(text) };
    struct http_reply r = { 0 };

    json_decref(body);
    api_run(c, &q, &r);
    free(text);
    EXPECT(r.status == 201 || r.status == 422);
    return r.status == 201;
}

/* No cell begins a formula. */
static void
expect_harmless(struct call *c, const char *csv)
{
    struct csv r = csv_open(c->arena, csv, strlen(csv));

    while (csv_next(&r))
        for (size_t i = 0; i < r.n; i++) {
            const char *s = r.cells[i];
            uint32_t first = text_next(&s);

            if (first == '=' || first == '+' || first == '-' || first == '@'
                || first == 0xFF1D || first == 0xFF0B || first == 0xFF0D
                || first == 0xFF20)
                fail_msg("a cell is “%s”", r.cells[i]);
        }
    EXPECT(r.fault == NULL);
}

TEST(people_with_hostile_names_come_back_as_they_went)
{
    struct random chance = random_seed(11);
    struct import_result r;
    struct buf b;
    int added = 0;

    office_make(c);
    as(c, "sysadmin");
    for (int i = 0; i < 300; i++)
        added += add_person(c, i, hostile_name(c, &chance));
    EXPECT(added > 200);
    c->now.ms += 1000;
    b = table_out(c, &person_noun);
    expect_harmless(c, b.s);
    EXPECT_OK(noun_import(c, &person_noun, b.s, b.len, false, &r));
    if (r.n_refused > 0)
        fail_msg("line %lld: %s “%s”", (long long)r.refused[0].line,
                 r.refused[0].detail, r.refused[0].value);
    assert_int_equal(r.unchanged, r.rows);
    EXPECT(r.rows >= added);
}
