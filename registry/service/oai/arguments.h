/* The arguments of one OAI-PMH request, and every rule that they have to follow before anything is looked up. */
#ifndef TOMB_OAI_ARGUMENTS_H
#define TOMB_OAI_ARGUMENTS_H

#include "date.h"
#include "fault.h"
#include "fields.h"
#include "format.h"

enum tomb_oai_verb {
	TOMB_OAI_IDENTIFY,
	TOMB_OAI_LIST_METADATA_FORMATS,
	TOMB_OAI_LIST_SETS,
	TOMB_OAI_GET_RECORD,
	TOMB_OAI_LIST_IDENTIFIERS,
	TOMB_OAI_LIST_RECORDS,
	TOMB_OAI_VERB_MAX
};

enum tomb_oai_argument {
	TOMB_OAI_IDENTIFIER,
	TOMB_OAI_METADATA_PREFIX,
	TOMB_OAI_SET,
	TOMB_OAI_FROM,
	TOMB_OAI_UNTIL,
	TOMB_OAI_RESUMPTION_TOKEN,
	TOMB_OAI_ARGUMENT_MAX
};

enum { TOMB_OAI_VALUE_MAX = 1024 }; /* bytes of one value: several times our longest identifier or token */

struct tomb_oai_arguments {
	enum tomb_oai_verb verb;                      /* VERB_MAX: badVerb */
	struct tomb_str value[TOMB_OAI_ARGUMENT_MAX]; /* as sent, borrowed; .p is NULL where it was not sent */
	enum tomb_oai_format format;                  /* of metadataPrefix; FORMAT_MAX without one */
	struct tomb_oai_date from;                    /* if it was sent */
	struct tomb_oai_date until;                   /* the same */
};

const char *tomb_oai_verb_name(enum tomb_oai_verb verb);             /* "GetRecord" */
const char *tomb_oai_argument_name(enum tomb_oai_argument argument); /* "metadataPrefix" */

/* Could this be a setSpec (schema OAI-PMH.xsd)? */
bool tomb_oai_is_set_spec(struct tomb_str text) TOMB_MUST_USE;

/* Reads what was sent.  Where it adds faults, *out says no more than what was sent. */
void tomb_oai_arguments_read(struct tomb_fields fields, struct tomb_oai_arguments *out, struct tomb_oai_faults *faults);

#endif
