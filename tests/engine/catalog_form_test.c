/* SPDX-License-Identifier: Apache-2.0 */
/* Answers and forms: what catalog.h and form.h promise. */
#include "engine/catalog_office.h"

#include "engine/catalog/form.h"
#include "engine/org/org.h"

/* -- answers -------------------------------------------------------------- */

static enum err
check(struct call *c, const char *code, const char *json,
      struct catalog_answers *a)
{
    CATALOG k = catalog_hold(c);

    a->json = json;
    return catalog_check_answers(c, k, item(c, k, code), a);
}

#define EXPECT_ANSWERS(code, said, want)                                       \
    do {                                                                       \
        struct catalog_answers a_ = { 0 };                                     \
        EXPECT_OK(check(c, (code), (said), &a_));                              \
        assert_string_equal(a_.json, (want));                                  \
    } while (0)
#define REFUSE_ANSWERS(code, said, name)                                       \
    do {                                                                       \
        struct catalog_answers a_ = { 0 };                                     \
        EXPECT_FAULT(check(c, (code), (said), &a_), ERR_INVALID, (name));      \
    } while (0)

TEST(answers_are_kept_in_the_order_of_the_form)
{
    seed(c);
    EXPECT_ANSWERS("A04", "{\"count\":3,\"lamp_type\":\"tube\"}",
                   "{\"lamp_type\":\"tube\",\"count\":3}");
    /* Blank and null are no answers. */
    EXPECT_ANSWERS("A04", "{\"count\":3,\"lamp_type\":\"\",\"ladder\":null}",
                   "{\"count\":3}");
}

TEST(no_answers_are_no_answers)
{
    struct catalog_answers a = { 0 };

    seed(c);
    EXPECT_OK(check(c, "A04", NULL, &a));
    EXPECT(a.json == NULL);
    EXPECT_OK(check(c, "A04", "{}", &a));
    EXPECT(a.json == NULL);
}

TEST(a_bad_answer_is_refused_by_name)
{
    seed(c);
    REFUSE_ANSWERS("A04", "{\"cuont\":3}", "answers.cuont");
    REFUSE_ANSWERS("A04", "{\"count\":\"3\"}", "answers.count");
    REFUSE_ANSWERS("A04", "{\"count\":0}", "answers.count");
    REFUSE_ANSWERS("A04", "{\"count\":201}", "answers.count");
    REFUSE_ANSWERS("A04", "{\"count\":1.5}", "answers.count");
    REFUSE_ANSWERS("A04", "{\"lamp_type\":\"candle\"}", "answers.lamp_type");
    REFUSE_ANSWERS("A04", "{\"lamp_type\":1}", "answers.lamp_type");
    REFUSE_ANSWERS("A04", "{\"ladder\":\"yes\"}", "answers.ladder");
    REFUSE_ANSWERS("A15", "{\"room_temp\":12.55}", "answers.room_temp");
    REFUSE_ANSWERS("J04", "{\"visitor\":\"王\",\"id_last4\":\"12345\"}",
                   "answers.when");
    REFUSE_ANSWERS("A04", "[]", "answers");
    REFUSE_ANSWERS("A04", "{", "answers");
    REFUSE_ANSWERS("C07", "{\"room\":77}", "answers.room");
    REFUSE_ANSWERS("C07", "{\"room\":\"77\"}", "answers.room");
    REFUSE_ANSWERS("C07", "{\"starts\":\"tomorrow\"}", "answers.starts");
    REFUSE_ANSWERS("A06", "{}", "answers.reason");
}

TEST(a_year_that_nobody_can_mean_is_no_answer)
{
    static const char said[] = "{\"visitor\":\"王\",\"id_last4\":\"1234\","
                               "\"when\":\"%s\"}";
    static const char *const bad[] = { "9999-01-01T08:30:00Z",
                                       "1900-01-01T08:30:00Z" };

    seed(c);
    for (size_t i = 0; i < COUNT(bad); i++) {
        REFUSE_ANSWERS("J04", arena_printf(c->arena, said, bad[i]),
                       "answers.when");
        REFUSE_ANSWERS("C07",
                       arena_printf(c->arena, "{\"starts\":\"%s\"}", bad[i]),
                       "answers.starts");
    }
}

TEST(a_text_too_long_is_refused)
{
    char *long_text;

    seed(c);
    long_text = arena_alloc(c->arena, 200);
    memset(long_text, 'x', 101);
    REFUSE_ANSWERS("A09",
                   arena_printf(c->arena, "{\"area\":\"%s\"}", long_text),
                   "answers.area");
    long_text[100] = '\0';
    struct catalog_answers a = { 0 };

    EXPECT_OK(
        check(c, "A09", arena_printf(c->arena, "{\"area\":\"%s\"}", long_text),
              &a));
}

TEST(the_escort_is_asked_for_only_inside_the_classified_area)
{
    struct person p = { .code = "1", .name = "保密员", .active = true };

    seed(c);
    EXPECT_OK(model_add(c, &person_model, &p));
    EXPECT_ANSWERS("C08", "{\"register_no\":\"7\",\"on_site\":false}",
                   "{\"register_no\":\"7\",\"on_site\":false}");
    REFUSE_ANSWERS("C08", "{\"register_no\":\"7\",\"on_site\":true}",
                   "answers.escort");
    EXPECT_ANSWERS(
        "C08",
        arena_printf(c->arena,
                     "{\"register_no\":\"7\",\"on_site\":true,\"escort\":%lld}",
                     (long long)p.id),
        arena_printf(c->arena,
                     "{\"register_no\":\"7\",\"on_site\":true,\"escort\":%lld}",
                     (long long)p.id));
}

