/* SPDX-License-Identifier: Apache-2.0 */
/* notices - the sentence of a message, in the caller's language. */
#ifndef API_NOTICES_H
#define API_NOTICES_H

#include "base/base.h"

/* What a message of KIND says of the row; TEXT, as it stands in the table,
   where the row is gone or the noun has no life. */
const char *notice_words(struct call *c, const char *noun, int64_t noun_id,
                         const char *kind, const char *text);

#endif
