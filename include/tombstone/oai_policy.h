/* What harvesters are told: the repository's rules for OAI-PMH (records.md 3.1, 3.2). */
#ifndef TOMB_OAI_POLICY_H
#define TOMB_OAI_POLICY_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/* How long we say that something was deleted (OAI-PMH, section 2.5.1). */
enum tomb_oai_deleted_record {
	TOMB_OAI_PERSISTENT, /* for ever */
	TOMB_OAI_TRANSIENT,  /* until a purge */
	TOMB_OAI_NO,         /* never: what is deleted has never been */
	TOMB_OAI_DELETED_RECORD_MAX
};

struct tomb_oai_policy {
	enum tomb_oai_deleted_record deleted_record;
	int64_t deleted_record_since_us;
	bool shows_holdings;   /* as items of their own */
	bool shows_objects;    /* intellectual objects, but none of restricted access */
	bool hides_suppressed; /* what is suppressed from discovery; else it is shown, with a flag */
	bool is_as_seed;       /* FOLIO's contradictions, word by word (records.md 7.1) */
};

const char *tomb_oai_deleted_record_name(enum tomb_oai_deleted_record policy); /* "persistent" */

enum tomb_code tomb_oai_policy_get(struct tomb_pg *pg, struct tomb_oai_policy *out, struct tomb_err *err) TOMB_MUST_USE;

/* Words as the ledger has them; "" leaves a value as it is. */
struct tomb_oai_policy_change {
	struct tomb_str compat_folio;   /* "consistent", "seed" */
	struct tomb_str deleted_record; /* "persistent", "transient", "no" */
	struct tomb_str suppressed;     /* "flag", "skip" */
	struct tomb_str holdings;       /* "yes", "no" */
	struct tomb_str objects;        /* "yes", "no" */
};

/* With its audit entry.  FORBIDDEN unless actor may HARVEST_WRITE; INVAL for a word that is none of these. */
enum tomb_code tomb_oai_policy_set(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_oai_policy_change *change, struct tomb_err *err) TOMB_MUST_USE;

/* What resumption tokens are signed with: the same for every registry of this ledger. */
enum { TOMB_OAI_KEY = 32 };
enum tomb_code tomb_oai_policy_key(
	struct tomb_pg *pg, uint8_t out[static TOMB_OAI_KEY], struct tomb_err *err) TOMB_MUST_USE;

#endif
