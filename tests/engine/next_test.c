/* SPDX-License-Identifier: Apache-2.0 */
/* What a message says of what comes next (engine/order/next.c). */
#include "api/notices.h"
#include "base/words.h"
#include "model/app.h"
#include "office.h"

#include <stdio.h>

/* What ACCOUNT is told of the order by the message KIND, in both languages. */
static void
expect_told(struct call *c, const char *account, int64_t id, const char *kind,
            const char *zh, const char *en)
{
    struct notice n = { .noun = "order", .noun_id = id, .kind = kind };
    struct notice other = n;

    as(c, account);
    c->lang = LANG_ZH;
    notice_put_words(c, &n);
    c->lang = LANG_EN;
    notice_put_words(c, &other);
    if (strstr(n.text, zh) == NULL || strstr(other.text, en) == NULL)
        fail_msg("%s: %s / %s", kind, n.text, other.text);
}

static void
expect_no_more(struct call *c, const char *account, int64_t id,
               const char *kind)
{
    struct notice n = { .noun = "order", .noun_id = id, .kind = kind };

    as(c, account);
    c->lang = LANG_EN;
    notice_put_words(c, &n);
    if (strchr(n.text, ';') != NULL)
        fail_msg("%s: %s", kind, n.text);
}

/* The time of a column as a message says it. */
static const char *
clock_of(struct call *c, const char *column, int64_t id)
{
    instant t = {
        office_int(c, arena_printf(c->arena,
                                   "SELECT %s FROM orders WHERE id = %lld",
                                   column, (long long)id))
    };
    char text[25];

    EXPECT(t.ms != 0);
    instant_print((instant){ zone_local(c->app->zone, t) }, text);
    return arena_printf(c->arena, "%.5s", text + 11);
}

TEST(each_message_says_what_comes_next_and_when)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    expect_told(c, "wang", id, "submitted", "受理",
                clock_of(c, "accept_due", id));
    EXPECT_OK(say(c, "desk", "accept", id));
    expect_told(c, "wang", id, "accepted", "由电工班处理，预计 ",
                clock_of(c, "on_site_due", id));
    EXPECT_OK(say(c, "desk", "dispatch", id));
    expect_told(c, "wang", id, "dispatched", "处理，预计 ",
                clock_of(c, "on_site_due", id));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    expect_told(c, "wang", id, "acknowledged",
                arena_printf(c->arena, "预计 %s 前到场",
                             clock_of(c, "on_site_due", id)),
                "should be there by");
    /* News of before says no more what is over. */
    expect_no_more(c, "wang", id, "dispatched");
    /* Nor is anybody but whoever asked told what they have to do. */
    expect_no_more(c, "zhao", id, "acknowledged");
    EXPECT_OK(say(c, "zhao", "arrive", id));
    expect_told(c, "wang", id, "on_site", "前完成", "expected to be done");
    EXPECT_OK(
        say(c, "zhao", "complete", id, .result = "换了灯管", .cause = "wear"));
    expect_told(c, "wang", id, "completed", "请验收并评价；11月26日 ",
                "please verify and rate it; unanswered it passes by itself");
    EXPECT_OK(say(c, "wang", "verify", id));
    expect_told(c, "wang", id, "verified", "前可以评价", "you may rate it");
    office_pass(c, 8 * DAY_MS);
    EXPECT(wake_orders(c) == 1);
    expect_told(c, "wang", id, "closed", "可以重新办理", "open it again");
}

TEST(work_that_waits_or_gets_more_time_says_until_when)
{
    int64_t id;
    instant later;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    later.ms = c->now.ms + 2 * DAY_MS;
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts",
                  .until = later));
    expect_told(c, "wang", id, "suspended", "继续处理", "expected to go on at");
    EXPECT_OK(say(c, "zhao", "resume", id));
    expect_told(c, "wang", id, "in_progress", "前完成", "expected to be done");
    expect_told(c, "wang", id, "grant_extension", "前完成",
                "expected to be done");
}

