/* The list of descriptive records. */
#include "pages.h"

#include "filter.h"
#include "pager.h"
#include "record_words.h"
#include "tombstone/institution.h"
#include "tombstone/parse.h"

static struct tomb_str ledger_state(const struct tomb_state_filter *state)
{
	if (state->is_any)
		return TOMB_STR("");
	return state->is_deleted ? TOMB_STR("deleted") : TOMB_STR("active");
}

static enum tomb_code read(struct tomb_view *v, const struct tomb_record_filter *filter, const struct tomb_pager *pager,
	struct tomb_record_page *out, struct tomb_err *err)
{
	return tomb_record_list(v->pg, v->actor, filter, &pager->page, v->arena, out, err);
}

/* A number that MMS shows: no other kinds are known by theirs. */
static enum tomb_code find_number(struct tomb_view *v, const struct tomb_record_filter *filter, int64_t number,
	struct tomb_record_page *out, struct tomb_err *err)
{
	for (int k = TOMB_RECORD_MMS_COLLECTION; k <= TOMB_RECORD_MMS_CAPTURE; k++) {
		struct tomb_record_name name = {
			.institution_id = filter->institution_id, .kind = (enum tomb_record_kind)k, .number = number};
		struct tomb_record *found = TOMB_NEW(v->arena, struct tomb_record, 1);
		enum tomb_code code = TOMB_OK;

		if (!found)
			return TOMB_FAIL(err, TOMB_NOMEM, "a record");
		code = tomb_record_find(v->pg, v->actor, &name, v->arena, found, err);
		if (code == TOMB_NOTFOUND)
			continue;
		TOMB_TRY(code);
		*out = (struct tomb_record_page){.p = found, .n = 1, .next = TOMB_STR("")};
		return TOMB_OK;
	}
	return TOMB_OK;
}

/* Whatever its system calls it: the first of these names that something has. */
static enum tomb_code find_named(struct tomb_view *v, struct tomb_record_filter *filter, struct tomb_str name,
	const struct tomb_pager *pager, struct tomb_record_page *out, struct tomb_err *err)
{
	struct tomb_str *const names[] = {&filter->local_id, &filter->hrid, &filter->barcode};
	int64_t number = 0;

	for (size_t i = 0; i < TOMB_COUNTOF(names); i++) {
		*names[i] = name;
		TOMB_TRY(read(v, filter, pager, out, err));
		if (out->n > 0)
			return TOMB_OK;
		*names[i] = TOMB_STR("");
	}
	if (tomb_parse_i64(name, 1, INT64_MAX, &number))
		return find_number(v, filter, number, out, err);
	return TOMB_OK;
}

static enum tomb_code fill_rows(
	struct tomb_view *v, const struct tomb_record_page *found, struct html_records *page, struct tomb_err *err)
{
	struct html_records_rows *rows = TOMB_NEW(v->arena, struct html_records_rows, found->n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu rows", found->n);
	for (size_t i = 0; i < found->n; i++) {
		const struct tomb_record *r = &found->p[i];

		rows[i] = (struct html_records_rows){
			.uuid = tomb_record_words_uuid(v, r->id),
			.number = r->number,
			.title = r->title,
			.kind = tomb_record_kind_info(r->kind)->label,
			.system = tomb_record_words_system(r->kind),
			.identifiers = tomb_record_words_names(v, r),
			.institution = r->institution_name,
			.is_deleted = r->is_deleted,
			.is_suppressed = r->discovery_suppress,
			.updated_at = r->updated_at_us,
		};
	}
	page->rows = rows;
	page->nrows = found->n;
	return TOMB_OK;
}

static enum tomb_code fill_kinds(
	struct tomb_view *v, const struct tomb_record_filter *filter, struct html_records *page, struct tomb_err *err)
{
	struct html_records_kinds *kinds = TOMB_NEW(v->arena, struct html_records_kinds, TOMB_RECORD_KIND_MAX);

