/* SPDX-License-Identifier: Apache-2.0 */
/* notices - the sentence of a message, in the caller's language. */
#ifndef API_NOTICES_H
#define API_NOTICES_H

#include "base/base.h"
#include "subject/notice.h"

/* The `kind` of a message whose row is gone, or not for its reader any more. */
#define NOTICE_GONE "gone"

/* Put in what the message says to the actor, in the call's language: how its row
   is called for these eyes, what happened to it, and what that means for
   them.  `text`, as it stands in
   the table, stays where the row is gone. */
void notice_put_words(struct call *c, struct notice *n);

#endif
