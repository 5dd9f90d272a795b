/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of a working calendar, and looking into it.
 *
 * For each day the table holds the office time and the working days before
 * it, so that "how much from a to b" is a difference and "where does it end"
 * a search for the day whose sum goes past the wanted one.
 */
#include "engine/catalog/workcal.h"

#include "base/base.h"

#define FIRST_YEAR 2000
#define LAST_YEAR 2099

/* What a day's work looks like; number 0 is a day off. */
struct pattern {
    struct workcal_span spans[WORKCAL_MAX_SPANS];
    size_t n;
    int64_t ms;
};

struct workcal {
    const struct zone *zone;
    int32_t first;     /* the day of row 0 */
    int32_t n;         /* rows */
    int64_t *before;   /* office ms before row i; n + 1 of them */
    int32_t *ordinal;  /* working days before row i; n + 1 of them */
    int32_t *worked;   /* the row of the i-th working day */
    uint16_t *pattern; /* of row i */
    struct pattern *patterns;
    bool published[LAST_YEAR - FIRST_YEAR + 1];
    int64_t mark;
};

/* -- making ------------------------------------------------------------ */

/* "08:30" at *S, which moves on. */
static bool
read_clock(const char **s, int *minute)
{
    static const char form[] = "00:00";
    int h, m;

    for (int i = 0; form[i] != '\0'; i++) {
        char ch = (*s)[i];

        if (form[i] == '0' ? ch < '0' || ch > '9' : ch != form[i])
            return false;
    }
    h = ((*s)[0] - '0') * 10 + (*s)[1] - '0';
    m = ((*s)[3] - '0') * 10 + (*s)[4] - '0';
    *minute = h * 60 + m;
    *s += 5;
    return m < 60 && *minute <= 24 * 60;
}

bool
workcal_read_spans(const char *s, struct workcal_span out[WORKCAL_MAX_SPANS],
                   size_t *n)
{
    int end = -1;

    for (*n = 0; *n < WORKCAL_MAX_SPANS; s++) {
        struct workcal_span *w = &out[*n];

        /* Two that touch are one, and are to be said so. */
        if (!read_clock(&s, &w->from) || *s++ != '-' || !read_clock(&s, &w->to)
            || w->from <= end || w->to <= w->from)
            return false;
        end = w->to;
        ++*n;
        if (*s == '\0')
            return true;
        if (*s != ',')
            return false;
    }
    return false;
}

static struct pattern
make_pattern(const struct workcal_hours *h, bool half)
{
    struct pattern p = { .n = half ? 1 : h->n_spans };
    const int noon = 12 * 60;

    for (size_t i = 0; i < p.n; i++) {
        p.spans[i] = h->spans[i];
        if (half && h->n_spans == 1 && p.spans[i].from < noon
            && p.spans[i].to > noon)
            p.spans[i].to = noon;
        p.ms += (p.spans[i].to - p.spans[i].from) * MINUTE_MS;
    }
    return p;
}

static bool
in_season(const struct workcal_hours *h, int month_day, day d)
{
    if (d.n < h->valid_from.n || (h->valid_to.n != 0 && d.n >= h->valid_to.n))
        return false;
    if (h->from_month_day <= h->to_month_day)
        return month_day >= h->from_month_day && month_day <= h->to_month_day;
    return month_day >= h->from_month_day || month_day <= h->to_month_day;
}

/* The length of a season as a rank; over the new year counts as longer. */
static int
season_length(const struct workcal_hours *h)
{
    int n = h->to_month_day - h->from_month_day;

    return n >= 0 ? n : n + 1300;
}

/* The row of hours in force on the day; -1 when none is. */
static int
find_hours(const struct workcal_facts *f, int month_day, day d)
{
    int best = -1;

    for (size_t i = 0; i < f->n_hours; i++) {
        const struct workcal_hours *h = &f->hours[i];
        const struct workcal_hours *b = best < 0 ? NULL : &f->hours[best];

        if (!in_season(h, month_day, d))
            continue;
        if (b == NULL || h->valid_from.n > b->valid_from.n
            || (h->valid_from.n == b->valid_from.n
                && season_length(h) <= season_length(b)))
            best = (int)i;
    }
    return best;
}

/* Bit k of row i: the day is an exception of kind k. */
static unsigned char *
mark_exceptions(struct arena *a, const struct workcal *w,
                const struct workcal_facts *f)
{
    unsigned char *marks = arena_alloc(a, (size_t)w->n);

    for (size_t i = 0; i < f->n_days; i++) {
        int32_t row = f->days[i].on.n - w->first;

        if (row >= 0 && row < w->n)
            marks[row] |= (unsigned char)(1U << f->days[i].kind);
    }
    return marks;
}

