/* What a sender can do itself about a refusal: set its clock, get other keys, go to the right region. */
#ifndef STORAGE_AWS_REPAIR_H
#define STORAGE_AWS_REPAIR_H

#include "aws/client.h"

/* The time to sign with: this machine's, and what the service's clock is ahead of it. */
int64_t aws_repair_now_us(const struct aws_client *client);

/*
 * If the answer is a refusal for a reason that can be repaired, which proves that nothing was executed, repairs it once
 * (*done has a bit for each kind that was tried) and sets *again.  Nothing is repaired twice for requests that were
 * under way together: *was says with what this one was signed, and if that is no longer so, it has only to be sent
 * again. Otherwise *again is false.  NET when new keys are needed and their source does not answer.
 */
enum tomb_code aws_repair(struct aws_client *client, const struct aws_signed *was,
	const struct tomb_http_answer *answer, const struct aws_verdict *verdict, unsigned *done, bool *again,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
