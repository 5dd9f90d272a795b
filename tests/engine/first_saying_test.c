/* SPDX-License-Identifier: Apache-2.0 */
/* Which item stands first for what is said, and which is not offered. */
#include "catalog_office.h"
#include "engine/catalog/catalog.h"
#include "test.h"

#include <stdio.h>

/* "K07 -E01 体检": the first is K07, and E01 is not among them. */
static void
expect_first(struct call *c, const struct catalog *k, char *line)
{
    char *said = strrchr(line, ' '), *rest = line, *code;
    const struct service_item **found;
    size_t n;

    EXPECT(said != NULL);
    *said++ = '\0';
    n = catalog_search(c, k, today(c), said, &found);
    while ((code = strsep(&rest, " ")) != NULL) {
        if (*code != '-' && (n == 0 || strcmp(found[0]->code, code) != 0))
            fail_msg("%s: %s", said, n > 0 ? found[0]->code : "nothing");
        for (size_t i = 0; *code == '-' && i < n; i++)
            if (strcmp(found[i]->code, code + 1) == 0)
                fail_msg("%s: %s is offered", said, found[i]->code);
    }
}

TEST(a_place_one_goes_to_or_a_way_to_say_it_leads_to_no_item_by_itself)
{
    FILE *f = fopen("tests/data/sayings_first.txt", "r");
    char line[200];
    int n = 0;

    seed(c);
    EXPECT(f != NULL);
    CATALOG k = catalog_hold(c);
    while (fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (*line == '#' || *line == '\0')
            continue;
        expect_first(c, k, line);
        n++;
    }
    fclose(f);
    EXPECT(n > 15);
}
