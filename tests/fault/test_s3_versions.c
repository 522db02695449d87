/* Lists of versions, and what else a bucket can be, from a server that says anything: what proves absence, and what
 * keeps a copy? */
#include "s3_stub.h"
#include "tombstone/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define VERSIONING(status) "<VersioningConfiguration>" status "</VersioningConfiguration>"
#define ENABLED VERSIONING("<Status>Enabled</Status>")
#define LIST(entries) "<ListVersionsResult>" entries "</ListVersionsResult>"
#define ENTRY(kind, key, id, more)                                                                                     \
	"<" kind "><Key>" key "</Key><VersionId>" id                                                                   \
	"</VersionId><LastModified>2026-01-01T00:00:00.000Z</LastModified>" more "</" kind ">"
#define VERSION(key, id) ENTRY("Version", key, id, "<ETag>&quot;e&quot;</ETag><Size>1</Size>")
#define MARKER(key, id) ENTRY("DeleteMarker", key, id, "<IsLatest>true</IsLatest>")
#define ENCODED "<EncodingType>url</EncodingType>"
#define CUT(key, id)                                                                                                   \
	"<IsTruncated>true</IsTruncated><NextKeyMarker>" key "</NextKeyMarker><NextVersionIdMarker>" id                \
	"</NextVersionIdMarker>"
#define SEEN S3_STUB_ID "Content-Length: 9\r\nETag: \"e\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

#define HEAD_FOUND                                                                                                     \
	{                                                                                                              \
		.status = "200 OK", .headers = SEEN, .manner = CANNED_ANSWER_AND_CUT                                   \
	}

/* The probe of a bucket with versions and without locks. */
#define PROBE_VERSIONED                                                                                                \
	{.status = "200 OK", .body = ENABLED}, {.status = "404 Not Found"},                                            \
	{                                                                                                              \
		.status = "404 Not Found"                                                                              \
	}
#define PROBE_PLAIN                                                                                                    \
	{.status = "200 OK", .body = VERSIONING("")},                                                                  \
	{                                                                                                              \
		.status = "404 Not Found"                                                                              \
	}

enum { PROBES = 3, VERIFIED = TOMB_ABSENT_VERIFIED, THERE = TOMB_STILL_THERE, UNKNOWN = TOMB_ABSENCE_UNKNOWN };

static const struct s3_stub_options unprobed = {.unprobed = true};

static size_t count(const struct s3_said *said, size_t max)
{
	size_t n = 0;

	while (n < max && (said[n].status || said[n].manner != CANNED_ANSWER))
		n++;
	return n;
}

static struct tomb_verdict verify(struct s3_stub *stub)
{
	struct tomb_verdict verdict;

	if (tomb_store_verify_absent(stub->store, TOMB_STR("k"), &stub->arena, &verdict, &stub->err) != TOMB_OK)
		fail_msg("%s", stub->err.text);
	return verdict;
}

