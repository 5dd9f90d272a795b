/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows the changes that wait speak of.  Whoever confirms one reads the
 * names of its rows: were a crew called otherwise while it is read, or by
 * whoever asked, they would agree to something else than they read.
 */
#include "auth/change.h"
#include "auth/inner.h"
#include "base/text.h"
#include "model/app.h"
#include "model/member.h"

/* The person, the row itself, or a reference of the wish: its JSON is written
   by the program, so "crew_id":12 is followed by a comma or is its end.  Of
   $1 (noun) and $2 (id); $3 and $4 are such a reference, $5 and $6 the scope of
   a role and the row that a double goes into. */
static const char count_spoken[] =
    "SELECT COUNT(*) FROM right_change w WHERE w.state = 'waiting' AND ("
    " ($1 = 'person' AND w.person_id = $2)"
    " OR (w.noun = $1 AND w.noun_id = $2)"
    " OR (w.noun = $1 AND w.wish LIKE $6)"
    " OR w.wish LIKE $3 OR w.wish LIKE $4 OR w.wish LIKE $5"
    " OR ($1 = 'crew' AND w.noun = 'crew_member' AND w.noun_id IN"
    "   (SELECT m.id FROM auth_member m WHERE m.crew_id = $2)))";

static enum err
is_spoken_of(struct call *c, const char *noun, int64_t id, bool *spoken)
{
    long long n = id;
    int64_t found = 0;

    TRY(db_int(c, &found, count_spoken, V(noun), V(id),
               V(arena_printf(c->arena, "%%\"%s_id\":%lld,%%", noun, n)),
               V(arena_printf(c->arena, "%%\"%s_id\":%lld}", noun, n)),
               V(arena_printf(c->arena, "%%\"scope\":\"%s\",\"scope_id\":%lld}",
                              noun, n)),
               V(arena_printf(c->arena, "%%\"into_id\":%lld}", n))));
    *spoken = found > 0;
    return OK;
}

enum err
change_refuse_spoken(struct call *c, const char *noun, int64_t id)
{
    bool spoken = false;

    TRY(is_spoken_of(c, noun, id, &spoken));
    return spoken ? fail(c, ERR_CONFLICT, NULL,
                         "a change of rights about it waits: it is decided or "
                         "withdrawn first")
                  : OK;
}

/* A key, a title, or the name of which a title is made (FLEETING: by those
   above, whose own change it is). */
static bool
is_name(const struct field *f)
{
    return f->kind == FIELD_TEXT && member_has_column(f)
           && (f->flags & UNIQUE || text_same(f->name, "name")
               || (f->flags & TITLE && !(f->flags & FLEETING)));
}

/* What a row is called by, where it differs. */
static const struct field *
called_otherwise(const struct model *m, const void *old, const void *rec)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct field *f = &m->fields[i];

        if (is_name(f) && !member_same(f, old, rec))
            return f;
    }
    return NULL;
}

enum err
change_keeps_names(struct call *c, const struct model *m, const void *old,
                   const void *rec)
{
    const struct field *f = called_otherwise(m, old, rec);
    bool spoken = false;

    if (f == NULL)
        return OK;
    TRY(is_spoken_of(c, m->noun, model_id(m, old), &spoken));
    return spoken ? fail(c, ERR_CONFLICT, f->name,
                         "a change of rights about it waits: it is decided or "
                         "withdrawn first")
                  : OK;
}
