/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the item for what a person typed: "灯", "三楼走廊灯不亮了", "djbl",
 * "corridor light", "A04", "漏睡".
 *
 * An item is known by phrases: its name, its keywords, what the program's list
 * of sayings has for it (data/words/items.txt) and what the office has added
 * (item_word).  A phrase with "+" is a pattern of kinds (heard.h).  What was
 * typed is freed of places and of words that say nothing and then held against
 * each phrase; the best counts, and how much of what was typed the item knows
 * at all decides between those that fit alike.
 *
 * Danger is decided before and above all scores, by patterns of its own
 * ("!"): who tells of it is offered its item first.  What is denied (没有着火)
 * or only alike never leads to an emergency.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/saying.h"
#include "engine/catalog/heard.h"
#include "engine/catalog/inner.h"

/* One way to say an item, as it is compared. */
struct phrase {
    const char *text; /* of Han without blanks, else as saying_parts */
    size_t length;    /* characters */
    bool han, name;
    const char *sound[SAYING_READINGS]; /* " kong tiao "; NULL ends them */
};

struct entry {
    const struct service_item *item;
    const char *code;
    struct phrase *phrases;
    size_t n, cap;
    struct pattern *patterns, *dangers;
    size_t n_patterns, cap_patterns, n_dangers, cap_dangers;
    const char *all; /* the phrases of Han, one after another */
    bool *speaks;    /* of each kind, by its patterns */
    bool *begins;    /* with each kind a pattern: what it is about */
    int64_t asked;
    bool grave; /* an emergency of the first rank */
};

/* How many items have a character or a pair of them. */
struct gram {
    const char *at;
    size_t n;
    unsigned items;
    size_t last; /* the item that was counted last */
};

struct search_index {
    struct entry *entries; /* one for each item of the snapshot */
    struct kinds *kinds;
    double *rare;       /* of each kind: how much it says of an item */
    struct gram *grams; /* a hash table of N_GRAMS */
    const char *const *harmless;
};

struct found {
    const struct entry *entry;
    double score;
};

/* What was typed, as it is compared. */
struct typed {
    const char *han; /* without blanks, places and filling words */
    size_t length;
    const char *sound;
    const char *const *latin; /* parts of letters; NULL-ended */
    struct heard *heard;
};

/* The same without what only sounds dangerous: in it DANGER is heard; and
   without what is denied, too: in CALM the words of an emergency are sought. */
struct asked {
    struct typed typed, calm;
    struct heard *danger;
};

/* -- texts ------------------------------------------------------------------ */

/* Words that say nothing of the matter; the longer first. */
static const char *const fillers[] = {
    "麻烦你们", "麻烦您", "能不能", "可不可以", "请帮忙", "帮我们", "有没有",
    "好像",     "是不是", "怎么办", "怎么",     "一直在", "我们的", "我们",
    "你们",     "这边",   "这里",   "那里",     "有点",   "一点",   "麻烦",
    "请问",     "帮忙",   "谢谢",   "需要",     "想要",   "一下",   "一个",
    "现在",     "今天",   "老是",   "总是",     "经常",   "已经",   "我的",
    "您好",     "你好",   "申请",   "想",       "请",     "帮",     "的",
    "吗",       "呢",     "吧",     "啊",       "呀",     "给",     "我",
    "就",       "都",     "把",     "在",       "又",     "很",     "也",
};

static char *
without(struct arena *a, const char *s, const char *const *words, size_t n)
{
    struct buf b = buf_make(a, 0);

    while (*s != '\0') {
        const char *from = s;
        size_t i = 0;

        while (i < n && !text_starts(s, words[i]))
            i++;
        if (i < n) {
            s += strlen(words[i]);
            continue;
        }
        (void)text_next(&s);
        buf_add(&b, from, (size_t)(s - from));
    }
    return b.s;
}

/* The parts of S joined, without places where WHERE is not asked for. */
static char *
join(struct arena *a, const char *parts, bool places)
{
    struct buf b = buf_make(a, 0);

    for (size_t n; *parts != '\0'; parts += n + (parts[n] == ' ')) {
        n = strcspn(parts, " ");
        if (places || !saying_is_place(parts, n))
            buf_add(&b, parts, n);
    }
    return b.s;
}

static bool
has_han(const char *s)
{
    while (*s != '\0' && (unsigned char)*s < 0x80)
        s++;
    return *s != '\0';
}

