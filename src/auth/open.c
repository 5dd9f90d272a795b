/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts by the hundred: made for persons, and the slips that carry their
   first passwords. */
#include <string.h>

#include "auth/account.h"
#include "auth/change.h"
#include "auth/inner.h"
#include "base/text.h"
#include "base/words.h"
#include "model/app.h"

#define IDS_MOST 2000
#define PORTION 50 /* so many are written before others may write */
#define CODE_DAYS 7
#define TRIES 6

const char *const opening_names[] = { "staff_number", "telephone", NULL };

/* -- which rows --------------------------------------------------------------- */

/* "12,15, 18": the ids that are chosen; none are an empty list. */
static enum err
read_ids(struct call *c, const char *field, const char *text, int64_t *ids,
         size_t *n)
{
    const char *at = text ? text : "";

    *n = 0;
    while (*at) {
        size_t len = strcspn(at, ",");
        const char *one = arena_text_n(c->arena, at, len);

        if (*n == IDS_MOST)
            return fail(c, ERR_INVALID, field, "must be %d at most", IDS_MOST);
        if (!text_int(text_clean(c->arena, one, false), &ids[(*n)++]))
            return fail(c, ERR_INVALID, field, "must be numbers with commas");
        at += len + (at[len] == ',');
    }
    return OK;
}

/* Whoever has one already is left out of a whole unit. */
#define PERSON_COLUMNS                                                         \
    "SELECT p.id, p.name, u.name, p.code, p.mobile, p.phone, p.active,"        \
    " (SELECT COUNT(*) FROM account a WHERE a.person_id = p.id)"               \
    " FROM auth_person p LEFT JOIN auth_unit u ON u.id = p.unit_id"

static const char find_one[] = PERSON_COLUMNS " WHERE p.id = $1";

static const char find_in_unit[] = PERSON_COLUMNS
    " WHERE p.active = 1 AND u.path LIKE $1 AND NOT EXISTS"
    " (SELECT 1 FROM account b WHERE b.person_id = p.id)"
    " ORDER BY u.path, p.code LIMIT $2";

static const char find_path[] = "SELECT path FROM auth_unit WHERE id = $1";

/* Which refusal, if any, and what the account would be called. */
static void
read_opened(struct call *c, const struct account_opening *o, struct rows *r,
            struct account_opened *x)
{
    const char *number = row_text(r, 3);

    if (o->called == CALLED_TELEPHONE)
        number = row_text(r, 4) ? row_text(r, 4) : row_text(r, 5);
    *x = (struct account_opened){
        .person_id = row_int(r, 0),
        .person_name = row_text(r, 1),
        .unit_name = row_text(r, 2),
        .name = number ? account_name(c, number) : NULL
    };
    if (!row_int(r, 6))
        x->why = words_in(c, "is not in service");
    else if (row_int(r, 7) > 0)
        x->why = words_in(c, "has an account already");
    else if (x->name == NULL)
        x->why = o->called == CALLED_TELEPHONE
                     ? words_in(c, "has no telephone")
                     : words_in(c, "has no staff number");
}

static enum err
read_chosen(struct call *c, const struct account_opening *o, const int64_t *ids,
            size_t n_ids, struct account_opened *all)
{
    for (size_t i = 0; i < n_ids; i++) {
        ROWS r = db_query(c, find_one, V(ids[i]));

        if (!rows_next(&r)) {
            TRY(rows_end(&r));
            return fail(c, ERR_INVALID, "person_ids",
                        "there is no such person");
        }
        read_opened(c, o, &r, &all[i]);
        TRY(rows_end(&r));
    }
    return OK;
}

static enum err
read_unit(struct call *c, const struct account_opening *o,
          struct account_opened *all, size_t *n)
{
    const char *path = NULL;

