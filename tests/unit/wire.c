/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

uint16_t wire_port;
char reply[WIRE_BYTES];

int
dial(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(wire_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const struct timeval patience = { 10, 0 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    EXPECT(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    return fd;
}

void
say(int fd, const char *s)
{
    EXPECT(send(fd, s, strlen(s), MSG_NOSIGNAL) == (ssize_t)strlen(s));
}

size_t
announced(const char *head)
{
    const char *p = strcasestr(head, "\r\nContent-Length:");

    return p ? strtoul(p + 17, NULL, 10) : 0;
}

int
hear(int fd, bool no_body)
{
    size_t len = 0;
    char *end = NULL;

    for (;;) {
        reply[len] = '\0';
        end = end ? end : strstr(reply, "\r\n\r\n");
        if (end
            && (no_body || len >= (size_t)(end + 4 - reply) + announced(reply)))
            break;
        ssize_t n = recv(fd, reply + len, WIRE_BYTES - 1 - len, 0);
        if (n <= 0)
            return 0;
        len += (size_t)n;
    }
    return atoi(reply + 9);
}

int
wire_ask(const char *request)
{
    int fd = dial();
    say(fd, request);
    int status = hear(fd, strncmp(request, "HEAD", 4) == 0);
    close(fd);
    return status;
}

bool
heard(const char *s)
{
    return strstr(reply, s) != NULL;
}

bool
hear_until(int fd, const char *s)
{
    size_t len = 0;
    struct pollfd p = { .fd = fd, .events = POLLIN };

    reply[0] = '\0';
    while (!heard(s)) {
        if (poll(&p, 1, 3000) != 1)
            return false;
        ssize_t n = recv(fd, reply + len, WIRE_BYTES - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        reply[len] = '\0';
    }
    return true;
}

void
wire_certificate_of(EVP_PKEY *key, const char *cert_path, const char *key_path)
{
    X509 *cert = X509_new();
    FILE *f;

    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"localhost", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    EXPECT(X509_sign(cert, key, EVP_sha256()) > 0);
    f = fopen(cert_path, "w");
    EXPECT(f != NULL && PEM_write_X509(f, cert) == 1);
    fclose(f);
    f = fopen(key_path, "w");
    EXPECT(f != NULL
           && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1);
    fclose(f);
    X509_free(cert);
    EVP_PKEY_free(key);
}

void
wire_certificate(const char *cert_path, const char *key_path)
{
    wire_certificate_of(EVP_EC_gen("P-256"), cert_path, key_path);
}

void
pause_ms(long ms)
{
    const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}
