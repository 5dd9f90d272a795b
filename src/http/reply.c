/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply - what goes back: headers that every answer carries, the adapter's
 * own refusals, the log line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "http/inner.h"

struct header {
    const char *name, *value;
};

/*
 * Scripts and styles come from here only and the pages are never framed.
 * Style attributes stay allowed: charts draw their tooltips with them, and
 * they can run nothing.
 */
static const struct header security[] = {
    { "Content-Security-Policy",
      "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
      "style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
      "form-action 'self'; frame-ancestors 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "same-origin" },
};

static const struct header hsts = { "Strict-Transport-Security",
                                    "max-age=31536000" };

static const struct refusal {
    int status;
    const char *title, *code, *english, *chinese;
} refusals[] = {
    { 400, "Bad Request", "malformed",
      "the request is malformed or not valid UTF-8",
      "请求格式有误，或不是有效的 UTF-8 文本" },
    { 401, "Unauthorized", "unsigned", "please sign in first", "请先登录" },
    { 403, "Forbidden", "denied", "this is not allowed", "没有权限" },
    { 413, "Content Too Large", "limit", "the body is larger than allowed",
      "提交的内容超过允许的大小" },
    { 414, "URI Too Long", "limit",
      "the address is too long or has too many query parameters",
      "网址太长，或查询参数太多" },
    { 429, "Too Many Requests", "limit",
      "too many requests or connections at a time, please try again",
      "同时进行的请求或连接过多，请稍后再试" },
    { 503, "Service Unavailable", "busy",
      "the server is busy, please try again", "服务器繁忙，请稍后再试" },
};

/* Of answers whose change did not come to the disk. */
static const struct refusal full = {
    507, "Insufficient Storage", "full",
    "the disk is full or may not be written: nothing was changed; what is"
    " there can be read",
    "磁盘已满或不可写入，未作任何更改；已有内容仍可查看"
};
static const struct refusal away = {
    503, "Service Unavailable", "away",
    "the database is not to be had: nothing was changed; please tell the"
    " administrator",
    "数据库无法使用，未作任何更改；请告知管理员"
};

static const struct refusal *
refusal_of(int status)
{
    for (size_t i = 0; i < COUNT(refusals); i++)
        if (refusals[i].status == status)
            return &refusals[i];
    return &refusals[0];
}

static bool
wants_english(const struct http_request *q)
{
    const char *cookie = http_header(q, "Cookie");
    const char *lang = http_header(q, "Accept-Language");

    if (cookie && strstr(cookie, "lang=en"))
        return true;
    return lang && strncmp(lang, "en", 2) == 0
           && !(cookie && strstr(cookie, "lang=zh"));
}

static int
print_problem(char *out, size_t n, const struct http_request *q,
              const struct refusal *f)
{
    return snprintf(out, n,
                    "{\"type\":\"about:blank\",\"title\":\"%s\","
                    "\"status\":%d,\"code\":\"%s\",\"detail\":\"%s\","
                    "\"field\":null}",
                    f->title, f->status, f->code,
                    wants_english(q) ? f->english : f->chinese);
}

void
http_add_header(struct http_reply *r, const char *name, const char *value)
{
    ASSERT(r->n_headers < HTTP_MAX_HEADERS);
    r->headers[r->n_headers].name = name;
    r->headers[r->n_headers++].value = value;
}

static void
refuse(const struct http_request *q, struct http_reply *r, struct arena *a,
       const struct refusal *f)
{
    char text[512];
    int n = print_problem(text, sizeof text, q, f);

    *r = (struct http_reply){ .status = f->status,
                              .type = "application/problem+json",
                              .body_len = (size_t)n };
    r->body = arena_text_n(a, text, (size_t)n);
    if (f->status == 429 || f == refusal_of(503))
        http_add_header(r, "Retry-After", "1");
    if (f->status == 401)
        http_add_header(r, "WWW-Authenticate", "Bearer");
}

void
reply_refuse(const struct http_request *q, struct http_reply *r,
             struct arena *a, int status)
{
    refuse(q, r, a, refusal_of(status));
    r->status = status;
}

void
reply_lost(const struct http_request *q, struct http_reply *r, struct arena *a,
           enum err e)
{
    refuse(q, r, a,
           e == ERR_FULL   ? &full
           : e == ERR_BUSY ? refusal_of(503)
                           : &away);
}

static bool
has_header(const struct http_reply *r, const char *name)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (strcasecmp(r->headers[i].name, name) == 0)
            return true;
    return false;
}

