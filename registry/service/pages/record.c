/* The page of one record (N-15, N-18, N-21; FC-8), and of what remains of it. */
#include "pages.h"

#include "gate.h"
#include "pager.h"
#include "record_gone.h"
#include "record_head.h"
#include "record_words.h"
#include "tombstone/json_reader.h"

#include <inttypes.h>

enum {
	FACTS_MAX = 24,
	CHILDREN_SHOWN = 50,
	RIGHTS_BYTES_MAX = 64 * 1024, /* a name and a word; whatever else a profile holds */
	IDS_BYTES_MAX = 16 * 1024
};

struct facts {
	struct html_record_facts p[FACTS_MAX];
	size_t n;
};

static void put(struct facts *facts, struct html_record_facts fact)
{
	if (facts->n < FACTS_MAX && (fact.text.n > 0 || fact.at != 0))
		facts->p[facts->n++] = fact;
}

#define PUT(facts, name_, ...) put((facts), (struct html_record_facts){.name = TOMB_STR(name_), __VA_ARGS__})

static struct tomb_str yes_or_no(bool is)
{
	return is ? TOMB_STR("Yes") : TOMB_STR("No");
}

/* {"name", "kind"}: a profile of its own, or one that many share. */
struct rights {
	struct tomb_str name;
	struct tomb_str kind;
};

static struct tomb_str rights_of(struct tomb_view *v, const struct tomb_record *record)
{
	static const struct tomb_json_field fields[] = {
		{TOMB_JSON_FIELD("name", struct rights, STR, name), .max = RIGHTS_BYTES_MAX},
		{TOMB_JSON_FIELD("kind", struct rights, STR, kind), .max = RIGHTS_BYTES_MAX},
	};
	struct rights rights = {TOMB_STR(""), TOMB_STR("local")};
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_err ignored;

	if (record->rights.n == 0)
		return TOMB_STR("None of its own: inherited from what it is in");
	if (tomb_json_doc_parse(record->rights, RIGHTS_BYTES_MAX, &doc, &ignored) != TOMB_OK ||
		tomb_json_read_some(
			tomb_json_doc_root(doc), fields, TOMB_COUNTOF(fields), v->arena, &rights, &ignored) != TOMB_OK)
		return record->rights;
	return tomb_view_text(v, "%.*s (%.*s)", TOMB_STR_ARG(rights.name), TOMB_STR_ARG(rights.kind));
}

static struct tomb_str joined(struct tomb_view *v, struct tomb_strs texts)
{
	TOMB_BUF_AUTO all = tomb_buf_init(IDS_BYTES_MAX);

	for (size_t i = 0; i < texts.n; i++) {
		if (i > 0)
			tomb_buf_put(&all, TOMB_STR(", "));
		tomb_buf_put(&all, texts.p[i]);
	}
	return tomb_view_keep(v, &all);
}

static void put_capture(struct tomb_view *v, const struct tomb_record *r, struct facts *facts)
{
	if (r->kind != TOMB_RECORD_MMS_CAPTURE)
		return;
	PUT(facts, "Capture IDs", .text = r->capture_ids.n > 0 ? joined(v, r->capture_ids) : TOMB_STR("None"));
	PUT(facts, "Status", .text = r->capture_status);
	PUT(facts, "Work order", .text = r->work_order);
	PUT(facts, "Image ID", .text = r->image_id, .is_code = true);
	PUT(facts, "Asset", .text = r->has_asset ? TOMB_STR("Found") : TOMB_STR("None found"));
}

static void put_flags(struct tomb_view *v, const struct tomb_record *r, struct facts *facts)
{
	if (tomb_record_words_is_mms(r->kind)) {
		PUT(facts, "Suppress from website", .text = yes_or_no(r->discovery_suppress));
		if (r->kind != TOMB_RECORD_MMS_CAPTURE)
			PUT(facts, "Rights profile", .text = rights_of(v, r));
		return;
	}
	PUT(facts, "Suppressed from discovery", .text = yes_or_no(r->discovery_suppress));
	PUT(facts, "Staff suppressed", .text = yes_or_no(r->staff_suppress));
	PUT(facts, "Source", .text = r->source);
	if (r->marc.bytes.n > 0 && (size_t)r->marc.leader_at + 5 < r->marc.bytes.n)
		PUT(facts, "MARC leader 05", .text = tomb_view_text(v, "%c", r->marc.bytes.p[r->marc.leader_at + 5]),
			.is_code = true);
}

static enum tomb_code fill_facts(
	struct tomb_view *v, const struct tomb_record *r, struct html_record *page, struct tomb_err *err)
{
	struct facts *facts = TOMB_NEW(v->arena, struct facts, 1);

