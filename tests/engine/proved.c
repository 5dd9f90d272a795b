/* SPDX-License-Identifier: Apache-2.0 */
#include "proved.h"
#include "engine/org/org.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/audit/inner.h"

static void
put_file(const struct proved *p, char *out, size_t n, const char *name)
{
    (void)snprintf(out, n, "%s/%s", p->dir, name);
}

void
proved_keep_heads(struct call *c, struct proved *p)
{
    struct audit_head *h;
    size_t n;
    FILE *f = fopen(p->heads, "w");

    EXPECT(f != NULL);
    EXPECT_OK(audit_heads(c, &h, &n));
    (void)fputs(audit_heads_text(c, h, n), f);
    EXPECT(fclose(f) == 0);
}

void
proved_make(struct call *c, struct proved *p)
{
    const char *name, *why;
    int64_t done;

    *p = (struct proved){ .dir = "/tmp/liangcao-proved-XXXXXX" };
    EXPECT(mkdtemp(p->dir) != NULL);
    put_file(p, p->key, sizeof p->key, "key");
    put_file(p, p->pub, sizeof p->pub, "key.pub");
    put_file(p, p->heads, sizeof p->heads, "heads");
    EXPECT_OK(audit_make_key(c, p->key, "/nowhere", &name));
    p->outer = c->app;
    p->app = *c->app;
    p->app.audit = audit_open(p->key, NULL, &why);
    EXPECT(p->app.audit != NULL);
    c->app = &p->app;
    office_make_proved(c);
    EXPECT_OK(say(c, "wang", "rate", bring_to(c, ORDER_VERIFIED), .stars = 5));
    (void)bring_to(c, ORDER_CLOSED);
    as(c, "wang");
    EXPECT_OK(audit_export(c, NULL, "csv", 1, NULL));
    EXPECT_OK(audit_seal(c, &done));
    EXPECT(done > 1000);
    proved_keep_heads(c, p);
}

void
proved_close(struct call *c, struct proved *p)
{
    audit_close(p->app.audit);
    c->app = p->outer;
    (void)unlink(p->key);
    (void)unlink(p->pub);
    (void)unlink(p->heads);
    EXPECT(rmdir(p->dir) == 0);
}

struct audit_report
proved_verify(struct call *c, struct proved *p, bool kept)
{
    struct audit_check k = { .models = all_models(),
                             .rules = org_rules,
                             .expect = kept ? p->heads : NULL,
                             .key_file = p->pub };

    EXPECT_OK(audit_verify(c, &k));
    return k.report;
}

void
proved_expect_whole(struct call *c, struct proved *p)
{
    struct audit_report r = proved_verify(c, p, true);

    if (r.faults != 0)
        fail_msg("%lld faults: %s\n", (long long)r.faults, r.found);
}

/* -- somebody with the source ------------------------------------------------- */

static void
rehash_from(struct call *c, int64_t chain, const char *before)
{
    static const char next[] =
        "SELECT id, chain, seq, at, account_id, actor, channel, address,"
        " action, noun, noun_id, detail, hash, rule, proof FROM audit_entry"
        " WHERE chain = $1 AND seq = $2";
    static const char put[] = "UPDATE audit_entry SET hash = $2 WHERE id = $1";
    static const char head[] =
        "UPDATE audit_chain SET seq = $2, hash = $3 WHERE chain = $1";
    char hash[SM3_HEX] = "";
    TX tx = tx_begin(c);

    for (int64_t seq = 1;; seq++) {
        struct entry x = { 0 };
        ROWS r = db_query(c, next, V(chain), V(seq));

        if (!rows_next(&r))
            break;
        model_read_row(&audit_entry_model, &r, &x.e);
        x.rule = row_int(&r, 13);
        if (!row_null(&r, 14))
            x.proof = row_blob(&r, 14, &x.n_proof);
        EXPECT_OK(rows_end(&r));
        entry_hash(c, before, &x, hash);
        before = arena_text(c->arena, hash);
        EXPECT_OK(db_exec(c, put, V(x.e.id), V(before)));
        EXPECT_OK(db_exec(c, head, V(chain), V(seq), V(before)));
    }
    EXPECT_OK(tx_commit(&tx));
}

void
proved_rehash(struct call *c)
{
    int64_t chain = office_int(c, "SELECT MAX(chain) FROM audit_chain");
    const char *opening;

    rehash_from(c, 0, NULL);
    EXPECT_OK(chain_start(c, chain, &opening));
    rehash_from(c, chain, opening);
}

void
proved_rehash_alone(struct call *c, int64_t chain)
{
    rehash_from(c, chain, NULL);
}
