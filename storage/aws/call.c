#include "aws/flight.h"

#include "result.h"

/* The call, and what became of it. */
struct one {
	const struct aws_request *request; /* NULL: it is on its way */
	struct tomb_http_answer *out;
	enum tomb_code code;
	struct tomb_err *err;
};

static bool next(void *ctx, struct tomb_arena *arena, struct aws_request *out, const void **tag)
{
	struct one *one = ctx;

	(void)arena;
	if (!one->request)
		return false;
	*out = *one->request;
	*tag = one;
	one->request = NULL;
	return true;
}

static void landed(void *ctx, const struct aws_landed *landed)
{
	struct one *one = ctx;

	one->code = landed->code;
	if (landed->code == TOMB_OK)
		*one->out = *landed->answer;
	else
		*one->err = *landed->err;
}

enum tomb_code aws_call(struct aws_client *client, const struct aws_request *r, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err)
{
	struct one one = {.request = r, .out = out, .err = err};
	const struct aws_flight plan = {.at_most = 1, .next = next, .landed = landed, .answers = arena, .ctx = &one};

	TOMB_TRY(aws_flight_run(client, &plan, err));
	return one.code;
}

void aws_unanswered(
	const struct aws_client *client, const struct tomb_err *err, struct tomb_arena *arena, struct tomb_result *out)
{
	enum tomb_outcome outcome = TOMB_OUTCOME_FAILED;

	if (err->code == TOMB_UNCERTAIN)
		outcome = TOMB_OUTCOME_UNCERTAIN;
	else if (err->code == TOMB_NET || err->code == TOMB_NOMEM)
		outcome = TOMB_OUTCOME_TRANSIENT;
	else if (err->code == TOMB_STORE_DENIED)
		outcome = TOMB_OUTCOME_DENIED;
	else if (err->code == TOMB_STORE_THROTTLED)
		outcome = TOMB_OUTCOME_THROTTLED;
	result_set(out, arena, outcome, "%s", err->text);
	if (outcome == TOMB_OUTCOME_THROTTLED || outcome == TOMB_OUTCOME_DENIED)
		out->retry_after_ms = traffic_due_ms(client->traffic);
}
