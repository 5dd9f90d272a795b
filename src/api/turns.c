/* SPDX-License-Identifier: Apache-2.0 */
#include "api/turns.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "auth/auth.h"
#include "model/app.h"

/* Tables being made, waited for and sent together. */
#define MAX_TURNS 64

struct turn {
    struct turns *all;
    int64_t account_id; /* 0: free */
    int64_t since_s;    /* asked for or begun then */
    bool made;
};

struct turns {
    pthread_mutex_t lock;
    bool stopped;
    struct turn turns[MAX_TURNS];
};

struct turns *
turns_open(void)
{
    struct turns *t = calloc(1, sizeof *t);

    ASSERT(t != NULL);
    pthread_mutex_init(&t->lock, NULL);
    for (size_t i = 0; i < MAX_TURNS; i++)
        t->turns[i].all = t;
    return t;
}

void
turns_stop(struct turns *t)
{
    pthread_mutex_lock(&t->lock);
    t->stopped = true;
    pthread_mutex_unlock(&t->lock);
}

void
turns_close(struct turns *t)
{
    pthread_mutex_destroy(&t->lock);
    free(t);
}

/* Not the call's time: that stands still while it runs. */
static int64_t
seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec;
}

/* Lock held.  *OWN tells that the account has one; NULL: there is no room. */
static struct turn *
find_room(struct turns *t, int64_t account_id, bool *own)
{
    struct turn *room = NULL;
    unsigned making = 0;

    *own = false;
    for (size_t i = 0; i < MAX_TURNS; i++) {
        struct turn *k = &t->turns[i];

        if (k->account_id == account_id)
            *own = true;
        if (k->account_id == 0)
            room = k;
        else
            making += !k->made;
    }
    return making < TURNS_AT_A_TIME + TURNS_WAITING ? room : NULL;
}

enum err
turn_ask(struct call *c, void **turn)
{
    struct turns *t = c->app->turns;
    struct turn *k;
    bool own;

    pthread_mutex_lock(&t->lock);
    k = find_room(t, c->actor->account_id, &own);
    if (k != NULL && !own) {
        k->account_id = c->actor->account_id;
        k->since_s = seconds();
        k->made = false;
    }
    pthread_mutex_unlock(&t->lock);
    if (own)
        return fail(c, ERR_LIMIT, NULL,
                    "another table of yours is being made or sent; please "
                    "wait for it");
    if (k == NULL)
        return fail(c, ERR_LIMIT, NULL,
                    "many tables are being made; please try again in a "
                    "minute");
    *turn = k;
    return OK;
}

static bool
is_stopped(struct turns *t)
{
    bool stopped;

    pthread_mutex_lock(&t->lock);
    stopped = t->stopped;
    pthread_mutex_unlock(&t->lock);
    return stopped;
}

enum err
turn_begin(struct call *c, void *turn)
{
    struct turn *k = turn;

    if (k == NULL)
        return OK;
    if (seconds() - k->since_s > TURN_WAIT_S)
        return fail(c, ERR_LIMIT, NULL,
                    "many tables are being made; please try again in a "
                    "minute");
    k->since_s = seconds();
    return turn_check(c, turn);
}

enum err
turn_check(struct call *c, void *turn)
{
    const struct turn *k = turn;

    if (k == NULL)
        return OK;
    if (is_stopped(k->all))
        return fail(c, ERR_LIMIT, NULL, "the server is being stopped");
    if (seconds() - k->since_s > TURN_MAKE_S)
        return fail(c, ERR_LIMIT, NULL,
                    "the table takes too long; please narrow the list with "
                    "filters");
    return OK;
}

void
turn_made(void *turn)
{
    struct turn *k = turn;

    if (k == NULL)
        return;
    pthread_mutex_lock(&k->all->lock);
    ASSERT(k->account_id != 0);
    k->made = true;
    pthread_mutex_unlock(&k->all->lock);
}

void
turn_end(void *turn)
{
    struct turn *k = turn;

    pthread_mutex_lock(&k->all->lock);
    /* Ended twice, it would end the turn of whoever has it by now. */
    ASSERT(k->account_id != 0);
    k->account_id = 0;
    pthread_mutex_unlock(&k->all->lock);
}
