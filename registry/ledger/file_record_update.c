#include "authority.h"
#include "constraint.h"
#include "record_internal.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

#include <inttypes.h>

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024 }; /* a row, and the columns of one file's parts */

struct change {
	const struct tomb_actor *actor;
	const struct tomb_file_given *given;
	int64_t id;
};

enum tomb_code tomb_record_file_lock(struct tomb_pg *pg, int64_t institution_id, int64_t id, struct tomb_arena *arena,
	struct sql_record_file_lock_row **out, struct tomb_err *err)
{
	struct sql_record_file_object_row *object = NULL;
	struct sql_record_objects_lock_row *locked = NULL;
	struct sql_record_file_lock_row *file = NULL;
	size_t n = 0;

	TOMB_TRY(sql_record_file_object(pg, &(struct sql_record_file_object_args){id}, arena, &object, &n, err));
	if (n > 0) {
		TOMB_TRY(sql_record_objects_lock(
			pg, &(struct sql_record_objects_lock_args){{&object->object_id, 1}}, arena, &locked, &n, err));
		TOMB_TRY(sql_record_file_lock(pg, &(struct sql_record_file_lock_args){id}, arena, &file, &n, err));
	}
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no file %" PRId64, id);
	if (institution_id != 0 && file->institution_id != institution_id)
		return TOMB_FAIL(
			err, TOMB_NOTFOUND, "institution %" PRId64 " has no file %" PRId64, institution_id, id);
	*out = file;
	return TOMB_OK;
}

static enum tomb_code check_same(
	const struct tomb_file_given *g, const struct sql_record_file_lock_row *now, struct tomb_err *err)
{
	bool is_active = tomb_str_eq(now->state, TOMB_STR("A"));
	struct tomb_str option = is_active ? now->storage_option : now->object_option;
	struct tomb_uuid uuid;

	if (g->institution_id != 0 && g->institution_id != now->institution_id)
		return TOMB_FAIL(err, TOMB_INVAL, "institution id cannot change");
	if (g->identifier.p && !tomb_str_eq(g->identifier, now->identifier))
		return TOMB_FAIL(err, TOMB_INVAL, "identifier cannot change");
	if (g->object_id != 0 && g->object_id != now->object_id)
		return TOMB_FAIL(err, TOMB_INVAL, "intellectual_object_id cannot change");
	if (g->storage_option.p && !tomb_str_eq(g->storage_option, option) && is_active)
		return TOMB_FAIL(err, TOMB_INVAL, "cannot change storage option on active object");
	if (g->storage_option.p && !tomb_str_eq(g->storage_option, option))
		return TOMB_FAIL(err, TOMB_INVAL, "storage_option: that of the object is %.*s", TOMB_STR_ARG(option));
	if (g->uuid.n > 0) {
		TOMB_TRY(tomb_uuid_parse(g->uuid, &uuid, err));
		if (!tomb_uuid_eq(uuid, now->uuid))
			return TOMB_FAIL(err, TOMB_INVAL, "uuid cannot change");
	}
	if (is_active && tomb_str_eq(g->state, TOMB_STR("D")))
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"state: a file is Deleted when its last copy is known to be gone, and not by being said to be");
	return TOMB_OK;
}

static enum tomb_code find_news(struct tomb_pg *pg, const struct change *c, struct tomb_arena *arena,
	struct sql_record_file_news_row **out, struct tomb_err *err)
{
	const struct tomb_file_given *g = c->given;
	struct tomb_str *algorithms = TOMB_NEW(arena, struct tomb_str, g->nchecksums);
	struct tomb_str *digests = TOMB_NEW(arena, struct tomb_str, g->nchecksums);

	if (!algorithms || !digests)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu checksums", g->nchecksums);
	for (size_t i = 0; i < g->nchecksums; i++) {
		algorithms[i] = g->checksums[i].algorithm;
		digests[i] = g->checksums[i].digest;
	}
	return sql_record_file_news(pg,
		&(struct sql_record_file_news_args){
			c->id, {algorithms, g->nchecksums}, {digests, g->nchecksums}, g->urls},
		arena, out, err);
}

