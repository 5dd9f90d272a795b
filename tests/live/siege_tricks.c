/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done to a request by who means ill, one row a trick.  A trick says
 * where it must be refused; everywhere else it must merely be answered as the
 * document says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "siege.h"

/* -- the parts of a request ------------------------------------------------ */

static bool
is_change(const struct request *q)
{
    return strcmp(q->op->method, "GET") != 0;
}

static bool
is_list(const struct request *q)
{
    return !is_change(q) && q->op->route != NULL
           && (q->op->route->flags & R_LIST) != 0;
}

static bool
has_fields(const struct request *q)
{
    return json_is_object(q->value)
           && json_object_size(json_object_get(q->op->input, "properties")) > 0;
}

static bool
has_required(const struct request *q)
{
    return has_fields(q)
           && json_array_size(json_object_get(q->op->input, "required")) > 0;
}

static bool
has_json(const struct request *q)
{
    return q->op->input != NULL;
}

static bool
has_path_part(const struct request *q)
{
    return strchr(q->op->path, '{') != NULL;
}

static bool
is_keyed(const struct request *q)
{
    return q->op->keyed;
}

static bool
is_closed(const struct request *q)
{
    return json_object_get(q->op->def, "security") == NULL;
}

static bool
is_api(const struct request *q)
{
    return strncmp(q->op->path, "/api/v1/", 8) == 0
           && strstr(q->op->path, "/stream") == NULL;
}

static bool
is_session_change(const struct request *q)
{
    return q->by_session && is_change(q);
}

/* Some field of the input; its schema in *SCHEMA. */
static const char *
some_field(struct client *k, const struct request *q, json_t **schema)
{
    json_t *fields = json_object_get(q->op->input, "properties");
    uint32_t n = below(k, (uint32_t)json_object_size(fields));
    const char *name;

    json_object_foreach(fields, name, *schema) if (n-- == 0) return name;
    return NULL;
}

/* Say V for some field: refused, if the schema is against it. */
static void
say(struct client *k, struct request *q, json_t *v)
{
    json_t *schema = NULL;
    const char *name = some_field(k, q, &schema);
    char why[300];

    if (!schema_fits(&k->s->plan, schema, v, why, sizeof why))
        q->must_refuse = true;
    json_object_set_new(q->value, name, v);
    request_write(q);
}

static void
say_body(struct request *q, char *text)
{
    free(q->body);
    json_decref(q->value);
    q->value = NULL;
    q->body = text;
    q->n_body = strlen(text);
}

static void
add_query(struct request *q, const char *text)
{
    char *all = NULL;

    if (asprintf(&all, "%s%c%s", q->path, strchr(q->path, '?') ? '&' : '?',
                 text)
        < 0)
        abort();
    free(q->path);
    q->path = all;
}

static void
drop_query(struct request *q)
{
    q->path[strcspn(q->path, "?")] = '\0';
}

/* -- bodies ---------------------------------------------------------------- */

static void
wrong_type(struct client *k, struct request *q)
{
    static const char *const values[] = {
        "5",
        "1e300",
        "\"5\"",
        "true",
        "[]",
        "{}",
        "null",
        "[1]",
        "-0",
        "0.5",
        "\"\"",
        "[[[]]]",
        "{\"a\":{\"a\":{}}}"
    };

    say(k, q,
        json_loads(values[below(k, COUNT(values))], JSON_DECODE_ANY, NULL));
}

static void
edge(struct client *k, struct request *q)
{
    static const char *const values[] = {
        "0",
        "-1",
        "1e18",
        "-1e18",
        "9007199254740991",
        "9007199254740992",
        "9223372036854775807",
        "-9223372036854775808",
        "1.0000001",
        "\"0001-01-01\"",
        "\"9999-12-31\"",
        "\"10000-01-01\"",
        "\"2026-02-30\"",
        "\"1969-12-31T23:59:59.999Z\"",
        "\"9999-12-31T23:59:59.999Z\"",
        "\"2026-11-23T24:00:00Z\"",
        "\"2026-11-23T08:30:00+99:99\"",
        "\"0\"",
    };

    say(k, q,
        json_loads(values[below(k, COUNT(values))], JSON_DECODE_ANY, NULL));
}

