/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines - text read line by line, number by number (internal to readers).
 *
 * The text is not changed and need not fit any shape: every read says
 * whether it found what was asked for, and the line it stands in is known.
 */
#ifndef SOLVER_LINES_H
#define SOLVER_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct sv_lines {
    const char *at, *end; /* rest of the text */
    const char *line_end; /* of the current line */
    int number;           /* of the current line, from 1 */
};

/* Before the first line of SIZE bytes of TEXT, which stays the caller's. */
struct sv_lines sv_lines_of(const char *text, size_t size);

/* Moves to the next line that is not blank; false at the end. */
bool sv_lines_next(struct sv_lines *l);

/* The next number of the line, finite; false when there is none. */
bool sv_lines_number(struct sv_lines *l, double *value);

/* The same, a whole number within an int. */
bool sv_lines_int(struct sv_lines *l, int *value);

/* Whether nothing but blanks is left in the line. */
bool sv_lines_line_done(struct sv_lines *l);

/* Steps over the word when the line goes on with it. */
bool sv_lines_word(struct sv_lines *l, const char *word);

/* Steps over one character, blanks before it too; false when it is another. */
bool sv_lines_mark(struct sv_lines *l, char mark);

/* How many columns the current line still has. */
int sv_lines_columns(const struct sv_lines *l);

#endif
