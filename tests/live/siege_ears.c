/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ears: listeners that must hear of every change, and of none that is not
 * theirs.  One may see everything, the others are good clients and see what is
 * their own.  They cut their streams off, do not read for a time, lose the
 * server with everybody else, and come back with the place they were told
 * last; told to reload they read the whole list anew.  At the end the database
 * says what there was to hear.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "siege.h"
#include "test.h"

#define EARS 3
#define ACCOUNTS "ear", "good-1", "good-2"
#define LAST_MS 6000   /* what was answered last may be heard so late */
#define SILENT_MS 2500 /* and then nothing comes any more */
#define MOST_LAST_MS 60000

enum kind_heard { HEARD_EVENT, HEARD_NOTICE, READ_ANEW };

/* A message, or an order that stood in the list when it was read anew. */
struct heard {
    int64_t id;    /* of the order; of a notice its own */
    int64_t place; /* as it was told */
    enum kind_heard kind;
    char verb[24];
};

struct ear {
    struct client client;
    bool all;   /* it may see everything */
    char *text; /* the stream without its chunks, from the first whole message
                   that was not taken yet */
    size_t n_text;
    _Atomic int64_t first; /* the first place that it was told; -1 */
    int64_t place;         /* and the newest */
    bool reload;
    int64_t heard_at; /* when anything came last */
    struct heard *of;
    size_t n, cap;
    unsigned streams, reloads;
};

/* -- what is heard --------------------------------------------------------- */

static void
keep_heard(struct ear *e, const struct heard *h)
{
    if (e->n == e->cap) {
        e->cap = e->cap * 2 + 1024;
        e->of = realloc(e->of, e->cap * sizeof *e->of);
    }
    e->of[e->n++] = *h;
}

static const char *
name_of(const struct ear *e)
{
    return e->client.s->callers[e->client.good].name;
}

/* The value of a field of one message, "event: " or "id: "; NULL. */
static const char *
field_of(const char *message, const char *name, char *out, size_t n)
{
    for (const char *at = message; *at != '\0'; at += strcspn(at, "\n")) {
        at += *at == '\n';
        if (strncmp(at, name, strlen(name)) != 0)
            continue;
        at += strlen(name);
        (void)snprintf(out, n, "%.*s", (int)strcspn(at, "\n"), at);
        return out;
    }
    return NULL;
}

static void
take_message(struct ear *e, const char *message)
{
    struct siege *s = e->client.s;
    char event[20] = "", data[2000] = "", id[30];
    struct heard h = { .place = e->place };
    json_t *j;

    if (field_of(message, "id: ", id, sizeof id) != NULL) {
        h.place = e->place = strtoll(id, NULL, 10);
        if (atomic_load(&e->first) < 0)
            atomic_store(&e->first, e->place);
    }
    if (field_of(message, "event: ", event, sizeof event) == NULL)
        return;
    (void)field_of(message, "data: ", data, sizeof data);
    j = json_loads(data, 0, NULL);
    h.id = json_integer_value(json_object_get(j, "id"));
    h.kind = strcmp(event, "notice") == 0 ? HEARD_NOTICE : HEARD_EVENT;
    if (h.kind == HEARD_EVENT)
        (void)snprintf(h.verb, sizeof h.verb, "%.23s",
                       json_string_value(json_object_get(j, "verb")) != NULL
                           ? json_string_value(json_object_get(j, "verb"))
                           : "");
    if (strcmp(event, "reload") == 0)
        e->reload = true;
    else if (strcmp(event, "bye") == 0)
        finding(s, V_HEARD, "%s, who is signed in, was told bye: %s",
                name_of(e), data);
    else
        keep_heard(e, &h);
    json_decref(j);
}

/* Whole chunks go from what was read to the text, whole messages from there to
   what was heard. */
static void
take_messages(struct ear *e)
{
    struct http *h = &e->client.http;
    size_t at = 0;
    char *end, *from;

    while (at < h->n_in && (end = strstr(h->in + at, "\r\n")) != NULL) {
        size_t n = strtoul(h->in + at, NULL, 16);
        size_t body = (size_t)(end - h->in) + 2;

        if (h->n_in < body + n + 2)
            break;
        e->text = realloc(e->text, e->n_text + n + 1);
        memcpy(e->text + e->n_text, h->in + body, n);
        e->n_text += n;
        e->text[e->n_text] = '\0';
        at = body + n + 2;
    }
    if (at > 0) {
        memmove(h->in, h->in + at, h->n_in - at + 1);
        h->n_in -= at;
    }
    for (from = e->text; from != NULL && (end = strstr(from, "\n\n")) != NULL;
         from = end + 2) {
        *end = '\0';
        take_message(e, from);
    }
    if (from != NULL) {
        e->n_text -= (size_t)(from - e->text);
        memmove(e->text, from, e->n_text + 1);
    }
}

