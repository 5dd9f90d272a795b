/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lockout - guesses at passwords are counted by where they come from.
 *
 * Who knows only an account's name must not be able to shut its owner out.  So
 * a browser that has signed in to the account before, known by its cookie, and
 * a network that has, each have a count of their own; everybody else shares
 * one, that of the name.  A name that is no account is counted by the same rows
 * and the same code as one that is.
 *
 * Of a name only 20 bits of its hash are kept: it may be a password that was
 * typed into the wrong field, and too little is left to find it again; two
 * names meet once in a million, and then only lock strangers together.
 */
#include <arpa/inet.h>
#include <string.h>

#include "auth/inner.h"
#include "base/text.h"
#include "model/app.h"
#include "model/model.h"

#define KNOWN_MS (90 * DAY_MS) /* since the last good sign-in from there */
#define KNOWN_MAX 40           /* places of an account */
#define ROW_MS DAY_MS          /* failures further apart are not in a row */
#define NAME_HEX 5             /* digits of the hash of a name */

static const char find_mark[] =
    "SELECT id, failures, locked_until, seen_at FROM sign_in_from"
    " WHERE account_id = $1 AND mark = $2";

static const char add_mark[] =
    "INSERT INTO sign_in_from (id, account_id, mark, failures, locked_until,"
    " seen_at) VALUES ($1, $2, $3, $4, $5, $6)";

static const char set_mark[] =
    "UPDATE sign_in_from SET failures = $2, locked_until = $3, seen_at = $4"
    " WHERE id = $1";

static const char forget_old[] =
    "DELETE FROM sign_in_from WHERE account_id = $1 AND id NOT IN"
    " (SELECT id FROM sign_in_from WHERE account_id = $1"
    "  ORDER BY seen_at DESC, id DESC LIMIT $2)";

/* What the administrators see of a lock. */
static const char show_lock[] =
    "UPDATE account SET failures = $2, locked_until = $3 WHERE id = $1"
    " AND (failures <> $2 OR COALESCE(locked_until, 0)"
    "   <> COALESCE(CAST($3 AS BIGINT), 0))";

static const char unlock_known[] =
    "UPDATE sign_in_from SET failures = 0, locked_until = NULL"
    " WHERE account_id = $1 AND (failures > 0 OR locked_until IS NOT NULL)";

static const char drop_mark[] =
    "DELETE FROM sign_in_from WHERE account_id = $1 AND mark = $2";

static const char drop_stale[] =
    "DELETE FROM sign_in_from WHERE id IN (SELECT id FROM sign_in_from"
    " WHERE seen_at < $1 AND (account_id = 0 OR seen_at < $2) LIMIT $3)";

/* -- marks ----------------------------------------------------------------- */

const char *
device_mark(struct call *c, const char *device)
{
    unsigned char hash[SECRET_HASH];

    if (device == NULL || *device == '\0')
        return NULL;
    secret_hash(device, hash);
    return arena_printf(c->arena, "device:%s", secret_hex(c, hash));
}

/* The far end's network: 24 bits of IPv4, 64 of IPv6; NULL: not known. */
static const char *
network_mark(struct call *c)
{
    unsigned char bytes[16] = { 0 };
    char text[INET6_ADDRSTRLEN];
    int family = AF_INET;

    if (c->address == NULL)
        return NULL;
    if (inet_pton(AF_INET, c->address, bytes) == 1) {
        bytes[3] = 0;
    } else if (inet_pton(AF_INET6, c->address, bytes) == 1) {
        memset(bytes + 8, 0, 8);
        family = AF_INET6;
    } else {
        return NULL;
    }
    return arena_printf(c->arena, "network:%s",
                        inet_ntop(family, bytes, text, sizeof text));
}

static const char *
name_mark(struct call *c, const char *name)
{
    unsigned char hash[SECRET_HASH];

    secret_hash(name, hash);
    return arena_printf(c->arena, "name:%.*s", NAME_HEX, secret_hex(c, hash));
}

/* -- looking --------------------------------------------------------------- */

/* The count of a mark; KNOWN: only if it is still good for being known by.
   G's id is 0 when there is none. */
