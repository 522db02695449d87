/* The versions of one key.  S3 lists by prefix only: what the list holds beside the key is dropped, byte by byte. */
#include "s3/delete_body.h"
#include "s3/s3.h"

#include "tombstone/percent.h"

#include <stdio.h>

enum {
	PAGE_KEYS = 200,                 /* with keys of 1,024 bytes, each written as "&#xXX;" or "%XX" */
	PAGE_BYTES = 2 << 20,            /* of one answer */
	PAGE_ARENA_MAX = 4 * PAGE_BYTES, /* bytes: an answer, and what is read from it */
	PAGES_MAX = 500,                 /* 100,000 entries: no list of one key, and what begins like it, is longer */
	LIST_FIRST = 4                   /* versions that there is room for at first */
};

struct reader {
	struct s3 *s3;
	struct tomb_str key;
	struct tomb_str prefix;   /* of the key: what XML can carry, for servers write it into the answer as it is */
	struct tomb_arena *arena; /* the caller's */
	struct tomb_version *list;
	size_t n;
	size_t room;
	size_t markers;
};

enum kinship { SAME, OTHER, STRANGE };

static enum kinship compare(const struct reader *r, struct tomb_str name)
{
	if (name.n < r->prefix.n || memcmp(name.p, r->prefix.p, r->prefix.n) != 0)
		return STRANGE;
	return tomb_str_eq(name, r->key) ? SAME : OTHER;
}

/*
 * How a name in the list relates to the key.  Servers that encode names differ in whether a space is "+" or "%20", so
 * both readings are tried: the wrong one can make a key seem to be there, never to be absent.
 */
static enum kinship kinship_of(
	const struct reader *r, struct tomb_str name, bool is_encoded, struct tomb_arena *scratch)
{
	struct tomb_str plain = {NULL, 0};
	struct tomb_str form = {NULL, 0};
	struct tomb_err ignored;
	enum kinship kin = STRANGE;

	if (!is_encoded)
		return compare(r, name);
	if (tomb_percent_decode(name, scratch, &plain, &ignored) == TOMB_OK)
		kin = compare(r, plain);
	if (kin != SAME && tomb_percent_decode_form(name, scratch, &form, &ignored) == TOMB_OK) {
		enum kinship other = compare(r, form);

		kin = other < kin ? other : kin;
	}
	return kin;
}

static bool make_room(struct reader *r)
{
	size_t room = r->room ? 2 * r->room : LIST_FIRST;
	struct tomb_version *list = NULL;

	if (r->n < r->room)
		return true;
	list = TOMB_NEW(r->arena, struct tomb_version, room);
	if (!list)
		return false;
	for (size_t i = 0; i < r->n; i++)
		list[i] = r->list[i];
	r->list = list;
	r->room = room;
	return true;
}

/* Some servers leave the quotes out here; HEAD has them. */
static struct tomb_str quoted(struct tomb_arena *arena, struct tomb_str etag)
{
	char text[256];

	if (etag.n == 0 || etag.p[0] == '"' || etag.n > sizeof text - 3)
		return tomb_arena_str(arena, etag);
	(void)snprintf(text, sizeof text, "\"%.*s\"", TOMB_STR_ARG(etag));
	return tomb_arena_str(arena, tomb_str_from(text));
}

static enum tomb_code keep(struct reader *r, const struct tomb_version *v, struct tomb_err *err)
{
	struct tomb_version copy = *v;

