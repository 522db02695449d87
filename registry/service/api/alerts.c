/* /api/v1/alerts */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "shape.h"
#include "tombstone/alert.h"

#include <inttypes.h>

struct alerts_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str type;
	struct tomb_str order;
	struct tomb_str from;
	struct tomb_str to;
	int64_t institution_id;
	int64_t user_id;
	bool unread;
};

static const struct tomb_form_field alerts_fields[] = {
	TOMB_API_PAGE_FIELDS(struct alerts_query),
	TOMB_FORM_TEXT(struct alerts_query, type, "type", 0, 100),
	TOMB_FORM_TEXT(struct alerts_query, order, "order", 0, 10),
	TOMB_FORM_TEXT(struct alerts_query, from, "from", 0, TOMB_API_MOMENT_MAX),
	TOMB_FORM_TEXT(struct alerts_query, to, "to", 0, TOMB_API_MOMENT_MAX),
	TOMB_FORM_INT(struct alerts_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct alerts_query, user_id, "user_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_BOOL(struct alerts_query, unread, "unread"),
};

const struct tomb_form_table tomb_api_alerts_query = {alerts_fields, TOMB_COUNTOF(alerts_fields)};

/* The ledger gives those who see their own alone just these, whoever is named: here that would be another answer than
 * the one that was asked for. */
static enum tomb_code check_user(const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err)
{
	if (user_id == 0 || user_id == actor->user_id ||
		tomb_permission_of(actor, TOMB_MAY_ALERT_READ) == TOMB_SCOPE_ALL)
		return TOMB_OK;
	return TOMB_FAIL(err, TOMB_FORBIDDEN, "the alerts of user %" PRId64 " are not yours", user_id);
}

enum tomb_code tomb_api_alerts(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct alerts_query q = {.limit = 0};
	struct tomb_alert_filter filter;
	struct tomb_api_order order;
	struct tomb_alert_page found;
	struct tomb_json w = tomb_json_init(&res->body);

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_order(q.order, false, &order, err));
	TOMB_TRY(check_user(&ctx->actor, q.user_id, err));
	filter = (struct tomb_alert_filter){
		.user_id = q.user_id,
		.institution_id = q.institution_id,
		.type = q.type,
		.is_unread = q.unread,
		.oldest_first = !order.newest_first,
	};
	TOMB_TRY(tomb_api_moment(q.from, "from", &filter.since_us, err));
	TOMB_TRY(tomb_api_moment(q.to, "to", &filter.until_us, err));
	if (filter.until_us != 0)
		filter.until_us--; /* of which the ledger takes the last moment, not the first one behind it */
	TOMB_TRY(tomb_alert_list(ctx->link.pg, &ctx->actor, &filter, &TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_alert(&w, &found.p[i]);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_alert(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_alert alert;

	TOMB_TRY(tomb_alert_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &alert, err));
	tomb_shape_alert(&w, &alert);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

/* ---- marks ---- */

static enum tomb_code mark_one(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, bool is_read, struct tomb_err *err)
{
	struct tomb_alert alert;
	int64_t changed = 0;

	TOMB_TRY(tomb_api_body(req, NULL, 0, NULL, err));
	TOMB_TRY(tomb_alert_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &alert, err));
	if (alert.user_id != ctx->actor.user_id)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "alert %" PRId64 " is marked by whom it told", alert.id);
	TOMB_TRY(tomb_alert_mark(ctx->link.pg, &ctx->actor, (struct tomb_int8s){&alert.id, 1}, is_read, &changed, err));
	return tomb_api_alert(ctx, req, res, err);
}

enum tomb_code tomb_api_alert_read(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return mark_one(ctx, req, res, true, err);
}

enum tomb_code tomb_api_alert_unread(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return mark_one(ctx, req, res, false, err);
}

static enum tomb_code send_count(struct tomb_response *res, int64_t changed, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);

	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "changed", changed);
	tomb_json_end_object(&w);
	return tomb_api_sent(&w, res, 200, err);
}

struct chosen {
	struct tomb_int8s ids;
};

static const struct tomb_json_field chosen_fields[] = {
	{TOMB_JSON_FIELD("ids", struct chosen, INTS, ids), .required = true, .min = 1, .max = TOMB_PAGE_MAX,
		.item_min = 1, .item_max = INT64_MAX},
};

static enum tomb_code mark_many(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, bool is_read, struct tomb_err *err)
{
	struct chosen chosen = {.ids = {NULL, 0}};
	int64_t changed = 0;

	TOMB_TRY(tomb_api_body(req, chosen_fields, TOMB_COUNTOF(chosen_fields), &chosen, err));
	TOMB_TRY(tomb_alert_mark(ctx->link.pg, &ctx->actor, chosen.ids, is_read, &changed, err));
	return send_count(res, changed, err);
}

enum tomb_code tomb_api_alerts_read(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return mark_many(ctx, req, res, true, err);
}

enum tomb_code tomb_api_alerts_unread(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return mark_many(ctx, req, res, false, err);
}

enum tomb_code tomb_api_alerts_read_all(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	int64_t changed = 0;

	TOMB_TRY(tomb_api_body(req, NULL, 0, NULL, err));
	TOMB_TRY(tomb_alert_mark_all(ctx->link.pg, &ctx->actor, &changed, err));
	return send_count(res, changed, err);
}
