/* What is in a collection or container, as cards, and how many items that makes (N-08, N-09). */
#include "pages.h"

#include "pager.h"
#include "record_head.h"
#include "record_words.h"

enum { CARDS_SHOWN = 60 };

static enum tomb_code fill_cards(
	struct tomb_view *v, const struct tomb_record *record, struct html_record_lightbox *page, struct tomb_err *err)
{
	struct tomb_record_filter filter = {.has_parent = true, .parent_id = record->id, .state = TOMB_STR("active")};
	struct tomb_pager pager = tomb_pager_of(
		v, tomb_view_text(v, "/records/lightbox/%.*s", TOMB_STR_ARG(page->head.uuid)), "", CARDS_SHOWN);
	struct html_record_lightbox_cards *cards = NULL;
	struct tomb_record_page found;

	TOMB_TRY(tomb_record_list(v->pg, v->actor, &filter, &pager.page, v->arena, &found, err));
	cards = TOMB_NEW(v->arena, struct html_record_lightbox_cards, found.n);
	if (!cards)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu cards", found.n);
	for (size_t i = 0; i < found.n; i++)
		cards[i] = (struct html_record_lightbox_cards){
			.uuid = tomb_record_words_uuid(v, found.p[i].id),
			.title = found.p[i].title,
			.kind = tomb_record_kind_info(found.p[i].kind)->label,
			.identifiers = tomb_record_words_names(v, &found.p[i]),
		};
	page->cards = cards;
	page->ncards = found.n;
	page->pager = tomb_pager_links(v, &pager, found.n, found.next, -1, "Record");
	return TOMB_OK;
}

enum tomb_code tomb_page_record_lightbox(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct html_record_lightbox page = {.page = tomb_frame(ctx, req, "Lightbox view", TOMB_SECTION_RECORDS)};
	struct tomb_record record;
	struct tomb_record_contents inside;

	TOMB_TRY(tomb_record_head_find_active(&v, &record, err));
	if (!tomb_record_head_has_lightbox(record.kind))
		return TOMB_FAIL(err, TOMB_NOTFOUND, "only collections and containers have a lightbox view");
	TOMB_TRY(tomb_record_head_of(&v, &record, TOMB_RECORD_TAB_LIGHTBOX, &page.head, err));
	TOMB_TRY(tomb_record_contents(v.pg, v.actor, record.id, &inside, err));
	page.page.title = tomb_view_text(&v, "Lightbox view: %.*s", TOMB_STR_ARG(record.title));
	page.kind = page.head.kind;
	page.total = tomb_view_number(&v, inside.n[TOMB_RECORD_MMS_ITEM]);
	TOMB_TRY(fill_cards(&v, &record, &page, err));
	html_record_lightbox(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
