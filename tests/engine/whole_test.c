/* SPDX-License-Identifier: Apache-2.0 */
/* A row of the register that says too little is refused before anybody comes:
   each rule of noun_whole and life_whole that a newcomer can break. */
#include "engine/catalog/catalog.h"
#include "engine/org/org.h"
#include "example/example.h"
#include "model/app.h"
#include "model/whole.h"
#include "noun/view.h"

/* The row, with the fields changed as said, is refused with such words. */
#define BROKEN(noun_, words, ...)                                              \
    do {                                                                       \
        struct noun n = (noun_);                                               \
        __VA_ARGS__;                                                           \
        EXPECT_FAULT(noun_whole(c, &n), ERR_BROKEN, NULL);                     \
        EXPECT(strstr(c->fault.text, (words)) != NULL);                        \
    } while (0)

/* The same of the example's life. */
#define BROKEN_LIFE(words, ...)                                                \
    do {                                                                       \
        struct life l = lending_life;                                          \
        __VA_ARGS__;                                                           \
        BROKEN(lending_noun, (words), n.life = &l);                            \
    } while (0)

/* And of one of its steps. */
#define BROKEN_STEP(words, ...)                                                \
    do {                                                                       \
        struct step s[8];                                                      \
        ASSERT(lending_life.n <= COUNT(s));                                    \
        memcpy(s, lending_life.steps, lending_life.n * sizeof *s);             \
        __VA_ARGS__;                                                           \
        BROKEN_LIFE((words), l.steps = s);                                     \
    } while (0)

TEST(a_noun_that_nobody_could_add_to_is_refused_by_name)
{
    example_make(c);
    EXPECT_OK(nouns_whole(c));
    BROKEN(crew_noun, "edit", n.edit = NULL);
    BROKEN(crew_noun, "crew: ", n.edit = NULL);
    BROKEN(lending_noun, "edit", n.edit = NULL);
    BROKEN(crew_noun, "org.edti", n.edit = "org.edti");
    BROKEN(crew_noun, "org.se", n.see = "org.se");
    BROKEN(crew_noun, "org.tell", n.told = "org.tell");
    BROKEN(crew_noun, "plural", n.plural = NULL);
    BROKEN(crew_noun, "sentence", n.says = NULL);
    BROKEN(crew_noun, "menu", n.part = "kitchen");
}

TEST(a_noun_whose_columns_are_none_is_refused_by_name)
{
    static const char *const columns[] = { "code", "colour", NULL };

    example_make(c);
    BROKEN(crew_noun, "unit", n.reach.unit = "unit");
    BROKEN(crew_noun, "name", n.reach.crew = "name");
    BROKEN(crew_noun, "colour", n.sort = "colour");
    BROKEN(crew_noun, "colour", n.called[0] = "colour");
    BROKEN(crew_noun, "colour", n.columns = columns);
    BROKEN(saved_view_noun, "account", n.own = "account");
    BROKEN(key_noun, "own_only", n.own_only = true);
}

TEST(what_a_noun_says_and_its_verbs_would_not_heed_is_refused)
{
    example_make(c);
    BROKEN(crew_noun, "by hand", n.get = unit_noun.get);
    BROKEN(crew_noun, "by hand", n.tree = unit_noun.tree);
    BROKEN(person_noun, "none of its rows", n.tree = unit_noun.tree);
    BROKEN(unit_noun, "without",
           n.tree = &(struct noun_tree){ .parent = "parent_id" });
    BROKEN(office_hours_noun, "merges", n.merges = true; n.removable = false);
    BROKEN(lending_noun, "removable", n.removable = true);
    BROKEN(lending_noun, "merges", n.merges = true);
    BROKEN(lending_noun, "see", n.see = "org.see");
    BROKEN(lending_noun, "own", n.own = "person_id");
    BROKEN(unit_noun, "set", n.merges = true; n.set = NULL);
}

static enum err
who_is_it(struct call *c, const void *rec, unsigned *who)
{
    (void)c;
    (void)rec;
    *who = 1;
    return OK;
}

TEST(a_life_beside_a_generated_list_tells_its_parties_by_columns)
{
    example_make(c);
    BROKEN_LIFE("who", l.who = who_is_it);
    BROKEN_LIFE("another noun's", l.plural = "loans");
    BROKEN_LIFE("another noun's", l.model = key_noun.model);
    BROKEN_LIFE("parties", l.n_parties = 0);
    BROKEN_LIFE("place", l.reach.place = "place");
    BROKEN_LIFE("ends", l.ends = 1U << 5);
    BROKEN_LIFE("view", l.view = l.model);
}

