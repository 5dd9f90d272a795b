/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be asked, read from the OpenAPI document and the table of routes;
 * and what is known from answers: values by their keys, ids by their tables,
 * so that later requests can mean what is there.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/find.h"
#include "api/nouns.h"
#include "siege.h"

#define PREFIX "/api/v1"

/* -- the plan -------------------------------------------------------------- */

static const char *const methods[] = { "get", "post", "put", "patch",
                                       "delete" };
static const char *const verbs[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

json_t *
plan_resolve(const struct plan *p, json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    json_t *at = p->doc;
    char part[80];

    if (ref == NULL)
        return schema;
    for (ref += 2; *ref != '\0'; ref += strcspn(ref, "/")) {
        ref += *ref == '/';
        (void)snprintf(part, sizeof part, "%.*s", (int)strcspn(ref, "/"), ref);
        at = json_object_get(at, part);
    }
    return plan_resolve(p, at);
}

struct op *
plan_find(const struct plan *p, const char *method, const char *path)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->ops[i].method, method) == 0
            && strcmp(p->ops[i].path, path) == 0)
            return &p->ops[i];
    return NULL;
}

static const struct route *
route_of(const char *method, const char *path)
{
    if (strncmp(path, PREFIX, strlen(PREFIX)) != 0)
        return NULL;
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            if (strcmp(method_word(r->method), method) == 0
                && strcmp(r->path, path + strlen(PREFIX)) == 0)
                return r;
    return NULL;
}

static bool
takes_key(const json_t *def)
{
    const json_t *known = json_object_get(def, "parameters");

    for (size_t i = 0; i < json_array_size(known); i++) {
        const char *name = json_string_value(
            json_object_get(json_array_get(known, i), "name"));

        if (name != NULL && strcmp(name, "Idempotency-Key") == 0)
            return true;
    }
    return false;
}

static void
read_op(struct plan *p, const char *path, const char *method, json_t *def)
{
    struct op *op = &p->ops[p->n++];
    const json_t *content =
        json_object_get(json_object_get(def, "requestBody"), "content");
    json_t *json =
        json_object_get(json_object_get(content, "application/json"), "schema");

    op->method = method;
    op->path = path;
    op->def = def;
    op->input = json != NULL ? plan_resolve(p, json) : NULL;
    op->csv = json_object_get(content, "text/csv") != NULL;
    op->keyed = takes_key(def);
    op->route = route_of(method, path);
}

/* "/orders/{id}/accept" names an order: what stands in the list of what is
   before the part in braces. */
static void
find_table(struct plan *p, struct op *op)
{
    const char *brace = strchr(op->path, '{');
    char list[120];
    const struct op *of;

    if (brace == NULL)
        return;
    (void)snprintf(list, sizeof list, "%.*s", (int)(brace - op->path - 1),
                   op->path);
    of = plan_find(p, "GET", list);
    if (of == NULL || of->route == NULL || of->route->out == NULL)
        of = plan_find(p, "POST", list);
    if (of != NULL && of->route != NULL && of->route->out != NULL)
        op->table = of->route->out->table;
}

/* A view of an order has no table of its own; it is what GET /orders/{id}
   answers, and that names an order. */
static void
find_answer(const struct plan *p, struct op *op)
{
    const struct model *out = op->route != NULL ? op->route->out : NULL;

    if (out == NULL)
        return;
    op->answers = out->table;
    for (size_t i = 0; op->answers == NULL && i < p->n; i++)
        if (strcmp(p->ops[i].method, "GET") == 0 && p->ops[i].route != NULL
            && p->ops[i].route->out == out)
            op->answers = p->ops[i].table;
}

bool
plan_learn(struct plan *p, json_t *doc)
{
    const char *path;
    json_t *item;
    char why[200];

    p->doc = doc;
    p->ops = calloc(1000, sizeof *p->ops);
    if (!schema_known(doc, why, sizeof why)) {
        (void)printf("the document uses what the siege does not know: %s\n",
                     why);
        return false;
    }
    json_object_foreach(json_object_get(doc, "paths"), path,
                        item) for (size_t i = 0; i < COUNT(methods); i++)
    {
        json_t *def = json_object_get(item, methods[i]);

        if (def != NULL && p->n < 1000)
            read_op(p, path, verbs[i], def);
    }
    for (size_t i = 0; i < p->n; i++)
        find_table(p, &p->ops[i]);
    for (size_t i = 0; i < p->n; i++)
        find_answer(p, &p->ops[i]);
    if (p->n < 100)
        (void)printf("there are only %zu operations\n", p->n);
    return p->n >= 100;
}

