/* SPDX-License-Identifier: Apache-2.0 */
/* What noun/noun.h promises, of every plain noun there is. */
#include "noun/noun.h"

#include <ctype.h>

#include "api/find.h"
#include "api/nouns.h"
#include "auth/change.h"
#include "base/words.h"
#include "engine/catalog/catalog.h"
#include "engine/order/recurring.h"
#include "engine/org/org.h"
#include "life/life.h"
#include "model/member.h"
#include "noun/view.h"
#include "office.h"
#include "table_out.h"

/* A good row of each plain noun, as JSON; %lld is the crew of plumbers. */
static const struct sample {
    const struct noun *noun;
    const char *json, *change; /* CHANGE: one field, as JSON */
    const char *by;            /* who may edit it; NULL: sysadmin */
} samples[] = {
    { &provider_noun, "{\"code\":\"PX\",\"name\":\"X\"}", "{\"name\":\"Y\"}" },
    { &crew_noun, "{\"code\":\"CX\",\"name\":\"X\"}", "{\"name\":\"Y\"}" },
    { &crew_member_noun, "{\"crew_id\":%lld,\"person_id\":91}",
      "{\"skills\":\"pipes\"}" },
    { &shift_noun,
      "{\"crew_id\":%lld,\"name\":\"early\",\"weekdays\":\"12345\","
      "\"from_min\":360,\"to_min\":840}",
      "{\"name\":\"late\"}" },
    { &on_call_noun,
      "{\"on_day\":\"2026-12-24\",\"person_id\":91,\"from_min\":1080,"
      "\"to_min\":480}",
      "{\"phone\":\"87050022\"}" },
    { &service_area_noun, "{\"code\":\"ZX\",\"name\":\"X\",\"name_en\":\"X\"}",
      "{\"name\":\"Y\"}" },
    { &routing_rule_noun, "{\"crew_id\":%lld,\"item_code\":\"A04\"}",
      "{\"place_id\":22}" },
    { &calendar_day_noun, "{\"on_day\":\"2026-12-24\",\"kind\":\"closure\"}",
      "{\"name\":\"Y\"}" },
    { &calendar_year_noun, "{\"year\":2041}", "{\"source\":\"Y\"}" },
    { &office_hours_noun,
      "{\"name\":\"X\",\"from_month_day\":501,\"to_month_day\":930,"
      "\"spans\":\"08:00-12:00\"}",
      "{\"name\":\"Y\"}" },
    { &setting_noun, "{\"name\":\"office.name\",\"value\":\"X\"}",
      "{\"value\":\"Y\"}" },
    { &item_word_noun, "{\"item_code\":\"A04\",\"word\":\"X\"}",
      "{\"word\":\"Y\"}" },
    { &ready_phrase_noun, "{\"item_code\":\"A04\",\"text\":\"X\"}",
      "{\"text\":\"Y\"}" },
    { &unfound_word_noun, "{\"word\":\"X\"}", "{\"active\":false}" },
    { &recurring_order_noun,
      "{\"name\":\"X\",\"rule\":\"weekly\",\"weekdays\":\"1\","
      "\"item_code\":\"A04\",\"place_id\":23,\"requester_id\":41}",
      "{\"name\":\"Y\"}", "desk" },
    { &saved_view_noun, "{\"list\":\"orders\",\"name\":\"X\"}",
      "{\"query\":\"state=submitted\"}" },
};

static void *
read_sample(struct call *c, const struct sample *s, const char *json)
{
    void *rec = arena_alloc(c->arena, s->noun->model->size);
    field_mask said = 0;

    json =
        arena_printf(c->arena, json, (long long)id_of(c, "crew", "plumbers"));
    EXPECT_OK(
        model_read_json(c, s->noun->model, json, strlen(json), rec, &said));
    c->said = said;
    return rec;
}

