/* SPDX-License-Identifier: Apache-2.0 */
/* What must not come to an end when the office gets more of it. */
#include <string.h>

#include "api/find.h"
#include "api/input.h"
#include "auth/auth.h"
#include "http/http.h"
#include "test.h"

#define FIELDS 120

struct wide {
    int64_t n[FIELDS];
};

TEST_PLAIN(the_hundredth_field_of_a_record_is_known_to_have_been_said)
{
    static struct field fields[FIELDS];
    struct wide rec = { 0 };
    struct model m = {
        .noun = "wide", .size = sizeof rec, .fields = fields, .n = FIELDS
    };
    const struct route route = { .method = PATCH, .path = "/wide", .in = &m };
    const char body[] = "{\"f3\":1,\"f100\":2}";
    const struct http_request q = { .method = "PATCH",
                                    .path = "/api/v1/wide",
                                    .body = body,
                                    .body_len = sizeof body - 1 };
    int status = 0;

    for (size_t i = 0; i < FIELDS; i++)
        fields[i] = (struct field){ .name = arena_printf(c->arena, "f%zu", i),
                                    .kind = FIELD_INT,
                                    .offset = i * sizeof rec.n[0] };
    EXPECT_OK(
        input_read(c, &(struct address){ .route = &route }, &q, &rec, &status));
    EXPECT(rec.n[3] == 1 && rec.n[100] == 2);
    EXPECT(c->said == ((field_mask)1 << 3 | (field_mask)1 << 100));
}

static bool
is_among(const char *const *paths, const char *path)
{
    for (; *paths != NULL; paths++)
        if (strcmp(*paths, path) == 0)
            return true;
    return false;
}

TEST_PLAIN(which_paths_are_large_or_slow_is_said_by_their_routes)
{
    const char *const *large = route_paths(c->arena, R_LARGE);
    const char *const *slow = route_paths(c->arena, R_HASHES);

    EXPECT(is_among(large, "/api/v1/import/*"));
    EXPECT(!is_among(large, "/api/v1/orders"));
    EXPECT(is_among(slow, "/api/v1/session"));
    EXPECT(is_among(slow, "/api/v1/session/password"));
    EXPECT(is_among(slow, "/api/v1/accounts"));
    EXPECT(is_among(slow, "/api/v1/accounts/*/password"));
    EXPECT(!is_among(slow, "/api/v1/orders"));
}

/* Whoever adds a right gives it to somebody. */
TEST_PLAIN(every_right_is_some_roles_and_every_role_has_one)
{
    right_set all = 0;
    size_t n = 0;

    (void)c;
    for (const char *const *role = auth_roles; *role != NULL; role++) {
        EXPECT(auth_role_rights(*role) != 0);
        all |= auth_role_rights(*role);
    }
    while (auth_rights[n] != NULL)
        n++;
    EXPECT(all == ((right_set)1 << n) - 1);
    EXPECT(auth_role_rights("nobody") == 0);
}
