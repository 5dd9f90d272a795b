/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nouns - the register: every noun of the program is a row of all_nouns, and
 * from that its routes, form, history, schema check, tables and place in the
 * menu follow.
 */
#include "api/nouns.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/route.h"
#include "auth/account.h"
#include "auth/change.h"
#include "base/text.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import.h"
#include "engine/order/order.h"
#include "engine/order/recurring.h"
#include "engine/org/org.h"
#include "noun/view.h"
#include "subject/event.h"
#include "subject/notice.h"

/* Those below are ruled by their own parts; what is theirs here is that others
   refer to them, and what they refer to. */
#define HELD(name, m, word, life_, sentence, was, ...)                         \
    static const struct noun name = {                                          \
        .model = &(m),                                                         \
        .plural = (word),                                                      \
        .says = (sentence),                                                    \
        .life = (life_),                                                       \
        .called = { __VA_ARGS__ },                                             \
        .by_hand = true,                                                       \
        .past = (was),                                                         \
    }
#define BY_HAND(name, m, word, life_, sentence, ...)                           \
    HELD(name, m, word, life_, sentence, false, __VA_ARGS__)
#define PAST(name, m, word, sentence, ...)                                     \
    HELD(name, m, word, NULL, sentence, true, __VA_ARGS__)

static enum err
list_accounts(struct call *c, struct list *l)
{
    return account_list(c, l);
}

static enum err
add_account(struct call *c, void *rec)
{
    TRY(auth_need(c, "account.edit", NULL));
    return account_make(c, rec);
}

static enum err
list_grants(struct call *c, struct list *l)
{
    TRY(auth_need(c, "grant.edit", NULL));
    return grant_list(c, l);
}

static enum err
ask_grant(struct call *c, void *rec)
{
    return grant_ask(c, rec);
}

static const struct noun account_noun = {
    .model = &account_model,
    .plural = "accounts",
    .says = "Who can sign in.",
    .called = { "name", "person_id" },
    .part = "accounts",
    .see = "account.edit",
    .edit = "account.edit",
    .by_hand = true,
    .columns = WORDS("person_id", "name", "lang"),
    .list = list_accounts,
    .find = account_find,
    .set = account_row_set,
    .add = add_account,
};
static const struct noun grant_noun = {
    .model = &role_grant_model,
    .plural = "grants",
    .says = "Which account holds which role, and where it reaches.",
    .called = { "account_id" },
    .part = "accounts",
    .see = "grant.edit",
    .edit = "grant.edit",
    .by_hand = true,
    .columns = WORDS("account_id", "role", "scope", "scope_code"),
    .list = list_grants,
    .find = grant_find,
    .add = ask_grant,
};
static const struct noun order_noun = {
    .model = &order_model,
    .plural = "orders",
    .life = &order_life,
    .says = "What was asked for.",
    .called = { "number", "title" },
    .by_hand = true,
    .refer = order_refer,
};
BY_HAND(token_noun, token_model, "tokens", NULL, "Keys of programs.", NULL);
BY_HAND(draft_noun, draft_model, "drafts", NULL, "Orders not sent yet.",
        "person_id");
HELD(follow_noun, order_follow_model, "follows", &order_follow_life,
     "Who hears of an order besides its requester.", true, "person_id");
/* What was decided of a double is the past; what waits is not merged away. */
HELD(right_change_noun, right_change_model, "right-changes", &right_change_life,
     "What waits for a second administrator.", true, "person_id");
BY_HAND(unit_plan_noun, unit_plan_model, "unit-plans", &unit_plan_life,
        "What shall become of units.", "unit_id");
BY_HAND(request_import_noun, request_import_model, "imports", &import_life,
        "Requests of other systems that were brought in.", NULL);
PAST(rating_noun, rating_model, "ratings", "What orders were found.",
     "order_id");
PAST(notice_noun, notice_model, "notices", "What a person was told.", NULL);
PAST(event_noun, event_model, "events", "What became of rows.", "verb");
PAST(entry_noun, audit_entry_model, "audit-entries", "Who did what when.",
     NULL);
PAST(session_noun, session_row_model, "sessions", "Who is signed in where.",
     NULL);
PAST(unit_change_noun, unit_change_model, "unit-changes",
     "What became of units.", "unit_id");

/* A program that is built for a test has more of them (see the Makefile). */
#ifndef LAST_NOUNS
#define LAST_NOUNS NULL
#endif

const struct noun *const all_nouns[] = {
    &unit_noun,         &person_noun,          &crew_noun,
    &provider_noun,     &place_noun,           &crew_member_noun,
    &shift_noun,        &service_item_noun,    &service_area_noun,
    &sla_class_noun,    &routing_rule_noun,    &calendar_day_noun,
    &item_word_noun,    &unfound_word_noun,    &calendar_year_noun,
    &office_hours_noun, &grant_noun,           &account_noun,
    &setting_noun,      &token_noun,           &order_noun,
    &draft_noun,        &rating_noun,          &notice_noun,
    &event_noun,        &entry_noun,           &session_noun,
    &right_change_noun, &unit_change_noun,     &unit_plan_noun,
    &saved_view_noun,   &request_import_noun,  &on_call_noun,
    &follow_noun,       &recurring_order_noun, &ready_phrase_noun,
    LAST_NOUNS
};

