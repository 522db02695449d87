/*
 * Calls of one client, several of them under way at once, in one thread.
 *
 * Each call goes by the rules of aws_call(), which is the case of one: its own repetitions and its own time, the
 * backend's pace and breaker.  What comes back is told with the tag of the call that it answers, in whatever order the
 * answers come.
 */
#ifndef STORAGE_AWS_FLIGHT_H
#define STORAGE_AWS_FLIGHT_H

#include "aws/client.h"

struct aws_landed {
	const void *tag;
	enum tomb_code code;                   /* as aws_call() */
	const struct tomb_http_answer *answer; /* with TOMB_OK; ends with the call of landed() */
	const struct tomb_err *err;            /* else; likewise */
	unsigned sent;                         /* for traffic_throttled() */
};

struct aws_flight {
	size_t at_most; /* under way at once */

	/* The next call; false: there is none now.  It is asked again after each landing.  What *out borrows has to
	 * stay until the call has landed: arena, which has room for request_max bytes, stays as long. */
	bool (*next)(void *ctx, struct tomb_arena *arena, struct aws_request *out, const void **tag);
	size_t request_max;

	/* What became of a call.  The client may be used by it, for one call at a time. */
	void (*landed)(void *ctx, const struct aws_landed *landed);
	struct tomb_arena *answers; /* NULL: each answer has its own */
	void *ctx;
};

/* Flies until there is no next call and all have landed.  NOMEM: nothing was sent. */
enum tomb_code aws_flight_run(
	struct aws_client *client, const struct aws_flight *plan, struct tomb_err *err) TOMB_MUST_USE;

#endif
