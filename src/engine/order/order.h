/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order - everything asked for: one life from request to rating.
 *
 * An order (工单) asks for one service item at one place.  A leg (子单) is
 * an order with a parent.  Owns the tables orders, rating, draft,
 * order_follow and recurring_order.
 *
 * Always true:
 *   1. The state changes only by a verb that the transition table allows
 *      (order_life), and every change is an event with actor, time and
 *      reason; events are only added.
 *   2. The crew completes; only the requester verifies.  Silence for three
 *      working days verifies with verified_auto, and counts as no vote.
 *   3. Suspension stops the complete clock and no other; while it stands
 *      nothing is promised.  net_ms = gross_ms less suspended_ms, the time that
 *      is not the crew's: suspended, before an approval, from completion to a
 *      rework or reopening, and while it was merged.
 *   4. A parent that never had a crew is completed when the last of its legs
 *      is; one that a crew has or had, that is to be done once more, or whose
 *      legs were done before it was let pass, is completed by its crew,
 *      whatever its legs do.
 *   5. A merged order's requester is told all that happens to the main one;
 *      those who serve the main one are told what is said in a merged one.
 *   6. Each life of an order is rated once at most, by its requester, never by
 *      one of the crew that did it; and the crew learns neither that it was,
 *      nor when, nor how.  A reopening begins a new life.  Stars of a parent
 *      that no crew had are no crew's.
 *   7. What a person may not see, no list, count or search shows, nor another
 *      order's view.  Of what is said in a merged order those who serve the
 *      main one hear the words and its number, in the main one's history.
 *   8. Late once is late: a rework or reopening begins the clocks anew and takes
 *      no verdict back; what became of the life that ends stands in the event
 *      that ends it.
 *   9. A change of the calendar moves what is promised and not yet over, never
 *      into the past (calendar.c); no end that was agreed on.
 *  10. Orders that differ in item, place or crew, or of which a crew has
 *      acknowledged the one that goes, are merged with a reason only.  What was
 *      merged is split off again, whatever became of the other order, until
 *      that could be reopened no more: with the clocks, votes and followers it
 *      had, and those merged into it.
 *  11. Called by another class and back within a round, an order promises what it
 *      would if it had never been called otherwise.  The wait for another approval
 *      is a pause of what was promised, and no new promise.
 *
 * Not here: what can be asked for and by when (catalog.h), who people and
 * crews are (org.h).
 */
#ifndef ENGINE_ORDER_ORDER_H
#define ENGINE_ORDER_ORDER_H

#include "base/base.h"
#include "life/life.h"
#include "model/model.h"

enum order_state {
    ORDER_SUBMITTED,
    ORDER_AWAITING_APPROVAL,
    ORDER_ACCEPTED,
    ORDER_DISPATCHED,
    ORDER_ACKNOWLEDGED,
    ORDER_ON_SITE,
    ORDER_IN_PROGRESS,
    ORDER_SUSPENDED,
    ORDER_COMPLETED,
    ORDER_VERIFIED,
    ORDER_CLOSED,
    ORDER_RETURNED,
    ORDER_MERGED,
    ORDER_CANCELLED,
    N_ORDER_STATES
};
extern const char *const order_states[];   /* words, NULL-ended */
extern const char *const order_channels[]; /* the ways an order comes in */
extern const char *const order_clocks[];   /* the four of them, NULL-ended */

struct order {
    int64_t id;
    const char *number;
    unsigned state;
    bool is_open;
    int64_t parent_id, merged_into_id;
    int64_t area_id, item_id;
    const char *item_code, *item_name, *sla_class;
    int64_t priority;
    const char *priority_reason;
    const char *title, *description, *answers;
    int64_t requester_id;
    const char *requester_name;
    int64_t unit_id;
    const char *unit_name;
    int64_t place_id;
    const char *place_name, *place_note, *phone;
    const char *channel;
    int64_t taken_by_id;
    bool unlisted; /* the caller is in no list; who took it down stands for
                      them, and requester_name, unit_name are texts */
    int64_t crew_id;
    const char *crew_name;
    int64_t provider_id, assignee_id;
    const char *assignee_name;
    instant wanted_from, wanted_to;
    instant submitted_at;
    instant accept_due, on_site_due, safe_due, complete_due;
    instant accepted_at, dispatched_at, acknowledged_at, on_site_at, safe_at;
    instant completed_at, verified_at, closed_at;
    bool verified_auto;
    instant suspended_at;
    int64_t complete_left_ms; /* when it was suspended, or goes on with */
    bool left_working;        /* that is office time */
    instant held_due;         /* promised when it was suspended */
    const char *suspend_reason;
    instant resume_expected_at;
    int64_t suspended_ms, gross_ms, net_ms;
    instant extension_asked_until;
    const char *extension_reason;
    bool late_when_asked; /* complete_late, when more time was asked for */
    int64_t extensions, reworks, reopens;
    bool accept_late, on_site_late, safe_late, complete_late;
    int64_t escalation;
    bool emergency;      /* its class says so */
    bool alarming;       /* an alarm that nobody has answered */
    int64_t alarms;      /* how often it was told */
    instant alarmed_at;  /* the last time */
    instant nearest_due; /* of the clocks still to be met, the first to end */
    const char *nearest_clock; /* which one that is */
    instant clocks_from;       /* since when they run */
    instant complete_from;     /* the last of them; 0: its end was agreed on */
    int64_t judged;            /* bits of clocks that ran out and were told */
    const char *promised; /* JSON: by class, of others it had (promise.c) */
    int64_t urgency;      /* least first: the order in which it is taken up */
    instant wake_at;
    const char *result, *cause;
    const char *external_source, *external_id, *calendar_note;
    int64_t version;
    instant updated_at;
};
extern const struct model order_model;

