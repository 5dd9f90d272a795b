/* SPDX-License-Identifier: Apache-2.0 */
/* inner - what the files of the order engine share; not for others. */
#ifndef ENGINE_ORDER_INNER_H
#define ENGINE_ORDER_INNER_H

#include "engine/catalog/catalog.h"
#include "engine/order/order.h"
#include "subject/event.h"

/* What lies beside an order, as far as guards ask for it: deed.facts. */
struct order_facts {
    int64_t legs;      /* in whatever state */
    int64_t open_legs; /* at work, or back with the requester */
    int64_t merged;    /* orders that were merged into it */
    int64_t votes;     /* of this life of it */
    int64_t followers; /* of it alone, not of what was merged into it */
};

/* -- guard.c: step_fn of the table (life/life.h) ------------------------------ */

/* ERR_CONFLICT: legs of it are still open. */
enum err no_open_legs(struct deed *d, void *rec);

/* It had a crew of its own, or its legs are done: ERR_CONFLICT. */
enum err guard_whole(struct deed *d, void *rec);

/* ERR_CONFLICT: legs of it are still open, or there is no other order to merge
   it into. */
enum err guard_merge(struct deed *d, void *rec);

/* ERR_CONFLICT: others were merged into it, and whoever asks is not the desk; to
   cancel, also: legs of it are open. */
enum err guard_correct(struct deed *d, void *rec);
enum err guard_correct_later(struct deed *d, void *rec);
enum err guard_cancel(struct deed *d, void *rec);

/* ERR_CONFLICT: it is a leg itself.  ERR_DENIED: the actor may not ask for the
   requester of the whole. */
enum err guard_add_leg(struct deed *d, void *rec);

/* ERR_DENIED: the actor asked for it. */
enum err guard_approve(struct deed *d, void *rec);

/* Of the crews at work that the actor may give orders to there is none
   (ERR_DENIED); none with somebody on duty; none with other hands than those
   that have it (ERR_CONFLICT). */
enum err guard_dispatch(struct deed *d, void *rec);
enum err guard_in_turn(struct deed *d, void *rec);
enum err guard_transfer(struct deed *d, void *rec);

/* ERR_CONFLICT: the actor is not of its crew, or the crew does not take its
   orders itself.  ERR_INVALID: the crew is out of use. */
enum err guard_grab(struct deed *d, void *rec);

/* ERR_CONFLICT: its class has no such clock, or it was stopped before. */
enum err guard_make_safe(struct deed *d, void *rec);

/* ERR_CONFLICT: its class is never suspended.  ERR_DENIED: the class wants the
   word of who gives more time. */
enum err guard_suspend(struct deed *d, void *rec);

/* ERR_CONFLICT: more time was asked for and nobody has answered, its time is up,
   or it is an emergency without an end; to answer: nothing was asked for; to
   grant, also: a day was proposed that is over. */
enum err guard_ask_extension(struct deed *d, void *rec);
enum err guard_grant_extension(struct deed *d, void *rec);
enum err guard_answer_extension(struct deed *d, void *rec);

/* ERR_CONFLICT: ORDER_REOPEN_DAYS have passed since it was verified. */
enum err guard_reopen(struct deed *d, void *rec);

/* ERR_CONFLICT: it has its vote, ORDER_RATE_DAYS have passed, or it was asked by
   a caller in no list.  ERR_DENIED: the actor is of those who did it. */
enum err guard_rate(struct deed *d, void *rec);

/* No others wait for it: ERR_CONFLICT. */
enum err guard_return(struct deed *d, void *rec);

/* ERR_DENIED: whoever asked for it did the work, too. */
enum err guard_verify(struct deed *d, void *rec);

/* ERR_CONFLICT: no alarm of the order is unanswered. */
enum err guard_acknowledge_alarm(struct deed *d, void *rec);

/* ERR_DENIED: the actor may not give the order to this crew. */
enum err may_give(struct deed *d, int64_t crew_id,
                  int64_t provider_id) MUST_USE;

/* Count what lies beside the order by id; of one that is not there it is all 0. */
enum err order_facts(struct call *c, int64_t id,
                     struct order_facts *f) MUST_USE;

/* -- see.c ------------------------------------------------------------------ */

/* Of an event: who is not to know how an order was found, nor that it was. */
bool order_hears(struct call *c, const void *order, unsigned who,
                 const char *verb);

