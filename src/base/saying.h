/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saying - texts as people say them, made alike before they are compared.
 */
#ifndef BASE_SAYING_H
#define BASE_SAYING_H

#include "base/text.h"

/*
 * The parts of S with one blank between: small letters, plain width,
 * simplified characters; figures where 一二三 count a floor or a house
 * (三楼 -> 3层, 二号楼 and 2栋 -> 2号楼, 地下一层 -> b1层); one word for
 * what has several (厕所 -> 卫生间).  A part is a floor, a house, a run of
 * Latin letters and figures, or one of other letters.
 */
char *saying_parts(struct arena *a, const char *s);

/* Is the part (N bytes) a floor, a house or a number alone? */
bool saying_is_place(const char *part, size_t n);

/*
 * Figures that are read out one by one (五零五, 二幺三), where S begins with
 * three or more: OUT has them as 505, and how many bytes of S they are is
 * told.  0: there are none.
 */
#define SAYING_FIGURES 12
size_t saying_figures(const char *s, char out[SAYING_FIGURES]);

#define SAYING_READINGS 4

/*
 * The syllables of the Han characters of S in small letters, each between
 * blanks (" kong tiao "); what is no Han character ends one.  Two characters
 * that are read in two ways (调 重 行 曾 单) give WAY 0 to
 * SAYING_READINGS - 1; NULL: there are not so many ways.
 */
char *saying_syllables(struct arena *a, const char *s, unsigned way);

#endif
