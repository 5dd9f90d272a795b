/* SPDX-License-Identifier: Apache-2.0 */
/* member - reading and writing one member of a record by its descriptor. */
#ifndef MODEL_MEMBER_H
#define MODEL_MEMBER_H

#include "model/model.h"

/* The largest whole number that JSON carries as it is, 2^53 - 1. */
#define MEMBER_MAX_INT INT64_C(9007199254740991)

/* 0 and NULL are not said; a bool and a word always are. */
bool member_is_said(const struct field *f, const void *rec);

/* How many words the field may have; 0: it has no choices. */
size_t member_word_count(const struct field *f);

/* The least a whole number may be; 0: no limit.  Ids begin with 1. */
int64_t member_least(const struct field *f);

/* One of the field's words? */
bool member_has_word(const struct field *f, const char *word);

/* ERR_INVALID: S is none of the field's words; of SEVERAL, one of those between
   its commas is not. */
enum err member_check_words(struct call *c, const struct field *f,
                            const char *s) MUST_USE;

/* The member as a value to bind. */
struct value member_value(const struct field *f, const void *rec);

/* The member from column COL of the row stood on; false when it is a word
   that this release does not know. */
bool member_from_row(const struct field *f, struct rows *r, int col, void *rec);

/* Same content in both records. */
bool member_same(const struct field *f, const void *a, const void *b);

/* The member of TO becomes that of FROM; NULL: it becomes "not said". */
void member_copy(const struct field *f, void *to, const void *from);

/* Must who makes the record say it?  What is GIVEN the server says. */
bool member_is_asked(const struct field *f);

/* May member_write_json write null? */
bool member_is_nullable(const struct field *f);

/* The value alone, without its key; null where it is not said. */
void member_write_json(struct json_out *o, const struct field *f,
                       const void *rec);

/* "12.5" -> 1250 fen; at most two decimals. */
bool money_parse(const char *s, money *out);

/* Column I of M exists in the table. */
static inline bool
member_has_column(const struct field *f)
{
    return (f->flags & DERIVED) == 0;
}

#endif