static char *
repeated(const char *part, size_t times)
{
    size_t n = strlen(part);
    char *s = malloc(n * times + 1);

    for (size_t i = 0; i < times; i++)
        memcpy(s + n * i, part, n);
    s[n * times] = '\0';
    return s;
}

static void
too_long(struct client *k, struct request *q)
{
    static const size_t lengths[] = { 41, 201, 501, 2001, 20001, 200001 };
    char *text = repeated("漏", lengths[below(k, COUNT(lengths))]);

    say(k, q, json_string(text));
    free(text);
}

static void
strange_text(struct client *k, struct request *q)
{
    static const char *const texts[] = {
        "'; DROP TABLE orders; --",
        "%_\\%s%n",
        "\"quoted\"",
        "中文😀𠀀",
        "=1+1",
        "＝HYPERLINK(\"x\")",
        "\xe2\x80\xae"
        "txt.exe",
        "a\tb\nc\rd",
        "\x01\x02\x1b[31m",
        "\xef\xbb\xbf",
        "\xe2\x80\x8b",
        "\xc2\xa0",
        "<script>alert(1)</script>",
        "AND OR NOT NEAR(",
        "*",
        "(((",
        "-",
        "{\"a\":1}",
        "../../etc/passwd",
        "x' OR '1'='1",
        "\xf0\x9f\x8f\xb3\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x8c\x88",
    };

    say(k, q, json_string(texts[below(k, COUNT(texts))]));
}

static void
without_one(struct client *k, struct request *q)
{
    const json_t *required = json_object_get(q->op->input, "required");
    size_t n = below(k, (uint32_t)json_array_size(required));

    json_object_del(q->value, json_string_value(json_array_get(required, n)));
    request_write(q);
}

static void
one_more(struct client *k, struct request *q)
{
    static const char *const names[] = {
        "no_such_field", "__proto__", "", "漏", "iD", "constructor"
    };

    json_object_set_new(q->value, names[below(k, COUNT(names))],
                        json_integer(1));
    request_write(q);
}

static void
said_twice(struct client *k, struct request *q)
{
    char *text;
    const char *name;
    json_t *schema;

    name = some_field(k, q, &schema);
    if (asprintf(&text, "{\"%s\":\"A\",\"%s\":\"B\"}", name, name) < 0)
        abort();
    say_body(q, text);
}

static void
deep(struct client *k, struct request *q)
{
    static const char *const parts[] = { "[", "{\"a\":", "[{\"b\":" };
    char *inner =
        repeated(parts[below(k, COUNT(parts))], 100 + below(k, 20000));
    char *text;

    if (asprintf(&text, "{\"deep\":%s", inner) < 0)
        abort();
    free(inner);
    say_body(q, text);
}

static void
many_parts(struct client *k, struct request *q)
{
    char *inner = repeated(one_in(k, 2) ? "0," : "{\"item_code\":\"A01\"},",
                           1000 + below(k, 30000));
    json_t *schema;
    const char *name = some_field(k, q, &schema);
    char *text;

    if (asprintf(&text, "{\"no_such_field\":1,\"%s\":[%s0]}", name, inner) < 0)
        abort();
    free(inner);
    say_body(q, text);
}

static void
junk(struct client *k, struct request *q)
{
    static const char *const bodies[] = {
        "{",
        "[]",
        "5",
        "null",
        "\"x\"",
        "{\"name\":\"\\u0000\"}",
        "{\"name\":\"\\ud800\"}",
        "{\"id\":NaN}",
        "{\"id\":1e999}",
        "{\"id\":123456789012345678901234567890}",
        "\xef\xbb\xbf{}",
        "{} {}",
        "{'a':1}",
        "{\"a\":\"\xff\xfe\"}",
        "{\"a\":\"\xc0\xaf\"}",
        "\x01",
        "nul",
        "{\"a\":1,}",
    };

    say_body(q, strdup(bodies[below(k, COUNT(bodies))]));
}

