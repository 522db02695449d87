/* Between steps 5 and 6: is every copy old enough?  The ledger has asked its own rule; here the store has its say, as
 * far as the backend's policy gives it one (deletion.md P-12). */
#include "batch.h"
#include "tombstone/retention.h"

static struct tomb_retention_facts facts_of(const struct tomb_batch *b, const struct tomb_batch_copy *c)
{
	struct tomb_retention_facts facts = {
		.now_us = b->claim->claimed_at_us,
		.stored_at_us = c->claimed->stored_at_us,
		.min_days = c->claimed->min_days,
		.url = c->claimed->url,
		.storage_class = c->was_seen ? c->storage_class : TOMB_STR(""),
		.modified_us = c->modified_us,
	};
	struct tomb_err ignored;

	/* A policy of a later version of the ledger: the strictest. */
	if (tomb_retention_policy_parse(c->claimed->retention, &facts.policy, &ignored) != TOMB_OK)
		facts.policy = TOMB_RETENTION_STRICTEST;
	return facts;
}

void tomb_age_check(struct tomb_batch *b)
{
	for (size_t i = 0; i < b->ncopies; i++) {
		struct tomb_batch_copy *c = &b->copies[i];
		struct tomb_retention_facts facts = facts_of(b, c);
		char why[TOMB_RETENTION_WHY];

		if (c->file->is_out || c->file->is_kept)
			continue;
		if (c->was_seen && !c->storage_class.p)
			tomb_batch_take_out(b, c->file, TOMB_FILE_LATER, TOMB_STR("no memory for a storage class"));
		else if (!tomb_retention_allows(&facts, why))
			tomb_batch_take_out(b, c->file, TOMB_FILE_REFUSED,
				tomb_batch_say(b, c->claimed->backend, tomb_str_from(why)));
	}
}