/* Somebody whom no account lets in, so that nothing of theirs waits. */
static void
open_office(struct call *c)
{
    office_make(c);
    office_exec(c, "INSERT INTO person (id, code, name, unit_id, active,"
                   " version) VALUES (91, '91', 'Hand', 12, 1, 1)");
    as(c, "sysadmin");
}

/* Whoever may edit it is at work. */
static bool
begins(struct call *c, const struct sample *s)
{
    as(c, s->by ? s->by : "sysadmin");
    return true;
}

/* Each sample in turn. */
#define EACH(s)                                                                \
    open_office(c);                                                            \
    for (const struct sample *s = samples; s < samples + COUNT(samples); s++)  \
        if (begins(c, s))

/* Those that come in and go out by tables, which is the administrator's. */
#define EACH_TABLE(s)                                                          \
    EACH(s)                                                                    \
    if (noun_imports(s->noun) && s->by == NULL)

static int64_t
add_sample(struct call *c, const struct sample *s)
{
    void *rec = read_sample(c, s, s->json);

    EXPECT_OK(noun_add(c, s->noun, rec));
    return model_id(s->noun->model, rec);
}

/* -- the register ------------------------------------------------------------ */

static bool
has_route(struct call *c, const char *method, const char *path)
{
    return route_find(c->arena, method, path).route != NULL;
}

TEST(the_register_of_nouns_is_whole)
{
    EXPECT_OK(nouns_whole(c));
    for (size_t i = 0; all_nouns[i] != NULL; i++) {
        const struct noun *n = all_nouns[i];
        const char *list = arena_printf(c->arena, "/%s", n->plural);
        const char *one = arena_printf(c->arena, "%s/7", list);
        bool sampled = false;

        EXPECT(noun_find(c, n->plural) == n);
        EXPECT(noun_of_table(c, n->model->table) == n);
        EXPECT(n->merges == (n->gains != NULL));
        for (size_t k = 0; k < n->model->n; k++)
            EXPECT(n->model->fields[k].refers == NULL
                   || strcmp(n->model->fields[k].refers, "any") == 0
                   || noun_of_table(c, n->model->fields[k].refers) != NULL);
        for (size_t k = 0; k < COUNT(samples); k++)
            sampled |= samples[k].noun == n;
        /* One with a life is tried by its table of steps (lives.c). */
        EXPECT(sampled == (!n->by_hand && n->life == NULL));
        if (n->by_hand)
            continue;
        EXPECT(has_route(c, "GET", list) && has_route(c, "POST", list));
        EXPECT(has_route(c, "GET", one));
        EXPECT(has_route(c, "PATCH", one) == (n->life == NULL));
        EXPECT(has_route(c, "DELETE", one) == n->removable);
    }
}

/* An English text of letters has another in Chinese, its noun's own or the
   common one. */
static void
expect_chinese(struct call *c, const char *noun, const char *text)
{
    const struct call chinese = { .lang = LANG_ZH, .words = c->words };

    if (text != NULL && isalpha((unsigned char)*text)
        && text_same(words_of(&chinese, noun, text), text))
        fail_msg("no Chinese for %s of %s\n", text, noun);
}

static void
expect_chinese_of_fields(struct call *c, const struct model *m)
{
    for (size_t k = 0; k < m->n; k++) {
        const struct field *f = &m->fields[k];

        expect_chinese(c, m->noun, f->label);
        for (size_t w = 0;
             m != &setting_model && f->choices != NULL && f->choices[w] != NULL;
             w++)
            expect_chinese(c, m->noun, f->choices[w]);
    }
}

static void
expect_chinese_of_life(struct call *c, const struct life *life)
{
    const char *noun = life->model->noun;

    for (size_t i = 0; life->states[i] != NULL; i++)
        expect_chinese(c, noun, life->states[i]);
    for (const struct step *s = life_next(life, NULL); s != NULL;
         s = life_next(life, s)) {
        expect_chinese(c, noun, s->verb);
        expect_chinese_of_fields(c, life_asks(s));
    }
}