TEST(a_party_that_tells_nobody_is_refused)
{
    struct party p[2];

    example_make(c);
    memcpy(p, lending_life.parties, sizeof p);
    p[1].right = NULL;
    BROKEN_LIFE("own", l.parties = p);
    p[1].right = "order.accpet";
    BROKEN_LIFE("order.accpet", l.parties = p);
    p[0].own = "borrower_id";
    BROKEN_LIFE("borrower_id", l.parties = p);
}

TEST(a_step_that_leads_nowhere_is_refused)
{
    static const struct field place[] = {
        FIELD(struct key, place_id, .flags = 0)
    };
    const struct model other = MODEL("key_of", NULL, struct key, place);

    example_make(c);
    BROKEN_STEP("begins", s[0].from = 0);
    BROKEN_STEP("begins", s[0].from = 1U << 9);
    BROKEN_STEP("leads", s[0].to = 5);
    BROKEN_STEP("nobody", s[0].who = 0);
    BROKEN_STEP("nobody", s[0].who = 4);
    BROKEN_STEP("order.take", s[0].right = "order.take");
    BROKEN_STEP("when", s[0].when = "until");
    BROKEN_STEP("unti", s[2].when = "unti");
    BROKEN_STEP("sentence", s[0].says = NULL);
    BROKEN_STEP("another address", s[0].verb = "events");
    BROKEN_STEP("two rows", s[1].verb = "withdraw");
    BROKEN_STEP("id", s[0].asks = &other);
    BROKEN_STEP("asks for more", s[4].verb = "report_lost"; s[4].from = 1;
                s[4].asks = NULL; s[5].asks = key_noun.model);
}

TEST(a_second_noun_of_a_table_or_of_an_address_is_refused)
{
    struct app app;
    struct noun twin = crew_noun, *all[3] = { NULL, &twin, NULL };
    struct noun shift = shift_noun;

    example_make(c);
    app = *c->app;
    all[0] = &shift;
    app.nouns = (const struct noun *const *)all;
    c->app = &app;
    shift.plural = "crews";
    EXPECT_FAULT(nouns_whole(c), ERR_BROKEN, NULL);
}

/* -- fields ------------------------------------------------------------------ */

struct odd {
    int64_t id;
    const char *text;
    unsigned word;
    bool yes;
    day on;
};

static enum err
try_field(struct call *c, struct field f)
{
    const struct field fields[] = { FIELD(struct odd, id, .flags = GIVEN), f };
    const struct model m = {
        .noun = "odd", .size = sizeof(struct odd), .fields = fields, .n = 2
    };

    return model_whole(c, &m);
}

TEST_PLAIN(a_field_whose_kind_does_not_fit_what_it_says_is_refused)
{
    static const char *const words[] = { "a", NULL };

#define ODD(m, ...)                                                            \
    try_field(c, (struct field)FIELD(struct odd, m, __VA_ARGS__))
    EXPECT_OK(ODD(word, .choices = words));
    EXPECT_FAULT(ODD(word, .flags = 0), ERR_BROKEN, NULL);
    EXPECT_FAULT(ODD(word, .choices = words, .flags = PART_OF_KEY), ERR_BROKEN,
                 NULL);
    EXPECT_OK(ODD(word, .choices = words, .flags = REQUIRED | PART_OF_KEY));
    EXPECT_FAULT(ODD(on, .choices = words), ERR_BROKEN, NULL);
    EXPECT_FAULT(ODD(text, .refers = "crew"), ERR_BROKEN, NULL);
    EXPECT_FAULT(ODD(text, .flags = IN_USE), ERR_BROKEN, NULL);
    EXPECT_FAULT(ODD(yes, .flags = UNTIL), ERR_BROKEN, NULL);
    EXPECT_FAULT(ODD(on, .flags = LONG), ERR_BROKEN, NULL);
    EXPECT_FAULT(ODD(text, .flags = SEVERAL), ERR_BROKEN, NULL);
    EXPECT_FAULT(ODD(id, .flags = 0), ERR_BROKEN, NULL);
}
