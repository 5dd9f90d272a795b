/* SPDX-License-Identifier: Apache-2.0 */
/* What base/canon.h and base/sm3.h promise. */
#include "base/canon.h"

#include "base/sm3.h"
#include "test.h"

enum { INT, TEXT, BYTES, NOTHING };

/* A value, and another behind it. */
static const struct value_in {
    int kind;
    int64_t n;
    const char *s;
    size_t len;
} values[] = {
    { INT, 0, NULL, 0 },         { INT, 1, NULL, 0 },
    { INT, -1, NULL, 0 },        { INT, 255, NULL, 0 },
    { INT, 256, NULL, 0 },       { INT, -256, NULL, 0 },
    { INT, INT64_MAX, NULL, 0 }, { INT, INT64_MIN, NULL, 0 },
    { TEXT, 0, "", 0 },          { TEXT, 0, "A", 0 },
    { TEXT, 0, "-", 0 },         { TEXT, 0, NULL, 0 },
    { BYTES, 0, "", 0 },         { BYTES, 0, "A", 1 },
    { BYTES, 0, "\0", 1 },       { BYTES, 0, "\"A", 3 },
};

static void
put(struct canon *b, const struct value_in *v)
{
    switch (v->kind) {
    case INT: canon_int(b, v->n); return;
    case TEXT: canon_text(b, v->s); return;
    case BYTES: canon_bytes(b, v->s, v->len); return;
    default: canon_null(b); return;
    }
}

/* Lists of two values, each against each. */
TEST_PLAIN(no_two_lists_of_values_make_the_same_bytes)
{
    enum { N = COUNT(values) * COUNT(values) };
    struct canon *all = NEW_N(c->arena, struct canon, N);

    for (size_t i = 0; i < N; i++) {
        canon_begin(&all[i], c->arena);
        put(&all[i], &values[i / COUNT(values)]);
        put(&all[i], &values[i % COUNT(values)]);
        for (size_t k = 0; k < i; k++)
            EXPECT(all[i].n != all[k].n
                   || memcmp(all[i].p, all[k].p, all[i].n) != 0);
    }
}

TEST_PLAIN(a_list_may_be_of_any_length)
{
    struct canon one, other;
    char *text = arena_alloc(c->arena, 5001);

    canon_begin(&one, c->arena);
    canon_begin(&other, c->arena);
    memset(text, 'x', 5000);
    for (int i = 0; i < 10; i++)
        canon_text(&one, text);
    text[4999] = 'y';
    for (int i = 0; i < 10; i++)
        canon_text(&other, text);
    EXPECT(one.n == 50020 && other.n == one.n);
    EXPECT(memcmp(one.p, other.p, one.n) != 0);
}

/* The example of GB/T 32905, appendix A.1. */
TEST_PLAIN(sm3_is_that_of_the_standard)
{
    unsigned char digest[SM3_BYTES];
    char hex[SM3_HEX];

    (void)c;
    sm3("abc", 3, digest);
    sm3_hex(digest, sizeof digest, hex);
    assert_string_equal(hex, "66c7f0f462eeedd9d1f2d46bdc10e4e2"
                             "4167c4875cf2f7a2297da02b8f4ba8e0");
}
