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
