/* SPDX-License-Identifier: Apache-2.0 */
#include "http/door.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/random.h"
#include "base/thread.h"
#include "http/inner.h"

#define BUCKETS 8192u
#define MOST_CALLERS 65536u /* beyond, strangers share one */
#define KNOWN 8192u         /* credentials remembered */
#define LOOK_MS 500         /* between two rounds of the watchman */
#define ASK_US 2000000      /* the kernel is asked of one socket so often */
#define FREE_BYTES 2048u    /* of a body: a sign-in always gets in */
#define S_US INT64_C(1000000)

TAILQ_HEAD(links, link);

/* A far end: an address, or an account. */
struct caller {
    struct caller *next;   /* in its bucket */
    unsigned char key[17]; /* 'a' and an address, 'u' and an account */
    struct links rests;    /* of its connections those that may give way */
    unsigned n_links, n_rests, n_open;
    size_t body, answer; /* bytes held */
    double tokens;       /* requests it may still make at once */
    int64_t filled_us;
};

struct link {
    TAILQ_ENTRY(link) all, rests, idle;
    struct door *door;
    struct caller *caller; /* NULL: a proxy's */
    unsigned char address[16];
    int fd;
    enum link_state state;
    bool signed_in, resting, cut;
    int64_t since_us;      /* of this state */
    int64_t head_us;       /* the first byte of a head was noticed; 0 */
    int64_t asked_us;      /* the kernel was asked */
    uint64_t bytes;        /* that had come with the last request */
    size_t expected;       /* bytes of the answer */
    atomic_size_t arrived; /* of the body */
};

struct known {
    uint64_t hash;
    int64_t account;
};

struct door {
    struct http_limits limits;
    unsigned char secret[crypto_shorthash_KEYBYTES];
    atomic_ullong refused[N_REFUSALS];
    pthread_t watchman;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t tick;
    bool closing;
    struct links all;
    struct links strangers, guests; /* resting: nobody's, and somebody's */
    size_t n_open, n_links, most;   /* most: n_links that are not cut */
    size_t body, answer;
    size_t n_callers;
    struct caller *buckets[BUCKETS];
    struct known known[KNOWN];
};

static int64_t
limit(const struct door *d, enum http_limit row)
{
    return d->limits.of[row];
}

static size_t
limit_bytes(const struct door *d, enum http_limit row)
{
    return (size_t)limit(d, row) * 1024;
}

void
door_refused(struct door *d, enum http_refusal why)
{
    atomic_fetch_add(&d->refused[why], 1);
}

static uint64_t
hash_of(const struct door *d, const void *bytes, size_t n)
{
    unsigned char out[crypto_shorthash_BYTES];
    uint64_t h;

    (void)crypto_shorthash(out, bytes, n, d->secret);
    memcpy(&h, out, sizeof h);
    return h ? h : 1;
}

/* -- far ends; the lock is held ---------------------------------------- */

static struct caller *
new_caller(struct door *d, const unsigned char key[17])
{
    struct caller *k = calloc(1, sizeof *k);

    ASSERT(k != NULL);
    memcpy(k->key, key, sizeof k->key);
    TAILQ_INIT(&k->rests);
    k->tokens = (double)limit(d, key[0] == 'u' ? LIMIT_ACCOUNT_BURST
                                               : LIMIT_ADDRESS_BURST);
    k->filled_us = monotonic_us();
    d->n_callers++;
    return k;
}

static struct caller *
find_caller(struct door *d, const unsigned char key[17])
{
    static const unsigned char crowd[17] = "a";
    struct caller **at = &d->buckets[hash_of(d, key, 17) % BUCKETS];

    for (struct caller *k = *at; k; k = k->next)
        if (memcmp(k->key, key, 17) == 0)
            return k;
    /* So many addresses at a time are nobody's office. */
    if (d->n_callers >= MOST_CALLERS && memcmp(key, crowd, 17) != 0)
        return find_caller(d, crowd);
    struct caller *k = new_caller(d, key);
    k->next = *at;
    *at = k;
    return k;
}

