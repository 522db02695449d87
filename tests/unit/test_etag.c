/* What If-None-Match and If-Match say (RFC 9110, section 13.1). */
#include "../../registry/service/etag.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct tomb_str tag = {"\"abc\"", 5};

static struct tomb_request with(struct tomb_field *header)
{
	return (struct tomb_request){.headers = {header, 1}};
}

static void a_tag_is_the_beginning_of_a_digest_in_quotes(void **state)
{
	char out[TOMB_ETAG_TEXT];

	(void)state;
	tomb_etag_of(TOMB_STR("abc"), out);
	assert_string_equal(out, "\"ba7816bf8f01cfea414140de5dae2223\""); /* FIPS 180-4's example, of SHA-256 */
}

static void a_client_that_has_it_names_it(void **state)
{
	static const struct {
		const char *list;
		bool known, meant;
	} rows[] = {
		{"\"abc\"", true, true},
		{"W/\"abc\"", true, false},
		{"*", true, true},
		{"\"x\", \"abc\"", true, true},
		{"\"x\",\"abc\",\"y\"", true, true},
		{"\"a,b\" , \"abc\"", true, true},
		{"", false, false},
		{"abc", false, false},
		{"\"abcd\"", false, false},
		{"\"ab\"", false, false},
		{"\"x,\"abc\"", false, false},
		{", ,", false, false},
		{"\"abc", false, false},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++) {
		struct tomb_field none_match = {TOMB_STR("If-None-Match"), tomb_str_from(rows[i].list)};
		struct tomb_field match = {TOMB_STR("if-match"), tomb_str_from(rows[i].list)};
		struct tomb_request a = with(&none_match);
		struct tomb_request b = with(&match);

		if (tomb_etag_is_known(&a, tag) != rows[i].known || tomb_etag_is_meant(&b, tag) != rows[i].meant)
			fail_msg("%s", rows[i].list);
	}
}

static void without_the_header_nothing_is_known_and_anything_is_meant(void **state)
{
	struct tomb_field other = {TOMB_STR("Host"), TOMB_STR("registry")};
	struct tomb_request req = with(&other);

	(void)state;
	assert_false(tomb_etag_is_known(&req, tag));
	assert_true(tomb_etag_is_meant(&req, tag));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tag_is_the_beginning_of_a_digest_in_quotes),
		cmocka_unit_test(a_client_that_has_it_names_it),
		cmocka_unit_test(without_the_header_nothing_is_known_and_anything_is_meant),
	};
	return cmocka_run_group_tests_name("entity tags", tests, NULL, NULL);
}
