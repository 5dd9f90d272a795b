/* SPDX-License-Identifier: Apache-2.0 */
#include "office.h"
#include "subject/number.h"

static const char *
next(struct call *c, const struct numbering *n)
{
    const char *out = NULL;
    TX tx = tx_begin(c);

    EXPECT_OK(number_next(c, n, &out));
    EXPECT_OK(tx_commit(&tx));
    return out;
}

TEST(numbers_rise_within_their_day_or_year_and_begin_anew)
{
    static const struct numbering days = { "trial", "", false, 4 };
    static const struct numbering years = { "trial", "GD", true, 5 };

    office_make(c);
    c->now = at("2026-12-31 10:00");
    assert_string_equal(next(c, &days), "20261231-0001");
    assert_string_equal(next(c, &days), "20261231-0002");
    assert_string_equal(next(c, &years), "GD2026-00001");
    c->now = at("2027-01-01 10:00");
    assert_string_equal(next(c, &days), "20270101-0001");
    assert_string_equal(next(c, &years), "GD2027-00001");
}