	if (r->n == TOMB_VERSIONS_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "the key has more than %d versions", TOMB_VERSIONS_MAX);
	copy.version_id = tomb_arena_str(r->arena, v->version_id);
	copy.etag = quoted(r->arena, v->etag);
	copy.storage_class = tomb_arena_str(r->arena, v->storage_class);
	if (!make_room(r) || !copy.version_id.p || !copy.etag.p || !copy.storage_class.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu versions", r->n);
	r->list[r->n++] = copy;
	r->markers += copy.is_marker;
	return TOMB_OK;
}

/* A name that does not begin as it must was not asked for: such a list proves nothing. */
static enum tomb_code take_page(
	struct reader *r, const struct s3_version_page *page, struct tomb_arena *scratch, struct tomb_err *err)
{
	for (size_t i = 0; i < page->n; i++)
		switch (kinship_of(r, page->entries[i].key, page->is_encoded, scratch)) {
		case SAME:
			TOMB_TRY(keep(r, &page->entries[i].version, err));
			break;
		case OTHER:
			if (!page->is_encoded &&
				r->prefix.n < r->key.n) /* it may be the key, by the name that XML allows */
				return TOMB_FAIL(err, TOMB_STORE, "the list of versions cannot name such a key");
			break;
		case STRANGE:
			return TOMB_FAIL(err, TOMB_STORE, "the list of versions holds a key that was not asked for");
		}
	return TOMB_OK;
}

/* Where the next page begins; the same place again would be a circle. */
struct place {
	char key[3 * TOMB_KEY_MAX + 1];
	char version[TOMB_KEY_MAX + 1];
	bool is_inside; /* of the key's own versions */
};

static enum tomb_code move_on(const struct reader *r, const struct s3_version_page *page, struct tomb_arena *scratch,
	struct place *place, struct tomb_err *err)
{
	struct tomb_str next = page->next_key;
	struct place there = {.key = ""};

	there.is_inside = kinship_of(r, next, page->is_encoded, scratch) == SAME;
	if (there.is_inside)
		next = r->key;
	else if (page->is_encoded)
		TOMB_TRY(tomb_percent_decode(page->next_key, scratch, &next, err));
	if (next.n == 0 || next.n >= sizeof there.key || page->next_version.n >= sizeof there.version ||
		memchr(next.p, '\0', next.n))
		return TOMB_FAIL(err, TOMB_STORE, "the list of versions is cut, and does not say where");
	memcpy(there.key, next.p, next.n);
	memcpy(there.version, page->next_version.p, page->next_version.n);
	if (strcmp(there.key, place->key) == 0 && strcmp(there.version, place->version) == 0)
		return TOMB_FAIL(err, TOMB_STORE, "the list of versions goes in a circle");
	*place = there;
	return TOMB_OK;
}

/* The page that begins at place. */
static enum tomb_code draft(const struct reader *r, const struct place *place, struct tomb_arena *arena,
	struct aws_request *out, struct tomb_err *err)
{
	const struct sigv4_field fields[] = {
		{TOMB_STR("encoding-type"), TOMB_STR("url")}, /* XML cannot carry every key */
		{TOMB_STR("max-keys"), TOMB_STR("200")},
		{TOMB_STR("prefix"), r->prefix},
		{TOMB_STR("versions"), TOMB_STR("")},
		{TOMB_STR("key-marker"), tomb_str_from(place->key)},
		{TOMB_STR("version-id-marker"), tomb_str_from(place->version)},
	};
	struct sigv4_field *query = TOMB_NEW(arena, struct sigv4_field, TOMB_COUNTOF(fields));
	size_t nquery = !place->key[0] ? 4 : !place->version[0] ? 5 : 6;
	struct s3_request request = {.method = "GET", .query = query, .nquery = nquery, .answer_max = PAGE_BYTES};

	_Static_assert(PAGE_KEYS == 200, "max-keys says so");
	if (!query)
		return TOMB_FAIL(err, TOMB_NOMEM, "listing versions");
	for (size_t i = 0; i < TOMB_COUNTOF(fields); i++)
		query[i] = fields[i];
	return s3_draft(r->s3, &request, arena, out, err);
}

static struct reader reader_of(struct s3 *s3, struct tomb_str key, struct tomb_arena *arena)
{
	return (struct reader){.s3 = s3, .key = key, .prefix = {key.p, delete_body_carries(key)}, .arena = arena};
}

/* What one page says; *more if another follows, and where. */
static enum tomb_code read_page(struct reader *r, const struct tomb_http_answer *a, struct tomb_arena *scratch,
	struct place *place, bool *more, struct tomb_err *err)
{
	struct s3_version_page page;
	struct s3_failure failure;
	struct tomb_err why;
	size_t known = r->n;

