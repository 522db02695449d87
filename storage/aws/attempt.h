/* What one exchange with a service means: for the request, and for the backend's traffic. */
#ifndef STORAGE_AWS_ATTEMPT_H
#define STORAGE_AWS_ATTEMPT_H

#include "aws/client.h"

enum { AWS_VERDICT_ARENA_MAX = 1 << 21 }; /* bytes: the words of an error answer, which aws_request bounds */

/* A request that was sent, and what was done about its refusals so far. */
struct aws_attempt {
	const struct aws_request *request;
	const struct aws_signed *as;
	unsigned repairs; /* as in aws_repair() */
	bool again;       /* what it was refused for is repaired now */
};

/* Reads the answer to an attempt, and sets its repairs and again.  Strings of *out are in the arena.  NET when it could
 * be sent again, but its bytes are used up; else as aws_repair(). */
enum tomb_code aws_attempt_read(struct aws_client *client, struct aws_attempt *attempt,
	const struct tomb_http_answer *answer, struct tomb_arena *arena, struct aws_verdict *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Tells the traffic what the attempt says of the backend, whatever it says of a key. */
void aws_attempt_tell(struct traffic *t, const struct traffic_run *run, unsigned sent, enum tomb_code code,
	const struct aws_verdict *verdict, const struct tomb_err *err);

/* Would it do no harm, and perhaps some good, to send it again?  Of a request that changes something the service itself
 * must have said that it did nothing: a gateway's word is not enough.  A body that was read is gone. */
bool aws_attempt_is_repeatable(
	const struct aws_request *request, enum tomb_code code, const struct aws_verdict *verdict);

#endif
