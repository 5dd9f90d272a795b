/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the office (钥匙): where each opens, and who keeps it. */
#include "key.h"

static const struct field key_fields[] = {
    NOUN_FIELDS(struct key),
    FIELD(struct key, tag, .flags = REQUIRED | UNIQUE | TITLE | FOUND,
          .max = 20, .label = "Tag", .also = "钥匙牌,编号"),
    FIELD(struct key, kind, .label = "Kind",
          .choices = WORDS("room", "meter room", "roof", "cabinet", "vehicle",
                           "master")),
    FIELD(struct key, place_id, .flags = REQUIRED, .refers = "place",
          .label = "Opens"),
    FIELD(struct key, unit_id, .refers = "unit", .label = "Kept by"),
    FIELD(struct key, copies, .max = 50, .label = "Copies"),
    FIELD(struct key, lent, .flags = GIVEN, .label = "Lent"),
    FIELD(struct key, until, .flags = GIVEN, .label = "Lent until"),
};

/* A copy that somebody has cannot be counted away. */
static enum err
check_key(struct call *c, const void *old, void *rec)
{
    const struct key *k = rec;

    (void)old;
    if (k->copies < k->lent)
        return fail(c, ERR_CONFLICT, "copies", "fewer than are lent");
    return OK;
}

const struct noun key_noun = {
    .model = NOUN_MODEL("key", "key", struct key, key_fields),
    .plural = "keys",
    .says = "The office's keys.",
    NOUN_PART("org"),
    .reach = { .unit = "unit_id", .place = "place_id" },
    .removable = true,
    .check = check_key,
};
