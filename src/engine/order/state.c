/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an order: what may happen to it, by whom, and what it takes. */
#include "engine/order/inner.h"

#define IN(s) (1U << ORDER_##s)

#define BEFORE_WORK                                                            \
    (IN(SUBMITTED) | IN(ACCEPTED) | IN(DISPATCHED) | IN(ACKNOWLEDGED))
#define AT_WORK                                                                \
    (IN(DISPATCHED) | IN(ACKNOWLEDGED) | IN(ON_SITE) | IN(IN_PROGRESS)         \
     | IN(SUSPENDED))
/* Nothing is done of what was not let pass. */
#define LET_PASS (IN(SUBMITTED) | IN(ACCEPTED) | AT_WORK)
#define OPEN_STATES (IN(AWAITING_APPROVAL) | LET_PASS)
#define ANY_STATE ((1U << N_ORDER_STATES) - 1U)

/* from, verb, to, who, guard, act, asks, says, only */
static const struct step steps[] = {
    { IN(AWAITING_APPROVAL), "approve", ORDER_SUBMITTED, BY_APPROVER,
      guard_approve, do_approve, &life_note_model, "Let the order pass.",
      "not one's own order" },
    { IN(AWAITING_APPROVAL), "refuse", ORDER_RETURNED, BY_APPROVER, NULL, NULL,
      &life_reason_model, "Do not let it pass.", "with a reason",
      .flags = STEP_GRAVE },
    { IN(SUBMITTED), "accept", ORDER_ACCEPTED, BY_DESK, NULL, do_accept,
      &life_note_model, "Take the order on.", NULL, .flags = STEP_AT_ONCE },
    { IN(SUBMITTED) | IN(ACCEPTED), "return", ORDER_RETURNED, BY_DESK,
      guard_return, NULL, &life_reason_model,
      "Give it back to the requester with a reason.",
      "with a reason, while no others wait for it", .flags = STEP_GRAVE },
    { IN(RETURNED), "resubmit", ORDER_SUBMITTED, BY_REQUESTER | BY_DESK,
      guard_correct, do_resubmit, &order_resubmit_model,
      "Send a returned order in again.",
      "awaiting approval again where the item needs it; by the desk alone "
      "where "
      "others wait for it" },
    { IN(SUBMITTED) | IN(AWAITING_APPROVAL), "correct", LIFE_STAYS,
      BY_REQUESTER | BY_DESK, guard_correct, do_correct, &order_correct_model,
      "Put right what was said wrongly: item, place, words, phone, answers, "
      "times.",
      "something is different; approved anew but for a phone or mended words; "
      "by the desk alone where others wait for it" },
    { IN(ACCEPTED) | IN(DISPATCHED) | IN(ACKNOWLEDGED), "correct", LIFE_STAYS,
      BY_REQUESTER | BY_DESK, guard_correct_later, do_correct,
      &order_correct_model, NULL,
      "something is different; approved anew but for a phone or mended words; "
      "by the requester place and phone alone, until somebody is there" },
    { IN(ON_SITE) | IN(IN_PROGRESS) | IN(SUSPENDED), "correct", LIFE_STAYS,
      BY_DESK, NULL, do_correct, &order_correct_model, NULL,
      "something is different; approved anew but for a phone or mended words" },
    { BEFORE_WORK, "merge", ORDER_MERGED, BY_DESK, guard_merge, do_merge,
      &order_merge_model, "It is the same as another: merge it into that one.",
      "into one that is let pass and not done; of legs, into one beside it; "
      "where they differ, with a reason" },
    { LET_PASS, "draw_in", LIFE_STAYS, BY_DESK, guard_draw_in, do_draw_in,
      &order_draw_model, "Others are the same: merge them into this one.",
      "orders that may be merged; where they differ, with a reason",
      .flags = STEP_QUIET },
    { IN(MERGED), "split_off", ORDER_SUBMITTED, BY_DESK, guard_split_off,
      do_split_off, &order_split_model,
      "It is not the same as the other: it is done by itself again.",
      "with a reason, to where it was; within 15 days of the other's end; a "
      "leg while its whole is not over" },
    { IN(SUBMITTED) | IN(ACCEPTED), "dispatch", ORDER_DISPATCHED, BY_DISPATCH,
      guard_dispatch, do_dispatch, &order_dispatch_model,
      "Give it to a crew and, if wanted, to one of its people.",
      "to an active crew and one of its people" },
    { IN(ACCEPTED), "grab", ORDER_ACKNOWLEDGED, BY_CREW, guard_grab, do_grab,
      &life_note_model, "Take it for oneself.", "the crew grabs its orders",
      .flags = STEP_AT_ONCE },
    { IN(SUBMITTED) | IN(ACCEPTED), "in_turn", ORDER_DISPATCHED, BY_DISPATCH,
      guard_in_turn, do_in_turn, &order_turn_model,
      "Give it to whoever's turn it is.", "somebody of the crew is on duty" },
    { IN(DISPATCHED), "acknowledge", ORDER_ACKNOWLEDGED, BY_CREW, NULL,
      do_acknowledge, &life_note_model, "The crew has seen it.", NULL,
      .flags = STEP_AT_ONCE },
    { IN(DISPATCHED) | IN(ACKNOWLEDGED), "decline", ORDER_ACCEPTED, BY_CREW,
      NULL, do_decline, &life_reason_model,
      "The crew gives it back to the desk with a reason.", "with a reason",
      .flags = STEP_GRAVE },
    { AT_WORK, "transfer", ORDER_DISPATCHED, BY_DISPATCH, guard_transfer,
      do_transfer, &order_transfer_model, "Give it to another crew or person.",
      "with a reason, to another crew or person" },
    { IN(DISPATCHED) | IN(ACKNOWLEDGED), "arrive", ORDER_ON_SITE, BY_CREW, NULL,
      do_arrive, &life_note_model, "The crew is there.", NULL,
      .flags = STEP_AT_ONCE },
    { IN(ON_SITE) | IN(IN_PROGRESS), "make_safe", LIFE_STAYS, BY_CREW,
      guard_make_safe, do_make_safe, &life_note_model,
      "The danger is over, the work is not.",
      "once, where the class has that clock" },
    { IN(ACKNOWLEDGED) | IN(ON_SITE), "start", ORDER_IN_PROGRESS, BY_CREW, NULL,
      do_start, &life_note_model, "The work begins.", NULL,
      .flags = STEP_AT_ONCE },
    { IN(ACKNOWLEDGED) | IN(ON_SITE) | IN(IN_PROGRESS), "suspend",
      ORDER_SUSPENDED, BY_CREW | BY_EXTENDER, guard_suspend, do_suspend,
      &order_suspend_model, "The work waits, for one of the known reasons.",
      "with a reason, as the class allows" },
    { IN(SUSPENDED), "resume", ORDER_IN_PROGRESS, BY_CREW | BY_EXTENDER, NULL,
      do_resume, &life_note_model, "The work goes on.", NULL,
      .flags = STEP_AT_ONCE },
    { AT_WORK, "ask_extension", LIFE_STAYS, BY_CREW, guard_ask_extension,
      do_ask_extension, &order_extension_model,
      "Ask for more time before it is up.",
      "before the time is up, or to agree on one; with a reason" },
    { AT_WORK, "grant_extension", LIFE_STAYS, BY_EXTENDER,
      guard_grant_extension, do_grant_extension, &life_note_model,
      "Give the time that was asked for.",
      "an extension was asked; a day proposed is still to come" },
    { AT_WORK, "refuse_extension", LIFE_STAYS, BY_EXTENDER,
      guard_answer_extension, do_refuse_extension, &life_reason_model,
      "Do not give it.", "an extension was asked; with a reason",
      .flags = STEP_GRAVE },
    { IN(ON_SITE) | IN(IN_PROGRESS), "complete", ORDER_COMPLETED, BY_CREW, NULL,
      do_complete, &order_complete_model, "The work is done.", NULL },
    { IN(COMPLETED), "verify", ORDER_VERIFIED, BY_REQUESTER, guard_verify,
      do_verify, &life_note_model, "The requester finds it well done.",
      "not one's own work", .flags = STEP_AT_ONCE },
    { IN(COMPLETED), "rework", ORDER_IN_PROGRESS, BY_REQUESTER, NULL, do_rework,
      &life_reason_model, "The requester does not.",
      "with a reason; accepted, where no crew had it", .flags = STEP_GRAVE },
    { IN(VERIFIED) | IN(CLOSED), "reopen", ORDER_ACCEPTED, BY_REQUESTER,
      guard_reopen, do_reopen, &life_reason_model, "The trouble is back.",
      "with a reason, within 15 days" },
    { BEFORE_WORK | IN(AWAITING_APPROVAL) | IN(RETURNED), "cancel",
      ORDER_CANCELLED, BY_REQUESTER | BY_DESK, guard_cancel, do_call_off,
      &order_cancel_model, "It is not needed any more.", NULL,
      .flags = STEP_GRAVE },
    { IN(ON_SITE) | IN(IN_PROGRESS) | IN(SUSPENDED), "cancel", ORDER_CANCELLED,
      BY_DESK, guard_cancel, do_cancel, &life_reason_model, NULL,
      "with a reason", .flags = STEP_GRAVE },
    { ANY_STATE, "comment", LIFE_STAYS, BY_ANYONE, NULL, do_comment,
      &order_comment_model, "Say something about it.",
      "internal only from those who serve" },
    { OPEN_STATES, "add_leg", LIFE_STAYS, BY_REQUESTER | BY_DESK, guard_add_leg,
      do_add_leg, &order_leg_model,
      "Ask for something more as a part of the order.", "not under a leg",
      .right = "order.create" },
    { OPEN_STATES, "raise_priority", LIFE_STAYS, BY_DESK, NULL,
      do_raise_priority, &order_priority_model,
      "Change how urgent it is, with a reason.", "with a reason" },
    { IN(VERIFIED), "rate", LIFE_STAYS, BY_REQUESTER, guard_rate, do_rate,
      &order_vote_model, "1 to 5 stars, once; 2 or fewer with a word why.",
      "once a life of it, within 7 days, not by the crew itself",
      .flags = STEP_QUIET },
    { OPEN_STATES, "acknowledge_alarm", LIFE_STAYS,
      BY_CREW | BY_DESK | BY_DISPATCH | BY_EXTENDER, guard_acknowledge_alarm,
      do_acknowledge_alarm, &life_note_model,
      "Somebody knows of the alarm and sees to it.",
      "while an alarm is unanswered", .flags = STEP_AT_ONCE },
    { AT_WORK, "lose_assignee", LIFE_STAYS, LIFE_PROGRAM, NULL,
      do_lose_assignee, NULL, NULL, "who had it can do it no longer" },
    { IN(COMPLETED), "auto_verify", ORDER_VERIFIED, LIFE_PROGRAM, guard_whole,
      do_auto_verify, NULL, NULL, "three working days of silence" },
    { IN(VERIFIED), "close", ORDER_CLOSED, LIFE_PROGRAM, NULL, do_close, NULL,
      NULL, "the time to rate it has passed" },
    { LET_PASS, "auto_complete", ORDER_COMPLETED, LIFE_PROGRAM, no_open_legs,
      do_auto_complete, NULL, NULL, "the last of its legs is done" },
    { OPEN_STATES, "late", LIFE_STAYS, LIFE_PROGRAM, NULL, NULL, NULL, NULL,
      "a clock has run out" },
    { OPEN_STATES, "recalculate", LIFE_STAYS, LIFE_PROGRAM, NULL,
      do_recalculate, NULL, NULL, "the calendar has changed" },
};

