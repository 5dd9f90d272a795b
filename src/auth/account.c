/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/account.h"

#include <ctype.h>
#include <string.h>

#include "auth/impl.h"
#include "base/text.h"

static const char *const langs[] = { "zh", "en", NULL };

static const struct field fields[] = {
    FIELD(struct account, id, .flags = GIVEN),
    FIELD(struct account, name, .flags = REQUIRED | FIXED, .min = 2, .max = 60,
          .label = "Account", .says = "What is typed to sign in."),
    FIELD(struct account, person_id, .flags = REQUIRED | FIXED,
          .refers = "person", .label = "Person"),
    FIELD(struct account, person_name, .flags = GIVEN | DERIVED,
          .label = "Name"),
    FIELD(struct account, password, .flags = SECRET | FIXED,
          .label = "Password",
          .says = "At least 8 characters of 3 classes; never shown again."),
    FIELD(struct account, password_at, .flags = GIVEN,
          .label = "Password set at"),
    FIELD(struct account, must_change, .label = "Must change the password"),
    FIELD(struct account, failures, .flags = GIVEN,
          .label = "Failures in a row"),
    FIELD(struct account, locked_until, .flags = GIVEN,
          .label = "Locked until"),
    FIELD(struct account, active, .label = "In use"),
    FIELD(struct account, lang, .choices = langs, .label = "Language"),
    FIELD(struct account, version, .flags = GIVEN),
    FIELD(struct account, updated_at, .flags = GIVEN, .label = "Changed at"),
};

const struct model account_model =
    MODEL("account", "account", struct account, fields);

static const char find_person[] =
    "SELECT COUNT(*) FROM person WHERE id = $1 AND active = 1";

static const char find_person_name[] = "SELECT name FROM person WHERE id = $1";

static const char find_name[] = "SELECT COUNT(*) FROM account WHERE name = $1";

static const char set_password[] =
    "UPDATE account SET password = $2, password_at = $3, must_change = $4,"
    " failures = 0, locked_until = NULL, version = version + 1,"
    " updated_at = $3 WHERE id = $1";

static const char end_sessions[] =
    "DELETE FROM session WHERE account_id = $1 AND id <> $2";

static const char find_admin_role[] =
    "SELECT COUNT(*) FROM role_grant WHERE account_id = $1 AND role IN"
    " ('system_admin', 'security_admin', 'audit_admin')";

/* -- making and changing -------------------------------------------------- */

static enum err
check_name(struct call *c, const char *name)
{
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && strchr("._-@", *p) == NULL)
            return fail(c, ERR_INVALID, "name",
                        "may hold letters, digits and . _ - @ only");
    return OK;
}

static enum err
check_person(struct call *c, int64_t person_id)
{
    int64_t n = 0;

    TRY(db_int(c, &n, find_person, V(person_id)));
    if (n == 0)
        return fail(c, ERR_INVALID, "person_id", "there is no such person");
    return OK;
}

static enum err
check_free(struct call *c, const char *name)
{
    int64_t n = 0;

    TRY(db_int(c, &n, find_name, V(name)));
    if (n > 0)
        return fail(c, ERR_CONFLICT, "name", "“%s” is taken", name);
    return OK;
}

static enum err
name_person(struct call *c, struct account *a)
{
    ROWS r = db_query(c, find_person_name, V(a->person_id));

    if (rows_next(&r))
        a->person_name = row_text(&r, 0);
    return rows_end(&r);
}

enum err
account_make(struct call *c, struct account *a)
{
    TRY(model_check(c, &account_model, a));
    a->name = account_name(c, a->name);
    TRY(check_name(c, a->name));
    if (a->password) {
        TRY(password_check(c, "password", a->name, a->password));
        TRY(auth_hash(c, a->password, &a->password));
        a->password_at = c->now;
        a->must_change |= !auth_is_program(c);
    }
    a->active = true;
    TX tx = tx_begin(c);
    TRY(check_person(c, a->person_id));
    TRY(check_free(c, a->name));
    TRY(model_add(c, &account_model, a));
    TRY(name_person(c, a));
    return tx_commit(&tx);
}

