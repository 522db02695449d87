/* The captures of an item, and the review before some of them are deleted (N-07, N-10, N-22 to N-29). */
#include "pages.h"

#include "pager.h"
#include "record_head.h"
#include "record_order.h"
#include "record_words.h"
#include "tombstone/parse.h"

#include <inttypes.h>

enum {
	CAPTURES_SHOWN = TOMB_RECORD_DELETION_NAMED_MAX, /* so that "all" is all */
	IDS_BYTES_MAX = 16 * 1024
};
_Static_assert((int)CAPTURES_SHOWN <= (int)TOMB_PAGE_MAX, "a page");

static struct tomb_str ids_of(struct tomb_view *v, const struct tomb_record *capture)
{
	TOMB_BUF_AUTO ids = tomb_buf_init(IDS_BYTES_MAX);

	for (size_t i = 0; i < capture->capture_ids.n; i++) {
		if (i > 0)
			tomb_buf_put(&ids, TOMB_STR(", "));
		tomb_buf_put(&ids, capture->capture_ids.p[i]);
	}
	return tomb_view_keep(v, &ids);
}

static enum tomb_code find_item(struct tomb_view *v, struct tomb_record *out, struct tomb_err *err)
{
	struct tomb_record item;

	TOMB_TRY(tomb_record_head_find_active(v, &item, err));
	if (item.kind != TOMB_RECORD_MMS_ITEM)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "only items have a capture inventory");
	*out = item;
	return TOMB_OK;
}

static struct html_record_captures_rows describe(struct tomb_view *v, const struct tomb_record *c, bool is_checked)
{
	struct html_record_captures_rows row = {
		.uuid = tomb_record_words_uuid(v, c->id),
		.title = c->title,
		.label = tomb_view_text(v, "%" PRId64, c->number),
		.capture_ids = ids_of(v, c),
		.status = c->capture_status.n > 0 ? c->capture_status : TOMB_STR("Unknown"),
		.work_order = c->work_order,
		.has_asset = c->has_asset,
		.asset = TOMB_STR("Found"),
		.is_checked = is_checked,
	};

	if (c->asset_file_id != 0)
		row.asset_link = tomb_view_text(v, "/files/show/%" PRId64, c->asset_file_id);
	else if (c->asset_object_id != 0)
		row.asset_link = tomb_view_text(v, "/objects/show/%" PRId64, c->asset_object_id);
	return row;
}

static enum tomb_code show_inventory(
	struct tomb_view *v, const struct tomb_record *item, const char *problem, struct tomb_err *err)
{
	struct tomb_record_filter filter = {.has_parent = true, .parent_id = item->id, .state = TOMB_STR("active")};
	struct html_record_captures page = {
		.page = tomb_frame(v->ctx, v->req, "Capture inventory", TOMB_SECTION_RECORDS),
		.may_delete = tomb_record_head_may(v, TOMB_MAY_RECORD_DELETE, item),
		.all_checked = tomb_str_eq(tomb_view_query(v, "select"), TOMB_STR("all")),
	};
	const struct html_problems_items wrong = {TOMB_STR(""), tomb_str_from(problem)};
	struct html_record_captures_rows *rows = NULL;
	struct tomb_record_page found;
	struct tomb_pager pager;