static bool
is_worked(unsigned marks, int weekday)
{
    if (marks & 1U << WORKCAL_CLOSURE)
        return false;
    if (marks & 1U << WORKCAL_MAKEUP)
        return true;
    return weekday <= 5 && !(marks & 1U << WORKCAL_HOLIDAY);
}

/* Patterns 2i + 1 and 2i + 2 are row i's whole and half day; behind the rows
   stand the hours of an office that has said none. */
static void
make_patterns(struct arena *a, struct workcal *w, const struct workcal_facts *f)
{
    static const struct workcal_hours usual = {
        .spans = { { 8 * 60 + 30, 12 * 60 }, { 14 * 60, 17 * 60 + 30 } },
        .n_spans = 2
    };

    w->patterns = NEW_N(a, struct pattern, 2 * f->n_hours + 3);
    for (size_t i = 0; i <= f->n_hours; i++) {
        const struct workcal_hours *h = i < f->n_hours ? &f->hours[i] : &usual;

        w->patterns[2 * i + 1] = make_pattern(h, false);
        w->patterns[2 * i + 2] = make_pattern(h, true);
    }
}

static uint16_t
choose_pattern(const struct workcal_facts *f, day d, unsigned marks)
{
    struct civil v = civil_of(d);
    int row;

    if (!is_worked(marks, day_weekday(d)))
        return 0;
    row = find_hours(f, v.month * 100 + v.dom, d);
    if (row < 0)
        row = (int)f->n_hours;
    return (uint16_t)(2 * row + (marks & 1U << WORKCAL_HALF_HOLIDAY ? 2 : 1));
}

/* FNV-1a over what tells one calendar from another: not how it was said, but
   what each day is. */
static int64_t
mark_of(const struct workcal *w)
{
    uint64_t h = 14695981039346656037U;

    for (int32_t i = 0; i < w->n; i++) {
        const struct pattern *p = &w->patterns[w->pattern[i]];

        h = (h ^ (uint64_t)p->n) * 1099511628211U;
        for (size_t k = 0; k < p->n; k++)
            h = (h ^ (uint64_t)(p->spans[k].from * 2000 + p->spans[k].to))
                * 1099511628211U;
    }
    for (int i = 0; i <= LAST_YEAR - FIRST_YEAR; i++)
        h = (h ^ (w->published[i] ? 3U : 5U)) * 1099511628211U;
    return (int64_t)(h >> 12 << 2 | 1U << 30);
}

struct workcal *
workcal_make(struct arena *a, const struct workcal_facts *f)
{
    struct workcal *w = NEW(a, struct workcal);
    unsigned char *marks;

    w->zone = f->zone;
    w->first = day_of(FIRST_YEAR, 1, 1).n;
    w->n = day_of(LAST_YEAR + 1, 1, 1).n - w->first;
    w->before = NEW_N(a, int64_t, (size_t)w->n + 1);
    w->ordinal = NEW_N(a, int32_t, (size_t)w->n + 1);
    w->worked = NEW_N(a, int32_t, (size_t)w->n);
    w->pattern = NEW_N(a, uint16_t, (size_t)w->n);
    marks = mark_exceptions(a, w, f);
    make_patterns(a, w, f);
    for (int32_t i = 0; i < w->n; i++) {
        uint16_t p = choose_pattern(f, (day){ w->first + i }, marks[i]);

        ASSERT(p < 2 * f->n_hours + 3);
        w->pattern[i] = p;
        w->before[i + 1] = w->before[i] + w->patterns[p].ms;
        w->ordinal[i + 1] = w->ordinal[i] + (p != 0);
        if (p != 0)
            w->worked[w->ordinal[i]] = i;
    }
    for (size_t i = 0; i < f->n_years; i++)
        if (f->years[i] >= FIRST_YEAR && f->years[i] <= LAST_YEAR)
            w->published[f->years[i] - FIRST_YEAR] = true;
    w->mark = mark_of(w);
    return w;
}

int64_t
workcal_mark(const struct workcal *w)
{
    return w->mark;
}

/* -- looking ------------------------------------------------------------ */

/* A place in the table: the row, below 0 or n outside it, and ms of its day. */
struct spot {
    int64_t row, ms;
};

static struct spot
find_spot(const struct workcal *w, instant t)
{
    int64_t local = zone_local(w->zone, t);
    int64_t of_day = local % DAY_MS;
    int64_t days;

    if (of_day < 0)
        of_day += DAY_MS;
    days = (local - of_day) / DAY_MS;
    return (struct spot){ days + 1 - w->first, of_day };
}

static instant
instant_of(const struct workcal *w, int64_t row, int64_t ms)
{
    return zone_instant(w->zone, (row + w->first - 1) * DAY_MS + ms);
}

static bool
is_known(const struct workcal *w, int64_t row)
{
    return row >= 0 && row < w->n;
}