/* An order as one person sees it. */
struct order_view {
    struct order order;
    const char *verbs;   /* JSON: what this person may do now */
    const char *why_not; /* JSON: what they may not just now, and why */
    const char *legs;    /* JSON: [{id, number, state, title, crew_name}] */
    const char *merged;  /* JSON: the orders merged into this one */
    const char *rating;  /* JSON, or NULL when there is none for these eyes */
    const char *rounds;  /* JSON: what became of it before it was begun anew */
    const char *fields;  /* JSON: the questions that `answers` answers */
    int64_t followers;   /* how many met it, too */
    const char *warning; /* nobody of those who have it can be told */
};
extern const struct model order_view_model;

/* -- asking ----------------------------------------------------------------- */

/* A new order as it is asked for. */
struct order_request {
    int64_t id; /* path part of verbs that make an order (add_leg, draft) */
    const char *item_code;
    int64_t place_id;
    const char *place_note, *description, *phone, *answers;
    instant wanted_from, wanted_to;
    int64_t requester_id; /* for another, with order.for_others */
    const char *caller_name, *caller_unit; /* likewise, who is in no list */
    const char *channel;
    int64_t priority;
    const char *priority_reason;
    const char *legs; /* JSON list of requests */
};
extern const struct model order_request_model;

/*
 * Make an order and its legs and submit it; fills in OUT as its maker sees
 * it.  ERR_INVALID names the field: an unknown item or place, an answer that
 * does not fit its question ("answers.count").
 */
enum err order_submit(struct call *c, struct order_request *w,
                      struct order_view *out) MUST_USE;

/* The next number of the day of c->now, such as "20261123-0007": the office's
   day and a number that rises within it.  Inside a TX. */
enum err order_number(struct call *c, const char **out) MUST_USE;

/* Another leg under the order w->id. */
enum err order_add_leg(struct call *c, struct order_request *w,
                       struct order_view *out) MUST_USE;

/* The promise before asking: due times of an item asked for now, for the time
   that is wanted where one is said; of an emergency, and of what is wanted
   before it must be taken on otherwise (short_notice), also the number to call
   at once, where the office has one. */
struct order_promise {
    const char *item_code;
    instant wanted_from;
    instant accept_due, on_site_due, safe_due, complete_due;
    const char *calendar_note;
    bool emergency, short_notice;
    const char *duty_phone;
};
extern const struct model order_promise_model;
enum err order_promise(struct call *c, struct order_promise *p) MUST_USE;

/* Open orders of the same item at the same place, shown before asking: only
   what anybody may know, not who asked nor in which words.  None for items
   that may be asked for without a name. */
struct order_candidate {
    int64_t id;
    const char *number;
    unsigned state;
    const char *item_name, *place_name;
    instant submitted_at, complete_due;
    bool may_see; /* this person may open it */
    bool own;     /* this person asked for it */
};
extern const struct model order_candidate_model;
struct order_candidates {
    const char *item_code;
    int64_t place_id;
    struct order_candidate *found;
    size_t n;
};
extern const struct model order_candidates_model;
enum err order_duplicates(struct call *c, struct order_candidates *d) MUST_USE;

/* Somebody met a known fault, too, and hears what becomes of it; what may be
   shown of the order to whoever may not open it. */
