/* SPDX-License-Identifier: Apache-2.0 */
/* What auth promises in auth.h about signing in, one test a sentence. */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "auth/inner.h"
#include "database.h"
#include "people.h"

/* -- secrets ---------------------------------------------------------------- */

TEST(passwords_are_kept_as_argon2id_hashes)
{
    OFFICE;
    test_hash_in_full(true);
    make_account(c, "zhang", 41);
    const char *kept = one_text(c, "SELECT password FROM account");
    EXPECT(strncmp(kept, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0);
    EXPECT(strstr(audited(c), "account.add") != NULL);
    EXPECT(office_int(c, "SELECT COUNT(*) FROM audit_entry WHERE detail LIKE"
                         " '%" GOOD "%' OR detail LIKE '%argon%'")
           == 0);
}

TEST(session_ids_and_tokens_are_kept_as_hashes)
{
    struct token t = { .name = "meter reader" };

    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT(strlen(secret) == 43);
    const char *kept = one_text(c, "SELECT secret FROM session");
    EXPECT(strlen(kept) == 64 && strstr(kept, secret) == NULL);
    EXPECT_OK(token_make(c, &t));
    kept = one_text(c, "SELECT secret FROM token");
    EXPECT(strlen(kept) == 64 && strstr(kept, t.token) == NULL);
}

TEST(two_sign_ins_have_different_secrets)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *one = sign_in(c, "zhang");
    const char *csrf = c->actor->csrf;
    const char *two = sign_in(c, "zhang");
    EXPECT(strcmp(one, two) != 0);
    EXPECT(strcmp(csrf, c->actor->csrf) != 0);
    EXPECT(strlen(csrf) >= 32);
}

/* -- signing in -------------------------------------------------------------- */

TEST(who_signs_in_is_known_by_the_session)
{
    OFFICE;
    int64_t id = make_account(c, "Zhang.San", 41);
    const char *secret = sign_in(c, "  zhang.SAN ");
    c->actor = NULL;
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(c->actor->account_id == id && c->actor->person_id == 41);
    EXPECT(c->actor->unit_id == 3 && !c->actor->by_token);
    EXPECT(strcmp(c->actor->name, "Zhang") == 0);
    EXPECT(strcmp(c->actor->account, "zhang.san") == 0);
    EXPECT(c->actor->session_id != 0);
    EXPECT_FAULT(auth_by_session(c, "nonsense"), ERR_UNSIGNED, NULL);
}

TEST(five_failures_in_a_row_lock_an_account_for_300_seconds)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    for (int i = 0; i < 4; i++)
        EXPECT_FAULT(try_sign_in(c, "zhang", "no", &s), ERR_UNSIGNED, NULL);
    sign_in(c, "zhang"); /* in a row: this starts again from none */
    for (int i = 0; i < 5; i++)
        EXPECT_FAULT(try_sign_in(c, "zhang", "no", &s), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_LIMIT, NULL);
    EXPECT(strstr(c->fault.text, "300 seconds") != NULL);
    pass_seconds(c, 299);
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_LIMIT, NULL);
    EXPECT(strstr(c->fault.text, " 1 seconds") != NULL);
    EXPECT(c->actor == NULL);
    pass_seconds(c, 1);
    sign_in(c, "zhang");
    EXPECT(strstr(audited(c), "sign_in.lock") != NULL);
}

TEST(an_unknown_account_is_answered_like_a_wrong_password)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT_FAULT(try_sign_in(c, "zhang", "no", &s), ERR_UNSIGNED, NULL);
    const char *known = arena_text(c->arena, c->fault.text);
    EXPECT_FAULT(try_sign_in(c, "nobody", "no", &s), ERR_UNSIGNED, NULL);
    EXPECT(strcmp(known, c->fault.text) == 0);
    for (int i = 0; i < 4; i++)
        EXPECT_FAULT(try_sign_in(c, "nobody", "no", &s), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "nobody", "no", &s), ERR_LIMIT, NULL);
    pass_seconds(c, 300);
    EXPECT_FAULT(try_sign_in(c, "nobody", "no", &s), ERR_UNSIGNED, NULL);
}

static double
seconds_of(struct call *c, const char *account)
{
    struct timespec before, after;
    struct sign_in s;
    double best = 1e9;

    for (int i = 0; i < 3; i++) {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
        EXPECT(try_sign_in(c, account, "no", &s) == ERR_UNSIGNED);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
        double t = (double)(after.tv_sec - before.tv_sec)
                   + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
        best = t < best ? t : best;
    }
    return best;
}

TEST(an_unknown_account_takes_as_long_as_a_wrong_password)
{
    OFFICE;
    test_hash_in_full(true);
    make_account(c, "zhang", 41);
    double known = seconds_of(c, "zhang"), unknown = seconds_of(c, "nobody");
    EXPECT(known < unknown * 2 && unknown < known * 2);
}

