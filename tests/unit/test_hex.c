/* Base 16. */
#include "tombstone/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void bytes_become_lower_case_digits(void **state)
{
	char out[9];

	(void)state;
	assert_string_equal(tomb_hex_encode((const uint8_t[]){0x00, 0x1f, 0xab, 0xff}, 4, out), "001fabff");
	assert_string_equal(tomb_hex_encode(NULL, 0, out), "");
}

static void digits_of_either_case_become_bytes(void **state)
{
	struct tomb_err err;
	uint8_t out[4];

	(void)state;
	assert_int_equal(tomb_hex_decode(TOMB_STR("001fAbFF"), out, 4, &err), TOMB_OK);
	assert_memory_equal(out, "\x00\x1f\xab\xff", 4);
}

static void every_byte_survives_the_round_trip(void **state)
{
	struct tomb_err err;
	uint8_t all[256];
	uint8_t back[256];
	char text[513];

	(void)state;
	for (size_t i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	assert_int_equal(tomb_hex_decode(tomb_str_from(tomb_hex_encode(all, 256, text)), back, 256, &err), TOMB_OK);
	assert_memory_equal(all, back, 256);
}

static void anything_else_is_refused_and_leaves_the_output_alone(void **state)
{
	static const char *const wrong[] = {"", "0", "001fabf", "001fabff0", "001fabff00", "001fabfg", "0x1fabff",
		" 01fabff", "001fab\nf", "@01fabff", "`01fabff"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_err err = {.code = TOMB_OK};
		uint8_t out[4] = {9, 9, 9, 9};

		assert_int_equal(tomb_hex_decode(tomb_str_from(wrong[i]), out, 4, &err), TOMB_INVAL);
		assert_int_equal(err.code, TOMB_INVAL);
		assert_memory_equal(out, "\x09\x09\x09\x09", 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_lower_case_digits),
		cmocka_unit_test(digits_of_either_case_become_bytes),
		cmocka_unit_test(every_byte_survives_the_round_trip),
		cmocka_unit_test(anything_else_is_refused_and_leaves_the_output_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
