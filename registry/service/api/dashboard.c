/* /api/v1/dashboard: what waits, what is running, and what there is, in sums that are kept */
#include "tombstone/dashboard.h"
#include "answer.h"
#include "api.h"
#include "shape.h"

enum { SHOWN = 50 /* of each kind; the lists have the rest */ };

typedef enum tomb_code requests_fn(struct tomb_pg *pg, const struct tomb_actor *actor, uint32_t at_most,
	struct tomb_arena *arena, struct tomb_dashboard_requests *out, struct tomb_err *err);

static enum tomb_code put_requests(struct tomb_json *w, struct tomb_ctx *ctx, struct tomb_arena *arena, const char *key,
	requests_fn *verb, struct tomb_err *err)
{
	struct tomb_dashboard_requests found;

	TOMB_TRY(verb(ctx->link.pg, &ctx->actor, SHOWN, arena, &found, err));
	tomb_json_begin_object(w, key);
	tomb_json_begin_array(w, "results");
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_deletion(w, &found.p[i], NULL);
	tomb_json_end_array(w);
	tomb_json_bool(w, "more", found.has_more);
	tomb_json_end_object(w);
	return TOMB_OK;
}

static enum tomb_code put_running(
	struct tomb_json *w, struct tomb_ctx *ctx, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_dashboard_running *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_dashboard_running(ctx->link.pg, &ctx->actor, SHOWN + 1, arena, &found, &n, err));
	tomb_json_begin_object(w, "running");
	tomb_json_begin_array(w, "results");
	for (size_t i = 0; i < n && i < SHOWN; i++) {
		tomb_json_begin_object(w, NULL);
		tomb_json_key(w, TOMB_STR("request"));
		tomb_shape_deletion(w, &found[i].request, NULL);
		tomb_json_int(w, "files", found[i].files);
		tomb_json_int(w, "settled", found[i].settled);
		tomb_json_int(w, "failed", found[i].failed);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
	tomb_json_bool(w, "more", n > SHOWN);
	tomb_json_end_object(w);
	return TOMB_OK;
}

static enum tomb_code put_options(
	struct tomb_json *w, struct tomb_ctx *ctx, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_dashboard_option *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_dashboard_options(ctx->link.pg, &ctx->actor, arena, &found, &n, err));
	tomb_json_begin_array(w, "stored");
	for (size_t i = 0; i < n; i++) {
		tomb_json_begin_object(w, NULL);
		tomb_json_str(w, "storage_option", found[i].storage_option);
		tomb_json_int(w, "min_days", found[i].min_days);
		tomb_json_int(w, "files", found[i].files);
		tomb_json_int(w, "bytes", found[i].bytes);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
	return TOMB_OK;
}

static enum tomb_code put_eligible(
	struct tomb_json *w, struct tomb_ctx *ctx, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_dashboard_eligible *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_dashboard_eligible(ctx->link.pg, &ctx->actor, arena, &found, &n, err));
	tomb_json_begin_array(w, "eligible");
	for (size_t i = 0; i < n; i++) {
		tomb_json_begin_object(w, NULL);
		tomb_json_str(w, "month", found[i].month);
		tomb_json_str(w, "storage_option", found[i].storage_option);
		tomb_json_int(w, "files", found[i].files);
		tomb_json_int(w, "bytes", found[i].bytes);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
	return TOMB_OK;
}

enum tomb_code tomb_api_dashboard(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);

	tomb_json_begin_object(&w, NULL);
	TOMB_TRY(put_requests(&w, ctx, req->arena, "to_decide", tomb_dashboard_to_decide, err));
	TOMB_TRY(put_requests(&w, ctx, req->arena, "own", tomb_dashboard_own, err));
	TOMB_TRY(put_running(&w, ctx, req->arena, err));
	TOMB_TRY(put_options(&w, ctx, req->arena, err));
	TOMB_TRY(put_eligible(&w, ctx, req->arena, err));
	tomb_json_end_object(&w);
	return tomb_api_sent(&w, res, 200, err);
}