    {
        ROWS r = db_query(c, find_path, V(o->unit_id));

        if (rows_next(&r))
            path = row_text(&r, 0);
        TRY(rows_end(&r));
    }
    if (path == NULL)
        return fail(c, ERR_INVALID, "unit_id", "there is no such unit");
    ROWS r = db_query(c, find_in_unit, V(arena_printf(c->arena, "%s%%", path)),
                      V(IDS_MOST + 1));
    while (rows_next(&r)) {
        /* Half a unit would look like all of it. */
        if (*n == IDS_MOST)
            return fail(c, ERR_INVALID, "unit_id",
                        "has more than %d people without an account: choose a "
                        "smaller one",
                        IDS_MOST);
        read_opened(c, o, &r, &all[(*n)++]);
    }
    return rows_end(&r);
}

/* -- making them -------------------------------------------------------------- */

/* Two who would be called the same; the first has it. */
static bool
is_met(const struct account_opened *all, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].why == NULL && text_same(all[i].name, name))
            return true;
    return false;
}

/* Looked at before anything is written: in a TX a refusal would be the end of
   all. */
static enum err
judge(struct call *c, const struct account_opened *all, size_t n,
      struct account_opened *x)
{
    struct account a = { .name = x->name, .person_id = x->person_id };
    enum err e;

    if (x->why != NULL)
        return OK;
    if (is_met(all, n, x->name)) {
        x->why = words_in(c, "another of them would have this account");
        return OK;
    }
    e = account_name_fits(c, &a);
    if (e == OK)
        e = change_waits(c, CHANGE_MORE_ACCOUNTS, x->person_id, &x->waiting);
    if (e != ERR_INVALID && e != ERR_CONFLICT && e != ERR_DENIED)
        return e;
    x->why = c->fault.text;
    c->fault = (struct fault){ 0 };
    return OK;
}

/* X as it is now: somebody else may have opened the same meanwhile. */
static enum err
read_again(struct call *c, const struct account_opening *o,
           struct account_opened *x)
{
    ROWS r = db_query(c, find_one, V(x->person_id));

    if (rows_next(&r))
        read_opened(c, o, &r, x);
    return rows_end(&r);
}

/* Of ALL those from FROM on; each is judged once more where nobody can come
   between, so that one who was quicker is told of and ends nothing. */
static enum err
make_portion(struct call *c, const struct account_opening *o,
             struct account_opened *all, size_t from, size_t n)
{
    TX tx = tx_begin(c);

    for (size_t i = from; i < from + n; i++) {
        struct account a = { .person_id = all[i].person_id };

        TRY(read_again(c, o, &all[i]));
        TRY(judge(c, all, i, &all[i]));
        if (all[i].why != NULL)
            continue;
        a.name = all[i].name;
        TRY(account_make(c, &a));
        all[i].account_id = a.id;
        all[i].waiting = a.waiting;
    }
    return tx_commit(&tx);
}

enum err
accounts_open(struct call *c, const struct account_opening *o,
              struct account_opened **out, size_t *n)
{
    struct account_opened *all =
        NEW_N(c->arena, struct account_opened, IDS_MOST);
    int64_t *ids = NEW_N(c->arena, int64_t, IDS_MOST);

    TRY(auth_need(c, "account.edit", NULL));
    TRY(read_ids(c, "person_ids", o->person_ids, ids, n));
    if ((*n > 0) == (o->unit_id != 0))
        return fail(c, ERR_INVALID, "person_ids",
                    "give either persons or a unit");
    TRY(*n > 0 ? read_chosen(c, o, ids, *n, all) : read_unit(c, o, all, n));
    for (size_t i = 0; i < *n; i++)
        TRY(judge(c, all, i, &all[i]));
    *out = all;
    if (o->dry_run)
        return OK;
    auth_batch(c);
    for (size_t i = 0; i < *n; i += PORTION) {
        size_t some = *n - i < PORTION ? *n - i : PORTION;
        enum err e = ERR_BUSY;

        /* Asked as a whole again, it would not tell of those made before. */
        for (int tries = 0; e == ERR_BUSY && tries < TRIES; tries++)
            e = make_portion(c, o, all, i, some);
        TRY(e);
    }
    return OK;
}

