/* ListIdentifiers and ListRecords: one page, from where the last one ended. */
#include "record.h"
#include "token.h"
#include "tombstone/harvest.h"
#include "tombstone/utf8.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	PAGE_BYTES = 4 * 1024 * 1024, /* a page with more ends early: it is held in memory, once for each thread */
	ROUND_BYTES_MAX = 1 << 30, /* what one page reads: TOMB_MARC_BYTES_MAX for each of 1,000 records, if need be */
};

/* A page while it is made. */
struct page {
	struct tomb_oai_call *call;
	struct tomb_oai_token at; /* where it begins, and then where the next one does */
	struct tomb_oai_range range;
	bool is_first;
	bool has_more;
	struct tomb_harvest_page sums;
};

static enum tomb_code read_key(struct page *p, struct tomb_oai_token_key *key, struct tomb_err *err)
{
	return tomb_oai_policy_key(p->call->ctx->link.pg, key->b, err);
}

static struct tomb_str user_agent(const struct tomb_request *req)
{
	struct tomb_str sent = tomb_request_header(req, TOMB_STR("User-Agent"));

	return sent.p && tomb_utf8_valid(sent) ? sent : TOMB_STR("");
}

/* A list that begins now: it ends where it began in time, however long it takes. */
static enum tomb_code begin(struct page *p, struct tomb_err *err)
{
	struct tomb_oai_call *call = p->call;
	int64_t until_us = 0;

	TOMB_TRY(tomb_oai_item_begin(call->ctx->link.pg, &call->now_us, err));
	until_us = tomb_oai_call_value(call, TOMB_OAI_UNTIL).p ? call->args.until.last_us : call->now_us;
	p->is_first = true;
	p->at = (struct tomb_oai_token){
		.verb = call->args.verb,
		.format = call->args.format,
		.deleted_record = (uint8_t)call->policy.deleted_record,
		.set = tomb_oai_call_value(call, TOMB_OAI_SET),
		.from_us = tomb_oai_call_value(call, TOMB_OAI_FROM).p ? call->args.from.first_us : INT64_MIN,
		.until_us = until_us < call->now_us ? until_us : call->now_us,
	};
	/* Behind everything before it: a datestamp is a whole second. */
	p->at.after_us = p->at.from_us == INT64_MIN ? TOMB_TIME_MIN : p->at.from_us - 1;
	memset(p->at.after_id.b, 0xff, sizeof p->at.after_id.b);
	return tomb_harvest_begin(call->ctx->link.pg,
		&(struct tomb_harvest_chain){.remote = call->req->remote,
			.user_agent = user_agent(call->req),
			.verb = tomb_str_from(tomb_oai_verb_name(call->args.verb)),
			.prefix = tomb_oai_call_value(call, TOMB_OAI_METADATA_PREFIX),
			.set = p->at.set.p ? p->at.set : TOMB_STR(""),
			.from_us = p->at.from_us,
			.until_us = p->at.until_us,
			.begun_us = call->now_us},
		&p->at.chain_id, err);
}

static enum tomb_code go_on(struct page *p, struct tomb_err *err)
{
	struct tomb_oai_call *call = p->call;
	struct tomb_oai_token_key key;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(read_key(p, &key, err));
	code = tomb_oai_token_read(&key, tomb_oai_call_value(call, TOMB_OAI_RESUMPTION_TOKEN), call->args.verb,
		call->now_us, call->req->arena, &p->at, &why);
	if (code == TOMB_INVAL) {
		tomb_oai_fault_add(&call->faults, TOMB_OAI_BAD_RESUMPTION_TOKEN, "%s", why.text);
		return TOMB_OK;
	}
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	if (p->at.deleted_record != (uint8_t)call->policy.deleted_record)
		tomb_oai_fault_add(&call->faults, TOMB_OAI_BAD_RESUMPTION_TOKEN,
			"How deleted records are told of has changed: begin the list again, with the same from.");
	return TOMB_OK;
}

static enum tomb_code select_range(struct page *p, struct tomb_err *err)
{
	struct tomb_oai_call *call = p->call;
	struct tomb_str set = p->at.set.n > 0 ? p->at.set : (struct tomb_str){NULL, 0};
	struct tomb_oai_selection selection;

	TOMB_TRY(tomb_oai_kind_select(&call->policy, p->at.format, set, call->req->arena, &selection, err));
	p->range = (struct tomb_oai_range){.kinds = selection.kinds,
		.after = {p->at.after_us, p->at.after_id},
		.until_us = p->at.until_us,
		.at_most = (int)call->ctx->registry->config->oai_page_size + 1};
	if (!selection.institution.p)
		return TOMB_OK;
	TOMB_TRY(tomb_oai_item_institution(call->ctx->link.pg, selection.institution, &p->range.institution_id, err));
	if (p->range.institution_id == 0)
		p->range.kinds.n = 0;
	return TOMB_OK;
}

static enum tomb_code tell(struct page *p, const struct tomb_oai_metadata_page *shared,
	const struct tomb_oai_item *item, struct tomb_err *err)
{
	enum tomb_oai_told told = TOMB_OAI_TOLD_NOT;
	struct tomb_err why = {.text = ""};

	if (p->sums.returned == 0 && p->call->xml.depth == 0) {
		tomb_oai_call_open(p->call);
		tomb_xml_start(&p->call->xml, tomb_oai_verb_name(p->call->args.verb));
	}
	TOMB_TRY(tomb_oai_record_put(p->call, shared, p->at.format, item, &told, &why, err));
	p->sums.returned += told == TOMB_OAI_TOLD_LIVE || told == TOMB_OAI_TOLD_DELETED;
	p->sums.deleted += told == TOMB_OAI_TOLD_DELETED;
	p->sums.suppressed += told == TOMB_OAI_TOLD_LIVE && item->is_suppressed;
	p->sums.failed += told == TOMB_OAI_TOLD_FAILED;
	if (told == TOMB_OAI_TOLD_FAILED)
		return tomb_oai_record_fail(p->call, p->at.format, item, p->at.chain_id, &why, err);
	return TOMB_OK;
}

