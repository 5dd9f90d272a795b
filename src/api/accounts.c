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

/* In use as it is said, and where nothing is said, as every row; of one in use
   a second administrator may have to agree first. */
static enum err
serve_account_make(struct call *c, void *in, void *out)
{
    struct account *a = in;

    (void)out;
    if (c->said & model_mask(&account_model, "active") && !a->active)
        return account_make_unused(c, a);
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
    else /* null, not left out: every role has the same keys */
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

/* -- by the hundred ----------------------------------------------------------- */

static const struct field opening_fields[] = {
    FIELD(struct account_opening, unit_id, .refers = "unit", .label = "Unit",
          .says = "Everybody of it and below who has no account."),
    FIELD(struct account_opening, person_ids, .max = 40000, .label = "Persons",
          .says = "Their ids, with commas between."),
    FIELD(struct account_opening, called, .choices = opening_names,
          .label = "Account",
          .says = "What is typed to sign in: the staff number, unless said."),
    FIELD(struct account_opening, dry_run,
          .says = "Say what would happen and change nothing."),
};
static const struct model opening_model =
    MODEL("opening", NULL, struct account_opening, opening_fields);

static void
write_opened(struct json_out *o, const struct account_opened *x)
{
    json_begin(o);
    json_put_int(o, "person_id", x->person_id);
    json_put_text(o, "person_name", x->person_name);
    json_put_text(o, "unit_name", x->unit_name);
    json_put_text(o, "name", x->name);
    if (x->account_id)
        json_put_int(o, "account_id", x->account_id);
    else
        json_put_text(o, "account_id", NULL);
    json_put_bool(o, "waiting", x->waiting);
    json_put_text(o, "why", x->why);
    json_end(o);
}

static enum err
serve_open(struct call *c, void *in, void *out)
{
    struct raw *raw = out;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    struct account_opened *all;
    size_t n, made = 0;

    TRY(model_check(c, &opening_model, in));
    TRY(accounts_open(c, in, &all, &n));
    /* Of a dry run: how many there would be. */
    for (size_t i = 0; i < n; i++)
        made += all[i].why == NULL;
    json_begin(&o);
    json_put_int(&o, "made", (int64_t)made);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; i < n; i++)
        write_opened(&o, &all[i]);
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

struct slip_wish {
    const char *account_ids;
};
static const struct field slip_fields[] = {
    FIELD(struct slip_wish, account_ids, .max = 40000, .label = "Accounts",
          .says = "Their ids, with commas between; all that have no password"
                  " yet, when not said."),
};
static const struct model slip_model =
    MODEL("slip_wish", NULL, struct slip_wish, slip_fields);

/* What is kept for who asks again has no codes (SHOWN false). */
static const char *
slips_json(struct call *c, const struct slip *all, size_t n, instant until,
           bool shown)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    char text[25];

    instant_print(until, text);
    json_begin(&o);
    json_put_text(&o, "good_until", text);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; i < n; i++) {
        json_begin(&o);
        json_put_int(&o, "account_id", all[i].account_id);
        json_put_text(&o, "name", all[i].name);
        json_put_text(&o, "person_name", all[i].person_name);
        json_put_text(&o, "unit_name", all[i].unit_name);
        json_put_text(&o, "code", shown ? all[i].code : NULL);
        json_put_text(&o, "why", all[i].why);
        json_end(&o);
    }
    json_end_list(&o);
    json_end(&o);
    return b.s;
}

static enum err
serve_slips(struct call *c, void *in, void *out)
{
    const struct slip_wish *w = in;
    struct raw *raw = out;
    struct slip *all;
    instant until;
    size_t n;

    TRY(model_check(c, &slip_model, in));
    TRY(slips_make(c, w->account_ids, &until, &all, &n));
    raw->body = slips_json(c, all, n, until, true);
    raw->kept = slips_json(c, all, n, until, false);
    return OK;
}

static const struct field change_ref_fields[] = {
    FIELD(struct right_change, id, .flags = GIVEN),
};
static const struct model change_ref_model =
    MODEL("right_change_ref", NULL, struct right_change, change_ref_fields);

static enum err
decide_batch(struct call *c, int64_t id, bool agree, struct raw *raw)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    struct decided d;

    /* What is left is told one by one: each has a reason of its own. */
    TRY(right_changes_decide(c, id, agree, &d));
    json_begin(&o);
    json_put_int(&o, "done", d.done);
    json_key(&o, "left");
    json_begin_list(&o);
    for (size_t i = 0; i < d.n_left; i++) {
        json_begin(&o);
        json_put_int(&o, "id", d.left[i].id);
        json_put_text(&o, "detail", d.left[i].detail);
        json_end(&o);
    }
    json_end_list(&o);
    json_end(&o);
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

static enum err
serve_confirm_batch(struct call *c, void *in, void *out)
{
    return decide_batch(c, ((const struct right_change *)in)->id, true, out);
}

static enum err
serve_refuse_batch(struct call *c, void *in, void *out)
{
    return decide_batch(c, ((const struct right_change *)in)->id, false, out);
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
    { POST, "/accounts/open", serve_open, .in = &opening_model,
      .may = "account.edit", .flags = R_RAW | R_APART | R_WAITS,
      .answer = "{made:int,items:[{person_id:int,person_name:text?,"
                "unit_name:text?,name:text?,account_id:int?,waiting:bool,"
                "why:text?}]}",
      .says = "Make accounts for many persons, or for all of a unit." },
    { POST, "/accounts/slips", serve_slips, .in = &slip_model,
      .may = "account.edit", .flags = R_RAW | R_APART,
      .answer = "{good_until:text,items:[{account_id:int,name:text?,"
                "person_name:text?,unit_name:text?,code:text?,why:text?}]}",
      .says = "First passwords to be printed; they are shown only now." },
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
    { POST, "/right-changes/{id}/confirm_batch", serve_confirm_batch,
      .in = &change_ref_model, .flags = R_RAW | R_APART,
      .answer = "{done:int,left:[{id:int,detail:text?}]}",
      .says = "Agree to all that was asked for together with it." },
    { POST, "/right-changes/{id}/refuse_batch", serve_refuse_batch,
      .in = &change_ref_model, .flags = R_RAW | R_APART,
      .answer = "{done:int,left:[{id:int,detail:text?}]}",
      .says = "Refuse all that was asked for together with it." },
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
