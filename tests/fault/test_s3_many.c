/* Many looks at a store under way at once: do they overlap, does each answer find its key, and what ends them? */
#include "crowd_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { MANY = 64, DEFAULT_IN_FLIGHT = 16 };

/* The keys of a test: k00, k01, ... */
struct names {
	char text[MANY][8];
	struct tomb_str keys[MANY];
};

static void name_keys(struct names *names)
{
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(names->text[i], sizeof names->text[i], "k%02zu", i);
		names->keys[i] = tomb_str_from(names->text[i]);
	}
}

static size_t number_of(struct tomb_str key)
{
	return (size_t)(key.p[1] - '0') * 10 + (size_t)(key.p[2] - '0');
}

/* Every third key is there, with an ETag that is its name. */
static bool is_there(size_t i)
{
	return i % 3 == 0;
}

static const char *there(struct tomb_str key, struct tomb_arena *arena)
{
	char *text = TOMB_NEW(arena, char, 512);

	(void)snprintf(text, 512,
		"HTTP/1.1 200 OK\r\n" CROWD_ID "Last-Modified: Sun, 01 Feb 2026 03:04:05 GMT\r\nETag: \"%.*s\"\r\n"
		"Content-Length: %zu\r\n\r\n",
		TOMB_STR_ARG(key), number_of(key));
	return text;
}

static const char *look(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	struct tomb_str key = crowd_store_key(request);

	(void)ctx;
	return is_there(number_of(key)) ? there(key, arena) : CROWD_NO_BODY("404 Not Found", "");
}

static void expect_own(const struct tomb_seen *seen, size_t i)
{
	char etag[16];

	assert_int_equal(seen->code, TOMB_OK);
	assert_int_equal(seen->stat.present, is_there(i));
	if (!is_there(i))
		return;
	(void)snprintf(etag, sizeof etag, "\"k%02zu\"", i);
	assert_true(tomb_str_eq(seen->stat.etag, tomb_str_from(etag)));
	assert_int_equal(seen->stat.size_bytes, i);
}

static void looks_overlap_and_each_answer_finds_its_key(void **state)
{
	static const bool orders[] = {false, true};
	struct names names;
	const struct tomb_look_at at = {.keys = names.keys, .n = MANY};

	(void)state;
	name_keys(&names);
	for (size_t k = 0; k < TOMB_COUNTOF(orders); k++) {
		const struct crowd_plan plan = {
			.answer = look, .crowd = MANY, .gather = DEFAULT_IN_FLIGHT, .newest_first = orders[k]};
		struct tomb_seen seen[MANY];
		struct crowd_store f;

		crowd_store_begin(&f, &plan, "", 5000);
		assert_int_equal(tomb_store_stat_many(f.store, &at, &f.arena, seen, &f.err), TOMB_OK);
		for (size_t i = 0; i < MANY; i++)
			expect_own(&seen[i], i);
		assert_int_equal(crowd_store_sent(&f), MANY);
		assert_int_equal(crowd_http_peak(f.server), DEFAULT_IN_FLIGHT);
		assert_true(crowd_http_connections(f.server) <= DEFAULT_IN_FLIGHT);
		crowd_store_end(&f);
	}
}

static void no_more_are_under_way_than_the_backend_says(void **state)
{
	const struct crowd_plan plan = {.answer = look, .crowd = MANY, .gather = 3};
	struct names names;
	const struct tomb_look_at at = {.keys = names.keys, .n = MANY};
	struct tomb_seen seen[MANY];
	struct crowd_store f;

	(void)state;
	name_keys(&names);
	crowd_store_begin(&f, &plan, "requests_in_flight = 3\n", 5000);
	assert_int_equal(tomb_store_stat_many(f.store, &at, &f.arena, seen, &f.err), TOMB_OK);
	assert_int_equal(crowd_store_sent(&f), MANY);
	assert_int_equal(crowd_http_peak(f.server), 3);
	crowd_store_end(&f);
}

