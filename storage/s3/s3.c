#include "s3/s3.h"

#include "result.h"
#include "tombstone/percent.h"

#include <stdio.h>

enum { ANSWER_ARENA_MAX = 1 << 20 }; /* bytes of what a request without keys in its answer takes */

/* A key that nobody has: absent, if we are allowed to see that it is. */
static const struct tomb_str nobodys_key = {"tombstone-probe/this-key-is-never-written", 41};

/* Is the bucket there, are the keys good, has it versions? */
static enum tomb_code ask_versioning(
	struct s3 *s3, struct tomb_arena *arena, enum tomb_versioning *out, struct tomb_err *err)
{
	struct sigv4_field query = {TOMB_STR("versioning"), TOMB_STR("")};
	struct s3_request r = {.method = "GET", .query = &query, .nquery = 1};
	struct tomb_http_answer a;
	struct s3_failure failure;

	TOMB_TRY(s3_send(s3, &r, arena, &a, err));
	if (a.status == 200)
		return s3_answer_versioning(a.body, out, err);
	s3_failure_read(&a, arena, &failure);
	return s3_failure_set(&failure, "asking for versioning", err);
}

/* What only some buckets have: locks need versions, and compliance mode is Wasabi's. */
static enum tomb_code ask_locks(struct s3 *s3, struct tomb_arena *arena, struct tomb_probe *probe, struct tomb_err *err)
{
	struct s3_lock lock = {.denied = false};

	if (probe->versioning != TOMB_VERSIONING_NEVER)
		TOMB_TRY(s3_lock_ask(s3, arena, &lock, err));
	if (s3_is_wasabi(s3))
		TOMB_TRY(s3_compliance_probe(s3, arena, &probe->compliance, err));
	probe->object_lock = lock.rule.enabled || lock.denied; /* who may not ask has to reckon with locks */
	return TOMB_OK;
}

static enum tomb_code probe(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ANSWER_ARENA_MAX);
	struct s3 *s3 = s3_of(store);
	struct tomb_probe probe = {.can_look = true};
	struct tomb_stat st;
	enum tomb_code code = ask_versioning(s3, &arena, &probe.versioning, err);

	if (code == TOMB_CORRUPT)
		return TOMB_FAIL(err, TOMB_STORE, "backend %s: does not answer like S3", store->name.p);
	if (code == TOMB_OK)
		code = ask_locks(s3, &arena, &probe, err);
	if (code != TOMB_OK)
		return store_error_in(store, err);
	/* Without the right to list, an absent key is 403 and no deletion could be verified. */
	code = s3_head(s3, nobodys_key, TOMB_STR(""), &arena, &st, err);
	if (code == TOMB_STORE_DENIED)
		return TOMB_FAIL(
			err, code, "backend %s: absent keys cannot be seen: s3:ListBucket is needed", store->name.p);
	if (code != TOMB_OK)
		return store_error_in(store, err);
	probe.clock_offset_us = s3->aws.clock_offset_us;
	*out = probe;
	return TOMB_OK;
}

static enum tomb_code stat_key(struct tomb_store *store, struct tomb_str key, struct tomb_str version_id,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err)
{
	struct tomb_stat found;
	enum tomb_code code = s3_head(s3_of(store), key, version_id, arena, &found, err);

	if (code == TOMB_OK && found.present && store->probe.compliance)
		code = s3_compliance_stat(s3_of(store), key, arena, &found, err);
	if (code == TOMB_OK) {
		*out = found;
		return TOMB_OK;
	}
	return store_error_in(store, err);
}

static enum tomb_code versions(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_version **out, size_t *n, struct tomb_err *err)
{
	struct s3_versions found;

	if (s3_versions_list(s3_of(store), key, arena, &found, err) == TOMB_OK) {
		*out = found.list;
		*n = found.n;
		return TOMB_OK;
	}
	return store_error_in(store, err);
}

static enum tomb_code put_url(struct tomb_str key, struct tomb_buf *url, struct tomb_err *err)
{
	(void)err;
	tomb_percent_encode_path(url, key);
	return TOMB_OK;
}

static void close_s3(struct tomb_store *store)
{
	aws_client_close(&s3_of(store)->aws);
}

static const struct store_kind s3_kind = {
	.keys_are_utf8 = true,
	.close = close_s3,
	.probe = probe,
	.stat = stat_key,
	.versions = versions,
	.put = s3_put,
	.delete_one = s3_delete_one,
	.delete_many = s3_delete_many,
	.stat_many = s3_stat_many,
	.versions_many = s3_versions_many,
	.verify_many = s3_verify_many,
	.examine = s3_examine,
	.put_url = put_url,
	.key_of_url = tomb_percent_decode,
};

static const struct aws_service service = {
	.name = {"s3", 2},
	.path_rule = SIGV4_PATH_S3,
	.judge = s3_failure_judge,
};

enum tomb_code s3_open(const struct backend *backend, struct aws_providers *providers, struct tomb_arena *arena,
	struct tomb_store **out, struct tomb_err *err)
{
	struct s3 *s3 = TOMB_NEW(arena, struct s3, 1);
	enum tomb_code code = TOMB_OK;

	if (!s3)
		return TOMB_FAIL(err, TOMB_NOMEM, "an S3 store");
	s3->store.kind = &s3_kind;
	s3->backend = backend;
	code = aws_client_open(&s3->aws, backend, providers, &s3->store.traffic, &service, err);
	if (code != TOMB_OK)
		close_s3(&s3->store);
	else
		*out = &s3->store;
	return code;
}