/* Office time since the table began. */
static int64_t
work_at(const struct workcal *w, struct spot s)
{
    const struct pattern *p;
    int64_t done;

    if (s.row < 0)
        return 0;
    if (s.row >= w->n)
        return w->before[w->n];
    p = &w->patterns[w->pattern[s.row]];
    done = w->before[s.row];
    for (size_t i = 0; i < p->n; i++) {
        int64_t from = p->spans[i].from * MINUTE_MS;
        int64_t to = p->spans[i].to * MINUTE_MS;

        if (s.ms > from)
            done += (s.ms < to ? s.ms : to) - from;
    }
    return done;
}

int64_t
workcal_between(const struct workcal *w, instant a, instant b)
{
    return work_at(w, find_spot(w, b)) - work_at(w, find_spot(w, a));
}

/* The row by whose end SUM of office time is done; LOW is not behind it. */
static int64_t
find_row(const struct workcal *w, int64_t low, int64_t sum)
{
    int64_t high = low, step = 1;

    while (high < w->n - 1 && w->before[high + 1] < sum) {
        low = high + 1;
        high = high + step < w->n ? high + step : w->n - 1;
        step *= 2;
    }
    while (low < high) {
        int64_t mid = (low + high) / 2;

        if (w->before[mid + 1] < sum)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

instant
workcal_add(const struct workcal *w, instant start, int64_t ms)
{
    struct spot s = find_spot(w, start);
    const struct pattern *p;
    int64_t sum, row;

    if (ms <= 0)
        return start;
    /* Outside the table there is no calendar, only time. */
    if (!is_known(w, s.row) || ms > w->before[w->n] - work_at(w, s))
        return (instant){ start.ms + ms };
    sum = work_at(w, s) + ms;
    row = find_row(w, s.row, sum);
    sum -= w->before[row];
    p = &w->patterns[w->pattern[row]];
    for (size_t i = 0; i < p->n; i++) {
        int64_t length = (p->spans[i].to - p->spans[i].from) * MINUTE_MS;

        if (sum <= length)
            return instant_of(w, row, p->spans[i].from * MINUTE_MS + sum);
        sum -= length;
    }
    broken(__FILE__, __LINE__, "a row ends after its own sum");
}

/* MS moved into the hours of the pattern: out of a break to its end, from
   outside to the opening or the close. */
static int64_t
fit_hours(const struct pattern *p, int64_t ms)
{
    for (size_t i = 0; i < p->n; i++) {
        if (ms < p->spans[i].from * MINUTE_MS)
            return p->spans[i].from * MINUTE_MS;
        if (ms <= p->spans[i].to * MINUTE_MS)
            return ms;
    }
    return p->spans[p->n - 1].to * MINUTE_MS;
}

instant
workcal_add_days(const struct workcal *w, instant start, int64_t n)
{
    struct spot s = find_spot(w, start);
    const struct pattern *p;
    int64_t nth, row;
    bool begun;

    if (n <= 0)
        return start;
    if (!is_known(w, s.row) || n > w->n)
        return (instant){ start.ms + n * DAY_MS };
    p = &w->patterns[w->pattern[s.row]];
    begun = p->n > 0 && s.ms > p->spans[0].from * MINUTE_MS;
    /* A day that has not begun is itself the first to be worked, whole. */
    nth = w->ordinal[s.row] + n - (begun ? 0 : 1);
    if (nth >= w->ordinal[w->n])
        return (instant){ start.ms + n * DAY_MS };
    row = w->worked[nth];
    /* What comes at the close or behind it has the whole next day, also where
       that one closes later: after half a holiday, in another season. */
    if (!begun || s.ms >= p->spans[p->n - 1].to * MINUTE_MS)
        s.ms = DAY_MS;
    else
        s.ms = fit_hours(p, s.ms);
    return instant_of(w, row, fit_hours(&w->patterns[w->pattern[row]], s.ms));
}

bool
workcal_is_worked(const struct workcal *w, day d)
{
    int32_t row = d.n - w->first;

    if (!is_known(w, row))
        return day_weekday(d) <= 5;
    return w->pattern[row] != 0;
}

size_t
workcal_spans(const struct workcal *w, day d, const struct workcal_span **out)
{
    int32_t row = d.n - w->first;

    if (!is_known(w, row))
        return 0;
    *out = w->patterns[w->pattern[row]].spans;
    return w->patterns[w->pattern[row]].n;
}

bool
workcal_is_published(const struct workcal *w, int year)
{
    return year >= FIRST_YEAR && year <= LAST_YEAR
           && w->published[year - FIRST_YEAR];
}

int
workcal_unpublished(const struct workcal *w, instant a, instant b)
{
    int first = civil_of(zone_day(w->zone, a)).year;
    int last = civil_of(zone_day(w->zone, b)).year;

    for (int year = first; year <= last && year <= LAST_YEAR + 1; year++)
        if (!workcal_is_published(w, year))
            return year;
    return 0;
}
