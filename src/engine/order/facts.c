/* SPDX-License-Identifier: Apache-2.0 */
/* What an order refers to: its crew, place, requester and item. */
#include "auth/auth.h"
#include "base/text.h"
#include "engine/catalog/catalog.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"

enum err
read_crew(struct call *c, int64_t id, struct crew_facts *f)
{
    TRY(crew_facts(c, id, f));
    if (!f->works)
        return fail(c, ERR_INVALID, "crew_id", "there is no such crew");
    return OK;
}

enum err
read_place(struct call *c, int64_t id, struct place_facts *f)
{
    TRY(place_facts_said(c, id, f));
    if (f->id == 0 || !f->active)
        return fail(c, ERR_INVALID, "place_id", "there is no such place");
    return OK;
}

enum err
read_place_ever(struct call *c, int64_t id, struct place_facts *f)
{
    TRY(place_facts(c, id, f));
    if (f->id == 0)
        return fail(c, ERR_INVALID, "place_id", "there is no such place");
    return OK;
}

enum err
read_person(struct call *c, int64_t id, struct person_facts *f)
{
    TRY(read_person_ever(c, id, f));
    if (!f->active)
        return fail(c, ERR_INVALID, "requester_id", "there is no such person");
    return OK;
}

enum err
read_person_ever(struct call *c, int64_t id, struct person_facts *f)
{
    TRY(person_facts(c, id, f));
    if (f->id == 0)
        return fail(c, ERR_INVALID, "requester_id", "there is no such person");
    return OK;
}

bool
order_item(struct call *c, const struct order *o, struct service_item *item)
{
    CATALOG k = catalog_hold(c);
    const struct service_item *i = catalog_item_by_id(k, o->item_id);

    if (i == NULL)
        return false;
    *item = *i;
    item->fields = arena_text(c->arena, i->fields);
    item->name = arena_text(c->arena, i->name);
    item->code = arena_text(c->arena, i->code);
    return true;
}

/* Somebody whose account was taken hears of nothing; who never had one is called
   by telephone, and the order's view says so. */
static const char lost_account[] =
    "SELECT COUNT(*) FROM account a WHERE a.person_id = $1 AND NOT EXISTS"
    " (SELECT 1 FROM account b WHERE b.person_id = $1 AND b.active = 1)";

static enum err
check_account(struct call *c, int64_t person_id)
{
    int64_t lost;

    TRY(db_int(c, &lost, lost_account, V(person_id)));
    if (lost > 0)
        return fail(c, ERR_INVALID, "assignee_id",
                    "has no account any more and hears of nothing");
    return OK;
}

/* The membership of a person who has left may still stand, so both are asked.
   read_person finds fault with a requester; here it is the assignee. */
enum err
give_to(struct call *c, struct order *o, int64_t crew_id, int64_t person_id)
{
    struct crew_facts crew = { 0 };
    struct person_facts person = { 0 };
    bool has = true;

    TRY(read_crew(c, crew_id, &crew));
    if (person_id != 0) {
        TRY(crew_has(c, crew_id, person_id, &has));
        if (!has)
            return fail(c, ERR_INVALID, "assignee_id",
                        "is not one of this crew");
        if (read_person(c, person_id, &person) != OK) {
            c->fault.field = "assignee_id";
            return c->fault.code;
        }
        TRY(check_account(c, person_id));
    }
    /* The names are kept as they are now. */
    o->crew_id = crew_id;
    o->crew_name = crew.name;
    o->provider_id = crew.provider_id;
    o->assignee_id = person_id;
    o->assignee_name = person.name;
    return OK;
}

enum err
route(struct call *c, struct order *o, const struct service_item *item,
      const char *place_path)
{
    CATALOG k = catalog_hold(c);
    int64_t crew = catalog_route(k, item, place_path, today(c));
    enum err e = crew ? give_to(c, o, crew, 0) : OK;

    /* A rule that leads nowhere is no reason to turn a request away. */
    if (e != ERR_INVALID)
        return e;
    c->fault = (struct fault){ .code = OK };
    return OK;
}
