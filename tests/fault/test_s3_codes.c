/* Every row of the table of errors (spec/peers.md, 2.8): what is believed after one delete, of one key in a batch,
 * after a batch as a whole, and after a HEAD, which has no code. */
#include "s3_stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	GONE = TOMB_OUTCOME_GONE,
	ABSENT = TOMB_OUTCOME_ALREADY_ABSENT,
	CHANGED = TOMB_OUTCOME_CHANGED,
	THROTTLED = TOMB_OUTCOME_THROTTLED,
	TRANSIENT = TOMB_OUTCOME_TRANSIENT,
	UNCERTAIN = TOMB_OUTCOME_UNCERTAIN,
	DENIED = TOMB_OUTCOME_DENIED,
	LOCKED = TOMB_OUTCOME_LOCKED,
	FAILED = TOMB_OUTCOME_FAILED,
	NONE = TOMB_OUTCOME_MAX /* the row has no such case */
};

struct row {
	const char *name; /* class: status and code */
	int status;
	const char *code; /* "" if the answer has no body */
	int one;
	int key;
	int whole;
	enum tomb_code head;
};

static struct row rows[] = {
	{"done: 404 NoSuchKey", 404, "NoSuchKey", ABSENT, ABSENT, UNCERTAIN, TOMB_OK},
	{"done: 404 NoSuchVersion", 404, "NoSuchVersion", ABSENT, ABSENT, UNCERTAIN, TOMB_OK},
	{"changed: 412 PreconditionFailed", 412, "PreconditionFailed", CHANGED, CHANGED, UNCERTAIN, TOMB_CONFLICT},
	{"throttle: 503 SlowDown", 503, "SlowDown", THROTTLED, THROTTLED, THROTTLED, TOMB_STORE_THROTTLED},
	{"throttle: 503 ServiceUnavailable", 503, "ServiceUnavailable", THROTTLED, THROTTLED, THROTTLED,
		TOMB_STORE_THROTTLED},
	{"throttle: 503 without a code", 503, "", THROTTLED, NONE, THROTTLED, TOMB_STORE_THROTTLED},
	{"throttle: 429 TooManyRequests", 429, "TooManyRequests", THROTTLED, THROTTLED, THROTTLED,
		TOMB_STORE_THROTTLED},
	{"throttle: 429 without a code", 429, "", THROTTLED, NONE, THROTTLED, TOMB_STORE_THROTTLED},
	{"throttle: TooManyRequestsException", 400, "TooManyRequestsException", THROTTLED, THROTTLED, THROTTLED,
		TOMB_STORE},
	{"throttle: 503 RequestLimitExceeded", 503, "RequestLimitExceeded", THROTTLED, THROTTLED, THROTTLED,
		TOMB_STORE_THROTTLED},
	{"throttle: 403 RequestRateLimitExceeded", 403, "RequestRateLimitExceeded", THROTTLED, THROTTLED, THROTTLED,
		TOMB_STORE_DENIED},
	{"throttle: 509 BandwidthLimitExceeded", 509, "BandwidthLimitExceeded", THROTTLED, THROTTLED, THROTTLED,
		TOMB_STORE_THROTTLED},
	{"throttle: Throttling", 400, "Throttling", THROTTLED, THROTTLED, THROTTLED, TOMB_STORE},
	{"throttle: ThrottlingException", 400, "ThrottlingException", THROTTLED, THROTTLED, THROTTLED, TOMB_STORE},
	{"throttle: ThrottledException", 400, "ThrottledException", THROTTLED, THROTTLED, THROTTLED, TOMB_STORE},
	{"throttle: RequestThrottled", 400, "RequestThrottled", THROTTLED, THROTTLED, THROTTLED, TOMB_STORE},
	{"throttle: RequestThrottledException", 400, "RequestThrottledException", THROTTLED, THROTTLED, THROTTLED,
		TOMB_STORE},
	{"throttle: PriorRequestNotComplete", 400, "PriorRequestNotComplete", THROTTLED, THROTTLED, THROTTLED,
		TOMB_STORE},
	{"transient: 500 InternalError", 500, "InternalError", TRANSIENT, TRANSIENT, TRANSIENT, TOMB_NET},
	{"transient: 500 without a code", 500, "", TRANSIENT, NONE, TRANSIENT, TOMB_NET},
	{"transient: 502", 502, "", UNCERTAIN, NONE, UNCERTAIN, TOMB_NET},
	{"transient: 504", 504, "", UNCERTAIN, NONE, UNCERTAIN, TOMB_NET},
	{"transient: 520 of a gateway", 520, "", UNCERTAIN, NONE, UNCERTAIN, TOMB_NET},
	{"transient: 400 RequestTimeout", 400, "RequestTimeout", TRANSIENT, TRANSIENT, TRANSIENT, TOMB_STORE},
	{"transient: RequestTimeoutException", 400, "RequestTimeoutException", TRANSIENT, TRANSIENT, TRANSIENT,
		TOMB_STORE},
	{"transient: 409 OperationAborted", 409, "OperationAborted", TRANSIENT, TRANSIENT, TRANSIENT, TOMB_NET},
	{"transient: 409 ConditionalRequestConflict", 409, "ConditionalRequestConflict", TRANSIENT, TRANSIENT,
		TRANSIENT, TOMB_NET},
	{"transient: 410 ConnectionClosed", 410, "ConnectionClosed", UNCERTAIN, UNCERTAIN, UNCERTAIN, TOMB_STORE},
	{"credentials: 400 ExpiredToken", 400, "ExpiredToken", DENIED, DENIED, DENIED, TOMB_STORE},
	{"credentials: 400 TokenRefreshRequired", 400, "TokenRefreshRequired", DENIED, DENIED, DENIED, TOMB_STORE},
	{"credentials: 400 InvalidToken", 400, "InvalidToken", DENIED, DENIED, DENIED, TOMB_STORE},
	{"credentials: 403 InvalidAccessKeyId", 403, "InvalidAccessKeyId", DENIED, DENIED, DENIED, TOMB_STORE_DENIED},
	{"credentials: 401 without a code", 401, "", DENIED, NONE, DENIED, TOMB_STORE_DENIED},
	{"credentials: 403 AuthenticationLockout", 403, "AuthenticationLockout", DENIED, DENIED, DENIED,
		TOMB_STORE_DENIED},
	{"credentials: 403 AccountNotActivated", 403, "AccountNotActivated", DENIED, DENIED, DENIED, TOMB_STORE_DENIED},
	{"clock: 403 RequestTimeTooSkewed", 403, "RequestTimeTooSkewed", DENIED, DENIED, DENIED, TOMB_STORE_DENIED},
	{"locked: ObjectLocked", 403, "ObjectLocked", LOCKED, LOCKED, UNCERTAIN, TOMB_STORE_DENIED},
	{"denied: 403 AccessDenied", 403, "AccessDenied", DENIED, DENIED, DENIED, TOMB_STORE_DENIED},
	{"denied: 403 without a code", 403, "", DENIED, NONE, DENIED, TOMB_STORE_DENIED},
	{"denied: 403 AccountProblem", 403, "AccountProblem", DENIED, DENIED, DENIED, TOMB_STORE_DENIED},
	{"denied: 403 AllAccessDisabled", 403, "AllAccessDisabled", DENIED, DENIED, DENIED, TOMB_STORE_DENIED},
	{"ours: 403 SignatureDoesNotMatch", 403, "SignatureDoesNotMatch", DENIED, DENIED, DENIED, TOMB_STORE_DENIED},
	{"ours: 400 MalformedXML", 400, "MalformedXML", FAILED, FAILED, FAILED, TOMB_STORE},
	{"ours: 400 InvalidDigest", 400, "InvalidDigest", FAILED, FAILED, FAILED, TOMB_STORE},
	{"ours: 400 BadDigest", 400, "BadDigest", FAILED, FAILED, FAILED, TOMB_STORE},
	{"ours: 400 KeyTooLong", 400, "KeyTooLong", FAILED, FAILED, FAILED, TOMB_STORE},
	{"ours: 400 KeyTooLongError", 400, "KeyTooLongError", FAILED, FAILED, FAILED, TOMB_STORE},
	{"ours: 400 AuthorizationHeaderMalformed", 400, "AuthorizationHeaderMalformed", DENIED, DENIED, DENIED,
		TOMB_STORE},
	{"ours: 301 PermanentRedirect", 301, "PermanentRedirect", DENIED, DENIED, DENIED, TOMB_STORE},
	{"ours: 307 TemporaryRedirect", 307, "TemporaryRedirect", DENIED, DENIED, DENIED, TOMB_STORE},
	{"ours: 301 without a code", 301, "", DENIED, NONE, DENIED, TOMB_STORE},
	{"ours: 404 NoSuchBucket", 404, "NoSuchBucket", DENIED, DENIED, DENIED, TOMB_OK},
	{"ours: 405 MethodNotAllowed", 405, "MethodNotAllowed", FAILED, FAILED, FAILED, TOMB_STORE},
	{"ours: 501 NotImplemented", 501, "NotImplemented", FAILED, FAILED, FAILED, TOMB_STORE},
	{"unknown: 410 is not gone", 410, "", FAILED, NONE, FAILED, TOMB_STORE},
	{"unknown: a new code", 418, "SomethingNew", FAILED, FAILED, FAILED, TOMB_STORE},
};

