/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places carry what follows from those above them, path and full name, in
 * their own rows: a list of rooms is shown a thousand times for each time a
 * building is renamed.
 */
#include "engine/org/inner.h"

#include <string.h>

#include "auth/change.h"
#include "base/words.h"

const char *const place_kinds[] = { "site", "building", "floor", "room", NULL };

static const struct field fields[] = {
    FIELD(struct place, id, .flags = GIVEN),
    FIELD(struct place, code, .flags = REQUIRED | UNIQUE | FOUND, .max = 40,
          .label = "Code", .also = "代码,位置编码,房间编码"),
    FIELD(struct place, name, .flags = REQUIRED | FOUND, .max = 60,
          .label = "Name", .also = "位置名称"),
    FIELD(struct place, name_en, .flags = FOUND, .max = 120,
          .label = "English name", .also = "英文名"),
    FIELD(struct place, kind, .flags = REQUIRED, .choices = place_kinds,
          .label = "Kind", .also = "类别"),
    FIELD(struct place, parent_id, .refers = "place", .label = "Lies in",
          .also = "上级位置编码,上级编码,上级代码"),
    FIELD(struct place, path, .flags = GIVEN | REQUIRED | FLEETING),
    FIELD(struct place, full_name,
          .flags = GIVEN | REQUIRED | FLEETING | TITLE | FOUND,
          .label = "Full name"),
    FIELD(struct place, full_name_en, .flags = GIVEN | FLEETING,
          .label = "Full English name"),
    FIELD(struct place, unit_id, .refers = "unit", .label = "Used by",
          .also = "部门编码,单位编码"),
    FIELD(struct place, room_use, .max = 60, .label = "Use"),
    FIELD(struct place, area_m2, .max = 1000000, .label = "Area in m²",
          .also = "面积,使用面积"),
    FIELD(struct place, restricted, .label = "Secrecy area",
          .also = "涉密,涉密区域"),
    FIELD(struct place, active, .flags = IN_USE, .label = "In use",
          .also = "在用"),
    FIELD(struct place, initials, .flags = GIVEN | FLEETING | FOUND),
    FIELD(struct place, version, .flags = GIVEN),
    FIELD(struct place, updated_at, .flags = GIVEN),
};
const struct model place_model = MODEL("place", "place", struct place, fields);

static const char find_code[] =
    "SELECT full_name FROM place WHERE code = $1 AND id <> $2";

/* Wider kinds come first in place_kinds. */
static unsigned
rank_of(const char *kind)
{
    unsigned i = 0;

    while (place_kinds[i] && strcmp(place_kinds[i], kind) != 0)
        i++;
    return i;
}

/* Kinds may be left out on the way down, but not turned round: a guard house
   is a room right on the site. */
static enum err
check_parent(struct call *c, const void *rec, const void *above)
{
    const struct place *p = rec, *parent = above;
    unsigned rank = rank_of(p->kind);

    if (parent && rank_of(parent->kind) >= rank)
        return fail(c, ERR_INVALID, "parent_id",
                    "a %s cannot lie in the %s “%s”", words_in(c, p->kind),
                    words_in(c, parent->kind), parent->name);
    if (!parent && rank >= rank_of("floor"))
        return fail(c, ERR_INVALID, "parent_id", "a %s must lie in something",
                    words_in(c, p->kind));
    return OK;
}

/* What has no English name keeps its own among those that have. */
static const char *
english_name(struct call *c, const struct place *p, const struct place *above)
{
    if (above == NULL)
        return p->name_en;
    if (p->name_en == NULL && above->full_name_en == NULL)
        return NULL;
    return arena_printf(c->arena, "%s, %s", p->name_en ? p->name_en : p->name,
                        above->full_name_en ? above->full_name_en
                                            : above->full_name);
}

