/* /member-api/v3/deletions: DeletionRequestView */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "tombstone/deletion_view.h"

static const struct tomb_member_field fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"institution_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"requested_at", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"stage", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"status", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
};
const struct tomb_member_table tomb_member_deletions_query = {fields, TOMB_COUNTOF(fields)};

/* A request that ended without anybody's decision counts as cancelled, by nobody. */
static void put_deletion(struct tomb_json *w, const struct tomb_deletion_view *v)
{
	bool is_approved = tomb_str_eq(v->verdict, TOMB_STR("approve"));
	bool is_rejected = tomb_str_eq(v->verdict, TOMB_STR("reject"));
	struct tomb_str none = TOMB_STR("");

	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", v->id);
	tomb_json_int(w, "institution_id", v->institution_id);
	tomb_json_str(w, "institution_name", v->institution_name);
	tomb_json_str(w, "institution_identifier", v->institution);
	tomb_json_int(w, "requested_by_id", v->requested_by_id);
	tomb_json_str(w, "requested_by_name", v->requested_by_name);
	tomb_json_str(w, "requested_by_email", v->requested_by_email);
	tomb_json_time(w, "requested_at", v->requested_at_us);
	tomb_json_int(w, "confirmed_by_id", is_approved ? v->decided_by_id : 0);
	tomb_json_str(w, "confirmed_by_name", is_approved ? v->decided_by_name : none);
	tomb_json_str(w, "confirmed_by_email", is_approved ? v->decided_by_email : none);
	tomb_member_time(w, "confirmed_at", is_approved ? v->decided_at_us : 0);
	tomb_json_int(w, "cancelled_by_id", is_rejected ? v->decided_by_id : 0);
	tomb_json_str(w, "cancelled_by_name", is_rejected ? v->decided_by_name : none);
	tomb_json_str(w, "cancelled_by_email", is_rejected ? v->decided_by_email : none);
	tomb_member_time(w, "cancelled_at", is_approved ? 0 : v->closed_at_us);
	tomb_json_int(w, "file_count", v->named_files);
	tomb_json_int(w, "object_count", v->named_objects);
	tomb_json_end_object(w);
}

enum tomb_code tomb_member_deletions(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_deletion_page found;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	TOMB_TRY(tomb_deletion_view_sift(
		ctx->link.pg, &ctx->actor, &q.sift, &q.wanted, req->arena, &found, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < found.n; i++)
		put_deletion(&w, &found.p[i]);
	return tomb_member_end_list(&w, res, err);
}

enum tomb_code tomb_member_deletion(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_deletion_view view;

	TOMB_TRY(tomb_deletion_view_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &view, err));
	put_deletion(&w, &view);
	return tomb_api_sent(&w, res, 200, err);
}
