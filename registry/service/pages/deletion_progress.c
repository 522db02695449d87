/* What happens to a deletion, told while it happens (P-10): see subscription.h. */
#include "pages.h"

#include "subscription.h"
#include "tombstone/deletion_view.h"
#include "view.h"

enum tomb_code tomb_page_deletion_progress(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_subscription_wish wish = {v.id, ctx->actor.user_id, ctx->session};
	struct tomb_deletion_view request;
	struct tomb_stream *stream = NULL;

	TOMB_TRY(tomb_deletion_view_find(v.pg, v.actor, v.id, v.arena, &request, err));
	if (request.deletion_id == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "request %lld has not been approved", (long long)v.id);
	if (ctx->is_by_key)
		return TOMB_FAIL(err, TOMB_INVAL, "this stream is for browsers: read the deletion again instead");
	TOMB_TRY(tomb_subscription_open(ctx->registry->subscriptions, &wish, &stream, err));
	tomb_response_stream(res, stream);
	res->status = 200;
	res->content_type = "text/event-stream";
	return tomb_response_header(res, "X-Accel-Buffering", TOMB_STR("no"), err); /* nginx would hold events back */
}
