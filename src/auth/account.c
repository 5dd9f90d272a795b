/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/account.h"

#include <ctype.h>
#include <string.h>

#include "auth/change.h"
#include "auth/inner.h"
#include "base/text.h"
#include "model/proof.h"

static const char *const langs[] = { "zh", "en", NULL };

static const struct field fields[] = {
    FIELD(struct account, id, .flags = GIVEN),
    FIELD(struct account, name, .flags = REQUIRED | FIXED | FOUND | UNIQUE,
          .min = 2, .max = 60, .label = "Account",
          .says = "What is typed to sign in."),
    FIELD(struct account, person_id, .flags = REQUIRED | FIXED,
          .refers = "person", .label = "Person", .also = "工号,人员编码"),
    FIELD(struct account, person_name, .flags = GIVEN | DERIVED,
          .label = "Name"),
    FIELD(struct account, password, .flags = SECRET | FIXED,
          .label = "Password",
          .says = "At least 8 characters of 3 classes; never shown again."),
    FIELD(struct account, password_at, .flags = GIVEN,
          .label = "Password set at"),
    FIELD(struct account, must_change, .label = "Must change the password"),
    FIELD(struct account, failures, .flags = GIVEN | FLEETING,
          .label = "Failures in a row"),
    FIELD(struct account, locked_until, .flags = GIVEN | FLEETING,
          .label = "Locked until"),
    FIELD(struct account, active, .flags = IN_USE, .label = "In use"),
    FIELD(struct account, waiting, .flags = GIVEN | DERIVED,
          .label = "Waits for confirmation"),
    FIELD(struct account, reset_at, .flags = GIVEN,
          .label = "Password reset at"),
    FIELD(struct account, reset_by, .flags = GIVEN,
          .label = "Password reset by"),
    FIELD(struct account, code_until, .flags = GIVEN,
          .label = "First password good until"),
    FIELD(struct account, lang, .choices = langs, .label = "Language"),
    FIELD(struct account, version, .flags = GIVEN),
    FIELD(struct account, updated_at, .flags = GIVEN, .label = "Changed at"),
};

const struct model account_model =
    MODEL("account", "account", struct account, fields);

static const char find_person[] =
    "SELECT COUNT(*) FROM auth_person WHERE id = $1 AND active = 1";

/* And whether the account waits to be in use. */
static const char find_person_name[] =
    "SELECT name, (SELECT COUNT(*) FROM right_change w"
    "   WHERE w.state = 'waiting' AND w.noun = 'account' AND w.noun_id = $2"
    "   AND w.kind <> 'password')"
    " FROM auth_person WHERE id = $1";

static const char find_name[] = "SELECT COUNT(*) FROM account WHERE name = $1";

static const char set_password[] =
    "UPDATE account SET password = $2, password_at = $3, must_change = $4,"
    " reset_at = $5, reset_by = $6, code_until = $7, version = version + 1,"
    " updated_at = $3 WHERE id = $1";

static const char times_told[] =
    "SELECT COUNT(*) FROM right_change WHERE kind = 'password'"
    " AND noun = 'account' AND noun_id = $1";

static const char take_password[] =
    "UPDATE account SET password = NULL, code_until = NULL,"
    " version = version + 1, updated_at = $2 WHERE id = $1";

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

enum err
account_name_fits(struct call *c, const struct account *a)
{
    TRY(model_check_mask(c, &account_model, a,
                         model_mask(&account_model, "name")));
    TRY(check_name(c, a->name));
    return check_free(c, a->name);
}

static enum err
name_person(struct call *c, struct account *a)
{
    ROWS r = db_query(c, find_person_name, V(a->person_id), V(a->id));

    if (rows_next(&r)) {
        a->person_name = row_text(&r, 0);
        a->waiting = row_int(&r, 1) > 0;
    }
    return rows_end(&r);
}

/* Of somebody who has rights or another account already: it waits. */
static enum err
wait_if_more(struct call *c, const struct account *a, const char *kind)
{
    struct right_change w = { .kind = kind,
                              .person_id = a->person_id,
                              .about = a->name,
                              .noun = "account",
                              .noun_id = a->id,
                              .wish = "{\"active\":true}" };

    return change_ask(c, &w);
}

/* Whoever must agree to it is asked; one that shall be out of use cannot wait,
   as what they agree to is that it comes into use. */
static enum err
judge_new(struct call *c, struct account *a, bool used)
{
    TRY(change_waits(c, CHANGE_MORE_ACCOUNTS, a->person_id, &a->waiting));
    if (a->waiting && !used)
        return fail(c, ERR_CONFLICT, "active",
                    "a second administrator must agree to this account, and"
                    " then it is in use");
    a->active = used && !a->waiting;
    return OK;
}

