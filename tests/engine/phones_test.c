/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever can be read by GET tells phones and e-mail addresses of those people
 * only whom the reader may know: for every role in every reach, against a model
 * that is written down here and does not ask the program.
 */
#include <unistd.h>

#include <stdio.h>

#include "api/route.h"
#include "api/run.h"
#include "auth/account.h"
#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "office.h"

/* The people of tests/office.h, and where they lie. */
static const struct known {
    int64_t id, unit, place, provider;
    const char *crew; /* code; NULL: in none */
} known[] = {
    { 41, 3, 23, 0, NULL },
    { 42, 12, 24, 0, NULL },
    { 43, 2, 0, 0, NULL },
    { 44, 2, 0, 0, "electricians" },
    { 45, 2, 0, 0, "electricians" },
    { 46, 2, 0, 0, "plumbers" },
    { 47, 0, 0, 31, "lift-contractor" },
    { 49, 1, 0, 0, NULL },
};

static const struct reach {
    const char *word;
    enum scope_kind scope;
    int64_t id; /* of a crew: found by its code */
    const char *crew;
} reaches[] = {
    { "all", SCOPE_ALL, 0, NULL },
    { "unit 2", SCOPE_UNIT, 2, NULL },
    { "unit 12", SCOPE_UNIT, 12, NULL },
    { "house 1", SCOPE_PLACE, 22, NULL },
    { "electricians", SCOPE_CREW, 0, "electricians" },
    { "provider", SCOPE_PROVIDER, 31, NULL },
};

static bool
lies_in(const struct known *k, const struct reach *r, bool with_crews)
{
    switch (r->scope) {
    case SCOPE_ALL: return true;
    case SCOPE_UNIT: return k->unit == r->id || (r->id == 2 && k->unit == 3);
    case SCOPE_PLACE: return k->place == 22 || k->place == 23;
    case SCOPE_CREW:
        return with_crews && k->crew && strcmp(k->crew, r->crew) == 0;
    case SCOPE_PROVIDER: return k->provider == r->id;
    }
    return false;
}

static bool
is_one_of(const char *role, const char *const *roles)
{
    for (; *roles; roles++)
        if (strcmp(role, *roles) == 0)
            return true;
    return false;
}

/* Who sees the office's people, who asks in the name of others, who sends a
   crew out and so must be able to call its people. */
static bool
may_know(const char *role, const struct reach *r, const struct known *k)
{
    static const char *const sees[] = { "dispatcher", "leader", "system_admin",
                                        "security_admin", NULL };
    static const char *const sends[] = { "dispatcher", "crew_lead", "provider",
                                         NULL };

    if (is_one_of(role, sees) && lies_in(k, r, false))
        return true;
    return is_one_of(role, sends) && k->crew && lies_in(k, r, true)
           && r->scope != SCOPE_UNIT && r->scope != SCOPE_PLACE;
}

/* -- the office ------------------------------------------------------------------ */

static const char *
mobile_of(struct call *c, int64_t id)
{
    return arena_printf(c->arena, "139%08lld", (long long)id);
}

static void
give_phones(struct call *c)
{
    office_make(c);
    for (size_t i = 0; i < COUNT(known); i++)
        office_exec(c,
                    arena_printf(c->arena,
                                 "UPDATE person SET mobile = '%s', phone ="
                                 " '0571-9%07lld', email = 'box%lld@a.cn'"
                                 " WHERE id = %lld",
                                 mobile_of(c, known[i].id),
                                 (long long)known[i].id, (long long)known[i].id,
                                 (long long)known[i].id));
    office_exec(c, "UPDATE provider SET contact = 'Mr. Rope',"
                   " phone = '0571-55550031' WHERE id = 31");
    office_exec(c, "INSERT INTO person (id, code, name, unit_id, active,"
                   " version) VALUES (90, '90', 'Reader', 12, 1, 1)");
    office_exec(c, "INSERT INTO account (id, name, person_id, must_change,"
                   " failures, active, version) VALUES"
                   " (190, 'reader', 90, 0, 0, 1, 1)");
}

static void
become(struct call *c, const char *role, const struct reach *r)
{
    int64_t id = r->crew ? id_of(c, "crew", r->crew) : r->id;

    office_exec(c, "DELETE FROM role_grant WHERE account_id = 190");
    office_exec(c, arena_printf(c->arena,
                                "INSERT INTO role_grant (id, account_id, role,"
                                " scope, scope_id, version) VALUES"
                                " (290, 190, '%s', '%s', %lld, 1)",
                                role, scope_words[r->scope], (long long)id));
    if (r->scope == SCOPE_ALL)
        office_exec(c, "UPDATE role_grant SET scope_id = NULL WHERE id = 290");
    as(c, "reader");
}

