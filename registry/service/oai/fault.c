#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[] = {
	[TOMB_OAI_BAD_ARGUMENT] = "badArgument",
	[TOMB_OAI_BAD_RESUMPTION_TOKEN] = "badResumptionToken",
	[TOMB_OAI_BAD_VERB] = "badVerb",
	[TOMB_OAI_CANNOT_DISSEMINATE_FORMAT] = "cannotDisseminateFormat",
	[TOMB_OAI_ID_DOES_NOT_EXIST] = "idDoesNotExist",
	[TOMB_OAI_NO_RECORDS_MATCH] = "noRecordsMatch",
	[TOMB_OAI_NO_METADATA_FORMATS] = "noMetadataFormats",
};

_Static_assert(TOMB_COUNTOF(names) == TOMB_OAI_FAULT_CODE_MAX, "a name for each code");

const char *tomb_oai_fault_name(enum tomb_oai_fault_code code)
{
	return names[code];
}

void tomb_oai_fault_add(struct tomb_oai_faults *faults, enum tomb_oai_fault_code code, const char *fmt, ...)
{
	va_list args;

	if (faults->n == TOMB_OAI_FAULTS)
		return;
	va_start(args, fmt);
	(void)vsnprintf(faults->p[faults->n].text, sizeof faults->p[faults->n].text, fmt, args);
	va_end(args);
	faults->p[faults->n++].code = code;
}

bool tomb_oai_fault_hides_arguments(const struct tomb_oai_faults *faults)
{
	for (size_t i = 0; i < faults->n; i++)
		if (faults->p[i].code == TOMB_OAI_BAD_VERB || faults->p[i].code == TOMB_OAI_BAD_ARGUMENT)
			return true;
	return false;
}
