/* SPDX-License-Identifier: Apache-2.0 */
/* What an order's own columns say that was said while fewer might see it, and why
   it was merged with one that not everybody may see. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "db/db.h"
#include "engine/org/org.h"
#include "life/life.h"
#include "model/app.h"
#include "office.h"
#include "subject/event.h"

#define ROOM 23 /* in House 1, 22 */
#define NUMBER_TEXT 32

/* -- its columns ---------------------------------------------------------------- */

/* Wang's, of which was said something to those who have it, and is corrected. */
static int64_t
talked_about(struct call *c, struct order_request w)
{
    int64_t id = ask_for(c, "wang", &w).id;
    const instant later = { c->now.ms + 9 * DAY_MS };

    EXPECT_OK(say(c, "desk", "raise_priority", id, .priority = 1,
                  .reason = "Mr X shouts"));
    EXPECT_OK(
        say(c, "desk", "dispatch", id,
            .crew_id = id_of(c, "crew", "electricians"), .assignee_id = 44));
    EXPECT_OK(say(c, "zhao", "arrive", id));
    EXPECT_OK(say(c, "zhao", "complete", id, .result = "spoke with Mr X",
                  .cause = "Mr X"));
    EXPECT_OK(say(c, "wang", "rework", id, .reason = "Mr X again"));
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .until = later,
                  .reason = "Mr X is away"));
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts",
                  .note = "so"));
    return id;
}

static bool
has_words_of_then(const struct order *o)
{
    return o->priority_reason != NULL || o->extension_reason != NULL
           || o->suspend_reason != NULL || o->result != NULL
           || o->cause != NULL;
}

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
        buf_printf(&b, "%s: %s|%s|%s\n", e[i].verb,
                   e[i].reason ? e[i].reason : "", e[i].note ? e[i].note : "",
                   e[i].detail ? e[i].detail : "");
    return b.s;
}

static bool
reads(struct call *c, const char *account, int64_t id, const char *words)
{
    return strstr(read_by(c, account, id), words) != NULL;
}

TEST(a_correction_out_of_a_complaint_empties_what_was_said_to_those_who_had_it)
{
    struct order_request w = { .item_code = "K06", .description = "Mr X" };
    struct order o;
    int64_t id;

    office_make(c);
    id = talked_about(c, w);
    EXPECT_OK(say(c, "desk", "correct", id, .description = "Mr X, again"));
    o = order_now(c, id);
    EXPECT(has_words_of_then(&o));
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04",
                  .description = "lamp"));
    o = order_now(c, id);
    EXPECT(!has_words_of_then(&o) && text_same(o.description, "lamp"));
    EXPECT(o.priority == 1 && o.extension_asked_until.ms != 0);
    /* It is kept, for those who might have read it. */
    EXPECT(reads(c, "desk", id, "{\"what\":\"result\",\"from\":\"spoke with"));
    EXPECT(!reads(c, "money", id, "Mr X"));
}

TEST(whoever_may_read_it_from_now_on_finds_no_word_of_a_complaint_in_any_list)
{
    static const char *const columns[] = { "priority_reason", "result",
                                           "extension_reason", "cause" };
    struct order_request w = { .item_code = "K06", .description = "Mr X" };
    int64_t id;

    office_make(c);
    id = talked_about(c, w);
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04",
                  .description = "lamp"));
    as(c, "money");
    for (size_t i = 0; i < COUNT(columns); i++) {
        struct list l = { .model = &order_model };

        l.filters[l.n_filters++] =
            (struct filter){ model_field(&order_model, columns[i]), HAS,
                             "Mr X" };
        EXPECT_OK(order_list(c, &l, NULL));
        EXPECT(l.n == 0);
    }
}

TEST(a_correction_out_of_a_secrecy_area_empties_what_was_said_there)
{
    struct order_request w = { .item_code = "A04",
                               .place_id = ROOM,
                               .place_note = "safe 3",
                               .description = "lamp" };
    struct order o;
    int64_t id;

    office_make(c);
    id = talked_about(c, w);
    EXPECT_OK(say(c, "desk", "correct", id, .place_id = 24));
    o = order_now(c, id);
    EXPECT(has_words_of_then(&o) && text_same(o.place_note, "safe 3"));
    EXPECT_OK(say(c, "desk", "correct", id, .place_id = ROOM));
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 22");
    EXPECT_OK(say(c, "desk", "correct", id, .place_id = 24));
    o = order_now(c, id);
    EXPECT(!has_words_of_then(&o) && o.place_note == NULL);
    EXPECT(reads(c, "desk", id, "spoke with Mr X"));
}

