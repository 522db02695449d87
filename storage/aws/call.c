#include "aws/repair.h"

enum { VERDICT_ARENA_MAX = 1 << 21 }; /* bytes: the words of an error answer, which aws_request bounds */

/* One request and its answer, read. */
static enum tomb_code attempt(struct aws_client *client, const struct aws_request *r, struct tomb_arena *arena,
	struct tomb_arena *scratch, struct tomb_http_answer *out, struct aws_verdict *verdict, struct tomb_err *err)
{
	TOMB_TRY(aws_send(client, r, arena, out, err));
	client->service->judge(out, scratch, verdict);
	return TOMB_OK;
}

enum tomb_code aws_call(struct aws_client *client, const struct aws_request *r, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err)
{
	unsigned repairs = 0;
	bool again = true;

	while (again) {
		TOMB_ARENA_AUTO scratch = tomb_arena_init(VERDICT_ARENA_MAX);
		struct aws_verdict verdict = {.code = TOMB_OK};

		again = false;
		TOMB_TRY(attempt(client, r, arena, &scratch, out, &verdict, err));
		if (verdict.code != TOMB_OK)
			TOMB_TRY(aws_repair(client, out, &verdict, &repairs, &again, err));
		if (again && r->read) /* its bytes are used up */
			return TOMB_FAIL(err, TOMB_NET, "HTTP %d %.*s: clock, keys or region are set right now: again",
				out->status, TOMB_STR_ARG(verdict.word));
	}
	return TOMB_OK;
}
