/* SPDX-License-Identifier: Apache-2.0 */
/* keys - see keys.h. */
#include "solver/keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum err
sv_keys_refuse(const struct sv_reading *r, const char *what)
{
    return fail(r->c, ERR_INVALID, NULL, "%s: %s",
                r->length ? r->path : "the file", what);
}

size_t
sv_keys_into(struct sv_reading *r, const char *key, int index)
{
    size_t back = r->length, room = sizeof r->path - r->length;
    int n =
        key ? snprintf(r->path + back, room, "%s%.40s", back ? "." : "", key)
            : snprintf(r->path + back, room, "[%d]", index);

    if (n > 0)
        r->length += (size_t)n < room ? (size_t)n : room - 1;
    return back;
}

void
sv_keys_back(struct sv_reading *r, size_t back)
{
    r->length = back;
    r->path[back] = 0;
}

/* The slot of the name, or the free one where it would stand (FNV-1a). */
static int *
slot_of(const struct sv_names *n, const char *name)
{
    unsigned hash = 2166136261U;

    for (const char *at = name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    for (;; hash++) {
        int *slot = &n->slots[hash & n->mask];

        if (!*slot || !strcmp(n->names[*slot - 1], name))
            return slot;
    }
}

int
sv_names_find(const struct sv_names *n, const char *name)
{
    return *slot_of(n, name) - 1;
}

int
sv_names_number(struct sv_reading *r, struct sv_names *n, const char *name)
{
    int *slot = slot_of(n, name);

    if (*slot || n->count == n->room)
        return *slot - 1;
    n->names[n->count] = arena_text(r->arena, name);
    *slot = ++n->count;
    return *slot - 1;
}

struct sv_names
sv_names_make(struct sv_reading *r, int room)
{
    struct sv_names n = { .room = room, .mask = 1 };

    while (n.mask < 2 * (unsigned)room)
        n.mask = 2 * n.mask + 1; /* at least half of the slots stay free */
    n.names = NEW_N(r->arena, const char *, (size_t)room + 1);
    n.slots = NEW_N(r->arena, int, (size_t)n.mask + 1);
    return n;
}

enum err
sv_keys_real(struct sv_reading *r, const json_t *v, double *into)
{
    if (!json_is_number(v))
        return sv_keys_refuse(r, "a number is expected");
    *into = json_number_value(v);
    if (!isfinite(*into))
        return sv_keys_refuse(r, "not a finite number");
    return OK;
}

enum err
sv_keys_reference(struct sv_reading *r, const json_t *v,
                  const struct sv_names *n, int *into)
{
    if (!json_is_string(v))
        return sv_keys_refuse(r, "a name is expected");
    *into = sv_names_find(n, json_string_value(v));
    if (*into < 0)
        return sv_keys_refuse(r, "nothing has that name");
    return OK;
}

static enum err
read_value(struct sv_reading *r, const struct sv_key *k, const json_t *v,
           void *record)
{
    void *into = (char *)record + k->offset;

    switch (k->kind) {
    case SV_KEY_REAL: return sv_keys_real(r, v, into);
    case SV_KEY_NAME:
        return sv_keys_reference(
            r, v, (const struct sv_names *)((const char *)r + k->names), into);
    case SV_KEY_FLAG:
        if (!json_is_boolean(v))
            return sv_keys_refuse(r, "true or false is expected");
        *(bool *)into = json_is_true(v);
        return OK;
    case SV_KEY_TEXT:
        if (!json_is_string(v))
            return sv_keys_refuse(r, "a text is expected");
        *(const char **)into = arena_text(r->arena, json_string_value(v));
        return OK;
    case SV_KEY_OBJECT:
        if (!json_is_object(v))
            return sv_keys_refuse(r, "an object is expected");
        return k->read(r, v, into);
    case SV_KEY_LIST:
        if (!json_is_array(v))
            return sv_keys_refuse(r, "a list is expected");
        return k->read(r, v, into);
    }
    return OK;
}

enum err
sv_keys_object(struct sv_reading *r, const json_t *object,
               const struct sv_key *keys, void *record)
{
    const char *name;
    json_t *value;
    /* jansson's iterators want an object that is not const */
    json_t *walk = (json_t *)(uintptr_t)object;

    json_object_foreach(walk, name, value)
    {
        const struct sv_key *k = keys;
        size_t back = sv_keys_into(r, name, 0);

        while (k->name && strcmp(k->name, name) != 0)
            k++;
        if (!k->name)
            return sv_keys_refuse(r, "unknown key");
        TRY(read_value(r, k, value, record));
        sv_keys_back(r, back);
    }
    return OK;
}

enum err
sv_keys_records(struct sv_reading *r, const json_t *list,
                const struct sv_key *keys, void *records, size_t size)
{
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *v = json_array_get(list, k);
        size_t back = sv_keys_into(r, NULL, (int)k);

        if (!json_is_object(v))
            return sv_keys_refuse(r, "an object is expected");
        TRY(sv_keys_object(r, v, keys, (char *)records + k * size));
        sv_keys_back(r, back);
    }
    return OK;
}

enum err
sv_keys_collect(struct sv_reading *r, const json_t *root, const char *list_name,
                int most, struct sv_names *names)
{
    const json_t *list = json_object_get(root, list_name);
    size_t n = json_array_size(list);

    if (!json_is_array(list))
        return fail(r->c, ERR_INVALID, NULL, "%s: a list is expected",
                    list_name);
    if (n > (size_t)most)
        return fail(r->c, ERR_LIMIT, NULL, "%s: %zu, at most %d are taken",
                    list_name, n, most);
    /* Before any record is read: they name one another, also forwards. */
    *names = sv_names_make(r, (int)n);
    for (size_t k = 0; k < n; k++) {
        const json_t *v = json_object_get(json_array_get(list, k), "name");

        if (!json_is_string(v))
            return fail(r->c, ERR_INVALID, NULL, "%s[%zu]: a name is missing",
                        list_name, k);
        if (sv_names_number(r, names, json_string_value(v)) != (int)k)
            return fail(r->c, ERR_INVALID, NULL, "%s: two are called “%s”",
                        list_name, json_string_value(v));
    }
    return OK;
}

enum err
sv_keys_bits(struct sv_reading *r, const json_t *list, struct sv_names *names,
             uint64_t *bits)
{
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *v = json_array_get(list, k);
        int number;

        if (!json_is_string(v))
            return sv_keys_refuse(r, "names are expected");
        number = sv_names_number(r, names, json_string_value(v));
        if (number < 0)
            return fail(r->c, ERR_LIMIT, NULL, "%s: more than %d kinds",
                        r->path, names->room);
        *bits |= UINT64_C(1) << number;
    }
    return OK;
}

enum err
sv_keys_load(struct call *c, const char *text, size_t size, json_t **root)
{
    json_error_t error;

    *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (*root)
        return OK;
    return fail(c, ERR_INVALID, NULL, "line %d: %s", error.line, error.text);
}
