/* SPDX-License-Identifier: Apache-2.0 */
/* files - what is built into the program by tools/embed: schema, data. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stddef.h>

struct file {
    const char *path; /* as in the source tree: "data/languages/zh.json" */
    const char *text; /* NUL-ended */
    size_t len;
};

extern const struct file files[];
extern const size_t n_files;

/* By path; NULL when there is none. */
const struct file *file_find(const char *path);

#endif
