/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/demo.h"

#include "auth/auth.h"
#include "demo/inner.h"
#include "engine/catalog/catalog.h"
#include "model/app.h"
#include "model/proof.h"

extern const struct model setting_model;

/* -- parts of no engine of their own ------------------------------------------- */

static enum err
make_catalogue(struct demo *d)
{
    return catalog_seed(d->c);
}

static enum err
set(struct call *c, const char *name, const char *value)
{
    return model_add(c, &setting_model,
                     &(struct setting){ .name = name, .value = value });
}

/* Its sign-ins are known to all and stay as they are. */
static enum err
make_settings(struct demo *d)
{
    TX tx = tx_begin(d->c);

    TRY(set(d->c, "office.demo", "yes"));
    TRY(set(d->c, "password.max_days", "0"));
    TRY(set(d->c, "office.duty_phone", "87050110"));
    return tx_commit(&tx);
}

/* -- all of it --------------------------------------------------------------- */

/* A part is made by the demo's own hand, together with those beside it in one
   transaction; or, `alone`, by whoever makes the office, in its own. */
static const struct {
    enum err (*make)(struct demo *d);
    bool alone;
} parts[] = {
    { make_catalogue, true }, { demo_units, false }, { demo_places, false },
    { demo_crews, false },    { demo_staff, false }, { demo_sign_in, false },
    { make_settings, true },  { demo_orders, true },
};

/* The parts from *I on that are made together. */
static enum err
make_together(struct demo *d, size_t *i)
{
    TX tx = tx_begin(d->c);

    for (; *i < COUNT(parts) && !parts[*i].alone; ++*i)
        TRY(parts[*i].make(d));
    return tx_commit(&tx);
}

static enum err
make_as_demo(struct demo *d, size_t *i)
{
    static const struct grant all = {
        .role = "system_admin", .scope = SCOPE_ALL, .rights = EVERY_RIGHT
    };
    static const struct actor maker = {
        .name = "demo", .grants = &all, .n_grants = 1
    };
    const struct actor *before = d->c->actor;
    enum err e;

    d->c->actor = &maker;
    e = make_together(d, i);
    d->c->actor = before;
    return e;
}

static const char count_units[] = "SELECT COUNT(*) FROM unit";

enum err
demo_make(struct call *c, uint64_t seed, const struct demo_size *size,
          void (*progress)(int64_t done, int64_t all))
{
    struct random r = random_seed(seed);
    struct demo d = { .c = c, .r = &r, .size = size, .progress = progress };
    int64_t units = 0;
    size_t i = 0;

    TRY(db_int(c, &units, count_units));
    if (units > 0)
        return fail(c, ERR_CONFLICT, NULL,
                    "there is an office in this folder already");
    while (i < COUNT(parts))
        TRY(parts[i].alone ? parts[i++].make(&d) : make_as_demo(&d, &i));
    return OK;
}
