/* /api/v1/records: what there is, and what there was. */
#include "records.h"

#include "answer.h"
#include "api.h"
#include "etag.h"
#include "query.h"
#include "shape_record.h"

enum {
	KIND_MAX = 32,  /* bytes of the longest name of a kind, and some */
	NAME_MAX = 255, /* of an identifier, as the ledger has it; of a title's beginning, as its index has it */
	UUID_CHARS = TOMB_UUID_TEXT - 1
};

struct records_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str kind;
	struct tomb_str system;
	struct tomb_str state;
	struct tomb_str parent;
	struct tomb_str title;
	struct tomb_str hrid;
	struct tomb_str local_id;
	struct tomb_str barcode;
	struct tomb_str order;
	int64_t institution_id;
	bool top;
};

static const struct tomb_form_field records_fields[] = {
	TOMB_API_PAGE_FIELDS(struct records_query),
	TOMB_FORM_TEXT(struct records_query, kind, "kind", 0, KIND_MAX),
	TOMB_FORM_TEXT(struct records_query, system, "system", 0, 5),
	TOMB_FORM_TEXT(struct records_query, state, "state", 0, 7),
	TOMB_FORM_TEXT(struct records_query, parent, "parent", 0, UUID_CHARS),
	TOMB_FORM_BOOL(struct records_query, top, "top"),
	TOMB_FORM_TEXT(struct records_query, title, "title", 0, NAME_MAX),
	TOMB_FORM_TEXT(struct records_query, hrid, "hrid", 0, NAME_MAX),
	TOMB_FORM_TEXT(struct records_query, local_id, "local_id", 0, NAME_MAX),
	TOMB_FORM_TEXT(struct records_query, barcode, "barcode", 0, NAME_MAX),
	TOMB_FORM_TEXT(struct records_query, order, "order", 0, 6),
	TOMB_FORM_INT(struct records_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
};

const struct tomb_form_table tomb_api_records_query = {records_fields, TOMB_COUNTOF(records_fields)};

static enum tomb_code send_list(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct tomb_record_filter *filter, const struct tomb_page *page, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_record_page found;

	TOMB_TRY(tomb_record_list(ctx->link.pg, &ctx->actor, filter, page, req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_record(&w, NULL, &found.p[i], false);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_records(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct records_query q = {.limit = 0};
	struct tomb_api_order order;
	struct tomb_record_filter filter;

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_order(q.order, false, &order, err));
	filter = (struct tomb_record_filter){
		.institution_id = q.institution_id,
		.has_kind = q.kind.n > 0,
		.system = q.system,
		.state = q.state,
		.has_parent = q.parent.n > 0,
		.only_top = q.top,
		.title = q.title,
		.hrid = q.hrid,
		.local_id = q.local_id,
		.barcode = q.barcode,
		.newest_first = order.newest_first,
	};
	if (filter.has_kind)
		TOMB_TRY(tomb_record_kind_parse(q.kind, &filter.kind, err));
	if (filter.has_parent)
		TOMB_TRY(tomb_uuid_parse(q.parent, &filter.parent_id, err));
	return send_list(ctx, req, res, &filter, &TOMB_API_PAGE(&q), err);
}

/* ---- one ---- */

enum tomb_code tomb_records_find(
	struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_record *out, struct tomb_err *err)
{
	static const struct tomb_uuid none = {{0}};
	const struct tomb_record_name name = {.id = req->params[0].uuid};

	if (tomb_uuid_eq(name.id, none)) /* no name at all, for the ledger */
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no record %.*s", TOMB_STR_ARG(req->params[0].text));
	return tomb_record_find(ctx->link.pg, &ctx->actor, &name, req->arena, out, err);
}

static enum tomb_code put_gone(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_json *w,
	const struct tomb_record *record, struct tomb_err *err)
{
	bool may_read = tomb_permission_covers(&ctx->actor, TOMB_MAY_RECORD_DELETED_READ, record->institution_id);
	struct tomb_record_gone gone;

	TOMB_TRY(tomb_record_gone_find(ctx->link.pg, record->id, req->arena, &gone, err));
	tomb_shape_record_gone(w, record, &gone, may_read ? record : NULL);
	return TOMB_OK;
}

enum tomb_code tomb_records_send(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	struct tomb_uuid id, unsigned status, struct tomb_err *err)
{
	const struct tomb_record_name name = {.id = id};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_record record;
	char etag[TOMB_ETAG_TEXT];

	TOMB_TRY(tomb_record_find(ctx->link.pg, &ctx->actor, &name, req->arena, &record, err));
	if (!record.is_deleted) {
		tomb_shape_record(&w, NULL, &record, true);
		return tomb_api_sent_thing(&w, req, res, status ? status : 200, err);
	}
	TOMB_TRY(put_gone(ctx, req, &w, &record, err));
	TOMB_TRY(tomb_api_sent(&w, res, status ? status : 410, err));
	tomb_etag_of((struct tomb_str){res->body.p, res->body.n}, etag);
	return tomb_response_header(res, "ETag", tomb_str_from(etag), err);
}

enum tomb_code tomb_api_record(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_record record;

	TOMB_TRY(tomb_records_find(ctx, req, &record, err));
	return tomb_records_send(ctx, req, res, record.id, 0, err);
}

/* ---- around it ---- */

struct children_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str state;
	struct tomb_str order;
};

static const struct tomb_form_field children_fields[] = {
	TOMB_API_PAGE_FIELDS(struct children_query),
	TOMB_FORM_TEXT(struct children_query, state, "state", 0, 7),
	TOMB_FORM_TEXT(struct children_query, order, "order", 0, 6),
};

const struct tomb_form_table tomb_api_record_children_query = {children_fields, TOMB_COUNTOF(children_fields)};

enum tomb_code tomb_api_record_children(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct children_query q = {.limit = 0};
	struct tomb_api_order order;
	struct tomb_record record;
	struct tomb_record_filter filter = {.has_parent = true};

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_order(q.order, false, &order, err));
	TOMB_TRY(tomb_records_find(ctx, req, &record, err));
	filter.parent_id = record.id;
	filter.state = q.state;
	filter.newest_first = order.newest_first;
	return send_list(ctx, req, res, &filter, &TOMB_API_PAGE(&q), err);
}

enum tomb_code tomb_api_record_path(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_record record;
	struct tomb_record *above = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_records_find(ctx, req, &record, err));
	TOMB_TRY(tomb_record_path(ctx->link.pg, &ctx->actor, record.id, req->arena, &above, &n, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < n; i++)
		tomb_shape_record(&w, NULL, &above[i], false);
	return tomb_api_end_list(&w, req, res, TOMB_STR(""), err);
}

/* A record that was never deleted has none. */
enum tomb_code tomb_api_record_tombstones(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_record_tombstone *found = NULL;
	struct tomb_record record;
	enum tomb_code code = TOMB_OK;
	struct tomb_err why;
	size_t n = 0;

	TOMB_TRY(tomb_records_find(ctx, req, &record, err));
	code = tomb_record_tombstones(ctx->link.pg, &ctx->actor, record.id, req->arena, &found, &n, &why);
	if (code != TOMB_OK && code != TOMB_NOTFOUND) {
		*err = why;
		return code;
	}
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < n; i++)
		tomb_shape_record_tombstone(&w, &found[i]);
	return tomb_api_end_list(&w, req, res, TOMB_STR(""), err);
}
