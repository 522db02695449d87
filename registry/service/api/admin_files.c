/* /admin-api/v3/files: what changes them */
#include "admin_read.h"
#include "api.h"
#include "tombstone/deletion_question.h"

#include <inttypes.h>

enum { SHOWN_ARENA_MAX = 16 * 1024 * 1024 }; /* one file, with all that it brought */

enum tomb_code tomb_admin_file_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_admin_file file;
	int64_t id = 0;

	TOMB_TRY(tomb_admin_parse(req, &doc, err));
	TOMB_TRY(tomb_admin_read_file(tomb_json_doc_root(doc), req->arena, &file, err));
	TOMB_TRY(tomb_admin_same_id(file.id, 0, err));
	TOMB_TRY(tomb_file_record_create(ctx->link.pg, &ctx->actor, req->params[0].id, &file.given, 1, &id, err));
	return tomb_admin_show(ctx, req, res, tomb_member_file, id, 201, err);
}

static enum tomb_code read_all(struct tomb_json_value list, struct tomb_arena *arena, struct tomb_file_given **out,
	size_t *n, struct tomb_err *err)
{
	size_t count = tomb_json_value_count(list);
	struct tomb_file_given *files = NULL;
	struct tomb_admin_file one;

	if (count == 0 || count > TOMB_FILE_RECORD_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "an array of 1 to %d files is expected", TOMB_FILE_RECORD_MAX);
	files = TOMB_NEW(arena, struct tomb_file_given, count);
	if (!files)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", count);
	for (size_t i = 0; i < count; i++) {
		TOMB_TRY(tomb_admin_read_file(tomb_json_value_at(list, i), arena, &one, err));
		TOMB_TRY(tomb_admin_same_id(one.id, 0, err));
		files[i] = one.given;
	}
	*out = files;
	*n = count;
	return TOMB_OK;
}

/* The records one after the other, each in memory of its own. */
static enum tomb_code show_all(struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_response *res,
	const int64_t *ids, size_t n, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(SHOWN_ARENA_MAX);
	struct tomb_request one = *req;

	one.arena = &arena;
	tomb_buf_putf(&res->body, "{\"count\":%zu,\"next\":\"\",\"previous\":\"\",\"results\":[", n);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			tomb_buf_put(&res->body, TOMB_STR(","));
		TOMB_TRY(tomb_admin_show(ctx, &one, res, tomb_member_file, ids[i], 201, err));
		tomb_arena_reset(&arena);
	}
	tomb_buf_put(&res->body, TOMB_STR("]}"));
	return TOMB_OK;
}

enum tomb_code tomb_admin_file_create_batch(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	int64_t ids[TOMB_FILE_RECORD_MAX];
	struct tomb_file_given *files = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_admin_parse(req, &doc, err));
	TOMB_TRY(read_all(tomb_json_doc_root(doc), req->arena, &files, &n, err));
	TOMB_TRY(tomb_file_record_create(ctx->link.pg, &ctx->actor, req->params[0].id, files, n, ids, err));
	return show_all(ctx, req, res, ids, n, err);
}

enum tomb_code tomb_admin_file_update(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_admin_file file;
	int64_t id = req->params[0].id;

	TOMB_TRY(tomb_admin_parse(req, &doc, err));
	TOMB_TRY(tomb_admin_read_file(tomb_json_doc_root(doc), req->arena, &file, err));
	TOMB_TRY(tomb_admin_same_id(file.id, id, err));
	TOMB_TRY(tomb_file_record_update(ctx->link.pg, &ctx->actor, id, &file.given, err));
	return tomb_admin_show(ctx, req, res, tomb_member_file, id, 200, err);
}

/* A question, whatever its method says: is it done? */
enum tomb_code tomb_admin_file_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_TRY(tomb_deletion_question_file(ctx->link.pg, &ctx->actor, req->params[0].id, err));
	return tomb_member_file(ctx, req, res, err);
}
