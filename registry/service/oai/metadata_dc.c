/* Unqualified Dublin Core, which every item has. */
#include "oai/header.h"
#include "oai/metadata_internal.h"

#include "tombstone/time.h"

enum { DAY_TEXT = 10 };

static const struct {
	const char *kind;
	const char *type; /* of DCMI's vocabulary */
} types[] = {
	{"mms_collection", "Collection"},
	{"mms_container", "Collection"},
	{"alma_collection", "Collection"},
	{"intellectual_object", "Collection"},
};

static void put(struct tomb_xml *xml, const char *element, struct tomb_str text)
{
	if (text.n > 0)
		tomb_xml_element(xml, element, text);
}

static void put_type(struct tomb_xml *xml, struct tomb_str kind)
{
	for (size_t i = 0; i < TOMB_COUNTOF(types); i++)
		if (tomb_str_eq(kind, tomb_str_from(types[i].kind)))
			tomb_xml_element(xml, "dc:type", tomb_str_from(types[i].type));
}

static void put_elements(struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_xml *xml)
{
	char identifier[TOMB_OAI_IDENTIFIER_TEXT];
	char date[TOMB_TIME_TEXT];

	put(xml, "dc:title", item->title);
	put(xml, "dc:description", item->object_description);
	(void)tomb_time_format(item->object_id != 0 ? item->object_created_us : item->updated_us, TOMB_TIME_S, date);
	put(xml, "dc:date", (struct tomb_str){date, DAY_TEXT});
	put_type(xml, item->kind);
	put(xml, "dc:identifier",
		tomb_str_from(tomb_oai_header_identifier(call->ctx->registry->config->oai_repository_identifier,
			item->institution, item->id, identifier)));
	put(xml, "dc:identifier", item->hrid);
	put(xml, "dc:identifier", item->local_id);
	put(xml, "dc:identifier", item->object_identifier);
}

enum tomb_code tomb_oai_metadata_dc(
	struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err)
{
	struct tomb_xml xml = tomb_xml_init(out, true);
	struct tomb_str written;

	tomb_buf_reset(out); /* the declaration: what this is part of has one */
	tomb_xml_start(&xml, "oai_dc:dc");
	tomb_xml_attr(&xml, "xmlns:oai_dc", TOMB_STR("http://www.openarchives.org/OAI/2.0/oai_dc/"));
	tomb_xml_attr(&xml, "xmlns:dc", TOMB_STR("http://purl.org/dc/elements/1.1/"));
	tomb_xml_attr(&xml, "xsi:schemaLocation",
		TOMB_STR("http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd"));
	put_elements(call, item, &xml);
	tomb_xml_end(&xml, "oai_dc:dc");
	return tomb_xml_done(&xml, &written, err);
}