static struct caller *
address_caller(struct door *d, const unsigned char address[16])
{
    unsigned char key[17] = "a";

    memcpy(key + 1, address, 16);
    return find_caller(d, key);
}

static struct caller *
account_caller(struct door *d, int64_t account)
{
    unsigned char key[17] = "u";

    memcpy(key + 1, &account, sizeof account);
    return find_caller(d, key);
}

static bool
is_account(const struct caller *k)
{
    return k && k->key[0] == 'u';
}

/* Fill the bucket of requests up to now; true when it is full. */
static bool
fill(const struct door *d, struct caller *k, int64_t now_us)
{
    bool account = is_account(k);
    double rate =
        (double)limit(d, account ? LIMIT_ACCOUNT_RATE : LIMIT_ADDRESS_RATE);
    double burst =
        (double)limit(d, account ? LIMIT_ACCOUNT_BURST : LIMIT_ADDRESS_BURST);

    k->tokens += rate * (double)(now_us - k->filled_us) / (double)S_US;
    k->filled_us = now_us;
    if (k->tokens < burst)
        return false;
    k->tokens = burst;
    return true;
}

static bool
take_token(const struct door *d, struct caller *k)
{
    (void)fill(d, k, monotonic_us());
    if (k->tokens < 1)
        return false;
    k->tokens -= 1;
    return true;
}

/* Those of whom nothing need be remembered go. */
static void
forget_callers(struct door *d, int64_t now_us)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct caller **at = &d->buckets[i]; *at;) {
            struct caller *k = *at;

            if (k->n_links || k->n_open || !fill(d, k, now_us)) {
                at = &k->next;
                continue;
            }
            *at = k->next;
            d->n_callers--;
            free(k);
        }
}

/* -- connections; the lock is held --------------------------------------- */

static bool
may_give_way(const struct link *l)
{
    if (l->cut || l->state == LINK_SERVED || l->state == LINK_STREAMS)
        return false;
    return l->state == LINK_RESTS || !(l->signed_in || l->caller == NULL);
}

static struct links *
idle_list(struct link *l)
{
    return l->signed_in || l->caller == NULL ? &l->door->guests
                                             : &l->door->strangers;
}

static void
take_off(struct link *l)
{
    if (!l->resting)
        return;
    l->resting = false;
    if (l->caller) {
        TAILQ_REMOVE(&l->caller->rests, l, rests);
        l->caller->n_rests--;
    }
    TAILQ_REMOVE(idle_list(l), l, idle);
}

static void
put_on(struct link *l)
{
    take_off(l);
    if (!may_give_way(l))
        return;
    l->resting = true;
    if (l->caller) {
        TAILQ_INSERT_TAIL(&l->caller->rests, l, rests);
        l->caller->n_rests++;
    }
    TAILQ_INSERT_TAIL(idle_list(l), l, idle);
}

/* Hang up.  What waits to be sent is dropped, or the kernel would keep it for
   somebody who does not read; its poller sees the end and closes it. */
static void
cut(struct link *l, enum http_refusal why)
{
    const struct linger now = { .l_onoff = 1, .l_linger = 0 };
    struct door *d = l->door;

    take_off(l);
    l->cut = true;
    ASSERT(d->n_links > 0 && (!l->caller || l->caller->n_links > 0));
    d->n_links--;
    /* It counts for nobody any more, and who has none left may be forgotten. */
    if (l->caller)
        l->caller->n_links--;
    l->caller = NULL;
    (void)setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    (void)shutdown(l->fd, SHUT_RDWR);
    door_refused(d, why);
}

