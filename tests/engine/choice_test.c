/* SPDX-License-Identifier: Apache-2.0 */
/* That whoever may ask for a row finds what it refers to, and learns no more. */
#include <stdlib.h>

#include "engine/org/org.h"
#include "example/example.h"
#include "model/app.h"
#include "json/json.h"

static const char *
choices(struct call *c, const char *account, const char *words)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    as(c, account);
    EXPECT_OK(noun_write_choices(c, &o, "lending.key_id", words));
    return b.s;
}

static bool
has(const char *json, const char *word)
{
    return strstr(json, word) != NULL;
}

TEST(whoever_may_ask_for_a_key_finds_it_by_its_tag_or_by_its_place)
{
    struct list all = { .model = key_noun.model };

    example_make(c);
    (void)example_key(c, "K1", 1);
    as(c, "wang");
    EXPECT_FAULT(noun_list(c, &key_noun, &all), ERR_DENIED, NULL);
    EXPECT(has(choices(c, "wang", NULL), "\"K1\""));
    EXPECT(has(choices(c, "wang", "K1"), "\"K1\""));
    EXPECT(has(choices(c, "wang", "305"), "\"K1\""));
    EXPECT(has(choices(c, "wang", "305"), "305\""));
    EXPECT(!has(choices(c, "wang", "K2"), "\"K1\""));
    EXPECT(!has(choices(c, "wang", "%"), "\"K1\""));
}

/* Neither how many copies there are nor who keeps it. */
TEST(a_choice_tells_what_it_is_called_and_where_it_is_and_nothing_else)
{
    const char *json;
    int64_t id;

    example_make(c);
    id = example_key(c, "K1", 1).id;
    json = choices(c, "wang", "K1");
    EXPECT(has(json, arena_printf(c->arena,
                                  "{\"items\":[{\"id\":%lld,\"called\":\"K1\","
                                  "\"place\":\"",
                                  (long long)id)));
    EXPECT(!has(json, "copies") && !has(json, "unit"));
}

TEST(what_is_out_of_use_or_in_a_place_one_must_not_know_is_no_choice)
{
    example_make(c);
    (void)example_key(c, "K1", 1);
    office_exec(c, "UPDATE key SET active = 0");
    EXPECT(!has(choices(c, "wang", "K1"), "\"K1\""));
    office_exec(c, "UPDATE key SET active = 1");
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 23");
    /* From outside: of the provider 31. */
    EXPECT(!has(choices(c, "lift", "K1"), "\"K1\""));
    EXPECT(!has(choices(c, "lift", "305"), "\"K1\""));
    EXPECT(has(choices(c, "wang", "K1"), "\"K1\""));
}

TEST(only_what_a_row_one_may_make_refers_to_is_offered)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    example_make(c);
    as(c, NULL);
    EXPECT_FAULT(noun_write_choices(c, &o, "lending.key_id", NULL),
                 ERR_UNSIGNED, NULL);
    as(c, "wang");
    EXPECT_FAULT(noun_write_choices(c, &o, "crew_member.crew_id", NULL),
                 ERR_DENIED, NULL);
    EXPECT_FAULT(noun_write_choices(c, &o, "lending.person_id", NULL),
                 ERR_ABSENT, NULL);
    EXPECT_FAULT(noun_write_choices(c, &o, "lending.until", NULL), ERR_ABSENT,
                 NULL);
    EXPECT_FAULT(noun_write_choices(c, &o, "lending", NULL), ERR_ABSENT, NULL);
    EXPECT_FAULT(noun_write_choices(c, &o, "crew_member.person_id", NULL),
                 ERR_ABSENT, NULL);
}
