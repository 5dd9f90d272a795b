/* SPDX-License-Identifier: Apache-2.0 */
/*
 * org - who and where: the office's units, places, people, crews, providers.
 *
 * Owns the tables unit, unit_change, unit_plan, place, provider, person, crew,
 * crew_member, shift and setting.
 *
 * Always true:
 *   1. Units and places are trees without a cycle; path holds the ids from
 *      the root to the node itself, "/1/7/", also after a move.
 *   2. What happens to a unit is a unit_change; the tree of any past day can
 *      be told (org_units_as_of).  A unit's row is never deleted.
 *   3. A code belongs to one live unit only; to one place, person, crew and
 *      provider ever.
 *   4. A unit that still has units, people or rooms does not end.
 *   5. A place lies in a place of a wider kind: site, building, floor, room.
 *   6. An import with one bad row changes nothing; a dry run changes nothing.
 *
 * Not here: accounts and rights (auth.h), what a crew has on hand (order.h),
 * which crew is asked for what (catalog.h).
 *
 * The rows of today are always today's tree: a change of a unit that is told
 * ahead, for a day in the future, waits as a unit_plan until its day has come.
 */
#ifndef ENGINE_ORG_ORG_H
#define ENGINE_ORG_ORG_H

#include "base/base.h"
#include "base/text.h"
#include "engine/audit/audit.h"
#include "life/life.h"
#include "model/model.h"
#include "noun/noun.h"

/* -- units ------------------------------------------------------------- */

struct unit {
    int64_t id;
    const char *code, *name, *short_name, *name_en;
    int64_t parent_id; /* 0: a root */
    const char *path;
    int64_t sort; /* among its sisters */
    day valid_from;
    day valid_to; /* the first day it is no more; 0: it lives */
    int64_t version;
    instant updated_at;
};
extern const struct model unit_model;
extern const struct noun unit_noun;

/* What became of a unit: created, renamed, moved, merged, split, ended. */
struct unit_change {
    int64_t id, unit_id;
    const char *kind;
    day on_day;
    int64_t into_id; /* merged into; or what was split off */
    const char *old_name, *new_name;
    int64_t old_parent_id, new_parent_id;
    const char *reason;
    instant at;
    int64_t actor_id;
};
extern const struct model unit_change_model;

/* What a verb on a unit is given; each verb takes a part of it. */
struct unit_act {
    int64_t id;
    const char *name, *short_name, *code;
    int64_t parent_id, into_id;
    day on_day; /* 0: today */
    const char *reason;
};
extern const struct model unit_rename_model, unit_move_model, unit_merge_model,
    unit_split_model, unit_end_model;

/*
 * Every verb below needs org.edit at each unit it touches (ERR_DENIED) and
 * fills in the unit as it is afterwards.
 *
 * ERR_ABSENT    there is no such unit
 * ERR_INVALID   a field breaks its limits; on_day lies before the unit began
 *               or before its last change, or more than two years ahead
 * ERR_CONFLICT  the unit has ended, the code is another live unit's, or a unit
 *               would lie more than 32 deep
 */
enum err unit_add(struct call *c, struct unit *u) MUST_USE;

/* Change what SAID names; name and parent go through their own verbs. */
enum err unit_set(struct call *c, struct unit *u, field_mask said) MUST_USE;

/* Of A->day on it is called A->name, for A->reason; the past keeps the old
   name. */
enum err unit_rename(struct call *c, const struct unit_act *a,
                     struct unit *u) MUST_USE;

/* Under another parent (0: a root) with everything below it.  ERR_CONFLICT
   also when that would make a cycle. */
enum err unit_move(struct call *c, const struct unit_act *a,
                   struct unit *u) MUST_USE;

/* End the unit; its units, people and rooms go over to into_id, and the roles
   granted at it are granted there too. */
enum err unit_merge(struct call *c, const struct unit_act *a,
                    struct unit *u) MUST_USE;

/* Found a sister of the unit out of it; U is the new one. */
enum err unit_split(struct call *c, const struct unit_act *a,
                    struct unit *u) MUST_USE;

/* ERR_CONFLICT when something stands in the way; the fault says what. */
enum err unit_end(struct call *c, const struct unit_act *a,
                  struct unit *u) MUST_USE;

