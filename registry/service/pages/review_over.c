#include "review_over.h"

#include "items.h"
#include "past.h"

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

static const char *title_of(const struct tomb_err *why, const struct tomb_deletion_view *request)
{
	if (is(request->state, "approved"))
		return "This request was approved already";
	if (is(request->state, "rejected"))
		return "This request was rejected already";
	if (is(request->state, "expired"))
		return "This request has expired";
	if (is(request->state, "void"))
		return "This request is void";
	return why->code == TOMB_GONE ? "This token is no longer valid" : "Not possible now";
}

/* When the last mail with a token went to whoever looks. */
static enum tomb_code find_mail(struct tomb_view *v, int64_t *mailed_at_us, struct tomb_err *err)
{
	struct tomb_deletion_recipient *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_deletion_view_recipients(v->pg, v->actor, v->id, v->arena, &found, &n, err));
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(found[i].email, v->actor->email))
			*mailed_at_us = found[i].mailed_at_us;
	return TOMB_OK;
}

static enum tomb_code describe(struct tomb_view *v, const struct tomb_err *why, const struct tomb_deletion_view *r,
	struct html_review_over *page, struct tomb_err *err)
{
	bool is_open = is(r->state, "open");

	page->page.title = tomb_str_from(title_of(why, r));
	page->may_look = true;
	page->may_resend = why->code == TOMB_GONE && is_open && tomb_view_may_request(v, r->institution_id);
	page->requested_by = tomb_past_person(v, r->requested_by_name, r->requested_by_email);
	page->requested_at = r->requested_at_us;
	page->named = tomb_items_named(v, r);
	page->files = tomb_view_count(v, r->file_count, "file");
	page->bytes = r->byte_count;
	page->was_approved = is(r->verdict, "approve");
	page->decided_by = tomb_past_person(v, r->decided_by_name, r->decided_by_email);
	page->decided_at = r->decided_at_us;
	page->expired_at = is(r->state, "expired") ? r->expires_at_us : 0;
	return is_open && why->code == TOMB_GONE ? find_mail(v, &page->mailed_at, err) : TOMB_OK;
}

enum tomb_code tomb_review_over(struct tomb_view *v, const struct tomb_err *why, struct tomb_err *err)
{
	struct tomb_deletion_view request;
	struct tomb_err ignored;
	struct html_review_over page = {
		.page = tomb_frame(v->ctx, v->req, "Not possible now", TOMB_SECTION_DELETIONS),
		.id = v->id,
		.detail = tomb_frame_sentence(v->arena, why->text),
	};

	if (tomb_deletion_view_find(v->pg, v->actor, v->id, v->arena, &request, &ignored) == TOMB_OK)
		TOMB_TRY(describe(v, why, &request, &page, err));
	html_review_over(&v->res->body, &page);
	return tomb_view_done(v, (unsigned)tomb_code_http(why->code), err);
}