static void a_list_proves_absence_only_if_it_is_whole_and_holds_no_bytes(void **state)
{
	static const struct {
		struct s3_said said[PROBES + 2];
		int absence;
		const char *says;
	} cases[] = {
#define PAGE(text) {.status = "200 OK", .body = (text)}
		{{PROBE_VERSIONED, PAGE(LIST(""))}, VERIFIED, ""},
		{{PROBE_VERSIONED, PAGE(LIST(MARKER("k", "m") MARKER("k", "n")))}, VERIFIED, "2 delete markers"},
		{{PROBE_VERSIONED, PAGE(LIST(VERSION("k", "v")))}, THERE, "1 version"},
		{{PROBE_VERSIONED, PAGE(LIST(MARKER("k", "m") VERSION("k", "v")))}, THERE, "1 version"},
		{{PROBE_VERSIONED, PAGE(LIST(VERSION("kk", "v") VERSION("k/", "w")))}, VERIFIED, ""},
		{{PROBE_VERSIONED, PAGE(LIST(ENCODED VERSION("%6B", "v")))}, THERE, ""},
		{{PROBE_VERSIONED, PAGE(LIST(VERSION("%6B", "v")))}, UNKNOWN, "not asked for"},
		{{PROBE_VERSIONED, PAGE(LIST(VERSION("other", "v")))}, UNKNOWN, "not asked for"},
		{{PROBE_VERSIONED, PAGE(LIST("<Version><Key>k</Key></Version>"))}, UNKNOWN, "without a key or an id"},
		{{PROBE_VERSIONED, PAGE(LIST(ENTRY("Version", "k", "v", "")))}, UNKNOWN, "without a size"},
		{{PROBE_VERSIONED, PAGE(LIST(ENTRY("Version", "k", "v", "<Size>-1</Size>")))}, UNKNOWN, "size"},
		{{PROBE_VERSIONED, PAGE(LIST("<Version><Key>k</Key><VersionId>v</VersionId></Version>"))}, UNKNOWN,
			"without a date"},
		{{PROBE_VERSIONED, PAGE(LIST("<IsTruncated>true</IsTruncated>"))}, UNKNOWN, "does not say where"},
		{{PROBE_VERSIONED, PAGE(LIST(CUT("k", "m") MARKER("k", "m"))), PAGE(LIST(VERSION("k", "v")))}, THERE,
			""},
		{{PROBE_VERSIONED, PAGE(LIST(CUT("k", "m") MARKER("k", "m"))), PAGE(LIST(MARKER("k", "n")))}, VERIFIED,
			"2 delete"},
		{{PROBE_VERSIONED, PAGE(LIST(CUT("kk", "m") MARKER("k", "m"))), PAGE(LIST(VERSION("kl", "n")))},
			VERIFIED, "1 delete"},
		/* Swift 2.30, which loses what comes next */
		{{PROBE_VERSIONED, PAGE(LIST(CUT("k", "m") MARKER("k", "m"))), PAGE(LIST(""))}, UNKNOWN, "goes on"},
		{{PROBE_VERSIONED, PAGE(LIST(CUT("kk", "m") MARKER("k", "m"))), PAGE(LIST(""))}, UNKNOWN, "goes on"},
		{{PROBE_VERSIONED, PAGE(LIST(CUT("k", "m") MARKER("k", "m"))), PAGE(LIST(VERSION("kk", "v")))}, UNKNOWN,
			"goes on"},
		{{PROBE_VERSIONED, PAGE(LIST(CUT("k", "m") MARKER("k", "m"))),
			 PAGE(LIST(CUT("k", "m") MARKER("k", "m")))},
			UNKNOWN, "circle"},
		{{PROBE_VERSIONED, PAGE(LIST(CUT("k", "m"))), {.status = "503 Slow Down"}}, UNKNOWN, "503"},
		{{PROBE_VERSIONED, PAGE("<ListBucketResult/>")}, UNKNOWN, "ListBucketResult"},
		{{PROBE_VERSIONED, PAGE("<html>welcome</html>")}, UNKNOWN, "html"},
		{{PROBE_VERSIONED, PAGE("")}, UNKNOWN, "0 bytes"},
		{{PROBE_VERSIONED, PAGE("<ListVersionsResult>" VERSION("k", "v"))}, UNKNOWN, "well-formed"},
		{{PROBE_VERSIONED, PAGE("<!DOCTYPE x>" LIST(""))}, UNKNOWN, "document type"},
		{{PROBE_VERSIONED, {.status = "404 Not Found"}}, UNKNOWN, "404"},
		{{PROBE_VERSIONED, {.status = "403 Forbidden", .body = S3_STUB_ERROR("AccessDenied")}}, UNKNOWN,
			"AccessDenied"},
		{{PROBE_VERSIONED, {.manner = CANNED_CUT_READ}}, UNKNOWN, ""},
		{{PROBE_VERSIONED, {.status = "200 OK",
					   .body = "<ListVersionsResult>",
					   .manner = CANNED_ANSWER_AND_CUT,
					   .filler_bytes = 100U << 20}},
			UNKNOWN, "larger"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_verdict verdict;
		struct s3_stub stub;

		s3_stub_begin(&stub, cases[i].said, count(cases[i].said, PROBES + 2), &unprobed);
		verdict = verify(&stub);
		if ((int)verdict.absence != cases[i].absence || !strstr(verdict.text.p, cases[i].says))
			fail_msg("case %zu: %s, %s", i, tomb_absence_slug(verdict.absence), verdict.text.p);
		s3_stub_end(&stub);
	}
}

static void a_list_is_asked_for_by_the_whole_key_and_goes_on_where_it_was_cut(void **state)
{
	static const struct s3_said said[] = {PROBE_VERSIONED,
		PAGE(LIST(ENCODED CUT("a%20b%2Bc", "m/1") MARKER("a+b%2Bc", "m/1"))),
		PAGE(LIST(ENCODED VERSION("a+b%2Bc", "v")))};
	struct tomb_version *list = NULL;
	struct s3_stub stub;
	size_t n = 0;

	(void)state;
	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &unprobed);
	assert_int_equal(
		tomb_store_versions(stub.store, TOMB_STR("a b+c"), &stub.arena, &list, &n, &stub.err), TOMB_OK);
	assert_int_equal(n, 2);
	assert_true(list[0].is_marker && list[0].is_latest);
	assert_string_equal(list[1].version_id.p, "v");
	assert_string_equal(list[1].etag.p, "\"e\"");
	s3_stub_stop(&stub);
	assert_non_null(strstr(s3_stub_request(&stub, PROBES)->head.p,
		"GET /bucket?encoding-type=url&max-keys=200&prefix=a%20b%2Bc&versions= HTTP/1.1"));
	assert_non_null(strstr(s3_stub_request(&stub, PROBES + 1)->head.p,
		"GET "
		"/bucket?encoding-type=url&key-marker=a%20b%2Bc&max-keys=200&prefix=a%20b%2Bc&version-id-marker=m%2F1&"
		"versions= HTTP/1.1"));
	s3_stub_end(&stub);
}

