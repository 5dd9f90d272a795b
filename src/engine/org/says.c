/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of rights says to whoever decides it.  The names are those of
 * its rows as they are when it is read, each with its code or staff number:
 * whoever asked could have called a crew by another's name that day.  Once it
 * is decided, they stay as they were read then.
 */
#include "engine/org/inner.h"

#include <assert.h>
#include <string.h>

#include "base/words.h"

/* One kind's names: OUT is what it is about; nothing is put there where the row
   is no more. */
typedef enum err (*about_fn)(struct call *c, const struct right_change *w,
                             const char **out);

/* “水电班（W01）”, whoever reads: names are the office's own. */
static enum err
called(struct call *c, const char *table, int64_t id, const char **out)
{
    const struct noun *n = noun_of_table(c, table);
    const struct field *code;
    void *rec;
    enum err e;

    if (n == NULL || id == 0)
        return OK;
    rec = arena_alloc(c->arena, n->model->size);
    e = model_get(c, n->model, id, rec);
    if (e == ERR_ABSENT) {
        c->fault = (struct fault){ 0 };
        return OK;
    }
    code = model_field(n->model, "code");
    if (e == OK)
        *out = code == NULL
                   ? noun_title(c, n, rec)
                   : arena_printf(
                       c->arena, "%s（%s）", noun_title(c, n, rec),
                       *(const char *const *)(const void *)((char *)rec
                                                            + code->offset));
    return e;
}

/* The wish as a record of M; what it does not say is nothing. */
static enum err
wished(struct call *c, const struct right_change *w, const struct model *m,
       void *rec)
{
    field_mask said = 0;

    return w->wish ? model_read_json(c, m, w->wish, strlen(w->wish), rec, &said)
                   : OK;
}

static enum err
about_kept(struct call *c, const struct right_change *w, const char **out)
{
    (void)c;
    (void)w;
    (void)out;
    return OK;
}

/* A row, and what is wished for it: “水电班（W01） → 甲公司（P1）”. */
static enum err
about_two(struct call *c, const struct right_change *w, const char *to_table,
          int64_t to, const char **out)
{
    const char *row = NULL, *other = NULL;

    TRY(called(c, w->noun, w->noun_id, &row));
    TRY(called(c, to_table, to, &other));
    if (row != NULL && other != NULL)
        *out = arena_printf(c->arena, "%s → %s", row, other);
    return OK;
}

/* The crew that goes to a provider. */
static enum err
about_crew_and_provider(struct call *c, const struct right_change *w,
                        const char **out)
{
    struct crew k = { 0 };

    TRY(wished(c, w, &crew_model, &k));
    return about_two(c, w, "provider", k.provider_id, out);
}

/* The crew that somebody joins, or is in already. */
static enum err
about_crew(struct call *c, const struct right_change *w, const char **out)
{
    struct crew_member m = { 0 };
    enum err e;

    TRY(wished(c, w, &crew_member_model, &m));
    if (m.crew_id == 0) {
        e = model_get(c, &crew_member_model, w->noun_id, &m);
        if (e != OK && e != ERR_ABSENT)
            return e;
        c->fault = (struct fault){ 0 };
    }
    return called(c, "crew", m.crew_id, out);
}

static enum err
about_provider(struct call *c, const struct right_change *w, const char **out)
{
    struct person p = { 0 };

    TRY(wished(c, w, &person_model, &p));
    return called(c, "provider", p.provider_id, out);
}

/* The role by its word, and where it reaches. */
static enum err
about_role(struct call *c, const struct right_change *w, const char **out)
{
    struct role_grant g = { 0 };
    const char *where = NULL;
    enum err e = OK;

    TRY(wished(c, w, &role_grant_model, &g));
    if (g.role == NULL)
        e = model_get(c, &role_grant_model, w->noun_id, &g);
    if (e != OK && e != ERR_ABSENT)
        return e;
    c->fault = (struct fault){ 0 };
    if (g.role == NULL)
        return OK;
    if (g.scope != SCOPE_ALL)
        TRY(called(c, scope_words[g.scope], g.scope_id, &where));
    *out = where ? arena_printf(c->arena, "%s · %s", g.role, where) : g.role;
    return OK;
}

