/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of units told ahead.  The rows of today are always today's tree, so
 * what is told ahead waits as a plan and is done when its day has come.
 */
#include "engine/org/inner.h"

#include <string.h>

#include "auth/change.h"
#include "job/job.h"
#include "model/proof.h"

#define MAX_AHEAD 731 /* days: two years */

static const char *const plan_verbs[] = { "rename", "move", "merge",
                                          "split",  "end",  NULL };

typedef enum err (*unit_verb)(struct call *c, const struct unit_act *a,
                              struct unit *u);

/* In the order of plan_verbs. */
static const unit_verb verbs[] = { unit_rename, unit_move, unit_merge,
                                   unit_split, unit_end };

static const struct field fields[] = {
    FIELD(struct unit_plan, id, .flags = GIVEN),
    FIELD(struct unit_plan, unit_id, .flags = GIVEN, .refers = "unit",
          .label = "Unit"),
    FIELD(struct unit_plan, verb, .flags = GIVEN, .choices = plan_verbs,
          .label = "What will happen"),
    FIELD(struct unit_plan, on_day, .flags = GIVEN, .label = "Day"),
    FIELD(struct unit_plan, name, .flags = GIVEN, .label = "Name"),
    FIELD(struct unit_plan, short_name, .flags = GIVEN, .label = "Short name"),
    FIELD(struct unit_plan, code, .flags = GIVEN, .label = "Code"),
    FIELD(struct unit_plan, parent_id, .flags = GIVEN, .refers = "unit",
          .label = "Belongs to"),
    FIELD(struct unit_plan, into_id, .flags = GIVEN, .refers = "unit",
          .label = "Merge into"),
    FIELD(struct unit_plan, reason, .flags = GIVEN, .label = "Reason"),
    FIELD(struct unit_plan, made_by, .flags = GIVEN, .refers = "account",
          .label = "Planned by"),
    FIELD(struct unit_plan, refused, .flags = GIVEN,
          .label = "Why it could not be done"),
    FIELD(struct unit_plan, version, .flags = GIVEN),
    FIELD(struct unit_plan, updated_at, .flags = GIVEN),
};

const struct model unit_plan_model =
    MODEL("unit_plan", "unit_plan", struct unit_plan, fields);

enum err
unit_plan_add(struct call *c, const char *verb, const struct unit_act *a)
{
    struct unit_plan p = {
        .unit_id = a->id,
        .verb = verb,
        .on_day = a->on_day,
        .name = a->name,
        .short_name = a->short_name,
        .code = a->code,
        .parent_id = a->parent_id,
        .into_id = a->into_id,
        .reason = a->reason,
        .made_by = c->actor ? c->actor->account_id : 0
    };

    if (a->on_day.n > today(c).n + MAX_AHEAD)
        return fail(c, ERR_INVALID, "on_day", "lies more than two years ahead");
    return model_add(c, &unit_plan_model, &p);
}

enum err
unit_plan_remove(struct call *c, int64_t id)
{
    struct unit_plan p = { 0 };

    TX tx = tx_begin(c);
    TRY(model_get(c, &unit_plan_model, id, &p));
    TRY(auth_need(c, "org.edit", &(struct auth_where){ .unit_id = p.unit_id }));
    TRY(model_remove(c, &unit_plan_model, id));
    return tx_commit(&tx);
}

/* -- the day has come ---------------------------------------------------- */

static enum err
do_plan(struct call *c, int64_t id)
{
    struct unit_plan p = { 0 };
    struct unit u = { 0 };
    size_t i = 0;

    TX tx = tx_begin(c);
    TRY(model_get(c, &unit_plan_model, id, &p));
    /* Whoever planned it was allowed to; the history says that it was he. */
    TRY(auth_act_for(c, p.made_by, false));
    while (plan_verbs[i] && strcmp(plan_verbs[i], p.verb) != 0)
        i++;
    if (plan_verbs[i] == NULL)
        return fail(c, ERR_CONFLICT, "verb", "“%.40s” is not one of its words",
                    p.verb);
    TRY(verbs[i](c,
                 &(struct unit_act){ .id = p.unit_id,
                                     .name = p.name,
                                     .short_name = p.short_name,
                                     .code = p.code,
                                     .parent_id = p.parent_id,
                                     .into_id = p.into_id,
                                     .on_day = p.on_day,
                                     .reason = p.reason },
                 &u));
    TRY(model_remove(c, &unit_plan_model, id));
    return tx_commit(&tx);
}

static const char note_refused[] =
    "UPDATE unit_plan SET refused = $2, version = version + 1 WHERE id = $1";

/* What stands in the way is kept beside the plan for whoever made it. */
static enum err
refuse_plan(struct call *c, int64_t id)
{
    const char *why = c->fault.text;

    c->fault = (struct fault){ 0 };
    TX tx = tx_begin(c);
    TRY(model_note(c, &unit_plan_model, id));
    TRY(db_exec(c, note_refused, V(id), V(why)));
    TRY(model_note(c, &unit_plan_model, id));
    TRY(model_audit(c, "unit_plan.refused", "unit_plan", id, NULL));
    return tx_commit(&tx);
}

static enum err
do_or_refuse(struct call *c, int64_t id)
{
    const struct actor *me = c->actor;
    enum err e = do_plan(c, id);

    c->actor = me;
    if (e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_DENIED)
        return refuse_plan(c, id);
    /* Another process was here. */
    return e == ERR_ABSENT ? OK : e;
}

static const char find_due[] =
    "SELECT id FROM unit_plan WHERE on_day <= $1 AND refused IS NULL"
    " ORDER BY on_day, id LIMIT $2";

enum err
org_do_plans(struct call *c, int64_t max, int64_t *done)
{
    struct due_ids due;

    TRY(db_due(c, &due, max, find_due, V(today(c)), V(max)));
    *done = (int64_t)due.n;
    for (size_t i = 0; i < due.n; i++)
        TRY(do_or_refuse(c, due.ids[i]));
    return OK;
}

const struct job org_jobs[] = {
    { "unit.plans", 10 * MINUTE_MS, JOB_WORK, true, JOB_ROWS, org_do_plans },
    { 0 },
};