TEST(every_word_of_a_noun_is_there_in_chinese)
{
    for (size_t i = 0; all_nouns[i] != NULL; i++) {
        const struct noun *n = all_nouns[i];

        if (n->life != NULL)
            expect_chinese_of_life(c, n->life);
        if (n->part == NULL)
            continue;
        expect_chinese(c, n->model->noun, n->model->noun);
        expect_chinese(c, n->model->noun, n->says);
        expect_chinese_of_fields(c, n->model);
    }
}

TEST_PLAIN(two_nouns_may_call_one_word_differently)
{
    static const char json[] = "{\"return\": \"退回\","
                               " \"lending:return\": \"归还\"}";
    struct words *w = words_open(json, sizeof json - 1);
    struct call zh = *c;

    zh.words = w;
    zh.lang = LANG_ZH;
    assert_string_equal(words_of(&zh, "lending", "return"), "归还");
    assert_string_equal(words_of(&zh, "order", "return"), "退回");
    assert_string_equal(words_of(&zh, "order", "lend"), "lend");
    assert_string_equal(words_of(&zh, NULL, "return"), "退回");
    zh.lang = LANG_EN;
    assert_string_equal(words_of(&zh, "lending", "return"), "return");
    words_close(w);
}

/* -- what is refused --------------------------------------------------------- */

TEST(what_is_missing_of_a_row_is_named)
{
    EACH(s)
    {
        const struct model *m = s->noun->model;

        for (size_t i = 0; i < m->n; i++) {
            void *rec = read_sample(c, s, s->json);

            if (!(m->fields[i].flags & REQUIRED)
                || m->fields[i].kind == FIELD_WORD)
                continue;
            member_copy(&m->fields[i], rec, NULL);
            EXPECT_FAULT(noun_add(c, s->noun, rec), ERR_INVALID,
                         m->fields[i].name);
        }
    }
}

TEST(a_reference_that_leads_nowhere_is_named)
{
    EACH(s)
    {
        const struct model *m = s->noun->model;

        for (size_t i = 0; i < m->n; i++) {
            void *rec = read_sample(c, s, s->json);

            if (m->fields[i].refers == NULL
                || text_same(m->fields[i].name, s->noun->own))
                continue;
            field_put(&m->fields[i], rec, 999999);
            EXPECT_FAULT(noun_add(c, s->noun, rec), ERR_INVALID,
                         m->fields[i].name);
        }
    }
}

TEST(nothing_new_refers_to_what_is_out_of_use)
{
    struct crew_member m = { .person_id = 42 };
    struct shift s = {
        .name = "early", .weekdays = "1", .from_min = 60, .to_min = 120
    };

    office_make(c);
    as(c, "sysadmin");
    m.crew_id = s.crew_id = id_of(c, "crew", "plumbers");
    EXPECT_OK(noun_add(c, &shift_noun, &s));
    office_exec(c, "UPDATE crew SET active = 0 WHERE code = 'plumbers'");
    EXPECT_FAULT(noun_add(c, &crew_member_noun, &m), ERR_CONFLICT, "crew_id");
    /* What refers to it already may still be changed. */
    s.name = "late";
    EXPECT_OK(noun_set(c, &shift_noun, &s, model_mask(&shift_model, "name")));
}

TEST(a_second_row_with_the_same_key_is_refused_by_its_field)
{
    EACH(s)
    {
        const struct field *unique = model_flagged(s->noun->model, UNIQUE);

        (void)add_sample(c, s);
        if (unique != NULL && s->noun != &crew_member_noun)
            EXPECT_FAULT(noun_add(c, s->noun, read_sample(c, s, s->json)),
                         ERR_CONFLICT, unique->name);
    }
}

