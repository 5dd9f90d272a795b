/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People, in full for those with org.see, as cards for everybody.  A card is
 * another descriptor on the same table that leaves phones out, so that no
 * filter or sort order can ask for them one digit at a time.
 */
#include "engine/org/inner.h"

#include <assert.h>
#include <string.h>

#include "auth/change.h"
#include "json/json.h"

static const struct field fields[] = {
    FIELD(struct person, id, .flags = GIVEN),
    FIELD(struct person, code, .flags = REQUIRED | UNIQUE | FOUND, .max = 32,
          .label = "Staff number", .also = "编码,编号,人员编码"),
    FIELD(struct person, name, .flags = REQUIRED | TITLE | FOUND, .max = 60,
          .label = "Name of the person", .also = "名称"),
    FIELD(struct person, name_en, .flags = FOUND, .max = 120,
          .label = "English name", .also = "英文名"),
    FIELD(struct person, initials, .flags = GIVEN | FOUND),
    FIELD(struct person, unit_id, .refers = "unit", .label = "Unit",
          .also = "单位编码,处室编码"),
    FIELD(struct person, provider_id, .refers = "provider", .label = "Provider",
          .also = "外包单位编码"),
    FIELD(struct person, place_id, .refers = "place", .label = "Room",
          .also = "办公室编码,位置编码"),
    FIELD(struct person, post, .max = 60, .label = "Post", .also = "岗位"),
    FIELD(struct person, phone, .flags = FOUND, .max = 24,
          .label = "Office phone", .also = "电话,分机"),
    FIELD(struct person, mobile, .flags = FOUND, .max = 24,
          .label = "Mobile phone", .also = "手机号,移动电话"),
    FIELD(struct person, email, .max = 120, .label = "E-mail", .also = "邮箱"),
    FIELD(struct person, active, .flags = IN_USE, .label = "In service",
          .also = "启用"),
    FIELD(struct person, version, .flags = GIVEN),
    FIELD(struct person, updated_at, .flags = GIVEN),
    FIELD(struct person, unit_name, .flags = GIVEN | DERIVED),
    FIELD(struct person, provider_name, .flags = GIVEN | DERIVED),
    FIELD(struct person, place_name, .flags = GIVEN | DERIVED),
};
const struct model person_model =
    MODEL("person", "person", struct person, fields);

static const struct field card_fields[] = {
    FIELD(struct person_card, id, .flags = GIVEN),
    FIELD(struct person_card, code, .flags = GIVEN | REQUIRED | FOUND,
          .label = "Staff number"),
    FIELD(struct person_card, name, .flags = GIVEN | REQUIRED | FOUND,
          .label = "Name"),
    FIELD(struct person_card, name_en, .flags = GIVEN | FOUND,
          .label = "English name"),
    FIELD(struct person_card, initials, .flags = GIVEN | FOUND),
    FIELD(struct person_card, unit_id, .flags = GIVEN, .refers = "unit"),
    FIELD(struct person_card, provider_id, .flags = GIVEN,
          .refers = "provider"),
    FIELD(struct person_card, place_id, .flags = GIVEN, .refers = "place"),
    FIELD(struct person_card, post, .flags = GIVEN, .label = "Post"),
    FIELD(struct person_card, active, .flags = GIVEN),
    FIELD(struct person_card, unit_name, .flags = GIVEN | DERIVED,
          .label = "Unit"),
    FIELD(struct person_card, provider_name, .flags = GIVEN | DERIVED,
          .label = "Provider"),
    FIELD(struct person_card, place_name, .flags = GIVEN | DERIVED,
          .label = "Room"),
    FIELD(struct person_card, phone, .flags = GIVEN | DERIVED,
          .label = "Office phone"),
    FIELD(struct person_card, mobile, .flags = GIVEN | DERIVED,
          .label = "Mobile phone"),
};
const struct model person_card_model =
    MODEL("person_card", "person", struct person_card, card_fields);

static const char find_code[] =
    "SELECT name FROM person WHERE code = $1 AND id <> $2";

