/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request that is meant well: by somebody who holds the right, of things
 * that are there, with what the schema says.  What the schema cannot say (that
 * a verb wants a reason, that a day must lie ahead) the program's refusals
 * say: they name the field, and request_mend gives it another value.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth/auth.h"
#include "noun/noun.h"
#include "siege.h"

/* -- who ------------------------------------------------------------------- */

static bool
may(const struct siege *s, const struct op *op, int caller)
{
    const char *right = json_string_value(json_object_get(op->def, "x-right"));
    const json_t *open = json_object_get(op->def, "security");
    const struct caller *who = &s->callers[caller];

    if (who->spared || who->victim)
        return false;
    if (who->token[0] == '\0')
        return open != NULL;
    for (size_t i = 0; right != NULL && auth_rights[i] != NULL; i++)
        if (strcmp(auth_rights[i], right) == 0)
            return (who->rights >> i & 1) != 0
                   && atomic_load(&op->denied[caller]) < OFTEN_DENIED;
    return atomic_load(&op->denied[caller]) < OFTEN_DENIED;
}

static int
choose_caller(struct client *k, const struct op *op)
{
    const struct siege *s = k->s;
    int who = 0;

    for (int i = 0; i < 200; i++) {
        who = (int)below(k, (uint32_t)s->n_callers);
        if (may(s, op, who))
            return who;
    }
    while (s->callers[who].spared || s->callers[who].victim)
        who = (int)below(k, (uint32_t)s->n_callers);
    return who;
}

/* -- values ---------------------------------------------------------------- */

