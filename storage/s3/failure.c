#include "s3/failure.h"

#include "result.h"
#include "tombstone/parse.h"

enum {
	RETRY_AFTER_MAX_S = 3600,
	LOCKOUT_MS = 330 * 1000 /* Wasabi says five minutes; each request meanwhile may begin them again */
};

static const char config[] = "check the backend's settings";
static const char account[] = "the account or its rights are the trouble: ask the store's operator";
static const char keys[] = "check the backend's keys and their rights";
static const char clock_advice[] = "this machine's clock and the store's differ by too much: set the clock";

/*
 * One row per code.  DENIED is for what stops the whole backend, FAILED for what is wrong about one key.
 */
static const struct row {
	const char *code;
	enum tomb_outcome outcome;
	enum tomb_code as;
	const char *advice;
} rows[] = {
	/* done */
	{"NoSuchKey", TOMB_OUTCOME_ALREADY_ABSENT, TOMB_NOTFOUND, ""},
	{"NoSuchVersion", TOMB_OUTCOME_ALREADY_ABSENT, TOMB_NOTFOUND, ""},
	/* changed */
	{"PreconditionFailed", TOMB_OUTCOME_CHANGED, TOMB_CONFLICT, ""},
	/* throttle */
	{"SlowDown", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"ServiceUnavailable", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"RequestLimitExceeded", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"RequestRateLimitExceeded", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"BandwidthLimitExceeded", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"Throttling", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"ThrottlingException", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"ThrottledException", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"RequestThrottled", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"RequestThrottledException", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"TooManyRequests", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"TooManyRequestsException", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"PriorRequestNotComplete", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	/* transient */
	{"InternalError", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""},
	{"RequestTimeout", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""},
	{"RequestTimeoutException", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""},
	{"OperationAborted", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""},
	{"ConditionalRequestConflict", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""},
	/* said too late to know (Wasabi; its status is 410, which is no "gone") */
	{"ConnectionClosed", TOMB_OUTCOME_UNCERTAIN, TOMB_NET, ""},
	/* credentials */
	{"ExpiredToken", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, "renew the session token"},
	{"TokenRefreshRequired", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, "renew the session token"},
	{"InvalidToken", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, "renew the session token"},
	{"InvalidAccessKeyId", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	{"SignatureDoesNotMatch", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	{"InvalidSecurity", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	{"NotSignedUp", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	{"AccountNotActivated", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	{"AuthenticationLockout", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, "wait five minutes, and check the keys"},
	/* clock */
	{"RequestTimeTooSkewed", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, clock_advice},
	{"RequestExpired", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, clock_advice},
	/* locked, where a code says so; most stores say AccessDenied */
	{"ObjectLocked", TOMB_OUTCOME_LOCKED, TOMB_STORE_LOCKED, ""},
	/* denied */
	{"AccessDenied", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, ""},
	{"AllAccessDisabled", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, account},
	{"AccountProblem", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, account},
	{"AccountSuspended", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, account},
	/* ours, for the whole backend */
	{"NoSuchBucket", TOMB_OUTCOME_DENIED, TOMB_STORE, config},
	{"InvalidBucketName", TOMB_OUTCOME_DENIED, TOMB_STORE, config},
	{"AuthorizationHeaderMalformed", TOMB_OUTCOME_DENIED, TOMB_STORE, config},
	{"PermanentRedirect", TOMB_OUTCOME_DENIED, TOMB_STORE, config},
	{"TemporaryRedirect", TOMB_OUTCOME_DENIED, TOMB_STORE, config},
	{"IllegalLocationConstraintException", TOMB_OUTCOME_DENIED, TOMB_STORE, config},
	/* ours, for one key or one request */
	{"KeyTooLong", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"KeyTooLongError", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"InvalidObjectName", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"MalformedXML", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"InvalidDigest", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"BadDigest", TOMB_OUTCOME_FAILED, TOMB_CORRUPT, ""},
	{"XAmzContentSHA256Mismatch", TOMB_OUTCOME_FAILED, TOMB_CORRUPT, ""},
	{"EntityTooLarge", TOMB_OUTCOME_FAILED, TOMB_TOOBIG, ""},
};

/* A code that is not in the table, or none: the status decides, and what is unknown is never "not there". */
static struct row by_status(int status)
{
	if (status == 429 || status == 503 || status == 509)
		return (struct row){"", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""};
	if (status == 401 || status == 403)
		return (struct row){"", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys};
	if (status >= 300 && status < 400)
		return (struct row){"", TOMB_OUTCOME_DENIED, TOMB_STORE, "wrong region or endpoint"};
	if (status == 412)
		return (struct row){"", TOMB_OUTCOME_CHANGED, TOMB_CONFLICT, ""};
	if (status == 500 || status == 409)
		return (struct row){"", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""};
	if (status > 501) /* a gateway spoke: who knows what is behind it */
		return (struct row){"", TOMB_OUTCOME_UNCERTAIN, TOMB_NET, ""};
	if (status < 300 || status == 404)
		return (struct row){"", TOMB_OUTCOME_UNCERTAIN, TOMB_STORE, "this is not how an S3 server answers"};
	return (struct row){"", TOMB_OUTCOME_FAILED, TOMB_STORE, ""};
}

static const struct row *by_code(struct tomb_str code)
{
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		if (tomb_str_eq(code, tomb_str_from(rows[i].code)))
			return &rows[i];
	return NULL;
}

enum tomb_outcome s3_failure_outcome(struct tomb_str code)
{
	const struct row *row = by_code(code);

	return row ? row->outcome : TOMB_OUTCOME_FAILED;
}

struct tomb_str s3_failure_request_id(const struct tomb_http_answer *answer)
{
	return tomb_http_header(answer, "x-amz-request-id");
}

static int64_t retry_after_ms(const struct tomb_http_answer *answer)
{
	int64_t n = 0;

	if (tomb_parse_i64(tomb_http_header(answer, "x-amz-retry-after"), 0, INT64_C(1000) * RETRY_AFTER_MAX_S, &n))
		return n;
	if (tomb_parse_i64(tomb_http_header(answer, "Retry-After"), 0, RETRY_AFTER_MAX_S, &n))
		return n * 1000;
	return 0;
}

void s3_failure_read(const struct tomb_http_answer *answer, struct tomb_arena *arena, struct s3_failure *out)
{
	struct s3_error error = {TOMB_STR(""), TOMB_STR(""), TOMB_STR(""), TOMB_STR("")};
	const struct row *known = NULL;
	struct row row = by_status(answer->status);
	struct tomb_err ignored;

	if (s3_answer_error(answer->body, arena, &error, &ignored) == TOMB_OK)
		known = by_code(error.code);
	if (known)
		row = *known;
	if (s3_failure_request_id(answer).n)
		error.request_id = s3_failure_request_id(answer);
	*out = (struct s3_failure){
		.outcome = row.outcome,
		.code = row.as,
		.error = error,
		.advice = row.advice,
		.retry_after_ms = retry_after_ms(answer),
		.status = answer->status,
	};
}

static bool is_one_of(struct tomb_str code, const char *const *list)
{
	while (*list && !tomb_str_eq(code, tomb_str_from(*list)))
		list++;
	return *list;
}

/* Which of these a 400 without a word means, nobody knows: HEAD is answered so. */
static enum aws_repair repair_of(const struct s3_failure *f, bool knows_region)
{
	static const char *const clocks[] = {"RequestTimeTooSkewed", "RequestExpired", NULL};
	static const char *const tokens[] = {
		"ExpiredToken", "TokenRefreshRequired", "InvalidToken", "InvalidAccessKeyId", NULL};
	static const char *const regions[] = {"PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
		"IllegalLocationConstraintException", NULL};
	bool is_silent = f->error.code.n == 0;

	if (is_one_of(f->error.code, clocks))
		return AWS_REPAIR_CLOCK;
	if (is_one_of(f->error.code, tokens))
		return AWS_REPAIR_KEYS;
	if (knows_region && (is_one_of(f->error.code, regions) ||
				    (is_silent && (f->status == 301 || f->status == 307 || f->status == 400))))
		return AWS_REPAIR_REGION;
	return is_silent && f->status == 400 ? AWS_REPAIR_KEYS : AWS_REPAIR_NONE;
}

/* AccessDenied may be about one key, and a denial that nobody knows about anything. */
static void judge_denial(const struct s3_failure *f, struct tomb_arena *arena, struct aws_verdict *out)
{
	struct tomb_result result;

	s3_failure_result(f, arena, &result);
	out->text = result.text;
	out->is_whole = by_code(f->error.code) && !tomb_str_eq(f->error.code, TOMB_STR("AccessDenied"));
	if (tomb_str_eq(f->error.code, TOMB_STR("AuthenticationLockout")) && out->retry_after_ms < LOCKOUT_MS)
		out->retry_after_ms = LOCKOUT_MS;
}

void s3_failure_judge(const struct tomb_http_answer *answer, struct tomb_arena *arena, struct aws_verdict *out)
{
	struct tomb_str region = tomb_http_header(answer, "x-amz-bucket-region");
	struct s3_failure failure;

	if (answer->status < 300) {
		*out = (struct aws_verdict){.code = TOMB_OK, .outcome = TOMB_OUTCOME_GONE, .word = TOMB_STR("")};
		return;
	}
	s3_failure_read(answer, arena, &failure);
	if (!region.n)
		region = failure.error.region;
	*out = (struct aws_verdict){
		.code = failure.code,
		.outcome = failure.outcome,
		.word = failure.error.code,
		.text = TOMB_STR(""),
		.retry_after_ms = failure.retry_after_ms,
		.repair = repair_of(&failure, region.n > 0),
		.region = region,
	};
	if (failure.outcome == TOMB_OUTCOME_DENIED)
		judge_denial(&failure, arena, out);
}

enum tomb_code s3_failure_set(const struct s3_failure *f, const char *what, struct tomb_err *err)
{
	return TOMB_FAIL(err, f->code, "%s: HTTP %d %.*s%s%.*s%s%s%s%.*s%s", what, f->status,
		TOMB_STR_ARG(result_word(f->error.code)), f->error.message.n ? ": " : "",
		TOMB_STR_ARG(f->error.message), f->advice[0] ? "; " : "", f->advice,
		f->error.request_id.n ? " (request " : "", TOMB_STR_ARG(f->error.request_id),
		f->error.request_id.n ? ")" : "");
}

void s3_failure_result(const struct s3_failure *f, struct tomb_arena *arena, struct tomb_result *out)
{
	result_set(out, arena, f->outcome, "HTTP %d %.*s%s%.*s%s%s", f->status,
		TOMB_STR_ARG(result_word(f->error.code)), f->error.message.n ? ": " : "",
		TOMB_STR_ARG(f->error.message), f->advice[0] ? "; " : "", f->advice);
	out->code = result_keep(arena, f->error.code);
	out->request_id = result_keep(arena, f->error.request_id);
	out->retry_after_ms = f->retry_after_ms;
}