/* HEAD says 404 each time; what counts is what the bucket is after that. */
static void head_is_proof_only_if_the_bucket_never_had_versions_afterwards(void **state)
{
	static const struct {
		struct s3_said said[8];
		int absence;
	} cases[] = {
		{{PROBE_PLAIN, {.status = "404 Not Found"}, PROBE_PLAIN}, VERIFIED},
		{{PROBE_PLAIN, {.status = "404 Not Found"}, PROBE_VERSIONED, PAGE(LIST(VERSION("k", "v")))}, THERE},
		{{PROBE_PLAIN, {.status = "404 Not Found"}, PROBE_VERSIONED, PAGE(LIST(MARKER("k", "m")))}, VERIFIED},
		{{PROBE_PLAIN, {.status = "404 Not Found"}, PROBE_VERSIONED, {.status = "403 Forbidden"}}, UNKNOWN},
		{{PROBE_PLAIN, {.status = "404 Not Found"}, {.status = "503 Slow Down"}}, UNKNOWN},
		{{PROBE_PLAIN, {.status = "404 Not Found"}, {.manner = CANNED_CUT_READ}}, UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_verdict verdict;
		struct s3_stub stub;

		s3_stub_begin(&stub, cases[i].said, count(cases[i].said, TOMB_COUNTOF(cases[i].said)), &unprobed);
		verdict = verify(&stub);
		if ((int)verdict.absence != cases[i].absence)
			fail_msg("case %zu: %s, %s", i, tomb_absence_slug(verdict.absence), verdict.text.p);
		s3_stub_end(&stub);
	}
}

/* ---- several looks ---- */

struct patience {
	int64_t waited_ms;
	int waits_left; /* then the program is told to end */
	int asks_left;  /* then the work is not ours any more */
	unsigned asked;
};

static bool wait_for(void *ctx, int64_t ms)
{
	struct patience *p = ctx;

	p->waited_ms += ms;
	return p->waits_left-- > 0;
}

static enum tomb_code go_on(void *ctx, struct tomb_err *err)
{
	struct patience *p = ctx;

	p->asked++;
	return p->asks_left-- > 0 ? TOMB_OK : TOMB_FAIL(err, TOMB_STALE, "somebody else's");
}

#define ABSENT_AND_PLAIN {.status = "404 Not Found"}, PROBE_PLAIN

static void every_look_must_find_nothing_and_they_are_apart(void **state)
{
	static const struct {
		struct s3_said said[12];
		int waits;
		int asks;
		enum tomb_code code;
		int absence;
		int64_t waited_ms;
		unsigned asked;
	} cases[] = {
		{{PROBE_PLAIN, ABSENT_AND_PLAIN, ABSENT_AND_PLAIN, ABSENT_AND_PLAIN}, 99, 99, TOMB_OK, VERIFIED, 3000,
			7},
		{{PROBE_PLAIN, HEAD_FOUND}, 99, 99, TOMB_OK, THERE, 3000, 5},
		{{PROBE_PLAIN, ABSENT_AND_PLAIN, ABSENT_AND_PLAIN, HEAD_FOUND}, 99, 99, TOMB_OK, THERE, 3000, 7},
		{{PROBE_PLAIN, ABSENT_AND_PLAIN}, 1, 99, TOMB_BUSY, 0, 1500, 3},
		{{PROBE_PLAIN, ABSENT_AND_PLAIN}, 99, 2, TOMB_STALE, 0, 1000, 3},
		{{PROBE_PLAIN}, 99, 0, TOMB_STALE, 0, 0, 1},
	};
	static const struct s3_stub_options options = {
		.unprobed = true, .conf = "verify_looks = 3\nverify_delay_ms = 1500\n"};
	const struct tomb_str key = TOMB_STR("k");

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct patience p = {.waits_left = cases[i].waits, .asks_left = cases[i].asks};
		struct tomb_waiting waiting = {.clock = tomb_clock_real(), .wait = wait_for, .ctx = &p};
		struct tomb_look look = {.keys = &key, .n = 1, .go_on = go_on, .ctx = &p};
		struct tomb_verdict verdict = {.absence = TOMB_ABSENCE_MAX};
		struct s3_stub stub;

		s3_stub_begin(&stub, cases[i].said, count(cases[i].said, TOMB_COUNTOF(cases[i].said)), &options);
		tomb_stores_set_waiting(stub.stores, &waiting);
		assert_int_equal(
			tomb_store_verify_many(stub.store, &look, &stub.arena, &verdict, &stub.err), cases[i].code);
		assert_int_equal(verdict.absence, cases[i].code == TOMB_OK ? cases[i].absence : (int)TOMB_ABSENCE_MAX);
		if (p.waited_ms != cases[i].waited_ms || p.asked != cases[i].asked)
			fail_msg("case %zu: %d ms, asked %u times", i, (int)p.waited_ms, p.asked);
		s3_stub_end(&stub);
	}
}

