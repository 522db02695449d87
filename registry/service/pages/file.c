/* The page of one file (P-03, P-16). */
#include "pages.h"

#include "past.h"
#include "rows.h"

enum { EVENTS_SHOWN = 20 /* the rest is on a page of its own */ };

static enum tomb_code fill_events(struct tomb_view *v, struct html_file *page, struct tomb_err *err)
{
	struct tomb_premis_event_filter filter = {.file_id = v->id, .newest_first = true};
	struct tomb_page first = {.limit = EVENTS_SHOWN};
	struct tomb_premis_event_page found;
	struct html_file_events *rows = NULL;

	TOMB_TRY(tomb_premis_event_list(v->pg, v->actor, &filter, &first, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_file_events, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu events", found.n);
	for (size_t i = 0; i < found.n; i++) {
		rows[i] = (struct html_file_events)TOMB_ROW_EVENT(v, found.p[i]);
		rows[i].file_id = 0; /* it is the page's own */
	}
	page->events = rows;
	page->nevents = found.n;
	page->has_more_events = found.next.n > 0;
	return TOMB_OK;
}

/* As people write them. */
static struct tomb_str algorithm_name(struct tomb_str algorithm)
{
	static const struct {
		struct tomb_str stored;
		struct tomb_str name;
	} names[] = {{{"md5", 3}, {"MD5", 3}}, {{"sha1", 4}, {"SHA-1", 5}}, {{"sha256", 6}, {"SHA-256", 7}},
		{{"sha512", 6}, {"SHA-512", 7}}};

	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		if (tomb_str_eq(algorithm, names[i].stored))
			return names[i].name;
	return algorithm;
}

static enum tomb_code fill_parts(struct tomb_view *v, struct html_file *page, struct tomb_err *err)
{
	struct tomb_file_parts parts;
	struct html_file_checksums *checksums = NULL;
	struct html_file_copies *copies = NULL;

	TOMB_TRY(tomb_file_parts(v->pg, v->actor, v->id, v->arena, &parts, err));
	checksums = TOMB_NEW(v->arena, struct html_file_checksums, parts.nchecksums);
	copies = TOMB_NEW(v->arena, struct html_file_copies, parts.ncopies);
	if (!checksums || !copies)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu checksums and %zu copies", parts.nchecksums, parts.ncopies);
	for (size_t i = 0; i < parts.nchecksums; i++)
		checksums[i] = (struct html_file_checksums){algorithm_name(parts.checksums[i].algorithm),
			parts.checksums[i].digest, parts.checksums[i].generation, parts.checksums[i].created_at_us};
	for (size_t i = 0; i < parts.ncopies; i++)
		copies[i] = (struct html_file_copies)TOMB_ROW_COPY(v, parts.copies[i]);
	page->checksums = checksums;
	page->nchecksums = parts.nchecksums;
	page->copies = copies;
	page->ncopies = parts.ncopies;
	return TOMB_OK;
}

/* What is going on with it: deleted, asked for, or too young. */
static enum tomb_code fill_state(
	struct tomb_view *v, const struct tomb_file *file, struct html_file *page, struct tomb_err *err)
{
	struct tomb_pending pending;
	struct tomb_past past;

	TOMB_TRY(tomb_file_pending(v->pg, v->actor, v->id, v->arena, &pending, err));
	TOMB_TRY(tomb_past_of(v, &pending, &past, err));
	page->deleted_at = past.at_us;
	page->deleted_request = past.request_id;
	page->deleted_by = past.deleted_by;
	page->approved_by = past.approved_by;
	page->open_request = pending.open_request_id;
	page->work_item = pending.work_item_id;
	for (size_t i = 0; i < pending.nobstacles; i++)
		if (pending.obstacles[i].eligible_at_us != 0)
			page->eligible_at = pending.obstacles[i].eligible_at_us;
	if (file->is_deleted || !tomb_view_may_request(v, file->institution_id))
		return TOMB_OK;
	TOMB_ROW_DELETE(
		v, page, "file", file->id, "Delete", tomb_view_refusal(v, pending.obstacles, pending.nobstacles));
	return TOMB_OK;
}

static struct html_file describe(struct tomb_view *v, const struct tomb_file *file)
{
	char uuid[TOMB_UUID_TEXT];

	return (struct html_file){
		.page = tomb_frame(v->ctx, v->req, "File", TOMB_SECTION_FILES),
		.id = file->id,
		.identifier = file->identifier,
		.object_id = file->object_id,
		.object_identifier = file->object_identifier,
		.institution = file->institution_name,
		.format = file->file_format,
		.bytes = file->size_bytes,
		.exact_bytes = file->size_bytes < 1000 ? TOMB_STR("") : tomb_view_count(v, file->size_bytes, "byte"),
		.uuid = tomb_view_text(v, "%s", tomb_uuid_text(file->uuid, uuid)),
		.storage_option = file->storage_option,
		.is_deleted = file->is_deleted,
		.generation = file->generation,
		.mod_time = file->mod_time_us,
		.created_at = file->created_at_us,
		.updated_at = file->updated_at_us,
		.fixity_checked_at = file->fixity_checked_at_us,
	};
}

enum tomb_code tomb_page_file(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_file file;
	struct html_file page;

	TOMB_TRY(tomb_file_find(v.pg, v.actor, v.id, TOMB_STR(""), v.arena, &file, err));
	page = describe(&v, &file);
	TOMB_TRY(fill_state(&v, &file, &page, err));
	TOMB_TRY(fill_parts(&v, &page, err));
	TOMB_TRY(fill_events(&v, &page, err));
	html_file(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