/* -- reading anew ---------------------------------------------------------- */

#define PAGES 400

/* One page of the list: its orders are known as they are by now.  The next
   page's cursor in CURSOR, "" after the last; false when it was not read. */
static bool
read_page(struct ear *e, struct heard *h, char *cursor, size_t n)
{
    struct request q = {
        .op = plan_find(&e->client.s->plan, "GET", "/api/v1/orders"),
        .caller = e->client.good,
        .method = "GET"
    };
    struct reply r;
    json_t *j, *items;
    const char *next;

    if (asprintf(&q.path, "/api/v1/orders?limit=500%s%s",
                 cursor[0] != '\0' ? "&cursor=" : "", cursor)
        < 0)
        abort();
    r = request_ask(&e->client, &q);
    j = r.a.status == 200 ? answer_json(&r.a) : NULL;
    items = json_object_get(j, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        h->id =
            json_integer_value(json_object_get(json_array_get(items, i), "id"));
        keep_heard(e, h);
    }
    next = json_string_value(json_object_get(j, "next"));
    (void)snprintf(cursor, n, "%s", next != NULL ? next : "");
    json_decref(j);
    reply_free(&r);
    request_free(&q);
    return items != NULL;
}

static void
read_anew(struct ear *e)
{
    struct heard h = { .kind = READ_ANEW, .place = e->place };
    char cursor[120] = "";
    int pages = 0;

    e->reloads++;
    do
        if (!read_page(e, &h, cursor, sizeof cursor))
            return;
    while (cursor[0] != '\0' && ++pages < PAGES);
    e->reload = false;
}

/* -- listening ------------------------------------------------------------- */

static bool
is_over(const struct ear *e, int64_t ended)
{
    const struct siege *s = e->client.s;
    int64_t now = siege_ms();

    if (atomic_load(&s->crashed))
        return true;
    return atomic_load(&s->end)
           && ((now > ended + LAST_MS && now > e->heard_at + SILENT_MS
                && e->client.http.fd >= 0)
               || now > ended + MOST_LAST_MS);
}

/* Has the far end gone? */
static bool
is_gone(const struct http *h)
{
    char next;
    ssize_t n = recv(h->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN);
}

static bool
open_stream(struct ear *e)
{
    struct client *k = &e->client;
    struct siege *s = k->s;
    char place[30] = "";
    int64_t asked = siege_ms();
    char *end;
    bool good;

    http_close(&k->http);
    k->http.port = atomic_load(&s->port);
    k->http.wait_ms = 3000;
    if (e->place >= 0)
        (void)snprintf(place, sizeof place, "%lld", (long long)e->place);
    e->n_text = 0;
    good = k->http.port != 0
           && http_listen(&k->http, s->callers[k->good].token, "/api/v1/stream",
                          place[0] != '\0' ? place : NULL);
    while (good && (end = strstr(k->http.in, "\r\n\r\n")) == NULL)
        good = http_more(&k->http, 3000);
    if (!good && k->http.n_in > 0
        && strncmp(k->http.in, "HTTP/1.1 503", 12) != 0
        && !in_stop(s, asked, siege_ms(), STOPS_DATABASE))
        finding(s, V_HEARD, "%s may not listen: %.200s", name_of(e),
                k->http.in);
    if (!good) {
        http_close(&k->http);
        return false;
    }
    e->streams++;
    k->http.n_in -= (size_t)(end + 4 - k->http.in);
    memmove(k->http.in, end + 4, k->http.n_in + 1);
    e->heard_at = siege_ms();
    return true;
}

/* One stream, until either end has enough of it. */
static void
listen_once(struct ear *e, int64_t *ended)
{
    struct client *k = &e->client;
    struct siege *s = k->s;
    struct linger rude = { .l_onoff = 1 };
    int64_t until = siege_ms() + 1000 + below(k, 15000);

    while (!is_over(e, *ended)
           && (siege_ms() < until || atomic_load(&s->end))) {
        size_t before = k->http.n_in;

        if (atomic_load(&s->end) && *ended == INT64_MAX / 2)
            *ended = siege_ms();
        if (!atomic_load(&s->end) && one_in(k, 60))
            client_rest(k, 500 + (int)below(k, 3000)); /* it does not read */
        (void)http_more(&k->http, 100);
        if (k->http.n_in > before)
            e->heard_at = siege_ms();
        take_messages(e);
        if (is_gone(&k->http))
            break;
        if (e->reload)
            break;
    }
    if (one_in(k, 3))
        (void)setsockopt(k->http.fd, SOL_SOCKET, SO_LINGER, &rude, sizeof rude);
    if (!is_over(e, *ended))
        http_close(&k->http);
}