/* May the actor see who rated the order, when and how?  WHO is order_who's. */
bool may_see_rating(struct call *c, const struct order *o, unsigned who);

/* What the actor is to the order: a set of enum order_who. */
unsigned order_who(struct call *c, const struct order *o);

/* The order by id, for whoever may see it. */
enum err order_load(struct call *c, int64_t id, struct order *o) MUST_USE;
enum err order_fill_view(struct call *c, struct order_view *v) MUST_USE;

/* The same of one made in this very transaction with N_LEGS legs: nothing else
   can lie beside it, and nothing is looked up. */
enum err order_fill_new(struct call *c, struct order_view *v,
                        size_t n_legs) MUST_USE;

/* Where an order lies; and the list narrowed to what the caller may see. */
extern const struct auth_columns order_lies;
enum err order_limit(struct call *c, struct list *l) MUST_USE;

/* May the actor, whom some right leads to the order that lies AT, see it?  What
   may be said without a name is open to those alone who handle it. */
bool order_is_open_to(struct call *c, const struct order *o,
                      const struct auth_where *at);

/* May it be asked for without a name? */
bool order_is_discreet(struct call *c, const struct order *o);

/* Did they ask for it, or do they handle what lies AT?  Then it is, whatever it
   is. */
bool order_is_handled(struct call *c, const struct order *o,
                      const struct auth_where *at);

/* -- withheld.c --------------------------------------------------------------- */

/* A member "sight" of the correction that made O of OLD: how it lay until then;
   none where item and place are the same. */
struct json_out;
void order_put_sight(struct json_out *out, const struct order *old,
                     const struct order *o);

/* O was OLD and is corrected: where that was discreet and is another item, or lay
   in a secrecy area and lies elsewhere, the columns that are IN_CONFIDENCE are
   emptied.  What was in them the correction's event keeps. */
enum err order_keep_confidence(struct call *c, const struct order *old,
                               struct order *o) MUST_USE;
/* Of a correction's changes those that it made. */
void order_put_emptied(struct json_out *out, const struct order *old,
                       const struct order *o);

/* Detail of what is said in O, which is merged, and passed on: its number, and how
   it lay when it was said. */
const char *order_said_in(struct call *c, const struct order *o);

/* Detail of merging with O, or splitting off from it: how that lay then.  MORE
   is the detail so far: of several drawn in, or ORDER_UNTOLD; NULL: none. */
const char *order_said_with(struct call *c, const struct order *o,
                            const char *more);

/* Of events of the order, which the actor sees: the words are taken out of those
   that were said while it was what they might not have seen; *SOME becomes true
   where there are any. */
enum err order_withhold(struct call *c, const void *order, struct event *events,
                        size_t n, bool *some) MUST_USE;

/* -- audited.c ---------------------------------------------------------------- */

/* Of a correction what each field was and is, for the audit: of what is discreet,
   or in a secrecy area, which fields they are. */
enum err order_audit_changes(const struct deed *d,
                             struct json_out *out) MUST_USE;

/* -- discreet.c --------------------------------------------------------------- */

/* The same of the rows of a list. */
void order_hide_discreet(struct call *c, struct list *l);

/* Of open orders the oldest: whoever asks whether there is any reads the first
   and locks nothing (SERIALIZABLE) of where new ones are added. */
#define ORDER_OLDEST "ORDER BY id LIMIT 1"

/* Is there an order that O may be merged into, and that the actor may see? */
enum err order_another_open(struct call *c, const struct order *o,
                            bool *some) MUST_USE;

/* Of a right that is held without limits. */
extern const struct auth_where order_anywhere;

/* -- rate.c -------------------------------------------------------------------- */

/* The votes of all crews but the caller's own, given FROM..BEFORE, that they may
   read one by one: ERR_DENIED without rating.see. */
enum err rating_in(struct call *c, instant from, instant before,
                   struct order_votes *v) MUST_USE;

/* Orders narrowed to those that were found poor (1 or 2 stars) and are not over:
   they can still be opened anew, or were and are at work. */
enum err rating_limit_poor(struct call *c, struct list *l) MUST_USE;

/* How many of them the caller may see. */
enum err rating_count_poor(struct call *c, int64_t *n) MUST_USE;

/* -- calendar.c ---------------------------------------------------------------- */

/* The program: the calendar has changed, and with it what O promises. */
enum err do_recalculate(struct deed *d, void *rec);

/* -- rounds.c ------------------------------------------------------------------ */

