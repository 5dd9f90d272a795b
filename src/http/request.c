/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request - from the bytes that were sent to a struct http_request.
 *
 * libmicrohttpd is told not to decode anything, because it lets bad escapes
 * through: the path and the query are decoded here, strictly.
 */
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "http/inner.h"
#include "model/model.h"

#define MAX_PAIRS 64

static int
hex_value(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F')
        return ch - 'A' + 10;
    return -1;
}

/* Undo % escapes in place; false when one is bad or the text is no UTF-8. */
static bool
decode(char *s, bool plus_is_space)
{
    char *out = s;

    for (const char *p = s; *p; p++) {
        if (*p == '%') {
            int high = hex_value(p[1]);
            int low = high < 0 ? -1 : hex_value(p[2]);

            if (low < 0)
                return false;
            *out++ = (char)(high * 16 + low);
            p += 2;
        } else {
            *out++ = *p == '+' && plus_is_space ? ' ' : *p;
        }
    }
    *out = '\0';
    return text_is_utf8(s, (size_t)(out - s));
}

/* "a=b&c=d" into pairs; 0, or the status to refuse it with. */
static int
read_query(struct http_request *q, struct arena *a, char *s)
{
    struct pair *pairs = NEW_N(a, struct pair, MAX_PAIRS);
    char *rest = s, *part;

    q->query = pairs;
    while ((part = strsep(&rest, "&")) != NULL) {
        char *value = strchr(part, '=');

        if (*part == '\0')
            continue;
        if (q->n_query == MAX_PAIRS)
            return 414;
        if (value)
            *value++ = '\0';
        if (!decode(part, true) || (value && !decode(value, true)))
            return 400;
        pairs[q->n_query++] = (struct pair){ part, value ? value : "" };
    }
    return 0;
}

/* Text bodies must be UTF-8, unless they say they are something else.  CSV
   comes in whatever charset a spreadsheet wrote it in; its reader knows. */
static bool
body_is_sound(const struct http_request *q)
{
    const char *type = http_header(q, "Content-Type");
    bool text = type == NULL || strstr(type, "json")
                || (strncmp(type, "text/", 5) == 0
                    && strncmp(type, "text/csv", 8) != 0);
    const char *charset = type ? strcasestr(type, "charset=") : NULL;

    if (charset) {
        charset += strlen("charset=");
        charset += *charset == '"';
        text = strncasecmp(charset, "utf-8", 5) == 0;
    }
    return !text || text_is_utf8(q->body, q->body_len);
}

/* What another program has written and nobody here reads as a whole: who asks
   by what, where they came from, the cookies of its neighbours. */
