/* SPDX-License-Identifier: Apache-2.0 */
/* inner - what the files of engine/org share and nobody else needs. */
#ifndef ENGINE_ORG_INNER_H
#define ENGINE_ORG_INNER_H

#include "auth/change.h"
#include "engine/org/org.h"
#include "model/app.h"

#define ALL_FIELDS (~(field_mask)0)

/* A reference must lead somewhere: fill REC, or ERR_INVALID naming FIELD.
   0 refers to nothing and is fine. */
enum err org_refer(struct call *c, const struct model *m, const char *field,
                   int64_t id, void *rec) MUST_USE;

/* FIND asks for the name of another thing than $2 with the code $1; there
   must be none, else ERR_CONFLICT naming the field "code". */
enum err org_own_code(struct call *c, const char *find, const char *code,
                      int64_t id) MUST_USE;

/* model_set of a row that If-Match does not speak of. */
enum err org_set_other(struct call *c, const struct model *m, void *rec,
                       field_mask mask) MUST_USE;

/* Keep what shall be done to a unit for its day; in the caller's TX. */
enum err unit_plan_add(struct call *c, const char *verb,
                       const struct unit_act *a) MUST_USE;

/* Code, name and id of a unit that is alive on the day. */
bool unit_lives(const struct unit *u, day on);

/* The names that a change speaks with, from its rows as they are; a row that is
   not there leaves what was kept when it was asked for.  And its sentence. */
enum err right_change_name(struct call *c, struct right_change *w) MUST_USE;
enum err right_change_say(struct call *c, struct right_change *w) MUST_USE;

/*
 * The parts by which a row is found, written anew; in the caller's TX, whoever
 * changes a name, a code or a telephone.  And a list narrowed to what has all
 * parts of its words in any order, wherever they stand; of persons also by
 * their unit, and by telephones where the caller may see them.
 */
enum err org_index_place(struct call *c, const struct place *p) MUST_USE;
enum err org_index_person(struct call *c, const struct person *p) MUST_USE;
enum err org_find_places(struct call *c, struct list *l) MUST_USE;
enum err org_find_persons(struct call *c, struct list *l, bool phones) MUST_USE;

/* The list's places in use, those of one's own room first, then of its floor
   and its house; one page. */
enum err place_list_near(struct call *c, struct list *l) MUST_USE;

/* Name the routing rules in force that lead to the crew, or to the provider's:
   it is out of use.  None: *WARNING stays. */
enum err org_warn_rules(struct call *c, int64_t crew_id, int64_t provider_id,
                        const char **warning) MUST_USE;

/* The name of a row by its id, NULL when there is none; FIND asks for it. */
enum err org_name_of(struct call *c, const char *find, int64_t id,
                     const char **name) MUST_USE;
extern const char find_unit_name[], find_provider_name[], find_place_name[],
    find_person_name[];

/* May the caller see the phones of somebody who lies there? */
bool org_sees_phone(struct call *c, const struct auth_where *where);

#endif
