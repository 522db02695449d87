/* The head of a record (OAI-PMH, section 2.5), and the identifier in it. */
#ifndef TOMB_OAI_HEADER_H
#define TOMB_OAI_HEADER_H

#include "call.h"

/* "oai:example.org:test.edu/UUID": 300 bytes for the two names, which are names of domains. */
enum { TOMB_OAI_IDENTIFIER_TEXT = 4 + 2 * 300 + 2 + TOMB_UUID_TEXT };

/* Writes it and a NUL.  Returns out. */
char *tomb_oai_header_identifier(struct tomb_str repository, struct tomb_str institution, struct tomb_uuid id,
	char out[static TOMB_OAI_IDENTIFIER_TEXT]);

/* Takes one apart.  False if it is none of this repository. */
bool tomb_oai_header_parse(struct tomb_str repository, struct tomb_str identifier, struct tomb_str *institution,
	struct tomb_uuid *id) TOMB_MUST_USE;

/* Of face TOMBSTONE or LIVE. */
void tomb_oai_header_put(struct tomb_oai_call *call, const struct tomb_oai_item *item, enum tomb_oai_face face);

/* The item that the argument identifier names, if there is one that is shown; else a fault.  *out is NULL then. */
enum tomb_code tomb_oai_header_find(struct tomb_oai_call *call, struct tomb_oai_want want,
	const struct tomb_oai_item **out, enum tomb_oai_face *face, struct tomb_err *err) TOMB_MUST_USE;

#endif
