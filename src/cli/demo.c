/* SPDX-License-Identifier: Apache-2.0 */
/* liangcao demo: make a demo office. */
#include <stdio.h>

#include "api/demo.h"
#include "cli/cli.h"
#include "demo/demo.h"

#define MAX_ORDERS 5000000

static void
show_progress(int64_t done, int64_t all)
{
    cli_progress(cli_in("orders"), done, all);
}

int
demo_command(int argc, char **argv)
{
    struct args a = { argc, argv, "demo" };
    const char *seed = cli_option(&a, "seed");
    const char *orders = cli_option(&a, "orders");
    struct demo_size size = { .people = DEMO_PEOPLE, .orders = DEMO_ORDERS };
    int64_t n_seed = 1;
    struct office o;
    int code;

    if ((seed != NULL && !text_int(seed, &n_seed))
        || (orders != NULL
            && (!text_int(orders, &size.orders) || size.orders < 0
                || size.orders > MAX_ORDERS)))
        return cli_usage("demo");
    /* Numbers first: no folder is made for a command that is wrong. */
    code = office_open(&o, &a, true);
    if (code == 0)
        code = cli_end(&a);
    if (code == 0)
        code = office_failed(&o, demo_make(&o.call, (uint64_t)n_seed, &size,
                                           show_progress));
    if (code == 0)
        (void)printf("%s", demo_sign_ins());
    office_close(&o);
    return code;
}