/* New bytes come whole: what they are, and where, all of it under new addresses. */
static enum tomb_code renew(struct tomb_pg *pg, const struct change *c, const struct sql_record_file_lock_row *now,
	const struct sql_record_file_news_row *news, struct tomb_err *err)
{
	const struct tomb_file_given *g = c->given;
	const struct sql_record_file_renew_args args = {
		.id = c->id,
		.file_format = g->file_format,
		.file_format_null = g->file_format.p == NULL,
		.mod_time = g->mod_time_us,
		.mod_time_null = g->mod_time_us == 0,
		.size_bytes = g->size_bytes,
		.size_bytes_null = g->size_bytes < 0,
	};
	bool was_deleted = tomb_str_eq(now->state, TOMB_STR("D"));
	size_t changed = 0;

	if (was_deleted && !tomb_str_eq(g->state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT, "%.*s is deleted: it comes back with state \"A\"",
			TOMB_STR_ARG(now->identifier));
	if (!tomb_str_eq(now->object_state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"the object of %.*s is deleted: bring it back with objects/update before its files",
			TOMB_STR_ARG(now->identifier));
	if (g->nchecksums == 0 || g->urls.n == 0)
		return TOMB_FAIL(
			err, TOMB_INVAL, "new bytes are recorded with at least one checksum and one storage record");
	if (news->unknown != (int64_t)g->urls.n)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"new bytes go to new addresses: a storage record names one that the file has already");
	TOMB_TRY(sql_record_file_renew(pg, &args, &changed, err));
	TOMB_TRY(tomb_record_file_parts(pg, c->actor, g, now->object_id, c->id, err));
	return tomb_record_audit(pg, c->actor, was_deleted ? "record file again" : "record new bytes",
		now->institution_id, "file", c->id, now->identifier, err);
}

/* Digests that the present content has not had, and what is said of the file. */
static enum tomb_code amend(struct tomb_pg *pg, const struct change *c, const struct sql_record_file_lock_row *now,
	const struct sql_record_file_news_row *news, struct tomb_arena *arena, struct tomb_err *err)
{
	const struct tomb_file_given *g = c->given;
	struct tomb_checksum_line *lines = TOMB_NEW(arena, struct tomb_checksum_line, g->nchecksums);
	struct tomb_event_line *events = TOMB_NEW(arena, struct tomb_event_line, g->nevents);
	const struct sql_record_file_update_args args = {
		.id = c->id,
		.file_format = g->file_format,
		.file_format_null = g->file_format.p == NULL,
		.mod_time = g->mod_time_us,
		.mod_time_null = g->mod_time_us == 0,
	};
	size_t changed = 0;
	size_t n = 0;

	if (!lines || !events)
		return TOMB_FAIL(err, TOMB_NOMEM, "what is said of a file");
	if (g->size_bytes >= 0 && g->size_bytes != now->size_bytes)
		return TOMB_FAIL(err, TOMB_INVAL,
			"size: another size is new bytes, which have other checksums and new storage records");
	for (size_t i = 0; i < g->nchecksums; i++)
		for (size_t k = 0; k < news->missing.n; k++)
			if (tomb_str_eq(g->checksums[i].algorithm, news->missing.p[k]))
				lines[n++] = (struct tomb_checksum_line){c->id, g->checksums[i]};
	for (size_t i = 0; i < g->nevents; i++)
		events[i] = (struct tomb_event_line){now->object_id, c->id, g->events[i]};
	TOMB_TRY(sql_record_file_update(pg, &args, &changed, err));
	TOMB_TRY(tomb_record_checksums(pg, lines, n, NULL, err));
	TOMB_TRY(tomb_record_events(pg, events, g->nevents, NULL, err));
	return tomb_record_audit(pg, c->actor, "change file", now->institution_id, "file", c->id, now->identifier, err);
}

/* Two digests by one algorithm are of two contents, and the second would be told from the first by nothing. */
static enum tomb_code check_once(const struct tomb_file_given *g, struct tomb_err *err)
{
	for (size_t i = 0; i < g->nchecksums; i++)
		for (size_t k = 0; k < i; k++)
			if (tomb_str_eq(g->checksums[i].algorithm, g->checksums[k].algorithm))
				return TOMB_FAIL(err, TOMB_INVAL, "checksums: two by the algorithm %.*s",
					TOMB_STR_ARG(g->checksums[i].algorithm));
	return TOMB_OK;
}

/* A tomb_tx_fn. */
static enum tomb_code update(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct change *c = ctx;
	struct sql_record_file_lock_row *now = NULL;
	struct sql_record_file_news_row *news = NULL;

	TOMB_TRY(tomb_authority_all(pg, c->actor, TOMB_MAY_FILE_WRITE, "create and change files", err));
	TOMB_TRY(tomb_record_file_check(c->given, err));
	TOMB_TRY(check_once(c->given, err));
	TOMB_TRY(tomb_record_file_lock(pg, 0, c->id, &arena, &now, err));
	TOMB_TRY(check_same(c->given, now, err));
	TOMB_TRY(find_news(pg, c, &arena, &news, err));
	if (news->differing > 0 || news->unknown > 0)
		return renew(pg, c, now, news, err);
	if (!tomb_str_eq(now->state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"%.*s is deleted: it can come back only with newly stored bytes, with checksums and storage "
			"records",
			TOMB_STR_ARG(now->identifier));
	return amend(pg, c, now, news, &arena, err);
}

enum tomb_code tomb_file_record_update(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	const struct tomb_file_given *given, struct tomb_err *err)
{
	struct change c = {actor, given, id};

	return tomb_tx_run(pg, TOMB_READ_COMMITTED, update, &c, err);
}
