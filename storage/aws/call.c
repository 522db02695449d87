#include "aws/repair.h"

#include "result.h"

enum { VERDICT_ARENA_MAX = 1 << 21 }; /* bytes: the words of an error answer, which aws_request bounds */

/* One request and its answer, read; sent again where clock, keys or region could be repaired. */
static enum tomb_code attempt(struct aws_client *client, const struct aws_request *r, struct tomb_arena *arena,
	struct tomb_arena *scratch, struct tomb_http_answer *out, struct aws_verdict *verdict, struct tomb_err *err)
{
	unsigned repairs = 0;
	bool again = true;

	while (again) {
		again = false;
		tomb_arena_reset(scratch);
		TOMB_TRY(aws_send(client, r, arena, out, err));
		client->service->judge(out, scratch, verdict);
		if (verdict->code != TOMB_OK)
			TOMB_TRY(aws_repair(client, out, verdict, &repairs, &again, err));
		if (again && r->read) /* its bytes are used up */
			return TOMB_FAIL(err, TOMB_NET, "HTTP %d %.*s: clock, keys or region are set right now: again",
				out->status, TOMB_STR_ARG(verdict->word));
	}
	return TOMB_OK;
}

static void tell_denial(struct traffic *t, const struct aws_verdict *v)
{
	if (v->is_whole)
		traffic_refused(t, v->retry_after_ms, v->text.p);
	else
		traffic_doubted(t, v->text.p);
}

/* What this attempt says of the backend, whatever it says of a key. */
static void tell(struct traffic *t, const struct traffic_run *run, enum tomb_code code, const struct aws_verdict *v,
	const struct tomb_err *err)
{
	if (code == TOMB_STORE_DENIED) /* there are no keys to sign with */
		traffic_refused(t, 0, err->text);
	if (code != TOMB_OK)
		return;
	switch (v->outcome) {
	case TOMB_OUTCOME_THROTTLED:
		traffic_throttled(t, v->retry_after_ms);
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

/* Would it do no harm, and perhaps some good, to send it again?  Of a request that changes something the service itself
 * must have said that it did nothing: a gateway's word is not enough.  A body that was read is gone. */
static bool is_repeatable(const struct aws_request *r, enum tomb_code code, const struct aws_verdict *v)
{
	if (r->read)
		return false;
	if (code != TOMB_OK)
		return code == TOMB_NET;
	if (v->outcome == TOMB_OUTCOME_THROTTLED || v->outcome == TOMB_OUTCOME_TRANSIENT)
		return is_read(r) || v->word.n > 0;
	return is_read(r) && v->outcome == TOMB_OUTCOME_UNCERTAIN && v->code == TOMB_NET;
}

enum tomb_code aws_call(struct aws_client *client, const struct aws_request *r, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(VERDICT_ARENA_MAX);
	struct traffic_run own = {.start_us = 0};
	struct traffic_run *run = r->run ? r->run : &own;
	enum tomb_code code = TOMB_OK;

	for (;;) {
		struct aws_verdict verdict = {.code = TOMB_OK, .outcome = TOMB_OUTCOME_GONE};

		TOMB_TRY(traffic_enter(client->traffic, run, err));
		code = attempt(client, r, arena, &scratch, out, &verdict, err);
		tell(client->traffic, run, code, &verdict, err);
		if (r->run || !is_repeatable(r, code, &verdict) ||
			!traffic_again(client->traffic, run, code == TOMB_OK, verdict.retry_after_ms))
			return code;
	}
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
