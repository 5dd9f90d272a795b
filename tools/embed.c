/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embed - put files into the program.
 *
 *     embed FOLDER FILE... > files.c
 *
 * prints a C file that defines files[] (base/files.h) with every FILE as it
 * is (NAME=FILE: under another name), and assets[] (http/http.h) with everything below FOLDER, each with its
 * type, a strong ETag and, where they are worth it, gzip and brotli bodies.
 * A FOLDER that does not exist gives no assets: the program then has no web
 * interface but works.
 *
 * Bytes are printed as string literals: they compile about ten times as fast
 * as lists of numbers.
 */
#include <brotli/encode.h>
#include <ctype.h>
#include <dirent.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define LINE_BYTES 512
#define MAX_ASSETS 4096

struct bytes {
    unsigned char *p;
    size_t n;
};

struct asset_row {
    char *path; /* "/assets/x.js" */
    struct bytes plain, gzip, brotli;
    char etag[20];
    bool immutable;
};

static struct asset_row rows[MAX_ASSETS];
static size_t n_rows;

/* A file name's ending, its type, and whether it shrinks when compressed. */
static const struct {
    const char *ending, *type;
    bool shrinks;
} types[] = {
    { ".html", "text/html; charset=utf-8", true },
    { ".js", "text/javascript; charset=utf-8", true },
    { ".mjs", "text/javascript; charset=utf-8", true },
    { ".css", "text/css; charset=utf-8", true },
    { ".json", "application/json", true },
    { ".map", "application/json", true },
    { ".webmanifest", "application/manifest+json", true },
    { ".svg", "image/svg+xml", true },
    { ".txt", "text/plain; charset=utf-8", true },
    { ".xml", "application/xml", true },
    { ".ico", "image/x-icon", true },
    { ".wasm", "application/wasm", true },
    { ".ttf", "font/ttf", true },
    { ".otf", "font/otf", true },
    { ".png", "image/png", false },
    { ".jpg", "image/jpeg", false },
    { ".jpeg", "image/jpeg", false },
    { ".gif", "image/gif", false },
    { ".webp", "image/webp", false },
    { ".avif", "image/avif", false },
    { ".woff", "font/woff", false },
    { ".woff2", "font/woff2", false },
    { ".pdf", "application/pdf", false },
    { NULL, "application/octet-stream", false },
};

static void
die(const char *what, const char *path)
{
    fprintf(stderr, "embed: %s: %s\n", what, path);
    exit(1);
}

static void *
need(void *p)
{
    if (p == NULL)
        die("out of memory", "");
    return p;
}

static struct bytes
read_file(const char *path)
{
    struct stat st;
    FILE *f = fopen(path, "rb");

    if (f == NULL || fstat(fileno(f), &st) != 0)
        die("cannot open", path);
    struct bytes b = { need(malloc((size_t)st.st_size + 1)),
                       (size_t)st.st_size };
    if (fread(b.p, 1, b.n, f) != b.n)
        die("cannot read", path);
    fclose(f);
    return b;
}

static size_t
type_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    size_t i = 0;

    while (types[i].ending
           && (dot == NULL || strcmp(dot, types[i].ending) != 0))
        i++;
    return i;
}

/* A compressed body is worth its place when it saves a tenth. */
static struct bytes
keep_if_smaller(struct bytes packed, size_t plain)
{
    if (packed.n < plain - plain / 10)
        return packed;
    free(packed.p);
    return (struct bytes){ NULL, 0 };
}

static struct bytes
pack_gzip(struct bytes in)
{
    z_stream z = { 0 };

    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        die("zlib", "deflateInit2");
    struct bytes out = { NULL, deflateBound(&z, in.n) + 32 };
    out.p = need(malloc(out.n));
    z.next_in = in.p;
    z.avail_in = (uInt)in.n;
    z.next_out = out.p;
    z.avail_out = (uInt)out.n;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        die("zlib", "deflate");
    out.n = z.total_out;
    deflateEnd(&z);
    return keep_if_smaller(out, in.n);
}

static struct bytes
pack_brotli(struct bytes in)
{
    struct bytes out = { NULL, BrotliEncoderMaxCompressedSize(in.n) + 32 };

    out.p = need(malloc(out.n));
    if (!BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS,
                               BROTLI_MODE_TEXT, in.n, in.p, &out.n, out.p))
        die("brotli", "compress");
    return keep_if_smaller(out, in.n);
}

/*
 * Bundlers write "index-Bk3_x9aZ.js" into assets/: eight characters of hash
 * before the ending.  A plain word ("event-calendar.css") is not taken for
 * one: a hash has a digit or a capital.
 */
