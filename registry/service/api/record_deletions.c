/* /api/v1/records: deletions, and what brings records back. */
#include "answer.h"
#include "api.h"
#include "records.h"
#include "shape_record.h"
#include "tombstone/record_restoration.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	MODE_MAX = 32,
	CODE_MAX = 64,     /* of a reason's class, as the ledger has it */
	REASON_MAX = 8000, /* bytes: 2000 characters */
	URI_MAX = 2048,
	UUID_CHARS = TOMB_UUID_TEXT - 1
};

struct order_body {
	struct tomb_strs ids;
	struct tomb_str mode;
	struct tomb_str reason_code;
	struct tomb_str reason;
	bool is_override;
	int64_t expect_count;
	int64_t version;
	struct tomb_json_value confirmations;
};

/* The first field is for those orders only that name records. */
static const struct tomb_json_field order_fields[] = {
	{TOMB_JSON_FIELD("ids", struct order_body, STRS, ids), .required = true, .min = 1,
		.max = TOMB_RECORD_DELETION_NAMED_MAX, .item_min = UUID_CHARS, .item_max = UUID_CHARS},
	{TOMB_JSON_FIELD("mode", struct order_body, STR, mode), .max = MODE_MAX},
	{TOMB_JSON_FIELD("reason_code", struct order_body, STR, reason_code), .max = CODE_MAX},
	{TOMB_JSON_FIELD("reason", struct order_body, STR, reason), .max = REASON_MAX},
	{TOMB_JSON_FIELD("override", struct order_body, BOOL, is_override)},
	{TOMB_JSON_FIELD("expect_count", struct order_body, INT, expect_count), .min = 0, .max = INT64_MAX},
	{TOMB_JSON_FIELD("version", struct order_body, INT, version), .min = 1, .max = INT32_MAX},
	{TOMB_JSON_FIELD("confirmations", struct order_body, OBJECT, confirmations)},
};

static const struct tomb_json_field confirmation_fields[] = {
	{TOMB_JSON_FIELD("not_needed_for_reference", struct tomb_record_confirmations, BOOL, not_needed_for_reference)},
	{TOMB_JSON_FIELD("metadata_replicated", struct tomb_record_confirmations, BOOL, metadata_replicated)},
	{TOMB_JSON_FIELD("rights_replicated", struct tomb_record_confirmations, BOOL, rights_replicated)},
	{TOMB_JSON_FIELD("rights_not_needed", struct tomb_record_confirmations, BOOL, rights_not_needed)},
	{TOMB_JSON_FIELD("contents_verified", struct tomb_record_confirmations, BOOL, contents_verified)},
	{TOMB_JSON_FIELD("rights_by", struct tomb_record_confirmations, INT, rights_by), .min = 1, .max = INT64_MAX},
	{TOMB_JSON_FIELD("legacy_uri", struct tomb_record_confirmations, STR, legacy_uri), .max = URI_MAX},
};

static enum tomb_code parse_ids(
	struct tomb_strs texts, struct tomb_arena *arena, struct tomb_uuid **out, struct tomb_err *err)
{
	struct tomb_uuid *ids = TOMB_NEW(arena, struct tomb_uuid, texts.n);

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu ids", texts.n);
	for (size_t i = 0; i < texts.n; i++)
		TOMB_TRY(tomb_uuid_parse(texts.p[i], &ids[i], err));
	*out = ids;
	return TOMB_OK;
}

/* What the body asks for; named: by its own ids, else for the record of the address. */
static enum tomb_code read_order(
	const struct tomb_request *req, bool named, struct tomb_record_deletion_ask *out, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct order_body body = {.expect_count = -1};
	struct tomb_record_deletion_ask ask = {.origin = TOMB_RECORD_BY_API};
	struct tomb_uuid *ids = NULL;
	const struct tomb_json_field *fields = named ? order_fields : order_fields + 1;
	size_t n = named ? TOMB_COUNTOF(order_fields) : TOMB_COUNTOF(order_fields) - 1;

	if (req->body.n > 0 && !tomb_request_is_type(req, TOMB_STR("application/json")))
		return TOMB_FAIL(err, TOMB_UNSUPPORTED, "the body is not application/json");
	TOMB_TRY(tomb_json_doc_parse(req->body.n > 0 ? req->body : TOMB_STR("{}"), req->route->body_max, &doc, err));
	TOMB_TRY(tomb_json_read(tomb_json_doc_root(doc), fields, n, req->arena, &body, err));
	if (body.confirmations.node)
		TOMB_TRY(tomb_json_read(body.confirmations, confirmation_fields, TOMB_COUNTOF(confirmation_fields),
			req->arena, &ask.confirmed, err));
	if (body.mode.n > 0)
		TOMB_TRY(tomb_record_mode_parse(body.mode, &ask.mode, err));
	TOMB_TRY(parse_ids(body.ids, req->arena, &ids, err));
	ask.ids = named ? ids : &req->params[0].uuid;
	ask.nids = named ? body.ids.n : 1;
	ask.reason_code = body.reason_code;
	ask.reason = body.reason;
	ask.is_override = body.is_override;
	ask.expect_count = body.expect_count;
	ask.version = (int32_t)body.version;
	*out = ask;
	return TOMB_OK;
}

