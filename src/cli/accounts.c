/* SPDX-License-Identifier: Apache-2.0 */
/* The first accounts of a new office, and passwords set on the server. */
#include <stdio.h>
#include <string.h>

#include "auth/account.h"
#include "base/random.h"
#include "cli/cli.h"
#include "engine/org/org.h"

/* Letters that are not mistaken for one another, in four classes. */
#define PASSWORD_LENGTH 14

static void
make_password(char out[PASSWORD_LENGTH + 1])
{
    static const char *const classes[] = { "abcdefghijkmnpqrstuvwxyz",
                                           "ABCDEFGHJKLMNPQRSTUVWXYZ",
                                           "23456789", "-+=%" };
    unsigned char chance[PASSWORD_LENGTH];

    random_secret(chance, sizeof chance);
    for (size_t i = 0; i < PASSWORD_LENGTH; i++) {
        const char *set = classes[i % 5 == 4 ? 3 : i % 3];

        out[i] = set[chance[i] % strlen(set)];
    }
    out[PASSWORD_LENGTH] = '\0';
}

static enum err
make_first(struct call *c, const char *name, const char *says, const char *role)
{
    struct person p = { .code = name, .name = says, .active = true };
    struct account a = { .name = name, .active = true };
    struct role_grant g = { .role = role, .scope = SCOPE_ALL };
    char password[PASSWORD_LENGTH + 1];

    make_password(password);
    p.initials = text_initials(c->arena, says);
    TRY(model_add(c, &person_model, &p));
    a.person_id = p.id;
    a.password = arena_text(c->arena, password);
    a.must_change = true;
    TRY(account_make(c, &a));
    g.account_id = a.id;
    TRY(grant_make(c, &g));
    (void)printf("  %-10s %s  %s\n", name, password, says);
    return OK;
}

enum err
office_first_accounts(struct call *c)
{
    int64_t n = 0;
    TX tx = tx_begin(c);

    TRY(account_count(c, &n));
    if (n > 0)
        return tx_commit(&tx);
    (void)printf("%s", words_in(c, "First passwords of the three"
                                   " administrators, shown once; each must be"
                                   " changed at the first sign-in:\n"));
    TRY(make_first(c, "sysadmin", "系统管理员", "system_admin"));
    TRY(make_first(c, "secadmin", "安全管理员", "security_admin"));
    TRY(make_first(c, "auditor", "审计管理员", "audit_admin"));
    return tx_commit(&tx);
}

static enum err
reset_password(struct call *c, const char *name)
{
    char password[PASSWORD_LENGTH + 1];
    int64_t id = 0;

    TRY(account_by_name(c, name, &id));
    if (id == 0)
        return fail(c, ERR_ABSENT, NULL, "there is no account “%s”", name);
    make_password(password);
    TRY(auth_set_password(c, id, password));
    (void)printf("%s  %s\n", name, password);
    return OK;
}

int
password_command(int argc, char **argv)
{
    struct args a = { argc, argv, "password" };
    struct office o;
    int code = office_open(&o, &a, false);
    const char *name = cli_operand(&a);

    if (code == 0)
        code = cli_end(&a);
    if (code == 0 && name == NULL)
        code = cli_usage("password");
    if (code == 0)
        code = office_failed(&o, reset_password(&o.call, name));
    office_close(&o);
    return code;
}
