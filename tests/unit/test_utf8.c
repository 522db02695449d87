/* UTF-8. */
#include "tombstone/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t encode(uint32_t code, char out[static 4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static void every_character_is_read_and_every_surrogate_refused(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < 0x120000; code++) {
		bool is_character = code < 0xd800 || (code >= 0xe000 && code < 0x110000);
		uint32_t found = 0;
		char bytes[4];
		size_t n = encode(code, bytes);

		assert_int_equal(tomb_utf8_next((struct tomb_str){bytes, n}, &found), is_character ? n : 0);
		if (is_character)
			assert_int_equal(found, code);
		assert_false(n > 1 && tomb_utf8_valid((struct tomb_str){bytes, n - 1}));
	}
}

static void stepping_over_a_broken_piece_keeps_what_follows(void **state)
{
	static const uint32_t codes[] = {'a', 0xfffd, 0xfffd, '<', 0xe9, 0xfffd};
	struct tomb_str s = TOMB_STR("a\xff\xf0\x9f\x98<\xc3\xa9\xc3");
	uint32_t code = 0;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(codes); i++) {
		size_t n = tomb_utf8_step(s, &code);

		assert_in_range(n, 1, s.n);
		assert_int_equal(code, codes[i]);
		s = (struct tomb_str){s.p + n, s.n - n};
	}
	assert_int_equal(tomb_utf8_step(s, &code), 0);
}

static void pieces_of_characters_are_refused(void **state)
{
	static const char *const wrong[] = {"\x80", "a\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3(", "\xe2\x82(", "\xe2\x82"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++)
		assert_false(tomb_utf8_valid(tomb_str_from(wrong[i])));
	assert_true(tomb_utf8_valid(TOMB_STR("")));
	assert_true(tomb_utf8_valid(TOMB_STR("nul \0 and \n")));
}

static void a_line_has_no_control_characters_or_separators(void **state)
{
	static const char *const wrong[] = {
		"a\n", "\r", "\t", "\x1b[2J", "\x7f", "\xc2\x85", "\xc2\x9b", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xff"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++)
		assert_false(tomb_utf8_is_line(tomb_str_from(wrong[i])));
	assert_false(tomb_utf8_is_line(TOMB_STR("a\0b")));
	assert_true(tomb_utf8_is_line(TOMB_STR("Br\xc3\xbc"
					       "cke \xe2\x82\xac \xf0\x9f\xaa\xa6\xc2\xa0")));
}

static void assert_cleans_to(struct tomb_str in, const char *expected)
{
	TOMB_BUF_AUTO out = tomb_buf_init(1024);
	struct tomb_str cleaned;
	struct tomb_err err;

	tomb_utf8_clean(&out, in);
	assert_int_equal(tomb_buf_done(&out, &cleaned, &err), TOMB_OK);
	assert_string_equal(cleaned.p, expected);
	assert_int_equal(cleaned.n, strlen(expected));
}

#define GAP "\xef\xbf\xbd"

static void cleaning_replaces_each_longest_broken_piece_once(void **state)
{
	(void)state;
	assert_cleans_to(TOMB_STR(""), "");
	assert_cleans_to(TOMB_STR("as it is: \xe2\x82\xac\n"), "as it is: \xe2\x82\xac\n");
	assert_cleans_to(TOMB_STR("a\0b"), "a" GAP "b");
	/* The example of Unicode 15, table 3-8 and the paragraphs around it. */
	assert_cleans_to(
		TOMB_STR("\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"), GAP GAP GAP "b" GAP "c" GAP GAP "d");
	assert_cleans_to(TOMB_STR("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), GAP GAP GAP GAP GAP GAP GAP GAP "A");
	assert_cleans_to(TOMB_STR("\xed\xa0\x80\x41"), GAP GAP GAP "A");
	assert_cleans_to(TOMB_STR("caf\xe9"), "caf" GAP);
}

static void what_was_cleaned_is_valid(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed < 20000; seed++) {
		TOMB_BUF_AUTO out = tomb_buf_init(64);
		uint32_t x = seed * 2654435761U;
		struct tomb_str cleaned;
		struct tomb_err err;
		char bytes[4];

		memcpy(bytes, &x, sizeof bytes);
		tomb_utf8_clean(&out, (struct tomb_str){bytes, sizeof bytes});
		assert_int_equal(tomb_buf_done(&out, &cleaned, &err), TOMB_OK);
		assert_true(tomb_utf8_valid(cleaned));
		assert_null(memchr(cleaned.p, '\0', cleaned.n));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_is_read_and_every_surrogate_refused),
		cmocka_unit_test(stepping_over_a_broken_piece_keeps_what_follows),
		cmocka_unit_test(pieces_of_characters_are_refused),
		cmocka_unit_test(a_line_has_no_control_characters_or_separators),
		cmocka_unit_test(cleaning_replaces_each_longest_broken_piece_once),
		cmocka_unit_test(what_was_cleaned_is_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
