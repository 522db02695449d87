/* Answers of S3 in XML, with ever less memory; and which keys XML can carry. */
#include "../../storage/s3/answer.h"
#include "../../storage/s3/delete_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void every_want_of_memory_is_reported_and_nothing_is_half_read(void **state)
{
	static const struct tomb_str answer = {"<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</"
					       "Key><Code>SlowDown</Code></Error></DeleteResult>",
		108};
	enum tomb_code code = TOMB_NOMEM;
	size_t max = 0;

	(void)state;
	assert_int_equal(strlen(answer.p), answer.n);
	for (; code == TOMB_NOMEM; max += 16) {
		struct tomb_arena arena = tomb_arena_init(max);
		struct s3_entry *entries = NULL;
		struct tomb_err err;
		size_t n = 42;

		code = s3_answer_delete(answer, &arena, &entries, &n, &err);
		assert_int_equal(n, code == TOMB_OK ? 2 : 42);
		tomb_arena_fini(&arena);
	}
	assert_int_equal(code, TOMB_OK);
	assert_true(max > 200);
}

static void a_list_of_versions_is_read_whole_or_not_at_all(void **state)
{
	static const char text[] =
		"<ListVersionsResult xmlns='x'><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
		"<NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>2</NextVersionIdMarker>"
		"<DeleteMarker><Key>a</Key><VersionId>1</VersionId><IsLatest>true</IsLatest>"
		"<LastModified>2026-01-01T00:00:00Z</LastModified></DeleteMarker>"
		"<Version><Key>a</Key><VersionId>null</VersionId><IsLatest>false</IsLatest>"
		"<LastModified>2026-01-01T00:00:00.250Z</LastModified><ETag>&quot;e&quot;</ETag><Size>12</Size>"
		"<StorageClass>GLACIER</StorageClass></Version></ListVersionsResult>";
	const struct tomb_str answer = {text, sizeof text - 1};
	enum tomb_code code = TOMB_NOMEM;
	size_t max = 0;

	(void)state;
	for (; code == TOMB_NOMEM; max += 16) {
		struct tomb_arena arena = tomb_arena_init(max);
		struct s3_version_page page = {.n = 42};
		struct tomb_err err;

		code = s3_answer_versions(answer, &arena, &page, &err);
		assert_int_equal(page.n, code == TOMB_OK ? 2 : 42);
		if (code == TOMB_OK) {
			const struct tomb_version *v = &page.entries[1].version;

			assert_true(page.is_encoded && page.is_truncated);
			assert_string_equal(page.next_key.p, "a");
			assert_string_equal(page.next_version.p, "2");
			assert_true(page.entries[0].version.is_marker && page.entries[0].version.is_latest);
			assert_false(v->is_marker || v->is_latest);
			assert_string_equal(v->version_id.p, "null");
			assert_string_equal(v->etag.p, "\"e\"");
			assert_string_equal(v->storage_class.p, "GLACIER");
			assert_int_equal(v->size_bytes, 12);
			assert_true(v->modified_us == INT64_C(1767225600250000));
		}
		tomb_arena_fini(&arena);
	}
	assert_int_equal(code, TOMB_OK);
	assert_true(max > 200);
}

static void what_locks_a_bucket_or_a_key_is_read(void **state)
{
	static const struct {
		const char *body;
		bool enabled;
		bool locks_all;
	} rules[] = {
		{"<ObjectLockConfiguration/>", false, false},
		{"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
			true, false},
		{"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
		 "<Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>",
			true, true},
	};
	struct s3_compliance c;
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(rules); i++) {
		struct s3_lock_rule rule;

		assert_int_equal(s3_answer_lock_rule(tomb_str_from(rules[i].body), &rule, &err), TOMB_OK);
		assert_int_equal(rule.enabled, rules[i].enabled);
		assert_int_equal(rule.locks_all, rules[i].locks_all);
	}
	assert_int_equal(s3_answer_compliance(TOMB_STR("<B><Status>enabled</Status></B>"), "B", &c, &err), TOMB_OK);
	assert_true(c.enabled && !c.held && c.until_us == 0);
	assert_int_equal(s3_answer_compliance(TOMB_STR("<O><LegalHold>true</LegalHold></O>"), "O", &c, &err), TOMB_OK);
	assert_true(!c.enabled && c.held);
	assert_int_equal(s3_answer_compliance(TOMB_STR("<O/>"), "B", &c, &err), TOMB_CORRUPT);
	assert_int_equal(s3_answer_compliance(TOMB_STR("<O><RetentionTime>never</RetentionTime></O>"), "O", &c, &err),
		TOMB_CORRUPT);
}