	if (!facts)
		return TOMB_FAIL(err, TOMB_NOMEM, "facts");
	facts->n = 0;
	PUT(facts, "Title", .text = r->title);
	PUT(facts, "UUID", .text = page->head.uuid, .is_code = true);
	if (tomb_record_words_is_mms(r->kind))
		PUT(facts, "Record ID", .text = tomb_view_text(v, "%" PRId64, r->number));
	PUT(facts, "HRID", .text = r->hrid);
	PUT(facts, "Identifier", .text = r->local_id);
	PUT(facts, "Barcode", .text = r->barcode);
	PUT(facts, "Kind", .text = page->head.kind);
	if (page->head.npath > 0)
		PUT(facts, "Is in", .text = page->head.path[page->head.npath - 1].name,
			.link = page->head.path[page->head.npath - 1].link);
	put_flags(v, r, facts);
	put_capture(v, r, facts);
	PUT(facts, "Created", .at = r->created_at_us);
	PUT(facts, "Created by", .text = r->created_by);
	PUT(facts, "Last changed", .at = r->updated_at_us);
	page->facts = facts->p;
	page->nfacts = facts->n;
	return TOMB_OK;
}

/* What is in it at any depth, kind by kind. */
static enum tomb_code fill_contents(
	struct tomb_view *v, const struct tomb_record *r, struct html_record *page, struct tomb_err *err)
{
	struct html_record_contents *rows = TOMB_NEW(v->arena, struct html_record_contents, TOMB_RECORD_KIND_MAX);
	struct tomb_record_contents inside;
	size_t n = 0;

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "contents");
	TOMB_TRY(tomb_record_contents(v->pg, v->actor, r->id, &inside, err));
	for (int k = 0; k < TOMB_RECORD_KIND_MAX; k++)
		if (inside.n[k] > 0)
			rows[n++].count = tomb_record_words_records(v, inside.n[k], (enum tomb_record_kind)k);
	page->contents = rows;
	page->ncontents = n;
	return TOMB_OK;
}

/* What is directly in it; captures have a page of their own. */
static enum tomb_code fill_children(
	struct tomb_view *v, const struct tomb_record *r, struct html_record *page, struct tomb_err *err)
{
	struct tomb_record_filter filter = {.has_parent = true, .parent_id = r->id, .state = TOMB_STR("active")};
	struct tomb_pager pager = tomb_pager_of(
		v, tomb_view_text(v, "/records/show/%.*s", TOMB_STR_ARG(page->head.uuid)), "#children", CHILDREN_SHOWN);
	struct html_record_children *rows = NULL;
	struct tomb_record_page found;

	if (r->kind == TOMB_RECORD_MMS_ITEM)
		return TOMB_OK;
	TOMB_TRY(tomb_record_list(v->pg, v->actor, &filter, &pager.page, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_record_children, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu records", found.n);
	for (size_t i = 0; i < found.n; i++)
		rows[i] = (struct html_record_children){
			.uuid = tomb_record_words_uuid(v, found.p[i].id),
			.title = found.p[i].title,
			.kind = tomb_record_kind_info(found.p[i].kind)->label,
			.identifiers = tomb_record_words_names(v, &found.p[i]),
		};
	page->children = rows;
	page->nchildren = found.n;
	page->has_children = found.n > 0;
	page->children_label = TOMB_STR("Directly in it");
	page->pager = tomb_pager_links(v, &pager, found.n, found.next, -1, "Record");
	return TOMB_OK;
}

static enum tomb_code show(struct tomb_view *v, const struct tomb_record *r, struct tomb_err *err)
{
	struct html_record page = {
		.page = tomb_frame(v->ctx, v->req, "Record", TOMB_SECTION_RECORDS),
		.version = r->version,
		.content = r->content.n > 2 ? r->content : TOMB_STR(""), /* more than "{}" */
		.may_delete = tomb_record_head_may(v, TOMB_MAY_RECORD_DELETE, r),
		.delete_label = tomb_record_words_link(v, r->kind),
		.may_suppress = !r->discovery_suppress && tomb_record_head_may_suppress(v, r),
	};

	page.page.title = r->title;
	TOMB_TRY(tomb_record_head_of(v, r, TOMB_RECORD_TAB_OVERVIEW, &page.head, err));
	TOMB_TRY(fill_facts(v, r, &page, err));
	TOMB_TRY(fill_contents(v, r, &page, err));
	TOMB_TRY(fill_children(v, r, &page, err));
	html_record(&v->res->body, &page);
	return tomb_view_done(v, 200, err);
}

/* Everybody may come here: the address of a deleted record answers strangers, too, and nothing else does. */
enum tomb_code tomb_page_record(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_record record;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	if (!ctx->is_signed_in) {
		code = tomb_record_gone_show(&v, &why);
		if (code == TOMB_NOTFOUND)
			return tomb_gate_sign_in(req, res, err);
	} else {
		code = tomb_record_head_find(&v, &record, &why);
		if (code == TOMB_OK)
			return record.is_deleted ? tomb_record_gone_tell(&v, &record, err) : show(&v, &record, err);
		if (code == TOMB_NOTFOUND) /* another institution's: what it was is nobody's secret */
			code = tomb_record_gone_show(&v, &why);
	}
	if (code != TOMB_OK)
		*err = why;
	return code;
}
