/* ListSets: everything, by system, by kind, by institution. */
#include "call.h"

#include <stdio.h>

enum { TEXT_MAX = 320 };

static void put_set(struct tomb_oai_call *call, const char *family, struct tomb_str name, struct tomb_str label)
{
	char spec[TEXT_MAX];

	(void)snprintf(spec, sizeof spec, "%s%.*s", family, TOMB_STR_ARG(name));
	tomb_xml_start(&call->xml, "set");
	tomb_xml_element(&call->xml, "setSpec", tomb_str_from(spec));
	tomb_xml_element(&call->xml, "setName", label);
	tomb_xml_end(&call->xml, "set");
}

/* Kinds of one system stand together: see kind.def. */
static void put_kinds(struct tomb_oai_call *call)
{
	const struct tomb_oai_kind *kind = NULL;
	const char *system = "";
	char label[TEXT_MAX];

	while ((kind = tomb_oai_kind_next(&call->policy, kind))) {
		if (strcmp(system, kind->system) != 0) {
			system = kind->system;
			(void)snprintf(label, sizeof label, "All from %s", system);
			put_set(call, "system:", tomb_str_from(system), tomb_str_from(label));
		}
		put_set(call, "kind:", tomb_str_from(kind->name), tomb_str_from(kind->label));
	}
}

enum tomb_code tomb_oai_list_sets(struct tomb_oai_call *call, struct tomb_err *err)
{
	struct tomb_oai_institution *institutions = NULL;
	size_t n = 0;

	if (tomb_oai_call_value(call, TOMB_OAI_RESUMPTION_TOKEN).p) {
		tomb_oai_fault_add(&call->faults, TOMB_OAI_BAD_RESUMPTION_TOKEN,
			"The list of sets comes in one piece: no resumptionToken belongs to it.");
		return TOMB_OK;
	}
	TOMB_TRY(tomb_oai_item_institutions(call->ctx->link.pg, call->req->arena, &institutions, &n, err));
	tomb_oai_call_open(call);
	tomb_xml_start(&call->xml, "ListSets");
	put_set(call, "", TOMB_STR("all"), TOMB_STR("Everything"));
	put_kinds(call);
	for (size_t i = 0; i < n; i++)
		if (tomb_oai_is_set_spec(institutions[i].identifier))
			put_set(call, "inst:", institutions[i].identifier, institutions[i].name);
	tomb_xml_end(&call->xml, "ListSets");
	return TOMB_OK;
}