/* S as a NULL-ended list, cut at any of the characters of BY. */
static const char *const *
split_words(struct arena *a, const char *s, const char *by)
{
    size_t n = 2;
    const char **list;
    char *rest = arena_text(a, s), *word;

    for (const char *p = s; *p != '\0'; p++)
        n += strchr(by, *p) != NULL;
    list = NEW_N(a, const char *, n);
    n = 0;
    while ((word = strsep(&rest, by)) != NULL) {
        while (*word == ' ')
            word++;
        if (*word != '\0')
            list[n++] = word;
    }
    return list;
}

/* -- the index ---------------------------------------------------------------- */

static void
add_phrase(struct arena *a, struct entry *e, const char *said, bool name)
{
    struct phrase p = { .name = name };
    const char *parts;

    if (said == NULL)
        return;
    parts = saying_parts(a, said);
    p.han = has_han(parts);
    p.text = p.han ? join(a, parts, true) : parts;
    p.length = text_length(p.text);
    if (p.length == 0)
        return;
    for (unsigned way = 0; p.han && way < SAYING_READINGS; way++)
        p.sound[way] = saying_syllables(a, p.text, way);
    GROW(a, e->phrases, e->n, e->cap);
    e->phrases[e->n++] = p;
}

/* "!漏电" is a danger, "灯+坏" a pattern, all else a phrase. */
static void
add_saying(struct arena *a, struct search_index *x, struct entry *e,
           const char *said)
{
    bool danger = *said == '!';
    struct pattern p;

    if (!danger && strchr(said, '+') == NULL) {
        add_phrase(a, e, said, false);
    } else if (!pattern_read(a, x->kinds, said + danger, &p)) {
        return;
    } else if (danger) {
        GROW(a, e->dangers, e->n_dangers, e->cap_dangers);
        e->dangers[e->n_dangers++] = p;
    } else {
        GROW(a, e->patterns, e->n_patterns, e->cap_patterns);
        e->patterns[e->n_patterns++] = p;
    }
    /* A danger of one word is found by what is like it, too. */
    if (danger && strpbrk(said, "+-") == NULL)
        add_phrase(a, e, said + 1, false);
}

static void
add_list(struct arena *a, struct search_index *x, struct entry *e,
         const char *list)
{
    const char *const *words = split_words(a, list ? list : "", ",");

    for (; *words != NULL; words++)
        add_saying(a, x, e, *words);
}

/* "A04 灯具不亮: 灯, 灯灭了" belongs to the items of that code and name. */
static void
add_line(const struct catalog *k, struct search_index *x, const char *line)
{
    const char *colon = strchr(line, ':'), *blank = strchr(line, ' ');

    if (*line == '#' || colon == NULL)
        return;
    if (*line == '-') {
        x->harmless = split_words(k->arena, colon + 1, ",");
        return;
    }
    if (blank == NULL || blank > colon)
        return;
    for (size_t i = 0; i < k->n_items; i++) {
        const struct service_item *item = x->entries[i].item;
        size_t n = strlen(item->code), m = strlen(item->name);

        if ((size_t)(blank - line) == n && strncmp(line, item->code, n) == 0
            && (size_t)(colon - blank - 1) == m
            && strncmp(blank + 1, item->name, m) == 0)
            add_list(k->arena, x, &x->entries[i], colon + 1);
    }
}

static void
add_sayings(const struct catalog *k, struct search_index *x)
{
    static const char *const none[] = { NULL };
    const struct file *f = file_find("data/words/items.txt");
    char *rest = arena_text(k->arena, f != NULL ? f->text : ""), *line;

    x->harmless = none;
    while ((line = strsep(&rest, "\n")) != NULL)
        add_line(k, x, line);
    for (size_t i = 0; i < k->n_words; i++)
        for (size_t j = 0; j < k->n_items; j++)
            if (k->words[i].active
                && text_same(k->words[i].item_code, k->items[j].row.code))
                add_saying(k->arena, x, &x->entries[j], k->words[i].word);
}

#define N_GRAMS 16384

static struct gram *
gram_of(const struct search_index *x, const char *s, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    for (size_t at = h % N_GRAMS;; at = (at + 1) % N_GRAMS)
        if (x->grams[at].at == NULL
            || (x->grams[at].n == n && memcmp(x->grams[at].at, s, n) == 0))
            return &x->grams[at];
}