	if (!kinds)
		return TOMB_FAIL(err, TOMB_NOMEM, "kinds");
	for (int k = 0; k < TOMB_RECORD_KIND_MAX; k++) {
		const struct tomb_record_kind_info *info = tomb_record_kind_info((enum tomb_record_kind)k);

		kinds[k] = (struct html_records_kinds){
			.name = info->name,
			.label = tomb_view_text(v, "%.*s: %.*s",
				TOMB_STR_ARG(tomb_record_words_system((enum tomb_record_kind)k)),
				TOMB_STR_ARG(info->label)),
			.is_selected = filter->has_kind && filter->kind == (enum tomb_record_kind)k,
		};
	}
	page->kinds = kinds;
	page->nkinds = TOMB_RECORD_KIND_MAX;
	return TOMB_OK;
}

static enum tomb_code fill_institutions(
	struct tomb_view *v, struct tomb_str chosen, struct html_records *page, struct tomb_err *err)
{
	struct html_records_institutions *rows = NULL;
	struct tomb_institution *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_institution_list(v->pg, v->actor, 0, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_records_institutions, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu institutions", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_records_institutions){
			found[i].identifier, found[i].name, tomb_str_eq(found[i].identifier, chosen)};
	page->institutions = rows;
	page->ninstitutions = n;
	return TOMB_OK;
}

static enum tomb_code read_filter(struct tomb_view *v, struct tomb_record_filter *filter, struct tomb_err *err)
{
	struct tomb_str kind = tomb_view_query(v, "kind");
	struct tomb_str institution = tomb_view_query(v, "institution");
	struct tomb_institution home;

	if (kind.n > 0) {
		TOMB_TRY(tomb_record_kind_parse(kind, &filter->kind, err));
		filter->has_kind = true;
	}
	if (institution.n > 0) {
		TOMB_TRY(tomb_institution_find(v->pg, v->actor, institution, v->arena, &home, err));
		filter->institution_id = home.id;
	}
	return TOMB_OK;
}

static enum tomb_code fill(
	struct tomb_view *v, const struct tomb_state_filter *state, struct html_records *page, struct tomb_err *err)
{
	struct tomb_record_filter filter = {.title = page->title, .state = ledger_state(state), .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(v, TOMB_STR("/records"), "", TOMB_PAGE_DEFAULT);
	struct tomb_record_page found = {.n = 0};
	int64_t total = -1;

	TOMB_TRY(read_filter(v, &filter, err));
	if (page->identifier.n > 0) {
		TOMB_TRY(find_named(v, &filter, page->identifier, &pager, &found, err));
	} else {
		TOMB_TRY(read(v, &filter, &pager, &found, err));
		TOMB_TRY(tomb_record_count(v->pg, v->actor, &filter, &total, err));
	}
	TOMB_TRY(fill_rows(v, &found, page, err));
	TOMB_TRY(fill_kinds(v, &filter, page, err));
	if (page->with_institution)
		TOMB_TRY(fill_institutions(v, tomb_view_query(v, "institution"), page, err));
	page->is_filtered = page->title.n > 0 || page->identifier.n > 0 || filter.has_kind || filter.institution_id ||
			    state->given.n > 0;
	tomb_pager_keep(&pager, "title", page->title);
	tomb_pager_keep(&pager, "identifier", page->identifier);
	tomb_pager_keep(&pager, "kind", tomb_view_query(v, "kind"));
	tomb_pager_keep(&pager, "institution", tomb_view_query(v, "institution"));
	tomb_pager_keep(&pager, "state", state->given);
	page->pager = tomb_pager_links(v, &pager, found.n, found.next, total, "record");
	return TOMB_OK;
}

enum tomb_code tomb_page_records(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_state_filter state = tomb_filter_state_of(&v);
	struct tomb_uuid id;
	struct tomb_err ignored;
	struct html_records page = {
		.page = tomb_frame(ctx, req, "Records", TOMB_SECTION_RECORDS),
		.title = tomb_view_query(&v, "title"),
		.identifier = tomb_view_query(&v, "identifier"),
		.any_state = state.is_any,
		.only_deleted = state.is_deleted,
		.with_institution = tomb_permission_of(&ctx->actor, TOMB_MAY_RECORD_READ) == TOMB_SCOPE_ALL,
	};

	if (tomb_uuid_parse(page.identifier, &id, &ignored) == TOMB_OK)
		return tomb_view_redirect(&v, err, "/records/show/%.*s", TOMB_STR_ARG(tomb_record_words_uuid(&v, id)));
	TOMB_TRY(fill(&v, &state, &page, err));
	html_records(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
