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

struct lines {
    const char *at, *end; /* rest of the text */
    const char *line_end; /* of the current line */
    int number;           /* of the current line, from 1 */
};

struct lines lines_of(const char *text, size_t size);

/* Moves to the next line that is not blank; false at the end. */
bool lines_next(struct lines *l);

/* The next number of the line, finite; false when there is none. */
bool lines_number(struct lines *l, double *value);

/* The same, a whole number within an int. */
bool lines_int(struct lines *l, int *value);

/* Whether nothing but blanks is left in the line. */
bool lines_line_done(struct lines *l);

/* Steps over the word when the line goes on with it. */
bool lines_word(struct lines *l, const char *word);

/* Steps over one character, blanks before it too; false when it is another. */
bool lines_mark(struct lines *l, char mark);

/* How many columns the current line still has. */
int lines_columns(const struct lines *l);

#endif
