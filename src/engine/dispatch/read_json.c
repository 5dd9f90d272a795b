/* SPDX-License-Identifier: Apache-2.0 */
/* read_json - the library's own format; see data/schema. */
#include "engine/dispatch/read.h"

enum err
read_json(struct call *c, struct problem *p, const char *text, size_t size)
{
    (void)p;
    (void)text;
    (void)size;
    return fail(c, ERR_INVALID, NULL, "this format is not read yet");
}

enum err
read_plan_json(struct call *c, const struct problem *p, struct plan *plan,
               const char *text, size_t size)
{
    (void)p;
    (void)plan;
    (void)text;
    (void)size;
    return fail(c, ERR_INVALID, NULL, "this format is not read yet");
}

void
plan_write_json(const struct problem *p, const struct plan *plan, FILE *out)
{
    (void)p;
    (void)plan;
    (void)out;
}
