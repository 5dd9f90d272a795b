/* SPDX-License-Identifier: Apache-2.0 */
/* An import as a row: its life, and the way back. */
#include <jansson.h>
#include <string.h>

#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import_inner.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "job/job.h"
#include "model/app.h"
#include "model/member.h"
#include "subject/event.h"
#include "json/json.h"

static const char *const import_states[] = { "begun",   "done",   "broken",
                                             "undoing", "undone", NULL };

/* Counts are what the import's own rows say; they change part by part. */
#define COUNTED .flags = GIVEN | FLEETING

static const struct field fields[] = {
    FIELD(struct request_import, id, .flags = GIVEN),
    FIELD(struct request_import, source, .flags = GIVEN | TITLE | FOUND,
          .label = "Source"),
    FIELD(struct request_import, prefix, .flags = GIVEN | FOUND,
          .label = "Prefix"),
    FIELD(struct request_import, file, .flags = GIVEN | FOUND, .label = "File"),
    FIELD(struct request_import, digest, .flags = GIVEN,
          .says = "SM3 of what the files held."),
    FIELD(struct request_import, repeats, .flags = GIVEN,
          .label = "Of several rows"),
    FIELD(struct request_import, state, .flags = GIVEN,
          .choices = import_states, .label = "State"),
    FIELD(struct request_import, rows_read, COUNTED, .label = "Rows"),
    FIELD(struct request_import, orders, COUNTED, .label = "New orders"),
    FIELD(struct request_import, updated, COUNTED, .label = "Brought up"),
    FIELD(struct request_import, known, COUNTED, .label = "Known before"),
    FIELD(struct request_import, refused, COUNTED, .label = "Refused"),
    FIELD(struct request_import, repeated, COUNTED, .label = "Repeated rows"),
    FIELD(struct request_import, kept, COUNTED, .label = "Kept",
          .says = "Not undone: somebody has touched them since."),
    FIELD(struct request_import, reason, .flags = GIVEN,
          .label = "Why it broke off"),
    FIELD(struct request_import, made_by, .flags = GIVEN, .refers = "account",
          .label = "Brought in by"),
    FIELD(struct request_import, begun_at, .flags = GIVEN, .label = "Begun"),
    FIELD(struct request_import, beat_at, COUNTED),
    FIELD(struct request_import, ended_at, .flags = GIVEN, .label = "Ended"),
    FIELD(struct request_import, version, .flags = GIVEN),
    FIELD(struct request_import, updated_at, .flags = GIVEN),
    FIELD(struct request_import, verbs, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the caller may do with it now."),
    FIELD(struct request_import, why_not, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the caller may not do just now, and why."),
};

const struct model request_import_model =
    MODEL("request_import", "request_import", struct request_import, fields);

enum err
import_list(struct call *c, struct list *l)
{
    TRY(auth_need(c, "import", &(struct auth_where){ 0 }));
    return model_list(c, l);
}

/* -- its life ------------------------------------------------------------------- */

enum { BY_ADMINISTRATOR = 1 };

static const struct party parties[] = {
    { "administrator", "import", "import" },
};

static enum err
who(struct call *c, const void *rec, unsigned *out)
{
    (void)rec;
    *out = auth_may_at(c, "import", &(struct auth_where){ 0 })
               ? BY_ADMINISTRATOR
               : 0U;
    return OK;
}

/* Nobody works on it: the last sign of life is old, or of a clock that was
   ahead. */
static bool
has_no_beat(const struct request_import *r, instant now)
{
    return r->beat_at.ms + IMPORT_SILENT_MS < now.ms
           || instant_is_ahead(r->beat_at, now);
}

static enum err
is_silent(struct deed *d, void *rec)
{
    if (has_no_beat(rec, d->c->now))
        return OK;
    return fail(d->c, ERR_CONFLICT, NULL, "the import is still under way");
}

static enum err
has_ended(struct deed *d, void *rec)
{
    ((struct request_import *)rec)->ended_at = d->c->now;
    return OK;
}

static enum err
keep_reason(struct deed *d, void *rec)
{
    struct request_import *r = rec;

    r->reason = d->reason;
    r->ended_at = d->c->now;
    return OK;
}

static enum err
is_open_again(struct deed *d, void *rec)
{
    struct request_import *r = rec;

    (void)d;
    r->reason = NULL;
    r->ended_at = (instant){ 0 };
    return OK;
}

static enum err
fill(struct call *c, void *view)
{
    struct request_import *r = view;
    struct offers offers;

    TRY(life_offer(c, &import_life, r, NULL, &offers));
    r->verbs = offers.verbs;
    r->why_not = offers.why_not;
    return OK;
}

#define IN(s) (1U << (s))

static const struct step steps[] = {
    { IN(IMPORT_BEGUN), "undo", IMPORT_UNDOING, BY_ADMINISTRATOR, is_silent,
      NULL, &life_note_model,
      "Take back what an import made; what somebody has touched since is kept.",
      "not while it is under way", .flags = STEP_GRAVE | STEP_COMMAND },
    { IN(IMPORT_DONE) | IN(IMPORT_BROKEN), "undo", IMPORT_UNDOING,
      BY_ADMINISTRATOR, NULL, NULL, &life_note_model, NULL, NULL,
      .flags = STEP_GRAVE | STEP_COMMAND },
    { IN(IMPORT_BEGUN), "finish", IMPORT_DONE, LIFE_PROGRAM, NULL, has_ended,
      NULL, NULL, "all its rows are in" },
    { IN(IMPORT_BEGUN), "break_off", IMPORT_BROKEN, LIFE_PROGRAM, NULL,
      keep_reason, NULL, NULL, "it failed, or its process has gone" },
    { IN(IMPORT_BROKEN), "go_on", IMPORT_BEGUN, LIFE_PROGRAM, NULL,
      is_open_again, NULL, NULL, "its files come again" },
    { IN(IMPORT_BROKEN), "fall_back", IMPORT_UNDOING, LIFE_PROGRAM, NULL, NULL,
      NULL, NULL, "it failed while it was told" },
    { IN(IMPORT_UNDOING), "undone", IMPORT_UNDONE, LIFE_PROGRAM, NULL,
      has_ended, NULL, NULL, "nothing is left to be undone" },
};

static const struct beginning begins[] = {
    { IMPORT_BEGUN, "requests of another system are brought in" }, { 0, NULL }
};

const struct life import_life = {
    .model = &request_import_model,
    .plural = "imports",
    .says = "One import of another system's requests, with what the caller may"
            " do with it.",
    .states = import_states,
    .parties = parties,
    .n_parties = COUNT(parties),
    .steps = steps,
    .n = COUNT(steps),
    .begins = begins,
    .ends = IN(IMPORT_UNDONE),
    .who = who,
    .fill = fill,
};

/* The program's step VERB, in the caller's TX. */
static enum err
step(struct call *c, int64_t id, const char *verb, const char *reason)
{
    struct request_import old = { 0 }, now;

    TRY(model_get(c, &request_import_model, id, &old));
    if (life_step(&import_life, old.state, verb) == NULL)
        return fail(c, ERR_CONFLICT, NULL, "the import has been ended");
    return life_program(c, &import_life, verb, reason, &old, &now);
}

/* -- while it is written ------------------------------------------------------- */

static const char find_unended[] =
    "SELECT id FROM request_import WHERE source = $1"
    " AND state IN ('begun', 'broken', 'undoing') ORDER BY id DESC";

static instant
now_of(const struct importing *im)
{
    return (instant){ im->c->now.ms + monotonic_ms() - im->started_ms };
}

/* One that was left is taken up again when it is the same files. */
static enum err
take_up(struct importing *im, int64_t id, const char *digest)
{
    struct call *c = im->c;
    struct request_import *r = &im->self;

    TRY(model_get(c, &request_import_model, id, r));
    if (r->state == IMPORT_BEGUN && !has_no_beat(r, c->now))
        return fail(
            c, ERR_CONFLICT, NULL,
            "import %lld of this source is still under way, or broke off"
            " less than two minutes ago",
            (long long)id);
    if (r->state == IMPORT_UNDOING || strcmp(r->digest, digest) != 0)
        return fail(c, ERR_CONFLICT, NULL,
                    "import %lld of this source (%s) has not come to its end:"
                    " bring the same files again, or undo it: liangcao import"
                    " undo %lld",
                    (long long)id, r->file, (long long)id);
    if (r->state == IMPORT_BROKEN)
        TRY(step(c, id, "go_on", NULL));
    TRY(model_get(c, &request_import_model, id, r));
    r->rows_read = r->known = 0;
    im->report->went_on = true;
    return OK;
}

/* Kept before the first request is: whatever happens then, it can be gone on
   with or undone.  Of the path only the file's name, as folders tell of who
   brought it. */
static enum err
add_import(struct importing *im, const char *digest)
{
    struct call *c = im->c;
    const struct import_wish *w = im->wish;
    const char *name = w->files[0].name ? w->files[0].name : "-";
    const char *slash = strrchr(name, '/');

    name = slash ? slash + 1 : name;
    im->self = (struct request_import){
        .source = im->map->source,
        .prefix = im->map->prefix,
        .file = w->n_files > 1
                    ? arena_printf(im->keep, "%s + %zu", name, w->n_files - 1)
                    : name,
        .digest = digest,
        .repeats = im->map->repeats ? im->map->repeats : "first",
        .made_by = c->actor ? c->actor->account_id : 0,
        .begun_at = c->now,
        .beat_at = now_of(im)
    };
    return model_add(c, &request_import_model, &im->self);
}

enum err
import_begin(struct importing *im, const char *digest)
{
    struct call *c = im->c;
    int64_t id;
    TX tx = tx_begin(c);

    TRY(db_int(c, &id, find_unended, V(im->map->source)));
    TRY(id != 0 ? take_up(im, id, digest) : add_import(im, digest));
    TRY(import_beat(im));
    return tx_commit(&tx);
}

static const char tell_beat[] =
    "UPDATE request_import SET beat_at = $2, rows_read = $3, orders = $4,"
    " updated = $5, known = $6, refused = $7, repeated = $8"
    " WHERE id = $1 AND state = 'begun'";

enum err
import_beat(struct importing *im)
{
    const struct request_import *r = &im->self;

    TRY(db_exec(im->c, tell_beat, V(r->id), V(now_of(im)), V(r->rows_read),
                V(r->orders), V(r->updated), V(r->known), V(r->refused),
                V(r->repeated)));
    if (db_changes(im->c) == 1)
        return OK;
    return fail(im->c, ERR_CONFLICT, NULL, "the import has been ended");
}

static const char find_note[] =
    "SELECT COUNT(*) FROM import_row WHERE import_id = $1 AND noun = $2"
    " AND noun_id = $3";
static const char add_note[] =
    "INSERT INTO import_row (import_id, noun, noun_id, was, kept)"
    " VALUES ($1, $2, $3, $4, 0)";

/* What it made before it broke off, and brings up now, it has made. */
enum err
import_note(struct importing *im, const char *noun, int64_t id, const char *was)
{
    int64_t there = 0;

    if (was != NULL)
        TRY(db_int(im->c, &there, find_note, V(im->self.id), V(noun), V(id)));
    if (there > 0)
        return OK;
    return db_exec(im->c, add_note, V(im->self.id), V(noun), V(id), V(was));
}

/* The call began with the import: what ends it, ends it now. */
static enum err
end_by(struct importing *im, const char *verb, const char *reason)
{
    const instant begun = im->c->now;
    enum err e;

    im->c->now = now_of(im);
    e = step(im->c, im->self.id, verb, reason);
    im->c->now = begun;
    return e;
}

enum err
import_finish(struct importing *im)
{
    return end_by(im, "finish", NULL);
}

static enum err
mark_broken(struct importing *im, const char *why)
{
    TX tx = tx_begin(im->c);

    TRY(end_by(im, "break_off", why));
    TRY(step(im->c, im->self.id, "fall_back", NULL));
    return tx_commit(&tx);
}

/* The fault that broke it off is what is told, whatever comes of the undoing;
   what this cannot undo now, the job does, or the next who looks. */
void
import_break_off(struct importing *im)
{
    struct call *c = im->c;
    const struct fault f = c->fault;
    bool left = true;
    enum err e = mark_broken(im, f.text ? f.text : err_word(f.code));

    while (e == OK && left)
        e = import_undo_step(c, im->self.id, JOB_ROWS, &left);
    c->fault = f;
}

/* -- the way back ---------------------------------------------------------------- */

static const char is_touched[] =
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE parent_id = $1)"
    " OR EXISTS (SELECT 1 FROM orders WHERE merged_into_id = $1)"
    " OR EXISTS (SELECT 1 FROM import_row WHERE noun_id = $1"
    "            AND import_id > $2) THEN 1 ELSE 0 END";

enum err
import_touched(struct call *c, int64_t order, int64_t import, bool *touched)
{
    int64_t n = 0;

    TRY(event_other(c, order, "import", touched));
    if (*touched)
        return OK;
    TRY(db_int(c, &n, is_touched, V(order), V(import)));
    *touched = n != 0;
    return OK;
}

/* Only what changes: bring_back puts no more than this back, and a file that
   comes every night would keep each changed order whole each time. */
const char *
import_was(struct call *c, const struct order *old, const struct order *now)
{
    const struct model *m = &order_model;
    field_mask changed = model_changed(m, old, now);
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin(&o);
    for (size_t i = 0; i < m->n; i++) {
        struct value v = member_value(&m->fields[i], old);

        if (!(changed >> i & 1))
            continue;
        if (v.kind == VALUE_INT)
            json_put_int(&o, m->fields[i].name, v.as.i);
        else
            json_put_text(&o, m->fields[i].name,
                          v.kind == VALUE_TEXT ? v.as.s : NULL);
    }
    json_end(&o);
    return b.s;
}

/* A member from what import_was wrote of it. */
static void
put_member(struct call *c, const struct field *f, json_t *v, void *rec)
{
    void *at = (char *)rec + f->offset;
    int64_t n = json_integer_value(v);

    member_copy(f, rec, NULL);
    switch (f->kind) {
    case FIELD_TEXT:
        *(const char **)at = arena_text(c->arena, json_string_value(v));
        break;
    case FIELD_INT: *(int64_t *)at = n; break;
    case FIELD_BOOL: *(bool *)at = n != 0; break;
    case FIELD_INSTANT: ((instant *)at)->ms = n; break;
    case FIELD_DAY: ((day *)at)->n = (int32_t)n; break;
    case FIELD_WORD:
        for (unsigned i = 0; f->choices[i] != NULL; i++)
            if (text_same(f->choices[i], json_string_value(v)))
                *(unsigned *)at = i;
        break;
    case FIELD_MONEY:
    case FIELD_REAL: break; /* an order has none */
    }
}

/* The order is again what it was before it was brought up. */
static enum err
bring_back(struct call *c, int64_t id, const char *was)
{
    struct order old = { 0 }, o;
    json_t *all = json_loads(was, 0, NULL), *v;
    struct event e = { .noun = "order", .noun_id = id, .verb = "import" };
    const char *key;

    TRY(model_get(c, &order_model, id, &old));
    o = old;
    json_object_foreach(all, key, v)
    {
        const struct field *f = model_field(&order_model, key);

        if (f != NULL)
            put_member(c, f, v, &o);
    }
    json_decref(all);
    if (model_changed(&order_model, &old, &o) == 0)
        return OK;
    e.from_state = order_states[old.state];
    e.to_state = order_states[o.state];
    TRY(model_update(c, &order_model, &old, &o));
    TRY(event_write(c, &e));
    return audit_write(c, "order.import_undo", "order", id, NULL);
}

static enum err
undo_order(struct call *c, int64_t import, int64_t id, const char *was,
           bool *kept)
{
    TRY(import_touched(c, id, import, kept));
    if (*kept)
        return OK;
    if (was != NULL)
        return bring_back(c, id, was);
    TRY(event_drop(c, id));
    return model_undo(c, &order_model, id);
}

/* Does anything use it?  By noun, $1 is its id; version 1: nobody changed it. */
static const struct {
    const struct model *model;
    const char *is_used;
} made[] = {
    { &service_item_model,
      "SELECT CASE WHEN EXISTS (SELECT 1 FROM orders o JOIN service_item i"
      " ON i.code = o.item_code WHERE i.id = $1 AND o.item_id = $1)"
      " OR EXISTS (SELECT 1 FROM service_item WHERE id = $1"
      " AND version > 1) THEN 1 ELSE 0 END" },
    { &service_area_model,
      "SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE area_id = $1)"
      " OR EXISTS (SELECT 1 FROM service_item WHERE area_id = $1)"
      " OR EXISTS (SELECT 1 FROM service_area WHERE id = $1"
      " AND version > 1) THEN 1 ELSE 0 END" },
    { &crew_model,
      "SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE crew_id = $1)"
      " OR EXISTS (SELECT 1 FROM crew_member WHERE crew_id = $1)"
      " OR EXISTS (SELECT 1 FROM shift WHERE crew_id = $1)"
      " OR EXISTS (SELECT 1 FROM routing_rule WHERE crew_id = $1)"
      " OR EXISTS (SELECT 1 FROM crew WHERE id = $1 AND version > 1)"
      " THEN 1 ELSE 0 END" },
    { &person_model,
      "SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE requester_id = $1)"
      " OR EXISTS (SELECT 1 FROM account WHERE person_id = $1)"
      " OR EXISTS (SELECT 1 FROM crew_member WHERE person_id = $1)"
      " OR EXISTS (SELECT 1 FROM person WHERE id = $1 AND version > 1)"
      " THEN 1 ELSE 0 END" },
};

static enum err
undo_other(struct call *c, const char *noun, int64_t id, bool *kept)
{
    for (size_t i = 0; i < COUNT(made); i++) {
        int64_t used = 0;
        enum err e;

        if (strcmp(made[i].model->noun, noun) != 0)
            continue;
        TRY(db_int(c, &used, made[i].is_used, V(id)));
        *kept = used != 0;
        e = *kept ? OK : model_remove(c, made[i].model, id);
        return e;
    }
    return fail(c, ERR_BROKEN, NULL, "an import cannot have made a %s", noun);
}

struct import_thing {
    const char *noun, *was;
    int64_t id;
};

static const char drop_note[] =
    "DELETE FROM import_row WHERE import_id = $1 AND noun = $2"
    " AND noun_id = $3";
static const char keep_note[] =
    "UPDATE import_row SET kept = 1 WHERE import_id = $1 AND noun = $2"
    " AND noun_id = $3";
static const char count_kept[] =
    "UPDATE request_import SET kept = kept + 1, beat_at = $2 WHERE id = $1";

static enum err
undo_thing(struct call *c, int64_t import, const struct import_thing *x)
{
    bool kept = false;
    bool is_order = strcmp(x->noun, order_model.noun) == 0;

    TRY(is_order ? undo_order(c, import, x->id, x->was, &kept)
                 : undo_other(c, x->noun, x->id, &kept));
    TRY(db_exec(c, kept ? keep_note : drop_note, V(import), V(x->noun),
                V(x->id)));
    /* What only a kept order holds is not told besides. */
    return kept && is_order ? db_exec(c, count_kept, V(import), V(c->now)) : OK;
}

/* Orders first, then what they refer to, then what that refers to. */
static const char find_things[] =
    "SELECT noun, noun_id, was FROM import_row WHERE import_id = $1"
    " AND kept = 0 ORDER BY CASE noun WHEN 'order' THEN 0"
    " WHEN 'service_item' THEN 1 ELSE 2 END, noun_id LIMIT $2";

static enum err
read_things(struct call *c, int64_t import, int64_t max,
            struct import_thing *out, size_t *n)
{
    ROWS r = db_query(c, find_things, V(import), V(max));

    for (*n = 0; *n < (size_t)max && rows_next(&r); ++*n)
        out[*n] = (struct import_thing){
            .noun = arena_text(c->arena, row_text(&r, 0)),
            .id = row_int(&r, 1),
            .was = row_value(&r, 2).kind == VALUE_NULL
                       ? NULL
                       : arena_text(c->arena, row_text(&r, 2))
        };
    return rows_end(&r);
}

/* So many in one transaction. */
#define AT_ONCE 100

/* A step is whole: when the process dies between two, what is left is undone by
   the job, and whoever works meanwhile waits for one step at most. */
enum err
import_undo_step(struct call *c, int64_t id, int64_t max, bool *left)
{
    struct import_thing *things = NEW_N(c->arena, struct import_thing, AT_ONCE);
    struct request_import r = { 0 };
    size_t n = 0;
    TX tx = tx_begin(c);

    *left = false;
    TRY(model_get(c, &request_import_model, id, &r));
    if (r.state != IMPORT_UNDOING)
        return tx_commit(&tx);
    TRY(read_things(c, id, max < AT_ONCE ? max : AT_ONCE, things, &n));
    for (size_t i = 0; i < n; i++)
        TRY(undo_thing(c, id, &things[i]));
    *left = n > 0;
    if (n == 0) {
        TRY(step(c, id, "undone", NULL));
        TRY(db_news_add(c, NEWS_MANY, 0));
        TRY(catalog_touch(c));
    }
    return tx_commit(&tx);
}

/* -- by itself --------------------------------------------------------------------- */

static const char find_silent[] =
    "SELECT id FROM request_import WHERE state = 'begun'"
    " AND (beat_at < $1 OR beat_at > $2) ORDER BY id LIMIT $3";
static const char find_undoing[] =
    "SELECT id FROM request_import WHERE state = 'undoing' ORDER BY id"
    " LIMIT $1";

static enum err
mark_silent(struct call *c, int64_t id)
{
    struct request_import r = { 0 };
    TX tx = tx_begin(c);

    TRY(model_get(c, &request_import_model, id, &r));
    if (r.state != IMPORT_BEGUN || !has_no_beat(&r, c->now))
        return tx_commit(&tx);
    TRY(step(c, id, "break_off",
             words_in(c, "its process ended before it did")));
    return tx_commit(&tx);
}

/* Those whose process has gone are marked; what is being undone goes on. */
enum err
import_round(struct call *c, int64_t max, int64_t *done)
{
    const instant silent = { c->now.ms - IMPORT_SILENT_MS };
    const instant ahead = { c->now.ms + CLOCKS_APART_MS };
    struct due_ids due;
    bool left = true;

    *done = 0;
    TRY(db_due(c, &due, max, find_silent, V(silent), V(ahead), V(max)));
    for (size_t i = 0; i < due.n; i++)
        TRY(mark_silent(c, due.ids[i]));
    TRY(db_due(c, &due, 1, find_undoing, V(INT64_C(1))));
    if (due.n == 0)
        return OK;
    TRY(import_undo_step(c, due.ids[0], max, &left));
    *done = left ? max : 0;
    return OK;
}
