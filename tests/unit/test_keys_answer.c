/* Keys that services and programs give, as JSON and as XML. */
#include "../../storage/aws/answer_sts.h"
#include "../../storage/aws/keys_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MARKER "wJalrXUtnFEMIMARKER"
#define EXPIRES "2027-02-28T23:59:59Z"
#define EXPIRES_US INT64_C(1803859199000000)
#define PAIR "\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"" MARKER "\""

static bool is_text(const struct credential *c, const char *text)
{
	return tomb_str_eq(credential_str(c), tomb_str_from(text));
}

static int make_keys(void **state)
{
	*state = calloc(1, sizeof(struct aws_keys));
	return *state ? 0 : -1;
}

static int free_keys(void **state)
{
	free(*state);
	return 0;
}

static void each_form_has_its_own_members(void **state)
{
	static const struct {
		enum keys_json_form form;
		const char *text;
		const char *token;
		int64_t expires_us;
	} cases[] = {
		{KEYS_JSON_PROCESS, "{\"Version\":1," PAIR "}", "", 0},
		{KEYS_JSON_PROCESS, "{\"Version\":1," PAIR ",\"SessionToken\":\"T\",\"Expiration\":\"" EXPIRES "\"}",
			"T", EXPIRES_US},
		{KEYS_JSON_PROCESS, "{\"Version\":1," PAIR ",\"SessionToken\":null,\"Expiration\":null}", "", 0},
		{KEYS_JSON_PROCESS, " {\"Version\":1," PAIR ",\"AccountId\":\"1\",\"New\":{\"x\":[1]}}\n", "", 0},
		{KEYS_JSON_PROCESS, "{\"Version\":1," PAIR ",\"Expiration\":\"2027-03-01T01:59:59+02:00\"}", "",
			EXPIRES_US},
		{KEYS_JSON_CONTAINER, "{\"RoleArn\":\"r\"," PAIR ",\"Token\":\"T\",\"Expiration\":\"" EXPIRES "\"}",
			"T", EXPIRES_US},
		{KEYS_JSON_INSTANCE,
			"{\"Code\":\"Success\",\"LastUpdated\":\"x\",\"Type\":\"AWS-HMAC\"," PAIR
			",\"Token\":\"T\",\"Expiration\":\"" EXPIRES "\"}",
			"T", EXPIRES_US},
	};
	struct aws_keys *keys = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_err err = {.text = ""};

		memset(keys, 0, sizeof *keys);
		if (keys_json_read(tomb_str_from(cases[i].text), cases[i].form, keys, &err) != TOMB_OK)
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_true(is_text(&keys->access_key, "AKID"));
		assert_true(is_text(&keys->secret_key, MARKER));
		assert_true(is_text(&keys->session_token, cases[i].token));
		assert_int_equal(keys->expires_us, cases[i].expires_us);
	}
}