static enum tomb_code read_items(struct page *p, const struct tomb_oai_place *places, size_t n,
	struct tomb_arena *arena, struct tomb_oai_item **items, size_t *nitems, struct tomb_err *err)
{
	struct tomb_uuid *ids = TOMB_NEW(arena, struct tomb_uuid, n + 1);
	struct tomb_oai_want want = tomb_oai_metadata_want(p->at.format);

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu ids", n);
	for (size_t i = 0; i < n; i++)
		ids[i] = places[i].id;
	if (p->call->args.verb == TOMB_OAI_LIST_IDENTIFIERS)
		want = (struct tomb_oai_want){.marc = false};
	return tomb_oai_item_list(p->call->ctx->link.pg, (struct tomb_uuids){ids, n}, want, arena, items, nitems, err);
}

/* Nearly always where it is looked for first. */
static const struct tomb_oai_item *item_at(
	const struct tomb_oai_item *items, size_t n, struct tomb_uuid id, size_t hint)
{
	if (hint < n && tomb_uuid_eq(items[hint].id, id))
		return &items[hint];
	for (size_t i = 0; i < n; i++)
		if (tomb_uuid_eq(items[i].id, id))
			return &items[i];
	return NULL;
}

/* The next few items.  One that changed since its place was read has moved behind the end of the list. */
static enum tomb_code tell_round(struct page *p, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROUND_BYTES_MAX);
	const struct tomb_oai_metadata_page *shared = NULL;
	struct tomb_oai_place *places = NULL;
	struct tomb_oai_item *items = NULL;
	size_t n = 0;
	size_t nitems = 0;

	TOMB_TRY(tomb_oai_item_places(p->call->ctx->link.pg, &p->call->policy, &p->range, &arena, &places, &n, err));
	p->has_more = n == (size_t)p->range.at_most;
	n -= p->has_more;
	TOMB_TRY(read_items(p, places, n, &arena, &items, &nitems, err));
	TOMB_TRY(tomb_oai_metadata_page_read(p->call, p->at.format, items, nitems, &arena, &shared, err));
	for (size_t i = 0; i < n; i++) {
		const struct tomb_oai_item *item = item_at(items, nitems, places[i].id, i);

		if (item && item->datestamp_us <= p->range.until_us)
			TOMB_TRY(tell(p, shared, item, err));
		p->range.after = places[i];
		if (p->call->res->body.n >= PAGE_BYTES && i + 1 < n) {
			p->has_more = true;
			break;
		}
	}
	return TOMB_OK;
}

static enum tomb_code put_token(struct page *p, struct tomb_err *err)
{
	struct tomb_oai_token_key key;
	char text[TOMB_OAI_TOKEN_TEXT] = "";
	char expires[TOMB_TIME_TEXT];
	char cursor[24];
	struct tomb_oai_token next = p->at;

	if (p->is_first && !p->has_more)
		return TOMB_OK;
	(void)snprintf(cursor, sizeof cursor, "%" PRId64, p->at.cursor);
	next.after_us = p->range.after.datestamp_us;
	next.after_id = p->range.after.id;
	next.cursor += p->sums.returned;
	next.expires_us = p->call->now_us + (int64_t)TOMB_OAI_TOKEN_HOURS * 3600 * TOMB_US_PER_S;
	tomb_xml_start(&p->call->xml, "resumptionToken");
	if (p->has_more) {
		TOMB_TRY(read_key(p, &key, err));
		tomb_xml_attr(&p->call->xml, "expirationDate",
			tomb_str_from(tomb_time_format(next.expires_us, TOMB_TIME_S, expires)));
		(void)tomb_oai_token_text(&key, &next, text);
	}
	tomb_xml_attr(&p->call->xml, "cursor", tomb_str_from(cursor));
	if (p->has_more)
		tomb_xml_text(&p->call->xml, tomb_str_from(text));
	tomb_xml_end(&p->call->xml, "resumptionToken");
	return TOMB_OK;
}

enum tomb_code tomb_oai_list(struct tomb_oai_call *call, struct tomb_err *err)
{
	struct page p = {.call = call};

	if (tomb_oai_call_value(call, TOMB_OAI_RESUMPTION_TOKEN).p)
		TOMB_TRY(go_on(&p, err));
	else
		TOMB_TRY(begin(&p, err));
	if (call->faults.n > 0)
		return TOMB_OK;
	TOMB_TRY(select_range(&p, err));
	do {
		if (tomb_clock_monotonic_us(call->ctx->registry->log->clock) > call->req->deadline_us)
			return TOMB_FAIL(err, TOMB_BUSY, "this page of the list took too long: ask for it again");
		TOMB_TRY(tell_round(&p, err));
	} while (p.sums.returned == 0 && p.has_more);
	p.sums.is_last = !p.has_more;
	TOMB_TRY(tomb_harvest_page(call->ctx->link.pg, p.at.chain_id, &p.sums, err));
	if (p.sums.returned == 0) {
		tomb_oai_fault_add(&call->faults, TOMB_OAI_NO_RECORDS_MATCH, "%s",
			p.is_first ? "No records match these arguments."
				   : "What was left of this list has changed since: it is in the next one.");
		return TOMB_OK;
	}
	TOMB_TRY(put_token(&p, err));
	tomb_xml_end(&call->xml, tomb_oai_verb_name(call->args.verb));
	return TOMB_OK;
}
