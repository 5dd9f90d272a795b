/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of the seals: SM2 with SM3 (GB/T 32918), by OpenSSL, in PEM files
 * that any tool for SM2 reads.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/audit/inner.h"

/* The identity that GB/T 35276 takes where none was agreed on. */
#define IDENTITY "1234567812345678"

#define MAX_FILE 16384
#define MAX_SIGNATURE 128

struct audit_key {
    struct audit_public public;
    unsigned char *der; /* the private key, in locked memory */
    size_t n;
};

/* -- public keys -------------------------------------------------------------- */

/* The name of a key: the beginning of SM3 of its public half. */
static bool
name_key(EVP_PKEY *key, char out[KEY_NAME])
{
    unsigned char *der = NULL, digest[SM3_BYTES];
    int n = i2d_PUBKEY(key, &der);

    if (n <= 0)
        return false;
    sm3(der, (size_t)n, digest);
    OPENSSL_free(der);
    sm3_hex(digest, (KEY_NAME - 1) / 2, out);
    return true;
}

/* A copy of the public half alone. */
static EVP_PKEY *
public_half(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    const unsigned char *at;
    int n = i2d_PUBKEY(key, &der);
    EVP_PKEY *half;

    if (n <= 0)
        return NULL;
    at = der;
    half = d2i_PUBKEY(NULL, &at, n);
    OPENSSL_free(der);
    return half;
}

static bool
is_sm2(EVP_PKEY *key)
{
    return key != NULL && EVP_PKEY_is_a(key, "SM2") == 1;
}

/* Never ask at the terminal for the password of a key. */
static int
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is OpenSSL's */
no_password(char *buf, int size, int writing, void *arg)
{
    (void)buf, (void)size, (void)writing, (void)arg;
    return -1;
}

/* The next key of the file, whichever half it is; NULL at the end. */
static EVP_PKEY *
next_public(BIO *in)
{
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    const unsigned char *at;
    long n = 0;
    EVP_PKEY *key = NULL, *whole;

    if (PEM_read_bio(in, &name, &header, &data, &n) != 1) {
        ERR_clear_error();
        return NULL;
    }
    at = data;
    if (strcmp(name, "PUBLIC KEY") == 0) {
        key = d2i_PUBKEY(NULL, &at, n);
    } else if ((whole = d2i_AutoPrivateKey(NULL, &at, n)) != NULL) {
        key = public_half(whole);
        EVP_PKEY_free(whole);
    }
    OPENSSL_clear_free(data, (size_t)n);
    OPENSSL_free(name);
    OPENSSL_free(header);
    return key;
}

size_t
key_read_public(const char *path, struct audit_public *out, size_t max,
                const char **why)
{
    BIO *in = BIO_new_file(path, "r");
    EVP_PKEY *key;
    size_t n = 0;

    *why = in == NULL ? strerror(errno) : "it holds no key for SM2";
    while (in != NULL && n < max && (key = next_public(in)) != NULL) {
        out[n].key = key;
        if (is_sm2(key) && name_key(key, out[n].name))
            n++;
        else
            EVP_PKEY_free(key);
    }
    (void)BIO_free(in);
    return n;
}

void
key_drop_public(struct audit_public *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        EVP_PKEY_free(keys[i].key);
}

static bool
from_hex(const char *hex, unsigned char *out, size_t max, size_t *n)
{
    size_t len = strlen(hex);

    return len > 0 && len <= 2 * max && len % 2 == 0
           && sodium_hex2bin(out, max, hex, len, NULL, n, NULL) == 0
           && *n == len / 2;
}

/* A context that knows the algorithm and the identity. */
static EVP_MD_CTX *
begin_context(EVP_PKEY *key, bool sign)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new(key, NULL);
    int ok = ctx != NULL && pctx != NULL
             && EVP_PKEY_CTX_set1_id(pctx, IDENTITY, strlen(IDENTITY)) == 1;

    ASSERT(ok);
    EVP_MD_CTX_set_pkey_ctx(ctx, pctx);
    ok = sign ? EVP_DigestSignInit(ctx, NULL, EVP_sm3(), NULL, key)
              : EVP_DigestVerifyInit(ctx, NULL, EVP_sm3(), NULL, key);
    ASSERT(ok == 1);
    return ctx;
}

static void
end_context(EVP_MD_CTX *ctx)
{
    EVP_PKEY_CTX *pctx = EVP_MD_CTX_get_pkey_ctx(ctx);

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_CTX_free(pctx);
}

bool
key_fits(const struct audit_public *k, const char *text, size_t n,
         const char *signature)
{
    unsigned char bytes[MAX_SIGNATURE];
    size_t len = 0;
    EVP_MD_CTX *ctx;
    bool fits;

    if (!from_hex(signature, bytes, sizeof bytes, &len))
        return false;
    ctx = begin_context(k->key, false);
    fits =
        EVP_DigestVerify(ctx, bytes, len, (const unsigned char *)text, n) == 1;
    ERR_clear_error();
    end_context(ctx);
    return fits;
}

/* -- the private key ------------------------------------------------------------ */

/* The file's text in locked memory, with a NUL; NULL with *WHY. */
static char *
read_locked(const char *path, const char **why)
{
    int fd = regular_open(path, O_RDONLY, why);
    char *text = fd >= 0 ? sodium_malloc(MAX_FILE) : NULL;
    ssize_t n = text ? read(fd, text, MAX_FILE - 1) : -1;

    if (n < 0) {
        if (fd >= 0)
            *why = strerror(errno);
        sodium_free(text);
        text = NULL;
    } else {
        text[n] = '\0';
    }
    if (fd >= 0)
        (void)close(fd);
    return text;
}

