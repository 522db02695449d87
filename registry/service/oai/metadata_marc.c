/* MARC 21 in MARCXML: as stored, or made of what is known; with what is held of a title, if that is wanted. */
#include "metadata_internal.h"

#include "tombstone/marc_builder.h"

enum { SUBFIELDS_MAX = 18 };

static struct tomb_str flag(bool is_suppressed)
{
	return is_suppressed ? TOMB_STR("1") : TOMB_STR("0");
}

static void put_subfield(struct tomb_marc_builder *b, char code, struct tomb_str value)
{
	if (value.n > 0)
		tomb_marc_builder_subfield(b, code, value);
}

/* The least that MARC 21 wants, for what has no MARC of its own (records.md 3.2, 4.2). */
static enum tomb_code make_record(
	const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_marc_stored *stored, struct tomb_err *err)
{
	TOMB_MARC_BUILDER_AUTO b = tomb_marc_builder_init();
	bool is_holdings = tomb_str_eq(item->kind, TOMB_STR("holdings"));
	char uuid[TOMB_UUID_TEXT];
	struct tomb_str id = item->hrid.n > 0 ? item->hrid : item->local_id;

	tomb_marc_builder_begin(
		&b, is_holdings ? TOMB_STR("00000nx  a22000003u 4500") : TOMB_STR("00000nam a22000003u 4500"));
	(void)tomb_uuid_text(item->id, uuid);
	tomb_marc_builder_control(&b, TOMB_STR("001"), id.n > 0 ? id : tomb_str_from(uuid));
	if (is_holdings) {
		tomb_marc_builder_field(&b, TOMB_STR("852"), TOMB_STR("  "));
		put_subfield(&b, 'a', item->institution);
	} else {
		tomb_marc_builder_field(&b, TOMB_STR("245"), TOMB_STR("00"));
		put_subfield(&b, 'a', item->title);
	}
	tomb_marc_builder_field(&b, TOMB_STR("999"), TOMB_STR("ff"));
	put_subfield(&b, 'i', tomb_str_from(uuid));
	return tomb_marc_builder_done(&b, item->updated_us, out, stored, err);
}

static enum tomb_code stored_record(
	const struct tomb_oai_item *item, struct tomb_buf *room, struct tomb_marc_stored *out, struct tomb_err *err)
{
	struct tomb_marc_stored stored = {
		.bytes = item->marc, .leader_at = item->marc_leader_at, .at_005 = item->marc_005_at};

	if (!item->marc.p)
		return make_record(item, room, out, err);
	if (!tomb_marc_form_parse(item->marc_form, &stored.form))
		return TOMB_FAIL(
			err, TOMB_CORRUPT, "its MARC has the unknown form \"%.*s\"", TOMB_STR_ARG(item->marc_form));
	*out = stored;
	return TOMB_OK;
}

/* One field to be added, of those of its values that are known. */
static enum tomb_code add_field(struct tomb_marc_addition *to, const char *tag, const char *indicators,
	const struct tomb_marc_subfield *all, size_t n, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_marc_subfield *known = TOMB_NEW(arena, struct tomb_marc_subfield, n);
	size_t nknown = 0;

	if (!known)
		return TOMB_FAIL(err, TOMB_NOMEM, "a field %s", tag);
	for (size_t i = 0; i < n; i++)
		if (all[i].value.n > 0)
			known[nknown++] = all[i];
	*to = (struct tomb_marc_addition){TOMB_MARC_ADD_FIELD, tag, indicators, known, nknown};
	return TOMB_OK;
}

static enum tomb_code add_holding(
	struct tomb_marc_addition *to, const struct tomb_oai_holding *h, struct tomb_arena *arena, struct tomb_err *err)
{
	const struct tomb_marc_subfield all[SUBFIELDS_MAX] = {{'a', h->institution}, {'b', h->campus},
		{'c', h->library}, {'d', h->location}, {'e', h->call_number}, {'f', h->call_number_prefix},
		{'g', h->call_number_suffix}, {'h', h->call_number_type}, {'i', h->material_type}, {'j', h->volume},
		{'k', h->enumeration}, {'l', h->chronology}, {'m', h->barcode}, {'n', h->copy_number},
		{'p', h->loan_type}, {'r', h->ill_policy}, {'s', h->location_name}, {'t', flag(h->is_suppressed)}};

	return add_field(to, "952", "ff", all, TOMB_COUNTOF(all), arena, err);
}

static enum tomb_code add_access(
	struct tomb_marc_addition *to, const struct tomb_oai_access *a, struct tomb_arena *arena, struct tomb_err *err)
{
	const struct tomb_marc_subfield all[] = {{'u', a->uri}, {'y', a->link_text}, {'3', a->materials},
		{'z', a->public_note}, {'t', flag(a->is_suppressed)}};

	return add_field(to, "856", "40", all, TOMB_COUNTOF(all), arena, err);
}

static enum tomb_code add_held(const struct tomb_oai_metadata_page *page, struct tomb_uuid title,
	struct tomb_marc_addition *to, size_t *n, struct tomb_err *err)
{
	for (size_t i = 0; i < page->nholdings; i++)
		if (tomb_uuid_eq(page->holdings[i].title_id, title))
			TOMB_TRY(add_holding(&to[(*n)++], &page->holdings[i], page->arena, err));
	for (size_t i = 0; i < page->naccess; i++)
		if (tomb_uuid_eq(page->access[i].title_id, title))
			TOMB_TRY(add_access(&to[(*n)++], &page->access[i], page->arena, err));
	return TOMB_OK;
}

static size_t count_held(const struct tomb_oai_metadata_page *page, struct tomb_uuid title)
{
	size_t n = 0;

	for (size_t i = 0; i < page->nholdings; i++)
		n += tomb_uuid_eq(page->holdings[i].title_id, title);
	for (size_t i = 0; i < page->naccess; i++)
		n += tomb_uuid_eq(page->access[i].title_id, title);
	return n;
}

enum tomb_code tomb_oai_metadata_marc(const struct tomb_oai_metadata_page *page, const struct tomb_oai_item *item,
	struct tomb_buf *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO room = tomb_buf_init(TOMB_MARC_BYTES_MAX);
	const struct tomb_marc_subfield suppressed = {'t', flag(item->is_suppressed)};
	size_t n = 1;
	struct tomb_marc_addition *also = TOMB_NEW(
		page->arena, struct tomb_marc_addition, 1 + count_held(page, item->id));
	struct tomb_marc_stored stored;

	if (!also)
		return TOMB_FAIL(err, TOMB_NOMEM, "the fields of a title");
	TOMB_TRY(stored_record(item, &room, &stored, err));
	also[0] = (struct tomb_marc_addition){TOMB_MARC_ADD_TO_ONE, "999", "ff", &suppressed, 1};
	TOMB_TRY(add_held(page, item->id, also, &n, err));
	return tomb_marc_put_xml(&stored, true, (struct tomb_marc_additions){also, n}, out, err);
}
