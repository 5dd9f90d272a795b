/* SPDX-License-Identifier: Apache-2.0 */
/* A small HTTP/1.1 client that keeps its connection. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "live.h"

#define WAIT_MS 30000

void
http_open(struct http *h, uint16_t port)
{
    *h = (struct http){ .fd = -1, .port = port };
}

void
http_close(struct http *h)
{
    if (h->fd >= 0)
        (void)close(h->fd);
    free(h->in);
    *h = (struct http){
        .fd = -1, .port = h->port, .from = h->from, .wait_ms = h->wait_ms
    };
}

/* The port is chosen with the whole address, so that all of them are free for
   each far end. */
static bool
leave_from(const struct http *h)
{
    struct sockaddr_in from = { .sin_family = AF_INET,
                                .sin_addr = { htonl(h->from) } };
    int one = 1;

    if (h->from == 0)
        return true;
    (void)setsockopt(h->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
                     sizeof one);
    return bind(h->fd, (struct sockaddr *)&from, sizeof from) == 0;
}

static bool
connect_to(struct http *h)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(h->port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int one = 1;

    h->n_in = 0;
    h->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (h->fd < 0)
        return false;
    (void)setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (leave_from(h) && connect(h->fd, (struct sockaddr *)&to, sizeof to) == 0)
        return true;
    (void)close(h->fd);
    h->fd = -1;
    return false;
}

