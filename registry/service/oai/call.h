/* One OAI-PMH request while it is answered. */
#ifndef TOMB_OAI_CALL_H
#define TOMB_OAI_CALL_H

#include "arguments.h"
#include "ctx.h"
#include "kind.h"
#include "tombstone/oai_policy.h"
#include "tombstone/xml_writer.h"

struct tomb_oai_call {
	struct tomb_ctx *ctx;
	struct tomb_request *req;
	struct tomb_response *res;
	struct tomb_oai_arguments args;
	struct tomb_oai_faults faults;
	struct tomb_oai_policy policy;
	struct tomb_str base_url;
	int64_t now_us; /* what the answer says that it is */
	struct tomb_xml xml;
};

/*
 * Answers one verb: looks up what it needs, and either adds faults or opens the answer and writes its element.  On
 * failure, and where there are faults, what it wrote is dropped.
 */
typedef enum tomb_code tomb_oai_verb_fn(struct tomb_oai_call *call, struct tomb_err *err);

tomb_oai_verb_fn tomb_oai_identify;
tomb_oai_verb_fn tomb_oai_list_metadata_formats;
tomb_oai_verb_fn tomb_oai_list_sets;
tomb_oai_verb_fn tomb_oai_get_record;
tomb_oai_verb_fn tomb_oai_list; /* ListIdentifiers, ListRecords */

/* Writes the answer up to where the verb's own element begins. */
void tomb_oai_call_open(struct tomb_oai_call *call);

/* One argument as it was sent; .p is NULL if it was not. */
static inline struct tomb_str tomb_oai_call_value(const struct tomb_oai_call *call, enum tomb_oai_argument argument)
{
	return call->args.value[argument];
}

#endif
