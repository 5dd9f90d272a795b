/* SPDX-License-Identifier: Apache-2.0 */
/* What other engines keep of crews, places and people. */
#include "auth/auth.h"
#include "engine/org/inner.h"

/* The people of a provider out of use have no rights, so nobody would do what
   is given to its crews. */
#define WORKS "k.active = 1 AND COALESCE(v.active, 1) = 1"

static const char find_crew[] =
    "SELECT k.name, k.dispatch, k.provider_id,"
    " CASE WHEN " WORKS " THEN 1 ELSE 0 END"
    " FROM crew k LEFT JOIN provider v ON v.id = k.provider_id"
    " WHERE k.id = $1";
static const char find_place[] =
    "SELECT full_name, full_name_en, initials, path, active"
    " FROM place WHERE id = $1";
static const char find_person[] =
    "SELECT p.name, p.initials, p.unit_id, COALESCE(p.phone, p.mobile),"
    " u.name, p.place_id, p.active FROM person p"
    " LEFT JOIN unit u ON u.id = p.unit_id WHERE p.id = $1";
static const char find_member[] =
    "SELECT 1 FROM crew_member WHERE crew_id = $1 AND person_id = $2";

enum err
crew_facts(struct call *c, int64_t id, struct crew_facts *f)
{
    ROWS r = db_query(c, find_crew, V(id));

    *f = (struct crew_facts){ 0 };
    if (rows_next(&r))
        *f = (struct crew_facts){ .id = id,
                                  .name = row_text(&r, 0),
                                  .dispatch = row_text(&r, 1),
                                  .provider_id = row_int(&r, 2),
                                  .works = row_int(&r, 3) != 0 };
    return rows_end(&r);
}

enum err
place_facts(struct call *c, int64_t id, struct place_facts *f)
{
    ROWS r = db_query(c, find_place, V(id));

    *f = (struct place_facts){ 0 };
    if (rows_next(&r))
        *f = (struct place_facts){ .id = id,
                                   .full_name = row_text(&r, 0),
                                   .full_name_en = row_text(&r, 1),
                                   .initials = row_text(&r, 2),
                                   .path = row_text(&r, 3),
                                   .active = row_int(&r, 4) != 0 };
    return rows_end(&r);
}

enum err
place_facts_said(struct call *c, int64_t id, struct place_facts *f)
{
    bool hidden = false;

    TRY(place_facts(c, id, f));
    if (f->id != 0 && auth_from_outside(c))
        TRY(place_is_restricted(c, id, &hidden));
    if (hidden)
        *f = (struct place_facts){ 0 };
    return OK;
}

enum err
person_facts(struct call *c, int64_t id, struct person_facts *f)
{
    ROWS r = db_query(c, find_person, V(id));

    *f = (struct person_facts){ 0 };
    if (rows_next(&r))
        *f = (struct person_facts){
            .id = id,
            .name = row_text(&r, 0),
            .initials = row_text(&r, 1),
            .unit_id = row_int(&r, 2),
            .phone = row_text(&r, 3),
            .unit_name = row_text(&r, 4),
            .place_id = row_int(&r, 5),
            .active = row_int(&r, 6) != 0
        };
    return rows_end(&r);
}

/* -- a crew and its people ------------------------------------------------- */

enum err
crew_has(struct call *c, int64_t crew_id, int64_t person_id, bool *has)
{
    int64_t one = 0;

    TRY(db_int(c, &one, find_member, V(crew_id), V(person_id)));
    *has = one != 0;
    return OK;
}

static const char others_of_crew[] =
    "SELECT COUNT(*) FROM crew_member m JOIN person p ON p.id = m.person_id"
    " WHERE m.crew_id = $1 AND m.person_id <> $2 AND p.active = 1";

enum err
crew_others(struct call *c, int64_t crew_id, int64_t person_id, int64_t *n)
{
    return db_int(c, n, others_of_crew, V(crew_id), V(person_id));
}

static const char find_where[] =
    "SELECT w.provider_id, p.unit_id, p.place_id FROM crew w"
    " LEFT JOIN crew_member m ON m.crew_id = w.id"
    " LEFT JOIN person p ON p.id = m.person_id"
    " WHERE w.id = $1 ORDER BY m.lead DESC, m.id LIMIT 1";

enum err
crew_where(struct call *c, int64_t id, struct auth_where *at)
{
    ROWS r = db_query(c, find_where, V(id));

    *at = (struct auth_where){ .crew_id = id };
    if (rows_next(&r)) {
        at->provider_id = row_int(&r, 0);
        at->unit_id = row_int(&r, 1);
        at->place_id = row_int(&r, 2);
    }
    return rows_end(&r);
}

static const char all_at_work[] =
    "SELECT k.id, k.provider_id FROM crew k"
    " LEFT JOIN provider v ON v.id = k.provider_id"
    " WHERE " WORKS " ORDER BY CASE WHEN k.id = $1 THEN 0 ELSE 1 END, k.id";

struct rows
crews_at_work(struct call *c, int64_t first)
{
    return db_query(c, all_at_work, V(first));
}

static const char took_turn[] =
    "UPDATE crew_member SET turn = $2 WHERE id = $1";

enum err
crew_took_turn(struct call *c, int64_t member_id)
{
    return db_exec(c, took_turn, V(member_id), V(c->now.ms));
}
