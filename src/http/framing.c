/* SPDX-License-Identifier: Apache-2.0 */
/*
 * framing - is there one way only to read this head? (RFC 9112, 2.2, 3, 5, 6)
 *
 * Where two programs disagree on where a request ends, one can be smuggled
 * past the first to the second.  libmicrohttpd takes the first of two lengths,
 * a line that ends in LF alone, a folded line, and cuts a value at a NUL; what
 * it hands out shows none of that.  But all of it points into the one buffer
 * that holds the head as it came, so the head is measured: method, one space,
 * target, one space, version, CRLF, then name, colon, white space, value, CRLF
 * without a byte between that is not accounted for, up to its last empty line.
 *
 * That is how versions 0.9 keep a head.  Told to be strict, they answer a head
 * without a host with two heads of their own, so they are not.  Later ones
 * refuse all this themselves when they are strict, and are not measured.
 */
#include <string.h>

#include "base/text.h"
#include "http/inner.h"

/* A head while it is measured. */
struct measure {
    const char *at; /* where the next name must begin */
    bool measured, sound;
    int lengths, codings, hosts;
    const char *length, *coding;
};

static bool
is_token(const char *s)
{
    if (*s == '\0')
        return false;
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 127
            || strchr("\"(),/:;<=>?@[\\]{}", *s))
            return false;
    return true;
}

/* No control character but the tab. */
static bool
is_printed(const char *s)
{
    for (; *s; s++)
        if (((unsigned char)*s < ' ' && *s != '\t') || *s == 127)
            return false;
    return true;
}

static bool
is_host(const char *s)
{
    return strpbrk(s, " \t,/\\?#@") == NULL;
}

static void
note(struct measure *m, const char *name, const char *value)
{
    if (strcasecmp(name, "Content-Length") == 0) {
        m->lengths++;
        m->length = value;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        m->codings++;
        m->coding = value;
    } else if (strcasecmp(name, "Host") == 0) {
        m->hosts++;
        m->sound = m->sound && is_host(value);
    }
}

static enum MHD_Result
on_line(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct measure *m = arg;

    (void)kind;
    if (value == NULL)
        value = "";
    m->sound = m->sound && is_token(name) && is_printed(value);
    if (m->measured) {
        m->sound = m->sound && name == m->at && value > name + strlen(name);
        m->at = value + strlen(value) + 2;
    }
    note(m, name, value);
    return m->sound ? MHD_YES : MHD_NO;
}

/* "GET /path HTTP/1.1" with one space each time. */
static bool
is_line_sound(const struct exchange *x, const char *method, const char *version,
              bool measured)
{
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return false;
    if (!is_token(method) || !is_printed(x->uri) || strchr(x->uri, ' '))
        return false;
    return !measured
           || (x->sent_uri == method + strlen(method) + 1
               && version == x->sent_uri + strlen(x->uri) + 1);
}

/* Every byte of the head belongs to a line of it. */
static bool
is_whole(const struct exchange *x, const struct measure *m, const char *method)
{
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(x->conn,
                                MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return !m->measured || (size && m->at + 2 == method + size->header_size);
}

/* Digits alone: what a Content-Length says. */
static bool
read_length(const char *s, size_t *len)
{
    int64_t n;

    if (*s == '-' || !text_int(s, &n))
        return false;
    *len = (size_t)n;
    return true;
}

bool
framing_is_ours(void)
{
    return strncmp(MHD_get_version(), "0.9.", 4) == 0;
}

bool
framing_is_sound(struct exchange *x, const char *method, const char *version,
                 size_t *len)
{
    const bool measured = framing_is_ours();
    struct measure m = { .measured = measured,
                         .sound = is_line_sound(x, method, version, measured),
                         .at = version + strlen(version) + 2 };
    bool old = strcmp(version, "HTTP/1.0") == 0;

    *len = 0;
    if (m.sound)
        (void)MHD_get_connection_values(x->conn, MHD_HEADER_KIND, on_line, &m);
    /* What could be read in two ways is read in none: a proxy before us may
       choose the other. */
    if (!m.sound || !is_whole(x, &m, method) || m.hosts + old < 1 || m.hosts > 1
        || m.lengths + m.codings > 1)
        return false;
    if (m.codings && (old || strcasecmp(m.coding, "chunked") != 0))
        return false;
    if (m.codings)
        *len = SIZE_MAX;
    return m.lengths == 0 || read_length(m.length, len);
}