/* Count L for K from now on. */
static void
belong(struct link *l, struct caller *k)
{
    if (l->caller == k || l->cut)
        return;
    take_off(l);
    ASSERT(l->caller->n_links > 0);
    l->caller->n_links--;
    l->caller = k;
    l->signed_in = is_account(k);
    k->n_links++;
    put_on(l);
}

/* The oldest connection of LIST that is not KEPT. */
static struct link *
oldest(struct links *list, const struct link *kept)
{
    struct link *l = TAILQ_FIRST(list);

    return l == kept && l ? TAILQ_NEXT(l, idle) : l;
}

static struct link *
oldest_of(struct caller *k, const struct link *kept)
{
    struct link *l = TAILQ_FIRST(&k->rests);

    return l == kept && l ? TAILQ_NEXT(l, rests) : l;
}

/* The address of L may have so many that nobody has signed in on.  Those that
   are served do not count: a whole office may be waiting for its sign-ins. */
static void
keep_address(struct door *d, struct link *l)
{
    struct caller *k = l->caller;

    while (k && !l->signed_in
           && k->n_rests > limit(d, LIMIT_ADDRESS_CONNECTIONS)) {
        struct link *old = oldest_of(k, l);

        cut(old ? old : l, REFUSED_ADDRESS_CONNECTIONS);
    }
}

/* One has come: somebody gives way where there are too many; NEWEST when
   nobody else can. */
static void
make_place(struct door *d, struct link *newest)
{
    struct link *l;

    keep_address(d, newest);
    if (newest->cut || d->n_links <= d->most)
        return;
    l = oldest(&d->strangers, newest);
    if (!l)
        l = oldest(&d->guests, newest);
    cut(l ? l : newest, REFUSED_CONNECTIONS);
}

void
door_key(const unsigned char address[16], unsigned char key[16])
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

    memcpy(key, address, 16);
    if (memcmp(address, mapped, sizeof mapped) != 0)
        memset(key + 8, 0, 8);
}

bool
door_admits(struct door *d)
{
    bool room;

    /* Those that were cut still have their descriptors for a moment. */
    (void)pthread_mutex_lock(&d->lock);
    room = d->n_open < d->most + d->most / 4 + 2;
    (void)pthread_mutex_unlock(&d->lock);
    if (!room)
        door_refused(d, REFUSED_CONNECTIONS);
    return room;
}

struct link *
door_enter(struct door *d, int fd, const unsigned char key[16], bool proxy)
{
    struct link *l = calloc(1, sizeof *l);

    ASSERT(l != NULL);
    l->door = d;
    l->fd = fd;
    l->since_us = monotonic_us();
    memcpy(l->address, key, sizeof l->address);
    (void)pthread_mutex_lock(&d->lock);
    /* Behind a proxy stand many: each request says for whom it asks. */
    l->caller = proxy ? NULL : address_caller(d, key);
    if (l->caller)
        l->caller->n_links++;
    d->n_open++;
    d->n_links++;
    TAILQ_INSERT_TAIL(&d->all, l, all);
    put_on(l);
    make_place(d, l);
    (void)pthread_mutex_unlock(&d->lock);
    return l;
}

void
door_leave(struct door *d, struct link *l)
{
    (void)pthread_mutex_lock(&d->lock);
    take_off(l);
    TAILQ_REMOVE(&d->all, l, all);
    ASSERT(d->n_open > 0);
    d->n_open--;
    if (!l->cut) {
        ASSERT(d->n_links > 0);
        d->n_links--;
        if (l->caller)
            l->caller->n_links--;
    }
    (void)pthread_mutex_unlock(&d->lock);
    free(l);
}

/* Bytes the socket has received since it was opened; 0 when the kernel does
   not tell. */
static uint64_t
received(int fd)
{
    struct tcp_info info = { 0 };
    socklen_t n = sizeof info;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0
               ? info.tcpi_bytes_received
               : 0;
}

