/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog - what can be asked for, its questions, its promises and its path:
 * service areas, items with their forms, SLA classes, routing rules, and the
 * working calendar.
 *
 * Owns the tables service_area, service_item, sla_class, routing_rule,
 * calendar_day, calendar_year, office_hours.
 *
 * Always true:
 *   1. An item or a class that has been in force is never changed: a new
 *      version begins on a later day and the old one ends there.  An order
 *      keeps the id of the version it was made under.
 *   2. Of one code at most one version is in force on a day.
 *   3. A snapshot never changes.  A process sees its own changes at once and
 *      those of others within a second.
 *   4. Emergency clocks run day and night; no holiday ever extends them.
 *   5. Where a due time needs a year whose holidays are not published, it is
 *      reckoned by the plain week and says so.
 *
 * Not here: the crews and places (org.h), what becomes of an order (order.h).
 *
 * Everything an order needs is held in memory in one snapshot of the whole
 * catalogue, because an order reads a dozen rows of it and it changes once a
 * month.  The row generation('catalog') tells when a snapshot is old.
 */
#ifndef ENGINE_CATALOG_CATALOG_H
#define ENGINE_CATALOG_CATALOG_H

#include "base/base.h"
#include "engine/catalog/workcal.h"
#include "model/model.h"
#include "noun/noun.h"

/* -- nouns -------------------------------------------------------------- */

struct service_area {
    int64_t id;
    const char *code, *name, *name_en;
    int64_t sort;
    int64_t version;
    instant updated_at;
};

enum sla_pause { PAUSE_YES, PAUSE_NO, PAUSE_APPROVAL };

/* A clock is said in minutes, plain or of office time, or in working days, or
   is the time the order asks for; with neither it does not run. */
struct sla_class {
    int64_t id;
    const char *code, *name, *name_en;
    int64_t accept_min, accept_days;
    bool accept_working;
    int64_t on_site_min, on_site_days;
    bool on_site_working, on_site_booked;
    int64_t safe_min;
    bool safe_working;
    int64_t complete_min, complete_days;
    bool complete_working, complete_booked;
    unsigned pause; /* enum sla_pause: may the complete clock be stopped */
    bool emergency; /* does not wait for the desk; no day is agreed on */
    day valid_from, valid_to;
    int64_t version;
    instant updated_at;
};

struct service_item {
    int64_t id;
    const char *code;
    int64_t area_id;
    const char *name, *name_en;
    const char *keywords; /* words with a comma between */
    int64_t priority;     /* 1 highest ... 5 */
    const char *sla_class;
    const char *account;
    const char *fields; /* JSON array of form fields; NULL: no questions */
    bool needs_approval, asks_rating, anonymous_allowed, classified_allowed,
        public_list, active;
    day valid_from, valid_to;
    int64_t version;
    instant updated_at;
};

struct routing_rule {
    int64_t id;
    const char *item_code; /* an item's code, an area's, or NULL for any */
    int64_t place_id;      /* this place and all below; 0: anywhere */
    int64_t crew_id;
    day valid_from, valid_to;
    int64_t version;
    instant updated_at;
};

struct calendar_day {
    int64_t id;
    day on_day;
    unsigned kind; /* enum workcal_kind */
    const char *name, *name_en;
    int64_t version;
    instant updated_at;
};

struct calendar_year {
    int64_t id;
    int64_t year;
    const char *source;
    int64_t version;
    instant updated_at;
};

struct office_hours {
    int64_t id;
    const char *name, *name_en;
    int64_t from_month_day, to_month_day; /* 501: 1 May */
    const char *spans;                    /* '08:30-12:00,14:00-17:30' */
    day valid_from, valid_to;
    int64_t version;
    instant updated_at;
};

/* What people of the office say for an item, besides data/words/items.txt. */
struct item_word {
    NOUN_MEMBERS;
    const char *item_code, *word;
};

/* What a crew says when work is done, ready to be pressed. */
struct ready_phrase {
    NOUN_MEMBERS;
    const char *item_code; /* "A04", or "A" of a whole area; NULL: of any */
    const char *text;
};

