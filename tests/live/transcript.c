/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transcript - API tests that are data, against a real server.
 *
 *     # a comment
 *     desk POST /orders/$order/accept      who, method, path below /api/v1
 *     If-Match: "1"                        further head lines, if any; a body
 *                                          is JSON unless they say else
 *     {"note": "x"}                        the body, if any
 *     -> 200                               the status, then head lines,
 *     ETag: "2"                            then JSON
 *     {"state": "accepted", "id": "*order"}
 *
 * An empty line ends a step.  "-" is nobody.  In expected JSON an object may
 * have more members than are told; "*" is any value that is not null, "*name"
 * keeps it as $name; a list with "..." at its end may go on; "~text" is a
 * text with that part in it.  In requests $name is put in, \xNN is a byte,
 * and "@fill N" is a body of N bytes.  $next_year is a time a year from now,
 * $soon one two seconds from the step.  "-> 200 soon" is asked again for some
 * time, until it is so: what the program does by itself takes a moment.
 *
 * Besides what each step expects: what is refused must leave every table as it
 * was; each POST that takes an Idempotency-Key is given one, and asked again
 * with it must be answered the same and change nothing; and no such route is
 * without a conversation in which it is done.
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/find.h"
#include "api/nouns.h"
#include "live.h"
#include "office.h"

#define MOST_NAMES 100
#define MOST_ROUTES 400
#define MOST_TABLES 100

struct names {
    char *name[MOST_NAMES], *value[MOST_NAMES];
    size_t n;
};

struct play {
    const char *file;
    int line;
    const struct live_office *office;
    struct http http;
    struct names names;
    struct call *call; /* looks into the database */
    bool *done;        /* of every route, whether a step did it */
    struct score *score;
};

/* A step as it stands in the file. */
struct exchange {
    int line;
    char who[20], method[10], path[600];
    char head[2000];
    char *body;
    size_t n_body;
    int status;
    bool soon; /* so it will be in a moment */
    char want_head[1000];
    char *want;
};

/* -- names ----------------------------------------------------------------- */

static void
keep(struct names *k, const char *name, const char *value)
{
    size_t i = 0;

    while (i < k->n && strcmp(k->name[i], name) != 0)
        i++;
    if (i == MOST_NAMES)
        abort();
    if (i == k->n)
        k->name[k->n++] = strdup(name);
    else
        free(k->value[i]);
    k->value[i] = strdup(value);
}

static const char *
value_of(const struct names *k, const char *s, size_t n)
{
    for (size_t i = 0; i < k->n; i++)
        if (strlen(k->name[i]) == n && strncmp(k->name[i], s, n) == 0)
            return k->value[i];
    return NULL;
}

/* S with $names put in and \xNN made bytes; *N its length. */
static char *
put_in(const struct names *k, const char *s, size_t *n)
{
    char *out = malloc(strlen(s) * 20 + 2000);

    *n = 0;
    while (*s != '\0') {
        size_t len = 0;
        const char *value = NULL;

        if (s[0] == '$') {
            while (isalnum((unsigned char)s[1 + len]) || s[1 + len] == '_')
                len++;
            value = value_of(k, s + 1, len);
        }
        if (value != NULL) {
            memcpy(out + *n, value, strlen(value));
            *n += strlen(value);
            s += 1 + len;
        } else if (s[0] == '\\' && s[1] == 'x') {
            char hex[3] = { s[2], s[3], '\0' };

            out[(*n)++] = (char)strtol(hex, NULL, 16);
            s += 4;
        } else {
            out[(*n)++] = *s++;
        }
    }
    out[*n] = '\0';
    return out;
}

/* -- comparing ------------------------------------------------------------- */

static char *
as_text(const json_t *v)
{
    return json_is_string(v) ? strdup(json_string_value(v))
                             : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
}

static bool fits(struct names *k, const json_t *want, const json_t *have);

static bool
text_fits(struct names *k, const char *want, const json_t *have)
{
    char *text;
    bool good;

    if (want[0] == '*' && have != NULL && !json_is_null(have)) {
        text = as_text(have);
        if (want[1] != '\0')
            keep(k, want + 1, text);
        free(text);
        return true;
    }
    if (!json_is_string(have))
        return false;
    good = want[0] == '~' ? strstr(json_string_value(have), want + 1) != NULL
                          : strcmp(json_string_value(have), want) == 0;
    return good;
}

