/* SPDX-License-Identifier: Apache-2.0 */
/* What no field of any noun takes from outside, whatever engine it is of. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/openapi.h"
#include "api/route.h"
#include "office.h"

/* Every model that comes in by some route, once for each. */
static size_t
all_inputs(const struct model **out, size_t most)
{
    size_t n = 0;

    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            if (r->in != NULL && r->method != GET && n < most)
                out[n++] = r->in;
    return n;
}

static bool
comes_in(const struct field *f)
{
    return !(f->flags & GIVEN);
}

TEST(a_year_that_nobody_can_mean_is_refused_by_its_field)
{
    const struct model *models[400];
    size_t n = all_inputs(models, COUNT(models));
    int dates = 0;

    for (size_t i = 0; i < n; i++) {
        const struct model *m = models[i];
        void *rec = arena_alloc(c->arena, m->size);

        for (size_t k = 0; k < m->n; k++) {
            const struct field *f = &m->fields[k];
            const char *text =
                f->kind == FIELD_DAY ? "9999-01-01" : "9999-01-01T00:00:00Z";

            if (!comes_in(f)
                || (f->kind != FIELD_DAY && f->kind != FIELD_INSTANT))
                continue;
            EXPECT_OK(model_read_text(c, f, text, rec));
            EXPECT_FAULT(model_check_mask(c, m, rec, (field_mask)1 << k),
                         ERR_INVALID, f->name);
            dates++;
        }
    }
    EXPECT(dates > 10);
}

/* Every field of every input that WANTED picks, said as each of TEXTS: in
   JSON, and as text where a form, a query or a cell says it. */
static int
expect_refused(struct call *c, bool (*wanted)(const struct field *),
               const char *const *texts, size_t n_texts)
{
    const struct model *models[400];
    size_t n = all_inputs(models, COUNT(models));
    int fields = 0;

    for (size_t i = 0; i < n; i++) {
        const struct model *m = models[i];
        void *rec = arena_alloc(c->arena, m->size);

        for (size_t k = 0; k < m->n; k++) {
            const struct field *f = &m->fields[k];

            if (!comes_in(f) || !wanted(f))
                continue;
            for (size_t t = 0; t < n_texts; t++) {
                const char *quote = f->kind == FIELD_INT ? "" : "\"";
                const char *json =
                    arena_printf(c->arena, "{\"%s\":%s%s%s}", f->name, quote,
                                 texts[t], quote);

                EXPECT_FAULT(model_read_json(c, m, json, strlen(json), rec,
                                             NULL),
                             ERR_INVALID, f->name);
                EXPECT_FAULT(model_read_text(c, f, texts[t], rec), ERR_INVALID,
                             f->name);
            }
            fields++;
        }
    }
    return fields;
}

static bool
is_reference(const struct field *f)
{
    return f->refers != NULL;
}

TEST(a_reference_that_no_row_can_have_is_refused_by_its_field)
{
    static const char *const bad[] = { "-1", "0", "-9007199254740991" };
    const struct model *m = life_asks(life_verb(&order_life, "dispatch"));
    struct order_act act = { .crew_id = -1 };

    EXPECT(expect_refused(c, is_reference, bad, COUNT(bad)) > 20);
    /* Whoever makes the record otherwise is refused by its check. */
    EXPECT_FAULT(model_check(c, m, &act), ERR_INVALID, "crew_id");
}

static bool
is_enumeration(const struct field *f)
{
    return f->choices != NULL;
}

TEST(nothing_is_none_of_a_lists_words)
{
    static const char *const bad[] = { "", " ", "\xE2\x80\x8B", "zz" };

    EXPECT(expect_refused(c, is_enumeration, bad, COUNT(bad)) > 10);
}

/* Does the text at the pointer-like PATH (members with a blank between) of the
   description hold WORD? */
