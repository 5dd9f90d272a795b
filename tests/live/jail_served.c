/* SPDX-License-Identifier: Apache-2.0 */
/* jail_served - a whole server in its jail: what holds it, and that all it
   does is done in there. */
#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "jail.h"

/* -- what holds it ------------------------------------------------------------- */

/* A line of /proc/PID/task/TID/status as a number; -1. */
static long
status_of(pid_t pid, const char *tid, const char *name, int base)
{
    char path[300], line[200];
    size_t n = strlen(name);
    long value = -1;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)pid, tid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, n) == 0)
            value = strtol(line + n, NULL, base);
    if (f)
        (void)fclose(f);
    return value;
}

/* The threads of a process, and how many of them nothing holds. */
static int
count_free(pid_t pid, int *all)
{
    char path[60];
    struct dirent *e;
    DIR *d;
    int free_ones = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    d = opendir(path);
    *all = 0;
    while (d && (e = readdir(d))) {
        if (e->d_name[0] == '.')
            continue;
        ++*all;
        free_ones += status_of(pid, e->d_name, "Seccomp:", 10) != 2
                     || status_of(pid, e->d_name, "NoNewPrivs:", 10) != 1
                     || status_of(pid, e->d_name, "CapEff:", 16) != 0;
    }
    if (d)
        (void)closedir(d);
    return free_ones;
}

/* -- what it does in there -------------------------------------------------------- */

static const struct {
    const char *who, *method, *path, *body;
    int status;
    const char *part; /* of the answer's beginning */
} asked[] = {
    { "", "GET", "/", NULL, 200, "<" },
    { "", "GET", "/readyz", NULL, 200, "" },
    { "", "GET", "/metrics", NULL, 200, "liangcao_" },
    { "", "POST", "/api/v1/session",
      "{\"account\":\"wang\",\"password\":\"Liang-cao9\"}", 201, "csrf" },
    { "wang", "POST", "/api/v1/orders",
      "{\"item_code\":\"A04\",\"description\":\"jailed\"}", 201, "jailed" },
    { "desk", "GET", "/api/v1/orders?q=jailed", NULL, 200, "jailed" },
    { "desk", "GET", "/api/v1/orders?format=csv", NULL, 200, "jailed" },
    { "desk", "GET", "/api/v1/orders?format=xlsx", NULL, 200, "PK" },
    { "sysadmin", "POST", "/api/v1/import/places",
      "code,name,kind\nJ1,Jail,site\n", 200, "" },
    { "sysadmin", "GET", "/api/v1/export/places", NULL, 200, "Jail" },
    { "auditor", "POST", "/api/v1/audit/verify", "{}", 200, "" },
};

static void
ask_one(struct score *s, struct http *h, const struct live_office *o, size_t i)
{
    const char *token = token_of(o, asked[i].who), *body = asked[i].body;
    const char *type = !body            ? ""
                       : body[0] == '{' ? "Content-Type: application/json\r\n"
                                        : "Content-Type: text/csv\r\n";
    char head[300];
    struct answer a;

    (void)snprintf(head, sizeof head, "%s%s%s%s", type,
                   *token ? "Authorization: Bearer " : "", token,
                   *token ? "\r\n" : "");
    a = http_ask(h, asked[i].method, asked[i].path, head, body,
                 body ? strlen(body) : 0);
    (void)score(s,
                a.status == asked[i].status && a.body
                    && strstr(a.body, asked[i].part),
                "%s %s: %d in the jail: %.600s", asked[i].method, asked[i].path,
                a.status, a.body ? a.body : "");
    answer_free(&a);
}

static void
ask_all(struct score *s, struct http *h, const struct live_office *o)
{
    for (size_t i = 0; i < COUNT(asked); i++)
        ask_one(s, h, o, i);
}

/* A stream is open when the server is told to end. */
static void
check_end(struct score *s, struct server *server, const struct live_office *o)
{
    struct http h;
    int status;

    http_open(&h, server->port);
    (void)score(s, http_listen(&h, token_of(o, "desk"), "/api/v1/stream", NULL),
                "no stream in the jail");
    status = server_stop(server, SIGTERM);
    (void)score(s, WIFEXITED(status) && WEXITSTATUS(status) == 0,
                "the jailed server ends with %d; see %s/server.log", status,
                o->dir);
    http_close(&h);
}