/* The lock is held. */
static void
turn_to(struct door *d, struct link *l, enum link_state s)
{
    l->state = s;
    l->since_us = monotonic_us();
    l->head_us = 0;
    atomic_store(&l->arrived, 0);
    put_on(l);
    keep_address(d, l);
}

void
door_state(struct door *d, struct link *l, enum link_state s, size_t n)
{
    bool ask = s == LINK_SERVED && n == DOOR_ASK;
    uint64_t bytes = ask ? received(l->fd) : 0;

    (void)pthread_mutex_lock(&d->lock);
    /* What comes after a request that is whole belongs to the next head. */
    if (s == LINK_SERVED)
        l->bytes = ask ? bytes : l->bytes + n;
    if (s == LINK_ANSWERS)
        l->expected = n;
    turn_to(d, l, s);
    (void)pthread_mutex_unlock(&d->lock);
}

void
door_progress(struct link *l, size_t n)
{
    atomic_fetch_add(&l->arrived, n);
}

/* -- requests -------------------------------------------------------------- */

/* Lock held. */
static void
count_for(struct visit *v, struct caller *k)
{
    if (v->counted) {
        ASSERT(v->caller->n_open > 0 && v->caller->body >= v->body
               && v->caller->answer >= v->answer);
        v->caller->n_open--;
        v->caller->body -= v->body;
        v->caller->answer -= v->answer;
    }
    k->body += v->body;
    k->answer += v->answer;
    v->caller = k;
    v->signed_in = is_account(k);
    v->counted = true;
    k->n_open++;
}

int
door_begin(struct door *d, struct visit *v, const char *credential,
           const unsigned char key[16])
{
    const struct known *seen;
    struct caller *k = NULL;
    int status = 0;

    v->credential =
        *credential ? hash_of(d, credential, strlen(credential)) : 0;
    (void)pthread_mutex_lock(&d->lock);
    /* Known from an earlier request: counted for its account at once, not
       for an address many share. */
    seen = &d->known[v->credential % KNOWN];
    if (v->credential && seen->hash == v->credential)
        k = account_caller(d, seen->account);
    if (!k)
        k = address_caller(d, key);
    if (is_account(k) && k->n_open >= limit(d, LIMIT_ACCOUNT_REQUESTS)) {
        door_refused(d, REFUSED_ACCOUNT_REQUESTS);
        status = 429;
    } else if (!take_token(d, k)) {
        door_refused(d, REFUSED_RATE);
        status = 429;
    }
    count_for(v, k);
    (void)pthread_mutex_unlock(&d->lock);
    return status;
}

/* Lock held: V's connection is K's now. */
static bool
bring_link(struct door *d, struct visit *v, struct caller *k)
{
    struct link *l = v->link;

    if (!l->caller)
        return true; /* a proxy's, or it is cut */
    belong(l, k);
    if (k->n_links <= limit(d, LIMIT_ACCOUNT_CONNECTIONS))
        return true;
    l = oldest_of(k, v->link);
    if (l)
        cut(l, REFUSED_ACCOUNT_CONNECTIONS);
    else
        door_refused(d, REFUSED_ACCOUNT_CONNECTIONS);
    return l != NULL;
}

bool
door_known(struct door *d, struct visit *v, int64_t account_id)
{
    struct known *seen = &d->known[v->credential % KNOWN];
    struct caller *k;
    bool good = true;

    (void)pthread_mutex_lock(&d->lock);
    if (account_id == 0) {
        /* It is nobody's any more; another credential may have the slot. */
        if (v->credential && seen->hash == v->credential)
            seen->hash = 0;
    } else {
        if (v->credential)
            *seen = (struct known){ v->credential, account_id };
        k = account_caller(d, account_id);
        if (v->caller != k || !v->counted) {
            count_for(v, k);
            good = k->n_open <= limit(d, LIMIT_ACCOUNT_REQUESTS);
            if (!good)
                door_refused(d, REFUSED_ACCOUNT_REQUESTS);
        }
        good = bring_link(d, v, k) && good;
    }
    (void)pthread_mutex_unlock(&d->lock);
    return good;
}

