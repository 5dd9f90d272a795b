/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and secrets, by libsodium; how well a password can be guessed, by
   libzxcvbn. */
#include <ctype.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>
#include <zxcvbn.h>

#include "auth/account.h"
#include "auth/inner.h"
#include "base/random.h"
#include "base/text.h"
#include "model/app.h"

/* Argon2id as recommended for 19 MiB (RFC 9106, OWASP): two passes. */
#define HASH_PASSES 2
#define HASH_BYTES (19456 * 1024)

#define PASSWORD_MIN 8
#define PASSWORD_MAX 128
#define CLASSES_MIN 3
#define NAME_TELLS 4 /* a shorter name is in many a good password by chance */

/* zxcvbn's score 3, "safely unguessable": 10^8 guesses; in bits. */
#define GUESS_BITS 26.58
#define KEPT_PASSWORDS 5

/* What nobody's password fits, hashed with the figures above: compared with
   when there is no account, so that it takes as long. */
static const char nobody[crypto_pwhash_STRBYTES] =
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

static enum err
check_shape(struct call *c, const char *field, const char *name,
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

static const char find_about[] =
    "SELECT p.name, p.name_en, p.initials, p.code, p.mobile,"
    " (SELECT value FROM auth_setting WHERE name = 'office.name')"
    " FROM auth_person p WHERE p.id = $1";

/* What people here choose first and zxcvbn, which reads English, does not
   know. */
static const char *const habits[] = {
    "liangcao", "woaini",  "woaini1314", "5201314", "1314520",
    "wodemima", "mima",    "zhongguo",   "beijing", "shanghai",
    "houqin",   "guanli",  "guanliyuan", "caonima", "woshishui",
    "jiguan",   "shiwuju", "admin",      "huawei",  "liangshi",
};

#define N_ABOUT 6 /* columns of find_about */
#define KNOWN_WORDS (COUNT(habits) + 2 * N_ABOUT + 2)

static const char *
text_or(const char *s, const char *other)
{
    return text_is_blank(s) ? other : s;
}

/* The words that somebody who knows the person would try; NULL-ended. */
static enum err
known_words(struct call *c, const struct account *a, const char **words)
{
    ROWS r = db_query(c, find_about, V(a->person_id));
    size_t n = 0;

    for (size_t i = 0; i < COUNT(habits); i++)
        words[n++] = habits[i];
    words[n++] = a->name;
    if (rows_next(&r))
        for (int i = 0; i < N_ABOUT; i++) {
            words[n++] = text_or(row_text(&r, i), a->name);
            words[n++] =
                text_or(text_pinyin(c->arena, row_text(&r, i)), a->name);
        }
    words[n] = NULL;
    return rows_end(&r);
}

/* The program itself (the demo, the command line) chooses by its own rules:
   who owns the folder owns the office. */
enum err
password_check(struct call *c, const char *field, const struct account *a,
               const char *password)
{
    const char *words[KNOWN_WORDS];

    TRY(check_shape(c, field, a->name, password));
    if (auth_is_program(c))
        return OK;
    TRY(known_words(c, a, words));
    if (ZxcvbnMatch(password, words, NULL) < GUESS_BITS)
        return fail(c, ERR_INVALID, field,
                    "is guessed too easily: avoid names, years, common words "
                    "and rows of keys; take three or four words that do not "
                    "belong together");
    return OK;
}

/* -- the last ones --------------------------------------------------------- */

static const char find_kept[] =
    "SELECT password FROM old_password WHERE account_id = $1"
    " ORDER BY id DESC LIMIT $2";

static const char keep_hash[] =
    "INSERT INTO old_password (id, account_id, password) VALUES ($1, $2, $3)";

static const char drop_kept[] =
    "DELETE FROM old_password WHERE account_id = $1 AND id NOT IN"
    " (SELECT id FROM old_password WHERE account_id = $1"
    "  ORDER BY id DESC LIMIT $2)";

enum err
password_is_new(struct call *c, const char *field, const struct account *a,
                const char *password)
{
    const char *hashes[KEPT_PASSWORDS + 1] = { a->password };
    size_t n = a->password != NULL;
    bool fits = false;

    if (auth_is_program(c))
        return OK;
    {
        ROWS r = db_query(c, find_kept, V(a->id), V(KEPT_PASSWORDS));

        while (rows_next(&r))
            if (!text_same(row_text(&r, 0), a->password))
                hashes[n++] = row_text(&r, 0);
        TRY(rows_end(&r));
    }
    /* Each is a hash of its own salt, so that they can only be tried one by
       one. */
    for (size_t i = 0; i < n && !fits; i++)
        TRY(password_fits(c, hashes[i], password, &fits));
    return fits ? fail(c, ERR_INVALID, field,
                       "was one of the last %d; take a new one", KEPT_PASSWORDS)
                : OK;
}

enum err
password_keep(struct call *c, int64_t account_id, const char *hash)
{
    TRY(db_exec(c, keep_hash, V(new_id(c)), V(account_id), V(hash)));
    return db_exec(c, drop_kept, V(account_id), V(KEPT_PASSWORDS));
}

enum err
password_was_chosen(struct call *c, int64_t account_id, bool *chosen)
{
    ROWS r = db_query(c, find_kept, V(account_id), V(KEPT_PASSWORDS));

    *chosen = false;
    while (rows_next(&r))
        *chosen = *chosen || !code_hashed(row_text(&r, 0));
    return rows_end(&r);
}

/* -- hashing --------------------------------------------------------------- */

enum err
auth_hash(struct call *c, const char *password, const char **out)
{
    char *hash = arena_alloc(c->arena, crypto_pwhash_STRBYTES);

    TRY(hash_gate_enter(c));
    int bad =
        crypto_pwhash_str_alg(hash, password, strlen(password), HASH_PASSES,
                              HASH_BYTES, crypto_pwhash_ALG_ARGON2ID13);
    hash_gate_leave(c);
    if (bad)
        return fail(c, ERR_BROKEN, NULL, "no memory to hash a password");
    *out = hash;
    return OK;
}

enum err
password_fits(struct call *c, const char *hash, const char *password,
              bool *fits)
{
    bool code = code_hashed(hash);

    TRY(hash_gate_enter(c));
    /* Of a printed password the dear hash is made too, for the time it takes:
       else everybody could tell who has not signed in yet. */
    *fits = crypto_pwhash_str_verify(hash && !code ? hash : nobody, password,
                                     strlen(password))
                == 0
            && hash != NULL;
    hash_gate_leave(c);
    if (code)
        *fits = code_fits(c, hash, password);
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
