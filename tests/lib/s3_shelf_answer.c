#include "s3_shelf_internal.h"

#include "sigv4_check.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { ROOM_MIN = 1 << 10, PATH_BYTES = 1200, METHOD_BYTES = 8 };

/* FNV-1a */
static uint64_t hash(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return h;
}

static struct shelf_thing *slot_in(struct shelf_thing *things, size_t room, const char *path)
{
	size_t i = (size_t)hash(path) & (room - 1);

	while (things[i].path && strcmp(things[i].path, path) != 0)
		i = (i + 1) & (room - 1);
	return &things[i];
}

static void grow(struct s3_shelf *shelf)
{
	size_t room = shelf->room ? 2 * shelf->room : ROOM_MIN;
	struct shelf_thing *things = calloc(room, sizeof *things);

	assert_non_null(things);
	for (size_t i = 0; i < shelf->room; i++)
		if (shelf->things[i].path)
			*slot_in(things, room, shelf->things[i].path) = shelf->things[i];
	free(shelf->things);
	shelf->things = things;
	shelf->room = room;
}

static struct shelf_thing *find(struct s3_shelf *shelf, const char *path)
{
	struct shelf_thing *thing = shelf->room ? slot_in(shelf->things, shelf->room, path) : NULL;

	return thing && thing->path ? thing : NULL;
}

static struct shelf_thing *find_or_add(struct s3_shelf *shelf, const char *path)
{
	struct shelf_thing *thing = NULL;

	if (2 * shelf->n >= shelf->room)
		grow(shelf);
	thing = slot_in(shelf->things, shelf->room, path);
	if (!thing->path) {
		thing->path = strdup(path);
		assert_non_null(thing->path);
		shelf->n++;
	}
	return thing;
}

static void note(struct s3_shelf *shelf, const char *what, const char *path, const char *etag)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)fprintf(shelf->journal, "%s\t%" PRId64 "\t%s\t%s\n", what,
		(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, path, etag);
}

void s3_shelf_fill(struct s3_shelf *shelf, const char *path, struct tomb_str bytes, char etag[static S3_SHELF_ETAG])
{
	struct shelf_thing *thing = find_or_add(shelf, path);
	uint8_t md5[TOMB_MD5_SIZE];
	char hex[2 * TOMB_MD5_SIZE + 1];

	assert_false(thing->is_there);
	tomb_md5(bytes, md5);
	(void)snprintf(thing->etag, sizeof thing->etag, "\"%s\"", tomb_hex_encode(md5, sizeof md5, hex));
	thing->size = bytes.n;
	thing->since = time(NULL);
	thing->is_there = true;
	memcpy(etag, thing->etag, S3_SHELF_ETAG);
	note(shelf, "put", path, thing->etag);
}

static void put_status(struct tomb_buf *out, const char *status)
{
	tomb_buf_putf(out, "HTTP/1.1 %s\r\nx-amz-request-id: shelf\r\n", status);
}

static void put_body(struct tomb_buf *out, struct tomb_str body)
{
	tomb_buf_putf(out, "Content-Length: %zu\r\n\r\n", body.n);
	tomb_buf_put(out, body);
}

void s3_shelf_refuse(struct tomb_buf *out, bool is_head, const char *status, const char *code)
{
	char body[256];

	(void)snprintf(
		body, sizeof body, "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>m</Message></Error>", code);
	put_status(out, status);
	put_body(out, is_head ? TOMB_STR("") : tomb_str_from(body));
}

static void answer_head(struct s3_shelf *shelf, const char *path, struct tomb_buf *out)
{
	const struct shelf_thing *thing = find(shelf, path);
	struct tm tm;
	char date[64];

	if (!thing || !thing->is_there) {
		put_status(out, "404 Not Found");
		tomb_buf_put(out, TOMB_STR("Content-Length: 0\r\n\r\n"));
		return;
	}
	(void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&thing->since, &tm));
	put_status(out, "200 OK");
	tomb_buf_putf(
		out, "ETag: %s\r\nLast-Modified: %s\r\nContent-Length: %zu\r\n\r\n", thing->etag, date, thing->size);
}

