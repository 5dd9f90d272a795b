/* SPDX-License-Identifier: Apache-2.0 */
/* Making an office for a server, and scoring. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/nouns.h"
#include "auth/account.h"
#include "base/files.h"
#include "base/log.h"
#include "database.h"
#include "engine/audit/audit.h"
#include "engine/catalog/catalog.h"
#include "engine/order/import.h"
#include "live.h"
#include "model/app.h"
#include "office.h"

/* office.c expects through the test runner's helpers. */
void
test_expect_ok(struct call *c, enum err e, const char *what, const char *file,
               int line)
{
    if (e == OK)
        return;
    (void)fprintf(stderr, "%s:%d: %s is %s: %s\n", file, line, what,
                  err_word(e), c->fault.text ? c->fault.text : "");
    exit(1);
}

bool
score(struct score *s, bool good, const char *fmt, ...)
{
    va_list ap;

    if (good) {
        s->passed++;
        return true;
    }
    s->failed++;
    (void)printf("FAILED: ");
    va_start(ap, fmt);
    (void)vprintf(fmt, ap);
    va_end(ap);
    (void)printf("\n");
    return false;
}

int
score_end(const struct score *s)
{
    (void)printf("%d passed, %d failed\n", s->passed, s->failed);
    return s->failed == 0 ? 0 : 1;
}

static const char *const accounts[] = {
    "wang",  "li",       "desk",     "zhao",    "sun",   "qian",
    "lift",  "chief",    "leader",   "money",   "near",  "far",
    "house", "sysadmin", "secadmin", "auditor", "second"
};

/* Only the command brings requests in: one that brought none, to be undone. */
static void
give_import(struct call *c)
{
    struct request_import r = {
        .source = "old",
        .prefix = "OLD",
        .file = "old.csv",
        .digest = "-",
        .repeats = "first",
        .state = IMPORT_DONE,
        .begun_at = c->now,
        .beat_at = c->now
    };

    EXPECT_OK(model_add(c, &request_import_model, &r));
}

/* A password that need not be changed first. */
static void
give_password(struct call *c, int64_t id)
{
    struct account a = { 0 };

    EXPECT_OK(auth_set_password(c, id, "Liang-cao9"));
    EXPECT_OK(model_get(c, &account_model, id, &a));
    a.must_change = false;
    EXPECT_OK(model_set(c, &account_model, &a,
                        model_mask(&account_model, "must_change")));
}

static void
give_tokens(struct call *c, struct live_office *o)
{
    /* First the passwords: with an old one its tokens go. */
    give_password(c, 141);
    give_password(c, 143);
    for (size_t i = 0; i < COUNT(accounts); i++) {
        struct token t = { .name = "test" };
        struct live_account *a = &o->accounts[o->n_accounts++];

        as(c, accounts[i]);
        EXPECT_OK(token_make(c, &t));
        (void)snprintf(a->name, sizeof a->name, "%s", accounts[i]);
        (void)snprintf(a->token, sizeof a->token, "%s", t.token);
    }
    o->n_accounts++; /* nobody */
    as(c, NULL);
}

/* What is said among those who work leaves the row as it was. */
const char half_done_orders[] =
    "SELECT COUNT(*) FROM orders o WHERE version <>"
    " (SELECT COUNT(*) FROM event e WHERE e.noun_id = o.id"
    " AND e.verb <> 'rate' AND NOT (e.verb = 'comment' AND e.internal = 1))";

const char unaudited_orders[] =
    "SELECT COUNT(*) FROM orders o WHERE"
    " (SELECT COUNT(*) FROM event e WHERE e.noun_id = o.id"
    " AND e.verb <> 'rate') <>"
    " (SELECT COUNT(*) FROM audit_entry a WHERE a.noun_id = o.id"
    " AND a.noun = 'order' AND a.action <> 'order.rate')";

static void
write_conf(const struct live_office *o)
{
    char path[100];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/liangcao.conf", o->dir);
    f = fopen(path, "w");
    ASSERT(f != NULL);
    (void)fprintf(f, "database = %s\n", o->database);
    (void)fclose(f);
}