TEST(a_complaint_that_is_sent_in_again_as_a_lamp_is_emptied_too)
{
    struct order_request w = { .item_code = "K06", .description = "Mr X" };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(say(c, "desk", "raise_priority", id, .priority = 1,
                  .reason = "Mr X shouts"));
    EXPECT_OK(say(c, "desk", "return", id, .reason = "which lamp?"));
    EXPECT_OK(say(c, "wang", "resubmit", id, .item_code = "A04",
                  .description = "lamp"));
    o = order_now(c, id);
    EXPECT(!has_words_of_then(&o));
}

static size_t
found_by(struct call *c, const char *words)
{
    struct list l = { .model = &order_model, .words = words };

    as(c, "money");
    EXPECT_OK(order_list(c, &l, NULL));
    return l.n;
}

TEST(an_order_is_found_no_more_by_words_that_were_corrected)
{
    struct order_request w = { .item_code = "K06",
                               .description = "zzqperson shouts" };
    struct order o;
    int64_t id;

    office_make(c);
    id = ask_for(c, "wang", &w).id;
    EXPECT_OK(
        say(c, "desk", "correct", id, .description = "zzqother whispers"));
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "A04",
                  .description = "zzqlamp flickers"));
    o = order_now(c, id);
    EXPECT(found_by(c, "zzqperson") == 0 && found_by(c, "zzqother") == 0);
    EXPECT(found_by(c, "shouts") == 0 && found_by(c, "投诉") == 0);
    EXPECT(found_by(c, "zzqlamp flickers") == 1 && found_by(c, o.number) == 1);
    EXPECT_OK(
        say(c, "desk", "correct", id, .description = "zzqperson flickers"));
    EXPECT(found_by(c, "zzqperson") == 1 && found_by(c, "zzqlamp") == 0);
}

/* A text that is added to orders has to be thought of: IN_CONFIDENCE, or one
   of these. */
TEST(every_text_of_an_order_is_emptied_or_known_to_be_said_to_all_who_see_it)
{
    static const char known[] =
        " number item_code item_name sla_class title description answers"
        " requester_name unit_name place_name place_note phone channel"
        " crew_name assignee_name nearest_clock promised external_source"
        " external_id calendar_note ";

    (void)c;
    for (size_t i = 0; i < order_model.n; i++) {
        const struct field *f = &order_model.fields[i];
        char word[64];

        (void)snprintf(word, sizeof word, " %s ", f->name);
        if (f->kind == FIELD_TEXT)
            EXPECT((strstr(known, word) == NULL)
                   == ((f->flags & IN_CONFIDENCE) != 0));
    }
}

/* -- merging ------------------------------------------------------------------------ */

struct two {
    int64_t lamp, complaint;
    char lamp_number[NUMBER_TEXT], complaint_number[NUMBER_TEXT];
};

/* Wang's lamp, which the electricians have, and li's complaint. */
static struct two
two_of_them(struct call *c)
{
    struct order_request w = { .item_code = "A04", .description = "lamp" };
    struct order lamp = ask_for(c, "wang", &w), complaint = ask(c, "li", "K06");
    struct two p = { lamp.id, complaint.id, "", "" };

    (void)snprintf(p.lamp_number, NUMBER_TEXT, "%s", lamp.number);
    (void)snprintf(p.complaint_number, NUMBER_TEXT, "%s", complaint.number);
    EXPECT_OK(say(c, "desk", "dispatch", p.lamp,
                  .crew_id = id_of(c, "crew", "electricians")));
    return p;
}

/* What was said is for those who handle it, the number for all; how the other
   lies is told to nobody. */
static void
expect_discreet(struct call *c, int64_t id, const char *number)
{
    static const char *const not [] = { "wang", "chief", "money" };
    static const char *const handle[] = { "desk", "leader" };

    for (size_t i = 0; i < COUNT(not ); i++) {
        EXPECT(!reads(c, not [i], id, "Mr X"));
        EXPECT(reads(c, not [i], id, number));
        EXPECT(reads(c, not [i], id, "{\"withheld\":true}"));
        EXPECT(!reads(c, not [i], id, "sight"));
    }
    for (size_t i = 0; i < COUNT(handle); i++) {
        EXPECT(reads(c, handle[i], id, "Mr X"));
        EXPECT(!reads(c, handle[i], id, "sight"));
    }
}

