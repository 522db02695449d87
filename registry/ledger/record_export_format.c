/* What files of records are made of, format by format. */
#include "record_export_internal.h"
#include "tombstone/csv.h"

static void begin_nothing(struct tomb_export_out *out)
{
	(void)out;
}

static void end_nothing(struct tomb_export_out *out)
{
	(void)out;
}

static enum tomb_code put_marc(struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err)
{
	struct tomb_marc_stored marc;

	TOMB_TRY(tomb_export_marc(out, row, &marc, err));
	return tomb_marc_put_iso2709(&marc, out->buf, err);
}

static void begin_marcxml(struct tomb_export_out *out)
{
	out->xml = tomb_xml_init(out->buf, true);
	tomb_xml_start(&out->xml, "collection");
	tomb_xml_attr(&out->xml, "xmlns", TOMB_STR(TOMB_MARC_NAMESPACE));
}

static enum tomb_code put_marcxml(struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err)
{
	struct tomb_marc_stored marc;

	TOMB_TRY(tomb_export_marc(out, row, &marc, err));
	tomb_buf_put(tomb_xml_inside(&out->xml), TOMB_STR("\n"));
	return tomb_marc_put_xml(&marc, false, (struct tomb_marc_additions){NULL, 0}, out->buf, err);
}

static void end_marcxml(struct tomb_export_out *out)
{
	tomb_xml_end(&out->xml, "collection");
}

static void begin_mods(struct tomb_export_out *out)
{
	out->xml = tomb_xml_init(out->buf, true);
	tomb_xml_start(&out->xml, "modsCollection");
	tomb_xml_attr(&out->xml, "xmlns", TOMB_STR("http://www.loc.gov/mods/v3"));
}

/* The element, without what may stand before it in a document of its own. */
static struct tomb_str without_declaration(struct tomb_str xml)
{
	const char *end = NULL;

	while (xml.n > 0 && strchr(" \t\r\n\xef\xbb\xbf", xml.p[0]))
		xml = (struct tomb_str){xml.p + 1, xml.n - 1};
	if (xml.n < 5 || memcmp(xml.p, "<?xml", 5) != 0)
		return xml;
	end = memmem(xml.p, xml.n, "?>", 2);
	if (!end)
		return xml;
	return (struct tomb_str){end + 2, xml.n - (size_t)(end + 2 - xml.p)};
}

static enum tomb_code put_mods(struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err)
{
	struct tomb_str mods = without_declaration(row->mods);

	if (mods.n == 0)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE, "it has no MODS record");
	tomb_buf_put(tomb_xml_inside(&out->xml), TOMB_STR("\n"));
	tomb_buf_put(out->buf, mods);
	return TOMB_OK;
}

static void end_mods(struct tomb_export_out *out)
{
	tomb_xml_end(&out->xml, "modsCollection");
}

static enum tomb_code put_id(struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err)
{
	char id[TOMB_UUID_TEXT];

	(void)err;
	tomb_buf_put(out->buf, tomb_str_from(tomb_uuid_text(row->id, id)));
	tomb_buf_put(out->buf, TOMB_STR("\n"));
	return TOMB_OK;
}

static void begin_csv(struct tomb_export_out *out)
{
	tomb_buf_put(out->buf, TOMB_STR("id,kind,hrid,deleted_at,deleted_by,op_id,reason"));
	tomb_csv_end_line(out->buf);
}

static enum tomb_code put_csv(struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err)
{
	char id[TOMB_UUID_TEXT];

	(void)err;
	tomb_csv_text(out->buf, tomb_str_from(tomb_uuid_text(row->id, id)));
	tomb_csv_text(out->buf, tomb_record_kind_info(row->kind)->name);
	tomb_csv_text(out->buf, row->hrid.n > 0 ? row->hrid : row->local_id);
	tomb_csv_time(out->buf, row->is_deleted ? row->at_us : 0);
	tomb_csv_text(out->buf, row->actor);
	if (row->deletion_id != 0)
		tomb_csv_int(out->buf, row->deletion_id);
	else
		tomb_csv_text(out->buf, TOMB_STR(""));
	tomb_csv_text(out->buf, row->reason);
	tomb_csv_end_line(out->buf);
	return TOMB_OK;
}

static enum tomb_code put_tombstone(
	struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err)
{
	if (row->tombstone.n == 0)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE, "it is not deleted, only suppressed: it has no tombstone");
	tomb_buf_put(out->buf, row->tombstone);
	tomb_buf_put(out->buf, TOMB_STR("\n"));
	return TOMB_OK;
}

static const struct tomb_export_format formats[] = {
	[TOMB_RECORD_EXPORT_MARC] = {.info = {{"marc", 4}, {"application/marc", 16}, {"mrc", 3}},
		.rounds = 1,
		.wants_marc = true,
		.begin = begin_nothing,
		.put = put_marc,
		.end = end_nothing},
	[TOMB_RECORD_EXPORT_MARCXML] = {.info = {{"marcxml", 7}, {"application/marcxml+xml", 23}, {"xml", 3}},
		.rounds = 1,
		.wants_marc = true,
		.begin = begin_marcxml,
		.put = put_marcxml,
		.end = end_marcxml},
	[TOMB_RECORD_EXPORT_MODS] = {.info = {{"mods", 4}, {"application/mods+xml", 20}, {"xml", 3}},
		.rounds = 1,
		.wants_mods = true,
		.begin = begin_mods,
		.put = put_mods,
		.end = end_mods},
	[TOMB_RECORD_EXPORT_IDS] = {.info = {{"ids", 3}, {"text/csv", 8}, {"csv", 3}},
		.rounds = 1,
		.begin = begin_nothing,
		.put = put_id,
		.end = end_nothing},
	[TOMB_RECORD_EXPORT_CSV] = {.info = {{"csv", 3}, {"text/csv", 8}, {"csv", 3}},
		.rounds = 1,
		.begin = begin_csv,
		.put = put_csv,
		.end = end_nothing},
	[TOMB_RECORD_EXPORT_TOMBSTONES] = {.info = {{"tombstones", 10}, {"application/jsonl", 17}, {"jsonl", 5}},
		.rounds = 1,
		.wants_tombstone = true,
		.begin = begin_nothing,
		.put = put_tombstone,
		.end = end_nothing},
	[TOMB_RECORD_EXPORT_PREMIS] = {.info = {{"premis", 6}, {"application/xml", 15}, {"xml", 3}},
		.rounds = 2,
		.wants_tombstone = true,
		.begin = tomb_export_premis_begin,
		.put = tomb_export_premis_put,
		.end = tomb_export_premis_end},
};
_Static_assert(TOMB_COUNTOF(formats) == TOMB_RECORD_EXPORT_FORMAT_MAX, "formats of exports");

const struct tomb_export_format *tomb_export_format(enum tomb_record_export_format format)
{
	return &formats[format];
}

const struct tomb_record_export_format_info *tomb_record_export_format_info(enum tomb_record_export_format format)
{
	return &formats[format].info;
}

enum tomb_code tomb_record_export_format_parse(
	struct tomb_str name, enum tomb_record_export_format *out, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_COUNTOF(formats); i++)
		if (tomb_str_eq(formats[i].info.name, name)) {
			*out = (enum tomb_record_export_format)i;
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL,
		"\"%.*s\" is no format of exports: marc, marcxml, mods, ids, csv, tombstones, premis",
		(int)(name.n > 100 ? 100 : name.n), name.p);
}
