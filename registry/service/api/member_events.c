/* /member-api/v3/events: PremisEventView */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "member_event.h"
#include "tombstone/file.h"

struct events_query {
	struct tomb_member_paging paging;
	struct tomb_str event_type;
	struct tomb_str file_identifier;
	struct tomb_str object_identifier;
	int64_t file_id;
	int64_t object_id;
	int64_t institution_id;
};

static const struct tomb_form_field fields[] = {
	TOMB_MEMBER_PAGING_FIELDS(struct events_query),
	TOMB_FORM_TEXT(struct events_query, event_type, "event_type", 0, 100),
	TOMB_FORM_TEXT(struct events_query, file_identifier, "generic_file_identifier", 0, 8192),
	TOMB_FORM_TEXT(struct events_query, object_identifier, "intellectual_object_identifier", 0, 4096),
	TOMB_FORM_INT(struct events_query, file_id, "generic_file_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct events_query, object_id, "intellectual_object_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct events_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
};

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

/* Objects and files that are given by their names. */
static enum tomb_code find_subjects(
	struct tomb_ctx *ctx, struct tomb_request *req, struct events_query *q, struct tomb_err *err)
{
	struct tomb_object object;
	struct tomb_file file;

	if (q->object_identifier.n > 0) {
		TOMB_TRY(
			tomb_object_find(ctx->link.pg, &ctx->actor, 0, q->object_identifier, req->arena, &object, err));
		q->object_id = object.id;
	}
	if (q->file_identifier.n > 0) {
		TOMB_TRY(tomb_file_find(ctx->link.pg, &ctx->actor, 0, q->file_identifier, req->arena, &file, err));
		q->file_id = file.id;
	}
	return TOMB_OK;
}

enum tomb_code tomb_member_events(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct events_query q = {.event_type = TOMB_STR("")};
	struct tomb_premis_event_filter filter = {.with_files = true};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_premis_event_page found;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, fields, TOMB_COUNTOF(fields), &q, &q.paging, err));
	TOMB_TRY(find_subjects(ctx, req, &q, err));
	filter.institution_id = q.institution_id;
	filter.object_id = q.object_id;
	filter.file_id = q.file_id;
	filter.type = q.event_type;
	filter.newest_first = q.paging.newest_first;
	TOMB_TRY(tomb_premis_event_list(ctx->link.pg, &ctx->actor, &filter, &q.paging.wanted, req->arena, &found, err));
	TOMB_TRY(tomb_premis_event_count(ctx->link.pg, &ctx->actor, &filter, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q.paging, count, found.next, err));
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
