#include "s3/delete_body.h"
#include "s3/s3.h"

#include "result.h"

enum { WAITING_ARENA_MAX = 1 << 18 }; /* bytes: of TOMB_TARGETS_MAX indexes */

/*
 * The keys of one call that have no final result yet, in requests as large as the store's pace allows, several under
 * way at once.
 *
 * Requests that were under way together when one of them was refused have learnt the same: the first refusal counts,
 * for the size of the next requests as for the repetitions that there may be; the others only wait again.
 */
struct split {
	struct s3_parts parts;
	struct s3 *s3;
	const struct tomb_target *targets;
	struct tomb_result *results;
	struct tomb_arena *arena; /* the caller's */
	size_t *waiting;          /* indexes of the targets that are to be sent, or sent again */
	size_t n;
	struct traffic_run run;
	unsigned refusals; /* that counted */
	bool has_begun;
	bool is_over; /* nothing more is sent in this call */
};

/* One request of them. */
struct piece {
	struct s3_part *part;
	size_t *which;
	size_t n;
	unsigned refusals; /* when it went out */
	unsigned key_cuts;
};

/* Nothing was done, and the store itself has said so; or it never got the request. */
static bool was_refused(const struct tomb_result *r, enum tomb_code sent)
{
	return (r->outcome == TOMB_OUTCOME_THROTTLED || r->outcome == TOMB_OUTCOME_TRANSIENT) &&
	       (r->code.n > 0 || sent == TOMB_NET);
}

/* What was said of the keys that were refused; there are *n of them, and they wait again, before the others. */
static int64_t take_back(struct split *s, const struct piece *p, enum tomb_code sent, size_t *n, bool *throttled)
{
	int64_t ms = 0;

	*n = 0;
	*throttled = false;
	for (size_t i = 0; i < p->n; i++) {
		const struct tomb_result *r = &s->results[p->which[i]];

		if (!was_refused(r, sent))
			continue;
		p->which[(*n)++] = p->which[i];
		*throttled |= r->outcome == TOMB_OUTCOME_THROTTLED;
		ms = r->retry_after_ms > ms ? r->retry_after_ms : ms;
	}
	memmove(s->waiting + *n, s->waiting, s->n * sizeof *s->waiting);
	memcpy(s->waiting, p->which, *n * sizeof *s->waiting);
	s->n += *n;
	return ms;
}

/* How many keys a request may have. */
static void learn_size(struct pace *pace, const struct piece *p, enum tomb_code sent, size_t refused, bool throttled)
{
	if (p->key_cuts != pace->key_cuts)
		return;
	if (throttled)
		pace_keys_throttled(pace, p->n);
	else if (sent == TOMB_OK && refused == 0)
		pace_keys_taken(pace, p->n);
}

static void landed(void *ctx, const struct aws_landed *landed)
{
	struct split *s = ctx;
	const struct piece *p = landed->tag;
	struct traffic *t = &s->s3->store.traffic;
	bool throttled = false;
	size_t refused = 0;
	int64_t ms = 0;

	s3_part_land(p->part, landed);
	ms = take_back(s, p, landed->code, &refused, &throttled);
	learn_size(&t->pace, p, landed->code, refused, throttled);
	if (landed->code == TOMB_STORE_THROTTLED || landed->code == TOMB_STORE_DENIED)
		s->is_over = true;
	if (p->refusals != s->refusals)
		return;
	if (refused > 0) {
		s->refusals++;
		s->is_over |= !traffic_again(t, &s->run, landed->code == TOMB_OK, ms);
	} else {
		s->run.retry = (struct retry_run){.repeated = 0};
	}
}

/* Those keys cannot even be asked for. */
static void give_up(struct split *s, const size_t *which, size_t n, const struct tomb_err *why)
{
	for (size_t i = 0; i < n; i++)
		aws_unanswered(&s->s3->aws, why, s->arena, &s->results[which[i]]);
}

/* The first that wait, as many as may go at once. */
static enum tomb_code cut_off(struct split *s, size_t n, struct tomb_arena *arena, struct aws_request *out,
	struct piece **piece, struct tomb_err *err)
{
	struct piece *p = TOMB_NEW(arena, struct piece, 1);
	size_t *which = TOMB_NEW(arena, size_t, n);

	if (!p || !which)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu keys", n);
	memcpy(which, s->waiting, n * sizeof *which);
	*p = (struct piece){
		.which = which, .n = n, .refusals = s->refusals, .key_cuts = s->s3->store.traffic.pace.key_cuts};
	TOMB_TRY(s3_part_draft(&s->parts, which, n, arena, &p->part, out, err));
	*piece = p;
	return TOMB_OK;
}

static bool next(void *ctx, struct tomb_arena *arena, struct aws_request *out, const void **tag)
{
	struct split *s = ctx;
	struct traffic *t = &s->s3->store.traffic;
	size_t n = s->n < pace_keys(&t->pace) ? s->n : pace_keys(&t->pace);
	struct piece *piece = NULL;
	struct tomb_err err;
	enum tomb_code code = TOMB_OK;

	s->is_over |= s->has_begun && traffic_is_late(t, &s->run);
	if (s->is_over || s->n == 0)
		return false;
	s->has_begun = true;
	code = cut_off(s, n, arena, out, &piece, &err);
	if (code != TOMB_OK)
		give_up(s, s->waiting, n, &err);
	s->n -= n;
	memmove(s->waiting, s->waiting + n, s->n * sizeof *s->waiting);
	s->is_over |= code != TOMB_OK;
	*tag = piece;
	return code == TOMB_OK;
}

static void send_parts(struct split *s)
{
	const struct aws_flight plan = {
		.at_most = (size_t)s->s3->backend->requests_in_flight,
		.next = next,
		.request_max = S3_PART_MAX,
		.landed = landed,
		.ctx = s,
	};
	struct tomb_err err;

	s->parts = (struct s3_parts){
		.s3 = s->s3, .targets = s->targets, .results = s->results, .arena = s->arena, .run = &s->run};
	if (aws_flight_run(&s->s3->aws, &plan, &err) != TOMB_OK) {
		give_up(s, s->waiting, s->n, &err);
		s->n = 0;
	}
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
		send_parts(&s);
		s.is_over = s.n > 0;
		leave(&s);
	}
	for (size_t i = 0; i < n; i++)
		if (results[i].outcome == TOMB_OUTCOME_MAX)
			send_single(&s, i);
}