/* A rework or a reopening ends a round of O's work: the event keeps what became
   of it, the time since it was done is not the crew's, and the next is judged
   anew. */
void end_round(struct deed *d, struct order *o);

/* The rounds before this one as JSON, with the stars where WHO may see them. */
enum err read_rounds(struct call *c, const struct order *o, unsigned who,
                     const char **json) MUST_USE;

/* -- act.c ------------------------------------------------------------------ */

/* Has somebody still something to do?  A verified order only waits for stars. */
bool state_is_open(unsigned state);

/* -- tell.c ----------------------------------------------------------------- */

/* Whoever has it; without such, the leads of the crew that can be told, all of
   its people when it has none. */
enum err tell_crew(struct call *c, const struct order *o,
                   const char *kind) MUST_USE;

/* Whoever has it and the leads. */
enum err tell_hands(struct call *c, const struct order *o,
                    const char *kind) MUST_USE;

/* Detail of the event that gave the order to people of whom none can be told. */
#define ORDER_UNTOLD_AND "{\"untold\":true"
#define ORDER_UNTOLD ORDER_UNTOLD_AND "}"

/* The desk: nobody of those who have the order can be told. */
enum err tell_untold(struct call *c, const struct order *o) MUST_USE;

/* Everybody to whom ROLE was granted so that it reaches the order. */
enum err tell_role(struct call *c, const struct order *o, const char *role,
                   const char *kind) MUST_USE;

/* *N people of the order's crew have an account that works; with an assignee,
   1 or 0: whether he has. */
enum err count_reachable(struct call *c, const struct order *o,
                         int64_t *n) MUST_USE;

/* The requester, and those of the orders merged into this one. */
enum err tell_requesters(struct call *c, const struct order *o,
                         const char *kind) MUST_USE;

/* "20261123-0007 Lamp": how messages call it; NULL: it is gone. */
const char *order_title(struct call *c, int64_t id);
/* What a message of KIND means for whoever asked (next.c); NULL: no more. */
const char *order_next(struct call *c, int64_t id, const char *kind);

/* -- facts.c: what an order refers to ---------------------------------------- */

struct crew_facts; /* engine/org/org.h */
struct place_facts;
struct person_facts;

/* ERR_INVALID: there is none, or it is out of use; _ever: only the first, for
   an order that was made when it was in use. */
enum err read_crew(struct call *c, int64_t id, struct crew_facts *f) MUST_USE;
enum err read_place(struct call *c, int64_t id, struct place_facts *f) MUST_USE;
enum err read_place_ever(struct call *c, int64_t id,
                         struct place_facts *f) MUST_USE;
enum err read_person(struct call *c, int64_t id,
                     struct person_facts *f) MUST_USE;
enum err read_person_ever(struct call *c, int64_t id,
                          struct person_facts *f) MUST_USE;

/* The item version the order was made under, its texts in the arena; false
   when the catalogue has lost it. */
struct service_item;
bool order_item(struct call *c, const struct order *o,
                struct service_item *item);

/* Route the order to the crew that the rules name for its item and place; none,
   or one that is out of use, is no error: the desk decides. */
enum err route(struct call *c, struct order *o, const struct service_item *item,
               const char *place_path) MUST_USE;

/* Hand the order to a crew and, when not 0, to one of its people. */
enum err give_to(struct call *c, struct order *o, int64_t crew_id,
                 int64_t person_id) MUST_USE;

/* -- due.c: the clocks of its class -------------------------------------------- */

/* The class of the order as it stood on the day it was asked; NULL: it has none. */
struct catalog;
struct sla_class;
const struct sla_class *class_of(const struct call *c, const struct catalog *k,
                                 const struct order *o);

/* Fill in the four due times of O counted from FROM: none that is over by then. */
void set_due(struct call *c, struct order *o, instant from);

/* No clock of it runs: it waits to be let pass. */
void clear_due(struct order *o);

/* What is over is promised for no other time: 0. */
instant still_to_come(instant due, instant now);

/* While it is suspended it promises no end: what is left of the clock is kept,
   since it was suspended or since FROM.  A clock that had run out before stays
   as it is: false. */
bool hold_promise(struct call *c, struct order *o);
bool hold_end(struct call *c, struct order *o, instant from);

/* The pause is over: it ends with what was left; false: nothing was held. */
bool promise_goes_on(struct call *c, struct order *o);

