#include "oai.h"

#include "call.h"

#include <stdio.h>

enum {
	OFF_RETRY_S = 3600, /* harvesters take no more (records.md C-25) */
	URL_MAX = 2048,
};

static tomb_oai_verb_fn *const verbs[] = {
	[TOMB_OAI_IDENTIFY] = tomb_oai_identify,
	[TOMB_OAI_LIST_METADATA_FORMATS] = tomb_oai_list_metadata_formats,
	[TOMB_OAI_LIST_SETS] = tomb_oai_list_sets,
	[TOMB_OAI_GET_RECORD] = tomb_oai_get_record,
	[TOMB_OAI_LIST_IDENTIFIERS] = tomb_oai_list,
	[TOMB_OAI_LIST_RECORDS] = tomb_oai_list,
};

_Static_assert(TOMB_COUNTOF(verbs) == TOMB_OAI_VERB_MAX, "a function for each verb");

/* Labels of letters, digits and hyphens, each beginning with a letter, two at least (schema oai-identifier.xsd). */
static bool is_repository_identifier(struct tomb_str text)
{
	bool at_start = true;
	int dots = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (at_start ? !is_letter : !is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
		at_start = c == '.';
		dots += at_start;
	}
	return dots > 0 && !at_start;
}

enum tomb_code tomb_oai_check(const struct tomb_registry_config *config, struct tomb_err *err)
{
	if (!config->oai_enabled)
		return TOMB_OK;
	if (config->oai_repository_name.n == 0 || config->oai_admin_email.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL,
			"oai_enabled needs oai_repository_name and oai_admin_email, which harvesters are told");
	if (!is_repository_identifier(config->oai_repository_identifier))
		return TOMB_FAIL(err, TOMB_INVAL,
			"oai_enabled needs oai_repository_identifier: a domain name of yours, such as \"example.org\"");
	return TOMB_OK;
}

static void put_request(struct tomb_oai_call *call)
{
	tomb_xml_start(&call->xml, "request");
	if (!tomb_oai_fault_hides_arguments(&call->faults)) {
		tomb_xml_attr(&call->xml, "verb", tomb_str_from(tomb_oai_verb_name(call->args.verb)));
		for (int a = 0; a < TOMB_OAI_ARGUMENT_MAX; a++)
			if (call->args.value[a].p)
				tomb_xml_attr(&call->xml, tomb_oai_argument_name((enum tomb_oai_argument)a),
					call->args.value[a]);
	}
	tomb_xml_text(&call->xml, call->base_url);
	tomb_xml_end(&call->xml, "request");
}

void tomb_oai_call_open(struct tomb_oai_call *call)
{
	char now[TOMB_TIME_TEXT];

	call->xml = tomb_xml_init(&call->res->body, true);
	tomb_xml_start(&call->xml, "OAI-PMH");
	tomb_xml_attr(&call->xml, "xmlns", TOMB_STR("http://www.openarchives.org/OAI/2.0/"));
	tomb_xml_attr(&call->xml, "xmlns:xsi", TOMB_STR("http://www.w3.org/2001/XMLSchema-instance"));
	tomb_xml_attr(&call->xml, "xsi:schemaLocation",
		TOMB_STR("http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"));
	tomb_xml_element(&call->xml, "responseDate", tomb_str_from(tomb_time_format(call->now_us, TOMB_TIME_S, now)));
	put_request(call);
}

static void put_faults(struct tomb_oai_call *call)
{
	tomb_oai_call_open(call);
	for (size_t i = 0; i < call->faults.n; i++) {
		tomb_xml_start(&call->xml, "error");
		tomb_xml_attr(&call->xml, "code", tomb_str_from(tomb_oai_fault_name(call->faults.p[i].code)));
		tomb_xml_text(&call->xml, tomb_str_from(call->faults.p[i].text));
		tomb_xml_end(&call->xml, "error");
	}
}

/* A query, a form, or both: whatever was sent, once. */
static enum tomb_code read_fields(const struct tomb_request *req, struct tomb_fields *out, struct tomb_err *err)
{
	struct tomb_fields form = {NULL, 0};
	struct tomb_field *all = NULL;

	*out = req->query;
	if (!tomb_request_is_type(req, TOMB_STR("application/x-www-form-urlencoded")))
		return TOMB_OK;
	TOMB_TRY(tomb_fields_parse(req->body, req->arena, &form, err));
	all = TOMB_NEW(req->arena, struct tomb_field, req->query.n + form.n + 1);
	if (!all)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu arguments", req->query.n + form.n);
	for (size_t i = 0; i < req->query.n; i++)
		all[i] = req->query.p[i];
	for (size_t i = 0; i < form.n; i++)
		all[req->query.n + i] = form.p[i];
	*out = (struct tomb_fields){all, req->query.n + form.n};
	return TOMB_OK;
}

static enum tomb_code answer(struct tomb_oai_call *call, struct tomb_err *err)
{
	struct tomb_str written;

	if (call->faults.n == 0)
		TOMB_TRY(verbs[call->args.verb](call, err));
	if (call->faults.n > 0) {
		tomb_buf_reset(&call->res->body);
		put_faults(call);
	}
	tomb_xml_end(&call->xml, "OAI-PMH");
	call->res->status = 200;
	call->res->content_type = "text/xml; charset=utf-8";
	return tomb_xml_done(&call->xml, &written, err);
}

enum tomb_code tomb_oai(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_oai_call call = {.ctx = ctx, .req = req, .res = res};
	char url[URL_MAX];
	struct tomb_fields fields;

	if (!ctx->registry->config->oai_enabled) {
		res->retry_after_s = OFF_RETRY_S;
		return TOMB_FAIL(err, TOMB_BUSY, "harvesting is switched off here");
	}
	call.now_us = tomb_clock_wall_us(ctx->registry->log->clock);
	(void)snprintf(url, sizeof url, "%.*s/oai", TOMB_STR_ARG(ctx->registry->public_url));
	call.base_url = tomb_str_from(url);
	TOMB_TRY(read_fields(req, &fields, err));
	tomb_oai_arguments_read(fields, &call.args, &call.faults);
	TOMB_TRY(tomb_oai_policy_get(ctx->link.pg, &call.policy, err));
	return answer(&call, err);
}
