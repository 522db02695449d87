/* /member-api/v3/objects: IntellectualObjectView */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "member_object.h"

static const struct tomb_member_field fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"access", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"alt_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_BEGINS | TOMB_MEMBER_SORT},
	{"bag_group_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_BEGINS | TOMB_MEMBER_SORT},
	{"bag_name", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"bagit_profile_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"created_at", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"etag", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"file_count", TOMB_MEMBER_NUMBER, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_BEGINS | TOMB_MEMBER_SORT},
	{"institution_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"institution_parent_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS},
	{"internal_sender_description", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"internal_sender_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"size", TOMB_MEMBER_NUMBER, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"source_organization", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"state", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"storage_option", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"title", TOMB_MEMBER_TEXT, TOMB_MEMBER_SORT},
	{"updated_at", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
};
const struct tomb_member_table tomb_member_objects_query = {fields, TOMB_COUNTOF(fields)};

void tomb_member_put_object(struct tomb_json *w, const struct tomb_object *o)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", o->id);
	tomb_json_str(w, "title", o->title);
	tomb_json_str(w, "description", o->description);
	tomb_json_str(w, "identifier", o->identifier);
	tomb_json_str(w, "alt_identifier", o->alt_identifier);
	tomb_json_str(w, "access", o->access);
	tomb_json_str(w, "bag_name", o->bag_name);
	tomb_json_int(w, "institution_id", o->institution_id);
	tomb_json_time(w, "created_at", o->created_at_us);
	tomb_json_time(w, "updated_at", o->updated_at_us);
	tomb_member_state(w, o->is_deleted);
	tomb_json_str(w, "etag", o->etag);
	tomb_json_str(w, "bag_group_identifier", o->bag_group_identifier);
	tomb_json_str(w, "storage_option", o->storage_option);
	tomb_json_str(w, "bagit_profile_identifier", o->bagit_profile_identifier);
	tomb_json_str(w, "source_organization", o->source_organization);
	tomb_json_str(w, "internal_sender_identifier", o->internal_sender_identifier);
	tomb_json_str(w, "internal_sender_description", o->internal_sender_description);
	tomb_json_str(w, "institution_name", o->institution_name);
	tomb_json_str(w, "institution_identifier", o->institution);
	tomb_json_str(w, "institution_type", TOMB_STR("MemberInstitution"));
	tomb_json_int(w, "institution_parent_id", 0);
	tomb_json_int(w, "file_count", o->active_files);
	tomb_json_int(w, "size", o->active_bytes);
	tomb_json_int(w, "payload_file_count", o->payload_files);
	tomb_json_int(w, "payload_size", o->payload_bytes);
	tomb_json_end_object(w);
}

enum tomb_code tomb_member_objects(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_object_page found;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	TOMB_TRY(tomb_object_sift(ctx->link.pg, &ctx->actor, &q.sift, &q.wanted, req->arena, &found, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < found.n; i++)
		tomb_member_put_object(&w, &found.p[i]);
	return tomb_member_end_list(&w, res, err);
}

static enum tomb_code show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, int64_t id,
	struct tomb_str identifier, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_object object;

	TOMB_TRY(tomb_object_find(ctx->link.pg, &ctx->actor, id, identifier, req->arena, &object, err));
	tomb_member_put_object(&w, &object);
	return tomb_api_sent(&w, res, 200, err);
}

enum tomb_code tomb_member_object(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, req->params[0].id, TOMB_STR(""), err);
}

enum tomb_code tomb_member_object_named(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, 0, tomb_member_name(req), err);
}
