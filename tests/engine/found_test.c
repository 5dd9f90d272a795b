/* SPDX-License-Identifier: Apache-2.0 */
/* What api/search.h promises: one field finds what the caller may list. */
#include "api/search.h"

#include "engine/org/org.h"
#include "example/example.h"
#include "json/json.h"

static const char *
find_as(struct call *c, const char *account, const char *q)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    as(c, account);
    EXPECT_OK(search_write(c, q, &o));
    return b.s;
}

static bool
finds(struct call *c, const char *account, const char *q, const char *title)
{
    const char *quoted = arena_printf(c->arena, "\"title\":\"%s\"", title);

    return strstr(find_as(c, account, q), quoted) != NULL;
}

static const char *
called(struct call *c, const struct order *o)
{
    return arena_printf(c->arena, "%s %s", o->number, o->title);
}

TEST(one_field_finds_an_order_by_number_and_words_for_those_who_see_it)
{
    struct order o;

    office_make(c);
    o = ask(c, "wang", "A04");
    EXPECT(finds(c, "wang", o.number, called(c, &o)));
    EXPECT(finds(c, "desk", o.title, called(c, &o)));
    EXPECT(finds(c, "near", o.title, called(c, &o)));
    EXPECT(strstr(find_as(c, "desk", o.number), "\"state\":\"submitted\"")
           != NULL);
    EXPECT(!finds(c, "li", o.number, called(c, &o)));
    EXPECT(!finds(c, "far", o.title, called(c, &o)));
    EXPECT(!finds(c, "qian", o.number, called(c, &o)));
    EXPECT(!finds(c, "auditor", o.number, called(c, &o)));
}

TEST(one_field_finds_people_for_those_alone_who_may_list_them)
{
    const char *all;

    office_make(c);
    all = find_as(c, "sysadmin", "王芳");
    EXPECT(strstr(all, "\"noun\":\"person\"") != NULL);
    EXPECT(strstr(find_as(c, "wang", "王芳"), "\"noun\":\"person\"") == NULL);
    EXPECT(strstr(find_as(c, "li", "王芳"), "\"noun\":\"person\"") == NULL);
}

TEST(one_field_finds_a_plain_nouns_row_where_its_right_reaches)
{
    struct key key = {
        .tag = "K1-305", .unit_id = 3, .place_id = 23, .copies = 2
    };

    example_make(c);
    EXPECT_OK(noun_add(c, &key_noun, &key));
    EXPECT(finds(c, "near", "k1-3", "K1-305"));
    EXPECT(finds(c, "house", "305", "K1-305"));
    EXPECT(!finds(c, "far", "K1-305", "K1-305"));
    EXPECT(!finds(c, "wang", "K1-305", "K1-305"));
}

TEST(what_is_asked_for_by_its_whole_name_comes_first)
{
    struct provider p = { .code = "lifts-2", .name = "Lifts and more" };
    struct provider q = { .code = "lifts", .name = "Z" };
    const char *text;

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &provider_noun, &p));
    EXPECT_OK(noun_add(c, &provider_noun, &q));
    text = find_as(c, "sysadmin", "LIFTS");
    EXPECT(strstr(text, "\"title\":\"Z\"") != NULL);
    EXPECT(strstr(text, "\"title\":\"Z\"")
           < strstr(text, "\"title\":\"Lifts and more\""));
}

TEST(few_are_shown_of_many_and_that_there_are_more_is_told)
{
    const char *text, *at;
    size_t n = 0;

    office_make(c);
    for (int i = 0; i < 7; i++)
        (void)ask(c, "wang", "A04");
    text = find_as(c, "wang", order_now(c, ask(c, "wang", "A04").id).title);
    EXPECT(strstr(text, "\"noun\":\"order\"") != NULL);
    at = strstr(text, "\"noun\":\"order\"");
    for (at = strstr(at, "\"id\""); at != NULL && n < 100;
         at = strstr(at + 1, "\"id\""))
        n++;
    EXPECT(n >= 5 && n < 12 && strstr(text, "\"more\":true") != NULL);
}

TEST(a_search_for_nothing_names_its_field)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    office_make(c);
    as(c, "wang");
    EXPECT_FAULT(search_write(c, "  ", &o), ERR_INVALID, "q");
    EXPECT_FAULT(search_write(c, NULL, &o), ERR_INVALID, "q");
    as(c, NULL);
    EXPECT_FAULT(search_write(c, "x", &o), ERR_UNSIGNED, NULL);
    as(c, "wang");
    EXPECT(strstr(find_as(c, "wang", "%_\\'\""), "\"groups\":[]") != NULL);
}

TEST(a_search_whose_statement_fails_says_so)
{
    enum err e = ERR_BROKEN;

    office_make(c);
    (void)ask(c, "wang", "A04");
    for (int64_t k = 1; e != OK && k < 100; k++) {
        struct buf b = buf_make(c->arena, 0);
        struct json_out o = json_to(&b);
        bool hit;

        as(c, "desk");
        db_fault(c, k);
        e = search_write(c, "A04", &o);
        hit = db_fault_count(c) >= k;
        db_fault(c, 0);
        EXPECT(hit ? e == ERR_BROKEN : e == OK);
    }
    EXPECT(e == OK);
}
