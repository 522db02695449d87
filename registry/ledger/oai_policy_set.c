#include "tombstone/oai_policy.h"

#include "page_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <stdio.h>

enum { DETAIL_MAX = 256 };

static const struct tomb_str compats[] = {{"consistent", 10}, {"seed", 4}};
static const struct tomb_str deleted_records[] = {{"persistent", 10}, {"transient", 9}, {"no", 2}};
static const struct tomb_str suppresseds[] = {{"flag", 4}, {"skip", 4}};
static const struct tomb_str answers[] = {{"yes", 3}, {"no", 2}};

static enum tomb_code check(const struct tomb_oai_policy_change *change, struct tomb_err *err)
{
	TOMB_TRY(tomb_filter_word("compat", change->compat_folio, compats, TOMB_COUNTOF(compats), err));
	TOMB_TRY(tomb_filter_word(
		"deleted-record", change->deleted_record, deleted_records, TOMB_COUNTOF(deleted_records), err));
	TOMB_TRY(tomb_filter_word("suppressed", change->suppressed, suppresseds, TOMB_COUNTOF(suppresseds), err));
	TOMB_TRY(tomb_filter_word("holdings", change->holdings, answers, TOMB_COUNTOF(answers), err));
	return tomb_filter_word("objects", change->objects, answers, TOMB_COUNTOF(answers), err);
}

struct setting {
	const struct tomb_actor *actor;
	const struct tomb_oai_policy_change *change;
};

static enum tomb_code set(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	const struct setting *s = ctx;
	const struct tomb_oai_policy_change *c = s->change;
	char detail[DETAIL_MAX];
	size_t n = 0;

	TOMB_TRY(sql_oai_policy_set(pg,
		&(struct sql_oai_policy_set_args){
			c->compat_folio, c->deleted_record, c->suppressed, c->holdings, c->objects},
		&n, err));
	(void)snprintf(detail, sizeof detail,
		"compat_folio \"%.*s\", deleted_record \"%.*s\", suppressed \"%.*s\", holdings \"%.*s\", objects "
		"\"%.*s\"; \"\" is as it was",
		TOMB_STR_ARG(c->compat_folio), TOMB_STR_ARG(c->deleted_record), TOMB_STR_ARG(c->suppressed),
		TOMB_STR_ARG(c->holdings), TOMB_STR_ARG(c->objects));
	return tomb_audit_write(pg, s->actor,
		&(struct tomb_audit_entry){.verb = "set policy of records",
			.subject = TOMB_STR("oai_policy"),
			.detail = tomb_str_from(detail)},
		err);
}

enum tomb_code tomb_oai_policy_set(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_oai_policy_change *change, struct tomb_err *err)
{
	if (tomb_permission_of(actor, TOMB_MAY_HARVEST_WRITE) != TOMB_SCOPE_ALL)
		return tomb_permission_refuse(TOMB_MAY_HARVEST_WRITE, err);
	TOMB_TRY(check(change, err));
	return tomb_tx_run(pg, TOMB_READ_COMMITTED, set, &(struct setting){actor, change}, err);
}
