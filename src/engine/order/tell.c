/* SPDX-License-Identifier: Apache-2.0 */
/* Messages. */
#include "auth/auth.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/order/inner.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "subject/notice.h"

/* A lead without an account hears nothing: the others are told then. */
static const char leads_first[] =
    "SELECT m.person_id, m.lead,"
    " (SELECT COUNT(*) FROM account a JOIN person p ON p.id = a.person_id"
    "   WHERE a.person_id = m.person_id AND a.active = 1 AND p.active = 1)"
    " FROM crew_member m WHERE m.crew_id = $1"
    " ORDER BY m.lead DESC, m.person_id";

static enum err
tell_leads(struct call *c, const struct order *o, const char *kind)
{
    bool some_lead = false;
    ROWS r = db_query(c, leads_first, V(o->crew_id));

    while (rows_next(&r)) {
        bool lead = row_int(&r, 1) != 0;

        if (!lead && some_lead)
            break;
        some_lead = some_lead || (lead && row_int(&r, 2) > 0);
        if (row_int(&r, 0) != o->assignee_id)
            TRY(notice_tell(c, row_int(&r, 0), "order", o->id, kind));
    }
    return rows_end(&r);
}

enum err
tell_crew(struct call *c, const struct order *o, const char *kind)
{
    if (o->assignee_id != 0)
        return notice_tell(c, o->assignee_id, "order", o->id, kind);
    return tell_leads(c, o, kind);
}

enum err
tell_hands(struct call *c, const struct order *o, const char *kind)
{
    TRY(notice_tell(c, o->assignee_id, "order", o->id, kind));
    return tell_leads(c, o, kind);
}

enum err
tell_role(struct call *c, const struct order *o, const char *role,
          const char *kind)
{
    const struct auth_where at = { o->unit_id, o->crew_id, o->place_id,
                                   o->provider_id };
    ROWS r = auth_people(c, role, &at);

    while (rows_next(&r))
        TRY(notice_tell(c, row_int(&r, 0), "order", o->id, kind));
    return rows_end(&r);
}

static const char reachable[] =
    "SELECT COUNT(DISTINCT a.person_id) FROM crew_member m"
    " JOIN account a ON a.person_id = m.person_id"
    " JOIN person p ON p.id = m.person_id"
    " WHERE m.crew_id = $1 AND (m.person_id = $2 OR $2 = 0)"
    " AND a.active = 1 AND p.active = 1";

enum err
count_reachable(struct call *c, const struct order *o, int64_t *n)
{
    return db_int(c, n, reachable, V(o->crew_id), V(o->assignee_id));
}

enum err
tell_untold(struct call *c, const struct order *o)
{
    return tell_role(c, o, "dispatcher", "nobody of the crew can be told");
}

/* Those of the orders merged into this one, and of those merged into them. */
static const char merged_requesters[] =
    "WITH RECURSIVE below(id, number, title, requester_id) AS ("
    " SELECT id, number, title, requester_id FROM orders"
    "  WHERE merged_into_id = $1"
    " UNION SELECT o.id, o.number, o.title, o.requester_id"
    "  FROM orders o JOIN below b ON o.merged_into_id = b.id)"
    " SELECT id, number, title, requester_id FROM below"
    " ORDER BY requester_id, id";

/* Each person once, of the first of theirs: who asked for the same thing ten
   times need not hear of it ten times. */
static enum err
tell_merged(struct call *c, const struct order *o, const char *kind)
{
    int64_t last = o->requester_id;
    ROWS r = db_query(c, merged_requesters, V(o->id));

    while (rows_next(&r)) {
        int64_t person = row_int(&r, 3);

        if (person == last || person == o->requester_id)
            continue;
        last = person;
        TRY(notice_tell(c, person, "order", row_int(&r, 0), kind));
    }
    return rows_end(&r);
}

/* That an order is merged on is no news to whose order is merged already. */
enum err
tell_requesters(struct call *c, const struct order *o, const char *kind)
{
    TRY(notice_tell(c, o->requester_id, "order", o->id, kind));
    /* What was said about it is not for those who cannot read it: who follows it,
       and whose order was merged into it. */
    if (text_same(kind, "comment"))
        return OK;
    TRY(tell_followers(c, o, kind));
    return o->state == ORDER_MERGED ? OK : tell_merged(c, o, kind);
}

static const char find_title[] =
    "SELECT number, title FROM orders WHERE id = $1";

const char *
order_title(struct call *c, int64_t id)
{
    ROWS r = db_query(c, find_title, V(id));

    if (!rows_next(&r))
        return NULL;
    return arena_printf(c->arena, "%s %s", row_text(&r, 0), row_text(&r, 1));
}