static void proof_of_absence_is_never_another_keys(void **state)
{
	const struct crowd_plan plan = {
		.answer = look, .crowd = MANY, .gather = DEFAULT_IN_FLIGHT, .newest_first = true};
	struct names names;
	const struct tomb_look wanted = {.keys = names.keys, .n = MANY};
	struct tomb_verdict verdicts[MANY];
	struct crowd_store f;

	(void)state;
	name_keys(&names);
	crowd_store_begin(&f, &plan, "", 5000);
	assert_int_equal(tomb_store_verify_many(f.store, &wanted, &f.arena, verdicts, &f.err), TOMB_OK);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(verdicts[i].absence, is_there(i) ? TOMB_STILL_THERE : TOMB_ABSENT_VERIFIED);
	assert_int_equal(crowd_store_sent(&f), MANY + CROWD_STORE_PROBE);
	assert_int_equal(crowd_http_peak(f.server), DEFAULT_IN_FLIGHT);
	crowd_store_end(&f);
}

/* One version for each key that is there, and nothing for others. */
static const char *list(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	const char *key = strstr(request->head.p, "prefix=") + strlen("prefix=");
	char body[512] = "<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>";

	(void)ctx;
	if (is_there(number_of((struct tomb_str){key, 3})))
		(void)snprintf(body, sizeof body,
			"<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>%.3s</Key>"
			"<VersionId>v-%.3s</VersionId><IsLatest>true</IsLatest><ETag>\"e\"</ETag><Size>3</Size>"
			"<LastModified>2026-02-01T03:04:05Z</LastModified></Version></ListVersionsResult>",
			key, key);
	return crowd_store_say(arena, "200 OK", body);
}

static void versions_are_those_of_their_key(void **state)
{
	const struct crowd_plan plan = {
		.answer = list, .crowd = MANY, .gather = DEFAULT_IN_FLIGHT, .newest_first = true};
	struct names names;
	const struct tomb_look_at at = {.keys = names.keys, .n = MANY};
	struct tomb_versions found[MANY];
	struct crowd_store f;

	(void)state;
	name_keys(&names);
	crowd_store_begin(&f, &plan, "", 5000);
	assert_int_equal(tomb_store_versions_many(f.store, &at, &f.arena, found, &f.err), TOMB_OK);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(found[i].code, TOMB_OK);
		assert_int_equal(found[i].n, is_there(i) ? 1 : 0);
		if (is_there(i))
			assert_memory_equal(found[i].list[0].version_id.p + 2, names.text[i], 3);
	}
	assert_int_equal(crowd_store_sent(&f), MANY);
	assert_int_equal(crowd_http_peak(f.server), DEFAULT_IN_FLIGHT);
	crowd_store_end(&f);
}

/* The second sixteen are refused. */
static const char *look_with_a_refusal(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	struct tomb_str key = crowd_store_key(request);

	if (number_of(key) >= DEFAULT_IN_FLIGHT)
		return CROWD_NO_BODY("503 Slow Down", "");
	return look(ctx, request, arena);
}

static void a_store_that_wants_fewer_requests_gets_no_more_looks(void **state)
{
	const struct crowd_plan plan = {.answer = look_with_a_refusal, .crowd = 32, .gather = DEFAULT_IN_FLIGHT};
	struct names names;
	const struct tomb_look_at at = {.keys = names.keys, .n = MANY};
	struct tomb_seen seen[MANY];
	struct crowd_store f;

	(void)state;
	name_keys(&names);
	crowd_store_begin(&f, &plan, "", 0); /* nothing is waited for */
	assert_int_equal(tomb_store_stat_many(f.store, &at, &f.arena, seen, &f.err), TOMB_OK);
	for (size_t i = 0; i < DEFAULT_IN_FLIGHT; i++)
		expect_own(&seen[i], i);
	for (size_t i = DEFAULT_IN_FLIGHT; i < MANY; i++)
		assert_int_equal(seen[i].code, TOMB_STORE_THROTTLED);
	assert_int_equal(crowd_store_sent(&f), 32);
	crowd_store_end(&f);
}