static const struct party parties[] = {
    { "requester", NULL, "asked for it" },
    { "crew", "order.work", "holds order.work and is one of the order's crew" },
    { "desk", "order.accept", "order.accept" },
    { "dispatch", "order.dispatch", "order.dispatch" },
    { "approver", "order.approve", "order.approve" },
    { "extender", "order.extend", "order.extend" },
    { "anyone", NULL, "sees the order" },
};

static const struct beginning begins[] = {
    { ORDER_SUBMITTED, "submit" },
    { ORDER_AWAITING_APPROVAL, "submit, where the item needs approval" },
    { ORDER_DISPATCHED, "submit an emergency whose crew is known" },
    { 0, NULL }
};

static enum err
who(struct call *c, const void *order, unsigned *out)
{
    *out = order_who(c, order);
    return OK;
}

static enum err
fill(struct call *c, void *view)
{
    return order_fill_view(c, view);
}

const struct life order_life = {
    .model = &order_model,
    .plural = "orders",
    .says = "One order, with what the caller may do with it.",
    .view = &order_view_model,
    .states = order_states,
    .parties = parties,
    .n_parties = COUNT(parties),
    .steps = steps,
    .n = COUNT(steps),
    .begins = begins,
    .ends = IN(CLOSED) | IN(MERGED) | IN(CANCELLED),
    .who = who,
    .catch_up = order_catch_up,
    .settle = order_settle,
    .insiders = BY_CREW | BY_DESK | BY_DISPATCH | BY_APPROVER | BY_EXTENDER,
    .hears = order_hears,
    .withhold = order_withhold,
    .tell = order_tell,
    .audited = order_audited,
    .after = order_after,
    .title = order_title,
    .next = order_next,
    .fill = fill,
};
