/* /admin-api/v3/objects: what changes them */
#include "admin_read.h"
#include "api.h"
#include "tombstone/deletion_question.h"
#include "tombstone/object_record.h"

struct object_body {
	int64_t id;
	struct tomb_object_given given;
	TOMB_ADMIN_IGNORED_MEMBERS
};

#define TEXT(key, member, bytes) TOMB_ADMIN_TEXT(key, struct object_body, given.member, bytes)

static const struct tomb_json_field fields[] = {
	TOMB_ADMIN_ID("id", struct object_body, id),
	TOMB_ADMIN_ID("institution_id", struct object_body, given.institution_id),
	TEXT("title", title, 8192),
	TEXT("description", description, 65536),
	TEXT("identifier", identifier, 4096),
	TEXT("alt_identifier", alt_identifier, 8192),
	TEXT("access", access, 20),
	TEXT("bag_name", bag_name, 4096),
	TEXT("state", state, 10),
	TEXT("etag", etag, 1020),
	TEXT("bag_group_identifier", bag_group_identifier, 8192),
	TEXT("storage_option", storage_option, 400),
	TEXT("bagit_profile_identifier", bagit_profile_identifier, 8192),
	TEXT("source_organization", source_organization, 8192),
	TEXT("internal_sender_identifier", internal_sender_identifier, 8192),
	TEXT("internal_sender_description", internal_sender_description, 65536),
	TOMB_ADMIN_IGNORED_TEXT("created_at", struct object_body),
	TOMB_ADMIN_IGNORED_TEXT("updated_at", struct object_body),
	TOMB_ADMIN_IGNORED_TEXT("institution_name", struct object_body),
	TOMB_ADMIN_IGNORED_TEXT("institution_identifier", struct object_body),
	TOMB_ADMIN_IGNORED_TEXT("institution_type", struct object_body),
	TOMB_ADMIN_IGNORED_NUMBER("institution_parent_id", struct object_body),
	TOMB_ADMIN_IGNORED_NUMBER("file_count", struct object_body),
	TOMB_ADMIN_IGNORED_NUMBER("size", struct object_body),
	TOMB_ADMIN_IGNORED_NUMBER("payload_file_count", struct object_body),
	TOMB_ADMIN_IGNORED_NUMBER("payload_size", struct object_body),
};

static enum tomb_code read_body(const struct tomb_request *req, struct object_body *out, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;

	TOMB_TRY(tomb_admin_parse(req, &doc, err));
	return tomb_json_read(tomb_json_doc_root(doc), fields, TOMB_COUNTOF(fields), req->arena, out, err);
}

enum tomb_code tomb_admin_object_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct object_body b = {.id = 0};
	int64_t id = 0;

	TOMB_TRY(read_body(req, &b, err));
	TOMB_TRY(tomb_admin_same_id(b.id, 0, err));
	TOMB_TRY(tomb_object_record_create(ctx->link.pg, &ctx->actor, req->params[0].id, &b.given, &id, err));
	return tomb_admin_show(ctx, req, res, tomb_member_object, id, 201, err);
}

enum tomb_code tomb_admin_object_update(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct object_body b = {.id = 0};
	int64_t id = req->params[0].id;

	TOMB_TRY(read_body(req, &b, err));
	TOMB_TRY(tomb_admin_same_id(b.id, id, err));
	TOMB_TRY(tomb_object_record_update(ctx->link.pg, &ctx->actor, id, &b.given, err));
	return tomb_admin_show(ctx, req, res, tomb_member_object, id, 200, err);
}

/* A question, whatever its method says: is it done? */
enum tomb_code tomb_admin_object_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_TRY(tomb_deletion_question_object(ctx->link.pg, &ctx->actor, req->params[0].id, err));
	return tomb_member_object(ctx, req, res, err);
}
