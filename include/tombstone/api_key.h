/*
 * API keys: how programs act in a person's name.  Spec: deletion.md X-06.  The ledger keeps a key's SHA-256 only.
 */
#ifndef TOMB_API_KEY_H
#define TOMB_API_KEY_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum {
	TOMB_API_KEY_TEXT = 70, /* "tomb_", 64 digits and a NUL */
	TOMB_API_KEY_PAGE_MAX = 1000
};

struct tomb_api_key {
	int64_t id;
	int64_t user_id;
	struct tomb_str email;
	struct tomb_str name;
	bool is_revoked;
	int64_t created_at_us;
	int64_t last_used_at_us; /* to the minute; 0: never */
};

/*
 * Makes a key for an active user and writes it to key_out: it is shown this once, and the caller wipes it.  Operators,
 * and everybody for themselves; FORBIDDEN otherwise.  NOTFOUND, CONFLICT if the account is not active, INVAL for a name
 * that is empty or over 200 characters.
 */
enum tomb_code tomb_api_key_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id,
	struct tomb_str name, int64_t *id, char key_out[static TOMB_API_KEY_TEXT], struct tomb_err *err) TOMB_MUST_USE;

/* Operators, and everybody for their own.  NOTFOUND for any other key; CONFLICT if it is revoked already. */
enum tomb_code tomb_api_key_revoke(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t key_id, struct tomb_err *err) TOMB_MUST_USE;

/* The key with this id.  Operators, and everybody for their own; NOTFOUND for any other. */
enum tomb_code tomb_api_key_show(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t key_id,
	struct tomb_arena *arena, struct tomb_api_key *out, struct tomb_err *err) TOMB_MUST_USE;

/* Keys after after_id, of user_id, or (operators only) of everybody if it is 0.  Strings in the arena. */
enum tomb_code tomb_api_key_list(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, int64_t after_id,
	struct tomb_arena *arena, struct tomb_api_key **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Whose key this is, if the e-mail address belongs to it: an active user of an active institution, in the role of this
 * moment.  UNAUTHENTICATED, always with the same text, for anything else.  Notes, at most once a minute, that it is
 * used.  The actor's strings are in the arena.
 */
enum tomb_code tomb_api_key_find(struct tomb_pg *pg, struct tomb_str email, struct tomb_str key, enum tomb_via via,
	struct tomb_arena *arena, struct tomb_actor *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
