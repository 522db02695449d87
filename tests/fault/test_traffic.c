/* Stores that ask for less, refuse us or are in trouble: what is sent, how often and when?  Time passes only when the
 * store waits for it. */
#include "byte_source.h"
#include "canned_http.h"
#include "temp_folder.h"
#include "tombstone/digest.h"
#include "tombstone/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define ID "x-amz-request-id: req-1\r\n"
#define HEAD(status, headers, length) "HTTP/1.1 " status "\r\n" headers "Content-Length: " length "\r\n\r\n"
#define ERROR_BODY(code)                                                                                               \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" code "</Code><Message>m</Message></Error>"
/* The server closes after it, so no length is needed. */
#define REFUSAL(status, headers, code) "HTTP/1.1 " status "\r\n" ID headers "Connection: close\r\n\r\n" ERROR_BODY(code)
#define SLOW_DOWN REFUSAL("503 Slow Down", "", "SlowDown")
#define NO_CONTENT HEAD("204 No Content", ID, "0")
#define NOT_THERE HEAD("404 Not Found", ID, "0")

static const char probe_versioning[] = "HTTP/1.1 200 OK\r\n" ID "Connection: close\r\n\r\n"
				       "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>";

enum { SCRIPT_MAX = 400, PROBE = 2 };

struct fixture {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct canned_reply script[SCRIPT_MAX];
	size_t n;
	struct canned_http *server;
	struct tomb_stores *stores;
	struct tomb_store *store;
	struct tomb_clock_manual clock;
	int64_t waited_ms;
	int waits;
	bool told_to_end;
};

static bool wait_in_vain(void *ctx, int64_t ms)
{
	struct fixture *f = ctx;

	if (f->told_to_end)
		return false;
	assert_true(ms > 0);
	f->waited_ms += ms;
	f->waits++;
	tomb_clock_manual_advance(&f->clock, ms * TOMB_US_PER_MS);
	return true;
}

static void say(struct fixture *f, size_t times, enum canned_manner manner, const char *bytes)
{
	for (size_t i = 0; i < times; i++) {
		assert_true(f->n < SCRIPT_MAX);
		f->script[f->n++] = (struct canned_reply){.manner = manner, .bytes = bytes};
	}
}

static void answer(struct fixture *f, size_t times, const char *bytes)
{
	say(f, times, strstr(bytes, "Connection: close") ? CANNED_ANSWER_AND_CUT : CANNED_ANSWER, bytes);
}

static void setup(struct fixture *f)
{
	*f = (struct fixture){
		.arena = tomb_arena_init(64 << 20), .clock = tomb_clock_manual(INT64_C(1800000000000000))};
	tomb_clock_manual_advance(&f->clock, INT64_C(1000000000));
	temp_folder_make(&f->temp);
	answer(f, 1, probe_versioning);
	answer(f, 1, NOT_THERE);
}

static void write_key(struct fixture *f, const char *name)
{
	char path[256];

	temp_folder_write(&f->temp, name, "AKIDEXAMPLE\n", 12);
	(void)snprintf(path, sizeof path, "%s/%s", f->temp.path, name);
	assert_int_equal(chmod(path, 0400), 0);
}