static void *
ear_run(void *arg)
{
    struct ear *e = arg;
    struct siege *s = e->client.s;
    int64_t ended = INT64_MAX / 2;

    while (!is_over(e, ended)) {
        if (atomic_load(&s->end) && ended == INT64_MAX / 2)
            ended = siege_ms();
        if (e->reload)
            read_anew(e);
        if (open_stream(e))
            listen_once(e, &ended);
        else
            (void)usleep(100000);
        if (!atomic_load(&s->end))
            client_rest(&e->client, (int)below(&e->client, 400));
    }
    http_close(&e->client.http);
    return NULL;
}

static struct ear ears[EARS];

/* Jobs give notice by themselves, also after the last event. */
static const char newest_told[] =
    "SELECT MAX(id) FROM (SELECT MAX(id) AS id FROM event"
    " UNION ALL SELECT MAX(id) FROM notice) t";

void
ears_begin(struct siege *s)
{
    static const char *const accounts[EARS] = { ACCOUNTS };
    struct call *c;

    if (left_out(s, "ears"))
        return;
    for (int i = 0; i < EARS; i++) {
        struct ear *e = &ears[i];

        *e = (struct ear){ .all = i == 0, .first = -1, .place = -1 };
        e->client = (struct client){
            .s = s,
            .number = 5000 + i,
            .good = caller_of(s, accounts[i]),
            .chance = random_seed(s->seed * 77 + (uint64_t)i)
        };
        http_open(&e->client.http, 0);
        e->client.http.from = (uint32_t)(0x7f030001 + i);
        (void)pthread_create(&e->client.thread, NULL, ear_run, e);
    }
    /* Nothing happens before all of them have a place. */
    for (int i = 0; i < EARS; i++)
        for (int ms = 0; ms < 10000 && atomic_load(&ears[i].first) < 0;
             ms += 50)
            (void)usleep(50000);
    c = look_into(&s->office);
    EXPECT_OK(db_int(c, &s->first_id, newest_told));
    look_away(c);
}

void
ears_join(struct siege *s)
{
    for (int i = 0; i < EARS && !left_out(s, "ears"); i++) {
        (void)pthread_join(ears[i].client.thread, NULL);
        (void)printf("%s heard %zu in %u streams, reloaded %u times\n",
                     name_of(&ears[i]), ears[i].n, ears[i].streams,
                     ears[i].reloads);
    }
}

/* -- the judge ------------------------------------------------------------- */

static int
by_what(const void *a, const void *b)
{
    const struct heard *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return strcmp(x->verb, y->verb);
}

