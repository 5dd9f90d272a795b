/* SPDX-License-Identifier: Apache-2.0 */
/* What is shared by all that has a life, besides its verbs: how a row is made,
   and what the program does when a time comes. */
#include "engine/example/example.h"
#include "fault.h"

static enum err
do_ask(struct call *c, const void *with)
{
    struct lending l = { .key_id = *(const int64_t *)with,
                         .until = { c->now.ms + HOUR_MS } };

    return noun_add(c, &lending_noun, &l);
}

static enum err
do_wake(struct call *c, const void *with)
{
    int64_t done;

    (void)with;
    return life_wake(c, &lending_life, 1, &done);
}

TEST(a_row_with_a_life_is_made_whole_or_not_at_all)
{
    int64_t key;

    example_make(c);
    key = example_key(c, "K1", 1).id;
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "add", "wang", do_ask, &key);
}

TEST(a_row_is_woken_whole_or_not_at_all)
{
    int64_t id;

    example_make(c);
    id = example_ask(c, "wang", example_key(c, "K1", 1).id).id;
    EXPECT_OK(example_say(c, "desk", "hand_over", id));
    office_pass(c, 2 * HOUR_MS);
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "wake", NULL, do_wake, NULL);
}
