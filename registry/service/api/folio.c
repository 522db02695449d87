/*
 * The addresses by which FOLIO's modules and their users delete records: mod-inventory, mod-inventory-storage,
 * mod-source-record-storage and mod-entities-links.  Spec: records.md 1.2, FC-1 to FC-6.
 *
 * The addresses and the statuses are FOLIO's; the deletion is ours, by the one door: a source record and the record
 * that it describes are one thing, so nothing is ever half deleted (F-07, F-10, F-25), and what depends on a record is
 * named rather than broken (F-05).
 */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "records.h"
#include "tombstone/record_deletion.h"
#include "tombstone/record_restoration.h"

enum { MODE_MAX = 32, ID_TYPE_MAX = 16, DEPENDENTS_SHOWN = 5 };

static enum tomb_code not_found(const struct tomb_request *req, const char *what, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no %s %.*s", what, TOMB_STR_ARG(req->params[0].text));
}

/* The record of the address, of this kind; one of another kind is not there. */
static enum tomb_code find(struct tomb_ctx *ctx, const struct tomb_request *req, enum tomb_record_kind kind,
	struct tomb_record *out, struct tomb_err *err)
{
	struct tomb_record record;

	TOMB_TRY(tomb_records_find(ctx, req, &record, err));
	if (record.kind != kind)
		return not_found(req, tomb_record_kind_info(kind)->name.p, err);
	*out = record;
	return TOMB_OK;
}

static enum tomb_code delete_one(struct tomb_ctx *ctx, struct tomb_response *res, const struct tomb_record *record,
	enum tomb_record_mode mode, enum tomb_record_origin origin, int64_t expect_count, struct tomb_err *err)
{
	const struct tomb_record_deletion_ask ask = {
		.ids = &record->id,
		.nids = 1,
		.mode = mode,
		.origin = origin,
		.expect_count = expect_count,
	};
	struct tomb_record_deleted done;

	TOMB_TRY(tomb_record_delete(ctx->link.pg, &ctx->actor, &ask, &done, err));
	res->status = 204;
	return TOMB_OK;
}

/* ---- mod-inventory ---- */

/* FC-1: what the button "Set record for deletion" does.  What is in the instance stays; a refusal is 422. */
enum tomb_code tomb_folio_mark_deleted(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_record record;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_api_query_read(req, NULL, err));
	TOMB_TRY(find(ctx, req, TOMB_RECORD_INSTANCE, &record, err));
	code = delete_one(ctx, res, &record, TOMB_RECORD_SELF, TOMB_RECORD_BY_UI, -1, &why);
	if (code == TOMB_CONFLICT)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE, "%s", why.text);
	if (code != TOMB_OK)
		*err = why;
	return code;
}

/* ---- mod-inventory-storage ---- */

struct storage_query {
	struct tomb_str mode;
};

static const struct tomb_form_field storage_fields[] = {
	TOMB_FORM_TEXT(struct storage_query, mode, "mode", 0, MODE_MAX),
};

const struct tomb_form_table tomb_folio_storage_query = {storage_fields, TOMB_COUNTOF(storage_fields)};

/* F-05: the text names what is in the way. */
static enum tomb_code refuse_dependents(
	struct tomb_ctx *ctx, const struct tomb_request *req, const struct tomb_record *record, struct tomb_err *err)
{
	const struct tomb_record_filter filter = {
		.has_parent = true, .parent_id = record->id, .state = TOMB_STR("active")};
	const struct tomb_page page = {.limit = DEPENDENTS_SHOWN};
	TOMB_BUF_AUTO names = tomb_buf_init(DEPENDENTS_SHOWN * (size_t)(TOMB_UUID_TEXT + 2));
	struct tomb_record_page found;
	struct tomb_str text;

	TOMB_TRY(tomb_record_list(ctx->link.pg, &ctx->actor, &filter, &page, req->arena, &found, err));
	if (found.n == 0)
		return TOMB_OK;
	for (size_t i = 0; i < found.n; i++) {
		char id[TOMB_UUID_TEXT];

		tomb_buf_putf(&names, "%s%s", i > 0 ? ", " : "", tomb_uuid_text(found.p[i].id, id));
	}
	TOMB_TRY(tomb_buf_done(&names, &text, err));
	return TOMB_FAIL(err, TOMB_CONFLICT,
		"it has holdings: %.*s%s; delete them first, or ask for mode=with_contents", TOMB_STR_ARG(text),
		found.next.n > 0 ? " and more" : "");
}

/*
 * F-05: an instance alone, or, by mode=with_contents, with all that is in it.  Holdings that appear between the
 * question and the deletion make it one of more than one record, which it is not then.
 */
