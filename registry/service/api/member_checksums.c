/* /member-api/v3/checksums: ChecksumView */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "tombstone/checksum.h"

static const struct tomb_member_field fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"algorithm", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"datetime", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"digest", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"generic_file_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"generic_file_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"institution_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"intellectual_object_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"state", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
};
const struct tomb_member_table tomb_member_checksums_query = {fields, TOMB_COUNTOF(fields)};

static void put_checksum(struct tomb_json *w, const struct tomb_checksum_view *c)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", c->id);
	tomb_json_str(w, "algorithm", c->algorithm);
	tomb_json_time(w, "datetime", c->created_at_us);
	tomb_json_str(w, "digest", c->digest);
	tomb_member_state(w, c->is_deleted);
	tomb_json_str(w, "generic_file_identifier", c->file_identifier);
	tomb_json_int(w, "generic_file_id", c->file_id);
	tomb_json_int(w, "intellectual_object_id", c->object_id);
	tomb_json_int(w, "institution_id", c->institution_id);
	tomb_json_time(w, "created_at", c->created_at_us);
	tomb_json_time(w, "updated_at", c->created_at_us);
	tomb_json_end_object(w);
}

enum tomb_code tomb_member_checksums(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_checksum_page found;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	TOMB_TRY(tomb_checksum_sift(ctx->link.pg, &ctx->actor, &q.sift, &q.wanted, req->arena, &found, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < found.n; i++)
		put_checksum(&w, &found.p[i]);
	return tomb_member_end_list(&w, res, err);
}

enum tomb_code tomb_member_checksum(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_checksum_view found;

	TOMB_TRY(tomb_checksum_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &found, err));
	put_checksum(&w, &found);
	return tomb_api_sent(&w, res, 200, err);
}
