/* Base 64 for URLs. */
#include "tombstone/base64url.h"

#include "tombstone/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LENGTHS = 64 };

static void all_bytes_survive_the_round_trip_at_every_length(void **state)
{
	uint8_t all[LENGTHS];

	(void)state;
	for (size_t i = 0; i < LENGTHS; i++)
		all[i] = (uint8_t)(255 - i * 5);
	for (size_t n = 0; n <= LENGTHS; n++) {
		char text[TOMB_BASE64_SIZE(LENGTHS) + 1];
		uint8_t back[sizeof text];
		struct tomb_err err;
		size_t got = 0;

		(void)tomb_base64url_encode(all, n, text);
		assert_int_equal(strlen(text), TOMB_BASE64URL_SIZE(n));
		assert_null(strpbrk(text, "+/="));
		assert_int_equal(tomb_base64url_decode(tomb_str_from(text), back, &got, &err), TOMB_OK);
		assert_int_equal(got, n);
		assert_memory_equal(back, all, n);
	}
}

static void the_two_other_digits_are_those_of_urls(void **state)
{
	static const uint8_t bytes[] = {0xfb, 0xff, 0xfe};
	char text[8];

	(void)state;
	assert_string_equal(tomb_base64url_encode(bytes, sizeof bytes, text), "-__-");
}

static void a_second_text_for_the_same_bytes_is_refused(void **state)
{
	static const char *const wrong[] = {"Zg==", "Zg=", "Zh", "Zm9", "Z", "Zm9vY", "+//+", "Zm 9", "Zm9v\n"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		uint8_t out[16] = "untouched";
		struct tomb_err err;
		size_t n = 99;

		assert_int_equal(tomb_base64url_decode(tomb_str_from(wrong[i]), out, &n, &err), TOMB_INVAL);
		assert_int_equal(n, 99);
		assert_string_equal(out, "untouched");
	}
}

static void what_is_too_long_is_refused_as_such(void **state)
{
	static char text[TOMB_BASE64URL_MAX + 1];
	static uint8_t out[sizeof text];
	struct tomb_err err;
	size_t n = 0;

	(void)state;
	memset(text, 'A', sizeof text);
	assert_int_equal(tomb_base64url_decode((struct tomb_str){text, sizeof text}, out, &n, &err), TOMB_TOOBIG);
	assert_int_equal(tomb_base64url_decode((struct tomb_str){text, sizeof text - 1}, out, &n, &err), TOMB_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_bytes_survive_the_round_trip_at_every_length),
		cmocka_unit_test(the_two_other_digits_are_those_of_urls),
		cmocka_unit_test(a_second_text_for_the_same_bytes_is_refused),
		cmocka_unit_test(what_is_too_long_is_refused_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
