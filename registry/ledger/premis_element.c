#include "premis_element.h"

#include "tombstone/digest.h"
#include "tombstone/hex.h"
#include "tombstone/time.h"

#include <stdio.h>

/* A controlled vocabulary of http://id.loc.gov/vocabulary/preservation/. */
#define VOCABULARY "http://id.loc.gov/vocabulary/preservation/"

enum { URI_MAX = 160 /* the longest is cryptographicHashFunctions with a code */ };

/* An element whose text is a term of a vocabulary; of our own if code is "". */
void tomb_premis_put_term(
	struct tomb_xml *w, const char *element, const char *vocabulary, struct tomb_str code, struct tomb_str label)
{
	char uri[URI_MAX];

	tomb_xml_start(w, element);
	if (code.n > 0) {
		tomb_xml_attr(w, "authority", tomb_str_from(vocabulary));
		(void)snprintf(uri, sizeof uri, VOCABULARY "%s", vocabulary);
		tomb_xml_attr(w, "authorityURI", tomb_str_from(uri));
		(void)snprintf(uri, sizeof uri, VOCABULARY "%s/%.*s", vocabulary, TOMB_STR_ARG(code));
		tomb_xml_attr(w, "valueURI", tomb_str_from(uri));
	}
	tomb_xml_text(w, label);
	tomb_xml_end(w, element);
}

/* The four kinds of identifiers that a document links by. */
static const struct identifier {
	const char *element;
	const char *type;
	const char *value;
} identifiers[] = {
	{"premis:objectIdentifier", "premis:objectIdentifierType", "premis:objectIdentifierValue"},
	{"premis:relatedObjectIdentifier", "premis:relatedObjectIdentifierType", "premis:relatedObjectIdentifierValue"},
	{"premis:linkingObjectIdentifier", "premis:linkingObjectIdentifierType", "premis:linkingObjectIdentifierValue"},
	{"premis:linkingEventIdentifier", "premis:linkingEventIdentifierType", "premis:linkingEventIdentifierValue"},
	{"premis:eventIdentifier", "premis:eventIdentifierType", "premis:eventIdentifierValue"},
};

static void put_identifier(
	struct tomb_xml *w, enum tomb_premis_identifier kind, struct tomb_str type, struct tomb_str value)
{
	tomb_xml_start(w, identifiers[kind].element);
	tomb_xml_element(w, identifiers[kind].type, type);
	tomb_xml_element(w, identifiers[kind].value, value);
	tomb_xml_end(w, identifiers[kind].element);
}

void tomb_premis_put_local(struct tomb_xml *w, enum tomb_premis_identifier kind, struct tomb_str value)
{
	put_identifier(w, kind, TOMB_STR("local"), value);
}

void tomb_premis_put_uuid(struct tomb_xml *w, enum tomb_premis_identifier kind, struct tomb_uuid uuid)
{
	char text[TOMB_UUID_TEXT];

	put_identifier(w, kind, TOMB_STR("UUID"), tomb_str_from(tomb_uuid_text(uuid, text)));
}

static void start_object(struct tomb_xml *w, struct tomb_str type)
{
	tomb_xml_start(w, "premis:object");
	tomb_xml_attr(w, "xsi:type", type);
}

void tomb_premis_put_object(
	struct tomb_xml *w, const struct tomb_object *object, const struct tomb_premis_event *events, size_t nevents)
{
	start_object(w, TOMB_STR("premis:intellectualEntity"));
	tomb_premis_put_local(w, TOMB_PREMIS_OBJECT_ID, object->identifier);
	tomb_xml_element(w, "premis:originalName", object->bag_name);
	for (size_t i = 0; i < nevents; i++)
		tomb_premis_put_uuid(w, TOMB_PREMIS_LINKING_EVENT_ID, events[i].identifier);
	tomb_xml_end(w, "premis:object");
}

static void put_fixity(struct tomb_xml *w, const struct tomb_file *file)
{
	const struct {
		struct tomb_str code;
		struct tomb_str label;
		struct tomb_str digest;
	} sums[] = {
		{TOMB_STR("md5"), TOMB_STR("MD5"), file->md5},
		{TOMB_STR("sha1"), TOMB_STR("SHA-1"), file->sha1},
		{TOMB_STR("sha256"), TOMB_STR("SHA-256"), file->sha256},
		{TOMB_STR("sha512"), TOMB_STR("SHA-512"), file->sha512},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(sums); i++) {
		if (sums[i].digest.n == 0)
			continue;
		tomb_xml_start(w, "premis:fixity");
		tomb_premis_put_term(
			w, "premis:messageDigestAlgorithm", "cryptographicHashFunctions", sums[i].code, sums[i].label);
		tomb_xml_element(w, "premis:messageDigest", sums[i].digest);
		tomb_xml_end(w, "premis:fixity");
	}
}

