#include "header.h"

#include <stdio.h>

enum { SPEC_MAX = 320 }; /* bytes of a setSpec */

char *tomb_oai_header_identifier(struct tomb_str repository, struct tomb_str institution, struct tomb_uuid id,
	char out[static TOMB_OAI_IDENTIFIER_TEXT])
{
	char uuid[TOMB_UUID_TEXT];

	(void)snprintf(out, TOMB_OAI_IDENTIFIER_TEXT, "oai:%.*s:%.*s/%s", TOMB_STR_ARG(repository),
		TOMB_STR_ARG(institution), tomb_uuid_text(id, uuid));
	return out;
}

bool tomb_oai_header_parse(
	struct tomb_str repository, struct tomb_str identifier, struct tomb_str *institution, struct tomb_uuid *id)
{
	size_t head = strlen("oai:") + repository.n + 1;
	size_t tail = TOMB_UUID_TEXT; /* "/" and the UUID */
	struct tomb_err ignored;

	if (identifier.n <= head + tail || memcmp(identifier.p, "oai:", 4) != 0)
		return false;
	if (memcmp(identifier.p + 4, repository.p, repository.n) != 0 || identifier.p[head - 1] != ':' ||
		identifier.p[identifier.n - tail] != '/')
		return false;
	*institution = (struct tomb_str){identifier.p + head, identifier.n - head - tail};
	return tomb_uuid_parse((struct tomb_str){identifier.p + identifier.n - tail + 1, tail - 1}, id, &ignored) ==
	       TOMB_OK;
}

static void put_set(struct tomb_oai_call *call, const char *family, struct tomb_str name)
{
	char spec[SPEC_MAX];

	(void)snprintf(spec, sizeof spec, "%s:%.*s", family, TOMB_STR_ARG(name));
	tomb_xml_element(&call->xml, "setSpec", tomb_str_from(spec));
}

/* The sets of an item follow from what it is, which never changes: so a tombstone is in the sets in which it was. */
static void put_sets(struct tomb_oai_call *call, const struct tomb_oai_item *item)
{
	const struct tomb_oai_kind *kind = tomb_oai_kind_find(&call->policy, item->kind);

	tomb_xml_element(&call->xml, "setSpec", TOMB_STR("all"));
	if (kind)
		put_set(call, "system", tomb_str_from(kind->system));
	put_set(call, "kind", item->kind);
	if (tomb_oai_is_set_spec(item->institution))
		put_set(call, "inst", item->institution);
}

void tomb_oai_header_put(struct tomb_oai_call *call, const struct tomb_oai_item *item, enum tomb_oai_face face)
{
	char identifier[TOMB_OAI_IDENTIFIER_TEXT];
	char datestamp[TOMB_TIME_TEXT];

	tomb_xml_start(&call->xml, "header");
	if (face == TOMB_OAI_TOMBSTONE)
		tomb_xml_attr(&call->xml, "status", TOMB_STR("deleted"));
	tomb_xml_element(&call->xml, "identifier",
		tomb_str_from(tomb_oai_header_identifier(call->ctx->registry->config->oai_repository_identifier,
			item->institution, item->id, identifier)));
	tomb_xml_element(
		&call->xml, "datestamp", tomb_str_from(tomb_time_format(item->datestamp_us, TOMB_TIME_S, datestamp)));
	put_sets(call, item);
	tomb_xml_end(&call->xml, "header");
}

enum tomb_code tomb_oai_header_find(struct tomb_oai_call *call, struct tomb_oai_want want,
	const struct tomb_oai_item **out, enum tomb_oai_face *face, struct tomb_err *err)
{
	struct tomb_pg *pg = call->ctx->link.pg;
	struct tomb_str identifier = tomb_oai_call_value(call, TOMB_OAI_IDENTIFIER);
	struct tomb_oai_item *items = NULL;
	struct tomb_str institution;
	struct tomb_uuid id;
	int64_t stamped = 0;
	size_t n = 0;

	*out = NULL;
	if (tomb_oai_header_parse(
		    call->ctx->registry->config->oai_repository_identifier, identifier, &institution, &id)) {
		TOMB_TRY(tomb_oai_item_stamp(pg, &stamped, err));
		TOMB_TRY(tomb_oai_item_list(pg, (struct tomb_uuids){&id, 1}, want, call->req->arena, &items, &n, err));
	}
	if (n == 1 && tomb_str_eq(items[0].institution, institution) &&
		tomb_oai_kind_find(&call->policy, items[0].kind) &&
		tomb_oai_item_face(&call->policy, &items[0]) != TOMB_OAI_HIDDEN) {
		*out = &items[0];
		*face = tomb_oai_item_face(&call->policy, &items[0]);
		return TOMB_OK;
	}
	tomb_oai_fault_add(&call->faults, TOMB_OAI_ID_DOES_NOT_EXIST, "There is no item with this identifier.");
	return TOMB_OK;
}
