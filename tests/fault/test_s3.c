/* The S3 store against a server that says anything, or nothing: what is believed of each key afterwards? */
#include "byte_source.h"
#include "canned_http.h"
#include "temp_folder.h"
#include "tombstone/base64.h"
#include "tombstone/digest.h"
#include "tombstone/store_look.h"
#include "tombstone/store_traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define ID "x-amz-request-id: req-1\r\n"

/* What one request is answered with. */
struct said {
	const char *status; /* "204 No Content" */
	const char *headers;
	const char *body;
	enum canned_manner manner;
	size_t filler_bytes;
};

static const struct said probe_versioning = {.status = "200 OK",
	.headers = ID,
	.body = "<?xml version=\"1.0\"?><VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"};
static const struct said probe_absent = {.status = "404 Not Found", .headers = ID, .body = ""};

enum { SAID_MAX = 8 };

struct fixture {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct canned_reply script[SAID_MAX + 2];
	size_t n;
	struct canned_http *server;
	struct tomb_stores *stores;
	struct tomb_store *store;
};

static void add(struct fixture *f, const struct said *said)
{
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 20);
	bool has_length = !said->filler_bytes && said->manner == CANNED_ANSWER;

	tomb_buf_putf(
		&text, "HTTP/1.1 %s\r\n%s", said->status ? said->status : "200 OK", said->headers ? said->headers : "");
	if (has_length)
		tomb_buf_putf(&text, "Content-Length: %zu\r\n", said->body ? strlen(said->body) : 0);
	tomb_buf_putf(&text, "\r\n%s", said->body ? said->body : "");
	f->script[f->n].manner = said->manner;
	f->script[f->n].filler_bytes = said->filler_bytes;
	f->script[f->n++].bytes = tomb_arena_str(&f->arena, (struct tomb_str){text.p, text.n}).p;
}

