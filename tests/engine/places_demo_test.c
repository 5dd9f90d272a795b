/* SPDX-License-Identifier: Apache-2.0 */
/* The places of the demo's compound are found as people say them. */
#include "demo/demo.h"
#include "engine/org/org.h"
#include "office.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct demo_size small = { .people = 400 };

static void
make(struct call *c)
{
    EXPECT_OK(demo_make(c, 1, &small, NULL));
    office_exec(c, "UPDATE person SET place_id = (SELECT id FROM place WHERE"
                   " full_name = '1号楼 4层 410') WHERE id ="
                   " (SELECT MIN(id) FROM person)");
}

/* Is PLACE among the first three for WORDS? */
static bool
is_found(struct call *c, const char *place, const char *words)
{
    struct list l = {
        .model = &place_model, .words = words, .view = "near", .limit = 20
    };
    const struct place *all;
    bool found = false;

    EXPECT_OK(place_list(c, &l));
    all = l.rows;
    for (size_t i = 0; i < l.n && i < 3; i++)
        found |= strcmp(all[i].full_name, place) == 0;
    if (!found)
        fprintf(stderr, "%s|%s: %s, %s\n", place, words,
                l.n > 0 ? all[0].full_name : "-",
                l.n > 1 ? all[1].full_name : "-");
    return found;
}

static void
try_file(struct call *c, const char *path, int *n, int *good)
{
    FILE *f = fopen(path, "r");
    char line[300];
    int n_before = *n, good_before = *good;

    EXPECT(f != NULL);
    while (fgets(line, sizeof line, f) != NULL) {
        char *words = strchr(line, '|');

        if (*line == '#' || words == NULL)
            continue;
        *words++ = '\0';
        words[strcspn(words, "\n")] = '\0';
        ++*n;
        *good += is_found(c, line, words);
    }
    fclose(f);
    fprintf(stderr, "%s: %d of %d places of the demo found\n", path,
            *good - good_before, *n - n_before);
}

TEST(of_130_sayings_95_in_100_find_their_place_of_the_demo)
{
    static const char *const sets[] = { "tests/data/places_b.txt",
                                        "tests/data/places_e.txt",
                                        "tests/data/places_f.txt" };
    int n = 0, good = 0;
    struct actor me = { .account_id = 1, .name = "Me", .account = "me" };

    make(c);
    me.person_id = office_int(c, "SELECT MIN(id) FROM person");
    c->actor = &me;
    if (getenv("PLACES") != NULL)
        try_file(c, getenv("PLACES"), &n, &good);
    for (size_t i = 0; getenv("PLACES") == NULL && i < COUNT(sets); i++)
        try_file(c, sets[i], &n, &good);
    EXPECT(n >= 130 || getenv("PLACES") != NULL);
    EXPECT(good * 100 >= n * 95);
}

TEST(the_top_floor_is_the_highest_of_the_house_and_a_word_of_two_rooms_is_both)
{
    int n = 0, good = 0;
    struct actor me = { .account_id = 1, .name = "Me", .account = "me" };

    make(c);
    me.person_id = office_int(c, "SELECT MIN(id) FROM person");
    c->actor = &me;
    try_file(c, "tests/data/places_g.txt", &n, &good);
    EXPECT(n >= 8);
    EXPECT(good == n);
}