/* A change told ahead. */
struct unit_plan {
    int64_t id, unit_id;
    const char *verb;
    day on_day;
    const char *name, *short_name, *code;
    int64_t parent_id, into_id;
    const char *reason;
    int64_t made_by;     /* account */
    const char *refused; /* why it could not be done on its day, or NULL */
    unsigned state;      /* planned, done, refused, called off; the first and
                            third stand in the table, the others are history */
    const char *verbs, *why_not; /* JSON; of one that is asked for by its id */
    int64_t version;
    instant updated_at;
};
extern const struct model unit_plan_model;
extern const struct life unit_plan_life;

/* The plans that wait or could not be done; needs org.see. */
enum err unit_plan_list(struct call *c, struct list *l) MUST_USE;

/* Needs org.edit at the unit. */
enum err unit_plan_remove(struct call *c, int64_t id) MUST_USE;

/*
 * Do the plans whose day has come, MAX at most, each whole and in the name of
 * whoever made it; one that cannot be done keeps the reason.  *DONE tells how
 * many there were.  Several processes may do so at once.
 */
enum err org_do_plans(struct call *c, int64_t max, int64_t *done) MUST_USE;

/* The list of units; l->as_of shows the tree as it was on that day. */
enum err unit_list(struct call *c, struct list *l) MUST_USE;

/* Every unit that lived on the day, as it was then, parents before children;
   filled into an array of N in the arena. */
enum err org_units_as_of(struct call *c, day on, struct unit **units,
                         size_t *n) MUST_USE;

/* -- places ------------------------------------------------------------ */

struct place {
    int64_t id;
    const char *code, *name, *name_en;
    const char *kind; /* site building floor room */
    int64_t parent_id;
    const char *path;
    const char *full_name;    /* "1号楼 3层 305": from the building down */
    const char *full_name_en; /* "Room 305, Floor 3, Building 1", or NULL */
    int64_t unit_id;          /* whose room it is */
    const char *room_use;
    double area_m2;
    bool restricted; /* a secrecy area: whoever works there is escorted */
    bool active;
    const char *initials; /* of full_name */
    int64_t version;
    instant updated_at;
};
extern const struct model place_model;
extern const struct noun place_noun;
extern const char *const place_kinds[];

/*
 * Needs org.edit at the place and at its parent.
 *
 * ERR_INVALID   a limit; the kind does not fit the parent or what is below
 * ERR_CONFLICT  the code is another place's, or a cycle would arise
 */
enum err place_add(struct call *c, struct place *p) MUST_USE;
enum err place_set(struct call *c, struct place *p, field_mask said) MUST_USE;

/* Is the place, or one that it lies in, a secrecy area? */
enum err place_is_restricted(struct call *c, int64_t id,
                             bool *restricted) MUST_USE;

/* -- people ------------------------------------------------------------ */

struct person {
    int64_t id;
    const char *code, *name, *name_en, *initials;
    int64_t unit_id, provider_id, place_id;
    const char *post, *phone, *mobile, *email;
    bool active;
    int64_t version;
    instant updated_at;
    /* only shown */
    const char *unit_name, *provider_name, *place_name;
};
extern const struct model person_model;
extern const struct noun person_noun;

/*
 * Needs org.edit at the person's unit or provider.  What of it gives rights, or
 * takes an administrator's, waits for a second administrator: c->waits.
 *
 * ERR_INVALID   a limit; neither a unit nor a provider; a phone that is none
 * ERR_CONFLICT  the code is another person's
 */
enum err person_add(struct call *c, struct person *p) MUST_USE;
enum err person_set(struct call *c, struct person *p, field_mask said) MUST_USE;
enum err person_get(struct call *c, struct person *p) MUST_USE;

/* People the caller may see in full (org.see in their scopes). */
enum err person_list(struct call *c, struct list *l) MUST_USE;

/* What everybody may see of a person. */
struct person_card {
    int64_t id;
    const char *code, *name, *name_en, *initials;
    int64_t unit_id, provider_id, place_id;
    const char *post;
    bool active;
    /* only shown */
    const char *unit_name, *provider_name, *place_name;
    const char *phone, *mobile; /* "138****5678" */
};
extern const struct model person_card_model;

/*
 * Find people by name, initials or code, for pickers.  Phones are masked
 * unless the caller holds org.see or order.for_others where the person lies, or
 * it is their own.  Who is from outside finds their provider's people only.
 */
