#include "null_s3.h"

#include "null_seen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	KEY_MAX = 4096, /* bytes of a key, escaped */
	PAGE_KEYS = 1000
};

#define XMLNS " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

void null_world_open(struct null_world *world)
{
	world->seen = null_seen_new();
}

static bool starts(struct tomb_str s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* Header, with room for the length of the body; returns where the length is to be written. */
static size_t begin(struct null_world *world, const char *status, struct tomb_buf *out)
{
	char date[40];
	time_t now = time(NULL);
	struct tm tm;

	(void)gmtime_r(&now, &tm);
	(void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	tomb_buf_putf(out,
		"HTTP/1.1 %s\r\nDate: %s\r\nServer: null\r\nx-amz-request-id: tx%012" PRIx64
		"\r\nContent-Type: application/xml\r\nContent-Length: %10s\r\n",
		status, date, ++world->serial, "");
	return out->n - 12;
}

static void set_length(struct tomb_buf *out, size_t at, size_t n)
{
	char digits[11];

	(void)snprintf(digits, sizeof digits, "%10zu", n);
	memcpy(out->p + at, digits, 10);
}

static void answer(struct null_world *world, const char *status, struct tomb_str body, struct tomb_buf *out)
{
	size_t at = begin(world, status, out);

	tomb_buf_put(out, TOMB_STR("\r\n"));
	tomb_buf_put(out, body);
	set_length(out, at, body.n);
}

static void not_found(struct null_world *world, const char *code, bool has_body, struct tomb_buf *out)
{
	char body[128];
	int n = snprintf(body, sizeof body, XML_HEAD "<Error><Code>%s</Code><Message>none</Message></Error>", code);

	answer(world, "404 Not Found", (struct tomb_str){body, has_body ? (size_t)n : 0}, out);
}

/* What an XML text or a path stands for; the same bytes if there is nothing to replace. */
static struct tomb_str plain(struct tomb_str s, char escape, char scratch[static KEY_MAX])
{
	static const struct {
		const char *name;
		char is;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''},
		{"&#39;", '\''}, {"&#34;", '"'}};
	size_t n = 0;

	if (!memchr(s.p, escape, s.n) || s.n > KEY_MAX)
		return s;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == escape && escape == '%' && i + 2 < s.n) {
			char digits[3] = {s.p[i + 1], s.p[i + 2], '\0'};

			c = (char)strtoul(digits, NULL, 16);
			i += 2;
		}
		for (size_t e = 0; c == '&' && escape == '&' && e < TOMB_COUNTOF(entities); e++)
			if (starts((struct tomb_str){s.p + i, s.n - i}, entities[e].name)) {
				c = entities[e].is;
				i += strlen(entities[e].name) - 1;
				break;
			}
		scratch[n++] = c;
	}
	return (struct tomb_str){scratch, n};
}

/* "/bucket/key" in two; the key is "" for the bucket itself. */
static void split(struct tomb_str path, struct tomb_str *bucket, struct tomb_str *key)
{
	const char *slash = path.n > 1 ? memchr(path.p + 1, '/', path.n - 1) : NULL;
	size_t n = slash ? (size_t)(slash - path.p) : path.n;

	*bucket = (struct tomb_str){path.p, n};
	*key = slash ? (struct tomb_str){slash + 1, path.n - n - 1} : TOMB_STR("");
}

static uint64_t hash_of(struct tomb_str bucket, struct tomb_str key)
{
	return null_seen_hash(null_seen_hash(0, bucket), key);
}