/* -- offers ---------------------------------------------------------------- */

/* "POST .../{id}/VERB" of the things that OP answers. */
static struct op *
verb_op(struct plan *p, const struct op *op, const char *verb)
{
    for (size_t i = 0; i < p->n; i++) {
        struct op *v = &p->ops[i];
        const char *last = strrchr(v->path, '/');

        if (v->table != NULL && strcmp(v->table, op->answers) == 0
            && strcmp(v->method, "POST") == 0 && strcmp(last + 1, verb) == 0)
            return v;
    }
    return NULL;
}

void
plan_offer(struct plan *p, const struct op *op, json_t *record, int caller)
{
    const json_t *offered = json_object_get(record, "verbs");
    int64_t id = json_integer_value(json_object_get(record, "id"));

    for (size_t i = 0; op->answers != NULL && i < json_array_size(offered);
         i++) {
        const char *verb = json_string_value(json_array_get(offered, i));
        struct op *v = verb != NULL ? verb_op(p, op, verb) : NULL;

        if (v == NULL)
            continue;
        (void)pthread_mutex_lock(&p->lock);
        if (v->n_offers == COUNT(v->offers))
            v->offers[0] = v->offers[--v->n_offers];
        v->offers[v->n_offers++] = (struct offer){ id, caller };
        (void)pthread_mutex_unlock(&p->lock);
    }
}

bool
plan_take_offer(struct plan *p, struct op *op, struct random *chance,
                struct offer *out)
{
    unsigned n, one;

    (void)pthread_mutex_lock(&p->lock);
    n = op->n_offers;
    if (n > 0) {
        one = random_below(chance, n);
        *out = op->offers[one];
        op->offers[one] = op->offers[--op->n_offers];
    }
    (void)pthread_mutex_unlock(&p->lock);
    return n > 0;
}

/* -- lore ------------------------------------------------------------------ */

#define MOST_KEYS 600
#define MOST_VALUES 48
#define MOST_TABLES 80
#define MOST_SPARED 40
#define MOST_IDS 400
#define MOST_FOUNDERS 20000

struct lore {
    pthread_mutex_t lock;
    uint32_t turn; /* what is replaced next */
    struct known_key {
        char key[48];
        json_t *values[MOST_VALUES];
        unsigned n;
    } keys[MOST_KEYS];
    size_t n_keys;
    struct known_table {
        char name[40];
        struct sight {
            int64_t id;
            int caller; /* who saw it last */
        } founders[MOST_IDS], ours[MOST_IDS];
        unsigned n_founders, n_ours;
    } tables[MOST_TABLES];
    size_t n_tables;
    struct {
        char kind[24];
        char *text;
    } csv[16];
    int64_t newest_founder;
    bool founded;
    int64_t spared[MOST_SPARED];
    size_t n_spared;
};

void
lore_spare(struct lore *p, int64_t id)
{
    if (p->n_spared == MOST_SPARED)
        abort();
    p->spared[p->n_spared++] = id;
}

static bool
is_spared(const struct lore *p, int64_t id)
{
    for (size_t i = 0; i < p->n_spared; i++)
        if (p->spared[i] == id)
            return true;
    return false;
}

void
lore_close(struct lore *p)
{
    for (size_t i = 0; i < p->n_keys; i++)
        for (unsigned k = 0; k < p->keys[i].n; k++)
            json_decref(p->keys[i].values[k]);
    for (size_t i = 0; i < COUNT(p->csv); i++)
        free(p->csv[i].text);
    free(p);
}

static struct known_key *
key_of(struct lore *p, const char *key, bool make)
{
    for (size_t i = 0; i < p->n_keys; i++)
        if (strcmp(p->keys[i].key, key) == 0)
            return &p->keys[i];
    if (!make || p->n_keys == MOST_KEYS || strlen(key) >= 48)
        return NULL;
    (void)snprintf(p->keys[p->n_keys].key, 48, "%s", key);
    return &p->keys[p->n_keys++];
}

