/* Stores that ask for less, refuse us or are in trouble: what is sent, how often and when?  Time passes only when the
 * store waits for it. */
#include "byte_source.h"
#include "slow_store.h"
#include "tombstone/digest.h"
#include "tombstone/store_traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_look_is_repeated_twice_and_no_more(void **state)
{
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 9, S3_HEAD("503 Service Unavailable", S3_ID, "0"));
	slow_store_begin(&f, 60000);
	assert_int_equal(slow_store_look(&f), TOMB_STORE_THROTTLED);
	assert_true(f.waits >= 2);
	assert_int_equal(slow_store_sent(&f), 3);
	slow_store_end(&f);
}

static void a_delete_is_repeated_when_the_store_says_that_it_did_nothing(void **state)
{
	static const char *const refusals[] = {S3_SLOW_DOWN,
		S3_REFUSAL("500 Internal Server Error", "", "InternalError"),
		S3_REFUSAL("403 Forbidden", "", "RequestRateLimitExceeded"),
		S3_REFUSAL("400 Bad Request", "", "RequestTimeout")};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(refusals); i++) {
		struct slow_store f;

		slow_store_setup(&f);
		slow_store_answer(&f, 2, refusals[i]);
		slow_store_answer(&f, 1, S3_NO_CONTENT);
		slow_store_begin(&f, 60000);
		assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
		assert_int_equal(slow_store_sent(&f), 3);
		slow_store_end(&f);
	}
}

static void a_delete_is_not_repeated_when_it_may_have_been_done(void **state)
{
	static const struct {
		enum canned_manner manner;
		const char *bytes;
		enum tomb_outcome outcome;
	} cases[] = {
		{CANNED_CUT_READ, "", TOMB_OUTCOME_UNCERTAIN},
		{CANNED_ANSWER, S3_HEAD("502 Bad Gateway", "", "0"), TOMB_OUTCOME_UNCERTAIN},
		{CANNED_ANSWER, S3_HEAD("500 Internal Server Error", "", "0"), TOMB_OUTCOME_TRANSIENT},
		{CANNED_ANSWER, S3_HEAD("503 Service Unavailable", "", "0"), TOMB_OUTCOME_THROTTLED},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct slow_store f;

		slow_store_setup(&f);
		slow_store_say(&f, 1, cases[i].manner, cases[i].bytes);
		slow_store_answer(&f, 3, S3_NO_CONTENT);
		slow_store_begin(&f, 60000);
		assert_int_equal(slow_store_delete(&f).outcome, cases[i].outcome);
		assert_int_equal(slow_store_sent(&f), 1);
		slow_store_end(&f);
	}
}

static void a_put_is_never_repeated(void **state)
{
	struct byte_source bytes = {.left = TOMB_STR("bytes")};
	struct tomb_put put = {.key = TOMB_STR("new"), .size_bytes = 5, .read = byte_source_read, .arg = &bytes};
	struct tomb_placed placed;
	struct slow_store f;

	(void)state;
	tomb_sha256(TOMB_STR("bytes"), put.sha256);
	slow_store_setup(&f);
	slow_store_answer(&f, 3, S3_SLOW_DOWN);
	slow_store_begin(&f, 60000);
	assert_int_equal(tomb_store_put(f.store, &put, &f.arena, &placed, &f.err), TOMB_STORE_THROTTLED);
	assert_int_equal(slow_store_sent(&f), 1);
	slow_store_end(&f);
}

static void what_the_store_asks_for_is_waited_for(void **state)
{
	static const struct {
		const char *bytes;
		int64_t ms;
	} cases[] = {
		{S3_REFUSAL("503 Slow Down", "Retry-After: 30\r\n", "SlowDown"), 30000},
		{S3_REFUSAL("503 Slow Down", "x-amz-retry-after: 2500\r\n", "SlowDown"), 2500},
		{S3_REFUSAL("500 Internal Server Error", "Retry-After: 7\r\n", "InternalError"), 7000},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct slow_store f;

		slow_store_setup(&f);
		slow_store_answer(&f, 1, cases[i].bytes);
		slow_store_answer(&f, 1, S3_NO_CONTENT);
		slow_store_begin(&f, 60000);
		assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
		assert_int_equal(f.waited_ms, cases[i].ms);
		assert_int_equal(slow_store_sent(&f), 2);
		slow_store_end(&f);
	}
}

