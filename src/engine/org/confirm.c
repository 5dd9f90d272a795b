/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a second administrator has agreed to is made: by the same verb that
 * asked for it, in the name of whoever did, so that every rule is looked at
 * again and the history tells the truth.
 */
#include "engine/org/inner.h"

#include <string.h>

#include "auth/change.h"
#include "base/words.h"

static enum err
read_wish(struct call *c, const struct right_change *w, const struct model *m,
          void *rec, field_mask *said)
{
    *said = 0;
    return model_read_json(c, m, w->wish, strlen(w->wish), rec, said);
}

static enum err
make_member(struct call *c, const struct right_change *w)
{
    struct crew_member m = { 0 };
    field_mask said;

    TRY(read_wish(c, w, &crew_member_model, &m, &said));
    m.id = w->noun_id;
    return noun_add(c, &crew_member_noun, &m);
}

static enum err
set_member(struct call *c, const struct right_change *w)
{
    struct crew_member m = { .id = w->noun_id };
    field_mask said;

    TRY(read_wish(c, w, &crew_member_model, &m, &said));
    return noun_set(c, &crew_member_noun, &m, said);
}

static enum err
set_person(struct call *c, const struct right_change *w)
{
    struct person p = { .id = w->noun_id };
    field_mask said;

    TRY(read_wish(c, w, &person_model, &p, &said));
    return person_set(c, &p, said);
}

static enum err
set_crew(struct call *c, const struct right_change *w)
{
    struct crew k = { .id = w->noun_id };
    field_mask said;

    TRY(read_wish(c, w, &crew_model, &k, &said));
    return noun_set(c, &crew_noun, &k, said);
}

static enum err
set_account(struct call *c, const struct right_change *w)
{
    struct account a = { .id = w->noun_id };
    field_mask said;

    TRY(read_wish(c, w, &account_model, &a, &said));
    c->said = said;
    return account_change(c, &a);
}

static enum err
make_grant(struct call *c, const struct right_change *w)
{
    struct role_grant g = { 0 };
    field_mask said;

    TRY(read_wish(c, w, &role_grant_model, &g, &said));
    g.id = w->noun_id;
    return grant_make(c, &g);
}

static enum err
drop_grant(struct call *c, const struct right_change *w)
{
    struct role_grant g = { .id = w->noun_id };

    return grant_remove(c, &g);
}

/* The password was set already; it has been seen now. */
static enum err
see_reset(struct call *c, const struct right_change *w)
{
    (void)c;
    (void)w;
    return OK;
}

static const struct {
    const char *kind;
    enum err (*make)(struct call *c, const struct right_change *w);
} makers[] = {
    { "member", make_member },      { "lead", set_member },
    { "provider", set_person },     { "person_name", set_person },
    { "person_on", set_person },    { "person_off", set_person },
    { "account", set_account },     { "account_on", set_account },
    { "account_off", set_account }, { "crew_provider", set_crew },
    { "grant", make_grant },        { "grant_off", drop_grant },
    { "password", see_reset },      { "member_lead", make_member },
    { "grant_admin", make_grant },  { "role", make_grant },
};

static enum err
make(struct call *c, const struct right_change *w)
{
    size_t i = 0;

    while (i < COUNT(makers) && strcmp(makers[i].kind, w->kind) != 0)
        i++;
    if (i == COUNT(makers))
        return fail(c, ERR_BROKEN, NULL, "no maker of %s", w->kind);
    TRY(auth_act_for(c, w->asked_by, true));
    return makers[i].make(c, w);
}

/* -- its life ------------------------------------------------------------------ */

enum { WAITING, CONFIRMED, REFUSED, WITHDRAWN };
enum { BY_ADMIN = 1, BY_ASKER = 2, BY_DECIDER = 4 };

static const struct party parties[] = {
    { "administrator", NULL, "one of the three administrators" },
    { "asker", NULL, "asked for it" },
    { "decider", NULL,
      "holds the role that decides it, has not asked for it, and it is not "
      "about the same person" },
};

static enum err
who(struct call *c, const void *rec, unsigned *out)
{
    struct right_change w = *(const struct right_change *)rec;

    TRY(right_change_need_admin(c));
    TRY(right_change_complete(c, &w));
    *out = BY_ADMIN | (w.own ? BY_ASKER : 0U) | (w.decides ? BY_DECIDER : 0U);
    return OK;
}

