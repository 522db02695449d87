/* Inventory jobs of a vault that says anything: what is an inventory, and of what? */
#include "tombstone/store_inventory.h"
#include "vault_stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define JOB "HkF9p6o7yjhFx-K3CGl6fuSm6VzW9T7esGQfco8nUXVYwS0jlb5gq1JZ55yHgt5vP54ZShjoQzQVVh7vEXAMPLEjobID"
#define SAYS(code, message) "{\"code\":\"" code "\",\"message\":\"" message "\",\"type\":\"Client\"}"
#define STATUS(action, status, arn, more)                                                                              \
	"{\"Action\":\"" action "\",\"ArchiveId\":null,\"Completed\":true,\"JobId\":\"" JOB                            \
	"\",\"StatusCode\":\"" status "\",\"StatusMessage\":\"said\",\"VaultARN\":\"" arn "\"" more "}"
#define HASH "6b9d4cf8697bd3af6aa1b590a0b27b337da5b18988dbcc619a3e608a554a1e62"
#define CSV                                                                                                            \
	"ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n"                                              \
	"a,\"x\",2012-05-15T17:19:46.700Z,5," HASH "\nb,,2012-05-15T17:19:46.700Z,6," HASH "\n"
#define CSV_TREE_HASH "bc15b1e5583f6d7c4af83d651210767961aa3cfff7da6ac4daa7806027180086"
#define JSON(arn)                                                                                                      \
	"{\"VaultARN\":\"" arn "\",\"InventoryDate\":\"2026-01-02T03:04:05Z\",\"ArchiveList\":[{\"ArchiveId\":\"a\","  \
	"\"ArchiveDescription\":\"\",\"CreationDate\":\"2012-05-15T17:19:46.700Z\",\"Size\":5,\"SHA256TreeHash\":"     \
	"\"" HASH "\"}]}"

static const struct vault_said described = {.body = VAULT_DESCRIBED};

static void a_job_is_for_the_whole_inventory_and_knows_how_old_it_may_be(void **state)
{
	static const char *const lines[] = {"GET /-/vaults/old HTTP/1.1\r\n", "POST /-/vaults/old/jobs HTTP/1.1\r\n"};
	const struct vault_said said[] = {
		described, {.status = "202 Accepted", .headers = "x-amz-job-id: " JOB "\r\n", .body = ""}};
	struct tomb_store_job job;
	struct vault_stub v;

	(void)state;
	vault_stub_begin(&v, said, TOMB_COUNTOF(said));
	if (tomb_store_inventory_start(v.store, &v.arena, &job, &v.err) != TOMB_OK)
		fail_msg("%s", v.err.text);
	assert_true(tomb_str_eq(job.id, TOMB_STR(JOB)));
	assert_int_equal(job.as_of_us, INT64_C(1767323045006000));
	vault_stub_got(&v, lines, TOMB_COUNTOF(lines));
	assert_string_equal(canned_http_request(v.server, 1)->body.p,
		"{\"Type\":\"inventory-retrieval\",\"Format\":\"CSV\",\"Description\":\"tombstone storage "
		"inventory\"}");
	vault_stub_end(&v);
}

static void a_vault_that_never_had_an_inventory_says_so(void **state)
{
	const struct vault_said said[] = {{.body = "{\"VaultARN\":\"" VAULT_ARN "\",\"LastInventoryDate\":null}"},
		{.status = "202 Accepted", .headers = "x-amz-job-id: " JOB "\r\n"}};
	struct tomb_store_job job;
	struct vault_stub v;

	(void)state;
	vault_stub_begin(&v, said, TOMB_COUNTOF(said));
	assert_int_equal(tomb_store_inventory_start(v.store, &v.arena, &job, &v.err), TOMB_OK);
	assert_int_equal(job.as_of_us, 0);
	vault_stub_end(&v);
}

