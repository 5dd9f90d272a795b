/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the item for what a person typed: "灯", "三楼走廊灯不亮了", "djbl",
 * "corridor light", "A04".
 *
 * Each word typed is held against the code, the name, the keywords and the
 * pinyin initials of each item, and the best of these counts.  What people
 * type as a sentence contains the keyword rather than the other way round;
 * then the longest keyword in it counts.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/catalog/inner.h"

/* An item as it is looked through: small letters, NULL-ended lists. */
struct entry {
    const struct service_item *item;
    const char *code, *name, *name_en;
    const char *const *keywords;
    const char *initials;
    const char *const *keyword_initials;
};

struct search_index {
    struct entry *entries; /* one for each item of the snapshot */
};

struct found {
    const struct service_item *item;
    int score;
};

static char *
lower(struct arena *a, const char *s)
{
    char *out = arena_text(a, s != NULL ? s : "");

    for (char *p = out; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return out;
}

/* "a,b" as a NULL-ended list. */
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

static const char *const *
list_initials(struct arena *a, const char *const *words)
{
    size_t n = 0;
    const char **list;

    while (words[n] != NULL)
        n++;
    list = NEW_N(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] =
            (unsigned char)words[i][0] < 0x80 ? "" : text_initials(a, words[i]);
    return list;
}

static struct search_index *
make_index(const struct catalog *k)
{
    struct search_index *x = NEW(k->arena, struct search_index);

    x->entries = NEW_N(k->arena, struct entry, k->n_items + 1);
    for (size_t i = 0; i < k->n_items; i++) {
        struct entry *e = &x->entries[i];

        e->item = &k->items[i].row;
        e->code = lower(k->arena, e->item->code);
        e->name = lower(k->arena, e->item->name);
        e->name_en = lower(k->arena, e->item->name_en);
        e->keywords =
            split_words(k->arena, lower(k->arena, e->item->keywords), ",");
        e->initials = text_initials(k->arena, e->item->name);
        e->keyword_initials = list_initials(k->arena, e->keywords);
    }
    return x;
}

/* Made once, at the first search: the initials of a thousand words take ICU
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

/* -- scores -------------------------------------------------------------- */

static int
max(int a, int b)
{
    return a > b ? a : b;
}

/* WORD against a text: the whole of it, its beginning, a part of it. */
static int
score_text(const char *text, const char *word, int whole)
{
    const char *at = strstr(text, word);

    if (at == NULL)
        return 0;
    if (strcmp(text, word) == 0)
        return whole;
    if (at == text)
        return whole - 10;
    /* A Latin word counts from its own beginning, not from inside. */
    if ((unsigned char)word[0] < 0x80 && isalnum((unsigned char)at[-1]))
        return whole / 4;
    return whole - 20;
}

/* The longest keyword or name inside a typed sentence. */
static int
score_inside(const struct entry *e, const char *word)
{
    size_t longest = 0;

    if (strstr(word, e->name) != NULL)
        longest = text_length(e->name);
    for (size_t i = 0; e->keywords[i] != NULL; i++) {
        size_t n = text_length(e->keywords[i]);

        if ((unsigned char)e->keywords[i][0] >= 0x80 && n > longest
            && strstr(word, e->keywords[i]) != NULL)
            longest = n;
    }
    return longest == 0 ? 0 : 40 + (int)(longest < 8 ? longest : 8) * 5;
}

static int
score_initials(const struct entry *e, const char *word)
{
    int score = 0;

    if (strlen(word) < 2 || !isalpha((unsigned char)word[0]))
        return 0;
    score = score_text(e->initials, word, 60);
    for (size_t i = 0; e->keyword_initials[i] != NULL; i++)
        if (strcmp(e->keyword_initials[i], word) == 0)
            score = max(score, 45);
    return score;
}

static int
score_word(const struct entry *e, const char *word)
{
    int score = score_text(e->code, word, 120);

    score = max(score, score_text(e->name, word, 100));
    score = max(score, score_text(e->name_en, word, 95));
    for (size_t i = 0; e->keywords[i] != NULL; i++)
        score = max(score, score_text(e->keywords[i], word, 90));
    if ((unsigned char)word[0] >= 0x80)
        return max(score, score_inside(e, word));
    return max(score, score_initials(e, word));
}

/* Words that no item has (a room, a floor) do not spoil the rest. */
static int
score_all(const struct entry *e, const char *const *words)
{
    int sum = 0;

    for (size_t i = 0; words[i] != NULL; i++)
        sum += score_word(e, words[i]);
    return sum;
}

static int
best_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    if (x->score != y->score)
        return y->score > x->score ? 1 : -1;
    return strcmp(x->item->code, y->item->code);
}

size_t
catalog_search(struct call *c, const struct catalog *k, day on,
               const char *words, const struct service_item ***out)
{
    const struct search_index *index = get_index(k);
    const char *const *list =
        split_words(c->arena, lower(c->arena, words), " ,;\t\n");
    struct found *found = NEW_N(c->arena, struct found, k->n_items + 1);
    size_t n = 0;

    for (size_t i = 0; i < k->n_items; i++) {
        const struct service_item *item = index->entries[i].item;
        int score = score_all(&index->entries[i], list);

        if (score > 0 && item->active
            && item == catalog_item(k, item->code, on))
            found[n++] = (struct found){ item, score };
    }
    qsort(found, n, sizeof *found, best_first);
    *out = NEW_N(c->arena, const struct service_item *, n + 1);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = found[i].item;
    return n;
}
