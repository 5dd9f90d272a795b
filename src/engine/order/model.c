/* SPDX-License-Identifier: Apache-2.0 */
/* The nouns of the order engine as descriptors. */
#include "engine/order/order.h"

const char *const order_states[] = {
    "submitted", "awaiting_approval", "accepted",  "dispatched", "acknowledged",
    "on_site",   "in_progress",       "suspended", "completed",  "verified",
    "closed",    "returned",          "merged",    "cancelled",  NULL
};
_Static_assert(COUNT(order_states) == N_ORDER_STATES + 1, "a word a state");

const char *const order_channels[] = { "web",     "phone",      "qr",
                                       "walk_in", "inspection", "api",
                                       "import",  "recurring",  NULL };

const char *const order_clocks[] = { "accept", "on_site", "safe", "complete",
                                     NULL };

static const char *const suspend_reasons[] = {
    "awaiting_parts",       "awaiting_approval", "awaiting_provider",
    "requester_reschedule", "safety_stop",       NULL
};

const char *const rating_tags[] = { "on_time",   "polite", "good_work",
                                    "tidy",      "late",   "rude",
                                    "poor_work", "untidy", NULL };

/* The columns of an order; a view has them at its front, so the rows serve
   both models. */
#define ORDER_FIELDS                                                           \
    FIELD(struct order, id, .flags = GIVEN),                                   \
        FIELD(struct order, number, .flags = GIVEN | REQUIRED,                 \
              .label = "Number"),                                              \
        FIELD(struct order, state, .flags = GIVEN, .choices = order_states,    \
              .label = "State"),                                               \
        FIELD(struct order, is_open, .flags = GIVEN, .label = "Open"),         \
        FIELD(struct order, parent_id, .flags = GIVEN, .refers = "orders",     \
              .label = "Part of"),                                             \
        FIELD(struct order, merged_into_id, .flags = GIVEN,                    \
              .refers = "orders", .label = "Merged into"),                     \
        FIELD(struct order, area_id, .flags = GIVEN | REQUIRED,                \
              .refers = "service_area", .label = "Area"),                      \
        FIELD(struct order, item_id, .flags = GIVEN | REQUIRED,                \
              .refers = "service_item", .label = "Item"),                      \
        FIELD(struct order, item_code, .flags = GIVEN | REQUIRED,              \
              .label = "Item code"),                                           \
        FIELD(struct order, item_name, .flags = GIVEN | REQUIRED,              \
              .label = "Item"),                                                \
        FIELD(struct order, sla_class, .flags = GIVEN | REQUIRED,              \
              .label = "Service level"),                                       \
        FIELD(struct order, priority, .flags = GIVEN, .label = "Priority"),    \
        FIELD(struct order, priority_reason, .flags = GIVEN | IN_CONFIDENCE,   \
              .label = "Why this priority"),                                   \
        FIELD(struct order, title, .flags = GIVEN | REQUIRED,                  \
              .label = "Title"),                                               \
        FIELD(struct order, description, .flags = GIVEN | LONG,                \
              .label = "Description"),                                         \
        FIELD(struct order, answers, .flags = GIVEN | JSON_TEXT,               \
              .label = "Answers"),                                             \
        FIELD(struct order, requester_id, .flags = GIVEN | REQUIRED,           \
              .refers = "person", .label = "Requester"),                       \
        FIELD(struct order, requester_name, .flags = GIVEN | REQUIRED,         \
              .label = "Requester"),                                           \
        FIELD(struct order, unit_id, .flags = GIVEN, .refers = "unit",         \
              .label = "Unit"),                                                \
        FIELD(struct order, unit_name, .flags = GIVEN, .label = "Unit"),       \
        FIELD(struct order, place_id, .flags = GIVEN, .refers = "place",       \
              .label = "Place"),                                               \
        FIELD(struct order, place_name, .flags = GIVEN, .label = "Place"),     \
        FIELD(struct order, place_note, .flags = GIVEN,                        \
              .label = "Where exactly"),                                       \
        FIELD(struct order, phone, .flags = GIVEN, .label = "Phone"),          \
        FIELD(struct order, channel, .flags = GIVEN | REQUIRED,                \
              .choices = order_channels, .label = "Channel"),                  \
        FIELD(struct order, taken_by_id, .flags = GIVEN, .refers = "person",   \
              .label = "Taken by"),                                            \
        FIELD(struct order, unlisted, .flags = GIVEN,                          \
              .label = "Caller in no list"),                                   \
        FIELD(struct order, crew_id, .flags = GIVEN, .refers = "crew",         \
              .label = "Crew"),                                                \
        FIELD(struct order, crew_name, .flags = GIVEN, .label = "Crew"),       \
        FIELD(struct order, provider_id, .flags = GIVEN, .refers = "provider", \
              .label = "Provider"),                                            \
        FIELD(struct order, assignee_id, .flags = GIVEN, .refers = "person",   \
              .label = "Assignee"),                                            \
        FIELD(struct order, assignee_name, .flags = GIVEN,                     \
              .label = "Assignee"),                                            \
        FIELD(struct order, wanted_from, .flags = GIVEN,                       \
              .label = "Wanted from"),                                         \
        FIELD(struct order, wanted_to, .flags = GIVEN, .label = "Wanted to"),  \
        FIELD(struct order, submitted_at, .flags = GIVEN,                      \
              .label = "Submitted"),                                           \
        FIELD(struct order, accept_due, .flags = GIVEN, .label = "Accept by"), \
        FIELD(struct order, on_site_due, .flags = GIVEN,                       \
              .label = "On site by"),                                          \
        FIELD(struct order, safe_due, .flags = GIVEN,                          \
              .label = "Made safe by"),                                        \
        FIELD(struct order, complete_due, .flags = GIVEN, .label = "Done by"), \
        FIELD(struct order, accepted_at, .flags = GIVEN, .label = "Accepted"), \
        FIELD(struct order, dispatched_at, .flags = GIVEN,                     \
              .label = "Dispatched"),                                          \
        FIELD(struct order, acknowledged_at, .flags = GIVEN,                   \
              .label = "Acknowledged"),                                        \
        FIELD(struct order, on_site_at, .flags = GIVEN, .label = "On site"),   \
        FIELD(struct order, safe_at, .flags = GIVEN, .label = "Made safe"),    \
        FIELD(struct order, completed_at, .flags = GIVEN,                      \
              .label = "Completed"),                                           \
        FIELD(struct order, verified_at, .flags = GIVEN, .label = "Verified"), \
        FIELD(struct order, closed_at, .flags = GIVEN, .label = "Closed"),     \
        FIELD(struct order, verified_auto, .flags = GIVEN,                     \
              .label = "Verified by silence"),                                 \
        FIELD(struct order, suspended_at, .flags = GIVEN,                      \
              .label = "Suspended since"),                                     \
        FIELD(struct order, complete_left_ms, .flags = GIVEN),                 \
        FIELD(struct order, left_working, .flags = GIVEN | FLEETING),          \
        FIELD(struct order, held_due, .flags = GIVEN),                         \
        FIELD(struct order, suspend_reason, .flags = GIVEN | IN_CONFIDENCE,    \
              .choices = suspend_reasons, .label = "Suspended because"),       \
        FIELD(struct order, resume_expected_at, .flags = GIVEN,                \
              .label = "Goes on"),                                             \
        FIELD(struct order, suspended_ms, .flags = GIVEN,                      \
              .label = "Time suspended"),                                      \
        FIELD(struct order, gross_ms, .flags = GIVEN, .label = "Gross time"),  \
        FIELD(struct order, net_ms, .flags = GIVEN, .label = "Net time"),      \
        FIELD(struct order, extension_asked_until, .flags = GIVEN,             \
              .label = "Extension asked until"),                               \
        FIELD(struct order, extension_reason, .flags = GIVEN | IN_CONFIDENCE,  \
              .label = "Extension because"),                                   \
        FIELD(struct order, late_when_asked, .flags = GIVEN | FLEETING),       \
        FIELD(struct order, extensions, .flags = GIVEN,                        \
              .label = "Extensions"),                                          \
        FIELD(struct order, reworks, .flags = GIVEN, .label = "Reworks"),      \
        FIELD(struct order, reopens, .flags = GIVEN, .label = "Reopened"),     \
        FIELD(struct order, accept_late, .flags = GIVEN,                       \
              .label = "Accepted late"),                                       \
        FIELD(struct order, on_site_late, .flags = GIVEN,                      \
              .label = "On site late"),                                        \
        FIELD(struct order, safe_late, .flags = GIVEN,                         \
              .label = "Made safe late"),                                      \
        FIELD(struct order, complete_late, .flags = GIVEN,                     \
              .label = "Completed late"),                                      \
        FIELD(struct order, escalation, .flags = GIVEN,                        \
              .label = "Escalation"),                                          \
        FIELD(struct order, emergency, .flags = GIVEN | FLEETING,              \
              .label = "Emergency"),                                           \
        FIELD(struct order, alarming, .flags = GIVEN,                          \
              .label = "Alarm unanswered"),                                    \
        FIELD(struct order, alarms, .flags = GIVEN | FLEETING),                \
        FIELD(struct order, alarmed_at, .flags = GIVEN | FLEETING),            \
        FIELD(struct order, nearest_due, .flags = GIVEN | FLEETING,            \
              .label = "Next promise"),                                        \
        FIELD(struct order, nearest_clock, .flags = GIVEN | FLEETING,          \
              .choices = order_clocks, .label = "Next clock"),                 \
        FIELD(struct order, clocks_from, .flags = GIVEN | FLEETING),           \
        FIELD(struct order, complete_from, .flags = GIVEN | FLEETING),         \
        FIELD(struct order, judged, .flags = GIVEN | FLEETING),                \
        FIELD(struct order, promised, .flags = GIVEN | FLEETING | JSON_TEXT),  \
        FIELD(struct order, urgency, .flags = GIVEN | FLEETING,                \
              .label = "Urgency"),                                             \
        FIELD(struct order, wake_at, .flags = GIVEN | FLEETING),               \
        FIELD(struct order, result, .flags = GIVEN | LONG | IN_CONFIDENCE,     \
              .label = "Result"),                                              \
        FIELD(struct order, cause, .flags = GIVEN | IN_CONFIDENCE,             \
              .label = "Cause"),                                               \
        FIELD(struct order, external_source, .flags = GIVEN,                   \
              .label = "Source"),                                              \
        FIELD(struct order, external_id, .flags = GIVEN,                       \
              .label = "Number at the source"),                                \
        FIELD(struct order, calendar_note, .flags = GIVEN,                     \
              .label = "Calendar note"),                                       \
        FIELD(struct order, version, .flags = GIVEN),                          \
        FIELD(struct order, updated_at, .flags = GIVEN | REQUIRED,             \
              .label = "Changed")

