/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a unit.  Each verb asks in the same order: is it there, may the
 * caller touch it, is the wish well formed, does it live, does the day fit
 * its history; only then it writes the row, its history and what follows.
 */
#include "engine/org/inner.h"

#include <string.h>

#include "auth/account.h"

/* How many units deep a path leads; no deeper, since each carries the path of
   all above it. */
#define UNIT_DEPTH 32

static const struct field unit_fields[] = {
    FIELD(struct unit, id, .flags = GIVEN),
    FIELD(struct unit, code, .flags = REQUIRED | UNIQUE | FOUND, .max = 32,
          .label = "Code", .also = "代码,部门编码,单位编码"),
    FIELD(struct unit, name, .flags = REQUIRED | TITLE | FOUND, .max = 80,
          .label = "Name", .also = "部门名称,单位名称",
          .says = "Changed by rename."),
    FIELD(struct unit, short_name, .max = 40, .label = "Short name"),
    FIELD(struct unit, name_en, .flags = FOUND, .max = 120,
          .label = "English name", .also = "英文名"),
    FIELD(struct unit, parent_id, .refers = "unit", .label = "Belongs to",
          .also = "上级编码,上级代码", .says = "Changed by move."),
    FIELD(struct unit, path, .flags = GIVEN | REQUIRED | FLEETING),
    FIELD(struct unit, sort, .max = 1000000, .label = "Order in lists",
          .also = "序号"),
    FIELD(struct unit, valid_from, .flags = FIXED | SINCE, .label = "Since"),
    FIELD(struct unit, valid_to, .flags = GIVEN | UNTIL, .label = "Until"),
    FIELD(struct unit, version, .flags = GIVEN),
    FIELD(struct unit, updated_at, .flags = GIVEN),
};
const struct model unit_model = MODEL("unit", "unit", struct unit, unit_fields);

static const char *const change_kinds[] = {
    "created", "renamed", "moved", "merged", "split", "ended", NULL
};

static const struct field change_fields[] = {
    FIELD(struct unit_change, id, .flags = GIVEN),
    FIELD(struct unit_change, unit_id, .flags = GIVEN | REQUIRED,
          .refers = "unit"),
    FIELD(struct unit_change, kind, .flags = GIVEN | REQUIRED,
          .choices = change_kinds, .label = "What happened"),
    FIELD(struct unit_change, on_day, .flags = GIVEN | REQUIRED,
          .label = "Day"),
    FIELD(struct unit_change, into_id, .flags = GIVEN, .refers = "unit"),
    FIELD(struct unit_change, old_name, .flags = GIVEN, .label = "Old name"),
    FIELD(struct unit_change, new_name, .flags = GIVEN, .label = "New name"),
    FIELD(struct unit_change, old_parent_id, .flags = GIVEN, .refers = "unit"),
    FIELD(struct unit_change, new_parent_id, .flags = GIVEN, .refers = "unit"),
    FIELD(struct unit_change, reason, .flags = GIVEN, .label = "Reason"),
    FIELD(struct unit_change, at, .flags = GIVEN | REQUIRED),
    FIELD(struct unit_change, actor_id, .flags = GIVEN, .refers = "account"),
};
const struct model unit_change_model =
    MODEL("unit_change", "unit_change", struct unit_change, change_fields);

#define ACT_ON_DAY                                                             \
    FIELD(struct unit_act, on_day, .label = "Day"),                            \
        FIELD(struct unit_act, reason, .max = 200, .label = "Reason")
#define ACT_ID FIELD(struct unit_act, id, .flags = GIVEN)

static const struct field rename_fields[] = {
    ACT_ID,
    FIELD(struct unit_act, name, .flags = REQUIRED, .max = 80, .label = "Name"),
    FIELD(struct unit_act, short_name, .max = 40, .label = "Short name"),
    ACT_ON_DAY,
};
static const struct field move_fields[] = {
    ACT_ID,
    FIELD(struct unit_act, parent_id, .refers = "unit", .label = "Belongs to"),
    ACT_ON_DAY,
};
static const struct field merge_fields[] = {
    ACT_ID,
    FIELD(struct unit_act, into_id, .flags = REQUIRED, .refers = "unit",
          .label = "Merge into"),
    ACT_ON_DAY,
};
static const struct field split_fields[] = {
    ACT_ID,
    FIELD(struct unit_act, name, .flags = REQUIRED, .max = 80, .label = "Name"),
    FIELD(struct unit_act, code, .flags = REQUIRED, .max = 32, .label = "Code"),
    ACT_ON_DAY,
};
static const struct field end_fields[] = { ACT_ID, ACT_ON_DAY };