struct order_follow {
    LIFE_MEMBERS;
    int64_t order_id, person_id;
    const char *number;
    const char *order_state; /* NULL, as all below: not for these eyes now */
    const char *item_name, *place_name;
    instant submitted_at, complete_due;
    bool may_see; /* this person may open it */
};
extern const struct model order_follow_model;
extern const struct life order_follow_life;

/* ERR_INVALID: no such order that would be shown to whoever asks for the same;
   ERR_CONFLICT: one's own, or it is done.  Said again it is the same row. */
enum err order_follow(struct call *c, struct order_follow *f) MUST_USE;

/* Those that the caller follows. */
enum err order_follows(struct call *c, struct list *l) MUST_USE;

/* Drafts: a request somebody keeps for later. */
struct draft {
    int64_t id, person_id;
    const char *content; /* JSON of a request */
    int64_t version;
    instant created_at, updated_at;
};
extern const struct model draft_model;
enum err draft_add(struct call *c, struct draft *d) MUST_USE;
enum err draft_set(struct call *c, struct draft *d) MUST_USE;
enum err draft_remove(struct call *c, struct draft *d) MUST_USE;
enum err draft_list(struct call *c, struct list *l) MUST_USE;
enum err draft_submit(struct call *c, struct draft *d,
                      struct order_view *out) MUST_USE;

/* -- acting ----------------------------------------------------------------- */

/* What somebody is to an order; bits of order_life's parties. */
enum order_who {
    BY_REQUESTER = 1,
    BY_CREW = 2,
    BY_DESK = 4,
    BY_DISPATCH = 8,
    BY_APPROVER = 16,
    BY_EXTENDER = 32,
    BY_ANYONE = 64 /* who sees the order */
};
extern const struct life order_life;

/* What comes with a verb; which of it, the verb's own model says. */
struct order_act {
    LIFE_WORDS;
    int64_t crew_id, assignee_id, into_id, place_id, priority, stars;
    instant until;
    const char *result, *cause;
    bool internal;
    const char *item_code, *description, *answers, *phone, *place_note;
    instant wanted_from, wanted_to;
    const char *orders; /* ids with commas between */
    bool drawn;         /* of a merging: the main order tells of it itself */
    const char *tags, *comment;
};

/* Do VERB on the order a->id as the actor: life_do, with its errors. */
enum err order_do(struct call *c, const char *verb, const struct order_act *a,
                  struct order_view *out) MUST_USE;

/* -- looking ---------------------------------------------------------------- */

/* As the caller may see it, with the verbs offered; ERR_ABSENT, also where it is
   not theirs to see. */
enum err order_get(struct call *c, int64_t id, struct order_view *out) MUST_USE;

/* The items the caller asked for last, newest first; a NULL-ended list of
   codes, which may have some twice. */
enum err order_own_items(struct call *c, const char *const **out) MUST_USE;

/* A page of the orders the actor may see; VIEW narrows: "mine", "todo" (mine
   that wait for me), "crew" (my crews' open ones), "grab" (free for my crews
   to take), "soon" (whose nearest clock has a quarter of its time left, or half
   an hour), "to_dispatch" (accepted, and the desk's to send), "to_be_taken"
   (accepted, and left to the people of a crew that grabs), "dissatisfied" (found
   poor and not over; needs rating.see). */
enum err order_list(struct call *c, struct list *l, const char *view) MUST_USE;

/* Open orders the actor may see, counted by state. */
struct order_board {
    int64_t counts[N_ORDER_STATES];
    int64_t overdue;
};
enum err order_board(struct call *c, struct order_board *b) MUST_USE;

/* Was any order ever done and found good, whoever asks? */
enum err order_was_done(struct call *c, bool *done) MUST_USE;

/*
 * What was asked for, completed, and completed late, by the office's days and
 * months; of the orders that the actor may see.  Nobody is ranked: the only ones
 * told apart are providers, in the order of their ids.
 */
#define ORDER_FIGURE_DAYS 14
enum { ORDER_LAST_MONTH, ORDER_THIS_MONTH };
struct order_span {
    day first;
    int64_t asked, completed, late; /* late: of those completed */
};
/* Of all crews but the actor's own; of fewer than five votes no figures. */
struct order_votes {
    int64_t n;
    double average;
    bool hidden;
};
#define ORDER_PROVIDERS 200 /* more than an office has contracts with */
struct order_provider_figures {
    int64_t id;
    const char *name, *name_en;
    struct order_span months[2]; /* no `first`, and nothing of what was asked */
};
struct order_figures {
    struct order_span days[ORDER_FIGURE_DAYS]; /* the last is today */
    struct order_span months[2];
    bool rates; /* the actor holds rating.see: votes, dissatisfied are known */
    struct order_votes votes[2]; /* of the months, by when they were given */
    int64_t dissatisfied;        /* found poor and not over */
    struct order_provider_figures *providers;
    size_t n_providers;
};
enum err order_figures(struct call *c, struct order_figures *f) MUST_USE;

