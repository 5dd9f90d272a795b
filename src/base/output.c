/* SPDX-License-Identifier: Apache-2.0 */
/* output - see output.h. */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private.h"
#include "base/words.h"

static enum err
cannot_write(struct call *c, enum err code, const struct output *o)
{
    return fail(c, code, NULL, "%s cannot be written: %s",
                o->path ? o->path : "the standard output",
                words_in(c, strerror(errno)));
}

/* The new file has the rights of the old, or those of any new one; a private
   one has its owner's alone. */
static int
open_beside(const struct output *o, const struct stat *old)
{
    int fd;

    if (o->only_mine)
        return private_open(o->beside, O_WRONLY | O_CREAT | O_TRUNC);
    fd = open(o->beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
    if (fd >= 0 && old)
        (void)fchmod(fd, old->st_mode & 07777);
    return fd;
}

/* A device or a pipe: one that nobody reads from is not waited for. */
static int
open_no_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0)
        (void)fcntl(fd, F_SETFL, O_WRONLY);
    return fd;
}

/* The file a link means, so that the link stays. */
static const char *
follow(struct call *c, const char *path)
{
    char *real = realpath(path, NULL);

    path = real ? arena_text(c->arena, real) : path;
    free(real);
    return path;
}

static enum err
open_output(struct call *c, struct output *o, const char *path, bool only_mine)
{
    struct stat old;
    bool there = path && stat(path, &old) == 0;
    int fd;

    *o =
        (struct output){ .path = path, .file = stdout, .only_mine = only_mine };
    if (!path)
        return OK;
    /* A pipe or /dev/null cannot be replaced by a file beside it. */
    if (there && !S_ISREG(old.st_mode)) {
        fd = open_no_file(path);
        o->file = fd < 0 ? NULL : fdopen(fd, "wb");
        return o->file ? OK : cannot_write(c, ERR_ABSENT, o);
    }
    o->path = follow(c, path);
    o->beside = arena_printf(c->arena, "%s.%ld.part", o->path, (long)getpid());
    if (there && access(path, W_OK) != 0)
        return cannot_write(c, ERR_ABSENT, o);
    fd = open_beside(o, there ? &old : NULL);
    o->file = fd < 0 ? NULL : fdopen(fd, "wb");
    return o->file ? OK : cannot_write(c, ERR_ABSENT, o);
}

enum err
output_open(struct call *c, struct output *o, const char *path)
{
    return open_output(c, o, path, false);
}

enum err
output_open_private(struct call *c, struct output *o, const char *path)
{
    return open_output(c, o, path, true);
}

enum err
output_close(struct call *c, struct output *o)
{
    bool bad = ferror(o->file) != 0;
    enum err e;

    bad |= fflush(o->file) != 0;
    if (o->beside)
        bad |= fsync(fileno(o->file)) != 0;
    if (o->path)
        bad |= fclose(o->file) != 0;
    if (o->beside && !bad)
        bad = rename(o->beside, o->path) != 0;
    if (!bad)
        return OK;
    e = cannot_write(c, file_err(errno), o);
    if (o->beside)
        (void)unlink(o->beside);
    return e;
}

void
output_drop(struct output *o)
{
    if (o->path)
        (void)fclose(o->file);
    if (o->beside)
        (void)unlink(o->beside);
}

enum err
output_try(struct call *c, const char *path)
{
    struct output o;

    TRY(output_open(c, &o, path));
    output_drop(&o);
    return OK;
}

const char *
temporary_folder(void)
{
    const char *said = getenv("TMPDIR");

    return said && *said ? said : "/tmp";
}
