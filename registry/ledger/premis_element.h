/* Elements of a PREMIS 3 document, from what the ledger says; see premis.c for the document. */
#ifndef TOMB_PREMIS_ELEMENT_H
#define TOMB_PREMIS_ELEMENT_H

#include "sql.gen.h"
#include "tombstone/file.h"
#include "tombstone/premis_event.h"
#include "tombstone/xml_writer.h"

enum tomb_premis_agent_kind { TOMB_PREMIS_PERSON, TOMB_PREMIS_SOFTWARE };

struct tomb_premis_agent {
	enum tomb_premis_agent_kind kind;
	struct tomb_str id; /* e-mail address, or the program's name */
	struct tomb_str name;
};

/* The intellectual entity, with links to its own events. */
void tomb_premis_put_object(
	struct tomb_xml *w, const struct tomb_object *object, const struct tomb_premis_event *events, size_t nevents);

/* Rows about this file only. */
struct tomb_premis_file_rows {
	const struct sql_read_premis_event_ids_row *events;
	size_t nevents;
	const struct sql_read_premis_copies_row *copies;
	size_t ncopies;
};

void tomb_premis_put_file(struct tomb_xml *w, const struct tomb_file *file, const struct tomb_premis_file_rows *rows);

/* people: NULL unless the event belongs to a deletion. */
void tomb_premis_put_event(struct tomb_xml *w, const struct tomb_premis_event *event,
	const struct sql_read_premis_people_row *people, const struct tomb_premis_file_rows *rows);

void tomb_premis_put_agent(struct tomb_xml *w, const struct tomb_premis_agent *agent);

/* Parts of elements. */

enum tomb_premis_identifier {
	TOMB_PREMIS_OBJECT_ID,
	TOMB_PREMIS_RELATED_OBJECT_ID,
	TOMB_PREMIS_LINKING_OBJECT_ID,
	TOMB_PREMIS_LINKING_EVENT_ID,
	TOMB_PREMIS_EVENT_ID
};
void tomb_premis_put_local(struct tomb_xml *w, enum tomb_premis_identifier kind, struct tomb_str value);
void tomb_premis_put_uuid(struct tomb_xml *w, enum tomb_premis_identifier kind, struct tomb_uuid uuid);

/* An element whose text is a term of a vocabulary of http://id.loc.gov/; of our own if code is "". */
void tomb_premis_put_term(
	struct tomb_xml *w, const char *element, const char *vocabulary, struct tomb_str code, struct tomb_str label);

void tomb_premis_put_linking_agent(
	struct tomb_xml *w, struct tomb_str type, struct tomb_str value, struct tomb_str code, struct tomb_str label);

#endif