static struct known_table *
table_of(struct lore *p, const char *name)
{
    for (size_t i = 0; i < p->n_tables; i++)
        if (strcmp(p->tables[i].name, name) == 0)
            return &p->tables[i];
    if (p->n_tables == MOST_TABLES)
        return NULL;
    (void)snprintf(p->tables[p->n_tables].name, 40, "%s", name);
    return &p->tables[p->n_tables++];
}

bool
has_mark(const char *s)
{
    while ((s = strstr(s, "sg")) != NULL) {
        s += 2;
        if (isdigit((unsigned char)*s) && s[strspn(s, "0123456789")] == 'x')
            return true;
    }
    return false;
}

static void
put_value(struct lore *p, const char *key, const json_t *value)
{
    struct known_key *k = key_of(p, key, true);
    unsigned at;

    if (k == NULL
        || (json_is_integer(value) && is_spared(p, json_integer_value(value))))
        return;
    for (unsigned i = 0; i < k->n; i++)
        if (json_equal(k->values[i], value))
            return;
    at = k->n < MOST_VALUES ? k->n++ : p->turn++ % MOST_VALUES;
    json_decref(k->values[at]);
    k->values[at] = json_deep_copy(value);
}

static struct sight *
sight_of(struct sight *all, unsigned n, int64_t id)
{
    for (unsigned i = 0; i < n; i++)
        if (all[i].id == id)
            return &all[i];
    return NULL;
}

static void
put_id(struct lore *p, const char *table, int64_t id, int caller)
{
    struct known_table *t = table != NULL ? table_of(p, table) : NULL;
    bool founder = !p->founded || id <= p->newest_founder;
    struct sight *known;

    /* Ids rise with time, and the office was founded before the siege. */
    if (t == NULL || id <= 0 || is_spared(p, id))
        return;
    known = sight_of(t->founders, t->n_founders, id);
    if (known == NULL)
        known = sight_of(t->ours, t->n_ours, id);
    if (!p->founded && id > p->newest_founder)
        p->newest_founder = id;
    if (known != NULL)
        known->caller = caller;
    else if (founder && t->n_founders < MOST_IDS)
        t->founders[t->n_founders++] = (struct sight){ id, caller };
    else if (!founder)
        t->ours[t->n_ours < MOST_IDS ? t->n_ours++ : p->turn++ % MOST_IDS] =
            (struct sight){ id, caller };
}

/* A word is known under its key, and under the last part of it: a
   suspend_reason is a reason.  The marks of the good clients are theirs. */
static void
take_member(struct lore *p, const char *key, const json_t *value)
{
    const char *last = strrchr(key, '_');

    if (json_is_string(value)
        && (json_string_length(value) > 200
            || has_mark(json_string_value(value))))
        return;
    if (!json_is_string(value) && !json_is_integer(value))
        return;
    put_value(p, key, value);
    if (last != NULL && json_is_string(value))
        put_value(p, last + 1, value);
}

/* What an event of a verb says, the verb can be given. */
static void
take_verb(struct lore *p, json_t *object)
{
    const json_t *verb = json_object_get(object, "verb");
    const json_t *reason = json_object_get(object, "reason");
    char key[120];

    if (!json_is_string(verb) || !json_is_string(reason)
        || has_mark(json_string_value(reason)))
        return;
    (void)snprintf(key, sizeof key, "%.40s_reason", json_string_value(verb));
    put_value(p, key, reason);
}

/* The words that a field of the program's may have. */
static void
take_choices(struct lore *p, const struct model *m)
{
    for (size_t i = 0; m != NULL && i < m->n; i++) {
        const struct field *f = &m->fields[i];

        for (size_t w = 0; f->choices != NULL && f->choices[w] != NULL; w++) {
            json_t *word = json_string(f->choices[w]);

            take_member(p, f->name, word);
            json_decref(word);
        }
    }
}

/* The plain noun whose rows are in the table; NULL: there is none. */
static const struct noun *
plain_noun(const char *table)
{
    for (size_t i = 0; table != NULL && all_nouns[i] != NULL; i++)
        if (strcmp(all_nouns[i]->model->table, table) == 0)
            return all_nouns[i]->by_hand || all_nouns[i]->life != NULL
                       ? NULL
                       : all_nouns[i];
    return NULL;
}

