/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heard - what is spoken of in a text, and whether it is said of it at all.
 *
 * A kind is a word with all that people call it by (data/words/kinds.txt); a
 * pattern is several of them that must all be heard, in any order, and what
 * must not: "梯+人+困-修电梯".  So a few rows stand for all sentences of one
 * thing and what is wrong with it.
 */
#ifndef CATALOG_HEARD_H
#define CATALOG_HEARD_H

#include "base/text.h"

#define PATTERN_MOST 4 /* kinds of a pattern */

struct pattern {
    size_t must[PATTERN_MOST], never[PATTERN_MOST]; /* kinds */
    size_t n_must, n_never;
};

struct kinds;

/* The kinds of data/words/kinds.txt; those that patterns add stand behind. */
struct kinds *kinds_read(struct arena *a);
size_t kinds_count(const struct kinds *k);

/*
 * S as a pattern; a word that names no kind stands for itself.  False: it has
 * more than PATTERN_MOST of either, or no word.
 */
bool pattern_read(struct arena *a, struct kinds *k, const char *s,
                  struct pattern *out);

/*
 * TEXT (as saying_parts makes it) held against all kinds.  A word is denied
 * where the text says that it is not so (没有着火), only like it (像打架一样)
 * or practised (火灾演练).
 */
struct heard *heard_make(struct arena *a, const struct kinds *k,
                         const char *text);

/*
 * How many characters of the text the pattern explains; 0: it is not heard.
 * ASSERTED: what is denied does not count.
 */
size_t heard_length(const struct heard *h, const struct pattern *p,
                    bool asserted);

/* Is a word of this kind in the text? */
bool heard_kind(const struct heard *h, size_t kind);

/* The text without the words of P that are denied. */
void heard_forget(struct heard *h, const struct pattern *p);
const char *heard_text(const struct heard *h);

#endif
