/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf - liangcao.conf, lines of "name = value" in the office's folder; "#"
 * begins a comment line.  What names there are stands in one table: by it the
 * file is judged and `liangcao help conf` is printed.
 */
#ifndef CLI_CONF_H
#define CLI_CONF_H

#include "base/base.h"

struct conf_name {
    const char *name;
    const char *values; /* "yes|no": one of these; NULL: any */
    const char *usual;  /* where nothing is said; NULL: nothing */
    const char *says;   /* English, and the key of its Chinese */
};
extern const struct conf_name conf_names[];
extern const size_t n_conf_names;

struct conf;

/* Read the file of the folder DIR; one that is not there says nothing. */
struct conf *conf_open(const char *dir);
void conf_close(struct conf *k);

/* What the environment (LIANGCAO_NAME, a dot as "_") or the file says; NULL. */
const char *conf_value(const struct conf *k, const char *name);

/* What holds where nothing is said of NAME; NULL: nothing. */
const char *conf_usual(const char *name);

/* ERR_INVALID where a line is no "name = value", or has a name or a value that
   nobody knows: a word mistyped would be a setting lost. */
enum err conf_check(struct call *c, const struct conf *k) MUST_USE;

#endif
