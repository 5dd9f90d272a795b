/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao demo: make a demo office. */
#include "cli/demo.h"

#include <stdio.h>

#include "api/demo.h"
#include "cli/cli.h"
#include "engine/catalog/catalog.h"
#include "model/proof.h"

extern const struct model setting_model;

#define MAX_ORDERS 5000000

static const char count_units[] = "SELECT COUNT(*) FROM unit";
static const char set_setting[] =
    "INSERT INTO setting (id, name, value, version, updated_at)"
    " VALUES ($1, $2, $3, 1, $4)";

static void
show_progress(int64_t done, int64_t all)
{
    cli_progress(cli_in("orders"), done, all);
}

static enum err
set(struct call *c, const char *name, const char *value)
{
    int64_t id = new_id(c);

    TRY(db_exec(c, set_setting, V(id), V(name), V(value), V(c->now)));
    TRY(model_note(c, &setting_model, id));
    return model_audit(c, "setting.add", "setting", id, NULL);
}

/* Its sign-ins are known to all and stay as they are. */
static enum err
mark_demo(struct call *c)
{
    TX tx = tx_begin(c);

    TRY(set(c, "office.demo", "yes"));
    TRY(set(c, "password.max_days", "0"));
    return tx_commit(&tx);
}

static enum err
make_office(struct office *o, int64_t seed, int64_t orders)
{
    struct call *c = &o->call;
    struct random r = random_seed((uint64_t)seed);
    struct demo_size size = { .people = DEMO_PEOPLE, .orders = orders };
    int64_t units = 0;

    TRY(db_int(c, &units, count_units));
    if (units > 0)
        return fail(c, ERR_CONFLICT, NULL,
                    "there is an office in this folder already");
    TRY(catalog_seed(c));
    TRY(demo_org(c, &r, &size));
    TRY(mark_demo(c));
    return demo_orders(c, &r, orders, show_progress);
}

int
demo_command(int argc, char **argv)
{
    struct args a = { argc, argv, "demo" };
    const char *seed = cli_option(&a, "seed");
    const char *orders = cli_option(&a, "orders");
    int64_t n_seed = 1, n = DEMO_ORDERS;
    struct office o;
    int code;

    if ((seed != NULL && !text_int(seed, &n_seed))
        || (orders != NULL
            && (!text_int(orders, &n) || n < 0 || n > MAX_ORDERS)))
        return cli_usage("demo");
    code = office_open(&o, &a, true);
    if (code == 0)
        code = cli_end(&a);
    if (code == 0)
        code = office_failed(&o, make_office(&o, n_seed, n));
    if (code == 0)
        (void)printf("%s", demo_sign_ins());
    office_close(&o);
    return code;
}