TEST(an_answer_to_a_question_that_is_not_shown_is_left_out)
{
    seed(c);
    EXPECT_ANSWERS("A16", "{\"fault\":\"noise\",\"leak\":true}",
                   "{\"fault\":\"noise\"}");
    EXPECT_ANSWERS("A16", "{\"fault\":\"leak\",\"leak\":true}",
                   "{\"fault\":\"leak\",\"leak\":true}");
}

#define MEETING "\"heads\":10,"
#define FROM "\"from\":\"2026-12-01T09:00:00+08:00\","
#define TO "\"to\":\"2026-12-01T11:00:00+08:00\""

TEST(a_time_asked_for_once_serves_the_order_too)
{
    struct catalog_answers a = { 0 };

    seed(c);
    EXPECT_OK(check(c, "F01", "{" MEETING FROM TO "}", &a));
    EXPECT_AT(a.wanted_from, "2026-12-01 09:00");
    EXPECT_AT(a.wanted_to, "2026-12-01 11:00");
    assert_string_equal(a.json,
                        "{\"heads\":10,\"from\":\"2026-12-01T01:00:00.000Z\","
                        "\"to\":\"2026-12-01T03:00:00.000Z\"}");
}

TEST(what_the_order_says_answers_the_question)
{
    struct catalog_answers a = { .wanted_from = at("2026-12-01 09:00"),
                                 .wanted_to = at("2026-12-01 11:00") };

    seed(c);
    EXPECT_OK(check(c, "F01", "{\"heads\":10}", &a));
    EXPECT(strstr(a.json, "2026-12-01T03:00:00.000Z") != NULL);
    a.wanted_from = at("2026-12-01 10:00");
    EXPECT_FAULT(check(c, "F01", "{" MEETING FROM TO "}", &a), ERR_INVALID,
                 "answers.from");
    a.wanted_from = at("2026-12-01 12:00");
    EXPECT_FAULT(check(c, "F01", "{\"heads\":10}", &a), ERR_INVALID,
                 "wanted_to");
}

TEST(a_day_is_kept_as_a_day)
{
    seed(c);
    EXPECT_ANSWERS("E11",
                   "{\"plate\":\"京A12345\",\"due_date\":\"2026-12-31\"}",
                   "{\"plate\":\"京A12345\",\"due_date\":\"2026-12-31\"}");
    EXPECT_ANSWERS(
        "E11", "{\"plate\":\"京A12345\",\"due_date\":\"2026-12-30T16:00:00Z\"}",
        "{\"plate\":\"京A12345\",\"due_date\":\"2026-12-31\"}");
}

/* -- forms ---------------------------------------------------------------- */

static void
refuse_form(struct call *c, const char *json)
{
    struct form f;

    if (form_read(c, json, &f) != ERR_INVALID)
        fail_msg("read: %s", json);
    assert_string_equal(c->fault.field, "fields");
}

#define Q(rest) "{\"name\":\"a\",\"label\":\"甲\",\"label_en\":\"A\"," rest "}"
#define YES "\"kind\":\"yes_no\""

TEST(a_form_that_does_not_fit_together_is_refused)
{
    refuse_form(c, "{}");
    refuse_form(c, "[1]");
    refuse_form(c, "[{}]");
    refuse_form(c, "[" Q("\"kind\":\"colour\"") "]");
    refuse_form(c, "[" Q(YES ",\"odd\":1") "]");
    refuse_form(c, "[" Q(YES ",\"required\":1") "]");
    refuse_form(c, "[" Q(YES ",\"min\":1") "]");
    refuse_form(c, "[" Q(YES) "," Q(YES) "]");
    refuse_form(c, "[" Q("\"kind\":\"choice\"") "]");
    refuse_form(c, "[" Q("\"kind\":\"number\",\"min\":2,\"max\":1") "]");
    refuse_form(c, "[" Q("\"kind\":\"number\",\"decimals\":9") "]");
    refuse_form(c, "[" Q("\"kind\":\"text\",\"max\":99999") "]");
    refuse_form(c, "[" Q("\"kind\":\"text\",\"sets\":\"wanted_to\"") "]");
    refuse_form(c,
                "[" Q(YES ",\"shown_if\":{\"field\":\"a\",\"is\":true}") "]");
    refuse_form(c, "[{\"name\":\"A b\",\"label\":\"x\",\"label_en\":\"x\","
                   "\"kind\":\"text\"}]");
    refuse_form(c, "[{\"name\":\"a\",\"kind\":\"text\"}]");
    refuse_form(c, "[" Q("\"kind\":\"choice\",\"choices\":[{\"value\":\"x\","
                         "\"label\":\"x\",\"label_en\":\"x\"},{\"value\":"
                         "\"x\",\"label\":\"x\",\"label_en\":\"x\"}]") "]");
}

TEST(a_form_is_written_as_it_was_read)
{
    struct form first, second;

    seed(c);
    CATALOG k = catalog_hold(c);
    const struct service_item **list;
    size_t n = catalog_items(c, k, today(c), &list);

    for (size_t i = 0; i < n; i++) {
        EXPECT_OK(form_read(c, list[i]->fields, &first));
        EXPECT_OK(form_read(c, form_write(c, &first), &second));
        if (list[i]->fields != NULL)
            assert_string_equal(form_write(c, &second), list[i]->fields);
    }
}