const struct model unit_rename_model =
    MODEL("unit_rename", NULL, struct unit_act, rename_fields);
const struct model unit_move_model =
    MODEL("unit_move", NULL, struct unit_act, move_fields);
const struct model unit_merge_model =
    MODEL("unit_merge", NULL, struct unit_act, merge_fields);
const struct model unit_split_model =
    MODEL("unit_split", NULL, struct unit_act, split_fields);
const struct model unit_end_model =
    MODEL("unit_end", NULL, struct unit_act, end_fields);

/* -- what every verb asks first -------------------------------------- */

/* 0 is the top of the tree: only a right that reaches everywhere counts. */
static enum err
need_edit(struct call *c, int64_t unit_id)
{
    return auth_need(c, "org.edit", &(struct auth_where){ .unit_id = unit_id });
}

bool
unit_lives(const struct unit *u, day on)
{
    return u->valid_to.n == 0 || on.n < u->valid_to.n;
}

/* Nothing happens to a unit that is no more; the fault says since when. */
static enum err
refuse_ended(struct call *c, const char *field, const struct unit *u)
{
    char on[11];

    if (u->id == 0 || unit_lives(u, today(c)))
        return OK;
    day_print(u->valid_to, on);
    return fail(c, ERR_CONFLICT, field, "“%s” ended on %s", u->name, on);
}

/* Another unit that is named: it exists, lives and may be touched. */
static enum err
other_unit(struct call *c, const char *field, int64_t id, struct unit *u)
{
    TRY(org_refer(c, &unit_model, field, id, u));
    TRY(refuse_ended(c, field, u));
    return need_edit(c, id);
}

static const char find_last_change[] =
    "SELECT MAX(on_day) FROM unit_change WHERE unit_id = $1";

/* History is written in order: nothing before the unit's last change. */
static enum err
check_order(struct call *c, const struct unit *u, day on)
{
    int64_t last = 0;
    char text[11];

    if (u->id == 0)
        return OK;
    TRY(db_int(c, &last, find_last_change, V(u->id)));
    if (last < u->valid_from.n)
        last = u->valid_from.n;
    if (on.n >= last)
        return OK;
    day_print((day){ (int32_t)last }, text);
    return fail(c, ERR_INVALID, "on_day",
                "lies before the last change of “%s”, %s", u->name, text);
}

/* The day an act takes effect: today unless said. */
static enum err
act_day(struct call *c, const struct unit_act *a, const struct unit *u, day *on)
{
    *on = a->on_day.n ? a->on_day : today(c);
    return check_order(c, u, *on);
}

/* A unit can hang below another only while that one is there. */
static enum err
check_begun(struct call *c, const char *field, const struct unit *parent,
            day on)
{
    if (on.n < parent->valid_from.n)
        return fail(c, ERR_INVALID, field, "“%s” was not there yet",
                    parent->name);
    return OK;
}

/* The unit an act is about: it lives, may be touched, and was not changed by
   somebody else meanwhile. */
static enum err
act_unit(struct call *c, const struct model *m, const struct unit_act *a,
         struct unit *u)
{
    TRY(model_get(c, &unit_model, a->id, u));
    TRY(need_edit(c, u->id));
    TRY(model_check(c, m, a));
    TRY(model_match(c, u->version));
    return refuse_ended(c, NULL, u);
}

static enum err
acted_on(struct call *c, const struct model *m, const struct unit_act *a,
         struct unit *u, day *on)
{
    TRY(act_unit(c, m, a, u));
    return act_day(c, a, u, on);
}

static bool
is_ahead(const struct call *c, const struct unit_act *a)
{
    return a->on_day.n > today(c).n;
}