static void a_job_that_was_not_started_is_an_error(void **state)
{
	static const struct {
		struct vault_said said;
		enum tomb_code code;
		const char *says;
	} cases[] = {
		{{.status = "202 Accepted", .headers = ""}, TOMB_STORE, "does not answer like a vault"},
		{{.status = "202 Accepted", .headers = "x-amz-job-id: a/b\r\n"}, TOMB_STORE, "does not answer like a"},
		{{.status = "400 Bad Request", .body = SAYS("PolicyEnforcedException", "policy")}, TOMB_STORE,
			"backend old-vault: InitiateJob: HTTP 400 PolicyEnforcedException: policy; the account's data"},
		{{.manner = CANNED_CUT_READ}, TOMB_UNCERTAIN, "backend old-vault: POST"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		const struct vault_said said[] = {described, cases[i].said};
		struct tomb_store_job job;
		struct vault_stub v;
		enum tomb_code code = TOMB_OK;

		vault_stub_begin(&v, said, TOMB_COUNTOF(said));
		code = tomb_store_inventory_start(v.store, &v.arena, &job, &v.err);
		if (code != cases[i].code || !strstr(v.err.text, cases[i].says))
			fail_msg("case %zu: %s: %s", i, tomb_code_slug(code), v.err.text);
		vault_stub_end(&v);
	}
}

static void a_job_is_ready_only_for_a_whole_inventory_of_this_vault(void **state)
{
	static const struct {
		struct vault_said said;
		enum tomb_store_job_state state;
		const char *says;
	} cases[] = {
		{{.body = STATUS("InventoryRetrieval", "Succeeded", VAULT_ARN, "")}, TOMB_STORE_JOB_READY, "said"},
		{{.body = STATUS("InventoryRetrieval", "Succeeded", VAULT_ARN,
			  ",\"InventoryRetrievalParameters\":{\"Format\":\"CSV\",\"Limit\":null}")},
			TOMB_STORE_JOB_READY, "said"},
		{{.body = STATUS("InventoryRetrieval", "InProgress", VAULT_ARN, "")}, TOMB_STORE_JOB_WAITS, "said"},
		{{.body = STATUS("InventoryRetrieval", "Failed", VAULT_ARN, "")}, TOMB_STORE_JOB_LOST, "said"},
		{{.body = STATUS("InventoryRetrieval", "Odd", VAULT_ARN, "")}, TOMB_STORE_JOB_LOST, "said"},
		{{.body = STATUS("ArchiveRetrieval", "Succeeded", VAULT_ARN, "")}, TOMB_STORE_JOB_LOST,
			"not a job for"},
		{{.body = STATUS("InventoryRetrieval", "Succeeded", VAULT_ARN "er", "")}, TOMB_STORE_JOB_LOST,
			"not a job for"},
		{{.body = STATUS("InventoryRetrieval", "Succeeded", "arn:aws:glacier:us-east-1:1:vaults/veryold", "")},
			TOMB_STORE_JOB_LOST, "not a job for"},
		{{.body = STATUS("InventoryRetrieval", "Succeeded", VAULT_ARN,
			  ",\"InventoryRetrievalParameters\":{\"Limit\":\"100\"}")},
			TOMB_STORE_JOB_LOST, "not a job for"},
		{{.body = STATUS("InventoryRetrieval", "Succeeded", VAULT_ARN,
			  ",\"InventoryRetrievalParameters\":{\"EndDate\":\"2013-11-20T08:12:45Z\"}")},
			TOMB_STORE_JOB_LOST, "not a job for"},
		{{.status = "404 Not Found", .body = SAYS("ResourceNotFoundException", "The job ID was not found: x")},
			TOMB_STORE_JOB_LOST, "The job ID was not found"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_store_job_status status;
		struct vault_stub v;

		vault_stub_begin(&v, &cases[i].said, 1);
		if (tomb_store_inventory_status(v.store, TOMB_STR(JOB), &v.arena, &status, &v.err) != TOMB_OK)
			fail_msg("case %zu: %s", i, v.err.text);
		if (status.state != cases[i].state || !strstr(status.text.p, cases[i].says))
			fail_msg("case %zu: %d %s", i, (int)status.state, status.text.p);
		vault_stub_end(&v);
	}
}

static void a_job_whose_state_is_not_known_is_an_error(void **state)
{
	static const struct {
		struct vault_said said;
		enum tomb_code code;
	} cases[] = {
		{{.status = "404 Not Found", .body = "404"}, TOMB_STORE},
		{{.status = "404 Not Found", .body = SAYS("ResourceNotFoundException", "Vault not found for ARN: x")},
			TOMB_STORE},
		{{.status = "403 Forbidden", .body = SAYS("AccessDeniedException", "no")}, TOMB_STORE_DENIED},
		{{.body = "{}"}, TOMB_STORE},
		{{.manner = CANNED_CUT_READ}, TOMB_NET},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_store_job_status status;
		struct vault_stub v;

		vault_stub_begin(&v, &cases[i].said, 1);
		assert_int_equal(
			tomb_store_inventory_status(v.store, TOMB_STR(JOB), &v.arena, &status, &v.err), cases[i].code);
		vault_stub_end(&v);
	}
}

static enum tomb_code count(void *ctx, const struct tomb_store_held *held, struct tomb_err *err)
{
	int *n = ctx;

	(void)held;
	(void)err;
	++*n;
	return TOMB_OK;
}

static void an_inventory_is_read_to_its_end(void **state)
{
	static const char *const line = "GET /-/vaults/old/jobs/" JOB "/output HTTP/1.1\r\n";
	static const struct {
		struct vault_said said;
		struct tomb_store_inventory inventory;
	} cases[] = {
		{{.headers = "Content-Type: text/csv\r\n", .body = CSV}, {2, 11, 0, false}},
		{{.headers = "X-Amz-Sha256-Tree-Hash: " CSV_TREE_HASH "\r\n", .body = CSV}, {2, 11, 0, true}},
		{{.body = JSON(VAULT_ARN)}, {1, 5, INT64_C(1767323045000000), false}},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_store_inventory inventory;
		struct vault_stub v;
		int told = 0;

		vault_stub_begin(&v, &cases[i].said, 1);
		if (tomb_store_inventory_read(v.store, TOMB_STR(JOB), count, &told, &inventory, &v.err) != TOMB_OK)
			fail_msg("case %zu: %s", i, v.err.text);
		assert_int_equal(told, cases[i].inventory.archives);
		assert_memory_equal(&inventory, &cases[i].inventory, offsetof(struct tomb_store_inventory, is_hashed));
		assert_int_equal(inventory.is_hashed, cases[i].inventory.is_hashed);
		vault_stub_got(&v, &line, 1);
		vault_stub_end(&v);
	}
}

static void an_inventory_that_is_not_whole_or_not_of_this_vault_proves_nothing(void **state)
{
	static const struct {
		struct vault_said said;
		enum tomb_code code;
		const char *says;
	} cases[] = {
		{{.headers = "x-amz-sha256-tree-hash: " HASH "\r\n", .body = CSV}, TOMB_CORRUPT,
			"old-vault: the inventory's tree hash is " CSV_TREE_HASH},
		{{.headers = "x-amz-sha256-tree-hash: ?\r\n", .body = CSV}, TOMB_CORRUPT, "tree hash"},
		{{.body = ""}, TOMB_CORRUPT, "empty"},
		{{.body = CSV "x"}, TOMB_CORRUPT, "line 4 of the inventory"},
		{{.body = JSON("arn:aws:glacier:us-east-1:1:vaults/other")}, TOMB_CORRUPT,
			"the inventory of arn:aws:glacier:us-east-1:1:vaults/other"},
		{{.body = CSV, .manner = CANNED_ANSWER_AND_CUT}, TOMB_CORRUPT, "broke off"},
		{{.status = "404 Not Found", .body = SAYS("ResourceNotFoundException", "The job ID was not found")},
			TOMB_NOTFOUND, "GetJobOutput: HTTP 404"},
		{{.status = "206 Partial Content", .body = CSV}, TOMB_STORE, "HTTP 206"},
		{{.manner = CANNED_CUT_READ}, TOMB_NET, "old-vault: GET"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_store_inventory inventory;
		struct vault_stub v;
		enum tomb_code code = TOMB_OK;
		int told = 0;

		vault_stub_begin(&v, &cases[i].said, 1);
		code = tomb_store_inventory_read(v.store, TOMB_STR(JOB), count, &told, &inventory, &v.err);
		if (code != cases[i].code || !strstr(v.err.text, cases[i].says))
			fail_msg("case %zu: %s: %s", i, tomb_code_slug(code), v.err.text);
		vault_stub_end(&v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_for_the_whole_inventory_and_knows_how_old_it_may_be),
		cmocka_unit_test(a_vault_that_never_had_an_inventory_says_so),
		cmocka_unit_test(a_job_that_was_not_started_is_an_error),
		cmocka_unit_test(a_job_is_ready_only_for_a_whole_inventory_of_this_vault),
		cmocka_unit_test(a_job_whose_state_is_not_known_is_an_error),
		cmocka_unit_test(an_inventory_is_read_to_its_end),
		cmocka_unit_test(an_inventory_that_is_not_whole_or_not_of_this_vault_proves_nothing),
	};

	return cmocka_run_group_tests_name("glacier_inventory", tests, NULL, NULL);
}
