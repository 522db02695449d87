/* /api/v1/audit */
#include "answer.h"
#include "api.h"
#include "pages/audit_filter.h"
#include "query.h"
#include "shape.h"

enum { WORD_MAX = 300 /* bytes: an e-mail address, an action, the name of a thing */ };

struct audit_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str actor;
	struct tomb_str verb;
	struct tomb_str subject;
	struct tomb_str from;
	struct tomb_str to;
	int64_t institution_id;
};

static const struct tomb_form_field audit_fields[] = {
	TOMB_FORM_TEXT(struct audit_query, actor, "actor", 0, WORD_MAX),
	TOMB_FORM_TEXT(struct audit_query, verb, "verb", 0, WORD_MAX),
	TOMB_FORM_TEXT(struct audit_query, subject, "subject", 0, WORD_MAX),
	TOMB_FORM_TEXT(struct audit_query, from, "from", 0, TOMB_API_MOMENT_MAX),
	TOMB_FORM_TEXT(struct audit_query, to, "to", 0, TOMB_API_MOMENT_MAX),
	TOMB_FORM_INT(struct audit_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_API_PAGE_FIELDS(struct audit_query),
};

enum { PAGE_FIELDS = 2 };

/* The table for spreadsheets has no pages. */
const struct tomb_form_table tomb_api_audit_query = {audit_fields, TOMB_COUNTOF(audit_fields)};
const struct tomb_form_table tomb_api_audit_csv_query = {audit_fields, TOMB_COUNTOF(audit_fields) - PAGE_FIELDS};

static enum tomb_code filter_of(const struct audit_query *q, struct tomb_audit_view_filter *out, struct tomb_err *err)
{
	struct tomb_audit_view_filter filter = {
		.institution_id = q->institution_id, .actor = q->actor, .verb = q->verb, .subject = q->subject};

	TOMB_TRY(tomb_api_moment(q->from, "from", &filter.from_us, err));
	TOMB_TRY(tomb_api_moment(q->to, "to", &filter.to_us, err));
	*out = filter;
	return TOMB_OK;
}

enum tomb_code tomb_api_audit(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct audit_query q = {.limit = 0};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_audit_view_filter filter;
	struct tomb_audit_view_page found;

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(filter_of(&q, &filter, err));
	TOMB_TRY(tomb_audit_view_list(ctx->link.pg, &ctx->actor, &filter, &TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_audit_entry(&w, &found.p[i]);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_audit_csv(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct audit_query q = {.limit = 0};
	struct tomb_audit_view_filter filter;

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(filter_of(&q, &filter, err));
	return tomb_audit_csv_send(&v, &filter, err);
}

enum tomb_code tomb_api_audit_chain(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_audit_chain chain;

	TOMB_TRY(tomb_audit_view_chain(ctx->link.pg, &ctx->actor, req->arena, &chain, err));
	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "seal", chain.seq);
	tomb_api_time(&w, "sealed_at", chain.seq == 0 ? 0 : chain.sealed_at_us);
	tomb_json_hex(&w, "hash", chain.hash);
	tomb_json_int(&w, "waiting", chain.waiting);
	tomb_json_end_object(&w);
	return tomb_api_sent(&w, res, 200, err);
}
