/* UUIDs. */
#include "tombstone/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char known[] = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"; /* RFC 4122, section 3 */

static void a_known_uuid_is_read_and_written(void **state)
{
	struct tomb_err err;
	struct tomb_uuid u;
	char text[TOMB_UUID_TEXT];

	(void)state;
	assert_int_equal(tomb_uuid_parse(tomb_str_from(known), &u, &err), TOMB_OK);
	assert_memory_equal(u.b, "\xf8\x1d\x4f\xae\x7d\xec\x11\xd0\xa7\x65\x00\xa0\xc9\x1e\x6b\xf6", 16);
	assert_string_equal(tomb_uuid_text(u, text), known);
}

static void upper_case_is_the_same_uuid(void **state)
{
	struct tomb_err err;
	struct tomb_uuid a;
	struct tomb_uuid b;

	(void)state;
	assert_int_equal(tomb_uuid_parse(tomb_str_from(known), &a, &err), TOMB_OK);
	assert_int_equal(tomb_uuid_parse(TOMB_STR("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"), &b, &err), TOMB_OK);
	assert_true(tomb_uuid_eq(a, b));
}

static void a_random_uuid_says_version_4_and_differs_from_the_last(void **state)
{
	struct tomb_err err;
	struct tomb_uuid last = {{0}};

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct tomb_uuid u;

		assert_int_equal(tomb_uuid_random(&u, &err), TOMB_OK);
		assert_int_equal(u.b[6] >> 4, 4);
		assert_int_equal(u.b[8] >> 6, 2);
		assert_false(tomb_uuid_eq(u, last));
		last = u;
	}
}

static void other_forms_are_refused(void **state)
{
	static const char *const wrong[] = {"", "f81d4fae7dec11d0a76500a0c91e6bf6",
		"{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
		"f81d4fae-7dec-11d0-a765-00a0c91e6bf67", "f81d4fae-7dec-11d0-a765-00a0c91e6bfg",
		"f81d4fae-7dec-11d0-a76500-a0c91e6bf6", "f81d4fae07dec-11d0-a765-00a0c91e6bf6",
		" 81d4fae-7dec-11d0-a765-00a0c91e6bf6"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_err err;
		struct tomb_uuid u = {{7}};

		assert_int_equal(tomb_uuid_parse(tomb_str_from(wrong[i]), &u, &err), TOMB_INVAL);
		assert_int_equal(u.b[0], 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_uuid_is_read_and_written),
		cmocka_unit_test(upper_case_is_the_same_uuid),
		cmocka_unit_test(a_random_uuid_says_version_4_and_differs_from_the_last),
		cmocka_unit_test(other_forms_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
