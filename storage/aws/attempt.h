/* What one exchange with a service means: for the request, and for the backend's traffic. */
#ifndef STORAGE_AWS_ATTEMPT_H
#define STORAGE_AWS_ATTEMPT_H

#include "aws/client.h"

enum { AWS_VERDICT_ARENA_MAX = 1 << 21 }; /* bytes: the words of an error answer, which aws_request bounds */

/* Reads the answer to a request that was signed *as.  *again: what it was refused for is repaired now (*repairs as in
 * aws_repair()).  Strings of *out are in the arena.  NET when it could be sent again, but its bytes are used up; else
 * as aws_repair(). */
enum tomb_code aws_attempt_read(struct aws_client *client, const struct aws_request *request,
	const struct aws_signed *as, const struct tomb_http_answer *answer, struct tomb_arena *arena, unsigned *repairs,
	struct aws_verdict *out, bool *again, struct tomb_err *err) TOMB_MUST_USE;

/* Tells the traffic what the attempt says of the backend, whatever it says of a key. */
void aws_attempt_tell(struct traffic *t, const struct traffic_run *run, unsigned sent, enum tomb_code code,
	const struct aws_verdict *verdict, const struct tomb_err *err);

/* Would it do no harm, and perhaps some good, to send it again?  Of a request that changes something the service itself
 * must have said that it did nothing: a gateway's word is not enough.  A body that was read is gone. */
bool aws_attempt_is_repeatable(
	const struct aws_request *request, enum tomb_code code, const struct aws_verdict *verdict);

#endif
