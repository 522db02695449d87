#include "tombstone/log.h"

#include "tombstone/time.h"
#include "tombstone/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

_Static_assert(TOMB_LOG_LINE_MAX <= PIPE_BUF, "a line is one atomic write");

static const struct tomb_event_info events[] = {
#define TOMB_EVENT(code, name, level, meaning, action) [TOMB_EV_##code] = {name, TOMB_LOG_##level, meaning, action},
#include "tombstone/event.def"
#undef TOMB_EVENT
};
_Static_assert(TOMB_COUNTOF(events) == TOMB_EV_MAX, "event.def");

static const char *const level_names[] = {
	[TOMB_LOG_ERROR] = "error",
	[TOMB_LOG_WARNING] = "warning",
	[TOMB_LOG_INFO] = "info",
	[TOMB_LOG_DEBUG] = "debug",
};
_Static_assert(TOMB_COUNTOF(level_names) == TOMB_LOG_LEVEL_MAX, "one name for each level");

const struct tomb_event_info *tomb_event_info(enum tomb_event event)
{
	return &events[event];
}

const char *tomb_log_level_name(enum tomb_log_level level)
{
	return level_names[level];
}

/* A line being written.  What does not fit sets full and leaves the line as it was. */
struct line {
	char p[TOMB_LOG_LINE_MAX];
	size_t n;
	bool full;
};

static const char truncated[] = " truncated=true\n"; /* there is always room for it */

static void put(struct line *line, struct tomb_str s)
{
	if (line->full || s.n > sizeof line->p - sizeof truncated - line->n) {
		line->full = true;
		return;
	}
	memcpy(line->p + line->n, s.p, s.n);
	line->n += s.n;
}

static bool is_plain(struct tomb_str s)
{
	static const char marks[] = "-_./:@+,%~*#";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    memchr(marks, c, sizeof marks - 1)))
			return false;
	}
	return s.n > 0;
}

/* Characters that end a line somewhere, drive a terminal, or turn the direction of writing: U+0000 to U+001F, U+007F to
 * U+009F, line and paragraph separator, bidirectional controls (UAX 9). */
static bool is_harmful(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f || code == 0x61c ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/* The first character or broken byte of s, as it is written between quotes; *used is its length in s. */
static struct tomb_str escape(struct tomb_str s, char room[static 16], size_t *used)
{
	uint32_t code = 0;
	size_t n = tomb_utf8_next(s, &code);

	*used = n ? n : 1;
	if (n == 0)
		(void)snprintf(room, 16, "\\x%02x", (unsigned)(unsigned char)s.p[0]);
	else if (code == '\n')
		return TOMB_STR("\\n");
	else if (code == '"')
		return TOMB_STR("\\\"");
	else if (code == '\\')
		return TOMB_STR("\\\\");
	else if (is_harmful(code))
		(void)snprintf(room, 16, "\\u%04" PRIx32, code);
	else
		return (struct tomb_str){s.p, n};
	return tomb_str_from(room);
}

static void put_quoted(struct line *line, struct tomb_str s)
{
	size_t written = 0;
	size_t used = 0;
	char room[16];

	put(line, TOMB_STR("\""));
	for (; s.n > 0 && written < TOMB_LOG_VALUE_MAX; s = (struct tomb_str){s.p + used, s.n - used}) {
		struct tomb_str shown = escape(s, room, &used);

		put(line, shown);
		written += shown.n;
	}
	put(line, s.n > 0 ? TOMB_STR("...\"") : TOMB_STR("\""));
}

static void put_text(struct line *line, const char *key, struct tomb_str s)
{
	put(line, TOMB_STR(" "));
	put(line, tomb_str_from(key));
	put(line, TOMB_STR("="));
	if (s.n <= TOMB_LOG_VALUE_MAX && is_plain(s))
		put(line, s);
	else
		put_quoted(line, s);
}

static void put_error(struct line *line, const struct tomb_err *err)
{
	const char *slash = err->file ? strrchr(err->file, '/') : NULL;
	char at[128];

	put_text(line, "code", tomb_str_from(tomb_code_slug(err->code)));
	put_text(line, "error", tomb_str_from(err->text));
	if (err->file) {
		(void)snprintf(at, sizeof at, "%s:%d", slash ? slash + 1 : err->file, err->line);
		put_text(line, "at", tomb_str_from(at));
	}
}

static void put_field(struct line *line, const struct tomb_kv *field)
{
	size_t before = line->n;
	char number[24];

	switch (field->kind) {
	case TOMB_KV_TEXT:
		put_text(line, field->key, field->text);
		break;
	case TOMB_KV_INT:
		(void)snprintf(number, sizeof number, "%" PRId64, field->number);
		put_text(line, field->key, tomb_str_from(number));
		break;
	case TOMB_KV_BOOL:
		put_text(line, field->key, field->number ? TOMB_STR("true") : TOMB_STR("false"));
		break;
	case TOMB_KV_ERROR:
		put_error(line, field->err);
		break;
	}
	if (line->full)
		line->n = before;
}

/* A field that does not fit is left out; a shorter one after it may still fit. */
static bool put_fields(struct line *line, const struct tomb_kv *fields, size_t n)
{
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		put_field(line, &fields[i]);
		all = all && !line->full;
		line->full = false;
	}
	return all;
}

void tomb_log_write(const struct tomb_log *log, enum tomb_event event, const struct tomb_kv *fields, size_t nfields)
{
	const struct tomb_event_info *info = &events[event];
	struct line line = {.n = 0};
	char now[TOMB_TIME_TEXT];
	bool all = false;

	if (info->level > log->level)
		return;
	put(&line, TOMB_STR("time="));
	put(&line, tomb_str_from(tomb_time_format(tomb_clock_wall_us(log->clock), TOMB_TIME_MS, now)));
	put_text(&line, "level", tomb_str_from(level_names[info->level]));
	put_text(&line, "event", tomb_str_from(info->name));
	all = put_fields(&line, log->fields, log->nfields);
	all = put_fields(&line, fields, nfields) && all;
	memcpy(line.p + line.n, all ? "\n" : truncated, all ? 1 : sizeof truncated - 1);
	line.n += all ? 1 : sizeof truncated - 1;
	while (write(log->fd, line.p, line.n) < 0 && errno == EINTR)
		;
}
