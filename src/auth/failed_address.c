/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failed_address - the addresses from which sign-ins failed, for as long as they
 * wait: in memory, for an address is cheap to change and its failures are many.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "auth/inner.h"

#define ADDRESSES 4096u

/* Of an address: each failure takes it ADDRESS_MS further into the future. */
struct failed_address {
    uint64_t key;
    instant busy_until;
};

struct failed_addresses {
    pthread_mutex_t lock;
    struct failed_address all[ADDRESSES];
};

struct failed_addresses *
failed_addresses_open(void)
{
    struct failed_addresses *f = calloc(1, sizeof *f);

    ASSERT(f != NULL);
    pthread_mutex_init(&f->lock, NULL);
    return f;
}

void
failed_addresses_close(struct failed_addresses *f)
{
    pthread_mutex_destroy(&f->lock);
    free(f);
}

/* A far end of IPv6 has a whole network of 64 bits to itself; 0: nobody, or
   this machine. */
static uint64_t
address_key(const char *address)
{
    unsigned char bytes[16] = { 0 }, hash[SECRET_HASH];
    char text[INET6_ADDRSTRLEN];
    uint64_t key;

    if (address == NULL || *address == '\0' || strcmp(address, "::1") == 0
        || strncmp(address, "127.", 4) == 0)
        return 0;
    if (inet_pton(AF_INET6, address, bytes) == 1) {
        memset(bytes + 8, 0, 8);
        address = inet_ntop(AF_INET6, bytes, text, sizeof text);
    }
    secret_hash(address, hash);
    memcpy(&key, hash, sizeof key);
    return key ? key : 1;
}

/* Lock held: the place of an address.  One that still waits is not forgotten
   for another that came to its place; that one then waits along.  Whoever would
   wait longer than anybody can failed while the clock was ahead. */
static struct failed_address *
address_of(struct failed_addresses *f, uint64_t key, instant now)
{
    struct failed_address *k = &f->all[key % ADDRESSES];

    if ((k->key != key && k->busy_until.ms <= now.ms)
        || k->busy_until.ms > now.ms + ADDRESS_MOST_MS)
        *k = (struct failed_address){ .key = key };
    return k;
}

int64_t
address_waits(struct call *c)
{
    struct failed_addresses *f = cache_failed(c);
    uint64_t key = f ? address_key(c->address) : 0;
    int64_t wait;

    if (key == 0)
        return 0;
    pthread_mutex_lock(&f->lock);
    wait = address_of(f, key, c->now)->busy_until.ms - c->now.ms
           - (ADDRESS_BURST - 1) * ADDRESS_MS;
    pthread_mutex_unlock(&f->lock);
    return wait;
}

void
address_failed(struct call *c)
{
    struct failed_addresses *f = cache_failed(c);
    uint64_t key = f ? address_key(c->address) : 0;

    if (key == 0)
        return;
    pthread_mutex_lock(&f->lock);
    struct failed_address *k = address_of(f, key, c->now);
    if (k->busy_until.ms < c->now.ms)
        k->busy_until = c->now;
    k->busy_until.ms += ADDRESS_MS;
    if (k->busy_until.ms > c->now.ms + ADDRESS_MOST_MS)
        k->busy_until.ms = c->now.ms + ADDRESS_MOST_MS;
    pthread_mutex_unlock(&f->lock);
}