static void what_is_not_whole_is_refused_without_a_word_of_it(void **state)
{
	static const struct {
		enum keys_json_form form;
		const char *text;
		const char *says;
	} cases[] = {
		{KEYS_JSON_PROCESS, "", "not JSON"},
		{KEYS_JSON_PROCESS, MARKER, "not JSON"},
		{KEYS_JSON_PROCESS, "{\"Version\":1,\"" MARKER, "not JSON"},
		{KEYS_JSON_PROCESS, "{\"Version\":1," PAIR "} " MARKER, "not JSON"},
		{KEYS_JSON_PROCESS, "[\"" MARKER "\"]", "members"},
		{KEYS_JSON_PROCESS, "{\"Version\":1,\"Version\":1," PAIR "}", "not JSON"},
		{KEYS_JSON_PROCESS, "{" PAIR "}", "Version is not 1"},
		{KEYS_JSON_PROCESS, "{\"Version\":2," PAIR "}", "Version is not 1"},
		{KEYS_JSON_PROCESS, "{\"Version\":\"1\"," PAIR "}", "members"},
		{KEYS_JSON_PROCESS, "{\"Version\":1,\"SecretAccessKey\":\"" MARKER "\"}", "AccessKeyId: empty"},
		{KEYS_JSON_PROCESS, "{\"Version\":1,\"AccessKeyId\":\"" MARKER "\"}", "SecretAccessKey: empty"},
		{KEYS_JSON_PROCESS, "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"" MARKER " \"}",
			"SecretAccessKey: a key is one line"},
		{KEYS_JSON_PROCESS, "{\"Version\":1,\"AccessKeyId\":\"" MARKER "\\n\",\"SecretAccessKey\":\"S\"}",
			"AccessKeyId: a key is one line"},
		{KEYS_JSON_PROCESS, "{\"Version\":1,\"AccessKeyId\":7,\"SecretAccessKey\":\"" MARKER "\"}", "members"},
		{KEYS_JSON_PROCESS, "{\"Version\":1," PAIR ",\"Expiration\":\"" MARKER "\"}", "Expiration is not"},
		{KEYS_JSON_PROCESS, "{\"Version\":1," PAIR ",\"Expiration\":\"2027-02-29T00:00:00Z\"}",
			"Expiration is not"},
		{KEYS_JSON_PROCESS, "{\"Version\":1," PAIR ",\"Expiration\":1803859199}", "members"},
		{KEYS_JSON_CONTAINER, "{" PAIR ",\"Expiration\":\"" EXPIRES "\"}", "Token: empty"},
		{KEYS_JSON_CONTAINER, "{" PAIR ",\"Token\":\"" MARKER "\"}", "Expiration is not"},
		{KEYS_JSON_INSTANCE, "{" PAIR ",\"Token\":\"T\",\"Expiration\":\"" EXPIRES "\"}", "Code is not"},
		{KEYS_JSON_INSTANCE, "{\"Code\":\"" MARKER "\"}", "Code is not Success"},
	};
	struct aws_keys *keys = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_err err = {.text = ""};

		if (keys_json_read(tomb_str_from(cases[i].text), cases[i].form, keys, &err) != TOMB_STORE_DENIED)
			fail_msg("%s: not refused", cases[i].text);
		if (!strstr(err.text, cases[i].says) || strstr(err.text, MARKER))
			fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].text, err.text, cases[i].says);
	}
}

static void what_is_too_long_is_refused(void **state)
{
	TOMB_BUF_AUTO text = tomb_buf_init((size_t)2 * KEYS_JSON_MAX);
	struct tomb_err err;

	tomb_buf_putf(&text, "{\"Version\":1," PAIR "%*s}", KEYS_JSON_MAX, " ");
	assert_int_equal(
		keys_json_read((struct tomb_str){text.p, text.n}, KEYS_JSON_PROCESS, *state, &err), TOMB_STORE_DENIED);
	tomb_buf_reset(&text);
	tomb_buf_putf(&text, "{\"Version\":1," PAIR ",\"SessionToken\":\"%0*d\"}", CREDENTIAL_MAX, 7);
	assert_int_equal(
		keys_json_read((struct tomb_str){text.p, text.n}, KEYS_JSON_PROCESS, *state, &err), TOMB_STORE_DENIED);
	tomb_buf_reset(&text);
	tomb_buf_putf(&text, "{\"Version\":1," PAIR ",\"SessionToken\":\"%0*d\"}", CREDENTIAL_MAX - 1, 7);
	assert_int_equal(keys_json_read((struct tomb_str){text.p, text.n}, KEYS_JSON_PROCESS, *state, &err), TOMB_OK);
}

#define NS "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\""
#define STS(credentials)                                                                                               \
	"<AssumeRoleWithWebIdentityResponse " NS "><AssumeRoleWithWebIdentityResult><Audience>a</Audience>"            \
	"<Credentials>" credentials "</Credentials></AssumeRoleWithWebIdentityResult>"                                 \
	"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>"