/* The first answer to k20 to k29 is "slow down". */
static const char *look_with_one_refusal_each(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	struct tomb_str key = crowd_store_key(request);
	bool *was_refused = ctx;

	if (key.p[1] == '2' && !was_refused[number_of(key)]) {
		was_refused[number_of(key)] = true;
		return CROWD_NO_BODY("503 Slow Down", "");
	}
	return look(ctx, request, arena);
}

static bool no_exchange(void *ctx, struct tomb_str backend, struct tomb_pace *pace)
{
	struct tomb_pace *told = ctx;

	(void)backend;
	*told = *pace;
	return false;
}

static void refusals_of_one_moment_halve_the_rate_once(void **state)
{
	bool was_refused[MANY] = {false};
	const struct crowd_plan plan = {
		.answer = look_with_one_refusal_each, .ctx = was_refused, .crowd = 32, .gather = DEFAULT_IN_FLIGHT};
	struct names names;
	const struct tomb_look_at at = {.keys = names.keys, .n = MANY};
	struct tomb_pace told = {.epoch = 0};
	struct tomb_seen seen[MANY];
	struct crowd_store f;

	(void)state;
	name_keys(&names);
	crowd_store_begin(&f, &plan, "", 60000);
	tomb_stores_share_pace(f.stores, no_exchange, &told);
	assert_int_equal(tomb_store_stat_many(f.store, &at, &f.arena, seen, &f.err), TOMB_OK);
	for (size_t i = 0; i < MANY; i++)
		expect_own(&seen[i], i);
	assert_int_equal(crowd_store_sent(&f), MANY + 10);
	assert_in_range(told.milli_rate, 5000, 20000); /* ten halvings would have made it 500 */
	crowd_store_end(&f);
}

struct asked {
	size_t times;
	size_t at_most;
};

static enum tomb_code go_on(void *ctx, struct tomb_err *err)
{
	struct asked *asked = ctx;

	return ++asked->times > asked->at_most ? TOMB_FAIL(err, TOMB_CONFLICT, "the claim is lost") : TOMB_OK;
}

static void who_may_not_go_on_starts_nothing_more(void **state)
{
	const struct crowd_plan plan = {.answer = look, .crowd = 20, .gather = DEFAULT_IN_FLIGHT};
	struct asked asked = {.at_most = 20};
	struct names names;
	const struct tomb_look wanted = {.keys = names.keys, .n = MANY, .go_on = go_on, .ctx = &asked};
	struct tomb_verdict verdicts[MANY];
	struct crowd_store f;

	(void)state;
	name_keys(&names);
	crowd_store_begin(&f, &plan, "", 5000);
	assert_int_equal(tomb_store_verify_many(f.store, &wanted, &f.arena, verdicts, &f.err), TOMB_CONFLICT);
	assert_int_equal(asked.times, 21);
	assert_int_equal(crowd_store_sent(&f), 20);
	crowd_store_end(&f);
}

/* k07 has no answer, once. */
static const char *look_with_a_cut(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	struct tomb_str key = crowd_store_key(request);
	bool *was_cut = ctx;

	if (number_of(key) == 7 && !*was_cut) {
		*was_cut = true;
		return NULL;
	}
	return look(ctx, request, arena);
}

static void a_look_without_an_answer_is_asked_again(void **state)
{
	bool was_cut = false;
	const struct crowd_plan plan = {
		.answer = look_with_a_cut, .ctx = &was_cut, .crowd = DEFAULT_IN_FLIGHT, .gather = DEFAULT_IN_FLIGHT};
	struct names names;
	const struct tomb_look_at at = {.keys = names.keys, .n = MANY};
	struct tomb_seen seen[MANY];
	struct crowd_store f;

	(void)state;
	name_keys(&names);
	crowd_store_begin(&f, &plan, "", 60000);
	assert_int_equal(tomb_store_stat_many(f.store, &at, &f.arena, seen, &f.err), TOMB_OK);
	for (size_t i = 0; i < MANY; i++)
		expect_own(&seen[i], i);
	assert_int_equal(crowd_store_sent(&f), MANY + 1);
	crowd_store_end(&f);
}

