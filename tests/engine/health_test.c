/* SPDX-License-Identifier: Apache-2.0 */
/* What model/health.h promises. */
#include "model/health.h"

#include <string.h>

#include "test.h"

static const struct health_part *
part(struct call *c, const char *name)
{
    struct health_part *all;
    size_t n = health_list(c, &all);

    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].part, name) == 0)
            return &all[i];
    fail_msg("nothing is said of %s", name);
    return NULL;
}

/* The stream may find that the database answers after the keeper has seen that
   its file is gone: the file is gone all the same. */
TEST(what_is_good_of_one_side_takes_back_nothing_that_is_bad_of_another)
{
    struct app app = *c->app;
    const struct app *own = c->app;
    struct health_part *all;

    app.health = health_open();
    c->app = &app;
    health_say(&app, "database:keeps", HEALTH_BAD,
               "the database file is gone or was replaced: nothing can be"
               " changed until liangcao is started anew");
    health_say(&app, "disk", HEALTH_GOOD,
               "%lld MiB are free where the office"
               " is kept",
               5LL);
    health_say(&app, "database:news", HEALTH_GOOD, "the database answers");
    EXPECT(health_list(c, &all) == 2);
    EXPECT(part(c, "database")->level == HEALTH_BAD);
    EXPECT(strstr(part(c, "database")->says, "gone") != NULL);
    EXPECT(health_trouble(c) != NULL);
    health_say(&app, "database:keeps", HEALTH_GOOD, "what is changed is kept");
    EXPECT(part(c, "database")->level == HEALTH_GOOD);
    EXPECT(health_trouble(c) == NULL);
    health_say(&app, "database:news", HEALTH_BAD,
               "the database does not answer");
    EXPECT(part(c, "database")->level == HEALTH_BAD);
    c->app = own;
    health_close(app.health);
}
