/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every verb of engine/org is all or nothing: whichever statement fails, the
 * verb fails and nothing is changed; when none fails, it is done.
 */
#include "test.h"

#include "auth/auth.h"
#include "engine/org/org.h"
#include "model/app.h"

static const struct grant everything = {
    .role = "system_admin", .scope = SCOPE_ALL, .rights = ~UINT64_C(0)
};
static const struct actor clerk = {
    .account_id = 1, .name = "clerk", .grants = &everything, .n_grants = 1
};

/* What the verbs work on. */
struct office {
    int64_t top, mid, low, other;
    int64_t site, building, room;
    int64_t person, other_person, crew, member, shift;
};

static const char units_csv[] =
    "code,name,parent_code\n"
    "A,top,\nA1,mid,A\nA11,low,A1\nB,other,\n";
static const char places_csv[] =
    "code,name,kind,parent_code,unit_code\n"
    "S,site,site,,\nS1,1,building,S,\n"
    "S1-1,1F,floor,S1,\nS101,101,room,S1-1,A1\n";
static const char persons_csv[] =
    "code,name,unit_code\n1,张伟,A1\n"
    "2,李娜,A11\n";

static int64_t
one(struct call *c, const char *sql)
{
    int64_t n = 0;

    EXPECT_OK(db_int(c, &n, sql));
    return n;
}

static void
bring(struct call *c, const struct noun *table, const char *csv)
{
    struct import_result r;

    EXPECT_OK(noun_import(c, table, csv, strlen(csv), false, &r));
    assert_int_equal(r.n_refused, 0);
}

static struct office
open_office(struct call *c)
{
    struct crew w = { .code = "w", .name = "电工班" };
    struct office o;

    c->actor = &clerk;
    c->now = at("2026-11-20 09:00");
    bring(c, &unit_noun, units_csv);
    bring(c, &place_noun, places_csv);
    bring(c, &person_noun, persons_csv);
    c->now = at("2026-11-23 10:00");
    EXPECT_OK(noun_add(c, &crew_noun, &w));
    o = (struct office){
        .top = one(c, "SELECT id FROM unit WHERE code = 'A'"),
        .mid = one(c, "SELECT id FROM unit WHERE code = 'A1'"),
        .low = one(c, "SELECT id FROM unit WHERE code = 'A11'"),
        .other = one(c, "SELECT id FROM unit WHERE code = 'B'"),
        .site = one(c, "SELECT id FROM place WHERE code = 'S'"),
        .building = one(c, "SELECT id FROM place WHERE code = 'S1'"),
        .room = one(c, "SELECT id FROM place WHERE code = 'S101'"),
        .person = one(c, "SELECT id FROM person WHERE code = '1'"),
        .other_person = one(c, "SELECT id FROM person WHERE code = '2'"),
        .crew = w.id,
    };
    struct crew_member m = { .crew_id = w.id, .person_id = o.person };
    EXPECT_OK(noun_add(c, &crew_member_noun, &m));
    struct shift s = { .crew_id = w.id, .name = "早班", .weekdays = "12345" };
    EXPECT_OK(noun_add(c, &shift_noun, &s));
    o.member = m.id;
    o.shift = s.id;
    return o;
}

/* Every row of org and of its history in one number. */
static int64_t
fingerprint(struct call *c)
{
    static const char sums[] =
        "SELECT (SELECT 3 * COUNT(*) + 5 * SUM(version) FROM unit)"
        " + (SELECT 7 * SUM(LENGTH(path)) FROM unit)"
        " + (SELECT 11 * COUNT(*) FROM unit_change)"
        " + (SELECT 13 * COUNT(*) + 17 * SUM(version) FROM place)"
        " + (SELECT 19 * SUM(LENGTH(full_name)) FROM place)"
        " + (SELECT 23 * COUNT(*) + 29 * SUM(version) FROM person)"
        " + (SELECT 31 * COUNT(*) + 37 * SUM(version) FROM crew)"
        " + (SELECT 41 * COUNT(*) FROM crew_member)"
        " + (SELECT 43 * COUNT(*) FROM shift)"
        " + (SELECT 47 * COUNT(*) FROM provider)"
        " + (SELECT 53 * COUNT(*) FROM audit_entry)";

    return one(c, sums);
}

typedef enum err (*verb_fn)(struct call *c, const struct office *o);

#define MOST_STATEMENTS 400