/* The backend refuses us from the second sixteen on. */
static const char *look_until_denied(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	if (number_of(crowd_store_key(request)) < DEFAULT_IN_FLIGHT)
		return look(ctx, request, arena);
	return CROWD_NO_BODY("403 Forbidden", "");
}

static void a_store_that_refuses_us_is_left_alone(void **state)
{
	const struct crowd_plan plan = {.answer = look_until_denied, .crowd = 32, .gather = DEFAULT_IN_FLIGHT};
	struct tomb_breaker_state breaker;
	struct names names;
	const struct tomb_look_at at = {.keys = names.keys, .n = MANY};
	struct tomb_seen seen[MANY];
	struct crowd_store f;

	(void)state;
	name_keys(&names);
	crowd_store_begin(&f, &plan, "", 5000);
	assert_int_equal(tomb_store_stat_many(f.store, &at, &f.arena, seen, &f.err), TOMB_OK);
	for (size_t i = DEFAULT_IN_FLIGHT; i < MANY; i++)
		assert_int_equal(seen[i].code, TOMB_STORE_DENIED);
	tomb_store_breaker(f.store, &breaker);
	assert_true(breaker.open);
	assert_in_range(crowd_store_sent(&f), 32, 36); /* those that were under way at the fifth denial */
	crowd_store_end(&f);
}

static const char *deny(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	(void)ctx;
	(void)request;
	return crowd_store_say(arena, "403 Forbidden", "<Error><Code>AccountProblem</Code></Error>");
}

static void open_half(struct crowd_store *f)
{
	struct tomb_breaker_state breaker = {.open = true, .since_us = tomb_clock_wall_us(&f->clock.clock)};

	breaker.until_us = breaker.since_us;
	tomb_store_breaker_adopt(f->store, &breaker);
}

static void one_request_decides_for_a_store_that_refused_us(void **state)
{
	static const struct crowd_plan plans[] = {
		{.answer = deny}, {.answer = list, .alone = 1, .crowd = MANY - 1, .gather = DEFAULT_IN_FLIGHT}};
	struct names names;
	const struct tomb_look_at at = {.keys = names.keys, .n = MANY};
	struct tomb_versions found[MANY];

	(void)state;
	name_keys(&names);
	for (size_t k = 0; k < TOMB_COUNTOF(plans); k++) {
		struct crowd_store f;

		crowd_store_begin(&f, &plans[k], "", 5000);
		open_half(&f);
		assert_int_equal(tomb_store_versions_many(f.store, &at, &f.arena, found, &f.err), TOMB_OK);
		for (size_t i = 0; i < MANY; i++)
			assert_int_equal(found[i].code, k == 0 ? TOMB_STORE_DENIED : TOMB_OK);
		assert_int_equal(crowd_store_sent(&f), k == 0 ? 1 : MANY);
		crowd_store_end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_overlap_and_each_answer_finds_its_key),
		cmocka_unit_test(no_more_are_under_way_than_the_backend_says),
		cmocka_unit_test(proof_of_absence_is_never_another_keys),
		cmocka_unit_test(versions_are_those_of_their_key),
		cmocka_unit_test(a_store_that_wants_fewer_requests_gets_no_more_looks),
		cmocka_unit_test(refusals_of_one_moment_halve_the_rate_once),
		cmocka_unit_test(who_may_not_go_on_starts_nothing_more),
		cmocka_unit_test(a_look_without_an_answer_is_asked_again),
		cmocka_unit_test(a_store_that_refuses_us_is_left_alone),
		cmocka_unit_test(one_request_decides_for_a_store_that_refused_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
