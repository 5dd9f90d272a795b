/* SPDX-License-Identifier: Apache-2.0 */
#include "base/files.h"

#include <string.h>

const struct file *
file_find(const char *path)
{
    for (size_t i = 0; i < n_files; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    return NULL;
}
