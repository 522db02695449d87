/* Base 64. */
#include "tombstone/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* RFC 4648, section 10. */
static const struct {
	const char *plain;
	const char *text;
} vectors[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"}};

static void the_vectors_of_the_rfc_are_encoded(void **state)
{
	char out[TOMB_BASE64_SIZE(6) + 1];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(vectors); i++) {
		size_t n = strlen(vectors[i].plain);

		assert_string_equal(tomb_base64_encode((const uint8_t *)vectors[i].plain, n, out), vectors[i].text);
		assert_int_equal(TOMB_BASE64_SIZE(n), strlen(vectors[i].text));
	}
}

static void the_vectors_of_the_rfc_are_decoded(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(vectors); i++) {
		struct tomb_err err;
		uint8_t out[6];
		size_t n = 99;

		assert_int_equal(tomb_base64_decode(tomb_str_from(vectors[i].text), out, &n, &err), TOMB_OK);
		assert_int_equal(n, strlen(vectors[i].plain));
		assert_memory_equal(out, vectors[i].plain, n);
	}
}

static void all_bytes_survive_the_round_trip_at_every_length(void **state)
{
	uint8_t all[256];

	(void)state;
	for (size_t i = 0; i < 256; i++)
		all[i] = (uint8_t)(255 - i);
	for (size_t n = 0; n <= 256; n++) {
		struct tomb_err err;
		char text[TOMB_BASE64_SIZE(256) + 1];
		uint8_t back[TOMB_BASE64_SIZE(256) / 4 * 3];
		size_t got = 0;

		(void)tomb_base64_encode(all, n, text);
		assert_int_equal(tomb_base64_decode(tomb_str_from(text), back, &got, &err), TOMB_OK);
		assert_int_equal(got, n);
		assert_memory_equal(back, all, n);
	}
}

static void a_second_text_for_the_same_bytes_is_refused(void **state)
{
	static const char *const wrong[] = {"Zg", "Zg=", "Zh==", "Zm9=", "Zm9v====", "Zm9vYg==\n", "Zm 9", "Zm9\n",
		"=m9v", "Z===", "====", "Zg==Zg==", "Z=9v", "Zm9-", "Zm9_", "Zm9\x80", "Zg=a"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_err err;
		uint8_t out[8] = {7};
		size_t n = 99;

		assert_int_equal(tomb_base64_decode(tomb_str_from(wrong[i]), out, &n, &err), TOMB_INVAL);
		assert_int_equal(n, 99);
		assert_int_equal(out[0], 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc_are_encoded),
		cmocka_unit_test(the_vectors_of_the_rfc_are_decoded),
		cmocka_unit_test(all_bytes_survive_the_round_trip_at_every_length),
		cmocka_unit_test(a_second_text_for_the_same_bytes_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