/* Told ahead: what can be seen to be wrong today is refused today. */
static enum err
plan(struct call *c, const struct model *m, const char *verb,
     const struct unit_act *a, struct unit *u)
{
    struct unit other = { 0 };

    TX tx = tx_begin(c);
    TRY(act_unit(c, m, a, u));
    if (a->parent_id)
        TRY(other_unit(c, "parent_id", a->parent_id, &other));
    if (a->into_id)
        TRY(other_unit(c, "into_id", a->into_id, &other));
    if (other.id && text_starts(other.path, u->path))
        return fail(c, ERR_CONFLICT, a->into_id ? "into_id" : "parent_id",
                    "“%s” lies below “%s”", other.name, u->name);
    TRY(unit_plan_add(c, verb, a));
    return tx_commit(&tx);
}

/* Add a row to the unit's history. */
static enum err
unit_note(struct call *c, const struct unit_change *change)
{
    struct unit_change row = *change;

    row.at = c->now;
    row.actor_id = c->actor ? c->actor->account_id : 0;
    return model_add(c, &unit_change_model, &row);
}

static const char find_code[] =
    "SELECT name FROM unit WHERE code = $1 AND id <> $2"
    " AND (valid_to IS NULL OR valid_to > $3)";

/* A code may be taken over from a unit that has ended. */
static enum err
own_code(struct call *c, const struct unit *u)
{
    ROWS r = db_query(c, find_code, V(u->code), V(u->id), V(today(c)));

    if (rows_next(&r))
        return fail(c, ERR_CONFLICT, "code", "“%s” already has this code",
                    row_text(&r, 0));
    return rows_end(&r);
}

/* The path of a unit below PARENT (id 0: a root). */
static void
put_path(struct call *c, struct unit *u, const struct unit *parent)
{
    /* A unit in its own path would hang under itself, and no walk up would end. */
    ASSERT(u->id != 0 && u->id != parent->id);
    u->path = arena_printf(c->arena, "%s%lld/", parent->id ? parent->path : "/",
                           (long long)u->id);
}

/* Each level is in the path of all below it. */
static unsigned
unit_depth(const char *path)
{
    unsigned n = 0;

    for (; *path; path++)
        n += *path == '/';
    return n > 0 ? n - 1 : 0;
}

static enum err
refuse_depth(struct call *c, unsigned depth)
{
    if (depth > UNIT_DEPTH)
        return fail(c, ERR_CONFLICT, "parent_id",
                    "units lie at most %d deep in one another", UNIT_DEPTH);
    return OK;
}

/* -- verbs ----------------------------------------------------------- */

/* Insert a unit whose parent is known, with the first row of its history. */
static enum err
found_unit(struct call *c, struct unit *u, const struct unit *parent,
           const char *reason)
{
    TRY(check_begun(c, "valid_from", parent, u->valid_from));
    u->id = new_id(c);
    put_path(c, u, parent);
    TRY(refuse_depth(c, unit_depth(u->path)));
    TRY(own_code(c, u));
    TRY(model_add(c, &unit_model, u));
    return unit_note(c, &(struct unit_change){ .unit_id = u->id,
                                               .kind = "created",
                                               .on_day = u->valid_from,
                                               .new_name = u->name,
                                               .new_parent_id = u->parent_id,
                                               .reason = reason });
}

enum err
unit_add(struct call *c, struct unit *u)
{
    struct unit parent = { 0 };

    TRY(model_check(c, &unit_model, u));
    if (u->valid_from.n == 0)
        u->valid_from = today(c);
    u->valid_to.n = 0;

    TX tx = tx_begin(c);
    TRY(other_unit(c, "parent_id", u->parent_id, &parent));
    TRY(found_unit(c, u, &parent, NULL));
    return tx_commit(&tx);
}

/* Names and places in the tree have a history, so they have verbs. */
enum err
unit_set(struct call *c, struct unit *u, field_mask said)
{
    struct unit old = { 0 };

    TX tx = tx_begin(c);
    TRY(model_get(c, &unit_model, u->id, &old));
    TRY(need_edit(c, u->id));
    model_fill(&unit_model, u, &old, said);
    if (!text_same(u->name, old.name))
        return fail(c, ERR_INVALID, "name", "is changed by renaming the unit");
    if (u->parent_id != old.parent_id)
        return fail(c, ERR_INVALID, "parent_id",
                    "is changed by moving the unit");
    TRY(model_check(c, &unit_model, u));
    TRY(own_code(c, u));
    TRY(change_keeps_names(c, &unit_model, &old, u));
    TRY(model_set(c, &unit_model, u, said));
    return tx_commit(&tx);
}