TEST(whoever_has_no_right_changes_nothing)
{
    EACH(s)
    {
        int64_t id = add_sample(c, s);
        void *rec;

        /* Everybody may have their own. */
        if (s->noun->own != NULL)
            continue;
        as(c, "wang");
        EXPECT_FAULT(noun_add(c, s->noun, read_sample(c, s, s->json)),
                     ERR_DENIED, NULL);
        rec = read_sample(c, s, s->change);
        field_put(model_field(s->noun->model, "id"), rec, id);
        EXPECT_FAULT(noun_set(c, s->noun, rec, c->said), ERR_DENIED, NULL);
        if (s->noun->removable)
            EXPECT_FAULT(noun_remove(c, s->noun, id), ERR_DENIED, NULL);
        as(c, "sysadmin");
    }
}

TEST(a_stale_if_match_changes_and_removes_nothing)
{
    EACH(s)
    {
        int64_t id = add_sample(c, s);
        void *rec = read_sample(c, s, s->change);

        field_put(model_field(s->noun->model, "id"), rec, id);
        c->if_version = 7;
        EXPECT_FAULT(noun_set(c, s->noun, rec, c->said), ERR_STALE, NULL);
        if (s->noun->removable)
            EXPECT_FAULT(noun_remove(c, s->noun, id), ERR_STALE, NULL);
        c->if_version = 1;
        EXPECT_OK(noun_set(c, s->noun, rec, c->said));
        c->if_version = 2;
        if (s->noun->removable)
            EXPECT_OK(noun_remove(c, s->noun, id));
        c->if_version = 0;
    }
}

/* -- reach ------------------------------------------------------------------- */

/* Rows that are listed are those that may be got, for everybody. */
static void
list_is_what_can_be_got(struct call *c, const struct noun *n,
                        const char *account)
{
    struct list all = { .model = n->model, .limit = 500 };
    struct list mine = { .model = n->model, .limit = 500 };
    bool may;

    as(c, account);
    EXPECT_OK(model_list(c, &all));
    may = noun_list(c, n, &mine) == OK;
    for (size_t i = 0; i < all.n; i++) {
        const void *row = (char *)all.rows + i * n->model->size;
        void *rec = arena_alloc(c->arena, n->model->size);
        bool listed = false;

        for (size_t k = 0; may && k < mine.n; k++)
            listed |=
                model_id(n->model, row)
                == model_id(n->model, (char *)mine.rows + k * n->model->size);
        field_put(model_field(n->model, "id"), rec, model_id(n->model, row));
        EXPECT((noun_get(c, n, rec) == OK) == listed);
    }
}

TEST(rows_that_are_listed_are_those_that_can_be_got_by_everybody)
{
    static const char *const accounts[] = {
        "wang", "lift", "near", "house", "sysadmin", "leader", "desk", "auditor"
    };

    EACH(s)
    {
        (void)add_sample(c, s);
        for (size_t i = 0; i < COUNT(accounts); i++)
            list_is_what_can_be_got(c, s->noun, accounts[i]);
        as(c, "sysadmin");
    }
}

/* -- what others refer to -------------------------------------------------------- */

TEST(what_others_refer_to_is_not_removed_and_they_are_told)
{
    struct noun crews = crew_noun;

    crews.removable = true;
    office_make(c);
    as(c, "sysadmin");
    EXPECT_FAULT(noun_remove(c, &crews, id_of(c, "crew", "electricians")),
                 ERR_CONFLICT, NULL);
    EXPECT(strstr(c->fault.text, "3 × crew_member") != NULL);
    EXPECT(strstr(c->fault.text, "routing_rule") != NULL);
}

