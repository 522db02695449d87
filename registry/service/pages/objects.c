/* The list of objects. */
#include "pages.h"

#include "filter.h"
#include "pager.h"
#include "tombstone/object.h"

static enum tomb_code read(struct tomb_view *v, const struct tomb_object_filter *filter, const struct tomb_page *page,
	struct tomb_object_page *out, struct tomb_err *err)
{
	return tomb_object_list(v->pg, v->actor, filter, page, v->arena, out, err);
}

/* As typed; if nothing begins so, with the own institution before it, which people leave out. */
static enum tomb_code find(struct tomb_view *v, struct tomb_object_filter *filter, const struct tomb_page *page,
	struct tomb_object_page *out, struct tomb_err *err)
{
	struct tomb_str typed = filter->prefix;

	TOMB_TRY(read(v, filter, page, out, err));
	if (out->n > 0 || page->after.n > 0 || typed.n == 0)
		return TOMB_OK;
	filter->prefix = tomb_filter_below(v, v->actor->institution, typed);
	TOMB_TRY(read(v, filter, page, out, err));
	if (out->n == 0)
		filter->prefix = typed;
	return TOMB_OK;
}

static enum tomb_code fill_rows(
	struct tomb_view *v, const struct tomb_object_page *found, struct html_objects *page, struct tomb_err *err)
{
	struct html_objects_rows *rows = TOMB_NEW(v->arena, struct html_objects_rows, found->n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu rows", found->n);
	for (size_t i = 0; i < found->n; i++)
		rows[i] = (struct html_objects_rows){
			.id = found->p[i].id,
			.identifier = found->p[i].identifier,
			.title = found->p[i].title,
			.has_title = !tomb_str_eq(found->p[i].title, found->p[i].identifier),
			.institution = found->p[i].institution_name,
			.storage_option = found->p[i].storage_option,
			.is_deleted = found->p[i].is_deleted,
			.created_at = found->p[i].created_at_us,
		};
	page->rows = rows;
	page->nrows = found->n;
	return TOMB_OK;
}

enum tomb_code tomb_page_objects(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_state_filter state = tomb_filter_state_of(&v);
	struct tomb_object_filter filter = {
		.state = state.state, .prefix = tomb_view_query(&v, "identifier"), .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/objects"), "", TOMB_PAGE_DEFAULT);
	struct html_objects page = {
		.page = tomb_frame(ctx, req, "Objects", TOMB_SECTION_OBJECTS),
		.any_state = state.is_any,
		.only_deleted = state.is_deleted,
		.with_institution = tomb_permission_of(&ctx->actor, TOMB_MAY_OBJECT_READ) == TOMB_SCOPE_ALL,
	};
	struct tomb_object_page found;
	int64_t total = 0;

	TOMB_TRY(find(&v, &filter, &pager.page, &found, err));
	TOMB_TRY(tomb_object_count(v.pg, v.actor, &filter, &total, err));
	TOMB_TRY(fill_rows(&v, &found, &page, err));
	page.identifier = filter.prefix;
	page.is_filtered = filter.prefix.n > 0 || state.is_any || state.is_deleted;
	tomb_pager_keep(&pager, "identifier", filter.prefix);
	tomb_pager_keep(&pager, "state", state.given);
	page.pager = tomb_pager_links(&v, &pager, found.n, found.next, total, "object");
	html_objects(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
