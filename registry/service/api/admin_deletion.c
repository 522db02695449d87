/* /admin-api/v3/deletions/show: DeletionRequestMin, with what was named */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "member_file.h"
#include "member_object.h"
#include "tombstone/deletion_view.h"

static void put_person(struct tomb_json *w, const char *key, int64_t id, struct tomb_str name, struct tomb_str email)
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

static enum tomb_code put_files(struct tomb_json *w, struct tomb_ctx *ctx, struct tomb_request *req,
	const struct tomb_deletion_items *items, struct tomb_err *err)
{
	int64_t *ids = TOMB_NEW(req->arena, int64_t, items->n);
	struct tomb_file_fulls full;
	size_t n = 0;

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", items->n);
	for (size_t i = 0; i < items->n; i++)
		if (items->p[i].file_id != 0)
			ids[n++] = items->p[i].file_id;
	TOMB_TRY(tomb_file_full(ctx->link.pg, &ctx->actor, (struct tomb_int8s){ids, n}, req->arena, &full, err));
	tomb_json_begin_array(w, "generic_files");
	for (size_t i = 0; i < full.n; i++)
		tomb_member_put_file(w, &full.p[i]);
	tomb_json_end_array(w);
	return TOMB_OK;
}

static enum tomb_code put_objects(struct tomb_json *w, struct tomb_ctx *ctx, struct tomb_request *req,
	const struct tomb_deletion_items *items, struct tomb_err *err)
{
	struct tomb_object object;

	tomb_json_begin_array(w, "intellectual_objects");
	for (size_t i = 0; i < items->n; i++) {
		if (items->p[i].file_id != 0)
			continue;
		TOMB_TRY(tomb_object_find(
			ctx->link.pg, &ctx->actor, items->p[i].object_id, TOMB_STR(""), req->arena, &object, err));
		tomb_member_put_object(w, &object);
	}
	tomb_json_end_array(w);
	return TOMB_OK;
}

/* The first thousand things that were named: /api/v1/deletions/{id}/items has all of them. */
enum tomb_code tomb_admin_deletion(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_page page = {.limit = TOMB_PAGE_MAX};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_deletion_items items;
	struct tomb_deletion_view v;
	bool is_approved = false;
	bool is_rejected = false;

	TOMB_TRY(tomb_deletion_view_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &v, err));
	TOMB_TRY(tomb_deletion_view_items(ctx->link.pg, &ctx->actor, v.id, &page, req->arena, &items, err));
	is_approved = tomb_str_eq(v.verdict, TOMB_STR("approve"));
	is_rejected = tomb_str_eq(v.verdict, TOMB_STR("reject"));
	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "id", v.id);
	tomb_json_int(&w, "institution_id", v.institution_id);
	tomb_json_time(&w, "requested_at", v.requested_at_us);
	tomb_member_time(&w, "confirmed_at", is_approved ? v.decided_at_us : 0);
	tomb_member_time(&w, "cancelled_at", is_approved ? 0 : v.closed_at_us);
	put_person(&w, "requested_by", v.requested_by_id, v.requested_by_name, v.requested_by_email);
	put_person(&w, "confirmed_by", is_approved ? v.decided_by_id : 0, v.decided_by_name, v.decided_by_email);
	put_person(&w, "cancelled_by", is_rejected ? v.decided_by_id : 0, v.decided_by_name, v.decided_by_email);
	TOMB_TRY(put_files(&w, ctx, req, &items, err));
	TOMB_TRY(put_objects(&w, ctx, req, &items, err));
	tomb_json_end_object(&w);
	return tomb_api_sent(&w, res, 200, err);
}