/* All of the office's orders in figures, for whoever watches the program. */
struct order_totals {
    struct {
        const char *state;
        int64_t open;
    } by_state[N_ORDER_STATES];
    size_t n;
    int64_t overdue; /* open and past their time */
    instant wake_at; /* when the next of them is due to be looked at; 0: none */
};
enum err order_totals(struct call *c, struct order_totals *out) MUST_USE;

/* What a crew has on its hands. */
struct crew_load_member {
    int64_t person_id;
    const char *name, *skills;
    bool lead, on_duty;
    int64_t open;
};
struct crew_load {
    int64_t id; /* the crew */
    int64_t open, on_hand, overdue;
    struct crew_load_member *members;
    size_t n;
};
enum err order_crew_load(struct call *c, struct crew_load *l) MUST_USE;

/* May the actor see this order?  Whether they may, and hear of an event of it
   (life_may_hear), hangs on its id, unit, crew, place, provider and requester
   alone: the event stream gives no more of it. */
bool order_may_see(struct call *c, const struct order *o);

/* -- what a locked page tells ------------------------------------ */

#define BARE_ALARMS 3

/* Of an emergency that nobody has answered: what it is, where, how long still.
   No number, no words of whoever asked, nobody's name; of a secrecy area not
   even the place. */
struct bare_alarm {
    const char *item_code, *item_name;
    int64_t place_id;
    const char *place_name, *place_name_en;
    bool secret;
    const char *nearest_clock;
    instant nearest_due;
    bool has_crew;
};
extern const struct model bare_alarm_model;
struct bare_alarms {
    struct bare_alarm found[BARE_ALARMS];
    size_t n;
    int64_t total; /* with those that are not told one by one */
};

/* Those whom the caller's bar of alarms has, as struct bare_alarms in OUT; for
   auth_as_locked. */
enum err order_bare_alarms(struct call *c, void *out) MUST_USE;

/* -- ratings ---------------------------------------------------- */

struct rating {
    int64_t id, order_id, life, person_id, crew_id, stars;
    const char *tags, *comment;
    instant at;
};
extern const struct model rating_model;
extern const char *const rating_tags[];

/* The reference F of the order leads to INTO from now on: what it led to is a
   double of it.  In the caller's TX; an event for those who serve and an entry
   of the audit tell what it was. */
enum err order_refer(struct call *c, const void *old, const struct field *f,
                     int64_t into) MUST_USE;

/* Single ratings, for those with rating.see. */
enum err rating_list(struct call *c, struct list *l) MUST_USE;

/*
 * Totals of a crew: open to the crew itself and to rating.see.  Whoever may
 * not see single ratings is told them by the week, five new votes or more at a
 * time, the same figures for everybody.
 */
struct rating_totals {
    int64_t id; /* the crew */
    int64_t n, stars[5];
    double average;
    const char *tags; /* JSON: {tag: count} */
    bool hidden;      /* fewer than five votes: no figures */
};
enum err rating_of_crew(struct call *c, struct rating_totals *t) MUST_USE;

/* -- time ------------------------------------------------------------------- */

/*
 * One round of what happens by itself: breaches of clocks are noted and escalated,
 * silent completions verified, verified orders closed.  At most MAX orders;
 * *DONE tells how many.  Several processes may run it at once.
 */
enum err order_wake(struct call *c, int64_t max, int64_t *done) MUST_USE;

/* One round more: an order whose assignee left its crew or the office, or lost
   the account, goes back to its crew; the desk and its leads are told. */
enum err order_free(struct call *c, int64_t max, int64_t *done) MUST_USE;

/*
 * One round more: where the calendar is another than promises were reckoned by,
 * those of open orders are reckoned anew, MAX a step; an event has the old and
 * the new, the requester is told.
 */
enum err order_recalculate(struct call *c, int64_t max, int64_t *done) MUST_USE;

/* What the clocks say of a row that no verb has made (an import's, the demo's):
   which were met late, what a pause holds, which ends first, how urgent it is. */
void order_mark_clocks(struct call *c, struct order *o);

/* Working days of silence that verify, days in which one may rate or reopen. */
#define ORDER_SILENCE_DAYS 3
#define ORDER_RATE_DAYS 7
#define ORDER_REOPEN_DAYS 15

#endif