TEST(of_two_doubles_one_stays_with_all_that_referred_to_either)
{
    struct provider twin = { .code = "TWIN", .name = "Twin" };
    struct provider stays = { .code = "STAYS", .name = "The one that stays" };
    struct crew crew = { .code = "TC", .name = "Crew of the twin" };
    int64_t entries;

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &provider_noun, &twin));
    EXPECT_OK(noun_add(c, &provider_noun, &stays));
    crew.provider_id = twin.id;
    EXPECT_OK(noun_add(c, &crew_noun, &crew));
    entries = office_int(c, "SELECT COUNT(*) FROM audit_entry");
    EXPECT_OK(noun_merge(c, &provider_noun, twin.id, stays.id));
    EXPECT_OK(model_get(c, &crew_model, crew.id, &crew));
    EXPECT(crew.provider_id == stays.id);
    EXPECT_OK(model_get(c, &provider_model, twin.id, &twin));
    EXPECT(!twin.active);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry") == entries + 2);
    EXPECT_FAULT(noun_merge(c, &provider_noun, 31, 31), ERR_CONFLICT,
                 "into_id");
    EXPECT_FAULT(noun_merge(c, &provider_noun, 31, twin.id), ERR_CONFLICT,
                 "into_id");
}

/* Who stays signs in: a second administrator agrees. */
static void
confirm_merging(struct call *c)
{
    struct right_change w = { .id = office_int(c, "SELECT id FROM right_change"
                                                  " WHERE kind = 'merge'") };

    as(c, "secadmin");
    EXPECT_OK(right_change_confirm(c, &w));
}

/* Two doubles of what stands in F of an order, which is done with. */
static void
try_order_follows(struct call *c, const struct noun *n, const char *f,
                  int64_t from, int64_t into)
{
    const struct field *at = model_field(&order_model, f);
    struct order o = order_now(c, bring_to(c, ORDER_CLOSED));

    office_exec(c, arena_printf(c->arena, "UPDATE orders SET %s = %lld", f,
                                (long long)from));
    as(c, "sysadmin");
    EXPECT_OK(noun_merge(c, n, from, into));
    if (c->waits)
        confirm_merging(c);
    o = order_now(c, o.id);
    assert_int_equal(field_int(at, &o), into);
    assert_int_equal(
        office_int(c, arena_printf(c->arena,
                                   "SELECT COUNT(*) FROM event WHERE noun_id"
                                   " = %lld AND verb = 'merged' AND detail"
                                   " LIKE '%%\"%s\":[%lld,%lld]%%'",
                                   (long long)o.id, f, (long long)from,
                                   (long long)into)),
        1);
    assert_int_equal(office_int(c,
                                "SELECT COUNT(*) FROM audit_entry WHERE action"
                                " = 'order.merged'"),
                     1);
}

TEST(orders_follow_a_provider_into_its_double)
{
    struct provider twin = { .code = "TWIN", .name = "Twin" };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &provider_noun, &twin));
    office_exec(c, "UPDATE crew SET provider_id = NULL");
    office_exec(c, "DELETE FROM role_grant WHERE scope = 'provider'");
    office_exec(c, "UPDATE person SET provider_id = NULL, unit_id = 3");
    try_order_follows(c, &provider_noun, "provider_id", 31, twin.id);
}

TEST(orders_follow_a_place_into_its_double)
{
    office_make(c);
    try_order_follows(c, &place_noun, "place_id", 23, 24);
}

TEST(orders_follow_a_person_without_an_account_into_his_double)
{
    struct person twin = { .code = "TWIN", .name = "王芳", .unit_id = 3 };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(person_add(c, &twin));
    try_order_follows(c, &person_noun, "requester_id", twin.id, 41);
}

TEST(a_double_to_which_a_role_reaches_is_not_merged)
{
    office_make(c);
    as(c, "sysadmin");
    /* The account “house” has its role in House 1. */
    EXPECT_FAULT(noun_merge(c, &place_noun, 22, 24), ERR_CONFLICT, NULL);
}