static void
expect_all_or_nothing(struct call *c, verb_fn verb)
{
    struct office o = open_office(c);
    int64_t before = fingerprint(c);
    enum err e = ERR_BROKEN;

    for (int64_t k = 1; e != OK; k++) {
        ASSERT(k < MOST_STATEMENTS);
        c->fault = (struct fault){ 0 };
        db_fault(c, k);
        e = verb(c, &o);
        db_fault(c, 0);
        if (e == OK)
            break;
        assert_int_equal(e, ERR_BROKEN);
        assert_int_equal(fingerprint(c), before);
    }
    EXPECT(fingerprint(c) != before);
}

#define ALL_OR_NOTHING(name)                                                   \
    static enum err do_##name(struct call *c, const struct office *o);         \
    TEST(name##_is_all_or_nothing)                                             \
    {                                                                          \
        expect_all_or_nothing(c, do_##name);                                   \
    }                                                                          \
    static enum err do_##name(struct call *c, const struct office *o)

ALL_OR_NOTHING(unit_add)
{
    struct unit u = { .code = "N", .name = "new", .parent_id = o->mid };

    return unit_add(c, &u);
}

ALL_OR_NOTHING(unit_set)
{
    struct unit u = { .id = o->mid, .short_name = "m" };

    return unit_set(c, &u, model_mask(&unit_model, "short_name"));
}

ALL_OR_NOTHING(unit_rename)
{
    struct unit u;

    return unit_rename(c, &(struct unit_act){ .id = o->mid, .name = "renamed" },
                       &u);
}

ALL_OR_NOTHING(unit_move)
{
    struct unit u;

    return unit_move(c,
                     &(struct unit_act){ .id = o->mid, .parent_id = o->other },
                     &u);
}

ALL_OR_NOTHING(unit_merge)
{
    struct unit u;

    return unit_merge(c,
                      &(struct unit_act){ .id = o->mid, .into_id = o->other },
                      &u);
}

ALL_OR_NOTHING(unit_split)
{
    struct unit u;

    return unit_split(c,
                      &(struct unit_act){
                          .id = o->mid, .code = "N", .name = "new" },
                      &u);
}

ALL_OR_NOTHING(unit_end)
{
    struct unit u;

    return unit_end(c, &(struct unit_act){ .id = o->other }, &u);
}

ALL_OR_NOTHING(place_add)
{
    struct place p = {
        .code = "N", .name = "2", .kind = "floor", .parent_id = o->building
    };

    return place_add(c, &p);
}

ALL_OR_NOTHING(place_set)
{
    struct place p = { .id = o->building, .name = "another" };

    return place_set(c, &p, model_mask(&place_model, "name"));
}

ALL_OR_NOTHING(person_add)
{
    struct person p = { .code = "N", .name = "新人", .unit_id = o->mid };

    return person_add(c, &p);
}

ALL_OR_NOTHING(person_set)
{
    struct person p = { .id = o->person, .name = "张三" };

    return person_set(c, &p, model_mask(&person_model, "name"));
}

ALL_OR_NOTHING(provider_add)
{
    struct provider p = { .code = "N", .name = "new" };

    (void)o;
    return noun_add(c, &provider_noun, &p);
}

ALL_OR_NOTHING(crew_set)
{
    struct crew w = { .id = o->crew, .name = "renamed" };

    return noun_set(c, &crew_noun, &w, model_mask(&crew_model, "name"));
}

ALL_OR_NOTHING(crew_member_add)
{
    struct crew_member m = { .crew_id = o->crew, .person_id = o->other_person };

    return noun_add(c, &crew_member_noun, &m);
}

ALL_OR_NOTHING(crew_member_remove)
{
    return noun_remove(c, &crew_member_noun, o->member);
}

ALL_OR_NOTHING(shift_remove)
{
    return noun_remove(c, &shift_noun, o->shift);
}

ALL_OR_NOTHING(import_of_units)
{
    static const char csv[] = "code,name,parent_code\nA1,秘书处,B\nN,new,A\n";
    struct import_result r;

    (void)o;
    return noun_import(c, &unit_noun, csv, sizeof csv - 1, false, &r);
}

ALL_OR_NOTHING(import_of_places)
{
    static const char csv[] = "code,name,kind,parent_code\n"
                              "S1,行政楼,building,S\nS2,2,building,S\n";
    struct import_result r;

    (void)o;
    return noun_import(c, &place_noun, csv, sizeof csv - 1, false, &r);
}

ALL_OR_NOTHING(import_of_persons)
{
    static const char csv[] = "code,name,unit_code,active\n"
                              "1,张伟,A11,no\n3,王芳,A1,yes\n";
    struct import_result r;

    (void)o;
    return noun_import(c, &person_noun, csv, sizeof csv - 1, false, &r);
}
