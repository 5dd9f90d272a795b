/* SPDX-License-Identifier: Apache-2.0 */
/* Pinyin initials through ICU's Han-Latin transliteration. */
#include <ctype.h>
#include <pthread.h>
#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/text.h"

/* ICU's transliterators are costly to open and not safe to share while they
   work, so there is one, opened at the first use, under a lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static UTransliterator *han_latin;

static UTransliterator *
get_transliterator(void)
{
    static const char id[] = "Han-Latin; Latin-ASCII; Lower";
    UErrorCode e = U_ZERO_ERROR;
    UChar wide[sizeof id];

    if (han_latin != NULL)
        return han_latin;
    u_charsToUChars(id, wide, (int32_t)sizeof id);
    han_latin =
        utrans_openU(wide, -1, UTRANS_FORWARD, NULL, -1, NULL, &e);
    return U_SUCCESS(e) ? han_latin : NULL;
}

#define MAX_UNITS 512

/* S in small ASCII letters, syllables apart; false when it cannot be had. */
static bool
romanize(const char *s, char *out, int32_t size)
{
    UErrorCode e = U_ZERO_ERROR;
    UChar wide[MAX_UNITS];
    int32_t n = 0, limit, made = 0;
    UTransliterator *t;

    u_strFromUTF8(wide, MAX_UNITS / 4, &n, s, -1, &e);
    if (U_FAILURE(e))
        return false;
    limit = n;
    pthread_mutex_lock(&lock);
    t = get_transliterator();
    if (t != NULL)
        utrans_transUChars(t, wide, &n, MAX_UNITS, 0, &limit, &e);
    pthread_mutex_unlock(&lock);
    if (t == NULL || U_FAILURE(e))
        return false;
    u_strToUTF8(out, size, &made, wide, n, &e);
    return U_SUCCESS(e);
}

char *
text_initials(struct arena *a, const char *s)
{
    char latin[MAX_UNITS * 2];
    struct buf b = buf_make(a, 0);
    bool inside = false;

    if (s == NULL || !romanize(s, latin, (int32_t)sizeof latin - 1))
        return b.s;
    /* The first letter of each syllable; figures stay whole. */
    for (const char *p = latin; *p != '\0'; p++) {
        bool word = isalpha((unsigned char)*p) != 0;

        if (isdigit((unsigned char)*p) || (word && !inside))
            buf_putc(&b, *p);
        inside = word;
    }
    return b.s;
}