/* After what it will say was added: a store that was probed. */
static void begin(struct fixture *f, int64_t longest_ms)
{
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 12);
	struct tomb_probe probe;
	char path[256];

	f->server = canned_http_start(f->script, f->n);
	write_key(f, "access");
	write_key(f, "secret");
	tomb_buf_putf(&conf,
		"[backend s]\nkind = s3\nendpoint = http://127.0.0.1:%d\nregion = us-east-1\nbucket = bucket\n"
		"access_key_file = %s/access\nsecret_key_file = %s/secret\n",
		canned_http_port(f->server), f->temp.path, f->temp.path);
	temp_folder_write(&f->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", f->temp.path);
	if (tomb_stores_open(path, &f->stores, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
	f->store = tomb_stores_at(f->stores, 0);
	tomb_stores_set_waiting(
		f->stores, &(struct tomb_waiting){
				   .clock = &f->clock.clock, .wait = wait_in_vain, .ctx = f, .longest_ms = longest_ms});
	if (tomb_store_probe(f->store, &probe, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
}

static void end(struct fixture *f)
{
	tomb_stores_close(f->stores);
	canned_http_free(f->server);
	temp_folder_remove(&f->temp);
	tomb_arena_fini(&f->arena);
}

/* How many requests there were after the probe.  Ends the server. */
static size_t sent(struct fixture *f)
{
	canned_http_stop(f->server);
	return canned_http_requests(f->server) - PROBE;
}

static enum tomb_code look(struct fixture *f)
{
	struct tomb_stat st;

	return tomb_store_stat(f->store, TOMB_STR("k"), &f->arena, &st, &f->err);
}

static struct tomb_result delete_key(struct fixture *f)
{
	struct tomb_target target = {.key = TOMB_STR("k")};
	struct tomb_result result;

	if (tomb_store_delete_one(f->store, &target, &f->arena, &result, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
	return result;
}

static void a_look_is_repeated_twice_and_no_more(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 9, HEAD("503 Service Unavailable", ID, "0"));
	begin(&f, 60000);
	assert_int_equal(look(&f), TOMB_STORE_THROTTLED);
	assert_true(f.waits >= 2);
	assert_int_equal(sent(&f), 3);
	end(&f);
}

static void a_delete_is_repeated_when_the_store_says_that_it_did_nothing(void **state)
{
	static const char *const refusals[] = {SLOW_DOWN, REFUSAL("500 Internal Server Error", "", "InternalError"),
		REFUSAL("403 Forbidden", "", "RequestRateLimitExceeded"),
		REFUSAL("400 Bad Request", "", "RequestTimeout")};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(refusals); i++) {
		struct fixture f;

		setup(&f);
		answer(&f, 2, refusals[i]);
		answer(&f, 1, NO_CONTENT);
		begin(&f, 60000);
		assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
		assert_int_equal(sent(&f), 3);
		end(&f);
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
		{CANNED_ANSWER, HEAD("502 Bad Gateway", "", "0"), TOMB_OUTCOME_UNCERTAIN},
		{CANNED_ANSWER, HEAD("500 Internal Server Error", "", "0"), TOMB_OUTCOME_TRANSIENT},
		{CANNED_ANSWER, HEAD("503 Service Unavailable", "", "0"), TOMB_OUTCOME_THROTTLED},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct fixture f;

		setup(&f);
		say(&f, 1, cases[i].manner, cases[i].bytes);
		answer(&f, 3, NO_CONTENT);
		begin(&f, 60000);
		assert_int_equal(delete_key(&f).outcome, cases[i].outcome);
		assert_int_equal(sent(&f), 1);
		end(&f);
	}
}

static void a_put_is_never_repeated(void **state)
{
	struct byte_source bytes = {.left = TOMB_STR("bytes")};
	struct tomb_put put = {.key = TOMB_STR("new"), .size_bytes = 5, .read = byte_source_read, .arg = &bytes};
	struct tomb_placed placed;
	struct fixture f;

	(void)state;
	tomb_sha256(TOMB_STR("bytes"), put.sha256);
	setup(&f);
	answer(&f, 3, SLOW_DOWN);
	begin(&f, 60000);
	assert_int_equal(tomb_store_put(f.store, &put, &f.arena, &placed, &f.err), TOMB_STORE_THROTTLED);
	assert_int_equal(sent(&f), 1);
	end(&f);
}

static void what_the_store_asks_for_is_waited_for(void **state)
{
	static const struct {
		const char *bytes;
		int64_t ms;
	} cases[] = {
		{REFUSAL("503 Slow Down", "Retry-After: 30\r\n", "SlowDown"), 30000},
		{REFUSAL("503 Slow Down", "x-amz-retry-after: 2500\r\n", "SlowDown"), 2500},
		{REFUSAL("500 Internal Server Error", "Retry-After: 7\r\n", "InternalError"), 7000},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct fixture f;

		setup(&f);
		answer(&f, 1, cases[i].bytes);
		answer(&f, 1, NO_CONTENT);
		begin(&f, 60000);
		assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
		assert_int_equal(f.waited_ms, cases[i].ms);
		assert_int_equal(sent(&f), 2);
		end(&f);
	}
}

static void what_takes_too_long_is_said_instead_of_waited_for(void **state)
{
	struct tomb_result result;
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, REFUSAL("503 Slow Down", "Retry-After: 30\r\n", "SlowDown"));
	answer(&f, 1, NO_CONTENT);
	begin(&f, 5000);
	result = delete_key(&f);
	assert_int_equal(result.outcome, TOMB_OUTCOME_THROTTLED);
	assert_int_equal(result.retry_after_ms, 30000);
	assert_int_equal(tomb_store_due_ms(f.store), 30000);
	result = delete_key(&f); /* the store's wish holds for the next call as well */
	assert_int_equal(result.outcome, TOMB_OUTCOME_THROTTLED);
	assert_int_equal(result.retry_after_ms, 30000);
	assert_int_equal(look(&f), TOMB_STORE_THROTTLED);
	assert_int_equal(f.waited_ms, 0);
	tomb_clock_manual_advance(&f.clock, INT64_C(26000000));
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(f.waited_ms, 4000);
	assert_int_equal(sent(&f), 2);
	end(&f);
}

static void a_storm_gets_no_more_repetitions_than_the_quota_has(void **state)
{
	enum { LOOKS = 150, REPETITIONS = 100 };
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, LOOKS + REPETITIONS + 20, HEAD("503 Service Unavailable", ID, "0"));
	begin(&f, 60000);
	for (int i = 0; i < LOOKS; i++)
		assert_int_equal(look(&f), TOMB_STORE_THROTTLED);
	assert_int_equal(sent(&f), LOOKS + REPETITIONS);
	assert_true(f.waited_ms > 2000 * LOOKS); /* one request in two seconds is the slowest pace */
	end(&f);
}

static void nothing_is_waited_for_when_the_program_is_to_end(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, SLOW_DOWN);
	answer(&f, 1, NO_CONTENT);
	begin(&f, 60000);
	f.told_to_end = true;
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_THROTTLED);
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_THROTTLED);
	assert_int_equal(sent(&f), 1);
	end(&f);
}