/* What relates two fields or looks inside one. */
static enum err
check_fields(struct call *c, struct person *p)
{
    const char *sign = p->email ? strchr(p->email, '@') : NULL;

    if (p->unit_id == 0 && p->provider_id == 0)
        return fail(c, ERR_INVALID, "unit_id",
                    "a person belongs to a unit or to a provider");
    TRY(org_check_phone(c, "phone", &p->phone));
    TRY(org_check_phone(c, "mobile", &p->mobile));
    if (p->email && (!sign || sign == p->email || sign[1] == '\0'))
        return fail(c, ERR_INVALID, "email", "“%.60s” is no e-mail address",
                    p->email);
    return OK;
}

static enum err
need_edit(struct call *c, const struct person *p)
{
    return auth_need(c, "org.edit",
                     &(struct auth_where){ .unit_id = p->unit_id,
                                           .provider_id = p->provider_id });
}

static enum err
check(struct call *c, struct person *p)
{
    struct unit u = { 0 };
    struct provider v;
    struct place at;

    TRY(model_check(c, &person_model, p));
    TRY(check_fields(c, p));
    TRY(org_refer(c, &unit_model, "unit_id", p->unit_id, &u));
    if (p->active && !unit_lives(&u, today(c)))
        return fail(c, ERR_CONFLICT, "unit_id", "“%s” is no more", u.name);
    TRY(org_refer(c, &provider_model, "provider_id", p->provider_id, &v));
    return org_refer(c, &place_model, "place_id", p->place_id, &at);
}

/* Names beside the ids, for whoever shows the person. */
static enum err
put_names(struct call *c, struct person *p)
{
    TRY(org_name_of(c, find_unit_name, p->unit_id, &p->unit_name));
    TRY(org_name_of(c, find_provider_name, p->provider_id, &p->provider_name));
    return org_name_of(c, find_place_name, p->place_id, &p->place_name);
}

static enum err
own_code(struct call *c, const struct person *p)
{
    return org_own_code(c, find_code, p->code, p->id);
}

static enum err
put_new(struct call *c, struct person *p)
{
    TRY(need_edit(c, p));
    p->initials = text_initials(c->arena, p->name);
    TRY(model_add(c, &person_model, p));
    return org_index_person(c, p);
}

enum err
person_add(struct call *c, struct person *p)
{
    TX tx = tx_begin(c);
    p->active = true;
    TRY(check(c, p));
    TRY(own_code(c, p));
    TRY(put_new(c, p));
    TRY(put_names(c, p));
    return tx_commit(&tx);
}

/* Of a table: in service or not, as they are said to be; that nobody has the
   code was just looked up. */
static enum err
add_person(struct call *c, void *rec)
{
    TX tx = tx_begin(c);
    TRY(check(c, rec));
    TRY(put_new(c, rec));
    return tx_commit(&tx);
}

/* -- what bears on rights ------------------------------------------------ */

/* One of them: it is asked for, not made, where it must wait. */
static enum err
judge(struct call *c, enum change_why why, struct right_change *w, bool *waits)
{
    TRY(change_waits(c, why, w->person_id, waits));
    return *waits ? change_ask(c, w) : OK;
}

/* Whoever belongs to a provider acts for it. */
static enum err
judge_provider(struct call *c, struct person *p, const struct person *old,
               struct right_change *w)
{
    struct provider v = { 0 };
    bool waits;

    if (p->provider_id == 0 || p->provider_id == old->provider_id)
        return OK;
    TRY(org_refer(c, &provider_model, "provider_id", p->provider_id, &v));
    w->kind = "provider";
    w->about = v.name;
    w->wish = arena_printf(c->arena, "{\"provider_id\":%lld%s}",
                           (long long)p->provider_id,
                           p->unit_id ? "" : ",\"unit_id\":null");
    TRY(judge(c, CHANGE_GIVES, w, &waits));
    if (waits) {
        p->provider_id = old->provider_id;
        if (p->unit_id == 0)
            p->unit_id = old->unit_id;
    }
    return OK;
}

