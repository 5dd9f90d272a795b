/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy - who is at the far end when a reverse proxy stands between.
 *
 * What a request says in X-Forwarded-For is believed of a proxy that is
 * named in the configuration only, and read from its end: what the nearest
 * proxy wrote is true, what stands before it may have been made up.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/inner.h"

bool
address_read(const char *text, unsigned char out[16], unsigned *bits)
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

    *bits = 128;
    if (inet_pton(AF_INET6, text, out) == 1)
        return true;
    memcpy(out, mapped, sizeof mapped);
    *bits = 32;
    return inet_pton(AF_INET, text, out + sizeof mapped) == 1;
}

/* "10.0.0.0/8"; without a length the address alone. */
static bool
read_network(char *text, struct network *n)
{
    char *slash = strchr(text, '/');
    unsigned bits;
    int64_t length;

    if (slash)
        *slash++ = '\0';
    if (!address_read(text, n->bytes, &bits))
        return false;
    n->bits = 128;
    if (slash == NULL)
        return true;
    if (!text_int(slash, &length) || length < 0 || length > bits)
        return false;
    n->bits = 128 - bits + (unsigned)length;
    return true;
}

bool
proxies_read(const char *list, struct proxies *p)
{
    char *copy = list ? strdup(list) : NULL, *rest = copy, *one;
    bool good = true;

    p->n = 0;
    while (good && (one = strsep(&rest, ", \t")) != NULL) {
        if (*one == '\0')
            continue;
        good = p->n < MAX_PROXIES && read_network(one, &p->networks[p->n]);
        p->n += good;
    }
    free(copy);
    return good;
}

static bool
lies_in(const unsigned char a[16], const struct network *n)
{
    unsigned whole = n->bits / 8, part = n->bits % 8;

    return memcmp(a, n->bytes, whole) == 0
           && (part == 0 || (a[whole] ^ n->bytes[whole]) >> (8 - part) == 0);
}

bool
proxies_hold(const struct proxies *p, const char *address)
{
    unsigned char bytes[16];
    unsigned bits;

    if (p->n == 0 || !address_read(address, bytes, &bits))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (lies_in(bytes, &p->networks[i]))
            return true;
    return false;
}

/* "1.2.3.4", "1.2.3.4:56", "::1", "[::1]:56" without the port and brackets;
   false when it is no address ("unknown"). */
static bool
bare_address(char *text, char **out)
{
    unsigned char bytes[16];
    unsigned bits;
    char *colon;

    text += strspn(text, " \t");
    text[strcspn(text, " \t")] = '\0';
    if (*text == '[') {
        text++;
        text[strcspn(text, "]")] = '\0';
    } else if ((colon = strchr(text, ':')) && strchr(colon + 1, ':') == NULL) {
        *colon = '\0';
    }
    *out = text;
    return address_read(text, bytes, &bits);
}

void
proxies_far_end(const struct proxies *p, char *list, char *address, size_t n)
{
    char *comma, *one;

    while (*list != '\0' && proxies_hold(p, address)) {
        comma = strrchr(list, ',');
        if (!bare_address(comma ? comma + 1 : list, &one))
            return;
        (void)snprintf(address, n, "%s", one);
        if (comma == NULL)
            return;
        *comma = '\0';
    }
}