static bool
holds_hash(const char *path)
{
    const char *dot = strrchr(path, '.');
    bool mixed = false;

    if (strstr(path, "/assets/") == NULL || dot == NULL || dot - path < 10)
        return false;
    if (dot[-9] != '-' && dot[-9] != '.')
        return false;
    for (const char *p = dot - 8; p < dot; p++) {
        if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
            return false;
        mixed |= isdigit((unsigned char)*p) || isupper((unsigned char)*p);
    }
    return mixed;
}

static void
add_asset(const char *file, const char *path)
{
    unsigned char hash[SHA256_DIGEST_LENGTH];

    if (n_rows == MAX_ASSETS)
        die("too many assets", path);
    struct asset_row *a = &rows[n_rows++];
    a->path = need(strdup(path));
    a->plain = read_file(file);
    a->immutable = holds_hash(path);
    SHA256(a->plain.p, a->plain.n, hash);
    for (size_t i = 0; i < 8; i++)
        snprintf(a->etag + 2 * i, 3, "%02x", hash[i]);
    if (types[type_of(path)].shrinks) {
        a->gzip = pack_gzip(a->plain);
        a->brotli = pack_brotli(a->plain);
    }
}

static void
add_folder(const char *root, const char *below)
{
    char folder[2048], file[4096], path[2048];
    struct dirent **names;
    struct stat st;

    snprintf(folder, sizeof folder, "%.1000s%.1000s", root, below);
    int n = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;

        if (name[0] != '.') {
            snprintf(file, sizeof file, "%s/%s", folder, name);
            snprintf(path, sizeof path, "%.1000s/%s", below, name);
            if (stat(file, &st) != 0)
                die("cannot look at", file);
            if (S_ISDIR(st.st_mode))
                add_folder(root, path);
            else
                add_asset(file, path);
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

/* Octal escapes have three digits at most, so what follows cannot join. */
static void
print_literal(struct bytes b)
{
    for (size_t i = 0; i < b.n; i++) {
        unsigned char ch = b.p[i];

        if (i % LINE_BYTES == 0)
            fputs(i ? "\"\n    \"" : "\n    \"", stdout);
        if (ch == '"' || ch == '\\')
            printf("\\%c", ch);
        else if (ch == '\n')
            fputs("\\n", stdout);
        else if (ch >= ' ' && ch < 127 && ch != '?')
            putchar(ch);
        else
            printf("\\%03o", ch);
    }
    fputs(b.n ? "\"" : "\"\"", stdout);
}

static void
print_body(size_t i, const char *name, struct bytes b)
{
    if (b.p == NULL)
        return;
    printf("static const unsigned char %s_%zu[] =", name, i);
    print_literal(b);
    puts(";");
}

static void
print_ref(size_t i, const char *name, struct bytes b)
{
    if (b.p)
        printf(" .%s = %s_%zu, .%s_len = %zu,", name, name, i, name, b.n);
}

static void
print_assets(void)
{
    for (size_t i = 0; i < n_rows; i++) {
        print_body(i, "plain", rows[i].plain);
        print_body(i, "gzip", rows[i].gzip);
        print_body(i, "brotli", rows[i].brotli);
    }
    puts("const struct asset assets[] = {");
    for (size_t i = 0; i < n_rows; i++) {
        const struct asset_row *a = &rows[i];

        printf("  { .path = \"%s\", .type = \"%s\", .etag = \"\\\"%s\\\"\",",
               a->path, types[type_of(a->path)].type, a->etag);
        print_ref(i, "plain", a->plain);
        print_ref(i, "gzip", a->gzip);
        print_ref(i, "brotli", a->brotli);
        printf(" .immutable = %s },\n", a->immutable ? "true" : "false");
    }
    printf("  { 0 }\n};\nconst size_t n_assets = %zu;\n", n_rows);
}

static void
print_files(int argc, char **argv)
{
    puts("const struct file files[] = {");
    for (int i = 2; i < argc; i++) {
        size_t name = strcspn(argv[i], "=");
        struct bytes b = read_file(argv[i] + (argv[i][name] ? name + 1 : 0));

        printf("  { .path = \"%.*s\", .len = %zu, .text =", (int)name, argv[i],
               b.n);
        print_literal(b);
        puts(" },");
        free(b.p);
    }
    printf("  { 0 }\n};\nconst size_t n_files = %d;\n", argc - 2);
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: embed FOLDER FILE...\n", stderr);
        return 2;
    }
    add_folder(argv[1], "");
    puts("/* Made by tools/embed. */");
    puts("#include \"base/files.h\"\n#include \"http/http.h\"\n");
    print_assets();
    print_files(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout))
        die("cannot write", "standard output");
    return 0;
}
