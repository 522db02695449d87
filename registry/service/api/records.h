/* What the handlers of /api/v1/records share. */
#ifndef TOMB_API_RECORDS_H
#define TOMB_API_RECORDS_H

#include "ctx.h"
#include "tombstone/record.h"

/* The record of the address, with what the actor may see of it.  NOTFOUND. */
enum tomb_code tomb_records_find(struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_record *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Sends the record as it is now, with its ETag: a deleted one as what remains of it.  status 0: 200, or 410 for a
 * deleted one. */
enum tomb_code tomb_records_send(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	struct tomb_uuid id, unsigned status, struct tomb_err *err) TOMB_MUST_USE;

#endif
