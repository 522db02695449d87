/* /member-api/v3/files: GenericFileView in lists, GenericFile on its own */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "member_event.h"
#include "member_file.h"
#include "tombstone/file_full.h"

#include <inttypes.h>

static const struct tomb_member_field fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"created_at", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"file_format", TOMB_MEMBER_TEXT, TOMB_MEMBER_SORT},
	{"identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_BEGINS | TOMB_MEMBER_SORT},
	{"institution_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"intellectual_object_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"intellectual_object_identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"last_fixity_check", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"size", TOMB_MEMBER_NUMBER, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"state", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"storage_option", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_IN | TOMB_MEMBER_SORT},
	{"updated_at", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"uuid", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
};
const struct tomb_member_table tomb_member_files_query = {fields, TOMB_COUNTOF(fields)};

static void put_view(struct tomb_json *w, const struct tomb_file *f)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", f->id);
	tomb_json_str(w, "file_format", f->file_format);
	tomb_json_int(w, "size", f->size_bytes);
	tomb_json_str(w, "identifier", f->identifier);
	tomb_json_int(w, "intellectual_object_id", f->object_id);
	tomb_json_str(w, "object_identifier", f->object_identifier);
	tomb_json_str(w, "access", f->access);
	tomb_member_state(w, f->is_deleted);
	tomb_member_time(w, "last_fixity_check", f->fixity_checked_at_us);
	tomb_json_int(w, "institution_id", f->institution_id);
	tomb_json_str(w, "institution_name", f->institution_name);
	tomb_json_str(w, "institution_identifier", f->institution);
	tomb_json_str(w, "storage_option", f->storage_option);
	tomb_json_uuid(w, "uuid", f->uuid);
	tomb_member_time(w, "mtime", f->mod_time_us);
	tomb_json_str(w, "md5", f->md5);
	tomb_json_str(w, "sha1", f->sha1);
	tomb_json_str(w, "sha256", f->sha256);
	tomb_json_str(w, "sha512", f->sha512);
	tomb_json_time(w, "created_at", f->created_at_us);
	tomb_json_time(w, "updated_at", f->updated_at_us);
	tomb_json_end_object(w);
}

enum tomb_code tomb_member_files(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_file_page found;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	TOMB_TRY(tomb_file_sift(ctx->link.pg, &ctx->actor, &q.sift, &q.wanted, req->arena, &found, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < found.n; i++)
		put_view(&w, &found.p[i]);
	return tomb_member_end_list(&w, res, err);
}

static void put_checksums(struct tomb_json *w, const struct tomb_file_full *f)
{
	tomb_json_begin_array(w, "checksums");
	for (size_t i = 0; i < f->nchecksums; i++) {
		const struct tomb_checksum *c = &f->checksums[i];

		tomb_json_begin_object(w, NULL);
		tomb_json_int(w, "id", c->id);
		tomb_json_str(w, "algorithm", c->algorithm);
		tomb_json_time(w, "datetime", c->created_at_us);
		tomb_json_str(w, "digest", c->digest);
		tomb_json_int(w, "generic_file_id", f->file.id);
		tomb_json_time(w, "created_at", c->created_at_us);
		tomb_json_time(w, "updated_at", c->created_at_us);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
}

static void put_storage_record(struct tomb_json *w, int64_t id, int64_t file_id, struct tomb_str url)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", id);
	tomb_json_int(w, "generic_file_id", file_id);
	tomb_json_str(w, "url", url);
	tomb_json_end_object(w);
}

static bool is_there(const struct tomb_copy *copy)
{
	return tomb_str_eq(copy->status, TOMB_STR("stored"));
}

/* Where the file lies now. */
static void put_storage_records(struct tomb_json *w, const struct tomb_file_full *f)
{
	tomb_json_begin_array(w, "storage_records");
	for (size_t i = 0; i < f->ncopies; i++)
		if (is_there(&f->copies[i]))
			put_storage_record(w, f->copies[i].id, f->file.id, f->copies[i].url);
	tomb_json_end_array(w);
}

void tomb_member_put_file(struct tomb_json *w, const struct tomb_file_full *full)
{
	const struct tomb_file *f = &full->file;

	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", f->id);
	tomb_json_time(w, "created_at", f->created_at_us);
	tomb_json_time(w, "updated_at", f->updated_at_us);
	tomb_json_str(w, "file_format", f->file_format);
	tomb_json_int(w, "size", f->size_bytes);
	tomb_json_str(w, "identifier", f->identifier);
	tomb_json_int(w, "intellectual_object_id", f->object_id);
	tomb_member_state(w, f->is_deleted);
	tomb_member_time(w, "last_fixity_check", f->fixity_checked_at_us);
	tomb_json_int(w, "institution_id", f->institution_id);
	tomb_json_str(w, "storage_option", f->storage_option);
	tomb_json_uuid(w, "uuid", f->uuid);
	tomb_json_begin_array(w, "premis_events");
	for (size_t i = 0; i < full->nevents; i++)
		tomb_member_put_event(w, &full->events[i]);
	tomb_json_end_array(w);
	put_checksums(w, full);
	put_storage_records(w, full);
	tomb_member_time(w, "mtime", f->mod_time_us);
	tomb_json_end_object(w);
}

static enum tomb_code show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, int64_t id,
	struct tomb_str identifier, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_file_fulls full;
	struct tomb_file file;

	TOMB_TRY(tomb_file_find(ctx->link.pg, &ctx->actor, id, identifier, req->arena, &file, err));
	TOMB_TRY(tomb_file_full(ctx->link.pg, &ctx->actor, (struct tomb_int8s){&file.id, 1}, req->arena, &full, err));
	if (full.n != 1)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no file %" PRId64, file.id);
	tomb_member_put_file(&w, full.p);
	return tomb_api_sent(&w, res, 200, err);
}

enum tomb_code tomb_member_file(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, req->params[0].id, TOMB_STR(""), err);
}