enum err
unit_rename(struct call *c, const struct unit_act *a, struct unit *u)
{
    day on;

    if (is_ahead(c, a))
        return plan(c, &unit_rename_model, "rename", a, u);
    TX tx = tx_begin(c);
    TRY(acted_on(c, &unit_rename_model, a, u, &on));
    TRY(change_keeps_names(c, &unit_model, u,
                           &(struct unit){ .id = u->id,
                                           .code = u->code,
                                           .name = a->name }));
    if (!text_same(a->name, u->name))
        TRY(unit_note(c, &(struct unit_change){ .unit_id = u->id,
                                                .kind = "renamed",
                                                .on_day = on,
                                                .old_name = u->name,
                                                .new_name = a->name,
                                                .reason = a->reason }));
    u->name = a->name;
    if (a->short_name)
        u->short_name = a->short_name;
    TRY(model_set(c, &unit_model, u, ALL_FIELDS));
    return tx_commit(&tx);
}

/* Paths follow from the parents, of ended units as of others, and so have no
   audit of their own. */
static const char settle_paths[] =
    "WITH RECURSIVE tree(id, path) AS ("
    " SELECT id, '/' || CAST(id AS TEXT) || '/' FROM unit"
    " WHERE parent_id IS NULL"
    " UNION ALL"
    " SELECT u.id, t.path || CAST(u.id AS TEXT) || '/'"
    " FROM unit u JOIN tree t ON u.parent_id = t.id)"
    " UPDATE unit SET path = tree.path FROM tree"
    " WHERE tree.id = unit.id AND tree.path <> unit.path";

static enum err
settle_all(struct call *c)
{
    return db_exec(c, settle_paths);
}

static const char deepest_below[] =
    "SELECT MAX(LENGTH(path) - LENGTH(REPLACE(path, '/', ''))) - 1 FROM unit"
    " WHERE path LIKE CAST($1 AS TEXT) || '%'";

/* Where the lowest of the units would come to lie that hang on U; one that
   lies too deep already may come up. */
static enum err
refuse_deep(struct call *c, const struct unit *u, const struct unit *parent)
{
    int64_t deepest = 0;
    unsigned now = unit_depth(u->path);
    unsigned then = parent->id ? unit_depth(parent->path) + 1 : 1;

    if (then <= now)
        return OK;
    TRY(db_int(c, &deepest, deepest_below, V(u->path)));
    return refuse_depth(c, (unsigned)deepest + then - now);
}

/* Hang the unit, as it is in the database, under another parent; the paths
   below it are the caller's to settle. */
static enum err
hang(struct call *c, struct unit *u, const struct unit *parent, day on,
     const char *reason)
{
    if (parent->id && text_starts(parent->path, u->path))
        return fail(c, ERR_CONFLICT, "parent_id", "“%s” lies below “%s”",
                    parent->name, u->name);
    TRY(refuse_deep(c, u, parent));
    TRY(check_begun(c, "on_day", parent, on));
    TRY(check_order(c, u, on));
    TRY(unit_note(c, &(struct unit_change){ .unit_id = u->id,
                                            .kind = "moved",
                                            .on_day = on,
                                            .old_parent_id = u->parent_id,
                                            .new_parent_id = parent->id,
                                            .reason = reason }));
    u->parent_id = parent->id;
    put_path(c, u, parent);
    return org_set_other(c, &unit_model, u, ALL_FIELDS);
}

enum err
unit_move(struct call *c, const struct unit_act *a, struct unit *u)
{
    struct unit parent = { 0 };
    day on;

    if (is_ahead(c, a))
        return plan(c, &unit_move_model, "move", a, u);
    TX tx = tx_begin(c);
    TRY(acted_on(c, &unit_move_model, a, u, &on));
    TRY(other_unit(c, "parent_id", a->parent_id, &parent));
    if (u->parent_id != parent.id) {
        TRY(hang(c, u, &parent, on, a->reason));
        TRY(settle_all(c));
    }
    return tx_commit(&tx);
}

