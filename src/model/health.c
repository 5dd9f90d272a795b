/* SPDX-License-Identifier: Apache-2.0 */
#include "model/health.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"

#define MAX_PARTS 16
#define MAX_SAYS 400
#define LANGS 2

const char *const health_levels[] = { "good", "warn", "bad", NULL };

static const struct field fields[] = {
    FIELD(struct health_part, id, .flags = GIVEN),
    FIELD(struct health_part, part, .flags = GIVEN | REQUIRED),
    FIELD(struct health_part, name, .flags = GIVEN | REQUIRED, .label = "Part"),
    FIELD(struct health_part, level, .flags = GIVEN, .choices = health_levels,
          .label = "Health"),
    FIELD(struct health_part, says, .flags = GIVEN | REQUIRED, .label = "Says"),
    FIELD(struct health_part, since, .flags = GIVEN | REQUIRED,
          .label = "Since"),
};

const struct model health_model =
    MODEL("health", NULL, struct health_part, fields);

struct row {
    const char *part;
    enum health_level level;
    instant since;
    char says[LANGS][MAX_SAYS];
};

struct health {
    pthread_mutex_t lock;
    size_t n;
    struct row rows[MAX_PARTS];
};

struct health *
health_open(void)
{
    struct health *h = calloc(1, sizeof *h);

    ASSERT(h != NULL);
    pthread_mutex_init(&h->lock, NULL);
    return h;
}

void
health_close(struct health *h)
{
    if (h == NULL)
        return;
    pthread_mutex_destroy(&h->lock);
    free(h);
}

/* Lock held: the part's row, a new one at the end. */
static struct row *
row_of(struct health *h, const char *part)
{
    size_t i = 0;

    while (i < h->n && strcmp(h->rows[i].part, part) != 0)
        i++;
    if (i == h->n) {
        ASSERT(h->n < MAX_PARTS); /* parts are literals of the program */
        h->rows[h->n++] = (struct row){ .part = part };
    }
    return &h->rows[i];
}

void
health_say(const struct app *app, const char *part, enum health_level level,
           const char *fmt, ...)
{
    struct health *h = app->health;
    struct call c = { .words = app->words };
    instant now = instant_now();
    struct row *r;

    if (h == NULL)
        return;
    pthread_mutex_lock(&h->lock);
    r = row_of(h, part);
    /* How long it has been so: saying the same again is no news. */
    if (r->since.ms == 0 || r->level != level)
        r->since = now;
    r->level = level;
    for (int lang = 0; lang < LANGS; lang++) {
        va_list ap;

        c.lang = (enum lang)lang;
        va_start(ap, fmt);
        (void)vsnprintf(r->says[lang], MAX_SAYS, words_in(&c, fmt), ap);
        va_end(ap);
        (void)text_mend(r->says[lang]);
    }
    pthread_mutex_unlock(&h->lock);
}

/* The row of the part that the side PART belongs to, a new one at the end. */
static struct health_part *
part_of(struct call *c, struct health_part *rows, size_t *n, const char *part)
{
    const char *name = arena_text_n(c->arena, part, strcspn(part, ":"));
    size_t i = 0;

    while (i < *n && strcmp(rows[i].part, name) != 0)
        i++;
    if (i == *n)
        rows[(*n)++] = (struct health_part){
            .id = (int64_t)i + 1, .part = name, .name = words_in(c, name)
        };
    return &rows[i];
}

size_t
health_list(struct call *c, struct health_part **out)
{
    struct health *h = c->app->health;
    size_t n = 0;

    *out = NULL;
    if (h == NULL)
        return 0;
    pthread_mutex_lock(&h->lock);
    /* Copied, as the words live in the caller's arena and the rows change. */
    *out = NEW_N(c->arena, struct health_part, h->n + 1);
    for (size_t i = 0; i < h->n; i++) {
        const struct row *side = &h->rows[i];
        struct health_part *p = part_of(c, *out, &n, side->part);

        if (p->says != NULL && side->level <= p->level)
            continue;
        p->level = side->level;
        p->says = arena_text(c->arena, side->says[c->lang]);
        p->since = side->since;
    }
    pthread_mutex_unlock(&h->lock);
    return n;
}

const char *
health_trouble(struct call *c)
{
    struct health_part *rows;
    size_t n = health_list(c, &rows);

    for (size_t i = 0; i < n; i++)
        if (rows[i].level == HEALTH_BAD)
            return rows[i].says;
    return NULL;
}