/* Under another name the account would be another's. */
static enum err
judge_name(struct call *c, struct person *p, const struct person *old,
           struct right_change *w)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    bool waits;

    if (text_same(p->name, old->name))
        return OK;
    json_begin(&o);
    json_put_text(&o, "name", p->name);
    json_end(&o);
    w->kind = "person_name";
    w->about = p->name;
    w->wish = b.s;
    TRY(judge(c, CHANGE_NAME, w, &waits));
    if (waits)
        p->name = old->name;
    /* Asked for, it waits; else the person is called so at once. */
    return waits ? OK
                 : change_keeps_names(c, &person_model, old,
                                      &(struct person){ .code = old->code,
                                                        .name = p->name });
}

static enum err
judge_service(struct call *c, struct person *p, const struct person *old,
              struct right_change *w)
{
    bool waits;

    if (p->active == old->active)
        return OK;
    w->kind = p->active ? "person_on" : "person_off";
    w->about = old->code;
    w->wish = p->active ? "{\"active\":true}" : "{\"active\":false}";
    TRY(judge(c, p->active ? CHANGE_BACK_IN_USE : CHANGE_ADMIN_LEAVES, w,
              &waits));
    if (waits)
        p->active = old->active;
    return OK;
}

/* What of a change from OLD to P gives rights or takes an administrator's is
   refused, or asked for and undone in P where a second one must agree. */
static enum err
judge_person(struct call *c, struct person *p, const struct person *old)
{
    struct right_change blank = {
        .person_id = old->id, .noun = "person", .noun_id = old->id
    };
    struct right_change w = blank;
    const struct person coded = { .code = p->code, .name = old->name };

    if (!auth_is_program(c) && c->actor->person_id == old->id
        && p->unit_id != old->unit_id)
        return fail(c, ERR_DENIED, "unit_id",
                    "nobody changes their own rights");
    TRY(change_keeps_names(c, &person_model, old, &coded));
    /* The name first: what is asked for besides speaks with the new one. */
    TRY(judge_name(c, p, old, &w));
    w = blank;
    TRY(judge_provider(c, p, old, &w));
    w = blank;
    return judge_service(c, p, old, &w);
}

enum err
person_set(struct call *c, struct person *p, field_mask said)
{
    struct person old = { 0 };

    TX tx = tx_begin(c);
    TRY(model_get(c, &person_model, p->id, &old));
    TRY(need_edit(c, &old));
    model_fill(&person_model, p, &old, said);
    TRY(check(c, p));
    if (!text_same(p->code, old.code))
        TRY(own_code(c, p));
    TRY(need_edit(c, p));
    TRY(judge_person(c, p, &old));
    p->initials = text_initials(c->arena, p->name);
    TRY(model_set(c, &person_model, p, ALL_FIELDS));
    TRY(org_index_person(c, p));
    /* Whose people they are is held in memory, too. */
    if (old.active && !p->active)
        TRY(auth_person_left(c, p->id));
    else if (old.provider_id != p->provider_id)
        auth_forget(c);
    TRY(put_names(c, p));
    return tx_commit(&tx);
}

enum err
person_get(struct call *c, struct person *p)
{
    TRY(model_get(c, &person_model, p->id, p));
    TRY(auth_need(c, "org.see",
                  &(struct auth_where){ .unit_id = p->unit_id,
                                        .provider_id = p->provider_id }));
    return put_names(c, p);
}

/* -- what a list shows besides ---------------------------------------- */

/* The names a person comes with, and where they lie: of AT_ONCE persons in one
   statement, for a list may hold 500 and a database be a network away. */
#define AT_ONCE 16
static const char find_names[] =
    "SELECT p.id, p.phone, p.mobile, u.name, v.name, l.full_name, u.path,"
    " l.path FROM person p"
    " LEFT JOIN unit u ON u.id = p.unit_id"
    " LEFT JOIN provider v ON v.id = p.provider_id"
    " LEFT JOIN place l ON l.id = p.place_id"
    " WHERE p.id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
    " $14, $15, $16)";

static_assert(offsetof(struct person, id) == 0
                  && offsetof(struct person_card, id) == 0,
              "a row of either begins with its id");

