#include "tombstone/idempotency.h"

#include "sql.gen.h"

enum { KEY_SHOWN = 40 }; /* bytes of a key in an error */

enum tomb_code tomb_idempotency_begin(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str key,
	struct tomb_str request_sha256, struct tomb_arena *arena, struct tomb_idempotency_answer *out,
	struct tomb_err *err)
{
	struct sql_idempotency_begin_args begin = {actor->user_id, key, request_sha256, TOMB_IDEMPOTENCY_HOURS};
	struct sql_idempotency_find_row *found = NULL;
	int shown = (int)(key.n > KEY_SHOWN ? KEY_SHOWN : key.n);
	size_t n = 0;

	TOMB_TRY(sql_idempotency_begin(pg, &begin, &n, err));
	if (n > 0) {
		*out = (struct tomb_idempotency_answer){.status = 0};
		return TOMB_OK;
	}
	TOMB_TRY(sql_idempotency_find(
		pg, &(struct sql_idempotency_find_args){actor->user_id, key}, arena, &found, &n, err));
	if (n > 0 && !tomb_str_eq(found->request_sha256, request_sha256))
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE,
			"Idempotency-Key \"%.*s\" was another request's: take a new key for a new request", shown,
			key.p);
	if (n == 0 || found->status_null)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"the request with Idempotency-Key \"%.*s\" is under way, or its outcome is not known: look at "
			"what "
			"it was about before you repeat it with another key",
			shown, key.p);
	*out = (struct tomb_idempotency_answer){found->status, found->location, found->etag, found->body};
	return TOMB_OK;
}

enum tomb_code tomb_idempotency_keep(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str key,
	const struct tomb_idempotency_answer *answer, struct tomb_err *err)
{
	struct sql_idempotency_keep_args args = {
		actor->user_id, key, answer->status, answer->location, answer->etag, answer->body};
	size_t changed = 0;

	return sql_idempotency_keep(pg, &args, &changed, err);
}

enum tomb_code tomb_idempotency_drop(
	struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str key, struct tomb_err *err)
{
	size_t changed = 0;

	return sql_idempotency_drop(pg, &(struct sql_idempotency_drop_args){actor->user_id, key}, &changed, err);
}

enum tomb_code tomb_idempotency_purge(struct tomb_pg *pg, int32_t at_most, size_t *purged, struct tomb_err *err)
{
	return sql_idempotency_purge(
		pg, &(struct sql_idempotency_purge_args){TOMB_IDEMPOTENCY_HOURS, at_most}, purged, err);
}
