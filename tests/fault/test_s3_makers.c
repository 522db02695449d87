/* What stores of other makers were seen to do (tests/interop), played by the strict server. */
#include "s3_stub.h"

#include "byte_source.h"
#include "tombstone/digest.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum tomb_code put(struct s3_stub *stub)
{
	struct byte_source source = {TOMB_STR("bytes"), false};
	struct tomb_put put = {.key = TOMB_STR("k"), .size_bytes = 5, .read = byte_source_read, .arg = &source};
	struct tomb_placed placed;

	tomb_sha256(TOMB_STR("bytes"), put.sha256);
	return tomb_store_put(stub->store, &put, &stub->arena, &placed, &stub->err);
}

static bool is_conditional(const struct s3_stub *stub, size_t i)
{
	struct tomb_str head = s3_stub_request(stub, i)->head;

	return memmem(head.p, head.n, "none-match", 10) != NULL;
}

/* Swift's s3api, 2.30. */
static void a_store_that_refuses_conditional_puts_is_looked_at_first(void **state)
{
	static const struct s3_said said[] = {
		{.status = "501 Not Implemented", .body = S3_STUB_ERROR("NotImplemented")},
		{.status = "404 Not Found"},
		{.status = "200 OK", .headers = "ETag: \"e\"\r\n"},
		{.status = "200 OK",
			.headers =
				"ETag: \"e\"\r\nLast-Modified: Wed, 21 Oct 2026 07:28:00 GMT\r\nContent-Length: 5\r\n",
			.body = "bytes"},
	};
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &(struct s3_stub_options){.conf = NULL});
	assert_int_equal(put(&stub), TOMB_NET); /* nothing was stored: again */
	assert_int_equal(put(&stub), TOMB_OK);
	assert_int_equal(put(&stub), TOMB_CONFLICT);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 4);
	assert_true(is_conditional(&stub, 0));
	assert_memory_equal(s3_stub_request(&stub, 1)->head.p, "HEAD ", 5);
	assert_memory_equal(s3_stub_request(&stub, 2)->head.p, "PUT ", 4);
	assert_false(is_conditional(&stub, 2));
	assert_memory_equal(s3_stub_request(&stub, 3)->head.p, "HEAD ", 5);
	s3_stub_end(&stub);
}

static void a_store_known_to_miss_conditional_puts_is_looked_at_first(void **state)
{
	static const struct s3_said said[] = {
		{.status = "404 Not Found"},
		{.status = "200 OK", .headers = "ETag: \"e\"\r\n"},
	};
	const struct tomb_capability known = {.conditional_put = TOMB_ABILITY_MISSING};
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &(struct s3_stub_options){.conf = NULL});
	tomb_store_set_capability(stub.store, &known);
	assert_int_equal(put(&stub), TOMB_OK);
	s3_stub_stop(&stub);
	assert_false(is_conditional(&stub, 1));
	s3_stub_end(&stub);
}

#define LIST(truncated, entries)                                                                                       \
	"<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>" truncated "</IsTruncated>"                 \
	"<NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>" entries                      \
	"</ListVersionsResult>"
#define MARKER                                                                                                         \
	"<DeleteMarker><Key>k</Key><VersionId>m</VersionId><IsLatest>true</IsLatest>"                                  \
	"<LastModified>2026-10-21T07:28:00.000Z</LastModified></DeleteMarker>"

