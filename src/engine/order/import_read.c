/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of other people's files: the header, the cells, and what they mean. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/private.h"
#include "base/text.h"
#include "base/words.h"
#include "engine/order/import_inner.h"
#include "engine/order/inner.h"
#include "model/app.h"

#define MAX_REFUSALS 1000
#define TITLE_ROWS 20 /* above the header, at most */

/* What a text of ours holds; longer ones are kept elsewhere or refused. */
#define MAX_TITLE 80
#define MAX_LONG 20000
#define MAX_PLACE 300
#define MAX_SHORT 100
#define MAX_NAME 60
#define MAX_IDENTITY 60

/* Words that say nothing, and what a row of totals begins with. */
static const char *const usual_empty[] = {
    "无", "空", "-",   "--",  "—",    "——",   "/",
    "?",  "？", "N/A", "n/a", "NULL", "null", NULL
};
static const char *const usual_skip[] = { "合计", "总计", "小计", "共计",
                                          NULL };

/* -- cells ------------------------------------------------------------------------ */

/* The cell as it was meant, without the blanks that fixed widths leave; NULL
   when it is empty. */
static const char *
one_cell(const struct importing *im, int i)
{
    struct arena *a = im->c->arena;
    const char *s = (size_t)i < im->csv.n ? im->csv.cells[i] : "";
    size_t n;

    s = csv_meant(a, text_clean(a, s, true));
    s += strspn(s, " \t\n");
    n = strlen(s);
    while (n > 0 && strchr(" \t\n", s[n - 1]) != NULL)
        n--;
    return n > 0 ? arena_text_n(a, s, n) : NULL;
}

