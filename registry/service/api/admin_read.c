#include "admin_read.h"

#include "tombstone/time.h"

enum {
	NAME_MAX_BYTES = 8192, /* four bytes for each character of the longest identifier */
	TEXT_BYTES = 16384,    /* of an event; the ledger says what is too long */
	URL_BYTES = 8192
};

enum tomb_code tomb_admin_parse(const struct tomb_request *req, struct tomb_json_doc **out, struct tomb_err *err)
{
	if (!tomb_request_is_type(req, TOMB_STR("application/json")))
		return TOMB_FAIL(err, TOMB_UNSUPPORTED, "the body is not application/json");
	return tomb_json_doc_parse(req->body, req->route->body_max, out, err);
}

enum tomb_code tomb_admin_time(const char *key, struct tomb_str text, int64_t *us, struct tomb_err *err)
{
	struct tomb_err ignored;
	int64_t read = 0;

	if (text.n > 0 && tomb_time_parse(text, &read, &ignored) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_INVAL, "%s is no time like 2026-01-02T03:04:05Z", key);
	*us = read <= TOMB_TIME_MIN ? 0 : read;
	return TOMB_OK;
}

enum tomb_code tomb_admin_same_id(int64_t in_body, int64_t in_path, struct tomb_err *err)
{
	if (in_body != 0 && in_body != in_path)
		return TOMB_FAIL(err, TOMB_INVAL, "resource or institution id mismatch");
	return TOMB_OK;
}

struct event_body {
	int64_t id, institution_id, object_id, file_id;
	struct tomb_str type, identifier, at, detail, outcome, outcome_detail, outcome_information, object_used, agent;
	TOMB_ADMIN_IGNORED_MEMBERS
};

static const struct tomb_json_field event_fields[] = {
	TOMB_ADMIN_ID("id", struct event_body, id),
	TOMB_ADMIN_ID("institution_id", struct event_body, institution_id),
	TOMB_ADMIN_ID("intellectual_object_id", struct event_body, object_id),
	TOMB_ADMIN_ID("generic_file_id", struct event_body, file_id),
	{TOMB_JSON_FIELD("event_type", struct event_body, STR, type), .required = true, .min = 1, .max = 100},
	TOMB_ADMIN_TEXT("identifier", struct event_body, identifier, 36),
	TOMB_ADMIN_TEXT("date_time", struct event_body, at, 64),
	TOMB_ADMIN_TEXT("detail", struct event_body, detail, TEXT_BYTES),
	TOMB_ADMIN_TEXT("outcome", struct event_body, outcome, 100),
	TOMB_ADMIN_TEXT("outcome_detail", struct event_body, outcome_detail, TEXT_BYTES),
	TOMB_ADMIN_TEXT("outcome_information", struct event_body, outcome_information, TEXT_BYTES),
	TOMB_ADMIN_TEXT("object", struct event_body, object_used, TEXT_BYTES),
	TOMB_ADMIN_TEXT("agent", struct event_body, agent, TEXT_BYTES),
	TOMB_ADMIN_IGNORED_TEXT("created_at", struct event_body),
	TOMB_ADMIN_IGNORED_TEXT("updated_at", struct event_body),
	TOMB_ADMIN_IGNORED_TEXT("old_uuid", struct event_body),
	TOMB_ADMIN_IGNORED_TEXT("institution_name", struct event_body),
	TOMB_ADMIN_IGNORED_TEXT("generic_file_identifier", struct event_body),
	TOMB_ADMIN_IGNORED_TEXT("intellectual_object_identifier", struct event_body),
};

enum tomb_code tomb_admin_read_event(
	struct tomb_json_value value, struct tomb_arena *arena, struct tomb_admin_event *out, struct tomb_err *err)
{
	const struct tomb_str none = TOMB_STR("");
	struct event_body b = {.identifier = none,
		.detail = none,
		.outcome = none,
		.outcome_detail = none,
		.outcome_information = none,
		.object_used = none,
		.agent = none,
		.at = none};
	int64_t at_us = 0;