TEST(an_account_without_password_cannot_sign_in)
{
    struct account a = { .name = "li", .person_id = 42 };
    struct sign_in s;

    OFFICE;
    EXPECT_OK(account_make(c, &a));
    EXPECT_FAULT(try_sign_in(c, "li", GOOD, &s), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "li", "", &s), ERR_INVALID, "password");
    EXPECT_FAULT(try_sign_in(c, " ", GOOD, &s), ERR_INVALID, "account");
}

TEST(who_is_inactive_cannot_sign_in_and_is_signed_out)
{
    struct account a = { 0 };
    struct sign_in s;

    OFFICE;
    a.id = make_account(c, "zhang", 41);
    make_account(c, "li", 42);
    const char *zhang = sign_in(c, "zhang"), *li = sign_in(c, "li");
    a.active = false;
    c->said = model_mask(&account_model, "active");
    EXPECT_OK(account_change(c, &a));
    EXPECT_FAULT(auth_by_session(c, zhang), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "zhang", GOOD, &s), ERR_UNSIGNED, NULL);
    EXPECT_OK(auth_by_session(c, li));
    office_exec(c, "UPDATE person SET active = 0 WHERE id = 42");
    pass_seconds(c, 2);
    EXPECT_FAULT(auth_by_session(c, li), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(try_sign_in(c, "li", GOOD, &s), ERR_UNSIGNED, NULL);
}

TEST(sign_ins_go_to_the_audit)
{
    struct sign_in s;

    OFFICE;
    make_account(c, "zhang", 41);
    EXPECT(try_sign_in(c, "zhang", "no", &s) == ERR_UNSIGNED);
    EXPECT(try_sign_in(c, "nobody", "no", &s) == ERR_UNSIGNED);
    sign_in(c, "zhang");
    EXPECT_OK(auth_sign_out(c));
    EXPECT(strcmp(audited(c), "account.add sign_in.fail sign_in.fail sign_in "
                              "sign_out ")
           == 0);
}

/* -- sessions ---------------------------------------------------------------- */

TEST(a_session_idle_for_600_seconds_ends)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    for (int i = 0; i < 4; i++) {
        pass_seconds(c, 600);
        EXPECT_OK(auth_by_session(c, secret));
    }
    pass_seconds(c, 601);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(the_idle_time_is_a_setting)
{
    OFFICE;
    make_account(c, "zhang", 41);
    office_exec(c, "INSERT INTO setting (id, name, value, version) VALUES"
                   " (1, 'session.idle_s', '60', 1)");
    const char *secret = sign_in(c, "zhang");
    pass_seconds(c, 60);
    EXPECT_OK(auth_by_session(c, secret));
    pass_seconds(c, 61);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(use_between_the_minutes_keeps_a_session_alive)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    pass_seconds(c, 50); /* not written down, but remembered */
    EXPECT_OK(auth_by_session(c, secret));
    pass_seconds(c, 590);
    EXPECT_OK(auth_by_session(c, secret));
}

TEST(the_last_use_is_written_down_at_most_once_a_minute)
{
    static const char seen[] = "SELECT seen_at FROM session";

    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    int64_t first = office_int(c, seen);
    pass_seconds(c, 59);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(office_int(c, seen) == first);
    pass_seconds(c, 1);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(office_int(c, seen) == first + MINUTE_MS);
    pass_seconds(c, 1);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(office_int(c, seen) == first + MINUTE_MS);
}

TEST(a_known_session_costs_no_statement)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    db_fault(c, 1); /* the first statement fails */
    for (int i = 0; i < 10; i++)
        EXPECT_OK(auth_by_session(c, secret));
    db_fault(c, 0);
}

TEST(who_signs_out_is_out_at_once)
{
    OFFICE;
    make_account(c, "zhang", 41);
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT_OK(auth_sign_out(c));
    EXPECT(c->actor == NULL);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
    EXPECT_FAULT(auth_sign_out(c), ERR_UNSIGNED, NULL);
}

TEST(what_is_revoked_here_is_gone_at_once)
{
    struct role_grant g = { 0 };

    OFFICE;
    g.account_id = make_account(c, "zhang", 41);
    g.role = "dispatcher";
    EXPECT_OK(grant_make(c, &g));
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(auth_may(c, "order.dispatch"));
    c->actor = NULL;
    EXPECT_OK(grant_remove(c, &g));
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(!auth_may(c, "order.dispatch"));
}