static const struct tomb_target targets[] = {{.key = {"a", 1}}, {.key = {"b", 1}}};

static void expect(const char *what, int wanted, const struct tomb_result *r, const char *code)
{
	if ((int)r->outcome != wanted || !tomb_str_eq(r->code, tomb_str_from(code)))
		fail_msg("%s: %s, \"%s\": %s", what, tomb_outcome_slug(r->outcome), r->code.p, r->text.p);
	if (wanted != GONE && !r->text.n)
		fail_msg("%s: not a word for people", what);
}

/* An answer to one request; with a body if the row has a code. */
struct answer {
	char status[32];
	char body[256];
	struct s3_said said;
};

static void make_answer(const struct row *row, struct answer *out)
{
	(void)snprintf(out->status, sizeof out->status, "%d Words", row->status);
	(void)snprintf(out->body, sizeof out->body, "<Error><Code>%s</Code><Message>m</Message></Error>", row->code);
	out->said = (struct s3_said){.status = out->status, .body = row->code[0] ? out->body : ""};
}

static void check_one(const struct row *row)
{
	struct answer answer;
	struct tomb_result r;
	struct s3_stub stub;

	make_answer(row, &answer);
	s3_stub_begin(&stub, &answer.said, 1, NULL);
	r = s3_stub_delete(&stub, targets[0]);
	expect("one", row->one, &r, row->code);
	assert_true(tomb_str_eq(r.request_id, TOMB_STR("req-1")));
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 1);
	s3_stub_end(&stub);
}

