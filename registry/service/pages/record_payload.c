/* The MARC and the MODS of a record: shown, and as files of their own types.  Of deleted records for those only who may
 * read them (N-30). */
#include "pages.h"

#include "record_head.h"
#include "record_words.h"
#include "tombstone/marc.h"

#include <stdio.h>

enum {
	FIELDS_MAX = 20000, /* of one record: more than fit into TOMB_MARC_BYTES_MAX with some text in each */
	PARTS_MAX = 1000,   /* subfields of one field */
	FILE_NAME_MAX = 128 /* of a file: a UUID, and what is around it */
};

static enum tomb_code send_file(struct tomb_view *v, const struct tomb_record *record, struct tomb_str bytes,
	const char *ending, const char *type, struct tomb_err *err)
{
	char uuid[TOMB_UUID_TEXT];
	char name[FILE_NAME_MAX];
	int n = snprintf(name, sizeof name, "attachment; filename=\"%s.%s\"", tomb_uuid_text(record->id, uuid), ending);

	tomb_buf_put(&v->res->body, bytes);
	v->res->status = 200;
	v->res->content_type = type;
	return tomb_response_header(v->res, "Content-Disposition", (struct tomb_str){name, (size_t)n}, err);
}

/* The payload is not there: because there is none, or because it is not to be seen. */
static enum tomb_code missing(
	const struct tomb_view *v, const struct tomb_record *record, const char *what, struct tomb_err *err)
{
	if (record->is_deleted && !tomb_record_head_may(v, TOMB_MAY_RECORD_DELETED_READ, record))
		return tomb_permission_refuse(TOMB_MAY_RECORD_DELETED_READ, err);
	return TOMB_FAIL(err, TOMB_NOTFOUND, "this record has no %s", what);
}

static enum tomb_code fill_parts(
	const struct tomb_marc_field *field, struct tomb_arena *arena, struct html_marc_rows *out, struct tomb_err *err)
{
	struct tomb_marc_subfield part;
	struct html_marc_rows_parts *parts = NULL;
	size_t n = 0;
	size_t at = 0;

	while (n < PARTS_MAX && tomb_marc_subfield(field, &at, &part))
		n++;
	parts = TOMB_NEW(arena, struct html_marc_rows_parts, n ? n : 1);
	if (!parts)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu subfields", n);
	out->parts = parts;
	out->nparts = n;
	at = 0;
	for (size_t i = 0; i < n && tomb_marc_subfield(field, &at, &part); i++) {
		char *code = TOMB_NEW(arena, char, 1);

		if (!code)
			return TOMB_FAIL(err, TOMB_NOMEM, "a subfield");
		*code = part.code;
		parts[i] = (struct html_marc_rows_parts){.code = {code, 1}, .value = part.value};
	}
	return TOMB_OK;
}

static enum tomb_code fill_field(
	const struct tomb_marc_field *field, struct tomb_arena *arena, struct html_marc_rows *out, struct tomb_err *err)
{
	struct html_marc_rows_parts *whole = NULL;

	*out = (struct html_marc_rows){.tag = field->tag, .indicators = field->indicators};
	if (field->indicators.n > 0)
		return fill_parts(field, arena, out, err);
	whole = TOMB_NEW(arena, struct html_marc_rows_parts, 1);
	if (!whole)
		return TOMB_FAIL(err, TOMB_NOMEM, "a field");
	*whole = (struct html_marc_rows_parts){.value = field->data};
	out->parts = whole;
	out->nparts = 1;
	return TOMB_OK;
}

static enum tomb_code fill_fields(
	const struct tomb_marc *marc, struct tomb_arena *arena, struct html_marc *out, struct tomb_err *err)
{
	struct html_marc_rows *fields = NULL;
	struct tomb_marc_field field;
	size_t at = 0;
	size_t n = 0;

	while (n < FIELDS_MAX && tomb_marc_field(marc, &at, &field))
		n++;
	fields = TOMB_NEW(arena, struct html_marc_rows, n ? n : 1);
	if (!fields)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu fields", n);
	at = 0;
	for (size_t i = 0; i < n && tomb_marc_field(marc, &at, &field); i++)
		TOMB_TRY(fill_field(&field, arena, &fields[i], err));
	*out = (struct html_marc){.leader = marc->leader, .rows = fields, .nrows = n};
	return TOMB_OK;
}

/* Field by field; what cannot be read is said to be so, and can be downloaded all the same. */
static enum tomb_code show_marc(struct tomb_view *v, const struct tomb_record *record, struct tomb_err *err)
{
	TOMB_BUF_AUTO scratch = tomb_buf_init(TOMB_MARC_SCRATCH_MAX);
	struct tomb_marc_stored stored = {
		.bytes = record->marc.bytes, .leader_at = record->marc.leader_at, .at_005 = record->marc.at_005};
	struct html_record_marc page = {.page = tomb_frame(v->ctx, v->req, "MARC", TOMB_SECTION_RECORDS)};
	struct tomb_err why = {.text = "its form is unknown"};
	struct tomb_marc marc;

	TOMB_TRY(tomb_record_head_of(v, record, TOMB_RECORD_TAB_MARC, &page.head, err));
	page.page.title = tomb_view_text(v, "MARC: %.*s", TOMB_STR_ARG(record->title));
	if (tomb_marc_form_parse(record->marc.form, &stored.form) &&
		tomb_marc_open(&stored, &scratch, &marc, &why) == TOMB_OK)
		TOMB_TRY(fill_fields(&marc, v->arena, &page.marc, err));
	else
		page.fault = tomb_str_from(why.text);
	html_record_marc(&v->res->body, &page);
	return tomb_view_done(v, 200, err);
}

enum tomb_code tomb_page_record_marc(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_record record;
	bool is_xml = false;

	TOMB_TRY(tomb_record_head_find(&v, &record, err));
	if (record.marc.bytes.n == 0)
		return missing(&v, &record, "MARC", err);
	is_xml = tomb_str_eq(record.marc.form, TOMB_STR("marcxml"));
	if (tomb_view_query(&v, "download").n > 0)
		return send_file(&v, &record, record.marc.bytes, is_xml ? "xml" : "mrc",
			is_xml ? "application/marcxml+xml" : "application/marc", err);
	return show_marc(&v, &record, err);
}

enum tomb_code tomb_page_record_mods(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct html_record_mods page = {.page = tomb_frame(ctx, req, "MODS", TOMB_SECTION_RECORDS)};
	struct tomb_record record;

	TOMB_TRY(tomb_record_head_find(&v, &record, err));
	if (record.mods.n == 0)
		return missing(&v, &record, "MODS", err);
	if (tomb_view_query(&v, "download").n > 0)
		return send_file(&v, &record, record.mods, "xml", "application/mods+xml", err);
	TOMB_TRY(tomb_record_head_of(&v, &record, TOMB_RECORD_TAB_MODS, &page.head, err));
	page.page.title = tomb_view_text(&v, "MODS: %.*s", TOMB_STR_ARG(record.title));
	page.mods = record.mods;
	html_record_mods(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