static int
by_what_and_place(const void *a, const void *b)
{
    const struct heard *x = a, *y = b;
    int order = by_what(a, b);

    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/*
 * Sorted.  Whoever comes back may be told again what was told before: on SQLite
 * every row has a place of its own, so the second goes; on PostgreSQL several
 * may have one.
 */
static void
sort_heard(struct ear *e)
{
    size_t n = 0;

    if (e->n == 0)
        return;
    qsort(e->of, e->n, sizeof *e->of, by_what_and_place);
    for (size_t i = 0; i < e->n; i++)
        if (n == 0 || e->client.s->postgres
            || by_what_and_place(&e->of[n - 1], &e->of[i]) != 0)
            e->of[n++] = e->of[i];
    e->n = n;
}

/* The first of what was heard like KEY, and how many there are. */
static const struct heard *
find_heard(const struct ear *e, struct heard key, size_t *n)
{
    size_t low = 0, high = e->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (by_what(&e->of[mid], &key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (*n = 0; low + *n < e->n && by_what(&e->of[low + *n], &key) == 0; ++*n)
        ;
    return &e->of[low];
}

/* Changes of one order by one verb that were to be heard. */
struct due {
    int64_t order;
    char verb[24], note[40];
    size_t n;
};

static void
compare_due(struct ear *e, const struct due *d)
{
    struct siege *s = e->client.s;
    struct heard key = { .kind = HEARD_EVENT, .id = d->order };
    size_t n, anew;

    if (d->n == 0)
        return;
    (void)snprintf(key.verb, sizeof key.verb, "%s", d->verb);
    (void)find_heard(e, key, &n);
    (void)find_heard(e, (struct heard){ .kind = READ_ANEW, .id = d->order },
                     &anew);
    looked(s, V_HEARD);
    looked(s, V_OVERHEARD);
    if (n < d->n && anew == 0)
        finding(s, V_HEARD, "%s heard %zu of %zu times of %s of %lld (%s)",
                name_of(e), n, d->n, d->verb, (long long)d->order, d->note);
    if (n > d->n && !s->postgres)
        finding(s, V_OVERHEARD,
                "%s heard %zu times of %s of %lld, to be heard were %zu",
                name_of(e), n, d->verb, (long long)d->order, d->n);
}

/* Since the siege began, but for what came after the last that was told. */
static const char changes[] =
    "SELECT e.noun_id, e.verb, e.note FROM event e"
    " JOIN orders o ON o.id = e.noun_id"
    " LEFT JOIN news n ON n.kind = 1 AND n.row_id = e.id"
    " WHERE e.id > $1 AND (n.seq IS NULL OR n.seq <= $2)"
    " AND (CAST($3 AS BIGINT) = 0 OR (o.requester_id = $3 AND e.internal = 0))"
    " ORDER BY e.noun_id, e.verb";

static void
judge_changes(struct ear *e, struct call *c, int64_t person)
{
    struct value v[] = { V(e->client.s->first_id), V(e->place), V(person) };
    struct rows r = db_query_n(c, changes, v, COUNT(v));
    struct due d = { 0 };

    while (rows_next(&r)) {
        const char *note = row_text(&r, 2);

        if (row_int(&r, 0) != d.order || strcmp(row_text(&r, 1), d.verb) != 0) {
            compare_due(e, &d);
            d = (struct due){ .order = row_int(&r, 0) };
            (void)snprintf(d.verb, sizeof d.verb, "%.23s", row_text(&r, 1));
        }
        d.n++;
        (void)snprintf(d.note, sizeof d.note, "%.39s", note ? note : "");
    }
    compare_due(e, &d);
    EXPECT_OK(rows_end(&r));
}

static const char notices[] =
    "SELECT t.id FROM notice t"
    " LEFT JOIN news n ON n.kind = 2 AND n.row_id = t.id"
    " WHERE t.id > $1 AND (n.seq IS NULL OR n.seq <= $2) AND t.person_id = $3";

static void
judge_notices(struct ear *e, struct call *c, int64_t person)
{
    struct siege *s = e->client.s;
    struct value v[] = { V(s->first_id), V(e->place), V(person) };
    struct rows r = db_query_n(c, notices, v, COUNT(v));

    while (rows_next(&r)) {
        size_t n;

        looked(s, V_HEARD);
        (void)find_heard(e,
                         (struct heard){ .kind = HEARD_NOTICE,
                                         .id = row_int(&r, 0) },
                         &n);
        if (n == 0 && e->reloads == 0)
            finding(s, V_HEARD, "%s never heard of notice %lld", name_of(e),
                    (long long)row_int(&r, 0));
    }
    EXPECT_OK(rows_end(&r));
}

/* Whose are the things that they heard of? */
static void
judge_owners(struct ear *e, struct call *c, int64_t person)
{
    static const char of_notice[] =
        "SELECT person_id FROM notice WHERE id = $1";
    static const char of_order[] =
        "SELECT requester_id FROM orders WHERE id = $1";

    for (size_t i = 0; i < e->n; i++) {
        const struct heard *h = &e->of[i];
        bool notice = h->kind == HEARD_NOTICE;
        int64_t owner = 0;

        if ((e->all && !notice)
            || (i > 0 && h[-1].kind == h->kind && h[-1].id == h->id))
            continue;
        looked(e->client.s, V_OVERHEARD);
        if (db_int(c, &owner, notice ? of_notice : of_order, V(h->id)) != OK
            || owner != person)
            finding(e->client.s, V_OVERHEARD, "%s heard of %s %lld of %lld",
                    name_of(e), notice ? "notice" : "order", (long long)h->id,
                    (long long)owner);
    }
}

void
judge_ears(struct siege *s)
{
    struct call *c;

    if (left_out(s, "ears")) {
        leave_out(s, V_HEARD, "SIEGE_WITHOUT");
        leave_out(s, V_OVERHEARD, "SIEGE_WITHOUT");
        return;
    }
    c = look_into(&s->office);
    for (int i = 0; i < EARS; i++) {
        int64_t person = s->callers[ears[i].client.good].person_id;

        sort_heard(&ears[i]);
        judge_changes(&ears[i], c, ears[i].all ? 0 : person);
        judge_notices(&ears[i], c, person);
        judge_owners(&ears[i], c, person);
        free(ears[i].of);
        free(ears[i].text);
    }
    look_away(c);
}