static void check_key(const struct row *row)
{
	char body[512];
	struct s3_said said = {.status = "200 OK", .body = body};
	struct tomb_result results[2];
	struct s3_stub stub;

	(void)snprintf(body, sizeof body,
		"<DeleteResult><Error><Key>a</Key><Code>%s</Code><Message>m</Message></Error>"
		"<Deleted><Key>b</Key></Deleted></DeleteResult>",
		row->code);
	s3_stub_begin(&stub, &said, 1, NULL);
	assert_int_equal(tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
	expect("a key", row->key, &results[0], row->code);
	expect("the other key", GONE, &results[1], "");
	s3_stub_end(&stub);
}

static void check_whole(const struct row *row)
{
	struct answer answer;
	struct tomb_result results[2];
	struct s3_stub stub;

	make_answer(row, &answer);
	s3_stub_begin(&stub, &answer.said, 1, NULL);
	assert_int_equal(tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
	expect("whole, first", row->whole, &results[0], row->code);
	expect("whole, second", row->whole, &results[1], row->code);
	s3_stub_end(&stub);
}

static void check_head(const struct row *row)
{
	char status[32];
	struct s3_said said = {.status = status};
	struct tomb_stat st = {.present = true};
	struct s3_stub stub;

	(void)snprintf(status, sizeof status, "%d Words", row->status);
	s3_stub_begin(&stub, &said, 1, NULL);
	if (tomb_store_stat(stub.store, TOMB_STR("a"), &stub.arena, &st, &stub.err) != row->head)
		fail_msg("HEAD: %s", stub.err.text);
	if (row->head == TOMB_OK)
		assert_false(st.present);
	s3_stub_end(&stub);
}

static void check_row(void **state)
{
	const struct row *row = *state;

	check_one(row);
	if (row->key != NONE)
		check_key(row);
	check_whole(row);
	check_head(row);
}

static void done_204_and_batch_deleted(void **state)
{
	static const struct s3_said said[] = {
		{.status = "204 No Content"}, {.body = "<DeleteResult><Deleted><Key>b</Key></Deleted><Deleted><Key>a</"
						       "Key></Deleted></DeleteResult>"}};
	struct tomb_result results[2];
	struct tomb_result r;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 2, NULL);
	r = s3_stub_delete(&stub, targets[0]);
	expect("one", GONE, &r, "");
	assert_int_equal(tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
	expect("first", GONE, &results[0], "");
	expect("second", GONE, &results[1], "");
	s3_stub_end(&stub);
}

static void transient_a_connection_that_dies_or_hangs(void **state)
{
	static const struct {
		enum canned_manner manner;
		int outcome;
	} cases[] = {
		{CANNED_CUT_READ, UNCERTAIN},
		{CANNED_SILENCE, UNCERTAIN},
		{CANNED_TRICKLE, UNCERTAIN},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct s3_said said[] = {{.manner = cases[i].manner}, {.manner = cases[i].manner}};
		struct tomb_result results[2];
		struct tomb_result r;
		struct tomb_stat st;
		struct s3_stub stub;

		s3_stub_begin(&stub, said, 2, NULL);
		r = s3_stub_delete(&stub, targets[0]);
		expect("one", cases[i].outcome, &r, "");
		s3_stub_end(&stub);
		s3_stub_begin(&stub, said, 2, NULL);
		assert_int_equal(
			tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
		expect("whole", cases[i].outcome, &results[0], "");
		expect("whole", cases[i].outcome, &results[1], "");
		s3_stub_end(&stub);
		s3_stub_begin(&stub, said, 2, NULL);
		assert_int_equal(tomb_store_stat(stub.store, TOMB_STR("a"), &stub.arena, &st, &stub.err), TOMB_NET);
		s3_stub_end(&stub);
	}
}

enum { EXTRA = 2 };

int main(void)
{
	static struct CMUnitTest tests[TOMB_COUNTOF(rows) + EXTRA] = {
		cmocka_unit_test(done_204_and_batch_deleted),
		cmocka_unit_test(transient_a_connection_that_dies_or_hangs),
	};

	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		tests[EXTRA + i] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = check_row, .initial_state = &rows[i]};
	return cmocka_run_group_tests_name("s3 codes", tests, NULL, NULL);
}
