/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two readings of the files.  The first finds what cannot be read and which
 * row of each request holds; nothing is written.  The second takes those rows,
 * a part at a time, each in a transaction of its own.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/sm3.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import_inner.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "subject/event.h"

#define PART 128        /* rows of one transaction: some 20 ms on SQLite */
#define PART_ALONE 1024 /* where nobody else works on the office */
#define REST_MS 50      /* for others between two, at most */
#define TRIES 6         /* of a part that lost a race */
#define PIECE 262144    /* of a file, for its digest */
#define SOON_MS 20      /* before a lost race is run again */

/* -- what the rows refer to ------------------------------------------------------ */

static const char known_ids[] =
    "SELECT external_id FROM orders WHERE external_source = $1";
static const char known_areas[] =
    "SELECT name, id, code FROM service_area WHERE code LIKE $1";
static const char known_items[] =
    "SELECT a.name || '/' || i.name, i.id, i.code FROM service_item i"
    " JOIN service_area a ON a.id = i.area_id WHERE i.code LIKE $1"
    " AND i.valid_to IS NULL";
static const char known_crews[] =
    "SELECT name, id, code FROM crew WHERE code LIKE $1";
static const char find_code[] = "SELECT id FROM person WHERE code = $1";

static enum err
read_names(struct importing *im, struct name_table *t, const char *sql)
{
    struct call *c = im->c;
    const char *like = arena_printf(im->keep, "%s-%%", im->map->prefix);
    ROWS r = db_query_s(c, &(struct statement){ sql, { V(like) } });

    *t = names_make(im->keep);
    while (rows_next(&r)) {
        struct name_slot *s = names_get(t, row_text(&r, 0));

        if (s->name == NULL)
            names_put(t, s, row_text(&r, 0), row_int(&r, 1));
        s->code = arena_text(im->keep, row_text(&r, 2));
    }
    return rows_end(&r);
}

/* Identities that are there already: their place is 0 until a row has them. */
static enum err
read_known(struct importing *im)
{
    struct arena *whole = im->c->arena, *rows = arena_open();
    bool made;
    enum err e;

    im->ids = identities_make(im->keep);
    im->c->arena = rows;
    ROWS r = db_query(im->c, known_ids, V(im->map->source));
    while (rows_next(&r))
        (void)identities_get(&im->ids, row_text(&r, 0), &made);
    e = rows_end(&r);
    im->c->arena = whole;
    arena_close(rows);
    return e;
}

static enum err
read_all_names(struct importing *im)
{
    im->states = names_make(im->keep);
    TRY(read_names(im, &im->areas, known_areas));
    TRY(read_names(im, &im->items, known_items));
    TRY(read_names(im, &im->crews, known_crews));
    return db_int(im->c, &im->requester_id, find_code, V(im->map->source));
}

/* Whoever asked there is nobody here: one person stands for all of them, and
   is offered to nobody. */
static enum err
make_requester(struct importing *im)
{
    struct call *c = im->c;
    struct person p = { .code = im->map->source,
                        .name = im->defaults->requester
                                    ? im->defaults->requester
                                    : im->map->source };

    if (im->requester_id != 0)
        return OK;
    TX tx = tx_begin(c);
    p.initials = text_initials(c->arena, p.name);
    TRY(model_add(c, &person_model, &p));
    TRY(import_note(im, "person", p.id, NULL));
    TRY(tx_commit(&tx));
    im->requester_id = p.id;
    return OK;
}

/* What is new of a dry run gets no row, only a place in the table. */
#define NO_ROW INT64_C(-1)

static enum err
make_area(struct importing *im, struct name_slot *s, const char *name)
{
    struct service_area a = { .name = name, .name_en = name };

    im->report->made_areas++;
    if (im->wish->dry_run) {
        names_put(&im->areas, s, name, NO_ROW);
        return OK;
    }
    a.code = arena_printf(im->c->arena, "%s-%02zu", im->map->prefix,
                          im->areas.n + 1);
    a.sort = 1000 + (int64_t)im->areas.n;
    TX tx = tx_begin(im->c);
    TRY(model_add(im->c, &service_area_model, &a));
    TRY(import_note(im, "service_area", a.id, NULL));
    TRY(tx_commit(&tx));
    names_put(&im->areas, s, name, a.id);
    return OK;
}

/* Out of use, as a crew is.  Valid from before any request of the file, which
   may be of years ago. */