	TOMB_TRY(tomb_record_head_of(v, item, TOMB_RECORD_TAB_CAPTURES, &page.head, err));
	page.page.title = tomb_view_text(v, "Capture inventory: %.*s", TOMB_STR_ARG(item->title));
	pager = tomb_pager_of(
		v, tomb_view_text(v, "/records/captures/%.*s", TOMB_STR_ARG(page.head.uuid)), "", CAPTURES_SHOWN);
	TOMB_TRY(tomb_record_list(v->pg, v->actor, &filter, &pager.page, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_record_captures_rows, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu captures", found.n);
	for (size_t i = 0; i < found.n; i++) {
		rows[i] = describe(v, &found.p[i], page.all_checked);
		page.has_broken |= !found.p[i].has_asset;
	}
	page.rows = rows;
	page.nrows = found.n;
	page.pager = tomb_pager_links(v, &pager, found.n, found.next, -1, "Capture");
	page.problems = (struct html_problems){&wrong, problem ? 1 : 0};
	html_record_captures(&v->res->body, &page);
	return tomb_view_done(v, problem ? (unsigned)tomb_code_http(TOMB_INVAL) : 200, err);
}

enum tomb_code tomb_page_record_captures(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_record item;

	TOMB_TRY(find_item(&v, &item, err));
	return show_inventory(&v, &item, NULL, err);
}

/* ---- the review ---- */

/* The one whose X was pressed, else those that are ticked. */
static enum tomb_code read_chosen(struct tomb_view *v, struct tomb_uuids *out, struct tomb_err *err)
{
	struct tomb_fields fields = {NULL, 0};
	const struct tomb_field *f = NULL;
	struct tomb_uuid *ids = TOMB_NEW(v->arena, struct tomb_uuid, TOMB_RECORD_DELETION_NAMED_MAX);
	struct tomb_str name = TOMB_STR("capture");
	size_t n = 0;

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "the captures");
	TOMB_TRY(tomb_fields_parse(v->req->body, v->arena, &fields, err));
	if (tomb_fields_next(fields, TOMB_STR("only"), NULL))
		name = TOMB_STR("only");
	for (f = tomb_fields_next(fields, name, NULL); f; f = tomb_fields_next(fields, name, f)) {
		if (n == TOMB_RECORD_DELETION_NAMED_MAX)
			return TOMB_FAIL(err, TOMB_TOOBIG, "at most %d captures are deleted at once",
				(int)TOMB_RECORD_DELETION_NAMED_MAX);
		TOMB_TRY(tomb_uuid_parse(f->value, &ids[n++], err));
	}
	*out = (struct tomb_uuids){ids, n};
	return TOMB_OK;
}

/* Those chosen.  Nobody deletes captures of one item from the page of another. */
static enum tomb_code find_chosen(struct tomb_view *v, const struct tomb_record *item, struct tomb_uuids ids,
	struct tomb_record **out, struct tomb_err *err)
{
	struct tomb_record *found = TOMB_NEW(v->arena, struct tomb_record, ids.n);

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu captures", ids.n);
	for (size_t i = 0; i < ids.n; i++) {
		struct tomb_record *c = &found[i];

		TOMB_TRY(tomb_record_find(
			v->pg, v->actor, &(struct tomb_record_name){.id = ids.p[i]}, v->arena, c, err));
		if (c->kind != TOMB_RECORD_MMS_CAPTURE || !c->has_parent || !tomb_uuid_eq(c->parent_id, item->id))
			return TOMB_FAIL(err, TOMB_INVAL, "record %" PRId64 " is no capture of this item", c->number);
	}
	*out = found;
	return TOMB_OK;
}

static enum tomb_code fill_chosen(struct tomb_view *v, const struct tomb_record *captures, size_t n,
	struct html_record_captures_review *page, struct tomb_err *err)
{
	struct html_record_captures_review_rows *rows = TOMB_NEW(v->arena, struct html_record_captures_review_rows, n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu captures", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_record_captures_review_rows){
			.uuid = tomb_record_words_uuid(v, captures[i].id),
			.title = captures[i].title,
			.capture_ids = ids_of(v, &captures[i]),
			.status = captures[i].capture_status,
		};
	page->rows = rows;
	page->nrows = n;
	return TOMB_OK;
}

static enum tomb_code fill_blockers(
	struct tomb_view *v, struct tomb_uuids ids, struct html_record_captures_review *page, struct tomb_err *err)
{
	struct tomb_record_deletion_ask ask = {
		.ids = ids.p, .nids = ids.n, .mode = TOMB_RECORD_SELF, .expect_count = -1};
	struct html_record_captures_review_blockers *rows = NULL;
	struct tomb_record_preview preview;

