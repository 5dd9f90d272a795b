/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sm3.h"

#include <openssl/evp.h>
#include <pthread.h>

#include "base/base.h"

/* Looked up once: that takes as long as the hashing. */
static EVP_MD *algorithm;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
find_algorithm(void)
{
    algorithm = EVP_MD_fetch(NULL, "SM3", NULL);
}

void
sm3(const void *p, size_t n, unsigned char out[SM3_BYTES])
{
    unsigned int len = 0;

    (void)pthread_once(&once, find_algorithm);
    ASSERT(EVP_Digest(p, n, out, &len, algorithm, NULL) == 1
           && len == SM3_BYTES);
}

struct sm3_sum
sm3_begin(void)
{
    EVP_MD_CTX *state = EVP_MD_CTX_new();

    (void)pthread_once(&once, find_algorithm);
    ASSERT(state && EVP_DigestInit_ex2(state, algorithm, NULL) == 1);
    return (struct sm3_sum){ state };
}

void
sm3_add(struct sm3_sum *s, const void *p, size_t n)
{
    ASSERT(EVP_DigestUpdate(s->state, p, n) == 1);
}

void
sm3_end(struct sm3_sum *s, unsigned char out[SM3_BYTES])
{
    unsigned int len = 0;

    ASSERT(EVP_DigestFinal_ex(s->state, out, &len) == 1 && len == SM3_BYTES);
    EVP_MD_CTX_free(s->state);
    s->state = NULL;
}

void
sm3_hex(const unsigned char *p, size_t n, char *out)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = hex[p[i] >> 4];
        out[2 * i + 1] = hex[p[i] & 15];
    }
    out[2 * n] = '\0';
}
