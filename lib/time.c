#include "tombstone/time.h"

#include "tombstone/clock.h"

#include <time.h>

/* The fixed part of "2024-02-29T23:59:59": where each number starts, how wide it is, and the mark that follows it. */
enum part { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PART_MAX };

static const struct {
	uint8_t at;
	uint8_t width;
	char after;
	int min;
	int max;
} parts[] = {
	[YEAR] = {0, 4, '-', 1, 9999},
	[MONTH] = {5, 2, '-', 1, 12},
	[DAY] = {8, 2, 'T', 1, 31},
	[HOUR] = {11, 2, ':', 0, 23},
	[MINUTE] = {14, 2, ':', 0, 59},
	[SECOND] = {17, 2, '\0', 0, 60},
};
_Static_assert(TOMB_COUNTOF(parts) == PART_MAX, "one row for each part");

enum { FIXED = 19, FRACTION_MAX = 9 };

static void put_digits(char *out, int width, int64_t n)
{
	while (width-- > 0) {
		out[width] = (char)('0' + n % 10);
		n /= 10;
	}
}

char *tomb_time_format(int64_t us, enum tomb_time_digits digits, char out[static TOMB_TIME_TEXT])
{
	struct tm tm = {0};
	int64_t fraction = 0;
	time_t s = 0;
	size_t n = FIXED;

	us = us < TOMB_TIME_MIN ? TOMB_TIME_MIN : us > TOMB_TIME_MAX ? TOMB_TIME_MAX : us;
	fraction = us % TOMB_US_PER_S;
	if (fraction < 0)
		fraction += TOMB_US_PER_S;
	s = (us - fraction) / TOMB_US_PER_S;
	(void)gmtime_r(&s, &tm); /* fails only for years that an int cannot hold */
	const int values[PART_MAX] = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec};
	for (int i = 0; i < PART_MAX; i++) {
		put_digits(out + parts[i].at, parts[i].width, values[i]);
		out[parts[i].at + parts[i].width] = parts[i].after;
	}
	if (digits != TOMB_TIME_S) {
		out[n++] = '.';
		put_digits(out + n, (int)digits, digits == TOMB_TIME_MS ? fraction / 1000 : fraction);
		n += (size_t)digits;
	}
	out[n++] = 'Z';
	out[n] = '\0';
	return out;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly width digits with a value in min..max. */
static bool read_number(const char *p, int width, int min, int max, int *out)
{
	int n = 0;

	for (int i = 0; i < width; i++) {
		if (!is_digit(p[i]))
			return false;
		n = n * 10 + (p[i] - '0');
	}
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}

static bool read_fixed(const char *p, int values[static PART_MAX])
{
	for (int i = 0; i < PART_MAX; i++) {
		char mark = p[parts[i].at + parts[i].width];

		if (!read_number(p + parts[i].at, parts[i].width, parts[i].min, parts[i].max, &values[i]))
			return false;
		if (i == DAY ? mark != 'T' && mark != 't' : i < SECOND && mark != parts[i].after)
			return false;
	}
	return true;
}

/* ".5" and the like; leaves *rest behind it. */
static bool read_fraction(struct tomb_str *rest, int64_t *us)
{
	int64_t unit = TOMB_US_PER_S;
	size_t n = 1;

	*us = 0;
	if (rest->n == 0 || rest->p[0] != '.')
		return true;
	for (; n < rest->n && is_digit(rest->p[n]); n++) {
		unit /= 10; /* 0 past the sixth digit */
		*us += unit * (rest->p[n] - '0');
	}
	if (n == 1 || n > 1 + FRACTION_MAX)
		return false;
	*rest = (struct tomb_str){rest->p + n, rest->n - n};
	return true;
}

/* "Z" or "+01:00": what must be taken away to have UTC. */
static bool read_offset(struct tomb_str rest, int64_t *s)
{
	int hours = 0;
	int minutes = 0;

	if (rest.n == 1 && (rest.p[0] == 'Z' || rest.p[0] == 'z')) {
		*s = 0;
		return true;
	}
	if (rest.n != 6 || (rest.p[0] != '+' && rest.p[0] != '-') || rest.p[3] != ':')
		return false;
	if (!read_number(rest.p + 1, 2, 0, 23, &hours) || !read_number(rest.p + 4, 2, 0, 59, &minutes))
		return false;
	*s = hours * INT64_C(3600) + minutes * INT64_C(60);
	if (rest.p[0] == '-')
		*s = -*s;
	return true;
}

/* timegm() normalizes: a day that changes on the way was not in the calendar. */
static bool to_seconds(const int values[static PART_MAX], int64_t *s)
{
	struct tm tm = {.tm_year = values[YEAR] - 1900,
		.tm_mon = values[MONTH] - 1,
		.tm_mday = values[DAY],
		.tm_hour = values[HOUR],
		.tm_min = values[MINUTE]};

	*s = (int64_t)timegm(&tm) + values[SECOND];
	return tm.tm_mday == values[DAY];
}

static bool parse(struct tomb_str text, int64_t *us)
{
	int values[PART_MAX] = {0};
	struct tomb_str rest = {NULL, 0};
	int64_t s = 0;
	int64_t fraction = 0;
	int64_t offset = 0;

	if (text.n <= FIXED || !read_fixed(text.p, values))
		return false;
	rest = (struct tomb_str){text.p + FIXED, text.n - FIXED};
	if (!read_fraction(&rest, &fraction))
		return false;
	if (!read_offset(rest, &offset) || !to_seconds(values, &s))
		return false;
	*us = (s - offset) * TOMB_US_PER_S + fraction;
	return *us >= TOMB_TIME_MIN && *us <= TOMB_TIME_MAX; /* an offset can lead out of the range */
}

enum tomb_code tomb_time_parse(struct tomb_str text, int64_t *us, struct tomb_err *err)
{
	int64_t found = 0;

	if (!parse(text, &found))
		return TOMB_FAIL(err, TOMB_INVAL, "\"%.*s\" is not a time like 2024-02-29T23:59:59Z (RFC 3339)",
			TOMB_STR_ARG(text));
	*us = found;
	return TOMB_OK;
}

/* "Nov" is 11; 0 for anything else. */
static int month_of(const char *name)
{
	static const char months[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	for (int i = 0; i < 12; i++)
		if (memcmp(name, months[i], 3) == 0)
			return i + 1;
	return 0;
}

bool tomb_time_parse_http(struct tomb_str text, int64_t *us)
{
	static const char form[] = "AAA, 00 AAA 0000 00:00:00 GMT";
	char rfc3339[] = "0000-00-00T00:00:00Z";
	int64_t found = 0;

	if (text.n != sizeof form - 1)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (form[i] != 'A' && form[i] != '0' && text.p[i] != form[i])
			return false;
	memcpy(rfc3339, text.p + 12, 4);
	put_digits(rfc3339 + 5, 2, month_of(text.p + 8));
	memcpy(rfc3339 + 8, text.p + 5, 2);
	memcpy(rfc3339 + 11, text.p + 17, 8);
	if (!parse(tomb_str_from(rfc3339), &found))
		return false;
	*us = found;
	return true;
}
