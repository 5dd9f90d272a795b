/* SPDX-License-Identifier: Apache-2.0 */
/* What older releases spelled or lacked is said: by the program, once. */
#include "engine/catalog/inner.h"

/* Marks of steps 16 and 24. */
#define UNSAID "sla_class.emergency"
#define UNSURE "service_item.not_sure"

/* Until step 16 a class was an emergency by the first letter of its code. */
static enum err
say_emergencies(struct call *c)
{
    struct sla_class *all;
    void *rows;
    size_t n;

    TRY(catalog_rows(c, &sla_class_model, &rows, &n));
    all = rows;
    for (size_t i = 0; i < n; i++) {
        if (all[i].code[0] != 'E' || all[i].emergency)
            continue;
        all[i].emergency = true;
        TRY(model_set(c, &sla_class_model, &all[i],
                      model_mask(&sla_class_model, "emergency")));
    }
    return OK;
}

/* What is set is proved, so it takes entries of the audit, which a step of the
   schema cannot write: the step leaves a mark. */
static enum err
catch_up(struct call *c, const char *mark, enum err (*work)(struct call *c))
{
    int64_t due = 0;

    TRY(db_mark(c, mark, &due));
    if (due == 0)
        return OK;
    TX tx = tx_begin(c);
    /* Another process may have been first. */
    TRY(db_mark(c, mark, &due));
    if (due != 0) {
        TRY(work(c));
        TRY(db_mark_set(c, mark, 0));
        TRY(catalog_touch(c));
    }
    return tx_commit(&tx);
}

enum err
catalog_catch_up(struct call *c)
{
    TRY(catch_up(c, UNSAID, say_emergencies));
    return catch_up(c, UNSURE, catalog_add_not_sure);
}
