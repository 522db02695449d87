#include "redis_conn.h"

#include <assert.h>

enum tomb_code tomb_redis_run(
	struct tomb_redis *redis, const struct tomb_redis_script *script, int64_t *results, struct tomb_err *err)
{
	struct redis_command c = {.n = 0};
	REDIS_REPLY_AUTO *reply = NULL;

	assert(script->nargs <= TOMB_REDIS_SCRIPT_ARGS_MAX);
	REDIS_ADD(&c, TOMB_STR("EVAL"), script->text, TOMB_STR("1"), script->key);
	for (size_t i = 0; i < script->nargs; i++)
		REDIS_ADD(&c, redis_number(&c, script->args[i]));
	TOMB_TRY(redis_ask(redis, &c, 0, &reply, err));
	TOMB_TRY(redis_check(redis, "EVAL", reply, err));
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != script->nresults)
		return redis_nonsense(redis, "EVAL", err);
	for (size_t i = 0; i < script->nresults; i++)
		if (reply->element[i]->type != REDIS_REPLY_INTEGER)
			return redis_nonsense(redis, "EVAL", err);
	for (size_t i = 0; i < script->nresults; i++)
		results[i] = reply->element[i]->integer;
	return TOMB_OK;
}
