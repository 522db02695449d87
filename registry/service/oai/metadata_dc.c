/* Unqualified Dublin Core, which every item has. */
#include "header.h"
#include "metadata_internal.h"

#include "tombstone/dublin_core.h"
#include "tombstone/time.h"

enum {
	DAY_TEXT = 10,
	ARENA_BYTES_MAX = 16 * 1024 * 1024, /* one record, taken apart */
};

static const struct {
	const char *kind;
	const char *type; /* of DCMI's vocabulary */
} types[] = {
	{"mms_collection", "Collection"},
	{"mms_container", "Collection"},
	{"alma_collection", "Collection"},
	{"intellectual_object", "Collection"},
};

static void add_type(struct tomb_dc *dc, struct tomb_str kind)
{
	for (size_t i = 0; i < TOMB_COUNTOF(types); i++)
		if (tomb_str_eq(kind, tomb_str_from(types[i].kind)))
			tomb_dc_add(dc, TOMB_DC_TYPE, tomb_str_from(types[i].type));
}

static void add_date(struct tomb_dc *dc, int64_t us)
{
	char date[TOMB_TIME_TEXT];

	(void)tomb_time_format(us, TOMB_TIME_S, date);
	tomb_dc_add(dc, TOMB_DC_DATE, (struct tomb_str){date, DAY_TEXT});
}

static enum tomb_code add_marc(struct tomb_dc *dc, const struct tomb_oai_item *item, struct tomb_err *err)
{
	TOMB_BUF_AUTO scratch = tomb_buf_init(TOMB_MARC_SCRATCH_MAX);
	struct tomb_marc_stored stored = {
		.bytes = item->marc, .leader_at = item->marc_leader_at, .at_005 = item->marc_005_at};
	struct tomb_marc marc;

	if (!tomb_marc_form_parse(item->marc_form, &stored.form))
		return TOMB_FAIL(err, TOMB_CORRUPT, "its MARC has an unknown form");
	TOMB_TRY(tomb_marc_open(&stored, &scratch, &marc, err));
	return tomb_dc_from_marc(&marc, dc, err);
}

/* What we know besides, and all that we know of what has neither MARC nor MODS. */
static void add_rest(struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_dc *dc)
{
	char identifier[TOMB_OAI_IDENTIFIER_TEXT];

	if (!item->marc.p && !item->mods.p) {
		tomb_dc_add(dc, TOMB_DC_TITLE, item->title);
		tomb_dc_add(dc, TOMB_DC_DESCRIPTION, item->object_description);
		add_date(dc, item->object_id != 0 ? item->object_created_us : item->updated_us);
	}
	add_type(dc, item->kind);
	tomb_dc_add(dc, TOMB_DC_IDENTIFIER,
		tomb_str_from(tomb_oai_header_identifier(call->ctx->registry->config->oai_repository_identifier,
			item->institution, item->id, identifier)));
	tomb_dc_add(dc, TOMB_DC_IDENTIFIER, item->hrid);
	tomb_dc_add(dc, TOMB_DC_IDENTIFIER, item->local_id);
	tomb_dc_add(dc, TOMB_DC_IDENTIFIER, item->object_identifier);
}

enum tomb_code tomb_oai_metadata_dc(
	struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct tomb_dc dc = tomb_dc_init(&arena);

	if (item->marc.p)
		TOMB_TRY(add_marc(&dc, item, err));
	else if (item->mods.p)
		TOMB_TRY(tomb_dc_from_mods(item->mods, &dc, err));
	add_rest(call, item, &dc);
	return tomb_dc_put(&dc, out, err);
}