/* Swift's s3api, 2.30: the list goes on, it says; the next page is empty, and there is more. */
static void a_list_that_goes_on_with_nothing_proves_nothing(void **state)
{
	static const struct s3_said said[] = {
		{.status = "200 OK",
			.body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
		{.status = "404 Not Found", .body = S3_STUB_ERROR("ObjectLockConfigurationNotFoundError")},
		{.status = "404 Not Found"},
		{.status = "200 OK", .body = LIST("true", MARKER)},
		{.status = "200 OK", .body = LIST("false", "")},
	};
	struct s3_stub stub;
	struct tomb_verdict verdict;
	struct tomb_probe probe;

	(void)state;
	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &(struct s3_stub_options){.unprobed = true});
	assert_int_equal(tomb_store_probe(stub.store, &probe, &stub.err), TOMB_OK);
	assert_int_equal(
		tomb_store_verify_absent(stub.store, TOMB_STR("k"), &stub.arena, &verdict, &stub.err), TOMB_OK);
	assert_int_equal(verdict.absence, TOMB_ABSENCE_UNKNOWN);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), TOMB_COUNTOF(said));
	s3_stub_end(&stub);
}

/* versitygw 1.8.0: XML cannot carry U+0001, names are not encoded, and so the list calls the key by another name. */
static void a_list_that_cannot_name_the_key_does_not_prove_its_absence(void **state)
{
	static const struct s3_said said[] = {
		{.status = "200 OK",
			.body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
		{.status = "404 Not Found", .body = S3_STUB_ERROR("ObjectLockConfigurationNotFoundError")},
		{.status = "404 Not Found"},
		{.status = "200 OK",
			.body = "<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>k\xef\xbf\xbdk</Key>"
				"<VersionId>v</VersionId><IsLatest>true</IsLatest><ETag>e</ETag><Size>5</Size>"
				"<LastModified>2026-10-21T07:28:00.000Z</LastModified></Version></ListVersionsResult>"},
	};
	struct s3_stub stub;
	struct tomb_verdict verdict;
	struct tomb_probe probe;

	(void)state;
	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &(struct s3_stub_options){.unprobed = true});
	assert_int_equal(tomb_store_probe(stub.store, &probe, &stub.err), TOMB_OK);
	assert_int_equal(tomb_store_verify_absent(stub.store,
				 TOMB_STR("k\x01"
					  "k"),
				 &stub.arena, &verdict, &stub.err),
		TOMB_OK);
	assert_int_equal(verdict.absence, TOMB_ABSENCE_UNKNOWN);
	s3_stub_end(&stub);
}

/* MinIO, 2026. */
static void a_lock_that_is_called_an_invalid_request_is_a_lock(void **state)
{
	static const struct s3_said said[] = {
		{.status = "200 OK",
			.body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
		{.status = "404 Not Found", .body = S3_STUB_ERROR("ObjectLockConfigurationNotFoundError")},
		{.status = "404 Not Found"},
		{.status = "400 Bad Request", .body = S3_STUB_ERROR("InvalidRequest")},
		{.status = "200 OK",
			.headers =
				"ETag: \"e\"\r\nLast-Modified: Wed, 21 Oct 2026 07:28:00 GMT\r\nContent-Length: 5\r\n"
				"x-amz-object-lock-mode: COMPLIANCE\r\n"
				"x-amz-object-lock-retain-until-date: 2999-01-01T00:00:00Z\r\n",
			.no_length = true},
	};
	struct s3_stub stub;
	struct tomb_result result;

	(void)state;
	s3_stub_begin(&stub, said, TOMB_COUNTOF(said), &(struct s3_stub_options){.unprobed = true});
	result = s3_stub_delete(&stub, (struct tomb_target){.key = TOMB_STR("k"), .version_id = TOMB_STR("v")});
	assert_int_equal(result.outcome, TOMB_OUTCOME_LOCKED);
	assert_true(result.locked_until_us > 0);
	s3_stub_end(&stub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_that_refuses_conditional_puts_is_looked_at_first),
		cmocka_unit_test(a_store_known_to_miss_conditional_puts_is_looked_at_first),
		cmocka_unit_test(a_list_that_goes_on_with_nothing_proves_nothing),
		cmocka_unit_test(a_list_that_cannot_name_the_key_does_not_prove_its_absence),
		cmocka_unit_test(a_lock_that_is_called_an_invalid_request_is_a_lock),
	};

	return cmocka_run_group_tests_name("s3 of other makers", tests, NULL, NULL);
}
