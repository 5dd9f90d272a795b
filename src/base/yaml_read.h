/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_read - a YAML file by a schema of libcyaml, and its faults in the words
 * of whoever wrote the file: line, key, what is wrong.
 *
 * libcyaml names the line on which the list or map around a fault begins, in
 * English and with the way there; here the line is that of the key itself.
 */
#ifndef BASE_YAML_READ_H
#define BASE_YAML_READ_H

#include <cyaml/cyaml.h>

#include "base/base.h"

struct yaml_file {
    const char *name; /* what faults call it */
    const char *text;
    size_t n;
};

/* *OUT lives in the call's arena and is never NULL when it went well.
   ERR_INVALID: the words say line and key. */
enum err yaml_read(struct call *c, const struct yaml_file *f,
                   const cyaml_schema_value_t *schema, void **out) MUST_USE;

#endif
