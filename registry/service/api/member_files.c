/* /member-api/v3/files: GenericFileView in lists, GenericFile on its own */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "member_event.h"
#include "tombstone/file.h"

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

	TOMB_TRY(tomb_member_query(req, fields, TOMB_COUNTOF(fields), &q, err));
	TOMB_TRY(tomb_file_sift(ctx->link.pg, &ctx->actor, &q.sift, &q.wanted, req->arena, &found, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < found.n; i++)
		put_view(&w, &found.p[i]);
	return tomb_member_end_list(&w, res, err);
}

static void put_checksums(struct tomb_json *w, int64_t file_id, const struct tomb_file_parts *parts)
{
	tomb_json_begin_array(w, "checksums");
	for (size_t i = 0; i < parts->nchecksums; i++) {
		tomb_json_begin_object(w, NULL);
		tomb_json_int(w, "id", parts->checksums[i].id);
		tomb_json_str(w, "algorithm", parts->checksums[i].algorithm);
		tomb_json_time(w, "datetime", parts->checksums[i].created_at_us);
		tomb_json_str(w, "digest", parts->checksums[i].digest);
		tomb_json_int(w, "generic_file_id", file_id);
		tomb_json_time(w, "created_at", parts->checksums[i].created_at_us);
		tomb_json_time(w, "updated_at", parts->checksums[i].created_at_us);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
}

/* Where the file lies now. */
static void put_storage_records(struct tomb_json *w, int64_t file_id, const struct tomb_file_parts *parts)
{
	tomb_json_begin_array(w, "storage_records");
	for (size_t i = 0; i < parts->ncopies; i++) {
		if (!tomb_str_eq(parts->copies[i].status, TOMB_STR("stored")))
			continue;
		tomb_json_begin_object(w, NULL);
		tomb_json_int(w, "id", parts->copies[i].id);
		tomb_json_int(w, "generic_file_id", file_id);
		tomb_json_str(w, "url", parts->copies[i].url);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
}

static void put_file(struct tomb_json *w, const struct tomb_file *f, const struct tomb_premis_event_page *events,
	const struct tomb_file_parts *parts)
{
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
	for (size_t i = 0; i < events->n; i++)
		tomb_member_put_event(w, &events->p[i]);
	tomb_json_end_array(w);
	put_checksums(w, f->id, parts);
	put_storage_records(w, f->id, parts);
	tomb_member_time(w, "mtime", f->mod_time_us);
	tomb_json_end_object(w);
}

static enum tomb_code show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, int64_t id,
	struct tomb_str identifier, struct tomb_err *err)
{
	struct tomb_premis_event_filter latest = {.newest_first = true};
	struct tomb_page page = {.limit = TOMB_PAGE_MAX};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_premis_event_page events;
	struct tomb_file_parts parts;
	struct tomb_file file;

	TOMB_TRY(tomb_file_find(ctx->link.pg, &ctx->actor, id, identifier, req->arena, &file, err));
	latest.file_id = file.id;
	TOMB_TRY(tomb_file_parts(ctx->link.pg, &ctx->actor, file.id, req->arena, &parts, err));
	TOMB_TRY(tomb_premis_event_list(ctx->link.pg, &ctx->actor, &latest, &page, req->arena, &events, err));
	put_file(&w, &file, &events, &parts);
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
