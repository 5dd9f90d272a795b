/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords are hashed at the least cost there is, or hundreds of tests would
 * mostly compute hashes: the linker puts this before libsodium's (--wrap), so
 * that the program itself knows of no cheaper way.  A hash says what it cost,
 * and is compared at that.  What is promised of the cost is tested in full.
 */
#include <sodium.h>

#include "test.h"

/* libsodium's, and what is called instead, as the linker names them. */
int __real_crypto_pwhash_str_alg(
    char *out, const char *password, unsigned long long len,
    unsigned long long passes, size_t bytes, int alg);
int __wrap_crypto_pwhash_str_alg(
    char *out, const char *password, unsigned long long len,
    unsigned long long passes, size_t bytes, int alg);

static bool in_full;

void
test_hash_in_full(bool full)
{
    in_full = full;
}

int
__wrap_crypto_pwhash_str_alg(char *out, const char *password,
                             unsigned long long len, unsigned long long passes,
                             size_t bytes, int alg)
{
    if (!in_full) {
        passes = crypto_pwhash_OPSLIMIT_MIN;
        bytes = crypto_pwhash_MEMLIMIT_MIN;
    }
    return __real_crypto_pwhash_str_alg(out, password, len, passes, bytes, alg);
}
