/* What people are told as JSON. */
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
