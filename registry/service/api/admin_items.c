/* /admin-api/v3/items: what changes work items */
#include "admin_read.h"
#include "api.h"
#include "form.h"
#include "tombstone/work_item_record.h"

struct item_body {
	int64_t id;
	struct tomb_work_item_given given;
	struct tomb_str bag_date, date_processed, queued_at, stage_started_at, aptrust_approver;
	TOMB_ADMIN_IGNORED_MEMBERS
};

#define NUMBER(key, member) TOMB_ADMIN_ID(key, struct item_body, given.member)
#define TEXT(key, member, bytes) TOMB_ADMIN_TEXT(key, struct item_body, member, bytes)

/* WorkItem of aptrust.md 3.6: without what is joined to it in WorkItemView. */
static const struct tomb_json_field fields[] = {
	TOMB_ADMIN_ID("id", struct item_body, id),
	TEXT("name", given.name, 4000),
	TEXT("etag", given.etag, 1020),
	NUMBER("institution_id", institution_id),
	NUMBER("intellectual_object_id", object_id),
	NUMBER("generic_file_id", file_id),
	TEXT("bucket", given.bucket, 1020),
	TEXT("user", given.user, 320),
	TEXT("note", given.note, 16384),
	TEXT("action", given.action, 100),
	TEXT("stage", given.stage, 100),
	TEXT("status", given.status, 100),
	TEXT("outcome", given.outcome, 16384),
	TEXT("bag_date", bag_date, 64),
	TEXT("date_processed", date_processed, 64),
	{TOMB_JSON_FIELD("retry", struct item_body, BOOL, given.retry)},
	TEXT("node", given.node, 1020),
	NUMBER("pid", pid),
	{TOMB_JSON_FIELD("needs_admin_review", struct item_body, BOOL, given.needs_admin_review)},
	TEXT("queued_at", queued_at, 64),
	NUMBER("size", size_bytes),
	TEXT("stage_started_at", stage_started_at, 64),
	TEXT("aptrust_approver", aptrust_approver, 320),
	TEXT("inst_approver", given.inst_approver, 320),
	NUMBER("deletion_request_id", request_id),
	TOMB_ADMIN_IGNORED_TEXT("created_at", struct item_body),
	TOMB_ADMIN_IGNORED_TEXT("updated_at", struct item_body),
};

/* Whether the two flags were sent: read twice, with either value set before. */
static enum tomb_code read_flags(
	struct tomb_json_value root, struct tomb_arena *arena, struct tomb_work_item_given *g, struct tomb_err *err)
{
	struct item_body no = {.id = 0};
	struct item_body yes = {.given = {.retry = true, .needs_admin_review = true}};

	TOMB_TRY(tomb_json_read(root, fields, TOMB_COUNTOF(fields), arena, &no, err));
	TOMB_TRY(tomb_json_read(root, fields, TOMB_COUNTOF(fields), arena, &yes, err));
	g->has_retry = no.given.retry == yes.given.retry;
	g->has_review = no.given.needs_admin_review == yes.given.needs_admin_review;
	return TOMB_OK;
}

static enum tomb_code read_body(const struct tomb_request *req, struct item_body *out, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct item_body b = {.given = {.pid = -1, .size_bytes = -1}};
	struct tomb_json_value root;

	TOMB_TRY(tomb_admin_parse(req, &doc, err));
	root = tomb_json_doc_root(doc);
	TOMB_TRY(tomb_json_read(root, fields, TOMB_COUNTOF(fields), req->arena, &b, err));
	TOMB_TRY(read_flags(root, req->arena, &b.given, err));
	TOMB_TRY(tomb_admin_time("bag_date", b.bag_date, &b.given.bag_date_us, err));
	TOMB_TRY(tomb_admin_time("date_processed", b.date_processed, &b.given.date_processed_us, err));
	TOMB_TRY(tomb_admin_time("queued_at", b.queued_at, &b.given.queued_at_us, err));
	TOMB_TRY(tomb_admin_time("stage_started_at", b.stage_started_at, &b.given.stage_started_at_us, err));
	if (b.aptrust_approver.n > 0)
		return TOMB_FAIL(err, TOMB_INVAL, "aptrust_approver: there is no third approval");
	*out = b;
	return TOMB_OK;
}

enum tomb_code tomb_admin_item_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct item_body b;
	int64_t id = 0;

	TOMB_TRY(read_body(req, &b, err));
	TOMB_TRY(tomb_admin_same_id(b.id, 0, err));
	TOMB_TRY(tomb_work_item_record_create(ctx->link.pg, &ctx->actor, req->params[0].id, &b.given, &id, err));
	return tomb_admin_show(ctx, req, res, tomb_member_item, id, 201, err);
}

enum tomb_code tomb_admin_item_update(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct item_body b;
	int64_t id = req->params[0].id;

	TOMB_TRY(read_body(req, &b, err));
	TOMB_TRY(tomb_admin_same_id(b.id, id, err));
	TOMB_TRY(tomb_work_item_record_update(ctx->link.pg, &ctx->actor, id, &b.given, err));
	return tomb_admin_show(ctx, req, res, tomb_member_item, id, 200, err);
}

struct requeue_form {
	struct tomb_str stage;
};

static const struct tomb_form_field requeue_form[] = {TOMB_FORM_TEXT(struct requeue_form, stage, "stage", 0, 100)};

static const struct tomb_json_field requeue_fields[] = {
	TOMB_ADMIN_TEXT("stage", struct requeue_form, stage, 100),
};

/* A form, as existing clients send it, or JSON. */
static enum tomb_code read_stage(const struct tomb_request *req, struct requeue_form *out, struct tomb_err *err)
{
	struct tomb_fields fields_sent = {NULL, 0};

	if (req->body.n == 0)
		return TOMB_OK;
	if (tomb_request_is_type(req, TOMB_STR("application/json")))
		return tomb_json_read_text(req->body, req->route->body_max, requeue_fields,
			TOMB_COUNTOF(requeue_fields), req->arena, out, err);
	if (!tomb_request_is_type(req, TOMB_STR("application/x-www-form-urlencoded")))
		return TOMB_FAIL(err, TOMB_UNSUPPORTED, "the body is neither a form nor JSON");
	TOMB_TRY(tomb_fields_parse(req->body, req->arena, &fields_sent, err));
	return tomb_form_read(
		fields_sent, requeue_form, TOMB_COUNTOF(requeue_form), TOMB_FORM_LOOSE, req->arena, out, err);
}

enum tomb_code tomb_admin_item_requeue(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct requeue_form form = {.stage = TOMB_STR("")};

	TOMB_TRY(read_stage(req, &form, err));
	TOMB_TRY(tomb_work_item_record_requeue(ctx->link.pg, &ctx->actor, req->params[0].id, form.stage, err));
	return tomb_member_item(ctx, req, res, err);
}