static enum err
make_account(struct call *c, struct account *a, bool used)
{
    TRY(model_check(c, &account_model, a));
    a->name = account_name(c, a->name);
    TRY(check_name(c, a->name));
    if (a->password) {
        TRY(password_check(c, "password", a, a->password));
        TRY(auth_hash(c, a->password, &a->password));
        a->password_at = c->now;
        /* Whoever makes the account has chosen the password, and knows it. */
        a->must_change |= !auth_is_program(c);
    }
    TX tx = tx_begin(c);
    TRY(check_person(c, a->person_id));
    TRY(check_free(c, a->name));
    TRY(judge_new(c, a, used));
    TRY(model_add(c, &account_model, a));
    if (a->password)
        TRY(password_keep(c, a->id, a->password));
    if (a->waiting)
        TRY(wait_if_more(c, a, "account"));
    TRY(name_person(c, a));
    return tx_commit(&tx);
}

enum err
account_make(struct call *c, struct account *a)
{
    return make_account(c, a, true);
}

enum err
account_make_unused(struct call *c, struct account *a)
{
    return make_account(c, a, false);
}

/* An account comes into use or goes out of it; what a second administrator
   must agree to stays as it was. */
static enum err
judge_use(struct call *c, struct account *a, const struct account *old)
{
    struct right_change w = { .kind = "account_off",
                              .person_id = old->person_id,
                              .about = old->name,
                              .noun = "account",
                              .noun_id = old->id,
                              .wish = "{\"active\":false}" };

    if (a->active == old->active)
        return OK;
    TRY(change_waits(c, a->active ? CHANGE_BACK_IN_USE : CHANGE_ADMIN_LEAVES,
                     old->person_id, &a->waiting));
    if (!a->waiting)
        return OK;
    TRY(a->active ? wait_if_more(c, old, "account_on") : change_ask(c, &w));
    a->active = old->active;
    return OK;
}

/* Only a password that its owner has set (put_password) ends it:
   whoever could clear it would keep the one that was given out. */
static enum err
keep_must_change(struct call *c, const struct account *a,
                 const struct account *old)
{
    if (old->must_change && !a->must_change)
        return fail(c, ERR_CONFLICT, "must_change",
                    "ends when the owner has set a password of their own");
    return OK;
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
    /* Before the row is written: both compare what is asked for with what
       holds now. */
    TRY(keep_must_change(c, a, &old));
    TRY(judge_use(c, a, &old));
    TRY(model_set(c, &account_model, a, mask));
    if (!a->active && old.active)
        TRY(account_shut(c, a->id, 0, "account"));
    TRY(account_get(c, a));
    TRY(tx_commit(&tx));
    /* What another thread holds of the account may be as it was until now. */
    cache_forget(c, a->id);
    return OK;
}

/* -- rows of a table -------------------------------------------------------- */

static const char find_number[] = "SELECT code FROM auth_person WHERE id = $1";

enum err
account_find(struct call *c, void *rec, int64_t *id)
{
    struct account *a = rec;

    if (a->name == NULL) {
        ROWS r = db_query(c, find_number, V(a->person_id));

        a->name = rows_next(&r) ? row_text(&r, 0) : NULL;
        TRY(rows_end(&r));
    }
    if (a->name == NULL)
        return fail(c, ERR_INVALID, "name", "is required");
    a->name = account_name(c, a->name);
    return account_by_name(c, a->name, id);
}