static void delete_many(struct null_world *world, const struct null_request *request, struct tomb_buf *out)
{
	bool is_quiet = memmem(request->body.p, request->body.n, "<Quiet>true", 11) != NULL;
	const char *at = request->body.p;
	const char *end = at + request->body.n;
	char scratch[KEY_MAX];
	struct tomb_str bucket;
	struct tomb_str key;
	size_t length_at = begin(world, "200 OK", out);
	size_t start;

	split(request->path, &bucket, &key);
	tomb_buf_put(out, TOMB_STR("\r\n"));
	start = out->n;
	tomb_buf_put(out, TOMB_STR(XML_HEAD "<DeleteResult" XMLNS ">"));
	while ((at = memmem(at, (size_t)(end - at), "<Key>", 5))) {
		const char *close = memchr(at + 5, '<', (size_t)(end - at - 5));

		if (!close)
			break;
		key = (struct tomb_str){at + 5, (size_t)(close - at - 5)};
		if (!is_quiet) {
			tomb_buf_put(out, TOMB_STR("<Deleted><Key>"));
			tomb_buf_put(out, key);
			tomb_buf_put(out, TOMB_STR("</Key></Deleted>"));
		}
		if (world->head == NULL_HEAD_REMEMBERED)
			null_seen_add(world->seen, hash_of(bucket, plain(key, '&', scratch)));
		world->counts.keys++;
		at = close;
	}
	tomb_buf_put(out, TOMB_STR("</DeleteResult>"));
	set_length(out, length_at, out->n - start);
	world->counts.delete_many++;
}

static bool is_there(const struct null_world *world, struct tomb_str path)
{
	char scratch[KEY_MAX];
	struct tomb_str bucket;
	struct tomb_str key;

	split(path, &bucket, &key);
	if (starts(key, "tombstone-probe")) /* what nobody ever stored */
		return false;
	if (world->head == NULL_HEAD_REMEMBERED)
		return !null_seen_has(world->seen, hash_of(bucket, plain(key, '%', scratch)));
	return world->head == NULL_HEAD_PRESENT;
}

static void head(struct null_world *world, const struct null_request *request, struct tomb_buf *out)
{
	struct tomb_str bucket;
	struct tomb_str key;
	size_t at;

	split(request->path, &bucket, &key);
	if (key.n == 0) {
		answer(world, "200 OK", TOMB_STR(""), out);
		return;
	}
	world->counts.head++;
	if (!is_there(world, request->path)) {
		world->counts.head_404++;
		not_found(world, "NoSuchKey", false, out);
		return;
	}
	at = begin(world, "200 OK", out);
	set_length(out, at, world->size);
	tomb_buf_putf(out,
		"ETag: \"%s\"\r\nLast-Modified: Wed, 01 Jan 2020 00:00:00 GMT\r\nAccept-Ranges: bytes\r\n\r\n",
		world->etag);
}

static void delete_one(struct null_world *world, const struct null_request *request, struct tomb_buf *out)
{
	char scratch[KEY_MAX];
	struct tomb_str bucket;
	struct tomb_str key;

	split(request->path, &bucket, &key);
	if (world->head == NULL_HEAD_REMEMBERED)
		null_seen_add(world->seen, hash_of(bucket, plain(key, '%', scratch)));
	world->counts.delete_one++;
	answer(world, "204 No Content", TOMB_STR(""), out);
}

static void put(struct null_world *world, struct tomb_buf *out)
{
	size_t at = begin(world, "200 OK", out);

	set_length(out, at, 0);
	tomb_buf_putf(out, "ETag: \"%s\"\r\n\r\n", world->etag);
	world->counts.put++;
}

static uint64_t number_after(struct tomb_str query, const char *name, uint64_t otherwise)
{
	const char *at = memmem(query.p, query.n, name, strlen(name));

	return at ? strtoull(at + strlen(name), NULL, 10) : otherwise;
}

