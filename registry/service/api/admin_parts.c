/* /admin-api/v3/events, checksums and storage_records: what pipelines report of objects and files */
#include "admin_read.h"
#include "answer.h"
#include "api.h"
#include "tombstone/checksum_record.h"
#include "tombstone/copy_record.h"
#include "tombstone/event_record.h"

enum tomb_code tomb_admin_event_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_admin_event e;
	int64_t id = 0;

	TOMB_TRY(tomb_admin_parse(req, &doc, err));
	TOMB_TRY(tomb_admin_read_event(tomb_json_doc_root(doc), req->arena, &e, err));
	TOMB_TRY(tomb_admin_same_id(e.id, 0, err));
	TOMB_TRY(tomb_event_record_create(ctx->link.pg, &ctx->actor, &e.subject, &e.given, &id, err));
	return tomb_admin_show(ctx, req, res, tomb_member_event, id, 201, err);
}

enum tomb_code tomb_admin_checksum_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_admin_checksum c;
	int64_t id = 0;

	TOMB_TRY(tomb_admin_parse(req, &doc, err));
	TOMB_TRY(tomb_admin_read_checksum(tomb_json_doc_root(doc), req->arena, &c, err));
	TOMB_TRY(tomb_admin_same_id(c.id, 0, err));
	TOMB_TRY(tomb_checksum_record_create(
		ctx->link.pg, &ctx->actor, req->params[0].id, c.file_id, &c.given, &id, err));
	return tomb_admin_show(ctx, req, res, tomb_member_checksum, id, 201, err);
}

enum tomb_code tomb_admin_storage_record_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_admin_copy c;
	int64_t id = 0;

	TOMB_TRY(tomb_admin_parse(req, &doc, err));
	TOMB_TRY(tomb_admin_read_copy(tomb_json_doc_root(doc), req->arena, &c, err));
	TOMB_TRY(tomb_admin_same_id(c.id, 0, err));
	TOMB_TRY(tomb_copy_record_create(ctx->link.pg, &ctx->actor, req->params[0].id, c.file_id, c.url, &id, err));
	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "id", id);
	tomb_json_int(&w, "generic_file_id", c.file_id);
	tomb_json_str(&w, "url", c.url);
	tomb_json_end_object(&w);
	return tomb_api_sent(&w, res, 201, err);
}
