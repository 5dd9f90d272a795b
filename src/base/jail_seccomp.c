/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jail_seccomp - which system calls are left, by seccomp.
 *
 * Lists of what is allowed.  What is on none is answered ENOSYS, as by a
 * kernel that does not know the call: libraries try a newer call first and
 * fall back (clone3, openat2, futex_waitv).  What no honest library ever
 * tries in a server ends the process.  The kernel's log names what ended it
 * (audit type 1326), and with `logs` in the plan every refused call.
 *
 * Calls are looked up by name: one that this architecture, or this release of
 * libseccomp, does not have is passed over.
 */
#include <asm/ioctls.h>
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/jail_inner.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41 /* a name for memory: newer glibc's threads */
#endif
/* Bits of clone that make a world of one's own. */
#define NAMESPACES                                                             \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC               \
     | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* -- lists ----------------------------------------------------------- */

/* Memory, time and one's own end: everybody has these. */
static const char simple[] =
    "brk munmap mremap madvise futex futex_time64 clock_gettime "
    "clock_gettime64 clock_getres gettimeofday time getrandom sched_yield "
    "getpid gettid sched_getaffinity exit exit_group rt_sigreturn "
    "restart_syscall read write readv writev pread64 lseek _llseek close "
    "fstat fstat64";

/* Files, as far as landlock leaves them.  It does not mind who changes rights
   by a path (chmod, chown), or on older kernels truncates: there is none of
   these here. */
static const char files[] =
    "open openat creat pwrite64 preadv pwritev stat lstat newfstatat statx "
    "stat64 lstat64 fstatat64 access faccessat faccessat2 readlink "
    "readlinkat getcwd getdents64 rename renameat renameat2 link linkat "
    "unlink unlinkat mkdir mkdirat rmdir ftruncate ftruncate64 fallocate "
    "fadvise64 fsync fdatasync sync_file_range syncfs fchown fchown32 umask "
    "utimensat statfs fstatfs statfs64 fstatfs64 fcntl fcntl64 flock dup "
    "dup2 dup3 copy_file_range sendfile sendfile64 msync memfd_create";

/* Connections that are there, and waiting for them. */
static const char traffic[] =
    "accept accept4 shutdown sendto sendmsg sendmmsg recvfrom recvmsg "
    "recvmmsg getsockname getpeername getsockopt setsockopt poll ppoll "
    "select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait "
    "epoll_pwait eventfd eventfd2 pipe pipe2 timerfd_create "
    "timerfd_settime ppoll_time64 pselect6_time64";

/* Threads, signals, and what a process asks about itself. */
static const char process[] =
    "set_robust_list get_robust_list rseq set_tid_address membarrier "
    "rt_sigaction rt_sigprocmask rt_sigtimedwait rt_sigpending "
    "rt_sigsuspend sigaltstack nanosleep clock_nanosleep getppid getuid "
    "geteuid getgid getegid getgroups uname sysinfo getrusage getrlimit "
    "setrlimit ugetrlimit times getcpu getpriority sched_getparam "
    "sched_getscheduler mlock mlock2 munlock wait4 waitid timer_create "
    "timer_settime timer_delete clock_nanosleep_time64 "
    "rt_sigtimedwait_time64";

/* What a forker needs beside the simple ones. */
static const char forking[] =
    "recvmsg set_robust_list rseq set_tid_address rt_sigprocmask "
    "rt_sigaction setitimer setrlimit prlimit64 prctl seccomp";

/* Nobody tries these by mistake.  keyctl and its kin are not among them:
   Kerberos asks it for tickets. */
static const char deadly[] =
    "execve execveat ptrace process_vm_readv process_vm_writev pidfd_getfd "
    "kcmp mount umount umount2 pivot_root chroot move_mount open_tree "
    "fsopen fsmount fsconfig fspick mount_setattr unshare setns "
    "init_module finit_module delete_module kexec_load kexec_file_load bpf "
    "perf_event_open userfaultfd io_uring_setup io_uring_enter "
    "io_uring_register setuid setgid setreuid setregid setresuid setresgid "
    "setfsuid setfsgid setgroups setuid32 setgid32 setresuid32 setresgid32 "
    "capset swapon swapoff reboot acct quotactl open_by_handle_at iopl "
    "ioperm settimeofday clock_settime clock_adjtime adjtimex sethostname "
    "setdomainname mknod mknodat personality vhangup nfsservctl";

/* -- rules ----------------------------------------------------------- */

/* A call by name with up to two conditions; true unless memory ran out. */
static bool
rule(scmp_filter_ctx f, uint32_t action, const char *name, unsigned n,
     const struct scmp_arg_cmp *when)
{
    int call = seccomp_syscall_resolve_name(name);

    return call == __NR_SCMP_ERROR
           || seccomp_rule_add_array(f, action, call, n, when) != -ENOMEM;
}

