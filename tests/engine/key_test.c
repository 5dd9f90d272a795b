/* SPDX-License-Identifier: Apache-2.0 */
/* The example noun of docs/TOUR.md through all floors: its struct, its rows,
   its table and one place in the register are all that was written. */
#include "api/nouns.h"
#include "api/route.h"
#include "example/example.h"
#include "table_out.h"
#include "json/json.h"

TEST(the_example_noun_is_added_changed_seen_and_removed)
{
    struct key one = { .tag = "K1", .place_id = 23, .unit_id = 3, .copies = 2 };
    struct key bad = { .tag = "K2", .place_id = 999, .copies = 1 };
    struct key seen = { 0 };

    example_make(c);
    EXPECT_OK(model_check_schema(c, &key_noun.model, 1));
    EXPECT_OK(noun_add(c, &key_noun, &one));
    EXPECT_FAULT(noun_add(c, &key_noun, &bad), ERR_INVALID, "place_id");
    bad.place_id = 23;
    bad.tag = "K1";
    EXPECT_FAULT(noun_add(c, &key_noun, &bad), ERR_CONFLICT, "tag");
    office_exec(c, "UPDATE key SET lent = 2");
    one.copies = 1;
    EXPECT_FAULT(noun_set(c, &key_noun, &one,
                          model_mask(key_noun.model, "copies")),
                 ERR_CONFLICT, "copies");
    seen.id = one.id;
    as(c, "near"); /* General bureau and below: Secretaries keep it */
    EXPECT_OK(noun_get(c, &key_noun, &seen));
    EXPECT(strcmp(seen.tag, "K1") == 0 && seen.active && seen.lent == 2);
    as(c, "far"); /* Finance */
    EXPECT_FAULT(noun_get(c, &key_noun, &seen), ERR_DENIED, NULL);
    as(c, "house"); /* House 1, where it opens */
    EXPECT_OK(noun_get(c, &key_noun, &seen));
    as(c, "sysadmin");
    EXPECT_OK(noun_remove(c, &key_noun, one.id));
}

TEST(the_example_noun_comes_in_and_goes_out_by_tables)
{
    static const char csv[] = "钥匙牌,Kind,place_code,Copies\n"
                              "K1,meter room,R305,3\nK2,room,R305,1\n";
    struct import_result r;
    struct buf b;

    example_make(c);
    office_exec(c, "UPDATE place SET code = 'R305' WHERE id = 23");
    EXPECT_OK(noun_import(c, &key_noun, csv, strlen(csv), false, &r));
    EXPECT(r.added == 2 && r.n_refused == 0);
    b = table_out(c, &key_noun);
    EXPECT(strstr(b.s, "K1,meter room,R305,,3\r\n") != NULL);
    EXPECT_OK(noun_import(c, &key_noun, b.s, b.len, false, &r));
    EXPECT(r.unchanged == 2);
}

TEST(the_example_noun_has_its_routes_and_its_place_in_the_menu)
{
    static struct route routes[6];
    struct buf b;
    struct json_out o;

    example_make(c);
    EXPECT(noun_routes_of(&key_noun, routes) == 5);
    EXPECT(strcmp(routes[0].path, "/keys") == 0 && routes[0].flags & R_LIST);
    EXPECT(strcmp(routes[4].path, "/keys/{id}") == 0
           && routes[4].method == DELETE);
    b = buf_make(c->arena, 0);
    o = json_to(&b);
    noun_write_menu(c, &o);
    EXPECT(strstr(b.s, "\"plural\":\"keys\"") != NULL);
}

/* Does the caller's menu have a page of the noun? */
static bool
has_page(struct call *c, const char *account, const char *plural)
{
    struct buf b = buf_make(c->arena, 0);
    struct json_out o = json_to(&b);
    const char *at, *end;

    as(c, account);
    noun_write_menu(c, &o);
    at = strstr(b.s, arena_printf(c->arena, "\"plural\":\"%s\"", plural));
    end = at ? strstr(at, "\"form\"") : NULL;
    return end != NULL && strstr(at, "\"shown\":true") != NULL
           && strstr(at, "\"shown\":true") < end;
}

TEST(the_page_of_a_noun_with_a_life_is_for_whoever_can_be_a_party)
{
    struct life keepers = lending_life;

    example_make(c);
    EXPECT(has_page(c, "wang", "lendings") && has_page(c, "desk", "lendings"));
    EXPECT(has_page(c, "sysadmin", "lendings"));
    EXPECT(has_page(c, "sysadmin", "keys") && !has_page(c, "wang", "keys"));
    /* Were there keepers alone, it would be theirs. */
    keepers.parties++;
    keepers.n_parties--;
    as(c, "desk");
    EXPECT(life_concerns(c, &keepers));
    as(c, "wang");
    EXPECT(!life_concerns(c, &keepers));
}