/* The site is left out of full names: nobody says it in their own house. */
static void
derive(struct call *c, void *rec, const void *above)
{
    const struct place *parent = above;
    struct place *p = rec;
    bool named = parent && strcmp(parent->kind, "site") != 0;

    p->path = arena_printf(c->arena, "%s%lld/", parent ? parent->path : "/",
                           (long long)p->id);
    p->full_name =
        named ? arena_printf(c->arena, "%s %s", parent->full_name, p->name)
              : p->name;
    p->full_name_en = english_name(c, p, named ? parent : NULL);
    p->initials = text_initials(c->arena, p->full_name);
}

static const char put_derived[] =
    "UPDATE place SET path = $1, full_name = $2, initials = $3,"
    " full_name_en = $4 WHERE id = $5";

static enum err
keep_derived(struct call *c, const struct place *p)
{
    TRY(db_exec(c, put_derived, V(p->path), V(p->full_name), V(p->initials),
                V(p->full_name_en), V(p->id)));
    return org_index_place(c, p);
}

static bool
is_called_anew(const struct place *p, const struct place *old)
{
    return !text_same(p->path, old->path)
           || !text_same(p->full_name, old->full_name)
           || !text_same(p->full_name_en, old->full_name_en);
}

/* The right may be held for the place or for the unit that uses it. */
static enum err
need_edit(struct call *c, const struct place *p)
{
    return auth_need(c, "org.edit",
                     &(struct auth_where){ .place_id = p->id,
                                           .unit_id = p->unit_id });
}

/* Descriptor, code, unit, parent: what holds for a new place and a changed
   one alike.  Fills in the parent. */
static enum err
check(struct call *c, const struct place *p, struct place *parent)
{
    struct unit u;

    TRY(model_check(c, &place_model, p));
    TRY(org_own_code(c, find_code, p->code, p->id));
    TRY(org_refer(c, &unit_model, "unit_id", p->unit_id, &u));
    TRY(org_refer(c, &place_model, "parent_id", p->parent_id, parent));
    return check_parent(c, p, p->parent_id ? parent : NULL);
}

enum err
place_add(struct call *c, struct place *p)
{
    struct place parent = { 0 };

    TX tx = tx_begin(c);
    TRY(check(c, p, &parent));
    TRY(need_edit(c, &parent));
    p->active = true;
    p->id = new_id(c);
    derive(c, p, parent.id ? &parent : NULL);
    TRY(model_add(c, &place_model, p));
    TRY(org_index_place(c, p));
    return tx_commit(&tx);
}

/* The places right below, read whole so that nothing is open while they are
   written. */
static enum err
read_below(struct call *c, const struct place *p, struct place **below,
           size_t *n)
{
    ROWS r = model_query(c, &place_model, "WHERE parent_id = $1 ORDER BY id",
                         V(p->id));
    size_t cap = 0;

    *below = NULL;
    for (*n = 0; rows_next(&r); (*n)++) {
        GROW(c->arena, *below, *n, cap);
        model_read_row(&place_model, &r, &(*below)[*n]);
    }
    return rows_end(&r);
}

