/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit keeps of a correction. */
#include "engine/order/order.h"

#include <string.h>

#include "model/app.h"
#include "office.h"

#define ROOM 23
#define OTHER_ROOM 24

/* Of the newest correction. */
static const char *
audited_of(struct call *c)
{
    ROWS r =
        db_query_s(c, &(struct statement){ "SELECT detail FROM audit_entry"
                                           " WHERE action = 'order.correct'"
                                           " ORDER BY id DESC LIMIT 1",
                                           { { 0 } } });

    return rows_next(&r) ? arena_text(c->arena, row_text(&r, 0)) : "";
}

static int64_t
lamp(struct call *c)
{
    struct order_request w = {
        .item_code = "A04", .place_id = ROOM, .description = "灯灭了"
    };

    return ask_for(c, "wang", &w).id;
}

TEST(the_audit_of_a_correction_tells_old_and_new)
{
    int64_t id;

    office_make(c);
    id = lamp(c);
    EXPECT_OK(say(c, "desk", "correct", id, .place_id = OTHER_ROOM,
                  .description = "灯灭了，在走廊"));
    EXPECT(
        strstr(audited_of(c), "\"description\":[\"灯灭了\",\"灯灭了，在走廊\"]")
        != NULL);
    EXPECT(strstr(audited_of(c), "\"place_name\":[") != NULL);
    EXPECT(strstr(audited_of(c), "\"changed\"") == NULL);
    EXPECT(strstr(audited_of(c), "\"phone\"") == NULL);
}

TEST(of_what_is_withheld_the_audit_tells_which_fields_alone)
{
    int64_t id;

    office_make(c);
    id = lamp(c);
    office_exec(c, "UPDATE place SET restricted = 1 WHERE id = 24");
    EXPECT_OK(say(c, "desk", "correct", id, .place_id = OTHER_ROOM,
                  .description = "灯灭了，在走廊"));
    EXPECT(strstr(audited_of(c), "\"changed\":\"place_name,description\"")
           != NULL);
    EXPECT(strstr(audited_of(c), "走廊") == NULL);
    /* A complaint that was called a lamp. */
    office_exec(c, "UPDATE place SET restricted = 0 WHERE id = 24");
    EXPECT_OK(say(c, "desk", "correct", id, .item_code = "K06",
                  .description = "修灯的人骂人"));
    EXPECT(strstr(audited_of(c), "骂人") == NULL
           && strstr(audited_of(c), "\"changed\":\"item_name,") != NULL);
}