int
door_body(struct door *d, struct visit *v, size_t n)
{
    struct caller *k = v->caller;
    size_t always = v->signed_in ? limit_bytes(d, LIMIT_SMALL_KIB) : FREE_BYTES;
    int status = 0;

    (void)pthread_mutex_lock(&d->lock);
    /* So much is everybody's, or full stores would lock out who only signs
       in. */
    if (v->body + n > always) {
        if (v->signed_in
            && k->body + n > limit_bytes(d, LIMIT_ACCOUNT_BODIES_KIB))
            status = 429;
        else if (d->body + n > limit_bytes(d, LIMIT_BODIES_KIB))
            status = 503;
    }
    if (status) {
        door_refused(d, REFUSED_BODIES);
    } else {
        v->body += n;
        k->body += n;
        d->body += n;
    }
    (void)pthread_mutex_unlock(&d->lock);
    return status;
}

int
door_answer(struct door *d, struct visit *v, size_t n)
{
    struct caller *k = v->caller;
    int status = 0;

    (void)pthread_mutex_lock(&d->lock);
    /* The account first: one that asks for much must not be told that the
       program is busy. */
    if (k->answer + n > limit_bytes(d, LIMIT_ACCOUNT_ANSWERS_KIB))
        status = 429;
    else if (d->answer + n > limit_bytes(d, LIMIT_ANSWERS_KIB))
        status = 503;
    if (status) {
        door_refused(d, REFUSED_ANSWERS);
    } else {
        v->answer += n;
        k->answer += n;
        d->answer += n;
    }
    (void)pthread_mutex_unlock(&d->lock);
    return status;
}

/* Lock held. */
static void
uncount(struct door *d, struct visit *v)
{
    if (!v->counted)
        return;
    v->counted = false;
    /* What a far end holds is given back once, or its limits would not hold. */
    ASSERT(v->caller->n_open > 0 && v->caller->body >= v->body
           && v->caller->answer >= v->answer && d->body >= v->body
           && d->answer >= v->answer);
    v->caller->n_open--;
    v->caller->body -= v->body;
    v->caller->answer -= v->answer;
    d->body -= v->body;
    d->answer -= v->answer;
    v->body = v->answer = 0;
}

void
door_streams(struct door *d, struct visit *v)
{
    (void)pthread_mutex_lock(&d->lock);
    uncount(d, v);
    turn_to(d, v->link, LINK_STREAMS);
    (void)pthread_mutex_unlock(&d->lock);
}

void
door_end(struct door *d, struct visit *v)
{
    (void)pthread_mutex_lock(&d->lock);
    uncount(d, v);
    turn_to(d, v->link, LINK_RESTS);
    (void)pthread_mutex_unlock(&d->lock);
}

/* -- the watchman -------------------------------------------------------------- */

/* So many bytes may take so long. */
static int64_t
patience_us(const struct door *d, size_t bytes)
{
    return limit(d, LIMIT_GRACE_S) * S_US
           + (int64_t)bytes * S_US / (limit(d, LIMIT_KIB_S) * 1024);
}

/* Has a head begun that is not whole after its time?  A connection that rests
   may do so for a while, but no byte of the next head has come then. */
static bool
head_is_slow(const struct door *d, struct link *l, int64_t now_us)
{
    int64_t head_us = limit(d, LIMIT_HEAD_S) * S_US;

    if (l->head_us)
        return now_us - l->head_us > head_us;
    if (now_us - l->since_us > limit(d, LIMIT_IDLE_S) * S_US + head_us)
        return true;
    if (now_us - l->asked_us < ASK_US && l->asked_us > l->since_us)
        return false;
    l->asked_us = now_us;
    if (received(l->fd) > l->bytes)
        l->head_us = now_us;
    return false;
}