/* The double, and what it goes into. */
static enum err
about_doubles(struct call *c, const struct right_change *w, const char **out)
{
    struct noun_merge x = { 0 };

    TRY(wished(c, w, &noun_merge_model, &x));
    return about_two(c, w, w->noun, x.into_id, out);
}

/* In the order of change_words: who, and what about. */
static const char *const says_changes[] = {
    "%s joins the crew “%s”",
    "%s is to lead the crew “%s”",
    "%s is to act for the provider “%s”",
    "%s is to be called “%s” from now on",
    "%s is to be in service again",
    "the administrator %s is to leave service",
    "%s, who holds rights or an account already, gets the account “%s”",
    "%s may sign in again as “%s”",
    "the administrator %s may no longer sign in as “%s”",
    "%s and all others of the provider are to do the work of the crew: %s",
    "%s is to hold a role at the unit that theirs was merged into: %s",
    "the administrator %s loses the role “%s”",
    "the password of %s was reset: account “%s”",
    "%s joins the crew “%s” as its lead",
    "%s is to be an administrator: “%s”",
    "%s is to hold a role: %s",
    "%s, and whoever else has one of the two, has both when they are merged: "
    "%s",
};

/* Likewise: the names of an account and of a role never change, a staff number
   stands beside the name. */
static const about_fn abouts[] = {
    about_crew,     about_crew,
    about_provider, about_kept,
    about_kept,     about_kept,
    about_kept,     about_kept,
    about_kept,     about_crew_and_provider,
    about_role,     about_role,
    about_kept,     about_crew,
    about_role,     about_role,
    about_doubles,
};
static_assert(COUNT(abouts) == COUNT(says_changes), "a kind without its names");

static size_t
kind_of(const struct right_change *w)
{
    size_t i = 0;

    while (change_words[i] != NULL && strcmp(change_words[i], w->kind) != 0)
        i++;
    return i;
}

enum err
right_change_name(struct call *c, struct right_change *w)
{
    size_t i = kind_of(w);

    TRY(org_name_of(c, find_person_name, w->person_id, &w->person_name));
    return i < COUNT(abouts) ? abouts[i](c, w, &w->about) : OK;
}

/* The word of a role stands for it: "approver · 行政处". */
static const char *
about_in(struct call *c, const struct right_change *w)
{
    const char *about = w->about ? w->about : "";
    size_t n = strcspn(about, " ");

    if (strcmp(w->noun, "role_grant") != 0)
        return about;
    for (size_t i = 0; auth_roles[i]; i++)
        if (strlen(auth_roles[i]) == n && strncmp(auth_roles[i], about, n) == 0)
            return arena_printf(c->arena, "%s%s", words_in(c, auth_roles[i]),
                                about + n);
    return about;
}

enum err
right_change_say(struct call *c, struct right_change *w)
{
    size_t i = kind_of(w);
    struct person p = { 0 };

    if (strcmp(w->state, "waiting") == 0)
        TRY(right_change_name(c, w));
    TRY(model_get(c, &person_model, w->person_id, &p));
    /* Two people may have one name; a staff number is one's own. */
    if (i < COUNT(says_changes))
        w->says = arena_printf(c->arena, words_in(c, says_changes[i]),
                               arena_printf(c->arena, words_in(c, "%s (%s)"),
                                            w->person_name, p.code),
                               about_in(c, w));
    return OK;
}

enum err
right_change_list(struct call *c, struct list *l)
{
    struct right_change *rows;

    TRY(right_change_need_admin(c));
    TRY(model_list(c, l));
    rows = l->rows;
    for (size_t i = 0; i < l->n; i++) {
        TRY(right_change_complete(c, &rows[i]));
        TRY(right_change_say(c, &rows[i]));
    }
    return OK;
}
