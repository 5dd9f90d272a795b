/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Good clients: they ask for something, remark on it, make what can be made,
 * and write down what was answered.  What was not answered is asked again with
 * its Idempotency-Key until it is, so that at the end nothing is in doubt.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "siege.h"

/* -- the ledger ------------------------------------------------------------ */

unsigned
ledger_place(struct ledger *l, const char *table, const char *column)
{
    unsigned i = 0;

    (void)pthread_mutex_lock(&l->lock);
    while (i < l->n_places
           && (strcmp(l->places[i].table, table) != 0
               || strcmp(l->places[i].column, column) != 0))
        i++;
    if (i == l->n_places && i < COUNT(l->places) - 1) {
        (void)snprintf(l->places[i].table, 40, "%s", table);
        (void)snprintf(l->places[i].column, 40, "%s", column);
        l->n_places++;
    }
    (void)pthread_mutex_unlock(&l->lock);
    return i;
}

void
ledger_add(struct ledger *l, const struct entry *e)
{
    (void)pthread_mutex_lock(&l->lock);
    if (l->n == l->cap) {
        l->cap = l->cap * 2 + 1024;
        l->of = realloc(l->of, l->cap * sizeof *l->of);
    }
    l->of[l->n++] = *e;
    l->answered += e->answered != 0;
    (void)pthread_mutex_unlock(&l->lock);
}

struct entry *
ledger_copy(struct ledger *l, size_t *n)
{
    struct entry *all;

    (void)pthread_mutex_lock(&l->lock);
    all = malloc((l->n + 1) * sizeof *all);
    *n = l->n;
    if (l->n > 0)
        memcpy(all, l->of, l->n * sizeof *all);
    (void)pthread_mutex_unlock(&l->lock);
    return all;
}