enum tomb_code tomb_folio_instance_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct storage_query q = {.mode = TOMB_STR("")};
	struct tomb_record record;
	bool with_contents = false;

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	with_contents = tomb_str_eq(q.mode, TOMB_STR("with_contents"));
	if (q.mode.n > 0 && !with_contents)
		return TOMB_FAIL(err, TOMB_INVAL, "mode is with_contents, or left out");
	TOMB_TRY(find(ctx, req, TOMB_RECORD_INSTANCE, &record, err));
	if (!with_contents && !record.is_deleted)
		TOMB_TRY(refuse_dependents(ctx, req, &record, err));
	return delete_one(
		ctx, res, &record, TOMB_RECORD_WITH_CONTENTS, TOMB_RECORD_BY_API, with_contents ? -1 : 1, err);
}

static enum tomb_code delete_alone(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	enum tomb_record_kind kind, struct tomb_err *err)
{
	struct tomb_record record;

	TOMB_TRY(tomb_api_query_read(req, NULL, err));
	TOMB_TRY(find(ctx, req, kind, &record, err));
	return delete_one(ctx, res, &record, TOMB_RECORD_SELF, TOMB_RECORD_BY_API, -1, err);
}

enum tomb_code tomb_folio_holdings_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return delete_alone(ctx, req, res, TOMB_RECORD_HOLDINGS, err);
}

enum tomb_code tomb_folio_item_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return delete_alone(ctx, req, res, TOMB_RECORD_ITEM, err);
}

/* ---- mod-entities-links ---- */

enum tomb_code tomb_folio_authority_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return delete_alone(ctx, req, res, TOMB_RECORD_AUTHORITY, err);
}

/* ---- mod-source-record-storage ---- */

struct source_query {
	struct tomb_str id_type;
};

static const struct tomb_form_field source_fields[] = {
	TOMB_FORM_TEXT(struct source_query, id_type, "idType", 0, ID_TYPE_MAX),
};

const struct tomb_form_table tomb_folio_source_query = {source_fields, TOMB_COUNTOF(source_fields)};

/* A source record goes by the id of the record that it describes: both are one. */
static enum tomb_code find_source(
	struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_record *out, struct tomb_err *err)
{
	static const struct {
		struct tomb_str name;
		enum tomb_record_kind kind; /* TOMB_RECORD_KIND_MAX: any */
	} types[] = {
		{{"", 0}, TOMB_RECORD_KIND_MAX},
		{{"RECORD", 6}, TOMB_RECORD_KIND_MAX},
		{{"SRS_RECORD", 10}, TOMB_RECORD_KIND_MAX},
		{{"EXTERNAL", 8}, TOMB_RECORD_KIND_MAX},
		{{"INSTANCE", 8}, TOMB_RECORD_INSTANCE},
		{{"HOLDINGS", 8}, TOMB_RECORD_HOLDINGS},
		{{"AUTHORITY", 9}, TOMB_RECORD_AUTHORITY},
	};
	struct source_query q = {.id_type = TOMB_STR("")};
	struct tomb_record record;
	size_t i = 0;

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	while (i < TOMB_COUNTOF(types) && !tomb_str_eq(types[i].name, q.id_type))
		i++;
	if (i == TOMB_COUNTOF(types))
		return TOMB_FAIL(
			err, TOMB_INVAL, "idType is RECORD, SRS_RECORD, EXTERNAL, INSTANCE, HOLDINGS or AUTHORITY");
	TOMB_TRY(tomb_records_find(ctx, req, &record, err));
	if (!tomb_str_eq(record.source, TOMB_STR("MARC")) ||
		(types[i].kind != TOMB_RECORD_KIND_MAX && types[i].kind != record.kind))
		return not_found(req, "source record", err);
	*out = record;
	return TOMB_OK;
}

/* F-10, F-30: of the pair, or of nothing. */
enum tomb_code tomb_folio_source_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_record record;

	TOMB_TRY(find_source(ctx, req, &record, err));
	return delete_one(ctx, res, &record, TOMB_RECORD_SELF, TOMB_RECORD_BY_SOURCE_API, -1, err);
}

/* FC-4.  Both flags are again as they were before the deletion. */
enum tomb_code tomb_folio_source_restore(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_record record;
	struct tomb_record_restored done;

	TOMB_TRY(find_source(ctx, req, &record, err));
	const struct tomb_record_restore_ask ask = {.ids = &record.id, .nids = 1};
	TOMB_TRY(tomb_record_restore(ctx->link.pg, &ctx->actor, &ask, &done, err));
	res->status = 204;
	return TOMB_OK;
}