/* "crew.provider_id", of a plain noun whose field refers to another. */
static void
take_references(struct lore *p, const struct noun *n)
{
    for (size_t i = 0; !n->by_hand && i < n->model->n; i++) {
        const struct field *f = &n->model->fields[i];
        json_t *whole;

        if ((f->flags & GIVEN) != 0 || plain_noun(f->refers) == NULL)
            continue;
        whole = json_sprintf("%s.%s", n->model->noun, f->name);
        put_value(p, "{field}", whole);
        json_decref(whole);
    }
}

struct lore *
lore_open(void)
{
    struct lore *p = calloc(1, sizeof *p);

    (void)pthread_mutex_init(&p->lock, NULL);
    for (size_t i = 0; all_routes()[i] != NULL; i++)
        for (const struct route *r = all_routes()[i]; r->path != NULL; r++)
            take_choices(p, r->out);
    for (size_t i = 0; all_nouns[i] != NULL; i++)
        take_references(p, all_nouns[i]);
    return p;
}

/* Members that go together, for paths with several parts in braces. */
static void
take_pair(struct lore *p, json_t *object)
{
    const json_t *noun = json_object_get(object, "noun");
    const json_t *id = json_object_get(object, "noun_id");

    if (json_is_string(noun) && json_is_integer(id)) {
        json_t *pair = json_pack("{s:s,s:I}", "noun", json_string_value(noun),
                                 "noun_id", json_integer_value(id));

        put_value(p, "{noun}/{noun_id}", pair);
        json_decref(pair);
    }
}

static void
take_object(struct lore *p, const char *table, json_t *object, int caller)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        return;
    json_object_foreach(object, key, value) take_member(p, key, value);
    put_id(p, table, json_integer_value(json_object_get(object, "id")), caller);
    take_pair(p, object);
    take_verb(p, object);
}

#define FIRST_ITEMS 12

void
lore_take(struct lore *p, const struct op *op, json_t *answer, int caller)
{
    const char *table = op->answers;
    json_t *items = json_object_get(answer, "items");

    (void)pthread_mutex_lock(&p->lock);
    if (items == NULL)
        take_object(p, table, answer, caller);
    if (json_is_string(json_object_get(answer, "next")))
        put_value(p, "cursor", json_object_get(answer, "next"));
    for (size_t i = 0; i < json_array_size(items); i++)
        if (!p->founded || i < FIRST_ITEMS)
            take_object(p, table, json_array_get(items, i), caller);
    (void)pthread_mutex_unlock(&p->lock);
}

void
lore_found(struct lore *p)
{
    (void)pthread_mutex_lock(&p->lock);
    p->founded = true;
    (void)pthread_mutex_unlock(&p->lock);
}

json_t *
lore_value(struct lore *p, const char *key, struct random *chance)
{
    const struct known_key *k;
    json_t *v = NULL;

    (void)pthread_mutex_lock(&p->lock);
    k = key_of(p, key, false);
    if (k != NULL && k->n > 0)
        v = json_deep_copy(k->values[random_below(chance, k->n)]);
    (void)pthread_mutex_unlock(&p->lock);
    return v;
}

int64_t
lore_id(struct lore *p, const char *table, bool ours, struct random *chance,
        int *caller)
{
    const struct known_table *t;
    struct sight one = { 0, -1 };

    (void)pthread_mutex_lock(&p->lock);
    t = table_of(p, table);
    if (t != NULL && t->n_ours > 0
        && (ours || t->n_founders == 0 || random_below(chance, 2) == 0))
        one = t->ours[random_below(chance, t->n_ours)];
    else if (t != NULL && !ours && t->n_founders > 0)
        one = t->founders[random_below(chance, t->n_founders)];
    (void)pthread_mutex_unlock(&p->lock);
    if (caller != NULL)
        *caller = one.caller;
    return one.id;
}

void
lore_forget(struct lore *p, const char *table, int64_t id, int caller,
            bool gone)
{
    struct known_table *t;
    struct sight *one;

    (void)pthread_mutex_lock(&p->lock);
    t = table_of(p, table);
    one = t != NULL ? sight_of(t->ours, t->n_ours, id) : NULL;
    if (one != NULL && gone)
        *one = t->ours[--t->n_ours];
    else if (one != NULL && one->caller == caller)
        one->caller = -1;
    (void)pthread_mutex_unlock(&p->lock);
}

