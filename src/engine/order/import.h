/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import - other people's requests become orders, by a map that says which
 * column is what.
 *
 * Owns the tables request_import and import_row.
 *
 * Always true:
 *   1. A row is known by its identity: importing a file twice makes nothing
 *      twice.  Of several rows of one request the map says which holds, and
 *      the report how many there were.
 *   2. A row that cannot be read is refused with line, column and reason; the
 *      others are imported.  No text is cut in silence: what is too long is
 *      kept elsewhere, or the row is refused.
 *   3. An import is a row of its own with a life.  It is written in parts, so
 *      that nobody waits for all of it; one that breaks off is undone, or goes
 *      on when its files come again.  With dry_run nothing is written at all.
 *   4. What an import made can be undone later; what somebody has touched
 *      since is kept, and told.
 *   5. Imported orders are history: no clock wakes anybody about them.
 *   6. Its memory does not grow with the file but for sixteen bytes a request.
 *
 * Areas, items, crews and the person who stands for all who asked are made
 * under the map's prefix where they are missing, and out of use: nobody is
 * offered them.  The source's own target becomes complete_due.
 */
#ifndef ENGINE_ORDER_IMPORT_H
#define ENGINE_ORDER_IMPORT_H

#include "base/base.h"
#include "life/life.h"
#include "model/model.h"

/* What the words of a column mean: {is, means} pairs. */
struct map_value {
    const char *is, *means;
};

/* The names of the source's columns; NULL: there is none. */
struct map_columns {
    const char *identity, *submitted_at; /* these two there must be */
    const char *complete_due, *closed_at, *state, *verdict, *title,
        *description, *result, *area, *item, *crew, *place, *requester, *phone,
        *channel, *priority;
};

struct map_values {
    struct map_value *state, *verdict, *channel, *priority, *area, *item, *crew;
    unsigned n_state, n_verdict, n_channel, n_priority, n_area, n_item, n_crew;
};

struct map_defaults {
    const char *requester, *channel, *sla_class, *area, *item, *state;
    int64_t priority;
};

struct import_map {
    const char *source, *prefix, *time_zone;
    const char *time_format;
    const char **time_formats; /* tried in order, after time_format */
    unsigned n_time_formats;
    const char *separator; /* between the cells: "," ";" "|" "tab" */
    const char *sheet;     /* of a workbook; NULL: the first */
    int64_t header_row;    /* its line; 0: the first that has the columns */
    const char **empty;    /* words that say nothing; NULL: the usual ones */
    unsigned n_empty;
    const char **skip; /* a row that begins so is none; NULL: the usual */
    unsigned n_skip;
    const char *repeats;      /* first last update refuse */
    const char *closed_early; /* refuse, or take: as closed when asked */
    struct map_columns *columns;
    struct map_values *values;     /* NULL: none */
    struct map_defaults *defaults; /* NULL: none */
};

/* Read a map (YAML).  ERR_INVALID names the file and tells line and key. */
enum err import_map_read(struct call *c, const char *name, const char *text,
                         size_t n, struct import_map **out) MUST_USE;

/* A file that is brought in: the N bytes of TEXT; where that is NULL, NAME is
   its path. */
struct import_file {
    const char *name;
    const char *text;
    size_t n;
};

struct import_wish {
    const struct import_map *map;
    const struct import_file *files;
    size_t n_files;
    bool dry_run;
    void (*progress)(int64_t done, int64_t all); /* rows; or NULL */
};

struct request_refusal {
    const char *file; /* NULL: there is only one */
    int64_t line;
    const char *column, *detail, *value;
};

/* How many requests are of one state, area, item or crew. */
struct import_count {
    const char *name;
    int64_t n;
};
enum import_kind { COUNT_STATES, COUNT_AREAS, COUNT_ITEMS, COUNT_CREWS };
#define IMPORT_KINDS 4

/*
 * What became of the files.  All but rows, refused, repeated and skipped count
 * requests, of several rows the one that holds.  on_time and overdue are the
 * source's own verdicts where it has such a column, else the program's.
 * compared: closed requests with a target and a verdict of the source; agreed:
 * those where "closed after the target" is what the source says too.
 */
struct import_report {
    int64_t id; /* of the import; 0: none was begun */
    int64_t rows, orders, updated, known, refused, repeated, skipped;
    int64_t touched; /* somebody here has touched them: not updated */
    int64_t with_target, on_time, overdue, compared, agreed;
    int64_t own_on_time, own_overdue; /* the program's own verdict */
    bool has_verdicts;                /* the source has a column for it */
    bool went_on;                     /* one that had broken off */
    int64_t made_areas, made_items, made_crews;
    struct import_count *counts[IMPORT_KINDS]; /* most first */
    size_t n_counts[IMPORT_KINDS];
    struct request_refusal *refusals; /* the first 1,000 */
    size_t n_refusals;
};

/*
 * Bring files in.  Not inside a TX: it has many of its own.
 *
 * ERR_INVALID   a header lacks a column of the map; a file is no table
 * ERR_CONFLICT  another import of this source is under way or has broken off
 * else          it broke off and was undone; OUT->id is its number
 */
enum err import_requests(struct call *c, const struct import_wish *w,
                         struct import_report *out) MUST_USE;

/* -- an import as a row -------------------------------------------------------- */

enum import_state {
    IMPORT_BEGUN,
    IMPORT_DONE,
    IMPORT_BROKEN,
    IMPORT_UNDOING,
    IMPORT_UNDONE
};

struct request_import {
    int64_t id;
    const char *source, *prefix, *file, *digest, *repeats;
    unsigned state; /* enum import_state */
    int64_t rows_read, orders, updated, known, refused, repeated, kept;
    const char *reason;
    int64_t made_by; /* account; 0: the program */
    instant begun_at, beat_at, ended_at;
    int64_t version;
    instant updated_at;
    const char *verbs, *why_not;
};
extern const struct model request_import_model;
extern const struct life import_life;

/* Imports as the list asks for them, each with what the caller may do. */
enum err import_list(struct call *c, struct list *l) MUST_USE;

/* A job: imports whose process has gone are marked as broken off, and what is
   to be undone is, MAX things a step. */
enum err import_round(struct call *c, int64_t max, int64_t *done) MUST_USE;

/* A step of the undoing of ID, of MAX things; *LEFT: there is more. */
enum err import_undo_step(struct call *c, int64_t id, int64_t max,
                          bool *left) MUST_USE;

#endif
