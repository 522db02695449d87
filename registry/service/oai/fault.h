/* What OAI-PMH calls errors and exceptional conditions (section 3.6): several may be told at once. */
#ifndef TOMB_OAI_FAULT_H
#define TOMB_OAI_FAULT_H

#include "tombstone/str.h"

enum tomb_oai_fault_code {
	TOMB_OAI_BAD_ARGUMENT,
	TOMB_OAI_BAD_RESUMPTION_TOKEN,
	TOMB_OAI_BAD_VERB,
	TOMB_OAI_CANNOT_DISSEMINATE_FORMAT,
	TOMB_OAI_ID_DOES_NOT_EXIST,
	TOMB_OAI_NO_RECORDS_MATCH,
	TOMB_OAI_NO_METADATA_FORMATS,
	TOMB_OAI_FAULT_CODE_MAX
};

enum {
	TOMB_OAI_FAULTS = 16,      /* of one request: further ones would not help anybody */
	TOMB_OAI_FAULT_TEXT = 192, /* bytes, with the NUL: one sentence that names an argument */
};

struct tomb_oai_fault {
	enum tomb_oai_fault_code code;
	char text[TOMB_OAI_FAULT_TEXT];
};

struct tomb_oai_faults {
	size_t n;
	struct tomb_oai_fault p[TOMB_OAI_FAULTS];
};

const char *tomb_oai_fault_name(enum tomb_oai_fault_code code); /* as the protocol writes it: "badVerb" */

/* Adds one, unless there are TOMB_OAI_FAULTS already. */
void tomb_oai_fault_add(struct tomb_oai_faults *faults, enum tomb_oai_fault_code code, const char *fmt, ...)
	TOMB_PRINTF(3, 4);

/* After badVerb and badArgument an answer does not repeat the arguments (section 3.2, request). */
bool tomb_oai_fault_hides_arguments(const struct tomb_oai_faults *faults);

#endif