static void what_takes_too_long_is_said_instead_of_waited_for(void **state)
{
	struct tomb_result result;
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_REFUSAL("503 Slow Down", "Retry-After: 30\r\n", "SlowDown"));
	slow_store_answer(&f, 1, S3_NO_CONTENT);
	slow_store_begin(&f, 5000);
	result = slow_store_delete(&f);
	assert_int_equal(result.outcome, TOMB_OUTCOME_THROTTLED);
	assert_int_equal(result.retry_after_ms, 30000);
	assert_int_equal(tomb_store_due_ms(f.store), 30000);
	result = slow_store_delete(&f); /* the store's wish holds for the next call as well */
	assert_int_equal(result.outcome, TOMB_OUTCOME_THROTTLED);
	assert_int_equal(result.retry_after_ms, 30000);
	assert_int_equal(slow_store_look(&f), TOMB_STORE_THROTTLED);
	assert_string_equal(f.err.text, "backend s: it asks for fewer requests; the request was not sent");
	assert_int_equal(f.waited_ms, 0);
	tomb_clock_manual_advance(&f.clock, INT64_C(26000000));
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(f.waited_ms, 4000);
	assert_int_equal(slow_store_sent(&f), 2);
	slow_store_end(&f);
}

static void a_storm_gets_no_more_repetitions_than_the_quota_has(void **state)
{
	enum { LOOKS = 150, REPETITIONS = 100 };
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, LOOKS + REPETITIONS + 20, S3_HEAD("503 Service Unavailable", S3_ID, "0"));
	slow_store_begin(&f, 60000);
	for (int i = 0; i < LOOKS; i++)
		assert_int_equal(slow_store_look(&f), TOMB_STORE_THROTTLED);
	assert_int_equal(slow_store_sent(&f), LOOKS + REPETITIONS);
	assert_true(f.waited_ms > 2000 * LOOKS); /* one request in two seconds is the slowest pace */
	slow_store_end(&f);
}

static void nothing_is_waited_for_when_the_program_is_to_end(void **state)
{
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_SLOW_DOWN);
	slow_store_answer(&f, 1, S3_NO_CONTENT);
	slow_store_begin(&f, 60000);
	f.told_to_end = true;
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_THROTTLED);
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_THROTTLED);
	assert_int_equal(slow_store_sent(&f), 1);
	slow_store_end(&f);
}

/* A batch of n keys "k0", "k1", ... */
static struct tomb_result *delete_keys(struct slow_store *f, size_t n)
{
	struct tomb_target *targets = TOMB_NEW(&f->arena, struct tomb_target, n);
	struct tomb_result *results = TOMB_NEW(&f->arena, struct tomb_result, n);

