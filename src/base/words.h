/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words - the other languages of the texts in the program.
 *
 * The key is the English text itself (a printf format where it has
 * arguments).  The table is made from data/languages/zh.json at build time.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/base.h"

/* Read a JSON object {english: chinese}; NULL when it is not one. */
struct words *words_open(const char *json, size_t n);
void words_close(struct words *w);

/* TEXT in the call's language; TEXT itself when there is no other. */
const char *words_in(const struct call *c, const char *text);

/* A word of a noun's own: what the table calls "lending:return", where it does,
   so that two nouns may call one state, verb or field differently; else what
   it calls "return". */
const char *words_of(const struct call *c, const char *noun, const char *word);

/* The same of a word of ours: "routing_rule" is "routing rule", where there is
   no other. */
const char *words_spaced(const struct call *c, const char *word);

#endif
