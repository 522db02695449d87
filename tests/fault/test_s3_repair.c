/* What an S3 store refuses because of our clock, our keys' end or the wrong region is sent once more, set right: once
 * for each reason, and to no host but the operator's. */
#include "byte_source.h"
#include "s3_stub.h"
#include "tombstone/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define GOOD                                                                                                           \
	{                                                                                                              \
		.status = "204 No Content"                                                                             \
	}
#define SKEWED(ahead)                                                                                                  \
	{                                                                                                              \
		.status = "403 Forbidden", .body = S3_STUB_ERROR("RequestTimeTooSkewed"), .has_date = true,            \
		.ahead_s = (ahead)                                                                                     \
	}

enum { MINUTE = 60, HOUR = 3600 };

static const struct tomb_target target = {.key = {"k", 1}};

static bool says(const struct canned_request *r, const char *text)
{
	return strstr(r->head.p, text) != NULL;
}

static struct tomb_result delete_and_stop(struct s3_stub *stub, size_t requests)
{
	struct tomb_result r = s3_stub_delete(stub, target);

	s3_stub_stop(stub);
	if (s3_stub_requests(stub) != requests)
		fail_msg("%zu requests, not %zu: %s", s3_stub_requests(stub), requests, r.text.p);
	return r;
}

/* The time in x-amz-date, as minutes of a day. */
static int minutes_of(const struct canned_request *r)
{
	const char *at = strstr(r->head.p, "x-amz-date: ");

	assert_non_null(at);
	at += strlen("x-amz-date: 20260101T");
	return ((at[0] - '0') * 10 + at[1] - '0') * 60 + (at[2] - '0') * 10 + at[3] - '0';
}

static int minutes_between(const struct canned_request *a, const struct canned_request *b)
{
	return (minutes_of(b) - minutes_of(a) + 24 * 60) % (24 * 60);
}

static void the_clock_is_taken_from_the_store_once(void **state)
{
	static const struct s3_said said[] = {SKEWED(20 * MINUTE), GOOD, GOOD};
	struct s3_stub stub;
	int minutes = 0;

	(void)state;
	s3_stub_begin(&stub, said, 3, NULL);
	assert_int_equal(s3_stub_delete(&stub, target).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(s3_stub_delete(&stub, target).outcome, TOMB_OUTCOME_GONE); /* remembered */
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 3);
	minutes = minutes_between(s3_stub_request(&stub, 0), s3_stub_request(&stub, 1));
	assert_in_range(minutes, 19, 21);
	minutes = minutes_between(s3_stub_request(&stub, 0), s3_stub_request(&stub, 2));
	assert_in_range(minutes, 19, 21);
	s3_stub_end(&stub);
}

static void a_probe_tells_how_far_the_clocks_are_apart(void **state)
{
	static const struct s3_said said[] = {SKEWED(-2 * HOUR),
		{.status = "200 OK", .body = "<VersioningConfiguration/>"}, {.status = "404 Not Found"}};
	static const struct s3_stub_options options = {.unprobed = true};
	struct tomb_probe probe;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 3, &options);
	assert_int_equal(tomb_store_probe(stub.store, &probe, &stub.err), TOMB_OK);
	assert_int_equal(probe.clock_offset_us / 1000000 / HOUR, -2);
	s3_stub_end(&stub);
}

static void a_clock_that_cannot_be_believed_is_not(void **state)
{
	static const struct s3_said cases[][2] = {
		{SKEWED(25 * HOUR), GOOD},
		{SKEWED(-25 * HOUR), GOOD},
		{SKEWED(0), GOOD}, /* the same time: that was not the reason */
		{{.status = "403 Forbidden", .body = S3_STUB_ERROR("RequestTimeTooSkewed")}, GOOD},
		{{.status = "403 Forbidden",
			 .headers = S3_STUB_ID "Date: yesterday\r\n",
			 .body = S3_STUB_ERROR("RequestTimeTooSkewed")},
			GOOD},
		{{.status = "403 Forbidden", .body = S3_STUB_ERROR("AccessDenied"), .has_date = true, .ahead_s = 600},
			GOOD}, /* nobody refuses for ten minutes */
		{{.status = "503 Slow", .has_date = true, .ahead_s = HOUR}, GOOD},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct s3_stub stub;

		s3_stub_begin(&stub, cases[i], 2, NULL);
		assert_int_not_equal(delete_and_stop(&stub, 1).outcome, TOMB_OUTCOME_GONE);
		s3_stub_end(&stub);
	}
}