enum err
account_row_set(struct call *c, void *rec, field_mask said)
{
    struct account *a = rec, old = { .id = a->id };
    field_mask fixed = model_mask(&account_model, "name")
                       | model_mask(&account_model, "person_id");

    TRY(account_get(c, &old));
    if (a->person_id != 0 && a->person_id != old.person_id)
        return fail(c, ERR_CONFLICT, "person_id",
                    "the account “%s” belongs to %s", old.name,
                    old.person_name);
    c->said = said & ~fixed;
    return account_change(c, a);
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

enum err
account_rights(struct call *c, int64_t id, const struct actor **out)
{
    struct account a = { .id = id };
    struct signed_in s;

    TRY(need_to_look(c));
    TRY(model_get(c, &account_model, id, &a));
    TRY(actor_by_account(c, a.name, &s));
    *out = s.actor;
    return OK;
}

/* -- passwords ------------------------------------------------------------- */

/* Has nobody but its maker ever had the account?  A slip that took the place of
   a password, and each one after it, is no first one. */
static enum err
is_first_slip(struct call *c, const struct account *a, bool *first)
{
    int64_t told = 0;
    bool chosen = false;

    *first = a->password_at.ms == 0 || a->code_until.ms != 0;
    if (!*first)
        return OK;
    TRY(db_int(c, &told, times_told, V(a->id)));
    TRY(password_was_chosen(c, a->id, &chosen));
    *first = told == 0 && !chosen;
    return OK;
}

enum err
password_put(struct call *c, const struct account *a, const char *hash,
             instant code_until)
{
    bool own = c->actor && c->actor->account_id == a->id;
    bool other = !auth_is_program(c) && !own;
    bool first = false;

    /* Before anything is written: the new hash is kept among the old ones. */
    TRY(is_first_slip(c, a, &first));
    TRY(model_note(c, &account_model, a->id));
    /* One set on the server is known to whoever sat there, too. */
    TRY(db_exec(c, set_password, V(a->id), V(hash), V(c->now), V(!own),
                V(other ? c->now : (instant){ 0 }),
                V(other ? c->actor->name : NULL), V(code_until)));
    TRY(model_note(c, &account_model, a->id));
    TRY(password_keep(c, a->id, hash));
    TRY(lockout_unlock(c, a->id, a->name));
    TRY(account_shut(c, a->id, own ? c->actor->session_id : (int64_t)0,
                     "password"));
    TRY(model_audit(c, code_until.ms ? "account.slip" : "account.password",
                    "account", a->id, NULL));
    return other && !(first && code_until.ms) ? change_tell_reset(c, a) : OK;
}

/* The hash is made before the TX: it takes longer than all the rest. */
static enum err
put_password(struct call *c, struct account *a, const char *field,
             const char *password)
{
    const char *hash;

    TRY(password_check(c, field, a, password));
    TRY(password_is_new(c, field, a, password));
    TRY(auth_hash(c, password, &hash));
    TX tx = tx_begin(c);
    TRY(password_put(c, a, hash, (instant){ 0 }));
    TRY(account_get(c, a));
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

    if (c->actor == NULL)
        return fail(c, ERR_UNSIGNED, NULL, "please sign in");
    if (c->actor->by_token)
        return fail(c, ERR_DENIED, NULL, "a token cannot do this");
    TRY(model_get(c, &account_model, c->actor->account_id, &a));
    TRY(own_password_fits(c, &a, "old", old));
    if (text_same(old, password))
        return fail(c, ERR_INVALID, "new", "must differ from the old one");
    return put_password(c, &a, "new", password);
}

enum err
account_reset(struct call *c, struct account *a)
{
    const char *password = a->password;
    bool admin = false;

    if (c->actor && c->actor->account_id == a->id)
        return fail(c, ERR_DENIED, NULL,
                    "your own password is changed with the old one");
    TRY(model_get(c, &account_model, a->id, a));
    TRY(person_is_admin(c, a->person_id, &admin));
    if (c->actor && admin)
        return fail(c, ERR_DENIED, NULL,
                    "an administrator's password is reset on the server");
    return put_password(c, a, "password", password);
}

enum err
account_refuse_reset(struct call *c, struct account *a, instant reset_at)
{
    bool admin = false;

    TX tx = tx_begin(c);
    TRY(model_get(c, &account_model, a->id, a));
    TRY(person_is_admin(c, a->person_id, &admin));
    if (admin)
        return fail(c, ERR_CONFLICT, NULL,
                    "an administrator's password is reset on the server");
    /* It was set anew since: what is refused is gone already. */
    if (a->reset_at.ms != reset_at.ms)
        return fail(c, ERR_CONFLICT, NULL,
                    "the password of “%s” has been changed since", a->name);
    TRY(model_note(c, &account_model, a->id));
    TRY(db_exec(c, take_password, V(a->id), V(c->now)));
    TRY(model_note(c, &account_model, a->id));
    TRY(account_shut(c, a->id, 0, "password"));
    TRY(model_audit(c, "account.password_taken", "account", a->id, NULL));
    TRY(tx_commit(&tx));
    cache_forget(c, a->id);
    return OK;
}

enum err
account_unlock(struct call *c, struct account *a)
{
    TRY(auth_need(c, "grant.edit", NULL));
    TX tx = tx_begin(c);
    TRY(model_get(c, &account_model, a->id, a));
    TRY(lockout_unlock(c, a->id, a->name));
    TRY(model_audit(c, "account.unlock", "account", a->id, NULL));
    TRY(account_get(c, a));
    return tx_commit(&tx);
}

/* -- asked by others ------------------------------------------------------- */

static const char count_all[] = "SELECT COUNT(*) FROM account";
static const char find_id[] = "SELECT id FROM account WHERE name = $1";
static const char find_reset[] =
    "SELECT reset_by, reset_at FROM account WHERE id = $1";

enum err
account_count(struct call *c, int64_t *n)
{
    return db_int(c, n, count_all);
}

enum err
account_by_name(struct call *c, const char *name, int64_t *id)
{
    return db_int(c, id, find_id, V(name));
}

enum err
account_reset_by(struct call *c, const char **by, instant *when)
{
    ROWS r = db_query(c, find_reset, V(c->actor->account_id));
    bool found = rows_next(&r);

    *by = found ? row_text(&r, 0) : NULL;
    *when = found ? row_instant(&r, 1) : (instant){ 0 };
    return rows_end(&r);
}
