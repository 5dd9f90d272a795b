/* SPDX-License-Identifier: Apache-2.0 */
/* Pinyin and its initials through ICU's Han-Latin transliteration. */
#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/saying.h"

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

/* -- characters -------------------------------------------------------------- */

/* Characters that are read in two ways: the first is the one that a service
   desk hears more often; of names it is the surname's where that differs. */
static const struct reading {
    uint32_t han;
    const char *usual, *other;
} readings[] = {
    { U'调', "tiao", "diao" },  { U'重', "zhong", "chong" },
    { U'行', "xing", "hang" },  { U'长', "chang", "zhang" },
    { U'曾', "zeng", "ceng" },  { U'单', "dan", "shan" },
    { U'仇', "chou", "qiu" },   { U'解', "jie", "xie" },
    { U'查', "cha", "zha" },    { U'覃', "qin", "tan" },
    { U'翟', "zhai", "di" },    { U'盖', "gai", "ge" },
    { U'区', "qu", "ou" },      { U'尉', "wei", "yu" },
    { U'乐', "le", "yue" },     { U'朴', "pu", "piao" },
    { U'召', "zhao", "shao" },  { U'种', "zhong", "chong" },
    { U'洗', "xi", "xian" },    { U'员', "yuan", "yun" },
    { U'缪', "miao", "mou" },   { U'宓', "mi", "fu" },
    { U'晁', "chao", "zhao" },  { U'石', "shi", "dan" },
    { U'万', "wan", "mo" },     { U'缴', "jiao", "zhuo" },
    { U'黑', "hei", "he" },     { U'秘', "mi", "bi" },
    { U'会', "hui", "kuai" },   { U'传', "chuan", "zhuan" },
    { U'朝', "chao", "zhao" },  { U'藏', "cang", "zang" },
    { U'弹', "tan", "dan" },    { U'都', "du", "dou" },
    { U'还', "huan", "hai" },   { U'降', "jiang", "xiang" },
    { U'角', "jiao", "jue" },   { U'觉', "jue", "jiao" },
    { U'卡', "ka", "qia" },     { U'率', "lv", "shuai" },
    { U'没', "mei", "mo" },     { U'便', "bian", "pian" },
    { U'薄', "bo", "bao" },     { U'车', "che", "ju" },
    { U'称', "cheng", "chen" }, { U'大', "da", "dai" },
    { U'得', "de", "dei" },     { U'地', "di", "de" },
    { U'给', "gei", "ji" },     { U'贾', "jia", "gu" },
    { U'露', "lu", "lou" },     { U'落', "luo", "la" },
    { U'绿', "lv", "lu" },      { U'女', "nv", "nu" },
    { U'模', "mo", "mu" },      { U'强', "qiang", "jiang" },
    { U'圈', "quan", "juan" },  { U'塞', "sai", "se" },
    { U'色', "se", "shai" },    { U'厦', "xia", "sha" },
    { U'沈', "shen", "chen" },  { U'省', "sheng", "xing" },
    { U'识', "shi", "zhi" },    { U'似', "si", "shi" },
    { U'宿', "su", "xiu" },     { U'系', "xi", "ji" },
    { U'校', "xiao", "jiao" },  { U'血', "xue", "xie" },
    { U'咽', "yan", "ye" },     { U'扎', "zha", "za" },
    { U'着', "zhe", "zhao" },   { U'参', "can", "shen" },
    { U'吕', "lv", "lu" },
};

static const struct reading *
reading_of(uint32_t han)
{
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++)
        if (readings[i].han == han)
            return &readings[i];
    return NULL;
}

/* The syllable of each common Han character, filled in as they are met: asking
   ICU takes a hundred times longer.  Empty: not asked yet. */
#define HAN_FIRST 0x3400
#define HAN_LAST 0x9FFF
#define NO_LETTER '-'

union syllable {
    char s[8];
    uint64_t packed;
};
static _Atomic uint64_t syllables[HAN_LAST - HAN_FIRST + 1];