enum tomb_code tomb_member_file_named(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, 0, tomb_member_name(req), err);
}

/* The admin API's list: the same query, whole records. */
enum tomb_code tomb_admin_files(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_file_fulls full;
	struct tomb_file_page found;
	int64_t *ids = NULL;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	TOMB_TRY(tomb_file_sift(ctx->link.pg, &ctx->actor, &q.sift, &q.wanted, req->arena, &found, &count, err));
	ids = TOMB_NEW(req->arena, int64_t, found.n);
	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", found.n);
	for (size_t i = 0; i < found.n; i++)
		ids[i] = found.p[i].id;
	TOMB_TRY(tomb_file_full(ctx->link.pg, &ctx->actor, (struct tomb_int8s){ids, found.n}, req->arena, &full, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < full.n; i++)
		tomb_member_put_file(&w, &full.p[i]);
	return tomb_member_end_list(&w, res, err);
}

static const struct tomb_member_field record_fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"generic_file_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS | TOMB_MEMBER_NEEDED},
};
const struct tomb_member_table tomb_admin_storage_records_query = {record_fields, TOMB_COUNTOF(record_fields)};

/* Storage records of one file, newest first: there is no list of all of them. */
enum tomb_code tomb_admin_storage_records(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_copies copies;
	int64_t count = 0;
	bool is_up = false;

	TOMB_TRY(tomb_member_query(req, &q, err));
	is_up = q.sift.nsorts > 0 && !q.sift.sorts[0].down;
	TOMB_TRY(tomb_file_copies(
		ctx->link.pg, &ctx->actor, (struct tomb_int8s){&q.sift.terms[0].number, 1}, req->arena, &copies, err));
	for (size_t i = 1; i < copies.n; i++) /* a handful */
		for (size_t k = i; k > 0 && (copies.p[k].id < copies.p[k - 1].id) == is_up; k--) {
			struct tomb_copy swapped = copies.p[k];

			copies.p[k] = copies.p[k - 1];
			copies.p[k - 1] = swapped;
		}
	for (size_t i = 0; i < copies.n; i++)
		count += is_there(&copies.p[i]);
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, TOMB_STR(""), err));
	for (size_t i = 0; q.page == 1 && i < copies.n; i++)
		if (is_there(&copies.p[i]))
			put_storage_record(&w, copies.p[i].id, copies.p[i].file_id, copies.p[i].url);
	return tomb_member_end_list(&w, res, err);
}

enum tomb_code tomb_admin_storage_record(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_copy_place found;

	TOMB_TRY(tomb_copy_place(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &found, err));
	put_storage_record(&w, found.id, found.file_id, found.url);
	return tomb_api_sent(&w, res, 200, err);
}