/* Keep what is left of the last clock at FROM, which is before its end, in the
   unit in which it is spent (left_working); when it ends if it goes on at FROM. */
void keep_left(struct call *c, struct order *o, instant from);
instant end_of_left(struct call *c, const struct order *o, instant from);

/* When it is to be done; of a suspended one, if it went on now.  0: no promise,
   or a day yet to be agreed on. */
instant promised_end(struct call *c, const struct order *o);

/* The later of the two; 0 is earlier than any. */
instant later_of(instant a, instant b);

/* FROM plus N working days. */
instant after_working_days(struct call *c, instant from, int64_t n);

/* The four clocks of an order. */
enum order_clock { CLOCK_ACCEPT, CLOCK_ON_SITE, CLOCK_SAFE, CLOCK_COMPLETE };

/* Does the clock run in office time? */
bool clock_is_working(struct call *c, const struct order *o,
                      enum order_clock k);

/* What is left of the clock at FROM, and when it ends that goes on at FROM with
   LEFT ms: on its own calendar. */
int64_t clock_left(struct call *c, const struct order *o, enum order_clock k,
                   instant from);
instant clock_after(struct call *c, const struct order *o, enum order_clock k,
                    instant from, int64_t left_ms);

/* May work of this class be paused: "yes", "no", "approval". */
const char *pause_rule(struct call *c, const struct order *o);

/* Does its class say so? */
bool is_emergency(struct call *c, const struct order *o);

/* -- promise.c: what other classes it had in this round promised --------------- */

/* Keep what WAS promises under its class, in O. */
void promise_keep(struct call *c, struct order *o, const struct order *was);

/* Take out of O what was kept for the class it has now: OUT is O with those
   times, also with those it wanted then; false: it had none. */
bool promise_take(struct call *c, struct order *o, struct order *out);

/* What happens to the promise of O happens to those that are kept, too: F is
   called with O as each of them, and tells whether it has changed it.  True:
   one of them has. */
bool promises_each(struct call *c, struct order *o,
                   bool (*f)(struct call *c, struct order *o));

/* -- clock.c ---------------------------------------------------------------- */

/* Reckon what follows from the clocks of O: the nearest, the level and the alarm,
   when to look next.  OLD is what it was; NULL: no verb has changed it. */
void watch_clocks(struct call *c, const struct order *old, struct order *o);

/* Where the order stands among the others at NOW; its nearest clock and level
   must be reckoned. */
int64_t order_urgency(const struct order *o, instant now);

/* Which clocks of the round that O has ended were met late or not at all: a bit
   for each, in the order of order_clocks. */
unsigned missed_clocks(const struct order *o);

/* What ran out before a verb and no round has told yet is judged before the
   verb changes it: the hook of order_life. */
enum err order_catch_up(struct deed *d);

/* Has, or had when it was done, a crew the order?  That the rules name one is not
   enough: until it is sent it is the desk's, and a whole that only its legs were
   at was nobody's. */
bool crew_has_it(const struct order *o);

/* Note in the order which of its clocks were met late; late once is late. */
void judge_clocks(struct order *o);

/* -- act.c ------------------------------------------------------------------ */

/* What follows from any verb: the hooks of order_life. */
void order_settle(struct deed *d);
enum err order_record(struct deed *d);
enum err order_tell(struct deed *d);
enum err order_audited(const struct deed *d, struct json_out *out) MUST_USE;
enum err order_after(struct deed *d);

/* It was given to a crew once, whatever became of that. */
enum err order_was_given(struct call *c, int64_t id, bool *was) MUST_USE;

/* What each verb changes. */
enum err do_accept(struct deed *d, void *rec);
enum err do_verify(struct deed *d, void *rec);
enum err do_auto_verify(struct deed *d, void *rec);
enum err do_rework(struct deed *d, void *rec);
enum err do_reopen(struct deed *d, void *rec);
enum err do_cancel(struct deed *d, void *rec);
enum err do_call_off(struct deed *d, void *rec);
enum err do_comment(struct deed *d, void *rec);
enum err do_raise_priority(struct deed *d, void *rec);
enum err do_close(struct deed *d, void *rec);

/* -- correct.c ---------------------------------------------------------------- */

/* What a correction makes of an order. */
struct correction {
    struct service_item was, item; /* as it was and as it is called */
    bool knows_was;                /* the catalogue still has it */
    bool some;                     /* something is different */
    bool material;                 /* what was let pass is another */
};