	TOMB_TRY(tomb_record_deletion_preview(v->pg, v->actor, &ask, v->arena, &preview, err));
	rows = TOMB_NEW(v->arena, struct html_record_captures_review_blockers, preview.nblockers);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu blockers", preview.nblockers);
	for (size_t i = 0; i < preview.nblockers; i++)
		rows[i] = (struct html_record_captures_review_blockers){
			.uuid = tomb_record_words_uuid(v, preview.blockers[i].id),
			.title = preview.blockers[i].title,
			.detail = preview.blockers[i].detail,
		};
	page->blockers = rows;
	page->nblockers = preview.nblockers;
	page->can = preview.nblockers == 0;
	page->expect = preview.records;
	page->count = tomb_view_count(v, preview.records, "capture");
	return TOMB_OK;
}

static enum tomb_code show_review(struct tomb_view *v, const struct tomb_record *item, struct tomb_uuids ids,
	const struct tomb_record_order *order, unsigned status, struct tomb_err *err)
{
	struct html_record_captures_review page = {
		.page = tomb_frame(v->ctx, v->req, "Delete captures", TOMB_SECTION_RECORDS),
		.uuid = tomb_record_words_uuid(v, item->id),
		.title = item->title,
		.suppress_instead = tomb_record_order_is_harmful(order),
	};
	struct html_problems_items items[TOMB_RECORD_ORDER_PROBLEMS];
	struct tomb_record *captures = NULL;

	TOMB_TRY(find_chosen(v, item, ids, &captures, err));
	TOMB_TRY(fill_chosen(v, captures, ids.n, &page, err));
	TOMB_TRY(fill_blockers(v, ids, &page, err));
	page.problems = tomb_record_order_problems(order, items);
	TOMB_TRY(tomb_record_order_show(v, order, item, false, false, &page.criteria, err));
	html_record_captures_review(&v->res->body, &page);
	return tomb_view_done(v, status, err);
}

enum tomb_code tomb_page_record_captures_review(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_record_order order = {.choice = TOMB_STR("")};
	struct tomb_record item;
	struct tomb_uuids ids;

	TOMB_TRY(find_item(&v, &item, err));
	TOMB_TRY(read_chosen(&v, &ids, err));
	if (ids.n == 0)
		return show_inventory(&v, &item, "No capture was checked: check those to delete.", err);
	return show_review(&v, &item, ids, &order, 200, err);
}

enum tomb_code tomb_page_record_captures_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_record_deletion_ask ask = {.mode = TOMB_RECORD_SELF, .origin = TOMB_RECORD_BY_UI};
	struct tomb_record_deleted done;
	struct tomb_record_order order;
	struct tomb_record *captures = NULL;
	struct tomb_record item;
	struct tomb_uuids ids;
	struct tomb_str expect;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(find_item(&v, &item, err));
	TOMB_TRY(read_chosen(&v, &ids, err));
	TOMB_TRY(tomb_record_order_read(&v, &order, err));
	TOMB_TRY(tomb_view_field(&v, "expect", &expect, err));
	if (!tomb_parse_i64(expect, 1, TOMB_RECORD_DELETION_MAX, &ask.expect_count))
		return TOMB_FAIL(err, TOMB_INVAL, "\"expect\" is the number of captures that the page named");
	TOMB_TRY(find_chosen(&v, &item, ids, &captures, err));
	if (!tomb_record_order_is_harmful(&order) && !tomb_record_order_is_whole(&order, false))
		return show_review(&v, &item, ids, &order, (unsigned)tomb_code_http(TOMB_INVAL), err);
	ask.ids = ids.p;
	ask.nids = ids.n;
	tomb_record_order_put(&v, &order, &ask);
	code = tomb_record_delete(v.pg, v.actor, &ask, &done, &why);
	if (code == TOMB_OK)
		return tomb_view_redirect(&v, err, "/records/deletions/%" PRId64, done.deletion_id);
	order.ledger_fault = tomb_frame_sentence(v.arena, why.text);
	if (code == TOMB_INVAL || code == TOMB_CONFLICT || code == TOMB_UNPROCESSABLE)
		return show_review(&v, &item, ids, &order, (unsigned)tomb_code_http(code), err);
	*err = why;
	return code;
}
