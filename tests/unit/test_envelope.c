/* Secrets at rest. */
#include "tombstone/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { CONTENT = 5, WHOLE = CONTENT + TOMB_ENVELOPE_EXTRA };

static const struct tomb_envelope_key key = {{1, 2, 3}};
static const struct tomb_envelope_key other = {{1, 2, 4}};

static enum tomb_code open_it(
	const struct tomb_envelope_key *k, const char *place, const uint8_t *p, size_t n, uint8_t *out)
{
	struct tomb_err err;

	return tomb_envelope_open(k, tomb_str_from(place), (struct tomb_str){(const char *)p, n}, out, CONTENT, &err);
}

static void only_the_key_and_the_place_open_it(void **state)
{
	uint8_t one[WHOLE];
	uint8_t two[WHOLE];
	uint8_t back[CONTENT] = "";

	(void)state;
	tomb_envelope_close(&key, TOMB_STR("totp 7"), TOMB_STR("hello"), one);
	tomb_envelope_close(&key, TOMB_STR("totp 7"), TOMB_STR("hello"), two);
	assert_memory_not_equal(one, two, sizeof one);
	assert_int_equal(open_it(&key, "totp 7", one, sizeof one, back), TOMB_OK);
	assert_memory_equal(back, "hello", CONTENT);
	assert_int_equal(open_it(&other, "totp 7", one, sizeof one, back), TOMB_CORRUPT);
	assert_int_equal(open_it(&key, "totp 8", one, sizeof one, back), TOMB_CORRUPT);
	assert_int_equal(open_it(&key, "totp 7", one, sizeof one - 1, back), TOMB_CORRUPT);
}

static void every_changed_byte_is_noticed(void **state)
{
	uint8_t whole[WHOLE];
	uint8_t back[CONTENT];

	(void)state;
	tomb_envelope_close(&key, TOMB_STR("totp 7"), TOMB_STR("hello"), whole);
	for (size_t i = 0; i < sizeof whole; i++) {
		whole[i] ^= 1;
		assert_int_equal(open_it(&key, "totp 7", whole, sizeof whole, back), TOMB_CORRUPT);
		whole[i] ^= 1;
	}
}

static void a_key_is_64_digits_in_a_file(void **state)
{
	static const struct {
		const char *content;
		enum tomb_code code;
	} rows[] = {{"0102030000000000000000000000000000000000000000000000000000000000\n", TOMB_OK},
		{"01020300000000000000000000000000000000000000000000000000000000\n", TOMB_INVAL},
		{"not a key\n", TOMB_INVAL}, {"", TOMB_INVAL}};
	struct tomb_envelope_key got = {{0}};
	struct tomb_err err = {.text = ""};
	char path[] = "/tmp/tombstone-key-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++) {
		size_t n = strlen(rows[i].content);

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i].content, n, 0), n);
		assert_int_equal(tomb_envelope_key_read(path, &got, &err), rows[i].code);
		assert_null(strstr(err.text, "not a key"));
	}
	assert_memory_equal(&got, &key, sizeof key);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(tomb_envelope_key_read(path, &got, &err), TOMB_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_key_and_the_place_open_it),
		cmocka_unit_test(every_changed_byte_is_noticed),
		cmocka_unit_test(a_key_is_64_digits_in_a_file),
	};

	return cmocka_run_group_tests_name("secrets at rest", tests, NULL, NULL);
}
