/* Text in lines that end in CR, LF or CRLF (RFC 8493, 2.3). */
#ifndef TOMB_BAG_LINES_H
#define TOMB_BAG_LINES_H

#include "tombstone/str.h"

enum { TOMB_BAG_LINE_MAX = 8192 }; /* bytes: a digest and a path, all of it percent-encoded, fit twice */

typedef enum tomb_code tomb_bag_line_fn(void *arg, struct tomb_str line, uint64_t number, struct tomb_err *err);

struct tomb_bag_lines {
	struct tomb_str file;   /* its name, for errors; NUL-terminated */
	tomb_bag_line_fn *line; /* called for every line that is not blank; its errors get "FILE, line N: " in front */
	void *arg;
	uint64_t number;
	size_t n;
	bool after_cr;
	char text[TOMB_BAG_LINE_MAX];
};

enum tomb_code tomb_bag_lines_feed(
	struct tomb_bag_lines *lines, struct tomb_str text, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_bag_lines_end(struct tomb_bag_lines *lines, struct tomb_err *err) TOMB_MUST_USE;

static inline bool tomb_bag_is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

#endif
