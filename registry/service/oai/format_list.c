/* ListMetadataFormats: of one item, or of all. */
#include "header.h"

static unsigned formats_of_all(const struct tomb_oai_policy *policy)
{
	const struct tomb_oai_kind *kind = NULL;
	unsigned formats = 0;

	while ((kind = tomb_oai_kind_next(policy, kind)))
		formats |= kind->formats;
	return formats;
}

static void put_format(struct tomb_oai_call *call, enum tomb_oai_format format)
{
	const struct tomb_oai_format_words *words = tomb_oai_format_words(format);

	tomb_xml_start(&call->xml, "metadataFormat");
	tomb_xml_element(&call->xml, "metadataPrefix", tomb_str_from(words->prefix));
	tomb_xml_element(&call->xml, "schema", tomb_str_from(words->schema));
	tomb_xml_element(&call->xml, "metadataNamespace", tomb_str_from(words->space));
	tomb_xml_end(&call->xml, "metadataFormat");
}

/* A deleted item is in the formats in which it was: harvesters of each are told. */
enum tomb_code tomb_oai_list_metadata_formats(struct tomb_oai_call *call, struct tomb_err *err)
{
	unsigned formats = formats_of_all(&call->policy);
	const struct tomb_oai_item *item = NULL;
	enum tomb_oai_face face = TOMB_OAI_HIDDEN;

	if (tomb_oai_call_value(call, TOMB_OAI_IDENTIFIER).p) {
		TOMB_TRY(tomb_oai_header_find(call, (struct tomb_oai_want){.marc = false}, &item, &face, err));
		if (!item)
			return TOMB_OK;
		formats = tomb_oai_kind_find(&call->policy, item->kind)->formats;
	}
	tomb_oai_call_open(call);
	tomb_xml_start(&call->xml, "ListMetadataFormats");
	for (unsigned f = 0; f < TOMB_OAI_FORMAT_MAX; f++)
		if (formats & (1U << f))
			put_format(call, (enum tomb_oai_format)f);
	tomb_xml_end(&call->xml, "ListMetadataFormats");
	return TOMB_OK;
}
