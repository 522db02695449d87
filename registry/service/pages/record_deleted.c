/* What a deletion of records has done, and what harvesters will see of it. */
#include "pages.h"

#include "record_words.h"
#include "tombstone/record_deletion.h"

#include <inttypes.h>

#define T(literal)                                                                                                     \
	{                                                                                                              \
		literal, sizeof(literal) - 1                                                                           \
	}

/* By what was named; what went with it is told in the same way. */
static struct tomb_str harvested(enum tomb_record_kind kind)
{
	static const struct tomb_str words[] = {
		[TOMB_RECORD_MMS_COLLECTION] = T(
			"oai_dc and mods: a header with status=\"deleted\", without metadata."),
		[TOMB_RECORD_MMS_CONTAINER] = T("oai_dc and mods: a header with status=\"deleted\", without metadata."),
		[TOMB_RECORD_MMS_ITEM] = T("oai_dc and mods: a header with status=\"deleted\", without metadata."),
		[TOMB_RECORD_MMS_CAPTURE] = T("Nothing of the captures themselves: the item that they belonged to is "
					      "announced as changed."),
		[TOMB_RECORD_INSTANCE] = T("oai_dc, marc21 and marc21_withholdings: a header with status=\"deleted\", "
					   "without metadata."),
		[TOMB_RECORD_HOLDINGS] = T(
			"The instance is announced as changed: marc21_withholdings no longer has them."),
		[TOMB_RECORD_ITEM] = T("The instance is announced as changed: marc21_withholdings no longer has it."),
		[TOMB_RECORD_AUTHORITY] = T("Nothing: authority records are not harvested."),
		[TOMB_RECORD_ALMA_TITLE] = T("oai_dc, marc21 and marc21_withholdings: a header with "
					     "status=\"deleted\", without metadata."),
		[TOMB_RECORD_ALMA_HOLDING] = T("The title is announced as changed."),
		[TOMB_RECORD_ALMA_ITEM] = T("The title is announced as changed."),
		[TOMB_RECORD_ALMA_COLLECTION] = T("oai_dc: a header with status=\"deleted\", without metadata."),
		[TOMB_RECORD_ALMA_REPRESENTATION] = T("The title is announced as changed."),
		[TOMB_RECORD_ALMA_REMOTE_REPRESENTATION] = T("The title is announced as changed."),
		[TOMB_RECORD_ALMA_DIGITAL_FILE] = T("The title is announced as changed."),
		[TOMB_RECORD_ALMA_PORTFOLIO] = T("The title is announced as changed."),
	};
	_Static_assert(TOMB_COUNTOF(words) == TOMB_RECORD_KIND_MAX, "words");

	return words[kind];
}

static struct tomb_str reason_of(struct tomb_view *v, const struct tomb_record_deletion *d)
{
	if (d->reason_code.n == 0)
		return d->reason;
	if (d->reason.n == 0)
		return tomb_record_words_reason(d->reason_code);
	return tomb_view_text(
		v, "%.*s: %.*s", TOMB_STR_ARG(tomb_record_words_reason(d->reason_code)), TOMB_STR_ARG(d->reason));
}

enum tomb_code tomb_page_record_deletion(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct html_record_deleted page = {.page = tomb_frame(ctx, req, "Deleted", TOMB_SECTION_RECORDS)};
	struct tomb_record_deletion deletion;
	struct tomb_record root;

	TOMB_TRY(tomb_record_deletion_show(v.pg, v.actor, v.id, v.arena, &deletion, err));
	TOMB_TRY(tomb_record_find(
		v.pg, v.actor, &(struct tomb_record_name){.id = deletion.root_id}, v.arena, &root, err));
	const struct html_record_deleted_harvested lines[] = {{harvested(root.kind)},
		{deletion.records > 1 ? TOMB_STR("The same for everything that was deleted with it.") : TOMB_STR("")}};

	page.page.title = tomb_view_text(&v, "Deletion %" PRId64 " of records", deletion.id);
	page.id = deletion.id;
	page.uuid = tomb_record_words_uuid(&v, root.id);
	page.title = root.title;
	if (root.kind == TOMB_RECORD_INSTANCE && root.is_deleted)
		page.toast = tomb_view_text(&v, "%.*s has been set for deletion", TOMB_STR_ARG(root.title));
	page.count = tomb_view_text(&v, "%.*s deleted", TOMB_STR_ARG(tomb_view_count(&v, deletion.records, "record")));
	page.what = tomb_record_words_mode(deletion.mode);
	page.at = deletion.at_us;
	page.by = deletion.actor_label.n > 0 ? deletion.actor_label : deletion.actor;
	page.how = tomb_record_words_origin(deletion.origin);
	page.reason = reason_of(&v, &deletion);
	page.legacy_uri = deletion.legacy_uri;
	page.job = deletion.job;
	page.is_override = deletion.is_override;
	page.harvested = lines;
	page.nharvested = lines[1].text.n > 0 && root.kind != TOMB_RECORD_MMS_CAPTURE ? 2 : 1;
	html_record_deleted(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