TEST(a_double_is_not_merged_by_half)
{
    struct draft draft = { .content = "{}" };
    struct person twin = { .code = "TWIN", .name = "王芳", .unit_id = 3 };
    uint64_t before;

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(person_add(c, &twin));
    (void)bring_to(c, ORDER_ACCEPTED);
    as(c, "wang");
    EXPECT_OK(draft_add(c, &draft));
    office_exec(c, "UPDATE orders SET requester_id = (SELECT id FROM person"
                   " WHERE code = 'TWIN')");
    office_exec(c, "UPDATE draft SET person_id = (SELECT id FROM person"
                   " WHERE code = 'TWIN')");
    as(c, "sysadmin");
    EXPECT_OK(noun_merge(c, &person_noun, twin.id, 41));
    struct right_change w = { .id = office_int(c, "SELECT id FROM"
                                                  " right_change") };
    before = everything(c);
    as(c, "secadmin");
    EXPECT_FAULT(right_change_confirm(c, &w), ERR_CONFLICT, NULL);
    EXPECT(everything(c) == before);
}

TEST_PLAIN(what_a_noun_says_of_its_columns_are_columns)
{
    (void)c;
    for (size_t i = 0; all_nouns[i] != NULL; i++) {
        const struct noun *n = all_nouns[i];

        for (size_t k = 0; k < COUNT(n->called); k++)
            EXPECT(n->called[k] == NULL
                   || model_field(n->model, n->called[k]) != NULL);
        for (size_t k = 0; n->columns != NULL && n->columns[k] != NULL; k++)
            EXPECT(model_field(n->model, n->columns[k]) != NULL);
    }
}

/* -- views ------------------------------------------------------------------- */

TEST(a_view_is_seen_and_changed_by_its_account_alone)
{
    struct saved_view v = { .list = "orders", .name = "Open", .query = "q=x" };
    struct saved_view other = { .list = "orders", .name = "Open" };
    struct list l = { .model = &saved_view_model };

    office_make(c);
    as(c, "wang");
    EXPECT_OK(noun_add(c, &saved_view_noun, &v));
    EXPECT_FAULT(noun_add(c, &saved_view_noun,
                          &(struct saved_view){ .list = "orders",
                                                .name = "Open" }),
                 ERR_CONFLICT, "name");
    EXPECT_FAULT(noun_add(c, &saved_view_noun,
                          &(struct saved_view){ .list = "wishes",
                                                .name = "None" }),
                 ERR_INVALID, "list");
    as(c, "sysadmin");
    EXPECT_FAULT(noun_get(c, &saved_view_noun,
                          &(struct saved_view){ .id = v.id }),
                 ERR_ABSENT, NULL);
    EXPECT_FAULT(noun_remove(c, &saved_view_noun, v.id), ERR_ABSENT, NULL);
    EXPECT_FAULT(noun_set(c, &saved_view_noun,
                          &(struct saved_view){ .id = v.id, .name = "Mine" },
                          model_mask(&saved_view_model, "name")),
                 ERR_ABSENT, NULL);
    EXPECT_OK(noun_list(c, &saved_view_noun, &l));
    assert_int_equal(l.n, 0);
    EXPECT_OK(noun_add(c, &saved_view_noun, &other));
    as(c, "wang");
    l = (struct list){ .model = &saved_view_model };
    EXPECT_OK(noun_list(c, &saved_view_noun, &l));
    assert_int_equal(l.n, 1);
    EXPECT_OK(noun_remove(c, &saved_view_noun, v.id));
}

/* -- tables in and out ------------------------------------------------------------- */

static struct import_result
bring(struct call *c, const struct noun *n, const char *csv)
{
    struct import_result r;

    EXPECT_OK(noun_import(c, n, csv, strlen(csv), false, &r));
    return r;
}

TEST(what_goes_out_in_either_language_comes_in_and_changes_nothing)
{
    EACH_TABLE(s)
    {
        (void)add_sample(c, s);
        for (int lang = LANG_ZH; lang <= LANG_EN; lang++) {
            struct import_result r;
            struct buf b;
            uint64_t before;

            c->lang = (enum lang)lang;
            b = table_out(c, s->noun);
            before = everything(c);
            r = bring(c, s->noun, b.s);
            if (r.n_refused > 0)
                fail_msg("%s: %s: %s\n", s->noun->plural, r.refused[0].field,
                         r.refused[0].detail);
            EXPECT(r.rows > 0 && r.unchanged == r.rows);
            EXPECT(everything(c) == before);
        }
    }
}