static void a_refusal_without_words_is_looked_at_for_its_date(void **state)
{
	static const struct s3_said said[] = {
		{.status = "403 Forbidden", .has_date = true, .ahead_s = -20 * MINUTE}, {.status = "404 Not Found"}};
	struct tomb_stat st;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 2, NULL);
	assert_int_equal(tomb_store_stat(stub.store, target.key, &stub.arena, &st, &stub.err), TOMB_OK);
	assert_false(st.present);
	s3_stub_end(&stub);
}

static void each_repair_is_tried_once(void **state)
{
#define EXPIRED                                                                                                        \
	{                                                                                                              \
		.status = "400 Bad Request", .body = S3_STUB_ERROR("ExpiredToken")                                     \
	}
#define MOVED(region)                                                                                                  \
	{                                                                                                              \
		.status = "301 Moved", .headers = S3_STUB_ID "x-amz-bucket-region: " region "\r\n",                    \
		.body = S3_STUB_ERROR("PermanentRedirect")                                                             \
	}
	static const struct {
		struct s3_said said[4];
		size_t requests;
		const char *code;
	} cases[] = {
		{{SKEWED(HOUR), SKEWED(3 * HOUR), GOOD, GOOD}, 2, "RequestTimeTooSkewed"},
		{{EXPIRED, EXPIRED, GOOD, GOOD}, 2, "ExpiredToken"},
		{{MOVED("eu-west-1"), MOVED("eu-west-2"), GOOD, GOOD}, 2, "PermanentRedirect"},
		{{MOVED("us-east-1"), GOOD, GOOD, GOOD}, 1, "PermanentRedirect"}, /* where we are */
		{{SKEWED(HOUR), EXPIRED, SKEWED(3 * HOUR), GOOD}, 3, "RequestTimeTooSkewed"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_result r;
		struct s3_stub stub;

		s3_stub_begin(&stub, cases[i].said, 4, NULL);
		s3_stub_write_key(&stub, "access", "AKIDNEW\n");
		r = delete_and_stop(&stub, cases[i].requests);
		assert_int_equal(r.outcome, TOMB_OUTCOME_DENIED);
		assert_string_equal(r.code.p, cases[i].code);
		s3_stub_end_unchecked(&stub);
	}
}

static void everything_at_once_is_repaired(void **state)
{
	static const struct s3_said said[] = {SKEWED(HOUR), EXPIRED, MOVED("eu-west-1"),
		{.body = "<DeleteResult><Deleted><Key>k</Key></Deleted><Deleted><Key>l</Key></Deleted></"
			 "DeleteResult>"}};
	struct tomb_target targets[] = {target, {.key = TOMB_STR("l")}};
	struct tomb_result results[2];
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 4, NULL);
	s3_stub_write_key(&stub, "access", "AKIDNEW\n");
	assert_int_equal(tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(results[1].outcome, TOMB_OUTCOME_GONE);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 4);
	s3_stub_check(&stub, 0, 2);
	stub.expected.access_key = "AKIDNEW";
	s3_stub_check(&stub, 2, 3);
	stub.expected.region = "eu-west-1";
	s3_stub_check(&stub, 3, 4);
	s3_stub_end_unchecked(&stub);
}

static void keys_that_have_ended_are_fetched_anew(void **state)
{
	static const char *const bodies[] = {S3_STUB_ERROR("ExpiredToken"), S3_STUB_ERROR("TokenRefreshRequired"),
		S3_STUB_ERROR("InvalidToken"), S3_STUB_ERROR("InvalidAccessKeyId")};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bodies); i++) {
		const struct s3_said said[] = {{.status = "400 Bad Request", .body = bodies[i]}, GOOD};
		struct s3_stub stub;

		s3_stub_begin(&stub, said, 2, NULL);
		s3_stub_write_key(&stub, "access", "AKIDNEW\n");
		s3_stub_write_key(&stub, "secret", "another-secret\n");
		assert_int_equal(delete_and_stop(&stub, 2).outcome, TOMB_OUTCOME_GONE);
		s3_stub_check(&stub, 0, 1);
		stub.expected.access_key = "AKIDNEW";
		stub.expected.secret_key = "another-secret";
		s3_stub_check(&stub, 1, 2);
		s3_stub_end_unchecked(&stub);

		s3_stub_begin(&stub, said, 2, NULL); /* there are no others */
		assert_int_equal(delete_and_stop(&stub, 1).outcome, TOMB_OUTCOME_DENIED);
		s3_stub_end(&stub);
	}
}

