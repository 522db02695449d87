/* /api/v1/account: who asks.  Passwords and second factors are changed with a browser alone. */
#include "answer.h"
#include "api.h"
#include "shape.h"
#include "tombstone/alert.h"

enum tomb_code tomb_api_account(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	const struct tomb_actor *actor = &ctx->actor;
	struct tomb_user_totp totp;
	int64_t unread = 0;

	TOMB_TRY(tomb_user_totp_status(ctx->link.pg, actor, &totp, err));
	TOMB_TRY(tomb_alert_unread(ctx->link.pg, actor, &unread, err));
	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "id", actor->user_id);
	tomb_json_int(&w, "institution_id", actor->institution_id);
	tomb_json_str(&w, "institution", actor->institution);
	tomb_json_str(&w, "name", actor->name);
	tomb_json_str(&w, "email", actor->email);
	tomb_json_str(&w, "role", tomb_role_name(actor->role));
	tomb_shape_duties(&w, actor->duties);
	tomb_json_str(&w, "signed_in_by", ctx->is_by_key ? TOMB_STR("api_key") : TOMB_STR("session"));
	tomb_json_bool(&w, "has_totp", totp.is_on);
	tomb_json_bool(&w, "requires_totp", totp.is_required);
	tomb_api_time(&w, "totp_since", totp.is_on ? totp.on_since_us : 0);
	tomb_json_int(&w, "backup_codes_left", totp.codes_left);
	tomb_json_int(&w, "unread_alerts", unread);
	tomb_json_end_object(&w);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}