/* A batch of n keys "k0", "k1", ... */
static struct tomb_result *delete_keys(struct fixture *f, size_t n)
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
static const char *deleted(struct fixture *f, size_t a, size_t b, size_t refused_a, size_t refused_b, const char *code)
{
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 18);

	tomb_buf_putf(&text, "HTTP/1.1 200 OK\r\n" ID "Connection: close\r\n\r\n<DeleteResult>");
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

static void assert_keys_sent(struct fixture *f, const size_t *keys, size_t n)
{
	assert_int_equal(sent(f), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(keys_in(canned_http_request(f->server, PROBE + i)), keys[i]);
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
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 2, SLOW_DOWN);
	answer(&f, 1, deleted(&f, 0, 250, 0, 0, ""));
	answer(&f, 1, deleted(&f, 250, 550, 0, 0, "")); /* it grows again: 300 */
	answer(&f, 1, deleted(&f, 550, 900, 0, 0, ""));
	answer(&f, 1, deleted(&f, 900, 1000, 0, 0, ""));
	begin(&f, 60000);
	results = delete_keys(&f, 1000);
	assert_int_equal(count(results, 1000, TOMB_OUTCOME_GONE), 1000);
	assert_keys_sent(&f, (const size_t[]){1000, 500, 250, 300, 350, 100}, 6);
	end(&f);
}

static void only_the_keys_that_were_refused_are_repeated(void **state)
{
	static const char *const codes[] = {"SlowDown", "InternalError"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(codes); i++) {
		struct tomb_result *results = NULL;
		struct fixture f;

		setup(&f);
		answer(&f, 1, deleted(&f, 0, 100, 10, 30, codes[i]));
		answer(&f, 1, deleted(&f, 10, 30, 12, 14, codes[i]));
		answer(&f, 1, deleted(&f, 12, 14, 0, 0, ""));
		begin(&f, 60000);
		results = delete_keys(&f, 100);
		assert_int_equal(count(results, 100, TOMB_OUTCOME_GONE), 100);
		assert_keys_sent(&f, (const size_t[]){100, 20, 2}, 3);
		end(&f);
	}
}