/* -- asking for everything --------------------------------------------------------- */

/* What stands for {id}: people, a provider, units, places, a crew, accounts. */
static const int64_t ids[] = { 41, 42, 44, 47, 31, 2, 3, 12, 22, 23, 141 };
static const char *const nouns[] = { "person", "provider", "crew", "account",
                                     "crew_member" };

static void
ask_path(struct call *c, struct buf *seen, const char *path)
{
    struct http_request q = { .method = "GET", .path = path };
    struct http_reply r = { 0 };

    api_run(c, &q, &r);
    /* A table comes from a file. */
    if (r.fd != 0) {
        char *body = arena_alloc(c->arena, r.body_len + 1);

        EXPECT(pread(r.fd, body, r.body_len, 0) == (ssize_t)r.body_len);
        r.body = body;
        if (r.sent != NULL)
            r.sent(r.sent_arg);
        close(r.fd);
    }
    for (size_t i = 0; i < r.body_len; i++)
        if (r.body[i] != '\0')
            buf_putc(seen, r.body[i]);
}

static void
ask_part(struct call *c, struct buf *seen, const char *pattern,
         const char *part, const char *value)
{
    const char *at = strstr(pattern, part);

    ask_path(c, seen,
             arena_printf(c->arena, "%.*s%s%s", (int)(at - pattern), pattern,
                          value, at + strlen(part)));
}

static void
ask_route(struct call *c, struct buf *seen, const char *pattern)
{
    int64_t crew = id_of(c, "crew", "electricians");

    if (strstr(pattern, "{noun}/{noun_id}")) {
        for (size_t i = 0; i < COUNT(nouns); i++)
            for (size_t k = 0; k < COUNT(ids); k++)
                ask_path(c, seen,
                         arena_printf(c->arena, "/history/%s/%lld", nouns[i],
                                      (long long)ids[k]));
    } else if (strstr(pattern, "{kind}")) {
        ask_part(c, seen, pattern, "{kind}", "persons");
    } else if (strstr(pattern, "{id}")) {
        for (size_t k = 0; k < COUNT(ids); k++)
            ask_part(c, seen, pattern, "{id}",
                     arena_printf(c->arena, "%lld", (long long)ids[k]));
        ask_part(c, seen, pattern, "{id}",
                 arena_printf(c->arena, "%lld", (long long)crew));
        ask_part(c, seen, pattern, "{id}",
                 arena_printf(c->arena, "%lld",
                              (long long)id_of(c, "crew", "lift-contractor")));
    } else if (strchr(pattern, '{') == NULL) {
        ask_path(c, seen, pattern);
    }
}

static const char *
read_everything(struct call *c)
{
    struct buf seen = buf_make(c->arena, 0);

    for (size_t i = 0; all_routes()[i]; i++)
        for (const struct route *r = all_routes()[i]; r->path; r++)
            if (r->method == GET)
                ask_route(c, &seen, r->path);
    return seen.s;
}

static bool
tells_of(struct call *c, const char *seen, int64_t id)
{
    return strstr(seen, mobile_of(c, id))
           || strstr(seen,
                     arena_printf(c->arena, "0571-9%07lld", (long long)id))
           || strstr(seen,
                     arena_printf(c->arena, "box%lld@a.cn", (long long)id));
}

/* How many people's phones were told. */
static int
judge(struct call *c, const char *role, const struct reach *r)
{
    const char *seen = read_everything(c);
    int told = 0;

    for (size_t i = 0; i < COUNT(known); i++) {
        if (!tells_of(c, seen, known[i].id))
            continue;
        told++;
        if (!may_know(role, r, &known[i]))
            fail_msg("%s of %s is told how to reach %lld\n", role, r->word,
                     (long long)known[i].id);
    }
    bool provider = strstr(seen, "0571-55550031") || strstr(seen, "Mr. Rope");
    if (provider
        && !(auth_may_at(c, "org.see",
                         &(struct auth_where){ .provider_id = 31 })))
        fail_msg("%s of %s is told of the provider's contact\n", role, r->word);
    return told;
}

TEST(phones_are_told_of_those_only_whom_the_reader_may_know)
{
    struct arena *kept = c->arena;
    int told = 0;

    give_phones(c);
    for (size_t i = 0; auth_roles[i]; i++)
        for (size_t k = 0; k < COUNT(reaches); k++) {
            if (strstr(auth_roles[i], "_admin") && k > 0)
                continue;
            c->arena = arena_open();
            become(c, auth_roles[i], &reaches[k]);
            told += judge(c, auth_roles[i], &reaches[k]);
            arena_close(c->arena);
            c->arena = kept;
            c->actor = NULL;
        }
    EXPECT(told > 2 * (int)COUNT(known)); /* or nothing was looked at */
}