struct stepping {
    struct call call;
    struct app app;
    struct zone *zone;
};

/* Where the office's database is; in the call's arena. */
static const char *
address_of(struct call *c, const struct live_office *o)
{
    return o->database[0] != '\0'
               ? o->database
               : arena_printf(c->arena, "%s/main.db", o->dir);
}

struct call *
step_into(const struct live_office *o)
{
    const struct file *zh = file_find("data/languages/zh.json");
    struct stepping *s = calloc(1, sizeof *s);
    struct call *c = &s->call;
    const char *why = NULL;

    s->zone = zone_open("Asia/Shanghai");
    s->app.zone = s->zone;
    s->app.nouns = all_nouns;
    s->call = (struct call){ .arena = arena_open(),
                             .channel = "test",
                             .now = instant_now(),
                             .app = &s->app };
    s->app.store = store_open(address_of(c, o), 2, &why);
    if (s->app.store == NULL) {
        (void)fprintf(stderr, "the database does not open: %s\n", why);
        exit(1);
    }
    s->app.ids = ids_open(store_node(s->app.store));
    s->app.words = words_open(zh->text, zh->len);
    c->words = s->app.words;
    model_set_audit(audit_write);
    db_session(c, s->app.store);
    EXPECT_OK(catalog_open(c, &s->app.catalog));
    return c;
}

void
step_out(struct call *c)
{
    struct stepping *s = (struct stepping *)c;

    db_session_end(c);
    catalog_close(s->app.catalog);
    store_close(s->app.store);
    ids_close(s->app.ids);
    words_close(s->app.words);
    zone_close(s->zone);
    arena_close(c->arena);
    free(s);
}

/* A folder of its own, and on PostgreSQL a schema. */
static void
make_place(struct live_office *o)
{
    char folder[] = "/tmp/liangcao-live-XXXXXX", *address;

    log_open((enum log_level)(LOG_ERROR + 1));
    if (o->dir[0] == '\0') {
        ASSERT(mkdtemp(folder) != NULL);
        (void)snprintf(o->dir, sizeof o->dir, "%s", folder);
    }
    if (!database_is_postgres())
        return;
    address = database_make(false);
    (void)snprintf(o->database, sizeof o->database, "%s", address);
    write_conf(o);
    free(address);
}

void
office_found(struct live_office *o)
{
    struct call *c;

    *o = (struct live_office){ .n_accounts = 0 };
    make_place(o);
    c = step_into(o);
    office_make(c);
    office_prove(c);
    give_import(c);
    give_tokens(c, o);
    step_out(c);
}

bool
office_found_demo(struct live_office *o, const char *program,
                  const char *orders)
{
    const char *words[] = { "demo", "--orders", orders, NULL };

    make_place(o);
    return run_program(o, program, words) == 0;
}

void
office_leave(struct live_office *o)
{
    char command[120];

    if (o->database[0] != '\0')
        database_drop(strdup(o->database));
    (void)snprintf(command, sizeof command, "rm -rf '%s'", o->dir);
    if (system(command) != 0)
        (void)fprintf(stderr, "%s stays\n", o->dir);
}

struct looking {
    struct call call;
    struct app app;
};

struct call *
look_into(const struct live_office *o)
{
    struct looking *l = calloc(1, sizeof *l);
    const char *why = NULL;
    struct call *c = &l->call;

    c->arena = arena_open();
    c->now = instant_now();
    c->app = &l->app;
    l->app.store = store_open(address_of(c, o), 1, &why);
    if (l->app.store == NULL) {
        (void)fprintf(stderr, "the database does not open: %s\n", why);
        exit(1);
    }
    db_session(c, l->app.store);
    return c;
}

void
look_away(struct call *c)
{
    db_session_end(c);
    store_close(c->app->store);
    arena_close(c->arena);
    free(c);
}

const char *
token_of(const struct live_office *o, const char *account)
{
    for (size_t i = 0; i < o->n_accounts; i++)
        if (strcmp(o->accounts[i].name, account) == 0)
            return o->accounts[i].token;
    (void)fprintf(stderr, "there is no account %s\n", account);
    exit(1);
}
