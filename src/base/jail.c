/* SPDX-License-Identifier: Apache-2.0 */
#include "base/jail.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/jail_inner.h"

/* Root without capabilities is the owner of root's files and no more.  Where
   a service may not change its own, it has none by the service's rules. */
static bool
drop_capabilities(bool foreign)
{
    struct __user_cap_header_struct head = { .version =
                                                 _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct kept[_LINUX_CAPABILITY_U32S_3] = { 0 };
    uint32_t own = foreign && geteuid() == 0
                       ? 1u << CAP_DAC_OVERRIDE | 1u << CAP_CHOWN
                       : 0;

    kept[0].effective = kept[0].permitted = own;
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &head, kept) != 0
        && syscall(SYS_capget, &head, kept) != 0)
        return false;
    return (kept[0].permitted & ~own) == 0 && kept[1].permitted == 0;
}

void
jail_drop(struct jail_state *s, bool dumps, bool foreign)
{
    const struct rlimit none = { 0, 0 };

    if (!dumps) {
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
    s->root = geteuid() == 0;
    s->no_capabilities = drop_capabilities(foreign);
    s->no_new_privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

struct jail_state
jail_enter(const struct jail_plan *plan)
{
    struct jail_state s = { .off = plan->off, .sanitized = JAIL_SANITIZED };

    if (s.off || s.sanitized)
        return s;
    jail_drop(&s, plan->dumps, plan->foreign);
    s.landlock = jail_landlock(plan);
    s.seccomp = jail_seccomp(JAIL_SERVER, plan);
    return s;
}

const char *
jail_lacks(const struct jail_state *s, char out[static 80])
{
    const struct {
        bool there;
        const char *name;
    } layers[] = {
        { s->landlock > 0, "landlock" },
        { s->seccomp, "seccomp" },
        { s->no_new_privileges, "no_new_privs" },
        { s->no_capabilities, "capabilities" },
    };
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < COUNT(layers); i++)
        if (!layers[i].there)
            n += (size_t)snprintf(out + n, 80 - n, "%s%s", n ? ", " : "",
                                  layers[i].name);
    ASSERT(n < 80); /* all four names */
    return out;
}
