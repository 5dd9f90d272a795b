/* SPDX-License-Identifier: Apache-2.0 */
/* Places and persons are found as people say them. */
#include "engine/order/order.h"
#include "engine/org/org.h"

#include <stdio.h>
#include <stdlib.h>

#include "office.h"

/* -- a compound ------------------------------------------------------------------ */

static int64_t
put(struct call *c, const char *name, const char *kind, int64_t in)
{
    static int n;
    struct place p = { .code = arena_printf(c->arena, "T%d", ++n),
                       .name = name,
                       .kind = kind,
                       .parent_id = in };

    EXPECT_OK(place_add(c, &p));
    return p.id;
}

static int64_t
put_floor(struct call *c, int64_t house, int floor)
{
    static const char *const common[] = { "走廊", "楼梯间", "男卫生间",
                                          "女卫生间", "开水间" };
    int64_t id = put(c, arena_printf(c->arena, "%d层", floor), "floor", house);

    for (size_t i = 0; i < COUNT(common); i++)
        (void)put(c, common[i], "room", id);
    (void)put(c, arena_printf(c->arena, "第%d01会议室", floor), "room", id);
    if (floor == 1)
        (void)put(c, "一楼大厅", "room", id);
    if (floor == 2)
        (void)put(c, "文印室", "room", id);
    for (int i = 1; i <= 10; i++)
        (void)put(c, arena_printf(c->arena, "%d", floor * 100 + i), "room", id);
    return id;
}

/* Four houses of a compound; wang sits in 410 of the first. */
static void
build(struct call *c)
{
    static const char *const houses[] = { "1号楼", "2号楼", "3号楼", "后勤楼" };
    static const int floors[] = { 12, 9, 6, 3 };
    int64_t site, house, below;

    office_make(c);
    as(c, "sysadmin");
    site = put(c, "大院", "site", 0);
    (void)put(c, "东门门卫室", "room", site);
    (void)put(c, "地面停车场", "room", site);
    for (size_t h = 0; h < COUNT(houses); h++) {
        house = put(c, houses[h], "building", site);
        for (int i = 1; i <= floors[h]; i++) {
            int64_t id = put_floor(c, house, i);

            if (h == 3 && i == 1) {
                (void)put(c, "职工食堂", "room", id);
                (void)put(c, "厨房", "room", id);
            }
        }
        if (h > 0)
            continue;
        below = put(c, "B1层", "floor", house);
        (void)put(c, "地下车库", "room", below);
        (void)put(c, "水泵房", "room", below);
    }
    office_exec(c, "UPDATE person SET place_id = (SELECT id FROM place WHERE"
                   " full_name = '1号楼 4层 410') WHERE id = 41");
    as(c, "wang");
}

static struct list
look(struct call *c, const char *words, const char *view)
{
    struct list l = {
        .model = &place_model, .words = words, .view = view, .limit = 20
    };

    EXPECT_OK(place_list(c, &l));
    return l;
}

static const char *
found_at(const struct list *l, size_t i)
{
    return i < l->n ? ((const struct place *)l->rows)[i].full_name : "-";
}

TEST(of_60_sayings_95_in_100_find_their_place_among_the_first_three)
{
    const char *path =
        getenv("PLACES") ? getenv("PLACES") : "tests/data/places.txt";
    FILE *f = fopen(path, "r");
    char line[300];
    int n = 0, good = 0;

    build(c);
    EXPECT(f != NULL);
    while (fgets(line, sizeof line, f) != NULL) {
        char *words = strchr(line, '|');
        struct list l;
        bool here = false;

        if (*line == '#' || words == NULL)
            continue;
        *words++ = '\0';
        words[strcspn(words, "\n")] = '\0';
        l = look(c, words, "near");
        for (size_t i = 0; i < 3; i++)
            here |= strcmp(found_at(&l, i), line) == 0;
        n++;
        good += here;
        if (!here)
            fprintf(stderr, "%s %s: %s, %s, %s\n", line, words, found_at(&l, 0),
                    found_at(&l, 1), found_at(&l, 2));
    }
    fclose(f);
    fprintf(stderr, "%d of %d places found\n", good, n);
    EXPECT(good * 100 >= n * 95);
}

