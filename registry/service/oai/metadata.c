#include "metadata.h"

#include "metadata_internal.h"

#include "tombstone/mods.h"

enum { MODS_ARENA_MAX = 16 * 1024 * 1024 }; /* one record, taken apart */

struct tomb_oai_want tomb_oai_metadata_want(enum tomb_oai_format format)
{
	switch (format) {
	case TOMB_OAI_FORMAT_OAI_DC:
		return (struct tomb_oai_want){.marc = true, .mods = true, .content = true};
	case TOMB_OAI_FORMAT_MARC21:
	case TOMB_OAI_FORMAT_MARC21_WITHHOLDINGS:
		return (struct tomb_oai_want){.marc = true, .content = true};
	case TOMB_OAI_FORMAT_MODS:
		return (struct tomb_oai_want){.mods = true};
	case TOMB_OAI_FORMAT_PREMIS:
	case TOMB_OAI_FORMAT_MAX:
		break;
	}
	return (struct tomb_oai_want){.marc = false};
}

bool tomb_oai_metadata_has(
	const struct tomb_oai_policy *policy, const struct tomb_oai_item *item, enum tomb_oai_format format)
{
	const struct tomb_oai_kind *kind = tomb_oai_kind_find(policy, item->kind);

	return kind && kind->formats & (1U << format);
}

enum tomb_code tomb_oai_metadata_check(
	const struct tomb_oai_item *item, enum tomb_oai_format format, struct tomb_err *err)
{
	bool is_marc = format == TOMB_OAI_FORMAT_MARC21 || format == TOMB_OAI_FORMAT_MARC21_WITHHOLDINGS;

	if (is_marc && !item->has_marc && tomb_str_eq(item->source, TOMB_STR("MARC")))
		return TOMB_FAIL(err, TOMB_CORRUPT, "There is no corresponding SRS record for this MARC");
	if (format == TOMB_OAI_FORMAT_MODS && !item->has_mods)
		return TOMB_FAIL(err, TOMB_CORRUPT, "The record has no MODS");
	return TOMB_OK;
}

/* As it is stored; but one that somebody has put there by hand, and that is no XML, would end the list for everybody.
 */
enum tomb_code tomb_oai_metadata_mods(const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(MODS_ARENA_MAX);
	struct tomb_mods_facts facts;

	TOMB_TRY(tomb_mods_facts(item->mods, &arena, &facts, err));
	tomb_mods_put(item->mods, true, out);
	return TOMB_OK;
}

enum tomb_code tomb_oai_metadata_page_read(struct tomb_oai_call *call, enum tomb_oai_format format,
	const struct tomb_oai_item *items, size_t n, struct tomb_arena *arena,
	const struct tomb_oai_metadata_page **out, struct tomb_err *err)
{
	struct tomb_oai_metadata_page *page = TOMB_NEW(arena, struct tomb_oai_metadata_page, 1);
	struct tomb_uuid *ids = TOMB_NEW(arena, struct tomb_uuid, n + 1);
	struct tomb_uuids titles = {ids, 0};

	if (!page || !ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "a page of %zu records", n);
	page->arena = arena;
	for (size_t i = 0; i < n; i++)
		if (tomb_oai_item_face(&call->policy, &items[i]) == TOMB_OAI_LIVE)
			ids[titles.n++] = items[i].id;
	if (format == TOMB_OAI_FORMAT_MARC21_WITHHOLDINGS && call->args.verb != TOMB_OAI_LIST_IDENTIFIERS) {
		TOMB_TRY(tomb_oai_holding_list(call->ctx->link.pg, titles, call->policy.hides_suppressed, arena,
			&page->holdings, &page->nholdings, err));
		TOMB_TRY(tomb_oai_holding_access(call->ctx->link.pg, titles, call->policy.hides_suppressed, arena,
			&page->access, &page->naccess, err));
	}
	*out = page;
	return TOMB_OK;
}

enum tomb_code tomb_oai_metadata_put(struct tomb_oai_call *call, const struct tomb_oai_metadata_page *page,
	enum tomb_oai_format format, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err)
{
	switch (format) {
	case TOMB_OAI_FORMAT_OAI_DC:
		return tomb_oai_metadata_dc(call, item, out, err);
	case TOMB_OAI_FORMAT_MODS:
		return tomb_oai_metadata_mods(item, out, err);
	case TOMB_OAI_FORMAT_PREMIS:
		return tomb_oai_metadata_premis(call, item, out, err);
	case TOMB_OAI_FORMAT_MARC21:
	case TOMB_OAI_FORMAT_MARC21_WITHHOLDINGS:
		return tomb_oai_metadata_marc(page, item, out, err);
	case TOMB_OAI_FORMAT_MAX:
		break;
	}
	return TOMB_FAIL(err, TOMB_BUG, "a format that is none");
}
