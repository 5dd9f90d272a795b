/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in until the compound is built. */
#include "cli/demo.h"

__attribute__((weak)) enum err
demo_org(struct call *c, struct random *r, const struct demo_size *size)
{
    (void)r;
    (void)size;
    return fail(c, ERR_BROKEN, NULL, "the demo compound is not built yet");
}
