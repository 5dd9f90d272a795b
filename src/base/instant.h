/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instant, day, money - register-sized values whose unit matters.
 *
 * An instant is ms since 1970 UTC; 0 means "not said".  A day is a civil date
 * as days since 1970-01-01 plus one, so that 0 again means "not said".  Money
 * is fen (1/100 yuan).
 */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t ms;
} instant;

typedef struct {
    int32_t n;
} day;

typedef struct {
    int64_t fen;
} money;

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* The wall clock.  Only the floor that makes calls asks it. */
instant instant_now(void);

/* Clocks of machines that work together lie so far apart at most. */
#define CLOCKS_APART_MS (5 * MINUTE_MS)

/* Does T lie further ahead of NOW than that?  It was written while a clock was
   wrong, and whatever begins or was used then does not hold (decision 53). */
bool instant_is_ahead(instant t, instant now);

/* How long ago THEN was; 0 where a clock was set back meanwhile. */
int64_t instant_since(instant then, instant now);

/* Milliseconds of a clock that only goes forward, whatever is done to the
   wall's: for how long something took or may take. */
int64_t monotonic_ms(void);

/* Civil date and back.  month 1-12, dom 1-31; proleptic Gregorian. */
struct civil {
    int year, month, dom;
};
day day_of(int year, int month, int dom);
struct civil civil_of(day d);
bool day_is_real(int year, int month, int dom);
int day_weekday(day d); /* 1 Monday ... 7 Sunday */

/* "2026-11-23": false when the text is not exactly a real date. */
bool day_parse(const char *s, day *out);
void day_print(day d, char out[static 11]);

/* "02:30" of a day, or "2:30": ms since its midnight. */
bool clock_parse(const char *s, int64_t *ms);

/* RFC 3339, "2026-11-23T08:30:00.000Z" out; zone offset or Z required in. */
bool instant_parse(const char *s, instant *out);
void instant_print(instant t, char out[static 25]);

/*
 * zone - an IANA time zone ("Asia/Shanghai") read once through ICU.
 * A local time is ms since 1970-01-01T00:00 on the wall clock of the zone.
 */
struct zone;
struct zone *zone_open(const char *name); /* NULL: no such zone */
void zone_close(struct zone *z);
int64_t zone_local(const struct zone *z, instant t);
/* A wall time that occurs twice is the earlier; one that is skipped moves
   on by the gap. */
instant zone_instant(const struct zone *z, int64_t local_ms);
day zone_day(const struct zone *z, instant t);

#endif
