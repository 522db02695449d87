/* Answers of S3 servers: whatever comes in, every string that comes out is whole and lies in the arena. */
#include "../../storage/s3/answer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_str(struct tomb_str s)
{
	check(s.p && s.p[s.n] == '\0' && strlen(s.p) == s.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tomb_str body = {(const char *)data, size};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_err err = {.text = ""};
	struct s3_error error;
	struct s3_entry *entries = NULL;
	enum tomb_versioning versioning = TOMB_VERSIONING_NEVER;
	struct s3_lock_rule rule = {.enabled = false};
	struct s3_version_page page = {.n = 0};
	struct s3_compliance compliance = {.held = false};
	size_t n = 0;

	if (s3_answer_error(body, &arena, &error, &err) == TOMB_OK) {
		check_str(error.code);
		check_str(error.message);
		check_str(error.request_id);
	}
	if (s3_answer_delete(body, &arena, &entries, &n, &err) == TOMB_OK)
		for (size_t i = 0; i < n; i++) {
			check_str(entries[i].key);
			check_str(entries[i].version_id);
			check_str(entries[i].code);
			check_str(entries[i].message);
			check(entries[i].key.n <= size);
		}
	if (s3_answer_versioning(body, &versioning, &err) != TOMB_OK)
		check(versioning == TOMB_VERSIONING_NEVER && err.text[0] != '\0');
	if (s3_answer_lock_rule(body, &rule, &err) != TOMB_OK)
		check(!rule.enabled && !rule.locks_all);
	if (s3_answer_compliance(body, "ObjectComplianceConfiguration", &compliance, &err) != TOMB_OK)
		check(!compliance.held && compliance.until_us == 0);
	if (s3_answer_versions(body, &arena, &page, &err) == TOMB_OK)
		for (size_t i = 0; i < page.n; i++) {
			check_str(page.entries[i].key);
			check_str(page.entries[i].version.version_id);
			check_str(page.entries[i].version.etag);
			check_str(page.entries[i].version.storage_class);
			check(page.entries[i].key.n > 0 && page.entries[i].version.size_bytes >= 0);
		}
	return 0;
}
