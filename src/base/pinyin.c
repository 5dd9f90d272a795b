/* SPDX-License-Identifier: Apache-2.0 */
/* Pinyin and its initials through ICU's Han-Latin transliteration. */
#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
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
    han_latin = utrans_openU(wide, -1, UTRANS_FORWARD, NULL, -1, NULL, &e);
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

/* The first letter of each common Han character's reading, filled in as they
   are met: asking ICU takes a hundred times longer. 0: not asked yet. */
#define HAN_FIRST 0x3400
#define HAN_LAST 0x9FFF
#define NO_LETTER '-'
static _Atomic char letters[HAN_LAST - HAN_FIRST + 1];

static char
letter_of(uint32_t han, const char *s, size_t n)
{
    char latin[64], one[8] = { 0 };
    char letter =
        atomic_load_explicit(&letters[han - HAN_FIRST], memory_order_relaxed);

    if (letter != 0)
        return letter;
    letter = NO_LETTER;
    memcpy(one, s, n);
    if (romanize(one, latin, (int32_t)sizeof latin - 1)
        && isalpha((unsigned char)latin[0]))
        letter = latin[0];
    atomic_store_explicit(&letters[han - HAN_FIRST], letter,
                          memory_order_relaxed);
    return letter;
}

/* The first letter of each syllable; figures stay whole. */
static void
add_initials(struct buf *b, const char *latin)
{
    bool inside = false;

    for (const char *p = latin; *p != '\0'; p++) {
        bool word = isalpha((unsigned char)*p) != 0;

        if (isdigit((unsigned char)*p) || (word && !inside))
            buf_putc(b, (char)tolower((unsigned char)*p));
        inside = word;
    }
}

char *
text_initials(struct arena *a, const char *s)
{
    char latin[MAX_UNITS * 2];
    struct buf b = buf_make(a, 0);
    bool inside = false;

    for (const char *p = s; p != NULL && *p != '\0';) {
        const char *from = p;
        uint32_t ch = text_next(&p);
        bool word = ch < 0x80 && isalpha((int)ch);

        if (ch >= HAN_FIRST && ch <= HAN_LAST) {
            char letter = letter_of(ch, from, (size_t)(p - from));

            if (letter != NO_LETTER)
                buf_putc(&b, letter);
        } else if (ch < 0x80) {
            if (isdigit((int)ch) || (word && !inside))
                buf_putc(&b, (char)tolower((int)ch));
        } else if (romanize(s, latin, (int32_t)sizeof latin - 1)) {
            /* Another script: the whole goes through ICU. */
            b.s[b.len = 0] = '\0';
            add_initials(&b, latin);
            return b.s;
        }
        inside = word;
    }
    return b.s;
}

char *
text_pinyin(struct arena *a, const char *s)
{
    char latin[MAX_UNITS * 2];
    struct buf b = buf_make(a, 0);

    if (s == NULL || !romanize(s, latin, (int32_t)sizeof latin - 1))
        return b.s;
    for (const char *p = latin; *p != '\0'; p++)
        if (isalnum((unsigned char)*p))
            buf_putc(&b, (char)tolower((unsigned char)*p));
    return b.s;
}