/* What is done already cannot be called off by whoever did it. */
static enum err
is_not_done(struct deed *d, void *rec)
{
    const struct right_change *w = rec;

    if (strcmp(w->kind, "password") == 0)
        return fail(d->c, ERR_DENIED, NULL,
                    "this is decided by somebody else: %s",
                    words_in(d->c, w->confirmer));
    return OK;
}

static enum err
decide(struct deed *d, void *rec)
{
    struct right_change *w = rec;

    w->decided_by = d->c->actor->account_id;
    w->decided_name = d->c->actor->name;
    w->decided_at = d->c->now;
    return OK;
}

/* What was agreed to is made in the name of whoever asked for it. */
static enum err
make_it(struct deed *d)
{
    const struct actor *me = d->c->actor;
    const struct right_change *w = d->rec;
    enum err e;

    if (d->step->to == REFUSED && strcmp(w->kind, "password") == 0)
        return account_refuse_reset(d->c, &(struct account){ .id = w->noun_id },
                                    w->asked_at);
    if (d->step->to != CONFIRMED)
        return OK;
    e = make(d->c, w);
    d->c->actor = me;
    return e;
}

static enum err
fill(struct call *c, void *view)
{
    return right_change_complete(c, view);
}

static const struct step steps[] = {
    { 1U << WAITING, "confirm", CONFIRMED, BY_DECIDER, NULL, decide, NULL,
      "Agree to a change of rights: it is made.", NULL, .flags = STEP_COMMAND },
    { 1U << WAITING, "refuse", REFUSED, BY_DECIDER, NULL, decide, NULL,
      "Refuse a change of rights: it is not made.", NULL,
      .flags = STEP_COMMAND },
    { 1U << WAITING, "withdraw", WITHDRAWN, BY_ASKER, is_not_done, decide, NULL,
      "Call off what one has asked for oneself.", "not what is done already" },
    { 1U << WAITING | 1U << CONFIRMED | 1U << REFUSED | 1U << WITHDRAWN,
      LIFE_COMMENT, LIFE_STAYS, BY_ADMIN, NULL, NULL, &life_comment_model,
      "Say something about a change of rights.", NULL, .flags = STEP_QUIET },
};

static const struct beginning begins[] = {
    { WAITING, "what gives or takes rights is asked for" }, { 0, NULL }
};

const struct life right_change_life = {
    .model = &right_change_model,
    .plural = "right-changes",
    .says = "One change of rights, with what the caller may do with it.",
    .states = right_change_states,
    .parties = parties,
    .n_parties = COUNT(parties),
    .steps = steps,
    .n = COUNT(steps),
    .begins = begins,
    .ends = 1U << CONFIRMED | 1U << REFUSED | 1U << WITHDRAWN,
    .who = who,
    .after = make_it,
    .kept = auth_forget,
    .fill = fill,
    .in_memory = true
};

static enum err
do_verb(struct call *c, const char *verb, struct right_change *w)
{
    const struct life_words in = { .id = w->id };

    return life_do(c, &right_change_life, verb, &in, w);
}

enum err
right_change_confirm(struct call *c, struct right_change *w)
{
    return do_verb(c, "confirm", w);
}

/* One after the other, each whole: what cannot be done says why and waits
   on. */
enum err
right_changes_decide(struct call *c, int64_t id, bool agree,
                     struct decided *out)
{
    struct right_change first;
    int64_t *ids;
    size_t n;

    *out = (struct decided){ 0 };
    TRY(right_change_need_admin(c));
    TRY(life_load(c, &right_change_life, id, &first));
    TRY(change_batch_of(c, id, &ids, &n));
    out->left = NEW_N(c->arena, struct undone, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct right_change w = { .id = ids[i] };
        enum err e = do_verb(c, agree ? "confirm" : "refuse", &w);

        if (e == OK) {
            out->done++;
            continue;
        }
        if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_DENIED
            && e != ERR_ABSENT)
            return e;
        out->left[out->n_left++] = (struct undone){ ids[i], c->fault.text };
        c->fault = (struct fault){ 0 };
    }
    return OK;
}

enum err
right_change_refuse(struct call *c, struct right_change *w)
{
    return do_verb(c, "refuse", w);
}

enum err
right_change_withdraw(struct call *c, struct right_change *w)
{
    return do_verb(c, "withdraw", w);
}
