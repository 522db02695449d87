/* The MARC of an exported record: its own, or one made of what the inventory knows (records.md 4.2; F-16, E-7). */
#include "record_export_internal.h"
#include "tombstone/marc_builder.h"

/* Leader/06 and what else differs by kind; lengths are filled in. */
static const struct {
	enum tomb_record_kind kind;
	const char *live;
	const char *deleted;
	const char *title_tag;
} made[] = {
	{TOMB_RECORD_INSTANCE, "00000nam a22000003u 4500", "00000dam a22000003u 4500", "245"},
	{TOMB_RECORD_HOLDINGS, "00000nx  a22000003n 4500", "00000dx  a22000003n 4500", NULL},
	{TOMB_RECORD_AUTHORITY, "00000nz  a22000003n 4500", "00000dz  a22000003n 4500", "150"},
};

static void put_id(struct tomb_marc_builder *b, const struct tomb_export_row *row)
{
	char id[TOMB_UUID_TEXT];

	tomb_marc_builder_field(b, TOMB_STR("999"), TOMB_STR("ff"));
	tomb_marc_builder_subfield(b, 'i', tomb_str_from(tomb_uuid_text(row->id, id)));
	tomb_marc_builder_subfield(b, 's', TOMB_STR("-")); /* there is no source record */
}

static enum tomb_code make(struct tomb_export_out *out, const struct tomb_export_row *row, size_t i,
	struct tomb_marc_stored *marc, struct tomb_err *err)
{
	TOMB_MARC_BUILDER_AUTO b = tomb_marc_builder_init();
	char time[TOMB_MARC_TIME];
	char id[TOMB_UUID_TEXT];

	tomb_marc_builder_begin(&b, tomb_str_from(row->is_deleted ? made[i].deleted : made[i].live));
	tomb_marc_builder_control(
		&b, TOMB_STR("001"), row->hrid.n > 0 ? row->hrid : tomb_str_from(tomb_uuid_text(row->id, id)));
	if (row->parent_hrid.n > 0)
		tomb_marc_builder_control(&b, TOMB_STR("004"), row->parent_hrid);
	tomb_marc_builder_control(&b, TOMB_STR("005"), tomb_str_from(tomb_marc_time(row->at_us, time)));
	if (made[i].title_tag) {
		tomb_marc_builder_field(&b, tomb_str_from(made[i].title_tag), TOMB_STR("00"));
		tomb_marc_builder_subfield(&b, 'a', row->title);
	}
	put_id(&b, row);
	return tomb_marc_builder_done(&b, row->at_us, out->scratch, marc, err);
}

enum tomb_code tomb_export_marc(struct tomb_export_out *out, const struct tomb_export_row *row,
	struct tomb_marc_stored *marc, struct tomb_err *err)
{
	bool says_deleted = false;

	if (row->has_marc) {
		says_deleted = row->marc.bytes.p[row->marc.leader_at + 5] == 'd';
		if (says_deleted || !row->is_deleted) {
			*marc = row->marc;
			return TOMB_OK;
		}
		return tomb_marc_patch(&row->marc, 'd', row->at_us, out->arena, marc, err);
	}
	if (tomb_str_eq(row->source, TOMB_STR("MARC")))
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE, "its source is MARC, and there is no MARC record of it");
	for (size_t i = 0; i < TOMB_COUNTOF(made); i++)
		if (made[i].kind == row->kind)
			return make(out, row, i, marc, err);
	return TOMB_FAIL(err, TOMB_UNPROCESSABLE, "it has no MARC record");
}