#define STS_GOOD                                                                                                       \
	"<SessionToken>T</SessionToken>\n<SecretAccessKey>" MARKER "</SecretAccessKey>"                                \
	"<Expiration>" EXPIRES "</Expiration><AccessKeyId>AKID</AccessKeyId>"

static void sts_gives_keys_with_an_end(void **state)
{
	struct aws_keys *keys = *state;
	struct tomb_err err = {.text = ""};

	if (answer_sts_keys(TOMB_STR(STS(STS_GOOD)), keys, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	assert_true(is_text(&keys->access_key, "AKID"));
	assert_true(is_text(&keys->secret_key, MARKER));
	assert_true(is_text(&keys->session_token, "T"));
	assert_int_equal(keys->expires_us, EXPIRES_US);
}

static void sts_without_all_four_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{"", "not XML"},
		{MARKER, "not XML"},
		{"<!DOCTYPE x [<!ENTITY e \"" MARKER "\">]>" STS("<AccessKeyId>&e;</AccessKeyId>"), "not XML"},
		{"<a>" MARKER "</a>", "AccessKeyId: empty"},
		{STS(""), "AccessKeyId: empty"},
		{STS("<AccessKeyId>A</AccessKeyId>"), "SecretAccessKey: empty"},
		{STS("<AccessKeyId>A<b/>" MARKER "</AccessKeyId>"), "AccessKeyId: empty"},
		{STS("<AccessKeyId>A</AccessKeyId><SecretAccessKey>" MARKER "</SecretAccessKey>"),
			"SessionToken: empty"},
		{STS("<AccessKeyId>A</AccessKeyId><SecretAccessKey>" MARKER "</SecretAccessKey>"
		     "<SessionToken>T</SessionToken>"),
			"Expiration is not"},
		{STS("<AccessKeyId>A</AccessKeyId><SecretAccessKey>" MARKER "</SecretAccessKey>"
		     "<SessionToken>T</SessionToken><Expiration>" MARKER "</Expiration>"),
			"Expiration is not"},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_err err = {.text = ""};

		if (answer_sts_keys(tomb_str_from(cases[i].text), *state, &err) != TOMB_STORE_DENIED)
			fail_msg("%s: not refused", cases[i].text);
		if (!strstr(err.text, cases[i].says) || strstr(err.text, MARKER))
			fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].text, err.text, cases[i].says);
	}
}

static void an_error_of_sts_is_known_by_its_code(void **state)
{
	static const struct {
		const char *text;
		const char *code;
	} cases[] = {
		{"<ErrorResponse " NS "><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>" MARKER
		 "</Message></Error></ErrorResponse>",
			"AccessDenied"},
		{"<Error><Code>AccessDenied</Code></Error>", ""},
		{"<ErrorResponse><Error><Code>two words</Code></Error></ErrorResponse>", ""},
		{"<ErrorResponse><Error><Code>"
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</Code></Error></"
		 "ErrorResponse>",
			""},
		{"<ErrorResponse><Error/></ErrorResponse>", ""},
		{"", ""},
	};
	char code[ANSWER_STS_CODE_MAX];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		answer_sts_code(tomb_str_from(cases[i].text), code);
		assert_string_equal(code, cases[i].code);
	}
}

#define WITH_KEYS(test) cmocka_unit_test_setup_teardown(test, make_keys, free_keys)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KEYS(each_form_has_its_own_members),
		WITH_KEYS(what_is_not_whole_is_refused_without_a_word_of_it),
		WITH_KEYS(what_is_too_long_is_refused),
		WITH_KEYS(sts_gives_keys_with_an_end),
		WITH_KEYS(sts_without_all_four_is_refused),
		cmocka_unit_test(an_error_of_sts_is_known_by_its_code),
	};

	return cmocka_run_group_tests_name("keys_answer", tests, NULL, NULL);
}