	if (a->status != 200) {
		s3_failure_read(a, scratch, &failure);
		return s3_failure_set(&failure, "listing versions", err);
	}
	if (s3_answer_versions(a->body, scratch, &page, &why) != TOMB_OK)
		return TOMB_FAIL(err, why.code == TOMB_NOMEM ? TOMB_NOMEM : TOMB_STORE,
			"the list of versions cannot be read: %s", why.text);
	TOMB_TRY(take_page(r, &page, scratch, err));
	/* Swift 2.30 names a place behind all that is still to come.  A list that was cut just where the key's versions
	 * end looks the same, and does not prove anything either. */
	if (place->key[0] && (page.n == 0 || (place->is_inside && r->n == known)))
		return TOMB_FAIL(err, TOMB_STORE, "the list of versions says that it goes on, and does not");
	*more = page.is_truncated;
	return *more ? move_on(r, &page, scratch, place, err) : TOMB_OK;
}

/* Asks for the page at place, and reads it. */
static enum tomb_code next_page(
	struct reader *r, struct place *place, bool *more, char request_id[static 128], struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(PAGE_ARENA_MAX);
	struct aws_request request;
	struct tomb_http_answer a;

	TOMB_TRY(draft(r, place, &scratch, &request, err));
	TOMB_TRY(aws_call(&r->s3->aws, &request, &scratch, &a, err));
	(void)snprintf(request_id, 128, "%.*s", TOMB_STR_ARG(s3_failure_request_id(&a)));
	return read_page(r, &a, &scratch, place, more, err);
}

/* From the first page's answer to the last page. */
static enum tomb_code read_all(
	struct reader *r, const struct tomb_http_answer *first, struct s3_versions *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(PAGE_ARENA_MAX);
	struct place place = {.key = ""};
	char request_id[128] = "";
	struct tomb_str kept = {NULL, 0};
	bool more = true;

	(void)snprintf(request_id, sizeof request_id, "%.*s", TOMB_STR_ARG(s3_failure_request_id(first)));
	TOMB_TRY(read_page(r, first, &scratch, &place, &more, err));
	tomb_arena_reset(&scratch);
	for (int pages = 1; more; pages++) {
		if (pages == PAGES_MAX)
			return TOMB_FAIL(err, TOMB_TOOBIG, "the list of versions has more than %d pages", PAGES_MAX);
		TOMB_TRY(next_page(r, &place, &more, request_id, err));
	}
	kept = tomb_arena_str(r->arena, tomb_str_from(request_id));
	if (!kept.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu versions", r->n);
	*out = (struct s3_versions){.list = r->list, .n = r->n, .markers = r->markers, .request_id = kept};
	return TOMB_OK;
}

enum tomb_code s3_versions_ask(
	struct s3 *s3, struct tomb_str key, struct tomb_arena *arena, struct aws_request *out, struct tomb_err *err)
{
	const struct place first = {.key = ""};
	const struct reader r = reader_of(s3, key, arena);

	return draft(&r, &first, arena, out, err);
}

enum tomb_code s3_versions_read(struct s3 *s3, struct tomb_str key, const struct tomb_http_answer *first,
	struct tomb_arena *arena, struct s3_versions *out, struct tomb_err *err)
{
	struct reader r = reader_of(s3, key, arena);

	return read_all(&r, first, out, err);
}

enum tomb_code s3_versions_list(
	struct s3 *s3, struct tomb_str key, struct tomb_arena *arena, struct s3_versions *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(PAGE_ARENA_MAX);
	struct aws_request request;
	struct tomb_http_answer first;

	TOMB_TRY(s3_versions_ask(s3, key, &scratch, &request, err));
	TOMB_TRY(aws_call(&s3->aws, &request, &scratch, &first, err));
	return s3_versions_read(s3, key, &first, arena, out, err);
}