static bool
list_fits(struct names *k, const json_t *want, const json_t *have)
{
    size_t n = json_array_size(want);
    const char *last =
        n > 0 ? json_string_value(json_array_get(want, n - 1)) : NULL;
    bool open = last != NULL && strcmp(last, "...") == 0;

    if (!json_is_array(have))
        return false;
    if (open)
        n--;
    if (open ? json_array_size(have) < n : json_array_size(have) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!fits(k, json_array_get(want, i), json_array_get(have, i)))
            return false;
    return true;
}

static bool
fits(struct names *k, const json_t *want, const json_t *have)
{
    const char *key;
    json_t *value;

    if (json_is_string(want))
        return text_fits(k, json_string_value(want), have);
    if (json_is_null(want))
        return have == NULL || json_is_null(have);
    if (json_is_array(want))
        return list_fits(k, want, have);
    if (!json_is_object(want))
        return json_equal(want, have) == 1;
    if (!json_is_object(have))
        return false;
    json_object_foreach(
        (json_t *)(uintptr_t)want, key,
        value) if (!fits(k, value, json_object_get(have, key))) return false;
    return true;
}

/* -- playing a step ------------------------------------------------------------ */

static bool
check_body(struct play *p, const struct exchange *s, const struct answer *a)
{
    size_t n;
    char *text = put_in(&p->names, s->want, &n);
    json_t *want, *have;
    bool good;

    if (text[0] == '\0') {
        free(text);
        return true;
    }
    want = json_loads(text, JSON_DECODE_ANY, NULL);
    have = answer_json(a);
    if (want == NULL)
        (void)printf("%s:%d: what is expected is no JSON\n", p->file, s->line);
    good = want != NULL && fits(&p->names, want, have);
    json_decref(want);
    json_decref(have);
    free(text);
    return good;
}

static bool
check_head(struct play *p, const struct exchange *s, const struct answer *a)
{
    char *copy = strdup(s->want_head), *rest = copy, *line;
    bool good = true;

    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        char *colon = strchr(line, ':');
        const char *have, *want = colon + 1 + strspn(colon + 1, " ");
        json_t *text;

        *colon = '\0';
        have = answer_header(a, line);
        text = have != NULL ? json_string(have) : NULL;
        good = good && text_fits(&p->names, want, text);
        json_decref(text);
    }
    free(copy);
    return good;
}

/* Every refusal is a problem document with the status in it. */
static bool
is_problem(const struct answer *a)
{
    const char *type = answer_header(a, "Content-Type");
    json_t *j = answer_json(a);
    bool good = type != NULL && strstr(type, "application/problem+json") != NULL
                && json_integer_value(json_object_get(j, "status")) == a->status
                && json_is_string(json_object_get(j, "detail"))
                && json_is_string(json_object_get(j, "code"));

    json_decref(j);
    return good;
}

/* What a refused request may write nevertheless: a failed sign-in is counted,
   a refusal is told. */
static const char *const unkept[] = { "account", "audit_entry", "session",
                                      "token", NULL };

static bool
is_among(const char *const *words, const char *word)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

/* All that stands in the tables that a refused request leaves alone. */
static uint64_t
kept_sum(struct play *p)
{
    const char *tables[MOST_TABLES] = { "idempotency" };
    size_t n = 1;

    for (size_t i = 0; all_nouns[i] != NULL; i++) {
        const char *table = all_nouns[i]->model->table;

        if (table == NULL || is_among(unkept, table) || is_among(tables, table))
            continue;
        if (n == MOST_TABLES - 1)
            abort();
        tables[n++] = table;
    }
    return tables_sum(p->call, tables);
}

/* KEY: an Idempotency-Key besides, or "". */
static struct answer
ask_step(struct play *p, const struct exchange *s, const char *key)
{
    char head[3400], path[700];
    const char *type = "";
    size_t n;
    char *body = put_in(&p->names, s->body ? s->body : "", &n), *h, *at;
    struct answer a;

    if (strncmp(body, "@fill ", 6) == 0) {
        n = strtoul(body + 6, NULL, 10);
        body = realloc(body, n + 1);
        memset(body, 'x', n);
    }
    at = put_in(&p->names, s->path, &(size_t){ 0 });
    h = put_in(&p->names, s->head, &(size_t){ 0 });
    if (n > 0 && strstr(h, "Content-Type:") == NULL)
        type = "Content-Type: application/json\r\n";
    (void)snprintf(path, sizeof path, "%s%s", at[1] == '/' ? "" : "/api/v1",
                   at[1] == '/' ? at + 1 : at);
    if (strcmp(s->who, "-") == 0)
        (void)snprintf(head, sizeof head, "%s%s%s", type, h, key);
    else
        (void)snprintf(head, sizeof head,
                       "Authorization: Bearer %s\r\nAccept-Language: en\r\n"
                       "%s%s%s",
                       token_of(p->office, s->who), type, h, key);
    a = http_ask(&p->http, s->method, path, head, body, n);
    free(body);
    free(at);
    free(h);
    return a;
}

