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
