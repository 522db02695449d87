/* Looks at many keys at once: each answer belongs to its key, and a store that has had enough is asked no more. */
#include "s3_stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define THERE "x-amz-request-id: req-1\r\nLast-Modified: Sun, 01 Feb 2026 03:04:05 GMT\r\nETag: \"e\"\r\n"
#define LIST(key)                                                                                                      \
	"<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>" key                                       \
	"</Key><VersionId>null</VersionId><IsLatest>true</IsLatest><LastModified>2026-02-01T03:04:05Z</LastModified>"  \
	"<ETag>\"e\"</ETag><Size>3</Size></Version></ListVersionsResult>"

static const struct tomb_str keys[] = {{"a", 1}, {"b", 1}, {"c", 1}};

struct asked {
	int times;
	int at_most; /* then it may not go on; 0: no limit */
};

static enum tomb_code go_on(void *ctx, struct tomb_err *err)
{
	struct asked *asked = ctx;

	asked->times++;
	if (asked->at_most && asked->times > asked->at_most)
		return TOMB_FAIL(err, TOMB_CONFLICT, "the claim is lost");
	return TOMB_OK;
}

static void each_key_has_its_own_answer(void **state)
{
	static const struct s3_said said[] = {
		{.status = "200 OK", .headers = THERE "Content-Length: 3\r\n", .no_length = true},
		{.status = "404 Not Found"},
		{.status = "403 Forbidden"},
	};
	struct asked asked = {.times = 0};
	const struct tomb_look_at at = {.keys = keys, .n = 3, .go_on = go_on, .ctx = &asked};
	struct tomb_seen seen[3];
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 3, &(struct s3_stub_options){.conf = NULL});
	assert_int_equal(tomb_store_stat_many(stub.store, &at, &stub.arena, seen, &stub.err), TOMB_OK);
	assert_int_equal(seen[0].code, TOMB_OK);
	assert_true(seen[0].stat.present && seen[0].stat.size_bytes == 3);
	assert_true(tomb_str_eq(seen[0].stat.etag, TOMB_STR("\"e\"")) && seen[0].text.n == 0);
	assert_int_equal(seen[1].code, TOMB_OK);
	assert_false(seen[1].stat.present);
	assert_int_equal(seen[2].code, TOMB_STORE_DENIED);
	assert_true(seen[2].text.n > 0);
	assert_int_equal(asked.times, 3);
	s3_stub_end(&stub);
}

static void a_bad_key_is_its_own_failure(void **state)
{
	static const struct s3_said said[] = {{.status = "404 Not Found"}};
	static const struct tomb_str bad[] = {{"", 0}, {"b", 1}};
	const struct tomb_look_at at = {.keys = bad, .n = 2};
	struct tomb_seen seen[2];
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 1, NULL);
	assert_int_equal(tomb_store_stat_many(stub.store, &at, &stub.arena, seen, &stub.err), TOMB_OK);
	assert_int_equal(seen[0].code, TOMB_INVAL);
	assert_int_equal(seen[1].code, TOMB_OK);
	s3_stub_end(&stub);
}

static void one_version_each_is_looked_at(void **state)
{
	static const struct s3_said said[] = {{.status = "404 Not Found"}};
	static const struct tomb_str versions[] = {{"v 1", 3}};
	const struct tomb_look_at at = {.keys = keys, .version_ids = versions, .n = 1};
	struct tomb_seen seen[1];
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 1, NULL);
	assert_int_equal(tomb_store_stat_many(stub.store, &at, &stub.arena, seen, &stub.err), TOMB_OK);
	assert_int_equal(seen[0].code, TOMB_OK);
	s3_stub_stop(&stub);
	assert_non_null(memmem(s3_stub_request(&stub, 0)->head.p, s3_stub_request(&stub, 0)->head.n,
		"/bucket/a?versionId=v%201 ", 26));
	s3_stub_end(&stub);
}

static void a_store_that_wants_fewer_requests_gets_no_more(void **state)
{
	static const struct s3_said said[] = {{.status = "503 Slow Down"}};
	const struct tomb_look_at at = {.keys = keys, .n = 3};
	struct tomb_seen seen[3];
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 1, &(struct s3_stub_options){.conf = NULL});
	assert_int_equal(tomb_store_stat_many(stub.store, &at, &stub.arena, seen, &stub.err), TOMB_OK);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(seen[i].code, TOMB_STORE_THROTTLED);
	s3_stub_end(&stub);
}

static void who_may_not_go_on_asks_nothing_more(void **state)
{
	static const struct s3_said said[] = {{.status = "404 Not Found"}};
	struct asked asked = {.at_most = 1};
	const struct tomb_look_at at = {.keys = keys, .n = 3, .go_on = go_on, .ctx = &asked};
	struct tomb_seen seen[3];
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 1, NULL);
	assert_int_equal(tomb_store_stat_many(stub.store, &at, &stub.arena, seen, &stub.err), TOMB_CONFLICT);
	assert_int_equal(asked.times, 2);
	s3_stub_end(&stub);
}

static void versions_are_listed_key_by_key(void **state)
{
	static const struct s3_said said[] = {
		{.status = "200 OK", .body = LIST("a")},
		{.status = "200 OK", .body = LIST("bb")},
		{.status = "200 OK", .body = "<Other/>"},
	};
	const struct tomb_look_at at = {.keys = keys, .n = 3};
	struct tomb_versions found[3];
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 3, &(struct s3_stub_options){.conf = NULL});
	assert_int_equal(tomb_store_versions_many(stub.store, &at, &stub.arena, found, &stub.err), TOMB_OK);
	assert_int_equal(found[0].code, TOMB_OK);
	assert_int_equal(found[0].n, 1);
	assert_int_equal(found[1].code, TOMB_OK);
	assert_int_equal(found[1].n, 0);
	assert_int_equal(found[2].code, TOMB_STORE);
	s3_stub_end(&stub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_has_its_own_answer),
		cmocka_unit_test(a_bad_key_is_its_own_failure),
		cmocka_unit_test(one_version_each_is_looked_at),
		cmocka_unit_test(a_store_that_wants_fewer_requests_gets_no_more),
		cmocka_unit_test(who_may_not_go_on_asks_nothing_more),
		cmocka_unit_test(versions_are_listed_key_by_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
