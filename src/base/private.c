/* SPDX-License-Identifier: Apache-2.0 */
#include "base/private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder PATH stands in, into OUT. */
static void
folder_of(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        (void)snprintf(out, PATH_MAX, ".");
    else if (slash == path)
        (void)snprintf(out, PATH_MAX, "/");
    else
        (void)snprintf(out, PATH_MAX, "%.*s", (int)(slash - path), path);
}

static void
give_to_owner(int fd, const char *path)
{
    char folder[PATH_MAX];
    struct stat st;

    if (geteuid() != 0)
        return;
    folder_of(path, folder);
    if (stat(folder, &st) == 0 && st.st_uid != 0
        && fchown(fd, st.st_uid, st.st_gid) != 0)
        return; /* root's is better than none */
}

int
private_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd >= 0 && flags & O_CREAT) {
        (void)fchmod(fd, 0600);
        give_to_owner(fd, path);
    }
    return fd;
}

int
regular_open(const char *path, int flags, const char **why)
{
    int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0600);
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    *why = fd >= 0 || errno == ENXIO || errno == EISDIR
               ? "it is no file"
               : strerror(errno);
    if (fd >= 0) {
        (void)close(fd);
        errno = EINVAL;
    }
    return -1;
}

void
private_tighten(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) != 0)
        (void)chmod(path, 0600);
}

bool
private_folder(const char *path)
{
    struct stat st;
    int fd;

    if (mkdir(path, 0700) != 0)
        return errno == EEXIST && stat(path, &st) == 0
               && (S_ISDIR(st.st_mode) || (errno = ENOTDIR, false));
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        give_to_owner(fd, path);
        (void)close(fd);
    }
    return true;
}

bool
private_keep_name(const char *path)
{
    char folder[PATH_MAX];
    bool good;
    int fd;

    folder_of(path, folder);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd);
    return good;
}

enum err
file_err(int e)
{
    if (e == ENOENT || e == ENOTDIR)
        return ERR_ABSENT;
    return e == ENOSPC || e == EDQUOT || e == EROFS ? ERR_FULL : ERR_BROKEN;
}
