/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and secrets, by libsodium. */
#include <ctype.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "auth/impl.h"
#include "base/random.h"
#include "base/text.h"

/* Argon2id as recommended for 19 MiB (RFC 9106, OWASP): two passes. */
#define HASH_PASSES 2
#define HASH_BYTES (19456 * 1024)

#define PASSWORD_MIN 8
#define PASSWORD_MAX 128
#define CLASSES_MIN 3
#define NAME_TELLS 4 /* a shorter name is in many a good password by chance */

/* What nobody's password fits, hashed with the figures above: compared with
   when there is no account, so that it takes as long. */
static const char nobody[] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* Lower case, upper case, digits, everything else. */
static int
count_classes(const char *s)
{
    bool lower = false, upper = false, digit = false, other = false;

    for (; *s; s++) {
        unsigned char ch = (unsigned char)*s;

        if (islower(ch))
            lower = true;
        else if (isupper(ch))
            upper = true;
        else if (isdigit(ch))
            digit = true;
        else
            other = true;
    }
    return lower + upper + digit + other;
}

enum err
password_check(struct call *c, const char *field, const char *name,
               const char *password)
{
    if (password == NULL || text_length(password) < PASSWORD_MIN)
        return fail(c, ERR_INVALID, field, "must have at least %lld characters",
                    (long long)PASSWORD_MIN);
    if (text_length(password) > PASSWORD_MAX)
        return fail(c, ERR_INVALID, field, "must have at most %lld characters",
                    (long long)PASSWORD_MAX);
    if (count_classes(password) < CLASSES_MIN)
        return fail(c, ERR_INVALID, field,
                    "must mix at least three of: small letters, capital "
                    "letters, digits, other characters");
    if (strcasecmp(password, name) == 0
        || (strlen(name) >= NAME_TELLS && strcasestr(password, name)))
        return fail(c, ERR_INVALID, field,
                    "must not contain the account's name");
    return OK;
}

enum err
auth_hash(struct call *c, const char *password, const char **out)
{
    char *hash = arena_alloc(c->arena, crypto_pwhash_STRBYTES);

    TRY(cache_enter_hashing(c));
    int bad =
        crypto_pwhash_str_alg(hash, password, strlen(password), HASH_PASSES,
                              HASH_BYTES, crypto_pwhash_ALG_ARGON2ID13);
    cache_leave_hashing(c);
    if (bad)
        return fail(c, ERR_BROKEN, NULL, "no memory to hash a password");
    *out = hash;
    return OK;
}

enum err
password_fits(struct call *c, const char *hash, const char *password,
              bool *fits)
{
    TRY(cache_enter_hashing(c));
    *fits = crypto_pwhash_str_verify(hash ? hash : nobody, password,
                                     strlen(password))
                == 0
            && hash != NULL;
    cache_leave_hashing(c);
    return OK;
}

const char *
secret_text(struct call *c, size_t n)
{
    unsigned char bytes[64];
    size_t len =
        sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(c->arena, len);

    ASSERT(n <= sizeof bytes);
    random_secret(bytes, n);
    sodium_bin2base64(text, len, bytes, n,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
    return text;
}

void
secret_hash(const char *secret, unsigned char out[SECRET_HASH])
{
    crypto_hash_sha256(out, (const unsigned char *)secret, strlen(secret));
}

const char *
secret_hex(struct call *c, const unsigned char hash[SECRET_HASH])
{
    char *hex = arena_alloc(c->arena, 2 * SECRET_HASH + 1);

    return sodium_bin2hex(hex, 2 * SECRET_HASH + 1, hash, SECRET_HASH);
}
