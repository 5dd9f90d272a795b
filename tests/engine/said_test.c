/* SPDX-License-Identifier: Apache-2.0 */
/* What must be said is asked for at every door, and what was said is kept. */
#include "base/csv.h"
#include "engine/catalog/catalog.h"
#include "engine/org/org.h"
#include "example/example.h"

/* The example's noun, of which the kind must be said: a word has no value that
   means nothing. */
struct strict {
    struct field fields[16];
    struct model model;
    struct noun noun;
};

static const struct noun *
strict_keys(struct call *c)
{
    struct strict *s = NEW(c->arena, struct strict);
    const struct model *m = key_noun.model;

    ASSERT(m->n <= COUNT(s->fields));
    memcpy(s->fields, m->fields, m->n * sizeof *m->fields);
    s->model = *m;
    s->model.fields = s->fields;
    s->noun = key_noun;
    s->noun.model = &s->model;
    s->fields[model_field(m, "kind") - m->fields].flags |= REQUIRED;
    return &s->noun;
}

/* One key as a table. */
static const char *const heads[] = { "钥匙牌", "Kind", "place_code" };
static const char *const cells[] = { "K1", "roof", "R305" };
static const char *const fields[] = { "tag", "kind", "place_id" };

static const char *
table_without(struct call *c, size_t out)
{
    struct buf b = buf_make(c->arena, 0);

    for (int row = 0; row < 2; row++) {
        bool first = true;

        for (size_t i = 0; i < COUNT(heads); i++)
            if (i != out) {
                csv_cell(&b, row ? cells[i] : heads[i], first);
                first = false;
            }
        csv_end(&b);
    }
    return b.s;
}

static struct import_result
bring(struct call *c, const struct noun *n, const char *csv)
{
    struct import_result r;

    EXPECT_OK(noun_import(c, n, csv, strlen(csv), false, &r));
    return r;
}

static void
open_office(struct call *c)
{
    example_make(c);
    office_exec(c, "UPDATE place SET code = 'R305' WHERE id = 23");
}

TEST(a_table_that_leaves_out_what_is_required_is_refused_by_its_field)
{
    const struct noun *keys = strict_keys(c);

    open_office(c);
    for (size_t i = 0; i < COUNT(heads); i++) {
        uint64_t before = everything(c);
        struct import_result r = bring(c, keys, table_without(c, i));

        if (r.n_refused != 1 || !text_same(r.refused[0].field, fields[i]))
            fail_msg("without %s: %s\n", fields[i],
                     r.n_refused > 0 ? r.refused[0].field : "taken");
        EXPECT(everything(c) == before);
    }
    EXPECT(bring(c, keys, table_without(c, COUNT(heads))).added == 1);
}

TEST(an_empty_cell_of_a_required_word_is_refused_and_of_an_old_row_says_nothing)
{
    const struct noun *keys = strict_keys(c);
    struct import_result r;

    open_office(c);
    r = bring(c, keys, "tag,kind,place_code\nK1,,R305\n");
    EXPECT(r.n_refused == 1);
    assert_string_equal(r.refused[0].field, "kind");
    EXPECT(bring(c, keys, table_without(c, COUNT(heads))).added == 1);
    r = bring(c, keys, "tag,kind,copies\nK1,,7\n");
    EXPECT(r.changed == 1 && r.n_refused == 0);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM key WHERE kind = 'roof'"
                         " AND copies = 7")
           == 1);
}

/* The heading is the file's where it has one, and else our own. */
TEST(an_import_names_the_field_and_what_the_file_calls_its_column)
{
    struct import_result r;

    office_make(c);
    as(c, "sysadmin");
    c->lang = LANG_ZH;
    r = bring(c, &provider_noun, "编码,全称\nPX,\n");
    EXPECT(r.n_refused == 1);
    assert_string_equal(r.refused[0].field, "全称");
    r = bring(c, &provider_noun, "编码\nPX\n");
    EXPECT(r.n_refused == 1);
    assert_string_equal(r.refused[0].field, "name");
    assert_string_equal(r.refused[0].column, "名称");
    r = bring(c, &shift_noun, "班组编码,名称,weekdays\nnobody,x,1\n");
    EXPECT(r.n_refused == 1);
    assert_string_equal(r.refused[0].field, "crew_id");
    assert_string_equal(r.refused[0].column, "班组编码");
    r = bring(c, &place_noun, "编码,名称\nNEW,新楼\n");
    EXPECT(r.n_refused == 1);
    assert_string_equal(r.refused[0].field, "kind");
    r = bring(c, &place_noun, "编码,名称,类别,上级代码\nNEW,新楼,楼,无此\n");
    EXPECT(r.n_refused >= 1);
    assert_string_equal(r.refused[0].field, "parent_id");
    assert_string_equal(r.refused[0].column, "上级代码");
}

TEST(a_word_that_is_required_and_was_not_said_is_not_taken_for_the_first)
{
    const struct noun *keys = strict_keys(c);
    struct key k = { .tag = "K1", .place_id = 23 };
    field_mask said = model_mask(key_noun.model, "tag")
                      | model_mask(key_noun.model, "place_id");

    example_make(c);
    EXPECT_FAULT(noun_add_said(c, keys, &k, said), ERR_INVALID, "kind");
    EXPECT_OK(
        noun_add_said(c, keys, &k, said | model_mask(key_noun.model, "kind")));
}

TEST(a_row_is_not_looked_for_by_a_word_that_its_cell_does_not_say)
{
    struct import_result r;

    office_make(c);
    as(c, "sysadmin");
    r = bring(c, &calendar_day_noun, "日期,日期类型,名称\n2026-12-24,,X\n");
    EXPECT(r.n_refused == 1 && r.added == 0);
    assert_string_equal(r.refused[0].field, "kind");
}

TEST(a_row_that_comes_in_out_of_use_is_made_so_by_one_entry)
{
    struct import_result r;
    int64_t entries;

    office_make(c);
    as(c, "sysadmin");
    entries = office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE noun ="
                            " 'provider'");
    r = bring(c, &provider_noun, "code,name,active\nPX,X,no\nPY,Y,\n");
    EXPECT(r.added == 2 && r.n_refused == 0);
    EXPECT(office_int(c, "SELECT active FROM provider WHERE code = 'PX'") == 0);
    EXPECT(office_int(c, "SELECT active FROM provider WHERE code = 'PY'") == 1);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE noun ="
                         " 'provider'")
           == entries + 2);
}

TEST(what_was_made_is_answered_as_it_is_read)
{
    struct lending made, seen = { 0 };

    example_make(c);
    made = example_ask(c, "wang", example_key(c, "K1", 1).id);
    seen.id = made.id;
    EXPECT_OK(noun_get(c, &lending_noun, &seen));
    assert_string_equal(made.verbs, "[\"withdraw\"]");
    assert_string_equal(made.verbs, seen.verbs);
    assert_string_equal(made.called, "K1");
    assert_string_equal(seen.called, "K1");
    assert_string_equal(made.why_not, seen.why_not);
}