/* What has a form and is no noun of its own. */
static const struct model *const form_models[] = { &order_request_model, NULL };

/* -- serving ---------------------------------------------------------------- */

struct by_id {
    int64_t id;
};
static const struct field by_id_fields[] = {
    FIELD(struct by_id, id, .flags = GIVEN),
};
static const struct model by_id_model =
    MODEL("by_id", NULL, struct by_id, by_id_fields);

static enum err
serve_list(struct call *c, void *in, void *out)
{
    (void)out;
    return noun_list(c, c->route->noun, in);
}

static enum err
serve_get(struct call *c, void *in, void *out)
{
    (void)out;
    return noun_get(c, c->route->noun, in);
}

static enum err
serve_add(struct call *c, void *in, void *out)
{
    (void)out;
    return noun_add_said(c, c->route->noun, in, c->said);
}

static enum err
serve_set(struct call *c, void *in, void *out)
{
    (void)out;
    return noun_set(c, c->route->noun, in, c->said);
}

static enum err
serve_remove(struct call *c, void *in, void *out)
{
    (void)out;
    return noun_remove(c, c->route->noun, ((const struct by_id *)in)->id);
}

static enum err
serve_merge(struct call *c, void *in, void *out)
{
    const struct noun *n = c->route->noun;
    const struct noun_merge *x = in;

    TRY(noun_merge(c, n, x->id, x->into_id));
    field_put(model_field(n->model, "id"), out, x->into_id);
    return noun_get(c, n, out);
}

/* -- routes ------------------------------------------------------------------- */

/* The longest list of routes that one noun has. */
#define MOST_ROUTES 6

/* Memory of the register lives as long as the program. */
static const char *
lasting(const char *fmt, const struct noun *n)
{
    char *s = NULL;

    ASSERT(asprintf(&s, fmt, n->plural) > 0);
    return s;
}

static struct route
merge_route(const struct noun *n)
{
    return (struct route){
        POST,
        lasting("/%s/{id}/merge", n),
        serve_merge,
        .in = &noun_merge_model,
        .out = n->model,
        .may = n->edit,
        .flags = R_WAITS,
        .noun = n,
        .says = lasting("One of %s is another's double:"
                        " what refers to it refers to"
                        " the other.",
                        n)
    };
}

/* One row, and what may be done with it: of a noun with a life the life has
   other routes (lives.h).  The end of what was added. */
static struct route *
add_changes(const struct noun *n, struct route *r)
{
    const char *one = lasting("/%s/{id}", n);
    unsigned waits = n->judge ? R_WAITS : 0;

    *r++ = (struct route){ GET,
                           one,
                           serve_get,
                           .in = n->model,
                           .out = n->model,
                           .may = n->see,
                           .says = lasting("One of %s.", n) };
    *r++ = (struct route){
        PATCH,           one,
        serve_set,       .in = n->model,
        .out = n->model, .may = n->edit,
        .flags = waits,  .says = lasting("Change one of %s.", n)
    };
    if (n->removable)
        *r++ = (struct route){
            DELETE,         one,
            serve_remove,   .in = &by_id_model,
            .may = n->edit, .says = lasting("Take one of %s away.", n)
        };
    if (n->merges)
        *r++ = merge_route(n);
    return r;
}

size_t
noun_routes_of(const struct noun *n, struct route *out)
{
    const char *list = lasting("/%s", n);
    unsigned waits = n->judge ? R_WAITS : 0;
    struct route *r = out;

    *r++ = (struct route){ GET,
                           list,
                           serve_list,
                           .out = n->model,
                           .may = n->see,
                           .flags = R_LIST,
                           .says = n->says };
    *r++ = (struct route){
        POST,
        list,
        serve_add,
        .in = n->model,
        .out = n->model,
        .may = n->edit,
        .flags = R_CREATED | waits,
        .says = lasting("Add one to %s.", n)
    };
    /* One with a life is changed by its verbs alone (api/lives.c). */
    if (n->life == NULL)
        r = add_changes(n, r);
    for (struct route *k = out; k < r; k++)
        k->noun = n;
    ASSERT(r - out <= MOST_ROUTES);
    return (size_t)(r - out);
}

/* -- what is derived from the register, once ------------------------------------- */

#define N_NOUNS (COUNT(all_nouns) - 1)

static struct {
    pthread_once_t once;
    struct route routes[N_NOUNS * MOST_ROUTES + 1];
    const struct model *models[N_NOUNS + COUNT(form_models)];
} made = { .once = PTHREAD_ONCE_INIT };

static void
make(void)
{
    size_t n = 0, m = 0;

    for (size_t i = 0; i < N_NOUNS; i++) {
        if (!all_nouns[i]->by_hand)
            n += noun_routes_of(all_nouns[i], &made.routes[n]);
        else if (all_nouns[i]->merges)
            made.routes[n++] = merge_route(all_nouns[i]);
        made.models[m++] = all_nouns[i]->model;
    }
    for (size_t i = 0; form_models[i] != NULL; i++)
        made.models[m++] = form_models[i];
}

const struct route *
noun_routes(void)
{
    (void)pthread_once(&made.once, make);
    return made.routes;
}

const struct model *const *
all_models(void)
{
    (void)pthread_once(&made.once, make);
    return made.models;
}