static void
too_large(struct client *k, struct request *q)
{
    char *inner = repeated(" ", (1 << 20) + below(k, 100000)), *text;

    if (asprintf(&text, "{\"a\":1%s}", inner) < 0)
        abort();
    free(inner);
    say_body(q, text);
}

static void
wrong_media(struct client *k, struct request *q)
{
    static const char *const types[] = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "",
        "application/json; charset=utf-16",
    };

    q->type = types[below(k, COUNT(types) - 1)];
}

/* -- paths ----------------------------------------------------------------- */

static void
wrong_id(struct client *k, struct request *q)
{
    static const char *const ids[] = {
        "abc",       "-1",    "0",    "1.5",  "99999999999999999999999",
        "5%00",      "%25",   "%ff",  "null", "..%2f..%2fetc",
        "%E6%BC%8F", "1%2f2", "0x10", "+5",
    };
    const char *id = ids[below(k, COUNT(ids))], *path = q->op->path;
    size_t n;
    FILE *out;

    free(q->path);
    out = open_memstream(&q->path, &n);
    while (*path != '\0') {
        if (*path != '{') {
            (void)fputc(*path++, out);
            continue;
        }
        (void)fputs(id, out);
        path += strcspn(path, "}") + 1;
    }
    (void)fclose(out);
}

/* An id that belongs to something else, or to somebody else. */
static void
other_id(struct client *k, struct request *q)
{
    const struct plan *p = &k->s->plan;
    const char *table = p->ops[below(k, (uint32_t)p->n)].table;
    int64_t id =
        table != NULL ? lore_id(k->s->lore, table, true, &k->chance, NULL) : 0;
    const char *brace = strchr(q->op->path, '{');
    char *path;

    if (id == 0 || strstr(brace, "id}") == NULL)
        return;
    if (asprintf(&path, "%.*s%lld%s", (int)(brace - q->op->path), q->op->path,
                 (long long)id, strchr(brace, '}') + 1)
        < 0)
        abort();
    free(q->path);
    q->path = path;
}

static void
other_method(struct client *k, struct request *q)
{
    static const char *const methods[] = {
        "GET",     "POST",  "PUT",  "PATCH", "DELETE",
        "OPTIONS", "TRACE", "FROB", "get",   "PROPFIND"
    };
    const char *m = methods[below(k, COUNT(methods))];

    q->undocumented = true;
    if (plan_find(&k->s->plan, m, q->op->path) != NULL)
        m = "FROB";
    (void)snprintf(q->method, sizeof q->method, "%s", m);
    q->key[0] = '\0';
}

/* -- queries --------------------------------------------------------------- */

static void
unknown_word(struct client *k, struct request *q)
{
    static const char *const words[] = { "no_such_word=1", "password=x",
                                         "secret.has=a",   "id.like=1",
                                         "limit.in=1",     "%3D=1" };

    add_query(q, words[below(k, COUNT(words))]);
}

static void
word_twice(struct client *k, struct request *q)
{
    (void)k;
    drop_query(q);
    add_query(q, "limit=1&limit=2");
}

static void
wrong_word(struct client *k, struct request *q)
{
    static const char *const words[] = {
        "limit=0",        "limit=501", "limit=-1",
        "limit=x",        "limit=1e3", "sort=no",
        "sort=",          "sort=--id", "total=maybe",
        "format=pdf",     "id=abc",    "id.in=1,,x",
        "id.set=perhaps", "id.from=",  "limit=99999999999999999999",
    };

    drop_query(q);
    add_query(q, words[below(k, COUNT(words))]);
}

