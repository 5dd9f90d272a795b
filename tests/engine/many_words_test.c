/* SPDX-License-Identifier: Apache-2.0 */
/* A search of as many words as it may have is answered, by what is found. */
#include "engine/org/inner.h"
#include "office.h"

/* How many persons or places have N words, each of them WORD; -1: none can be
   told. */
static int64_t
found(struct call *c, const struct model *m, const char *word, int n)
{
    struct buf said = buf_make(c->arena, 0);
    struct list l = { .model = m };

    for (int i = 0; i < n; i++)
        buf_printf(&said, "%s ", word);
    l.words = said.s;
    EXPECT_OK(m == &place_model ? org_find_places(c, &l)
                                : org_find_persons(c, &l, true));
    EXPECT_OK(model_list(c, &l));
    return (int64_t)l.n;
}

TEST(a_hundred_words_are_looked_for_side_by_side)
{
    office_make(c);
    as(c, "desk");
    EXPECT_OK(org_catch_up(c));
    EXPECT(found(c, &place_model, "305", 1) == 1);
    EXPECT(found(c, &place_model, "305", 100) == 1);
    EXPECT(found(c, &person_model, "305", 100) == 0);
    EXPECT(found(c, &place_model, "灯", 100) == 0);
    EXPECT(found(c, &person_model, "灯", 100) == 0);
}

/* What narrows the list when WORDS are said; how many values go with it. */
static size_t
values_of(struct call *c, const struct model *m, const char *words)
{
    struct list l = { .model = m, .words = words };

    EXPECT_OK(m == &place_model ? org_find_places(c, &l)
                                : org_find_persons(c, &l, true));
    return l.n_values;
}

TEST(what_is_said_again_is_looked_for_once_however_it_is_said)
{
    office_make(c);
    as(c, "desk");
    EXPECT_OK(org_catch_up(c));
    EXPECT(values_of(c, &place_model, "305 305 305")
           == values_of(c, &place_model, "305"));
    EXPECT(values_of(c, &place_model, "3楼 三楼 3层")
           == values_of(c, &place_model, "3楼"));
    EXPECT(values_of(c, &person_model, "王芳 王芳")
           == values_of(c, &person_model, "王芳"));
    EXPECT(values_of(c, &person_model, "305 王芳")
           > values_of(c, &person_model, "王芳"));
}

/* How many statements it takes to look for N times WORD without a blank. */
static int64_t
asked(struct call *c, const struct model *m, const char *word, int n)
{
    struct buf said = buf_make(c->arena, 0);

    for (int i = 0; i < n; i++)
        buf_puts(&said, word);
    db_fault(c, 1000000);
    (void)values_of(c, m, said.s);
    int64_t asked = db_fault_count(c);
    db_fault(c, 0);
    return asked;
}

TEST(a_long_word_asks_the_database_no_oftener_than_it_has_characters)
{
    office_make(c);
    as(c, "desk");
    EXPECT_OK(org_catch_up(c));
    EXPECT(asked(c, &person_model, "王", 200) < 200);
    EXPECT(asked(c, &person_model, "一", 200) < 200);
    EXPECT(asked(c, &place_model, "楼", 200) < 2 * 200);
    EXPECT(asked(c, &place_model, "灯王", 100) < 2 * 200);
}

/* Q in the search of a list, as a request says it. */
static enum err
say_q(struct call *c, const char *q, struct list *l)
{
    const struct pair p = { "q", q };

    *l = (struct list){ .model = &order_model };
    return list_read(c, l, &p, 1);
}

TEST(words_of_a_list_count_once_and_have_a_most)
{
    struct buf many = buf_make(c->arena, 0);
    struct list l;

    EXPECT_OK(say_q(c, " lamp  dark lamp\tlamp ", &l));
    assert_string_equal(l.words, "lamp dark");
    EXPECT_OK(say_q(c, "  ", &l));
    EXPECT(l.words == NULL);
    for (int i = 0; i < LIST_MAX_WORDS; i++)
        buf_printf(&many, "w%d w%d ", i, i);
    EXPECT_OK(say_q(c, many.s, &l));
    buf_puts(&many, "more");
    EXPECT_FAULT(say_q(c, many.s, &l), ERR_INVALID, "q");
}

TEST(houses_and_floors_of_one_search_are_one_look_at_the_places)
{
    struct list one, many;
    struct order o;
    size_t looks = 0;

    office_make(c);
    as(c, "desk");
    EXPECT_OK(org_catch_up(c));
    o = ask(c, "wang", "A04");
    office_exec(c, "UPDATE place SET name = '1号楼', full_name = '1号楼'"
                   " WHERE id = 22");
    as(c, "desk");
    EXPECT_OK(say_q(c, "1号楼", &one));
    EXPECT_OK(order_list(c, &one, NULL));
    EXPECT_OK(say_q(c, "1号楼 2号楼 3号楼 4号楼 3楼 4楼", &many));
    EXPECT_OK(order_list(c, &many, NULL));
    EXPECT(many.n == 0 && o.id != 0);
    for (const char *s = many.where; (s = strstr(s, "place_id IN")) != NULL;
         s++)
        looks++;
    EXPECT(looks == 1);
}
