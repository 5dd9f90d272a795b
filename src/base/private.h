/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private - files that nobody but the office's owner reads.
 *
 * They hold password hashes and personal data, so they are 0600 whatever the
 * umask says.  What root makes in somebody's folder belongs to that folder's
 * owner: a command run by root must not lock the service out of its files.
 */
#ifndef BASE_PRIVATE_H
#define BASE_PRIVATE_H

#include <stdbool.h>

#include "base/base.h"

/* open(2) with FLAGS besides O_CLOEXEC and O_NOFOLLOW; -1 and errno. */
int private_open(const char *path, int flags);

/* open(2) of a file that is one, made 0600: a device, a pipe or a folder is
   not opened, and none is waited for.  -1 with errno and *WHY in words. */
int regular_open(const char *path, int flags, const char **why);

/* Take PATH's rights from all but its owner, where it is there and ours. */
void private_tighten(const char *path);

/* Make the folder PATH, 0700; one that is there is left as it is.  False and
   errno when there is none in the end. */
bool private_folder(const char *path);

/* Bring to the disk that PATH has this name: its folder is synced. */
bool private_keep_name(const char *path);

/* The error of a file that could not be made or written, by errno E: ERR_FULL
   where the disk is full or may not be written, otherwise ERR_BROKEN. */
enum err file_err(int e);

#endif