static enum err
make_item(struct importing *im, struct name_slot *s, const struct request *q,
          const char *key)
{
    struct service_item i = { .area_id = q->o.area_id,
                              .name = q->item,
                              .name_en = q->item,
                              .priority = q->o.priority,
                              .sla_class = im->sla_class,
                              .valid_from = day_of(1970, 1, 1) };

    im->report->made_items++;
    if (im->wish->dry_run) {
        names_put(&im->items, s, key, NO_ROW);
        return OK;
    }
    i.code = arena_printf(im->c->arena, "%s-%04zu", im->map->prefix,
                          im->items.n + 1);
    TX tx = tx_begin(im->c);
    TRY(model_add(im->c, &service_item_model, &i));
    TRY(import_note(im, "service_item", i.id, NULL));
    TRY(tx_commit(&tx));
    names_put(&im->items, s, key, i.id);
    s->code = arena_text(im->keep, i.code);
    return OK;
}

/* Out of use: nobody is offered it for other work until somebody says so. */
static enum err
make_crew(struct importing *im, struct name_slot *s, const char *name)
{
    struct crew w = { .name = name, .name_en = name };

    im->report->made_crews++;
    if (im->wish->dry_run) {
        names_put(&im->crews, s, name, NO_ROW);
        return OK;
    }
    w.code = arena_printf(im->c->arena, "%s-%03zu", im->map->prefix,
                          im->crews.n + 1);
    TX tx = tx_begin(im->c);
    TRY(model_add(im->c, &crew_model, &w));
    TRY(import_note(im, "crew", w.id, NULL));
    TRY(tx_commit(&tx));
    names_put(&im->crews, s, name, w.id);
    return OK;
}

/* The ids of what the request names, made where they are missing. */
static enum err
find_relations(struct importing *im, struct request *q)
{
    struct order *o = &q->o;
    const char *key = arena_printf(im->c->arena, "%s/%s", q->area, q->item);
    struct name_slot *s = names_get(&im->areas, q->area);

    if (s->name == NULL)
        TRY(make_area(im, s, q->area));
    s->n++;
    o->area_id = s->id;
    s = names_get(&im->items, key);
    if (s->name == NULL)
        TRY(make_item(im, s, q, key));
    s->n++;
    o->item_id = s->id;
    o->item_code = s->code;
    o->item_name = q->item;
    if (q->crew == NULL)
        return OK;
    s = names_get(&im->crews, q->crew);
    if (s->name == NULL)
        TRY(make_crew(im, s, q->crew));
    s->n++;
    o->crew_id = s->id;
    o->crew_name = q->crew;
    return OK;
}

/* -- one request -------------------------------------------------------------------- */

/* How it did, by the program's reckoning and by the source's. */
static void
judge(struct importing *im, struct request *q)
{
    struct import_report *r = im->report;
    struct order *o = &q->o;
    bool late;

    r->on_time += q->says == SAYS_ON_TIME;
    r->overdue += q->says == SAYS_OVERDUE;
    /* Also of one without a target: it has its place among the others. */
    order_mark_clocks(im->c, o);
    if (o->complete_due.ms == 0)
        return;
    r->with_target++;
    late = (o->completed_at.ms ? o->completed_at.ms : im->c->now.ms)
           > o->complete_due.ms;
    o->complete_late = late;
    r->own_overdue += late;
    r->own_on_time += !late;
    if (o->completed_at.ms == 0 || q->says == SAYS_NOTHING)
        return;
    r->compared++;
    r->agreed += late == (q->says == SAYS_OVERDUE);
}

static enum err
index_request(struct importing *im, const struct order *o)
{
    struct call *c = im->c;
    const char *all =
        arena_printf(c->arena, "%s %s %s %s %s %s", o->external_id, o->title,
                     o->item_name, o->place_name ? o->place_name : "",
                     o->description ? o->description : "",
                     o->crew_name ? o->crew_name : "");

    return db_search_add(c, order_model.noun, o->id,
                         text_tokens(c->arena, all));
}

static enum err
tell_event(struct importing *im, const struct order *o, const char *from)
{
    struct event e = { .noun = "order",
                       .noun_id = o->id,
                       .actor_name = im->map->source,
                       .verb = "import",
                       .from_state = from,
                       .to_state = order_states[o->state],
                       .note = o->external_id };

    return event_write(im->c, &e);
}

