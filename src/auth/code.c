/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code - first passwords that the program makes and a slip of paper carries.
 *
 * They are random, of 60 bits, so nobody guesses one; a password that people
 * choose has to be hashed dearly because it can be guessed.  Argon2id with the
 * least it takes is salted and of the same form, and costs 20 us: a thousand
 * slips stand in nobody's way at the counter where passwords are hashed.
 */
#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "auth/inner.h"
#include "base/random.h"

#define CODE_CHARS 12
#define CODE_GROUP 4

/* What cannot be mistaken for one another; a character is five bits. */
static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/* Stands before the hash of one. */
static const char mark[] = "slip";
#define MARK (sizeof mark - 1)

static const char find_kept[] =
    "SELECT password FROM old_password WHERE account_id = $1";

enum err
code_make(struct call *c, const char **code, const char **hash)
{
    char plain[CODE_CHARS + 1], *printed;
    char *made = arena_alloc(c->arena, crypto_pwhash_STRBYTES);
    unsigned char bytes[CODE_CHARS];
    size_t n = 0;

    printed = arena_alloc(c->arena, CODE_CHARS + CODE_CHARS / CODE_GROUP);
    random_secret(bytes, sizeof bytes);
    for (size_t i = 0; i < CODE_CHARS; i++) {
        plain[i] = alphabet[bytes[i] % (sizeof alphabet - 1)];
        if (i > 0 && i % CODE_GROUP == 0)
            printed[n++] = '-';
        printed[n++] = plain[i];
    }
    printed[n] = plain[CODE_CHARS] = '\0';
    int bad = crypto_pwhash_str_alg(made, plain, CODE_CHARS,
                                    crypto_pwhash_OPSLIMIT_MIN,
                                    crypto_pwhash_MEMLIMIT_MIN,
                                    crypto_pwhash_ALG_ARGON2ID13);
    /* Only the paper and the hash are left of it. */
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(plain, sizeof plain);
    if (bad)
        return fail(c, ERR_BROKEN, NULL, "no memory to hash a password");
    *code = printed;
    *hash = arena_printf(c->arena, "%s%s", mark, made);
    return OK;
}

bool
code_hashed(const char *hash)
{
    return hash != NULL && strncmp(hash, mark, MARK) == 0;
}

/* As it was made: small letters, dashes and blanks are how people type.  NULL:
   it cannot be one. */
static const char *
plain_code(struct call *c, const char *typed)
{
    char *plain = arena_alloc(c->arena, CODE_CHARS + 1);
    size_t n = 0;

    for (; *typed; typed++) {
        int ch = toupper((unsigned char)*typed);

        if (ch == '-' || isspace(ch))
            continue;
        if (n == CODE_CHARS || strchr(alphabet, ch) == NULL)
            return NULL;
        plain[n++] = (char)ch;
    }
    plain[n] = '\0';
    return n == CODE_CHARS ? plain : NULL;
}

bool
code_fits(struct call *c, const char *hash, const char *typed)
{
    const char *plain = plain_code(c, typed);

    return plain != NULL
           && crypto_pwhash_str_verify(hash + MARK, plain, CODE_CHARS) == 0;
}

enum err
code_is_spent(struct call *c, int64_t account_id, const char *typed,
              bool *spent)
{
    *spent = false;
    /* Most of what is typed wrongly is no code at all. */
    if (account_id == 0 || plain_code(c, typed) == NULL)
        return OK;
    ROWS r = db_query(c, find_kept, V(account_id));
    while (rows_next(&r))
        *spent |= code_hashed(row_text(&r, 0))
                  && code_fits(c, row_text(&r, 0), typed);
    return rows_end(&r);
}