TEST(who_is_reached_by_a_role_is_told_in_full)
{
    give_phones(c);
    become(c, "dispatcher", &reaches[0]);
    EXPECT(judge(c, "dispatcher", &reaches[0]) == COUNT(known));
    become(c, "dispatcher", &reaches[1]);
    EXPECT(judge(c, "dispatcher", &reaches[1]) == 5); /* of unit 2 and 3 */
    become(c, "crew_lead", &reaches[4]);
    EXPECT(judge(c, "crew_lead", &reaches[4]) == 2); /* their electricians */
}

/* -- from outside ----------------------------------------------------------------- */

TEST(who_is_from_outside_is_told_of_no_units_nor_secrecy_areas)
{
    struct list l = { .model = &unit_model };
    struct place p = { .id = 23 };
    struct unit u = { .id = 2 };

    office_make(c);
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 22");
    as(c, "lift");
    EXPECT_OK(unit_list(c, &l));
    EXPECT(l.n == 0);
    l = (struct list){ .model = &unit_model, .as_of = today(c) };
    EXPECT_OK(unit_list(c, &l));
    EXPECT(l.n == 0);
    EXPECT_FAULT(unit_get(c, &u), ERR_ABSENT, NULL);
    l = (struct list){ .model = &place_model };
    EXPECT_OK(place_list(c, &l));
    EXPECT(l.n == 2); /* the site and the other house */
    EXPECT_FAULT(place_get(c, &p), ERR_ABSENT, NULL); /* a room inside */
    as(c, "wang");
    l = (struct list){ .model = &place_model };
    EXPECT_OK(place_list(c, &l));
    EXPECT(l.n == 4);
    p = (struct place){ .id = 23 };
    EXPECT_OK(place_get(c, &p));
}

TEST(who_is_from_outside_is_told_of_his_own_shifts_and_rules)
{
    struct list l = { .model = &shift_model };

    office_make(c);
    office_exec(c, "INSERT INTO shift (id, crew_id, name, weekdays, from_min,"
                   " to_min, valid_from, version) SELECT id, id, 'S', '1', 0,"
                   " 60, 1, 1 FROM crew");
    as(c, "lift");
    EXPECT_OK(noun_list(c, &shift_noun, &l));
    EXPECT(l.n == 1);
    struct shift s = { .id = id_of(c, "crew", "electricians") };
    EXPECT_FAULT(noun_get(c, &shift_noun, &s), ERR_DENIED, NULL);
    l = (struct list){ .model = &routing_rule_model };
    EXPECT_OK(noun_list(c, &routing_rule_noun, &l));
    const struct routing_rule *rules = l.rows;
    for (size_t i = 0; i < l.n; i++)
        EXPECT(rules[i].crew_id == id_of(c, "crew", "lift-contractor"));
}

/* -- lists ----------------------------------------------------------------- */

#define FEW 8

/* Every statement is a way to another machine where the database is there. */
TEST(a_list_of_people_asks_for_many_of_them_at_once)
{
    struct list cards = { .model = &person_card_model };
    struct list people = { .model = &person_model };
    const struct person_card *card;
    const struct person *all;

    office_make(c);
    as(c, "sysadmin");
    db_fault(c, 1000);
    EXPECT_OK(person_pick(c, &cards));
    EXPECT(cards.n > 2 * FEW && db_fault_count(c) < FEW);
    db_fault(c, 1000);
    EXPECT_OK(person_list(c, &people));
    EXPECT(people.n > 2 * FEW && db_fault_count(c) < FEW);
    db_fault(c, 0);
    all = people.rows;
    for (size_t i = 0; i < people.n; i++) {
        struct person one = { .id = all[i].id };

        EXPECT_OK(person_get(c, &one));
        EXPECT(text_same(all[i].unit_name, one.unit_name));
        EXPECT(text_same(all[i].provider_name, one.provider_name));
        EXPECT(text_same(all[i].place_name, one.place_name));
    }
    card = cards.rows;
    for (size_t i = 0; i < cards.n; i++) {
        struct person one = { .id = card[i].id };

        EXPECT_OK(person_get(c, &one));
        EXPECT(text_same(card[i].mobile, one.mobile));
        EXPECT(text_same(card[i].unit_name, one.unit_name));
    }
}