TEST(the_number_of_a_house_or_a_floor_is_never_another)
{
    struct list l;

    build(c);
    l = look(c, "2号楼5层", NULL);
    EXPECT(l.n > 10 && l.total < 40);
    for (size_t i = 0; i < l.n; i++)
        EXPECT(text_starts(found_at(&l, i), "2号楼 5层"));
    l = look(c, "一楼走廊", NULL);
    EXPECT(l.total == 4);
    EXPECT(look(c, "13层", NULL).n == 0);
    EXPECT(look(c, "9号楼走廊", NULL).n == 0);
}

TEST(ones_own_room_floor_and_house_are_offered_first)
{
    struct list l;

    build(c);
    l = look(c, NULL, "near");
    assert_string_equal(found_at(&l, 0), "1号楼 4层 410");
    for (size_t i = 1; i < 10; i++)
        EXPECT(text_starts(found_at(&l, i), "1号楼 4层"));
    l = look(c, "走廊", "near");
    assert_string_equal(found_at(&l, 0), "1号楼 4层 走廊");
    EXPECT(text_starts(found_at(&l, 1), "1号楼"));
    EXPECT(l.next == NULL);
    l = (struct list){ .model = &place_model, .view = "far" };
    EXPECT_FAULT(place_list(c, &l), ERR_INVALID, "view");
}

TEST(a_place_is_found_by_its_new_name_at_once_and_no_more_by_the_old)
{
    struct place p = { 0 };

    build(c);
    as(c, "sysadmin");
    p.id = office_int(c, "SELECT id FROM place WHERE full_name = '2号楼'");
    p.name = "行政楼";
    EXPECT_OK(place_set(c, &p, model_mask(&place_model, "name")));
    EXPECT(look(c, "2号楼走廊", NULL).n == 0);
    EXPECT(look(c, "行政楼走廊", NULL).n == 9);
    EXPECT(look(c, "hangzhenglou", NULL).n > 0);
}

TEST(a_word_too_many_hides_no_place)
{
    struct list l;

    build(c);
    l = look(c, "三号楼最里面610", NULL);
    assert_string_equal(found_at(&l, 0), "3号楼 6层 610");
    EXPECT(look(c, "后勤楼男卫生间走廊", NULL).n == 3);
    EXPECT(look(c, "2号楼二层那个打字复印的地方", NULL).n == 1);
    EXPECT(look(c, "一号楼四幺零", NULL).n == 1);
    EXPECT(look(c, "五零五", NULL).n == 3);
    /* A number is never left out, nor is nothing at all a place. */
    EXPECT(look(c, "9号楼文印室", NULL).n == 0);
    EXPECT(look(c, "王阿姨", NULL).n == 0);
}

TEST(a_room_is_found_by_what_it_is_used_for)
{
    struct place p = { 0 };

    build(c);
    as(c, "sysadmin");
    p.id =
        office_int(c, "SELECT id FROM place WHERE full_name = '3号楼 2层 205'");
    p.room_use = "心理咨询室";
    EXPECT_OK(place_set(c, &p, model_mask(&place_model, "room_use")));
    EXPECT(look(c, "心理咨询室", NULL).n == 1);
    EXPECT(look(c, "3号楼咨询室", NULL).n == 1);
}

/* As many as are not counted any more: they are read in their order, and are
   the same. */
TEST(what_very_many_have_finds_the_same)
{
    struct list l = { .model = &place_model, .words = "众", .no_total = true };

    build(c);
    office_exec(
        c, "INSERT INTO place_word (word, place_id) WITH RECURSIVE"
           " n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10100)"
           " SELECT '众' || i, (SELECT id FROM place WHERE full_name ="
           " '1号楼 5层 505') FROM n");
    office_exec(c, "INSERT INTO place_word (word, place_id) SELECT '众', id"
                   " FROM place WHERE full_name = '2号楼 5层 505'");
    EXPECT_OK(place_list(c, &l));
    EXPECT(l.n == 2);
    assert_string_equal(found_at(&l, 0), "1号楼 5层 505");
    EXPECT(look(c, "众", NULL).n == 2);
    EXPECT(look(c, "2号楼众", NULL).n == 1);
}

