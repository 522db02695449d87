#include "past.h"

#include "tombstone/deletion_reason.h"

struct tomb_str tomb_past_person(struct tomb_view *v, struct tomb_str name, struct tomb_str email)
{
	if (email.n == 0 || tomb_str_eq(name, email))
		return email;
	return tomb_view_text(v, "%.*s (%.*s)", TOMB_STR_ARG(name), TOMB_STR_ARG(email));
}

enum tomb_code tomb_past_of(
	struct tomb_view *v, const struct tomb_pending *pending, struct tomb_past *out, struct tomb_err *err)
{
	struct tomb_past past = {.at_us = pending->deleted_at_us, .request_id = pending->deletion_request_id};
	struct tomb_deletion_view request;

	if (past.request_id != 0) {
		TOMB_TRY(tomb_deletion_view_find(v->pg, v->actor, past.request_id, v->arena, &request, err));
		past.deleted_by = tomb_past_person(v, request.requested_by_name, request.requested_by_email);
		past.approved_by = tomb_past_person(v, request.decided_by_name, request.decided_by_email);
	}
	*out = past;
	return TOMB_OK;
}

struct tomb_str tomb_past_reason(struct tomb_view *v, const struct tomb_deletion_view *request)
{
	struct tomb_str text = tomb_deletion_reason_text(request->reason_code);

	if (text.n == 0 || request->reason.n == 0)
		return text.n > 0 ? text : request->reason;
	return tomb_view_text(v, "%.*s.\n%.*s", TOMB_STR_ARG(text), TOMB_STR_ARG(request->reason));
}