TEST(a_row_goes_out_and_comes_into_an_office_without_it_the_same)
{
    EACH_TABLE(s)
    {
        int64_t id = add_sample(c, s);
        struct buf b, again;
        struct import_result r;

        if (!s->noun->removable)
            continue;
        b = table_out(c, s->noun);
        EXPECT_OK(noun_remove(c, s->noun, id));
        r = bring(c, s->noun, b.s);
        EXPECT(r.n_refused == 0 && r.added == 1);
        again = table_out(c, s->noun);
        EXPECT(strcmp(b.s, again.s) == 0);
    }
}

TEST(a_table_with_one_bad_row_changes_nothing)
{
    EACH_TABLE(s)
    {
        struct import_result r;
        uint64_t before;
        struct buf b;

        (void)add_sample(c, s);
        b = table_out(c, s->noun);
        if (s->noun->removable)
            EXPECT_OK(noun_remove(
                c, s->noun,
                office_int(c, arena_printf(c->arena, "SELECT MAX(id) FROM %s",
                                           s->noun->model->table))));
        before = everything(c);
        r = bring(c, s->noun, arena_printf(c->arena, "%snonsense\r\n", b.s));
        EXPECT(r.n_refused > 0 && r.refused[0].line > 1);
        EXPECT(everything(c) == before);
        r = bring(c, s->noun, "nonsense\r\n1\r\n");
        EXPECT(r.n_refused > 0 && strcmp(r.refused[0].field, "nonsense") == 0);
    }
}

TEST(a_dry_run_says_what_would_happen_and_changes_nothing)
{
    static const char csv[] = "编码,名称\n"
                              "31,Another name\nNEW,New one\n";
    struct import_result r;
    uint64_t before;

    office_make(c);
    office_exec(c, "UPDATE provider SET code = '31' WHERE id = 31");
    as(c, "sysadmin");
    before = everything(c);
    EXPECT_OK(noun_import(c, &provider_noun, csv, strlen(csv), true, &r));
    EXPECT(r.rows == 2 && r.added == 1 && r.changed == 1 && r.n_refused == 0);
    EXPECT(everything(c) == before);
}

TEST(a_table_in_asks_the_rules_of_its_noun)
{
    struct import_result r;

    office_make(c);
    as(c, "sysadmin");
    r = bring(c, &provider_noun,
              "code,name,phone\nA1,One,12345\nA2,Two,not a phone\n");
    EXPECT(r.n_refused == 1 && r.refused[0].line == 3
           && strcmp(r.refused[0].field, "phone") == 0);
    r = bring(c, &shift_noun,
              "crew_code,name,weekdays\nplumbers,x,8\nnobody,x,1\n");
    EXPECT(r.n_refused == 2);
    EXPECT(strcmp(r.refused[0].field, "weekdays") == 0);
    EXPECT(strcmp(r.refused[1].field, "crew_id") == 0);
    r = bring(c, &calendar_day_noun,
              "日期,日期类型\n2026-12-24,停工\n"
              "2026-12-25,放假\n");
    EXPECT(r.n_refused == 1 && r.refused[0].line == 2
           && strcmp(r.refused[0].field, "kind") == 0);
    r = bring(c, &provider_noun, "code,name\nA1,One\nA1,Other\n");
    EXPECT(r.n_refused == 1 && r.refused[0].line == 3);
}

TEST(the_form_of_a_table_has_its_names_in_the_readers_language)
{
    struct buf b;

    office_make(c);
    c->lang = LANG_ZH;
    noun_template(c, &crew_member_noun, &b);
    EXPECT(strstr(b.s, "班组编码") != NULL);
    noun_template(c, &unit_noun, &b);
    EXPECT(strstr(b.s, "上级部门编码") != NULL);
}