static enum err
make_order(struct importing *im, struct audit_cover *cover,
           const struct order *read)
{
    struct call *c = im->c;
    struct order o = *read;

    o.number = arena_printf(c->arena, "%s-%s", im->map->prefix, o.external_id);
    o.requester_id = im->requester_id;
    o.sla_class = im->sla_class;
    TRY(model_insert(c, &order_model, &o));
    TRY(index_request(im, &o));
    TRY(tell_event(im, &o, NULL));
    TRY(import_note(im, "order", o.id, NULL));
    im->self.orders++;
    return audit_cover_take(c, cover, o.id);
}

/* What a file says of a request; all else of the order stays. */
static void
bring_to(struct order *o, const struct order *q)
{
    const struct order was = *o;

    *o = *q;
    o->id = was.id;
    o->number = was.number;
    o->requester_id = was.requester_id;
    o->sla_class = was.sla_class;
    o->version = was.version;
    o->updated_at = was.updated_at;
}

/* What somebody here has touched is theirs: the old system no longer knows
   better.  What was there before is noted, so that it can be undone. */
static enum err
update_order(struct importing *im, const struct order *q, int64_t id)
{
    struct call *c = im->c;
    struct order old = { 0 }, o;
    const char *was;
    bool touched;

    TRY(import_touched(c, id, INT64_MAX, &touched));
    if (touched) {
        im->report->touched++;
        return OK;
    }
    TRY(model_get(c, &order_model, id, &old));
    o = old;
    bring_to(&o, q);
    if (model_changed(&order_model, &old, &o) == 0) {
        im->self.known++;
        return OK;
    }
    was = import_was(c, &old, &o);
    TRY(model_update(c, &order_model, &old, &o));
    TRY(index_request(im, &o));
    TRY(tell_event(im, &o, order_states[old.state]));
    TRY(import_note(im, "order", id, was));
    im->self.updated++;
    return audit_write(c, "order.import", "order", id, NULL);
}

static const char find_request[] =
    "SELECT id FROM orders WHERE external_source = $1 AND external_id = $2";

static enum err
write_request(struct importing *im, struct audit_cover *cover,
              const struct order *o)
{
    int64_t id;

    TRY(db_int(im->c, &id, find_request, V(o->external_source),
               V(o->external_id)));
    if (id == 0)
        return make_order(im, cover, o);
    if (text_same(im->map->repeats, "update"))
        return update_order(im, o, id);
    im->self.known++;
    return OK;
}

/* -- parts ---------------------------------------------------------------------------- */

struct part {
    struct arena *arena;
    struct order all[PART_ALONE];
    size_t n, most;
};

/* Where nobody waits for the writer more rows share a sync. */
static size_t
rows_of_part(const struct importing *im)
{
    const struct store *s = im->c->app->store;

    return store_is_postgres(s) || store_has_others(s) ? PART : PART_ALONE;
}

static enum err
try_part(struct importing *im, const struct part *p)
{
    struct call *c = im->c;
    struct audit_cover cover = { .noun = "order", .keep = c->arena };
    TX tx = tx_begin(c);

    TRY(import_beat(im));
    for (size_t i = 0; i < p->n; i++)
        TRY(write_request(im, &cover, &p->all[i]));
    TRY(audit_cover_end(c, &cover));
    /* What was counted goes with what was written. */
    TRY(import_beat(im));
    return tx_commit(&tx);
}

static void
rest(int64_t ms)
{
    const struct timespec pause = { 0, (long)ms * 1000000 };

    (void)nanosleep(&pause, NULL);
}

/* A race that was lost changes nothing, not even the counts.  SQLite has one
   writer, and other processes that wait for it look only now and then: so that
   they have their turn, as long as the part took is theirs.  Those of this
   process stand in line (db/baton.h). */
static enum err
write_part(struct importing *im, struct part *p)
{
    struct import_report *r = im->report;
    const struct request_import self = im->self;
    const int64_t touched = r->touched;
    int64_t began = monotonic_ms();
    enum err e = p->n > 0 ? try_part(im, p) : OK;

    for (int i = 1; e == ERR_BUSY && i < TRIES; i++) {
        im->self = self;
        r->touched = touched;
        rest(i * SOON_MS);
        began = monotonic_ms();
        im->c->fault = (struct fault){ 0 };
        e = try_part(im, p);
    }
    if (e == OK && p->n > 0 && store_has_others(im->c->app->store)) {
        int64_t took = monotonic_ms() - began;

        rest(took < REST_MS ? took : REST_MS);
    }
    return e;
}

/* -- the two readings ----------------------------------------------------------------- */