static void put_characteristics(struct tomb_xml *w, const struct tomb_file *file)
{
	struct tomb_str format = file->file_format.n > 0 ? file->file_format : TOMB_STR("application/octet-stream");

	tomb_xml_start(w, "premis:objectCharacteristics");
	tomb_xml_element(w, "premis:compositionLevel", TOMB_STR("0"));
	put_fixity(w, file);
	tomb_xml_start(w, "premis:size");
	tomb_xml_int(w, file->size_bytes);
	tomb_xml_end(w, "premis:size");
	tomb_xml_start(w, "premis:format");
	tomb_xml_start(w, "premis:formatDesignation");
	tomb_xml_element(w, "premis:formatName", format);
	tomb_xml_end(w, "premis:formatDesignation");
	tomb_xml_end(w, "premis:format");
	tomb_xml_end(w, "premis:objectCharacteristics");
}

/* Where the file lies now: nowhere, once it is deleted. */
static void put_storage(struct tomb_xml *w, const struct tomb_premis_file_rows *rows)
{
	for (size_t i = 0; i < rows->ncopies; i++) {
		if (!tomb_str_eq(rows->copies[i].status, TOMB_STR("stored")))
			continue;
		tomb_xml_start(w, "premis:storage");
		tomb_xml_start(w, "premis:contentLocation");
		tomb_xml_element(w, "premis:contentLocationType", TOMB_STR("URI"));
		tomb_xml_element(w, "premis:contentLocationValue", rows->copies[i].url);
		tomb_xml_end(w, "premis:contentLocation");
		tomb_xml_element(w, "premis:storageMedium", rows->copies[i].backend);
		tomb_xml_end(w, "premis:storage");
	}
}

void tomb_premis_put_file(struct tomb_xml *w, const struct tomb_file *file, const struct tomb_premis_file_rows *rows)
{
	start_object(w, TOMB_STR("premis:file"));
	tomb_premis_put_uuid(w, TOMB_PREMIS_OBJECT_ID, file->uuid);
	tomb_premis_put_local(w, TOMB_PREMIS_OBJECT_ID, file->identifier);
	put_characteristics(w, file);
	put_storage(w, rows);
	tomb_xml_start(w, "premis:relationship");
	tomb_premis_put_term(w, "premis:relationshipType", "relationshipType", TOMB_STR("str"), TOMB_STR("structural"));
	tomb_premis_put_term(
		w, "premis:relationshipSubType", "relationshipSubType", TOMB_STR("isp"), TOMB_STR("is part of"));
	tomb_premis_put_local(w, TOMB_PREMIS_RELATED_OBJECT_ID, file->object_identifier);
	tomb_xml_end(w, "premis:relationship");
	for (size_t i = 0; i < rows->nevents; i++)
		tomb_premis_put_uuid(w, TOMB_PREMIS_LINKING_EVENT_ID, rows->events[i].identifier);
	tomb_xml_end(w, "premis:object");
}

static void put_detail(struct tomb_xml *w, struct tomb_str detail)
{
	tomb_xml_start(w, "premis:eventDetailInformation");
	tomb_xml_element(w, "premis:eventDetail", detail);
	tomb_xml_end(w, "premis:eventDetailInformation");
}

static void put_outcome_note(struct tomb_xml *w, struct tomb_str note)
{
	if (note.n == 0)
		return;
	tomb_xml_start(w, "premis:eventOutcomeDetail");
	tomb_xml_element(w, "premis:eventOutcomeDetailNote", note);
	tomb_xml_end(w, "premis:eventOutcomeDetail");
}

static void put_number(struct tomb_xml *w, const char *before, int64_t n)
{
	tomb_xml_text(w, tomb_str_from(before));
	tomb_xml_int(w, n);
}

static void put_text(struct tomb_xml *w, const char *before, struct tomb_str text)
{
	tomb_xml_text(w, tomb_str_from(before));
	tomb_xml_text(w, text);
}

static void put_time(struct tomb_xml *w, const char *before, int64_t us)
{
	char at[TOMB_TIME_TEXT];

	put_text(w, before, tomb_str_from(tomb_time_format(us, TOMB_TIME_US, at)));
}

/* What became of one copy. */
static void put_copy_note(struct tomb_xml *w, const struct sql_read_premis_copies_row *copy)
{
	tomb_xml_start(w, "premis:eventOutcomeDetail");
	tomb_xml_start(w, "premis:eventOutcomeDetailNote");
	put_text(w, "copy in ", copy->backend);
	put_number(w, ", generation ", copy->generation);
	put_text(w, ": ", copy->outcome);
	if (copy->verification.n > 0)
		put_text(w, ", ", copy->verification);
	if (!copy->removed_at_null)
		put_time(w, ", ", copy->removed_at);
	put_text(w, "; ", copy->url);
	tomb_xml_end(w, "premis:eventOutcomeDetailNote");
	tomb_xml_end(w, "premis:eventOutcomeDetail");
}

static void put_outcome(
	struct tomb_xml *w, const struct tomb_premis_event *event, const struct tomb_premis_file_rows *rows)
{
	bool is_success = tomb_str_eq(event->outcome, TOMB_STR("Success"));

