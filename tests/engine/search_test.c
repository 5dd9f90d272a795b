/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of a noun that is searched by its words and is not the order. */
#include "model/model.h"
#include "test.h"

struct thing {
    int64_t id;
    const char *name;
    int64_t unit_id, person_id;
};
static const struct field thing_fields[] = {
    FIELD(struct thing, id, .flags = GIVEN),
    FIELD(struct thing, name, .flags = GIVEN),
    FIELD(struct thing, unit_id, .flags = GIVEN),
    FIELD(struct thing, person_id, .flags = GIVEN),
};
static const struct model thing_model = {
    .noun = "thing",
    .table = "thing_here",
    .size = sizeof(struct thing),
    .fields = thing_fields,
    .n = COUNT(thing_fields),
    .searched = true,
    .unproved = true,
    .sql = &(struct model_sql){ NULL, NULL, NULL }
};

/* 1 .. 6: units 1 and 2 in turn, persons 1 .. 3; an order has the words of all
   but is none. */
static void
make_things(struct call *c)
{
    static const char *const names[] = { "梯子 B305", "电钻 B305", "梯子 B306",
                                         "手推车",    "梯子",      "电钻" };
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, "DROP TABLE IF EXISTS thing_here"));
    EXPECT_OK(db_exec(c, "CREATE TABLE thing_here (id BIGINT PRIMARY KEY,"
                         " name TEXT, unit_id BIGINT, person_id BIGINT)"));
    for (int i = 0; i < (int)COUNT(names); i++) {
        struct thing t = { .id = i + 1,
                           .name = names[i],
                           .unit_id = i % 2 + 1,
                           .person_id = i % 3 + 1 };

        EXPECT_OK(model_insert(c, &thing_model, &t));
        EXPECT_OK(
            db_search_add(c, "thing", t.id, text_tokens(c->arena, names[i])));
        EXPECT_OK(db_search_add(c, "other", 100 + t.id,
                                text_tokens(c->arena, names[i])));
    }
    EXPECT_OK(db_search_add(c, "order", 200, text_tokens(c->arena, "梯子")));
    EXPECT_OK(tx_commit(&tx));
}

static void
drop_things(struct call *c)
{
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, "DROP TABLE thing_here"));
    EXPECT_OK(tx_commit(&tx));
}

/* The ids of the page, as digits of one number, and the total. */
static void
expect(struct call *c, struct list *l, int64_t ids, int64_t total)
{
    int64_t seen = 0;

    EXPECT_OK(model_list(c, l));
    for (size_t i = 0; i < l->n; i++)
        seen = seen * 10 + ((const struct thing *)l->rows)[i].id;
    EXPECT(seen == ids);
    EXPECT(l->total == total);
}

TEST(a_list_by_words_takes_any_noun)
{
    const struct field *unit = model_field(&thing_model, "unit_id");

    make_things(c);
    expect(c, &(struct list){ .model = &thing_model, .words = "梯子" }, 135, 3);
    expect(c,
           &(struct list){
               .model = &thing_model, .words = "梯子 b30", .descending = true },
           31, 2);
    expect(c,
           &(struct list){ .model = &thing_model,
                           .words = "电钻",
                           .filters = { { unit, IS, "2" } },
                           .n_filters = 1,
                           .sort = model_field(&thing_model, "name") },
           62, 2);
    expect(c, &(struct list){ .model = &thing_model, .words = "，" }, 0, 0);
    drop_things(c);
}

TEST(the_parts_of_a_list_are_of_its_own_table)
{
    struct list l = {
        .model = &thing_model,
        .parts = { { .where = "unit_id = 2" }, { .where = "person_id = 1" } },
        .n_parts = 2
    };
    struct list words = l, first = l;

    make_things(c);
    expect(c, &l, 1246, 4);
    words.words = "电钻";
    expect(c, &words, 26, 2);
    first.words = "b305";
    first.limit = 1;
    expect(c, &first, 1, 2);
    EXPECT(first.next != NULL);
    first = (struct list){ .model = &thing_model,
                           .words = "b305",
                           .parts = { l.parts[0], l.parts[1] },
                           .n_parts = 2,
                           .limit = 1,
                           .no_total = true,
                           .cursor = first.next };
    expect(c, &first, 2, 0);
    drop_things(c);
}

static void
change_words(struct call *c, const char *gone, const char *words)
{
    TX tx = tx_begin(c);

    EXPECT_OK(db_search_change(c, "order", 7, text_tokens(c->arena, gone),
                               text_tokens(c->arena, words)));
    EXPECT_OK(tx_commit(&tx));
}

/* As of an order that was brought in with fewer words than it has by now. */
TEST(words_that_were_never_put_in_are_no_fault_where_they_are_taken_out)
{
    change_words(c, "", "ladder");
    change_words(c, "ladder lamp tap door window chair", "lift");
    change_words(c, "lift", "stairs");
}
