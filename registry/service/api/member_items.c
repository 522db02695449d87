/* /member-api/v3/items: WorkItemView, with requested_at and completed_at added (P-17) */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "tombstone/work_item.h"

static const struct tomb_member_field fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"action", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_IN | TOMB_MEMBER_SORT},
	{"alt_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"bag_date", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE},
	{"bag_group_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"bagit_profile_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"bucket", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"created_at", TOMB_MEMBER_TIME, TOMB_MEMBER_SORT},
	{"date_processed", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"etag", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"generic_file_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_NULL | TOMB_MEMBER_SORT},
	{"generic_file_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"institution_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"intellectual_object_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_NULL | TOMB_MEMBER_SORT},
	{"name", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"needs_admin_review", TOMB_MEMBER_BOOL, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"node", TOMB_MEMBER_TEXT, TOMB_MEMBER_NULL | TOMB_MEMBER_FILLED},
	{"object_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"queued_at", TOMB_MEMBER_TIME, TOMB_MEMBER_NULL | TOMB_MEMBER_FILLED | TOMB_MEMBER_SORT},
	{"retry", TOMB_MEMBER_BOOL, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"size", TOMB_MEMBER_NUMBER, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"stage", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_IN | TOMB_MEMBER_SORT},
	{"status", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_IN | TOMB_MEMBER_SORT},
	{"storage_option", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"updated_at", TOMB_MEMBER_TIME, TOMB_MEMBER_SORT},
	{"user", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
};
const struct tomb_member_table tomb_member_items_query = {fields, TOMB_COUNTOF(fields)};

/* What only pipelines outside know has its zero value in our own. */
static void put_machinery(struct tomb_json *w, const struct tomb_work_item *i)
{
	tomb_member_time(w, "bag_date", i->bag_date_us);
	tomb_json_time(w, "date_processed", i->date_processed_us);
	tomb_json_bool(w, "retry", i->retry);
	tomb_json_str(w, "node", i->node);
	tomb_json_int(w, "pid", i->pid);
	tomb_json_bool(w, "needs_admin_review", i->needs_admin_review);
	tomb_member_time(w, "queued_at", i->queued_at_us);
	tomb_json_int(w, "size", i->bytes_total);
	tomb_member_time(w, "stage_started_at", i->started_at_us);
	tomb_json_str(w, "aptrust_approver", TOMB_STR(""));
}

static void put_item(struct tomb_json *w, const struct tomb_work_item *i)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", i->id);
	tomb_json_str(w, "name", i->name);
	tomb_json_str(w, "etag", i->etag);
	tomb_json_int(w, "institution_id", i->institution_id);
	tomb_json_str(w, "institution_name", i->institution_name);
	tomb_json_str(w, "institution_identifier", i->institution);
	tomb_json_int(w, "intellectual_object_id", i->object_id);
	tomb_json_str(w, "object_identifier", i->object_identifier);
	tomb_json_str(w, "alt_identifier", i->alt_identifier);
	tomb_json_str(w, "bag_group_identifier", i->bag_group_identifier);
	tomb_json_str(w, "storage_option", i->storage_option);
	tomb_json_str(w, "bagit_profile_identifier", i->bagit_profile_identifier);
	tomb_json_str(w, "source_organization", i->source_organization);
	tomb_json_str(w, "internal_sender_identifier", i->internal_sender_identifier);
	tomb_json_int(w, "generic_file_id", i->file_id);
	tomb_json_str(w, "generic_file_identifier", i->file_identifier);
	tomb_json_str(w, "bucket", i->bucket);
	tomb_json_str(w, "user", i->user_email);
	tomb_json_str(w, "note", i->note);
	tomb_json_str(w, "action", i->action);
	tomb_json_str(w, "stage", i->stage);
	tomb_json_str(w, "status", i->status);
	tomb_json_str(w, "outcome", i->outcome);
	put_machinery(w, i);
	tomb_json_str(w, "inst_approver", i->approver_email);
	tomb_json_int(w, "deletion_request_id", i->request_id);
	tomb_json_time(w, "created_at", i->created_at_us);
	tomb_json_time(w, "updated_at", i->updated_at_us);
	tomb_json_time(w, "requested_at", i->requested_at_us);
	tomb_member_time(w, "completed_at", i->completed_at_us);
	tomb_json_end_object(w);
}

enum tomb_code tomb_member_items(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_work_item_page found;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	TOMB_TRY(tomb_work_item_sift(ctx->link.pg, &ctx->actor, &q.sift, &q.wanted, req->arena, &found, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < found.n; i++)
		put_item(&w, &found.p[i]);
	return tomb_member_end_list(&w, res, err);
}

enum tomb_code tomb_member_item(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_work_item item;

	TOMB_TRY(tomb_work_item_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &item, err));
	put_item(&w, &item);
	return tomb_api_sent(&w, res, 200, err);
}