	tomb_xml_start(w, "premis:eventOutcomeInformation");
	tomb_premis_put_term(w, "premis:eventOutcome", "eventOutcome", is_success ? TOMB_STR("suc") : TOMB_STR("fai"),
		is_success ? TOMB_STR("success") : TOMB_STR("fail"));
	put_outcome_note(w, event->outcome_detail);
	put_outcome_note(w, event->outcome_information);
	if (event->type == TOMB_PREMIS_DELETION)
		for (size_t i = 0; i < rows->ncopies; i++)
			if (rows->copies[i].deletion_id == event->deletion_id)
				put_copy_note(w, &rows->copies[i]);
	tomb_xml_end(w, "premis:eventOutcomeInformation");
}

void tomb_premis_put_linking_agent(
	struct tomb_xml *w, struct tomb_str type, struct tomb_str value, struct tomb_str code, struct tomb_str label)
{
	tomb_xml_start(w, "premis:linkingAgentIdentifier");
	tomb_xml_element(w, "premis:linkingAgentIdentifierType", type);
	tomb_xml_element(w, "premis:linkingAgentIdentifierValue", value);
	tomb_premis_put_term(w, "premis:linkingAgentRole", "eventRelatedAgentRole", code, label);
	tomb_xml_end(w, "premis:linkingAgentIdentifier");
}

static void put_people_detail(struct tomb_xml *w, const struct sql_read_premis_people_row *p)
{
	char digest[2 * TOMB_SHA256_SIZE + 1];

	tomb_xml_start(w, "premis:eventDetailInformation");
	tomb_xml_start(w, "premis:eventDetail");
	put_number(w, "deletion ", p->deletion_id);
	put_number(w, " of request ", p->request_id);
	put_text(w, "; requested by ", p->asked_email);
	put_time(w, ", ", p->asked_at);
	put_text(w, "; approved by ", p->agreed_email);
	put_time(w, ", ", p->agreed_at);
	if (p->list_digest.n == TOMB_SHA256_SIZE)
		put_text(w, "; SHA-256 of the approved list: ",
			tomb_str_from(tomb_hex_encode((const uint8_t *)p->list_digest.p, p->list_digest.n, digest)));
	if (p->reason.n > 0)
		put_text(w, "; reason: ", p->reason);
	tomb_xml_end(w, "premis:eventDetail");
	tomb_xml_end(w, "premis:eventDetailInformation");
}

void tomb_premis_put_event(struct tomb_xml *w, const struct tomb_premis_event *event,
	const struct sql_read_premis_people_row *people, const struct tomb_premis_file_rows *rows)
{
	const struct tomb_premis_event_info *info = tomb_premis_event_info(event->type);

	tomb_xml_start(w, "premis:event");
	tomb_premis_put_uuid(w, TOMB_PREMIS_EVENT_ID, event->identifier);
	tomb_premis_put_term(w, "premis:eventType", "eventType", info->code, info->label);
	tomb_xml_start(w, "premis:eventDateTime");
	put_time(w, "", event->at_us);
	tomb_xml_end(w, "premis:eventDateTime");
	put_detail(w, event->detail);
	if (people)
		put_people_detail(w, people);
	put_outcome(w, event, rows);
	tomb_premis_put_linking_agent(
		w, TOMB_STR("software"), event->agent, TOMB_STR("exe"), TOMB_STR("executing program"));
	if (people) {
		tomb_premis_put_linking_agent(
			w, TOMB_STR("email"), people->asked_email, TOMB_STR("imp"), TOMB_STR("implementer"));
		tomb_premis_put_linking_agent(
			w, TOMB_STR("email"), people->agreed_email, TOMB_STR("aut"), TOMB_STR("authorizer"));
	}
	tomb_premis_put_local(w, TOMB_PREMIS_LINKING_OBJECT_ID,
		event->file_id != 0 ? event->file_identifier : event->object_identifier);
	tomb_xml_end(w, "premis:event");
}

void tomb_premis_put_agent(struct tomb_xml *w, const struct tomb_premis_agent *agent)
{
	bool is_person = agent->kind == TOMB_PREMIS_PERSON;

	tomb_xml_start(w, "premis:agent");
	tomb_xml_start(w, "premis:agentIdentifier");
	tomb_xml_element(w, "premis:agentIdentifierType", is_person ? TOMB_STR("email") : TOMB_STR("software"));
	tomb_xml_element(w, "premis:agentIdentifierValue", agent->id);
	tomb_xml_end(w, "premis:agentIdentifier");
	tomb_xml_element(w, "premis:agentName", agent->name);
	tomb_premis_put_term(w, "premis:agentType", "agentType", is_person ? TOMB_STR("per") : TOMB_STR("sof"),
		is_person ? TOMB_STR("person") : TOMB_STR("software"));
	tomb_xml_end(w, "premis:agent");
}
