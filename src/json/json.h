/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json - a streaming writer into a buffer.  Reading is jansson's.
 *
 * The writer puts the commas; keys and values must alternate inside objects.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/text.h"

struct json_out {
    struct buf *buf;
    unsigned depth;
    bool first[32]; /* at each depth: nothing written yet */
};

/* A writer to the end of B. */
struct json_out json_to(struct buf *b);
void json_begin(struct json_out *o); /* { */
void json_end(struct json_out *o);   /* } */
void json_begin_list(struct json_out *o);
void json_end_list(struct json_out *o);
void json_key(struct json_out *o, const char *key);
void json_text(struct json_out *o, const char *s); /* NULL writes null */
void json_int(struct json_out *o, int64_t i);
void json_float(struct json_out *o, double r);
void json_bool(struct json_out *o, bool b);
void json_none(struct json_out *o);
void json_raw(struct json_out *o, const char *json); /* already JSON */

/* Key and value in one. */
void json_put_text(struct json_out *o, const char *key, const char *s);
void json_put_int(struct json_out *o, const char *key, int64_t i);
void json_put_bool(struct json_out *o, const char *key, bool b);

#endif
