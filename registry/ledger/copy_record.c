#include "tombstone/copy_record.h"

#include "authority.h"
#include "constraint.h"
#include "record_internal.h"
#include "sql.gen.h"
#include "tombstone/percent.h"
#include "tombstone/tx.h"

#include <inttypes.h>

enum {
	ARENA_BYTES_MAX = 48 * 1024 * 1024, /* the addresses of the copies of a thousand files, and some more of each */
	URL_MAX = 8192
};

/* One address, one spelling: a second one for the same bytes would let a deletion take them from under another file. */
static enum tomb_code check_spelling(struct tomb_str rest, struct tomb_arena *arena, bool *ok, struct tomb_err *err)
{
	TOMB_BUF_AUTO again = tomb_buf_init(4UL * URL_MAX);
	struct tomb_str plain;
	struct tomb_err ignored;
	const char *from = rest.p;

	*ok = false;
	if (rest.n == 0 || tomb_percent_decode(rest, arena, &plain, &ignored) != TOMB_OK)
		return TOMB_OK;
	tomb_percent_encode_path(&again, plain);
	if (again.broken != TOMB_OK)
		return TOMB_FAIL(err, again.broken, "an address");
	for (const char *p = rest.p; p <= rest.p + rest.n; p++) {
		size_t n = (size_t)(p - from);

		if (p < rest.p + rest.n && *p != '/')
			continue;
		if (n == 0 || (n <= 2 && memcmp(from, "..", n) == 0))
			return TOMB_OK;
		from = p + 1;
	}
	*ok = tomb_str_eq((struct tomb_str){again.p, again.n}, rest);
	return TOMB_OK;
}

static enum tomb_code check_place(struct tomb_str url, const struct sql_record_copy_places_row *at,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_str rest;
	bool ok = false;

	if (at->backend_id == 0)
		return TOMB_FAIL(err, TOMB_INVAL,
			"url: at no backend of the storage option %.*s, as they were probed last: %.*s",
			TOMB_STR_ARG(at->storage_option), TOMB_STR_ARG(url));
	rest = (struct tomb_str){url.p + at->place.n, url.n - at->place.n};
	TOMB_TRY(check_spelling(rest, arena, &ok, err));
	if (!ok)
		return TOMB_FAIL(err, TOMB_INVAL,
			"url: not as the store writes it, with %%XX in capitals for all but letters, digits, "
			"\"-._~\" and \"/\": %.*s",
			TOMB_STR_ARG(url));
	return TOMB_OK;
}

static enum tomb_code find_backends(struct tomb_pg *pg, struct tomb_int8s files, struct tomb_strs urls,
	struct tomb_arena *arena, int64_t *backends, struct tomb_err *err)
{
	struct sql_record_copy_places_row *at = NULL;
	size_t n = 0;

	for (size_t i = 0; i < urls.n; i++)
		if (urls.p[i].n == 0 || urls.p[i].n > URL_MAX)
			return TOMB_FAIL(err, TOMB_INVAL, "url: an address has 1 to %d bytes", URL_MAX);
	TOMB_TRY(sql_record_copy_places(pg, &(struct sql_record_copy_places_args){files, urls}, arena, &at, &n, err));
	if (n != urls.n)
		return TOMB_FAIL(err, TOMB_BUG, "%zu places of %zu copies", n, urls.n);
	for (size_t i = 0; i < n; i++) {
		TOMB_TRY(check_place(urls.p[i], &at[i], arena, err));
		backends[i] = at[i].backend_id;
	}
	return TOMB_OK;
}

enum tomb_code tomb_record_copies(
	struct tomb_pg *pg, const struct tomb_copy_line *lines, size_t n, int64_t *first, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	int64_t *files = TOMB_NEW(&arena, int64_t, n);
	int64_t *backends = TOMB_NEW(&arena, int64_t, n);
	struct tomb_str *urls = TOMB_NEW(&arena, struct tomb_str, n);
	struct sql_record_copies_insert_row *made = NULL;
	enum tomb_code code = TOMB_OK;
	size_t nmade = 0;

	if (n == 0)
		return TOMB_OK;
	if (!files || !backends || !urls)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu copies", n);
	for (size_t i = 0; i < n; i++) {
		files[i] = lines[i].file_id;
		urls[i] = lines[i].url;
	}
	TOMB_TRY(find_backends(pg, (struct tomb_int8s){files, n}, (struct tomb_strs){urls, n}, &arena, backends, err));
	code = sql_record_copies_insert(pg,
		&(struct sql_record_copies_insert_args){{files, n}, {urls, n}, {backends, n}}, &arena, &made, &nmade,
		err);
	TOMB_TRY(tomb_constraint_explain(pg, code, urls[0], err));
	if (first)
		*first = made->id;
	return TOMB_OK;
}

struct reported {
	const struct tomb_actor *actor;
	struct tomb_str url;
	int64_t institution_id;
	int64_t file_id;
	int64_t id;
};

/* A tomb_tx_fn. */
static enum tomb_code report(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct reported *r = ctx;
	struct sql_record_file_lock_row *file = NULL;
	struct tomb_event_line event = {.file_id = r->file_id};
	int64_t id = 0;

	TOMB_TRY(tomb_authority_all(pg, r->actor, TOMB_MAY_STORAGE_RECORD_WRITE, "record where copies are", err));
	TOMB_TRY(tomb_record_file_lock(pg, r->institution_id, r->file_id, &arena, &file, err));
	if (!tomb_str_eq(file->state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT, "%.*s is deleted", TOMB_STR_ARG(file->identifier));
	if (file->reachable)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"a deletion of %.*s is asked for or under way: record the copy when that has ended, or new "
			"bytes with files/update",
			TOMB_STR_ARG(file->identifier));
	TOMB_TRY(tomb_record_copies(pg, &(struct tomb_copy_line){r->file_id, r->url}, 1, &id, err));
	event.object_id = file->object_id;
	event.event = tomb_record_event(
		r->actor, TOMB_STR("replication"), TOMB_STR("A copy of the file was reported"), r->url);
	TOMB_TRY(tomb_record_events(pg, &event, 1, NULL, err));
	TOMB_TRY(tomb_record_audit(pg, r->actor, "record copy", file->institution_id, "file", r->file_id, r->url, err));
	r->id = id;
	return TOMB_OK;
}

enum tomb_code tomb_copy_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	int64_t file_id, struct tomb_str url, int64_t *id, struct tomb_err *err)
{
	struct reported r = {.actor = actor, .url = url, .institution_id = institution_id, .file_id = file_id};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, report, &r, err));
	*id = r.id;
	return TOMB_OK;
}