/* ---- locks ---- */

static void a_bucket_that_does_not_tell_of_locks_may_have_them(void **state)
{
#define LOCK_ENABLED "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"
	static const struct {
		struct s3_said said;
		enum tomb_code code;
		bool locks;
	} cases[] = {
		{{.status = "200 OK", .body = LOCK_ENABLED}, TOMB_OK, true},
		{{.status = "200 OK", .body = "<ObjectLockConfiguration/>"}, TOMB_OK, false},
		{{.status = "200 OK", .body = "<ListBucketResult/>"}, TOMB_OK, false}, /* Swift */
		{{.status = "404 Not Found", .body = S3_STUB_ERROR("ObjectLockConfigurationNotFoundError")}, TOMB_OK,
			false},
		{{.status = "501 Not Implemented", .body = S3_STUB_ERROR("NotImplemented")}, TOMB_OK, false},
		{{.status = "403 Forbidden", .body = S3_STUB_ERROR("AccessDenied")}, TOMB_OK, true},
		{{.status = "503 Slow Down", .body = S3_STUB_ERROR("SlowDown")}, TOMB_STORE_THROTTLED, false},
		{{.status = "500 Internal", .body = S3_STUB_ERROR("InternalError")}, TOMB_NET, false},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		const struct s3_said said[] = {
			{.status = "200 OK", .body = ENABLED}, cases[i].said, {.status = "404 Not Found"}};
		struct tomb_probe probe = {.object_lock = false};
		struct s3_stub stub;

		s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &unprobed);
		if (tomb_store_probe(stub.store, &probe, &stub.err) != cases[i].code)
			fail_msg("case %zu: %s", i, stub.err.text);
		assert_int_equal(probe.object_lock, cases[i].locks);
		s3_stub_end(&stub);
	}
}

