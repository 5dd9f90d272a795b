/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail_landlock - which files and ports are left, by landlock.
 *
 * The numbers are the kernel's (Documentation/userspace-api/landlock.rst);
 * they stand here because the headers of Debian 12 know ABI 2 alone and the
 * kernel may know more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/jail_inner.h"

/* The same on every architecture. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

enum {
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_REMOVE_DIR = 1 << 4,
    FS_REMOVE_FILE = 1 << 5,
    FS_MAKE_DIR = 1 << 7,
    FS_MAKE_REG = 1 << 8,
    FS_ALL_1 = (1 << 13) - 1,
    FS_REFER = 1 << 13,    /* ABI 2: to move from folder to folder */
    FS_TRUNCATE = 1 << 14, /* ABI 3 */
    FS_IOCTL_DEV = 1 << 15 /* ABI 5 */
};
enum { NET_BIND = 1, NET_CONNECT = 2 };             /* ABI 4, TCP */
enum { SCOPE_ABSTRACT_UNIX = 1, SCOPE_SIGNAL = 2 }; /* ABI 6 */
enum { RULE_PATH = 1, RULE_PORT = 2 };

/* Of a file that is written, and of a folder whose files are. */
enum {
    FILE_WRITES = FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE,
    WRITES = FILE_WRITES | FS_READ_DIR | FS_REMOVE_DIR | FS_REMOVE_FILE
             | FS_MAKE_DIR | FS_MAKE_REG | FS_REFER,
    READS = FS_READ_FILE | FS_READ_DIR
};

struct ruleset {
    uint64_t fs, net, scoped;
};
struct path_rule {
    uint64_t allowed;
    int32_t fd;
} __attribute__((packed));
struct port_rule {
    uint64_t allowed, port;
};

/* What libraries read when the program runs already: the processors, the
   zone, random bytes, and what glibc and the TLS libraries load late.  No
   fonts: the server draws nothing. */
static const char *const system_reads[] = {
    "/usr/lib",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/usr/share/icu",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/openssl.cnf",
    "/etc/crypto-policies",
    "/etc/gnutls",
    "/dev/urandom",
    "/sys/devices/system/cpu",
    "/proc/sys/vm/overcommit_memory",
    NULL
};

/* To find a host by its name, to check its certificate, and to be known to it
   (libpq asks Kerberos first, as long as there is a ticket). */
static const char *const reach_reads[] = {
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/passwd",
    "/etc/krb5.conf",
    "/etc/krb5.conf.d",
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
    NULL
};

/* What this ABI can refuse. */
static struct ruleset
refusals(int abi)
{
    struct ruleset r = { .fs = FS_ALL_1 };

    if (abi >= 2)
        r.fs |= FS_REFER;
    if (abi >= 3)
        r.fs |= FS_TRUNCATE;
    if (abi >= 4)
        r.net = NET_BIND | NET_CONNECT;
    if (abi >= 5)
        r.fs |= FS_IOCTL_DEV;
    if (abi >= 6)
        r.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
    return r;
}

static void
allow_path(int rules, const struct ruleset *refused, const char *path,
           uint64_t wanted)
{
    struct path_rule rule = { .fd = open(path, O_PATH | O_CLOEXEC) };
    struct stat st;

    if (rule.fd < 0)
        return;
    if (fstat(rule.fd, &st) == 0) {
        rule.allowed = wanted & refused->fs;
        if (!S_ISDIR(st.st_mode))
            rule.allowed &= FILE_WRITES;
        (void)syscall(SYS_landlock_add_rule, rules, RULE_PATH, &rule, 0);
    }
    (void)close(rule.fd);
}

static void
allow_paths(int rules, const struct ruleset *refused, const char *const *paths,
            uint64_t wanted)
{
    for (; paths && *paths; paths++)
        allow_path(rules, refused, *paths, wanted);
}

static void
allow_port(int rules, uint16_t port)
{
    struct port_rule rule = { .allowed = NET_CONNECT, .port = port };

    (void)syscall(SYS_landlock_add_rule, rules, RULE_PORT, &rule, 0);
}

static void
allow(int rules, const struct ruleset *refused, const struct jail_plan *p)
{
    allow_paths(rules, refused, system_reads, READS);
    if (p->reach != JAIL_ALONE)
        allow_paths(rules, refused, reach_reads, READS);
    allow_paths(rules, refused, p->reads, READS);
    allow_paths(rules, refused, p->writes, WRITES);
    if (p->reach != JAIL_PORTS || !refused->net)
        return;
    for (const uint16_t *port = p->ports; port && *port; port++)
        allow_port(rules, *port);
}

int
jail_landlock(const struct jail_plan *plan)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    struct ruleset refused = refusals((int)abi);
    int rules;
    bool done;

    if (abi < 1)
        return 0;
    /* A database may stand at any address; ports are still not to be taken. */
    if (plan && plan->reach == JAIL_ANYWHERE)
        refused.net &= NET_BIND;
    rules =
        (int)syscall(SYS_landlock_create_ruleset, &refused, sizeof(refused), 0);
    if (rules < 0)
        return 0;
    if (plan)
        allow(rules, &refused, plan);
    done = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    (void)close(rules);
    return done ? (int)abi : 0;
}