static json_t *text_value(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

static json_t *
text_value(const char *fmt, ...)
{
    char text[300];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return json_string(text);
}

static json_t *
time_value(struct client *k, bool day_only)
{
    time_t t =
        time(NULL) + (time_t)below(k, 30) * (day_only ? 86400 : 43200) + 3600;
    struct tm tm;
    char text[40];

    (void)gmtime_r(&t, &tm);
    (void)strftime(text, sizeof text,
                   day_only ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}

/* Words that a schema has no pattern for. */
static json_t *
known_word(struct client *k, const char *name)
{
    if (strstr(name, "phone") != NULL || strstr(name, "mobile") != NULL)
        return text_value("138%08u", below(k, 100000000));
    if (strstr(name, "mail") != NULL)
        return text_value("p%u@example.cn", below(k, 100000));
    if (strcmp(name, "password") == 0 || strcmp(name, "new") == 0
        || strcmp(name, "old") == 0)
        return text_value("%s-%08x-lampe", PASSWORD_MARK,
                          random_next(&k->chance));
    /* A list is called by the plural that GET /nouns tells. */
    if (strcmp(name, "list") == 0)
        return lore_value(k->s->lore, "plural", &k->chance);
    return NULL;
}

static json_t *
fresh_text(struct client *k, const json_t *schema)
{
    json_int_t least = json_integer_value(json_object_get(schema, "minLength"));
    json_int_t most = json_integer_value(json_object_get(schema, "maxLength"));
    char text[64];

    (void)snprintf(text, sizeof text, "T%u%08x%08x", (unsigned)k->number,
                   random_next(&k->chance), random_next(&k->chance));
    if (most > 0 && most < (json_int_t)strlen(text))
        text[most] = '\0';
    while ((json_int_t)strlen(text) < least && strlen(text) < 60)
        (void)strcat(text, "x");
    return json_string(text);
}

/* The reason that is asked for to suspend something is known as
   suspend_reason. */
static json_t *
word_of_verb(struct client *k, const struct op *op, const char *name)
{
    char key[120];

    (void)snprintf(key, sizeof key, "%.60s_%.50s", strrchr(op->path, '/') + 1,
                   name);
    return lore_value(k->s->lore, key, &k->chance);
}

/* The table of a text of ids, as it is called: `person_ids`, or what the list
   is: `orders`.  NULL: it is no such text. */
static const char *
ids_table(struct client *k, const char *name, char *out, size_t n)
{
    size_t len = strlen(name);
    const struct op *list;

    if (len > 4 && strcmp(name + len - 4, "_ids") == 0) {
        (void)snprintf(out, n, "%.*s", (int)len - 4, name);
        return out;
    }
    (void)snprintf(out, n, "/api/v1/%s", name);
    list = plan_find(&k->s->plan, "GET", out);
    if (list == NULL)
        return NULL;
    return list->table != NULL ? list->table : list->answers;
}

/* A row of the table to whom something was offered lately: it is alive. */
static int64_t
offered_id(struct client *k, const char *table)
{
    struct plan *p = &k->s->plan;
    struct offer one;

    for (int i = 0; i < 40; i++) {
        struct op *op = &p->ops[below(k, (uint32_t)p->n)];

        if (op->table != NULL && strcmp(op->table, table) == 0
            && plan_take_offer(p, op, &k->chance, &one))
            return one.id;
    }
    return 0;
}

/* "1,2", of rows that were seen; NULL: none was. */
static json_t *
ids_of(struct client *k, const char *name)
{
    char path[120], text[60];
    const char *table = ids_table(k, name, path, sizeof path);
    size_t len = 0;

    text[0] = '\0';
    for (int i = 0; table != NULL && i < 2; i++) {
        int64_t id = one_in(k, 3) ? 0 : offered_id(k, table);

        if (id == 0)
            id = lore_id(k->s->lore, table, false, &k->chance, NULL);
        if (id != 0 && (i == 0 || one_in(k, 4)))
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%lld",
                                    len > 0 ? "," : "", (long long)id);
    }
    return len > 0 ? json_string(text) : NULL;
}

static json_t *
text_of(struct client *k, const struct op *op, const char *name,
        const json_t *schema)
{
    const char *format = json_string_value(json_object_get(schema, "format"));
    json_t *v = NULL;

    if (format != NULL)
        return time_value(k, strcmp(format, "date") == 0);
    if (!one_in(k, 8))
        v = ids_of(k, name);
    if (v == NULL)
        v = known_word(k, name);
    if (v == NULL && !one_in(k, 3))
        v = word_of_verb(k, op, name);
    if (v == NULL && one_in(k, 2))
        v = lore_value(k->s->lore, name, &k->chance);
    if (v != NULL && json_is_string(v))
        return v;
    json_decref(v);
    return fresh_text(k, schema);
}

/* The table whose ids a field holds, as the program's own field says; "any" is
   the noun of the route. */
static const char *
refers_of(const struct op *op, const char *name)
{
    const struct field *f = op->route != NULL && op->route->in != NULL
                                ? model_field(op->route->in, name)
                                : NULL;

    if (f != NULL && f->refers != NULL && strcmp(f->refers, "any") == 0
        && op->route->noun != NULL)
        return op->route->noun->model->table;
    return f != NULL ? f->refers : NULL;
}

static json_t *
number_of(struct client *k, const struct op *op, const char *name,
          const json_t *schema)
{
    json_int_t low = json_integer_value(json_object_get(schema, "minimum"));
    json_int_t high = json_integer_value(json_object_get(schema, "maximum"));
    const char *table = refers_of(op, name);
    int64_t id =
        table != NULL ? lore_id(k->s->lore, table, false, &k->chance, NULL) : 0;
    json_t *v = NULL;

    if (id != 0)
        return json_integer(id);
    if (one_in(k, 2))
        v = lore_value(k->s->lore, name, &k->chance);
    if (json_is_integer(v))
        return v;
    json_decref(v);
    if (high > low + 1000 || high <= low)
        high = low + 1000;
    return json_integer(low + below(k, (uint32_t)(high - low + 1)));
}

static const char *
type_of(struct client *k, const json_t *schema)
{
    const json_t *type = json_object_get(schema, "type");
    size_t n = json_array_size(type);
    const char *word;

    if (json_is_string(type))
        return json_string_value(type);
    if (n == 0)
        return "object";
    /* Null is the last of them, and seldom what is meant. */
    word = json_string_value(
        json_array_get(type, one_in(k, 12) ? n - 1 : below(k, (uint32_t)n)));
    return strcmp(word, "null") == 0 && !one_in(k, 12)
               ? json_string_value(json_array_get(type, 0))
               : word;
}

static json_t *
word_of(struct client *k, const json_t *words)
{
    json_t *w =
        json_array_get(words, below(k, (uint32_t)json_array_size(words)));

    return json_is_null(w) ? json_copy(json_array_get(words, 0)) : json_copy(w);
}

/* What the things that OP makes can become: a draft becomes an order. */
static const char *
becomes(struct client *k, const struct op *op)
{
    const struct plan *p = &k->s->plan;

    for (size_t i = 0; op->answers != NULL && i < p->n; i++)
        if (p->ops[i].table != NULL && p->ops[i].answers != NULL
            && strcmp(p->ops[i].method, "POST") == 0
            && strcmp(p->ops[i].table, op->answers) == 0
            && strcmp(p->ops[i].answers, op->answers) != 0)
            return p->ops[i].answers;
    return NULL;
}

/* An object of which the schema says no more. */
static json_t *
free_object(struct client *k, const struct op *op)
{
    const char *table = one_in(k, 4) ? NULL : becomes(k, op);
    json_t *v = table != NULL ? lore_body(k->s->lore, table, &k->chance) : NULL;

    return v != NULL ? v : json_pack("{s:s,s:i}", "reason", "x", "count", 2);
}

static json_t *value_of(struct client *k, const struct op *op, const char *name,
                        json_t *schema);

/* As many parts as must be, or one more. */
static json_t *
list_of(struct client *k, const struct op *op, const char *name, json_t *schema)
{
    json_t *list = json_array(), *items = json_object_get(schema, "items");
    json_int_t n = json_integer_value(json_object_get(schema, "minItems"));

    n += items != NULL ? below(k, 2) : 0;
    for (json_int_t i = 0; i < n; i++)
        json_array_append_new(list, value_of(k, op, name, items));
    return list;
}

static json_t *
value_of(struct client *k, const struct op *op, const char *name,
         json_t *schema)
{
    json_t *s = plan_resolve(&k->s->plan, schema);
    const json_t *words = json_object_get(s, "enum");
    const char *type = type_of(k, s);

    if (strcmp(type, "null") == 0)
        return json_null();
    if (json_array_size(words) > 0)
        return word_of(k, words);
    if (strcmp(type, "string") == 0)
        return text_of(k, op, name, s);
    if (strcmp(type, "integer") == 0)
        return number_of(k, op, name, s);
    if (strcmp(type, "number") == 0)
        return json_pack("f", 12.5);
    if (strcmp(type, "boolean") == 0)
        return json_boolean(!one_in(k, 4));
    if (strcmp(type, "array") == 0)
        return list_of(k, op, name, s);
    return free_object(k, op);
}

/* -- the body -------------------------------------------------------------- */

static bool
is_required(const json_t *schema, const char *name)
{
    const json_t *required = json_object_get(schema, "required");

    for (size_t i = 0; i < json_array_size(required); i++)
        if (strcmp(json_string_value(json_array_get(required, i)), name) == 0)
            return true;
    return false;
}

static json_t *
body_of(struct client *k, const struct op *op)
{
    json_t *body = json_object(), *schema;
    bool change = json_array_size(json_object_get(op->input, "required")) == 0;
    const char *name;

    json_object_foreach(json_object_get(op->input, "properties"), name, schema)
    {
        if (is_required(op->input, name) || one_in(k, change ? 6 : 10))
            json_object_set_new(body, name, value_of(k, op, name, schema));
    }
    return body;
}

void
request_write(struct request *q)
{
    free(q->body);
    q->body = q->value != NULL
                  ? json_dumps(q->value, JSON_COMPACT | JSON_ENCODE_ANY)
                  : NULL;
    q->n_body = q->body != NULL ? strlen(q->body) : 0;
}

static void
field_at_fault(const struct answer *a, char *field, size_t n)
{
    json_t *j = answer_json(a);
    const char *name = json_string_value(json_object_get(j, "field"));

    (void)snprintf(field, n, "%s", name != NULL ? name : "");
    json_decref(j);
}

/* "answers.reason": a member of an object that the schema says nothing of. */
static void
mend_member(struct client *k, json_t *value, const char *field,
            const char *member)
{
    static const char *const tries[] = {
        "\"x\"", "2",         "\"2026-12-05\"",          "true",
        "[]",    "\"08:30\"", "\"2026-12-05T08:30:00Z\""
    };
    json_t *object = json_object_get(value, field);
    json_t *v =
        one_in(k, 2) ? lore_value(k->s->lore, member, &k->chance) : NULL;

    if (!json_is_object(object)) {
        object = json_object();
        json_object_set_new(value, field, object);
    }
    if (v == NULL)
        v = json_loads(tries[below(k, COUNT(tries))], JSON_DECODE_ANY, NULL);
    json_object_set_new(object, member, v);
}

bool
request_mend(struct client *k, struct request *q, const struct answer *a)
{
    char field[80], *member;
    json_t *schema;

    field_at_fault(a, field, sizeof field);
    member = strpbrk(field, ".[");
    if (member != NULL)
        *member++ = '\0';
    schema = q->op != NULL
                 ? json_object_get(json_object_get(q->op->input, "properties"),
                                   field)
                 : NULL;
    if (schema == NULL || !json_is_object(q->value))
        return false;
    if (member != NULL && strpbrk(member, ".[]") == NULL)
        mend_member(k, q->value, field, member);
    else if (json_object_get(q->value, field) != NULL
             && !is_required(q->op->input, field) && one_in(k, 2))
        json_object_del(q->value, field);
    else
        json_object_set_new(q->value, field, value_of(k, q->op, field, schema));
    if (q->key[0] != '\0')
        (void)snprintf(q->key, sizeof q->key, "k%u-%08x", (unsigned)k->number,
                       random_next(&k->chance));
    request_write(q);
    return true;
}

/* -- the path and the query ------------------------------------------------ */

static void
put_encoded(FILE *out, const char *s)
{
    for (; *s != '\0'; s++)
        if (strchr("-_.~", *s) != NULL || (*s >= '0' && *s <= '9')
            || (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z'))
            (void)fputc(*s, out);
        else
            (void)fprintf(out, "%%%02X", (unsigned char)*s);
}

/* The first part of the path of some list. */
static void
some_noun(struct client *k, char *out, size_t n)
{
    const struct plan *p = &k->s->plan;

    for (int i = 0; i < 200; i++) {
        const struct op *op = &p->ops[below(k, (uint32_t)p->n)];

        if (op->route == NULL || (op->route->flags & R_LIST) == 0
            || strchr(op->path, '{') != NULL)
            continue;
        (void)snprintf(out, n, "%s", op->route->path + 1);
        return;
    }
}

/* What stands for {kind} or {noun}: what was good here before, what was learnt
   of it, what was seen under such a key, or what lists are called. */
static void
choose_word(struct client *k, struct request *q, const char *name)
{
    char key[160];
    json_t *v = NULL;

    (void)snprintf(key, sizeof key, "%.30s@%.100s", name, q->op->path);
    if (!one_in(k, 4))
        v = lore_value(k->s->lore, key, &k->chance);
    if (v == NULL) {
        (void)snprintf(key, sizeof key, "{%.30s}", name);
        v = lore_value(k->s->lore, key, &k->chance);
    }
    if (v == NULL && one_in(k, 3))
        v = lore_value(k->s->lore, name, &k->chance);
    if (json_is_string(v))
        (void)snprintf(q->word, sizeof q->word, "%s", json_string_value(v));
    else
        some_noun(k, q->word, sizeof q->word);
    json_decref(v);
}

/* Nothing of what the path names is known: as several, ask what there is. */
static void
look_for(struct client *k, const struct op *op)
{
    char path[200];
    struct op *list;
    struct random *chance = &k->chance;

    (void)snprintf(path, sizeof path, "%.*s",
                   (int)(strchr(op->path, '{') - op->path) - 1, op->path);
    list = plan_find(&k->s->plan, "GET", path);
    for (int i = 0; list != NULL && i < 12; i++) {
        struct request q = { .op = list,
                             .caller = choose_caller(k, list),
                             .method = "GET",
                             .path = strdup(path) };
        struct reply r = request_ask(k, &q);

        reply_free(&r);
        request_free(&q);
        if (lore_id(k->s->lore, op->table, true, chance, NULL) != 0)
            return;
    }
}

/*
 * What the path names, and who asks for it: often whoever saw it last.  Who
 * changed what the office was founded with would leave nothing to be besieged;
 * orders are for everybody.
 */
static int64_t
choose_id(struct client *k, struct request *q)
{
    const struct op *op = q->op;
    bool ours = strcmp(op->method, "GET") != 0 && op->table != NULL
                && strcmp(op->table, "orders") != 0;
    int64_t id = 0;
    int who = -1;

    if (op->table != NULL
        && lore_id(k->s->lore, op->table, ours, &k->chance, NULL) == 0)
        look_for(k, op);
    for (int i = 0; op->table != NULL && i < 8; i++) {
        id = lore_id(k->s->lore, op->table, ours, &k->chance, &who);
        if (id == 0 || one_in(k, 6) || (who >= 0 && may(k->s, op, who)))
            break;
    }
    if (who >= 0 && may(k->s, op, who) && !one_in(k, 4))
        q->caller = who;
    return id != 0 ? id : (int64_t)1 << 50;
}

static void
put_path(struct client *k, struct request *q, FILE *out)
{
    json_t *pair = lore_value(k->s->lore, "{noun}/{noun_id}", &k->chance);
    const char *path = q->op->path;
    char name[40];

    while (*path != '\0') {
        if (*path != '{') {
            (void)fputc(*path++, out);
            continue;
        }
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(path + 1, "}"),
                       path + 1);
        path += strcspn(path, "}") + 1;
        if (pair != NULL && strcmp(name, "noun_id") == 0)
            (void)fprintf(out, "%lld",
                          (long long)json_integer_value(
                              json_object_get(pair, "noun_id")));
        else if (pair != NULL && strstr(q->op->path, "{noun_id}") != NULL)
            (void)fprintf(out, "%s",
                          json_string_value(json_object_get(pair, "noun")));
        else if (strcmp(name, "id") == 0 || strstr(name, "_id") != NULL)
            (void)fprintf(out, "%lld", (long long)choose_id(k, q));
        else {
            choose_word(k, q, name);
            put_encoded(out, q->word);
        }
    }
    json_decref(pair);
}

/* A value in a query: a text as it is, a list with commas between. */
static void
put_word(FILE *out, const json_t *v)
{
    char *text;

    if (json_is_string(v)) {
        put_encoded(out, json_string_value(v));
        return;
    }
    for (size_t i = 0; i < json_array_size(v); i++) {
        (void)fputs(i > 0 ? "," : "", out);
        put_word(out, json_array_get(v, i));
    }
    if (json_is_array(v) || json_is_null(v))
        return;
    text = json_dumps(v, JSON_ENCODE_ANY);
    put_encoded(out, text);
    free(text);
}

/* What must be said, and one or two of the rest. */
static void
put_query(struct client *k, const struct request *q, FILE *out)
{
    const json_t *known = json_object_get(q->op->def, "parameters");
    uint32_t n = (uint32_t)json_array_size(known);
    char sign = '?';

    for (size_t i = 0; i < n; i++) {
        const json_t *p = json_array_get(known, i);
        const char *name = json_string_value(json_object_get(p, "name"));
        json_t *v;

        if (strcmp(json_string_value(json_object_get(p, "in")), "query") != 0
            || (!json_is_true(json_object_get(p, "required"))
                && !one_in(k, 2 + n)))
            continue;
        v = strcmp(name, "cursor") == 0
                ? lore_value(k->s->lore, "cursor", &k->chance)
                : value_of(k, q->op, name, json_object_get(p, "schema"));
        if (v != NULL && !json_is_null(v)) {
            (void)fprintf(out, "%c%s=", sign, name);
            put_word(out, v);
            sign = '&';
        }
        json_decref(v);
    }
}

/* -- the whole ------------------------------------------------------------- */

static void
choose_head(struct client *k, struct request *q)
{
    size_t n = 0;

    if (q->op->keyed && one_in(k, 2))
        (void)snprintf(q->key, sizeof q->key, "k%u-%08x", (unsigned)k->number,
                       random_next(&k->chance));
    if (one_in(k, 3))
        n += (size_t)snprintf(q->head + n, sizeof q->head - n,
                              "Accept-Language: en\r\n");
    if (strstr(q->op->path, "/stream") == NULL && one_in(k, 4))
        (void)snprintf(q->head + n, sizeof q->head - n,
                       "Accept-Encoding: gzip;q=0, br;q=0\r\n");
}

/* A record offered it to somebody lately: they, and that record. */
static void
take_offer(struct client *k, struct request *q)
{
    const char *brace = strchr(q->op->path, '{');
    struct offer o;

    if (one_in(k, 3) || !plan_take_offer(&k->s->plan, q->op, &k->chance, &o))
        return;
    free(q->path);
    if (asprintf(&q->path, "%.*s%lld%s", (int)(brace - q->op->path),
                 q->op->path, (long long)o.id, strchr(brace, '}') + 1)
        < 0)
        abort();
    q->caller = o.caller;
    q->by_session = false;
}

void
request_make(struct client *k, struct op *op, struct request *q)
{
    size_t n;
    FILE *out;

    *q = (struct request){ .op = op, .caller = choose_caller(k, op) };
    (void)snprintf(q->method, sizeof q->method, "%s", op->method);
    q->by_session =
        k->s->callers[q->caller].password[0] != '\0' && one_in(k, 4);
    out = open_memstream(&q->path, &n);
    put_path(k, q, out);
    put_query(k, q, out);
    (void)fclose(out);
    take_offer(k, q);
    choose_head(k, q);
    if (op->input != NULL) {
        q->value = body_of(k, op);
        request_write(q);
    } else if (op->csv) {
        q->type = "text/csv";
        q->body = lore_csv(k->s->lore, q->word);
        q->n_body = q->body != NULL ? strlen(q->body) : 0;
    }
}

void
request_free(struct request *q)
{
    free(q->path);
    free(q->body);
    json_decref(q->value);
    *q = (struct request){ .op = NULL };
}