/* Words for which no item was found. */
struct unfound_word {
    NOUN_MEMBERS;
    const char *word;
    int64_t times;
    instant said_at;
};

/* How often an item was asked for of late. */
struct item_asked {
    const char *item_code;
    int64_t times;
};

extern const struct model item_word_model, unfound_word_model,
    ready_phrase_model;
extern const struct noun item_word_noun, unfound_word_noun, ready_phrase_noun;
extern const struct model service_area_model, sla_class_model,
    service_item_model, routing_rule_model, calendar_day_model,
    calendar_year_model, office_hours_model;
extern const struct noun service_area_noun, sla_class_noun, service_item_noun,
    routing_rule_noun, calendar_day_noun, calendar_year_noun, office_hours_noun;

/* -- the snapshot ------------------------------------------------------- */

struct catalog;
struct catalog_cache; /* a process's hold on the newest snapshot */

/* Read the catalogue; the result goes into struct app. */
enum err catalog_open(struct call *c, struct catalog_cache **out) MUST_USE;
void catalog_close(struct catalog_cache *k);

/* Of an office from before a class said whether it is an emergency: those
   whose code begins with E are, as they were; and of one from before the item
   Z00 (说不清，请服务台判断) gets it where it has the area, class and crew.
   Once, with entries in the audit; its rows must be under the audit already.
   What an office has taken away since does not come back. */
enum err catalog_catch_up(struct call *c) MUST_USE;

/*
 * The newest snapshot: `CATALOG k = catalog_hold(c);`.  It stays whole until
 * the variable's scope ends; texts that go into a longer-lived record are
 * copied by the caller.  Costs a query at most once a second.
 */
const struct catalog *catalog_hold(struct call *c);
void catalog_drop(const struct catalog **k);
#define CATALOG CLEANUP(catalog_drop) const struct catalog *

/* The item in force on the day, active or not; NULL when there is none. */
const struct service_item *
catalog_item(const struct catalog *k, const char *code, day on);
const struct service_item *
catalog_item_by_id(const struct catalog *k, int64_t id);
const struct service_area *catalog_area(const struct catalog *k, int64_t id);
const struct sla_class *catalog_sla(const struct catalog *k, const char *code,
                                    day on);

/* The active items in force on the day by code, into the call's arena. */
size_t catalog_items(struct call *c, const struct catalog *k, day on,
                     const struct service_item ***out);

/*
 * The active items that fit what a person typed, best first: code, name,
 * keywords and sayings, a whole sentence with them in it, English words,
 * pinyin in full and its initials, one wrong character.  Who tells of danger
 * finds the danger's item first; what is only alike leads to no emergency.
 */
size_t catalog_search(struct call *c, const struct catalog *k, day on,
                      const char *words, const struct service_item ***out);

/*
 * At most CATALOG_OFTEN of those items for whoever has typed nothing yet: OWN,
 * a NULL-ended list of codes, and then what the office asks for most.
 */
#define CATALOG_OFTEN 8
size_t catalog_often(struct call *c, const struct catalog *k, day on,
                     const char *const *own, const struct service_item ***out);

/*
 * Which crew does the item at the place (its path, "/1/7/", or NULL): the
 * most exact rule in force, the item before its area before any, then the
 * deepest place.  0 when no rule fits.
 */
int64_t catalog_route(const struct catalog *k, const struct service_item *item,
                      const char *place_path, day on);

/* -- answers ------------------------------------------------------------ */

struct catalog_answers {
    const char *json; /* in: as said, NULL is none; out: tidy, in the form's
                         order, without answers to questions not asked */
    /* In: what the order itself says, 0 nothing; out: filled in from answers
       to questions that set them.  A question that sets one of them counts
       as answered when the order says it. */
    instant wanted_from, wanted_to;
    bool yields; /* these are what is usual: an answer may say another time */
};

/*
 * Check the answers against the item's form.
 *
 * ERR_INVALID   an unknown key, a wrong type, a limit, a required answer that
 *               is missing though its question is shown; the fault's field
 *               is "answers.count"
 */
