/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in and out over HTTP.  The rules are auth's; here is only shape. */
#include "api/route.h"
#include "auth/account.h"
#include "auth/auth.h"
#include "base/text.h"
#include "engine/order/order.h"
#include "engine/org/org.h"
#include "model/app.h"
#include "json/json.h"

struct password_change {
    const char *old, *new;
};

static const struct field sign_in_fields[] = {
    FIELD(struct sign_in, account, .flags = REQUIRED, .max = 60,
          .label = "Account"),
    FIELD(struct sign_in, password, .flags = REQUIRED | SECRET, .max = 200,
          .label = "Password"),
};

static const struct model sign_in_model =
    MODEL("sign_in", NULL, struct sign_in, sign_in_fields);

static const struct field password_change_fields[] = {
    FIELD(struct password_change, old, .flags = REQUIRED | SECRET, .max = 200,
          .label = "Old password"),
    FIELD(struct password_change, new, .flags = REQUIRED | SECRET, .max = 200,
          .label = "New password"),
};

static const struct model password_change_model =
    MODEL("password_change", NULL, struct password_change,
          password_change_fields);

static void
write_rights(struct call *c, struct json_out *o)
{
    json_key(o, "rights");
    json_begin_list(o);
    for (size_t i = 0; auth_rights[i]; i++)
        if (auth_may(c, auth_rights[i]))
            json_text(o, auth_rights[i]);
    json_end_list(o);
}

static void
write_roles(struct call *c, struct json_out *o)
{
    const struct actor *a = c->actor;

    json_key(o, "roles");
    json_begin_list(o);
    for (size_t i = 0; i < a->n_grants; i++) {
        json_begin(o);
        json_put_text(o, "role", a->grants[i].role);
        json_put_text(o, "scope", scope_words[a->grants[i].scope]);
        json_key(o, "scope_id");
        if (a->grants[i].scope_id)
            json_int(o, a->grants[i].scope_id);
        else
            json_none(o);
        json_end(o);
    }
    json_end_list(o);
}

static void
write_crews(struct call *c, struct json_out *o)
{
    json_key(o, "crews");
    json_begin_list(o);
    for (size_t i = 0; i < c->actor->n_crews; i++)
        json_int(o, c->actor->crews[i]);
    json_end_list(o);
}

static void
put_id(struct json_out *o, const char *key, int64_t id)
{
    json_key(o, key);
    if (id)
        json_int(o, id);
    else
        json_none(o);
}

/* The name of the office, as it is printed on its orders. */
static enum err
write_office(struct call *c, struct json_out *o)
{
    const char *name;

    TRY(setting_text(c, "office.name", NULL, &name));
    json_put_text(o, "office", name);
    return OK;
}

static void
put_instant(struct json_out *o, const char *key, instant t)
{
    char text[25];

    instant_print(t, text);
    json_put_text(o, key, t.ms ? text : NULL);
}

/* 0: a token, which is no session. */
static int64_t
seconds_left(const struct call *c)
{
    int64_t left = c->actor->session_ends.ms - c->now.ms;

    return left > 0 ? (left + SECOND_MS - 1) / SECOND_MS : 0;
}

/* Who must be told that the password was set by another. */
static enum err
write_reset(struct call *c, struct json_out *o)
{
    const char *by;
    instant when;

    TRY(account_reset_by(c, &by, &when));
    json_put_text(o, "reset_by", by);
    put_instant(o, "reset_at", when);
    return OK;
}

/* Who is signed in, and what the interface may show. */
static enum err
write_session(struct call *c, struct raw *raw)
{
    const struct actor *a = c->actor;
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);

    json_begin(&o);
    json_put_text(&o, "account", a->account);
    json_put_text(&o, "name", a->name);
    put_id(&o, "person_id", a->person_id);
    put_id(&o, "unit_id", a->unit_id);
    put_id(&o, "provider_id", a->provider_id);
    json_put_text(&o, "csrf", a->csrf);
    json_put_text(&o, "lang", a->lang);
    json_put_bool(&o, "must_change", a->must_change);
    write_rights(c, &o);
    write_roles(c, &o);
    write_crews(c, &o);
    TRY(write_office(c, &o));
    put_instant(&o, "ends_at", a->session_ends);
    /* For a page whose clock is not ours. */
    put_id(&o, "ends_in_s", seconds_left(c));
    put_id(&o, "idle_s", a->idle_ms / SECOND_MS);
    TRY(write_reset(c, &o));
    json_end(&o);
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

