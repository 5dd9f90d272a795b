/* SPDX-License-Identifier: Apache-2.0 */
/* What people say for items: the office's own words, and those for which
   nothing was found. */
#include "auth/auth.h"
#include "base/saying.h"
#include "engine/catalog/inner.h"

static const struct field word_fields[] = {
    NOUN_FIELDS(struct item_word),
    FIELD(struct item_word, item_code, .flags = REQUIRED | UNIQUE | FOUND,
          .max = 40, .label = "Item", .also = "事项编码,事项代码"),
    FIELD(struct item_word, word,
          .flags = REQUIRED | PART_OF_KEY | TITLE | FOUND, .max = 40,
          .label = "What people say", .also = "说法,俗称",
          .says = "One way to say it, such as 灯泡憋了."),
};
const struct model item_word_model =
    MODEL("item_word", "item_word", struct item_word, word_fields);

static const struct field unfound_fields[] = {
    NOUN_FIELDS(struct unfound_word),
    FIELD(struct unfound_word, word,
          .flags = REQUIRED | FIXED | UNIQUE | TITLE | FOUND, .max = 60,
          .label = "What was typed"),
    FIELD(struct unfound_word, times, .flags = GIVEN | FLEETING,
          .label = "How often"),
    FIELD(struct unfound_word, said_at, .flags = GIVEN | FLEETING,
          .label = "The last time"),
};
const struct model unfound_word_model =
    MODEL("unfound_word", "unfound_word", struct unfound_word, unfound_fields);

static const char find_item[] =
    "SELECT COUNT(*) FROM service_item WHERE code = $1";

enum err
item_word_check(struct call *c, const void *old, void *rec)
{
    const struct item_word *w = rec;
    int64_t n = 0;

    (void)old;
    TRY(db_int(c, &n, find_item, V(w->item_code)));
    if (n == 0)
        return fail(c, ERR_INVALID, "item_code", "there is no item “%.40s”",
                    w->item_code);
    return OK;
}

/* -- what was not found ---------------------------------------------------------- */

#define UNFOUND_MOST 2000 /* rows: a list that somebody reads */

static const char find_unfound[] =
    "SELECT id FROM unfound_word WHERE word = $1";
static const char count_unfound[] = "SELECT COUNT(*) FROM unfound_word";
static const char again[] =
    "UPDATE unfound_word SET times = times + 1, said_at = $1 WHERE id = $2";

enum err
catalog_note_unfound(struct call *c, struct unfound_word *w)
{
    const char *word = saying_parts(c->arena, w->word);
    int64_t n = 0;

    TRY(auth_need(c, NULL, NULL));
    if (*word == '\0' || text_length(word) > 60)
        return OK;
    TX tx = tx_begin(c);
    TRY(db_int(c, &w->id, find_unfound, V(word)));
    if (w->id != 0) {
        TRY(db_exec(c, again, V(c->now), V(w->id)));
        return tx_commit(&tx);
    }
    /* Anybody may type anything: the list has an end, what is in it counts on. */
    TRY(db_int(c, &n, count_unfound));
    if (n >= UNFOUND_MOST)
        return OK;
    *w = (struct unfound_word){
        .active = true, .word = word, .times = 1, .said_at = c->now
    };
    TRY(model_add(c, &unfound_word_model, w));
    return tx_commit(&tx);
}

/* -- what is asked for most --------------------------------------------------------- */

static const char forget_asked[] = "DELETE FROM item_asked";
static const char put_asked[] =
    "INSERT INTO item_asked (item_code, times) VALUES ($1, $2)";
static const char read_asked[] =
    "SELECT item_code, times FROM item_asked ORDER BY times DESC, item_code";

enum err
catalog_set_asked(struct call *c, const struct item_asked *all, size_t n)
{
    TX tx = tx_begin(c);
    TRY(db_exec(c, forget_asked));
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(c, put_asked, V(all[i].item_code), V(all[i].times)));
    TRY(catalog_touch(c));
    return tx_commit(&tx);
}

enum err
catalog_load_words(struct call *c, struct catalog *k)
{
    size_t cap = 0;
    void *raw;

    TRY(catalog_rows(c, &item_word_model, &raw, &k->n_words));
    k->words = raw;
    ROWS r = db_query(c, read_asked);
    for (k->n_asked = 0; rows_next(&r); k->n_asked++) {
        GROW(c->arena, k->asked, k->n_asked, cap);
        k->asked[k->n_asked] = (struct item_asked){
            arena_text(c->arena, row_text(&r, 0)), row_int(&r, 1)
        };
    }
    return rows_end(&r);
}
