/* Bearer tokens. */
#include "tombstone/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_new_token_survives_its_text(void **state)
{
	struct tomb_token token = tomb_token_new();
	struct tomb_token back = {{0}};
	char text[TOMB_TOKEN_TEXT];
	struct tomb_err err;

	(void)state;
	assert_int_equal(strlen(tomb_token_text(&token, text)), 64);
	assert_int_equal(tomb_token_parse(tomb_str_from(text), &back, &err), TOMB_OK);
	assert_memory_equal(&token, &back, sizeof token);
}

static void two_tokens_differ(void **state)
{
	struct tomb_token a = tomb_token_new();
	struct tomb_token b = tomb_token_new();

	(void)state;
	assert_memory_not_equal(&a, &b, sizeof a);
}

static void a_token_matches_its_own_digest_only(void **state)
{
	struct tomb_token token = tomb_token_new();
	uint8_t digest[TOMB_SHA256_SIZE];

	(void)state;
	tomb_token_digest(&token, digest);
	assert_true(tomb_token_matches(&token, (struct tomb_str){(const char *)digest, sizeof digest}));
	assert_false(tomb_token_matches(&token, (struct tomb_str){(const char *)digest, sizeof digest - 1}));
	assert_false(tomb_token_matches(&token, (struct tomb_str){NULL, 0}));
	digest[31] ^= 1;
	assert_false(tomb_token_matches(&token, (struct tomb_str){(const char *)digest, sizeof digest}));
}

static void the_digest_is_sha_256_of_the_bytes(void **state)
{
	static const uint8_t of_zeros[] = {0x66, 0x68, 0x7a, 0xad, 0xf8, 0x62, 0xbd, 0x77, 0x6c, 0x8f, 0xc1, 0x8b, 0x8e,
		0x9f, 0x8e, 0x20, 0x08, 0x97, 0x14, 0x85, 0x6e, 0xe2, 0x33, 0xb3, 0x90, 0x2a, 0x59, 0x1d, 0x0d, 0x5f,
		0x29, 0x25};
	struct tomb_token token = {{0}};
	uint8_t digest[TOMB_SHA256_SIZE];

	(void)state;
	tomb_token_digest(&token, digest);
	assert_memory_equal(digest, of_zeros, sizeof digest);
}

static void other_texts_are_refused_and_not_repeated(void **state)
{
	static const char *const wrong[] = {"", "hush",
		"hush567890123456789012345678901234567890123456789012345678901234",
		"000000000000000000000000000000000000000000000000000000000000000",
		"00000000000000000000000000000000000000000000000000000000000000000"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_token token = {{7}};
		struct tomb_err err = {.code = TOMB_OK};

		assert_int_equal(tomb_token_parse(tomb_str_from(wrong[i]), &token, &err), TOMB_INVAL);
		assert_int_equal(token.b[0], 7);
		assert_null(strstr(err.text, "hush"));
		assert_null(strstr(err.text, "0000"));
	}
}

static void a_finished_token_is_wiped(void **state)
{
	static const struct tomb_token zeros;
	struct tomb_token token = tomb_token_new();

	(void)state;
	tomb_token_fini(&token);
	assert_memory_equal(&token, &zeros, sizeof token);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_token_survives_its_text),
		cmocka_unit_test(two_tokens_differ),
		cmocka_unit_test(a_token_matches_its_own_digest_only),
		cmocka_unit_test(the_digest_is_sha_256_of_the_bytes),
		cmocka_unit_test(other_texts_are_refused_and_not_repeated),
		cmocka_unit_test(a_finished_token_is_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