/* What a fault says lives in a part's arena. */
static void
keep_fault(struct importing *im)
{
    struct fault *f = &im->c->fault;

    f->text = arena_text(im->keep, f->text);
    f->field = arena_text(im->keep, f->field);
}

static void
count_identity(struct importing *im, const struct request *q)
{
    const char *repeats = im->map->repeats;
    bool made;
    struct identity *x = identities_get(&im->ids, q->o.external_id, &made);
    bool again = !made && x->place != 0;

    im->report->repeated += again;
    if (again && text_same(repeats, "refuse")) {
        request_refuse(
            im, IDENTITY,
            arena_printf(im->c->arena,
                         words_in(im->c, "the request is on line %lld, too"),
                         (long long)(x->place & 0xffffffffff)));
        return;
    }
    if (!again || text_same(repeats, "last") || text_same(repeats, "update"))
        x->place = row_place(im);
}

static enum err
survey_file(struct importing *im, struct arena *row)
{
    struct import_report *r = im->report;
    struct request q;
    enum row_end end;

    while ((end = import_next_row(im, &q)) != ROW_NONE) {
        r->rows += end != ROW_SKIPPED;
        r->skipped += end == ROW_SKIPPED;
        if (end == ROW_READ)
            count_identity(im, &q);
        arena_reset(row);
    }
    return OK;
}

static bool
holds(struct importing *im, const struct request *q)
{
    bool made;

    return identities_get(&im->ids, q->o.external_id, &made)->place
           == row_place(im);
}

static enum err
count_state(struct importing *im, const struct request *q)
{
    struct name_slot *s = names_get(&im->states, order_states[q->o.state]);

    if (s->name == NULL)
        names_put(&im->states, s, order_states[q->o.state], 0);
    s->n++;
    return OK;
}

/* Of a dry run nothing but the counts. */
static enum err
count_request(struct importing *im, const struct request *q)
{
    int64_t id;

    TRY(db_int(im->c, &id, find_request, V(q->o.external_source),
               V(q->o.external_id)));
    if (id == 0)
        im->self.orders++;
    else if (text_same(im->map->repeats, "update"))
        im->self.updated++;
    else
        im->self.known++;
    return OK;
}

static enum err
take_request(struct importing *im, struct request *q, struct part *p)
{
    judge(im, q);
    TRY(count_state(im, q));
    TRY(find_relations(im, q));
    if (im->wish->dry_run)
        return count_request(im, q);
    p->all[p->n++] = q->o;
    return OK;
}

/* A part is one transaction and one arena, however long the file is.  It ends
   also after many rows that bring nothing, so that their memory is given
   back. */
static enum err
take_file(struct importing *im, struct part *p)
{
    struct request q;
    enum row_end end;
    size_t seen = 0;
    enum err e = OK;

    p->most = rows_of_part(im);
    while (e == OK && (end = import_next_row(im, &q)) != ROW_NONE) {
        im->self.rows_read += end != ROW_SKIPPED;
        if (end == ROW_READ && holds(im, &q))
            e = take_request(im, &q, p);
        if (e == OK && (p->n >= p->most || ++seen % (4 * p->most) == 0)) {
            e = write_part(im, p);
            p->n = 0;
            p->most = rows_of_part(im);
            if (e == OK)
                arena_reset(p->arena);
            if (im->wish->progress != NULL)
                im->wish->progress(im->self.rows_read, im->report->rows + 1);
        }
    }
    if (e == OK)
        e = write_part(im, p);
    p->n = 0;
    return e;
}

/* Every file once; READ is what is done with the open one. */
static enum err
each_file(struct importing *im, bool survey)
{
    struct part *p = NEW(im->keep, struct part);
    struct arena *file = arena_open();
    enum err e = OK;

    p->arena = arena_open();
    im->c->arena = p->arena;
    for (size_t i = 0; e == OK && i < im->wish->n_files; i++) {
        arena_reset(file);
        e = import_open_file(im, file, i);
        if (e == OK)
            e = survey ? survey_file(im, p->arena) : take_file(im, p);
        if (e != OK)
            keep_fault(im);
        if (import_close_file(im) != OK && e == OK) {
            e = im->c->fault.code;
            keep_fault(im);
        }
    }
    im->c->arena = im->keep;
    arena_close(p->arena);
    arena_close(file);
    return e;
}

/* -- the whole ------------------------------------------------------------------------- */

