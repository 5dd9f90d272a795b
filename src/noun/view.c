/* SPDX-License-Identifier: Apache-2.0 */
#include "noun/view.h"

static const struct field fields[] = {
    FIELD(struct saved_view, id, .flags = GIVEN),
    FIELD(struct saved_view, account_id, .flags = GIVEN | PART_OF_KEY,
          .refers = "account"),
    FIELD(struct saved_view, list, .flags = REQUIRED | FIXED | PART_OF_KEY,
          .max = 60, .label = "List", .says = "Its plural, such as orders."),
    FIELD(struct saved_view, name, .flags = REQUIRED | UNIQUE | TITLE,
          .max = 60, .label = "Name"),
    FIELD(struct saved_view, query, .max = 2000, .label = "Filters",
          .says = "As in the list's address: state=submitted&sort=-id."),
    FIELD(struct saved_view, version, .flags = GIVEN),
    FIELD(struct saved_view, updated_at, .flags = GIVEN),
};
const struct model saved_view_model =
    MODEL("saved_view", "saved_view", struct saved_view, fields);

static const char count_own[] =
    "SELECT COUNT(*) FROM saved_view WHERE account_id = $1";

/* What the filters say is asked by the list itself, which may have others in
   the next release. */
static enum err
check(struct call *c, const void *old, void *rec)
{
    const struct saved_view *v = rec;
    int64_t n = 0;

    if (noun_find(c, v->list) == NULL)
        return fail(c, ERR_INVALID, "list", "there is no such list");
    if (old != NULL)
        return OK;
    TRY(db_int(c, &n, count_own, V(v->account_id)));
    return n < VIEWS_MOST
               ? OK
               : fail(c, ERR_LIMIT, NULL,
                      "you keep %d of them already: remove one", VIEWS_MOST);
}

const struct noun saved_view_noun = {
    .model = &saved_view_model,
    .plural = "views",
    .says = "How one looks at lists: filters and sorting under a name.",
    .told = "audit.see",
    .own = "account_id",
    .removable = true,
    .check = check,
};
