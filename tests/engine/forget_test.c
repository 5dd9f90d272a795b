/* SPDX-License-Identifier: Apache-2.0 */
/* When what is held of who is signed in is forgotten: not before what ends it
   has been kept, and then at once. */
#include "engine/org/org.h"
#include "noun/noun.h"
#include "people.h"

static int forgotten;

static void
count_forgotten(void *arg, int64_t account_id)
{
    (void)arg;
    (void)account_id;
    forgotten++;
}

static void
watch(struct call *c)
{
    const struct session_watcher w = { .forgot = count_forgotten };

    forgotten = 0;
    session_cache_watch(c->app->sessions, &w);
}

TEST(who_leaves_in_a_change_is_forgotten_when_that_is_kept)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    c->actor = NULL;
    watch(c);
    {
        TX tx = tx_begin(c);
        {
            TX inner = tx_begin(c);
            EXPECT_OK(auth_person_left(c, 41));
            EXPECT_OK(tx_commit(&inner));
        }
        EXPECT(forgotten == 0);
        EXPECT_OK(tx_commit(&tx));
    }
    EXPECT(forgotten == 1);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(a_change_that_is_given_up_forgets_nobody)
{
    OFFICE;
    make_account(c, "zhang", 41);
    (void)sign_in(c, "zhang");
    c->actor = NULL;
    watch(c);
    {
        TX tx = tx_begin(c);
        EXPECT_OK(auth_person_left(c, 41));
    }
    EXPECT(forgotten == 0);
    /* Nor does the next change do it for that one. */
    TX tx = tx_begin(c);
    EXPECT_OK(tx_commit(&tx));
    EXPECT(forgotten == 0);
}

TEST(who_leaves_a_crew_is_no_member_of_it_from_the_next_request_on)
{
    OFFICE;
    make_account(c, "li", 42);
    EXPECT_OK(
        grant(c, make_account(c, "admin", 44), "system_admin", SCOPE_ALL, 0));
    const char *secret = sign_in(c, "li");
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(c->actor->n_crews == 2);
    int64_t id = office_int(c, "SELECT id FROM crew_member WHERE crew_id = 51");
    EXPECT_OK(auth_as(c, "admin"));
    EXPECT_OK(noun_remove(c, &crew_member_noun, id));
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(c->actor->n_crews == 1);
}
