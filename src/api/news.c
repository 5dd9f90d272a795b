/* SPDX-License-Identifier: Apache-2.0 */
#include "api/news.h"

#include <string.h>

#define FEW 16 /* numbers asked for in one statement */

#define COLUMNS                                                                \
    "SELECT n.seq, n.kind, n.row_id, e.noun_id, e.verb, e.internal,"           \
    " o.number, o.state, o.version, o.unit_id, o.crew_id, o.place_id,"         \
    " o.provider_id, o.requester_id, t.noun_id, t.person_id, t.kind, t.text,"  \
    " u.path, p.path, t.noun, e.noun, o.item_id"                               \
    " FROM news n"                                                             \
    " LEFT JOIN event e ON n.kind = 1 AND e.id = n.row_id"                     \
    " LEFT JOIN orders o ON e.noun = 'order' AND o.id = e.noun_id"             \
    " LEFT JOIN unit u ON u.id = o.unit_id"                                    \
    " LEFT JOIN place p ON p.id = o.place_id"                                  \
    " LEFT JOIN notice t ON n.kind = 2 AND t.id = n.row_id"

static const char find_after[] =
    COLUMNS " WHERE n.seq > $1 ORDER BY n.seq LIMIT 100";

static const char find_some[] = COLUMNS
    " WHERE n.seq IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
    " $12, $13, $14, $15, $16)";

static const char find_newest[] =
    "SELECT seq FROM news ORDER BY seq DESC LIMIT 256";

/* -- reading ---------------------------------------------------------------- */

static void
read_event(struct rows *r, struct news_row *row)
{
    row->noun = row_text(r, 21);
    row->noun_id = row_int(r, 3);
    row->verb = row_text(r, 4);
    row->internal = row_int(r, 5) != 0;
    row->number = row_text(r, 6);
    row->state = row_text(r, 7);
    row->version = row_int(r, 8);
    row->unit_id = row_int(r, 9);
    row->crew_id = row_int(r, 10);
    row->place_id = row_int(r, 11);
    row->provider_id = row_int(r, 12);
    row->requester_id = row_int(r, 13);
    row->item_id = row_int(r, 22);
    row->unit_path = row_text(r, 18);
    row->place_path = row_text(r, 19);
}

static void
read_notice(struct rows *r, struct news_row *row)
{
    row->noun = row_text(r, 20);
    row->noun_id = row_int(r, 14);
    row->person_id = row_int(r, 15);
    row->word = row_text(r, 16);
    row->text = row_text(r, 17);
}

static struct news_row
read_row(struct rows *r)
{
    struct news_row row = { .seq = row_int(r, 0),
                            .kind = (enum news_kind)row_int(r, 1),
                            .row_id = row_int(r, 2) };

    if (row.kind == NEWS_EVENT)
        read_event(r, &row);
    else if (row.kind == NEWS_NOTICE)
        read_notice(r, &row);
    return row;
}

static enum err
read_after(struct call *c, int64_t after, struct news_row *rows, size_t *count)
{
    ROWS r = db_query(c, find_after, V(after));

    *count = 0;
    while (*count < NEWS_PAGE && rows_next(&r))
        rows[(*count)++] = read_row(&r);
    return rows_end(&r);
}

enum err
news_next(struct call *c, const struct news *n, struct news_row *rows,
          size_t *count)
{
    return read_after(c, n->high, rows, count);
}

/* The place of SEQ among the gaps, or where it would be. */
static size_t
gap_at(const struct news *n, int64_t seq)
{
    size_t i = 0;

    while (i < n->n_gaps && n->gaps[i].seq < seq)
        i++;
    return i;
}

static bool
is_gap(const struct news *n, int64_t seq)
{
    size_t i = gap_at(n, seq);

    return i < n->n_gaps && n->gaps[i].seq == seq;
}

/* What came late is told when it is shown as late, to everybody. */
enum err
news_again(struct call *c, const struct news *n, int64_t *end,
           struct news_row *rows, size_t *count)
{
    size_t read, kept = 0;

    TRY(read_after(c, *end, rows, &read));
    *end = read < NEWS_PAGE || rows[read - 1].seq > n->high
               ? n->high
               : rows[read - 1].seq;
    for (size_t i = 0; i < read; i++)
        if (rows[i].seq <= n->high && !is_gap(n, rows[i].seq))
            rows[kept++] = rows[i];
    *count = kept;
    return OK;
}

/* -- where it stands ---------------------------------------------------------- */

