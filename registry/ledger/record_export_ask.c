/* What people say when they ask for an export: days, and lists of records. */
#include "tombstone/record_export.h"
#include "tombstone/time.h"

#include <stdio.h>

enum { DAY_TEXT = 10 };
static const int64_t day_us = INT64_C(86400000000);

static bool read_day(struct tomb_str text, int64_t *us)
{
	struct tomb_err ignored;
	char whole[DAY_TEXT + sizeof "T00:00:00Z"];

	if (text.n != DAY_TEXT || memchr(text.p, '\0', text.n))
		return false;
	(void)snprintf(whole, sizeof whole, "%.*sT00:00:00Z", DAY_TEXT, text.p);
	return tomb_time_parse(tomb_str_from(whole), us, &ignored) == TOMB_OK;
}

enum tomb_code tomb_record_export_days(struct tomb_str from, struct tomb_str to, int64_t now_us, int64_t *from_us,
	int64_t *until_us, struct tomb_err *err)
{
	int64_t first = 0;
	int64_t last = 0;

	if (from.n == 0 && to.n == 0) {
		first = now_us - now_us % day_us - day_us;
		*from_us = first;
		*until_us = first + day_us;
		return TOMB_OK;
	}
	if ((from.n > 0 && !read_day(from, &first)) || (to.n > 0 && !read_day(to, &last)))
		return TOMB_FAIL(err, TOMB_INVAL, "Invalid date format for payload");
	if (from.n > 0 && to.n > 0 && first > last)
		return TOMB_FAIL(
			err, TOMB_INVAL, "Invalid date range for payload: date 'from' cannot be after date 'to'.");
	*from_us = first;
	*until_us = to.n > 0 ? last + day_us : 0;
	return TOMB_OK;
}

/* The first line of text, which is cut off it; without white space and quotes around it. */
static struct tomb_str take_line(struct tomb_str *text)
{
	const char *end = memchr(text->p, '\n', text->n);
	struct tomb_str line = {text->p, end ? (size_t)(end - text->p) : text->n};
	size_t taken = line.n + (end != NULL);

	*text = (struct tomb_str){text->p + taken, text->n - taken};
	while (line.n > 0 && line.p[0] != '\0' && strchr(" \t\r\"", line.p[0]))
		line = (struct tomb_str){line.p + 1, line.n - 1};
	while (line.n > 0 && line.p[line.n - 1] != '\0' && strchr(" \t\r\"", line.p[line.n - 1]))
		line.n--;
	return line;
}

static size_t count_lines(struct tomb_str text)
{
	size_t n = 0;

	while (text.n > 0)
		n += take_line(&text).n > 0;
	return n;
}

enum tomb_code tomb_record_export_read_ids(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_uuids *out, struct tomb_err *err)
{
	struct tomb_err ignored;
	struct tomb_uuid *ids = NULL;
	size_t n = 0;

	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = (struct tomb_str){text.p + 3, text.n - 3};
	n = count_lines(text);
	if (n > TOMB_RECORD_EXPORT_NAMED_MAX)
		return TOMB_FAIL(
			err, TOMB_TOOBIG, "%zu UUIDs: an export names %d at most", n, TOMB_RECORD_EXPORT_NAMED_MAX);
	ids = TOMB_NEW(arena, struct tomb_uuid, n + 1);
	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu UUIDs", n);
	n = 0;
	for (size_t at = 1; text.n > 0; at++) {
		struct tomb_str line = take_line(&text);

		if (line.n > 0 && tomb_uuid_parse(line, &ids[n++], &ignored) != TOMB_OK)
			return TOMB_FAIL(err, TOMB_INVAL, "line %zu is no UUID: \"%.*s\"", at,
				(int)(line.n > 60 ? 60 : line.n), line.p);
	}
	*out = (struct tomb_uuids){ids, n};
	return TOMB_OK;
}