	TOMB_TRY(tomb_json_read(value, event_fields, TOMB_COUNTOF(event_fields), arena, &b, err));
	TOMB_TRY(tomb_admin_time("date_time", b.at, &at_us, err));
	*out = (struct tomb_admin_event){
		.id = b.id,
		.subject = {b.institution_id, b.object_id, b.file_id},
		.given = {b.type, b.identifier, at_us, b.detail, b.outcome, b.outcome_detail, b.outcome_information,
			b.object_used, b.agent},
	};
	return TOMB_OK;
}

struct checksum_body {
	int64_t id, file_id;
	struct tomb_str algorithm, digest;
	TOMB_ADMIN_IGNORED_MEMBERS
};

static const struct tomb_json_field checksum_fields[] = {
	TOMB_ADMIN_ID("id", struct checksum_body, id),
	TOMB_ADMIN_ID("generic_file_id", struct checksum_body, file_id),
	{TOMB_JSON_FIELD("algorithm", struct checksum_body, STR, algorithm), .required = true, .max = 100},
	{TOMB_JSON_FIELD("digest", struct checksum_body, STR, digest), .required = true, .max = 1000},
	TOMB_ADMIN_IGNORED_TEXT("datetime", struct checksum_body),
	TOMB_ADMIN_IGNORED_TEXT("state", struct checksum_body),
	TOMB_ADMIN_IGNORED_TEXT("generic_file_identifier", struct checksum_body),
	TOMB_ADMIN_IGNORED_NUMBER("intellectual_object_id", struct checksum_body),
	TOMB_ADMIN_IGNORED_NUMBER("institution_id", struct checksum_body),
	TOMB_ADMIN_IGNORED_TEXT("created_at", struct checksum_body),
	TOMB_ADMIN_IGNORED_TEXT("updated_at", struct checksum_body),
};

enum tomb_code tomb_admin_read_checksum(
	struct tomb_json_value value, struct tomb_arena *arena, struct tomb_admin_checksum *out, struct tomb_err *err)
{
	struct checksum_body b = {.id = 0};

	TOMB_TRY(tomb_json_read(value, checksum_fields, TOMB_COUNTOF(checksum_fields), arena, &b, err));
	*out = (struct tomb_admin_checksum){b.id, b.file_id, {b.algorithm, b.digest}};
	return TOMB_OK;
}

static const struct tomb_json_field copy_fields[] = {
	TOMB_ADMIN_ID("id", struct tomb_admin_copy, id),
	TOMB_ADMIN_ID("generic_file_id", struct tomb_admin_copy, file_id),
	{TOMB_JSON_FIELD("url", struct tomb_admin_copy, STR, url), .required = true, .min = 1, .max = URL_BYTES},
};

enum tomb_code tomb_admin_read_copy(
	struct tomb_json_value value, struct tomb_arena *arena, struct tomb_admin_copy *out, struct tomb_err *err)
{
	struct tomb_admin_copy b = {.id = 0};

	TOMB_TRY(tomb_json_read(value, copy_fields, TOMB_COUNTOF(copy_fields), arena, &b, err));
	*out = b;
	return TOMB_OK;
}

struct file_body {
	int64_t id, institution_id, object_id, size;
	struct tomb_str identifier, file_format, storage_option, state, uuid, mtime;
	struct tomb_json_value checksums, storage_records, premis_events;
	TOMB_ADMIN_IGNORED_MEMBERS
};