static void keys_that_are_refused_for_good_are_not_repeated(void **state)
{
	struct tomb_result *results = NULL;
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, deleted(&f, 0, 100, 10, 12, "AccessDenied"));
	begin(&f, 60000);
	results = delete_keys(&f, 100);
	assert_int_equal(count(results, 100, TOMB_OUTCOME_GONE), 98);
	assert_int_equal(count(results, 100, TOMB_OUTCOME_DENIED), 2);
	assert_int_equal(sent(&f), 1);
	end(&f);
}

static void keys_that_go_on_being_refused_are_throttled(void **state)
{
	struct tomb_result *results = NULL;
	struct fixture f;

	(void)state;
	setup(&f);
	for (int i = 0; i < 3; i++)
		answer(&f, 1, deleted(&f, 0, 4, 0, 4, "SlowDown"));
	answer(&f, 1, deleted(&f, 0, 4, 0, 0, ""));
	begin(&f, 60000);
	results = delete_keys(&f, 4);
	assert_int_equal(count(results, 4, TOMB_OUTCOME_THROTTLED), 4);
	assert_string_equal(results[0].code.p, "SlowDown");
	assert_int_equal(sent(&f), 3);
	end(&f);
}

static void a_batch_that_broke_off_is_uncertain_and_the_rest_goes_on(void **state)
{
	struct tomb_result *results = NULL;
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, SLOW_DOWN);
	say(&f, 1, CANNED_CUT_READ, "");
	answer(&f, 1, deleted(&f, 500, 1000, 0, 0, ""));
	begin(&f, 60000);
	results = delete_keys(&f, 1000);
	assert_int_equal(count(results, 500, TOMB_OUTCOME_UNCERTAIN), 500);
	assert_int_equal(count(results + 500, 500, TOMB_OUTCOME_GONE), 500);
	assert_keys_sent(&f, (const size_t[]){1000, 500, 500}, 3);
	end(&f);
}

static void what_there_is_no_time_for_is_left_unsent(void **state)
{
	struct tomb_result *results = NULL;
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, deleted(&f, 0, 1000, 0, 1000, "SlowDown")); /* 5 a second, 500 keys */
	answer(&f, 1, REFUSAL("503 Slow Down", "Retry-After: 60\r\n", "SlowDown"));
	begin(&f, 4000);
	results = delete_keys(&f, 1000);
	assert_int_equal(count(results, 1000, TOMB_OUTCOME_THROTTLED), 1000);
	assert_int_equal(results[0].retry_after_ms, 60000);
	assert_keys_sent(&f, (const size_t[]){1000, 500}, 2);
	assert_in_range(f.waited_ms, 200, 4000);
	end(&f);
}

static void assert_open(struct fixture *f, const char *reason)
{
	struct tomb_breaker_state breaker;

	tomb_store_breaker(f->store, &breaker);
	assert_true(breaker.open);
	assert_false(breaker.is_adopted);
	if (!strstr(breaker.reason, reason))
		fail_msg("%s is not in: %s", reason, breaker.reason);
}

static void assert_closed(struct fixture *f)
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
		{REFUSAL("403 Forbidden", "", "AccountProblem"), "AccountProblem"},
		{REFUSAL("403 Forbidden", "", "AllAccessDisabled"), "AllAccessDisabled"},
		{REFUSAL("404 Not Found", "", "NoSuchBucket"), "NoSuchBucket"},
		{REFUSAL("403 Forbidden", "", "SignatureDoesNotMatch"), "SignatureDoesNotMatch"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_result result;
		struct fixture f;

		setup(&f);
		answer(&f, 1, cases[i].bytes);
		answer(&f, 1, NO_CONTENT);
		begin(&f, 60000);
		assert_closed(&f);
		assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_DENIED);
		assert_open(&f, cases[i].code);
		result = delete_key(&f);
		assert_int_equal(result.outcome, TOMB_OUTCOME_DENIED);
		assert_int_equal(result.retry_after_ms, 60000);
		assert_non_null(strstr(result.text.p, cases[i].code));
		assert_int_equal(look(&f), TOMB_STORE_DENIED);
		assert_int_equal(tomb_store_due_ms(f.store), 60000);
		tomb_clock_manual_advance(&f.clock, INT64_C(60000000));
		assert_int_equal(tomb_store_due_ms(f.store), 0);
		assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
		assert_closed(&f);
		assert_int_equal(sent(&f), 2);
		end(&f);
	}
}

