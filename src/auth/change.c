/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/change.h"

#include <string.h>

#include "auth/inner.h"
#include "base/text.h"
#include "base/words.h"
#include "model/app.h"

static const char *const change_words[] = {
    "member",     "lead",      "provider",   "person_name", "person_on",
    "person_off", "account",   "account_on", "account_off", "crew_provider",
    "grant",      "grant_off", "password",   "member_lead", "grant_admin",
    "role",       NULL
};

/* In the order of change_words: who, and what about. */
static const char *const says_changes[] = {
    "%s joins the crew “%s”",
    "%s is to lead the crew “%s”",
    "%s is to act for the provider “%s”",
    "%s is to be called “%s” from now on",
    "%s is to be in service again, staff number %s",
    "the administrator %s is to leave service, staff number %s",
    "%s, who holds rights or an account already, gets the account “%s”",
    "%s may sign in again as “%s”",
    "the administrator %s may no longer sign in as “%s”",
    "%s and all others of the provider are to do the work of the crew “%s”",
    "%s is to hold a role at the unit that theirs was merged into: %s",
    "the administrator %s loses the role “%s”",
    "the password of %s was reset: account “%s”",
    "%s joins the crew “%s” as its lead",
    "%s is to be an administrator: “%s”",
    "%s is to hold a role: %s",
};

const char *const right_change_states[] = { "waiting", "confirmed", "refused",
                                            "withdrawn", NULL };

