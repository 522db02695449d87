#include "tombstone/deletion_question.h"

#include "authority.h"
#include "sql.gen.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* a row */

/* What stands between a thing and its end, from the newest request that can still reach it. */
struct standing {
	int64_t request_id;
	struct tomb_str request_state;
	int64_t work_item_id;
	struct tomb_str work_status;
	bool is_young;
	const char *noun; /* "File", "Object": as in APTrust's texts, which clients may know */
};

static enum tomb_code answer(
	const struct standing *s, struct tomb_str identifier, const char *rest, struct tomb_err *err)
{
	if (tomb_str_eq(s->request_state, TOMB_STR("open")))
		return TOMB_FAIL(err, TOMB_CONFLICT, "deletion request %" PRId64 " awaits approval: %.*s",
			s->request_id, TOMB_STR_ARG(identifier));
	if (s->request_id != 0)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"deletion request %" PRId64 " is approved, and its work item %" PRId64 " is %.*s: %s: %.*s",
			s->request_id, s->work_item_id, TOMB_STR_ARG(s->work_status), rest, TOMB_STR_ARG(identifier));
	if (s->is_young)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE, "%s has not passed minimum retention period", s->noun);
	return TOMB_FAIL(err, TOMB_FORBIDDEN, "Missing deletion request work item");
}

enum tomb_code tomb_deletion_question_file(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t file_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_deletion_question_file_row *f = NULL;
	struct standing s = {.noun = "File"};
	char rest[96];
	size_t n = 0;

	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_FILE_WRITE, "create and change files", err));
	TOMB_TRY(sql_deletion_question_file(
		pg, &(struct sql_deletion_question_file_args){file_id}, &arena, &f, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no file %" PRId64, file_id);
	if (tomb_str_eq(f->state, TOMB_STR("D")))
		return TOMB_OK;
	s.request_id = f->request_id;
	s.request_state = f->request_state;
	s.work_item_id = f->work_item_id;
	s.work_status = f->work_status;
	s.is_young = f->young;
	(void)snprintf(rest, sizeof rest, "%" PRId64 " of %" PRId64 " copies are known to be gone", f->gone, f->copies);
	return answer(&s, f->identifier, rest, err);
}

enum tomb_code tomb_deletion_question_object(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t object_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_deletion_question_object_row *o = NULL;
	struct standing s = {.noun = "Object"};
	char rest[96];
	size_t n = 0;

	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_OBJECT_WRITE, "create and change objects", err));
	TOMB_TRY(sql_deletion_question_object(
		pg, &(struct sql_deletion_question_object_args){object_id}, &arena, &o, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no object %" PRId64, object_id);
	if (tomb_str_eq(o->state, TOMB_STR("D")))
		return TOMB_OK;
	if (o->active > 0 && o->request_id == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "cannot delete object with active files");
	s.request_id = o->request_id;
	s.request_state = o->request_state;
	s.work_item_id = o->work_item_id;
	s.work_status = o->work_status;
	s.is_young = o->young;
	(void)snprintf(
		rest, sizeof rest, "cannot delete object with active files, of which it has %" PRId64, o->active);
	return answer(&s, o->identifier, rest, err);
}
