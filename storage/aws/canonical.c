#include "aws/canonical.h"

#include "tombstone/percent.h"

#include <strings.h>

/* Proxies and clients change these on the way. */
static const char *const unsigned_headers[] = {"authorization", "connection", "expect", "keep-alive",
	"proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
	"upgrade", "user-agent", "x-amzn-trace-id"};

static void cut_last_segment(struct tomb_buf *path)
{
	while (path->n && path->p[--path->n] != '/')
		;
	if (path->p)
		path->p[path->n] = '\0';
}

/* Appends path without "." segments, with every ".." and what it undoes gone, and without empty segments.  RFC 3986,
 * section 5.2.4, but for the empty ones.  A trailing slash stays. */
static void normalize(struct tomb_str path, struct tomb_buf *out)
{
	size_t at = 0;

	while (at < path.n) {
		const char *slash = memchr(path.p + at, '/', path.n - at);
		size_t end = slash ? (size_t)(slash - path.p) : path.n;
		struct tomb_str segment = {path.p + at, end - at};

		if (tomb_str_eq(segment, TOMB_STR(".."))) {
			cut_last_segment(out);
		} else if (segment.n && !tomb_str_eq(segment, TOMB_STR("."))) {
			tomb_buf_put(out, TOMB_STR("/"));
			tomb_buf_put(out, segment);
		}
		at = end + 1;
	}
	if (out->n == 0 || path.p[path.n - 1] == '/')
		tomb_buf_put(out, TOMB_STR("/"));
}

void canonical_path(struct tomb_str path, enum sigv4_path rule, struct tomb_buf *out)
{
	TOMB_BUF_AUTO normal = tomb_buf_init(path.n + 1);

	if (path.n == 0)
		path = TOMB_STR("/");
	switch (rule) {
	case SIGV4_PATH_S3:
		tomb_buf_put(out, path);
		return;
	case SIGV4_PATH_NORMAL:
		normalize(path, &normal);
		if (normal.broken != TOMB_OK)
			out->broken = normal.broken;
		tomb_percent_encode_path(out, (struct tomb_str){normal.p, normal.n});
		return;
	case SIGV4_PATH_ENCODE:
		tomb_percent_encode_path(out, path);
		return;
	}
}

static int compare(struct tomb_str a, struct tomb_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* Sorted by name, then value, in encoded form: each is name, "=", value in text. */
static void sort_pairs(struct sigv4_field *pairs, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct sigv4_field pair = pairs[i];
		size_t j = i;

		for (; j > 0; j--) {
			int order = compare(pair.name, pairs[j - 1].name);

			if (order > 0 || (order == 0 && compare(pair.value, pairs[j - 1].value) >= 0))
				break;
			pairs[j] = pairs[j - 1];
		}
		pairs[j] = pair;
	}
}

void canonical_query(const struct sigv4_field *query, size_t n, struct tomb_buf *out)
{
	TOMB_BUF_AUTO text = tomb_buf_init(out->max);
	struct sigv4_field pairs[SIGV4_FIELDS_MAX];
	size_t at[SIGV4_FIELDS_MAX][2];

	for (size_t i = 0; i < n; i++) {
		tomb_percent_encode(&text, query[i].name);
		at[i][0] = text.n;
		tomb_percent_encode(&text, query[i].value);
		at[i][1] = text.n;
	}
	if (text.broken != TOMB_OK) {
		out->broken = text.broken;
		return;
	}
	for (size_t i = 0; i < n; i++) { /* only now does the text lie still */
		size_t begin = i ? at[i - 1][1] : 0;

		pairs[i].name = (struct tomb_str){text.p + begin, at[i][0] - begin};
		pairs[i].value = (struct tomb_str){text.p + at[i][0], at[i][1] - at[i][0]};
	}
	sort_pairs(pairs, n);
	for (size_t i = 0; i < n; i++) {
		if (i)
			tomb_buf_put(out, TOMB_STR("&"));
		tomb_buf_put(out, pairs[i].name);
		tomb_buf_put(out, TOMB_STR("="));
		tomb_buf_put(out, pairs[i].value);
	}
}

static int compare_names(struct tomb_str a, struct tomb_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? strncasecmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static bool is_signed(struct tomb_str name)
{
	for (size_t i = 0; i < TOMB_COUNTOF(unsigned_headers); i++)
		if (compare_names(name, tomb_str_from(unsigned_headers[i])) == 0)
			return false;
	return true;
}

/* The signed headers by name; the same names stay in their order.  Returns how many. */
static size_t sort_headers(const struct sigv4_field *headers, size_t n, struct sigv4_field *sorted)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		size_t j = count;

		if (!is_signed(headers[i].name))
			continue;
		for (; j > 0 && compare_names(headers[i].name, sorted[j - 1].name) < 0; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = headers[i];
		count++;
	}
	return count;
}

static void put_lower(struct tomb_buf *out, struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		tomb_buf_put(out, (struct tomb_str){&c, 1});
	}
}

static void put_value(struct tomb_buf *out, struct tomb_str s)
{
	bool started = false;
	bool gap = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ' || s.p[i] == '\t') {
			gap = started;
			continue;
		}
		if (gap)
			tomb_buf_put(out, TOMB_STR(" "));
		tomb_buf_put(out, (struct tomb_str){s.p + i, 1});
		started = true;
		gap = false;
	}
}

void canonical_headers(const struct sigv4_field *headers, size_t n, struct tomb_buf *out)
{
	struct sigv4_field sorted[SIGV4_FIELDS_MAX];
	size_t count = sort_headers(headers, n, sorted);

	for (size_t i = 0; i < count; i++) {
		bool again = i && compare_names(sorted[i].name, sorted[i - 1].name) == 0;

		if (again) {
			tomb_buf_put(out, TOMB_STR(","));
		} else {
			if (i)
				tomb_buf_put(out, TOMB_STR("\n"));
			put_lower(out, sorted[i].name);
			tomb_buf_put(out, TOMB_STR(":"));
		}
		put_value(out, sorted[i].value);
	}
	tomb_buf_put(out, TOMB_STR("\n"));
}

void canonical_signed_names(const struct sigv4_field *headers, size_t n, struct tomb_buf *out)
{
	struct sigv4_field sorted[SIGV4_FIELDS_MAX];
	size_t count = sort_headers(headers, n, sorted);

	for (size_t i = 0; i < count; i++) {
		if (i && compare_names(sorted[i].name, sorted[i - 1].name) == 0)
			continue;
		if (i)
			tomb_buf_put(out, TOMB_STR(";"));
		put_lower(out, sorted[i].name);
	}
}
