/* SPDX-License-Identifier: Apache-2.0 */
/* The ways that all plain nouns share: a table in, and two doubles. */
#include "auth/change.h"
#include "engine/org/org.h"
#include "fault.h"

static enum err
do_import(struct call *c, const void *with)
{
    struct import_result r;

    TRY(noun_import(c, &provider_noun, with, strlen(with), false, &r));
    return r.n_refused == 0 ? OK : ERR_INVALID;
}

static enum err
do_merge(struct call *c, const void *with)
{
    const int64_t *ids = with;

    return noun_merge(c, &provider_noun, ids[0], ids[1]);
}

TEST(a_table_of_a_noun_comes_in_whole_or_not_at_all)
{
    office_make(c);
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "import", "sysadmin", do_import,
                          "code,name,active\nA1,One,yes\nA2,Two,no\n");
}

TEST(two_doubles_are_merged_whole_or_not_at_all)
{
    struct provider twin = { .code = "TWIN", .name = "Twin" };
    struct provider stays = { .code = "STAYS", .name = "The one that stays" };
    struct crew crew = { .code = "TC", .name = "Crew of the twin" };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &provider_noun, &twin));
    EXPECT_OK(noun_add(c, &provider_noun, &stays));
    crew.provider_id = twin.id;
    EXPECT_OK(noun_add(c, &crew_noun, &crew));
    (void)bring_to(c, ORDER_ACCEPTED);
    office_exec(c,
                arena_printf(c->arena, "UPDATE orders SET provider_id = %lld",
                             (long long)twin.id));
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "merge", "sysadmin", do_merge,
                          (const int64_t[]){ twin.id, stays.id });
}

static enum err
do_crews(struct call *c, const void *with)
{
    const int64_t *ids = with;

    return noun_merge(c, &crew_noun, ids[0], ids[1]);
}

static enum err
do_confirm(struct call *c, const void *with)
{
    struct right_change w = { .id = *(const int64_t *)with };

    return right_change_confirm(c, &w);
}

TEST(crews_are_merged_by_two_persons_whole_or_not_at_all)
{
    struct crew twin = { .code = "TC", .name = "Twin" };
    struct shift s = { .name = "day", .weekdays = "1", .to_min = 60 };
    int64_t ids[2];

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(noun_add(c, &crew_noun, &twin));
    s.crew_id = ids[0] = twin.id;
    ids[1] = id_of(c, "crew", "electricians");
    EXPECT_OK(noun_add(c, &shift_noun, &s));
    office_exec(
        c, arena_printf(c->arena,
                        "INSERT INTO crew_member (id, crew_id, person_id, lead,"
                        " turn, version) VALUES (71, %lld, 44, 1, 0, 1),"
                        " (72, %lld, 46, 0, 0, 1)",
                        (long long)twin.id, (long long)twin.id));
    office_exec(c, "DELETE FROM audit_entry");
    expect_all_or_nothing(c, "merge", "sysadmin", do_crews, ids);
    ids[0] = office_int(c, "SELECT id FROM right_change");
    expect_all_or_nothing(c, "confirm", "secadmin", do_confirm, ids);
    EXPECT(office_int(c, arena_printf(c->arena,
                                      "SELECT COUNT(*) FROM crew_member WHERE"
                                      " crew_id = %lld",
                                      (long long)ids[1]))
           == 4);
}
