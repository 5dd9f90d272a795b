/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks for a key, has it, and has it too long. */
#include "lending.h"

#include "subject/notice.h"

enum { ASKED, LENT, OVERDUE, BACK, LOST };
static const char *const states[] = { "asked", "lent", "overdue",
                                      "back",  "lost", NULL };

static const struct field fields[] = {
    LIFE_FIELDS(struct lending, states),
    FIELD(struct lending, key_id, .flags = REQUIRED | TITLE, .refers = "key",
          .label = "Key"),
    FIELD(struct lending, until, .flags = REQUIRED, .max = 90,
          .label = "Lent until"),
    FIELD(struct lending, reason, .flags = FOUND, .max = 200,
          .label = "Reason"),
    FIELD(struct lending, person_id, .flags = GIVEN, .refers = "person",
          .label = "Lent to"),
    FIELD(struct lending, place_id, .flags = GIVEN, .refers = "place",
          .label = "Opens"),
};

static const struct model model =
    MODEL("lending", "lending", struct lending, fields);

/* One asks for oneself; it lies where the key does. */
static enum err
check_wish(struct call *c, const void *old, void *rec)
{
    struct lending *l = rec;
    struct key k = { 0 };

    (void)old;
    if (l->until.ms <= c->now.ms)
        return fail(c, ERR_INVALID, "until", "must lie ahead");
    TRY(model_get(c, key_noun.model, l->key_id, &k));
    l->person_id = c->actor->person_id;
    l->place_id = k.place_id;
    return OK;
}

/* -- its life --------------------------------------------------------------- */

enum { BY_BORROWER = 1, BY_KEEPER = 2 };
static const struct party parties[] = {
    { "borrower", NULL, "asked for it", "person_id" },
    { "keeper", "order.accept", "order.accept where the key opens" },
};

static enum err
a_copy_is_there(struct deed *d, void *rec)
{
    struct key k = { 0 };

    TRY(model_get(d->c, key_noun.model, ((struct lending *)rec)->key_id, &k));
    if (k.lent < k.copies)
        return OK;
    return fail(d->c, ERR_CONFLICT, "key_id", "all its copies are lent");
}

/* In each state, how many copies are out, and how many there are. */
static const struct {
    int64_t lent, copies;
} counts[] = { [LENT] = { 1, 0 }, [OVERDUE] = { 1, 0 }, [LOST] = { 0, -1 } };

/* The key keeps count, in the same transaction. */
static enum err
count_copies(struct deed *d)
{
    const struct lending *was = d->old, *is = d->rec;
    struct key k = { 0 };

    TRY(model_get(d->c, key_noun.model, is->key_id, &k));
    k.lent += counts[is->state].lent - counts[was->state].lent;
    k.copies += counts[is->state].copies - counts[was->state].copies;
    if (k.lent == 0 || is->until.ms > k.until.ms)
        k.until.ms = k.lent == 0 ? 0 : is->until.ms;
    return model_set(d->c, key_noun.model, &k, ~(field_mask)0);
}

static enum err
tell_borrower(struct deed *d)
{
    const struct lending *l = d->rec;

    return notice_tell(d->c, l->person_id, "lending", l->id, d->step->verb);
}

#define IN(s) (1U << (s))

static const struct step steps[] = {
    { IN(ASKED), "withdraw", LIFE_STAYS, BY_BORROWER, .flags = STEP_REMOVES,
      .says = "The key is not needed any more." },
    { IN(ASKED), "hand_over", LENT, BY_KEEPER, a_copy_is_there,
      .says = "The key is handed over.", .only = "while a copy is there" },
    { IN(LENT), "fall_due", OVERDUE, LIFE_PROGRAM, .when = "until" },
    { IN(OVERDUE), "remind", LIFE_STAYS, BY_KEEPER, .flags = STEP_QUIET,
      .says = "Ask for the key to be brought back." },
    { IN(LENT) | IN(OVERDUE) | IN(LOST), "take_back", BACK, BY_KEEPER,
      .says = "The key is back." },
    { IN(LENT) | IN(OVERDUE), "report_lost", LOST, BY_BORROWER | BY_KEEPER,
      .asks = &life_reason_model, .flags = STEP_GRAVE,
      .says = "The key cannot be found." },
};

const struct life lending_life = {
    .model = &model,
    .plural = "lendings",
    .says = "A key lent, with what the caller may do with it.",
    LIFE_TABLES(states, parties, steps),
    .ends = IN(BACK),
    .reach = { .place = "place_id" },
    .tell = tell_borrower,
    .after = count_copies,
};

const struct noun lending_noun = {
    .model = &model,
    .plural = "lendings",
    .says = "Who has which key.",
    .part = "matters",
    .edit = "order.create",
    .life = &lending_life,
    .check = check_wish,
};