/* -- the end of a unit ------------------------------------------------ */

static const char live_children[] =
    "WHERE parent_id = $1 AND (valid_to IS NULL OR valid_to > $2)"
    " ORDER BY id";

/* The units right below FROM go below INTO, each with its own history. */
static enum err
bring_children(struct call *c, const struct unit *from, const struct unit *into,
               day on, const char *reason)
{
    ROWS r =
        model_query(c, &unit_model, live_children, V(from->id), V(today(c)));
    struct unit *all = NULL;
    size_t n = 0, cap = 0;

    while (rows_next(&r)) {
        GROW(c->arena, all, n, cap);
        model_read_row(&unit_model, &r, &all[n++]);
    }
    TRY(rows_end(&r));
    for (size_t i = 0; i < n; i++)
        TRY(hang(c, &all[i], into, on, reason));
    return n > 0 ? settle_all(c) : OK;
}

/* Every person of the unit, one by one, so that each has an audit entry. */
static enum err
bring_people(struct call *c, int64_t from, int64_t into)
{
    struct person p;
    bool more = true;

    while (more) {
        ROWS r = model_query(c, &person_model,
                             "WHERE unit_id = $1 ORDER BY id LIMIT 1", V(from));
        more = rows_next(&r);
        if (more)
            model_read_row(&person_model, &r, &p);
        TRY(rows_end(&r));
        if (more) {
            p.unit_id = into;
            TRY(org_set_other(c, &person_model, &p,
                              model_mask(&person_model, "unit_id")));
        }
    }
    return OK;
}

/* And every room, since a unit that is no more uses none. */
static enum err
bring_rooms(struct call *c, int64_t from, int64_t into)
{
    struct place p;
    bool more = true;

    while (more) {
        ROWS r = model_query(c, &place_model,
                             "WHERE unit_id = $1 ORDER BY id LIMIT 1", V(from));
        more = rows_next(&r);
        if (more)
            model_read_row(&place_model, &r, &p);
        TRY(rows_end(&r));
        if (more) {
            p.unit_id = into;
            TRY(org_set_other(c, &place_model, &p,
                              model_mask(&place_model, "unit_id")));
        }
    }
    return OK;
}

/* The row itself: from this day on it is no more. */
static enum err
put_end(struct call *c, struct unit *u, const char *kind, day on,
        const struct unit_act *a)
{
    TRY(unit_note(c, &(struct unit_change){ .unit_id = u->id,
                                            .kind = kind,
                                            .on_day = on,
                                            .into_id = a->into_id,
                                            .reason = a->reason }));
    u->valid_to = on;
    return model_set(c, &unit_model, u, ALL_FIELDS);
}

enum err
unit_merge(struct call *c, const struct unit_act *a, struct unit *u)
{
    struct unit into = { 0 };
    day on;

    if (is_ahead(c, a))
        return plan(c, &unit_merge_model, "merge", a, u);
    TX tx = tx_begin(c);
    TRY(acted_on(c, &unit_merge_model, a, u, &on));
    TRY(other_unit(c, "into_id", a->into_id, &into));
    if (text_starts(into.path, u->path))
        return fail(c, ERR_CONFLICT, "into_id", "“%s” lies below “%s”",
                    into.name, u->name);
    /* All that hangs on it goes along first: it may only end empty. */
    TRY(bring_children(c, u, &into, on, a->reason));
    TRY(bring_people(c, u->id, into.id));
    TRY(bring_rooms(c, u->id, into.id));
    TRY(grants_follow(c, u->id, into.id));
    TRY(put_end(c, u, "merged", on, a));
    return tx_commit(&tx);
}

enum err
unit_split(struct call *c, const struct unit_act *a, struct unit *u)
{
    struct unit old = { 0 }, parent = { 0 };
    day on;

    if (is_ahead(c, a))
        return plan(c, &unit_split_model, "split", a, u);
    TX tx = tx_begin(c);
    TRY(acted_on(c, &unit_split_model, a, &old, &on));
    /* The new one stands beside the old and begins empty: who and what goes over
       is the office's to say, one by one. */
    if (old.parent_id)
        TRY(model_get(c, &unit_model, old.parent_id, &parent));
    TRY(need_edit(c, parent.id));
    *u = (struct unit){ .code = a->code,
                        .name = a->name,
                        .parent_id = parent.id,
                        .sort = old.sort,
                        .valid_from = on };
    TRY(found_unit(c, u, &parent, a->reason));
    TRY(unit_note(c, &(struct unit_change){ .unit_id = old.id,
                                            .kind = "split",
                                            .on_day = on,
                                            .into_id = u->id,
                                            .reason = a->reason }));
    return tx_commit(&tx);
}

