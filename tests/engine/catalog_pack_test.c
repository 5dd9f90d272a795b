/* SPDX-License-Identifier: Apache-2.0 */
/* Packs: what catalog.h and pack.h promise. */
#include "engine/catalog_office.h"

#include "base/files.h"

static struct catalog_file *
built_in(struct call *c, size_t *n)
{
    struct catalog_file *list = NEW_N(c->arena, struct catalog_file, n_files);

    *n = 0;
    for (size_t i = 0; i < n_files; i++)
        if (text_starts(files[i].path, "data/catalogue/")
            || text_starts(files[i].path, "data/calendars/"))
            list[(*n)++] = (struct catalog_file){ files[i].path, files[i].text,
                                                  files[i].len };
    return list;
}

TEST(importing_the_same_again_changes_nothing)
{
    struct catalog_report r;
    struct catalog_file *list;
    size_t n;

    seed(c);
    list = built_in(c, &n);
    EXPECT_OK(catalog_import(c, list, n, false, &r));
    assert_int_equal(r.added, 0);
    assert_int_equal(r.changed, 0);
    EXPECT(r.unchanged > 120);
}

/* -- packs ---------------------------------------------------------------- */

static enum err
import_text(struct call *c, const char *text, bool dry,
            struct catalog_report *r)
{
    const struct catalog_file f = { "own.yaml", text, strlen(text) };

    return catalog_import(c, &f, 1, dry, r);
}

#define AREA "areas:\n  - {code: Z, name: 试, name_en: Trial}\n"
#define ITEM_HEAD                                                              \
    "items:\n  - code: Z01\n    name: 试一\n    name_en: Trial one\n"        \
    "    priority: 3\n    sla_class: N\n"

TEST(an_office_brings_in_a_pack_of_its_own)
{
    struct catalog_report r;

    seed(c);
    EXPECT_OK(
        import_text(c, AREA ITEM_HEAD "    crew: electricians\n", false, &r));
    assert_int_equal(r.added, 3);
    CATALOG k = catalog_hold(c);

    assert_int_equal(item(c, k, "Z01")->valid_from.n, today(c).n);
    EXPECT(catalog_route(k, item(c, k, "Z01"), NULL, today(c)) != 0);
}

TEST(a_dry_run_changes_nothing)
{
    struct catalog_report r;

    seed(c);
    EXPECT_OK(import_text(c, AREA ITEM_HEAD, true, &r));
    assert_int_equal(r.added, 2);
    CATALOG k = catalog_hold(c);

    EXPECT(catalog_item(k, "Z01", today(c)) == NULL);
}

TEST(an_item_changed_in_a_pack_gets_a_version_from_today)
{
    struct catalog_report r;

    seed(c);
    EXPECT_OK(import_text(c, AREA ITEM_HEAD, false, &r));
    EXPECT_OK(
        import_text(c, AREA ITEM_HEAD "    needs_approval: true\n", false, &r));
    assert_int_equal(r.changed, 1);
    CATALOG k = catalog_hold(c);

    /* It began today, so that the next one begins tomorrow. */
    EXPECT(!item(c, k, "Z01")->needs_approval);
    EXPECT(catalog_item(k, "Z01", (day){ today(c).n + 1 })->needs_approval);
}

struct broken_pack {
    const char *text, *says;
};