/* Every operator on every field, with values that fit or not. */
static void
filters(struct client *k, struct request *q)
{
    static const char *const ops[] = { "",        ".not", ".in", ".from",
                                       ".before", ".has", ".set" };
    static const char *const values[] = {
        "1",     "x",          "yes",
        "no",    "2026-11-23", "2026-11-23T00:00:00Z",
        "a,b,c", "%25",        "_",
        "%27",   "-1",         "9007199254740991",
        "",      "%E6%BC%8F",  "true",
        "12.50", "*",          "submitted,closed",
    };
    const json_t *known = json_object_get(q->op->def, "parameters");
    uint32_t n = 1 + below(k, 13);
    char one[300];

    drop_query(q);
    for (uint32_t i = 0; i < n; i++) {
        const json_t *p =
            json_array_get(known, below(k, (uint32_t)json_array_size(known)));

        (void)snprintf(one, sizeof one, "%.80s%s=%s",
                       json_string_value(json_object_get(p, "name")),
                       ops[below(k, COUNT(ops))],
                       values[below(k, COUNT(values))]);
        add_query(q, one);
    }
}

/* As many values as the filters of one list can have. */
static void
many_values(struct client *k, struct request *q)
{
    char numbers[400] = "id.in=1";
    size_t n = strlen(numbers);

    for (int i = 2; i <= 52 && n < sizeof numbers - 8; i++)
        n += (size_t)snprintf(numbers + n, sizeof numbers - n, ",%d", i);
    drop_query(q);
    add_query(q, numbers);
    add_query(q, "id=1&id.not=1&id.from=1&id.before=9&version=1&version.not=2"
                 "&version.from=1&version.before=9&q=1");
    if (one_in(k, 2))
        add_query(q,
                  "cursor=5:x&sort=-id&updated_at.from=2026-01-01T00:00:00Z");
}

static void
strange_cursor(struct client *k, struct request *q)
{
    static const char *const cursors[] = {
        "x",
        "5:9007199254740993",
        "-1",
        "5:",
        ":",
        "0:0",
        "1:1",
        "%00",
        "9223372036854775808:1",
        "5:%27",
        "n:",
        "eyJhIjoxfQ%3D%3D",
    };
    const json_t *known = json_object_get(q->op->def, "parameters");
    char one[300];

    drop_query(q);
    for (size_t i = 0; i < json_array_size(known); i++) {
        const json_t *p = json_array_get(known, i);
        const json_t *words =
            json_object_get(json_object_get(p, "schema"), "enum");

        if (strcmp(json_string_value(json_object_get(p, "name")), "sort") == 0
            && json_array_size(words) > 0) {
            (void)snprintf(one, sizeof one, "sort=%.60s",
                           json_string_value(json_array_get(
                               words,
                               below(k, (uint32_t)json_array_size(words)))));
            add_query(q, one);
        }
    }
    (void)snprintf(one, sizeof one, "cursor=%s",
                   cursors[below(k, COUNT(cursors))]);
    add_query(q, one);
}

static void
as_table(struct client *k, struct request *q)
{
    drop_query(q);
    add_query(q, one_in(k, 3) ? "format=xlsx" : "format=csv");
}

static void
long_query(struct client *k, struct request *q)
{
    /* Not where a server's buffer ends: the framings go there. */
    static const uint32_t least[] = { 2000, 6800, 12000 };
    static const uint32_t more[] = { 2500, 3200, 9800 };
    uint32_t i = below(k, COUNT(least));
    char *text = repeated("%25", least[i] + below(k, more[i]));
    char *all;

    if (asprintf(&all, "q=%s", text) < 0)
        abort();
    add_query(q, all);
    free(text);
    free(all);
    q->undocumented = true;
}

/* -- headers --------------------------------------------------------------- */

static void
add_head(struct request *q, const char *name, const char *value)
{
    size_t n = strlen(q->head);

    (void)snprintf(q->head + n, sizeof q->head - n, "%s: %s\r\n", name, value);
}

