/* SPDX-License-Identifier: Apache-2.0 */
/* What is a telephone number, whoever says it and wherever. */
#include "base/text.h"
#include "engine/org/org.h"
#include "office.h"

/* What PHONE is kept as; NULL: it is none. */
static const char *
kept(struct call *c, const char *phone)
{
    enum err e = org_check_phone(c, "phone", &phone);

    EXPECT(e == OK || (e == ERR_INVALID && text_same(c->fault.field, "phone")));
    c->fault = (struct fault){ .code = OK };
    return e == OK ? phone : NULL;
}

TEST(a_phone_is_kept_in_plain_figures_with_its_extension_behind_a_dash)
{
    static const struct {
        const char *said, *is;
    } phones[] = {
        { "110", "110" },
        { "8001", "8001" },
        { "13901234567", "13901234567" },
        { "１３９０１２３４５６７", "13901234567" },
        { "（０１０）８７０５０３３９", "(010)87050339" },
        { "010-87050339转12", "010-87050339-12" },
        { "010-87050339 转分机 8001", "010-87050339-8001" },
        { "010—87050339", "010-87050339" },
        { "87050339 ext. 12", "87050339-12" },
        { "转8001", "8001" },
        { "+86 10 8705 0339", "+86 10 8705 0339" },
        { "0086-10-87050339-123456", "0086-10-87050339-123456" },
    };

    for (size_t i = 0; i < COUNT(phones); i++) {
        const char *once = kept(c, phones[i].said);

        EXPECT(once != NULL && strcmp(once, phones[i].is) == 0);
        EXPECT(text_same(kept(c, once), once));
    }
}

TEST(a_date_and_what_is_too_long_or_too_short_is_no_phone)
{
    static const char *const none[] = {
        "12",
        "abc",
        "",
        "转12",
        "2026-12-05",
        "2026-2-5",
        "２０２６－１２－０５",
        "123456789012345678901",
        "1234567890123456",
        "010-87050339-1234567890",
        "139 0123 4567 / 8001"
    };

    for (size_t i = 0; i < COUNT(none); i++)
        EXPECT(kept(c, none[i]) == NULL);
    EXPECT(kept(c, NULL) == NULL && c->fault.code == OK);
}

TEST(an_order_takes_a_phone_as_it_is_kept_when_made_and_when_corrected)
{
    struct order_request w = { .item_code = "A04",
                               .description = "lamp",
                               .phone = "８７０５０３３９转12" };
    struct order o;

    office_make(c);
    o = ask_for(c, "wang", &w);
    EXPECT(text_same(o.phone, "87050339-12"));
    EXPECT_OK(
        say(c, "wang", "correct", o.id, .phone = "１３９０１２３４５６７"));
    EXPECT(text_same(order_now(c, o.id).phone, "13901234567"));
    EXPECT_FAULT(say(c, "wang", "correct", o.id, .phone = "2026-12-05"),
                 ERR_INVALID, "phone");
}

TEST(the_number_of_the_duty_room_is_a_phone_like_any)
{
    struct setting s = { .name = "office.duty_phone", .value = "ask Bob" };

    office_make(c);
    as(c, "sysadmin");
    office_exec(c, "DELETE FROM setting WHERE name = 'office.duty_phone'");
    EXPECT_FAULT(noun_add(c, &setting_noun, &s), ERR_INVALID, "value");
    s.value = "８７０５０１１０";
    EXPECT_OK(noun_add(c, &setting_noun, &s));
    EXPECT(text_same(s.value, "87050110"));
}
