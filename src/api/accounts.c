/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, grants and tokens over HTTP.  The rules are auth's. */
#include "api/route.h"
#include "auth/account.h"
#include "auth/change.h"
#include "engine/org/org.h"
#include "json/json.h"

SERVE(account_change, struct account)
SERVE(account_get, struct account)
SERVE(account_list, struct list)
SERVE(right_change_list, struct list)
SERVE(grant_make, struct role_grant)
SERVE(grant_remove, struct role_grant)
SERVE(grant_list, struct list)
SERVE(token_remove, struct token)
SERVE(token_list, struct list)
SERVE(session_row_list, struct list)
SERVE(session_row_end, struct session_row)

static const char *const token_views[] = { "mine", NULL };

struct new_password {
    int64_t id;
    const char *password;
};

static const struct field reset_fields[] = {
    FIELD(struct new_password, id, .flags = GIVEN),
    FIELD(struct new_password, password, .flags = REQUIRED | SECRET, .max = 200,
          .label = "Password"),
};

static const struct model reset_model =
    MODEL("new_password", NULL, struct new_password, reset_fields);

/* An account by its id alone. */
static const struct field ref_fields[] = {
    FIELD(struct account, id, .flags = GIVEN),
};

static const struct model ref_model =
    MODEL("account_ref", NULL, struct account, ref_fields);

static enum err
serve_unlock(struct call *c, void *in, void *out)
{
    struct account *a = out;

    a->id = ((const struct account *)in)->id;
    return account_unlock(c, a);
}

/* Whether it may be used at once follows from who else must agree. */
static enum err
serve_account_make(struct call *c, void *in, void *out)
{
    struct account *a = in;

    (void)out;
    if (c->said & model_mask(&account_model, "active") && !a->active)
        return fail(c, ERR_INVALID, "active",
                    "an account is made to be used; end it afterwards");
    return account_make(c, a);
}

static const char *
token_json(struct call *c, const struct token *t)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    model_write_json(&o, &token_model, t);
    return b.s;
}

/* The token itself is shown this once, also to whoever asks with the same
   Idempotency-Key again. */
static enum err
serve_token_make(struct call *c, void *in, void *out)
{
    struct token *t = in;
    struct raw *raw = out;

    TRY(token_make(c, t));
    raw->status = 201;
    raw->body = token_json(c, t);
    t->token = NULL;
    raw->kept = token_json(c, t);
    return OK;
}

static enum err
serve_reset(struct call *c, void *in, void *out)
{
    const struct new_password *p = in;
    struct account *a = out;

    TRY(model_check(c, &reset_model, p));
    a->id = p->id;
    a->password = p->password;
    return account_reset(c, a);
}

static enum err
write_role(struct call *c, struct json_out *o, const struct grant *g)
{
    const char *name;

    TRY(grant_reach(c, g, &name));
    json_begin(o);
    json_put_text(o, "role", g->role);
    json_put_text(o, "scope", scope_words[g->scope]);
    if (g->scope != SCOPE_ALL)
        json_put_int(o, "scope_id", g->scope_id);
    else
        json_put_text(o, "scope_id", NULL);
    json_put_text(o, "scope_name", name);
    json_key(o, "sources");
    json_begin_list(o);
    for (unsigned i = 0; grant_sources[i] != NULL; i++)
        if (g->sources & 1U << i)
            json_text(o, grant_sources[i]);
    json_end_list(o);
    json_end(o);
    return OK;
}

/* One that is out of use may do nothing. */
static enum err
serve_rights(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    const struct actor *a;

    TRY(account_rights(c, ((const struct account *)in)->id, &a));
    json_begin(&o);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; a != NULL && i < a->n_grants; i++)
        TRY(write_role(c, &o, &a->grants[i]));
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    return OK;
}

const struct route account_routes[] = {
    { GET, "/accounts", serve_account_list, .out = &account_model,
      .flags = R_LIST, .says = "The accounts, for the administrators." },
    { GET, "/accounts/{id}", serve_account_get, .in = &account_model,
      .out = &account_model, .may = "account.edit", .says = "One account." },
    { POST, "/accounts", serve_account_make, .in = &account_model,
      .out = &account_model, .may = "account.edit",
      .flags = R_CREATED | R_WAITS | R_APART | R_HASHES,
      .says = "Make an account for a person." },
    { PATCH, "/accounts/{id}", serve_account_change, .in = &account_model,
      .out = &account_model, .may = "account.edit", .flags = R_WAITS,
      .says = "Put an account in or out of use." },
    { POST, "/accounts/{id}/unlock", serve_unlock, .in = &ref_model,
      .out = &account_model, .may = "grant.edit",
      .says = "Let a locked account be tried again at once." },
    { POST, "/accounts/{id}/password", serve_reset, .in = &reset_model,
      .out = &account_model, .may = "account.edit", .flags = R_APART | R_HASHES,
      .says = "Give an account a password to be changed at once." },
    { GET, "/accounts/{id}/rights", serve_rights, .in = &ref_model,
      .flags = R_RAW,
      .answer = "{items:[{role:text,scope:text,scope_id:int?,"
                "scope_name:text?,sources:[text]}]}",
      .says = "The roles an account has now, and where each comes from:"
              " everybody, granted, crew, lead or provider." },
    { GET, "/grants", serve_grant_list, .out = &role_grant_model,
      .may = "grant.edit", .flags = R_LIST,
      .says = "Which account holds which role, and where." },
    { POST, "/grants", serve_grant_make, .in = &role_grant_model,
      .out = &role_grant_model, .may = "grant.edit",
      .flags = R_CREATED | R_WAITS, .says = "Grant a role." },
    { DELETE, "/grants/{id}", serve_grant_remove, .in = &role_grant_model,
      .may = "grant.edit", .flags = R_WAITS, .says = "Take a role away." },
    { GET, "/right-changes", serve_right_change_list,
      .out = &right_change_model, .flags = R_LIST | R_PROGRAM,
      .says = "What one administrator asked for and a second decides." },
    { GET, "/tokens", serve_token_list, .out = &token_model, .flags = R_LIST,
      .views = token_views,
      .says = "One's own tokens; all of them for the system administrator." },
    { POST, "/tokens", serve_token_make, .in = &token_model,
      .out = &token_model, .flags = R_RAW | R_CREATED, .answer = "#",
      .says = "Make a token for a program; it is shown only now." },
    { DELETE, "/tokens/{id}", serve_token_remove, .in = &token_model,
      .says = "Take a token back." },
    { GET, "/sessions", serve_session_row_list, .out = &session_row_model,
      .flags = R_LIST, .says = "Where one is signed in oneself." },
    { DELETE, "/sessions/{id}", serve_session_row_end, .in = &session_row_model,
      .says = "Sign out there." },
    { 0 }
};