/* Calls SEEN for each character of S and each pair. */
static void
each_gram(const char *s, void (*seen)(void *arg, const char *at, size_t n),
          void *arg)
{
    const char *before = NULL;

    while (*s != '\0') {
        const char *from = s;

        (void)text_next(&s);
        seen(arg, from, (size_t)(s - from));
        if (before != NULL)
            seen(arg, before, (size_t)(s - before));
        before = from;
    }
}

struct counting {
    struct search_index *x;
    size_t item, n;
};

static void
count_gram(void *arg, const char *at, size_t n)
{
    struct counting *k = arg;
    struct gram *g = gram_of(k->x, at, n);

    if (g->at == NULL && k->n > N_GRAMS / 2)
        return;
    if (g->at == NULL) {
        k->n++;
        *g = (struct gram){ at, n, 0, SIZE_MAX };
    }
    g->items += g->last != k->item;
    g->last = k->item;
}

/* A kind that few items speak of says more. */
static void
weigh_kinds(const struct catalog *k, struct search_index *x)
{
    size_t n = kinds_count(x->kinds);

    x->rare = NEW_N(k->arena, double, n + 1);
    for (size_t i = 0; i < k->n_items; i++) {
        struct entry *e = &x->entries[i];

        e->speaks = NEW_N(k->arena, bool, n + 1);
        e->begins = NEW_N(k->arena, bool, n + 1);
        for (size_t j = 0; j < e->n_patterns; j++) {
            e->begins[e->patterns[j].must[0]] = true;
            for (size_t m = 0; m < e->patterns[j].n_must; m++)
                e->speaks[e->patterns[j].must[m]] = true;
        }
        for (size_t j = 0; j < n; j++)
            x->rare[j] += e->speaks[j];
    }
    for (size_t j = 0; j < n; j++)
        x->rare[j] = log((1 + (double)k->n_items) / (1 + x->rare[j]));
}

static struct search_index *
make_index(const struct catalog *k)
{
    struct search_index *x = NEW(k->arena, struct search_index);
    struct counting counting = { .x = x };

    x->entries = NEW_N(k->arena, struct entry, k->n_items + 1);
    x->grams = NEW_N(k->arena, struct gram, N_GRAMS);
    x->kinds = kinds_read(k->arena);
    for (size_t i = 0; i < k->n_items; i++) {
        const struct service_item *item = &k->items[i].row;
        const struct sla_class *s =
            catalog_sla(k, item->sla_class, item->valid_from);
        struct entry *e = &x->entries[i];

        *e = (struct entry){
            .item = item,
            .code = saying_parts(k->arena, item->code),
            .grave = s != NULL && s->emergency && item->priority == 1
        };
        add_phrase(k->arena, e, item->name, true);
        add_phrase(k->arena, e, item->name_en, true);
        add_list(k->arena, x, e, item->keywords);
        for (size_t j = 0; j < k->n_asked; j++)
            if (text_same(k->asked[j].item_code, item->code))
                e->asked = k->asked[j].times;
    }
    add_sayings(k, x);
    /* Only now are all phrases there: what few items know weighs more. */
    for (size_t i = 0; i < k->n_items; i++) {
        struct buf all = buf_make(k->arena, 0);

        counting.item = i;
        for (size_t j = 0; j < x->entries[i].n; j++) {
            if (!x->entries[i].phrases[j].han)
                continue;
            each_gram(x->entries[i].phrases[j].text, count_gram, &counting);
            buf_printf(&all, "%s|", x->entries[i].phrases[j].text);
        }
        x->entries[i].all = all.s;
    }
    weigh_kinds(k, x);
    return x;
}

/* Made once, at the first search: the sounds of two thousand phrases take ICU
   longer than everything else a start does. */
static const struct search_index *
get_index(const struct catalog *k)
{
    struct holding *life = k->life;

    pthread_mutex_lock(&life->search_lock);
    if (life->search == NULL)
        life->search = make_index(k);
    pthread_mutex_unlock(&life->search_lock);
    return life->search;
}

/* -- scores of a phrase ---------------------------------------------------------- */

#define EQUAL 1000.0
#define DIRECT 480.0 /* from here on the words themselves were said */

static double
at_most(double n, double most)
{
    return n < most ? n : most;
}

/* Are the characters of P in S in their order, and how many lie between? */
static bool
is_scattered(const char *p, const char *s, size_t *between)
{
    bool begun = false;

    *between = 0;
    while (*p != '\0') {
        const char *next = p;
        size_t n;

        (void)text_next(&next);
        n = (size_t)(next - p);
        while (*s != '\0' && strncmp(s, p, n) != 0) {
            (void)text_next(&s);
            *between += begun;
        }
        if (*s == '\0')
            return false;
        s += n;
        p = next;
        begun = true;
    }
    return true;
}

