/* SPDX-License-Identifier: Apache-2.0 */
/* Ready phrases: what a crew says when work is done, by item, area or of any. */
#include "engine/catalog/inner.h"

static const struct field phrase_fields[] = {
    NOUN_FIELDS(struct ready_phrase),
    FIELD(struct ready_phrase, text, .flags = REQUIRED | UNIQUE | TITLE | FOUND,
          .max = 60, .label = "Phrase", .also = "常用语,用语",
          .says = "Such as 更换灯管，恢复正常."),
    FIELD(struct ready_phrase, item_code, .flags = FOUND, .max = 40,
          .label = "Item or area", .also = "事项编码,事项代码",
          .says = "A04, or A of a whole area; empty: of any."),
};
const struct model ready_phrase_model =
    MODEL("ready_phrase", "ready_phrase", struct ready_phrase, phrase_fields);

enum err
ready_phrase_check(struct call *c, const void *old, void *rec)
{
    struct ready_phrase *p = rec;

    (void)old;
    return need_item_or_area(c, &p->item_code);
}
