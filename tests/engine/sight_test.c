/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody heard of while they might see it, and may see no more. */
#include "api/notices.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

#define ROOM 23 /* in House 1, 22 */

/* What ACCOUNT is told of KIND; NULL: nothing. */
static struct notice *
told(struct call *c, const char *account, const char *kind)
{
    struct list l = { .model = &notice_model };
    struct notice *all;

    as(c, account);
    EXPECT_OK(notice_list(c, &l));
    all = l.rows;
    for (size_t i = 0; i < l.n; i++) {
        if (!text_same(all[i].kind, kind))
            continue;
        notice_put_words(c, &all[i]);
        return &all[i];
    }
    return NULL;
}

static struct order
lamp(struct call *c, const char *account)
{
    struct order_request w = {
        .item_code = "A04", .place_id = ROOM, .description = "lamp"
    };

    return ask_for(c, account, &w);
}

static struct order_follow
followed(struct call *c, int64_t id)
{
    struct order_follow f = { .order_id = id };

    as(c, "li");
    EXPECT_OK(order_follow(c, &f));
    return f;
}

/* What li is shown of what they follow. */
static struct order_follow
shown(struct call *c)
{
    struct list l = { .model = &order_follow_model };

    as(c, "li");
    EXPECT_OK(order_follows(c, &l));
    EXPECT(l.n == 1);
    return ((struct order_follow *)l.rows)[0];
}

static void
expect_nothing_shown(struct call *c, const struct order *o, const char *kind)
{
    struct order_follow f = shown(c);
    struct notice *n = told(c, "li", kind);

    EXPECT(text_same(f.number, o->number) && !f.may_see);
    EXPECT(f.order_state == NULL && f.item_name == NULL && f.place_name == NULL
           && f.submitted_at.ms == 0 && f.complete_due.ms == 0);
    EXPECT(n != NULL && text_same(n->kind, NOTICE_GONE));
    EXPECT(strstr(n->text, o->number) == NULL
           && strstr(n->text, o->item_name) == NULL);
}

/* -- messages --------------------------------------------------------------------- */

TEST(a_message_says_no_words_of_an_order_that_its_reader_sees_no_more)
{
    int64_t electricians, plumbers;
    struct order o;
    struct notice *n;

    office_make(c);
    electricians = id_of(c, "crew", "electricians");
    plumbers = id_of(c, "crew", "plumbers");
    o = lamp(c, "wang");
    EXPECT_OK(say(c, "desk", "dispatch", o.id, .crew_id = electricians));
    n = told(c, "sun", "dispatched");
    EXPECT(n != NULL && strstr(n->text, "lamp") != NULL);
    EXPECT_OK(
        say(c, "desk", "transfer", o.id, .crew_id = plumbers, .reason = "wet"));
    EXPECT_OK(say(c, "desk", "correct", o.id, .item_code = "K06",
                  .description = "about Mr X"));
    n = told(c, "sun", "dispatched");
    /* Which one it was stays known. */
    EXPECT(n != NULL && strstr(n->text, o.number) != NULL);
    EXPECT(strstr(n->text, "Mr X") == NULL && strstr(n->text, "lamp") == NULL);
    n = told(c, "wang", "correct");
    EXPECT(n != NULL && strstr(n->text, "Mr X") != NULL);
}

/* -- followed ---------------------------------------------------------------------- */

TEST(what_becomes_a_complaint_is_shown_no_more_to_who_followed_it)
{
    struct order o;

    office_make(c);
    o = lamp(c, "wang");
    (void)followed(c, o.id);
    EXPECT(text_same(shown(c).item_name, o.item_name));
    EXPECT_OK(say(c, "desk", "accept", o.id));
    EXPECT(strstr(told(c, "li", "accepted")->text, o.item_name) != NULL);
    EXPECT_OK(say(c, "desk", "correct", o.id, .item_code = "K06"));
    expect_nothing_shown(c, &o, "accepted");
}

TEST(what_lies_in_a_secrecy_area_since_is_shown_no_more_to_who_followed_it)
{
    struct order o;

    office_make(c);
    o = lamp(c, "wang");
    (void)followed(c, o.id);
    EXPECT_OK(say(c, "desk", "accept", o.id));
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 22");
    expect_nothing_shown(c, &o, "accepted");
    office_exec(c, "UPDATE place SET restricted = 0 WHERE id = 22");
    EXPECT(text_same(shown(c).order_state, "accepted"));
}

TEST(what_was_merged_into_a_discreet_one_is_shown_no_more_to_who_followed_it)
{
    struct order o, into;

    office_make(c);
    o = lamp(c, "wang");
    into = ask(c, "wang", "K06");
    (void)followed(c, o.id);
    EXPECT_OK(say(c, "desk", "merge", o.id, .into_id = into.id,
                  .reason = "the same"));
    expect_nothing_shown(c, &o, "merged");
}

/* -- from outside ------------------------------------------------------------------- */

TEST(nothing_is_corrected_or_added_into_a_secrecy_area_from_outside)
{
    struct order_request leg = { .item_code = "A05", .place_id = ROOM };
    struct order_request w = { .item_code = "A04", .place_id = 24 };
    struct order_view v;
    struct order o;

    office_make(c);
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 22");
    o = ask_for(c, "lift", &w);
    EXPECT_FAULT(say(c, "lift", "correct", o.id, .place_id = ROOM), ERR_INVALID,
                 "place_id");
    leg.id = o.id;
    as(c, "lift");
    EXPECT_FAULT(order_add_leg(c, &leg, &v), ERR_INVALID, "place_id");
    EXPECT_OK(say(c, "desk", "return", o.id, .reason = "where?"));
    EXPECT_FAULT(say(c, "lift", "resubmit", o.id, .place_id = ROOM),
                 ERR_INVALID, "place_id");
    EXPECT_OK(say(c, "desk", "resubmit", o.id, .place_id = ROOM));
}
