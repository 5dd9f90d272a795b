/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a second administrator has agreed to is made: by the same verb that
 * asked for it, in the name of whoever did, so that every rule is looked at
 * again and the history tells the truth.
 */
#include "engine/org/inner.h"

#include <string.h>

#include "auth/change.h"

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
    return crew_member_add(c, &m);
}

static enum err
set_member(struct call *c, const struct right_change *w)
{
    struct crew_member m = { .id = w->noun_id };
    field_mask said;

    TRY(read_wish(c, w, &crew_member_model, &m, &said));
    return crew_member_set(c, &m, said);
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
    return crew_set(c, &k, said);
}

static enum err
set_account(struct call *c, const struct right_change *w)
{
    struct account a = { .id = w->noun_id };
    field_mask said;

    TRY(read_wish(c, w, &account_model, &a, &said));
    c->said = (uint64_t)said;
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
    { "grant_admin", make_grant },
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

static enum err
confirm(struct call *c, struct right_change *w)
{
    const struct actor *me = c->actor;
    enum err e;

    TX tx = tx_begin(c);
    TRY(change_decide(c, w, "confirmed"));
    c->if_version = 0; /* it spoke of the change, not of the fact */
    e = make(c, w);
    c->actor = me;
    TRY(e);
    return tx_commit(&tx);
}

enum err
right_change_confirm(struct call *c, struct right_change *w)
{
    TRY(confirm(c, w));
    auth_forget(c);
    return OK;
}

enum err
right_change_refuse(struct call *c, struct right_change *w)
{
    TX tx = tx_begin(c);
    TRY(change_decide(c, w, "refused"));
    if (strcmp(w->kind, "password") == 0)
        TRY(account_refuse_reset(c, &(struct account){ .id = w->noun_id },
                                 w->asked_at));
    TRY(tx_commit(&tx));
    auth_forget(c);
    return OK;
}

enum err
right_change_withdraw(struct call *c, struct right_change *w)
{
    TX tx = tx_begin(c);
    TRY(change_decide(c, w, "withdrawn"));
    return tx_commit(&tx);
}
