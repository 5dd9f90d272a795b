/* SPDX-License-Identifier: Apache-2.0 */
/* sm3 - the hash of GB/T 32905, by OpenSSL. */
#ifndef BASE_SM3_H
#define BASE_SM3_H

#include <stddef.h>

#define SM3_BYTES 32
#define SM3_HEX 65 /* with its NUL */

/* The hash of N bytes. */
void sm3(const void *p, size_t n, unsigned char out[SM3_BYTES]);

/* Of many pieces: sm3_begin, sm3_add for each, sm3_end. */
struct sm3_sum {
    void *state;
};
struct sm3_sum sm3_begin(void);
void sm3_add(struct sm3_sum *s, const void *p, size_t n);
void sm3_end(struct sm3_sum *s, unsigned char out[SM3_BYTES]);

/* N bytes as small hex digits; OUT has room for 2 * N + 1. */
void sm3_hex(const unsigned char *p, size_t n, char *out);

#endif