static enum err
look(struct call *c, int64_t account_id, const char *mark, bool known,
     struct lockout *g)
{
    *g = (struct lockout){ 0 };
    if (mark == NULL)
        return OK;
    ROWS r = db_query(c, find_mark, V(account_id), V(mark));
    if (rows_next(&r)) {
        int64_t age = c->now.ms - row_instant(&r, 3).ms;
        bool ahead = instant_is_ahead(row_instant(&r, 3), c->now);

        if (known && (age >= KNOWN_MS || ahead))
            return OK;
        *g = (struct lockout){ .id = row_int(&r, 0),
                               .counts_for = account_id,
                               .mark = mark,
                               .failures = row_int(&r, 1),
                               .locked_until = row_instant(&r, 2),
                               .seen_at = row_instant(&r, 3) };
        if (account_id == 0 && (age >= ROW_MS || ahead))
            g->failures = 0;
    }
    return rows_end(&r);
}

enum err
lockout_find(struct call *c, int64_t account_id, const char *name,
             struct lockout *g)
{
    TRY(look(c, account_id, device_mark(c, c->device), true, g));
    if (g->id != 0) {
        g->device = true;
        return OK;
    }
    TRY(look(c, account_id, network_mark(c), true, g));
    if (g->id != 0)
        return OK;
    TRY(look(c, 0, name_mark(c, name), false, g));
    if (g->id == 0)
        *g = (struct lockout){ .mark = name_mark(c, name) };
    return OK;
}

enum err
lockout_refuse(struct call *c, const struct lockout *g)
{
    int64_t left = g->locked_until.ms - c->now.ms;

    /* Longer than any lock: it was made while the clock was ahead. */
    if (left <= 0 || left > LOCK_MS)
        return OK;
    return fail(c, ERR_LIMIT, NULL,
                "too many failures; please try again in %lld seconds",
                (long long)((left + SECOND_MS - 1) / SECOND_MS));
}

/* -- counting -------------------------------------------------------------- */

static enum err
keep(struct call *c, struct lockout *g)
{
    if (g->id != 0)
        return db_exec(c, set_mark, V(g->id), V(g->failures),
                       V(g->locked_until), V(g->seen_at));
    g->id = new_id(c);
    return db_exec(c, add_mark, V(g->id), V(g->counts_for), V(g->mark),
                   V(g->failures), V(g->locked_until), V(g->seen_at));
}

/* A place stays known by what went well there, not by failures. */
enum err
lockout_failed(struct call *c, struct lockout *g, int64_t account_id,
               bool *locked)
{
    g->locked_until.ms = 0;
    if (g->counts_for == 0)
        g->seen_at = c->now;
    *locked = ++g->failures >= LOCK_AFTER;
    if (*locked) {
        g->failures = 0;
        g->locked_until.ms = c->now.ms + LOCK_MS;
    }
    TRY(keep(c, g));
    if (g->counts_for != 0)
        return OK;
    return db_exec(c, show_lock, V(account_id), V(g->failures),
                   V(g->locked_until));
}

/* From there the account has signed in: next time it is known. */
static enum err
remember(struct call *c, int64_t account_id, const char *mark)
{
    struct lockout g;

    if (mark == NULL)
        return OK;
    TRY(look(c, account_id, mark, false, &g));
    if (g.id == 0)
        g = (struct lockout){ .counts_for = account_id, .mark = mark };
    g.seen_at = c->now;
    return keep(c, &g);
}

enum err
lockout_passed(struct call *c, struct lockout *g, int64_t account_id,
               const char *device)
{
    g->failures = 0;
    g->locked_until.ms = 0;
    if (g->counts_for == 0) {
        if (g->id != 0)
            TRY(db_exec(c, drop_mark, V((int64_t)0), V(g->mark)));
        TRY(db_exec(c, show_lock, V(account_id), V((int64_t)0),
                    V((instant){ 0 })));
    } else {
        g->seen_at = c->now;
        TRY(keep(c, g));
    }
    TRY(remember(c, account_id, device_mark(c, device)));
    TRY(remember(c, account_id, network_mark(c)));
    return db_exec(c, forget_old, V(account_id), V(KNOWN_MAX));
}

enum err
lockout_unlock(struct call *c, int64_t account_id, const char *name)
{
    TRY(db_exec(c, unlock_known, V(account_id)));
    TRY(db_exec(c, drop_mark, V((int64_t)0), V(name_mark(c, name))));
    return db_exec(c, show_lock, V(account_id), V((int64_t)0),
                   V((instant){ 0 }));
}

enum err
lockout_tidy(struct call *c, int64_t max)
{
    return db_exec(c, drop_stale, V((instant){ c->now.ms - ROW_MS }),
                   V((instant){ c->now.ms - KNOWN_MS }), V(max));
}
