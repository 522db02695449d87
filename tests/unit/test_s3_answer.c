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
		cmocka_unit_test(an_error_is_read_whole_or_not_at_all),
		cmocka_unit_test(only_a_bucket_that_never_had_versions_has_none),
		cmocka_unit_test(xml_carries_text_and_three_control_characters),
	};

	return cmocka_run_group_tests_name("s3_answer", tests, NULL, NULL);
}