/* Four kinds make it four levels deep at most. */
static enum err
refresh_below(struct call *c, const struct place *p)
{
    struct place *below;
    size_t n;

    TRY(read_below(c, p, &below, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(check_parent(c, &below[i], p));
        derive(c, &below[i], p);
        TRY(keep_derived(c, &below[i]));
        TRY(refresh_below(c, &below[i]));
    }
    return OK;
}

enum err
place_set(struct call *c, struct place *p, field_mask said)
{
    struct place old = { 0 }, parent = { 0 };

    TX tx = tx_begin(c);
    TRY(model_get(c, &place_model, p->id, &old));
    TRY(need_edit(c, &old));
    model_fill(&place_model, p, &old, said);
    TRY(check(c, p, &parent));
    if (parent.id != old.parent_id)
        TRY(need_edit(c, &parent));
    if (parent.id && text_starts(parent.path, old.path))
        return fail(c, ERR_CONFLICT, "parent_id", "“%s” lies below “%s”",
                    parent.name, p->name);
    derive(c, p, parent.id ? &parent : NULL);
    TRY(change_keeps_names(c, &place_model, &old, p));
    TRY(model_set(c, &place_model, p, ALL_FIELDS));
    TRY(org_index_place(c, p));
    if (is_called_anew(p, &old) || !text_same(p->kind, old.kind))
        TRY(refresh_below(c, p));
    return tx_commit(&tx);
}

/* -- looking ----------------------------------------------------------- */

/* What lies in a secrecy area is one. */
static const char open_to_all[] =
    "NOT EXISTS (SELECT 1 FROM place r WHERE r.restricted = 1"
    " AND place.path LIKE r.path || '%')";

static const char count_secret[] =
    "SELECT COUNT(*) FROM place p JOIN place r ON p.path LIKE r.path || '%'"
    " WHERE p.id = $1 AND r.restricted = 1";

enum err
place_is_restricted(struct call *c, int64_t id, bool *restricted)
{
    int64_t n = 0;

    TRY(db_int(c, &n, count_secret, V(id)));
    *restricted = n > 0;
    return OK;
}

enum err
place_list(struct call *c, struct list *l)
{
    TRY(auth_need(c, NULL, NULL));
    if (auth_from_outside(c))
        list_and(c, l, "%s", open_to_all);
    TRY(org_find_places(c, l));
    if (l->view == NULL)
        return model_list(c, l);
    if (!text_same(l->view, "near"))
        return fail(c, ERR_INVALID, "view", "“%.40s” is not one of its words",
                    l->view);
    return place_list_near(c, l);
}

enum err
place_get(struct call *c, struct place *p)
{
    int64_t id = p->id;
    bool secret = false;

    TRY(auth_need(c, NULL, NULL));
    if (auth_from_outside(c))
        TRY(place_is_restricted(c, id, &secret));
    if (secret)
        return fail(c, ERR_ABSENT, NULL, "there is no %s %lld",
                    words_in(c, "place"), (long long)id);
    return model_get(c, &place_model, id, p);
}

static enum err
get_place(struct call *c, void *rec)
{
    return place_get(c, rec);
}

static enum err
set_place(struct call *c, void *rec, field_mask said)
{
    return place_set(c, rec, said);
}

static enum err
list_all(struct call *c, struct list *l)
{
    TRY(auth_need(c, "org.see", &(struct auth_where){ 0 }));
    TRY(org_find_places(c, l));
    return model_list(c, l);
}

/* -- tables in ------------------------------------------------------------- */

static enum err
index_written(struct call *c, const void *old, const void *rec)
{
    (void)old;
    return org_index_place(c, rec);
}

/* Places that the file does not name are called by what they lie in, too. */
static enum err
follow(struct call *c, const void *old, const void *rec)
{
    return is_called_anew(rec, old) ? keep_derived(c, rec) : OK;
}

static const struct noun_tree place_tree = {
    .parent = "parent_id",
    .fits = check_parent,
    .derive = derive,
    .written = index_written,
    .follow = follow
};

/* What people call the kinds. */
static const struct noun_spelling kind_spellings[] = {
    { "园区", "site" },     { "大院", "site" },     { "楼", "building" },
    { "楼栋", "building" }, { "层", "floor" },      { "室", "room" },
    { "院区", "site" },     { "楼宇", "building" }, { "楼层", "floor" },
    { "房间", "room" },     { NULL, NULL },
};

static const char *const place_columns[] = {
    "code",     "name",    "name_en",    "kind",   "parent_id", "unit_id",
    "room_use", "area_m2", "restricted", "active", NULL
};

const struct noun place_noun = {
    .model = &place_model,
    .plural = "places",
    .says = "Sites, buildings, floors, rooms.",
    .part = "org",
    .edit = "org.edit",
    .told = "org.see",
    .reach = { .place = "id", .unit = "unit_id" },
    .merges = true,
    .gains = gain_of_place,
    .by_hand = true,
    .columns = place_columns,
    .list = list_all,
    .spelled = kind_spellings,
    .tree = &place_tree,
    .get = get_place,
    .set = set_place,
};