/* FILL each row of the list from what was found of it. */
static enum err
look_up(struct call *c, const struct list *l,
        void (*fill)(struct call *c, void *rec, struct rows *r))
{
    char *all = l->rows;

    for (size_t from = 0; from < l->n; from += AT_ONCE) {
        struct value ids[AT_ONCE];
        void *recs[AT_ONCE];

        for (size_t i = 0; i < AT_ONCE; i++) {
            recs[i] =
                from + i < l->n ? all + (from + i) * l->model->size : NULL;
            ids[i] = V(recs[i] ? *(const int64_t *)recs[i] : INT64_C(-1));
        }
        ROWS r = db_query_n(c, find_names, ids, AT_ONCE);
        while (rows_next(&r))
            for (size_t i = 0; i < AT_ONCE && recs[i] != NULL; i++)
                if (ids[i].as.i == row_int(&r, 0))
                    fill(c, recs[i], &r);
        TRY(rows_end(&r));
    }
    return OK;
}

static void
fill_names(struct call *c, void *rec, struct rows *r)
{
    struct person *p = rec;

    (void)c;
    p->unit_name = row_text(r, 3);
    p->provider_name = row_text(r, 4);
    p->place_name = row_text(r, 5);
}

enum err
person_list(struct call *c, struct list *l)
{
    TRY(auth_limit(c, "org.see", &person_noun.reach, l));
    TRY(org_find_persons(c, l, true));
    TRY(model_list(c, l));
    return look_up(c, l, fill_names);
}

/* -- cards ----------------------------------------------------------- */

#define MASKED_FROM 7 /* digits; an extension inside the house is shorter */

const char *
phone_masked(struct call *c, const char *phone)
{
    size_t n = phone ? strlen(phone) : 0;

    if (n < MASKED_FROM)
        return phone;
    return arena_printf(c->arena, "%.3s****%s", phone, phone + n - 4);
}

bool
org_sees_phone(struct call *c, const struct auth_where *where)
{
    return auth_may_at(c, "org.see", where)
           || auth_may_at(c, "order.for_others", where);
}

/* Phones are masked but for persons within the reader's reach, and the reader. */
static void
fill_card(struct call *c, void *card, struct rows *r)
{
    struct person_card *k = card;
    struct auth_reach reach;
    bool open;

    k->phone = row_text(r, 1);
    k->mobile = row_text(r, 2);
    k->unit_name = row_text(r, 3);
    k->provider_name = row_text(r, 4);
    k->place_name = row_text(r, 5);
    auth_reach_know(&reach, k->unit_id, row_text(r, 6), k->place_id,
                    row_text(r, 7));
    c->reach = &reach;
    open = org_sees_phone(c, &(struct auth_where){
                                 .unit_id = k->unit_id,
                                 .place_id = k->place_id,
                                 .provider_id = k->provider_id });
    c->reach = NULL;
    if (!open && k->id != c->actor->person_id) {
        k->phone = phone_masked(c, k->phone);
        k->mobile = phone_masked(c, k->mobile);
    }
}

enum err
person_pick(struct call *c, struct list *l)
{
    TRY(auth_need(c, NULL, NULL));
    list_and(c, l, "active = 1");
    if (auth_from_outside(c))
        list_and(c, l, "provider_id = $%zu",
                 list_bind(c, l, V(c->actor->provider_id)));
    /* Whoever sees only some in the clear must not guess the others. */
    TRY(org_find_persons(c, l, org_sees_phone(c, &(struct auth_where){ 0 })));
    TRY(model_list(c, l));
    return look_up(c, l, fill_card);
}

static enum err
get_person(struct call *c, void *rec)
{
    return person_get(c, rec);
}

static enum err
set_person(struct call *c, void *rec, field_mask said)
{
    return person_set(c, rec, said);
}

static const char *const person_columns[] = {
    "code", "name",  "name_en", "unit_id", "provider_id", "place_id",
    "post", "phone", "mobile",  "email",   "active",      NULL
};

const struct noun person_noun = {
    .model = &person_model,
    .plural = "persons",
    .says = "People of the units the caller may see.",
    .called = { "name", "code" },
    .part = "org",
    .see = "org.see",
    .edit = "org.edit",
    /* A phone lies besides where the room is. */
    .reach = { .unit = "unit_id", .provider = "provider_id" },
    .merges = true,
    .gains = gain_of_person,
    .by_hand = true,
    .columns = person_columns,
    .list = person_list,
    .get = get_person,
    .set = set_person,
    .add = add_person,
};