/* One character too many, too few or another one. */
static bool
is_nearly(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        const char *x = a, *y = b;

        if (text_next(&x) != text_next(&y))
            return strcmp(x, y) == 0 || strcmp(x, b) == 0 || strcmp(a, y) == 0;
        a = x;
        b = y;
    }
    return text_length(a) + text_length(b) <= 1;
}

/* Says how much and not what: 吵死了 is no plant that died. */
static bool
is_idle_gram(const char *at, size_t n)
{
    static const char *const idle[] = { "了", "死", "死了" };

    for (size_t i = 0; i < COUNT(idle); i++)
        if (n == strlen(idle[i]) && memcmp(at, idle[i], n) == 0)
            return true;
    return false;
}

/* Of 花死了 only the first character says what. */
static bool
is_idle_behind_first(const char *s)
{
    (void)text_next(&s);
    return is_idle_gram(s, strlen(s));
}

static double
score_sound(const struct phrase *p, const struct typed *t)
{
    for (size_t way = 0; way < SAYING_READINGS && p->sound[way] != NULL;
         way++) {
        if (p->length < 2 || t->sound == NULL)
            break;
        if (strcmp(p->sound[way], t->sound) == 0)
            return 440 + 10 * at_most((double)p->length, 4);
        if (strstr(t->sound, p->sound[way]) != NULL)
            return 260 + 40 * at_most((double)p->length, 4);
    }
    return 0;
}

static double
score_han(const struct phrase *p, const struct typed *t)
{
    const char *in = strstr(t->han, p->text), *at = strstr(p->text, t->han);
    double share = (double)p->length / (double)t->length;
    size_t between;

    if (in != NULL && p->length == t->length)
        return EQUAL;
    /* One character says little of a sentence. */
    if (in != NULL && (p->length > 1 || t->length <= 3))
        return 500 + 50 * at_most((double)p->length, 7) + 90 * share;
    if (in != NULL)
        return 120;
    if (at != NULL)
        return (at == p->text ? DIRECT : 430) + 90 / share;
    if (p->length >= 3 && is_scattered(p->text, t->han, &between)
        && between <= 6)
        return 450 + 40 * at_most((double)p->length, 6) - 12 * (double)between;
    if (p->length >= 3 && t->length >= 3 && is_nearly(p->text, t->han)
        && !is_idle_behind_first(p->text))
        return 380 + 8 * at_most((double)p->length, 6);
    return score_sound(p, t);
}

/* A sound in one word, and its initials. */
static void
spell(const char *sound, struct buf *whole, struct buf *first)
{
    for (const char *s = sound; *s != '\0'; s++) {
        if (*s == ' ')
            continue;
        buf_putc(whole, *s);
        if (s == sound || s[-1] == ' ')
            buf_putc(first, *s);
    }
}

/* Letters against the sounds of a phrase, whole or the initials. */
static double
score_letters(struct arena *a, const struct phrase *p, const char *word)
{
    size_t n = strlen(word);

    for (size_t way = 0; way < SAYING_READINGS && p->sound[way] != NULL;
         way++) {
        struct buf whole = buf_make(a, 0), first = buf_make(a, 0);

        spell(p->sound[way], &whole, &first);
        if (strcmp(whole.s, word) == 0)
            return 900;
        if (strcmp(first.s, word) == 0 && n > 1)
            return p->name ? 640 : 460;
        if (n >= 3 && text_starts(whole.s, word))
            return 520 + 200 * (double)n / (double)whole.len;
        if (n >= 2 && text_starts(first.s, word))
            return p->name ? 500 : 420;
        if (n >= 4 && strstr(whole.s, word) != NULL)
            return 400;
        if (n >= 7 && whole.len >= 7 && is_nearly(whole.s, word))
            return 380;
    }
    return 0;
}

/* A Latin word counts from its own beginning, not from inside. */
static double
score_latin(struct arena *a, const struct phrase *p, const char *word)
{
    const char *at = strstr(p->text, word);
    size_t n = strlen(word);

    if (p->han && isalpha((unsigned char)word[0]) && at == NULL)
        return n > 1 ? score_letters(a, p, word) : 0;
    if (at == NULL)
        return !p->han && n >= 5 && is_nearly(p->text, word) ? 300 : 0;
    if (strcmp(p->text, word) == 0)
        return EQUAL;
    if (at != p->text && at[-1] != ' ' && (unsigned char)at[-1] < 0x80)
        return 0;
    return (at == p->text ? 600.0 : 560.0)
           - (at[n] == ' ' || at[n] == '\0' ? 0.0 : 120.0);
}