/* The lock is held. */
static void
look_at(struct door *d, struct link *l, int64_t now_us)
{
    int64_t took_us = now_us - l->since_us;

    switch (l->state) {
    case LINK_RESTS:
        if (head_is_slow(d, l, now_us))
            cut(l, REFUSED_SLOW_HEAD);
        return;
    case LINK_READS:
        if (took_us > patience_us(d, atomic_load(&l->arrived)))
            cut(l, REFUSED_SLOW_BODY);
        return;
    case LINK_ANSWERS:
        if (took_us > patience_us(d, l->expected))
            cut(l, REFUSED_SLOW_READER);
        return;
    case LINK_SERVED:
    case LINK_STREAMS: return;
    }
}

/*
 * The lock is held.  Where the whole process stood still (a stopped machine,
 * one far too busy) its far ends are not to blame: bytes of theirs may lie in
 * the kernel unread.
 */
static void
look_round(struct door *d, int64_t now_us, int64_t late_us)
{
    struct link *l;

    TAILQ_FOREACH(l, &d->all, all)
    {
        if (late_us > S_US) {
            l->since_us += late_us;
            l->head_us += l->head_us ? late_us : 0;
        }
        if (!l->cut)
            look_at(d, l, now_us);
    }
}

/* The lock is held on entry and on return. */
static void
sleep_ms(struct door *d, long ms)
{
    int64_t until = monotonic_ms() + ms;

    while (!d->closing && thread_wait(&d->tick, &d->lock, until))
        continue;
}

static void *
watch(void *arg)
{
    struct door *d = arg;
    int64_t last_us = monotonic_us();
    unsigned rounds = 0;

    (void)pthread_mutex_lock(&d->lock);
    while (!d->closing) {
        int64_t now_us = monotonic_us();

        look_round(d, now_us, now_us - last_us - LOOK_MS * 1000);
        if (++rounds % 20 == 0)
            forget_callers(d, now_us);
        last_us = now_us;
        sleep_ms(d, LOOK_MS);
    }
    (void)pthread_mutex_unlock(&d->lock);
    return NULL;
}

struct http_counts
door_counts(struct door *d)
{
    struct http_counts n = { 0 };

    (void)pthread_mutex_lock(&d->lock);
    n.connections = d->n_open;
    n.most_connections = d->most;
    (void)pthread_mutex_unlock(&d->lock);
    for (int i = 0; i < N_REFUSALS; i++)
        n.refused[i] = atomic_load(&d->refused[i]);
    return n;
}

/* -- opening and closing ----------------------------------------------------- */

struct door *
door_open(const struct http_limits *limits, size_t descriptors)
{
    struct door *d = calloc(1, sizeof *d);

    ASSERT(d != NULL);
    d->limits = *limits;
    d->most = (size_t)limit(d, LIMIT_CONNECTIONS);
    if (d->most > descriptors)
        d->most = descriptors;
    random_secret(d->secret, sizeof d->secret);
    TAILQ_INIT(&d->all);
    TAILQ_INIT(&d->strangers);
    TAILQ_INIT(&d->guests);
    (void)pthread_mutex_init(&d->lock, NULL);
    thread_cond(&d->tick);
    ASSERT(thread_begin(&d->watchman, watch, d));
    return d;
}

void
door_close(struct door *d)
{
    (void)pthread_mutex_lock(&d->lock);
    d->closing = true;
    (void)pthread_cond_signal(&d->tick);
    (void)pthread_mutex_unlock(&d->lock);
    (void)pthread_join(d->watchman, NULL);
    for (size_t i = 0; i < BUCKETS; i++)
        while (d->buckets[i]) {
            struct caller *k = d->buckets[i];

            d->buckets[i] = k->next;
            free(k);
        }
    (void)pthread_cond_destroy(&d->tick);
    (void)pthread_mutex_destroy(&d->lock);
    free(d);
}
