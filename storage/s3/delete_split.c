#include "s3/delete_body.h"
#include "s3/s3.h"

#include "result.h"

enum { WAITING_ARENA_MAX = 1 << 16 }; /* bytes: of TOMB_DELETE_MAX indexes */

/* The keys of one call that have no final result yet, in requests as large as the store's pace allows. */
struct split {
	struct s3 *s3;
	const struct tomb_target *targets;
	struct tomb_result *results;
	struct tomb_arena *arena; /* the caller's */
	size_t *waiting;          /* indexes of the targets that are to be sent, or sent again */
	size_t n;
	struct traffic_run run;
	bool is_over; /* nothing more is sent in this call */
};

/* Nothing was done, and the store itself has said so; or it never got the request. */
static bool was_refused(const struct tomb_result *r, enum tomb_code sent)
{
	return (r->outcome == TOMB_OUTCOME_THROTTLED || r->outcome == TOMB_OUTCOME_TRANSIENT) &&
	       (r->code.n > 0 || sent == TOMB_NET);
}

/* After a request for the first n that wait: those that were refused wait still.  Returns how many. */
static size_t keep_refused(struct split *s, size_t n, enum tomb_code sent)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		if (i >= n || was_refused(&s->results[s->waiting[i]], sent))
			s->waiting[kept++] = s->waiting[i];
	n -= s->n - kept;
	s->n = kept;
	return n;
}

static int64_t asked_ms(const struct split *s, size_t refused, bool *throttled)
{
	int64_t ms = 0;

	*throttled = false;
	for (size_t i = 0; i < refused; i++) {
		const struct tomb_result *r = &s->results[s->waiting[i]];

		*throttled |= r->outcome == TOMB_OUTCOME_THROTTLED;
		ms = r->retry_after_ms > ms ? r->retry_after_ms : ms;
	}
	return ms;
}

/* Sends one request.  False if no other makes sense now. */
static bool send_part(struct split *s)
{
	struct traffic *t = &s->s3->store.traffic;
	size_t n = s->n < pace_keys(&t->pace) ? s->n : pace_keys(&t->pace);
	enum tomb_code sent = s3_delete_batch(s->s3, s->targets, s->waiting, n, &s->run, s->arena, s->results);
	size_t refused = keep_refused(s, n, sent);
	bool throttled = false;
	int64_t ms = asked_ms(s, refused, &throttled);

	if (throttled)
		pace_keys_throttled(&t->pace, n);
	else if (sent == TOMB_OK && refused == 0)
		pace_keys_taken(&t->pace, n);
	if (refused > 0)
		return traffic_again(t, &s->run, sent == TOMB_OK, ms);
	s->run.retry = (struct retry_run){.repeated = 0};
	return sent != TOMB_STORE_THROTTLED && sent != TOMB_STORE_DENIED && !traffic_is_late(t, &s->run);
}

/* Those that were never sent, or refused, and for which there is no time now. */
static void leave(struct split *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct tomb_result *r = &s->results[s->waiting[i]];

		if (r->outcome != TOMB_OUTCOME_MAX)
			continue;
		result_set(r, s->arena, TOMB_OUTCOME_THROTTLED,
			"backend %s: left for later, with fewer keys at once; the request was not sent",
			s->s3->store.name.p);
		r->retry_after_ms = traffic_due_ms(&s->s3->store.traffic);
	}
}

/* Those that a batch cannot carry, and one alone, which gets a better answer by itself. */
static void send_single(struct split *s, size_t index)
{
	struct tomb_result *r = &s->results[index];
	struct tomb_err err;

	if (!s->is_over && !traffic_is_late(&s->s3->store.traffic, &s->run)) {
		s3_delete_one(&s->s3->store, &s->targets[index], s->arena, r);
		s->is_over = r->outcome == TOMB_OUTCOME_THROTTLED;
		return;
	}
	(void)TOMB_FAIL(&err, TOMB_STORE_THROTTLED, "backend %s: left for later; the request was not sent",
		s->s3->store.name.p);
	aws_unanswered(&s->s3->aws, &err, s->arena, r);
}

void s3_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n, struct tomb_arena *arena,
	struct tomb_result *results)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(WAITING_ARENA_MAX);
	struct split s = {
		.s3 = s3_of(store),
		.targets = targets,
		.results = results,
		.arena = arena,
		.waiting = TOMB_NEW(&scratch, size_t, n),
	};

	traffic_start(&store->traffic, &s.run);
	for (size_t i = 0; i < n; i++) {
		results[i] = (struct tomb_result){.outcome = TOMB_OUTCOME_MAX, .code = TOMB_STR("")};
		if (s.waiting && delete_body_can_carry(targets[i].key) && !targets[i].bypass_governance)
			s.waiting[s.n++] = i;
	}
	if (s.n > 1) {
		while (s.n > 0 && send_part(&s))
			;
		s.is_over = s.n > 0;
		leave(&s);
	}
	for (size_t i = 0; i < n; i++)
		if (results[i].outcome == TOMB_OUTCOME_MAX)
			send_single(&s, i);
}