TEST(a_broken_pack_is_refused_with_line_and_key)
{
    static const struct broken_pack packs[] = {
        { "", "empty" },
        { "areas: 3\n", "areas" },
        { "- 1\n", "MAPPING" },
        { "odd: 1\n", "odd" },
        { "areas:\n  - code: Z\n    nmae: x\n", "nmae" },
        { "areas:\n  - code: Z\n", "name" },
        { "areas:\n  - {code: Z, name: [1], name_en: x}\n", "line: 2" },
        { "areas:\n\t- 1\n", "libyaml" },
        { "areas: [\n", "libyaml" },
        { "areas: &a []\nitems: *a\n", "alias" },
        { AREA AREA, "already seen" },
        { AREA "items:\n  - {code: Z01, name: a, name_en: a, priority: high,"
               " sla_class: N}\n",
          "priority" },
        { AREA "items:\n  - {code: Z01, name: a, name_en: a, priority: 9,"
               " sla_class: N}\n",
          "Z01: priority" },
        { AREA "items:\n  - {code: Z01, name: a, name_en: a, priority: 1,"
               " sla_class: Q}\n",
          "Q" },
        { AREA ITEM_HEAD "    crew: nobody\n", "nobody" },
        { AREA ITEM_HEAD "    needs_approval: maybe\n", "needs_approval" },
        { AREA ITEM_HEAD "    fields: [{name: a, kind: colour, label: x,"
                         " label_en: x}]\n",
          "kind" },
        { AREA ITEM_HEAD "    fields: [{name: a, kind: choice, label: x,"
                         " label_en: x}]\n",
          "Z01: fields" },
        { AREA ITEM_HEAD "    fields: [{name: a, kind: number, label: x,"
                         " label_en: x, min: 1e999}]\n",
          "min" },
        { ITEM_HEAD, "area is not said" },
        { "valid_from: soon\n" AREA, "valid_from" },
        { "sla_classes:\n  - {code: X, name: x, name_en: x, accept: 5 years,"
          " pause: \"yes\"}\n",
          "X: a clock" },
        { "sla_classes:\n  - {code: X, name: x, name_en: x, pause: often}\n",
          "pause" },
        { "crews:\n  - {code: x, name: x, name_en: x, dispatch: shout}\n",
          "x: dispatch" },
        { "office_hours:\n  - {name: x, from: 02-30, to: 12-31,"
          " spans: 08:30-12:00}\n",
          "from_month_day" },
        { "office_hours:\n  - {name: x, from: 01-01, to: 12-31,"
          " spans: late}\n",
          "spans" },
        { "years:\n  - {year: 2027, days: [{day: 2027-02-30,"
          " kind: holiday}]}\n",
          "2027-02-30" },
        { "years:\n  - {year: 1, days: [{day: 2027-02-03,"
          " kind: holiday}]}\n",
          "year" },
        { "routing:\n  - {item: A04, place: nowhere, crew: electricians}\n",
          "nowhere" },
    };
    int64_t rows;

    seed(c);
    rows = office_int(c, "SELECT COUNT(*) FROM audit_entry");
    for (size_t i = 0; i < COUNT(packs); i++) {
        struct catalog_report r;

        if (import_text(c, packs[i].text, false, &r) != ERR_INVALID)
            fail_msg("taken: %s", packs[i].text);
        assert_string_equal(c->fault.field, "own.yaml");
        if (strstr(c->fault.text, packs[i].says) == NULL)
            fail_msg("“%s” does not say “%s”", c->fault.text, packs[i].says);
    }
    assert_int_equal(office_int(c, "SELECT COUNT(*) FROM audit_entry"), rows);
}

TEST(a_pack_too_large_too_deep_or_not_utf8_is_refused)
{
    struct catalog_file f = { .name = "big.yaml" };
    struct catalog_report r;
    char *text;

    seed(c);
    text = arena_alloc(c->arena, 5 * 1024 * 1024);
    memset(text, '\n', 5 * 1024 * 1024 - 1);
    f.text = text;
    f.len = 5 * 1024 * 1024 - 1;
    EXPECT_FAULT(catalog_import(c, &f, 1, false, &r), ERR_INVALID, "big.yaml");
    /* At once, though libyaml needs hours to read all of it. */
    f.len = 4 * 1024 * 1024;
    memset(text, '[', f.len);
    EXPECT_FAULT(catalog_import(c, &f, 1, false, &r), ERR_INVALID, "big.yaml");
    f.text = "areas: \xff\n";
    f.len = 9;
    EXPECT_FAULT(catalog_import(c, &f, 1, false, &r), ERR_INVALID, "big.yaml");
}

TEST(one_bad_file_of_many_changes_nothing)
{
    const struct catalog_file list[] = {
        { "good.yaml", AREA ITEM_HEAD, strlen(AREA ITEM_HEAD) },
        { "bad.yaml", "areas: 1\n", 9 },
    };
    struct catalog_report r;

    seed(c);
    EXPECT_FAULT(catalog_import(c, list, 2, false, &r), ERR_INVALID,
                 "bad.yaml");
    assert_int_equal(area_id(c, "Z"), 0);
}

TEST(the_same_code_in_two_files_is_refused)
{
    const struct catalog_file list[] = {
        { "one.yaml", AREA ITEM_HEAD, strlen(AREA ITEM_HEAD) },
        { "two.yaml", "areas: [{code: Z, name: x, name_en: x}]\n", 40 },
    };
    struct catalog_report r;

    seed(c);
    EXPECT_FAULT(catalog_import(c, list, 2, false, &r), ERR_INVALID,
                 "two.yaml");
}

TEST(a_pack_comes_in_whole_or_not_at_all_at_every_statement)
{
    seed(c);
    for (int64_t k = 1; k < 500; k++) {
        struct catalog_report r;
        enum err e;
        int64_t areas, items;

        db_fault(c, k);
        e = import_text(c, AREA ITEM_HEAD "    crew: electricians\n", false,
                        &r);
        db_fault(c, 0);
        areas = office_int(c, "SELECT COUNT(*) FROM service_area"
                              " WHERE code = 'Z'");
        items = office_int(c, "SELECT COUNT(*) FROM service_item"
                              " WHERE code = 'Z01'");
        assert_int_equal(areas, e == OK);
        assert_int_equal(items, e == OK);
        if (e == OK)
            return;
    }
    fail_msg("never done");
}

TEST(a_text_with_a_nul_in_it_is_refused_not_cut)
{
    struct catalog_report r;

    seed(c);
    EXPECT_FAULT(import_text(c,
                             "areas:\n  - {code: Q, name: \"A\\0B\","
                             " name_en: Q}\n",
                             true, &r),
                 ERR_INVALID, "own.yaml");
    EXPECT(strstr(c->fault.text, "NUL") != NULL);
}
