/* SPDX-License-Identifier: Apache-2.0 */
/* import_inner - what the files of the import share; not for others. */
#ifndef ENGINE_ORDER_IMPORT_INNER_H
#define ENGINE_ORDER_IMPORT_INNER_H

#include "base/csv.h"
#include "engine/audit/audit.h"
#include "engine/order/import.h"
#include "engine/order/order.h"

/* -- import_time.c: times as people write them ------------------------------- */

struct import_times;

/* The formats of the map, taken apart once; the zone stays the map's. */
struct import_times *import_times_make(
    struct arena *a, const struct import_map *map, const struct zone *zone);

/* The cell by the first way of writing that fits it; false: by none. */
bool import_time_read(const struct import_times *t, struct arena *a,
                      const char *cell, instant *out);

/* -- import_names.c: tables that grow with the import -------------------------- */

struct name_slot {
    const char *name; /* NULL: free */
    const char *code; /* of an item */
    int64_t id;
    int64_t n; /* requests that have it */
};

struct name_table {
    struct arena *arena;
    struct name_slot *slots;
    size_t n, cap;
};

/* Empty; it grows in A and ends with it. */
struct name_table names_make(struct arena *a);
/* The slot of NAME; a new one has name NULL until it is put. */
struct name_slot *names_get(struct name_table *t, const char *name);
void names_put(struct name_table *t, struct name_slot *s, const char *name,
               int64_t id);
/* How many requests have each, the most first. */
struct import_count *names_counts(struct arena *a, const struct name_table *t,
                                  size_t *n);

/*
 * Which row holds of each identity, by a hash of 64 bits: that two of a million
 * identities have the same happens in one import of forty million.
 */
struct identity {
    uint64_t hash; /* 0: free */
    int64_t place; /* of the row that holds, see row_place; 0: in no file */
};
struct identities {
    struct arena *arena;
    struct identity *all;
    size_t n, cap;
};
struct identities identities_make(struct arena *a);
/* That of the text; *MADE when it is new. */
struct identity *identities_get(struct identities *t, const char *text,
                                bool *made);

/* -- import_read.c: from cells to a request ---------------------------------- */

#define MAX_PARTS 4 /* columns that make one thing together */

enum request_column {
    IDENTITY,
    SUBMITTED,
    DUE,
    CLOSED,
    STATE,
    VERDICT,
    SUBJECT,
    DESCRIPTION,
    RESULT,
    AREA,
    ITEM,
    CREW,
    PLACE,
    REQUESTER,
    PHONE,
    CHANNEL,
    PRIORITY,
    N_COLUMNS
};

enum import_verdict { SAYS_NOTHING, SAYS_ON_TIME, SAYS_OVERDUE };

/* A row that was read. */
struct request {
    struct order o;
    const char *area, *item, *crew;
    enum import_verdict says;
};

struct importing {
    struct call *c;
    const struct import_wish *wish;
    const struct import_map *map;
    const struct map_values *values;
    const struct map_defaults *defaults;
    struct zone *zone;
    struct import_times *times;
    /* Where in the row: the cells are put together; n_at 0: there is none. */
    int at[N_COLUMNS][MAX_PARTS];
    int n_at[N_COLUMNS];
    const char *names[N_COLUMNS];
    size_t width; /* cells of the header */
    struct csv csv;
    size_t file; /* which of the wish's */
    int fd;      /* of it, while it is read; -1 */
    bool quiet;  /* what is refused was told already */
    struct identities ids;
    struct name_table states, areas, items, crews;
    int64_t requester_id;
    const char *channel, *sla_class;
    struct arena *keep; /* outlives rows and parts */
    struct import_report *report;
    /* -- while it is written */
    struct request_import self;
    int64_t started_ms; /* of monotonic_ms */
};

/* A descriptor of a file by its path, or ERR_ABSENT in words. */
enum err import_open_path(struct call *c, const char *path, int *fd) MUST_USE;
/* Open the file I and find its columns.  ERR_INVALID names what is missing. */
enum err import_open_file(struct importing *im, struct arena *a,
                          size_t i) MUST_USE;
enum err import_close_file(struct importing *im) MUST_USE;

/* What became of the next row. */
enum row_end { ROW_NONE, ROW_READ, ROW_REFUSED, ROW_SKIPPED };
enum row_end import_next_row(struct importing *im, struct request *q);

/* The row that was read last is refused: column K, and why. */
void request_refuse(struct importing *im, enum request_column k,
                    const char *detail);

/* A number for the row that was read last, by which two can be told apart. */
static inline int64_t
row_place(const struct importing *im)
{
    return (int64_t)im->file << 40 | im->csv.line;
}

/* -- import_life.c ------------------------------------------------------------- */

/* How long an import may be silent before it counts as broken off. */
#define IMPORT_SILENT_MS (2 * MINUTE_MS)

/* Begin the import, or take up again the one that broke off; im->self. */
enum err import_begin(struct importing *im, const char *digest) MUST_USE;
/* In each part's TX: it is at work, and so far.  ERR_CONFLICT: somebody has
   ended it. */
enum err import_beat(struct importing *im) MUST_USE;
/* In the caller's TX: it made NOUN, ID; WAS is what it changed, or NULL. */
enum err import_note(struct importing *im, const char *noun, int64_t id,
                     const char *was) MUST_USE;
/* In the caller's TX: it is done. */
enum err import_finish(struct importing *im) MUST_USE;
/* It broke off: all it made is undone. */
void import_break_off(struct importing *im);

/* Has anybody but imports touched the order, or one later than IMPORT? */
enum err import_touched(struct call *c, int64_t order, int64_t import,
                        bool *touched) MUST_USE;

/* What differs in NOW from OLD: OLD's values as JSON. */
const char *import_was(struct call *c, const struct order *old,
                       const struct order *now);

#endif
