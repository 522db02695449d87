#include "record.h"

#include "tombstone/harvest.h"

/* Errors of the record itself, which leave it out; others end the request. */
static bool is_of_the_record(enum tomb_code code)
{
	return code == TOMB_CORRUPT || code == TOMB_TOOBIG || code == TOMB_INVAL || code == TOMB_NOTFOUND;
}

static void put_metadata(struct tomb_oai_call *call, struct tomb_str metadata)
{
	tomb_xml_start(&call->xml, "metadata");
	tomb_xml_text(&call->xml, TOMB_STR("")); /* ends the tag: what follows is written as it is */
	tomb_buf_put(&call->res->body, metadata);
	tomb_xml_end(&call->xml, "metadata");
}

static enum tomb_code make_metadata(struct tomb_oai_call *call, const struct tomb_oai_metadata_page *page,
	enum tomb_oai_format format, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_str *written,
	struct tomb_err *err)
{
	TOMB_TRY(tomb_oai_metadata_put(call, page, format, item, out, err));
	return tomb_buf_done(out, written, err);
}

enum tomb_code tomb_oai_record_put(struct tomb_oai_call *call, const struct tomb_oai_metadata_page *page,
	enum tomb_oai_format format, const struct tomb_oai_item *item, enum tomb_oai_told *told, struct tomb_err *why,
	struct tomb_err *err)
{
	TOMB_BUF_AUTO metadata = tomb_buf_init(TOMB_OAI_METADATA_MAX);
	enum tomb_oai_face face = tomb_oai_item_face(&call->policy, item);
	bool is_header_only = call->args.verb == TOMB_OAI_LIST_IDENTIFIERS;
	struct tomb_str written = TOMB_STR("");
	enum tomb_code code = TOMB_OK;

	*told = TOMB_OAI_TOLD_NOT;
	if (face == TOMB_OAI_HIDDEN || !tomb_oai_metadata_has(&call->policy, item, format))
		return TOMB_OK;
	if (face == TOMB_OAI_LIVE)
		code = tomb_oai_metadata_check(item, format, why);
	if (face == TOMB_OAI_LIVE && code == TOMB_OK && !is_header_only)
		code = make_metadata(call, page, format, item, &metadata, &written, why);
	*told = is_of_the_record(code) ? TOMB_OAI_TOLD_FAILED : *told;
	if (*told == TOMB_OAI_TOLD_FAILED)
		return TOMB_OK;
	if (code != TOMB_OK) {
		*err = *why;
		return code;
	}
	if (!is_header_only)
		tomb_xml_start(&call->xml, "record");
	tomb_oai_header_put(call, item, face);
	if (!is_header_only && face == TOMB_OAI_LIVE)
		put_metadata(call, written);
	if (!is_header_only)
		tomb_xml_end(&call->xml, "record");
	*told = face == TOMB_OAI_LIVE ? TOMB_OAI_TOLD_LIVE : TOMB_OAI_TOLD_DELETED;
	return TOMB_OK;
}

enum tomb_code tomb_oai_record_fail(struct tomb_oai_call *call, enum tomb_oai_format format,
	const struct tomb_oai_item *item, int64_t chain_id, const struct tomb_err *why, struct tomb_err *err)
{
	return tomb_harvest_fail(call->ctx->link.pg,
		&(struct tomb_harvest_error){.item_id = item->id,
			.prefix = tomb_str_from(tomb_oai_format_words(format)->prefix),
			.institution_id = item->institution_id,
			.reason = tomb_str_from(why->text),
			.chain_id = chain_id},
		err);
}

enum tomb_code tomb_oai_get_record(struct tomb_oai_call *call, struct tomb_err *err)
{
	enum tomb_oai_format format = call->args.format;
	const struct tomb_oai_metadata_page *page = NULL;
	const struct tomb_oai_item *item = NULL;
	enum tomb_oai_face face = TOMB_OAI_HIDDEN;
	enum tomb_oai_told told = TOMB_OAI_TOLD_NOT;
	struct tomb_err why = {.text = ""};

	TOMB_TRY(tomb_oai_header_find(call, tomb_oai_metadata_want(format), &item, &face, err));
	if (!item)
		return TOMB_OK;
	TOMB_TRY(tomb_oai_metadata_page_read(call, format, item, 1, call->req->arena, &page, err));
	tomb_oai_call_open(call);
	tomb_xml_start(&call->xml, "GetRecord");
	TOMB_TRY(tomb_oai_record_put(call, page, format, item, &told, &why, err));
	tomb_xml_end(&call->xml, "GetRecord");
	if (told == TOMB_OAI_TOLD_NOT)
		tomb_oai_fault_add(&call->faults, TOMB_OAI_CANNOT_DISSEMINATE_FORMAT,
			"This item is not available in this format: see ListMetadataFormats.");
	if (told != TOMB_OAI_TOLD_FAILED)
		return TOMB_OK;
	tomb_oai_fault_add(&call->faults, TOMB_OAI_CANNOT_DISSEMINATE_FORMAT,
		"This item cannot be shown in this format at the moment.");
	return tomb_oai_record_fail(call, format, item, 0, &why, err);
}
