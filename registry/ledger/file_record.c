#include "tombstone/file_record.h"

#include "authority.h"
#include "constraint.h"
#include "record_internal.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

#include <inttypes.h>

enum { ARENA_BYTES_MAX = 32 * 1024 * 1024 }; /* the columns of a thousand files, and their parts as lines */

struct creation {
	const struct tomb_actor *actor;
	int64_t institution_id;
	const struct tomb_file_given *files;
	size_t n;
	int64_t *ids; /* of the caller */
};

/* The checksums, copies and events of all files, as lines. */
struct parts {
	struct tomb_checksum_line *checksums;
	struct tomb_copy_line *copies;
	struct tomb_event_line *events;
	size_t nchecksums, ncopies, nevents;
};

static enum tomb_code check_parts(const struct tomb_file_given *f, struct tomb_err *err)
{
	if (f->nchecksums > TOMB_FILE_RECORD_PARTS_MAX || f->urls.n > TOMB_FILE_RECORD_PARTS_MAX ||
		f->nevents > TOMB_FILE_RECORD_PARTS_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "a file has at most %d checksums, storage records and events each",
			TOMB_FILE_RECORD_PARTS_MAX);
	for (size_t i = 0; i < f->nchecksums; i++)
		TOMB_TRY(tomb_record_checksum_check(&f->checksums[i], err));
	for (size_t i = 0; i < f->nevents; i++)
		TOMB_TRY(tomb_record_event_check(&f->events[i], err));
	return TOMB_OK;
}

enum tomb_code tomb_record_file_check(const struct tomb_file_given *f, struct tomb_err *err)
{
	struct tomb_uuid ignored;

	if (f->state.p && !tomb_str_eq(f->state, TOMB_STR("A")) && !tomb_str_eq(f->state, TOMB_STR("D")))
		return TOMB_FAIL(err, TOMB_INVAL, "state is \"A\" or \"D\"");
	if (f->file_format.p)
		TOMB_TRY(tomb_constraint_line(f->file_format, "file_format", err));
	if (f->uuid.n > 0)
		TOMB_TRY(tomb_uuid_parse(f->uuid, &ignored, err));
	return check_parts(f, err);
}

static enum tomb_code check_new(const struct tomb_file_given *f, int64_t institution_id, struct tomb_err *err)
{
	TOMB_TRY(tomb_record_file_check(f, err));
	if (f->institution_id != 0 && f->institution_id != institution_id)
		return TOMB_FAIL(err, TOMB_INVAL, "resource or institution id mismatch");
	if (f->object_id == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "intellectual_object_id: a file belongs to an object");
	if (f->identifier.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "identifier: a file has one");
	TOMB_TRY(tomb_constraint_line(f->identifier, "identifier", err));
	if (f->file_format.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "file_format: a file has one");
	if (f->size_bytes < 0)
		return TOMB_FAIL(err, TOMB_INVAL, "size: a file has one");
	if (tomb_str_eq(f->state, TOMB_STR("D")))
		return TOMB_FAIL(err, TOMB_INVAL, "state: what is recorded is active");
	return TOMB_OK;
}

static enum tomb_code check_home(const struct tomb_file_given *f, int64_t institution_id,
	const struct sql_record_objects_lock_row *objects, size_t n, struct tomb_err *err)
{
	const struct sql_record_objects_lock_row *o = NULL;

	for (size_t i = 0; i < n && !o; i++)
		o = objects[i].id == f->object_id && objects[i].institution_id == institution_id ? &objects[i] : NULL;
	if (!o)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "institution %" PRId64 " has no object %" PRId64, institution_id,
			f->object_id);
	if (!tomb_str_eq(o->state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"%.*s is deleted: bring it back with objects/update before its files",
			TOMB_STR_ARG(o->identifier));
	if (f->identifier.n < o->identifier.n + 2 || memcmp(f->identifier.p, o->identifier.p, o->identifier.n) != 0 ||
		f->identifier.p[o->identifier.n] != '/')
		return TOMB_FAIL(err, TOMB_INVAL, "identifier: a file of this object is called \"%.*s/PATH\"",
			TOMB_STR_ARG(o->identifier));
	if (f->storage_option.n > 0 && !tomb_str_eq(f->storage_option, o->storage_option))
		return TOMB_FAIL(
			err, TOMB_INVAL, "storage_option: that of the object is %.*s", TOMB_STR_ARG(o->storage_option));
	return TOMB_OK;
}

