/* The shared files of the AWS tools: which profile is which, and what is refused. */
#include "../../storage/aws/profile_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define MARKER "wJalrXUtnFEMIMARKER"

static enum tomb_code parse(
	const char *text, enum profile_file_kind kind, const char *name, struct profile *out, struct tomb_err *err)
{
	return profile_file_parse(tomb_str_from(text), kind, "f", tomb_str_from(name), out, err);
}

static void check(const char *text, enum profile_file_kind kind, const char *name, const char *key)
{
	struct tomb_err err = {.text = ""};
	struct profile p;

	if (parse(text, kind, name, &p, &err) != TOMB_OK)
		fail_msg("%s: %s", text, err.text);
	if (p.found != (key != NULL))
		fail_msg("%s: %s is %sfound", text, name, p.found ? "" : "not ");
	if (key && !tomb_str_eq(p.value[PROFILE_ACCESS_KEY_ID], tomb_str_from(key)))
		fail_msg("%s: %.*s", text, TOMB_STR_ARG(p.value[PROFILE_ACCESS_KEY_ID]));
}

static void a_config_file_calls_its_sections_profile(void **state)
{
	static const char text[] = "[default]\naws_access_key_id = D\n[profile x]\naws_access_key_id = X\n"
				   "[y]\naws_access_key_id = Y\n[sso-session z]\naws_access_key_id = Z\n"
				   "[profile \"a b\"]\naws_access_key_id = AB\n[profile\t'c']\naws_access_key_id=C\n";

	(void)state;
	check(text, PROFILE_FILE_CONFIG, "default", "D");
	check(text, PROFILE_FILE_CONFIG, "x", "X");
	check(text, PROFILE_FILE_CONFIG, "y", NULL);
	check(text, PROFILE_FILE_CONFIG, "z", NULL);
	check(text, PROFILE_FILE_CONFIG, "sso-session z", NULL);
	check(text, PROFILE_FILE_CONFIG, "a b", "AB");
	check(text, PROFILE_FILE_CONFIG, "c", "C");
	check(text, PROFILE_FILE_CONFIG, "X", NULL);
	check(text, PROFILE_FILE_CONFIG, "profile x", NULL);
}

static void a_credentials_file_does_not(void **state)
{
	static const char text[] = "[default]\naws_access_key_id = D\n[profile x]\naws_access_key_id = X\n"
				   "[ y ]\naws_access_key_id = Y\n";

	(void)state;
	check(text, PROFILE_FILE_CREDENTIALS, "default", "D");
	check(text, PROFILE_FILE_CREDENTIALS, "x", NULL);
	check(text, PROFILE_FILE_CREDENTIALS, "y", "Y");
	check("", PROFILE_FILE_CREDENTIALS, "default", NULL);
}

static void profile_default_goes_before_default(void **state)
{
	(void)state;
	check("[default]\naws_access_key_id = plain\n[profile default]\naws_access_key_id = long\n",
		PROFILE_FILE_CONFIG, "default", "long");
	check("[profile default]\naws_access_key_id = long\n[default]\naws_access_key_id = plain\n",
		PROFILE_FILE_CONFIG, "default", "long");
}

static void the_layout_is_that_of_the_aws_tools(void **state)
{
	(void)state;
	check("# c\n; c\n\n[a] # c\r\nAWS_Access_Key_ID=A=B/+==\r\n", PROFILE_FILE_CREDENTIALS, "a", "A=B/+==");
	check("[a]\n  region = x\n  aws_access_key_id = A\n", PROFILE_FILE_CREDENTIALS, "a", "A");
	check("[a]\ns3 =\n  aws_access_key_id = NESTED\nregion = x\n", PROFILE_FILE_CREDENTIALS, "a", "");
	check("[a]\ns3 =\n  nested = 1\n  no equals here\naws_access_key_id = A", PROFILE_FILE_CREDENTIALS, "a", "A");
	check("[a]\naws_access_key_id =\n", PROFILE_FILE_CREDENTIALS, "a", "");
	check("[b]\naws_access_key_id = 1\naws_access_key_id = 2\n[b]\n[a]\naws_access_key_id = A\n",
		PROFILE_FILE_CREDENTIALS, "a", "A");
}

static void all_that_a_profile_says_about_keys_is_read(void **state)
{
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 12);
	struct tomb_err err = {.text = ""};
	struct profile p;

	(void)state;
	tomb_buf_putf(&text, "[a]\n");
	for (int i = 0; i < PROFILE_KEY_MAX; i++)
		tomb_buf_putf(&text, "%s = value %d\n", profile_key_name((enum profile_key)i), i);
	assert_int_equal(parse(text.p, PROFILE_FILE_CREDENTIALS, "a", &p, &err), TOMB_OK);
	for (int i = 0; i < PROFILE_KEY_MAX; i++) {
		char want[16];

		(void)snprintf(want, sizeof want, "value %d", i);
		assert_true(tomb_str_eq(p.value[i], tomb_str_from(want)));
	}
}

static void every_refusal_names_the_line_and_no_value(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{"aws_secret_access_key = " MARKER "\n", "f:1: a property before the first section"},
		{"[a]\n" MARKER "\n", "f:2: a line is a comment, [NAME], or key = value"},
		{"[a]\n= " MARKER "\n", "f:2: a line is"},
		{"[a\n", "f:1: a section is [NAME]"},
		{"[a] " MARKER "\n", "f:1: nothing but a comment"},
		{"[a]\n[b]\n[a]\n", "f:3: the profile is here for the second time"},
		{"[a]\naws_secret_access_key = " MARKER "\naws_secret_access_key = " MARKER "\n",
			"f:3: the property is here for the second time"},
		{"[a]\naws_secret_access_key = x\n  " MARKER "\n", "f:3: a property about keys does not go on"},
		{"[a]\naws_secret_access_key = x" MARKER "\x01\n", "f:2: a control character"},
		{"[b]\nx = " MARKER "\x7f\n", "f:2: a control character"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct profile p = {.found = false};
		struct tomb_err err = {.text = ""};

		assert_int_equal(parse(cases[i].text, PROFILE_FILE_CREDENTIALS, "a", &p, &err), TOMB_INVAL);
		assert_false(p.found);
		if (!strstr(err.text, cases[i].says) || strstr(err.text, MARKER))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_config_file_calls_its_sections_profile),
		cmocka_unit_test(a_credentials_file_does_not),
		cmocka_unit_test(profile_default_goes_before_default),
		cmocka_unit_test(the_layout_is_that_of_the_aws_tools),
		cmocka_unit_test(all_that_a_profile_says_about_keys_is_read),
		cmocka_unit_test(every_refusal_names_the_line_and_no_value),
	};

	return cmocka_run_group_tests_name("profile_file", tests, NULL, NULL);
}