static const struct tomb_json_field file_fields[] = {
	TOMB_ADMIN_ID("id", struct file_body, id),
	TOMB_ADMIN_ID("institution_id", struct file_body, institution_id),
	TOMB_ADMIN_ID("intellectual_object_id", struct file_body, object_id),
	{TOMB_JSON_FIELD("size", struct file_body, INT, size), .max = INT64_MAX},
	TOMB_ADMIN_TEXT("identifier", struct file_body, identifier, NAME_MAX_BYTES),
	TOMB_ADMIN_TEXT("file_format", struct file_body, file_format, 1000),
	TOMB_ADMIN_TEXT("storage_option", struct file_body, storage_option, 400),
	TOMB_ADMIN_TEXT("state", struct file_body, state, 10),
	TOMB_ADMIN_TEXT("uuid", struct file_body, uuid, 36),
	TOMB_ADMIN_TEXT("mtime", struct file_body, mtime, 64),
	{TOMB_JSON_FIELD("checksums", struct file_body, ARRAY, checksums), .max = TOMB_FILE_RECORD_PARTS_MAX},
	{TOMB_JSON_FIELD("storage_records", struct file_body, ARRAY, storage_records),
		.max = TOMB_FILE_RECORD_PARTS_MAX},
	{TOMB_JSON_FIELD("premis_events", struct file_body, ARRAY, premis_events), .max = TOMB_FILE_RECORD_PARTS_MAX},
	TOMB_ADMIN_IGNORED_TEXT("created_at", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("updated_at", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("last_fixity_check", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("institution_name", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("institution_identifier", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("object_identifier", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("intellectual_object_identifier", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("access", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("md5", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("sha1", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("sha256", struct file_body),
	TOMB_ADMIN_IGNORED_TEXT("sha512", struct file_body),
};

static enum tomb_code read_checksums(
	struct tomb_json_value list, struct tomb_arena *arena, struct tomb_file_given *g, struct tomb_err *err)
{
	size_t n = list.node ? tomb_json_value_count(list) : 0;
	struct tomb_checksum_given *found = TOMB_NEW(arena, struct tomb_checksum_given, n);
	struct tomb_admin_checksum one;

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu checksums", n);
	for (size_t i = 0; i < n; i++) {
		TOMB_TRY(tomb_admin_read_checksum(tomb_json_value_at(list, i), arena, &one, err));
		if (one.id == 0)
			found[g->nchecksums++] = one.given;
	}
	g->checksums = found;
	return TOMB_OK;
}

static enum tomb_code read_copies(
	struct tomb_json_value list, struct tomb_arena *arena, struct tomb_file_given *g, struct tomb_err *err)
{
	size_t n = list.node ? tomb_json_value_count(list) : 0;
	struct tomb_str *found = TOMB_NEW(arena, struct tomb_str, n);
	struct tomb_admin_copy one;

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu storage records", n);
	for (size_t i = 0; i < n; i++) {
		TOMB_TRY(tomb_admin_read_copy(tomb_json_value_at(list, i), arena, &one, err));
		if (one.id == 0)
			found[g->urls.n++] = one.url;
	}
	g->urls.p = found;
	return TOMB_OK;
}

static enum tomb_code read_events(
	struct tomb_json_value list, struct tomb_arena *arena, struct tomb_file_given *g, struct tomb_err *err)
{
	size_t n = list.node ? tomb_json_value_count(list) : 0;
	struct tomb_event_given *found = TOMB_NEW(arena, struct tomb_event_given, n);
	struct tomb_admin_event one;

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu events", n);
	for (size_t i = 0; i < n; i++) {
		TOMB_TRY(tomb_admin_read_event(tomb_json_value_at(list, i), arena, &one, err));
		if (one.id == 0)
			found[g->nevents++] = one.given;
	}
	g->events = found;
	return TOMB_OK;
}

enum tomb_code tomb_admin_read_file(
	struct tomb_json_value value, struct tomb_arena *arena, struct tomb_admin_file *out, struct tomb_err *err)
{
	struct file_body b = {.size = -1};
	struct tomb_file_given g;

	TOMB_TRY(tomb_json_read(value, file_fields, TOMB_COUNTOF(file_fields), arena, &b, err));
	g = (struct tomb_file_given){
		.institution_id = b.institution_id,
		.object_id = b.object_id,
		.identifier = b.identifier,
		.file_format = b.file_format,
		.storage_option = b.storage_option,
		.state = b.state,
		.uuid = b.uuid,
		.size_bytes = b.size,
	};
	TOMB_TRY(tomb_admin_time("mtime", b.mtime, &g.mod_time_us, err));
	TOMB_TRY(read_checksums(b.checksums, arena, &g, err));
	TOMB_TRY(read_copies(b.storage_records, arena, &g, err));
	TOMB_TRY(read_events(b.premis_events, arena, &g, err));
	*out = (struct tomb_admin_file){b.id, g};
	return TOMB_OK;
}

enum tomb_code tomb_admin_show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	tomb_handler_fn *handler, int64_t id, unsigned status, struct tomb_err *err)
{
	req->params[0].id = id;
	TOMB_TRY(handler(ctx, req, res, err));
	res->status = status;
	return TOMB_OK;
}