/* SESSION "" takes the cookie away. */
static void
set_cookie(struct call *c, const char *session)
{
    reply_header(c, "Set-Cookie",
                 arena_printf(c->arena,
                              "liangcao_session=%s; Path=/; HttpOnly; "
                              "SameSite=Strict%s%s",
                              session, c->secure ? "; Secure" : "",
                              *session ? "" : "; Max-Age=0"));
}

#define DEVICE_DAYS 90

static void
set_device(struct call *c, const char *device)
{
    reply_header(c, "Set-Cookie",
                 arena_printf(c->arena,
                              "liangcao_device=%s; Path=/api/v1/session; "
                              "HttpOnly; SameSite=Strict; Max-Age=%d%s",
                              device, DEVICE_DAYS * 86400,
                              c->secure ? "; Secure" : ""));
}

static enum err
need_somebody(struct call *c)
{
    return c->actor ? OK : fail(c, ERR_UNSIGNED, NULL, "please sign in");
}

static enum err
post_session(struct call *c, void *in, void *out)
{
    struct sign_in *s = in;
    struct raw *raw = out;

    TRY(model_check(c, &sign_in_model, s));
    TRY(auth_sign_in(c, s));
    set_cookie(c, s->session);
    set_device(c, s->device);
    raw->status = 201;
    return write_session(c, raw);
}

static enum err
get_session(struct call *c, void *in, void *out)
{
    (void)in;
    TRY(need_somebody(c));
    return write_session(c, out);
}

static enum err
delete_session(struct call *c, void *in, void *out)
{
    (void)in;
    (void)out;
    TRY(auth_sign_out(c));
    set_cookie(c, "");
    return OK;
}

static enum err
put_password(struct call *c, void *in, void *out)
{
    struct password_change *p = in;

    (void)out;
    TRY(need_somebody(c));
    TRY(model_check(c, &password_change_model, p));
    return auth_change_password(c, p->old, p->new);
}

#define SESSION_SHAPE                                                          \
    "{account:text,name:text?,person_id:int?,unit_id:int?,provider_id:int?,"   \
    "csrf:text?,lang:text?,must_change:bool,rights:[text],roles:[{role:text,"  \
    "scope:text,scope_id:int?}],crews:[int],office:text?,ends_at:text?,"       \
    "ends_in_s:int?,idle_s:int?,reset_by:text?,reset_at:text?}"

/* What a page that is locked may hear (decision 55). */
static enum err
get_alarms(struct call *c, void *in, void *out)
{
    struct bare_alarms alarms = { 0 };
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    struct raw *raw = out;

    (void)in;
    TRY(auth_as_locked(c, order_bare_alarms, &alarms));
    json_begin(&o);
    json_key(&o, "items");
    json_begin_list(&o);
    for (size_t i = 0; i < alarms.n; i++)
        model_write_json(&o, &bare_alarm_model, &alarms.found[i]);
    json_end_list(&o);
    json_key(&o, "total");
    json_int(&o, alarms.total);
    json_end(&o);
    raw->body = b.s;
    raw->len = b.len;
    return OK;
}

const struct route session_routes[] = {
    { POST, "/session", post_session, .in = &sign_in_model,
      .flags = R_OPEN | R_RAW | R_CREATED | R_HASHES, .answer = SESSION_SHAPE,
      .says = "Sign in; the answer sets a cookie and tells who it is." },
    { GET, "/session", get_session, .flags = R_OPEN | R_RAW,
      .answer = SESSION_SHAPE,
      .says = "Who is signed in, and what they may do." },
    { GET, "/session/alarms", get_alarms, .out = &bare_alarm_model,
      .flags = R_OPEN | R_RAW, .answer = "{items:[#],total:int}",
      .says =
          "Emergencies nobody has answered, for a session that is locked." },
    { DELETE, "/session", delete_session, .flags = R_OPEN,
      .says = "Sign out." },
    { PUT, "/session/password", put_password, .in = &password_change_model,
      .flags = R_OPEN | R_HASHES, .says = "Change one's own password." },
    { 0 }
};
