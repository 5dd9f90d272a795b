/* SPDX-License-Identifier: Apache-2.0 */
/* What was said of an order while it was what its readers might not have seen. */
#include "engine/org/org.h"
#include "life/life.h"
#include "office.h"
#include "subject/event.h"

#define ROOM 23 /* in House 1, 22 */

/* All that ACCOUNT reads in the timeline of the order ID. */
static const char *
read_by(struct call *c, const char *account, int64_t id)
{
    struct list l = { .model = &event_model, .limit = 100 };
    struct buf b = buf_make(c->arena, 0);
    const struct event *e;

    as(c, account);
    EXPECT_OK(life_events(c, &order_life, id, NULL, &l));
    e = l.rows;
    for (size_t i = 0; i < l.n; i++)
        buf_printf(&b, "%s: %s %s %s\n", e[i].verb,
                   e[i].reason ? e[i].reason : "", e[i].note ? e[i].note : "",
                   e[i].detail ? e[i].detail : "");
    return b.s;
}

static bool
reads(struct call *c, const char *account, int64_t id, const char *words)
{
    return strstr(read_by(c, account, id), words) != NULL;
}

/* A complaint of wang's, of which was said something, is found to be a lamp. */
static int64_t
complaint_found_to_be_a_lamp(struct call *c)
{
    struct order_request w = { .item_code = "K06",
                               .description = "about Mr X" };
    int64_t id = ask_for(c, "wang", &w).id;

    EXPECT_OK(say(c, "wang", "comment", id, .note = "Mr X again"));
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04",
                  .description = "lamp", .note = "no word of Mr X"));
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "desk", "comment", id, .note = "bring a ladder"));
    return id;
}

TEST(what_was_said_in_a_complaint_is_read_by_those_alone_who_might_have_seen_it)
{
    static const char *const not [] = { "sun", "zhao", "money" };
    static const char *const handle[] = { "wang", "desk", "leader" };
    int64_t id;

    office_make(c);
    id = complaint_found_to_be_a_lamp(c);
    for (size_t i = 0; i < COUNT(not ); i++) {
        EXPECT(!reads(c, not [i], id, "Mr X")
               && !reads(c, not [i], id, "投诉"));
        EXPECT(!reads(c, not [i], id, "sight"));
        EXPECT(reads(c, not [i], id, "correct:   {\"withheld\":true}"));
        EXPECT(reads(c, not [i], id, "bring a ladder"));
    }
    for (size_t i = 0; i < COUNT(handle); i++) {
        EXPECT(reads(c, handle[i], id, "Mr X again"));
        EXPECT(reads(c, handle[i], id, "about Mr X"));
    }
}

TEST(what_became_a_complaint_for_a_while_tells_as_little_of_it)
{
    struct order_request w = { .item_code = "A04", .description = "lamp" };
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "desk", "comment", id, .note = "which lamp?"));
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "K06",
                  .description = "about Mr X"));
    EXPECT_OK(say(c, "desk", "correct", id, .description = "about Ms Y"));
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04",
                  .description = "lamp"));
    EXPECT(reads(c, "money", id, "which lamp?"));
    EXPECT(!reads(c, "money", id, "Mr X") && !reads(c, "money", id, "Ms Y"));
    EXPECT(reads(c, "desk", id, "Mr X") && reads(c, "desk", id, "Ms Y"));
}

TEST(a_place_of_a_secrecy_area_is_told_to_no_provider_that_had_no_work_there)
{
    struct order_request w = { .item_code = "A04",
                               .place_id = ROOM,
                               .place_note = "safe 3",
                               .description = "lamp" };
    int64_t lift, id;

    office_make(c);
    lift = id_of(c, "crew", "lift-contractor");
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 22");
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(
        say(c, "desk", "correct", id, .place_id = 24, .place_note = "lobby"));
    EXPECT_OK(say(c, "desk", "dispatch", id, .crew_id = lift));
    EXPECT(!reads(c, "lift", id, "safe 3") && !reads(c, "lift", id, "305"));
    EXPECT(reads(c, "money", id, "safe 3"));
    /* Who had it while it lay there, knows. */
    w.description = "lamp again";
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "desk", "dispatch", id, .crew_id = lift));
    EXPECT_OK(
        say(c, "desk", "correct", id, .place_id = 24, .place_note = "lobby"));
    EXPECT(reads(c, "lift", id, "safe 3"));
}

TEST(a_correction_that_kept_no_sight_is_read_by_the_desk_and_its_requester)
{
    int64_t id;

    office_make(c);
    id = complaint_found_to_be_a_lamp(c);
    office_exec(c,
                "UPDATE event SET detail = '{\"changes\":[{\"what\":\"item\","
                "\"from\":\"Mr X\",\"to\":\"A04\"}]}'"
                " WHERE verb = 'correct'");
    EXPECT(!reads(c, "sun", id, "Mr X") && !reads(c, "money", id, "Mr X"));
    EXPECT(reads(c, "desk", id, "Mr X") && reads(c, "wang", id, "Mr X"));
}

TEST(what_is_said_in_a_complaint_is_heard_in_the_merged_one_by_who_handles_it)
{
    struct order_request w = { .item_code = "A04", .description = "lamp" };
    int64_t id, complaint;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    complaint = ask(c, "li", "K06").id;
    EXPECT_OK(say(c, "desk", "dispatch", id,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT_OK(say(c, "desk", "merge", complaint, .into_id = id,
                  .reason = "one trouble"));
    EXPECT_OK(say(c, "li", "comment", complaint, .note = "about Mr X"));
    EXPECT(!reads(c, "chief", id, "Mr X"));
    EXPECT(reads(c, "chief", id, "{\"withheld\":true}"));
    EXPECT(reads(c, "desk", id, "Mr X") && reads(c, "sun", id, "Mr X"));
    /* Also when that is split off and found to be none. */
    EXPECT_OK(say(c, "desk", "split_off", complaint, .reason = "not the same"));
    EXPECT_OK(say(c, "desk", "correct", complaint, .item_code = "A04"));
    EXPECT(!reads(c, "chief", id, "Mr X") && reads(c, "desk", id, "Mr X"));
}

TEST(what_is_said_in_one_that_anybody_may_see_is_heard_by_all_who_serve)
{
    struct order_request w = { .item_code = "A04", .description = "lamp" };
    int64_t id, other;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    other = ask_for(c, "li", &w).id;
    EXPECT_OK(
        say(c, "desk", "merge", other, .into_id = id, .reason = "one trouble"));
    EXPECT_OK(say(c, "li", "comment", other, .note = "the left one"));
    EXPECT(reads(c, "chief", id, "the left one"));
    EXPECT(reads(c, "desk", id, "the left one"));
}

TEST(words_are_not_looked_for_where_not_all_of_them_are_for_who_asks)
{
    struct filter by_word = { model_field(&event_model, "note"), HAS, "Mr" };
    struct list l = {
        .model = &event_model, .filters = { by_word }, .n_filters = 1
    };
    struct list sorted = { .model = &event_model,
                           .sort = model_field(&event_model, "note") };
    struct list all = l;
    int64_t id;

    office_make(c);
    id = complaint_found_to_be_a_lamp(c);
    as(c, "sun");
    EXPECT_FAULT(life_events(c, &order_life, id, NULL, &l), ERR_INVALID,
                 "note");
    EXPECT_FAULT(life_events(c, &order_life, id, NULL, &sorted), ERR_INVALID,
                 "note");
    as(c, "desk");
    EXPECT_OK(life_events(c, &order_life, id, NULL, &all));
    EXPECT(all.n == 2);
}
