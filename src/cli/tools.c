/* SPDX-License-Identifier: Apache-2.0 */
/* Small commands: init, call, routes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/find.h"
#include "api/lives.h"
#include "api/openapi.h"
#include "api/run.h"
#include "auth/change.h"
#include "cli/cli.h"
#include "engine/catalog/catalog.h"

int
init_command(int argc, char **argv)
{
    struct args a = { argc, argv, "init" };
    struct office o;
    int code = office_open(&o, &a, true);

    if (code == 0)
        code = cli_end(&a);
    if (code == 0)
        code = office_failed(&o, catalog_seed(&o.call));
    if (code == 0)
        code = office_failed(&o, office_first_accounts(&o.call));
    office_close(&o);
    return code;
}

/* -- call ------------------------------------------------------------------ */

#define MAX_QUERY 32

/* "a=1&b=2" as pairs; %XX is not decoded: a shell passes what is meant. */
static size_t
split_query(struct arena *a, char *query, struct pair *pairs)
{
    size_t n = 0;
    char *one;

    while (query != NULL && n < MAX_QUERY
           && (one = strsep(&query, "&")) != NULL) {
        char *value = strchr(one, '=');

        if (value != NULL)
            *value++ = '\0';
        pairs[n++] = (struct pair){ one, value ? value : arena_text(a, "") };
    }
    return n;
}

/* A table, byte for byte. */
static int
print_file(const struct http_reply *r)
{
    char bytes[65536];
    ssize_t n;
    off_t at = 0;

    while ((n = pread(r->fd, bytes, sizeof bytes, at)) > 0) {
        (void)fwrite(bytes, 1, (size_t)n, stdout);
        at += n;
    }
    (void)close(r->fd);
    return n == 0 && fflush(stdout) == 0 ? EXIT_DONE : cli_exit(ERR_BROKEN);
}

/* What the program itself may do, whoever has the folder may. */
static enum err
act_as_program(struct call *c, const struct http_request *q)
{
    const struct route *r = route_find(c->arena, q->method, q->path).route;

    if (r == NULL || !(r->flags & R_PROGRAM))
        return OK;
    return auth_act_for(c, 0, false);
}

static int
run_call(struct office *o, const char *method, const char *path,
         const char *body)
{
    struct pair pairs[MAX_QUERY];
    struct http_reply r = { 0 };
    struct http_request q = { .method = method, .body = body };
    char *copy = arena_text(o->arena, path);
    char *query = strchr(copy, '?');

    if (query != NULL)
        *query++ = '\0';
    q.path = text_starts(copy, "/api/v1") ? copy + 7 : copy;
    q.query = pairs;
    q.n_query = split_query(o->arena, query, pairs);
    q.body_len = body ? strlen(body) : 0;
    /* Some routes are the program's own (R_PROGRAM). */
    if (o->call.actor == NULL && act_as_program(&o->call, &q) != OK)
        return office_failed(o, o->call.fault.code);
    api_run(&o->call, &q, &r);
    if (r.fd > 0)
        return print_file(&r);
    (void)fwrite(r.body, 1, r.body_len, stdout);
    (void)fputc('\n', stdout);
    return r.status < 400 ? EXIT_DONE : cli_exit(o->call.fault.code);
}

/* That a password must be changed first holds up who signs in; whoever has the
   folder could set it anyway. */
static enum err
act_as(struct call *c, const char *account)
{
    struct actor *a = NEW(c->arena, struct actor);

    TRY(auth_as(c, account));
    *a = *c->actor;
    a->must_change = false;
    c->actor = a;
    return OK;
}

int
call_command(int argc, char **argv)
{
    struct args a = { argc, argv, "call" };
    const char *as = cli_option(&a, "as");
    struct office o;
    const char *method, *path, *body;
    int code = office_open(&o, &a, false);

    method = cli_operand(&a);
    path = cli_operand(&a);
    body = cli_operand(&a);
    if (code == 0)
        code = cli_end(&a);
    if (code == 0 && path == NULL)
        code = cli_usage("call");
    /* office_open acts as the program; a call says as whom. */
    o.call.actor = NULL;
    if (code == 0 && as != NULL)
        code = office_failed(&o, act_as(&o.call, as));
    if (code == 0)
        code = run_call(&o, method, path, body);
    office_close(&o);
    return code;
}

/* -- routes ------------------------------------------------------------------ */

static void
print_lives(struct arena *a)
{
    for (const struct life *const *l = all_lives(); *l != NULL; l++)
        (void)printf("%s### %s\n\n%s", l != all_lives() ? "\n" : "",
                     (*l)->model->noun, life_draw(a, *l));
}

int
routes_command(int argc, char **argv)
{
    struct args a = { argc, argv, "routes" };
    bool openapi = cli_flag(&a, "openapi");
    bool lives = cli_flag(&a, "lives");
    struct arena *arena = arena_open();
    /* No office: the tables are in the program. */
    struct call c = { .arena = arena };
    int code = cli_end(&a);

    if (code == 0 && openapi) {
        (void)printf("%s\n", openapi_write(&c));
    } else if (code == 0 && lives) {
        print_lives(arena);
    } else if (code == 0) {
        for (size_t i = 0; all_routes()[i] != NULL; i++)
            for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
                (void)printf("%-6s %-44s %-16s %s\n", method_word(r->method),
                             r->path,
                             r->may              ? r->may
                             : r->flags & R_OPEN ? "(anybody)"
                                                 : "(signed in)",
                             r->says);
    }
    arena_close(arena);
    return code;
}
