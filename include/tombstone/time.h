/* Points in time as text: RFC 3339, always UTC on the way out. */
#ifndef TOMB_TIME_H
#define TOMB_TIME_H

#include "tombstone/str.h"

enum { TOMB_TIME_TEXT = 28 }; /* "2024-02-29T23:59:59.123456Z" and a NUL */

enum tomb_time_digits { TOMB_TIME_S = 0, TOMB_TIME_MS = 3, TOMB_TIME_US = 6 };

/* The first and the last time that four digits of year can write. */
#define TOMB_TIME_MIN INT64_C(-62135596800000000) /* 0001-01-01T00:00:00Z */
#define TOMB_TIME_MAX INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */

/* us (since 1970) in UTC with that many digits of fraction, rounded down.  A time before TOMB_TIME_MIN or after
 * TOMB_TIME_MAX is written as that limit.  Returns out. */
char *tomb_time_format(int64_t us, enum tomb_time_digits digits, char out[static TOMB_TIME_TEXT]);

/* Reads an RFC 3339 date-time with any offset, "T" and "Z" in either case, and 1 to 9 digits of fraction (rounded down
 * to us).  A leap second is the second after it.  INVAL for anything else, such as the 30th of February. */
enum tomb_code tomb_time_parse(struct tomb_str text, int64_t *us, struct tomb_err *err) TOMB_MUST_USE;

/* Reads the date of HTTP: "Sun, 06 Nov 1994 08:49:37 GMT", the one form that servers may send (RFC 9110, section
 * 5.6.7).  False for anything else; then *us is left alone. */
bool tomb_time_parse_http(struct tomb_str text, int64_t *us);

#endif