/* Take over into d->rec what d->in says anew. */
enum err order_take_over(struct deed *d, struct correction *k) MUST_USE;

/* While it is open; once it was given back, with clocks that begin anew. */
enum err do_correct(struct deed *d, void *rec);
enum err do_resubmit(struct deed *d, void *rec);

/* Whoever waits for it and whoever works on it. */
enum err tell_corrected(struct deed *d) MUST_USE;

/* The clocks of its class begin; those that were met keep their time. */
void begin_clocks(struct deed *d);

/* It promises what it did under its class before, moved where another time is
   wanted since; false: nothing is known of it. */
bool promise_as_before(struct deed *d);

/* The order as it was called before. */
struct order called_before(const struct deed *d);

/* No more time is asked for than it has: a pause, a split, an approval, another
   name or another calendar may have made the end later than what was asked. */
void drop_asked(struct call *c, struct order *o);

/* -- approval.c ---------------------------------------------------------------- */

/* What was let pass is another thing: nobody works on it until it passes. */
void ask_again(struct deed *d);

/* It needs nobody's word any more, and so need not have waited. */
void pass_unasked(struct deed *d);

/* Somebody lets it pass: its clocks begin, or go on. */
enum err do_approve(struct deed *d, void *rec);

/* -- merge.c ------------------------------------------------------------------ */

/* There is another that can be merged. */
enum err guard_draw_in(struct deed *d, void *rec);

/* Into one that is open; the other way round: many into this one. */
enum err do_merge(struct deed *d, void *rec);
enum err do_draw_in(struct deed *d, void *rec);

/* The order was merged: the main one's history has it, and its people hear. */
enum err order_merged(struct deed *d) MUST_USE;

/* Not a step of the main order's life: it may be in any state, and nothing of it
   changes. */
enum err order_note_on(struct call *c, const struct order *main_order,
                       struct event *e) MUST_USE;

/* Its requester, and whoever works on it; those whose orders are merged into it
   are told nothing new by it. */
enum err order_tell_main(struct call *c, const struct order *main_order,
                         const char *kind) MUST_USE;

/* The living order at the end of what ID was merged into. */
enum err order_living(struct call *c, int64_t id, struct order *root) MUST_USE;

/* What is said of a merged order is heard by those who serve the main one. */
enum err order_comment_passed_on(struct deed *d) MUST_USE;

/* What those who serve the order ID must know of those merged into it, and into
   them, as far as the actor may open them: JSON. */
enum err order_write_merged(struct call *c, int64_t id,
                            const char **json) MUST_USE;

/* -- split.c ------------------------------------------------------------------ */

/* ERR_CONFLICT: nothing tells into what it was merged, or that has been over for
   ORDER_REOPEN_DAYS; it is a leg of what is over. */
enum err guard_split_off(struct deed *d, void *rec);

/* Of O, which could not be worked at since suspended_at: the clocks but the last go
   on with what was left of them, and clocks_from along.  None that was met or had
   run out by then, nor what is booked and still to come; false: none. */
bool clocks_go_on(struct call *c, struct order *o);

/* Nothing is promised to be done before somebody is there; a day that was agreed
   on stays. */
void end_after_arrival(const struct call *c, struct order *o);

/* It lives again as it was, or at the desk where its hands can have it no more. */
enum err do_split_off(struct deed *d, void *rec);

/* It was split off: those it was merged into have it in their history, and their
   people hear, while anybody waits for them. */
enum err order_split(struct deed *d) MUST_USE;

/* -- follow.c ----------------------------------------------------------------- */

/* Whoever follows the order, or one merged into it, hears KIND. */
enum err tell_followers(struct call *c, const struct order *o,
                        const char *kind) MUST_USE;

/* How many follow the order, and those merged into it. */
enum err count_followers(struct call *c, int64_t id, int64_t *n) MUST_USE;

/* Is what is asked for under this code nobody else's business? */
bool order_is_nameless(struct call *c, const char *item_code);

/* -- work.c ----------------------------------------------------------------- */

/* What was done at AT has met the clocks that nobody had: somebody was there, and
   it is no danger any more. */
void meet_clocks(struct order *o, instant at);

/* A suspended order goes on before it changes hands. */
void order_go_on(struct deed *d);