	for (size_t i = 0; i < n; i++) {
		char key[16];

		(void)snprintf(key, sizeof key, "k%zu", i);
		targets[i].key = tomb_arena_str(&f->arena, tomb_str_from(key));
		targets[i].version_id = targets[i].etag = TOMB_STR("");
	}
	if (tomb_store_delete_many(f->store, targets, n, &f->arena, results, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
	return results;
}

/* An answer that confirms the keys from a to b, but for those from refused_a to refused_b, which get code. */
static const char *deleted(
	struct slow_store *f, size_t a, size_t b, size_t refused_a, size_t refused_b, const char *code)
{
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 18);

	tomb_buf_putf(&text, "HTTP/1.1 200 OK\r\n" S3_ID "Connection: close\r\n\r\n<DeleteResult>");
	for (size_t i = a; i < b; i++)
		if (i >= refused_a && i < refused_b)
			tomb_buf_putf(
				&text, "<Error><Key>k%zu</Key><Code>%s</Code><Message>m</Message></Error>", i, code);
		else
			tomb_buf_putf(&text, "<Deleted><Key>k%zu</Key></Deleted>", i);
	tomb_buf_putf(&text, "</DeleteResult>");
	return tomb_arena_str(&f->arena, (struct tomb_str){text.p, text.n}).p;
}

static size_t keys_in(const struct canned_request *request)
{
	size_t n = 0;

	for (const char *at = request->body.p; (at = strstr(at, "<Key>")); at++)
		n++;
	return n;
}

static void assert_keys_sent(struct slow_store *f, const size_t *keys, size_t n)
{
	assert_int_equal(slow_store_sent(f), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(keys_in(canned_http_request(f->server, SLOW_STORE_PROBE + i)), keys[i]);
}

static size_t count(const struct tomb_result *results, size_t n, enum tomb_outcome outcome)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += results[i].outcome == outcome;
	return found;
}

static void a_batch_that_is_too_much_is_sent_in_smaller_ones(void **state)
{
	struct tomb_result *results = NULL;
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 2, S3_SLOW_DOWN);
	slow_store_answer(&f, 1, deleted(&f, 0, 250, 0, 0, ""));
	slow_store_answer(&f, 1, deleted(&f, 250, 550, 0, 0, "")); /* it grows again: 300 */
	slow_store_answer(&f, 1, deleted(&f, 550, 900, 0, 0, ""));
	slow_store_answer(&f, 1, deleted(&f, 900, 1000, 0, 0, ""));
	slow_store_begin(&f, 60000);
	results = delete_keys(&f, 1000);
	assert_int_equal(count(results, 1000, TOMB_OUTCOME_GONE), 1000);
	assert_keys_sent(&f, (const size_t[]){1000, 500, 250, 300, 350, 100}, 6);
	slow_store_end(&f);
}

static void only_the_keys_that_were_refused_are_repeated(void **state)
{
	static const char *const codes[] = {"SlowDown", "InternalError"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(codes); i++) {
		struct tomb_result *results = NULL;
		struct slow_store f;

		slow_store_setup(&f);
		slow_store_answer(&f, 1, deleted(&f, 0, 100, 10, 30, codes[i]));
		slow_store_answer(&f, 1, deleted(&f, 10, 30, 12, 14, codes[i]));
		slow_store_answer(&f, 1, deleted(&f, 12, 14, 0, 0, ""));
		slow_store_begin(&f, 60000);
		results = delete_keys(&f, 100);
		assert_int_equal(count(results, 100, TOMB_OUTCOME_GONE), 100);
		assert_keys_sent(&f, (const size_t[]){100, 20, 2}, 3);
		slow_store_end(&f);
	}
}

static void keys_that_are_refused_for_good_are_not_repeated(void **state)
{
	struct tomb_result *results = NULL;
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, deleted(&f, 0, 100, 10, 12, "AccessDenied"));
	slow_store_begin(&f, 60000);
	results = delete_keys(&f, 100);
	assert_int_equal(count(results, 100, TOMB_OUTCOME_GONE), 98);
	assert_int_equal(count(results, 100, TOMB_OUTCOME_DENIED), 2);
	assert_int_equal(slow_store_sent(&f), 1);
	slow_store_end(&f);
}

static void a_batch_that_a_gateway_turned_away_is_not_repeated(void **state)
{
	struct tomb_result *results = NULL;
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_HEAD("503 Service Unavailable", "", "0"));
	slow_store_answer(&f, 1, deleted(&f, 0, 100, 0, 0, ""));
	slow_store_begin(&f, 60000);
	results = delete_keys(&f, 100);
	assert_int_equal(count(results, 100, TOMB_OUTCOME_THROTTLED), 100);
	assert_int_equal(slow_store_sent(&f), 1);
	slow_store_end(&f);
}

static void keys_that_go_singly_stop_when_one_is_throttled(void **state)
{
	struct tomb_target targets[5];
	struct tomb_result results[5];
	struct slow_store f;

	(void)state;
	for (size_t i = 0; i < 5; i++) /* XML cannot carry them */
		targets[i] = (struct tomb_target){
			.key = {&"\1\2\3\4\5"[i], 1}, .version_id = TOMB_STR(""), .etag = TOMB_STR("")};
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_NO_CONTENT);
	slow_store_answer(&f, 3, S3_SLOW_DOWN);
	slow_store_begin(&f, 60000);
	assert_int_equal(tomb_store_delete_many(f.store, targets, 5, &f.arena, results, &f.err), TOMB_OK);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(count(results, 5, TOMB_OUTCOME_THROTTLED), 4);
	assert_string_equal(results[1].code.p, "SlowDown");
	assert_string_equal(results[4].code.p, "");
	assert_int_equal(slow_store_sent(&f), 1 + 3);
	slow_store_end(&f);
}

