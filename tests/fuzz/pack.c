/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a catalogue's file: they end in a pack whose forms and classes
 * can be made, or in a fault that names the file and says something in UTF-8.
 */
#include <string.h>

#include "base/text.h"
#include "engine/catalog/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
expect_fault(const struct call *c, enum err e)
{
    if (e == OK)
        return;
    ASSERT(e == ERR_INVALID && c->fault.code == e);
    ASSERT(strcmp(c->fault.field, "fuzz.yaml") == 0);
    ASSERT(text_is_utf8(c->fault.text, strlen(c->fault.text)));
}

/* A form that was taken is written and reads back the same. */
static void
make_form(struct call *c, const struct catalog_file *file,
          const struct pack_item *i)
{
    struct form form, again;
    const char *json;
    enum err e = pack_form(c, file, i, &form);

    expect_fault(c, e);
    if (e != OK)
        return;
    json = form_write(c, &form);
    ASSERT(form_read(c, json, &again) == OK);
    ASSERT(strcmp(form_write(c, &again), json) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct call call = { .arena = arena_open() }, *c = &call;
    const struct catalog_file file = { "fuzz.yaml", (const char *)data, n };
    struct sla_class s;
    struct pack p;
    enum err e = pack_read(c, &file, &p);

    expect_fault(c, e);
    for (unsigned i = 0; e == OK && i < p.n_items; i++)
        make_form(c, &file, &p.items[i]);
    for (unsigned i = 0; e == OK && i < p.n_sla_classes; i++)
        expect_fault(c, pack_sla(c, &file, &p.sla_classes[i], &s));
    arena_close(c->arena);
    return 0;
}