TEST(why_a_complaint_was_merged_and_split_off_is_read_by_those_who_handle_it)
{
    struct two p;

    office_make(c);
    p = two_of_them(c);
    EXPECT_OK(say(c, "desk", "merge", p.complaint, .into_id = p.lamp,
                  .reason = "of Mr X", .note = "Mr X it is"));
    expect_discreet(c, p.lamp, p.complaint_number);
    EXPECT(reads(c, "sun", p.lamp, "Mr X"));
    EXPECT_OK(say(c, "desk", "split_off", p.complaint,
                  .reason = "Mr X is another matter"));
    expect_discreet(c, p.lamp, p.complaint_number);
    EXPECT(reads(c, "li", p.complaint, "Mr X is another matter"));
    /* Also when it is found to be none, later. */
    EXPECT_OK(say(c, "desk", "correct", p.complaint, .item_code = "A04"));
    expect_discreet(c, p.lamp, p.complaint_number);
}

TEST(why_a_complaint_was_drawn_in_is_read_by_those_who_handle_it)
{
    char orders[64];
    struct two p;
    struct order other;

    office_make(c);
    p = two_of_them(c);
    other = ask(c, "li", "A04");
    (void)snprintf(orders, sizeof orders, "%lld,%lld", (long long)other.id,
                   (long long)p.complaint);
    EXPECT_OK(say(c, "desk", "draw_in", p.lamp, .orders = orders,
                  .reason = "of Mr X", .note = "Mr X it is"));
    expect_discreet(c, p.lamp, p.complaint_number);
    EXPECT(!reads(c, "wang", p.lamp, "Mr X it is"));
    EXPECT(reads(c, "desk", p.lamp, "Mr X it is"));
}

TEST(why_a_lamp_was_merged_into_a_complaint_is_told_to_no_requester_of_the_lamp)
{
    struct two p;

    office_make(c);
    p = two_of_them(c);
    EXPECT_OK(say(c, "desk", "merge", p.lamp, .into_id = p.complaint,
                  .reason = "of Mr X", .note = "Mr X it is"));
    expect_discreet(c, p.lamp, p.complaint_number);
    EXPECT(reads(c, "li", p.complaint, "of Mr X"));
    EXPECT_OK(say(c, "desk", "split_off", p.lamp, .reason = "not of Mr X"));
    expect_discreet(c, p.lamp, p.complaint_number);
    EXPECT(!reads(c, "sun", p.lamp, "not of Mr X"));
}

TEST(why_two_lamps_were_merged_is_read_by_all_who_see_them)
{
    struct order a, b;

    office_make(c);
    a = ask(c, "wang", "A04");
    b = ask(c, "li", "A04");
    EXPECT_OK(say(c, "desk", "merge", b.id, .into_id = a.id,
                  .reason = "one lamp", .note = "the left"));
    EXPECT(reads(c, "wang", a.id, "absorb: one lamp"));
    EXPECT(reads(c, "li", b.id, "the left") && !reads(c, "li", b.id, "sight"));
}

TEST(of_mergings_that_kept_nothing_the_other_is_asked_for_as_it_lies_now)
{
    struct two p;

    office_make(c);
    p = two_of_them(c);
    EXPECT_OK(say(c, "desk", "merge", p.complaint, .into_id = p.lamp,
                  .reason = "of Mr X"));
    office_exec(c, "UPDATE event SET detail = NULL"
                   " WHERE verb IN ('merge', 'absorb')");
    expect_discreet(c, p.lamp, p.complaint_number);
}

TEST(a_crew_that_the_rules_alone_name_reads_nothing_of_a_merged_complaint)
{
    struct order_request w = { .item_code = "A04", .description = "lamp" };
    int64_t lamp, complaint;

    office_make(c);
    lamp = ask_for(c, "wang", &w).id;
    complaint = ask(c, "li", "K06").id;
    EXPECT(order_now(c, lamp).crew_id == id_of(c, "crew", "electricians"));
    EXPECT_OK(say(c, "desk", "merge", complaint, .into_id = lamp,
                  .reason = "of Mr X"));
    EXPECT_OK(say(c, "li", "comment", complaint, .note = "about Mr X"));
    EXPECT(!reads(c, "sun", lamp, "Mr X") && reads(c, "desk", lamp, "Mr X"));
    EXPECT_OK(say(c, "desk", "dispatch", lamp,
                  .crew_id = id_of(c, "crew", "electricians")));
    EXPECT(reads(c, "sun", lamp, "about Mr X"));
}