static bool
is_of_others(const char *name)
{
    static const char *const names[] = { "User-Agent", "Referer", "Cookie" };

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static enum MHD_Result
on_sound(void *arg, enum MHD_ValueKind kind, const char *name,
         const char *value)
{
    bool *sound = arg;

    (void)kind;
    *sound = value == NULL || is_of_others(name)
             || text_is_utf8(value, strlen(value));
    return *sound ? MHD_YES : MHD_NO;
}

/* One that cannot be read must not pass for one that was not said: without its
   If-Match a change would overwrite, without its Origin be nobody's. */
static bool
headers_are_sound(const struct exchange *x)
{
    bool sound = true;

    MHD_get_connection_values(x->conn, MHD_HEADER_KIND, on_sound, &sound);
    return sound;
}

int
request_read(struct exchange *x, struct arena *a)
{
    struct http_request *q = &x->q;
    char *path = x->uri;

    /* A proxy may ask for "http://host/path". */
    if (strncmp(path, "http://", 7) == 0 || strncmp(path, "https://", 8) == 0)
        path = strchr(path + 8, '/');
    if (path == NULL || *path != '/')
        return 400;
    char *query = strchr(path, '?');
    if (query)
        *query++ = '\0';
    q->path = path;
    if (!decode(path, false))
        return 400;
    for (const char *p = path; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            return 400;
    if (query) {
        int bad = read_query(q, a, query);
        if (bad)
            return bad;
    }
    if (q->body == NULL)
        q->body = "";
    return headers_are_sound(x) && body_is_sound(q) ? 0 : 400;
}

void
request_keep(struct exchange *x)
{
    size_t size = x->q.n_query * sizeof *x->pairs;

    if (size == 0)
        return;
    /* The texts stand in the exchange itself. */
    x->pairs = malloc(size);
    ASSERT(x->pairs != NULL);
    memcpy(x->pairs, x->q.query, size);
    x->q.query = x->pairs;
}

/* The lines of X-Forwarded-For as one list; of too long a one the end. */
struct forwarded {
    char list[512];
    const char *proto; /* of the last X-Forwarded-Proto */
};

static void
add_line(struct forwarded *f, const char *value)
{
    const size_t room = sizeof f->list - 2; /* a comma and the NUL */
    size_t have = strlen(f->list), n = strlen(value);

    if (n > room) {
        value += n - room;
        n = room;
    }
    size_t drop = have + n > room ? have + n - room : 0;
    memmove(f->list, f->list + drop, have - drop);
    have -= drop;
    f->list[have] = ',';
    memcpy(f->list + have + 1, value, n + 1);
}

static enum MHD_Result
on_header(void *arg, enum MHD_ValueKind kind, const char *name,
          const char *value)
{
    struct forwarded *f = arg;

    (void)kind;
    if (value && strcasecmp(name, "X-Forwarded-Proto") == 0)
        f->proto = value;
    if (value && strcasecmp(name, "X-Forwarded-For") == 0)
        add_line(f, value);
    return MHD_YES;
}

/* The far end is a proxy that we know: for whom does it ask? */
static void
look_behind(struct exchange *x)
{
    struct forwarded f = { .list = "" };

    MHD_get_connection_values(x->conn, MHD_HEADER_KIND, on_header, &f);
    if (f.proto && strncasecmp(f.proto, "https", 5) == 0)
        x->q.tls = true;
    strcpy(x->address, x->peer->address);
    proxies_far_end(&x->server->proxies, f.list, x->address, sizeof x->address);
    x->q.address = x->address;
}

void
request_address(struct exchange *x, unsigned char key[16])
{
    unsigned char bytes[16];
    unsigned bits;

    x->q.address = x->peer->address;
    memcpy(key, x->peer->key, 16);
    if (!x->peer->proxy)
        return;
    look_behind(x);
    if (address_read(x->q.address, bytes, &bits))
        door_key(bytes, key);
}

struct peer *
peer_make(struct http_server *s, struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct peer *p = calloc(1, sizeof *p);
    unsigned char bytes[16] = { 0 };
    unsigned bits;
    socklen_t len = info->client_addr->sa_family == AF_INET6
                        ? sizeof(struct sockaddr_in6)
                        : sizeof(struct sockaddr_in);

    ASSERT(p != NULL);
    if (getnameinfo(info->client_addr, len, p->address, sizeof p->address, NULL,
                    0, NI_NUMERICHOST)
        != 0)
        *p->address = '\0';
    /* An address of IPv4 on a socket of IPv6 is the same far end. */
    if (strncmp(p->address, "::ffff:", 7) == 0)
        memmove(p->address, p->address + 7, strlen(p->address + 7) + 1);
    p->proxy = proxies_hold(&s->proxies, p->address);
    (void)address_read(p->address, bytes, &bits);
    door_key(bytes, p->key);
    p->link = door_enter(s->door, fd->connect_fd, p->key, p->proxy);
    return p;
}

bool
http_by_proxy(const struct http_request *q)
{
    const struct exchange *x = q->impl;

    return x != NULL && x->peer->proxy;
}

static const char *
look_up(const struct http_request *q, const char *name)
{
    const struct exchange *x = q->impl;

    return x ? MHD_lookup_connection_value(x->conn, MHD_HEADER_KIND, name)
             : NULL;
}

/* Before request_read has judged them all, too. */
const char *
http_header(const struct http_request *q, const char *name)
{
    const char *value = look_up(q, name);

    return value && text_is_utf8(value, strlen(value)) ? value : NULL;
}

/* Where the value of the cookie NAME begins; it ends before a ';'. */
static const char *
find_cookie(const struct http_request *q, const char *name)
{
    const char *p = look_up(q, MHD_HTTP_HEADER_COOKIE);
    size_t n = strlen(name);

    while (p && *p) {
        p += strspn(p, " ;");
        if (strncmp(p, name, n) == 0 && p[n] == '=')
            return p + n + 1;
        p = strchr(p, ';');
    }
    return NULL;
}

const char *
http_cookie(const struct http_request *q, const char *name)
{
    const struct exchange *x = q->impl;
    const char *value = find_cookie(q, name);
    size_t n = value ? strcspn(value, ";") : 0;

    return value && text_is_utf8(value, n) ? arena_text_n(x->arena, value, n)
                                           : NULL;
}

void
request_credential(const struct exchange *x, char *out, size_t n)
{
    const char *name = x->server->config.session_cookie;
    const char *value = http_header(&x->q, MHD_HTTP_HEADER_AUTHORIZATION);
    size_t len;

    if (value == NULL && name)
        value = find_cookie(&x->q, name);
    if (value == NULL)
        value = "";
    len = strcspn(value, ";");
    if (len >= n)
        len = n - 1;
    memcpy(out, value, len);
    out[len] = '\0';
}