static void answer_put(struct s3_shelf *shelf, const char *path, struct tomb_str body, struct tomb_buf *out)
{
	const struct shelf_thing *thing = find(shelf, path);
	char etag[S3_SHELF_ETAG];

	if (thing && thing->is_there) { /* nobody here may write a key twice */
		s3_shelf_refuse(out, false, "412 Precondition Failed", "PreconditionFailed");
		return;
	}
	s3_shelf_fill(shelf, path, body, etag);
	put_status(out, "200 OK");
	tomb_buf_putf(out, "ETag: %s\r\nContent-Length: 0\r\n\r\n", etag);
}

static void take_away(struct s3_shelf *shelf, const char *path)
{
	struct shelf_thing *thing = find(shelf, path);
	bool was_there = thing && thing->is_there;

	note(shelf, was_there ? "delete" : "miss", path, was_there ? thing->etag : "");
	if (was_there)
		thing->is_there = false;
}

/* The keys of its world need no escapes. */
static void answer_delete_many(struct s3_shelf *shelf, const char *bucket, struct tomb_str body, struct tomb_buf *out)
{
	static const char open[] = "<Key>";
	TOMB_BUF_AUTO answer = tomb_buf_init(4 << 20);
	const char *end = body.p + body.n;
	const char *at = body.p;

	tomb_buf_put(&answer, TOMB_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?><DeleteResult>"));
	while ((at = memmem(at, (size_t)(end - at), open, sizeof open - 1))) {
		const char *key = at + sizeof open - 1;
		const char *stop = memchr(key, '<', (size_t)(end - key));
		char path[PATH_BYTES];

		assert_non_null(stop);
		assert_in_range(
			snprintf(path, sizeof path, "%s/%.*s", bucket, (int)(stop - key), key), 1, sizeof path - 1);
		take_away(shelf, path);
		tomb_buf_putf(&answer, "<Deleted><Key>%.*s</Key></Deleted>", (int)(stop - key), key);
		at = stop;
	}
	tomb_buf_put(&answer, TOMB_STR("</DeleteResult>"));
	put_status(out, "200 OK");
	put_body(out, (struct tomb_str){answer.p, answer.n});
}

static bool is_asked(const struct s3_shelf *shelf, const struct shelf_request *request, char *complaint)
{
	struct sigv4_check expected = {
		S3_SHELF_ACCESS, S3_SHELF_SECRET, S3_SHELF_REGION, shelf->endpoint + strlen("http://")};

	return sigv4_check(&expected, request->head, request->body, complaint);
}

static void answer_change(struct s3_shelf *shelf, const char *method, const char *path, const char *query,
	struct tomb_str body, struct tomb_buf *out)
{
	s3_shelf_at(shelf, S3_SHELF_ARRIVED);
	if (strcmp(method, "PUT") == 0 && !query[0]) {
		answer_put(shelf, path, body, out);
	} else if (strcmp(method, "DELETE") == 0 && !query[0]) {
		take_away(shelf, path);
		put_status(out, "204 No Content");
		tomb_buf_put(out, TOMB_STR("\r\n"));
	} else if (strcmp(method, "POST") == 0 && (strcmp(query, "delete") == 0 || strcmp(query, "delete=") == 0)) {
		answer_delete_many(shelf, path, body, out);
	} else {
		note(shelf, "bad", path, query);
		s3_shelf_refuse(out, false, "501 Not Implemented", "NotImplemented");
	}
	assert_int_equal(fflush(shelf->journal), 0);
	s3_shelf_at(shelf, S3_SHELF_DONE);
}

void s3_shelf_answer(struct s3_shelf *shelf, const struct shelf_request *request, struct tomb_buf *out)
{
	char complaint[SIGV4_COMPLAINT_MAX];
	char method[METHOD_BYTES];
	char path[PATH_BYTES];
	char *query = NULL;

	if (sscanf(request->head.p, "%7s %1199s", method, path) != 2 || !is_asked(shelf, request, complaint)) {
		note(shelf, "bad", complaint, "");
		assert_int_equal(fflush(shelf->journal), 0);
		s3_shelf_refuse(out, false, "403 Forbidden", "SignatureDoesNotMatch");
		return;
	}
	query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	if (strcmp(method, "HEAD") == 0) {
		answer_head(shelf, path, out);
	} else if (strcmp(method, "GET") == 0 && query && strncmp(query, "versioning", 10) == 0) {
		put_status(out, "200 OK");
		put_body(out, TOMB_STR("<VersioningConfiguration/>"));
	} else {
		answer_change(shelf, method, path, query ? query : "", request->body, out);
	}
}
