/* Words of a command: the shell's quoting, and nothing else of the shell. */
#include "../../storage/aws/command_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define MARKER "MARKERSECRET"

static void words_are_split_and_unquoted(void **state)
{
	static const struct {
		const char *text;
		const char *words[4];
	} cases[] = {
		{"/bin/get", {"/bin/get"}},
		{"  get \t a  b ", {"get", "a", "b"}},
		{"get 'a b' \"c d\"", {"get", "a b", "c d"}},
		{"get '' \"\"", {"get", "", ""}},
		{"get a'b'\"c\"d", {"get", "abcd"}},
		{"get 'a\"$`|*' x", {"get", "a\"$`|*", "x"}},
		{"get \"a\\\"b\\\\c\\d\"", {"get", "a\"b\\c\\d"}},
		{"get a\\ b \\$c", {"get", "a b", "$c"}},
		{"get --x=y,z:@/%+-_.^!{}[]", {"get", "--x=y,z:@/%+-_.^!{}[]"}},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 12);
		struct tomb_err err = {.text = ""};
		char **words = NULL;
		size_t n = 0;

		if (command_line_split(tomb_str_from(cases[i].text), &arena, &words, &err) != TOMB_OK)
			fail_msg("%s: %s", cases[i].text, err.text);
		for (; n < 4 && cases[i].words[n]; n++) {
			assert_non_null(words[n]);
			assert_string_equal(words[n], cases[i].words[n]);
		}
		assert_null(words[n]);
	}
}

static void what_only_a_shell_can_do_is_refused(void **state)
{
	static const char *const cases[] = {"get " MARKER " | x", "get " MARKER "; x", "get " MARKER " & x",
		"get " MARKER " > x", "get " MARKER " < x", "get $" MARKER, "get \"$" MARKER "\"", "get `" MARKER "`",
		"get \"`" MARKER "`\"", "get $(" MARKER ")", "get *" MARKER, "get ?" MARKER, "~/get " MARKER,
		"get # " MARKER};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 12);
		struct tomb_err err = {.text = ""};
		char **words = NULL;

		assert_int_equal(command_line_split(tomb_str_from(cases[i]), &arena, &words, &err), TOMB_INVAL);
		if (!strstr(err.text, "is for a shell") || strstr(err.text, MARKER))
			fail_msg("%s: %s", cases[i], err.text);
	}
}

static void what_is_no_command_is_refused(void **state)
{
	static const struct {
		struct tomb_str text;
		const char *says;
	} cases[] = {
		{{"", 0}, "empty"},
		{{NULL, 0}, "empty"},
		{{" \t ", 3}, "empty"},
		{{"get '" MARKER, 17}, "not closed"},
		{{"get \"" MARKER "\\\"", 19}, "not closed"},
		{{"get \\", 5}, "ends in a \\"},
		{{"get 'a\0b'", 9}, "NUL"},
	};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	TOMB_BUF_AUTO many = tomb_buf_init(1 << 10);
	struct tomb_err err = {.text = ""};
	char **words = NULL;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		assert_int_equal(command_line_split(cases[i].text, &arena, &words, &err), TOMB_INVAL);
		if (!strstr(err.text, cases[i].says) || strstr(err.text, MARKER))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
	}
	for (int i = 0; i < COMMAND_WORDS_MAX; i++)
		tomb_buf_put(&many, TOMB_STR(" a"));
	assert_int_equal(command_line_split((struct tomb_str){many.p, many.n}, &arena, &words, &err), TOMB_OK);
	assert_null(words[COMMAND_WORDS_MAX]);
	tomb_buf_put(&many, TOMB_STR(" a"));
	assert_int_equal(command_line_split((struct tomb_str){many.p, many.n}, &arena, &words, &err), TOMB_INVAL);
	assert_non_null(strstr(err.text, "more than 64 words"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_split_and_unquoted),
		cmocka_unit_test(what_only_a_shell_can_do_is_refused),
		cmocka_unit_test(what_is_no_command_is_refused),
	};

	return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}
