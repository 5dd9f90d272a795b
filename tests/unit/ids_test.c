/* SPDX-License-Identifier: Apache-2.0 */
/* What random.h promises of ids. */
#include "base/random.h"

#include "test.h"

#define EIGHT_HOURS (8 * HOUR_MS)

TEST_PLAIN(ids_rise_whatever_the_clock_does)
{
    struct ids *g = ids_open(3);
    const int64_t jumps[] = { 0, 1, EIGHT_HOURS, 0, -EIGHT_HOURS, 2, -1, 0 };
    int64_t before = 0;

    for (size_t i = 0; i < COUNT(jumps); i++)
        for (int k = 0; k < 600; k++) {
            int64_t id = ids_next(g, (instant){ c->now.ms + jumps[i] });

            EXPECT(id > before && id < IDS_END && (id >> 8 & 15) == 3);
            before = id;
        }
    ids_close(g);
}

TEST_PLAIN(ids_go_on_above_those_of_an_earlier_run_and_of_other_nodes)
{
    struct ids *ahead = ids_open(15), *g = ids_open(0);
    int64_t newest = 0, id;

    for (int k = 0; k < 700; k++)
        newest = ids_next(ahead, (instant){ c->now.ms + EIGHT_HOURS });
    ids_pass(g, newest);
    id = ids_next(g, c->now);
    EXPECT(id > newest);
    EXPECT(ids_next(g, c->now) > id);
    /* What is below is passed already. */
    ids_pass(g, 1);
    EXPECT(ids_next(g, c->now) > id);
    ids_close(ahead);
    ids_close(g);
}

TEST_PLAIN(ids_are_above_all_that_another_node_made_in_a_burst)
{
    struct ids *other = ids_open(15), *g = ids_open(0);
    const instant later = { c->now.ms + 5 * MINUTE_MS };
    int64_t last = 0;

    for (int k = 0; k < 200; k++)
        last = ids_next(other, later);
    ids_pass(g, last);
    EXPECT(ids_next(g, c->now) > last);
    ids_close(other);
    ids_close(g);
}

TEST_PLAIN(a_clock_beyond_what_an_id_holds_is_not_asked)
{
    struct ids *g = ids_open(0);
    int64_t id = ids_next(g, c->now);

    for (int k = 0; k < 300; k++) {
        int64_t next = ids_next(g, at("2100-01-01 00:00"));

        EXPECT(next > id && next < IDS_END);
        id = next;
    }
    ids_pass(g, IDS_END);
    ids_pass(g, INT64_MAX);
    EXPECT(ids_next(g, c->now) < IDS_END);
    ids_close(g);
}

TEST_PLAIN(a_process_that_moves_makes_ids_of_its_new_node)
{
    struct ids *g = ids_open(1);
    int64_t id = ids_next(g, c->now);

    ids_move(g, 9);
    EXPECT(ids_next(g, c->now) > id && (ids_next(g, c->now) >> 8 & 15) == 9);
    ids_close(g);
}
