/* Codes of authenticator apps, against the vectors of RFC 4226 (appendix D), RFC 6238 (appendix B) and RFC 4648. */
#include "tombstone/totp.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint8_t secret[] = "12345678901234567890";

static void the_codes_are_those_of_rfc_4226(void **state)
{
	static const char *const codes[] = {
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"};
	char code[TOMB_TOTP_CODE];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(codes); i++)
		assert_string_equal(tomb_totp_code(secret, (int64_t)i, code), codes[i]);
}

/* The last six of the eight digits that the RFC lists. */
static void the_steps_are_those_of_rfc_6238(void **state)
{
	static const struct {
		int64_t now_s;
		const char *code;
	} rows[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"},
		{2000000000, "279037"}, {20000000000, "353130"}};
	char code[TOMB_TOTP_CODE];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		assert_string_equal(tomb_totp_code(secret, tomb_totp_step(rows[i].now_s), code), rows[i].code);
}

static void a_code_fits_one_step_before_and_after(void **state)
{
	int64_t now_s = 1111111109;
	int64_t step = -1;
	char code[TOMB_TOTP_CODE];

	(void)state;
	for (int64_t off = -2; off <= 2; off++) {
		struct tomb_str given = tomb_str_from(tomb_totp_code(secret, tomb_totp_step(now_s) + off, code));

		step = -1;
		assert_int_equal(tomb_totp_matches(secret, now_s, given, &step), off >= -1 && off <= 1);
		assert_int_equal(step, off >= -1 && off <= 1 ? tomb_totp_step(now_s) + off : -1);
	}
}

static void spaces_do_not_count_and_all_else_does(void **state)
{
	static const struct tomb_str wrong[] = {{"", 0}, {"08180", 5}, {"0818044", 7}, {"081805", 6}, {"08180o", 6},
		{"081 80", 6}, {"\0\0\0\0\0\0", 6}};
	int64_t step = -1;

	(void)state;
	assert_true(tomb_totp_matches(secret, 1111111109, TOMB_STR("081804"), &step));
	assert_true(tomb_totp_matches(secret, 1111111109, TOMB_STR(" 081 804 "), &step));
	step = -1;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++)
		assert_false(tomb_totp_matches(secret, 1111111109, wrong[i], &step));
	assert_int_equal(step, -1);
}

static void base_32_is_that_of_rfc_4648(void **state)
{
	char text[TOMB_TOTP_SECRET_TEXT];

	(void)state;
	assert_string_equal(tomb_totp_base32((const uint8_t *)"fooba", 5, text), "MZXW6YTB");
	assert_string_equal(tomb_totp_base32(secret, TOMB_TOTP_SECRET, text), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_string_equal(tomb_totp_base32(NULL, 0, text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_codes_are_those_of_rfc_4226),
		cmocka_unit_test(the_steps_are_those_of_rfc_6238),
		cmocka_unit_test(a_code_fits_one_step_before_and_after),
		cmocka_unit_test(spaces_do_not_count_and_all_else_does),
		cmocka_unit_test(base_32_is_that_of_rfc_4648),
	};

	return cmocka_run_group_tests_name("codes of authenticator apps", tests, NULL, NULL);
}
