/* People, their institutions, and what they are told, as JSON. */
#include "answer.h"
#include "shape.h"

void tomb_shape_person(struct tomb_json *w, const char *key, int64_t id, struct tomb_str name, struct tomb_str email)
{
	if (id == 0) {
		tomb_json_null(w, key);
		return;
	}
	tomb_json_begin_object(w, key);
	tomb_json_int(w, "id", id);
	tomb_json_str(w, "name", name);
	tomb_json_str(w, "email", email);
	tomb_json_end_object(w);
}

void tomb_shape_alert(struct tomb_json *w, const struct tomb_alert *alert)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", alert->id);
	tomb_json_int(w, "institution_id", alert->institution_id);
	tomb_json_str(w, "institution", alert->institution);
	tomb_json_str(w, "type", alert->type);
	tomb_json_str(w, "subject", alert->subject);
	tomb_json_str(w, "content", alert->content);
	tomb_api_id(w, "request_id", alert->request_id);
	tomb_shape_person(w, "user", alert->user_id, alert->user_name, alert->user_email);
	tomb_json_time(w, "created_at", alert->created_at_us);
	tomb_api_time(w, "sent_at", alert->sent_at_us);
	tomb_api_time(w, "read_at", alert->read_at_us);
	tomb_json_end_object(w);
}

void tomb_shape_user(struct tomb_json *w, const struct tomb_user *user)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", user->id);
	tomb_json_int(w, "institution_id", user->institution_id);
	tomb_json_str(w, "institution", user->institution);
	tomb_json_str(w, "name", user->name);
	tomb_json_str(w, "email", user->email);
	tomb_json_str(w, "role", tomb_role_name(user->role));
	tomb_json_bool(w, "active", user->is_active);
	tomb_json_bool(w, "has_password", user->has_password);
	tomb_json_bool(w, "has_totp", user->has_totp);
	tomb_api_time(w, "admin_since", user->admin_since_us);
	tomb_json_time(w, "created_at", user->created_at_us);
	tomb_api_time(w, "signed_in_at", user->signed_in_at_us);
	tomb_json_end_object(w);
}

void tomb_shape_institution(struct tomb_json *w, const struct tomb_institution *institution)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", institution->id);
	tomb_json_str(w, "identifier", institution->identifier);
	tomb_json_str(w, "name", institution->name);
	tomb_json_bool(w, "active", institution->is_active);
	tomb_json_int(w, "admins", institution->admins);
	tomb_json_int(w, "admin_days", institution->admin_days);
	tomb_json_str(w, "sole_admin", tomb_sole_admin_name(institution->sole_admin));
	tomb_json_bool(w, "requires_totp", institution->require_totp);
	tomb_json_time(w, "created_at", institution->created_at_us);
	tomb_json_end_object(w);
}