static bool
described(struct call *c, const char *path, const char *word)
{
    const char *all = openapi_write(c);
    json_t *doc = json_loads(all, 0, NULL), *at = doc;
    char *rest = arena_text(c->arena, path), *one, *text;
    bool found;

    while ((one = strsep(&rest, " ")) != NULL)
        at = json_object_get(at, one);
    text = at ? json_dumps(at, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    found = text != NULL && strstr(text, word) != NULL;
    free(text);
    json_decref(doc);
    return found;
}

TEST(the_description_says_which_words_and_references_are_taken)
{
#define SCHEMAS "components schemas "
    EXPECT(described(c, SCHEMAS "setting_input properties name enum",
                     "\"session.idle_s\""));
    EXPECT(described(c, SCHEMAS "order_suspend_input properties reason enum",
                     "\"awaiting_parts\""));
    EXPECT(
        described(c, SCHEMAS "account_input properties lang enum", "\"zh\""));
    EXPECT(
        described(c, SCHEMAS "order_dispatch_input properties crew_id minimum",
                  "1"));
    EXPECT(described(c, "paths /api/v1/stream get responses 503", "problem"));
}

/* One text in every field: what cannot be seen is not there afterwards. */
TEST(what_nobody_can_see_comes_into_no_text_of_any_noun)
{
    static const char said[] =
        "\xE2\x80\xAE"
        "a\x1B\xE2\x80\x8B"
        "b\xC2\xA0"
        "c\xE2\x81\xA6";
    const struct model *models[400];
    size_t n = all_inputs(models, COUNT(models));
    int texts = 0;

    for (size_t i = 0; i < n; i++) {
        const struct model *m = models[i];
        void *rec = arena_alloc(c->arena, m->size);

        for (size_t k = 0; k < m->n; k++) {
            const struct field *f = &m->fields[k];

            if (!comes_in(f) || f->kind != FIELD_TEXT || f->flags & SECRET
                || f->choices != NULL)
                continue;
            EXPECT_OK(model_read_text(c, f, said, rec));
            if (!text_same(*(const char **)(void *)((char *)rec + f->offset),
                           "ab c"))
                fail_msg("%s of %s takes it", f->name, m->noun);
            texts++;
        }
    }
    EXPECT(texts > 40);
}

TEST(texts_inside_json_are_cleaned_too_and_passwords_are_not)
{
    static const char draft[] =
        "{\"content\":{\"note\":[\"a\xE2\x80\x8B\",\"\\u001b[1m\"]}}";
    struct draft d = { 0 };
    struct field secret = { .name = "p", .kind = FIELD_TEXT, .flags = SECRET };
    const char *password = NULL;

    EXPECT_OK(model_read_json(c, &draft_model, draft, strlen(draft), &d, NULL));
    assert_string_equal(d.content, "{\"note\":[\"a\",\"[1m\"]}");
    EXPECT_OK(model_read_text(c, &secret, " a\xC2\xA0 ", &password));
    assert_string_equal(password, " a\xC2\xA0 ");
}

TEST(a_title_of_nothing_visible_is_refused)
{
    static const char body[] =
        "{\"code\":\"Z\",\"name\":\"\xE2\x80\x8B\xC2\xA0\xE2\x80\xAE\","
        "\"name_en\":\"Z\"}";
    const struct model *area = NULL;
    void *rec;

    for (size_t i = 0; all_models()[i] != NULL; i++)
        if (strcmp(all_models()[i]->noun, "service_area") == 0)
            area = all_models()[i];
    EXPECT(area != NULL);
    rec = arena_alloc(c->arena, area->size);
    EXPECT_OK(model_read_json(c, area, body, strlen(body), rec, NULL));
    EXPECT_FAULT(model_check(c, area, rec), ERR_INVALID, "name");
}

TEST(an_order_is_called_by_the_first_line_with_something_on_it)
{
    struct order_request w = { .item_code = "A04",
                               .description = "\n  \r\n走廊灯\n不亮" };

    office_make(c);
    assert_string_equal(ask_for(c, "wang", &w).title, "走廊灯");
}

/* -- promises ----------------------------------------------------------------- */

TEST(a_promise_is_put_off_by_five_years_at_most)
{
    int64_t id;
    struct order_request w = { .item_code = "A04" };
    struct order_view v;

    office_make(c);
    id = bring_to(c, ORDER_ACKNOWLEDGED);
    EXPECT_FAULT(say(c, "zhao", "ask_extension", id, .reason = "x",
                     .until = at("9999-01-01 00:00")),
                 ERR_INVALID, "until");
    EXPECT_OK(say(c, "zhao", "ask_extension", id, .reason = "x",
                  .until = at("2031-01-01 00:00")));
    w.wanted_from = at("9999-01-01 09:00");
    as(c, "wang");
    EXPECT_FAULT(order_submit(c, &w, &v), ERR_INVALID, "wanted_from");
}

/* An office may hold one from before there were limits. */
TEST(a_pause_never_makes_a_promise_earlier)
{
    int64_t id;

    office_make(c);
    id = bring_to(c, ORDER_IN_PROGRESS);
    office_exec(
        c, arena_printf(c->arena,
                        "UPDATE orders SET complete_due = %lld WHERE id = %lld",
                        (long long)at("9999-01-01 00:00").ms, (long long)id));
    EXPECT_OK(say(c, "zhao", "suspend", id, .reason = "awaiting_parts"));
    office_pass(c, DAY_MS);
    EXPECT_OK(say(c, "zhao", "resume", id));
    EXPECT(order_now(c, id).complete_due.ms >= at("9999-01-01 00:00").ms);
}
