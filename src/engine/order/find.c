/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of a search for orders that name something else: a crew, a unit, a
 * house or a floor, an item by its initials.  What is left is looked for in
 * the orders' own words.
 */
#include <ctype.h>
#include <string.h>

#include "base/saying.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"

/* A search under way. */
struct finding {
    struct call *c;
    struct list *l;
    struct buf places; /* houses and floors: an order has one place, which must
                          be in all of them */
};

static const char find_crew[] =
    "SELECT id FROM crew WHERE name = $1 OR LOWER(name_en) = LOWER($1)";

/* Of a crew the word is the whole name. */
static enum err
by_crew(struct finding *k, const char *word, bool *taken)
{
    struct call *c = k->c;
    int64_t id = 0;

    TRY(db_int(c, &id, find_crew, V(word)));
    *taken = id != 0;
    if (*taken)
        list_and(c, k->l, "crew_id = $%zu", list_bind(c, k->l, V(id)));
    return OK;
}

/* Letters that begin the initials of an item's name. */
static enum err
by_item(struct finding *k, const char *word, bool *taken)
{
    struct call *c = k->c;
    const struct service_item **all;
    struct buf codes = buf_make(c->arena, 0);
    CATALOG held = catalog_hold(c);
    size_t n = catalog_items(c, held, today(c), &all);

    *taken = false;
    if (strlen(word) < 3)
        return OK;
    for (const char *p = word; *p != '\0'; p++)
        if (!isalpha((unsigned char)*p))
            return OK;
    for (size_t i = 0; i < n; i++)
        if (text_starts(text_initials(c->arena, all[i]->name), word))
            buf_printf(&codes, "%s$%zu", codes.len > 0 ? ", " : "",
                       list_bind(c, k->l,
                                 V(arena_text(c->arena, all[i]->code))));
    *taken = codes.len > 0;
    if (*taken)
        list_and(c, k->l, "item_code IN (%s)", codes.s);
    return OK;
}

/* A house or a floor, whose number must be that and no other. */
static enum err
by_place(struct finding *k, const char *word, bool *taken)
{
    char *parts = saying_parts(k->c->arena, word);

    *taken = *parts != '\0';
    for (const char *p = parts; *p != '\0';
         p += strcspn(p, " "), p += *p == ' ') {
        size_t n = strcspn(p, " ");

        *taken = *taken && !isdigit((unsigned char)p[n - 1])
                 && saying_is_place(p, n);
    }
    if (*taken)
        buf_printf(&k->places, "%s ", parts);
    return OK;
}

/* All of them are looked for by one look at the places: of ten looks PostgreSQL
   makes a plan of seconds. */
static enum err
narrow_by_places(struct finding *k)
{
    const char *ids;

    if (k->places.len == 0)
        return OK;
    TRY(org_places_said(k->c, k->places.s, k->l, &ids));
    list_and(k->c, k->l, "place_id IN (%s)", ids);
    return OK;
}

static enum err
by_unit(struct finding *k, const char *word, bool *taken)
{
    struct call *c = k->c;
    const char *ids;

    *taken = false;
    if (text_length(word) < 3 || (unsigned char)*word < 0x80)
        return OK;
    TRY(org_units_said(c, word, k->l, &ids, taken));
    if (*taken)
        list_and(c, k->l, "unit_id IN (%s)", ids);
    return OK;
}

enum err
order_find(struct call *c, struct list *l)
{
    static enum err (*const ways[])(struct finding * k, const char *word,
                                    bool *taken) = { by_crew, by_place, by_item,
                                                     by_unit };
    struct finding k = { c, l, buf_make(c->arena, 0) };
    struct buf left = buf_make(c->arena, 0);
    char *rest, *word;

    if (text_is_blank(l->words))
        return OK;
    /* What names a crew, a place, an item or a unit narrows the list by its
       column; the rest is left to the index of words. */
    rest = arena_text(c->arena, l->words);
    while ((word = strsep(&rest, " \t")) != NULL) {
        bool taken = *word == '\0';

        for (size_t i = 0; i < COUNT(ways) && !taken; i++)
            TRY(ways[i](&k, word, &taken));
        if (!taken)
            buf_printf(&left, "%s ", word);
    }
    l->words = left.len > 0 ? left.s : NULL;
    return narrow_by_places(&k);
}

/* -- what is asked for most ------------------------------------------------------- */

#define LATE_DAYS 90

static const char count_asked[] =
    "SELECT item_code, COUNT(*) FROM orders"
    " WHERE COALESCE(submitted_at, 0) > $1 GROUP BY item_code";

enum err
order_tell_asked(struct call *c, int64_t max, int64_t *done)
{
    struct item_asked *all = NULL;
    size_t n, cap = 0;
    ROWS r =
        db_query(c, count_asked, value_int(c->now.ms - LATE_DAYS * DAY_MS));

    (void)max;
    *done = 0;
    for (n = 0; rows_next(&r); n++) {
        GROW(c->arena, all, n, cap);
        all[n] = (struct item_asked){ arena_text(c->arena, row_text(&r, 0)),
                                      row_int(&r, 1) };
    }
    TRY(rows_end(&r));
    return catalog_set_asked(c, all, n);
}

/* -- what one asked for last ------------------------------------------------------- */

#define OWN_LOOKED_AT 40 /* orders */

static const char own_items[] =
    "SELECT item_code FROM orders WHERE requester_id = $1"
    " ORDER BY id DESC LIMIT 40";

enum err
order_own_items(struct call *c, const char *const **out)
{
    const char **list = NEW_N(c->arena, const char *, OWN_LOOKED_AT + 1);
    ROWS r = db_query(c, own_items, V(c->actor->person_id));

    for (size_t n = 0; rows_next(&r) && n < OWN_LOOKED_AT; n++)
        list[n] = arena_text(c->arena, row_text(&r, 0));
    *out = list;
    return rows_end(&r);
}
