#include "oai/metadata.h"

#include "oai/metadata_internal.h"

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

/* MODS as it is stored: a whole document, whose declaration would be in the way. */
enum tomb_code tomb_oai_metadata_mods(const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err)
{
	struct tomb_str rest = item->mods;
	const char *end = NULL;

	if (rest.n > 5 && memcmp(rest.p, "<?xml", 5) == 0) {
		end = memmem(rest.p, rest.n, "?>", 2);
		if (!end)
			return TOMB_FAIL(err, TOMB_CORRUPT, "The MODS is no XML");
		rest = (struct tomb_str){end + 2, (size_t)(rest.p + rest.n - end - 2)};
	}
	tomb_buf_put(out, rest);
	return TOMB_OK;
}

struct tomb_oai_metadata_page {
	size_t n;
};

enum tomb_code tomb_oai_metadata_page_read(struct tomb_oai_call *call, enum tomb_oai_format format,
	const struct tomb_oai_item *items, size_t n, struct tomb_arena *arena,
	const struct tomb_oai_metadata_page **out, struct tomb_err *err)
{
	struct tomb_oai_metadata_page *page = TOMB_NEW(arena, struct tomb_oai_metadata_page, 1);

	(void)call;
	(void)format;
	(void)items;
	if (!page)
		return TOMB_FAIL(err, TOMB_NOMEM, "a page");
	page->n = n;
	*out = page;
	return TOMB_OK;
}

enum tomb_code tomb_oai_metadata_put(struct tomb_oai_call *call, const struct tomb_oai_metadata_page *page,
	enum tomb_oai_format format, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err)
{
	(void)page;
	switch (format) {
	case TOMB_OAI_FORMAT_OAI_DC:
		return tomb_oai_metadata_dc(call, item, out, err);
	case TOMB_OAI_FORMAT_MODS:
		return tomb_oai_metadata_mods(item, out, err);
	case TOMB_OAI_FORMAT_PREMIS:
		return tomb_oai_metadata_premis(call, item, out, err);
	case TOMB_OAI_FORMAT_MARC21:
	case TOMB_OAI_FORMAT_MARC21_WITHHOLDINGS:
	case TOMB_OAI_FORMAT_MAX:
		break;
	}
	return TOMB_FAIL(err, TOMB_CORRUPT, "no MARC");
}