/* -- the same asked for twice -------------------------------------------------- */

/* The step's route, by its number among all; NULL: none. */
static const struct route *
route_of(struct play *p, const struct exchange *s, size_t *number)
{
    char *path = put_in(&p->names, s->path, &(size_t){ 0 });
    const struct route *found;

    path[strcspn(path, "?")] = '\0';
    found = route_find(p->call->arena, s->method, path).route;
    *number = 0;
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path; r++) {
            if (r == found)
                return found;
            ++*number;
        }
    return NULL;
}

/* Does the step want a key of ours? */
static bool
wants_key(struct play *p, const struct exchange *s)
{
    size_t number;
    const struct route *r = route_of(p, s, &number);

    return r != NULL && route_is_keyed(r) && s->status < 300
           && strstr(s->head, "Idempotency-Key") == NULL;
}

/* Two answers but for the token, which is shown once only. */
static bool
is_same_answer(const struct answer *a, const struct answer *b)
{
    json_t *first = answer_json(a), *second = answer_json(b);
    bool good = a->status == b->status;

    if (json_is_string(json_object_get(first, "token"))) {
        good = good && json_is_null(json_object_get(second, "token"));
        (void)json_object_del(first, "token");
        (void)json_object_del(second, "token");
    }
    /* What is done without a word has none the second time. */
    if (a->status == 204)
        good = good && a->n_body == 0 && b->n_body == 0;
    else
        good = good && first != NULL && json_equal(first, second) == 1;
    json_decref(first);
    json_decref(second);
    return good;
}

static void
ask_again(struct play *p, const struct exchange *s, const char *key,
          const struct answer *first)
{
    uint64_t before = kept_sum(p);
    struct answer a = ask_step(p, s, key);

    (void)score(p->score, is_same_answer(first, &a),
                "%s:%d: asked again with its key: %d %.600s", p->file, s->line,
                a.status, a.body ? a.body : "");
    (void)score(p->score, kept_sum(p) == before,
                "%s:%d: asked again with its key, and something changed",
                p->file, s->line);
    answer_free(&a);
}

/* What no step can do, for want of something outside the office. */
static const char *const undone[] = { "/audit/seal" /* a key to sign with */ };

static bool
can_be_done(const struct route *r)
{
    for (size_t i = 0; i < COUNT(undone); i++)
        if (strcmp(undone[i], r->path) == 0)
            return false;
    return route_is_keyed(r);
}

/* Every route that takes a key was done by some step. */
static void
check_done(struct score *s, const bool *done)
{
    size_t n = 0;

    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path; r++, n++)
            if (can_be_done(r))
                (void)score(s, done[n], "no step does POST %s", r->path);
}

static bool
is_as_told(struct play *p, const struct exchange *s, const struct answer *a)
{
    return a->status == s->status && check_head(p, s, a) && check_body(p, s, a)
           && (a->status < 400 || is_problem(a));
}

static void
keep_time(struct play *p, const char *name, int64_t ahead_ms)
{
    char time[25];

    instant_print((instant){ instant_now().ms + ahead_ms }, time);
    keep(&p->names, name, time);
}

#define SOON_TRIES 150
#define SOON_PAUSE_US 200000

/* The answer, the first that is as the step tells where that is soon so. */
static struct answer
ask_until(struct play *p, const struct exchange *s, const char *key, bool *good)
{
    struct answer a;

    keep_time(p, "soon", 2000);
    for (int tries = 0;; tries++) {
        a = ask_step(p, s, key);
        *good = is_as_told(p, s, &a);
        if (*good || !s->soon || tries == SOON_TRIES)
            return a;
        answer_free(&a);
        (void)usleep(SOON_PAUSE_US);
    }
}

static void
play_step(struct play *p, const struct exchange *s)
{
    bool refused = s->status >= 400;
    uint64_t before = refused ? kept_sum(p) : 0;
    bool keyed = wants_key(p, s);
    size_t number;
    char key[60] = "";

    if (keyed)
        (void)snprintf(key, sizeof key, "Idempotency-Key: line %d\r\n",
                       s->line);
    if (s->status < 300 && route_of(p, s, &number) != NULL)
        p->done[number] = true;
    bool good;
    struct answer a = ask_until(p, s, key, &good);

    (void)score(p->score, good, "%s:%d: %s %s %s: %d %.600s", p->file, s->line,
                s->who, s->method, s->path, a.status, a.body ? a.body : "");
    if (refused)
        (void)score(p->score, kept_sum(p) == before,
                    "%s:%d: it was refused, and something changed", p->file,
                    s->line);
    if (keyed && good)
        ask_again(p, s, key, &a);
    answer_free(&a);
}