void
lore_put_body(struct lore *p, const char *table, const json_t *body)
{
    char key[48];

    (void)snprintf(key, sizeof key, "{%.40s}", table);
    (void)pthread_mutex_lock(&p->lock);
    put_value(p, key, body);
    (void)pthread_mutex_unlock(&p->lock);
}

json_t *
lore_body(struct lore *p, const char *table, struct random *chance)
{
    char key[48];

    (void)snprintf(key, sizeof key, "{%.40s}", table);
    return lore_value(p, key, chance);
}

char *
lore_csv(struct lore *p, const char *kind)
{
    char *text = NULL;

    (void)pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < COUNT(p->csv); i++)
        if (p->csv[i].text != NULL && strcmp(p->csv[i].kind, kind) == 0)
            text = strdup(p->csv[i].text);
    (void)pthread_mutex_unlock(&p->lock);
    return text;
}

/* All lines but those of the good clients. */
static char *
without_marks(const char *text)
{
    char *out = strdup(text), *to = out, line[1000];

    while (*text != '\0') {
        size_t n = strcspn(text, "\n");

        n += text[n] == '\n';
        (void)snprintf(line, sizeof line, "%.*s", (int)n, text);
        if (!has_mark(line)) {
            (void)memcpy(to, text, n);
            to += n;
        }
        text += n;
    }
    *to = '\0';
    return out;
}

void
lore_put_csv(struct lore *p, const char *kind, const char *text)
{
    (void)pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < COUNT(p->csv); i++)
        if (p->csv[i].text == NULL || strcmp(p->csv[i].kind, kind) == 0) {
            free(p->csv[i].text);
            (void)snprintf(p->csv[i].kind, sizeof p->csv[i].kind, "%s", kind);
            p->csv[i].text = without_marks(text);
            break;
        }
    (void)pthread_mutex_unlock(&p->lock);
}

/* -- secrets --------------------------------------------------------------- */

#define SECRET_PLACES (1 << 19)
#define SHORTEST_SECRET 24

struct secrets {
    pthread_mutex_t lock;
    _Atomic(const char *) of[SECRET_PLACES];
    unsigned n;
};

struct secrets *
secrets_open(void)
{
    struct secrets *k = calloc(1, sizeof *k);

    (void)pthread_mutex_init(&k->lock, NULL);
    return k;
}

static size_t
place_of(const char *s, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    return (size_t)(h >> 20) % SECRET_PLACES;
}

static const char *
known_secret(struct secrets *k, const char *s, size_t n)
{
    for (size_t at = place_of(s, n);; at = (at + 1) % SECRET_PLACES) {
        const char *one = atomic_load(&k->of[at]);

        if (one == NULL || (strlen(one) == n && memcmp(one, s, n) == 0))
            return one;
    }
}

void
secrets_add(struct secrets *k, const char *secret)
{
    size_t n = strlen(secret), at = place_of(secret, n);

    (void)pthread_mutex_lock(&k->lock);
    if (n >= SHORTEST_SECRET && k->n < SECRET_PLACES / 2
        && known_secret(k, secret, n) == NULL) {
        while (atomic_load(&k->of[at]) != NULL)
            at = (at + 1) % SECRET_PLACES;
        atomic_store(&k->of[at], strdup(secret));
        k->n++;
    }
    (void)pthread_mutex_unlock(&k->lock);
}

const char *
secrets_in(struct secrets *k, const char *s, size_t n)
{
    size_t run = 0;

    if (memmem(s, n, PASSWORD_MARK, strlen(PASSWORD_MARK)) != NULL)
        return "a password";
    for (size_t i = 0; i <= n; i++) {
        bool in =
            i < n
            && (isalnum((unsigned char)s[i]) || s[i] == '-' || s[i] == '_');

        if (in) {
            run++;
            continue;
        }
        if (run >= SHORTEST_SECRET && known_secret(k, s + i - run, run) != NULL)
            return known_secret(k, s + i - run, run);
        run = 0;
    }
    return NULL;
}
