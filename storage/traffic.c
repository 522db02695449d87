#include "traffic.h"

#include "tombstone/secret.h"
#include "tombstone/time.h"

#include <time.h>

enum {
	EXCHANGE_US = TOMB_US_PER_S, /* between exchanges of a backend that is used: others slow down within it */
	LONGEST_MS = 5000            /* of waiting in one call, where nobody said otherwise: people wait for it */
};

static bool sleep_for(void *ctx, int64_t ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000 * 1000};

	(void)ctx;
	while (nanosleep(&left, &left) != 0) /* a signal: the rest */
		;
	return true;
}

struct traffic_rules traffic_rules_default(void)
{
	return (struct traffic_rules){
		.waiting = {.clock = tomb_clock_real(), .wait = sleep_for, .longest_ms = LONGEST_MS}};
}

struct traffic traffic_init(const struct traffic_rules *rules, struct tomb_str backend)
{
	return (struct traffic){.rules = rules, .backend = backend, .quota = {RETRY_QUOTA}};
}

int64_t traffic_now_us(const struct traffic *t)
{
	return tomb_clock_monotonic_us(t->rules->waiting.clock);
}

static int64_t wall_us(const struct traffic *t)
{
	return tomb_clock_wall_us(t->rules->waiting.clock);
}

/* Full milliseconds that hold us. */
static int64_t ms_of(int64_t us)
{
	return us > 0 ? (us + TOMB_US_PER_MS - 1) / TOMB_US_PER_MS : 0;
}

static void exchange(struct traffic *t, int64_t now_us)
{
	struct tomb_pace figures = pace_tell(&t->pace, now_us);

	t->exchanged_us = now_us;
	if (t->rules->exchange && t->rules->exchange(t->rules->exchange_ctx, t->backend, &figures))
		pace_told(&t->pace, &figures, now_us);
}

static enum tomb_code ask_breaker(const struct traffic *t, struct tomb_err *err)
{
	char until[TOMB_TIME_TEXT];

	if (breaker_lets(&t->breaker, wall_us(t)))
		return TOMB_OK;
	tomb_time_format(t->breaker.state.until_us, TOMB_TIME_S, until);
	return TOMB_FAIL(err, TOMB_STORE_DENIED, "backend %.*s: no request is sent until %s, since it refuses us: %s",
		TOMB_STR_ARG(t->backend), until, t->breaker.state.reason);
}

static int64_t wait_ms(struct traffic *t, const struct traffic_run *run, int64_t now_us)
{
	int64_t pace_us = pace_wait_us(&t->pace, now_us);
	int64_t run_us = run->not_before_us - now_us;

	return ms_of(pace_us > run_us ? pace_us : run_us);
}

static enum tomb_code slow(const struct traffic *t, const char *why, struct tomb_err *err)
{
	return TOMB_FAIL(
		err, TOMB_STORE_THROTTLED, "backend %.*s: %s; the request was not sent", TOMB_STR_ARG(t->backend), why);
}

enum tomb_code traffic_enter(struct traffic *t, struct traffic_run *run, struct tomb_err *err)
{
	const struct tomb_waiting *w = &t->rules->waiting;
	int64_t ms = 0;

	TOMB_TRY(ask_breaker(t, err));
	if (traffic_now_us(t) - t->exchanged_us >= EXCHANGE_US)
		exchange(t, traffic_now_us(t));
	ms = wait_ms(t, run, traffic_now_us(t));
	if (ms > 0 && run->waited_ms + ms > w->longest_ms)
		return slow(t, "it asks for fewer requests", err);
	if (ms > 0 && !w->wait(w->ctx, ms))
		return slow(t, "this program is to end", err);
	run->waited_ms += ms;
	pace_sent(&t->pace, traffic_now_us(t));
	return TOMB_OK;
}

bool traffic_again(struct traffic *t, struct traffic_run *run, bool was_answered, int64_t asked_ms)
{
	struct retry_run retry = run->retry;
	struct retry_quota quota = t->quota;
	int64_t now_us = traffic_now_us(t);
	int64_t pause_ms = 0;
	uint32_t chance = 0;

	tomb_random(&chance, sizeof chance);
	if (t->rules->waiting.longest_ms == 0 ||
		!retry_again(&quota, &retry, was_answered, asked_ms, chance, &pause_ms))
		return false;
	run->not_before_us = now_us + pause_ms * TOMB_US_PER_MS;
	if (run->waited_ms + wait_ms(t, run, now_us) > t->rules->waiting.longest_ms)
		return false;
	run->retry = retry;
	t->quota = quota;
	return true;
}

void traffic_taken(struct traffic *t, const struct traffic_run *run)
{
	pace_taken(&t->pace, traffic_now_us(t));
	if (run)
		retry_succeeded(&t->quota, &run->retry);
}

void traffic_throttled(struct traffic *t, int64_t asked_ms)
{
	int64_t now_us = traffic_now_us(t);

	pace_throttled(&t->pace, now_us, asked_ms);
	exchange(t, now_us);
}

void traffic_refused(struct traffic *t, int64_t at_least_ms, const char *reason)
{
	breaker_trip(&t->breaker, wall_us(t), at_least_ms * TOMB_US_PER_MS, reason);
}

void traffic_doubted(struct traffic *t, const char *reason)
{
	breaker_doubt(&t->breaker, wall_us(t), reason);
}

void traffic_let_in(struct traffic *t)
{
	breaker_mend(&t->breaker, wall_us(t));
}

int64_t traffic_due_ms(struct traffic *t)
{
	int64_t now_us = wall_us(t);

	if (!breaker_lets(&t->breaker, now_us))
		return ms_of(t->breaker.state.until_us - now_us);
	return ms_of(pace_wait_us(&t->pace, traffic_now_us(t)));
}