static void a_lockout_is_left_alone_for_more_than_five_minutes(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, REFUSAL("403 Forbidden", "", "AuthenticationLockout"));
	begin(&f, 60000);
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_DENIED);
	tomb_clock_manual_advance(&f.clock, INT64_C(300000000));
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_DENIED);
	assert_int_equal(tomb_store_due_ms(f.store), 30000);
	assert_int_equal(sent(&f), 1);
	end(&f);
}

static void one_key_that_is_denied_is_not_the_backend_but_five_are(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 4, REFUSAL("403 Forbidden", "", "AccessDenied"));
	answer(&f, 1, NO_CONTENT);
	answer(&f, 5, REFUSAL("403 Forbidden", "", "AccessDenied"));
	begin(&f, 60000);
	for (int i = 0; i < 4; i++)
		assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_DENIED);
	assert_closed(&f);
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
	for (int i = 0; i < 7; i++)
		assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_DENIED);
	assert_open(&f, "AccessDenied");
	assert_int_equal(sent(&f), 10);
	end(&f);
}

static void a_batch_of_which_every_key_is_denied_is_the_backend(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, deleted(&f, 0, 8, 0, 8, "AccessDenied"));
	begin(&f, 60000);
	assert_int_equal(count(delete_keys(&f, 8), 8, TOMB_OUTCOME_DENIED), 8);
	assert_open(&f, "AccessDenied");
	assert_int_equal(count(delete_keys(&f, 8), 8, TOMB_OUTCOME_DENIED), 8);
	assert_int_equal(sent(&f), 1);
	end(&f);
}

static void what_others_found_out_stops_us_too(void **state)
{
	struct tomb_breaker_state theirs = {.open = true};
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, NO_CONTENT);
	begin(&f, 60000);
	theirs.since_us = tomb_clock_wall_us(&f.clock.clock);
	theirs.until_us = theirs.since_us + INT64_C(10000000);
	(void)snprintf(theirs.reason, sizeof theirs.reason, "the other lane's reason");
	tomb_store_breaker_adopt(f.store, &theirs);
	assert_int_equal(look(&f), TOMB_STORE_DENIED);
	assert_non_null(strstr(f.err.text, "the other lane's reason"));
	theirs = (struct tomb_breaker_state){.since_us = theirs.since_us + 1};
	tomb_store_breaker_adopt(f.store, &theirs);
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(sent(&f), 1);
	end(&f);
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
	struct fixture f;

	(void)state;
	setup(&f);
	answer(&f, 1, SLOW_DOWN);
	answer(&f, 4, NO_CONTENT);
	begin(&f, 60000);
	tomb_stores_share_pace(f.stores, exchange, &other);
	tomb_clock_manual_advance(&f.clock, INT64_C(1000000));
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
	assert_true(other.calls >= 2);
	assert_true(other.told.was_throttled);
	assert_int_equal(other.told.milli_rate, 5000);
	other.calls = 0;
	other.is_deaf = false;
	other.says = (struct tomb_pace){.epoch = 9, .milli_rate = 1000, .keys = 20, .pause_ms = 0};
	tomb_clock_manual_advance(&f.clock, INT64_C(1000000));
	f.waited_ms = 0;
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(other.calls, 1);
	assert_int_equal(delete_key(&f).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(f.waited_ms, 1000); /* their rate, not ours */
	assert_int_equal(sent(&f), 4);
	end(&f);
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
		cmocka_unit_test(keys_that_go_on_being_refused_are_throttled),
		cmocka_unit_test(a_batch_that_broke_off_is_uncertain_and_the_rest_goes_on),
		cmocka_unit_test(what_there_is_no_time_for_is_left_unsent),
		cmocka_unit_test(a_backend_that_refuses_us_as_a_whole_gets_no_more_requests),
		cmocka_unit_test(a_lockout_is_left_alone_for_more_than_five_minutes),
		cmocka_unit_test(one_key_that_is_denied_is_not_the_backend_but_five_are),
		cmocka_unit_test(a_batch_of_which_every_key_is_denied_is_the_backend),
		cmocka_unit_test(what_others_found_out_stops_us_too),
		cmocka_unit_test(others_are_told_at_once_and_asked_once_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
