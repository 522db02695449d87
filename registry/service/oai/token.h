/*
 * resumptionToken (OAI-PMH, section 3.5): where a list goes on.  All that there is to know is in the token, signed, so
 * that no server keeps anything, every server can go on, and nobody can make up a place.
 */
#ifndef TOMB_OAI_TOKEN_H
#define TOMB_OAI_TOKEN_H

#include "arguments.h"
#include "tombstone/uuid.h"

enum {
	TOMB_OAI_TOKEN_KEY = 32,      /* bytes: as many as the digest has */
	TOMB_OAI_TOKEN_SET_MAX = 300, /* bytes of a setSpec: "inst:" and an identifier of 254 */
	TOMB_OAI_TOKEN_TEXT = 640,    /* the longest token, with its NUL */
	TOMB_OAI_TOKEN_HOURS = 24,    /* how long one is good: checkers want 23 at least */
};

struct tomb_oai_token_key {
	uint8_t b[TOMB_OAI_TOKEN_KEY];
};

struct tomb_oai_token {
	enum tomb_oai_verb verb; /* LIST_IDENTIFIERS or LIST_RECORDS */
	enum tomb_oai_format format;
	uint8_t deleted_record; /* the policy under which the list began */
	struct tomb_str set;    /* empty: none was asked for */
	int64_t from_us;        /* both inclusive; INT64_MIN: none was given */
	int64_t until_us;       /* of the whole list, since its first page */
	int64_t after_us;       /* the last record told: its datestamp and id */
	struct tomb_uuid after_id;
	int64_t cursor;     /* how many records were told before */
	int64_t chain_id;   /* of the list in the statistics; 0: none */
	int64_t expires_us; /* since 1970 */
};

/* Writes the token and a NUL.  Returns out.  set has TOMB_OAI_TOKEN_SET_MAX bytes at most. */
char *tomb_oai_token_text(
	const struct tomb_oai_token_key *key, const struct tomb_oai_token *token, char out[static TOMB_OAI_TOKEN_TEXT]);

/* Reads what tomb_oai_token_text() wrote with the same key; set lives in the arena.  INVAL, with the reason, for
 * anything else, for one that expired by now_us, and for one of another verb. */
enum tomb_code tomb_oai_token_read(const struct tomb_oai_token_key *key, struct tomb_str text, enum tomb_oai_verb verb,
	int64_t now_us, struct tomb_arena *arena, struct tomb_oai_token *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
