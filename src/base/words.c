/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include "base/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct words {
    json_t *table;
};

struct words *
words_open(const char *json, size_t n)
{
    json_t *table = json_loadb(json, n, JSON_REJECT_DUPLICATES, NULL);
    struct words *w;

    if (!json_is_object(table)) {
        json_decref(table);
        return NULL;
    }
    w = malloc(sizeof *w);
    ASSERT(w != NULL);
    w->table = table;
    return w;
}

void
words_close(struct words *w)
{
    if (w == NULL)
        return;
    json_decref(w->table);
    free(w);
}

const char *
words_in(const struct call *c, const char *text)
{
    const char *other = NULL;

    if (c->lang == LANG_ZH && c->words != NULL && text != NULL)
        other = json_string_value(json_object_get(c->words->table, text));
    return other != NULL ? other : text;
}

const char *
words_of(const struct call *c, const char *noun, const char *word)
{
    char key[200];
    const char *own;
    int n;

    if (c->lang != LANG_ZH || c->words == NULL || noun == NULL || word == NULL)
        return words_in(c, word);
    n = snprintf(key, sizeof key, "%s:%s", noun, word);
    /* A longer one is a sentence, which is nobody's own. */
    own = n > 0 && (size_t)n < sizeof key
              ? json_string_value(json_object_get(c->words->table, key))
              : NULL;
    return own != NULL ? own : words_in(c, word);
}

const char *
words_spaced(const struct call *c, const char *word)
{
    char *s = arena_text(c->arena, words_in(c, word));

    for (char *p = s; *p != '\0'; p++)
        *p = *p == '_' ? ' ' : *p;
    return s;
}