static void
add_headers(struct exchange *x, const struct http_reply *r,
            struct MHD_Response *m)
{
    for (size_t i = 0; i < COUNT(security); i++)
        MHD_add_response_header(m, security[i].name, security[i].value);
    if (x->q.tls)
        MHD_add_response_header(m, hsts.name, hsts.value);
    if (r->type)
        MHD_add_response_header(m, "Content-Type", r->type);
    if (x->chunked && !has_header(r, "Connection"))
        MHD_add_response_header(m, "Connection", "close");
    if (!has_header(r, "Cache-Control"))
        MHD_add_response_header(m, "Cache-Control", "no-store");
    for (size_t i = 0; i < r->n_headers; i++)
        MHD_add_response_header(m, r->headers[i].name, r->headers[i].value);
}

/* -- a body from a file ---------------------------------------------- */

#define FILE_BLOCK 32768

struct file_body {
    int fd;
    size_t len;
    void (*sent)(void *arg); /* NULL once it was called */
    void *sent_arg;
};

static void
tell_sent(struct file_body *f)
{
    if (f->sent)
        f->sent(f->sent_arg);
    f->sent = NULL;
}

/* On the poller: the file was just written, so its bytes are at hand.  Told
   with the last of them, so that who has read all may ask again at once. */
static ssize_t
read_file(void *arg, uint64_t at, char *to, size_t max)
{
    struct file_body *f = arg;
    ssize_t n = pread(f->fd, to, max, (off_t)at);

    if (n <= 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (at + (uint64_t)n >= f->len)
        tell_sent(f);
    return n;
}

static void
close_file(void *arg)
{
    struct file_body *f = arg;

    (void)close(f->fd);
    tell_sent(f);
    free(f);
}

static struct MHD_Response *
file_reply(const struct http_reply *r)
{
    struct file_body *f = malloc(sizeof *f);

    ASSERT(f != NULL);
    *f = (struct file_body){ r->fd, r->body_len, r->sent, r->sent_arg };
    return MHD_create_response_from_callback(r->body_len, FILE_BLOCK, read_file,
                                             f, close_file);
}

struct MHD_Response *
reply_make(struct exchange *x, const struct http_reply *r)
{
    /* libmicrohttpd takes the bytes as void * but does not write to them. */
    union {
        const char *given;
        void *taken;
    } body = { .given = r->body ? r->body : "" };
    struct MHD_Response *m =
        r->stream_open && !x->head ? stream_make(x, r)
        : r->fd > 0
            ? file_reply(r)
            : MHD_create_response_from_buffer(r->body_len, body.taken,
                                              r->body_static
                                                  ? MHD_RESPMEM_PERSISTENT
                                                  : MHD_RESPMEM_MUST_COPY);

    ASSERT(m != NULL);
    if (r->stream_open && x->head && r->stream_gone)
        r->stream_gone(r->stream_arg, NULL); /* it will never be open */
    add_headers(x, r, m);
    return m;
}

bool
reply_raw(struct exchange *x, int status)
{
    char body[512], text[2048];
    const struct refusal *f = refusal_of(status);
    int n = print_problem(body, sizeof body, &x->q, f);
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(x->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 %d %s\r\nConnection: close\r\n"
                       "Content-Type: application/problem+json\r\n"
                       "Cache-Control: no-store\r\nContent-Length: %d\r\n",
                       f->status, f->title, n);

    for (size_t i = 0; i < COUNT(security); i++)
        len += snprintf(text + len, sizeof text - (size_t)len, "%s: %s\r\n",
                        security[i].name, security[i].value);
    len += snprintf(text + len, sizeof text - (size_t)len, "\r\n%s", body);
    ASSERT((size_t)len < sizeof text);
    /* The socket does not wait, as the poller serves others, too: whoever has no
       room for so few bytes is cut off without them. */
    return fd
           && send(fd->connect_fd, text, (size_t)len,
                   MSG_NOSIGNAL | MSG_DONTWAIT)
                  == len;
}

/* The path with everything but plain printing characters as %XX. */
static void
print_path(const struct exchange *x, char *out, size_t n)
{
    const char *p = x->q.path ? x->q.path : x->uri;
    size_t len = 0;

    for (; *p && len + 4 < n; p++) {
        unsigned char ch = (unsigned char)*p;

        if (x->q.path == NULL && ch == '?')
            break;
        if (ch > ' ' && ch < 127)
            out[len++] = *p;
        else
            len += (size_t)snprintf(out + len, n - len, "%%%02X", ch);
    }
    out[len] = '\0';
}

int64_t
monotonic_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
reply_log(const struct exchange *x, int status)
{
    char path[160];

    print_path(x, path, sizeof path);
    log_line(LOG_INFO, "http", "%s %s %d %.1fms",
             x->head ? "HEAD" : x->q.method, path, status,
             (double)(monotonic_us() - x->begun_us) / 1000.0);
}