/* Every call of a list. */
static bool
rules(scmp_filter_ctx f, uint32_t action, const char *list)
{
    char name[32];
    bool good = true;

    for (int n; sscanf(list, "%31s%n", name, &n) == 1; list += n)
        good &= rule(f, action, name, 0, NULL);
    return good;
}

#define ARG(i, mask, value)                                                    \
    ((struct scmp_arg_cmp){ (i), SCMP_CMP_MASKED_EQ, (mask), (value) })

static bool
allow_if(scmp_filter_ctx f, const char *name, struct scmp_arg_cmp when)
{
    return rule(f, SCMP_ACT_ALLOW, name, 1, &when);
}

/* Memory is written or run, never both, and none becomes runnable: what is
   loaded late (a module of glibc's) is mapped runnable from its file. */
static bool
allow_memory(scmp_filter_ctx f, bool loads)
{
    bool good = allow_if(f, "mmap", ARG(2, PROT_EXEC, 0))
                && allow_if(f, "mmap2", ARG(2, PROT_EXEC, 0))
                && allow_if(f, "mprotect", ARG(2, PROT_EXEC, 0));

    return good
           && (!loads
               || allow_if(f, "mmap",
                           ARG(2, PROT_EXEC | PROT_WRITE, PROT_EXEC)));
}

/* Streams and datagrams of the families that are within reach. */
static bool
allow_sockets(scmp_filter_ctx f, enum jail_reach reach)
{
    static const uint64_t families[] = { AF_UNIX, AF_INET, AF_INET6 };
    static const uint64_t types[] = { SOCK_STREAM, SOCK_DGRAM };
    size_t n = reach == JAIL_ALONE ? 0 : reach == JAIL_LOCAL ? 1 : 3;
    bool good = n == 0 || rule(f, SCMP_ACT_ALLOW, "connect", 0, NULL);

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < COUNT(types); k++) {
            struct scmp_arg_cmp both[] = { ARG(0, UINT32_MAX, families[i]),
                                           ARG(1, 0xf, types[k]) };

            good &= rule(f, SCMP_ACT_ALLOW, "socket", 2, both);
        }
    /* glibc asks netlink which addresses there are, and does without. */
    return good
           && rule(f, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", 1,
                   &(struct scmp_arg_cmp){ 0, SCMP_CMP_GT, AF_INET6, 0 });
}

/* Threads, but no process; signals to oneself; names for threads. */
static bool
allow_process(scmp_filter_ctx f)
{
    static const uint64_t requests[] = { TCGETS, FIONREAD, FIONBIO, FIOCLEX };
    static const uint64_t options[] = { PR_SET_NAME, PR_GET_NAME, PR_SET_VMA,
                                        PR_GET_DUMPABLE };
    bool good =
        allow_if(f, "clone", ARG(0, CLONE_THREAD | NAMESPACES, CLONE_THREAD))
        && allow_if(f, "prlimit64", ARG(0, UINT32_MAX, 0))
        && allow_if(f, "tgkill", ARG(0, UINT32_MAX, (uint64_t)getpid()))
        && allow_if(f, "socketpair", ARG(0, UINT32_MAX, AF_UNIX));

    for (size_t i = 0; i < COUNT(requests); i++)
        good &= allow_if(f, "ioctl", ARG(1, UINT32_MAX, requests[i]));
    for (size_t i = 0; i < COUNT(options); i++)
        good &= allow_if(f, "prctl", ARG(0, UINT32_MAX, options[i]));
    return good;
}

static bool
fill(scmp_filter_ctx f, enum jail_role role, const struct jail_plan *plan)
{
    bool good = rules(f, SCMP_ACT_KILL_PROCESS, deadly)
                && rules(f, SCMP_ACT_ALLOW, simple)
                && allow_memory(f, role == JAIL_SERVER);

    switch (role) {
    case JAIL_SERVER:
        return good && rules(f, SCMP_ACT_ALLOW, files)
               && rules(f, SCMP_ACT_ALLOW, traffic)
               && rules(f, SCMP_ACT_ALLOW, process) && allow_process(f)
               && allow_sockets(f, plan->reach);
    case JAIL_FORKER:
        return good && rules(f, SCMP_ACT_ALLOW, forking)
               && allow_if(f, "clone", ARG(0, CLONE_THREAD | NAMESPACES, 0));
    default: return good;
    }
}

bool
jail_seccomp(enum jail_role role, const struct jail_plan *plan)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    bool done;

    if (!f)
        return false;
    /* A call by another architecture's number ends the process too. */
    (void)seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    (void)seccomp_attr_set(f, SCMP_FLTATR_CTL_LOG, plan->logs);
    /* A search tree: the calls are many, and most are made all the time. */
    (void)seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    /* Older kernels slow a process with a filter down, lest foreign code in
       it read its memory by speculation: the server runs none. */
    (void)seccomp_attr_set(f, SCMP_FLTATR_CTL_SSB, role == JAIL_SERVER);
    done = fill(f, role, plan) && seccomp_load(f) == 0;
    seccomp_release(f);
    return done;
}