/* The order gets other hands: those that are named, the actor's own, those of
   the crew whose turn it is; they have yet to answer, but for whoever takes it
   themselves.  ERR_INVALID: no crew or person is named, it is out of
   use, not of the crew, cannot be told, or has the order already; ERR_DENIED: the
   actor gives no orders to that crew; ERR_CONFLICT: nobody of it is on duty. */
enum err do_dispatch(struct deed *d, void *rec);
enum err do_grab(struct deed *d, void *rec);
enum err do_in_turn(struct deed *d, void *rec);
enum err do_transfer(struct deed *d, void *rec);

/* To the crew and the person who had it, as far as they can have it still; else
   as if they had declined it. */
enum err order_give_back(struct deed *d) MUST_USE;

/* It stays with its crew and in nobody's hands: the desk gives it out anew. */
enum err do_decline(struct deed *d, void *rec);

/* Each notes when it was, for the clock that it stops.  The actor who answers or
   arrives has it, when nobody had; the first who was there counts, also after a
   transfer. */
enum err do_acknowledge(struct deed *d, void *rec);
enum err do_arrive(struct deed *d, void *rec);
enum err do_make_safe(struct deed *d, void *rec);
enum err do_start(struct deed *d, void *rec);

/* Its promise stands still and goes on with what was left of it.  ERR_INVALID:
   "until" lies in the past. */
enum err do_suspend(struct deed *d, void *rec);
enum err do_resume(struct deed *d, void *rec);

/* Another end is asked for: later than the one promised, or where none is, a day
   to agree on (ERR_INVALID otherwise).  Granted it is the promise, and a lateness
   of this round is taken back. */
enum err do_ask_extension(struct deed *d, void *rec);
enum err do_grant_extension(struct deed *d, void *rec);
enum err do_refuse_extension(struct deed *d, void *rec);

/* The work is done, by its crew or by the last of its legs: what it took is
   counted in ms, gross and without what it was suspended. */
enum err do_complete(struct deed *d, void *rec);
enum err do_auto_complete(struct deed *d, void *rec);

/* Somebody knows of the alarm: it is told no more. */
enum err do_acknowledge_alarm(struct deed *d, void *rec);

/* Whoever had it can do it no longer: it is with its crew. */
enum err do_lose_assignee(struct deed *d, void *rec);

/* -- model.c: what comes with the verbs ------------------------------------- */

extern const struct model order_cancel_model, order_resubmit_model,
    order_merge_model, order_dispatch_model, order_turn_model,
    order_transfer_model, order_suspend_model, order_extension_model,
    order_complete_model, order_comment_model, order_priority_model,
    order_vote_model, order_leg_model, order_correct_model, order_draw_model,
    order_split_model;

/* -- create.c and rate.c ---------------------------------------------------- */

/* Times that are wanted lie ahead. */
enum err order_check_wanted(struct call *c, const struct order *o) MUST_USE;

/* The first line of what was said, or the item's name. */
const char *order_make_title(struct call *c, const char *description,
                             const char *item_name);

/* An emergency whose crew the rules know does not wait for the desk. */
bool order_goes_at_once(struct call *c, const struct order *o);

/* Where a verb sent it so: its event, and its crew is told. */
enum err order_sent_at_once(struct call *c, const struct order *old,
                            const struct order *o) MUST_USE;

/* The program asks for it, as nobody; in the caller's TX.  As order_submit. */
enum err order_make(struct call *c, struct order_request *w,
                    int64_t *id) MUST_USE;

/* Make an order for what d->in asks, with the place, the phone and the requester
   of the whole where it says none of its own.  Errors as those of order_submit. */
enum err do_add_leg(struct deed *d, void *rec);

/* Keep the vote.  ERR_INVALID: two stars or fewer without a word why. */
enum err do_rate(struct deed *d, void *rec);

/* Put the words of the order into the search index instead of those of OLD, which
   it was. */
enum err index_anew(struct call *c, const struct order *old,
                    const struct order *o) MUST_USE;

/* A leg that was waited for is done or called off: the parent is done when it
   was the last, some leg was done, and nothing of its own is to be done. */
enum err parent_follow(struct call *c, int64_t parent_id) MUST_USE;

/* Words of the list that name a crew, a unit, a house, a floor or an item
   become its conditions; the others stay. */
enum err order_find(struct call *c, struct list *l) MUST_USE;

/* A job: tell the catalogue what was asked for of late. */
enum err order_tell_asked(struct call *c, int64_t max, int64_t *done) MUST_USE;

#endif