/* By what an import is known again when its files come once more. */
static const char *
digest_of(struct importing *im)
{
    struct sm3_sum sum = sm3_begin();
    unsigned char bytes[SM3_BYTES];
    char *hex = arena_alloc(im->keep, SM3_HEX);
    struct arena *a = arena_open();
    char *piece = arena_alloc(a, PIECE);

    for (size_t i = 0; i < im->wish->n_files; i++) {
        const struct import_file *f = &im->wish->files[i];
        int fd = -1;
        ssize_t n;

        if (f->text != NULL)
            sm3_add(&sum, f->text, f->n);
        else if (import_open_path(im->c, f->name, &fd) != OK)
            continue; /* the reading will say so */
        while (fd >= 0 && (n = read(fd, piece, PIECE)) > 0)
            sm3_add(&sum, piece, (size_t)n);
        if (fd >= 0)
            (void)close(fd);
    }
    im->c->fault = (struct fault){ 0 };
    arena_close(a);
    sm3_end(&sum, bytes);
    sm3_hex(bytes, sizeof bytes, hex);
    return hex;
}

static enum err
note_import(struct importing *im)
{
    const struct request_import *r = &im->self;

    return audit_write(im->c, "order.import", NULL, 0,
                       arena_printf(im->keep,
                                    "{\"import\":%lld,\"rows\":%lld,"
                                    "\"orders\":%lld,\"updated\":%lld,"
                                    "\"refused\":%lld}",
                                    (long long)r->id, (long long)r->rows_read,
                                    (long long)r->orders, (long long)r->updated,
                                    (long long)r->refused));
}

static enum err
finish(struct importing *im)
{
    struct call *c = im->c;
    TX tx = tx_begin(c);

    TRY(import_beat(im));
    TRY(import_finish(im));
    TRY(note_import(im));
    TRY(db_news_add(c, NEWS_MANY, 0));
    TRY(catalog_touch(c));
    return tx_commit(&tx);
}

static enum err
write_all(struct importing *im)
{
    enum err e;

    TRY(import_begin(im, digest_of(im)));
    im->report->id = im->self.id;
    im->self.refused = im->report->refused;
    im->self.repeated = im->report->repeated;
    e = make_requester(im);
    if (e == OK)
        e = each_file(im, false);
    if (e == OK)
        e = finish(im);
    if (e != OK)
        import_break_off(im);
    return e;
}

static enum err
run_import(struct importing *im)
{
    TRY(read_known(im));
    TRY(read_all_names(im));
    TRY(each_file(im, true));
    im->quiet = true;
    return im->wish->dry_run ? each_file(im, false) : write_all(im);
}

static void
fill_report(struct importing *im)
{
    const struct name_table *all[IMPORT_KINDS] = { &im->states, &im->areas,
                                                   &im->items, &im->crews };
    struct import_report *r = im->report;

    for (size_t i = 0; i < IMPORT_KINDS; i++)
        r->counts[i] = names_counts(im->keep, all[i], &r->n_counts[i]);
    r->orders = im->self.orders;
    r->updated = im->self.updated;
    r->known = im->self.known;
    r->has_verdicts = im->map->columns->verdict != NULL;
    if (!r->has_verdicts) {
        r->on_time = r->own_on_time;
        r->overdue = r->own_overdue;
    }
    if (im->wish->progress != NULL)
        im->wish->progress(r->rows, r->rows);
}

enum err
import_requests(struct call *c, const struct import_wish *w,
                struct import_report *out)
{
    static const struct map_values no_values = { 0 };
    static const struct map_defaults no_defaults = { 0 };
    const struct import_map *map = w->map;
    struct importing *im = NEW(c->arena, struct importing);
    enum err e;

    *out = (struct import_report){
        .refusals = NEW_N(c->arena, struct request_refusal, 1000)
    };
    *im = (struct importing){
        .c = c,
        .wish = w,
        .map = map,
        .values = map->values ? map->values : &no_values,
        .defaults = map->defaults ? map->defaults : &no_defaults,
        .zone = zone_open(map->time_zone),
        .keep = c->arena,
        .report = out,
        .started_ms = monotonic_ms()
    };
    ASSERT(im->zone != NULL);
    im->times = import_times_make(c->arena, map, im->zone);
    im->channel = im->defaults->channel ? im->defaults->channel : "import";
    im->sla_class = im->defaults->sla_class ? im->defaults->sla_class : "R";
    e = run_import(im);
    if (e == OK)
        fill_report(im);
    zone_close(im->zone);
    return e;
}
