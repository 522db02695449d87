/* A Glacier vault that says anything, or nothing: what is believed of each archive afterwards? */
#include "batch.h"
#include "vault_stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ARCHIVE                                                                                                        \
	"NkbByEejwEggmBz2fTHgJrg0XBoDfjP4q6iu87-TjhqG6eGoOY9Z8i1_AUyUsuhPAdTqLHy8pTl5nfCFJmDl2yEZONi5L26Omw12vcs"
#define SAYS(code, message) "{\"code\":\"" code "\",\"message\":\"" message "\",\"type\":\"Client\"}"

static const struct vault_said described = {.body = VAULT_DESCRIBED};

static struct tomb_result delete_archive(struct vault_stub *v, const char *id)
{
	struct tomb_target target = {.key = tomb_str_from(id)};
	struct tomb_result result;

	if (tomb_store_delete_one(v->store, &target, &v->arena, &result, &v->err) != TOMB_OK)
		fail_msg("%s", v->err.text);
	return result;
}

static void a_delete_names_account_vault_and_archive(void **state)
{
	static const char *const lines[] = {
		"GET /-/vaults/old HTTP/1.1\r\n", "DELETE /-/vaults/old/archives/" ARCHIVE " HTTP/1.1\r\n"};
	const struct vault_said said[] = {described, {.status = "204 No Content"}};
	struct tomb_result result;
	struct vault_stub v;

	(void)state;
	vault_stub_begin(&v, said, TOMB_COUNTOF(said));
	result = delete_archive(&v, ARCHIVE);
	assert_int_equal(result.outcome, TOMB_OUTCOME_GONE);
	assert_true(tomb_str_eq(result.request_id, TOMB_STR("req-1")));
	vault_stub_got(&v, lines, TOMB_COUNTOF(lines));
	vault_stub_end(&v);
}

