/* Percent-encoding. */
#include "tombstone/percent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_encodes(struct tomb_str in, const char *segment, const char *path)
{
	TOMB_BUF_AUTO a = tomb_buf_init(1024);
	TOMB_BUF_AUTO b = tomb_buf_init(1024);
	struct tomb_str out;
	struct tomb_err err;

	tomb_percent_encode(&a, in);
	assert_int_equal(tomb_buf_done(&a, &out, &err), TOMB_OK);
	assert_string_equal(out.p, segment);
	tomb_percent_encode_path(&b, in);
	assert_int_equal(tomb_buf_done(&b, &out, &err), TOMB_OK);
	assert_string_equal(out.p, path);
}

static void all_but_unreserved_bytes_are_encoded(void **state)
{
	(void)state;
	assert_encodes(TOMB_STR(""), "", "");
	assert_encodes(TOMB_STR("AZaz09-._~"), "AZaz09-._~", "AZaz09-._~");
	assert_encodes(TOMB_STR("a/b c+%"), "a%2Fb%20c%2B%25", "a/b%20c%2B%25");
	assert_encodes(TOMB_STR("\0\n\xff\xc3\xa9"), "%00%0A%FF%C3%A9", "%00%0A%FF%C3%A9");
}

static void decoding_gives_back_the_bytes(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(4096);
	struct tomb_str out;
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_percent_decode(TOMB_STR("a%2fb%2F+%00%c3%A9"), &arena, &out, &err), TOMB_OK);
	assert_int_equal(out.n, 8);
	assert_memory_equal(out.p, "a/b/+\0\xc3\xa9", 8);
	assert_int_equal(tomb_percent_decode(TOMB_STR(""), &arena, &out, &err), TOMB_OK);
	assert_int_equal(out.n, 0);
}

static void a_plus_is_a_space_in_forms_only(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(4096);
	struct tomb_str out;
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_percent_decode_form(TOMB_STR("a+b%2B"), &arena, &out, &err), TOMB_OK);
	assert_string_equal(out.p, "a b+");
	assert_int_equal(tomb_percent_decode(TOMB_STR("a+b%2B"), &arena, &out, &err), TOMB_OK);
	assert_string_equal(out.p, "a+b+");
}

static void a_broken_escape_is_refused_by_place(void **state)
{
	static const char *const wrong[] = {"ab%", "ab%4", "ab%4g", "ab%g4", "ab%%41", "ab% 41", "ab%+1"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(4096);
		struct tomb_str out = TOMB_STR("untouched");
		struct tomb_err err = {.code = TOMB_OK};

		assert_int_equal(tomb_percent_decode_form(tomb_str_from(wrong[i]), &arena, &out, &err), TOMB_INVAL);
		assert_string_equal(out.p, "untouched");
		assert_non_null(strstr(err.text, "byte 3"));
	}
}

static void too_small_an_arena_is_an_error(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(2);
	struct tomb_str out = TOMB_STR("untouched");
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_percent_decode(TOMB_STR("long"), &arena, &out, &err), TOMB_NOMEM);
	assert_string_equal(out.p, "untouched");
}

static void every_byte_survives_the_round_trip(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(4096);
	TOMB_BUF_AUTO buf = tomb_buf_init(1024);
	struct tomb_str out;
	struct tomb_err err;
	char all[256];

	(void)state;
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)i;
	tomb_percent_encode(&buf, (struct tomb_str){all, sizeof all});
	assert_int_equal(tomb_buf_done(&buf, &out, &err), TOMB_OK);
	assert_int_equal(tomb_percent_decode(out, &arena, &out, &err), TOMB_OK);
	assert_int_equal(out.n, sizeof all);
	assert_memory_equal(out.p, all, sizeof all);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_but_unreserved_bytes_are_encoded),
		cmocka_unit_test(decoding_gives_back_the_bytes),
		cmocka_unit_test(a_plus_is_a_space_in_forms_only),
		cmocka_unit_test(a_broken_escape_is_refused_by_place),
		cmocka_unit_test(too_small_an_arena_is_an_error),
		cmocka_unit_test(every_byte_survives_the_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