static void a_400_without_words_is_about_keys_only_if_those_end(void **state)
{
	static const struct s3_said said[] = {{.status = "400 Bad Request"}, {.status = "404 Not Found"}};
	static const struct s3_stub_options of_a_session = {.token = "first\n"};
	struct tomb_stat st;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 2, NULL);
	s3_stub_write_key(&stub, "secret", "another-secret\n");
	assert_int_equal(tomb_store_stat(stub.store, target.key, &stub.arena, &st, &stub.err), TOMB_STORE);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 1);
	s3_stub_end(&stub);

	s3_stub_begin(&stub, said, 2, &of_a_session);
	s3_stub_write_key(&stub, "token", "second\n");
	assert_int_equal(tomb_store_stat(stub.store, target.key, &stub.arena, &st, &stub.err), TOMB_OK);
	s3_stub_stop(&stub);
	assert_true(says(s3_stub_request(&stub, 0), "x-amz-security-token: first\r\n"));
	assert_true(says(s3_stub_request(&stub, 1), "x-amz-security-token: second\r\n"));
	s3_stub_end(&stub);
}

static void the_region_is_signed_for_and_the_host_stays(void **state)
{
#define FOREIGN "Location: http://127.0.0.1:1/bucket/k\r\n"
	static const struct s3_said cases[] = {
		{.status = "301 Moved", .headers = FOREIGN "x-amz-bucket-region: eu-west-1\r\n"},
		{.status = "307 Temporary Redirect", .headers = FOREIGN "x-amz-bucket-region: eu-west-1\r\n"},
		{.status = "307 Temporary Redirect",
			.headers = FOREIGN "x-amz-bucket-region: eu-west-1\r\n",
			.body = "<Error><Code>TemporaryRedirect</Code><Endpoint>evil.example.org</Endpoint></Error>"},
		{.status = "400 Bad Request",
			.headers = FOREIGN,
			.body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>"},
		{.status = "400 Bad Request", .headers = "x-amz-bucket-region: eu-west-1\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		const struct s3_said said[] = {cases[i], GOOD, GOOD};
		struct s3_stub stub;

		s3_stub_begin(&stub, said, 3, NULL);
		assert_int_equal(s3_stub_delete(&stub, target).outcome, TOMB_OUTCOME_GONE);
		assert_int_equal(delete_and_stop(&stub, 3).outcome, TOMB_OUTCOME_GONE); /* remembered */
		s3_stub_check(&stub, 0, 1);
		stub.expected.region = "eu-west-1";
		s3_stub_check(&stub, 1, 3);
		s3_stub_end_unchecked(&stub);
	}
}

static void the_region_takes_its_own_place_in_the_host(void **state)
{
	static const struct {
		struct s3_stub_options options;
		const char *moved; /* the host of the second request */
	} cases[] = {
		{{.host = "s3.us-east-1.localhost", .conf = "allow_plain_http = yes\n"}, "s3.eu-west-1.localhost"},
		{{.host = "s3.us-east-1.localhost",
			 .conf = "allow_plain_http = yes\nstyle = virtual\n",
			 .signed_host = "bucket.s3.us-east-1.localhost"},
			"bucket.s3.eu-west-1.localhost"},
		{{.host = "us-east-1.s3.us-east-1.localhost", .conf = "allow_plain_http = yes\n"},
			"us-east-1.s3.eu-west-1.localhost"},
		{{.host = "s3-us-east-1.localhost", .conf = "allow_plain_http = yes\n"}, "s3-us-east-1.localhost"},
	};
	static const struct s3_said said[] = {{.status = "301 Moved", /* another host is another connection */
						      .headers = "x-amz-bucket-region: eu-west-1\r\n",
						      .manner = CANNED_ANSWER_AND_CUT},
		GOOD};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct s3_stub stub;

		s3_stub_begin(&stub, said, 2, &cases[i].options);
		assert_int_equal(delete_and_stop(&stub, 2).outcome, TOMB_OUTCOME_GONE);
		s3_stub_check(&stub, 0, 1);
		(void)snprintf(stub.host, sizeof stub.host, "%s:%d", cases[i].moved, canned_http_port(stub.server));
		stub.expected.region = "eu-west-1";
		s3_stub_check(&stub, 1, 2);
		s3_stub_end_unchecked(&stub);
	}
}

static void what_is_not_the_name_of_a_region_goes_nowhere(void **state)
{
	static const char *const regions[] = {"evil.example.org", "eu west", "eu-west-1/", "EU", "a@b", "127.0.0.1:1",
		"x123456789012345678901234567890123456789012345678901234567890123456789", ""};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(regions); i++) {
		char header[256];
		const struct s3_said said[] = {{.status = "301 Moved", .headers = header}, GOOD};
		struct s3_stub stub;

		(void)snprintf(header, sizeof header, FOREIGN "x-amz-bucket-region: %s\r\n", regions[i]);
		s3_stub_begin(&stub, said, 2, NULL);
		assert_int_equal(delete_and_stop(&stub, 1).outcome, TOMB_OUTCOME_DENIED);
		s3_stub_end(&stub);
	}
}