static void keys_that_go_on_being_refused_are_throttled(void **state)
{
	struct tomb_result *results = NULL;
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	for (int i = 0; i < 3; i++)
		slow_store_answer(&f, 1, deleted(&f, 0, 4, 0, 4, "SlowDown"));
	slow_store_answer(&f, 1, deleted(&f, 0, 4, 0, 0, ""));
	slow_store_begin(&f, 60000);
	results = delete_keys(&f, 4);
	assert_int_equal(count(results, 4, TOMB_OUTCOME_THROTTLED), 4);
	assert_string_equal(results[0].code.p, "SlowDown");
	assert_int_equal(slow_store_sent(&f), 3);
	slow_store_end(&f);
}

static void a_batch_that_broke_off_is_uncertain_and_the_rest_goes_on(void **state)
{
	struct tomb_result *results = NULL;
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_SLOW_DOWN);
	slow_store_say(&f, 1, CANNED_CUT_READ, "");
	slow_store_answer(&f, 1, deleted(&f, 500, 1000, 0, 0, ""));
	slow_store_begin(&f, 60000);
	results = delete_keys(&f, 1000);
	assert_int_equal(count(results, 500, TOMB_OUTCOME_UNCERTAIN), 500);
	assert_int_equal(count(results + 500, 500, TOMB_OUTCOME_GONE), 500);
	assert_keys_sent(&f, (const size_t[]){1000, 500, 500}, 3);
	slow_store_end(&f);
}

static void what_there_is_no_time_for_is_left_unsent(void **state)
{
	struct tomb_result *results = NULL;
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, deleted(&f, 0, 1000, 0, 1000, "SlowDown")); /* 5 a second, 500 keys */
	slow_store_answer(&f, 1, S3_REFUSAL("503 Slow Down", "Retry-After: 60\r\n", "SlowDown"));
	slow_store_begin(&f, 4000);
	results = delete_keys(&f, 1000);
	assert_int_equal(count(results, 1000, TOMB_OUTCOME_THROTTLED), 1000);
	assert_int_equal(results[0].retry_after_ms, 60000);
	assert_keys_sent(&f, (const size_t[]){1000, 500}, 2);
	assert_in_range(f.waited_ms, 200, 4000);
	slow_store_end(&f);
}

static void assert_open(struct slow_store *f, const char *reason)
{
	struct tomb_breaker_state breaker;

	tomb_store_breaker(f->store, &breaker);
	assert_true(breaker.open);
	assert_false(breaker.is_adopted);
	if (!strstr(breaker.reason, reason))
		fail_msg("%s is not in: %s", reason, breaker.reason);
}

static void assert_closed(struct slow_store *f)
{
	struct tomb_breaker_state breaker;

	tomb_store_breaker(f->store, &breaker);
	assert_false(breaker.open);
}

