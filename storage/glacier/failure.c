#include "glacier/failure.h"

#include "result.h"
#include "tombstone/parse.h"

#include <strings.h>

enum { RETRY_AFTER_MAX_S = 3600 };

static const char config[] = "check account_id, region and vault";
static const char keys[] = "check the backend's keys and their rights";
static const char clock_advice[] = "check the secret key, and this machine's clock";
static const char no_longer[] =
	"AWS takes no new customers for vaults since 15 December 2025, and serves this account none: check the keys, "
	"account_id and region; for new copies use a bucket with a Glacier storage class (kind = s3)";

/* One row per code.  DENIED is for what stops the whole backend, FAILED for what is wrong about one archive. */
static const struct row {
	const char *code;
	enum tomb_outcome outcome;
	enum tomb_code as;
	const char *advice;
} rows[] = {
	{"NoLongerSupportedException", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, no_longer},
	/* throttle */
	{"ThrottlingException", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	{"InsufficientCapacityException", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""},
	/* transient: the service says that it did not do it */
	{"ServiceUnavailableException", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""},
	{"ServiceUnavailable", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""},
	{"RequestTimeoutException", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""},
	/* credentials, clock */
	{"ExpiredTokenException", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, "renew the session token"},
	{"UnrecognizedClientException", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	{"MissingAuthenticationTokenException", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	{"IncompleteSignatureException", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	{"InvalidSignatureException", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, clock_advice},
	/* denied; see also is_about_age() */
	{"AccessDeniedException", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, "an access policy or the vault lock says no"},
	{"OptInRequired", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys},
	/* ours, for one request */
	{"PolicyEnforcedException", TOMB_OUTCOME_FAILED, TOMB_STORE, "the account's data retrieval policy forbids it"},
	{"LimitExceededException", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"InvalidParameterValueException", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"MissingParameterValueException", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"SerializationException", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
	{"BadRequest", TOMB_OUTCOME_FAILED, TOMB_STORE, ""},
};

/* A code that is not in the table, or none: the status decides, and what is unknown is never "not there". */
static struct row by_status(int status)
{
	if (status == 429 || status == 503)
		return (struct row){"", TOMB_OUTCOME_THROTTLED, TOMB_STORE_THROTTLED, ""};
	if (status == 401 || status == 403)
		return (struct row){"", TOMB_OUTCOME_DENIED, TOMB_STORE_DENIED, keys};
	if (status >= 300 && status < 400)
		return (struct row){"", TOMB_OUTCOME_DENIED, TOMB_STORE, "wrong region or endpoint"};
	if (status == 502 || status == 504) /* a gateway spoke: who knows what is behind it */
		return (struct row){"", TOMB_OUTCOME_UNCERTAIN, TOMB_NET, ""};
	if (status >= 500)
		return (struct row){"", TOMB_OUTCOME_TRANSIENT, TOMB_NET, ""};
	if (status < 300 || status == 404)
		return (struct row){"", TOMB_OUTCOME_UNCERTAIN, TOMB_STORE, "this is not how a vault answers"};
	return (struct row){"", TOMB_OUTCOME_FAILED, TOMB_STORE, ""};
}

static bool contains(struct tomb_str text, const char *piece)
{
	size_t n = strlen(piece);

	for (size_t i = 0; i + n <= text.n; i++)
		if (strncasecmp(text.p + i, piece, n) == 0)
			return true;
	return false;
}

/* A policy that keeps archives until they are old enough locks the archive, not the backend. */
static bool is_about_age(struct tomb_str message)
{
	return contains(message, "ArchiveAgeInDays") || contains(message, "archive age");
}

/* An archive that is gone already is deleted with success: what is not found is the vault, or an id of another kind. */
static struct row not_found(struct tomb_str message)
{
	if (contains(message, "vault not found"))
		return (struct row){"", TOMB_OUTCOME_DENIED, TOMB_STORE, config};
	return (struct row){"", TOMB_OUTCOME_FAILED, TOMB_NOTFOUND, config};
}

static struct row classify(const struct glacier_error *error, int status)
{
	bool is_denied = tomb_str_eq(error->code, TOMB_STR("AccessDeniedException"));

	if (is_denied && is_about_age(error->message))
		return (struct row){"", TOMB_OUTCOME_LOCKED, TOMB_STORE_LOCKED, "the vault keeps archives to an age"};
	if (tomb_str_eq(error->code, TOMB_STR("ResourceNotFoundException")))
		return not_found(error->message);
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		if (tomb_str_eq(error->code, tomb_str_from(rows[i].code)))
			return rows[i];
	return by_status(status);
}

struct tomb_str glacier_failure_request_id(const struct tomb_http_answer *answer)
{
	return tomb_http_header(answer, "x-amzn-RequestId");
}

void glacier_failure_read(const struct tomb_http_answer *answer, struct tomb_arena *arena, struct glacier_failure *out)
{
	struct glacier_error error;
	struct row row;
	int64_t seconds = 0;

	glacier_answer_error(answer->body, arena, &error);
	row = classify(&error, answer->status);
	if (!tomb_parse_i64(tomb_http_header(answer, "Retry-After"), 0, RETRY_AFTER_MAX_S, &seconds))
		seconds = 0;
	*out = (struct glacier_failure){
		.outcome = row.outcome,
		.code = row.as,
		.error = error,
		.request_id = glacier_failure_request_id(answer),
		.advice = row.advice,
		.retry_after_ms = seconds * 1000,
		.status = answer->status,
	};
}

/* A clock that is off is seen by the answer's date. */
static enum aws_repair repair_of(struct tomb_str code)
{
	return tomb_str_eq(code, TOMB_STR("ExpiredTokenException")) ||
			       tomb_str_eq(code, TOMB_STR("UnrecognizedClientException"))
		       ? AWS_REPAIR_KEYS
		       : AWS_REPAIR_NONE;
}

/* A denial by policy may be about one archive, and one that nobody knows about anything. */
static void judge_denial(const struct glacier_failure *f, struct tomb_arena *arena, struct aws_verdict *out)
{
	struct tomb_result result;

	glacier_failure_result(f, arena, &result);
	out->text = result.text;
	out->is_whole = f->error.code.n > 0 && f->code != TOMB_STORE_DENIED;
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		out->is_whole |= tomb_str_eq(f->error.code, tomb_str_from(rows[i].code)) &&
				 !tomb_str_eq(f->error.code, TOMB_STR("AccessDeniedException"));
}

void glacier_failure_judge(const struct tomb_http_answer *answer, struct tomb_arena *arena, struct aws_verdict *out)
{
	struct glacier_failure failure;

	if (answer->status < 300) {
		*out = (struct aws_verdict){.code = TOMB_OK, .outcome = TOMB_OUTCOME_GONE, .word = TOMB_STR("")};
		return;
	}
	glacier_failure_read(answer, arena, &failure);
	*out = (struct aws_verdict){
		.code = failure.code,
		.outcome = failure.outcome,
		.word = failure.error.code,
		.retry_after_ms = failure.retry_after_ms,
		.text = TOMB_STR(""),
		.repair = repair_of(failure.error.code),
		.region = TOMB_STR(""),
	};
	if (failure.outcome == TOMB_OUTCOME_DENIED)
		judge_denial(&failure, arena, out);
}

enum tomb_code glacier_failure_set(const struct glacier_failure *f, const char *what, struct tomb_err *err)
{
	return TOMB_FAIL(err, f->code, "%s: HTTP %d %.*s%s%.*s%s%s%s%.*s%s", what, f->status,
		TOMB_STR_ARG(result_word(f->error.code)), f->error.message.n ? ": " : "",
		TOMB_STR_ARG(f->error.message), f->advice[0] ? "; " : "", f->advice,
		f->request_id.n ? " (request " : "", TOMB_STR_ARG(f->request_id), f->request_id.n ? ")" : "");
}

void glacier_failure_result(const struct glacier_failure *f, struct tomb_arena *arena, struct tomb_result *out)
{
	result_set(out, arena, f->outcome, "HTTP %d %.*s%s%.*s%s%s", f->status,
		TOMB_STR_ARG(result_word(f->error.code)), f->error.message.n ? ": " : "",
		TOMB_STR_ARG(f->error.message), f->advice[0] ? "; " : "", f->advice);
	out->code = result_keep(arena, f->error.code);
	out->request_id = result_keep(arena, f->request_id);
	out->retry_after_ms = f->retry_after_ms;
}