static void an_answer_after_a_repair_counts_as_any_other(void **state)
{
	static const struct {
		struct s3_said said[2];
		enum tomb_outcome outcome;
	} cases[] = {
		{{SKEWED(HOUR), {.status = "503 Slow", .body = S3_STUB_ERROR("SlowDown")}}, TOMB_OUTCOME_THROTTLED},
		{{MOVED("eu-west-1"), {.manner = CANNED_CUT_READ}}, TOMB_OUTCOME_UNCERTAIN},
		{{MOVED("eu-west-1"), {.status = "404 Not Found", .body = S3_STUB_ERROR("NoSuchBucket")}},
			TOMB_OUTCOME_DENIED},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct s3_stub stub;

		s3_stub_begin(&stub, cases[i].said, 2, NULL);
		assert_int_equal(delete_and_stop(&stub, 2).outcome, cases[i].outcome);
		s3_stub_end_unchecked(&stub);
	}
}

static enum tomb_code put(struct s3_stub *stub, struct tomb_placed *placed)
{
	struct byte_source source = {.left = TOMB_STR("abc")};
	struct tomb_put p = {.key = TOMB_STR("k"), .size_bytes = 3, .read = byte_source_read, .arg = &source};

	tomb_sha256(source.left, p.sha256);
	return tomb_store_put(stub->store, &p, &stub->arena, placed, &stub->err);
}

static void bytes_that_are_read_once_are_not_sent_twice(void **state)
{
	static const struct s3_said said[] = {MOVED("eu-west-1"), {.status = "200 OK", .headers = "ETag: \"x\"\r\n"}};
	struct tomb_placed placed;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 2, NULL);
	assert_int_equal(put(&stub, &placed), TOMB_NET); /* nothing was stored: again, now for the right region */
	assert_int_equal(put(&stub, &placed), TOMB_OK);
	s3_stub_stop(&stub);
	assert_true(says(s3_stub_request(&stub, 1), "/eu-west-1/s3/aws4_request"));
	assert_true(tomb_str_eq(s3_stub_request(&stub, 1)->body, TOMB_STR("abc")));
	s3_stub_end_unchecked(&stub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_is_taken_from_the_store_once),
		cmocka_unit_test(a_probe_tells_how_far_the_clocks_are_apart),
		cmocka_unit_test(a_clock_that_cannot_be_believed_is_not),
		cmocka_unit_test(a_refusal_without_words_is_looked_at_for_its_date),
		cmocka_unit_test(each_repair_is_tried_once),
		cmocka_unit_test(everything_at_once_is_repaired),
		cmocka_unit_test(keys_that_have_ended_are_fetched_anew),
		cmocka_unit_test(a_400_without_words_is_about_keys_only_if_those_end),
		cmocka_unit_test(the_region_is_signed_for_and_the_host_stays),
		cmocka_unit_test(the_region_takes_its_own_place_in_the_host),
		cmocka_unit_test(what_is_not_the_name_of_a_region_goes_nowhere),
		cmocka_unit_test(an_answer_after_a_repair_counts_as_any_other),
		cmocka_unit_test(bytes_that_are_read_once_are_not_sent_twice),
	};

	return cmocka_run_group_tests_name("s3 repairs", tests, NULL, NULL);
}