/* -- scores of an item ------------------------------------------------------------ */

struct knowing {
    const struct search_index *x;
    const struct entry *e;
    size_t n_items;
    double all, known;
    bool pair; /* not single characters alone */
};

/* What few items have says more. */
static void
weigh_gram(void *arg, const char *at, size_t n)
{
    struct knowing *k = arg;

    if (is_idle_gram(at, n))
        return;
    const struct gram *g = gram_of(k->x, at, n);
    double weight = n > 4 ? 2.0 : 1.0;

    weight *= log(
        1
        + (double)k->n_items / (g->at != NULL ? 1.0 + (double)g->items : 1.0));
    k->all += weight;
    if (g->at != NULL && memmem(k->e->all, strlen(k->e->all), at, n) != NULL) {
        k->known += weight;
        k->pair |= n > 4;
    }
}

/* Of a long sentence a pair that few items have is enough; of a short one a
   third of it. */
#define KNOWN_SHARE 0.34
#define KNOWN_ENOUGH 5.0

/* How much of what was typed the item knows; *ENOUGH: to be offered for that
   alone. */
static double
score_known(const struct search_index *x, const struct entry *e,
            const struct typed *t, size_t n_items, bool *enough)
{
    struct knowing k = { .x = x, .e = e, .n_items = n_items };

    each_gram(t->han, weigh_gram, &k);
    *enough = (k.pair && k.known > KNOWN_ENOUGH)
              || (k.all > 0 && k.known / k.all > KNOWN_SHARE);
    return k.all > 0 ? k.known / k.all : 0;
}

/* Is a danger of the item told of? */
static bool
tells_danger(const struct entry *e, const struct heard *h)
{
    for (size_t i = 0; i < e->n_dangers; i++)
        if (heard_length(h, &e->dangers[i], true) > 0)
            return true;
    return false;
}

/* A thing and what is wrong with it weigh as a phrase of that length. */
static double
score_patterns(const struct entry *e, const struct typed *t)
{
    double best = 0;

    for (size_t i = 0; i < e->n_patterns; i++) {
        size_t n = heard_length(t->heard, &e->patterns[i], false);

        if (n > 0)
            best = fmax(best,
                        520 + 45 * at_most((double)n, 8)
                            + 90 * at_most((double)n / (double)t->length, 1));
    }
    return best;
}

static double
score_words(struct arena *a, const struct entry *e, const struct typed *t)
{
    double sum = 0;

    for (size_t i = 0; t->latin[i] != NULL; i++) {
        double best = text_same(e->code, t->latin[i]) ? 1200 : 0;

        if (best == 0 && strlen(t->latin[i]) > 1
            && text_starts(e->code, t->latin[i]))
            best = 450;
        for (size_t j = 0; j < e->n; j++)
            best = fmax(best, score_latin(a, &e->phrases[j], t->latin[i])
                                  + (e->phrases[j].name ? 15 : 0));
        sum += best > 15 ? best : 0;
    }
    return sum;
}

/* What is heard of the item's kinds, where no pattern is whole; *ABOUT: also
   what it is about, and not only where to (体检) or how (吵死了). */
static double
score_hints(const struct search_index *x, const struct entry *e,
            const struct typed *t, bool *about)
{
    double sum = 0;

    *about = false;
    for (size_t i = kinds_count(x->kinds); i-- > 0;)
        if (e->speaks[i] && heard_kind(t->heard, i)) {
            sum += x->rare[i];
            *about |= e->begins[i];
        }
    return sum;
}

/* A score of nothing is no find. */
#define HINTS_ENOUGH 3.5
#define HINTS_MOST 10.0

static double
score_entry(struct arena *a, const struct search_index *x,
            const struct entry *e, const struct asked *asked, size_t n_items)
{
    const struct typed *t = e->grave ? &asked->calm : &asked->typed;
    double best, known, hints, words = score_words(a, e, t);
    bool enough, about;

    if (t->length == 0)
        return words;
    best = score_patterns(e, t);
    for (size_t i = 0; i < e->n; i++)
        if (e->phrases[i].han) {
            double one = score_han(&e->phrases[i], t);

            best = fmax(best, one > 0 && e->phrases[i].name ? one + 20 : one);
        }
    known = score_known(x, e, t, n_items, &enough);
    hints = at_most(score_hints(x, e, t, &about), HINTS_MOST);
    if (best == 0 && (enough || (about && hints > HINTS_ENOUGH)))
        best = 80;
    /* What is only alike leads to no emergency; nor do the words of one whose
       dangers are known and are not told of. */
    if (e->grave && best < (e->n_dangers > 0 ? EQUAL : DIRECT + 20))
        best *= 0.4;
    if (best > 0)
        best += 330 * known + 20 * hints;
    if (tells_danger(e, asked->danger))
        best += 3000;
    return best + words;
}

