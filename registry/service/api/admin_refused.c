/* What APTrust's admin API does and ours does not: 405 in words, since the address is right and the service is not
 * there */
#include "api.h"

enum tomb_code tomb_admin_restore_refused(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)res;
	return TOMB_FAIL(err, TOMB_METHOD,
		"operation not supported: Tombstone deletes what a repository holds, and restores nothing");
}

enum tomb_code tomb_admin_redis_refused(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)res;
	return TOMB_FAIL(err, TOMB_METHOD, "operation not supported: nothing of a work item is only in Redis");
}
