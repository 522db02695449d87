/* /member-api/v3/events: PremisEventView */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "member_event.h"
#include "tombstone/file.h"

static const struct tomb_member_field fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"date_time", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"event_type", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"generic_file_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_NULL | TOMB_MEMBER_SORT},
	{"generic_file_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"institution_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"intellectual_object_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"intellectual_object_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"outcome", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
};
const struct tomb_member_table tomb_member_events_query = {fields, TOMB_COUNTOF(fields)};

void tomb_member_put_event(struct tomb_json *w, const struct tomb_premis_event *e)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", e->id);
	tomb_json_str(w, "agent", e->agent);
	tomb_json_time(w, "created_at", e->at_us);
	tomb_json_time(w, "date_time", e->at_us);
	tomb_json_str(w, "detail", e->detail);
	tomb_json_str(w, "event_type", tomb_premis_event_info(e->type)->name);
	tomb_json_int(w, "generic_file_id", e->file_id);
	tomb_json_str(w, "generic_file_identifier", e->file_identifier);
	tomb_json_uuid(w, "identifier", e->identifier);
	tomb_json_int(w, "institution_id", e->institution_id);
	tomb_json_str(w, "institution_name", e->institution_name);
	tomb_json_int(w, "intellectual_object_id", e->object_id);
	tomb_json_str(w, "intellectual_object_identifier", e->object_identifier);
	tomb_json_str(w, "object", e->object_used);
	tomb_json_str(w, "old_uuid", TOMB_STR(""));
	tomb_json_str(w, "outcome", e->outcome);
	tomb_json_str(w, "outcome_detail", e->outcome_detail);
	tomb_json_str(w, "outcome_information", e->outcome_information);
	tomb_json_time(w, "updated_at", e->at_us);
	tomb_json_end_object(w);
}

enum tomb_code tomb_member_events(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_premis_event_page found;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	TOMB_TRY(
		tomb_premis_event_sift(ctx->link.pg, &ctx->actor, &q.sift, &q.wanted, req->arena, &found, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < found.n; i++)
		tomb_member_put_event(&w, &found.p[i]);
	return tomb_member_end_list(&w, res, err);
}

static enum tomb_code show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, int64_t id,
	struct tomb_uuid identifier, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_premis_event event;

	TOMB_TRY(tomb_premis_event_find(ctx->link.pg, &ctx->actor, id, identifier, req->arena, &event, err));
	tomb_member_put_event(&w, &event);
	return tomb_api_sent(&w, res, 200, err);
}

enum tomb_code tomb_member_event(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, req->params[0].id, (struct tomb_uuid){.b = {0}}, err);
}

enum tomb_code tomb_member_event_named(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, 0, req->params[0].uuid, err);
}
