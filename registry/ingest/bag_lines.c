#include "bag_lines.h"

#include <stdio.h>

static bool is_blank(struct tomb_str line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (!tomb_bag_is_wsp(line.p[i]))
			return false;
	}
	return true;
}

static enum tomb_code name_line(const struct tomb_bag_lines *lines, enum tomb_code code, struct tomb_err *err)
{
	char where[160];

	(void)snprintf(where, sizeof where, "%.100s, line %llu", lines->file.p, (unsigned long long)lines->number);
	return code == TOMB_OK ? code : tomb_err_in(err, where);
}

static bool has_mark(const struct tomb_bag_lines *lines, struct tomb_str line)
{
	return lines->number == 1 && line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0;
}

static enum tomb_code end_line(struct tomb_bag_lines *lines, struct tomb_err *err)
{
	struct tomb_str line = {lines->text, lines->n};
	enum tomb_code code = TOMB_OK;

	lines->number++;
	lines->n = 0;
	if (has_mark(lines, line))
		code = TOMB_FAIL(
			err, TOMB_INVAL, "the file begins with a byte-order mark, which UTF-8 tag files must not");
	else if (!is_blank(line))
		code = lines->line(lines->arg, line, lines->number, err);
	return name_line(lines, code, err);
}

enum tomb_code tomb_bag_lines_feed(struct tomb_bag_lines *lines, struct tomb_str text, struct tomb_err *err)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool second_half = c == '\n' && lines->after_cr;

		lines->after_cr = c == '\r';
		if (second_half)
			continue;
		if (c == '\r' || c == '\n') {
			TOMB_TRY(end_line(lines, err));
			continue;
		}
		if (lines->n == sizeof lines->text)
			return TOMB_FAIL(err, TOMB_TOOBIG, "%.100s, line %llu: longer than %d bytes", lines->file.p,
				(unsigned long long)lines->number + 1, TOMB_BAG_LINE_MAX);
		lines->text[lines->n++] = c;
	}
	return TOMB_OK;
}

enum tomb_code tomb_bag_lines_end(struct tomb_bag_lines *lines, struct tomb_err *err)
{
	return lines->n ? end_line(lines, err) : TOMB_OK;
}