/* -- reading --------------------------------------------------------------------- */

static bool
is_header(const char *line)
{
    size_t n = strcspn(line, ": {\"");

    return n > 0 && line[n] == ':' && isupper((unsigned char)line[0]);
}

static void
add_text(char **to, const char *line)
{
    size_t have = *to ? strlen(*to) : 0, n = strlen(line);

    *to = realloc(*to, have + n + 2);
    memcpy(*to + have, line, n + 1);
}

static void
read_line(struct exchange *s, const char *line)
{
    size_t n;

    if (strncmp(line, "-> ", 3) == 0) {
        s->status = atoi(line + 3);
        s->soon = strstr(line, " soon") != NULL;
    } else if (s->status == 0 && s->body == NULL && is_header(line)) {
        n = strlen(s->head);
        (void)snprintf(s->head + n, sizeof s->head - n, "%s\r\n", line);
    } else if (s->status == 0) {
        add_text(&s->body, line);
    } else if (s->want == NULL && is_header(line)) {
        n = strlen(s->want_head);
        (void)snprintf(s->want_head + n, sizeof s->want_head - n, "%s\n", line);
    } else {
        add_text(&s->want, line);
    }
}

static void
end_step(struct play *p, struct exchange *s)
{
    if (s->method[0] != '\0') {
        if (s->want == NULL)
            s->want = strdup("");
        play_step(p, s);
    }
    free(s->body);
    free(s->want);
    *s = (struct exchange){ 0 };
}

static void
play_file(struct play *p, const char *file)
{
    FILE *f = fopen(file, "r");
    char line[8000];
    struct exchange s = { 0 };

    p->file = file;
    p->line = 0;
    if (!score(p->score, f != NULL, "%s cannot be read", file))
        return;
    while (fgets(line, sizeof line, f) != NULL) {
        p->line++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#')
            continue;
        if (line[0] == '\0') {
            end_step(p, &s);
        } else if (s.method[0] == '\0') {
            s.line = p->line;
            if (sscanf(line, "%19s %9s %599s", s.who, s.method, s.path) != 3)
                (void)score(p->score, false, "%s:%d: what is that", file,
                            p->line);
        } else {
            read_line(&s, line);
        }
    }
    end_step(p, &s);
    (void)fclose(f);
}

/* Names that every transcript has: ids of what tests/office.h tells. */
static void
know_office(struct play *p)
{
    static const char *const crews[] = { "electricians", "plumbers",
                                         "cleaners" };
    char id[30];

    for (size_t i = 0; i < COUNT(crews); i++) {
        (void)snprintf(id, sizeof id, "%lld",
                       (long long)id_of(p->call, "crew", crews[i]));
        keep(&p->names, crews[i], id);
    }
    (void)snprintf(id, sizeof id, "%lld",
                   (long long)id_of(p->call, "service_area", "A"));
    keep(&p->names, "area", id);
    keep_time(p, "next_year", 365 * DAY_MS);
}

/* Each file has an office and a server of its own. */
static void
play_alone(struct score *s, const char *program, const char *file, bool *done)
{
    struct live_office o;
    struct server server;
    struct play p = { .office = &o, .score = s, .done = done };

    office_found(&o);
    p.call = look_into(&o);
    know_office(&p);
    if (score(s, server_start(&server, program, &o), "no server")) {
        http_open(&p.http, server.port);
        play_file(&p, file);
        http_close(&p.http);
        (void)score(s, server_stop(&server, SIGTERM) == 0,
                    "%s: the server did not end well; see %s/server.log", file,
                    o.dir);
    }
    for (size_t i = 0; i < p.names.n; i++) {
        free(p.names.name[i]);
        free(p.names.value[i]);
    }
    look_away(p.call);
    if (s->failed == 0)
        office_leave(&o);
}

int
transcript(int argc, char **argv)
{
    struct score s = { 0 };
    bool done[MOST_ROUTES] = { false };

    for (int i = 1; i < argc; i++) {
        int before = s.failed;

        play_alone(&s, argv[0], argv[i], done);
        (void)printf("%s %s\n", s.failed == before ? "ok    " : "not ok",
                     argv[i]);
    }
    if (argc > 2)
        check_done(&s, done);
    return score_end(&s);
}
