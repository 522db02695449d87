/* The owner's own look, by means other than the library's: GET ?versions, read as text. */
#include "act.h"
#include "tombstone/percent.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGES_MAX = 8 }; /* of 1,000 entries: far more than a row makes under one prefix */

/* What stands between <name> and </name>, from *at on; moves *at behind it. */
static bool element(const char **at, const char *end, const char *name, struct tomb_str *out)
{
	char open[64];
	char close[64];
	const char *begin = NULL;
	const char *stop = NULL;

	(void)snprintf(open, sizeof open, "<%s>", name);
	(void)snprintf(close, sizeof close, "</%s>", name);
	begin = memmem(*at, (size_t)(end - *at), open, strlen(open));
	if (!begin)
		return false;
	begin += strlen(open);
	stop = memmem(begin, (size_t)(end - begin), close, strlen(close));
	if (!stop)
		return false;
	*out = (struct tomb_str){begin, (size_t)(stop - begin)};
	*at = stop + strlen(close);
	return true;
}

static char entity(struct tomb_str name)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

	for (size_t i = 0; i < TOMB_COUNTOF(known); i++)
		if (tomb_str_eq(name, tomb_str_from(known[i].name)))
			return known[i].c;
	if (name.n > 2 && name.p[0] == '#' && name.p[1] == 'x')
		return (char)strtol(name.p + 2, NULL, 16);
	if (name.n > 1 && name.p[0] == '#')
		return (char)strtol(name.p + 1, NULL, 10);
	return '?';
}

static struct tomb_str plain(struct bench *b, struct tomb_str xml, bool is_encoded)
{
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 14);
	struct tomb_str out = {NULL, 0};
	struct tomb_err err;

	for (size_t i = 0; i < xml.n; i++) {
		const char *semicolon = xml.p[i] == '&' ? memchr(xml.p + i, ';', xml.n - i) : NULL;
		char c = xml.p[i];

		if (semicolon) {
			c = entity((struct tomb_str){xml.p + i + 1, (size_t)(semicolon - xml.p) - i - 1});
			i = (size_t)(semicolon - xml.p);
		}
		tomb_buf_put(&text, (struct tomb_str){&c, 1});
	}
	out = tomb_arena_str(&b->arena, (struct tomb_str){text.p, text.n});
	if (is_encoded && tomb_percent_decode_form(out, &b->arena, &out, &err) != TOMB_OK)
		bench_broken("a listed key: %s", err.text);
	return out;
}

static size_t count(struct bench *b, struct tomb_str xml, const char *name, struct tomb_str key)
{
	bool is_encoded = memmem(xml.p, xml.n, "<EncodingType>url", 17) != NULL;
	const char *at = xml.p;
	struct tomb_str entry = {NULL, 0};
	size_t n = 0;

	while (element(&at, xml.p + xml.n, name, &entry)) {
		const char *inside = entry.p;
		struct tomb_str text = {NULL, 0};

		if (!element(&inside, entry.p + entry.n, "Key", &text))
			bench_broken("a listed version has no key");
		n += tomb_str_eq(plain(b, text, is_encoded), key);
	}
	return n;
}

static void put_parameter(struct tomb_buf *query, const char *name, struct tomb_str value)
{
	tomb_buf_putf(query, "&%s=", name);
	tomb_percent_encode(query, value);
}

static bool next_page(struct bench *b, struct tomb_str xml, struct tomb_buf *query)
{
	bool is_encoded = memmem(xml.p, xml.n, "<EncodingType>url", 17) != NULL;
	struct tomb_str text = {NULL, 0};
	const char *at = xml.p;

	if (!element(&at, xml.p + xml.n, "IsTruncated", &text) || !tomb_str_eq(text, TOMB_STR("true")))
		return false;
	at = xml.p;
	if (!element(&at, xml.p + xml.n, "NextKeyMarker", &text))
		bench_broken("a listing has more, and does not say from where");
	put_parameter(query, "key-marker", plain(b, text, is_encoded));
	at = xml.p;
	if (element(&at, xml.p + xml.n, "NextVersionIdMarker", &text))
		put_parameter(query, "version-id-marker", text);
	return true;
}

/* A server that has no versions may know nothing of their listing either. */
static struct act_look look_at_object(struct bench *b, const char *name, struct tomb_str key)
{
	int status = bench_raw(b, name, "HEAD", key, "", "", "");

	if (status != 200 && status / 100 != 4) /* 400: a key that the server cannot have */
		bench_broken("HEAD by the owner answers %d", status);
	return (struct act_look){status == 200, 0};
}

/* A list may also hide what is there. */
static struct act_look and_by_head(struct bench *b, const char *name, struct tomb_str key, struct act_look found)
{
	if (found.versions == 0)
		found.versions = look_at_object(b, name, key).versions;
	return found;
}

struct act_look act_look(struct bench *b, const char *name, struct tomb_str key)
{
	struct act_look found = {0, 0};

	if (b->lacks_versions[0])
		return look_at_object(b, name, key);
	for (int page = 0; page < PAGES_MAX; page++) {
		TOMB_BUF_AUTO query = tomb_buf_init(1 << 14);
		struct tomb_str xml = {NULL, 0};
		int status = 0;

		tomb_buf_put(&query, TOMB_STR("versions&encoding-type=url"));
		put_parameter(&query, "prefix", key);
		if (page && !next_page(b, b->raw.answer.body, &query))
			return and_by_head(b, name, key, found);
		status = bench_raw(b, name, "GET", TOMB_STR(""), query.p, "", "");
		xml = b->raw.answer.body;
		if (status != 200 || !memmem(xml.p, xml.n, "ListVersionsResult", 18))
			bench_broken("GET ?versions by the owner answers %d", status);
		found.versions += count(b, xml, "Version", key);
		found.markers += count(b, xml, "DeleteMarker", key);
	}
	bench_broken("a listing without an end");
}

void act_want_there(struct bench *b, const char *name, struct tomb_str key)
{
	bench_must(b, act_look(b, name, key).versions > 0, "the bytes are gone, and should not be");
}

void act_want_gone(struct bench *b, const char *name, struct tomb_str key)
{
	bench_must(b, act_look(b, name, key).versions == 0, "the bytes are there, and should not be");
}
