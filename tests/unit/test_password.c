/* Passwords. */
#include "tombstone/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

static void a_password_matches_its_hash_and_no_other_does(void **state)
{
	char stored[TOMB_PASSWORD_HASH];
	struct tomb_err err;
	bool rehash = true;

	(void)state;
	assert_int_equal(tomb_password_hash(TOMB_STR("correct horse \xc3\xa9"), stored, &err), TOMB_OK);
	assert_memory_equal(stored, "$argon2id$v=19$m=65536,t=2,p=1$", 31);
	assert_int_equal(tomb_password_verify(TOMB_STR("correct horse \xc3\xa9"), tomb_str_from(stored), &rehash, &err),
		TOMB_OK);
	assert_false(rehash);
	rehash = true;
	assert_int_equal(tomb_password_verify(TOMB_STR("correct horse e"), tomb_str_from(stored), &rehash, &err),
		TOMB_UNAUTHENTICATED);
	assert_true(rehash);
	assert_string_equal(err.text, "unknown name or wrong password");
}

static void two_hashes_of_one_password_differ(void **state)
{
	char a[TOMB_PASSWORD_HASH];
	char b[TOMB_PASSWORD_HASH];
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_password_hash(TOMB_STR("swordfish"), a, &err), TOMB_OK);
	assert_int_equal(tomb_password_hash(TOMB_STR("swordfish"), b, &err), TOMB_OK);
	assert_string_not_equal(a, b);
}

static void lengths_and_encoding_have_rules(void **state)
{
	char text[TOMB_PASSWORD_MAX + 1];
	struct tomb_err err;

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(tomb_password_check((struct tomb_str){text, 8}, &err), TOMB_OK);
	assert_int_equal(tomb_password_check((struct tomb_str){text, 256}, &err), TOMB_OK);
	assert_int_equal(tomb_password_check((struct tomb_str){text, 7}, &err), TOMB_INVAL);
	assert_int_equal(tomb_password_check((struct tomb_str){text, 257}, &err), TOMB_INVAL);
	assert_int_equal(tomb_password_check((struct tomb_str){NULL, 0}, &err), TOMB_INVAL);
	assert_int_equal(tomb_password_check(TOMB_STR("1234567\xff"), &err), TOMB_INVAL);
	assert_int_equal(tomb_password_check(TOMB_STR("1234567\0"), &err), TOMB_INVAL);
}

static void what_breaks_the_rules_is_not_hashed(void **state)
{
	char stored[TOMB_PASSWORD_HASH] = "old";
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_password_hash(TOMB_STR("short"), stored, &err), TOMB_INVAL);
	assert_string_equal(stored, "old");
	assert_null(strstr(err.text, "short"));
}

static void nobody_s_password_is_as_wrong_as_anybody_s(void **state)
{
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_password_verify_nobody(TOMB_STR("swordfish"), &err), TOMB_UNAUTHENTICATED);
	assert_string_equal(err.text, "unknown name or wrong password");
	assert_int_equal(tomb_password_verify_nobody(TOMB_STR("short"), &err), TOMB_UNAUTHENTICATED);
	assert_string_equal(err.text, "unknown name or wrong password");
}

static void a_stored_text_that_is_no_hash_lets_nobody_in(void **state)
{
	static const char *const broken[] = {"", "*", "swordfish", "$argon2id$v=19$m=65536,t=2,p=1$",
		"$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(broken); i++) {
		struct tomb_err err;
		bool rehash = false;

		assert_int_equal(tomb_password_verify(TOMB_STR("swordfish"), tomb_str_from(broken[i]), &rehash, &err),
			TOMB_UNAUTHENTICATED);
	}
}

static void a_cheaper_hash_is_taken_and_asked_to_be_renewed(void **state)
{
	/* crypto_pwhash_argon2id_str() of libsodium with one pass over 8 MiB. */
	static const char stored[] = "$argon2id$v=19$m=8192,t=1,p=1$kOF1+zYickiZlHfV0CJ/qw$"
				     "rcPDr5V1FDxK8RcARS003lL5OGecFvBG2OvyatXoGKw";
	struct tomb_err err;
	bool rehash = false;

	(void)state;
	assert_int_equal(tomb_password_verify(TOMB_STR("swordfish"), tomb_str_from(stored), &rehash, &err), TOMB_OK);
	assert_true(rehash);
}

/* AddressSanitizer and ThreadSanitizer map terabytes for themselves: no limit on memory leaves them alive. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CANNOT_LIMIT_MEMORY true
#elif defined(__has_feature)
#define CANNOT_LIMIT_MEMORY (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define CANNOT_LIMIT_MEMORY false
#endif

static void without_memory_nobody_is_told_that_the_password_was_wrong(void **state)
{
	struct rlimit before;
	struct rlimit none;
	char stored[TOMB_PASSWORD_HASH];
	struct tomb_err err;
	bool rehash = false;
	enum tomb_code hashed = TOMB_OK;
	enum tomb_code verified = TOMB_OK;
	enum tomb_code nobody = TOMB_OK;

	(void)state;
	if (CANNOT_LIMIT_MEMORY)
		skip();
	assert_int_equal(tomb_password_hash(TOMB_STR("swordfish"), stored, &err), TOMB_OK);
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	none = before;
	none.rlim_cur = 32 << 20;
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	hashed = tomb_password_hash(TOMB_STR("swordfish"), stored, &err);
	verified = tomb_password_verify(TOMB_STR("swordfish"), tomb_str_from(stored), &rehash, &err);
	nobody = tomb_password_verify_nobody(TOMB_STR("swordfish"), &err);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_int_equal(hashed, TOMB_NOMEM);
	assert_int_equal(verified, TOMB_NOMEM);
	assert_int_equal(nobody, TOMB_NOMEM);
	assert_int_equal(tomb_password_verify(TOMB_STR("swordfish"), tomb_str_from(stored), &rehash, &err), TOMB_OK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_matches_its_hash_and_no_other_does),
		cmocka_unit_test(two_hashes_of_one_password_differ),
		cmocka_unit_test(lengths_and_encoding_have_rules),
		cmocka_unit_test(what_breaks_the_rules_is_not_hashed),
		cmocka_unit_test(nobody_s_password_is_as_wrong_as_anybody_s),
		cmocka_unit_test(a_stored_text_that_is_no_hash_lets_nobody_in),
		cmocka_unit_test(a_cheaper_hash_is_taken_and_asked_to_be_renewed),
		cmocka_unit_test(without_memory_nobody_is_told_that_the_password_was_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
