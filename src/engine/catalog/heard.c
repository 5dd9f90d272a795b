/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/catalog/heard.h"

#include <string.h>

#include "base/base.h"
#include "base/files.h"
#include "base/saying.h"

struct kind {
    const char *name; /* as it stands in patterns */
    const char **words;
    size_t n, cap;
};

struct kinds {
    struct kind *list;
    size_t n, cap;
};

/* A word of a kind in the text. */
struct hit {
    size_t at, n; /* bytes */
    bool denied;
};

#define HITS 4 /* of one kind: the longest */

struct heard {
    char *text;
    const struct kinds *kinds;
    struct hit (*hits)[HITS]; /* of each kind; n is 0 behind the last */
};

/* -- kinds --------------------------------------------------------------------- */

static size_t
kind_of(struct arena *a, struct kinds *k, const char *name)
{
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->list[i].name, name) == 0)
            return i;
    GROW(a, k->list, k->n, k->cap);
    k->list[k->n] = (struct kind){ .name = name };
    return k->n++;
}

static void
add_word(struct arena *a, struct kind *kind, const char *word)
{
    const char *said = saying_parts(a, word);

    if (*said == '\0')
        return;
    GROW(a, kind->words, kind->n, kind->cap);
    kind->words[kind->n++] = said;
}

/* "灯: 灯泡, 灯管" */
static void
read_line(struct arena *a, struct kinds *k, char *line)
{
    char *list = strchr(line, ':'), *word;
    size_t i;

    if (*line == '#' || list == NULL)
        return;
    *list++ = '\0';
    i = kind_of(a, k, line);
    while ((word = strsep(&list, ",")) != NULL)
        add_word(a, &k->list[i], word);
}

struct kinds *
kinds_read(struct arena *a)
{
    struct kinds *k = NEW(a, struct kinds);
    const struct file *f = file_find("data/words/kinds.txt");
    char *rest = arena_text(a, f != NULL ? f->text : ""), *line;

    while ((line = strsep(&rest, "\n")) != NULL)
        read_line(a, k, line);
    return k;
}

size_t
kinds_count(const struct kinds *k)
{
    return k->n;
}

/* -- patterns ------------------------------------------------------------------ */

static bool
add_to(size_t *list, size_t *n, size_t kind)
{
    if (*n == PATTERN_MOST)
        return false;
    list[(*n)++] = kind;
    return true;
}

bool
pattern_read(struct arena *a, struct kinds *k, const char *s,
             struct pattern *out)
{
    bool never = false;

    *out = (struct pattern){ .n_must = 0 };
    while (*s != '\0') {
        size_t n = strcspn(s, "+-"), i;
        const char *name = arena_text_n(a, s, n);

        if (n > 0) {
            /* A word that names no kind is one of its own. */
            i = kind_of(a, k, name);
            if (k->list[i].n == 0)
                add_word(a, &k->list[i], name);
            if (never ? !add_to(out->never, &out->n_never, i)
                      : !add_to(out->must, &out->n_must, i))
                return false;
        }
        s += n;
        never = *s == '-';
        s += *s != '\0';
    }
    return out->n_must > 0;
}

/* -- what is denied ------------------------------------------------------------- */

static bool
ends_with_any(const char *s, size_t n, const char *const *words)
{
    for (; *words != NULL; words++) {
        size_t m = strlen(*words);

        if (m <= n && memcmp(s + n - m, *words, m) == 0)
            return true;
    }
    return false;
}

static bool
begins_with_any(const char *s, const char *const *words)
{
    while (*words != NULL && !text_starts(s, *words))
        words++;
    return *words != NULL;
}

/* Is one of WORDS in the N bytes of S, and nothing that takes it back? */
static bool
speaks_of(const char *s, size_t n, const char *const *words)
{
    static const char *const back[] = { "不是", "真", NULL };

    for (size_t i = 0; i < n; i++)
        if (begins_with_any(s + i, back))
            return false;
    for (size_t i = 0; i < n; i++)
        if (begins_with_any(s + i, words))
            return true;
    return false;
}

/* Whoever asks (是不是着火了) or guesses (闻着像煤气) does not deny, nor is 消防 a
   防. */