static struct seen *
seen_of(struct seen *all, size_t cap, const char *table, int64_t id)
{
    size_t at =
        (size_t)((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 20) % cap;

    while (all[at].table != NULL
           && (all[at].id != id || strcmp(all[at].table, table) != 0))
        at = (at + 1) % cap;
    return &all[at];
}

static void
grow_seen(struct ledger *l)
{
    size_t cap = l->cap_seen * 2 + 4096;
    struct seen *all = calloc(cap, sizeof *all);

    for (size_t i = 0; i < l->cap_seen; i++)
        if (l->seen[i].table != NULL)
            *seen_of(all, cap, l->seen[i].table, l->seen[i].id) = l->seen[i];
    free(l->seen);
    l->seen = all;
    l->cap_seen = cap;
}

void
ledger_see(struct ledger *l, const char *table, int64_t id, int64_t version)
{
    struct seen *one;

    (void)pthread_mutex_lock(&l->lock);
    if (l->n_seen * 2 >= l->cap_seen)
        grow_seen(l);
    one = seen_of(l->seen, l->cap_seen, table, id);
    l->n_seen += one->table == NULL;
    if (one->table == NULL || one->version < version)
        *one = (struct seen){ table, id, version, siege_ms() };
    (void)pthread_mutex_unlock(&l->lock);
}

/* -- one change ------------------------------------------------------------ */

#define TRIES 400

/* Nobody knows whether it was done, or it was told to be tried again. */
static bool
is_open(int status)
{
    return status == 0 || status == 503 || status == 507 || status == 429;
}

/* Ask until it is answered; without a key once only, and what is not answered
   stays in doubt. */
static struct reply
ask_until_answered(struct client *k, struct request *q)
{
    struct reply r = request_ask(k, q);

    for (int i = 0; i < TRIES && is_open(r.a.status); i++) {
        if ((q->key[0] == '\0' && r.a.status == 0)
            || atomic_load(&k->s->crashed))
            break;
        reply_free(&r);
        (void)usleep(100000);
        r = request_ask(k, q);
    }
    return r;
}

/* The change with MARK in PLACE; the id that was answered, 0: none. */
static int64_t
do_once(struct client *k, struct request *q, unsigned place, const char *mark)
{
    struct entry e = { .place = place, .asked = siege_ms() };
    struct reply r = ask_until_answered(k, q);
    json_t *j;

    (void)snprintf(e.mark, sizeof e.mark, "%s", mark);
    for (int i = 0; i < 8 && r.a.status / 100 == 4 && !is_open(r.a.status)
                    && request_mend(k, q, &r.a);
         i++) {
        reply_free(&r);
        r = ask_until_answered(k, q);
    }
    if (r.a.status / 100 == 2) {
        j = answer_json(&r.a);
        e.id = json_integer_value(json_object_get(j, "id"));
        e.answered = r.answered;
        json_decref(j);
    }
    if (e.answered != 0 || is_open(r.a.status))
        ledger_add(&k->s->ledger, &e);
    reply_free(&r);
    return e.id;
}

static void
make_mark(struct client *k, char *mark, size_t n)
{
    (void)snprintf(mark, n, "sg%dx%u", k->number, ++k->made);
}

static bool
begin(struct client *k, struct request *q, struct op *op, const char *mark)
{
    if (op == NULL)
        return false;
    *q = (struct request){ .op = op, .caller = k->good };
    (void)snprintf(q->method, sizeof q->method, "%s", op->method);
    if (op->keyed)
        (void)snprintf(q->key, sizeof q->key, "g-%s", mark);
    return true;
}

/* -- what they do ---------------------------------------------------------- */

static void
ask_for_something(struct client *k)
{
    json_t *item = lore_value(k->s->lore, "item_code", &k->chance);
    char mark[32];
    struct request q;
    int64_t id;

    make_mark(k, mark, sizeof mark);
    if (begin(k, &q, plan_find(&k->s->plan, "POST", "/api/v1/orders"), mark)) {
        q.path = strdup("/api/v1/orders");
        q.value =
            json_pack("{s:s,s:s}", "item_code",
                      json_is_string(item) ? json_string_value(item) : "A04",
                      "description", mark);
        request_write(&q);
        id =
            do_once(k, &q, ledger_place(&k->s->ledger, "orders", "description"),
                    mark);
        k->own = id != 0 ? id : k->own;
        request_free(&q);
    }
    json_decref(item);
}

static void
remark(struct client *k)
{
    char mark[32];
    struct request q;
    struct op *op =
        plan_find(&k->s->plan, "POST", "/api/v1/orders/{id}/comment");

    make_mark(k, mark, sizeof mark);
    if (k->own == 0 || !begin(k, &q, op, mark))
        return;
    if (asprintf(&q.path, "/api/v1/orders/%lld/comment", (long long)k->own) < 0)
        abort();
    q.value = json_pack("{s:s}", "note", mark);
    request_write(&q);
    (void)do_once(k, &q, ledger_place(&k->s->ledger, "event", "note"), mark);
    request_free(&q);
}

/* The column of what OP makes that can hold a mark; NULL. */
static const char *
mark_column(const struct op *op)
{
    const json_t *required = json_object_get(op->input, "required");
    const json_t *fields = json_object_get(op->input, "properties");

    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        const json_t *f = json_object_get(fields, name);
        const char *type = json_string_value(json_object_get(f, "type"));
        const struct field *column = model_field(op->route->out, name);

        if (type != NULL && strcmp(type, "string") == 0 && column != NULL
            && column->kind == FIELD_TEXT && column->choices == NULL
            && (column->flags & (DERIVED | SECRET)) == 0
            && json_integer_value(json_object_get(f, "maxLength")) >= 20
            && json_object_get(f, "format") == NULL)
            return name;
    }
    return NULL;
}

/* An operation that makes a row of some table, with a key. */
static struct op *
choose_maker(struct client *k)
{
    struct plan *p = &k->s->plan;

    for (int i = 0; i < 300; i++) {
        struct op *op = &p->ops[below(k, (uint32_t)p->n)];

        if (op->keyed && op->route != NULL && op->input != NULL
            && op->route->out != NULL && op->route->out->table != NULL
            && strchr(op->path, '{') == NULL && mark_column(op) != NULL
            && atomic_load(&op->denied[k->good]) < OFTEN_DENIED)
            return op;
    }
    return NULL;
}

static void
make_something(struct client *k)
{
    struct op *op = choose_maker(k);
    char mark[32];
    struct request made, q;

    make_mark(k, mark, sizeof mark);
    if (op == NULL || !begin(k, &q, op, mark))
        return;
    request_make(k, op, &made);
    q.path = strdup(op->path);
    q.value = json_incref(made.value);
    json_object_set_new(q.value, mark_column(op), json_string(mark));
    request_write(&q);
    (void)do_once(k, &q,
                  ledger_place(&k->s->ledger, op->route->out->table,
                               mark_column(op)),
                  mark);
    request_free(&q);
    request_free(&made);
}

void *
good_run(void *arg)
{
    struct client *k = arg;
    bool admin = strcmp(k->s->callers[k->good].role, "system_admin") == 0;

    while (!atomic_load(&k->s->end)) {
        if (admin)
            make_something(k);
        else if (one_in(k, 3))
            remark(k);
        else
            ask_for_something(k);
        client_rest(k, 20 + (int)below(k, 200));
    }
    http_close(&k->http);
    return NULL;
}
