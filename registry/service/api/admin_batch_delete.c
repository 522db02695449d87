/* /admin-api/v3/objects/init_batch_delete: the help desk's deletions (aptrust.md 2.6) */
#include "admin_read.h"
#include "answer.h"
#include "api.h"
#include "gate.h"
#include "member_answer.h"
#include "tombstone/deletion_batch.h"
#include "tombstone/deletion_view.h"
#include "tombstone/secret.h"

enum {
	IDS_MAX = 1000, /* of one call: the answer has a record of each */
	SHOWN_ARENA_MAX = 16 * 1024 * 1024
};

struct batch_body {
	int64_t institution_id, requestor_id;
	struct tomb_int8s object_ids, file_ids;
	struct tomb_str key, reason;
};

static const struct tomb_json_field fields[] = {
	{TOMB_JSON_FIELD("institutionId", struct batch_body, INT, institution_id), .required = true, .max = INT64_MAX},
	{TOMB_JSON_FIELD("requestorId", struct batch_body, INT, requestor_id), .required = true, .max = INT64_MAX},
	{TOMB_JSON_FIELD("objectIds", struct batch_body, INTS, object_ids), .max = IDS_MAX, .item_min = 1,
		.item_max = INT64_MAX},
	{TOMB_JSON_FIELD("fileIds", struct batch_body, INTS, file_ids), .max = IDS_MAX, .item_min = 1,
		.item_max = INT64_MAX},
	{TOMB_JSON_FIELD("secretKey", struct batch_body, STR, key), .required = true, .max = 200},
	{TOMB_JSON_FIELD("reason", struct batch_body, STR, reason), .max = TOMB_REQUEST_REASON_MAX},
};

/* Read anew each time: it can be changed while the service runs, and is nowhere in between. */
static enum tomb_code read_key(const struct tomb_ctx *ctx, struct tomb_secret *key, struct tomb_err *err)
{
	const char *path = ctx->registry->config->batch_deletion_key_file.p;
	struct tomb_uuid ignored;
	struct tomb_err why;

	if (!path || path[0] == '\0')
		return TOMB_FAIL(err, TOMB_BUG, "batch_deletion_key_file is not set: batch deletions are off");
	TOMB_TRY(tomb_secret_read(path, key, err));
	if (tomb_uuid_parse((struct tomb_str){key->text, key->n}, &ignored, &why) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_BUG, "the file of batch_deletion_key_file holds no UUID");
	return TOMB_OK;
}

/* Whoever guesses is slowed down. */
static enum tomb_code check_key(struct tomb_ctx *ctx, struct tomb_response *res, const struct tomb_secret *key,
	struct tomb_str given, struct tomb_err *err)
{
	TOMB_TRY(tomb_gate_attempt(ctx, res, ctx->actor.email, err));
	if (!tomb_secret_eq(given, (struct tomb_str){key->text, key->n}))
		return TOMB_FAIL(err, TOMB_INVAL, "invalid token");
	tomb_gate_forgive(ctx, ctx->actor.email);
	return TOMB_OK;
}

static void put_requester(struct tomb_json *w, const struct tomb_deletion_view *v)
{
	tomb_json_begin_object(w, "requested_by");
	tomb_json_int(w, "id", v->requested_by_id);
	tomb_json_str(w, "name", v->requested_by_name);
	tomb_json_str(w, "email", v->requested_by_email);
	tomb_json_int(w, "institution_id", v->institution_id);
	tomb_json_str(w, "role", TOMB_STR("institutional_admin"));
	tomb_json_end_object(w);
}

/* The records of ids, as the handlers show them, each in memory of its own; w has written the key of the array. */
static enum tomb_code put_all(struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_response *res,
	tomb_handler_fn *handler, struct tomb_int8s ids, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(SHOWN_ARENA_MAX);
	struct tomb_request one = *req;

	one.arena = &arena;
	one.nparams = 1;
	tomb_buf_put(&res->body, TOMB_STR("["));
	for (size_t i = 0; i < ids.n; i++) {
		if (i > 0)
			tomb_buf_put(&res->body, TOMB_STR(","));
		TOMB_TRY(tomb_admin_show(ctx, &one, res, handler, ids.p[i], 201, err));
		tomb_arena_reset(&arena);
	}
	tomb_buf_put(&res->body, TOMB_STR("]"));
	return TOMB_OK;
}

static enum tomb_code show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct batch_body *b, int64_t request_id, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_deletion_view view;

	TOMB_TRY(tomb_deletion_view_find(ctx->link.pg, &ctx->actor, request_id, req->arena, &view, err));
	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "id", view.id);
	tomb_json_int(&w, "institution_id", view.institution_id);
	tomb_json_time(&w, "requested_at", view.requested_at_us);
	tomb_member_time(&w, "confirmed_at", 0);
	tomb_member_time(&w, "cancelled_at", 0);
	put_requester(&w, &view);
	tomb_json_null(&w, "confirmed_by");
	tomb_json_null(&w, "cancelled_by");
	/* The handlers write whole values of their own, so the rest is put around them by hand. */
	tomb_buf_put(&res->body, TOMB_STR(",\"generic_files\":"));
	TOMB_TRY(put_all(ctx, req, res, tomb_member_file, b->file_ids, err));
	tomb_buf_put(&res->body, TOMB_STR(",\"intellectual_objects\":"));
	TOMB_TRY(put_all(ctx, req, res, tomb_member_object, b->object_ids, err));
	tomb_buf_put(&res->body, TOMB_STR(",\"work_item\":null}"));
	res->status = 201;
	res->content_type = "application/json; charset=utf-8";
	return TOMB_OK;
}

enum tomb_code tomb_admin_batch_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_SECRET_AUTO key = {.n = 0};
	struct batch_body b = {.reason = TOMB_STR("")};
	struct tomb_deletion_request made;
	struct tomb_deletion_batch batch;

	TOMB_TRY(read_key(ctx, &key, err));
	TOMB_TRY(tomb_api_body(req, fields, TOMB_COUNTOF(fields), &b, err));
	TOMB_TRY(check_key(ctx, res, &key, b.key, err));
	batch = (struct tomb_deletion_batch){.institution_id = b.institution_id,
		.requestor_id = b.requestor_id,
		.list = {.object_ids = b.object_ids, .file_ids = b.file_ids},
		.reason = b.reason};
	TOMB_TRY(tomb_deletion_batch_create(ctx->link.pg, &ctx->actor, &batch, &made, err));
	return show(ctx, req, res, &b, made.id, err);
}