#define COMPLIANCE(status) "<BucketComplianceConfiguration><Status>" status "</Status></BucketComplianceConfiguration>"
#define KEPT(text) "<ObjectComplianceConfiguration>" text "</ObjectComplianceConfiguration>"
#define WASABI(mode)                                                                                                   \
	{.status = "200 OK", .body = VERSIONING("")}, {.status = "200 OK", .body = COMPLIANCE(mode)},                  \
	{                                                                                                              \
		.status = "404 Not Found"                                                                              \
	}

static const struct s3_stub_options wasabi = {.unprobed = true, .conf = "provider = wasabi\n"};

static void compliance_mode_is_told_as_a_lock_with_its_date(void **state)
{
	static const struct {
		struct s3_said said[5];
		enum tomb_code code;
		enum tomb_lock lock;
		int64_t until_us;
		bool hold;
	} cases[] = {
		{{WASABI("disabled"), HEAD_FOUND}, TOMB_OK, TOMB_LOCK_NONE, 0, false},
		{{WASABI("enabled"), HEAD_FOUND, PAGE(KEPT("<RetentionTime>2030-01-01T00:00:00Z</RetentionTime>"))},
			TOMB_OK, TOMB_LOCK_COMPLIANCE, INT64_C(1893456000000000), false},
		{{WASABI("enabled"), HEAD_FOUND, PAGE(KEPT("<ConditionalHold>true</ConditionalHold>"))}, TOMB_OK,
			TOMB_LOCK_NONE, 0, true},
		{{WASABI("enabled"), HEAD_FOUND, PAGE(KEPT("<LegalHold>true</LegalHold>"))}, TOMB_OK, TOMB_LOCK_NONE, 0,
			true},
		{{WASABI("enabled"), HEAD_FOUND,
			 PAGE(KEPT("<LegalHold>false</LegalHold><ConditionalHold>false</ConditionalHold>"))},
			TOMB_OK, TOMB_LOCK_NONE, 0, false},
		/* A check without an answer is a no. */
		{{WASABI("enabled"), HEAD_FOUND, PAGE(KEPT("<RetentionTime>soon</RetentionTime>"))}, TOMB_STORE, 0, 0,
			false},
		{{WASABI("enabled"), HEAD_FOUND, {.status = "403 Forbidden", .body = S3_STUB_ERROR("AccessDenied")}},
			TOMB_STORE_DENIED, 0, 0, false},
		{{WASABI("enabled"), {.status = "404 Not Found"}}, TOMB_OK, TOMB_LOCK_NONE, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_stat st = {.lock = TOMB_LOCK_NONE};
		struct s3_stub stub;

		s3_stub_begin(&stub, cases[i].said, count(cases[i].said, TOMB_COUNTOF(cases[i].said)), &wasabi);
		if (tomb_store_stat(stub.store, TOMB_STR("k"), &stub.arena, &st, &stub.err) != cases[i].code)
			fail_msg("case %zu: %s", i, stub.err.text);
		if (st.lock != cases[i].lock || st.locked_until_us != cases[i].until_us ||
			st.legal_hold != cases[i].hold)
			fail_msg("case %zu: lock %d", i, (int)st.lock);
		s3_stub_end(&stub);
	}
}

static void a_delete_that_compliance_mode_refuses_is_locked(void **state)
{
	/* Wasabi says AccessDenied, and the bucket was not in that mode when it was probed. */
	static const struct s3_said said[] = {WASABI("disabled"),
		{.status = "403 Forbidden", .body = S3_STUB_ERROR("AccessDenied")}, HEAD_FOUND,
		PAGE(KEPT("<RetentionTime>2130-01-01T00:00:00Z</RetentionTime>"))};
	struct tomb_result result;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &wasabi);
	result = s3_stub_delete(&stub, (struct tomb_target){.key = TOMB_STR("k")});
	assert_int_equal(result.outcome, TOMB_OUTCOME_LOCKED);
	assert_true(result.locked_until_us == INT64_C(5049129600000000));
	assert_non_null(strstr(result.text.p, "compliance lock until 2130-01-01"));
	s3_stub_stop(&stub);
	assert_non_null(strstr(s3_stub_request(&stub, 5)->head.p, "GET /bucket/k?compliance= "));
	for (size_t i = 0; i < s3_stub_requests(&stub); i++)
		assert_null(strstr(s3_stub_request(&stub, i)->head.p, "force"));
	s3_stub_end(&stub);
}