static void
strange_match(struct client *k, struct request *q)
{
    static const char *const values[] = {
        "\"1\"",       "\"0\"",  "*",
        "W/\"2\"",     "banana", "\"",
        "\"-1\"",      "\"x\"",  "\"99999999999999999999\"",
        "\"1\",\"2\"", "\\",
    };

    add_head(q, "If-Match", values[below(k, COUNT(values))]);
}

static void
asked_twice(struct client *k, struct request *q)
{
    (void)snprintf(q->key, sizeof q->key, "t%u-%08x", (unsigned)k->number,
                   random_next(&k->chance));
    q->twice = true;
}

static void
strange_head(struct client *k, struct request *q)
{
    static const struct {
        const char *name, *value;
    } heads[] = {
        { "Accept-Language", "xx;q=1,*;q=0" },
        { "Accept-Encoding", "gzip, br, identity;q=0, \x80" },
        { "Cookie", "lang=en; lang=zh; liangcao_session=" },
        { "X-Forwarded-For", "127.0.0.1, 10.0.0.1" },
        { "X-Forwarded-Proto", "https" },
        { "Origin", "null" },
        { "Range", "bytes=0-1" },
        { "If-None-Match", "*" },
        { "Last-Event-ID", "1e9" },
        { "X-HTTP-Method-Override", "DELETE" },
        { "Upgrade", "h2c" },
    };
    uint32_t n = below(k, COUNT(heads));

    add_head(q, heads[n].name, heads[n].value);
    q->undocumented = true;
}

static void
strange_token(struct client *k, struct request *q)
{
    static const char *const tokens[] = {
        "",
        "lc_",
        "lc_0000000000000000000000000000000000000000000",
        "x y",
        "' OR 1=1 --",
        "\xff\xfe",
        "lc_%00",
    };

    q->by_session = false;
    q->token = tokens[below(k, COUNT(tokens))];
}

static void
no_csrf(struct client *k, struct request *q)
{
    (void)k;
    q->no_csrf = true;
}

/* -- the table ------------------------------------------------------------- */

static const struct trick {
    const char *name;
    bool (*fits)(const struct request *q);
    void (*play)(struct client *k, struct request *q);
    bool refused; /* always */
} tricks[] = {
    { "type", has_fields, wrong_type, false },
    { "edge", has_fields, edge, false },
    { "length", has_fields, too_long, false },
    { "text", has_fields, strange_text, false },
    { "missing", has_required, without_one, true },
    { "extra", has_fields, one_more, true },
    { "double", has_fields, said_twice, false },
    { "deep", has_json, deep, true },
    { "huge", has_fields, many_parts, true },
    { "junk", has_required, junk, true },
    { "large", has_json, too_large, true },
    { "media", has_json, wrong_media, true },
    { "id", has_path_part, wrong_id, true },
    { "other", has_path_part, other_id, false },
    { "method", is_api, other_method, true },
    { "unknown", is_api, unknown_word, true },
    { "repeated", is_list, word_twice, true },
    { "word", is_list, wrong_word, true },
    { "filters", is_list, filters, false },
    { "values", is_list, many_values, false },
    { "cursor", is_list, strange_cursor, false },
    { "table", is_list, as_table, false },
    { "long", is_api, long_query, false },
    { "match", has_path_part, strange_match, false },
    { "twice", is_keyed, asked_twice, false },
    { "head", is_api, strange_head, false },
    { "token", is_closed, strange_token, true },
    { "csrf", is_session_change, no_csrf, true },
};

void
request_trick(struct client *k, struct request *q)
{
    for (int i = 0; i < 60; i++) {
        const struct trick *t = &tricks[below(k, COUNT(tricks))];

        if (!t->fits(q) || left_out(k->s, t->name))
            continue;
        q->trick = t->name;
        q->must_refuse = t->refused;
        t->play(k, q);
        return;
    }
}