static void write_private(struct fixture *f, const char *name, const char *text, mode_t mode)
{
	char path[256];

	temp_folder_write(&f->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", f->temp.path, name);
	assert_int_equal(chmod(path, mode), 0);
}

static enum tomb_code open_stores(struct fixture *f, const char *extra)
{
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 17);
	char path[256];

	tomb_buf_putf(&conf,
		"[backend s]\nkind = s3\nendpoint = http://127.0.0.1:%d\nregion = us-east-1\nbucket = bucket\n"
		"requests_in_flight = 1\n" /* the server has one connection at a time */
		"access_key_file = %s/access\nsecret_key_file = %s/secret\nrequest_timeout_ms = %d\n%s",
		f->server ? canned_http_port(f->server) : 1, f->temp.path, f->temp.path,
		canned_http_patience_ms(f->script, f->n), extra);
	temp_folder_write(&f->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", f->temp.path);
	return tomb_stores_open(path, &f->stores, &f->err);
}

/* A server that says these things, and a store that talks to it.  probed: it is asked for versions first. */
static void begin_with(struct fixture *f, const struct said *said, size_t n, bool probed, const char *extra)
{
	*f = (struct fixture){.arena = tomb_arena_init(32 << 20)};
	temp_folder_make(&f->temp);
	if (probed) {
		add(f, &probe_versioning);
		add(f, &probe_absent);
	}
	for (size_t i = 0; i < n; i++)
		add(f, &said[i]);
	f->server = canned_http_start(f->script, f->n);
	write_private(f, "access", "AKIDEXAMPLE\n", 0600);
	write_private(f, "secret", SECRET "\n", 0400);
	if (open_stores(f, extra) != TOMB_OK)
		fail_msg("%s", f->err.text);
	/* What one answer means is asked here: nothing is sent again. */
	tomb_stores_set_waiting(f->stores, &(struct tomb_waiting){.clock = tomb_clock_real()});
	f->store = tomb_stores_at(f->stores, 0);
}

static void begin(struct fixture *f, const struct said *said, size_t n)
{
	begin_with(f, said, n, true, "");
}

static void end(struct fixture *f)
{
	tomb_stores_close(f->stores);
	if (f->server)
		canned_http_free(f->server);
	temp_folder_remove(&f->temp);
	tomb_arena_fini(&f->arena);
}

static struct tomb_result delete_key(struct fixture *f, struct tomb_target target)
{
	struct tomb_result result;

	if (tomb_store_delete_one(f->store, &target, &f->arena, &result, &f->err) != TOMB_OK)
		fail_msg("%s", f->err.text);
	return result;
}

#define ERROR(code) "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" code "</Code><Message>m</Message></Error>"

static void a_single_delete_is_judged_by_code_then_status(void **state)
{
	static const struct {
		struct said said;
		enum tomb_outcome outcome;
		const char *code;
		const char *says;
		int64_t retry_after_ms;
	} cases[] = {
		{{"204 No Content", ID, "", 0, 0}, TOMB_OUTCOME_GONE, "", "", 0},
		{{"200 OK", ID, "", 0, 0}, TOMB_OUTCOME_GONE, "", "", 0},
		{{"204 No Content", "x-amz-delete-marker: true\r\n", "", 0, 0}, TOMB_OUTCOME_UNCERTAIN, "", "hidden",
			0},
		{{"204 No Content", "x-amz-version-id: null\r\n", "", 0, 0}, TOMB_OUTCOME_UNCERTAIN, "", "hidden", 0},
		{{"503 Slow Down", ID, ERROR("SlowDown"), 0, 0}, TOMB_OUTCOME_THROTTLED, "SlowDown", "503", 0},
		{{"503 Slow Down", "Retry-After: 7\r\n", ERROR("SlowDown"), 0, 0}, TOMB_OUTCOME_THROTTLED, "SlowDown",
			"", 7000},
		{{"503 Slow Down", "x-amz-retry-after: 250\r\n", "", 0, 0}, TOMB_OUTCOME_THROTTLED, "", "", 250},
		{{"503 Slow Down", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", "", 0, 0}, TOMB_OUTCOME_THROTTLED,
			"", "", 0},
		{{"429 Too Many", ID, "", 0, 0}, TOMB_OUTCOME_THROTTLED, "", "", 0},
		{{"403 Forbidden", ID, ERROR("RequestRateLimitExceeded"), 0, 0}, TOMB_OUTCOME_THROTTLED,
			"RequestRateLimitExceeded", "", 0},
		{{"400 Bad Request", ID, ERROR("RequestTimeout"), 0, 0}, TOMB_OUTCOME_TRANSIENT, "RequestTimeout", "",
			0},
		{{"500 Internal", ID, ERROR("InternalError"), 0, 0}, TOMB_OUTCOME_TRANSIENT, "InternalError", "", 0},
		{{"500 Internal", ID, "<html>", 0, 0}, TOMB_OUTCOME_TRANSIENT, "", "", 0},
		{{"409 Conflict", ID, ERROR("OperationAborted"), 0, 0}, TOMB_OUTCOME_TRANSIENT, "OperationAborted", "",
			0},
		{{"502 Bad Gateway", "", "<html>nginx</html>", 0, 0}, TOMB_OUTCOME_UNCERTAIN, "", "502", 0},
		{{"504 Gateway Timeout", "", "", 0, 0}, TOMB_OUTCOME_UNCERTAIN, "", "504", 0},
		{{"404 Not Found", ID, ERROR("NoSuchKey"), 0, 0}, TOMB_OUTCOME_ALREADY_ABSENT, "NoSuchKey", "", 0},
		{{"404 Not Found", ID, ERROR("NoSuchBucket"), 0, 0}, TOMB_OUTCOME_DENIED, "NoSuchBucket", "settings",
			0},
		{{"404 Not Found", "", "<html>nginx</html>", 0, 0}, TOMB_OUTCOME_UNCERTAIN, "", "not how an S3", 0},
		{{"200 OK", ID, ERROR("InternalError"), 0, 0}, TOMB_OUTCOME_UNCERTAIN, "InternalError", "", 0},
		{{"200 OK", ID, "<html>welcome</html>", 0, 0}, TOMB_OUTCOME_UNCERTAIN, "", "", 0},
		{{"412 Precondition Failed", ID, ERROR("PreconditionFailed"), 0, 0}, TOMB_OUTCOME_CHANGED,
			"PreconditionFailed", "", 0},
		{{"301 Moved", "Location: http://127.0.0.1:1/\r\n", ERROR("PermanentRedirect"), 0, 0},
			TOMB_OUTCOME_DENIED, "PermanentRedirect", "settings", 0},
		{{"307 Temporary Redirect", "", "", 0, 0}, TOMB_OUTCOME_DENIED, "", "region", 0},
		{{"400 Bad Request", ID, ERROR("ExpiredToken"), 0, 0}, TOMB_OUTCOME_DENIED, "ExpiredToken", "renew", 0},
		{{"403 Forbidden", ID, ERROR("RequestTimeTooSkewed"), 0, 0}, TOMB_OUTCOME_DENIED,
			"RequestTimeTooSkewed", "clock", 0},
		{{"403 Forbidden", ID, ERROR("SignatureDoesNotMatch"), 0, 0}, TOMB_OUTCOME_DENIED,
			"SignatureDoesNotMatch", "keys", 0},
		{{"403 Forbidden", ID, ERROR("AccessDenied"), 0, 0}, TOMB_OUTCOME_DENIED, "AccessDenied", "", 0},
		{{"401 Unauthorized", "", "", 0, 0}, TOMB_OUTCOME_DENIED, "", "keys", 0},
		{{"400 Bad Request", ID, ERROR("KeyTooLongError"), 0, 0}, TOMB_OUTCOME_FAILED, "KeyTooLongError", "",
			0},
		{{"400 Bad Request", ID, ERROR("SomethingNew"), 0, 0}, TOMB_OUTCOME_FAILED, "SomethingNew", "", 0},
		{{"400 Bad Request", ID, "<!DOCTYPE x><Error><Code>NoSuchKey</Code></Error>", 0, 0},
			TOMB_OUTCOME_FAILED, "", "", 0},
		{{NULL, NULL, NULL, CANNED_CUT_READ, 0}, TOMB_OUTCOME_UNCERTAIN, "", "", 0},
		{{NULL, NULL, NULL, CANNED_SILENCE, 0}, TOMB_OUTCOME_UNCERTAIN, "", "", 0},
		{{"200 OK", "", "", CANNED_ANSWER_AND_CUT, 100U << 20}, TOMB_OUTCOME_UNCERTAIN, "", "larger", 0},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct fixture f;
		struct tomb_result r;

		begin(&f, &cases[i].said, 1);
		r = delete_key(&f, (struct tomb_target){.key = TOMB_STR("k")});
		if (r.outcome != cases[i].outcome || !tomb_str_eq(r.code, tomb_str_from(cases[i].code)) ||
			!strstr(r.text.p, cases[i].says) || r.retry_after_ms != cases[i].retry_after_ms)
			fail_msg("case %zu: %s, \"%s\", \"%s\"", i, tomb_outcome_slug(r.outcome), r.code.p, r.text.p);
		end(&f);
	}
}

static void a_server_that_is_gone_was_sent_nothing(void **state)
{
	struct fixture f;
	struct tomb_probe probe;

	(void)state;
	begin(&f, NULL, 0);
	assert_int_equal(tomb_store_probe(f.store, &probe, &f.err), TOMB_OK);
	canned_http_free(f.server);
	f.server = NULL;
	assert_int_equal(delete_key(&f, (struct tomb_target){.key = TOMB_STR("k")}).outcome, TOMB_OUTCOME_TRANSIENT);
	end(&f);
}

static void a_condition_is_sent_only_where_it_is_configured(void **state)
{
	static const struct said said[] = {{"204 No Content", ID, "", 0, 0}, {"204 No Content", ID, "", 0, 0}};
	struct tomb_target target = {.key = TOMB_STR("k"), .etag = TOMB_STR("\"abc\"")};
	struct fixture f;

	(void)state;
	begin(&f, said, 1);
	(void)delete_key(&f, target);
	canned_http_stop(f.server);
	assert_null(strcasestr(canned_http_request(f.server, 2)->head.p, "if-match"));
	end(&f);

	begin_with(&f, said, 2, true, "conditional_delete = yes\n");
	(void)delete_key(&f, target);
	target.version_id = TOMB_STR("v1");
	(void)delete_key(&f, target);
	canned_http_stop(f.server);
	assert_non_null(strcasestr(canned_http_request(f.server, 2)->head.p, "\r\nif-match: \"abc\"\r\n"));
	assert_null(strcasestr(canned_http_request(f.server, 3)->head.p, "if-match"));
	assert_non_null(strstr(canned_http_request(f.server, 3)->head.p, "DELETE /bucket/k?versionId=v1 "));
	end(&f);
}

#define RESULT(entries) "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" entries "</DeleteResult>"
#define DELETED(key) "<Deleted><Key>" key "</Key></Deleted>"
#define REFUSED(key, code) "<Error><Key>" key "</Key><Code>" code "</Code><Message>m</Message></Error>"

static void only_keys_that_the_answer_confirms_by_name_are_gone(void **state)
{
#define LOL "&l;&l;&l;&l;&l;&l;&l;&l;&l;&l;"
	enum { G = TOMB_OUTCOME_GONE, U = TOMB_OUTCOME_UNCERTAIN, T = TOMB_OUTCOME_THROTTLED };
	static const struct {
		struct said said;
		int outcome[3]; /* of a, b & c */
	} cases[] = {
		{{"200 OK", ID, RESULT(DELETED("a") DELETED("b &amp; c") DELETED("d")), 0, 0}, {G, G, G}},
		{{"200 OK", ID, RESULT(DELETED("d") DELETED("a")), 0, 0}, {G, U, G}},
		{{"200 OK", ID, RESULT(DELETED("x") DELETED("A") DELETED("a ")), 0, 0}, {U, U, U}},
		{{"200 OK", ID, RESULT(DELETED("x") DELETED("a") "<Odd/>"), 0, 0}, {G, U, U}},
		{{"200 OK", ID, RESULT(""), 0, 0}, {U, U, U}},
		{{"200 OK", ID, "", 0, 0}, {U, U, U}},
		{{"200 OK", ID, RESULT("<Deleted><Key>a</Key><VersionId>null</VersionId></Deleted>"), 0, 0}, {G, U, U}},
		{{"200 OK", ID, RESULT("<Deleted><DeleteMarker>false</DeleteMarker><Key>a</Key></Deleted>"), 0, 0},
			{G, U, U}},
		{{"200 OK", ID, RESULT("<Deleted><Key>a</Key><DeleteMarker>true</DeleteMarker></Deleted>"), 0, 0},
			{U, U, U}},
		{{"200 OK", ID,
			 "<s:DeleteResult xmlns:s=\"x\"><s:Deleted><s:Key>a</s:Key></s:Deleted></s:DeleteResult>", 0,
			 0},
			{G, U, U}},
		{{"200 OK", ID, RESULT(DELETED("<![CDATA[b & c]]>")), 0, 0}, {U, G, U}},
		{{"200 OK", ID, RESULT(REFUSED("a", "SlowDown") DELETED("d") REFUSED("b &amp; c", "AccessDenied")), 0,
			 0},
			{T, TOMB_OUTCOME_DENIED, G}},
		{{"200 OK", ID,
			 RESULT(REFUSED("a", "NoSuchKey") REFUSED("d", "PreconditionFailed")
					 REFUSED("b &amp; c", "New")),
			 0, 0},
			{TOMB_OUTCOME_ALREADY_ABSENT, TOMB_OUTCOME_FAILED, TOMB_OUTCOME_CHANGED}},
		{{"200 OK", ID, RESULT(REFUSED("a", "InternalError")), 0, 0}, {TOMB_OUTCOME_TRANSIENT, U, U}},
		{{"200 OK", ID, RESULT(REFUSED("a", "InternalError") DELETED("a")), 0, 0}, {U, U, U}},
		{{"200 OK", ID, RESULT(DELETED("a") REFUSED("a", "SlowDown")), 0, 0}, {U, U, U}},
		{{"200 OK", ID, ERROR("InternalError"), 0, 0}, {U, U, U}},
		{{"200 OK", ID, "<DeleteResult><Deleted><Key>a</Key></Deleted><Deleted><Key>d</K", 0, 0}, {U, U, U}},
		{{"200 OK", ID, RESULT(DELETED("a")) "<more/>", 0, 0}, {U, U, U}},
		{{"200 OK", ID, "\xff\xfe<\0D\0", 0, 0}, {U, U, U}},
		{{"200 OK", ID, RESULT(DELETED("\xff")), 0, 0}, {U, U, U}},
		{{"200 OK", ID,
			 "<!DOCTYPE d [<!ENTITY l \"a\"><!ENTITY m \"" LOL
			 "\">]><DeleteResult><Deleted><Key>&l;</Key></Deleted>"
			 "</DeleteResult>",
			 0, 0},
			{U, U, U}},
		{{"200 OK", ID,
			 "<!DOCTYPE d SYSTEM \"http://127.0.0.1:1/x\"><DeleteResult>" DELETED("a") "</DeleteResult>", 0,
			 0},
			{U, U, U}},
		{{"200 OK", ID, RESULT("<Deleted><Key>&undefined;a</Key></Deleted>"), 0, 0}, {U, U, U}},
		{{"200 OK", "Content-Length: 9999\r\n", RESULT(DELETED("a")), CANNED_ANSWER_AND_CUT, 0}, {U, U, U}},
		{{"200 OK", ID, "<DeleteResult>", CANNED_ANSWER_AND_CUT, 100U << 20}, {U, U, U}},
		{{NULL, NULL, NULL, CANNED_CUT_READ, 0}, {U, U, U}},
		{{NULL, NULL, NULL, CANNED_SILENCE, 0}, {U, U, U}},
		{{"204 No Content", ID, "", 0, 0}, {U, U, U}},
		{{"503 Slow Down", ID, ERROR("SlowDown"), 0, 0}, {T, T, T}},
		{{"404 Not Found", ID, ERROR("NoSuchKey"), 0, 0}, {U, U, U}},
		{{"412 Precondition Failed", ID, ERROR("PreconditionFailed"), 0, 0}, {U, U, U}},
		{{"404 Not Found", ID, ERROR("NoSuchBucket"), 0, 0},
			{TOMB_OUTCOME_DENIED, TOMB_OUTCOME_DENIED, TOMB_OUTCOME_DENIED}},
		{{"400 Bad Request", ID, ERROR("MalformedXML"), 0, 0},
			{TOMB_OUTCOME_FAILED, TOMB_OUTCOME_FAILED, TOMB_OUTCOME_FAILED}},
	};
	struct tomb_target targets[] = {{.key = TOMB_STR("a")}, {.key = TOMB_STR("b & c")}, {.key = TOMB_STR("d")}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_result results[3];
		struct fixture f;

		begin(&f, &cases[i].said, 1);
		assert_int_equal(tomb_store_delete_many(f.store, targets, 3, &f.arena, results, &f.err), TOMB_OK);
		for (size_t j = 0; j < 3; j++)
			if ((int)results[j].outcome != cases[i].outcome[j])
				fail_msg("case %zu, key %zu: %s, %s", i, j, tomb_outcome_slug(results[j].outcome),
					results[j].text.p);
		end(&f);
	}
}

static void a_batch_is_sent_with_its_digest_and_every_key_escaped(void **state)
{
	static const struct said said = {"200 OK", ID, RESULT(""), 0, 0};
	struct tomb_target targets[] = {
		{.key = TOMB_STR("<&>\"'\r\n\t ")}, {.key = TOMB_STR("v"), .version_id = TOMB_STR("1&2")}};
	struct tomb_result results[2];
	const struct canned_request *request = NULL;
	uint8_t md5[TOMB_MD5_SIZE];
	char text[TOMB_BASE64_SIZE(TOMB_MD5_SIZE) + 1];
	char header[64];
	struct fixture f;

	(void)state;
	begin(&f, &said, 1);
	assert_int_equal(tomb_store_delete_many(f.store, targets, 2, &f.arena, results, &f.err), TOMB_OK);
	canned_http_stop(f.server);
	request = canned_http_request(f.server, 2);
	assert_string_equal(request->body.p,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
		"<Quiet>false</Quiet><Object><Key>&lt;&amp;&gt;&quot;&apos;&#xD;&#xA;&#x9; </Key></Object>"
		"<Object><Key>v</Key><VersionId>1&amp;2</VersionId></Object></Delete>");
	tomb_md5(request->body, md5);
	(void)snprintf(header, sizeof header, "\r\ncontent-md5: %s\r\n", tomb_base64_encode(md5, sizeof md5, text));
	assert_non_null(strstr(request->head.p, header));
	assert_non_null(strstr(request->head.p, "POST /bucket?delete= HTTP/1.1\r\n"));
	assert_null(strstr(request->head.p, SECRET));
	end(&f);
}

static void keys_that_xml_cannot_carry_go_singly(void **state)
{
	static const struct said said[] = {{"200 OK", ID, RESULT(DELETED("a") DELETED("b")), 0, 0},
		{"204 No Content", ID, "", 0, 0}, {"204 No Content", ID, "", 0, 0}, {"503 Slow Down", ID, "", 0, 0}};
	struct tomb_target targets[] = {{.key = TOMB_STR("\x01")}, {.key = TOMB_STR("a")}, {.key = TOMB_STR("\x1f")},
		{.key = TOMB_STR("b")}, {.key = TOMB_STR("\xef\xbf\xbe")}};
	struct tomb_result results[5];
	struct fixture f;

	(void)state;
	begin(&f, said, TOMB_COUNTOF(said));
	assert_int_equal(tomb_store_delete_many(f.store, targets, 5, &f.arena, results, &f.err), TOMB_OK);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(results[i].outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(results[4].outcome, TOMB_OUTCOME_THROTTLED);
	canned_http_stop(f.server);
	assert_non_null(strstr(canned_http_request(f.server, 3)->head.p, "DELETE /bucket/%01 "));
	assert_non_null(strstr(canned_http_request(f.server, 4)->head.p, "DELETE /bucket/%1F "));
	assert_non_null(strstr(canned_http_request(f.server, 5)->head.p, "DELETE /bucket/%EF%BF%BE "));
	end(&f);
}

static void a_key_that_is_not_utf8_is_refused_before_anything_is_sent(void **state)
{
	static const char *const wrong[] = {"\xff", "a\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
	struct fixture f;

	(void)state;
	begin_with(&f, NULL, 0, false, "");
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_target targets[] = {{.key = TOMB_STR("good")}, {.key = tomb_str_from(wrong[i])}};
		struct tomb_result results[2];
		struct tomb_str url = {NULL, 0};
		struct tomb_stat st;

		assert_int_equal(tomb_store_url(f.store, targets[1].key, &f.arena, &url, &f.err), TOMB_INVAL);
		assert_non_null(strstr(f.err.text, "backend s: the key is not UTF-8"));
		assert_int_equal(tomb_store_stat(f.store, targets[1].key, &f.arena, &st, &f.err), TOMB_INVAL);
		assert_int_equal(tomb_store_delete_one(f.store, &targets[1], &f.arena, results, &f.err), TOMB_INVAL);
		assert_int_equal(tomb_store_delete_many(f.store, targets, 2, &f.arena, results, &f.err), TOMB_INVAL);
	}
	canned_http_stop(f.server);
	assert_int_equal(canned_http_requests(f.server), 0);
	end(&f);
}

static void a_locked_version_is_told_from_a_forbidden_one(void **state)
{
#define FORBIDDEN                                                                                                      \
	{                                                                                                              \
		"403 Forbidden", ID, ERROR("AccessDenied"), 0, 0                                                       \
	}
#define SEEN "Content-Length: 1\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n" ID
	static const struct {
		struct said said[2];
		enum tomb_outcome outcome;
		int64_t until_us;
	} cases[] = {
		{{FORBIDDEN, {"200 OK",
				     SEEN "x-amz-object-lock-mode: COMPLIANCE\r\n"
					  "x-amz-object-lock-retain-until-date: 2030-01-01T00:00:00.000000000Z\r\n",
				     NULL, CANNED_ANSWER_AND_CUT, 0}},
			TOMB_OUTCOME_LOCKED, INT64_C(1893456000000000)},
		{{FORBIDDEN, {"200 OK", SEEN "x-amz-object-lock-legal-hold: ON\r\n", NULL, CANNED_ANSWER_AND_CUT, 0}},
			TOMB_OUTCOME_LOCKED, 0},
		{{FORBIDDEN, {"200 OK", SEEN "x-amz-object-lock-mode: NEWMODE\r\n", NULL, CANNED_ANSWER_AND_CUT, 0}},
			TOMB_OUTCOME_LOCKED, 0},
		{{FORBIDDEN, {"200 OK", SEEN, NULL, CANNED_ANSWER_AND_CUT, 0}}, TOMB_OUTCOME_DENIED, 0},
		{{FORBIDDEN, {"403 Forbidden", ID, "", 0, 0}}, TOMB_OUTCOME_DENIED, 0},
		{{FORBIDDEN, {NULL, NULL, NULL, CANNED_CUT_READ, 0}}, TOMB_OUTCOME_DENIED, 0},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_result r;
		struct fixture f;

		begin(&f, cases[i].said, 2);
		r = delete_key(&f, (struct tomb_target){.key = TOMB_STR("k"), .version_id = TOMB_STR("v")});
		assert_int_equal(r.outcome, cases[i].outcome);
		assert_true(r.locked_until_us == cases[i].until_us);
		assert_true(tomb_str_eq(r.code, TOMB_STR("AccessDenied")));
		end(&f);
	}
}

static void only_a_404_of_s3_itself_proves_absence(void **state)
{
	static const struct {
		struct said said;
		enum tomb_absence absence;
		enum tomb_code stat; /* what a stat makes of the same answer */
	} cases[] = {
		{{"404 Not Found", ID, "", 0, 0}, TOMB_ABSENT_VERIFIED, TOMB_OK},
		{{"404 Not Found", "", "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
		{{"404 Not Found", ID "x-amz-delete-marker: true\r\n", "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
		{{"410 Gone", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
		{{"403 Forbidden", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE_DENIED},
		{{"400 Bad Request", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
		{{"405 Method Not Allowed", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
		{{"301 Moved", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
		{{"500 Internal", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_NET},
		{{"503 Slow Down", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE_THROTTLED},
		{{"204 No Content", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
		{{NULL, NULL, NULL, CANNED_CUT_READ, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_NET},
		{{NULL, NULL, NULL, CANNED_SILENCE, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_NET},
		{{"200 OK", SEEN, NULL, CANNED_ANSWER_AND_CUT, 0}, TOMB_STILL_THERE, TOMB_OK},
		{{"200 OK", ID, "", 0, 0}, TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
		{{"200 OK", "Content-Length: 1\r\nLast-Modified: yesterday\r\n", NULL, CANNED_ANSWER_AND_CUT, 0},
			TOMB_ABSENCE_UNKNOWN, TOMB_STORE},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_verdict verdict;
		struct tomb_stat st;
		struct fixture f;

		const struct said said[] = {cases[i].said, probe_versioning, probe_absent};

		begin(&f, said, TOMB_COUNTOF(said));
		assert_int_equal(tomb_store_verify_absent(f.store, TOMB_STR("k"), &f.arena, &verdict, &f.err), TOMB_OK);
		if (verdict.absence != cases[i].absence)
			fail_msg("case %zu: %s, %s", i, tomb_absence_slug(verdict.absence), verdict.text.p);
		end(&f);
		begin(&f, &cases[i].said, 1);
		assert_int_equal(tomb_store_stat(f.store, TOMB_STR("k"), &f.arena, &st, &f.err), cases[i].stat);
		if (cases[i].stat == TOMB_OK)
			assert_int_equal(st.present, cases[i].absence == TOMB_STILL_THERE);
		end(&f);
	}
}

static void a_version_that_is_a_marker_has_no_bytes(void **state)
{
	static const struct {
		struct said said;
		enum tomb_code code;
	} cases[] = {
		{{"405 Method Not Allowed", ID "x-amz-delete-marker: true\r\n", "", 0, 0}, TOMB_OK},
		{{"405 Method Not Allowed", ID, "", 0, 0}, TOMB_STORE}, /* of what does not know HEAD */
		{{"404 Not Found", ID, "", 0, 0}, TOMB_OK}, {{"404 Not Found", "", "", 0, 0}, TOMB_STORE},
		{{"403 Forbidden", ID, "", 0, 0}, TOMB_STORE_DENIED}, /* also an absent one, without s3:ListBucket */
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_stat st = {.present = true};
		struct fixture f;

		begin(&f, &cases[i].said, 1);
		assert_int_equal(tomb_store_stat_version(f.store, TOMB_STR("k"), TOMB_STR("v"), &f.arena, &st, &f.err),
			cases[i].code);
		assert_int_equal(st.present, cases[i].code != TOMB_OK);
		end(&f);
	}
}

static void a_put_is_ok_only_with_an_etag(void **state)
{
	static const struct {
		struct said said;
		enum tomb_code code;
	} cases[] = {
		{{"200 OK", ID "ETag: \"x\"\r\n", "", 0, 0}, TOMB_OK},
		{{"200 OK", ID, "", 0, 0}, TOMB_UNCERTAIN},
		{{"200 OK", ID, ERROR("InternalError"), 0, 0}, TOMB_UNCERTAIN},
		{{"500 Internal", ID, ERROR("InternalError"), 0, 0}, TOMB_UNCERTAIN},
		{{"502 Bad Gateway", "", "", 0, 0}, TOMB_UNCERTAIN},
		{{"503 Slow Down", ID, ERROR("SlowDown"), 0, 0}, TOMB_STORE_THROTTLED},
		{{"412 Precondition Failed", ID, ERROR("PreconditionFailed"), 0, 0}, TOMB_CONFLICT},
		{{"403 Forbidden", ID, ERROR("AccessDenied"), 0, 0}, TOMB_STORE_DENIED},
		{{"400 Bad Request", ID, ERROR("XAmzContentSHA256Mismatch"), 0, 0}, TOMB_CORRUPT},
		{{"400 Bad Request", ID, ERROR("EntityTooLarge"), 0, 0}, TOMB_TOOBIG},
		{{NULL, NULL, NULL, CANNED_CUT_READ, 0}, TOMB_UNCERTAIN},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct byte_source source = {.left = TOMB_STR("abc")};
		struct tomb_put p = {.key = TOMB_STR("k"), .size_bytes = 3, .read = byte_source_read, .arg = &source};
		struct tomb_placed placed;
		struct fixture f;

		tomb_sha256(source.left, p.sha256);
		begin_with(&f, &cases[i].said, 1, false, "storage_class = GLACIER\n");
		if (tomb_store_put(f.store, &p, &f.arena, &placed, &f.err) != cases[i].code)
			fail_msg("case %zu: %s", i, f.err.text);
		canned_http_stop(f.server);
		assert_non_null(strstr(canned_http_request(f.server, 0)->head.p, "\r\nx-amz-storage-class: GLACIER"));
		assert_non_null(strstr(canned_http_request(f.server, 0)->head.p, "\r\nif-none-match: *"));
		assert_true(tomb_str_eq(canned_http_request(f.server, 0)->body, TOMB_STR("abc")));
		end(&f);
	}
}

static void five_gigabytes_is_the_most(void **state)
{
	struct tomb_put p = {.key = TOMB_STR("k"), .size_bytes = (INT64_C(5) << 30) + 1, .read = byte_source_read};
	struct tomb_placed placed;
	struct fixture f;

	(void)state;
	begin(&f, NULL, 0);
	assert_int_equal(tomb_store_put(f.store, &p, &f.arena, &placed, &f.err), TOMB_TOOBIG);
	canned_http_stop(f.server);
	assert_int_equal(canned_http_requests(f.server), 0);
	end(&f);
}

static void a_probe_that_gets_no_clear_answer_fails(void **state)
{
	static const struct {
		struct said said[2];
		enum tomb_code code;
		const char *says;
	} cases[] = {
		{{{"200 OK", "", "<html>It works!</html>", 0, 0}, {0}}, TOMB_STORE, "does not answer like S3"},
		{{{"200 OK", "", "<VersioningConfiguration><Status>Enab", 0, 0}, {0}}, TOMB_STORE,
			"does not answer like S3"},
		{{{"404 Not Found", ID, ERROR("NoSuchBucket"), 0, 0}, {0}}, TOMB_STORE, "NoSuchBucket"},
		{{{"501 Not Implemented", ID, ERROR("NotImplemented"), 0, 0}, {0}}, TOMB_STORE, "NotImplemented"},
		{{{"503 Slow Down", ID, ERROR("SlowDown"), 0, 0}, {0}}, TOMB_STORE_THROTTLED, "SlowDown"},
		{{{NULL, NULL, NULL, CANNED_CUT_READ, 0}, {0}}, TOMB_NET, "backend s"},
		{{{"200 OK", ID, "<VersioningConfiguration/>", 0, 0}, {"403 Forbidden", ID, "", 0, 0}},
			TOMB_STORE_DENIED, "s3:ListBucket"},
		{{{"200 OK", ID, "<VersioningConfiguration/>", 0, 0}, {"502 Bad Gateway", "", "", 0, 0}}, TOMB_NET,
			"502"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_target target = {.key = TOMB_STR("k")};
		struct tomb_result result = {.outcome = TOMB_OUTCOME_MAX};
		struct fixture f;

		begin_with(&f, cases[i].said, cases[i].said[1].status ? 2 : 1, false, "");
		/* A delete that nobody probed for probes, and sends nothing after a "no". */
		assert_int_equal(tomb_store_delete_one(f.store, &target, &f.arena, &result, &f.err), cases[i].code);
		if (!strstr(f.err.text, cases[i].says))
			fail_msg("case %zu: %s", i, f.err.text);
		assert_int_equal(result.outcome, TOMB_OUTCOME_MAX);
		canned_http_stop(f.server);
		for (size_t j = 0; j < canned_http_requests(f.server); j++)
			assert_null(strstr(canned_http_request(f.server, j)->head.p, "DELETE"));
		end(&f);
	}
}

static void keys_that_others_can_read_are_refused(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		enum tomb_code code;
		const char *says;
	} cases[] = {
		{SECRET, 0644, TOMB_FORBIDDEN, "mode 0644"},
		{SECRET, 0640, TOMB_FORBIDDEN, "make it 0600"},
		{"", 0600, TOMB_INVAL, "empty"},
		{"\n", 0600, TOMB_INVAL, "empty"},
		{SECRET "\n" SECRET "\n", 0600, TOMB_INVAL, "one line"},
		{SECRET " x", 0600, TOMB_INVAL, "one line"},
		{SECRET "\xc3\xa9", 0600, TOMB_INVAL, "one line"},
	};
	char long_secret[300];
	struct fixture f;

	(void)state;
	begin(&f, NULL, 0);
	tomb_stores_close(f.stores);
	f.stores = NULL;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		write_private(&f, "secret", cases[i].text, cases[i].mode);
		assert_int_equal(open_stores(&f, ""), cases[i].code);
		if (!strstr(f.err.text, cases[i].says))
			fail_msg("case %zu: %s", i, f.err.text);
		assert_null(strstr(f.err.text, "wJalr"));
	}
	memset(long_secret, 'x', sizeof long_secret - 1);
	long_secret[sizeof long_secret - 1] = '\0';
	write_private(&f, "secret", long_secret, 0600);
	assert_int_equal(open_stores(&f, ""), TOMB_INVAL);
	write_private(&f, "secret", SECRET, 0600);
	assert_int_equal(open_stores(&f, "session_token_file = /nonexistent\n"), TOMB_IO);
	end(&f);
}

static void as_many_backends_as_a_file_may_have_are_opened(void **state)
{
	TOMB_BUF_AUTO more = tomb_buf_init(1 << 16);
	struct fixture f;

	(void)state;
	begin(&f, NULL, 0);
	tomb_stores_close(f.stores);
	f.stores = NULL;
	for (int i = 1; i < 64; i++)
		tomb_buf_putf(&more,
			"[backend s%d]\nkind = s3\nendpoint = https://h\nregion = r\nbucket = bucket-%d\n"
			"access_key_file = %s/access\nsecret_key_file = %s/secret\n",
			i, i, f.temp.path, f.temp.path);
	if (open_stores(&f, more.p) != TOMB_OK)
		fail_msg("%s", f.err.text);
	assert_int_equal(tomb_stores_count(f.stores), 64);
	end(&f);
}

static void a_session_token_is_sent_and_signed(void **state)
{
	static const struct said said = {"204 No Content", ID, "", 0, 0};
	TOMB_BUF_AUTO extra = tomb_buf_init(512);
	struct fixture f;

	(void)state;
	begin(&f, &said, 1);
	tomb_stores_close(f.stores);
	write_private(&f, "token", "TOKEN123\n", 0600);
	tomb_buf_putf(&extra, "session_token_file = %s/token\n", f.temp.path);
	assert_int_equal(open_stores(&f, extra.p), TOMB_OK);
	f.store = tomb_stores_at(f.stores, 0);
	assert_int_equal(delete_key(&f, (struct tomb_target){.key = TOMB_STR("k")}).outcome, TOMB_OUTCOME_GONE);
	canned_http_stop(f.server);
	assert_non_null(strstr(canned_http_request(f.server, 2)->head.p, "\r\nx-amz-security-token: TOKEN123\r\n"));
	assert_non_null(strstr(canned_http_request(f.server, 2)->head.p,
		"SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token"));
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_single_delete_is_judged_by_code_then_status),
		cmocka_unit_test(a_server_that_is_gone_was_sent_nothing),
		cmocka_unit_test(a_condition_is_sent_only_where_it_is_configured),
		cmocka_unit_test(only_keys_that_the_answer_confirms_by_name_are_gone),
		cmocka_unit_test(a_batch_is_sent_with_its_digest_and_every_key_escaped),
		cmocka_unit_test(keys_that_xml_cannot_carry_go_singly),
		cmocka_unit_test(a_key_that_is_not_utf8_is_refused_before_anything_is_sent),
		cmocka_unit_test(a_locked_version_is_told_from_a_forbidden_one),
		cmocka_unit_test(only_a_404_of_s3_itself_proves_absence),
		cmocka_unit_test(a_version_that_is_a_marker_has_no_bytes),
		cmocka_unit_test(a_put_is_ok_only_with_an_etag),
		cmocka_unit_test(five_gigabytes_is_the_most),
		cmocka_unit_test(a_probe_that_gets_no_clear_answer_fails),
		cmocka_unit_test(keys_that_others_can_read_are_refused),
		cmocka_unit_test(as_many_backends_as_a_file_may_have_are_opened),
		cmocka_unit_test(a_session_token_is_sent_and_signed),
	};

	return cmocka_run_group_tests_name("s3 faults", tests, NULL, NULL);
}