/* -- slips -------------------------------------------------------------------- */

/* Those for whom no password was ever made. */
/* Who comes by a token alone, a program, is no newcomer: a slip would end it. */
static const char find_bare[] =
    "SELECT a.id FROM account a JOIN auth_person p ON p.id = a.person_id"
    " WHERE a.password IS NULL AND p.active = 1 AND (a.active = 1 OR EXISTS"
    "  (SELECT 1 FROM right_change w WHERE w.state = 'waiting'"
    "   AND w.noun = 'account' AND w.noun_id = a.id))"
    " AND NOT EXISTS (SELECT 1 FROM token t WHERE t.account_id = a.id)"
    " ORDER BY a.id LIMIT $1";

static const char find_unit_name[] =
    "SELECT u.name FROM auth_person p JOIN auth_unit u ON u.id = p.unit_id"
    " WHERE p.id = $1";

static enum err
read_bare(struct call *c, int64_t *ids, size_t *n)
{
    ROWS r = db_query(c, find_bare, V(IDS_MOST));

    while (rows_next(&r))
        ids[(*n)++] = row_int(&r, 0);
    return rows_end(&r);
}

/* Whom it is for, and why they get none. */
static enum err
read_slip(struct call *c, int64_t id, struct account *a, struct slip *s)
{
    bool admin = false;

    *a = (struct account){ .id = id };
    TRY(account_get(c, a));
    s->account_id = a->id;
    s->name = a->name;
    s->person_name = a->person_name;
    TRY(person_is_admin(c, a->person_id, &admin));
    if (c->actor && c->actor->person_id == a->person_id)
        s->why = words_in(c, "your own password is changed with the old one");
    else if (admin && !auth_is_program(c))
        s->why =
            words_in(c, "an administrator's password is reset on the server");
    else if (!a->active && !a->waiting)
        s->why = words_in(c, "is out of use");
    ROWS r = db_query(c, find_unit_name, V(a->person_id));
    if (rows_next(&r))
        s->unit_name = row_text(&r, 0);
    return rows_end(&r);
}

/* The codes are made first: nobody waits for them. */
static enum err
make_slips(struct call *c, const int64_t *ids, size_t n, instant until,
           struct slip *out)
{
    const char *hashes[PORTION] = { NULL };

    for (size_t i = 0; i < n; i++)
        TRY(code_make(c, &out[i].code, &hashes[i]));
    TX tx = tx_begin(c);
    for (size_t i = 0; i < n; i++) {
        struct account a;

        TRY(read_slip(c, ids[i], &a, &out[i]));
        if (out[i].why != NULL)
            out[i].code = NULL;
        else
            TRY(password_put(c, &a, hashes[i], until));
    }
    TRY(tx_commit(&tx));
    for (size_t i = 0; i < n; i++)
        cache_forget(c, ids[i]);
    return OK;
}

enum err
slips_make(struct call *c, const char *account_ids, instant *until,
           struct slip **out, size_t *n)
{
    int64_t *ids = NEW_N(c->arena, int64_t, IDS_MOST);
    struct slip *all;

    TRY(auth_need(c, "account.edit", NULL));
    TRY(read_ids(c, "account_ids", account_ids, ids, n));
    if (*n == 0)
        TRY(read_bare(c, ids, n));
    auth_batch(c);
    until->ms = c->now.ms + CODE_DAYS * DAY_MS;
    all = NEW_N(c->arena, struct slip, *n + 1);
    for (size_t i = 0; i < *n; i += PORTION) {
        size_t some = *n - i < PORTION ? *n - i : PORTION;
        enum err e = ERR_BUSY;

        /* Asked as a whole again, the codes before would be lost. */
        for (int tries = 0; e == ERR_BUSY && tries < TRIES; tries++)
            e = make_slips(c, ids + i, some, *until, all + i);
        TRY(e);
    }
    *out = all;
    return OK;
}
