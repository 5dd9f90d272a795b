/* SPDX-License-Identifier: Apache-2.0 */
/* keys - see keys.h. */
#include "solver/keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum err
keys_refuse(const struct reading *r, const char *what)
{
    return fail(r->c, ERR_INVALID, NULL, "%s: %s",
                r->length ? r->path : "the file", what);
}

size_t
keys_into(struct reading *r, const char *key, int index)
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
keys_back(struct reading *r, size_t back)
{
    r->length = back;
    r->path[back] = 0;
}

/* The slot of the name, or the free one where it would stand (FNV-1a). */
static int *
slot_of(const struct names *n, const char *name)
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
names_find(const struct names *n, const char *name)
{
    return *slot_of(n, name) - 1;
}

int
names_number(struct reading *r, struct names *n, const char *name)
{
    int *slot = slot_of(n, name);

    if (*slot || n->count == n->room)
        return *slot - 1;
    n->names[n->count] = arena_text(r->arena, name);
    *slot = ++n->count;
    return *slot - 1;
}

struct names
names_make(struct reading *r, int room)
{
    struct names n = { .room = room, .mask = 1 };

    while (n.mask < 2 * (unsigned)room)
        n.mask = 2 * n.mask + 1; /* at least half of the slots stay free */
    n.names = NEW_N(r->arena, const char *, (size_t)room + 1);
    n.slots = NEW_N(r->arena, int, (size_t)n.mask + 1);
    return n;
}

enum err
keys_real(struct reading *r, const json_t *v, double *into)
{
    if (!json_is_number(v))
        return keys_refuse(r, "a number is expected");
    *into = json_number_value(v);
    if (!isfinite(*into))
        return keys_refuse(r, "not a finite number");
    return OK;
}

enum err
keys_reference(struct reading *r, const json_t *v, const struct names *n,
               int *into)
{
    if (!json_is_string(v))
        return keys_refuse(r, "a name is expected");
    *into = names_find(n, json_string_value(v));
    if (*into < 0)
        return keys_refuse(r, "nothing has that name");
    return OK;
}

static enum err
read_value(struct reading *r, const struct key *k, const json_t *v,
           void *record)
{
    void *into = (char *)record + k->offset;

    switch (k->kind) {
    case KEY_REAL: return keys_real(r, v, into);
    case KEY_NAME:
        return keys_reference(
            r, v, (const struct names *)((const char *)r + k->names), into);
    case KEY_FLAG:
        if (!json_is_boolean(v))
            return keys_refuse(r, "true or false is expected");
        *(bool *)into = json_is_true(v);
        return OK;
    case KEY_TEXT:
        if (!json_is_string(v))
            return keys_refuse(r, "a text is expected");
        *(const char **)into = arena_text(r->arena, json_string_value(v));
        return OK;
    case KEY_OBJECT:
        if (!json_is_object(v))
            return keys_refuse(r, "an object is expected");
        return k->read(r, v, into);
    case KEY_LIST:
        if (!json_is_array(v))
            return keys_refuse(r, "a list is expected");
        return k->read(r, v, into);
    }
    return OK;
}

enum err
keys_object(struct reading *r, const json_t *object, const struct key *keys,
            void *record)
{
    const char *name;
    json_t *value;
    /* jansson's iterators want an object that is not const */
    json_t *walk = (json_t *)(uintptr_t)object;

    json_object_foreach(walk, name, value)
    {
        const struct key *k = keys;
        size_t back = keys_into(r, name, 0);

        while (k->name && strcmp(k->name, name) != 0)
            k++;
        if (!k->name)
            return keys_refuse(r, "unknown key");
        TRY(read_value(r, k, value, record));
        keys_back(r, back);
    }
    return OK;
}

enum err
keys_records(struct reading *r, const json_t *list, const struct key *keys,
             void *records, size_t size)
{
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *v = json_array_get(list, k);
        size_t back = keys_into(r, NULL, (int)k);

        if (!json_is_object(v))
            return keys_refuse(r, "an object is expected");
        TRY(keys_object(r, v, keys, (char *)records + k * size));
        keys_back(r, back);
    }
    return OK;
}

enum err
keys_collect(struct reading *r, const json_t *root, const char *list_name,
             int most, struct names *names)
{
    const json_t *list = json_object_get(root, list_name);
    size_t n = json_array_size(list);

    if (!json_is_array(list))
        return fail(r->c, ERR_INVALID, NULL, "%s: a list is expected",
                    list_name);
    if (n > (size_t)most)
        return fail(r->c, ERR_LIMIT, NULL, "%s: %zu, at most %d are taken",
                    list_name, n, most);
    *names = names_make(r, (int)n);
    for (size_t k = 0; k < n; k++) {
        const json_t *v = json_object_get(json_array_get(list, k), "name");

        if (!json_is_string(v))
            return fail(r->c, ERR_INVALID, NULL, "%s[%zu]: a name is missing",
                        list_name, k);
        if (names_number(r, names, json_string_value(v)) != (int)k)
            return fail(r->c, ERR_INVALID, NULL, "%s: two are called “%s”",
                        list_name, json_string_value(v));
    }
    return OK;
}

enum err
keys_bits(struct reading *r, const json_t *list, struct names *names,
          uint64_t *bits)
{
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *v = json_array_get(list, k);
        int number;

        if (!json_is_string(v))
            return keys_refuse(r, "names are expected");
        number = names_number(r, names, json_string_value(v));
        if (number < 0)
            return fail(r->c, ERR_LIMIT, NULL, "%s: more than %d kinds",
                        r->path, names->room);
        *bits |= UINT64_C(1) << number;
    }
    return OK;
}

enum err
keys_load(struct call *c, const char *text, size_t size, json_t **root)
{
    json_error_t error;

    *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (*root)
        return OK;
    return fail(c, ERR_INVALID, NULL, "line %d: %s", error.line, error.text);
}