static const struct field order_fields[] = { ORDER_FIELDS };

const struct model order_model = {
    .noun = "order",
    .table = "orders",
    .size = sizeof(struct order),
    .fields = order_fields,
    .n = COUNT(order_fields),
    .searched = true,
    .sql = &(struct model_sql){ NULL, NULL, NULL }
};

_Static_assert(offsetof(struct order_view, order) == 0,
               "an order at its front");

static const struct field view_fields[] = {
    ORDER_FIELDS,
    FIELD(struct order_view, verbs, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the caller may do with it now."),
    FIELD(struct order_view, why_not, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the caller may not do just now, and why."),
    FIELD(struct order_view, legs, .flags = GIVEN | DERIVED | JSON_TEXT),
    FIELD(struct order_view, merged, .flags = GIVEN | DERIVED | JSON_TEXT),
    FIELD(struct order_view, rating, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "Only for the requester and those with rating.see."),
    FIELD(struct order_view, rounds, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What became of it before each rework and reopening."),
    FIELD(struct order_view, fields, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "The item's questions, as they were when it was asked."),
    FIELD(struct order_view, followers, .flags = GIVEN | DERIVED,
          .says = "How many met it, too, and hear what becomes of it."),
    FIELD(struct order_view, warning, .flags = GIVEN | DERIVED,
          .label = "Warning"),
};

const struct model order_view_model =
    MODEL("order_view", NULL, struct order_view, view_fields);

/* What is asked for or promised lies in the next five years. */
#define FORESEEABLE .min = -366, .max = 5 * 366

static const struct field wish_fields[] = {
    FIELD(struct order_request, id, .flags = GIVEN | DERIVED),
    FIELD(struct order_request, item_code, .flags = REQUIRED, .min = 1,
          .max = 20, .label = "Item"),
    FIELD(struct order_request, place_id, .refers = "place", .label = "Place"),
    FIELD(struct order_request, place_note, .max = 100,
          .label = "Where exactly"),
    FIELD(struct order_request, description, .flags = LONG, .max = 2000,
          .label = "Description"),
    FIELD(struct order_request, phone, .max = 40, .label = "Phone"),
    FIELD(struct order_request, answers, .flags = JSON_TEXT, .max = 20000,
          .label = "Answers"),
    FIELD(struct order_request, wanted_from, FORESEEABLE,
          .label = "Wanted from"),
    FIELD(struct order_request, wanted_to, FORESEEABLE, .label = "Wanted to"),
    FIELD(struct order_request, requester_id, .refers = "person",
          .label = "Requester"),
    FIELD(struct order_request, caller_name, .max = 40, .label = "Caller",
          .says = "Of a caller who is in no list, with phone."),
    FIELD(struct order_request, caller_unit, .max = 100,
          .label = "Caller's unit"),
    FIELD(struct order_request, channel, .choices = order_channels,
          .label = "Channel"),
    FIELD(struct order_request, priority, .min = 1, .max = 5,
          .label = "Priority"),
    FIELD(struct order_request, priority_reason, .max = 200,
          .label = "Why this priority"),
    FIELD(struct order_request, legs, .flags = JSON_TEXT, .max = 60000,
          .says = "A list of further requests, each a leg of this one."),
};

const struct model order_request_model =
    MODEL("order_request", NULL, struct order_request, wish_fields);

static const struct field promise_fields[] = {
    FIELD(struct order_promise, item_code, .flags = REQUIRED, .max = 20),
    FIELD(struct order_promise, wanted_from, .label = "Wanted from"),
    FIELD(struct order_promise, accept_due, .flags = GIVEN),
    FIELD(struct order_promise, on_site_due, .flags = GIVEN),
    FIELD(struct order_promise, safe_due, .flags = GIVEN),
    FIELD(struct order_promise, complete_due, .flags = GIVEN),
    FIELD(struct order_promise, calendar_note, .flags = GIVEN),
    FIELD(struct order_promise, emergency, .flags = GIVEN),
    FIELD(struct order_promise, short_notice, .flags = GIVEN,
          .says = "It is wanted before it would have to be taken on."),
    FIELD(struct order_promise, duty_phone, .flags = GIVEN),
};

const struct model order_promise_model =
    MODEL("order_promise", NULL, struct order_promise, promise_fields);

static const struct field candidate_fields[] = {
    FIELD(struct order_candidate, id, .flags = GIVEN),
    FIELD(struct order_candidate, number, .flags = GIVEN | REQUIRED),
    FIELD(struct order_candidate, state, .flags = GIVEN,
          .choices = order_states),
    FIELD(struct order_candidate, item_name, .flags = GIVEN | REQUIRED),
    FIELD(struct order_candidate, place_name, .flags = GIVEN),
    FIELD(struct order_candidate, submitted_at, .flags = GIVEN),
    FIELD(struct order_candidate, complete_due, .flags = GIVEN),
    FIELD(struct order_candidate, may_see, .flags = GIVEN | DERIVED),
    FIELD(struct order_candidate, own, .flags = GIVEN | DERIVED,
          .says = "The caller asked for it."),
};

const struct model order_candidate_model =
    MODEL("order_candidate", NULL, struct order_candidate, candidate_fields);

static const struct field candidates_fields[] = {
    FIELD(struct order_candidates, item_code, .flags = REQUIRED, .max = 20),
    FIELD(struct order_candidates, place_id, .flags = REQUIRED,
          .refers = "place"),
};

const struct model order_candidates_model =
    MODEL("order_candidates", NULL, struct order_candidates, candidates_fields);

static const struct field draft_fields[] = {
    FIELD(struct draft, id, .flags = GIVEN),
    FIELD(struct draft, person_id, .flags = GIVEN | REQUIRED,
          .refers = "person"),
    FIELD(struct draft, content, .flags = REQUIRED | JSON_TEXT, .max = 20000),
    FIELD(struct draft, version, .flags = GIVEN),
    FIELD(struct draft, created_at, .flags = GIVEN | REQUIRED),
    FIELD(struct draft, updated_at, .flags = GIVEN | REQUIRED),
};

const struct model draft_model =
    MODEL("draft", "draft", struct draft, draft_fields);

/* -- what comes with the verbs ------------------------------------------------ */

/* A leg is asked for by the requester of the whole, and has no legs. */
static const struct field leg_fields[] = {
    FIELD(struct order_request, id, .flags = GIVEN | DERIVED),
    FIELD(struct order_request, item_code, .flags = REQUIRED, .min = 1,
          .max = 20, .label = "Item"),
    FIELD(struct order_request, description, .flags = LONG, .max = 2000,
          .label = "Description"),
    FIELD(struct order_request, place_id, .flags = UNASKED, .refers = "place",
          .label = "Place"),
    FIELD(struct order_request, place_note, .flags = UNASKED, .max = 100,
          .label = "Where exactly"),
    FIELD(struct order_request, phone, .flags = UNASKED, .max = 40,
          .label = "Phone"),
    FIELD(struct order_request, answers, .flags = JSON_TEXT, .max = 20000,
          .label = "Answers"),
    FIELD(struct order_request, wanted_from, .flags = UNASKED, FORESEEABLE,
          .label = "Wanted from"),
    FIELD(struct order_request, wanted_to, .flags = UNASKED, FORESEEABLE,
          .label = "Wanted to"),
    FIELD(struct order_request, priority, .flags = UNASKED, .min = 1, .max = 5,
          .label = "Priority"),
    FIELD(struct order_request, priority_reason, .flags = UNASKED, .max = 200,
          .label = "Why this priority"),
};
const struct model order_leg_model =
    MODEL("order_leg", NULL, struct order_request, leg_fields);

#define ACT_ID FIELD(struct order_act, id, .flags = GIVEN | DERIVED)
#define ACT_NOTE                                                               \
    FIELD(struct order_act, note, .flags = LONG, .max = 2000, .label = "Note")
/* Whoever gives a reason or a result has said enough. */
#define ACT_MORE                                                               \
    FIELD(struct order_act, note, .flags = LONG | UNASKED, .max = 2000,        \
          .label = "Note")
#define ACT_REASON                                                             \
    FIELD(struct order_act, reason, .flags = REQUIRED | LONG, .max = 500,      \
          .label = "Reason")

static const struct field cancel_fields[] = {
    ACT_ID,
    FIELD(struct order_act, reason, .flags = LONG | EXPECTED, .max = 500,
          .label = "Reason",
          .says = "Needed of whoever is not the requester, and once the work "
                  "has begun."),
    ACT_MORE,
};
const struct model order_cancel_model =
    MODEL("order_cancel", NULL, struct order_act, cancel_fields);

/* What an order says, to be said anew; what is not said stays. */
static const struct field said_fields[] = {
    ACT_ID,
    FIELD(struct order_act, item_code, .max = 20, .label = "Item"),
    FIELD(struct order_act, place_id, .refers = "place", .label = "Place"),
    FIELD(struct order_act, place_note, .max = 100, .label = "Where exactly"),
    FIELD(struct order_act, description, .flags = LONG, .max = 2000,
          .label = "Description"),
    FIELD(struct order_act, phone, .max = 40, .label = "Phone"),
    FIELD(struct order_act, answers, .flags = JSON_TEXT, .max = 20000,
          .label = "Answers"),
    FIELD(struct order_act, wanted_from, FORESEEABLE, .label = "Wanted from"),
    FIELD(struct order_act, wanted_to, FORESEEABLE, .label = "Wanted to"),
    ACT_NOTE,
};
const struct model order_resubmit_model =
    MODEL("order_resubmit", NULL, struct order_act, said_fields);
const struct model order_correct_model =
    MODEL("order_correct", NULL, struct order_act, said_fields);

#define ACT_WHY_ONE                                                            \
    FIELD(struct order_act, reason, .flags = LONG, .max = 500,                 \
          .label = "Reason",                                                   \
          .says = "Needed where they are not plainly the same.")

static const struct field draw_fields[] = {
    ACT_ID,
    FIELD(struct order_act, orders, .flags = REQUIRED, .max = 1000,
          .label = "Orders", .says = "Their ids, with commas between."),
    ACT_WHY_ONE,
    ACT_MORE,
};
const struct model order_draw_model =
    MODEL("order_draw", NULL, struct order_act, draw_fields);

static const struct field merge_fields[] = {
    ACT_ID,
    FIELD(struct order_act, into_id, .flags = REQUIRED, .refers = "orders",
          .label = "Merge into"),
    ACT_WHY_ONE,
    ACT_MORE,
};
const struct model order_merge_model =
    MODEL("order_merge", NULL, struct order_act, merge_fields);

static const struct field split_fields[] = { ACT_ID, ACT_REASON };
const struct model order_split_model =
    MODEL("order_split", NULL, struct order_act, split_fields);

static const struct field dispatch_fields[] = {
    ACT_ID,
    FIELD(struct order_act, crew_id, .flags = EXPECTED, .refers = "crew",
          .label = "Crew"),
    FIELD(struct order_act, assignee_id, .refers = "person",
          .label = "Assignee"),
    ACT_NOTE,
};
const struct model order_dispatch_model =
    MODEL("order_dispatch", NULL, struct order_act, dispatch_fields);

static const struct field turn_fields[] = {
    ACT_ID,
    FIELD(struct order_act, crew_id, .refers = "crew", .label = "Crew"),
    ACT_MORE,
};
const struct model order_turn_model =
    MODEL("order_turn", NULL, struct order_act, turn_fields);

static const struct field transfer_fields[] = {
    ACT_ID,
    FIELD(struct order_act, crew_id, .flags = EXPECTED, .refers = "crew",
          .label = "Crew"),
    FIELD(struct order_act, assignee_id, .refers = "person",
          .label = "Assignee"),
    ACT_REASON,
    ACT_MORE,
};
const struct model order_transfer_model =
    MODEL("order_transfer", NULL, struct order_act, transfer_fields);

static const struct field suspend_fields[] = {
    ACT_ID,
    FIELD(struct order_act, reason, .flags = REQUIRED,
          .choices = suspend_reasons, .label = "Reason"),
    FIELD(struct order_act, until, FORESEEABLE, .label = "Goes on"),
    ACT_NOTE,
};
const struct model order_suspend_model =
    MODEL("order_suspend", NULL, struct order_act, suspend_fields);

static const struct field extension_fields[] = {
    ACT_ID,
    FIELD(struct order_act, until, .flags = REQUIRED, FORESEEABLE,
          .label = "Until"),
    ACT_REASON,
    ACT_MORE,
};
const struct model order_extension_model =
    MODEL("order_extension", NULL, struct order_act, extension_fields);

static const char *const causes[] = { "wear",   "human",   "quality",
                                      "nature", "unknown", NULL };

static const struct field complete_fields[] = {
    ACT_ID,
    FIELD(struct order_act, result, .flags = LONG | EXPECTED, .max = 2000,
          .label = "Result"),
    FIELD(struct order_act, cause, .max = 200, .offers = causes,
          .label = "Cause"),
    ACT_MORE,
};
const struct model order_complete_model =
    MODEL("order_complete", NULL, struct order_act, complete_fields);

static const struct field comment_fields[] = {
    ACT_ID,
    FIELD(struct order_act, note, .flags = REQUIRED | LONG, .max = 2000,
          .label = "Comment"),
    FIELD(struct order_act, internal, .label = "Internal"),
};
const struct model order_comment_model =
    MODEL("order_comment", NULL, struct order_act, comment_fields);

static const struct field priority_fields[] = {
    ACT_ID,
    FIELD(struct order_act, priority, .flags = REQUIRED, .min = 1, .max = 5,
          .label = "Priority"),
    ACT_REASON,
    ACT_MORE,
};
const struct model order_priority_model =
    MODEL("order_priority", NULL, struct order_act, priority_fields);

static const struct field vote_fields[] = {
    ACT_ID,
    FIELD(struct order_act, stars, .flags = REQUIRED, .min = 1, .max = 5,
          .label = "Stars"),
    FIELD(struct order_act, tags, .flags = SEVERAL, .max = 200,
          .choices = rating_tags, .label = "Tags"),
    FIELD(struct order_act, comment, .flags = LONG, .max = 1000,
          .label = "Comment"),
    ACT_MORE,
};
const struct model order_vote_model =
    MODEL("order_vote", NULL, struct order_act, vote_fields);

static const struct field rating_fields[] = {
    FIELD(struct rating, id, .flags = GIVEN),
    FIELD(struct rating, order_id, .flags = GIVEN | REQUIRED,
          .refers = "orders", .label = "Order"),
    FIELD(struct rating, life, .flags = GIVEN,
          .says = "How often the order had been reopened."),
    FIELD(struct rating, person_id, .flags = GIVEN | REQUIRED,
          .refers = "person"),
    FIELD(struct rating, crew_id, .flags = GIVEN, .refers = "crew",
          .label = "Crew"),
    FIELD(struct rating, stars, .flags = GIVEN, .label = "Stars"),
    FIELD(struct rating, tags, .flags = GIVEN, .label = "Tags"),
    FIELD(struct rating, comment, .flags = GIVEN, .label = "Comment"),
    FIELD(struct rating, at, .flags = GIVEN | REQUIRED, .label = "Time"),
};

const struct model rating_model = {
    .noun = "rating",
    .table = "rating",
    .size = sizeof(struct rating),
    .fields = rating_fields,
    .n = COUNT(rating_fields),
    .whole = &order_model,
    .sql = &(struct model_sql){ NULL, NULL, NULL }
};
