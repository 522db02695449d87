#include "aws/flight.h"

#include "aws/attempt.h"

#include <limits.h>

enum {
	SLOTS_ARENA_MAX = 1 << 20, /* bytes: of the most slots that there may be */
	ANSWER_HEAD_MAX = 1 << 17  /* bytes of an answer beside its body */
};

enum slot_state {
	SLOT_FREE,
	SLOT_READY, /* to be sent, or sent again, as soon as the traffic allows it */
	SLOT_UNDER_WAY
};

/* One call, from its first request to its last answer. */
struct slot {
	enum slot_state state;
	bool was_sent;   /* at least once */
	bool has_waited; /* as long as it had to: now it goes out */
	struct aws_request request;
	const void *tag;
	struct traffic_run own_run;
	struct traffic_run *run;
	struct tomb_arena request_arena;
	struct tomb_arena answer_arena;
	unsigned repairs; /* bits: of this attempt */
	unsigned sent;
	struct aws_signed as;
};

struct flight {
	struct aws_client *client;
	const struct aws_flight *plan;
	struct slot *slots;
	size_t under_way;
	bool is_dry;        /* the plan had no next call */
	struct slot *waits; /* the slot that is ready first, of those that have to wait; NULL: none has */
	int64_t wait_ms;    /* and for how long */
};

static struct tomb_arena *arena_of(const struct flight *f, struct slot *slot)
{
	return f->plan->answers ? f->plan->answers : &slot->answer_arena;
}

static void tell(struct flight *f, struct slot *slot, enum tomb_code code, const struct tomb_http_answer *answer,
	const struct tomb_err *err)
{
	const struct aws_landed landed = {
		.tag = slot->tag, .code = code, .answer = answer, .err = err, .sent = slot->sent};

	f->plan->landed(f->plan->ctx, &landed);
	tomb_arena_fini(&slot->request_arena);
	tomb_arena_fini(&slot->answer_arena);
	slot->state = SLOT_FREE;
	f->is_dry = false;
}

static void send(struct flight *f, struct slot *slot);

/* One exchange is over: repaired and sent again, or repeated later, or told. */
static void end_exchange(struct flight *f, struct slot *slot, enum tomb_code code,
	const struct tomb_http_answer *answer, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(AWS_VERDICT_ARENA_MAX);
	struct aws_verdict verdict = {.code = TOMB_OK, .outcome = TOMB_OUTCOME_GONE};
	struct aws_attempt attempt = {.request = &slot->request, .as = &slot->as, .repairs = slot->repairs};

	if (code == TOMB_OK)
		code = aws_attempt_read(f->client, &attempt, answer, &scratch, &verdict, err);
	slot->repairs = attempt.repairs;
	if (code == TOMB_OK && attempt.again) {
		send(f, slot);
		return;
	}
	aws_attempt_tell(f->client->traffic, slot->run, slot->sent, code, &verdict, err);
	if (!slot->request.run && aws_attempt_is_repeatable(&slot->request, code, &verdict) &&
		traffic_again(f->client->traffic, slot->run, code == TOMB_OK, verdict.retry_after_ms))
		slot->state = SLOT_READY;
	else
		tell(f, slot, code, answer, err);
}

static void send(struct flight *f, struct slot *slot)
{
	struct tomb_err err;
	enum tomb_code code = TOMB_OK;

	tomb_arena_fini(&slot->answer_arena);
	code = aws_send(f->client, &slot->request, arena_of(f, slot), slot, &slot->as, &err);
	if (code != TOMB_OK) {
		end_exchange(f, slot, code, NULL, &err);
		return;
	}
	slot->state = SLOT_UNDER_WAY;
	f->under_way++;
}

/* Lets a slot that is ready go, if it may. */
static void try_to_send(struct flight *f, struct slot *slot)
{
	struct traffic *t = f->client->traffic;
	struct tomb_err err;
	int64_t ms = 0;

	if (f->under_way > 0 && traffic_is_on_trial(t))
		return;
	if (!slot->has_waited && traffic_ask(t, slot->run, &ms, &err) != TOMB_OK) {
		tell(f, slot, err.code, NULL, &err);
		return;
	}
	if (ms > 0) {
		if (!f->waits || ms < f->wait_ms) {
			f->waits = slot;
			f->wait_ms = ms;
		}
		return;
	}
	slot->has_waited = false;
	slot->was_sent = true;
	slot->repairs = 0;
	slot->sent = traffic_sent(t);
	send(f, slot);
}

/* The plan's next call, in this slot.  False if there is none. */
static bool fill(struct flight *f, struct slot *slot)
{
	*slot = (struct slot){.request_arena = tomb_arena_init(f->plan->request_max)};
	if (!f->plan->next(f->plan->ctx, &slot->request_arena, &slot->request, &slot->tag)) {
		tomb_arena_fini(&slot->request_arena);
		f->is_dry = true;
		return false;
	}
	slot->answer_arena = tomb_arena_init(slot->request.answer_max + ANSWER_HEAD_MAX);
	slot->run = slot->request.run ? slot->request.run : &slot->own_run;
	slot->state = SLOT_READY;
	return true;
}

/* Sends what may be sent.  A new call that has to wait holds up those behind it. */
static void launch(struct flight *f)
{
	bool is_held_up = false;

	f->waits = NULL;
	for (size_t i = 0; i < f->plan->at_most; i++) {
		struct slot *slot = &f->slots[i];

		if (slot->state == SLOT_READY)
			try_to_send(f, slot);
		is_held_up |= slot->state == SLOT_READY && !slot->was_sent;
	}
	for (size_t i = 0; i < f->plan->at_most && !is_held_up && !f->is_dry; i++)
		while (f->slots[i].state == SLOT_FREE && !is_held_up && fill(f, &f->slots[i])) {
			try_to_send(f, &f->slots[i]);
			is_held_up = f->slots[i].state == SLOT_READY && !f->slots[i].was_sent;
		}
}

static bool take_landed(struct flight *f)
{
	struct tomb_http_landed landed;
	bool any = false;

	for (size_t i = 0; i < f->plan->at_most; i++) {
		struct slot *slot = &f->slots[i];

		if (slot->state != SLOT_UNDER_WAY || !tomb_http_take(f->client->http, slot, &landed))
			continue;
		any = true;
		f->under_way--;
		end_exchange(f, slot, landed.code, &landed.answer, &landed.err);
	}
	return any;
}

/* Waits for an answer, or until something may be sent.  The traffic's own way to wait is for when nothing is under way:
 * it does not hear answers. */
static void wait(struct flight *f)
{
	struct tomb_err err;

	if (take_landed(f))
		return;
	if (tomb_http_drive(f->client->http, f->waits ? f->wait_ms : INT_MAX)) {
		(void)take_landed(f);
		return;
	}
	if (!f->waits)
		return;
	f->waits->has_waited = true;
	if (traffic_wait(f->client->traffic, f->wait_ms, &err) != TOMB_OK)
		tell(f, f->waits, err.code, NULL, &err);
}

enum tomb_code aws_flight_run(struct aws_client *client, const struct aws_flight *plan, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(SLOTS_ARENA_MAX);
	struct flight f = {.client = client, .plan = plan};

	f.slots = TOMB_NEW(&arena, struct slot, plan->at_most);
	if (!f.slots)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu requests at once", plan->at_most);
	launch(&f);
	while (f.under_way > 0 || f.waits) {
		wait(&f);
		launch(&f);
	}
	return TOMB_OK;
}
