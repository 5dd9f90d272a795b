/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an order in one table: it drives permission, the buttons of the
 * interface, the drawing in the docs and the exhaustive test.
 */
#include "engine/order/order.h"

const char *const order_verbs[] = {
    "approve",
    "refuse",
    "accept",
    "return",
    "resubmit",
    "merge",
    "dispatch",
    "grab",
    "in_turn",
    "acknowledge",
    "decline",
    "transfer",
    "arrive",
    "make_safe",
    "start",
    "suspend",
    "resume",
    "ask_extension",
    "grant_extension",
    "refuse_extension",
    "complete",
    "verify",
    "rework",
    "reopen",
    "cancel",
    "comment",
    "add_leg",
    "raise_priority",
    "rate",
    "auto_verify",
    "close",
    "auto_complete",
    "late",
    NULL
};
_Static_assert(COUNT(order_verbs) == N_ORDER_VERBS + 1, "a word a verb");

#define IN(s) (1U << ORDER_##s)
#define STAYS (-1)

#define BEFORE_WORK                                                            \
    (IN(SUBMITTED) | IN(ACCEPTED) | IN(DISPATCHED) | IN(ACKNOWLEDGED))
#define AT_WORK                                                                \
    (IN(DISPATCHED) | IN(ACKNOWLEDGED) | IN(ON_SITE) | IN(IN_PROGRESS)         \
     | IN(SUSPENDED))
#define OPEN_STATES                                                            \
    (IN(SUBMITTED) | IN(AWAITING_APPROVAL) | IN(ACCEPTED) | AT_WORK)
#define ANY_STATE ((1U << N_ORDER_STATES) - 1U)

const struct order_transition order_transitions[] = {
    { IN(AWAITING_APPROVAL), VERB_APPROVE, ORDER_SUBMITTED, BY_APPROVER,
      "not one's own order" },
    { IN(AWAITING_APPROVAL), VERB_REFUSE, ORDER_RETURNED, BY_APPROVER,
      "with a reason" },
    { IN(SUBMITTED), VERB_ACCEPT, ORDER_ACCEPTED, BY_DESK, NULL },
    { IN(SUBMITTED) | IN(ACCEPTED), VERB_RETURN, ORDER_RETURNED, BY_DESK,
      "with a reason" },
    { IN(RETURNED), VERB_RESUBMIT, ORDER_SUBMITTED, BY_REQUESTER | BY_DESK,
      "awaiting approval again where the item needs it" },
    { BEFORE_WORK, VERB_MERGE, ORDER_MERGED, BY_DESK,
      "into an open order that is not merged itself" },
    { IN(SUBMITTED) | IN(ACCEPTED), VERB_DISPATCH, ORDER_DISPATCHED,
      BY_DISPATCH, "to an active crew and one of its people" },
    { IN(ACCEPTED), VERB_GRAB, ORDER_ACKNOWLEDGED, BY_CREW,
      "the crew grabs its orders" },
    { IN(SUBMITTED) | IN(ACCEPTED), VERB_IN_TURN, ORDER_DISPATCHED, BY_DISPATCH,
      "somebody of the crew is on duty" },
    { IN(DISPATCHED), VERB_ACKNOWLEDGE, ORDER_ACKNOWLEDGED, BY_CREW, NULL },
    { IN(DISPATCHED) | IN(ACKNOWLEDGED), VERB_DECLINE, ORDER_ACCEPTED, BY_CREW,
      "with a reason" },
    { AT_WORK, VERB_TRANSFER, ORDER_DISPATCHED, BY_DISPATCH,
      "with a reason, to another crew or person" },
    { IN(DISPATCHED) | IN(ACKNOWLEDGED), VERB_ARRIVE, ORDER_ON_SITE, BY_CREW,
      NULL },
    { IN(ON_SITE) | IN(IN_PROGRESS), VERB_MAKE_SAFE, STAYS, BY_CREW,
      "once, where the class has that clock" },
    { IN(ACKNOWLEDGED) | IN(ON_SITE), VERB_START, ORDER_IN_PROGRESS, BY_CREW,
      NULL },
    { IN(ACKNOWLEDGED) | IN(ON_SITE) | IN(IN_PROGRESS), VERB_SUSPEND,
      ORDER_SUSPENDED, BY_CREW | BY_EXTENDER,
      "with a reason, as the class allows" },
    { IN(SUSPENDED), VERB_RESUME, ORDER_IN_PROGRESS, BY_CREW | BY_EXTENDER,
      NULL },
    { AT_WORK, VERB_ASK_EXTENSION, STAYS, BY_CREW,
      "before the time is up, or to agree on one; with a reason" },
    { AT_WORK, VERB_GRANT_EXTENSION, STAYS, BY_EXTENDER,
      "an extension was asked" },
    { AT_WORK, VERB_REFUSE_EXTENSION, STAYS, BY_EXTENDER,
      "an extension was asked; with a reason" },
    { IN(ON_SITE) | IN(IN_PROGRESS), VERB_COMPLETE, ORDER_COMPLETED, BY_CREW,
      "its legs are done" },
    { IN(COMPLETED), VERB_VERIFY, ORDER_VERIFIED, BY_REQUESTER, NULL },
    { IN(COMPLETED), VERB_REWORK, ORDER_IN_PROGRESS, BY_REQUESTER,
      "with a reason" },
    { IN(VERIFIED) | IN(CLOSED), VERB_REOPEN, ORDER_ACCEPTED, BY_REQUESTER,
      "with a reason, within 15 days" },
    { BEFORE_WORK | IN(AWAITING_APPROVAL) | IN(RETURNED), VERB_CANCEL,
      ORDER_CANCELLED, BY_REQUESTER | BY_DESK, NULL },
    { IN(ON_SITE) | IN(IN_PROGRESS) | IN(SUSPENDED), VERB_CANCEL,
      ORDER_CANCELLED, BY_DESK, "with a reason" },
    { ANY_STATE, VERB_COMMENT, STAYS, BY_ANYONE,
      "internal only from those who serve" },
    { OPEN_STATES, VERB_ADD_LEG, STAYS, BY_REQUESTER | BY_DESK,
      "not under a leg" },
    { OPEN_STATES, VERB_RAISE_PRIORITY, STAYS, BY_DESK, "with a reason" },
    { IN(VERIFIED), VERB_RATE, STAYS, BY_REQUESTER,
      "once, within 7 days, not by the crew itself" },
    { IN(COMPLETED), VERB_AUTO_VERIFY, ORDER_VERIFIED, BY_PROGRAM,
      "three working days of silence" },
    { IN(VERIFIED), VERB_CLOSE, ORDER_CLOSED, BY_PROGRAM,
      "the time to rate it has passed" },
    { OPEN_STATES, VERB_AUTO_COMPLETE, ORDER_COMPLETED, BY_PROGRAM,
      "the last of its legs is done" },
    { OPEN_STATES, VERB_LATE, STAYS, BY_PROGRAM, "a clock has run out" },
};

const size_t n_order_transitions = COUNT(order_transitions);

const struct order_transition *
order_may(enum order_state from, enum order_verb verb)
{
    for (size_t i = 0; i < n_order_transitions; i++)
        if (order_transitions[i].verb == verb
            && order_transitions[i].from >> from & 1)
            return &order_transitions[i];
    return NULL;
}