TEST(what_another_process_revokes_is_gone_within_two_seconds)
{
    struct role_grant g = { 0 };

    OFFICE;
    g.account_id = make_account(c, "zhang", 41);
    g.role = "dispatcher";
    EXPECT_OK(grant_make(c, &g));
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    c->app = &there;
    c->actor = NULL;
    EXPECT_OK(grant_remove(c, &g));
    c->app = &here;
    pass_seconds(c, 2);
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT(!auth_may(c, "order.dispatch"));
    c->app = &there;
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT_OK(auth_sign_out(c));
    c->app = &here;
    pass_seconds(c, 2);
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

TEST(an_app_without_a_cache_works)
{
    OFFICE;
    make_account(c, "zhang", 41);
    struct app bare = here;
    bare.sessions = NULL;
    c->app = &bare;
    const char *secret = sign_in(c, "zhang");
    EXPECT_OK(auth_by_session(c, secret));
    EXPECT_OK(auth_sign_out(c));
    EXPECT_FAULT(auth_by_session(c, secret), ERR_UNSIGNED, NULL);
}

/* -- hashing costs memory ------------------------------------------------------ */

static atomic_int inside, most, refused;

static void *
hash_once(void *unused)
{
    struct call c = { .arena = arena_open(), .app = &here };

    (void)unused;
    if (hash_gate_enter(&c) == OK) {
        int n = atomic_fetch_add(&inside, 1) + 1;
        int before = atomic_load(&most);
        const struct timespec t = { 0, 20000000 };

        while (n > before && !atomic_compare_exchange_weak(&most, &before, n))
            continue;
        nanosleep(&t, NULL);
        atomic_fetch_sub(&inside, 1);
        hash_gate_leave(&c);
    } else {
        atomic_fetch_add(&refused, 1);
    }
    arena_close(c.arena);
    return NULL;
}

TEST(at_most_two_passwords_are_hashed_at_a_time_and_few_wait)
{
    pthread_t threads[30];

    OFFICE;
    atomic_store(&most, 0);
    atomic_store(&refused, 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        EXPECT(pthread_create(&threads[i], NULL, hash_once, NULL) == 0);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    EXPECT(atomic_load(&most) == 2);
    EXPECT(atomic_load(&refused) > 0 && atomic_load(&refused) <= 12);
}

/* -- many at once --------------------------------------------------------------- */

#define CROWD 8

static struct app crowd_app;
static const char *crowd_session;
static atomic_int crowd_wrong;

static void
crowd_open(struct call *c)
{
    *c = (struct call){ .arena = arena_open(),
                        .app = &crowd_app,
                        .now = at("2026-11-23 10:00"),
                        .lang = LANG_EN };
    db_session(c, crowd_app.store);
}

static void
crowd_close(struct call *c)
{
    db_session_end(c);
    arena_close(c->arena);
}

/* The session is known all the time, whatever is forgotten meanwhile. */
static void *
be_known(void *arg)
{
    struct call c;

    crowd_open(&c);
    for (int i = 0; i < 300; i++) {
        c.now.ms += i % 3 == 0 ? 2 * SECOND_MS : 0;
        if (auth_by_session(&c, crowd_session) != OK
            || strcmp(c.actor->account, "zhang") != 0)
            atomic_fetch_add(&crowd_wrong, 1);
        if (arg && i % 7 == 0)
            cache_forget(&c, c.actor->account_id);
    }
    crowd_close(&c);
    return NULL;
}

/* Wrong guesses in parallel; how many got as far as an answer. */
static void *
guess(void *answered)
{
    struct call c;
    struct sign_in s;
    enum err e = ERR_BUSY;

    crowd_open(&c);
    while (e == ERR_BUSY)
        e = try_sign_in(&c, "zhang", "wrong", &s);
    if (e == ERR_UNSIGNED)
        atomic_fetch_add((atomic_int *)answered, 1);
    crowd_close(&c);
    return NULL;
}

static void
crowd_run(void *(*body)(void *), void *odd, void *even)
{
    pthread_t threads[CROWD];

    for (size_t i = 0; i < CROWD; i++)
        EXPECT(pthread_create(&threads[i], NULL, body, i % 2 ? odd : even)
               == 0);
    for (size_t i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
}

TEST_PLAIN(sessions_are_known_and_failures_counted_in_a_crowd)
{
    char *address = database_make(false);
    const char *why = "";
    struct call call;
    struct sign_in s;
    atomic_int answered = 0;

    (void)c;
    crowd_app = (struct app){ .store = store_open(address, 4, &why),
                              .ids = ids_open(0),
                              .sessions = session_cache_open() };
    EXPECT(crowd_app.store != NULL);
    crowd_open(&call);
    people_move_in(&call);
    make_account(&call, "zhang", 41);
    crowd_session = sign_in(&call, "zhang");
    crowd_run(be_known, &crowd_app, NULL);
    EXPECT(atomic_load(&crowd_wrong) == 0);

    crowd_run(guess, &answered, &answered);
    EXPECT(atomic_load(&answered) == 5);
    EXPECT(try_sign_in(&call, "zhang", GOOD, &s) == ERR_LIMIT);
    crowd_close(&call);
    session_cache_close(crowd_app.sessions);
    ids_close(crowd_app.ids);
    store_close(crowd_app.store);
    database_drop(address);
}