enum err person_pick(struct call *c, struct list *l) MUST_USE;

/* "138****5678"; numbers of six digits and less stay. */
const char *phone_masked(struct call *c, const char *phone);

/*
 * For lists of what lies somewhere or belongs to somebody: a condition's query
 * of the ids, its values bound in L.  PARTS as saying_parts has them; *ANY: a
 * unit's name has the word in it.
 */
enum err org_places_said(struct call *c, const char *parts, struct list *l,
                         const char **ids) MUST_USE;
enum err org_units_said(struct call *c, const char *word, struct list *l,
                        const char **ids, bool *any) MUST_USE;

/* Rows from before step 20 get the parts by which they are found; once. */
enum err org_catch_up(struct call *c) MUST_USE;

/*
 * Places and units as far as the caller may know of them.  The view "near" of
 * places: those in use, of one's own room, floor and house first; one page.
 */
enum err place_list(struct call *c, struct list *l) MUST_USE;
enum err place_get(struct call *c, struct place *p) MUST_USE;
enum err unit_get(struct call *c, struct unit *u) MUST_USE;

/* -- providers --------------------------------------------------------- */

struct provider {
    int64_t id;
    const char *code, *name, *name_en;
    const char *uscc; /* unified social credit code, GB 32100-2015 */
    const char *contact, *phone;
    bool active;
    int64_t version;
    instant updated_at;
    const char *warning; /* a check digit that does not fit; only told */
};
extern const struct model provider_model;
extern const struct noun provider_noun;

/* The check character the first 17 characters of a USCC call for; 0 when one
   of them is none of its 31 characters. */
char uscc_check(const char *uscc);

/* -- crews ------------------------------------------------------------- */

enum crew_dispatch { CREW_ASSIGN, CREW_GRAB, CREW_IN_TURN };

struct crew {
    int64_t id;
    const char *code, *name, *name_en;
    int64_t provider_id; /* 0: the office's own */
    const char *phone;
    unsigned dispatch; /* enum crew_dispatch: how an order reaches a member */
    bool active;
    int64_t version;
    instant updated_at;
    const char
        *warning; /* rules that lead nowhere now; only told by a change */
};
extern const struct model crew_model;
extern const struct noun crew_noun;

struct crew_member {
    int64_t id, crew_id, person_id;
    bool lead;
    const char *skills; /* words with a comma between */
    int64_t turn;       /* when they last took an order in turn */
    int64_t version;
    instant updated_at;
    const char *person_name; /* only shown */
};
extern const struct model crew_member_model;
extern const struct noun crew_member_noun;

/* A weekly pattern; from_min not below to_min reaches into the next day. */
struct shift {
    int64_t id, crew_id;
    int64_t person_id; /* 0: the whole crew */
    const char *name;
    const char *weekdays; /* "12345": 1 is Monday */
    int64_t from_min, to_min;
    day valid_from, valid_to;
    int64_t version;
    instant updated_at;
};
extern const struct model shift_model;
extern const struct noun shift_noun;

/* A duty of the on-call list. */
struct on_call {
    int64_t id;
    day on_day; /* on which it begins */
    int64_t from_min, to_min;
    int64_t person_id;
    int64_t place_id; /* this place and all below; 0: the whole office */
    const char *phone;
    int64_t version;
    instant updated_at;
};
extern const struct model on_call_model;
extern const struct noun on_call_noun;

/* The people on call for the place at c->now, as rows of their ids. */
struct rows on_call_now(struct call *c, int64_t place_id);

/* Each is changed by whom org.edit reaches the crew.  A member who signs in, a
   lead, a provider whose people do, waits for a second administrator. */

/* A provider's people are told of the people of its own crews only. */
enum err crew_may_know(struct call *c, const struct crew *w) MUST_USE;

/* A member of a crew as the desk sees them. */
struct crew_hand {
    int64_t person_id, member_id;
    int64_t unit_id, place_id, provider_id; /* where they lie */
    const char *name, *mobile, *skills;
    bool lead;
    bool on_duty;
    int64_t turn;
};

/*
 * The crew's active members, leads first, and who is on duty at the instant.
 * A crew without a shift on that day or the day before keeps no roster: all
 * of it counts as on duty.
 */
enum err crew_hands(struct call *c, int64_t crew_id, instant at,
                    struct crew_hand **hands, size_t *n) MUST_USE;