static void an_answer_is_judged_by_code_then_status(void **state)
{
	static const struct {
		struct vault_said said;
		enum tomb_outcome outcome;
		const char *code;
		const char *says;
	} cases[] = {
		{{.status = "403 Forbidden",
			 .body = SAYS("AccessDeniedException",
				 "User: arn:aws:iam::1:user/x is not authorized to perform: glacier:DeleteArchive on "
				 "resource: v with an explicit deny")},
			TOMB_OUTCOME_DENIED, "AccessDeniedException", "an access policy or the vault lock says no"},
		{{.status = "403 Forbidden",
			 .body = SAYS("AccessDeniedException", "denied by glacier:ArchiveAgeInDays 365")},
			TOMB_OUTCOME_LOCKED, "AccessDeniedException", "the vault keeps archives to an age"},
		{{.status = "403 Forbidden", .body = SAYS("ArchiveAgeException", "denied by the archive age")},
			TOMB_OUTCOME_DENIED, "ArchiveAgeException", "HTTP 403"},
		{{.status = "404 Not Found", .body = SAYS("ResourceNotFoundException", "Vault not found for ARN: x")},
			TOMB_OUTCOME_DENIED, "ResourceNotFoundException", "check account_id, region and vault"},
		{{.status = "404 Not Found", .body = SAYS("ResourceNotFoundException", "The archive ID was not found")},
			TOMB_OUTCOME_FAILED, "ResourceNotFoundException", "was not found"},
		{{.status = "400 Bad Request", .body = SAYS("NoLongerSupportedException", "No longer supported")},
			TOMB_OUTCOME_DENIED, "NoLongerSupportedException", "no new customers"},
		{{.status = "400 Bad Request", .body = SAYS("ThrottlingException", "Rate exceeded")},
			TOMB_OUTCOME_THROTTLED, "ThrottlingException", "Rate exceeded"},
		{{.status = "500 Oh", .body = SAYS("ServiceUnavailableException", "")}, TOMB_OUTCOME_TRANSIENT,
			"ServiceUnavailableException", "HTTP 500"},
		{{.status = "400 Bad Request", .body = SAYS("InvalidParameterValueException", "bad id")},
			TOMB_OUTCOME_FAILED, "InvalidParameterValueException", "bad id"},
		{{.status = "400 Bad Request", .body = SAYS("SomethingNewException", "?")}, TOMB_OUTCOME_FAILED,
			"SomethingNewException", "HTTP 400"},
		/* not a vault's words */
		{{.status = "404 Not Found", .body = "404 Not Found"}, TOMB_OUTCOME_UNCERTAIN, "",
			"not how a vault answers"},
		{{.status = "200 OK", .body = "{}"}, TOMB_OUTCOME_UNCERTAIN, "", "not how a vault answers"},
		{{.status = "202 Accepted", .body = SAYS("X", "y")}, TOMB_OUTCOME_UNCERTAIN, "X", "HTTP 202"},
		{{.status = "301 Moved", .headers = "Location: http://127.0.0.1:1/\r\n"}, TOMB_OUTCOME_DENIED, "",
			"wrong region"},
		{{.status = "502 Bad Gateway", .body = "<html>"}, TOMB_OUTCOME_UNCERTAIN, "", "HTTP 502"},
		/* no answer */
		{{.manner = CANNED_CUT_READ}, TOMB_OUTCOME_UNCERTAIN, "", "DELETE"},
		{{.manner = CANNED_SILENCE}, TOMB_OUTCOME_UNCERTAIN, "", "DELETE"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		const struct vault_said said[] = {described, cases[i].said};
		struct tomb_result result;
		struct vault_stub v;

		vault_stub_begin(&v, said, TOMB_COUNTOF(said));
		result = delete_archive(&v, ARCHIVE);
		if (result.outcome != cases[i].outcome || !strstr(result.text.p, cases[i].says) ||
			!tomb_str_eq(result.code, tomb_str_from(cases[i].code)))
			fail_msg("case %zu: %s %s %s", i, tomb_outcome_slug(result.outcome), result.code.p,
				result.text.p);
		vault_stub_end(&v);
	}
}

static void the_probe_says_why_a_vault_is_not_to_be_had(void **state)
{
	static const struct {
		struct vault_said said;
		enum tomb_code code;
		const char *says;
	} cases[] = {
		{{.status = "404 Not Found", .body = SAYS("ResourceNotFoundException", "Vault not found for ARN: x")},
			TOMB_STORE, "backend old-vault: DescribeVault: HTTP 404"},
		{{.status = "403 Forbidden", .body = SAYS("InvalidSignatureException", "no")}, TOMB_STORE_DENIED,
			"check the secret key, and this machine's clock"},
		{{.status = "400 Bad Request", .body = SAYS("NoLongerSupportedException", "x")}, TOMB_STORE_DENIED,
			"15 December 2025"},
		{{.status = "400 Bad Request", .body = SAYS("ThrottlingException", "slow")}, TOMB_STORE_THROTTLED,
			"slow"},
		{{.body = "{}"}, TOMB_STORE, "does not answer like a vault"},
		{{.body = "[]"}, TOMB_STORE, "does not answer like a vault"},
		{{.body = "<html>"}, TOMB_STORE, "does not answer like a vault"},
		{{.body = "{\"VaultARN\":\"a\",\"LastInventoryDate\":\"yesterday\"}"}, TOMB_STORE,
			"does not answer like a vault"},
		{{.manner = CANNED_CUT_READ}, TOMB_NET, "backend old-vault"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_probe probe;
		struct vault_stub v;
		enum tomb_code code = TOMB_OK;

		vault_stub_begin(&v, &cases[i].said, 1);
		code = tomb_store_probe(v.store, &probe, &v.err);
		if (code != cases[i].code || !strstr(v.err.text, cases[i].says))
			fail_msg("case %zu: %s: %s", i, tomb_code_slug(code), v.err.text);
		vault_stub_end(&v);
	}
}

static void a_vault_cannot_be_looked_into_and_says_so(void **state)
{
	struct tomb_str key = TOMB_STR(ARCHIVE);
	struct tomb_version *list = NULL;
	struct tomb_verdict verdict;
	struct tomb_probe probe;
	struct tomb_stat stat;
	struct vault_stub v;
	size_t n = 0;

	(void)state;
	vault_stub_begin(&v, &described, 1);
	assert_int_equal(tomb_store_probe(v.store, &probe, &v.err), TOMB_OK);
	assert_false(probe.can_look);
	assert_int_equal(probe.versioning, TOMB_VERSIONING_NEVER);
	assert_int_equal(tomb_store_stat(v.store, key, &v.arena, &stat, &v.err), TOMB_UNSUPPORTED);
	assert_int_equal(tomb_store_versions(v.store, key, &v.arena, &list, &n, &v.err), TOMB_UNSUPPORTED);
	assert_non_null(strstr(v.err.text, "only its inventory"));
	assert_int_equal(tomb_store_verify_absent(v.store, key, &v.arena, &verdict, &v.err), TOMB_OK);
	assert_int_equal(verdict.absence, TOMB_ABSENCE_PENDING);
	assert_string_equal(tomb_absence_slug(verdict.absence), "pending");
	canned_http_stop(v.server);
	assert_int_equal(canned_http_requests(v.server), 1); /* nobody pretended to look */
	vault_stub_end(&v);
}

static enum tomb_code read_nothing(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	(void)arg;
	(void)buf;
	(void)cap;
	(void)err;
	*n = 0;
	return TOMB_OK;
}

static void nothing_is_stored_in_a_vault(void **state)
{
	const struct tomb_put put = {.key = TOMB_STR("a"), .read = read_nothing};
	struct tomb_placed placed;
	struct vault_stub v;

	(void)state;
	vault_stub_begin(&v, &described, 1);
	assert_int_equal(tomb_store_put(v.store, &put, &v.arena, &placed, &v.err), TOMB_UNSUPPORTED);
	assert_non_null(strstr(v.err.text, "names its archives itself"));
	canned_http_stop(v.server);
	assert_int_equal(canned_http_requests(v.server), 0);
	vault_stub_end(&v);
}

static void an_id_that_is_none_is_never_sent(void **state)
{
	static const char *const ids[] = {"..", "a/b", "a%2Fb", "a b", "a?x", "\xc3\xa9", "."};
	struct tomb_str url;
	struct vault_stub v;

	(void)state;
	vault_stub_begin(&v, &described, 1);
	for (size_t i = 0; i < TOMB_COUNTOF(ids); i++) {
		assert_int_equal(delete_archive(&v, ids[i]).outcome, TOMB_OUTCOME_FAILED);
		assert_int_equal(tomb_store_url(v.store, tomb_str_from(ids[i]), &v.arena, &url, &v.err), TOMB_INVAL);
	}
	canned_http_stop(v.server);
	assert_int_equal(canned_http_requests(v.server), 1);
	vault_stub_end(&v);
}

static void an_archive_has_one_url(void **state)
{
	struct tomb_store *store = NULL;
	struct tomb_str url;
	struct tomb_str key;
	struct vault_stub v;
	char want[256];

	(void)state;
	vault_stub_begin(&v, &described, 1);
	(void)snprintf(
		want, sizeof want, "http://127.0.0.1:%d/-/vaults/old/archives/" ARCHIVE, canned_http_port(v.server));
	assert_int_equal(tomb_store_url(v.store, TOMB_STR(ARCHIVE), &v.arena, &url, &v.err), TOMB_OK);
	assert_string_equal(url.p, want);
	assert_int_equal(tomb_stores_route(v.stores, url, &v.arena, &store, &key, &v.err), TOMB_OK);
	assert_ptr_equal(store, v.store);
	assert_true(tomb_str_eq(key, TOMB_STR(ARCHIVE)));
	(void)snprintf(
		want, sizeof want, "http://127.0.0.1:%d/-/vaults/old/archives/a%%62", canned_http_port(v.server));
	assert_int_equal(
		tomb_stores_route(v.stores, tomb_str_from(want), &v.arena, &store, &key, &v.err), TOMB_NOTFOUND);
	vault_stub_end(&v);
}

static void many_archives_are_many_requests(void **state)
{
	static const char *const lines[] = {"GET /-/vaults/old HTTP/1.1\r\n",
		"DELETE /-/vaults/old/archives/a HTTP/1.1\r\n", "DELETE /-/vaults/old/archives/b HTTP/1.1\r\n"};
	const struct vault_said said[] = {described, {.status = "204 No Content"},
		{.status = "400 Bad Request", .body = SAYS("InvalidParameterValueException", "no")}};
	struct tomb_target targets[] = {{.key = TOMB_STR("a")}, {.key = TOMB_STR("b")}};
	struct tomb_result results[2];
	struct vault_stub v;

	(void)state;
	vault_stub_begin(&v, said, TOMB_COUNTOF(said));
	assert_int_equal(tomb_store_delete_many(v.store, targets, 2, &v.arena, results, &v.err), TOMB_OK);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(results[1].outcome, TOMB_OUTCOME_FAILED);
	vault_stub_got(&v, lines, TOMB_COUNTOF(lines));
	vault_stub_end(&v);
}

static enum tomb_code count_questions(void *ctx, struct tomb_err *err)
{
	int *n = ctx;

	(void)err;
	++*n;
	return TOMB_OK;
}

#define THROTTLED                                                                                                      \
	{                                                                                                              \
		.status = "400 Bad Request", .body = SAYS("ThrottlingException", "m")                                  \
	}

static bool wait_no_time(void *ctx, int64_t ms)
{
	(void)ctx;
	return ms > 0;
}

static void a_vault_that_throttles_is_not_asked_for_the_rest(void **state)
{
	static const struct vault_said said[] = {
		{.body = VAULT_DESCRIBED}, {.status = "204 No Content"}, THROTTLED, THROTTLED, THROTTLED};
	static const char *const lines[] = {"GET ", "DELETE ", "DELETE ", "DELETE ", "DELETE "};
	struct tomb_target targets[3];
	struct tomb_result results[3];
	struct vault_stub v;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		targets[i] = (struct tomb_target){
			.key = {&"abc"[i], 1}, .version_id = TOMB_STR(""), .etag = TOMB_STR("")};
	vault_stub_begin(&v, said, TOMB_COUNTOF(said));
	tomb_stores_set_waiting(v.stores,
		&(struct tomb_waiting){.clock = tomb_clock_real(), .wait = wait_no_time, .longest_ms = 60000});
	assert_int_equal(tomb_store_delete_many(v.store, targets, 3, &v.arena, results, &v.err), TOMB_OK);
	assert_int_equal(results[0].outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(results[1].outcome, TOMB_OUTCOME_THROTTLED);
	assert_string_equal(results[1].code.p, "ThrottlingException");
	assert_int_equal(results[2].outcome, TOMB_OUTCOME_THROTTLED);
	assert_string_equal(results[2].code.p, ""); /* it was not sent */
	vault_stub_got(&v, lines, TOMB_COUNTOF(lines));
	vault_stub_end(&v);
}

static void a_lane_is_asked_again_while_it_deletes_one_by_one(void **state)
{
	enum { COPIES = 41 };
	struct vault_said said[COPIES + 1] = {described};
	struct tomb_batch_file file = {.is_out = false};
	struct tomb_claim_copy claimed[COPIES];
	struct tomb_batch_copy list[COPIES];
	struct tomb_batch b = {.copies = list, .ncopies = COPIES, .files = &file, .nfiles = 1};
	char ids[COPIES][8];
	struct vault_stub v;
	int questions = 0;

	(void)state;
	for (size_t i = 0; i < COPIES; i++) {
		said[i + 1] = (struct vault_said){.status = "204 No Content"};
		(void)snprintf(ids[i], sizeof ids[i], "id-%zu", i);
		claimed[i] = (struct tomb_claim_copy){.backend = TOMB_STR("old-vault")};
		list[i] = (struct tomb_batch_copy){.claimed = &claimed[i],
			.file = &file,
			.key = tomb_str_from(ids[i]),
			.version_id = TOMB_STR(""),
			.etag = TOMB_STR(""),
			.detail = TOMB_STR("")};
	}
	vault_stub_begin(&v, said, TOMB_COUNTOF(said));
	b.arena = &v.arena;
	b.stores = v.stores;
	for (size_t i = 0; i < COPIES; i++)
		list[i].store = v.store;
	if (tomb_reap(&b, count_questions, &questions, &v.err) != TOMB_OK)
		fail_msg("%s", v.err.text);
	for (size_t i = 0; i < COPIES; i++)
		assert_true(list[i].was_tried && !list[i].is_settled);
	assert_in_range(questions, 3, COPIES);
	vault_stub_end(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delete_names_account_vault_and_archive),
		cmocka_unit_test(an_answer_is_judged_by_code_then_status),
		cmocka_unit_test(the_probe_says_why_a_vault_is_not_to_be_had),
		cmocka_unit_test(a_vault_cannot_be_looked_into_and_says_so),
		cmocka_unit_test(nothing_is_stored_in_a_vault),
		cmocka_unit_test(an_id_that_is_none_is_never_sent),
		cmocka_unit_test(an_archive_has_one_url),
		cmocka_unit_test(many_archives_are_many_requests),
		cmocka_unit_test(a_vault_that_throttles_is_not_asked_for_the_rest),
		cmocka_unit_test(a_lane_is_asked_again_while_it_deletes_one_by_one),
	};

	return cmocka_run_group_tests_name("glacier", tests, NULL, NULL);
}