enum tomb_code tomb_api_record_deletion_preview(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_record_deletion_ask ask;
	struct tomb_record_preview preview;

	TOMB_TRY(read_order(req, true, &ask, err));
	TOMB_TRY(tomb_record_deletion_preview(ctx->link.pg, &ctx->actor, &ask, req->arena, &preview, err));
	tomb_shape_record_preview(&w, &preview);
	return tomb_api_sent(&w, res, 200, err);
}

static enum tomb_code delete_them(struct tomb_ctx *ctx, struct tomb_response *res,
	const struct tomb_record_deletion_ask *ask, bool is_new_thing, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_record_deleted done;
	char location[80];

	TOMB_TRY(tomb_record_delete(ctx->link.pg, &ctx->actor, ask, &done, err));
	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "deletion_id", done.deletion_id);
	tomb_json_int(&w, "records", done.records);
	tomb_json_bool(&w, "was_deleted", done.was_deleted);
	tomb_json_end_object(&w);
	(void)snprintf(location, sizeof location, "/api/v1/records/deletions/%" PRId64, done.deletion_id);
	if (is_new_thing)
		TOMB_TRY(tomb_response_header(res, "Location", tomb_str_from(location), err));
	return tomb_api_sent(&w, res, is_new_thing && !done.was_deleted ? 201 : 200, err);
}

enum tomb_code tomb_api_record_deletion_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_record_deletion_ask ask;

	TOMB_TRY(read_order(req, true, &ask, err));
	return delete_them(ctx, res, &ask, true, err);
}

enum tomb_code tomb_api_record_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_record_deletion_ask ask;
	struct tomb_record record;

	TOMB_TRY(read_order(req, false, &ask, err));
	TOMB_TRY(tomb_records_find(ctx, req, &record, err));
	return delete_them(ctx, res, &ask, false, err);
}

enum tomb_code tomb_api_record_deletion(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_record_deletion found;

	TOMB_TRY(tomb_record_deletion_show(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &found, err));
	tomb_shape_record_deletion(&w, NULL, &found);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

/* ---- back again ---- */

struct restore_body {
	struct tomb_strs ids;
	bool keep_suppressed;
	bool alone;
};

static const struct tomb_json_field restore_fields[] = {
	{TOMB_JSON_FIELD("ids", struct restore_body, STRS, ids), .required = true, .min = 1,
		.max = TOMB_RECORD_RESTORATION_MAX, .item_min = UUID_CHARS, .item_max = UUID_CHARS},
	{TOMB_JSON_FIELD("keep_suppressed", struct restore_body, BOOL, keep_suppressed)},
	{TOMB_JSON_FIELD("alone", struct restore_body, BOOL, alone)},
};

enum tomb_code tomb_api_record_restore(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct restore_body body = {.alone = false};
	struct tomb_record_restored done;
	struct tomb_uuid *ids = NULL;

	TOMB_TRY(tomb_api_body(req, restore_fields, TOMB_COUNTOF(restore_fields), &body, err));
	TOMB_TRY(parse_ids(body.ids, req->arena, &ids, err));
	const struct tomb_record_restore_ask ask = {ids, body.ids.n, body.keep_suppressed, body.alone};
	TOMB_TRY(tomb_record_restore(ctx->link.pg, &ctx->actor, &ask, &done, err));
	tomb_json_begin_object(&w, NULL);
	tomb_api_id(&w, "restoration_id", done.restoration_id);
	tomb_json_int(&w, "records", done.records);
	tomb_json_int(&w, "already_active", done.already_active);
	tomb_json_end_object(&w);
	return tomb_api_sent(&w, res, 200, err);
}
