/* SPDX-License-Identifier: Apache-2.0 */
/* How places are called in English. */
#include <string.h>

#include "base/files.h"
#include "org_office.h"

static const char *
english(struct call *c, int64_t id)
{
    struct place p;

    EXPECT_OK(model_get(c, &place_model, id, &p));
    return p.full_name_en;
}

static struct place
called(struct call *c, const char *code, const char *name, const char *en,
       const char *kind, int64_t parent)
{
    struct place p = { .code = code,
                       .name = name,
                       .name_en = en,
                       .kind = kind,
                       .parent_id = parent };

    EXPECT_OK(place_add(c, &p));
    return p;
}

TEST(a_place_is_called_in_english_from_the_room_up)
{
    sign_in(c);
    struct place site = called(c, "S", "大院", "Compound", "site", 0);
    struct place house =
        called(c, "1", "1号楼", "Building 1", "building", site.id);
    struct place floor = called(c, "13", "3层", NULL, "floor", house.id);
    struct place room = called(c, "135", "305", "Room 305", "room", floor.id);
    struct place plain = called(c, "2", "2号楼", NULL, "building", site.id);

    assert_string_equal(english(c, site.id), "Compound");
    assert_string_equal(english(c, house.id), "Building 1");
    /* What has no English name keeps its own. */
    assert_string_equal(english(c, room.id), "Room 305, 3层, Building 1");
    EXPECT(english(c, plain.id) == NULL);

    floor.name_en = "Floor 3";
    EXPECT_OK(place_set(c, &floor, model_mask(&place_model, "name_en")));
    assert_string_equal(english(c, room.id), "Room 305, Floor 3, Building 1");
    house.name_en = floor.name_en = NULL;
    EXPECT_OK(place_set(c, &house, model_mask(&place_model, "name_en")));
    EXPECT_OK(place_set(c, &floor, model_mask(&place_model, "name_en")));
    assert_string_equal(english(c, room.id), "Room 305, 1号楼 3层");
    EXPECT(english(c, floor.id) == NULL);
}

static void
forget(struct call *c)
{
    TX tx = tx_begin(c);

    EXPECT_OK(db_exec(c, "UPDATE place SET full_name_en = NULL"));
    EXPECT_OK(tx_commit(&tx));
}

/* What the step of the schema says of places that are there. */
static void
bring_up(struct call *c)
{
    TX tx = tx_begin(c);

    for (size_t i = 0; i < n_files; i++) {
        if (!strstr(files[i].path, "0026_names.sql"))
            continue;
        for (const char *s = strstr(files[i].text, "UPDATE"); s;
             s = strstr(s + 1, "UPDATE")) {
            const char *one =
                arena_text_n(c->arena, s, (size_t)(strchr(s, ';') - s));
            EXPECT_OK(db_exec_n(c, one, NULL, 0));
        }
    }
    EXPECT_OK(tx_commit(&tx));
}

TEST(places_of_an_older_office_are_called_as_new_ones)
{
    const char *made[6];
    struct place p[6];

    sign_in(c);
    p[0] = called(c, "S", "大院", "Compound", "site", 0);
    p[1] = called(c, "1", "1号楼", NULL, "building", p[0].id);
    p[2] = called(c, "13", "3层", "Floor 3", "floor", p[1].id);
    p[3] = called(c, "135", "305", NULL, "room", p[2].id);
    p[4] = called(c, "G", "门卫室", "Guard house", "room", p[0].id);
    p[5] = called(c, "11", "大厅", NULL, "room", p[1].id);
    for (size_t i = 0; i < COUNT(p); i++)
        made[i] = english(c, p[i].id);
    assert_string_equal(made[3], "305, Floor 3, 1号楼");
    forget(c);
    bring_up(c);
    for (size_t i = 0; i < COUNT(p); i++)
        EXPECT(text_same(english(c, p[i].id), made[i]));
}