TEST(a_message_says_what_is_asked_of_whoever_asked)
{
    int64_t id, main_order;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    main_order = ask(c, "li", "A04").id;
    EXPECT_OK(say(c, "desk", "return", id, .reason = "哪一层"));
    expect_told(c, "wang", id, "returned", "重新提交", "send it in again");
    expect_told(c, "wang", id, "comment", "请查看留言", "answer there");
    EXPECT_OK(say(c, "wang", "resubmit", id));
    EXPECT_OK(say(c, "desk", "merge", id, .into_id = main_order,
                  .reason = "the same leak"));
    expect_told(c, "wang", id, "merged", "仍会在此通知", "told here");
    /* What becomes of the other is said of one's own. */
    EXPECT_OK(say(c, "desk", "accept", main_order));
    expect_told(c, "wang", id, "accepted", "由电工班处理", "will see to it");
}

TEST(a_time_that_has_passed_is_not_promised)
{
    int64_t id;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", id));
    EXPECT_OK(say(c, "zhao", "acknowledge", id));
    office_pass(c, 90 * DAY_MS);
    expect_told(c, "wang", id, "acknowledged", "将尽快到场",
                "will be there as soon as they can");
}

/* -- nothing that would be refused ----------------------------------------------- */

TEST(a_crew_that_has_declined_it_is_promised_no_more)
{
    struct notice n = { .noun = "order", .kind = "accepted" };

    office_make(c);
    n.noun_id = ask(c, "wang", "A04").id;
    EXPECT_OK(say(c, "desk", "dispatch", n.noun_id));
    EXPECT_OK(say(c, "zhao", "decline", n.noun_id, .reason = "full"));
    expect_told(c, "wang", n.noun_id, "accepted", "等待重新派工，预计 ",
                "it is back at the desk");
    c->lang = LANG_ZH;
    notice_put_words(c, &n);
    EXPECT(strstr(n.text, "电工班") == NULL);
}

TEST(nobody_is_told_to_mend_or_call_off_what_others_wait_for)
{
    int64_t id, other;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    other = ask(c, "li", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", other, .into_id = id, .reason = "same"));
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A06",
                  .answers = "{\"reason\":\"more\"}"));
    EXPECT_OK(say(c, "chief", "refuse", id, .reason = "no"));
    expect_told(c, "wang", id, "returned", "由服务台处理",
                "the desk sees to it");
    EXPECT_OK(say(c, "desk", "split_off", other, .reason = "so"));
    expect_told(c, "wang", id, "returned", "或者撤销", "or cancel it");
}

TEST(nobody_is_told_to_verify_rate_or_reopen_what_they_may_not)
{
    struct order_request w = { .item_code = "A04", .place_id = 24 };
    int64_t id, own;

    office_make(c);
    own = ask_for(c, "zhao", &w).id;
    id = ask(c, "wang", "A04").id;
    for (int i = 0; i < 2; i++) {
        int64_t one = i == 0 ? own : id;

        EXPECT_OK(say(c, "desk", "dispatch", one));
        EXPECT_OK(say(c, "sun", "arrive", one));
        EXPECT_OK(say(c, "sun", "complete", one, .result = "so"));
    }
    /* The work was another's, so it is theirs to verify, but not to rate. */
    expect_told(c, "zhao", own, "completed", "请验收；", "please verify it;");
    EXPECT_OK(say(c, "zhao", "verify", own));
    expect_no_more(c, "zhao", own, "verified");
    EXPECT_OK(say(c, "wang", "verify", id));
    EXPECT_OK(say(c, "wang", "rate", id, .stars = 5));
    expect_no_more(c, "wang", id, "verified");
    office_pass(c, 8 * DAY_MS);
    (void)wake_orders(c);
    expect_told(c, "wang", id, "closed", "可以重新办理", "open it again");
    office_pass(c, 8 * DAY_MS);
    expect_no_more(c, "wang", id, "closed");
}

TEST(whose_order_was_merged_is_not_sent_to_words_that_they_cannot_read)
{
    int64_t id, other;

    office_make(c);
    id = ask(c, "wang", "A04").id;
    other = ask(c, "li", "A04").id;
    EXPECT_OK(say(c, "desk", "merge", other, .into_id = id, .reason = "same"));
    EXPECT_OK(say(c, "desk", "comment", id, .note = "where exactly?"));
    EXPECT(told_of(c, 41, id, "comment") == 1);
    EXPECT(told_of(c, 42, other, "comment") == 0);
}
