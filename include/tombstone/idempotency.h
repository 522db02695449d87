/*
 * Requests that a client may send twice, under a key of its own choice: the second is answered as the first was, and
 * nothing is done again.
 *
 * A key is begun before the work and kept with the answer after it.  Whoever dies in between leaves a key without an
 * answer: then nobody knows whether the work was done, and a repetition is refused until the key's time is over.
 */
#ifndef TOMB_IDEMPOTENCY_H
#define TOMB_IDEMPOTENCY_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum {
	TOMB_IDEMPOTENCY_HOURS = 24,   /* that an answer is kept: longer than any client tries again */
	TOMB_IDEMPOTENCY_KEY_MAX = 255 /* bytes: a UUID, or what a pipeline calls its step */
};

/* Strings are in the arena of who asked. */
struct tomb_idempotency_answer {
	int32_t status;           /* 200 to 299; 0: this is the first time */
	struct tomb_str location; /* these two are "" if the answer had none */
	struct tomb_str etag;
	struct tomb_str body; /* UTF-8 */
};

/*
 * Begins key for the actor and a request with this digest (32 bytes).  UNPROCESSABLE if the key was another request's;
 * CONFLICT if the same request is under way, or its outcome is not known.
 */
enum tomb_code tomb_idempotency_begin(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str key,
	struct tomb_str request_sha256, struct tomb_arena *arena, struct tomb_idempotency_answer *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Keeps what was answered. */
enum tomb_code tomb_idempotency_keep(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str key,
	const struct tomb_idempotency_answer *answer, struct tomb_err *err) TOMB_MUST_USE;

/* Nothing was done: the key is as if it had never been used. */
enum tomb_code tomb_idempotency_drop(
	struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str key, struct tomb_err *err) TOMB_MUST_USE;

/* Forgets keys whose time is over, at most at_most of them; *purged says how many. */
enum tomb_code tomb_idempotency_purge(
	struct tomb_pg *pg, int32_t at_most, size_t *purged, struct tomb_err *err) TOMB_MUST_USE;

#endif
