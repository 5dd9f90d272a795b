/* SPDX-License-Identifier: Apache-2.0 */
/* view - how somebody looks at a list: its filters and its sorting, kept under
   a name by its account and for it alone. */
#ifndef NOUN_VIEW_H
#define NOUN_VIEW_H

#include "noun/noun.h"

/* As many as one account keeps. */
#define VIEWS_MOST 100

struct saved_view {
    int64_t id, account_id;
    const char *list; /* the plural of a noun: "orders" */
    const char *name;
    const char *query; /* as in the list's address: "state=submitted" */
    int64_t version;
    instant updated_at;
};
extern const struct model saved_view_model;
extern const struct noun saved_view_noun;

#endif