static bool
is_denied(const char *text, size_t at, size_t n)
{
    static const char *const asks[] = { "是不是", "有没有",   "消防", "好像",
                                        "闻着像", "闻起来像", NULL };
    static const char *const denies[] = {
        "不是", "不是真的", "没有", "没", "未",   "无",   "非",
        "不",   "不会",     "没人", "防", "防止", "预防", "避免",
        "排除", "没有人",   "无人", "像", "以免", NULL
    };
    static const char *const like[] = {
        "一样", "似的", "一般", "检查", "检测", "保护", "探测", "隐患排查", NULL
    };
    static const char *const practised[] = {
        "演练", "演习", "预案", "宣传",     "讲座",     "海报", "手册",
        "知识", "误报", "模拟", "消防培训", "安全培训", NULL
    };
    size_t from = at, to = at + n;

    if (ends_with_any(text, at, asks))
        return false;
    if (ends_with_any(text, at, denies) || begins_with_any(text + to, like))
        return true;
    /* To either side as far as the sentence goes. */
    while (from > 0 && text[from - 1] != ' ')
        from--;
    while (text[to] != '\0' && text[to] != ' ')
        to++;
    return speaks_of(text + from, at - from, practised)
           || speaks_of(text + at + n, to - at - n, practised);
}

/* -- hearing --------------------------------------------------------------------- */

/* The longest come first; of two that overlap the longer is kept. */
static void
add_hit(struct hit *list, struct hit one)
{
    for (size_t i = 0; i < HITS; i++) {
        struct hit before = list[i];

        if (before.n >= one.n && one.at < before.at + before.n
            && before.at < one.at + one.n)
            return;
        if (before.n < one.n) {
            list[i] = one;
            one = before;
        }
    }
}

static void
find_kind(struct heard *h, size_t kind)
{
    const struct kind *k = &h->kinds->list[kind];

    for (size_t i = 0; i < k->n; i++)
        for (const char *s = h->text; (s = strstr(s, k->words[i])) != NULL;
             s++) {
            size_t at = (size_t)(s - h->text), n = strlen(k->words[i]);

            add_hit(h->hits[kind],
                    (struct hit){ at, n, is_denied(h->text, at, n) });
        }
}

struct heard *
heard_make(struct arena *a, const struct kinds *k, const char *text)
{
    struct heard *h = NEW(a, struct heard);

    h->text = arena_text(a, text);
    h->kinds = k;
    h->hits = arena_alloc(a, (k->n + 1) * sizeof *h->hits);
    for (size_t i = 0; i < k->n; i++)
        find_kind(h, i);
    return h;
}

static bool
is_free(const struct hit *used, size_t n, const struct hit *one)
{
    for (size_t i = 0; i < n; i++)
        if (one->at < used[i].at + used[i].n && used[i].at < one->at + one->n)
            return false;
    return true;
}

/* No character speaks of two kinds. */
static bool
take_hit(const struct heard *h, size_t kind, bool asserted, struct hit *used,
         size_t *n)
{
    for (size_t i = 0; i < HITS; i++) {
        const struct hit *one = &h->hits[kind][i];

        if (one->n > 0 && !(asserted && one->denied)
            && is_free(used, *n, one)) {
            used[(*n)++] = *one;
            return true;
        }
    }
    return false;
}

size_t
heard_length(const struct heard *h, const struct pattern *p, bool asserted)
{
    struct hit used[PATTERN_MOST];
    size_t n = 0, length = 0;

    for (size_t i = 0; i < p->n_never; i++)
        if (h->hits[p->never[i]][0].n > 0)
            return 0;
    for (size_t i = 0; i < p->n_must; i++)
        if (h->hits[p->must[i]][0].n == 0)
            return 0;
    for (size_t i = 0; i < p->n_must; i++)
        if (!take_hit(h, p->must[i], asserted, used, &n))
            return 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < used[i].n; j++)
            length += (h->text[used[i].at + j] & 0xC0) != 0x80;
    return length;
}

bool
heard_kind(const struct heard *h, size_t kind)
{
    return h->hits[kind][0].n > 0;
}

void
heard_forget(struct heard *h, const struct pattern *p)
{
    for (size_t i = 0; i < p->n_must; i++)
        for (size_t j = 0; j < HITS; j++) {
            const struct hit *one = &h->hits[p->must[i]][j];

            if (one->n > 0 && one->denied)
                memset(h->text + one->at, ' ', one->n);
        }
}

const char *
heard_text(const struct heard *h)
{
    return h->text;
}