/* The keys of a bucket "NAME-n": 0 to n - 1, a thousand a page; both versions of the call. */
static void list(struct null_world *world, const struct null_request *request, struct tomb_buf *out)
{
	struct tomb_str bucket;
	struct tomb_str key;
	const char *dash;
	uint64_t total;
	uint64_t from;
	uint64_t to;
	size_t length_at = begin(world, "200 OK", out);
	size_t start;

	split(request->path, &bucket, &key);
	dash = memrchr(bucket.p, '-', bucket.n);
	total = dash ? strtoull(dash + 1, NULL, 10) : 0;
	from = number_after(
		       request->query, "continuation-token=k", number_after(request->query, "marker=k", UINT64_MAX)) +
	       1;
	to = from + number_after(request->query, "max-keys=", PAGE_KEYS);
	if (to > total)
		to = total;
	tomb_buf_put(out, TOMB_STR("\r\n"));
	start = out->n;
	tomb_buf_putf(out, XML_HEAD "<ListBucketResult" XMLNS "><Name>%.*s</Name><Prefix></Prefix><Marker></Marker>",
		(int)bucket.n - 1, bucket.p + 1);
	tomb_buf_putf(out, "<MaxKeys>1000</MaxKeys><IsTruncated>%s</IsTruncated>", to < total ? "true" : "false");
	if (to < total)
		tomb_buf_putf(out,
			"<NextMarker>k%010" PRIu64 "</NextMarker><NextContinuationToken>k%010" PRIu64
			"</NextContinuationToken>",
			to - 1, to - 1);
	for (uint64_t i = from; i < to; i++)
		tomb_buf_putf(out,
			"<Contents><Key>k%010" PRIu64
			"</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified><ETag>"
			"&quot;%s&quot;</ETag><Size>%" PRIu64 "</Size><StorageClass>STANDARD</StorageClass></Contents>",
			i, world->etag, world->size);
	tomb_buf_put(out, TOMB_STR("</ListBucketResult>"));
	set_length(out, length_at, out->n - start);
	world->counts.list++;
}

static void get(struct null_world *world, const struct null_request *request, struct tomb_buf *out)
{
	struct tomb_str bucket;
	struct tomb_str key;

	split(request->path, &bucket, &key);
	world->counts.get++;
	if (starts(request->query, "versioning"))
		answer(world, "200 OK", TOMB_STR(XML_HEAD "<VersioningConfiguration" XMLNS "/>"), out);
	else if (starts(request->query, "location"))
		answer(world, "200 OK", TOMB_STR(XML_HEAD "<LocationConstraint" XMLNS "/>"), out);
	else if (starts(request->query, "object-lock"))
		not_found(world, "ObjectLockConfigurationNotFoundError", true, out);
	else if (bucket.n > 1 && key.n == 0)
		list(world, request, out);
	else if (bucket.n <= 1)
		answer(world, "200 OK", TOMB_STR(XML_HEAD "<ListAllMyBucketsResult" XMLNS "/>"), out);
	else
		not_found(world, "NoSuchKey", true, out);
}

void null_answer(struct null_world *world, const struct null_request *request, struct tomb_buf *out)
{
	if (starts(request->method, "POST") && starts(request->query, "delete")) {
		delete_many(world, request, out);
	} else if (starts(request->method, "HEAD")) {
		head(world, request, out);
	} else if (starts(request->method, "DELETE")) {
		delete_one(world, request, out);
	} else if (starts(request->method, "PUT")) {
		put(world, out);
	} else if (starts(request->method, "GET")) {
		get(world, request, out);
	} else {
		world->counts.other++;
		answer(world, "501 Not Implemented", TOMB_STR(XML_HEAD "<Error><Code>NotImplemented</Code></Error>"),
			out);
	}
}

void null_counts_json(const struct null_world *world, struct tomb_buf *out)
{
	const struct null_counts *c = &world->counts;

	tomb_buf_putf(out,
		"{\"delete_many\": %" PRIu64 ", \"keys\": %" PRIu64 ", \"delete_one\": %" PRIu64 ", \"head\": %" PRIu64
		", \"head_404\": %" PRIu64 ", \"put\": %" PRIu64 ", \"list\": %" PRIu64 ", \"get\": %" PRIu64
		", \"other\": %" PRIu64 ", \"connections\": %" PRIu64 ", \"bytes_in\": %" PRIu64 "}\n",
		c->delete_many, c->keys, c->delete_one, c->head, c->head_404, c->put, c->list, c->get, c->other,
		c->connections, c->bytes_in);
}