/* -- persons ------------------------------------------------------------------- */

static size_t
people(struct call *c, const char *words)
{
    struct list l = { .model = &person_card_model, .words = words };

    EXPECT_OK(person_pick(c, &l));
    return l.n;
}

TEST(a_caller_is_found_by_telephone_unit_and_pinyin)
{
    struct person p = { .code = "P900",
                        .name = "曾浩然",
                        .unit_id = 12,
                        .phone = "87050022",
                        .mobile = "16990889628" };

    office_make(c);
    as(c, "sysadmin");
    EXPECT_OK(person_add(c, &p));
    as(c, "desk");
    EXPECT(people(c, "87050022") == 1 && people(c, "8705") == 1);
    EXPECT(people(c, "0022") == 1 && people(c, "16990889628") == 1);
    EXPECT(people(c, "9628") == 1 && people(c, "628") == 0);
    EXPECT(people(c, "zenghaoran") == 1 && people(c, "cenghaoran") == 1);
    EXPECT(people(c, "zhr") == 1 && people(c, "chr") == 1);
    EXPECT(people(c, "曾") == 1 && people(c, "浩然") == 1);
    EXPECT(people(c, "Finance") == 0 || people(c, "Finance") > 1);
    EXPECT(people(c, "王芳") == 1 && people(c, "wangfang") == 1);
    /* Who does not see a telephone does not find by it. */
    as(c, "wang");
    EXPECT(people(c, "87050022") == 0 && people(c, "0022") == 0);
    EXPECT(people(c, "曾浩然") == 1);
}

TEST(people_are_found_by_the_name_of_their_unit)
{
    office_make(c);
    office_exec(c, "UPDATE unit SET name = '市审计局' WHERE id = 12");
    as(c, "desk");
    EXPECT(people(c, "审计局") == 4);
    EXPECT(people(c, "审计局李强") == 1 && people(c, "李强 审计局") == 1);
    EXPECT(people(c, "审计局王芳") == 0);
    office_exec(c, "UPDATE unit SET name = '第3党支部' WHERE id = 12");
    EXPECT(people(c, "第3党支部") == 4 && people(c, "3党支部 李强") == 1);
}

/* -- orders ------------------------------------------------------------------- */

static int64_t
orders(struct call *c, const char *words)
{
    struct list l = { .model = &order_model, .words = words };

    EXPECT_OK(order_list(c, &l, NULL));
    return l.total;
}

static void
ask_at(struct call *c, const char *place)
{
    struct order_request w = {
        .item_code = "A04",
        .phone = "8000",
        .place_id = office_int(c, arena_printf(c->arena,
                                               "SELECT id FROM place WHERE"
                                               " full_name = '%s'",
                                               place))
    };
    struct order_view v;

    EXPECT_OK(order_submit(c, &w, &v));
}

TEST(orders_are_found_by_house_floor_crew_unit_and_item)
{
    build(c);
    ask_at(c, "1号楼 5层 走廊");
    ask_at(c, "2号楼 5层 走廊");
    ask_at(c, "2号楼 4层 走廊");
    as(c, "desk");
    EXPECT(orders(c, "2号楼5层") == 1);
    EXPECT(orders(c, "2号楼") == 2 && orders(c, "二号楼 走廊") == 2);
    EXPECT(orders(c, "五楼") == 2 && orders(c, "3号楼") == 0);
    EXPECT(orders(c, "djbl") == 3 && orders(c, "kdgz") == 0);
    EXPECT(orders(c, "电工班") == 3 && orders(c, "水工班") == 0);
    office_exec(c, "UPDATE unit SET name = '市审计局' WHERE id = 3");
    EXPECT(orders(c, "审计局") == 3 && orders(c, "审计局 2号楼") == 2);
}
