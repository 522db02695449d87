/* Several JSON objects become one, and never lose a member. */
#include "tombstone/json_merge.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TEXT_MAX = 1000 };

static enum tomb_code merge(const char *a, const char *b, struct tomb_buf *out, struct tomb_err *err)
{
	const struct tomb_str texts[] = {tomb_str_from(a), tomb_str_from(b)};

	return tomb_json_merge(texts, TOMB_COUNTOF(texts), out, err);
}

static void objects_are_merged_at_every_depth_in_their_order(void **state)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);
	struct tomb_err err;

	(void)state;
	assert_int_equal(merge("{\"z\":{\"b\":{\"x\":1}},\"n\":[1]}",
				 "{\"z\":{\"b\":{\"a\":\"\\u00e9\"},\"c\":null},\"a\":{}}", &out, &err),
		TOMB_OK);
	assert_string_equal(out.p, "{\"z\":{\"b\":{\"x\":1,\"a\":\"\xc3\xa9\"},\"c\":null},\"n\":[1],\"a\":{}}");
}

static void what_is_in_two_texts_is_refused_by_name(void **state)
{
	static const struct {
		const char *a, *b;
	} bad[] = {
		{"{\"get\":1}", "{\"get\":1}"},
		{"{\"x\":{\"get\":[]}}", "{\"x\":{\"get\":[]}}"},
		{"{\"get\":{}}", "{\"get\":\"text\"}"},
		{"{\"get\":\"text\"}", "{\"get\":{}}"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);
		struct tomb_err err;

		assert_int_equal(merge(bad[i].a, bad[i].b, &out, &err), TOMB_INVAL);
		assert_non_null(strstr(err.text, "\"get\""));
		assert_int_equal(out.n, 0);
	}
}

static void what_is_no_object_is_refused(void **state)
{
	static const char *const bad[] = {"", "[]", "7", "{", "{\"a\":1,\"a\":2}", "{} {}"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);
		struct tomb_err err;

		assert_int_equal(merge("{}", bad[i], &out, &err), TOMB_INVAL);
		assert_non_null(strstr(err.text, "text 2"));
	}
}

static void a_result_that_does_not_fit_is_an_error(void **state)
{
	TOMB_BUF_AUTO out = tomb_buf_init(8);
	struct tomb_err err;

	(void)state;
	assert_int_equal(merge("{\"a\":1}", "{\"b\":2}", &out, &err), TOMB_TOOBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_merged_at_every_depth_in_their_order),
		cmocka_unit_test(what_is_in_two_texts_is_refused_by_name),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(a_result_that_does_not_fit_is_an_error),
	};
	return cmocka_run_group_tests_name("merging JSON", tests, NULL, NULL);
}