enum err catalog_check_answers(struct call *c, const struct catalog *k,
                               const struct service_item *item,
                               struct catalog_answers *a) MUST_USE;

/* Answers to an item's questions (service_item.fields). */
struct catalog_answered {
    int64_t item_id;
    const char *fields, *json;
};

/* Add what differs to the JSON list that is open in OUT: {"what":"answer",
   "label","label_en","from","to"} in words.  *SOME becomes true where one
   does. */
struct json_out;
enum err catalog_put_changes(
    struct call *c, struct json_out *out, const struct catalog_answered *was,
    const struct catalog_answered *is, bool *some) MUST_USE;

/* -- due times ---------------------------------------------------------- */

struct catalog_due {
    instant accept, on_site, safe, complete; /* 0: no such clock, or the day
                                                is yet to be agreed */
    const char *calendar_note; /* "year not published: 2027", or NULL */
};

/* The due times of an order of class S submitted then; wanted_from and
   wanted_to are what it asks for, 0 nothing.  Safe and complete never lie
   before on site: hours that run day and night, as the 24 of class U, may end
   on a weekend on which nobody comes.  What is booked is to be taken on by its
   beginning at the latest; without an end it has none. */
struct catalog_due catalog_due(struct call *c, const struct catalog *k,
                               const struct sla_class *s, instant submitted,
                               instant wanted_from, instant wanted_to);

/* The first day of the first festival behind AFTER, as the calendar's days off
   tell; 0: none is known. */
enum err catalog_next_festival(struct call *c, day after, day *out) MUST_USE;

/* The calendar of the snapshot, for other reckonings in office time. */
const struct workcal *catalog_workcal(const struct catalog *k);

/* -- changing it -------------------------------------------------------- */

/*
 * Areas, rules, days, years and hours are plain nouns; every change of theirs
 * is seen by every process.  Items and classes have versions; these need the
 * right catalog.edit, too.
 *
 * catalog_add_item, catalog_add_sla   a new code, or the next version of one
 *   from valid_from (today when not said); a version not yet in force is
 *   replaced.  ERR_CONFLICT: a version has been in force since that day.
 */
enum err catalog_add_item(struct call *c, struct service_item *i) MUST_USE;
enum err catalog_add_sla(struct call *c, struct sla_class *s) MUST_USE;
/* A job: say in health which rules in force lead to a crew that is out of use, or
   whose provider is. */
enum err catalog_tell_rules(struct call *c, int64_t max,
                            int64_t *done) MUST_USE;

/*
 * Every other snapshot is old from the commit of the open transaction on; for
 * those who write the catalogue's tables in bulk (imports, the demo).  The
 * process itself looks again at the next catalog_hold.
 */
enum err catalog_touch(struct call *c) MUST_USE;

/* Somebody found no item for these words; kept for whoever looks after the
   catalogue.  Anybody signed in may say so. */
enum err catalog_note_unfound(struct call *c, struct unfound_word *w) MUST_USE;

/* What was asked for of late: items that fit alike are ranked by it. */
enum err catalog_set_asked(struct call *c, const struct item_asked *all,
                           size_t n) MUST_USE;

/* -- packs -------------------------------------------------------------- */

/* A file of the catalogue: YAML, or JSON which is YAML too. */
struct catalog_file {
    const char *name, *text;
    size_t len;
};

struct catalog_report {
    int64_t added, changed, unchanged;
};

/*
 * Bring the files into the catalogue, all or nothing.  A changed item or
 * class gets a new version from today or the pack's later valid_from.  With
 * DRY_RUN everything is done but kept.  Needs the right catalog.edit.
 *
 * ERR_INVALID   the fault's field is the file's name, its words tell the line
 *               or the entry
 */
enum err catalog_import(struct call *c, const struct catalog_file *list,
                        size_t n, bool dry_run,
                        struct catalog_report *out) MUST_USE;

/* Fill an empty catalogue with the packs and calendars inside the program;
   one that is not empty is left alone. */
enum err catalog_seed(struct call *c) MUST_USE;

#endif
