#include "aws/attempt.h"

#include "aws/repair.h"

enum tomb_code aws_attempt_read(struct aws_client *client, struct aws_attempt *attempt,
	const struct tomb_http_answer *answer, struct tomb_arena *arena, struct aws_verdict *out, struct tomb_err *err)
{
	client->service->judge(answer, arena, out);
	attempt->again = false;
	if (out->code != TOMB_OK)
		TOMB_TRY(aws_repair(client, attempt->as, answer, out, &attempt->repairs, &attempt->again, err));
	if (attempt->again && attempt->request->read) /* its bytes are used up */
		return TOMB_FAIL(err, TOMB_NET, "HTTP %d %.*s: clock, keys or region are set right now: again",
			answer->status, TOMB_STR_ARG(out->word));
	return TOMB_OK;
}

static void tell_denial(struct traffic *t, const struct aws_verdict *v)
{
	if (v->is_whole)
		traffic_refused(t, v->retry_after_ms, v->text.p);
	else
		traffic_doubted(t, v->text.p);
}

void aws_attempt_tell(struct traffic *t, const struct traffic_run *run, unsigned sent, enum tomb_code code,
	const struct aws_verdict *v, const struct tomb_err *err)
{
	if (code == TOMB_STORE_DENIED) /* there are no keys to sign with */
		traffic_refused(t, 0, err->text);
	if (code != TOMB_OK)
		return;
	switch (v->outcome) {
	case TOMB_OUTCOME_THROTTLED:
		traffic_throttled(t, sent, v->retry_after_ms);
		return;
	case TOMB_OUTCOME_TRANSIENT:
	case TOMB_OUTCOME_UNCERTAIN:
		return;
	case TOMB_OUTCOME_DENIED:
		tell_denial(t, v);
		return;
	case TOMB_OUTCOME_GONE:
	case TOMB_OUTCOME_ALREADY_ABSENT:
	case TOMB_OUTCOME_LOCKED:
	case TOMB_OUTCOME_CHANGED:
	case TOMB_OUTCOME_FAILED:
	case TOMB_OUTCOME_MAX:
		break;
	}
	traffic_let_in(t);
	traffic_taken(t, run);
}

static bool is_read(const struct aws_request *r)
{
	return strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
}

bool aws_attempt_is_repeatable(const struct aws_request *r, enum tomb_code code, const struct aws_verdict *v)
{
	if (r->read)
		return false;
	if (code != TOMB_OK)
		return code == TOMB_NET;
	if (v->outcome == TOMB_OUTCOME_THROTTLED || v->outcome == TOMB_OUTCOME_TRANSIENT)
		return is_read(r) || v->word.n > 0;
	return is_read(r) && v->outcome == TOMB_OUTCOME_UNCERTAIN && v->code == TOMB_NET;
}
