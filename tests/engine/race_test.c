/* SPDX-License-Identifier: Apache-2.0 */
/* What api/run.h promises of a request that lost a race. */
#include "api/run.h"

#include "base/random.h"
#include "test.h"

TEST(who_lost_a_race_waits_a_moment_of_chance_that_has_a_bound)
{
    struct random one = random_seed(1), other = random_seed(2);
    int64_t longest = 0, same = 0;

    (void)c;
    for (int round = 0; round < 100; round++)
        for (int tries = 0; tries < 5; tries++) {
            int64_t a = api_pause_us(&one, tries);
            int64_t b = api_pause_us(&other, tries);

            EXPECT(a >= 0 && a < 4000 << tries);
            longest = a > longest ? a : longest;
            same += a == b;
        }
    EXPECT(longest > 32000 && longest < 64000);
    EXPECT(same < 10);
}
