/* SPDX-License-Identifier: Apache-2.0 */
/* What audit_verify makes of keys and of what was kept elsewhere, when they are
   not what they should be, and of somebody who ends it. */
#include <stdio.h>

#include "base/sm3.h"
#include "engine/org/org.h"
#include "proved.h"

static void
put(const char *file, const char *words)
{
    FILE *f = fopen(file, "w");

    EXPECT(f != NULL && fputs(words, f) >= 0 && fclose(f) == 0);
}

/* The faults that are found when WORDS were kept. */
static int64_t
faults_of(struct call *c, struct proved *p, const char *words)
{
    struct audit_check k = { .expect = p->heads, .key_file = p->pub };

    put(p->heads, words);
    EXPECT_OK(audit_verify(c, &k));
    return k.report.faults;
}

TEST(a_line_that_is_not_wholly_a_seal_is_an_altered_one)
{
    struct proved p;
    const char *line, *hash, *lines[10];
    size_t n = 0;
    ROWS r;

    proved_make(c, &p);
    r = db_query(c, "SELECT line FROM audit_seal WHERE id = 1");
    EXPECT(rows_next(&r));
    line = row_text(&r, 0);
    EXPECT_OK(rows_end(&r));
    hash = arena_printf(c->arena, "%064d", 0);
    EXPECT(strlen(hash) == SM3_HEX - 1);
    assert_int_equal(faults_of(c, &p, arena_printf(c->arena, "%s\n", line)), 0);
    lines[n++] = arena_printf(c->arena, "%s more", line);
    lines[n++] = "seal 1";
    lines[n++] = "seal one t k - 1:1:a s";
    lines[n++] = "seal 1 t k - 1 s";
    lines[n++] = "seal 1 t k - 1:1 s";
    lines[n++] = "seal 1 t k - 1:1:abc s";
    lines[n++] = arena_printf(c->arena, "seal 1 t k - x:1:%s s", hash);
    lines[n++] = arena_printf(c->arena, "seal 1 t k - 1:x:%s s", hash);
    lines[n++] = arena_printf(c->arena, "seal 1 t k - 1:1:%s nothex", hash);
    for (size_t i = 0; i < n; i++)
        if (faults_of(c, &p, arena_printf(c->arena, "%s\n%s\n", line, lines[i]))
            == 0)
            fail_msg("nothing is wrong with %s\n", lines[i]);
    proved_close(c, &p);
}

TEST(heads_that_are_no_heads_are_passed_over_and_a_wrong_one_is_found)
{
    struct proved p;
    struct audit_head *h;
    const char *good, *wrong;
    size_t n;

    proved_make(c, &p);
    EXPECT_OK(audit_heads(c, &h, &n));
    good = audit_heads_json(c, h, n);
    assert_int_equal(faults_of(c, &p,
                               arena_printf(c->arena,
                                            "[{\"chain\":1}]\n1 2 abc\n%s\n",
                                            good)),
                     0);
    h[0].hash = arena_printf(c->arena, "%064d", 0);
    wrong = audit_heads_json(c, h, n);
    EXPECT(faults_of(c, &p, arena_printf(c->arena, "%s\n%s\n", good, wrong))
           > 0);
    proved_close(c, &p);
}

static enum err
verify_with(struct call *c, const char *key_file)
{
    struct audit_check k = { .key_file = key_file };

    TRY(audit_verify(c, &k));
    EXPECT(k.report.faults == 0);
    return OK;
}

TEST(seals_are_checked_by_either_half_of_the_key_and_by_no_other_file)
{
    struct proved p;

    proved_make(c, &p);
    EXPECT_OK(verify_with(c, p.pub));
    EXPECT_OK(verify_with(c, p.key));
    EXPECT_FAULT(verify_with(c, p.heads), ERR_INVALID, NULL);
    EXPECT_FAULT(verify_with(c, "/nowhere/key.pub"), ERR_INVALID, NULL);
    proved_close(c, &p);
}

TEST(a_file_of_seals_that_cannot_be_made_is_no_seal)
{
    struct proved p;
    const char *why = NULL;
    int64_t done;

    proved_make(c, &p);
    audit_close(p.app.audit);
    p.app.audit = audit_open(p.key, "/nowhere/seals", &why);
    EXPECT(p.app.audit != NULL && !audit_open_seals(p.app.audit, &why) && why);
    (void)ask(c, "wang", "A04");
    EXPECT(audit_seal(c, &done) != OK);
    proved_close(c, &p);
}

static bool
is_left(struct audit_check *k)
{
    return --*(int *)k->arg > 0;
}

/* Wherever it is: at a chain, a seal or a noun. */
TEST(a_verification_that_is_ended_says_so)
{
    struct proved p;
    enum err e;
    int most = 0;

    proved_make(c, &p);
    do {
        int left = ++most;
        struct audit_check k = { .models = all_models(),
                                 .rules = org_rules,
                                 .key_file = p.pub,
                                 .go_on = is_left,
                                 .arg = &left };

        e = audit_verify(c, &k);
        EXPECT(e == OK || e == ERR_BUSY);
    } while (e != OK && most < 200);
    EXPECT(e == OK && most > 3);
    proved_close(c, &p);
}

TEST(without_an_audit_of_the_process_a_verification_is_made_at_once)
{
    struct proved p;
    struct audit *kept;
    struct audit_report r;

    proved_make(c, &p);
    kept = p.app.audit;
    p.app.audit = NULL;
    EXPECT_OK(audit_begin(c, NULL, NULL, 0, &r));
    EXPECT(!r.running && r.entries > 1000);
    audit_look(c, &r);
    EXPECT(r.entries == 0);
    p.app.audit = kept;
    proved_close(c, &p);
}
