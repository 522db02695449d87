#include "call.h"

#include "etag.h"
#include "query.h"
#include "tombstone/digest.h"
#include "tombstone/idempotency.h"

#define TOMB_API_NOTHING NULL

enum { NEVER = false, KEPT = true };

static const struct {
	tomb_handler_fn *handler;
	struct tomb_api_change change;
} changes[] = {
#define TOMB_CHANGE(handler, shown, is_kept) {handler, {shown, is_kept}},
#include "api/changes.def"
#undef TOMB_CHANGE
};

bool tomb_api_change_of(const struct tomb_route *route, struct tomb_api_change *out)
{
	for (size_t i = 0; i < TOMB_COUNTOF(changes); i++)
		if (changes[i].handler == route->handler) {
			*out = changes[i].change;
			return true;
		}
	return false;
}

static struct tomb_str header_of(const struct tomb_response *res, const char *name)
{
	for (size_t i = 0; i < res->nheaders; i++)
		if (tomb_str_eq(res->headers[i].name, tomb_str_from(name)))
			return res->headers[i].value;
	return TOMB_STR("");
}

/* The state that is changed is the one that the client has seen.  What must hold at the moment of the change itself,
 * such as the approved list, its verb asks again. */
static enum tomb_code check_meant(
	struct tomb_ctx *ctx, struct tomb_request *req, const struct tomb_api_change *change, struct tomb_err *err)
{
	struct tomb_response shown = tomb_response_init(req->arena);
	enum tomb_code code = TOMB_OK;
	bool is_meant = false;

	if (!change->shown)
		return TOMB_FAIL(err, TOMB_INVAL, "If-Match: nothing at this address has a state to match");
	code = change->shown(ctx, req, &shown, err);
	if (code == TOMB_OK)
		is_meant = tomb_etag_is_meant(req, header_of(&shown, "ETag"));
	tomb_response_fini(&shown);
	TOMB_TRY(code);
	if (!is_meant)
		return TOMB_FAIL(
			err, TOMB_PRECONDITION, "it has changed since you have seen it: look again, then decide");
	return TOMB_OK;
}

static enum tomb_code change_it(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct tomb_api_change *change, struct tomb_err *err)
{
	if (tomb_request_header(req, TOMB_STR("If-Match")).p)
		TOMB_TRY(check_meant(ctx, req, change, err));
	return req->route->handler(ctx, req, res, err);
}

static enum tomb_code answer_again(
	struct tomb_response *res, const struct tomb_idempotency_answer *answer, struct tomb_err *err)
{
	if (answer->location.n > 0)
		TOMB_TRY(tomb_response_header(res, "Location", answer->location, err));
	if (answer->etag.n > 0)
		TOMB_TRY(tomb_response_header(res, "ETag", answer->etag, err));
	TOMB_TRY(tomb_response_header(res, "Idempotency-Replayed", TOMB_STR("true"), err));
	tomb_buf_put(&res->body, answer->body);
	res->status = (unsigned)answer->status;
	res->content_type = "application/json; charset=utf-8";
	return TOMB_OK;
}

static enum tomb_code digest_of(
	const struct tomb_request *req, uint8_t out[static TOMB_SHA256_SIZE], struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(req->target.n + req->body.n + 16);
	struct tomb_str all;

	tomb_buf_putf(&text, "%s ", tomb_method_name(req->method));
	tomb_buf_put(&text, req->target);
	tomb_buf_put(&text, TOMB_STR("\n"));
	tomb_buf_put(&text, req->body);
	TOMB_TRY(tomb_buf_done(&text, &all, err));
	tomb_sha256(all, out);
	return TOMB_OK;
}

static enum tomb_code check_key(struct tomb_str key, const struct tomb_api_change *change, struct tomb_err *err)
{
	if (!change->is_kept)
		return TOMB_FAIL(err, TOMB_INVAL, "Idempotency-Key: no answer of this address is kept");
	if (key.n == 0 || key.n > TOMB_IDEMPOTENCY_KEY_MAX)
		return TOMB_FAIL(
			err, TOMB_INVAL, "Idempotency-Key has %zu bytes, not 1 to %d", key.n, TOMB_IDEMPOTENCY_KEY_MAX);
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] <= ' ' || key.p[i] > '~')
			return TOMB_FAIL(err, TOMB_INVAL, "Idempotency-Key is visible ASCII, without spaces");
	return TOMB_OK;
}

/* Only what succeeded is kept: a refusal has changed nothing, and may be over the next time.  Where keeping or dropping
 * fails, the key stays without an answer, which refuses a repetition: that is safe, and all that can be done. */
static enum tomb_code change_once(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct tomb_api_change *change, struct tomb_str key, struct tomb_err *err)
{
	uint8_t digest[TOMB_SHA256_SIZE];
	struct tomb_idempotency_answer answer;
	enum tomb_code code = TOMB_OK;
	struct tomb_err unkept;

	TOMB_TRY(check_key(key, change, err));
	TOMB_TRY(digest_of(req, digest, err));
	TOMB_TRY(tomb_idempotency_begin(ctx->link.pg, &ctx->actor, key,
		(struct tomb_str){(const char *)digest, sizeof digest}, req->arena, &answer, err));
	if (answer.status != 0)
		return answer_again(res, &answer, err);
	code = change_it(ctx, req, res, change, err);
	answer = (struct tomb_idempotency_answer){
		(int32_t)res->status, header_of(res, "Location"), header_of(res, "ETag"), {res->body.p, res->body.n}};
	if (code == TOMB_OK)
		(void)!tomb_idempotency_keep(ctx->link.pg, &ctx->actor, key, &answer, &unkept);
	else if (code != TOMB_UNCERTAIN)
		(void)!tomb_idempotency_drop(ctx->link.pg, &ctx->actor, key, &unkept);
	return code;
}

enum tomb_code tomb_api_call(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	bool is_ours = strncmp(req->route->pattern, "/api/v1/", strlen("/api/v1/")) == 0;
	struct tomb_str key = tomb_request_header(req, TOMB_STR("Idempotency-Key"));
	struct tomb_api_change change;

	if (is_ours && tomb_api_query_of(req->route).n == 0)
		TOMB_TRY(tomb_api_query_read(req, NULL, err));
	if (!is_ours || !tomb_api_change_of(req->route, &change))
		return req->route->handler(ctx, req, res, err);
	if (key.p)
		return change_once(ctx, req, res, &change, key, err);
	return change_it(ctx, req, res, &change, err);
}
