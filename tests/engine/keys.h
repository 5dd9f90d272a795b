/* SPDX-License-Identifier: Apache-2.0 */
/* keys - an office whose register has the example noun, too. */
#ifndef TESTS_ENGINE_KEYS_H
#define TESTS_ENGINE_KEYS_H

#include "example/key.h"
#include "office.h"

struct with_keys {
    struct app app;
    const struct app *before;
    const struct noun *all[64];
};

/* Make the office, as sysadmin; K must live until keys_close. */
void keys_open(struct call *c, struct with_keys *k);
void keys_close(struct call *c, struct with_keys *k);

#endif
