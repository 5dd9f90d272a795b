/* SPDX-License-Identifier: Apache-2.0 */
/* What base/instant.h promises, one test a promise. */
#include "base/instant.h"

#include "test.h"

TEST_PLAIN(a_time_of_the_day_is_read_whole_or_not_at_all)
{
    static const char *const wrong[] = {
        "",       "2",     ":30",   "24:00", "02:60",  "02:3",     "2:3",
        "02:30 ", " 2:30", "+2:30", "-2:30", "002:30", "02:30:00", "2:-1",
    };
    int64_t ms = -1;

    (void)c;
    EXPECT(clock_parse("00:00", &ms) && ms == 0);
    EXPECT(clock_parse("02:30", &ms) && ms == 150 * MINUTE_MS);
    EXPECT(clock_parse("2:30", &ms) && ms == 150 * MINUTE_MS);
    EXPECT(clock_parse("23:59", &ms) && ms == DAY_MS - MINUTE_MS);
    EXPECT(!clock_parse(NULL, &ms));
    for (size_t i = 0; i < COUNT(wrong); i++)
        EXPECT(!clock_parse(wrong[i], &ms));
}
