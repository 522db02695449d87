/* Resumption tokens (records.md 3.4, C-21): stateless, signed, for one verb and one day. */
#include "../../registry/service/oai/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct tomb_oai_token_key key = {{1, 2, 3}};

static struct tomb_oai_token sample(void)
{
	return (struct tomb_oai_token){
		.verb = TOMB_OAI_LIST_RECORDS,
		.format = TOMB_OAI_FORMAT_MODS,
		.deleted_record = 2,
		.set = TOMB_STR("inst:test.edu"),
		.from_us = INT64_MIN,
		.until_us = INT64_C(1709251200000000),
		.after_us = INT64_C(1709251199000000),
		.after_id = {{0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0x80}},
		.cursor = 100,
		.chain_id = 77,
		.expires_us = 1000,
	};
}

static enum tomb_code read_at(struct tomb_str text, enum tomb_oai_verb verb, int64_t now_us, struct tomb_oai_token *out)
{
	static struct tomb_arena arena = {.max = 1 << 20};
	struct tomb_err err = {.text = ""};
	enum tomb_code code = tomb_oai_token_read(&key, text, verb, now_us, &arena, out, &err);

	assert_int_equal(code != TOMB_OK, err.text[0] != '\0');
	return code;
}

static void what_was_written_is_read(void **state)
{
	struct tomb_oai_token in = sample();
	struct tomb_oai_token out;
	char text[TOMB_OAI_TOKEN_TEXT];

	(void)state;
	(void)tomb_oai_token_text(&key, &in, text);
	assert_int_equal(
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), strlen(text));
	assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_RECORDS, 999, &out), TOMB_OK);
	assert_int_equal(out.verb, in.verb);
	assert_int_equal(out.format, in.format);
	assert_int_equal(out.deleted_record, in.deleted_record);
	assert_true(tomb_str_eq(out.set, in.set));
	assert_true(out.from_us == in.from_us && out.until_us == in.until_us && out.after_us == in.after_us);
	assert_true(tomb_uuid_eq(out.after_id, in.after_id));
	assert_true(out.cursor == in.cursor && out.chain_id == in.chain_id && out.expires_us == in.expires_us);
}

static void the_longest_set_fits(void **state)
{
	char set[TOMB_OAI_TOKEN_SET_MAX];
	struct tomb_oai_token in = sample();
	struct tomb_oai_token out;
	char text[TOMB_OAI_TOKEN_TEXT];

	(void)state;
	memset(set, 's', sizeof set);
	in.set = (struct tomb_str){set, sizeof set};
	(void)tomb_oai_token_text(&key, &in, text);
	assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_RECORDS, 0, &out), TOMB_OK);
	assert_true(tomb_str_eq(out.set, in.set));
	in.set = TOMB_STR("");
	(void)tomb_oai_token_text(&key, &in, text);
	assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_RECORDS, 0, &out), TOMB_OK);
	assert_int_equal(out.set.n, 0);
}

static void c_21_a_token_that_was_changed_anywhere_is_refused(void **state)
{
	struct tomb_oai_token in = sample();
	struct tomb_oai_token out;
	char text[TOMB_OAI_TOKEN_TEXT];
	size_t n = 0;

	(void)state;
	n = strlen(tomb_oai_token_text(&key, &in, text));
	for (size_t i = 0; i < n; i++) {
		char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_RECORDS, 0, &out), TOMB_INVAL);
		text[i] = was;
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(read_at((struct tomb_str){text, i}, TOMB_OAI_LIST_RECORDS, 0, &out), TOMB_INVAL);
	assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_RECORDS, 0, &out), TOMB_OK);
}

static void c_21_a_token_that_somebody_else_signed_is_refused(void **state)
{
	static const struct tomb_oai_token_key other = {{1, 2, 4}};
	struct tomb_oai_token in = sample();
	struct tomb_oai_token out;
	char text[TOMB_OAI_TOKEN_TEXT];

	(void)state;
	(void)tomb_oai_token_text(&other, &in, text);
	assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_RECORDS, 0, &out), TOMB_INVAL);
}

static void c_21_a_token_is_good_for_one_verb_and_one_day(void **state)
{
	struct tomb_oai_token in = sample();
	struct tomb_oai_token out;
	char text[TOMB_OAI_TOKEN_TEXT];

	(void)state;
	(void)tomb_oai_token_text(&key, &in, text);
	assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_IDENTIFIERS, 0, &out), TOMB_INVAL);
	assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_RECORDS, 1000, &out), TOMB_INVAL);
	assert_int_equal(read_at(tomb_str_from(text), TOMB_OAI_LIST_RECORDS, 999, &out), TOMB_OK);
}

static void c_21_garbage_is_refused(void **state)
{
	static const char *const garbage[] = {"", "x", "junk", "AAAA", "====", "a+b/", "\xc3\xbc", "AQUDAg"};
	char longest[2000];
	struct tomb_oai_token out;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(garbage); i++)
		assert_int_equal(read_at(tomb_str_from(garbage[i]), TOMB_OAI_LIST_RECORDS, 0, &out), TOMB_INVAL);
	memset(longest, 'A', sizeof longest);
	for (size_t n = 0; n <= sizeof longest; n++)
		assert_int_equal(read_at((struct tomb_str){longest, n}, TOMB_OAI_LIST_RECORDS, 0, &out), TOMB_INVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(the_longest_set_fits),
		cmocka_unit_test(c_21_a_token_that_was_changed_anywhere_is_refused),
		cmocka_unit_test(c_21_a_token_that_somebody_else_signed_is_refused),
		cmocka_unit_test(c_21_a_token_is_good_for_one_verb_and_one_day),
		cmocka_unit_test(c_21_garbage_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