static const char count_children[] =
    "SELECT COUNT(*) FROM unit WHERE parent_id = $1"
    " AND (valid_to IS NULL OR valid_to > $2)";
static const char count_people[] =
    "SELECT COUNT(*) FROM person WHERE unit_id = $1 AND active = 1";
static const char count_rooms[] =
    "SELECT COUNT(*) FROM place WHERE unit_id = $1 AND active = 1";

enum err
unit_end(struct call *c, const struct unit_act *a, struct unit *u)
{
    int64_t units = 0, people = 0, rooms = 0;
    day on;

    if (is_ahead(c, a))
        return plan(c, &unit_end_model, "end", a, u);
    TX tx = tx_begin(c);
    TRY(acted_on(c, &unit_end_model, a, u, &on));
    /* Nobody is left behind in a unit that is no more; whoever wants them moved
       along merges it. */
    TRY(db_int(c, &units, count_children, V(u->id), V(today(c))));
    TRY(db_int(c, &people, count_people, V(u->id)));
    TRY(db_int(c, &rooms, count_rooms, V(u->id)));
    if (units || people || rooms)
        return fail(c, ERR_CONFLICT, NULL,
                    "“%s” still has %lld units, %lld people and %lld rooms",
                    u->name, (long long)units, (long long)people,
                    (long long)rooms);
    TRY(put_end(c, u, "ended", on, a));
    return tx_commit(&tx);
}

static enum err
get_unit(struct call *c, void *rec)
{
    return unit_get(c, rec);
}

/* A table has the units that are, and those that are to be. */
static enum err
list_living(struct call *c, struct list *l)
{
    TRY(auth_need(c, "org.see", &(struct auth_where){ 0 }));
    list_and(c, l, "valid_to IS NULL OR valid_to > $%zu",
             list_bind(c, l, V(today(c))));
    return model_list(c, l);
}

/* -- tables in ------------------------------------------------------------- */

static void
derive_unit(struct call *c, void *rec, const void *above)
{
    const struct unit none = { 0 };
    struct unit *u = rec;

    put_path(c, u, above ? above : &none);
    if (u->valid_from.n == 0)
        u->valid_from = today(c);
}

/* A unit's history knows what an import did to it. */
static enum err
note_import(struct call *c, const void *before, const void *rec)
{
    const struct unit *old = before, *u = rec;
    struct unit_change x = { .unit_id = u->id, .on_day = today(c) };

    if (old == NULL) {
        x.kind = "created";
        x.new_name = u->name;
        x.new_parent_id = u->parent_id;
        return unit_note(c, &x);
    }
    if (!text_same(old->name, u->name)) {
        x.kind = "renamed";
        x.old_name = old->name;
        x.new_name = u->name;
        TRY(unit_note(c, &x));
    }
    if (old->parent_id != u->parent_id) {
        x.kind = "moved";
        x.old_name = x.new_name = NULL;
        x.old_parent_id = old->parent_id;
        x.new_parent_id = u->parent_id;
        TRY(unit_note(c, &x));
    }
    return OK;
}

static const struct noun_tree unit_tree = {
    .parent = "parent_id",
    .deepest = UNIT_DEPTH,
    .derive = derive_unit,
    .written = note_import,
    .settled = settle_all
};

static const char *const unit_columns[] = {
    "code", "name", "short_name", "name_en", "parent_id", "sort", NULL
};

const struct noun unit_noun = {
    .model = &unit_model,
    .plural = "units",
    .says = "The tree of units.",
    .part = "org",
    .edit = "org.edit",
    .told = "org.see",
    .by_hand = true,
    .columns = unit_columns,
    .list = list_living,
    .tree = &unit_tree,
    .get = get_unit,
};
