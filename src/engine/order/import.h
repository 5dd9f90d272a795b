/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import - other people's requests become orders, by a map that says which
 * column is what.
 *
 * Always true:
 *   1. A row is known by its identity: importing a file twice makes nothing
 *      twice.
 *   2. A row that cannot be read is refused with line, column and reason; the
 *      others are imported.
 *   3. Everything else about an import is all or nothing; with dry_run
 *      nothing at all is changed.
 *   4. Imported orders are history: no clock wakes anybody about them.
 *
 * Areas, items and crews that are not there yet are made under the map's
 * prefix; the source's own target becomes complete_due.
 */
#ifndef ENGINE_ORDER_IMPORT_H
#define ENGINE_ORDER_IMPORT_H

#include "base/base.h"

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
    const char *source, *prefix, *time_zone, *time_format;
    const char *separator; /* between the cells: "," ";" "|" "tab" */
    struct map_columns *columns;
    struct map_values *values;     /* NULL: none */
    struct map_defaults *defaults; /* NULL: none */
};

/* Read a map (YAML).  ERR_INVALID names the file and tells line and key. */
enum err import_map_read(struct call *c, const char *name, const char *text,
                         size_t n, struct import_map **out) MUST_USE;

struct request_refusal {
    int64_t line;
    const char *column, *detail, *value;
};

/*
 * What became of a file.  on_time and overdue are the source's own verdicts
 * where it has such a column, else the program's.  compared: closed requests
 * with a target; agreed: those where "closed after the target" is what the
 * source says too.
 */
struct import_report {
    int64_t rows, orders, known, refused, with_target, on_time, overdue,
        compared, agreed;
    int64_t own_on_time, own_overdue; /* the program's own verdict */
    struct request_refusal *refusals; /* the first 1,000 */
    size_t n_refusals;
};

/* PROGRESS may be NULL.  ERR_INVALID: the header lacks a column of the map. */
enum err import_requests(struct call *c, const struct import_map *map,
                         const char *csv, size_t n, bool dry_run,
                         void (*progress)(int64_t done, int64_t all),
                         struct import_report *out) MUST_USE;

#endif