static union syllable
syllable_of(uint32_t han, const char *s, size_t n)
{
    char latin[64], one[8] = { 0 };
    const struct reading *two;
    union syllable out = { .packed =
                               atomic_load_explicit(&syllables[han - HAN_FIRST],
                                                    memory_order_relaxed) };

    if (out.packed != 0)
        return out;
    /* Two threads may both find it out: they write the same. */
    out.s[0] = NO_LETTER;
    two = reading_of(han);
    memcpy(one, s, n);
    if (two != NULL)
        strncpy(out.s, two->usual, sizeof out.s - 1);
    else if (romanize(one, latin, (int32_t)sizeof latin - 1)
             && isalpha((unsigned char)latin[0])
             && strlen(latin) < sizeof out.s)
        strncpy(out.s, latin, sizeof out.s - 1);
    atomic_store_explicit(&syllables[han - HAN_FIRST], out.packed,
                          memory_order_relaxed);
    return out;
}

static char
letter_of(uint32_t han, const char *s, size_t n)
{
    return syllable_of(han, s, n).s[0];
}

/* The other reading where the bit of the WAY says so; *SEEN counts those that
   have one. */
static const char *
read_so(const union syllable *usual, uint32_t han, unsigned way, unsigned *seen)
{
    const struct reading *two = reading_of(han);

    if (two == NULL || strcmp(two->usual, two->other) == 0)
        return usual->s;
    return way >> (*seen)++ & 1 ? two->other : usual->s;
}

char *
saying_syllables(struct arena *a, const char *s, unsigned way)
{
    struct buf b = buf_make(a, 0);
    unsigned seen = 0;
    bool open = false;

    for (const char *p = s; p != NULL && *p != '\0';) {
        const char *from = p;
        uint32_t ch = text_next(&p);

        if (ch >= HAN_FIRST && ch <= HAN_LAST) {
            union syllable one = syllable_of(ch, from, (size_t)(p - from));

            /* Syllables stand apart, so that none is found across two. */
            if (!open)
                buf_putc(&b, ' ');
            buf_puts(&b, read_so(&one, ch, way, &seen));
            buf_putc(&b, ' ');
            open = true;
        } else if (ch < 0x80 && isalnum((int)ch)) {
            buf_putc(&b, (char)tolower((int)ch));
            open = false;
        }
    }
    return way >> (seen < 2 ? seen : 2) != 0 ? NULL : b.s;
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

/* -- simplified ------------------------------------------------------------- */

static UTransliterator *simplifier;

const char *
text_simplified(struct arena *a, const char *s)
{
    static const char id[] = "Traditional-Simplified";
    UErrorCode e = U_ZERO_ERROR;
    UChar wide[MAX_UNITS], name[sizeof id];
    int32_t n = 0, limit, size = (int32_t)strlen(s) * 2 + 1;
    const char *p = s;
    char *out;

    while (*p != '\0' && (unsigned char)*p < 0x80)
        p++;
    if (*p == '\0')
        return s;
    u_strFromUTF8(wide, MAX_UNITS / 2, &n, s, -1, &e);
    if (U_FAILURE(e))
        return s;
    limit = n;
    /* ICU takes long to make one, and one is not for two threads at once. */
    pthread_mutex_lock(&lock);
    if (simplifier == NULL) {
        u_charsToUChars(id, name, (int32_t)sizeof id);
        simplifier = utrans_openU(name, -1, UTRANS_FORWARD, NULL, -1, NULL, &e);
    }
    if (U_SUCCESS(e))
        utrans_transUChars(simplifier, wide, &n, MAX_UNITS, 0, &limit, &e);
    pthread_mutex_unlock(&lock);
    out = arena_alloc(a, (size_t)size);
    u_strToUTF8(out, size - 1, NULL, wide, n, &e);
    return U_SUCCESS(e) ? out : s;
}
