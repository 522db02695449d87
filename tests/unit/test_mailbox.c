/* E-mail addresses. */
#include "tombstone/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void common_addresses_are_fine(void **state)
{
	static const char *const fine[] = {"a@b", "first.last+tag@mail.example.org", "o'brien@example.org",
		"root@localhost", "1@2.3", "#!%/=?^_`{|}~@x-y.example"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(fine); i++) {
		struct tomb_err err;

		assert_int_equal(tomb_mailbox_check(tomb_str_from(fine[i]), &err), TOMB_OK);
	}
}

static void everything_that_could_mean_something_else_is_refused(void **state)
{
	static const char *const wrong[] = {"", "@", "a@", "@b", "a", "a@b@c", "a b@c", "a@b c", ".a@b", "a.@b",
		"a..b@c", "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-", "a@b-.c", "a@b.-c", "a@b_c", "<a@b>", "A <a@b>",
		"a@b,c@d", "\"a b\"@c", "a@[127.0.0.1]", "a@b\r\nBcc: c@d", "a\r@b", "a@b\n", "\xc3\xa9@b",
		"a@\xc3\xa9", "a@b;", "(c)a@b", "a:b@c", "a\\b@c"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_err err = {.code = TOMB_OK};

		assert_int_equal(tomb_mailbox_check(tomb_str_from(wrong[i]), &err), TOMB_INVAL);
		assert_int_equal(err.code, TOMB_INVAL);
	}
	assert_int_equal(tomb_mailbox_check(TOMB_STR("a\0@b"), &(struct tomb_err){0}), TOMB_INVAL);
	assert_int_equal(tomb_mailbox_check(TOMB_STR("a@b\0"), &(struct tomb_err){0}), TOMB_INVAL);
}

static void parts_have_their_lengths(void **state)
{
	char text[300];
	struct tomb_err err;

	(void)state;
	memset(text, 'x', sizeof text);
	text[64] = '@';
	assert_int_equal(tomb_mailbox_check((struct tomb_str){text, 65 + 63}, &err), TOMB_OK);
	assert_int_equal(tomb_mailbox_check((struct tomb_str){text, 65 + 64}, &err), TOMB_INVAL);
	text[64] = 'x';
	text[65] = '@';
	assert_int_equal(tomb_mailbox_check((struct tomb_str){text, 66 + 63}, &err), TOMB_INVAL);
	for (size_t i = 3; i < sizeof text; i += 2)
		text[i] = '.';
	text[1] = '@';
	text[65] = '.';
	assert_int_equal(tomb_mailbox_check((struct tomb_str){text, TOMB_MAILBOX_MAX - 1}, &err), TOMB_OK);
	assert_int_equal(tomb_mailbox_check((struct tomb_str){text, TOMB_MAILBOX_MAX + 1}, &err), TOMB_INVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_addresses_are_fine),
		cmocka_unit_test(everything_that_could_mean_something_else_is_refused),
		cmocka_unit_test(parts_have_their_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