static bool
is_among(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n && words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static bool
says_nothing(const struct importing *im, const char *s)
{
    const struct import_map *m = im->map;

    if (m->empty != NULL)
        return is_among(s, m->empty, m->n_empty);
    return is_among(s, usual_empty, COUNT(usual_empty));
}

/* What people write in their own words stays as they wrote it. */
static bool
is_prose(enum request_column k)
{
    return k == SUBJECT || k == DESCRIPTION || k == RESULT;
}

/* Where several columns make one thing, "-" joins those of an identity and a
   blank all others, such as a date and a time. */
static const char *
cell(const struct importing *im, enum request_column k)
{
    struct arena *a = im->c->arena;
    const char *all = NULL, *one;

    for (int i = 0; i < im->n_at[k]; i++) {
        one = one_cell(im, im->at[k][i]);
        if (one == NULL || (!is_prose(k) && says_nothing(im, one)))
            continue;
        /* One number in two widths is one number. */
        if (k == IDENTITY || k == PHONE || k == PRIORITY)
            one = text_plain(a, one);
        all =
            all ? arena_printf(a, "%s%c%s", all, k == IDENTITY ? '-' : ' ', one)
                : one;
    }
    return all;
}

/* What the cell's word means by the map; the word itself when it is silent. */
static const char *
meaning(const struct map_value *v, unsigned n, const char *word)
{
    for (unsigned i = 0; word != NULL && i < n; i++)
        if (strcmp(v[i].is, word) == 0)
            return v[i].means;
    return word;
}

void
request_refuse(struct importing *im, enum request_column k, const char *detail)
{
    struct import_report *r = im->report;

    if (im->quiet)
        return;
    r->refused++;
    if (r->n_refusals == MAX_REFUSALS)
        return;
    r->refusals[r->n_refusals++] = (struct request_refusal){
        .file = im->wish->n_files > 1 ? im->wish->files[im->file].name : NULL,
        .line = im->csv.line,
        .column = k < N_COLUMNS ? im->names[k] : NULL,
        .detail = arena_text(im->keep, words_in(im->c, detail)),
        .value = k < N_COLUMNS ? arena_text(im->keep, cell(im, k)) : NULL
    };
}

/* -- the header ------------------------------------------------------------------ */

static void
name_columns(struct importing *im)
{
    const struct map_columns *m = im->map->columns;
    const char *names[N_COLUMNS] = {
        [IDENTITY] = m->identity, [SUBMITTED] = m->submitted_at,
        [DUE] = m->complete_due,  [CLOSED] = m->closed_at,
        [STATE] = m->state,       [VERDICT] = m->verdict,
        [SUBJECT] = m->title,     [DESCRIPTION] = m->description,
        [RESULT] = m->result,     [AREA] = m->area,
        [ITEM] = m->item,         [CREW] = m->crew,
        [PLACE] = m->place,       [REQUESTER] = m->requester,
        [PHONE] = m->phone,       [CHANNEL] = m->channel,
        [PRIORITY] = m->priority
    };

    memcpy(im->names, names, sizeof names);
}

/* The place of a column; -1: the file has none of this name. */
static enum err
place_of(struct importing *im, const char *name, int *at)
{
    *at = -1;
    for (size_t i = 0; i < im->csv.n; i++) {
        const char *head = one_cell(im, (int)i);

        if (head == NULL || strcmp(head, name) != 0)
            continue;
        if (*at >= 0)
            return fail(im->c, ERR_INVALID, name, "the column comes twice");
        *at = (int)i;
    }
    return OK;
}

/* What the row has, for whoever wonders why a column is not there. */
static const char *
list_columns(const struct importing *im)
{
    struct buf b = buf_make(im->keep, 0);
    size_t i = 0;

    for (; i < im->csv.n && b.len < 2000; i++)
        buf_printf(&b, "%s“%.60s”", i > 0 ? " " : "", im->csv.cells[i]);
    if (i < im->csv.n)
        buf_printf(&b, " … (%zu)", im->csv.n);
    return text_mend(b.s);
}

/* "a" or, where there is no column of that very name, "a + b". */
static enum err
find_column(struct importing *im, enum request_column k)
{
    const char *name = text_clean(im->c->arena, im->names[k], false);
    char *rest = arena_text(im->c->arena, name), *plus;
    int at;

    TRY(place_of(im, rest, &at));
    if (at >= 0)
        rest = NULL;
    im->n_at[k] = at >= 0;
    im->at[k][0] = at;
    while (rest != NULL && im->n_at[k] < MAX_PARTS) {
        char *one = rest;

        plus = strstr(rest, " + ");
        rest = plus ? plus + 3 : NULL;
        if (plus)
            *plus = '\0';
        TRY(place_of(im, one, &at));
        if (at < 0)
            return fail(im->c, ERR_INVALID, one,
                        "the file has no such column; it has %s",
                        list_columns(im));
        im->at[k][im->n_at[k]++] = at;
    }
    return OK;
}

/* Is it the header?  Its columns of identity and time are there; *NEAR tells
   how many of the two. */
static bool
is_header(struct importing *im, int *near)
{
    static const enum request_column needed[] = { IDENTITY, SUBMITTED };

    for (*near = 0; *near < (int)COUNT(needed); ++*near)
        if (find_column(im, needed[*near]) != OK)
            return false;
    return true;
}

/* The row that names the columns: where the map says, else the first that has
   them.  What stands above it, the name of a form, is passed over.  Where there
   is none, what the most likely row lacks is told. */
static enum err
seek_header(struct importing *im)
{
    struct fault told = { 0 };
    int near, nearest = -1;

    for (int i = 0; i < TITLE_ROWS && csv_next(&im->csv); i++) {
        if (im->map->header_row > 0) {
            i = 0;
            if (im->csv.line >= im->map->header_row)
                return OK;
            continue;
        }
        if (is_header(im, &near))
            return OK;
        if (near > nearest)
            told = im->c->fault;
        nearest = near > nearest ? near : nearest;
        im->c->fault = (struct fault){ 0 };
    }
    if (im->csv.fault)
        return fail(im->c, ERR_INVALID, "file", "line %lld: %s",
                    (long long)im->csv.fault_line,
                    words_in(im->c, im->csv.fault));
    if (nearest < 0)
        return fail(im->c, ERR_INVALID, "file", "%s",
                    words_in(im->c, "the file is empty"));
    im->c->fault = told;
    return told.code;
}

static enum err
read_header(struct importing *im)
{
    name_columns(im);
    memset(im->n_at, 0, sizeof im->n_at);
    TRY(seek_header(im));
    im->width = im->csv.n;
    for (int k = 0; k < N_COLUMNS; k++)
        if (im->names[k] != NULL)
            TRY(find_column(im, (enum request_column)k));
    return OK;
}

enum err
import_open_path(struct call *c, const char *path, int *fd)
{
    const char *why = NULL;

    *fd = regular_open(path, O_RDONLY, &why);
    if (*fd >= 0)
        return OK;
    return fail(c, ERR_ABSENT, NULL, "%s cannot be read: %s", path,
                words_in(c, why ? why : strerror(errno)));
}

enum err
import_open_file(struct importing *im, struct arena *a, size_t i)
{
    const struct import_file *f = &im->wish->files[i];
    const char *separator = im->map->separator;

    im->file = i;
    im->fd = -1;
    if (f->text == NULL)
        TRY(import_open_path(im->c, f->name, &im->fd));
    im->csv =
        f->text != NULL ? csv_open(a, f->text, f->n) : csv_open_file(a, im->fd);
    if (separator != NULL && !im->csv.by_rows)
        im->csv.separator = strcmp(separator, "tab") == 0 ? '\t' : *separator;
    return read_header(im);
}

enum err
import_close_file(struct importing *im)
{
    if (im->fd >= 0)
        (void)close(im->fd);
    im->fd = -1;
    if (im->csv.fault == NULL || im->c->fault.code != OK)
        return OK;
    return fail(im->c, ERR_INVALID,
                im->wish->n_files > 1 ? im->wish->files[im->file].name : "file",
                "line %lld: %s", (long long)im->csv.fault_line,
                words_in(im->c, im->csv.fault));
}

/* -- what a row means --------------------------------------------------------------- */

/* No row of an office lies before there were computers, or far ahead. */
static bool
is_time_of_requests(const struct importing *im, enum request_column k,
                    instant t)
{
    /* Some sources write "never" as a year far ahead. */
    int64_t ahead = k == DUE ? 100 * 366 * DAY_MS : 2 * DAY_MS;

    return t.ms >= 0 && t.ms <= im->c->now.ms + ahead;
}

/* The row's times; false when one of them was refused. */
static bool
read_times(struct importing *im, struct order *o)
{
    static const char not_said[] = "is required";
    static const char not_a_time[] = "is not a time of the map's formats";
    static const char not_then[] = "lies before 1970, or too far ahead";
    const struct {
        enum request_column k;
        instant *to;
    } times[] = { { SUBMITTED, &o->submitted_at },
                  { DUE, &o->complete_due },
                  { CLOSED, &o->completed_at } };

    for (size_t i = 0; i < COUNT(times); i++) {
        const char *s = cell(im, times[i].k), *why = NULL;

        if (s == NULL && i > 0)
            continue;
        if (s == NULL)
            why = not_said;
        else if (!import_time_read(im->times, im->c->arena, s, times[i].to))
            why = not_a_time;
        else if (!is_time_of_requests(im, times[i].k, *times[i].to))
            why = not_then;
        if (why != NULL) {
            request_refuse(im, times[i].k, why);
            return false;
        }
    }
    if (o->completed_at.ms != 0 && o->completed_at.ms < o->submitted_at.ms) {
        if (!text_same(im->map->closed_early, "take")) {
            request_refuse(im, CLOSED, "lies before the request");
            return false;
        }
        o->completed_at = o->submitted_at;
    }
    return true;
}

/* The state the map gives the row's word; false when it was refused. */
static bool
read_state(struct importing *im, struct order *o)
{
    const char *word =
        meaning(im->values->state, im->values->n_state, cell(im, STATE));
    unsigned s = 0;

    if (word == NULL && im->defaults->state != NULL && o->completed_at.ms == 0)
        word = im->defaults->state;
    if (word == NULL)
        word = o->completed_at.ms != 0 ? "closed" : "submitted";
    while (order_states[s] != NULL && strcmp(order_states[s], word) != 0)
        s++;
    if (order_states[s] == NULL) {
        request_refuse(im, STATE, "has no meaning in the map's values.state");
        return false;
    }
    o->state = s;
    o->is_open =
        s != ORDER_VERIFIED && s != ORDER_CLOSED && s != ORDER_CANCELLED
        && s != ORDER_MERGED && s != ORDER_RETURNED;
    if (s == ORDER_CLOSED)
        o->verified_at = o->closed_at = o->completed_at;
    /* What somebody still works on is not completed. */
    if (o->is_open && s != ORDER_COMPLETED)
        o->completed_at = (instant){ 0 };
    return true;
}

/* The source's verdict; a word that the map does not know is no verdict, and
   must not pass for one silently. */
static bool
read_verdict(struct importing *im, struct request *q)
{
    const char *says =
        meaning(im->values->verdict, im->values->n_verdict, cell(im, VERDICT));

    q->says = text_same(says, "on_time")   ? SAYS_ON_TIME
              : text_same(says, "overdue") ? SAYS_OVERDUE
                                           : SAYS_NOTHING;
    if (q->says != SAYS_NOTHING || says == NULL || text_same(says, "none"))
        return true;
    request_refuse(im, VERDICT, "has no meaning in the map's values.verdict");
    return false;
}

/* S, or false when it was refused for its length. */
static bool
fits(struct importing *im, enum request_column k, const char *s, size_t most)
{
    if (s == NULL || text_length(s) <= most)
        return true;
    request_refuse(im, k,
                   arena_printf(im->c->arena,
                                words_in(im->c,
                                         "is longer than %lld characters"),
                                (long long)most));
    return false;
}

/* The first N characters. */
static const char *
at_most(struct arena *a, const char *s, int n)
{
    const char *p = s;

    while (n-- > 0 && *p != '\0')
        (void)text_next(&p);
    return arena_text_n(a, s, (size_t)(p - s));
}

/* A title that is too long stands whole at the head of the description. */
static void
read_title(struct importing *im, struct order *o)
{
    struct arena *a = im->c->arena;
    const char *title = cell(im, SUBJECT);

    o->title = title;
    if (title == NULL || text_length(title) <= MAX_TITLE)
        return;
    o->title = arena_printf(a, "%s…", at_most(a, title, MAX_TITLE - 1));
    o->description =
        o->description ? arena_printf(a, "%s\n%s", title, o->description)
                       : title;
}

/* What does not fit is refused by its column, not cut: only a title may go on
   in the description.  A name is needed where nobody of the office asked. */
static bool
read_texts(struct importing *im, struct order *o)
{
    const struct {
        enum request_column k;
        const char **to;
        size_t most;
    } texts[] = { { DESCRIPTION, &o->description, MAX_LONG },
                  { RESULT, &o->result, MAX_LONG },
                  { PLACE, &o->place_name, MAX_PLACE },
                  { PHONE, &o->phone, MAX_SHORT },
                  { REQUESTER, &o->requester_name, MAX_SHORT },
                  { IDENTITY, &o->external_id, MAX_IDENTITY } };

    for (size_t i = 0; i < COUNT(texts); i++) {
        *texts[i].to = cell(im, texts[i].k);
        if (!fits(im, texts[i].k, *texts[i].to, texts[i].most))
            return false;
    }
    if (o->external_id == NULL) {
        request_refuse(im, IDENTITY, "is required");
        return false;
    }
    read_title(im, o);
    if (o->requester_name == NULL)
        o->requester_name =
            im->defaults->requester ? im->defaults->requester : im->map->source;
    return true;
}

/* A channel that only the other system knows is no reason to refuse a request:
   it becomes the map's default.  A priority that is none is the map's fault. */
static bool
read_words(struct importing *im, struct order *o)
{
    const char *channel =
        meaning(im->values->channel, im->values->n_channel, cell(im, CHANNEL));
    const char *priority = meaning(im->values->priority, im->values->n_priority,
                                   cell(im, PRIORITY));

    o->channel = im->channel;
    for (size_t i = 0; order_channels[i] != NULL; i++)
        if (text_same(channel, order_channels[i]))
            o->channel = order_channels[i];
    o->priority = im->defaults->priority ? im->defaults->priority : 4;
    if (priority != NULL
        && (!text_int(priority, &o->priority) || o->priority < 1
            || o->priority > 5)) {
        request_refuse(im, PRIORITY, "must be from 1 to 5");
        return false;
    }
    return true;
}

/* The names of area, item and crew. */
static bool
read_relations(struct importing *im, struct request *q)
{
    const struct map_values *v = im->values;

    q->area = meaning(v->area, v->n_area, cell(im, AREA));
    q->item = meaning(v->item, v->n_item, cell(im, ITEM));
    q->crew = meaning(v->crew, v->n_crew, cell(im, CREW));
    if (q->area == NULL)
        q->area = im->defaults->area ? im->defaults->area : im->map->source;
    if (q->item == NULL)
        q->item = im->defaults->item ? im->defaults->item : q->area;
    if (q->o.title == NULL)
        q->o.title = q->item;
    return fits(im, AREA, q->area, MAX_NAME)
           && fits(im, ITEM, q->item, MAX_NAME)
           && fits(im, CREW, q->crew, MAX_NAME);
}

static void
fill_times(struct order *o, bool has_crew)
{
    if (o->completed_at.ms != 0)
        o->gross_ms = o->net_ms = o->completed_at.ms - o->submitted_at.ms;
    if (has_crew)
        o->accepted_at = o->dispatched_at = o->submitted_at;
    if (o->state == ORDER_CLOSED && o->accepted_at.ms == 0)
        o->accepted_at = o->submitted_at;
}

/* -- the next row -------------------------------------------------------------------- */

/* A row without anything, or one of totals. */
static bool
is_no_request(const struct importing *im, bool *empty)
{
    const struct import_map *m = im->map;
    const char *first = NULL;

    for (size_t i = 0; i < im->csv.n && first == NULL; i++)
        first = one_cell(im, (int)i);
    *empty = first == NULL;
    if (first == NULL)
        return true;
    for (size_t i = 0; m->skip != NULL && i < m->n_skip; i++)
        if (text_starts(first, m->skip[i]))
            return true;
    for (size_t i = 0; m->skip == NULL && usual_skip[i] != NULL; i++)
        if (text_starts(first, usual_skip[i]))
            return true;
    return false;
}

/* Cells beyond the header's belong nowhere: a comma in a text was not quoted,
   and all behind it is shifted. */
static bool
is_shifted(const struct importing *im)
{
    return im->csv.n > im->width;
}

/* The width comes first: in a row that is shifted each cell is another's.  A
   request without identity could not be known when the file comes anew. */
enum row_end
import_next_row(struct importing *im, struct request *q)
{
    bool empty;

    *q = (struct request){ .o = { .external_source = im->map->source } };
    do {
        if (!csv_next(&im->csv))
            return ROW_NONE;
        if (!is_no_request(im, &empty))
            break;
        if (!empty)
            return ROW_SKIPPED;
    } while (true);
    if (is_shifted(im)) {
        request_refuse(im, N_COLUMNS, "the row has more cells than the first");
        return ROW_REFUSED;
    }
    if (cell(im, IDENTITY) == NULL) {
        request_refuse(im, IDENTITY, "is required");
        return ROW_REFUSED;
    }
    if (!read_times(im, &q->o) || !read_state(im, &q->o) || !read_verdict(im, q)
        || !read_texts(im, &q->o) || !read_words(im, &q->o)
        || !read_relations(im, q))
        return ROW_REFUSED;
    fill_times(&q->o, q->crew != NULL);
    return ROW_READ;
}
