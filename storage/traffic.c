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

static int64_t now_us(const struct traffic *t)
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

static void exchange(struct traffic *t)
{
	struct tomb_pace figures = pace_tell(&t->pace, now_us(t));

	if (t->rules->exchange && t->rules->exchange(t->rules->exchange_ctx, t->backend, &figures))
		pace_told(&t->pace, &figures, now_us(t));
	t->exchanged_us = now_us(t);
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

/* How long run has to wait now, and whether there is time for that. */
static int64_t wait_ms(struct traffic *t, const struct traffic_run *run, bool *in_time)
{
	int64_t now = now_us(t);
	int64_t pace = pace_wait_us(&t->pace, now);
	int64_t own = run->not_before_us - now;
	int64_t ms = ms_of(pace > own ? pace : own);

	*in_time = ms == 0 ||
		   now - run->start_us + ms * TOMB_US_PER_MS <= t->rules->waiting.longest_ms * TOMB_US_PER_MS;
	return ms;
}

static enum tomb_code slow(const struct traffic *t, const char *why, struct tomb_err *err)
{
	return TOMB_FAIL(
		err, TOMB_STORE_THROTTLED, "backend %.*s: %s; the request was not sent", TOMB_STR_ARG(t->backend), why);
}

void traffic_start(const struct traffic *t, struct traffic_run *run)
{
	run->start_us = now_us(t);
}

enum tomb_code traffic_ask(struct traffic *t, struct traffic_run *run, int64_t *wait, struct tomb_err *err)
{
	bool in_time = true;

	TOMB_TRY(ask_breaker(t, err));
	if (run->start_us == 0)
		traffic_start(t, run);
	if (now_us(t) - t->exchanged_us >= EXCHANGE_US)
		exchange(t);
	*wait = wait_ms(t, run, &in_time);
	return in_time ? TOMB_OK : slow(t, "it asks for fewer requests", err);
}

enum tomb_code traffic_wait(const struct traffic *t, int64_t ms, struct tomb_err *err)
{
	const struct tomb_waiting *w = &t->rules->waiting;

	return w->wait(w->ctx, ms) ? TOMB_OK : slow(t, "this program is to end", err);
}

bool traffic_is_on_trial(const struct traffic *t)
{
	return t->breaker.state.open;
}

unsigned traffic_sent(struct traffic *t)
{
	pace_sent(&t->pace, now_us(t));
	return t->pace.cuts;
}

bool traffic_again(struct traffic *t, struct traffic_run *run, bool was_answered, int64_t asked_ms)
{
	struct retry_quota quota = t->quota;
	struct traffic_run next = *run;
	int64_t pause_ms = 0;
	uint32_t chance = 0;
	bool in_time = true;

	tomb_random(&chance, sizeof chance);
	if (t->rules->waiting.longest_ms == 0 || traffic_is_late(t, run) ||
		!retry_again(&quota, &next.retry, was_answered, asked_ms, chance, &pause_ms))
		return false;
	next.not_before_us = now_us(t) + pause_ms * TOMB_US_PER_MS;
	(void)wait_ms(t, &next, &in_time);
	if (!in_time)
		return false;
	*run = next;
	t->quota = quota;
	return true;
}

bool traffic_is_late(const struct traffic *t, const struct traffic_run *run)
{
	int64_t longest_us = t->rules->waiting.longest_ms * TOMB_US_PER_MS;

	return longest_us > 0 && now_us(t) - run->start_us > longest_us;
}

void traffic_taken(struct traffic *t, const struct traffic_run *run)
{
	pace_taken(&t->pace, now_us(t));
	retry_succeeded(&t->quota, &run->retry);
}

void traffic_throttled(struct traffic *t, unsigned sent, int64_t asked_ms)
{
	if (sent != t->pace.cuts) {
		pace_asked(&t->pace, now_us(t), asked_ms);
		return;
	}
	pace_throttled(&t->pace, now_us(t), asked_ms);
	exchange(t);
}

void traffic_refused(struct traffic *t, int64_t at_least_ms, const char *reason)
{
	breaker_trip(&t->breaker, wall_us(t), at_least_ms * TOMB_US_PER_MS, reason);
}

void traffic_doubted(struct traffic *t, const char *reason)
{
	if (breaker_lets(&t->breaker, wall_us(t))) /* else it is known */
		breaker_doubt(&t->breaker, wall_us(t), reason);
}

void traffic_let_in(struct traffic *t)
{
	breaker_mend(&t->breaker, wall_us(t));
}

int64_t traffic_due_ms(struct traffic *t)
{
	int64_t wall = wall_us(t);

	if (!breaker_lets(&t->breaker, wall))
		return ms_of(t->breaker.state.until_us - wall);
	return ms_of(pace_wait_us(&t->pace, now_us(t)));
}