void
check_served(struct score *s, const struct server *server,
             const struct live_office *o)
{
    char says[400], layer[20];
    struct http h;
    int all = 0, loose = count_free(server->pid, &all);

    http_open(&h, server->port);
    (void)score(s, all > 4 && loose == 0,
                "%d of %d threads are not in the jail", loose, all);
    ask_health(&h, o, "jail", says, sizeof says);
    /* "landlock 7, seccomp, ..." in the reader's language. */
    (void)snprintf(layer, sizeof layer, "landlock %d", layers().landlock);
    (void)score(s,
                strstr(says, "seccomp") && strstr(says, layer)
                    && strstr(says, "capabilities") == NULL,
                "health says of the jail: %s", says);
    ask_all(s, &h, o);
    http_close(&h);
}

static void
serve_jailed(struct score *s, const char *program, const struct live_office *o)
{
    char backup[100];
    const char *const words[] = { "backup", backup, NULL };
    struct server server;

    if (!score(s, server_start(&server, program, o), "no server"))
        return;
    check_served(s, &server, o);
    (void)snprintf(backup, sizeof backup, "%s/beside.db", o->dir);
    (void)score(s, run_program(o, program, words) == 0,
                "no backup beside a jailed server");
    check_end(s, &server, o);
}

/* -- with a certificate ------------------------------------------------------------ */

/* One for an hour, signed by itself; the conf names it. */
static bool
write_certificate(const char *path, const char *key_path)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    FILE *f = fopen(path, "w"), *k = fopen(key_path, "w");
    bool good;

    (void)ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    (void)X509_set_pubkey(cert, key);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     (const unsigned char *)"localhost", -1, -1,
                                     0);
    (void)X509_set_issuer_name(cert, name);
    good = X509_sign(cert, key, EVP_sha256()) > 0 && f && k
           && PEM_write_X509(f, cert) == 1
           && PEM_write_PrivateKey(k, key, NULL, NULL, 0, NULL, NULL) == 1;
    if (f)
        (void)fclose(f);
    if (k)
        (void)fclose(k);
    X509_free(cert);
    EVP_PKEY_free(key);
    return good;
}

static bool
ask_by_tls(uint16_t port)
{
    static const char request[] =
        "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    BIO *bio = BIO_new_ssl_connect(ctx);
    char to[40], reply[2000];
    int n;

    (void)snprintf(to, sizeof to, "127.0.0.1:%u", port);
    (void)BIO_set_conn_hostname(bio, to);
    n = BIO_write(bio, request, sizeof request - 1) > 0
            ? BIO_read(bio, reply, sizeof reply - 1)
            : 0;
    reply[n > 0 ? n : 0] = '\0';
    BIO_free_all(bio);
    SSL_CTX_free(ctx);
    return strstr(reply, "200 OK") != NULL;
}

static void
serve_tls(struct score *s, const char *program, const struct live_office *o)
{
    char cert[] = "/tmp/liangcao-cert-XXXXXX",
         key[] = "/tmp/liangcao-key-XXXXXX";
    struct server server;

    (void)close(mkstemp(cert));
    (void)close(mkstemp(key));
    (void)score(s, write_certificate(cert, key), "no certificate");
    (void)setenv("LIANGCAO_CERT", cert, 1);
    (void)setenv("LIANGCAO_KEY", key, 1);
    if (score(s, server_start(&server, program, o), "no server with TLS")) {
        (void)score(s, ask_by_tls(server.port), "no TLS in the jail");
        (void)score(s, server_stop(&server, SIGTERM) == 0,
                    "the server with TLS ends badly");
    }
    (void)unsetenv("LIANGCAO_CERT");
    (void)unsetenv("LIANGCAO_KEY");
    (void)unlink(cert);
    (void)unlink(key);
}

/* -- without it ---------------------------------------------------------------------- */

static void
serve_loose(struct score *s, const char *program, const struct live_office *o)
{
    char says[400];
    struct server server;
    struct http h;
    int all;

    (void)setenv("LIANGCAO_JAIL", "off", 1);
    if (score(s, server_start(&server, program, o), "no server")) {
        http_open(&h, server.port);
        (void)score(s, count_free(server.pid, &all) == all,
                    "jail = off leaves threads in the jail");
        ask_health(&h, o, "jail", says, sizeof says);
        (void)score(s, strstr(says, "jail = off") != NULL,
                    "health says of jail = off: %s", says);
        http_close(&h);
        (void)server_stop(&server, SIGTERM);
    }
    (void)unsetenv("LIANGCAO_JAIL");
}

void
try_served(struct score *s, const char *program)
{
    struct live_office o;

    office_found(&o);
    serve_jailed(s, program, &o);
    serve_tls(s, program, &o);
    serve_loose(s, program, &o);
    try_unit(s, program, &o);
    if (s->failed == 0)
        office_leave(&o);
}