static void a_backend_that_refuses_us_as_a_whole_gets_no_more_requests(void **state)
{
	static const struct {
		const char *bytes;
		const char *code;
	} cases[] = {
		{S3_REFUSAL("403 Forbidden", "", "AccountProblem"), "AccountProblem"},
		{S3_REFUSAL("403 Forbidden", "", "AllAccessDisabled"), "AllAccessDisabled"},
		{S3_REFUSAL("404 Not Found", "", "NoSuchBucket"), "NoSuchBucket"},
		{S3_REFUSAL("403 Forbidden", "", "SignatureDoesNotMatch"), "SignatureDoesNotMatch"},
		{S3_REFUSAL("400 Bad Request", "", "ExpiredToken"), "ExpiredToken"}, /* and the files hold no other */
		{S3_REFUSAL("403 Forbidden", "", "InvalidAccessKeyId"), "InvalidAccessKeyId"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_result result;
		struct slow_store f;

		slow_store_setup(&f);
		slow_store_answer(&f, 1, cases[i].bytes);
		slow_store_answer(&f, 1, S3_NO_CONTENT);
		slow_store_begin(&f, 60000);
		assert_closed(&f);
		assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_DENIED);
		assert_open(&f, cases[i].code);
		result = slow_store_delete(&f);
		assert_int_equal(result.outcome, TOMB_OUTCOME_DENIED);
		assert_int_equal(result.retry_after_ms, 60000);
		assert_non_null(strstr(result.text.p, cases[i].code));
		assert_int_equal(slow_store_look(&f), TOMB_STORE_DENIED);
		assert_int_equal(tomb_store_due_ms(f.store), 60000);
		tomb_clock_manual_advance(&f.clock, INT64_C(60000000));
		assert_int_equal(tomb_store_due_ms(f.store), 0);
		assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
		assert_closed(&f);
		assert_int_equal(slow_store_sent(&f), 2);
		slow_store_end(&f);
	}
}

static void a_lockout_is_left_alone_for_more_than_five_minutes(void **state)
{
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_REFUSAL("403 Forbidden", "", "AuthenticationLockout"));
	slow_store_begin(&f, 60000);
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_DENIED);
	tomb_clock_manual_advance(&f.clock, INT64_C(300000000));
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_DENIED);
	assert_int_equal(tomb_store_due_ms(f.store), 30000);
	assert_int_equal(slow_store_sent(&f), 1);
	slow_store_end(&f);
}

/* An answer to HEAD has no body. */
static void a_look_that_is_denied_without_a_word_says_so(void **state)
{
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_HEAD("403 Forbidden", S3_ID, "0"));
	slow_store_answer(&f, 1, S3_HEAD("403 Forbidden", "", "0"));
	slow_store_begin(&f, 60000);
	assert_int_equal(slow_store_look(&f), TOMB_STORE_DENIED);
	assert_string_equal(f.err.text, "backend s: HEAD: HTTP 403 (no reason given); check the backend's keys and "
					"their rights (request req-1)");
	assert_int_equal(slow_store_look(&f), TOMB_STORE_DENIED);
	assert_string_equal(
		f.err.text, "backend s: HEAD: HTTP 403 (no reason given); check the backend's keys and their rights");
	slow_store_end(&f);
}

static void one_key_that_is_denied_is_not_the_backend_but_five_are(void **state)
{
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 4, S3_REFUSAL("403 Forbidden", "", "AccessDenied"));
	slow_store_answer(&f, 1, S3_NO_CONTENT);
	slow_store_answer(&f, 5, S3_REFUSAL("403 Forbidden", "", "AccessDenied"));
	slow_store_begin(&f, 60000);
	for (int i = 0; i < 4; i++)
		assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_DENIED);
	assert_closed(&f);
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
	for (int i = 0; i < 7; i++)
		assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_DENIED);
	assert_open(&f, "AccessDenied");
	assert_int_equal(slow_store_sent(&f), 10);
	slow_store_end(&f);
}

static void a_batch_of_which_every_key_is_denied_is_the_backend(void **state)
{
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, deleted(&f, 0, 8, 0, 8, "AccessDenied"));
	slow_store_begin(&f, 60000);
	assert_int_equal(count(delete_keys(&f, 8), 8, TOMB_OUTCOME_DENIED), 8);
	assert_open(&f, "AccessDenied");
	assert_int_equal(count(delete_keys(&f, 8), 8, TOMB_OUTCOME_DENIED), 8);
	assert_int_equal(slow_store_sent(&f), 1);
	slow_store_end(&f);
}