enum err
account_change(struct call *c, struct account *a)
{
    struct account old = { 0 };
    field_mask mask = c->said;

    TRY(model_check_mask(c, &account_model, a, mask));
    TX tx = tx_begin(c);
    TRY(model_get(c, &account_model, a->id, &old));
    if (a->name)
        a->name = account_name(c, a->name);
    model_fill(&account_model, a, &old, mask);
    TRY(model_set(c, &account_model, a, mask));
    if (!a->active)
        TRY(db_exec(c, end_sessions, V(a->id), V(0)));
    TRY(account_get(c, a));
    TRY(tx_commit(&tx));
    cache_forget(c, a->id);
    return OK;
}

/* -- looking --------------------------------------------------------------- */

/* The security administrator must find accounts to grant roles to. */
static enum err
need_to_look(struct call *c)
{
    return auth_may(c, "grant.edit") ? OK : auth_need(c, "account.edit", NULL);
}

enum err
account_get(struct call *c, struct account *a)
{
    TRY(model_get(c, &account_model, a->id, a));
    return name_person(c, a);
}

enum err
account_list(struct call *c, struct list *l)
{
    struct account *rows;

    TRY(need_to_look(c));
    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++)
        TRY(name_person(c, &rows[i]));
    return OK;
}

/* -- passwords ------------------------------------------------------------- */

static enum err
put_password(struct call *c, const struct account *a, const char *field,
             const char *password)
{
    const char *hash;
    bool own = c->actor && c->actor->account_id == a->id;
    bool must_change = !auth_is_program(c) && !own;

    TRY(password_check(c, field, a->name, password));
    TRY(auth_hash(c, password, &hash));
    TX tx = tx_begin(c);
    TRY(db_exec(c, set_password, V(a->id), V(hash), V(c->now), V(must_change)));
    TRY(db_exec(c, end_sessions, V(a->id),
                V(own ? c->actor->session_id : (int64_t)0)));
    TRY(model_audit(c, "account.password", "account", a->id, NULL));
    TRY(tx_commit(&tx));
    cache_forget(c, a->id);
    return OK;
}

enum err
auth_set_password(struct call *c, int64_t account_id, const char *password)
{
    struct account a = { 0 };

    TRY(model_get(c, &account_model, account_id, &a));
    return put_password(c, &a, "password", password);
}

enum err
auth_change_password(struct call *c, const char *old, const char *password)
{
    struct account a = { 0 };
    bool fits = false;

    if (c->actor == NULL)
        return fail(c, ERR_UNSIGNED, NULL, "please sign in");
    if (c->actor->by_token)
        return fail(c, ERR_DENIED, NULL, "a token cannot do this");
    TRY(model_get(c, &account_model, c->actor->account_id, &a));
    if (a.locked_until.ms > c->now.ms)
        return fail(c, ERR_LIMIT, NULL,
                    "too many failures; please try again in %lld seconds",
                    (long long)((a.locked_until.ms - c->now.ms) / SECOND_MS)
                        + 1);
    TRY(password_fits(c, a.password, old ? old : "", &fits));
    if (!fits) {
        TRY(failure_count(c, a.id));
        return fail(c, ERR_INVALID, "old", "is not your password");
    }
    if (text_same(old, password))
        return fail(c, ERR_INVALID, "new", "must differ from the old one");
    return put_password(c, &a, "new", password);
}

enum err
account_reset(struct call *c, struct account *a)
{
    const char *password = a->password;
    int64_t n = 0;

    if (c->actor && c->actor->account_id == a->id)
        return fail(c, ERR_DENIED, NULL,
                    "your own password is changed with the old one");
    TRY(db_int(c, &n, find_admin_role, V(a->id)));
    if (c->actor && n > 0)
        return fail(c, ERR_DENIED, NULL,
                    "an administrator's password is reset on the server");
    TX tx = tx_begin(c);
    TRY(auth_set_password(c, a->id, password));
    TRY(account_get(c, a));
    TRY(tx_commit(&tx));
    cache_forget(c, a->id);
    return OK;
}