static enum tomb_code lock_objects(
	struct tomb_pg *pg, const struct creation *c, struct tomb_arena *arena, struct tomb_err *err)
{
	int64_t *ids = TOMB_NEW(arena, int64_t, c->n);
	struct sql_record_objects_lock_row *objects = NULL;
	size_t n = 0;

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", c->n);
	for (size_t i = 0; i < c->n; i++) {
		TOMB_TRY(check_new(&c->files[i], c->institution_id, err));
		ids[i] = c->files[i].object_id;
	}
	TOMB_TRY(sql_record_objects_lock(
		pg, &(struct sql_record_objects_lock_args){{ids, c->n}}, arena, &objects, &n, err));
	for (size_t i = 0; i < c->n; i++)
		TOMB_TRY(check_home(&c->files[i], c->institution_id, objects, n, err));
	return TOMB_OK;
}

static enum tomb_code insert_files(struct tomb_pg *pg, const struct creation *c, struct tomb_arena *arena,
	struct sql_record_files_insert_row **made, struct tomb_err *err)
{
	size_t n = c->n;
	int64_t *objects = TOMB_NEW(arena, int64_t, n);
	int64_t *sizes = TOMB_NEW(arena, int64_t, n);
	int64_t *times = TOMB_NEW(arena, int64_t, n);
	struct tomb_str *identifiers = TOMB_NEW(arena, struct tomb_str, n);
	struct tomb_str *formats = TOMB_NEW(arena, struct tomb_str, n);
	struct tomb_str *uuids = TOMB_NEW(arena, struct tomb_str, n);
	size_t nmade = 0;

	if (!objects || !sizes || !times || !identifiers || !formats || !uuids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", n);
	for (size_t i = 0; i < n; i++) {
		const struct tomb_file_given *f = &c->files[i];

		objects[i] = f->object_id;
		sizes[i] = f->size_bytes;
		times[i] = f->mod_time_us == 0 ? TOMB_PG_NEVER : f->mod_time_us;
		identifiers[i] = f->identifier;
		formats[i] = f->file_format;
		uuids[i] = f->uuid.n > 0 ? f->uuid : (struct tomb_str){NULL, 0};
	}
	TOMB_TRY(tomb_constraint_explain(pg,
		sql_record_files_insert(pg,
			&(struct sql_record_files_insert_args){
				{objects, n}, {identifiers, n}, {formats, n}, {sizes, n}, {uuids, n}, {times, n}},
			arena, made, &nmade, err),
		n == 1 ? identifiers[0] : TOMB_STR("files"), err));
	if (nmade != n)
		return TOMB_FAIL(err, TOMB_INVAL, "identifier: two of the files have the same");
	return TOMB_OK;
}

static enum tomb_code make_room(
	const struct tomb_file_given *files, size_t n, struct tomb_arena *arena, struct parts *p, struct tomb_err *err)
{
	size_t checksums = 0;
	size_t copies = 0;
	size_t events = n; /* one of ours each */

	for (size_t i = 0; i < n; i++) {
		checksums += files[i].nchecksums;
		copies += files[i].urls.n;
		events += files[i].nevents;
	}
	*p = (struct parts){
		.checksums = TOMB_NEW(arena, struct tomb_checksum_line, checksums),
		.copies = TOMB_NEW(arena, struct tomb_copy_line, copies),
		.events = TOMB_NEW(arena, struct tomb_event_line, events),
	};
	if (!p->checksums || !p->copies || !p->events)
		return TOMB_FAIL(err, TOMB_NOMEM, "what %zu files bring", n);
	return TOMB_OK;
}

static void add_parts(
	struct parts *p, const struct tomb_actor *actor, const struct tomb_file_given *f, int64_t object_id, int64_t id)
{
	bool says_ingestion = false;

