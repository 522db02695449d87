/* /api/v1/api-keys */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "shape.h"
#include "tombstone/secret.h"

#include <inttypes.h>
#include <stdio.h>

struct keys_query {
	TOMB_API_PAGE_MEMBERS
	int64_t user_id;
};

static const struct tomb_form_field keys_fields[] = {
	TOMB_API_PAGE_FIELDS(struct keys_query),
	TOMB_FORM_INT(struct keys_query, user_id, "user_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
};

const struct tomb_form_table tomb_api_keys_query = {keys_fields, TOMB_COUNTOF(keys_fields)};

enum tomb_code tomb_api_keys(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct keys_query q = {.user_id = ctx->actor.user_id};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_api_key *found = NULL;
	size_t shown = 0;
	size_t n = 0;
	int64_t after = 0;
	bool has_more = false;

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_after(q.after, &after, err));
	TOMB_TRY(tomb_api_key_list(ctx->link.pg, &ctx->actor, q.user_id, after, req->arena, &found, &n, err));
	shown = tomb_api_shown(q.limit, n);
	has_more = shown < n || n == TOMB_API_KEY_PAGE_MAX;
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < shown; i++)
		tomb_shape_api_key(&w, &found[i], TOMB_STR(""));
	return tomb_api_end_list_at(&w, req, res, has_more ? found[shown - 1].id : 0, err);
}

enum tomb_code tomb_api_key_one(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_api_key key;

	TOMB_TRY(tomb_api_key_show(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &key, err));
	tomb_shape_api_key(&w, &key, TOMB_STR(""));
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

enum {
	UTF8_MAX = 4,  /* bytes of a character */
	NAME_MAX = 200 /* characters, as the ledger has it */
};

struct create_body {
	struct tomb_str name;
};

static const struct tomb_json_field create_fields[] = {
	{TOMB_JSON_FIELD("name", struct create_body, STR, name), .required = true, .min = 1,
		.max = (int64_t)NAME_MAX * UTF8_MAX},
};

static enum tomb_code send_made(struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_response *res,
	int64_t id, struct tomb_str secret, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_api_key key;
	char location[64];

	TOMB_TRY(tomb_api_key_show(ctx->link.pg, &ctx->actor, id, req->arena, &key, err));
	(void)snprintf(location, sizeof location, "/api/v1/api-keys/%" PRId64, id);
	TOMB_TRY(tomb_response_header(res, "Location", tomb_str_from(location), err));
	tomb_shape_api_key(&w, &key, secret);
	return tomb_api_sent(&w, res, 201, err);
}

/* A stolen key makes itself no successors: its owner revokes it, and that is its end. */
enum tomb_code tomb_api_key_new(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct create_body body = {.name = TOMB_STR("")};
	char secret[TOMB_API_KEY_TEXT] = "";
	enum tomb_code code = TOMB_OK;
	int64_t id = 0;

	if (ctx->is_by_key)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "an API key is made by its owner, signed in with a browser");
	TOMB_TRY(tomb_api_body(req, create_fields, TOMB_COUNTOF(create_fields), &body, err));
	TOMB_TRY(tomb_api_key_create(ctx->link.pg, &ctx->actor, ctx->actor.user_id, body.name, &id, secret, err));
	/* Shown in this answer, which no cache keeps, and nowhere else. */
	code = send_made(ctx, req, res, id, tomb_str_from(secret), err);
	tomb_wipe(secret, sizeof secret);
	return code;
}

enum tomb_code tomb_api_key_end(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_TRY(tomb_api_body(req, NULL, 0, NULL, err));
	TOMB_TRY(tomb_api_key_revoke(ctx->link.pg, &ctx->actor, req->params[0].id, err));
	return tomb_api_key_one(ctx, req, res, err);
}