/* What others may read has signed nothing. */
static bool
is_private(const char *path, const char **why)
{
    struct stat st;

    *why = "others may read it: chmod 600";
    if (stat(path, &st) != 0) {
        *why = strerror(errno);
        return false;
    }
    return S_ISREG(st.st_mode) && (st.st_mode & 077) == 0;
}

static struct audit_key *
take_key(EVP_PKEY *key)
{
    struct audit_key *k = calloc(1, sizeof *k);
    unsigned char *at;
    int n = i2d_PrivateKey(key, NULL);

    ASSERT(k != NULL && n > 0);
    k->n = (size_t)n;
    k->der = at = sodium_malloc(k->n);
    ASSERT(at != NULL && i2d_PrivateKey(key, &at) == n);
    (void)sodium_mprotect_readonly(k->der);
    k->public.key = public_half(key);
    ASSERT(k->public.key != NULL && name_key(key, k->public.name));
    return k;
}

struct audit_key *
key_open(const char *path, const char **why)
{
    struct audit_key *k = NULL;
    EVP_PKEY *key = NULL;
    char *text;
    BIO *in;

    if (sodium_init() < 0 || !is_private(path, why)
        || (text = read_locked(path, why)) == NULL)
        return NULL;
    in = BIO_new_mem_buf(text, -1);
    *why = "it is no private key for SM2";
    key = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);
    ERR_clear_error();
    (void)BIO_free(in);
    /* The text of the key is in memory that is locked and wiped. */
    sodium_free(text);
    if (is_sm2(key))
        k = take_key(key);
    EVP_PKEY_free(key);
    return k;
}

void
key_close(struct audit_key *k)
{
    if (k == NULL)
        return;
    sodium_free(k->der);
    EVP_PKEY_free(k->public.key);
    free(k);
}

const char *
key_name(const struct audit_key *k)
{
    return k->public.name;
}

struct audit_public
key_public(const struct audit_key *k)
{
    return k->public;
}

const char *
key_sign(struct call *c, const struct audit_key *k, const char *text, size_t n)
{
    const unsigned char *at = k->der;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)k->n);
    unsigned char bytes[MAX_SIGNATURE];
    size_t len = sizeof bytes;
    EVP_MD_CTX *ctx;
    char *hex;

    ASSERT(key != NULL);
    ctx = begin_context(key, true);
    ASSERT(EVP_DigestSign(ctx, bytes, &len, (const unsigned char *)text, n)
           == 1);
    end_context(ctx);
    EVP_PKEY_free(key);
    hex = arena_alloc(c->arena, 2 * len + 1);
    sm3_hex(bytes, len, hex);
    return hex;
}

/* -- making one ----------------------------------------------------------------- */

/* FILE made new; the mode does not depend on the umask. */
static enum err
write_pem(struct call *c, const char *path, EVP_PKEY *key, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool good;

    if (f == NULL)
        return fail(c, errno == EEXIST ? ERR_CONFLICT : ERR_INVALID, NULL,
                    "%s cannot be written: %s", path,
                    words_in(c, strerror(errno)));
    good = fchmod(fd, mode) == 0
           && (mode & 077
                   ? PEM_write_PUBKEY(f, key)
                   : PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL))
                  == 1
           && fflush(f) == 0 && fsync(fd) == 0;
    if (fclose(f) == 0 && good)
        return OK;
    (void)unlink(path);
    return fail(c, ERR_BROKEN, NULL, "%s cannot be written: %s", path,
                words_in(c, strerror(errno)));
}

/* A key beside the database would fall to whoever has the database. */
static enum err
refuse_inside(struct call *c, const char *file, const char *dir)
{
    const char *slash = strrchr(file, '/');
    char *folder =
        slash ? arena_text_n(c->arena, file, (size_t)(slash - file) + 1)
              : arena_text(c->arena, ".");
    char *at = realpath(folder, NULL), *office = realpath(dir, NULL);
    size_t n = office ? strlen(office) : 0;
    bool inside = at != NULL && office != NULL && strncmp(at, office, n) == 0
                  && (at[n] == '/' || at[n] == '\0');
    bool there = at != NULL;

    free(at);
    free(office);
    if (!there)
        return fail(c, ERR_ABSENT, NULL, "there is no folder %s", folder);
    if (inside)
        return fail(c, ERR_INVALID, NULL,
                    "the key must lie outside of the office's folder %s: who"
                    " has the one must not have the other",
                    dir);
    return OK;
}

enum err
audit_make_key(struct call *c, const char *file, const char *data_dir,
               const char **name)
{
    const char *public = arena_printf(c->arena, "%s.pub", file);
    char *known = arena_alloc(c->arena, KEY_NAME);
    EVP_PKEY *key;
    enum err e;

    /* Whoever can write to the office could sign for it. */
    TRY(refuse_inside(c, file, data_dir));
    key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    if (key == NULL || !name_key(key, known)) {
        EVP_PKEY_free(key);
        return fail(c, ERR_BROKEN, NULL, "no key can be made");
    }
    e = write_pem(c, file, key, 0600);
    if (e == OK)
        e = write_pem(c, public, key, 0644);
    EVP_PKEY_free(key);
    *name = known;
    return e;
}