static void what_others_found_out_stops_us_too(void **state)
{
	struct tomb_breaker_state theirs = {.open = true};
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_NO_CONTENT);
	slow_store_begin(&f, 60000);
	theirs.since_us = tomb_clock_wall_us(&f.clock.clock);
	theirs.until_us = theirs.since_us + INT64_C(10000000);
	(void)snprintf(theirs.reason, sizeof theirs.reason, "the other lane's reason");
	tomb_store_breaker_adopt(f.store, &theirs);
	assert_int_equal(slow_store_look(&f), TOMB_STORE_DENIED);
	assert_non_null(strstr(f.err.text, "the other lane's reason"));
	theirs = (struct tomb_breaker_state){.since_us = theirs.since_us + 1};
	tomb_store_breaker_adopt(f.store, &theirs);
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(slow_store_sent(&f), 1);
	slow_store_end(&f);
}

/* Another lane, in the place of Redis. */
struct other {
	int calls;
	struct tomb_pace told;
	struct tomb_pace says;
	bool is_deaf;
};

static bool exchange(void *ctx, struct tomb_str backend, struct tomb_pace *pace)
{
	struct other *other = ctx;

	assert_true(tomb_str_eq(backend, TOMB_STR("s")));
	other->calls++;
	other->told = *pace;
	if (!other->is_deaf)
		*pace = other->says;
	return !other->is_deaf;
}

static void others_are_told_at_once_and_asked_once_a_second(void **state)
{
	struct other other = {.is_deaf = true};
	struct slow_store f;

	(void)state;
	slow_store_setup(&f);
	slow_store_answer(&f, 1, S3_SLOW_DOWN);
	slow_store_answer(&f, 4, S3_NO_CONTENT);
	slow_store_begin(&f, 60000);
	tomb_stores_share_pace(f.stores, exchange, &other);
	tomb_clock_manual_advance(&f.clock, INT64_C(1000000));
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
	assert_true(other.calls >= 2);
	assert_true(other.told.was_throttled);
	assert_int_equal(other.told.milli_rate, 5000);
	other.calls = 0;
	other.is_deaf = false;
	other.says = (struct tomb_pace){.epoch = 9, .milli_rate = 1000, .keys = 20, .pause_ms = 0};
	tomb_clock_manual_advance(&f.clock, INT64_C(1000000));
	f.waited_ms = 0;
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(other.calls, 1);
	assert_int_equal(slow_store_delete(&f).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(f.waited_ms, 1000); /* their rate, not ours */
	assert_int_equal(slow_store_sent(&f), 4);
	slow_store_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_look_is_repeated_twice_and_no_more),
		cmocka_unit_test(a_delete_is_repeated_when_the_store_says_that_it_did_nothing),
		cmocka_unit_test(a_delete_is_not_repeated_when_it_may_have_been_done),
		cmocka_unit_test(a_put_is_never_repeated),
		cmocka_unit_test(what_the_store_asks_for_is_waited_for),
		cmocka_unit_test(what_takes_too_long_is_said_instead_of_waited_for),
		cmocka_unit_test(a_storm_gets_no_more_repetitions_than_the_quota_has),
		cmocka_unit_test(nothing_is_waited_for_when_the_program_is_to_end),
		cmocka_unit_test(a_batch_that_is_too_much_is_sent_in_smaller_ones),
		cmocka_unit_test(only_the_keys_that_were_refused_are_repeated),
		cmocka_unit_test(keys_that_are_refused_for_good_are_not_repeated),
		cmocka_unit_test(a_batch_that_a_gateway_turned_away_is_not_repeated),
		cmocka_unit_test(keys_that_go_singly_stop_when_one_is_throttled),
		cmocka_unit_test(keys_that_go_on_being_refused_are_throttled),
		cmocka_unit_test(a_batch_that_broke_off_is_uncertain_and_the_rest_goes_on),
		cmocka_unit_test(what_there_is_no_time_for_is_left_unsent),
		cmocka_unit_test(a_backend_that_refuses_us_as_a_whole_gets_no_more_requests),
		cmocka_unit_test(a_lockout_is_left_alone_for_more_than_five_minutes),
		cmocka_unit_test(a_look_that_is_denied_without_a_word_says_so),
		cmocka_unit_test(one_key_that_is_denied_is_not_the_backend_but_five_are),
		cmocka_unit_test(a_batch_of_which_every_key_is_denied_is_the_backend),
		cmocka_unit_test(what_others_found_out_stops_us_too),
		cmocka_unit_test(others_are_told_at_once_and_asked_once_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
