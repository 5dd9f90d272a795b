/* SPDX-License-Identifier: Apache-2.0 */
/* An office that the tests of engine/org build for themselves, row by row. */
#ifndef TESTS_ENGINE_ORG_OFFICE_H
#define TESTS_ENGINE_ORG_OFFICE_H

#include "auth/auth.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "test.h"

static const struct grant everything = {
    .role = "system_admin", .scope = SCOPE_ALL, .rights = ~UINT64_C(0)
};
static const struct actor clerk = {
    .account_id = 1, .name = "clerk", .grants = &everything, .n_grants = 1
};
static const struct actor nobody_special = { .account_id = 2,
                                             .name = "reader" };

static inline void
sign_in(struct call *c)
{
    c->actor = &clerk;
}

static inline struct unit
make_unit(struct call *c, const char *code, const char *name, int64_t parent)
{
    struct unit u = { .code = code,
                      .name = name,
                      .parent_id = parent,
                      .valid_from = day_of(2020, 1, 1) };

    EXPECT_OK(unit_add(c, &u));
    return u;
}

static inline struct place
make_place(struct call *c, const char *code, const char *name, const char *kind,
           int64_t parent)
{
    struct place p = {
        .code = code, .name = name, .kind = kind, .parent_id = parent
    };

    EXPECT_OK(place_add(c, &p));
    return p;
}

static inline struct person
make_person(struct call *c, const char *code, const char *name, int64_t unit)
{
    struct person p = {
        .code = code, .name = name, .unit_id = unit, .mobile = "13812345678"
    };

    EXPECT_OK(person_add(c, &p));
    return p;
}

static inline struct unit
unit_now(struct call *c, int64_t id)
{
    struct unit u = { 0 };

    EXPECT_OK(model_get(c, &unit_model, id, &u));
    return u;
}

static inline const char *
path(struct call *c, int64_t a, int64_t b, int64_t d)
{
    if (d)
        return arena_printf(c->arena, "/%lld/%lld/%lld/", (long long)a,
                            (long long)b, (long long)d);
    return arena_printf(c->arena, "/%lld/%lld/", (long long)a, (long long)b);
}

static inline int64_t
count(struct call *c, const char *sql)
{
    int64_t n = -1;

    EXPECT_OK(db_int(c, &n, sql));
    return n;
}

/* Three units, one below the other. */
struct three {
    struct unit top, mid, low;
};

static inline struct three
make_three(struct call *c)
{
    struct three t;

    sign_in(c);
    t.top = make_unit(c, "A", "市政府办公室", 0);
    t.mid = make_unit(c, "A1", "综合处", t.top.id);
    t.low = make_unit(c, "A11", "文印室", t.mid.id);
    return t;
}

#endif
