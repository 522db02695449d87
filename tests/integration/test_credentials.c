/* Keys from services and programs that answer as they should, and when they are fetched anew. */
#include "keys_box.h"
#include "tombstone/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t second_us = 1000000;

#define JSON(id, token, expires)                                                                                       \
	"{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"" id                                            \
	"\",\"SecretAccessKey\":\"" KEYS_BOX_SECRET "\",\"Token\":\"" token "\",\"Expiration\":\"" expires "\"}"

static int begin(void **state)
{
	*state = calloc(1, sizeof(struct keys_box));
	keys_box_begin(*state);
	return 0;
}

static int end(void **state)
{
	keys_box_end(*state);
	free(*state);
	return 0;
}

static void open_provider(struct keys_box *box)
{
	if (aws_provider_open(&box->backend, &box->provider, &box->err) != TOMB_OK)
		fail_msg("%s", box->err.text);
}

static const struct aws_keys *keys_at(struct keys_box *box, int64_t now_us)
{
	const struct aws_keys *keys = NULL;

	if (aws_provider_keys(box->provider, now_us, &keys, &box->err) != TOMB_OK)
		fail_msg("%s", box->err.text);
	return keys;
}

static void expect_key(struct keys_box *box, int64_t now_us, const char *id)
{
	const struct aws_keys *keys = keys_at(box, now_us);

	if (!tomb_str_eq(credential_str(&keys->access_key), tomb_str_from(id)))
		fail_msg("%.*s, not %s", TOMB_STR_ARG(credential_str(&keys->access_key)), id);
	assert_true(tomb_str_eq(credential_str(&keys->secret_key), TOMB_STR(KEYS_BOX_SECRET)));
}

/* Is there a line like this in the head of a request?  Names in any case. */
static bool has_line(struct tomb_str head, const char *line)
{
	size_t n = strlen(line);
	size_t at = 0;

	while (at < head.n) {
		const char *end = memmem(head.p + at, head.n - at, "\r\n", 2);
		size_t len = end ? (size_t)(end - head.p) - at : head.n - at;

		if (len == n && strncasecmp(head.p + at, line, n) == 0)
			return true;
		at += len + 2;
	}
	return false;
}

static void say_instance(struct keys_box *box, const char *keys)
{
	keys_box_say(box, "200 OK", "imds-token==");
	keys_box_say(box, "200 OK", "tombstone-role");
	keys_box_say(box, "200 OK", keys);
}

