/* Deletions of records as PREMIS 3 (records.md 3.8): what was taken from the catalogue, and nothing of its bytes. */
#include "premis_element.h"
#include "record_export_internal.h"
#include "tombstone/time.h"

#include <inttypes.h>

static const struct tomb_str program = {"tombstone", 9};

void tomb_export_premis_begin(struct tomb_export_out *out)
{
	out->xml = tomb_xml_init(out->buf, true);
	tomb_xml_start(&out->xml, "premis:premis");
	tomb_xml_attr(&out->xml, "xmlns:premis", TOMB_STR("http://www.loc.gov/premis/v3"));
	tomb_xml_attr(&out->xml, "xmlns:xsi", TOMB_STR("http://www.w3.org/2001/XMLSchema-instance"));
	tomb_xml_attr(&out->xml, "version", TOMB_STR("3.0"));
	tomb_xml_attr(&out->xml, "xsi:schemaLocation",
		TOMB_STR("http://www.loc.gov/premis/v3 http://www.loc.gov/standards/premis/premis.xsd"));
	/* A document has an object, whether or not anything was deleted: the catalogue. */
	tomb_xml_start(&out->xml, "premis:object");
	tomb_xml_attr(&out->xml, "xsi:type", TOMB_STR("premis:intellectualEntity"));
	tomb_premis_put_local(&out->xml, TOMB_PREMIS_OBJECT_ID, TOMB_STR("catalogue"));
	tomb_xml_end(&out->xml, "premis:object");
}

static void put_object(struct tomb_xml *w, const struct tomb_export_row *row)
{
	tomb_xml_start(w, "premis:object");
	tomb_xml_attr(w, "xsi:type", TOMB_STR("premis:intellectualEntity"));
	tomb_premis_put_uuid(w, TOMB_PREMIS_OBJECT_ID, row->id);
	if (row->hrid.n > 0 || row->local_id.n > 0)
		tomb_premis_put_local(w, TOMB_PREMIS_OBJECT_ID, row->hrid.n > 0 ? row->hrid : row->local_id);
	tomb_xml_element(w, "premis:originalName", row->title);
	tomb_premis_put_uuid(w, TOMB_PREMIS_LINKING_EVENT_ID, row->event_id);
	tomb_xml_end(w, "premis:object");
}

static enum tomb_code add_agent(struct tomb_export_agents *agents, struct tomb_str name, struct tomb_err *err)
{
	struct tomb_str kept;

	for (size_t i = 0; i < agents->n; i++)
		if (tomb_str_eq(agents->names[i], name))
			return TOMB_OK;
	if (!agents->names)
		agents->names = TOMB_NEW(&agents->arena, struct tomb_str, TOMB_EXPORT_AGENTS_MAX);
	if (!agents->names)
		return TOMB_FAIL(err, TOMB_NOMEM, "agents of a document");
	if (agents->n == TOMB_EXPORT_AGENTS_MAX)
		return TOMB_FAIL(err, TOMB_NOMEM, "more than %d agents in one document", TOMB_EXPORT_AGENTS_MAX);
	kept = tomb_arena_str(&agents->arena, name);
	if (!kept.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "agents of a document");
	agents->names[agents->n++] = kept;
	return TOMB_OK;
}

static void put_detail(struct tomb_xml *w, const struct tomb_export_row *row)
{
	tomb_xml_start(w, "premis:eventDetailInformation");
	tomb_xml_start(w, "premis:eventDetail");
	tomb_xml_text(w, TOMB_STR("deletion "));
	tomb_xml_int(w, row->deletion_id);
	tomb_xml_text(w, TOMB_STR(" of records, by way of "));
	tomb_xml_text(w, row->origin);
	tomb_xml_text(w, TOMB_STR(", mode "));
	tomb_xml_text(w, row->mode);
	if (row->reason.n > 0) {
		tomb_xml_text(w, TOMB_STR("; reason: "));
		tomb_xml_text(w, row->reason);
	}
	tomb_xml_end(w, "premis:eventDetail");
	tomb_xml_end(w, "premis:eventDetailInformation");
}

static void put_event(struct tomb_xml *w, const struct tomb_export_row *row)
{
	char at[TOMB_TIME_TEXT];

	tomb_xml_start(w, "premis:event");
	tomb_premis_put_uuid(w, TOMB_PREMIS_EVENT_ID, row->event_id);
	tomb_premis_put_term(w, "premis:eventType", "eventType", TOMB_STR("dea"), TOMB_STR("deaccession"));
	tomb_xml_element(w, "premis:eventDateTime", tomb_str_from(tomb_time_format(row->at_us, TOMB_TIME_US, at)));
	put_detail(w, row);
	tomb_xml_start(w, "premis:eventOutcomeInformation");
	tomb_premis_put_term(w, "premis:eventOutcome", "eventOutcome", TOMB_STR("suc"), TOMB_STR("success"));
	tomb_xml_end(w, "premis:eventOutcomeInformation");
	tomb_premis_put_linking_agent(w, TOMB_STR("software"), program, TOMB_STR("exe"), TOMB_STR("executing program"));
	tomb_premis_put_linking_agent(w, TOMB_STR("local"), row->actor, TOMB_STR("imp"), TOMB_STR("implementer"));
	tomb_premis_put_uuid(w, TOMB_PREMIS_LINKING_OBJECT_ID, row->id);
	tomb_xml_end(w, "premis:event");
}

enum tomb_code tomb_export_premis_put(
	struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err)
{
	if (row->tombstone.n == 0)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE, "it is not deleted, only suppressed: there is no such event");
	if (out->round == 0) {
		put_object(&out->xml, row);
		return add_agent(out->agents, row->actor, err);
	}
	put_event(&out->xml, row);
	return TOMB_OK;
}

static void put_agent(
	struct tomb_xml *w, struct tomb_str type, struct tomb_str name, struct tomb_str code, struct tomb_str label)
{
	tomb_xml_start(w, "premis:agent");
	tomb_xml_start(w, "premis:agentIdentifier");
	tomb_xml_element(w, "premis:agentIdentifierType", type);
	tomb_xml_element(w, "premis:agentIdentifierValue", name);
	tomb_xml_end(w, "premis:agentIdentifier");
	tomb_xml_element(w, "premis:agentName", name);
	if (code.n > 0)
		tomb_premis_put_term(w, "premis:agentType", "agentType", code, label);
	tomb_xml_end(w, "premis:agent");
}

void tomb_export_premis_end(struct tomb_export_out *out)
{
	if (out->agents->n > 0)
		put_agent(&out->xml, TOMB_STR("software"), program, TOMB_STR("sof"), TOMB_STR("software"));
	for (size_t i = 0; i < out->agents->n; i++)
		put_agent(&out->xml, TOMB_STR("local"), out->agents->names[i], TOMB_STR(""), TOMB_STR(""));
	tomb_xml_end(&out->xml, "premis:premis");
}