/* -- searching ------------------------------------------------------------------- */

static int
best_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    if (x->score != y->score)
        return y->score > x->score ? 1 : -1;
    return strcmp(x->entry->item->code, y->entry->item->code);
}

static size_t
count_of(const char *const *list)
{
    size_t n = 0;

    while (list[n] != NULL)
        n++;
    return n;
}

static struct typed
read_typed(struct arena *a, const struct search_index *x, const char *parts)
{
    const char *const *list = split_words(a, parts, " ");
    const char **latin = NEW_N(a, const char *, count_of(list) + 1);
    struct buf han = buf_make(a, 0);
    struct typed t = { .latin = latin };
    size_t n = 0;

    for (; *list != NULL; list++) {
        if (has_han(*list) && !saying_is_place(*list, strlen(*list)))
            buf_puts(&han, *list);
        else if (!saying_is_place(*list, strlen(*list)))
            latin[n++] = *list;
    }
    t.han = without(a, han.s, fillers, COUNT(fillers));
    /* "怎么办" alone is all that there is. */
    if (*t.han == '\0')
        t.han = han.s;
    t.length = text_length(t.han);
    t.sound = saying_syllables(a, t.han, 0);
    t.heard = heard_make(a, x->kinds, parts);
    return t;
}

static struct asked
read_asked(struct arena *a, const struct search_index *x, size_t n_items,
           const char *words)
{
    const char *parts = saying_parts(a, words);
    const char *safe = without(a, parts, x->harmless, count_of(x->harmless));
    struct asked asked = { .typed = read_typed(a, x, parts) };
    struct heard *h = heard_make(a, x->kinds, safe);

    for (size_t i = 0; i < n_items; i++)
        for (size_t j = 0; j < x->entries[i].n_dangers; j++)
            heard_forget(h, &x->entries[i].dangers[j]);
    asked.calm = read_typed(a, x, heard_text(h));
    asked.danger = h;
    return asked;
}

size_t
catalog_search(struct call *c, const struct catalog *k, day on,
               const char *words, const struct service_item ***out)
{
    const struct search_index *x = get_index(k);
    const struct asked asked = read_asked(c->arena, x, k->n_items, words);
    struct found *found = NEW_N(c->arena, struct found, k->n_items + 1);
    size_t n = 0;

    for (size_t i = 0; i < k->n_items; i++) {
        const struct entry *e = &x->entries[i];
        double score = score_entry(c->arena, x, e, &asked, k->n_items);

        /* Each version has an entry; only the one of that day is found. */
        if (score > 0 && e->item->active
            && e->item == catalog_item(k, e->item->code, on))
            found[n++] =
                (struct found){ e, score + 6 * log(1 + (double)e->asked) };
    }
    qsort(found, n, sizeof *found, best_first);
    *out = NEW_N(c->arena, const struct service_item *, n + 1);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = found[i].entry->item;
    return n;
}

/* -- nothing typed yet ------------------------------------------------------------ */

static void
take_item(const struct catalog *k, day on, const char *code,
          const struct service_item **list, size_t *n)
{
    const struct service_item *item = catalog_item(k, code, on);

    if (item == NULL || !item->active)
        return;
    for (size_t i = 0; i < *n; i++)
        if (list[i] == item)
            return;
    list[(*n)++] = item;
}

size_t
catalog_often(struct call *c, const struct catalog *k, day on,
              const char *const *own, const struct service_item ***out)
{
    size_t have = 0;

    *out = NEW_N(c->arena, const struct service_item *, CATALOG_OFTEN + 1);
    for (; *own != NULL && have < CATALOG_OFTEN; own++)
        take_item(k, on, *own, *out, &have);
    /* The snapshot has them by how often they were asked for. */
    for (size_t i = 0; i < k->n_asked && have < CATALOG_OFTEN; i++)
        take_item(k, on, k->asked[i].item_code, *out, &have);
    return have;
}
