/* People, their institutions, and what they are told, as JSON. */
#include "answer.h"
#include "shape.h"
#include "tombstone/duty.h"

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

void tomb_shape_duties(struct tomb_json *w, unsigned duties)
{
	tomb_json_begin_array(w, "duties");
	for (int d = 0; d < TOMB_DUTY_MAX; d++)
		if (duties & TOMB_DUTY_BIT(d))
			tomb_json_str(w, NULL, tomb_duty_name((enum tomb_duty)d));
	tomb_json_end_array(w);
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
	tomb_shape_duties(w, user->duties);
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

void tomb_shape_api_key(struct tomb_json *w, const struct tomb_api_key *key, struct tomb_str secret)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", key->id);
	tomb_json_int(w, "user_id", key->user_id);
	tomb_json_str(w, "email", key->email);
	tomb_json_str(w, "name", key->name);
	tomb_json_bool(w, "revoked", key->is_revoked);
	tomb_json_time(w, "created_at", key->created_at_us);
	tomb_api_time(w, "last_used_at", key->last_used_at_us);
	if (secret.n > 0)
		tomb_json_str(w, "key", secret);
	tomb_json_end_object(w);
}

void tomb_shape_session(struct tomb_json *w, const struct tomb_session *session)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", session->id);
	tomb_json_bool(w, "current", session->is_current);
	tomb_json_str(w, "address", session->address);
	tomb_json_str(w, "browser", session->browser);
	tomb_json_time(w, "created_at", session->created_at_us);
	tomb_json_time(w, "last_seen_at", session->last_seen_at_us);
	tomb_json_time(w, "expires_at", session->expires_at_us);
	tomb_json_end_object(w);
}

void tomb_shape_audit_entry(struct tomb_json *w, const struct tomb_audit_view *entry)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", entry->id);
	tomb_json_time(w, "at", entry->at_us);
	tomb_json_str(w, "actor", entry->actor);
	tomb_json_str(w, "via", entry->via);
	tomb_json_str(w, "verb", entry->verb);
	tomb_api_id(w, "institution_id", entry->institution_id);
	tomb_json_str(w, "institution_name", entry->institution_name);
	tomb_json_str(w, "subject", entry->subject);
	tomb_json_str(w, "detail", entry->detail);
	tomb_json_hex(w, "list_digest", entry->list_digest);
	tomb_api_id(w, "seal", entry->seq);
	tomb_json_hex(w, "hash", entry->hash);
	tomb_json_end_object(w);
}
