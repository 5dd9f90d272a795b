/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of units told ahead.  The rows of today are always today's tree, so
 * what is told ahead waits as a plan and is done when its day has come.
 */
#include "engine/org/inner.h"

#include <string.h>

#include "auth/change.h"
#include "job/job.h"

#define MAX_AHEAD 731 /* days: two years */

static const char *const plan_verbs[] = { "rename", "move", "merge",
                                          "split",  "end",  NULL };

enum { PLANNED, DONE, REFUSED, CALLED_OFF };
static const char *const plan_states[] = { "planned", "done", "refused",
                                           "called_off", NULL };

typedef enum err (*unit_verb)(struct call *c, const struct unit_act *a,
                              struct unit *u);

/* In the order of plan_verbs. */
static const unit_verb verbs[] = { unit_rename, unit_move, unit_merge,
                                   unit_split, unit_end };

static const struct field fields[] = {
    FIELD(struct unit_plan, id, .flags = GIVEN),
    FIELD(struct unit_plan, unit_id, .flags = GIVEN | REQUIRED,
          .refers = "unit", .label = "Unit"),
    FIELD(struct unit_plan, verb, .flags = GIVEN | REQUIRED,
          .choices = plan_verbs, .label = "What will happen"),
    FIELD(struct unit_plan, on_day, .flags = GIVEN | REQUIRED, .label = "Day"),
    FIELD(struct unit_plan, name, .flags = GIVEN | FOUND, .label = "Name"),
    FIELD(struct unit_plan, short_name, .flags = GIVEN, .label = "Short name"),
    FIELD(struct unit_plan, code, .flags = GIVEN | FOUND, .label = "Code"),
    FIELD(struct unit_plan, parent_id, .flags = GIVEN, .refers = "unit",
          .label = "Belongs to"),
    FIELD(struct unit_plan, into_id, .flags = GIVEN, .refers = "unit",
          .label = "Merge into"),
    FIELD(struct unit_plan, reason, .flags = GIVEN, .label = "Reason"),
    FIELD(struct unit_plan, made_by, .flags = GIVEN, .refers = "account",
          .label = "Planned by"),
    FIELD(struct unit_plan, refused, .flags = GIVEN,
          .label = "Why it could not be done"),
    FIELD(struct unit_plan, state, .flags = GIVEN | DERIVED,
          .choices = plan_states, .label = "State"),
    FIELD(struct unit_plan, verbs, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the caller may do with it now."),
    FIELD(struct unit_plan, why_not, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the caller may not do just now, and why."),
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

    return life_do(c, &unit_plan_life, "call_off",
                   &(struct life_words){ .id = id }, &p);
}

/* What is kept beside the plan tells its state. */
static void
derive(void *rec)
{
    struct unit_plan *p = rec;

    p->state = p->refused ? REFUSED : PLANNED;
}

enum err
unit_plan_list(struct call *c, struct list *l)
{
    struct unit_plan *rows;

    TRY(auth_need(c, "org.see", NULL));
    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++)
        derive(&rows[i]);
    return OK;
}

/* -- its life ------------------------------------------------------------- */

enum { BY_READER = 1, BY_PLANNER = 2 };

static const struct party parties[] = {
    { "reader", "org.see", "org.see" },
    { "planner", "org.edit", "org.edit" },
};

static enum err
who(struct call *c, const void *rec, unsigned *out)
{
    const struct unit_plan *p = rec;
    const struct auth_where at = { .unit_id = p->unit_id };

    *out = auth_may(c, "org.see") ? BY_READER : 0U;
    if (auth_may_at(c, "org.edit", &at))
        *out |= BY_PLANNER;
    return OK;
}

static enum err
day_has_come(struct deed *d, void *rec)
{
    const struct unit_plan *p = rec;

    return p->on_day.n <= today(d->c).n
               ? OK
               : fail(d->c, ERR_CONFLICT, "on_day", "lies ahead");
}

/* Whoever planned it was allowed to; the history says whose act it was. */
static enum err
carry_out(struct deed *d, void *rec)
{
    const struct unit_plan *p = rec;
    const struct actor *me = d->c->actor;
    struct unit u = { 0 };
    size_t i = 0;
    enum err e;

    while (plan_verbs[i] && strcmp(plan_verbs[i], p->verb) != 0)
        i++;
    if (plan_verbs[i] == NULL)
        return fail(d->c, ERR_CONFLICT, "verb",
                    "“%.40s” is not one of its words", p->verb);
    TRY(auth_act_for(d->c, p->made_by, false));
    e = verbs[i](d->c,
                 &(struct unit_act){
                     .id = p->unit_id,
                     .name = p->name,
                     .short_name = p->short_name,
                     .code = p->code,
                     .parent_id = p->parent_id,
                     .into_id = p->into_id,
                     .on_day = p->on_day,
                     .reason = p->reason },
                 &u);
    d->c->actor = me;
    return e;
}

/* What stands in the way is kept beside the plan for whoever made it. */
static enum err
keep_reason(struct deed *d, void *rec)
{
    struct unit_plan *p = rec;

    p->refused = d->reason;
    return OK;
}

#define IN(s) (1U << (s))

static const struct step steps[] = {
    { IN(PLANNED) | IN(REFUSED), "call_off", CALLED_OFF, BY_PLANNER, NULL, NULL,
      &life_note_model, "Call a planned change of a unit off.", NULL,
      .flags = STEP_REMOVES },
    { IN(PLANNED), "carry_out", DONE, LIFE_PROGRAM, day_has_come, carry_out,
      NULL, NULL, "its day has come", .flags = STEP_REMOVES },
    { IN(PLANNED), "give_up", REFUSED, LIFE_PROGRAM, day_has_come, keep_reason,
      NULL, NULL, "its day has come, and something stands in the way" },
    { IN(PLANNED) | IN(REFUSED), LIFE_COMMENT, LIFE_STAYS,
      BY_READER | BY_PLANNER, NULL, NULL, &life_comment_model,
      "Say something about a planned change.", NULL, .flags = STEP_QUIET },
};

static const struct beginning begins[] = {
    { PLANNED, "a change of a unit is told ahead" }, { 0, NULL }
};

const struct life unit_plan_life = {
    .model = &unit_plan_model,
    .plural = "unit-plans",
    .says = "One planned change of a unit, with what the caller may do with "
            "it.",
    .states = plan_states,
    .parties = parties,
    .n_parties = COUNT(parties),
    .steps = steps,
    .n = COUNT(steps),
    .begins = begins,
    .ends = IN(DONE) | IN(CALLED_OFF),
    .derive = derive,
    .who = who,
};

/* -- the day has come ---------------------------------------------------- */

/* The program's step VERB, if the plan is still there to be done. */
static enum err
take_step(struct call *c, int64_t id, const char *verb, const char *why)
{
    struct unit_plan old = { 0 }, p;
    TX tx = tx_begin(c);

    TRY(model_get(c, &unit_plan_model, id, &old));
    derive(&old);
    if (old.state != PLANNED)
        return tx_commit(&tx);
    TRY(life_program(c, &unit_plan_life, verb, why, &old, &p));
    return tx_commit(&tx);
}

static enum err
do_or_refuse(struct call *c, int64_t id)
{
    const struct actor *me = c->actor;
    enum err e = take_step(c, id, "carry_out", NULL);

    c->actor = me;
    if (e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_DENIED) {
        const char *why = c->fault.text;

        c->fault = (struct fault){ 0 };
        e = take_step(c, id, "give_up", why);
    }
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