static const struct field fields[] = {
    FIELD(struct right_change, id, .flags = GIVEN),
    FIELD(struct right_change, kind, .flags = GIVEN | REQUIRED,
          .choices = change_words, .label = "Kind"),
    FIELD(struct right_change, person_id, .flags = GIVEN | REQUIRED,
          .refers = "person", .label = "Whose rights"),
    FIELD(struct right_change, person_name, .flags = GIVEN | REQUIRED,
          .label = "Name"),
    FIELD(struct right_change, about, .flags = GIVEN),
    FIELD(struct right_change, says, .flags = GIVEN | DERIVED,
          .label = "What shall change"),
    FIELD(struct right_change, noun, .flags = GIVEN | REQUIRED),
    FIELD(struct right_change, noun_id, .flags = GIVEN),
    FIELD(struct right_change, wish, .flags = GIVEN | JSON_TEXT),
    FIELD(struct right_change, confirmer, .flags = GIVEN | REQUIRED,
          .choices = auth_roles, .label = "Who decides"),
    FIELD(struct right_change, state, .flags = GIVEN | REQUIRED,
          .choices = right_change_states, .label = "State"),
    FIELD(struct right_change, asked_by, .flags = GIVEN | REQUIRED,
          .refers = "account"),
    FIELD(struct right_change, asked_name, .flags = GIVEN | REQUIRED,
          .label = "Asked by"),
    FIELD(struct right_change, asked_at, .flags = GIVEN | REQUIRED,
          .label = "Asked at"),
    FIELD(struct right_change, decided_by, .flags = GIVEN, .refers = "account"),
    FIELD(struct right_change, decided_name, .flags = GIVEN,
          .label = "Decided by"),
    FIELD(struct right_change, decided_at, .flags = GIVEN,
          .label = "Decided at"),
    FIELD(struct right_change, batch_id, .flags = GIVEN,
          .says = "The same for all that was asked for by one table or one"
                  " choice; 0: asked for by itself."),
    FIELD(struct right_change, own, .flags = GIVEN | DERIVED,
          .says = "Asked for by the reader."),
    FIELD(struct right_change, mine, .flags = GIVEN | DERIVED,
          .says = "The reader may decide it."),
    FIELD(struct right_change, verbs, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the caller may do with it now."),
    FIELD(struct right_change, why_not, .flags = GIVEN | DERIVED | JSON_TEXT,
          .says = "What the caller may not do just now, and why."),
    FIELD(struct right_change, version, .flags = GIVEN),
    FIELD(struct right_change, updated_at, .flags = GIVEN),
};

const struct model right_change_model =
    MODEL("right_change", "right_change", struct right_change, fields);

/* -- what a person holds ----------------------------------------------------- */

static const char count_admin[] =
    "SELECT COUNT(*) FROM role_grant g JOIN account a ON a.id = g.account_id"
    " WHERE a.person_id = $1 AND g.role IN"
    " ('system_admin', 'security_admin', 'audit_admin')";

static const char count_rights[] =
    "SELECT (SELECT COUNT(*) FROM auth_member WHERE person_id = $1)"
    " + (SELECT COUNT(*) FROM auth_person WHERE id = $1"
    "    AND provider_id IS NOT NULL)"
    " + (SELECT COUNT(*) FROM role_grant g JOIN account a"
    "    ON a.id = g.account_id WHERE a.person_id = $1"
    "    AND g.role <> 'requester')";

static const char count_accounts[] =
    "SELECT COUNT(*) FROM account WHERE person_id = $1";

/* In use, or about to be. */
static const char count_sign_ins[] =
    "SELECT COUNT(*) FROM account a WHERE a.person_id = $1 AND (a.active = 1"
    " OR EXISTS (SELECT 1 FROM right_change w WHERE w.state = 'waiting'"
    "   AND w.noun = 'account' AND w.noun_id = a.id))";

/* The roles of the administrator that nobody else, who can sign in, holds. */
static const char find_last[] =
    "SELECT p.name, g.role FROM role_grant g"
    " JOIN account a ON a.id = g.account_id"
    " JOIN auth_person p ON p.id = a.person_id"
    " WHERE a.person_id = $1 AND g.role IN"
    " ('system_admin', 'security_admin', 'audit_admin') AND NOT EXISTS"
    " (SELECT 1 FROM role_grant h JOIN account b ON b.id = h.account_id"
    "  JOIN auth_person q ON q.id = b.person_id WHERE h.role = g.role"
    "  AND q.id <> $1 AND b.active = 1 AND q.active = 1)";

static const char find_person_name[] =
    "SELECT name FROM auth_person WHERE id = $1";

static enum err
any(struct call *c, const char *count, int64_t person_id, bool *yes)
{
    int64_t n = 0;

    TRY(db_int(c, &n, count, V(person_id)));
    *yes = n > 0;
    return OK;
}

enum err
person_is_admin(struct call *c, int64_t person_id, bool *admin)
{
    return any(c, count_admin, person_id, admin);
}

enum err
person_has_rights(struct call *c, int64_t person_id, bool *has)
{
    return any(c, count_rights, person_id, has);
}

static const char find_hand_of_provider[] =
    "SELECT COALESCE(MIN(p.id), 0) FROM auth_person p"
    " JOIN account a ON a.person_id = p.id"
    " WHERE p.provider_id = $1 AND p.active = 1 AND a.active = 1";

enum err
provider_signs_in(struct call *c, int64_t provider_id, int64_t *person_id)
{
    return db_int(c, person_id, find_hand_of_provider, V(provider_id));
}

static enum err
refuse_last(struct call *c, int64_t person_id)
{
    ROWS r = db_query(c, find_last, V(person_id));

    if (rows_next(&r))
        return fail(c, ERR_CONFLICT, NULL,
                    "%s is the last who holds the role “%s”", row_text(&r, 0),
                    words_in(c, row_text(&r, 1)));
    return rows_end(&r);
}

/* The program, or somebody for whom a second one has answered. */
static bool
needs_nobody(const struct call *c)
{
    return auth_is_program(c) || c->actor->confirmed;
}

static enum err
refuse_mixed(struct call *c, int64_t person_id, bool admin)
{
    const char *name = NULL;

    if (!admin)
        return OK;
    {
        ROWS r = db_query(c, find_person_name, V(person_id));

        if (rows_next(&r))
            name = row_text(&r, 0);
        TRY(rows_end(&r));
    }
    return fail(c, ERR_CONFLICT, "person_id",
                "%s is one of the three administrators, who hold no other "
                "rights",
                name ? name : "?");
}

enum err
change_waits(struct call *c, enum change_why why, int64_t person_id,
             bool *waits)
{
    bool admin = false, more = false;

    *waits = false;
    TRY(person_is_admin(c, person_id, &admin));
    if (!auth_is_program(c) && c->actor->person_id == person_id)
        return fail(c, ERR_DENIED, NULL, "nobody changes their own rights");
    if (why == CHANGE_GIVES)
        TRY(refuse_mixed(c, person_id, admin));
    if (why == CHANGE_ADMIN_LEAVES && admin)
        TRY(refuse_last(c, person_id));
    /* The refusals above hold for the program, too; the waiting does not. */
    if (needs_nobody(c))
        return OK;
    switch (why) {
    case CHANGE_GIVES: return any(c, count_sign_ins, person_id, waits);
    case CHANGE_ADMIN_COMES: *waits = true; return OK;
    case CHANGE_ADMIN_LEAVES: *waits = admin; return OK;
    case CHANGE_NAME: TRY(any(c, count_sign_ins, person_id, &more)); break;
    case CHANGE_MORE_ACCOUNTS:
    case CHANGE_BACK_IN_USE:
        TRY(any(c, count_accounts, person_id, &more));
        break;
    }
    TRY(person_has_rights(c, person_id, waits));
    *waits = why == CHANGE_MORE_ACCOUNTS ? *waits || more : *waits && more;
    return OK;
}

/* -- asking -------------------------------------------------------------------- */

static const char count_role[] =
    "SELECT COUNT(*) FROM role_grant g JOIN account a ON a.id = g.account_id"
    " WHERE a.person_id = $1 AND g.role = $2";

/* Neither whoever asks nor whom it is about. */
static enum err
choose_confirmer(struct call *c, struct right_change *w)
{
    const char *first, *other;
    int64_t by_security = 0, about_him = 0;

    TRY(db_int(c, &by_security, count_role, V(c->actor->person_id),
               V("security_admin")));
    first = by_security ? "audit_admin" : "security_admin";
    other = by_security ? "system_admin" : "audit_admin";
    TRY(db_int(c, &about_him, count_role, V(w->person_id), V(first)));
    w->confirmer = about_him ? other : first;
    return OK;
}

static const char count_same[] =
    "SELECT COUNT(*) FROM right_change WHERE state = 'waiting' AND kind = $1"
    " AND person_id = $2 AND (noun_id = $3 OR about = $4)";

static enum err
keep(struct call *c, struct right_change *w)
{
    ROWS r = db_query(c, find_person_name, V(w->person_id));

    if (rows_next(&r))
        w->person_name = row_text(&r, 0);
    TRY(rows_end(&r));
    TRY(choose_confirmer(c, w));
    w->state = "waiting";
    w->asked_by = c->actor->account_id;
    w->asked_name = c->actor->name;
    w->asked_at = c->now;
    w->batch_id = c->batch;
    return model_add(c, &right_change_model, w);
}

void
auth_batch(struct call *c)
{
    c->batch = new_id(c);
}

#define BATCH_MOST 2000

static const char find_batch[] =
    "SELECT id FROM right_change WHERE state = 'waiting' AND (id = $1"
    " OR (batch_id <> 0 AND"
    "  batch_id = (SELECT batch_id FROM right_change WHERE id = $1)))"
    " ORDER BY id LIMIT $2";

enum err
change_batch_of(struct call *c, int64_t id, int64_t **ids, size_t *n)
{
    ROWS r = db_query(c, find_batch, V(id), V(BATCH_MOST));

    *n = 0;
    *ids = NEW_N(c->arena, int64_t, BATCH_MOST);
    while (rows_next(&r) && *n < BATCH_MOST)
        (*ids)[(*n)++] = row_int(&r, 0);
    return rows_end(&r);
}

enum err
change_is_asked(struct call *c, const struct right_change *w, bool *asked)
{
    int64_t n = 0;

    TRY(db_int(c, &n, count_same, V(w->kind), V(w->person_id), V(w->noun_id),
               V(w->about)));
    *asked = n > 0;
    return OK;
}

enum err
change_ask(struct call *c, struct right_change *w)
{
    bool asked = false;

    TRY(change_is_asked(c, w, &asked));
    if (asked)
        return fail(c, ERR_CONFLICT, NULL,
                    "the same change waits for confirmation already");
    c->waits = true;
    return keep(c, w);
}

enum err
change_tell_reset(struct call *c, const struct account *a)
{
    struct right_change w = { .kind = "password",
                              .person_id = a->person_id,
                              .about = a->name,
                              .noun = "account",
                              .noun_id = a->id };

    return keep(c, &w);
}

/* -- looking ---------------------------------------------------- */

enum err
right_change_need_admin(struct call *c)
{
    if (auth_may(c, "grant.edit") || auth_may(c, "audit.see"))
        return auth_need(c, NULL, NULL);
    return auth_need(c, "account.edit", NULL);
}

static bool
holds_role(const struct call *c, const char *role)
{
    for (size_t i = 0; i < c->actor->n_grants; i++)
        if (strcmp(c->actor->grants[i].role, role) == 0)
            return true;
    return false;
}

/* Somebody who could decide it, if asked. */
static const char count_deciders[] =
    "SELECT COUNT(*) FROM role_grant g JOIN account a ON a.id = g.account_id"
    " JOIN auth_person p ON p.id = a.person_id WHERE g.role = $1 AND a.active "
    "= 1"
    " AND p.active = 1 AND p.id <> $2 AND p.id <> $3";

static const char find_asker[] = "SELECT person_id FROM account WHERE id = $1";

/* The words of a role stand for it: "approver · 行政处". */
static const char *
about_in(struct call *c, const struct right_change *w)
{
    const char *about = w->about ? w->about : "";
    size_t n = strcspn(about, " ");

    if (strcmp(w->noun, "role_grant") != 0)
        return about;
    const char *role = arena_text_n(c->arena, about, n);
    for (size_t i = 0; auth_roles[i]; i++)
        if (strcmp(auth_roles[i], role) == 0)
            return arena_printf(c->arena, "%s%s", words_in(c, role), about + n);
    return about;
}

enum err
right_change_complete(struct call *c, struct right_change *w)
{
    const struct actor *a = c->actor;
    int64_t asker = 0, deciders = 0;
    size_t i = 0;

    while (change_words[i] && strcmp(change_words[i], w->kind) != 0)
        i++;
    if (change_words[i])
        w->says = arena_printf(c->arena, words_in(c, says_changes[i]),
                               w->person_name, about_in(c, w));
    TRY(db_int(c, &asker, find_asker, V(w->asked_by)));
    w->own = a->person_id != 0 && a->person_id == asker;
    w->decides =
        !w->own && a->person_id != w->person_id && holds_role(c, w->confirmer);
    /* Whoever owns the folder stands in for somebody who is not there. */
    if (auth_is_program(c)) {
        TRY(db_int(c, &deciders, count_deciders, V(w->confirmer), V(asker),
                   V(w->person_id)));
        w->decides = deciders == 0;
    }
    w->mine = w->decides && strcmp(w->state, "waiting") == 0;
    return OK;
}

enum err
right_change_list(struct call *c, struct list *l)
{
    struct right_change *rows;

    TRY(right_change_need_admin(c));
    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++)
        TRY(right_change_complete(c, &rows[i]));
    return OK;
}

/* -- acting for somebody ------------------------------------------------------- */

static const char find_actor[] =
    "SELECT p.id, p.name, a.name FROM account a"
    " JOIN auth_person p ON p.id = a.person_id WHERE a.id = $1";

enum err
auth_act_for(struct call *c, int64_t account_id, bool confirmed)
{
    static const struct grant everything = {
        .role = "program", .scope = SCOPE_ALL, .rights = EVERY_RIGHT
    };
    struct actor *a = NEW(c->arena, struct actor);
    ROWS r = db_query(c, find_actor, V(account_id));

    *a = (struct actor){ .account_id = account_id,
                         .name = "liangcao",
                         .account = "liangcao",
                         .grants = &everything,
                         .n_grants = 1,
                         .confirmed = confirmed };
    /* What was confirmed is done even if its account is gone; then the audit
       names the program. */
    if (rows_next(&r)) {
        a->person_id = row_int(&r, 0);
        a->name = row_text(&r, 1);
        a->account = row_text(&r, 2);
    }
    c->actor = a;
    return rows_end(&r);
}