static void the_bypass_of_a_lock_is_asked_for_twice_or_not_at_all(void **state)
{
	static const struct s3_said said[] = {
		PROBE_VERSIONED, {.status = "204 No Content"}, {.status = "204 No Content"}};
	static const struct s3_stub_options allowed = {.unprobed = true, .conf = "allow_governance_bypass = yes\n"};
	struct tomb_target target = {.key = TOMB_STR("k"), .version_id = TOMB_STR("v"), .bypass_governance = true};
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, PROBES, &unprobed);
	assert_int_equal(s3_stub_delete(&stub, target).outcome, TOMB_OUTCOME_FAILED);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), PROBES);
	s3_stub_end(&stub);

	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &allowed);
	assert_int_equal(s3_stub_delete(&stub, target).outcome, TOMB_OUTCOME_GONE);
	target.bypass_governance = false;
	assert_int_equal(s3_stub_delete(&stub, target).outcome, TOMB_OUTCOME_GONE);
	s3_stub_stop(&stub);
	assert_non_null(
		strcasestr(s3_stub_request(&stub, PROBES)->head.p, "\r\nx-amz-bypass-governance-retention: true\r\n"));
	assert_null(strcasestr(s3_stub_request(&stub, PROBES + 1)->head.p, "bypass"));
	s3_stub_end(&stub);
}

/* ---- conditions and capabilities ---- */

static void a_condition_is_sent_where_it_was_proven(void **state)
{
	static const struct {
		const char *conf;
		enum tomb_ability single;
		enum tomb_ability batch;
		bool sends_single;
		bool sends_batch;
	} cases[] = {
		{"", TOMB_ABILITY_UNKNOWN, TOMB_ABILITY_UNKNOWN, false, false},
		{"", TOMB_ABILITY_PROVEN, TOMB_ABILITY_MISSING, true, false},
		{"conditional_delete = auto\n", TOMB_ABILITY_MISSING, TOMB_ABILITY_PROVEN, false, true},
		{"conditional_delete = no\n", TOMB_ABILITY_PROVEN, TOMB_ABILITY_PROVEN, false, false},
		{"conditional_delete = yes\n", TOMB_ABILITY_MISSING, TOMB_ABILITY_MISSING, true, true},
	};
	static const struct s3_said said[] = {
		{.status = "204 No Content"}, {.status = "200 OK", .body = "<DeleteResult/>"}};
	static const struct tomb_target targets[] = {
		{.key = {"k", 1}, .etag = {"\"e\"", 3}}, {.key = {"l", 1}, .etag = {"\"f\"", 3}}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct s3_stub_options options = {.conf = cases[i].conf};
		struct tomb_capability c = {
			.conditional_delete = cases[i].single, .conditional_delete_batch = cases[i].batch};
		struct tomb_result results[2];
		struct s3_stub stub;

		s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &options);
		tomb_store_set_capability(stub.store, &c);
		(void)s3_stub_delete(&stub, targets[0]);
		assert_int_equal(
			tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
		s3_stub_stop(&stub);
		assert_int_equal(strcasestr(s3_stub_request(&stub, 0)->head.p, "\r\nif-match: \"e\"") != NULL,
			cases[i].sends_single);
		assert_int_equal(strstr(s3_stub_request(&stub, 1)->body.p, "<ETag>") != NULL, cases[i].sends_batch);
		s3_stub_end(&stub);
	}
}

#define DONE                                                                                                           \
	{                                                                                                              \
		.status = "204 No Content"                                                                             \
	}
#define PUT_DONE                                                                                                       \
	{                                                                                                              \
		.status = "200 OK", .headers = S3_STUB_ID "ETag: \"e\"\r\n"                                            \
	}
#define REFUSED                                                                                                        \
	{                                                                                                              \
		.status = "412 Precondition Failed", .body = S3_STUB_ERROR("PreconditionFailed")                       \
	}
#define ABSENT                                                                                                         \
	{                                                                                                              \
		.status = "404 Not Found"                                                                              \
	}
#define SWEPT DONE, ABSENT, PROBE_PLAIN