/* The same for the caller's eyes: phones are masked but for whoever dispatches
   the crew, or may see the phones of that person. */
enum err crew_hands_shown(struct call *c, const struct crew *w, instant at,
                          struct crew_hand **hands, size_t *n) MUST_USE;

/* -- what other engines keep of them ---------------------------------------- */

struct crew_facts {
    int64_t id;
    const char *name, *dispatch;
    int64_t provider_id;
    bool works; /* in use, and its provider, if it has one, too */
};

struct place_facts {
    int64_t id;
    const char *full_name, *full_name_en, *initials, *path;
    bool active;
};

struct person_facts {
    int64_t id, unit_id, place_id;
    const char *name, *initials, *phone, *unit_name;
    bool active;
};

/* All of it zero, and OK, when there is none. */
enum err crew_facts(struct call *c, int64_t id, struct crew_facts *f) MUST_USE;
enum err place_facts(struct call *c, int64_t id,
                     struct place_facts *f) MUST_USE;
enum err person_facts(struct call *c, int64_t id,
                      struct person_facts *f) MUST_USE;

/*
 * Is *PHONE (NULL: none is said) a telephone number?  It becomes what is kept:
 * figures of full width are plain, 转12 and ext. 12 are -12.  Figures, spaces and
 * + - ( ), three figures to the fifteen of ITU-T E.164 besides an extension of
 * up to six, and no date; or ERR_INVALID naming FIELD.
 */
enum err org_check_phone(struct call *c, const char *field,
                         const char **phone) MUST_USE;

/* The same of a place that the caller names: whoever comes from outside is told
   of no secrecy area, so for them there is none. */
enum err place_facts_said(struct call *c, int64_t id,
                          struct place_facts *f) MUST_USE;

/* Where a crew is, for whoever holds a right somewhere: it is its provider's,
   and where its lead belongs and sits. */
struct auth_where;
enum err crew_where(struct call *c, int64_t id, struct auth_where *at) MUST_USE;

/* Is the person one of the crew?  How many others of it are in service? */
enum err crew_has(struct call *c, int64_t crew_id, int64_t person_id,
                  bool *has) MUST_USE;
enum err crew_others(struct call *c, int64_t crew_id, int64_t person_id,
                     int64_t *n) MUST_USE;

/* The crews that work, as rows of id and provider; FIRST comes first. */
struct rows crews_at_work(struct call *c, int64_t first);

/* The member has just taken an order in turn; in the caller's TX. */
enum err crew_took_turn(struct call *c, int64_t member_id) MUST_USE;

/* -- settings ------------------------------------------------------------ */

struct setting {
    int64_t id;
    const char *name, *value;
    int64_t version;
    instant updated_at;
};
extern const struct model setting_model;
extern const struct noun setting_noun;

/* What the office has set, or OTHER. */
enum err setting_text(struct call *c, const char *name, const char *other,
                      const char **value) MUST_USE;

/* For the audit: what follows from other rows and is written without entries,
   the paths. */
extern const struct audit_rule org_rules[];

/* -- what a second administrator decides (auth/change.h) ------------------- */

struct right_change;
extern const struct life right_change_life;

/* The changes that wait and those that were decided, each in a sentence; for
   the three administrators. */
enum err right_change_list(struct call *c, struct list *l) MUST_USE;

/*
 * Confirm w->id: the fact it is about is made, in the name of whoever asked
 * for it.  Or refuse it, or withdraw one's own: nothing is made; a password
 * that was reset is taken away again, with what was signed in by it.
 *
 * ERR_ABSENT, ERR_DENIED, ERR_CONFLICT as life_do; and when it is confirmed,
 * whatever stands in the way of the fact by now
 */
enum err right_change_confirm(struct call *c, struct right_change *w) MUST_USE;
enum err right_change_refuse(struct call *c, struct right_change *w) MUST_USE;
enum err right_change_withdraw(struct call *c, struct right_change *w) MUST_USE;

/* AGREE to all that waits of the batch of the change ID, or refuse it: one
   after the other, each whole.  What is refused by its own rules is left. */
struct undone {
    int64_t id;
    const char *detail;
};
struct decided {
    int64_t done;
    struct undone *left;
    size_t n_left;
};
enum err right_changes_decide(struct call *c, int64_t id, bool agree,
                              struct decided *out) MUST_USE;

#endif
