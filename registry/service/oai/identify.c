#include "header.h"

static void put_identifier_description(struct tomb_oai_call *call)
{
	/* No item's: a place in the scheme, which never changes. */
	static const struct tomb_uuid sample = {{0}};
	struct tomb_str repository = call->ctx->registry->config->oai_repository_identifier;
	char identifier[TOMB_OAI_IDENTIFIER_TEXT];

	tomb_xml_start(&call->xml, "description");
	tomb_xml_start(&call->xml, "oai-identifier");
	tomb_xml_attr(&call->xml, "xmlns", TOMB_STR("http://www.openarchives.org/OAI/2.0/oai-identifier"));
	tomb_xml_attr(&call->xml, "xsi:schemaLocation",
		TOMB_STR("http://www.openarchives.org/OAI/2.0/oai-identifier "
			 "http://www.openarchives.org/OAI/2.0/oai-identifier.xsd"));
	tomb_xml_element(&call->xml, "scheme", TOMB_STR("oai"));
	tomb_xml_element(&call->xml, "repositoryIdentifier", repository);
	tomb_xml_element(&call->xml, "delimiter", TOMB_STR(":"));
	tomb_xml_element(&call->xml, "sampleIdentifier",
		tomb_str_from(tomb_oai_header_identifier(repository, TOMB_STR("example.org"), sample, identifier)));
	tomb_xml_end(&call->xml, "oai-identifier");
	tomb_xml_end(&call->xml, "description");
}

enum tomb_code tomb_oai_identify(struct tomb_oai_call *call, struct tomb_err *err)
{
	const struct tomb_registry_config *config = call->ctx->registry->config;
	struct tomb_oai_selection all;
	char earliest[TOMB_TIME_TEXT];
	int64_t earliest_us = 0;

	TOMB_TRY(tomb_oai_kind_select(
		&call->policy, TOMB_OAI_FORMAT_MAX, (struct tomb_str){NULL, 0}, call->req->arena, &all, err));
	TOMB_TRY(tomb_oai_item_earliest(call->ctx->link.pg, all.kinds, call->now_us, &earliest_us, err));
	tomb_oai_call_open(call);
	tomb_xml_start(&call->xml, "Identify");
	tomb_xml_element(&call->xml, "repositoryName", config->oai_repository_name);
	tomb_xml_element(&call->xml, "baseURL", call->base_url);
	tomb_xml_element(&call->xml, "protocolVersion", TOMB_STR("2.0"));
	tomb_xml_element(&call->xml, "adminEmail", config->oai_admin_email);
	tomb_xml_element(
		&call->xml, "earliestDatestamp", tomb_str_from(tomb_time_format(earliest_us, TOMB_TIME_S, earliest)));
	tomb_xml_element(
		&call->xml, "deletedRecord", tomb_str_from(tomb_oai_deleted_record_name(call->policy.deleted_record)));
	tomb_xml_element(&call->xml, "granularity", TOMB_STR("YYYY-MM-DDThh:mm:ssZ"));
	put_identifier_description(call);
	tomb_xml_end(&call->xml, "Identify");
	return TOMB_OK;
}