	for (size_t i = 0; i < f->nchecksums; i++)
		p->checksums[p->nchecksums++] = (struct tomb_checksum_line){id, f->checksums[i]};
	for (size_t i = 0; i < f->urls.n; i++)
		p->copies[p->ncopies++] = (struct tomb_copy_line){id, f->urls.p[i]};
	for (size_t i = 0; i < f->nevents; i++) {
		p->events[p->nevents++] = (struct tomb_event_line){object_id, id, f->events[i]};
		says_ingestion = says_ingestion || tomb_str_eq(f->events[i].type, TOMB_STR("ingestion"));
	}
	if (!says_ingestion)
		p->events[p->nevents++] = (struct tomb_event_line){object_id, id,
			tomb_record_event(actor, TOMB_STR("ingestion"), TOMB_STR("Recorded as stored"),
				f->urls.n > 0 ? f->urls.p[0] : TOMB_STR("no copy yet"))};
}

enum tomb_code tomb_record_file_parts(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_file_given *f, int64_t object_id, int64_t id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct parts p;

	TOMB_TRY(make_room(f, 1, &arena, &p, err));
	add_parts(&p, actor, f, object_id, id);
	TOMB_TRY(tomb_record_checksums(pg, p.checksums, p.nchecksums, NULL, err));
	TOMB_TRY(tomb_record_copies(pg, p.copies, p.ncopies, NULL, err));
	return tomb_record_events(pg, p.events, p.nevents, NULL, err);
}

static enum tomb_code audit(struct tomb_pg *pg, const struct creation *c, int64_t first, struct tomb_err *err)
{
	TOMB_BUF_AUTO detail = tomb_buf_init(16384);
	struct tomb_str text;

	tomb_buf_putf(&detail, "%zu files, the first: ", c->n);
	tomb_buf_put(&detail, c->files[0].identifier);
	TOMB_TRY(tomb_buf_done(&detail, &text, err));
	return tomb_record_audit(pg, c->actor, "record files", c->institution_id, "file", first, text, err);
}

/* A tomb_tx_fn. */
static enum tomb_code create(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct creation *c = ctx;
	struct sql_record_files_insert_row *made = NULL;
	struct parts p;

	TOMB_TRY(tomb_authority_all(pg, c->actor, TOMB_MAY_FILE_WRITE, "create and change files", err));
	TOMB_TRY(lock_objects(pg, c, &arena, err));
	TOMB_TRY(insert_files(pg, c, &arena, &made, err));
	TOMB_TRY(make_room(c->files, c->n, &arena, &p, err));
	for (size_t i = 0; i < c->n; i++)
		add_parts(&p, c->actor, &c->files[i], c->files[i].object_id, made[i].id);
	TOMB_TRY(tomb_record_checksums(pg, p.checksums, p.nchecksums, NULL, err));
	TOMB_TRY(tomb_record_copies(pg, p.copies, p.ncopies, NULL, err));
	TOMB_TRY(tomb_record_events(pg, p.events, p.nevents, NULL, err));
	TOMB_TRY(audit(pg, c, made->id, err));
	for (size_t i = 0; i < c->n; i++)
		c->ids[i] = made[i].id;
	return TOMB_OK;
}

enum tomb_code tomb_file_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	const struct tomb_file_given *files, size_t n, int64_t *ids, struct tomb_err *err)
{
	struct creation c = {.actor = actor, .institution_id = institution_id, .files = files, .n = n};

	c.ids = ids;

	if (n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "no file is given");
	if (n > TOMB_FILE_RECORD_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "%zu files are given; at most %d", n, TOMB_FILE_RECORD_MAX);
	return tomb_tx_run(pg, TOMB_READ_COMMITTED, create, &c, err);
}