static void serve_instance(struct keys_box *box)
{
	keys_box_env(box, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:%d/", keys_box_serve(box));
}

static void an_instance_is_asked_by_version_2(void **state)
{
	struct keys_box *box = *state;
	struct tomb_str head = {NULL, 0};

	say_instance(box, JSON("AKID", "T", KEYS_BOX_EXPIRES));
	serve_instance(box);
	open_provider(box);
	expect_key(box, KEYS_BOX_NOW_US, "AKID");
	assert_int_equal(keys_at(box, KEYS_BOX_NOW_US)->expires_us, KEYS_BOX_EXPIRES_US);
	head = keys_box_head(box, 0);
	assert_int_equal(canned_http_requests(box->server), 3);
	assert_true(has_line(head, "PUT /latest/api/token HTTP/1.1"));
	assert_true(has_line(head, "X-aws-ec2-metadata-token-ttl-seconds: 21600"));
	assert_true(has_line(head, "Content-Length: 0"));
	head = keys_box_head(box, 1);
	assert_true(has_line(head, "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1"));
	assert_true(has_line(head, "X-aws-ec2-metadata-token: imds-token=="));
	head = keys_box_head(box, 2);
	assert_true(has_line(head, "GET /latest/meta-data/iam/security-credentials/tombstone-role HTTP/1.1"));
	assert_true(has_line(head, "X-aws-ec2-metadata-token: imds-token=="));
}

static void a_container_is_asked_with_the_token_of_now(void **state)
{
	struct keys_box *box = *state;

	keys_box_write(box, "token", 0644, "first-token\n");
	keys_box_say(box, "200 OK", JSON("ONE", "T1", KEYS_BOX_EXPIRES));
	keys_box_say(box, "200 OK", JSON("TWO", "T2", KEYS_BOX_EXPIRES));
	keys_box_env(
		box, "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:%d/v1/credentials?a=b", keys_box_serve(box));
	keys_box_env(box, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=%s/token", box->temp.path);
	keys_box_env(box, "AWS_CONTAINER_AUTHORIZATION_TOKEN=not-this-one");
	open_provider(box);
	expect_key(box, KEYS_BOX_NOW_US, "ONE");
	keys_box_write(box, "token", 0644, "second-token");
	assert_int_equal(aws_provider_renew(box->provider, KEYS_BOX_NOW_US, &box->err), TOMB_OK);
	expect_key(box, KEYS_BOX_NOW_US, "TWO");
	assert_true(has_line(keys_box_head(box, 0), "GET /v1/credentials?a=b HTTP/1.1"));
	assert_true(has_line(keys_box_head(box, 0), "Authorization: first-token"));
	assert_true(has_line(keys_box_head(box, 1), "Authorization: second-token"));
	assert_int_equal(canned_http_requests(box->server), 2);
}

static void a_container_may_give_its_token_in_a_variable_or_none(void **state)
{
	struct keys_box *box = *state;
	struct aws_provider *other = NULL;
	const struct aws_keys *keys = NULL;

	keys_box_say(box, "200 OK", JSON("ONE", "T1", KEYS_BOX_EXPIRES));
	keys_box_say(box, "200 OK", JSON("ONE", "T1", KEYS_BOX_EXPIRES));
	keys_box_env(box, "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:%d/", keys_box_serve(box));
	open_provider(box);
	expect_key(box, KEYS_BOX_NOW_US, "ONE");
	keys_box_env(box, "AWS_CONTAINER_AUTHORIZATION_TOKEN=Basic dG9rZW4=");
	assert_int_equal(aws_provider_open(&box->backend, &other, &box->err), TOMB_OK);
	assert_int_equal(aws_provider_keys(other, KEYS_BOX_NOW_US, &keys, &box->err), TOMB_OK);
	aws_provider_close(other);
	assert_null(memmem(keys_box_head(box, 0).p, keys_box_head(box, 0).n, "Authorization", 13));
	assert_true(has_line(keys_box_head(box, 1), "Authorization: Basic dG9rZW4="));
}

#define STS_ANSWER                                                                                                     \
	"<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"                      \
	"<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA</"                                            \
	"AccessKeyId><SecretAccessKey>" KEYS_BOX_SECRET                                                                \
	"</SecretAccessKey><SessionToken>T</SessionToken><Expiration>" KEYS_BOX_EXPIRES                                \
	"</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"

static void a_web_identity_becomes_keys_by_an_unsigned_request(void **state)
{
	struct keys_box *box = *state;
	struct tomb_str head = {NULL, 0};

	keys_box_write(box, "jwt", 0644, "eyJ.a+b/c.d\n");
	keys_box_say(box, "200 OK", STS_ANSWER);
	keys_box_env(box, "AWS_ENDPOINT_URL_STS=http://127.0.0.1:%d/", keys_box_serve(box));
	keys_box_env(box, "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/a b");
	keys_box_env(box, "AWS_WEB_IDENTITY_TOKEN_FILE=%s/jwt", box->temp.path);
	open_provider(box);
	expect_key(box, KEYS_BOX_NOW_US, "ASIA");
	assert_true(tomb_str_eq(credential_str(&keys_at(box, KEYS_BOX_NOW_US)->session_token), TOMB_STR("T")));
	head = keys_box_head(box, 0);
	assert_int_equal(canned_http_requests(box->server), 1);
	assert_true(has_line(head, "POST / HTTP/1.1"));
	assert_true(has_line(head, "Content-Type: application/x-www-form-urlencoded"));
	assert_null(memmem(head.p, head.n, "Authorization", 13));
	assert_true(tomb_str_eq(keys_box_body(box, 0),
		TOMB_STR("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333"
			 "%3Arole%2Fa%20b&RoleSessionName=tombstone&WebIdentityToken=eyJ.a%2Bb%2Fc.d")));
}

static void a_program_writes_keys_and_is_not_given_to_a_shell(void **state)
{
	struct keys_box *box = *state;
	char config[512];

	keys_box_write(box, "get keys", 0700,
		"#!/bin/sh\n[ \"$1\" = 'a b;$c' ] && [ $# = 1 ] || exit 9\n"
		"read line && exit 8\n"
		"[ -e /proc/$$/fd/77 ] && exit 7\n"
		"printf '{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"%s\"}' " KEYS_BOX_SECRET "\n");
	(void)snprintf(
		config, sizeof config, "[profile p]\ncredential_process = \"%s/get keys\" 'a b;$c'\n", box->temp.path);
	keys_box_write(box, ".aws/config", 0600, config);
	box->backend.profile = TOMB_STR("p");
	open_provider(box);
	assert_int_equal(dup2(STDERR_FILENO, 77), 77); /* as a library leaves it: not closed by exec() */
	expect_key(box, KEYS_BOX_NOW_US, "PROC");
	assert_int_equal(close(77), 0);
	assert_int_equal(keys_at(box, KEYS_BOX_NOW_US)->expires_us, 0);
	assert_int_equal(keys_at(box, KEYS_BOX_NOW_US)->session_token.n, 0);
}

static void keys_are_fetched_anew_in_time(void **state)
{
	struct keys_box *box = *state;

	say_instance(box, JSON("ONE", "T", KEYS_BOX_EXPIRES));
	say_instance(box, JSON("TWO", "T", "2027-01-15T20:00:00Z"));
	serve_instance(box);
	open_provider(box);
	expect_key(box, KEYS_BOX_NOW_US, "ONE");
	expect_key(box, KEYS_BOX_EXPIRES_US - 15 * 60 * second_us - 1, "ONE");
	expect_key(box, KEYS_BOX_EXPIRES_US - 15 * 60 * second_us, "TWO");
	expect_key(box, KEYS_BOX_EXPIRES_US, "TWO");
	canned_http_stop(box->server);
	assert_int_equal(canned_http_requests(box->server), 6);
}

static void keys_of_a_short_life_are_not_fetched_for_each_request(void **state)
{
	struct keys_box *box = *state;

	say_instance(box, JSON("ONE", "T", "2027-01-15T08:15:00Z")); /* 15 minutes */
	say_instance(box, JSON("TWO", "T", "2027-01-15T08:22:30Z"));
	serve_instance(box);
	open_provider(box);
	expect_key(box, KEYS_BOX_NOW_US, "ONE");
	expect_key(box, KEYS_BOX_NOW_US + 449 * second_us, "ONE");
	expect_key(box, KEYS_BOX_NOW_US + 450 * second_us, "TWO");
	canned_http_stop(box->server);
	assert_int_equal(canned_http_requests(box->server), 6);
}

static void a_rotated_key_file_counts_and_an_old_one_does_not(void **state)
{
	struct keys_box *box = *state;
	char paths[2][128];

	keys_box_write(box, "access", 0600, "ONE\n");
	keys_box_write(box, "secret", 0600, KEYS_BOX_SECRET "\n");
	(void)snprintf(paths[0], sizeof paths[0], "%s/access", box->temp.path);
	(void)snprintf(paths[1], sizeof paths[1], "%s/secret", box->temp.path);
	box->backend.key_chain = false;
	box->backend.access_key_file = tomb_str_from(paths[0]);
	box->backend.secret_key_file = tomb_str_from(paths[1]);
	open_provider(box);
	expect_key(box, KEYS_BOX_NOW_US, "ONE");
	assert_int_equal(aws_provider_renew(box->provider, KEYS_BOX_NOW_US, &box->err), TOMB_STORE_DENIED);
	assert_non_null(strstr(box->err.text, "has no others"));
	expect_key(box, KEYS_BOX_NOW_US, "ONE");
	keys_box_write(box, "access", 0600, "TWO\n");
	expect_key(box, KEYS_BOX_NOW_US, "ONE");
	assert_int_equal(aws_provider_renew(box->provider, KEYS_BOX_NOW_US, &box->err), TOMB_OK);
	expect_key(box, KEYS_BOX_NOW_US, "TWO");
	keys_box_write(box, "access", 0644, "THREE\n");
	assert_int_equal(aws_provider_renew(box->provider, KEYS_BOX_NOW_US, &box->err), TOMB_STORE_DENIED);
	assert_non_null(strstr(box->err.text, "make it 0600"));
	expect_key(box, KEYS_BOX_NOW_US, "TWO");
}

static void a_source_stays_the_one_that_was_chosen(void **state)
{
	struct keys_box *box = *state;

	keys_box_write(box, ".aws/credentials", 0600,
		"[default]\naws_access_key_id = ONE\naws_secret_access_key = " KEYS_BOX_SECRET "\n");
	say_instance(box, JSON("OTHER", "T", KEYS_BOX_EXPIRES));
	serve_instance(box);
	open_provider(box);
	keys_box_write(box, ".aws/credentials", 0600, "");
	assert_int_equal(aws_provider_renew(box->provider, KEYS_BOX_NOW_US, &box->err), TOMB_STORE_DENIED);
	expect_key(box, KEYS_BOX_NOW_US, "ONE");
	canned_http_stop(box->server);
	assert_int_equal(canned_http_requests(box->server), 0);
}

/* Two stores, one instance: fetched once, on the first request, and sent by both. */
static void backends_with_the_same_source_fetch_once(void **state)
{
	static const struct canned_reply denied = {
		.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"};
	const struct canned_reply script[] = {denied, denied};
	struct keys_box *box = *state;
	struct canned_http *s3 = canned_http_start(script, TOMB_COUNTOF(script));
	struct tomb_stores *stores = NULL;
	struct tomb_probe probe;
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 12);
	char path[128];

	say_instance(box, JSON("SHARED", "session-token", "2090-01-01T00:00:00Z"));
	serve_instance(box);
	for (int i = 0; i < 2; i++)
		tomb_buf_putf(&conf,
			"[backend s%d]\nkind = s3\nendpoint = http://127.0.0.1:%d\nregion = us-east-1\nbucket = b-%d\n",
			i, canned_http_port(s3), i);
	keys_box_write(box, "conf", 0600, conf.p);
	(void)snprintf(path, sizeof path, "%s/conf", box->temp.path);
	assert_int_equal(tomb_stores_open(path, &stores, &box->err), TOMB_OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(tomb_store_probe(tomb_stores_at(stores, i), &probe, &box->err), TOMB_STORE_DENIED);
	tomb_stores_close(stores);
	canned_http_stop(s3);
	canned_http_stop(box->server);
	assert_int_equal(canned_http_requests(box->server), 3);
	assert_int_equal(canned_http_requests(s3), 2);
	for (size_t i = 0; i < 2; i++) {
		struct tomb_str head = canned_http_request(s3, i)->head;

		assert_true(has_line(head, "x-amz-security-token: session-token"));
		assert_non_null(memmem(head.p, head.n, "Credential=SHARED/", 18));
	}
	canned_http_free(s3);
}

#define IN_A_BOX(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(an_instance_is_asked_by_version_2),
		IN_A_BOX(a_container_is_asked_with_the_token_of_now),
		IN_A_BOX(a_container_may_give_its_token_in_a_variable_or_none),
		IN_A_BOX(a_web_identity_becomes_keys_by_an_unsigned_request),
		IN_A_BOX(a_program_writes_keys_and_is_not_given_to_a_shell),
		IN_A_BOX(keys_are_fetched_anew_in_time),
		IN_A_BOX(keys_of_a_short_life_are_not_fetched_for_each_request),
		IN_A_BOX(a_rotated_key_file_counts_and_an_old_one_does_not),
		IN_A_BOX(a_source_stays_the_one_that_was_chosen),
		IN_A_BOX(backends_with_the_same_source_fetch_once),
	};

	return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