static bool
send_all(int fd, const char *s, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, s, n, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        s += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool
http_more(struct http *h, int ms)
{
    struct pollfd p = { .fd = h->fd, .events = POLLIN };
    ssize_t got;

    if (h->cap - h->n_in < 4096) {
        h->cap = h->cap * 2 + 16384;
        h->in = realloc(h->in, h->cap + 1);
    }
    if (poll(&p, 1, ms) <= 0)
        return false;
    got = recv(h->fd, h->in + h->n_in, h->cap - h->n_in, 0);
    if (got <= 0)
        return false;
    h->n_in += (size_t)got;
    h->in[h->n_in] = '\0';
    return true;
}

bool
http_connect(struct http *h)
{
    return h->fd >= 0 || connect_to(h);
}

bool
http_send(struct http *h, const char *s, size_t n)
{
    return send_all(h->fd, s, n);
}

static bool
read_more(struct http *h)
{
    return http_more(h, h->wait_ms > 0 ? h->wait_ms : WAIT_MS);
}

/* Take N bytes off what was read. */
static char *
take(struct http *h, size_t n)
{
    char *s = malloc(n + 1);

    memcpy(s, h->in, n);
    s[n] = '\0';
    memmove(h->in, h->in + n, h->n_in - n + 1);
    h->n_in -= n;
    return s;
}

static bool
read_head(struct http *h, struct answer *a)
{
    char *end;

    while (h->n_in == 0 || (end = strstr(h->in, "\r\n\r\n")) == NULL)
        if (!read_more(h))
            return false;
    a->head = take(h, (size_t)(end - h->in) + 4);
    a->status = atoi(a->head + 9);
    /* "100 Continue" is no answer. */
    if (a->status != 100)
        return true;
    answer_free(a);
    return read_head(h, a);
}

static bool
read_chunks(struct http *h, struct answer *a)
{
    a->body = calloc(1, 1);
    for (;;) {
        char *end, *line, *part;
        size_t n;

        while (h->n_in == 0 || (end = strstr(h->in, "\r\n")) == NULL)
            if (!read_more(h))
                return false;
        line = take(h, (size_t)(end - h->in) + 2);
        n = strtoul(line, NULL, 16);
        free(line);
        while (h->n_in < n + 2)
            if (!read_more(h))
                return false;
        part = take(h, n + 2);
        a->body = realloc(a->body, a->n_body + n + 1);
        memcpy(a->body + a->n_body, part, n);
        a->n_body += n;
        a->body[a->n_body] = '\0';
        free(part);
        if (n == 0)
            return true;
    }
}

static bool
read_answer(struct http *h, struct answer *a, bool no_body)
{
    const char *length, *coding;

    if (!read_head(h, a))
        return false;
    coding = answer_header(a, "Transfer-Encoding");
    if (coding != NULL && strcasecmp(coding, "chunked") == 0)
        return read_chunks(h, a);
    length = answer_header(a, "Content-Length");
    a->n_body =
        length != NULL && !no_body && a->status != 204 && a->status != 304
            ? strtoul(length, NULL, 10)
            : 0;
    while (h->n_in < a->n_body)
        if (!read_more(h))
            return false;
    if (h->in == NULL)
        return false;
    a->body = take(h, a->n_body);
    return true;
}

struct answer
http_answer(struct http *h, const char *method)
{
    struct answer a = { 0 };
    const char *close_it;

    if (!read_answer(h, &a, strcmp(method, "HEAD") == 0)) {
        answer_free(&a);
        a = (struct answer){ 0 };
        (void)close(h->fd);
        h->fd = -1;
        return a;
    }
    close_it = answer_header(&a, "Connection");
    if (close_it != NULL && strcasecmp(close_it, "close") == 0) {
        (void)close(h->fd);
        h->fd = -1;
    }
    return a;
}

struct answer
http_ask(struct http *h, const char *method, const char *path, const char *head,
         const char *body, size_t n)
{
    struct answer a = { 0 };
    char *text;
    int len;

    if (h->fd < 0 && !connect_to(h))
        return a;
    len = asprintf(&text,
                   "%s %s HTTP/1.1\r\nHost: localhost\r\n%s"
                   "Content-Length: %zu\r\n\r\n",
                   method, path, head ? head : "", n);
    if (len < 0)
        abort();
    /* A server may answer and close before it has read all. */
    if (!send_all(h->fd, text, (size_t)len) || !send_all(h->fd, body, n))
        n = 0;
    free(text);
    return http_answer(h, method);
}

bool
http_listen(struct http *h, const char *token, const char *path,
            const char *last_event)
{
    char *head;
    bool good =
        asprintf(&head,
                 "Accept: text/event-stream\r\n"
                 "Authorization: Bearer %s\r\n%s%s%s",
                 token, last_event ? "Last-Event-ID: " : "",
                 last_event ? last_event : "", last_event ? "\r\n" : "")
            > 0
        && http_listen_head(h, path, head);

    free(head);
    return good;
}

bool
http_listen_head(struct http *h, const char *path, const char *head)
{
    char *text;
    int len = asprintf(&text, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                       path, head);
    bool good = len > 0 && connect_to(h) && send_all(h->fd, text, (size_t)len)
                && read_more(h);

    free(text);
    return good && strncmp(h->in, "HTTP/1.1 200", 12) == 0;
}

void
http_unchunk(struct http *h)
{
    const char *head_end = h->in != NULL ? strstr(h->in, "\r\n\r\n") : NULL;
    const char *part, *from = head_end != NULL ? head_end + 4 : "";
    char *to = h->in;

    while ((part = strstr(from, "\r\n")) != NULL) {
        size_t n = strtoul(from, NULL, 16);
        size_t there = (size_t)(h->in + h->n_in - part) - 2;
        bool whole = n + 2 <= there;

        n = n < there ? n : there;
        memmove(to, part + 2, n);
        to += n;
        from = whole ? part + 2 + n + 2 : "";
    }
    if (h->in != NULL) {
        h->n_in = (size_t)(to - h->in);
        *to = '\0';
    }
}

int64_t
live_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
http_hears(struct http *h, const char *text, int ms)
{
    int64_t until = live_ms() + ms;

    while (h->in == NULL || strstr(h->in, text) == NULL) {
        int64_t left = until - live_ms();

        if (left <= 0)
            return false;
        (void)http_more(h, left < 100 ? (int)left : 100);
    }
    return true;
}

/* The last chunk, or the connection's end. */
bool
http_ends(struct http *h, int ms)
{
    int64_t until = live_ms() + ms;

    while (live_ms() < until) {
        struct pollfd p = { .fd = h->fd, .events = POLLIN };
        char next;

        if (h->in != NULL && strstr(h->in, "\r\n0\r\n\r\n") != NULL)
            return true;
        if (poll(&p, 1, 100) > 0 && recv(h->fd, &next, 1, MSG_PEEK) <= 0)
            return true;
        (void)http_more(h, 0);
    }
    return false;
}

struct answer
http_tell(struct http *h, const char *token, const char *method,
          const char *path, const char *body)
{
    char head[300] = "";

    if (*token != '\0')
        (void)snprintf(head, sizeof head, "Authorization: Bearer %s\r\n",
                       token);
    return http_ask(h, method, path, head, body, body ? strlen(body) : 0);
}

void
answer_free(struct answer *a)
{
    free(a->head);
    free(a->body);
    *a = (struct answer){ 0 };
}

const char *
answer_header(const struct answer *a, const char *name)
{
    static _Thread_local char value[500];
    size_t n = strlen(name);

    for (const char *p = a->head; p != NULL && *p != '\0';) {
        const char *end = strstr(p, "\r\n");

        if (strncasecmp(p, name, n) == 0 && p[n] == ':') {
            p += n + 1;
            p += strspn(p, " ");
            (void)snprintf(value, sizeof value, "%.*s", (int)(end - p), p);
            return value;
        }
        p = end != NULL ? end + 2 : NULL;
    }
    return NULL;
}

json_t *
answer_json(const struct answer *a)
{
    return a->body ? json_loadb(a->body, a->n_body, JSON_DECODE_ANY, NULL)
                   : NULL;
}

void
ask_health(struct http *h, const struct live_office *o, const char *part,
           char *says, size_t n)
{
    struct answer a =
        http_tell(h, token_of(o, "sysadmin"), "GET", "/api/v1/health", NULL);
    json_t *j = answer_json(&a), *rows = json_object_get(j, "items");

    (void)snprintf(says, n, "(%d)", a.status);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);

        if (strcmp(json_string_value(json_object_get(row, "part")), part) == 0)
            (void)snprintf(says, n, "%s",
                           json_string_value(json_object_get(row, "says")));
    }
    json_decref(j);
    answer_free(&a);
}
