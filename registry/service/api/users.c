/* /api/v1/users */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "shape.h"
#include "tombstone/user_duty.h"
#include "tombstone/user_totp.h"

#include <inttypes.h>
#include <stdio.h>

struct users_query {
	TOMB_API_PAGE_MEMBERS
	int64_t institution_id;
};

static const struct tomb_form_field users_fields[] = {
	TOMB_API_PAGE_FIELDS(struct users_query),
	TOMB_FORM_INT(struct users_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
};

const struct tomb_form_table tomb_api_users_query = {users_fields, TOMB_COUNTOF(users_fields)};

enum tomb_code tomb_api_users(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	bool sees_all = tomb_permission_of(&ctx->actor, TOMB_MAY_USER_READ) == TOMB_SCOPE_ALL;
	struct users_query q = {.institution_id = sees_all ? 0 : ctx->actor.institution_id};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_user *found = NULL;
	size_t shown = 0;
	size_t n = 0;
	int64_t after = 0;
	bool has_more = false;

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_after(q.after, &after, err));
	TOMB_TRY(tomb_user_list(ctx->link.pg, &ctx->actor, q.institution_id, after, req->arena, &found, &n, err));
	shown = tomb_api_shown(q.limit, n);
	has_more = shown < n || n == TOMB_USER_PAGE_MAX;
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < shown; i++)
		tomb_shape_user(&w, &found[i]);
	return tomb_api_end_list_at(&w, req, res, has_more ? found[shown - 1].id : 0, err);
}

static enum tomb_code show(struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_response *res, int64_t id,
	unsigned status, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_user user;

	TOMB_TRY(tomb_user_show(ctx->link.pg, &ctx->actor, id, req->arena, &user, err));
	tomb_shape_user(&w, &user);
	return tomb_api_sent_thing(&w, req, res, status, err);
}

enum tomb_code tomb_api_user(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, req->params[0].id, 200, err);
}

enum {
	UTF8_MAX = 4,   /* bytes of a character */
	NAME_MAX = 200, /* characters, as the ledger has it */
	EMAIL_MAX = 254,
	INSTITUTION_MAX = 253, /* a domain name */
	ROLE_MAX = 20
};

struct create_body {
	struct tomb_str institution;
	struct tomb_str name;
	struct tomb_str email;
	struct tomb_str role;
};

static const struct tomb_json_field create_fields[] = {
	{TOMB_JSON_FIELD("institution", struct create_body, STR, institution), .min = 1, .max = INSTITUTION_MAX},
	{TOMB_JSON_FIELD("name", struct create_body, STR, name), .required = true, .min = 1,
		.max = (int64_t)NAME_MAX * UTF8_MAX},
	{TOMB_JSON_FIELD("email", struct create_body, STR, email), .required = true, .min = 3,
		.max = (int64_t)EMAIL_MAX * UTF8_MAX},
	{TOMB_JSON_FIELD("role", struct create_body, STR, role), .required = true, .min = 1, .max = ROLE_MAX},
};

/* An account without a password: a mail asks its owner to set one. */
enum tomb_code tomb_api_user_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct create_body body = {.institution = ctx->actor.institution};
	struct tomb_user_new user = {.is_welcomed = true};
	char location[64];
	int64_t id = 0;

	TOMB_TRY(tomb_api_body(req, create_fields, TOMB_COUNTOF(create_fields), &body, err));
	TOMB_TRY(tomb_role_parse(body.role, &user.role, err));
	user.institution = body.institution;
	user.name = body.name;
	user.email = body.email;
	TOMB_TRY(tomb_user_create(ctx->link.pg, &ctx->actor, &user, &id, err));
	(void)snprintf(location, sizeof location, "/api/v1/users/%" PRId64, id);
	TOMB_TRY(tomb_response_header(res, "Location", tomb_str_from(location), err));
	return show(ctx, req, res, id, 201, err);
}

/* ---- changes ---- */

/* Somebody of another institution is not there: that is asked first, so that no refusal tells of them. */
static enum tomb_code find(struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_err *err)
{
	struct tomb_user user;

	return tomb_user_show(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &user, err);
}

struct role_body {
	struct tomb_str role;
};

static const struct tomb_json_field role_fields[] = {
	{TOMB_JSON_FIELD("role", struct role_body, STR, role), .required = true, .min = 1, .max = ROLE_MAX},
};

enum tomb_code tomb_api_user_role(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct role_body body = {.role = TOMB_STR("")};
	enum tomb_role role = TOMB_ROLE_MAX;

	TOMB_TRY(tomb_api_body(req, role_fields, TOMB_COUNTOF(role_fields), &body, err));
	TOMB_TRY(tomb_role_parse(body.role, &role, err));
	TOMB_TRY(find(ctx, req, err));
	TOMB_TRY(tomb_user_set_role(ctx->link.pg, &ctx->actor, req->params[0].id, role, err));
	return tomb_api_user(ctx, req, res, err);
}

enum { DUTIES_MAX = 16, DUTY_MAX = 40 }; /* names, and bytes of each */

struct duties_body {
	struct tomb_strs duties;
};

static const struct tomb_json_field duties_fields[] = {
	{TOMB_JSON_FIELD("duties", struct duties_body, STRS, duties), .required = true, .max = DUTIES_MAX,
		.item_min = 1, .item_max = DUTY_MAX},
};

enum tomb_code tomb_api_user_duties(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct duties_body body = {.duties = {NULL, 0}};
	unsigned duties = 0;

	TOMB_TRY(tomb_api_body(req, duties_fields, TOMB_COUNTOF(duties_fields), &body, err));
	TOMB_TRY(tomb_duty_parse_all(body.duties, &duties, err));
	TOMB_TRY(find(ctx, req, err));
	TOMB_TRY(tomb_user_duty_change(
		ctx->link.pg, &ctx->actor, req->params[0].id, duties, TOMB_DUTY_ALL & ~duties, err));
	return tomb_api_user(ctx, req, res, err);
}

typedef enum tomb_code change_fn(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err);

static enum tomb_code change(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, change_fn *verb,
	struct tomb_err *err)
{
	TOMB_TRY(tomb_api_body(req, NULL, 0, NULL, err));
	TOMB_TRY(find(ctx, req, err));
	TOMB_TRY(verb(ctx->link.pg, &ctx->actor, req->params[0].id, err));
	return tomb_api_user(ctx, req, res, err);
}

enum tomb_code tomb_api_user_invite(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return change(ctx, req, res, tomb_user_invite, err);
}

enum tomb_code tomb_api_user_deactivate(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return change(ctx, req, res, tomb_user_deactivate, err);
}

enum tomb_code tomb_api_user_activate(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return change(ctx, req, res, tomb_user_activate, err);
}

enum tomb_code tomb_api_user_reset_totp(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return change(ctx, req, res, tomb_user_totp_reset, err);
}