static void
remove_gap(struct news *n, size_t i)
{
    n->n_gaps--;
    memmove(&n->gaps[i], &n->gaps[i + 1], (n->n_gaps - i) * sizeof n->gaps[0]);
}

/* Behind all others; the oldest makes room. */
static void
add_gap(struct news *n, int64_t seq)
{
    if (n->n_gaps == NEWS_GAPS)
        remove_gap(n, 0);
    n->gaps[n->n_gaps++] =
        (struct news_gap){ .seq = seq, .since_ms = monotonic_ms() };
}

void
news_take(struct news *n, int64_t seq)
{
    if (is_gap(n, seq))
        remove_gap(n, gap_at(n, seq));
    if (seq <= n->high)
        return;
    for (int64_t missing =
             seq - n->high > NEWS_GAPS ? seq - NEWS_GAPS : n->high + 1;
         missing < seq; missing++)
        add_gap(n, missing);
    n->high = seq;
}

int64_t
news_position(const struct news *n)
{
    return n->n_gaps > 0 ? n->gaps[0].seq - 1 : n->high;
}

enum err
news_begin(struct call *c, struct news *n)
{
    int64_t seqs[NEWS_GAPS];
    size_t count = 0;
    ROWS r = db_query(c, find_newest);

    *n = (struct news){ 0 };
    while (count < NEWS_GAPS && rows_next(&r))
        seqs[count++] = row_int(&r, 0);
    TRY(rows_end(&r));
    if (count > 0)
        n->high = seqs[count - 1] - 1;
    while (count > 0)
        news_take(n, seqs[--count]);
    n->begun = true;
    return OK;
}

/* -- what was passed over ------------------------------------------------------ */

/* The gaps from FROM on, FEW of them, that are rows by now. */
static enum err
read_gaps(struct call *c, const struct news *n, size_t from,
          struct news_row *rows, size_t *count)
{
    struct value v[FEW];

    for (size_t i = 0; i < FEW; i++)
        v[i] = V(from + i < n->n_gaps ? n->gaps[from + i].seq : INT64_C(-1));
    ROWS r = db_query_n(c, find_some, v, FEW);
    while (*count < NEWS_PAGE && rows_next(&r))
        rows[(*count)++] = read_row(&r);
    return rows_end(&r);
}

static bool
is_shown(const struct news_row *rows, size_t count, int64_t seq)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].seq == seq)
            return true;
    return false;
}

/*
 * A number that was missing already when the bound was taken, and is missing
 * after all who were under way then have ended, was given up by its
 * transaction.
 */
static void
settle(struct news *n, int64_t oldest, int64_t next,
       const struct news_row *rows, size_t count)
{
    for (size_t i = n->n_gaps; i-- > 0;) {
        struct news_gap *g = &n->gaps[i];

        if (is_shown(rows, count, g->seq))
            continue;
        if ((g->bounded && oldest >= g->bound)
            || monotonic_ms() - g->since_ms > NEWS_GAP_MS) {
            remove_gap(n, i);
        } else if (!g->bounded) {
            g->bounded = true;
            g->bound = next;
        }
    }
}

enum err
news_late(struct call *c, struct news *n, struct news_row *rows, size_t *count)
{
    int64_t oldest, next;

    *count = 0;
    if (n->n_gaps == 0)
        return OK;
    /* First who is under way, then what is there: not the other way round. */
    TRY(db_under_way(c, &oldest, &next));
    for (size_t from = 0; from < n->n_gaps; from += FEW)
        TRY(read_gaps(c, n, from, rows, count));
    if (*count < NEWS_PAGE)
        settle(n, oldest, next, rows, *count);
    return OK;
}

/* -- tidying ------------------------------------------------------------------ */

static const char oldest_row[] = "SELECT COALESCE(MIN(seq), 0) FROM news";
static const char newest_row[] = "SELECT COALESCE(MAX(seq), 0) FROM news";

enum err
news_drop_old(struct call *c, int64_t max, int64_t *done)
{
    int64_t first, last, before;
    bool more;

    *done = 0;
    TRY(db_int(c, &first, oldest_row));
    TRY(db_int(c, &last, newest_row));
    before = last - NEWS_KEPT + 1;
    more = before > first + max;
    if (more)
        before = first + max;
    if (before <= first)
        return OK;
    TX tx = tx_begin(c);
    TRY(db_news_drop(c, before));
    /* Not every number is a row. */
    *done = more ? max : db_changes(c);
    return tx_commit(&tx);
}