static void an_examination_needs_both_answers_as_proof(void **state)
{
	static const struct s3_said said[] = {PROBE_PLAIN, PUT_DONE, HEAD_FOUND, PAGE("<ListBucketResult/>"), REFUSED,
		HEAD_FOUND, PUT_DONE, REFUSED, HEAD_FOUND, DONE, ABSENT, PUT_DONE, PUT_DONE, PAGE("<DeleteResult/>"),
		HEAD_FOUND, HEAD_FOUND, SWEPT, SWEPT, SWEPT};
	struct tomb_capability c;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &unprobed);
	if (tomb_store_examine(stub.store, &c, &stub.err) != TOMB_OK)
		fail_msg("%s", stub.err.text);
	assert_int_equal(c.read_back, TOMB_ABILITY_PROVEN);
	assert_int_equal(c.list_versions, TOMB_ABILITY_MISSING);
	assert_int_equal(c.conditional_put, TOMB_ABILITY_PROVEN);
	assert_int_equal(c.conditional_delete, TOMB_ABILITY_PROVEN);
	assert_int_equal(c.conditional_delete_batch, TOMB_ABILITY_UNKNOWN); /* the answer names nothing */
	s3_stub_stop(&stub);
	assert_non_null(strcasestr(s3_stub_request(&stub, 8)->head.p, "\r\nif-match: \"0000"));
	assert_non_null(strcasestr(s3_stub_request(&stub, 10)->head.p, "\r\nif-match: \"e\""));
	for (size_t i = 0; i < s3_stub_requests(&stub); i++)
		if (strncmp(s3_stub_request(&stub, i)->head.p, "DELETE ", 7) == 0)
			assert_memory_equal(s3_stub_request(&stub, i)->head.p, "DELETE /bucket/tombstone-probe/", 31);
	s3_stub_end(&stub);
}

static void a_sentinel_that_may_be_left_is_named(void **state)
{
	static const struct s3_said left[] = {PROBE_PLAIN, PUT_DONE, {.status = "403 Forbidden"},
		{.status = "403 Forbidden", .body = S3_STUB_ERROR("AccessDenied")}, {.status = "403 Forbidden"}};
	static const struct s3_said unsent[] = {
		PROBE_PLAIN, {.status = "403 Forbidden", .body = S3_STUB_ERROR("AccessDenied")}, SWEPT};
	struct tomb_capability c = {.read_back = TOMB_ABILITY_MAX};
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, left, TOMB_COUNTOF(left), &unprobed);
	assert_int_equal(tomb_store_examine(stub.store, &c, &stub.err), TOMB_STORE);
	assert_non_null(strstr(stub.err.text, "sentinel tombstone-probe/"));
	assert_non_null(strstr(stub.err.text, "may be left"));
	s3_stub_end(&stub);
	s3_stub_begin(&stub, unsent, TOMB_COUNTOF(unsent), &unprobed);
	assert_int_equal(tomb_store_examine(stub.store, &c, &stub.err), TOMB_STORE_DENIED);
	assert_non_null(strstr(stub.err.text, "PUT of a sentinel"));
	assert_int_equal(c.read_back, TOMB_ABILITY_MAX);
	s3_stub_end(&stub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_proves_absence_only_if_it_is_whole_and_holds_no_bytes),
		cmocka_unit_test(a_list_is_asked_for_by_the_whole_key_and_goes_on_where_it_was_cut),
		cmocka_unit_test(head_is_proof_only_if_the_bucket_never_had_versions_afterwards),
		cmocka_unit_test(every_look_must_find_nothing_and_they_are_apart),
		cmocka_unit_test(a_bucket_that_does_not_tell_of_locks_may_have_them),
		cmocka_unit_test(compliance_mode_is_told_as_a_lock_with_its_date),
		cmocka_unit_test(a_delete_that_compliance_mode_refuses_is_locked),
		cmocka_unit_test(the_bypass_of_a_lock_is_asked_for_twice_or_not_at_all),
		cmocka_unit_test(a_condition_is_sent_where_it_was_proven),
		cmocka_unit_test(an_examination_needs_both_answers_as_proof),
		cmocka_unit_test(a_sentinel_that_may_be_left_is_named),
	};

	return cmocka_run_group_tests_name("S3 with versions and locks", tests, NULL, NULL);
}
