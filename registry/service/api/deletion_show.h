/* A deletion request as an answer: the same wherever it is read or changed, so that its ETag is too. */
#ifndef TOMB_API_DELETION_SHOW_H
#define TOMB_API_DELETION_SHOW_H

#include "ctx.h"

enum tomb_code tomb_api_deletion_show(struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_response *res,
	int64_t request_id, unsigned status, struct tomb_err *err) TOMB_MUST_USE;

#endif
