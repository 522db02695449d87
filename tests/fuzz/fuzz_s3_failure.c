/*
 * Failed answers of S3 servers: status, headers and body of anybody's making.  None is ever taken for a success or for
 * proof of absence that it is not, every word fits a line for people, and no region but the name of one is followed.
 *
 * Input: a status in two bytes, header lines, an empty line, the body.
 */
#include "../../lib/http_answer.h"
#include "../../storage/aws/place.h"
#include "../../storage/s3/failure.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_str(struct tomb_str s)
{
	check(s.p && s.p[s.n] == '\0');
}

/* The head as lib/http_client.c would take it in; the rest is the body. */
static bool take(struct tomb_str in, struct http_answer *answer)
{
	while (in.n) {
		const char *end = memchr(in.p, '\n', in.n);
		size_t n = end ? (size_t)(end + 1 - in.p) : in.n;

		if (!http_answer_line(answer, (struct tomb_str){in.p, n}))
			return false;
		in = (struct tomb_str){in.p + n, in.n - n};
		if (answer->head_ended)
			return http_answer_body(answer, in);
	}
	return true;
}

static void check_region(struct tomb_str region)
{
	struct backend backend = {.kind = BACKEND_S3,
		.endpoint = TOMB_STR("https://s3.us-east-1.example.org:9000"),
		.region = TOMB_STR("us-east-1")};
	struct aws_client client = {.backend = &backend};
	const char *host = NULL;
	struct tomb_err err;

	check(aws_place_set(&client, backend.region, &err) == TOMB_OK);
	if (aws_place_set(&client, region, &err) != TOMB_OK) {
		check(strcmp(client.region, "us-east-1") == 0);
		check(strcmp(client.endpoint, "https://s3.us-east-1.example.org:9000") == 0);
		return;
	}
	host = strstr(client.endpoint, "https://s3.");
	check(host == client.endpoint);
	host += strlen("https://s3.");
	check(strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-") == region.n);
	check(strcmp(host + region.n, ".example.org:9000") == 0);
}

static void check_failure(const struct tomb_http_answer *a, struct tomb_arena *arena)
{
	struct s3_failure failure;
	struct tomb_result result;
	struct tomb_err err;

	s3_failure_read(a, arena, &failure);
	check(failure.outcome != TOMB_OUTCOME_GONE && failure.outcome < TOMB_OUTCOME_MAX);
	check(failure.code != TOMB_OK);
	check(failure.outcome != TOMB_OUTCOME_ALREADY_ABSENT ||
		tomb_str_eq(failure.error.code, TOMB_STR("NoSuchKey")) ||
		tomb_str_eq(failure.error.code, TOMB_STR("NoSuchVersion")));
	check(failure.retry_after_ms >= 0 && failure.retry_after_ms <= INT64_C(3600) * 1000);
	check(s3_failure_set(&failure, "HEAD", &err) == failure.code);
	s3_failure_result(&failure, arena, &result);
	check_str(result.code);
	check_str(result.text);
	check(result.text.n > 0 && result.outcome == failure.outcome);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(4 << 20);
	struct http_answer incoming;
	struct tomb_http_answer answer;
	struct aws_verdict verdict;

	if (size < 2)
		return 0;
	check(http_answer_init(&incoming, 1 << 20, false));
	if (take((struct tomb_str){(const char *)data + 2, size - 2}, &incoming) &&
		http_answer_copy(&incoming, 100 + (data[0] << 8 | data[1]) % 500, &arena, &answer)) {
		check_failure(&answer, &arena);
		s3_failure_judge(&answer, &arena, &verdict);
		check((verdict.code == TOMB_OK) == (answer.status < 300));
		if (verdict.repair == AWS_REPAIR_REGION)
			check_region(verdict.region);
	}
	http_answer_fini(&incoming);
	return 0;
}