static void an_error_is_read_whole_or_not_at_all(void **state)
{
	static const char *const bad[] = {"", "x", "<Error>", "<Error/><Error/>", "<error/>", "<Errors/>",
		"<Error>&x;</Error>", "<!DOCTYPE Error><Error/>", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Error",
		"<Error>\xff</Error>"};
	struct tomb_arena arena = tomb_arena_init(1 << 16);
	struct s3_error error;
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		assert_int_equal(s3_answer_error(tomb_str_from(bad[i]), &arena, &error, &err), TOMB_CORRUPT);
	assert_int_equal(
		s3_answer_error(TOMB_STR("<Error xmlns='x'><Message>a &lt; b</Message><Code> A </Code><Code>B</Code>"
					 "<RequestId/></Error>"),
			&arena, &error, &err),
		TOMB_OK);
	assert_string_equal(error.code.p, " A ");
	assert_string_equal(error.message.p, "a < b");
	assert_string_equal(error.request_id.p, "");
	tomb_arena_fini(&arena);
}

static void only_a_bucket_that_never_had_versions_has_none(void **state)
{
	static const struct {
		const char *body;
		enum tomb_versioning versioning;
	} cases[] = {
		{"<VersioningConfiguration/>", TOMB_VERSIONING_NEVER},
		{"<VersioningConfiguration><MfaDelete>Disabled</MfaDelete></VersioningConfiguration>",
			TOMB_VERSIONING_NEVER},
		{"<VersioningConfiguration><Status/></VersioningConfiguration>", TOMB_VERSIONING_NEVER},
		{"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
			TOMB_VERSIONING_ENABLED},
		{"<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
			TOMB_VERSIONING_SUSPENDED},
		{"<VersioningConfiguration><Status>Off?</Status></VersioningConfiguration>", TOMB_VERSIONING_ENABLED},
	};
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		enum tomb_versioning versioning = (enum tomb_versioning)42;

		assert_int_equal(s3_answer_versioning(tomb_str_from(cases[i].body), &versioning, &err), TOMB_OK);
		assert_int_equal(versioning, cases[i].versioning);
	}
}

static void xml_carries_text_and_three_control_characters(void **state)
{
	static const struct {
		struct tomb_str key;
		bool carries;
	} cases[] = {
		{{"a b/\xc3\xa9\xf0\x9f\x98\x80<&>", 13}, true},
		{{"\t\r\n", 3}, true},
		{{"\x7f\xc2\x85", 3}, true},
		{{"\xef\xbf\xbd", 3}, true}, /* U+FFFD */
		{{"\0", 1}, false},
		{{"a\x01", 2}, false},
		{{"\x0b", 1}, false},
		{{"\x1f", 1}, false},
		{{"\xef\xbf\xbe", 3}, false},     /* U+FFFE */
		{{"\xef\xbf\xbf", 3}, false},     /* U+FFFF */
		{{"\xed\xa0\x80", 3}, false},     /* a surrogate */
		{{"\xc0\xaf", 2}, false},         /* overlong */
		{{"\xf4\x90\x80\x80", 4}, false}, /* past U+10FFFF */
		{{"\xc3", 1}, false},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		assert_int_equal(delete_body_can_carry(cases[i].key), cases[i].carries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_want_of_memory_is_reported_and_nothing_is_half_read),
		cmocka_unit_test(a_list_of_versions_is_read_whole_or_not_at_all),
		cmocka_unit_test(what_locks_a_bucket_or_a_key_is_read),
		cmocka_unit_test(an_error_is_read_whole_or_not_at_all),
		cmocka_unit_test(only_a_bucket_that_never_had_versions_has_none),
		cmocka_unit_test(xml_carries_text_and_three_control_characters),
	};

	return cmocka_run_group_tests_name("s3_answer", tests, NULL, NULL);
}
