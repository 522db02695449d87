/*
 * Our signer against botocore's: 10,000 random requests, both sides stage by stage.  TOMBSTONE_SIGV4_SEED repeats a
 * run.
 */
#include "../../storage/aws/sigv4.h"
#include "tombstone/hex.h"
#include "tombstone/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { REQUESTS = 10000, SECOND_US = 1000000 };

/* One line of sigv4_peer.py, and a place in it. */
struct line {
	struct tomb_arena arena;
	char *at;
};

static struct tomb_str next_field(struct line *line)
{
	size_t n = strcspn(line->at, "\t\n");
	struct tomb_str hex = {line->at, n};
	uint8_t *bytes = TOMB_NEW(&line->arena, uint8_t, n / 2 + 1);
	struct tomb_err err;

	assert_non_null(bytes);
	assert_int_equal(n % 2, 0);
	assert_true(line->at[n] != '\0');
	assert_int_equal(tomb_hex_decode(hex, bytes, n / 2, &err), TOMB_OK);
	line->at += n + 1;
	return (struct tomb_str){(const char *)bytes, n / 2};
}

static int64_t next_number(struct line *line)
{
	int64_t number = 0;

	assert_true(tomb_parse_i64(next_field(line), 0, INT64_C(1) << 40, &number));
	return number;
}

static size_t next_pairs(struct line *line, struct sigv4_field *out)
{
	size_t n = (size_t)next_number(line);

	assert_true(n <= SIGV4_FIELDS_MAX);
	for (size_t i = 0; i < n; i++) {
		out[i].name = next_field(line);
		out[i].value = next_field(line);
	}
	return n;
}

static void want_same(struct tomb_str ours, struct tomb_str theirs, const char *stage, int i)
{
	if (!tomb_str_eq(ours, theirs))
		fail_msg("request %d: %s:\n%.*s\nbotocore:\n%.*s", i, stage, TOMB_STR_ARG(ours), TOMB_STR_ARG(theirs));
}

static void compare(struct line *line, int i)
{
	static struct sigv4_key kept; /* from one request to the next, as a client does */
	struct sigv4_field query[SIGV4_FIELDS_MAX];
	struct sigv4_field headers[SIGV4_FIELDS_MAX];
	struct sigv4_request request = {.query = query, .headers = headers};
	struct sigv4_credentials credentials = {.derived = &kept};
	struct sigv4_signature signature;
	struct tomb_err err;

	request.service = next_field(line);
	request.path_rule = tomb_str_eq(request.service, TOMB_STR("s3")) ? SIGV4_PATH_S3 : SIGV4_PATH_NORMAL;
	request.region = next_field(line);
	credentials.access_key = next_field(line);
	credentials.secret_key = next_field(line);
	request.time_us = next_number(line) * SECOND_US;
	request.method = next_field(line);
	request.path = next_field(line);
	request.payload_hash = next_field(line);
	request.nquery = next_pairs(line, query);
	request.nheaders = next_pairs(line, headers);
	if (sigv4_sign(&request, &credentials, &line->arena, &signature, &err) != TOMB_OK)
		fail_msg("request %d: %s", i, err.text);
	want_same(signature.canonical_request, next_field(line), "canonical request", i);
	want_same(signature.string_to_sign, next_field(line), "string to sign", i);
	want_same(signature.authorization, next_field(line), "authorization", i);
}

static void every_request_is_signed_as_botocore_signs_it(void **state)
{
	const char *given = getenv("TOMBSTONE_SIGV4_SEED");
	long long seed = given ? strtoll(given, NULL, 10) : (long long)time(NULL);
	char command[512];
	char *text = NULL;
	size_t room = 0;
	FILE *peer = NULL;
	int n = 0;

	(void)state;
	(void)printf("TOMBSTONE_SIGV4_SEED=%lld\n", seed);
	(void)snprintf(command, sizeof command, "%s/lib/sigv4_peer.py %lld %d", TOMB_TESTS_DIR, seed, REQUESTS);
	peer = popen(command, "r");
	assert_non_null(peer);
	for (; getline(&text, &room, peer) > 0; n++) {
		struct line line = {tomb_arena_init(1 << 20), text};

		compare(&line, n);
		tomb_arena_fini(&line.arena);
	}
	free(text);
	assert_int_equal(pclose(peer), 0);
	assert_int_equal(n, REQUESTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_request_is_signed_as_botocore_signs_it)};

	return cmocka_run_group_tests_name("signer and peer", tests, NULL, NULL);
}
