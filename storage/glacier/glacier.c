#include "glacier/glacier.h"

#include "result.h"
#include "tombstone/percent.h"

#include <stdio.h>

enum { DELETES_AT_ONCE = 20 }; /* at up to a second each, well within half a lease */

enum tomb_code glacier_error(const struct tomb_store *store, enum tomb_code code, struct tomb_err *err)
{
	if (code == TOMB_CORRUPT)
		return TOMB_FAIL(err, TOMB_STORE, "backend %s: does not answer like a vault", store->name.p);
	return store_error_in(store, err);
}

enum tomb_code glacier_vault(
	struct glacier *g, struct tomb_arena *arena, struct glacier_vault *out, struct tomb_err *err)
{
	struct glacier_request r = {.method = "GET", .folder = "", .subject = ""};
	struct tomb_http_answer a;
	struct glacier_failure failure;

	TOMB_TRY(glacier_send(g, &r, arena, &a, err));
	if (a.status == 200)
		return glacier_answer_vault(a.body, arena, out, err);
	glacier_failure_read(&a, arena, &failure);
	return glacier_failure_set(&failure, "DescribeVault", err);
}

static enum tomb_code probe(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(GLACIER_ANSWER_ARENA_MAX);
	struct glacier_vault vault;
	enum tomb_code code = glacier_vault(glacier_of(store), &arena, &vault, err);

	if (code != TOMB_OK)
		return glacier_error(store, code, err);
	*out = (struct tomb_probe){.versioning = TOMB_VERSIONING_NEVER, .object_lock = false, .can_look = false};
	return TOMB_OK;
}

static enum tomb_code cannot_look(const struct tomb_store *store, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_UNSUPPORTED,
		"backend %s: a vault cannot be asked for one archive: only its inventory, about daily, names them",
		store->name.p);
}

static enum tomb_code stat_key(struct tomb_store *store, struct tomb_str key, struct tomb_str version_id,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err)
{
	(void)key;
	(void)version_id;
	(void)arena;
	(void)out;
	return cannot_look(store, err);
}

static enum tomb_code versions(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	/* NOLINTNEXTLINE(readability-non-const-parameter): every kind's prototype */
	struct tomb_version **out, size_t *n, struct tomb_err *err)
{
	(void)key;
	(void)arena;
	(void)out;
	(void)n;
	return cannot_look(store, err);
}

static enum tomb_code put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err)
{
	(void)put;
	(void)arena;
	(void)out;
	return TOMB_FAIL(err, TOMB_UNSUPPORTED,
		"backend %s: a vault names its archives itself, and AWS advises buckets with a Glacier storage class "
		"for new ones (kind = s3): nothing is stored here",
		store->name.p);
}

static void delete_one(struct tomb_store *store, const struct tomb_target *target, struct tomb_arena *arena,
	struct tomb_result *result)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(GLACIER_ANSWER_ARENA_MAX);
	struct glacier_request r = {.method = "DELETE", .folder = "/archives/", .id = target->key, .subject = ""};
	struct tomb_http_answer a;
	struct glacier_failure failure;
	struct tomb_err err;

	if (glacier_send(glacier_of(store), &r, &scratch, &a, &err) != TOMB_OK) {
		aws_unanswered(&glacier_of(store)->aws, &err, arena, result);
		return;
	}
	if (a.status == 204) { /* also for an archive that was gone already */
		result_set(result, arena, TOMB_OUTCOME_GONE, "%s", "");
		result->request_id = result_keep(arena, glacier_failure_request_id(&a));
		return;
	}
	glacier_failure_read(&a, &scratch, &failure);
	if (a.status < 300) /* a success that is none */
		failure.outcome = TOMB_OUTCOME_UNCERTAIN;
	glacier_failure_result(&failure, arena, result);
}

/* The API has no request for more than one: if that takes too long, the rest is for another call. */
static void delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n, struct tomb_arena *arena,
	struct tomb_result *results)
{
	struct traffic_run run = {.start_us = 0};
	struct tomb_err err;
	bool throttled = false;

	traffic_start(&store->traffic, &run);
	for (size_t i = 0; i < n; i++)
		if (!throttled && !traffic_is_late(&store->traffic, &run)) {
			delete_one(store, &targets[i], arena, &results[i]);
			throttled = results[i].outcome == TOMB_OUTCOME_THROTTLED;
		} else {
			(void)TOMB_FAIL(&err, TOMB_STORE_THROTTLED,
				"backend %s: left for later; the request was not sent", store->name.p);
			aws_unanswered(&glacier_of(store)->aws, &err, arena, &results[i]);
		}
}

static void verify_absent(
	struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena, struct tomb_verdict *out)
{
	(void)store;
	(void)key;
	verdict_set(out, arena, TOMB_ABSENCE_PENDING, "only an inventory of the vault, about daily, can show it");
}

static enum tomb_code put_url(struct tomb_str key, struct tomb_buf *url, struct tomb_err *err)
{
	if (!glacier_is_id(key))
		return TOMB_FAIL(err, TOMB_INVAL, "%.*s is not an archive's id", TOMB_STR_ARG(key));
	tomb_buf_put(url, key);
	return TOMB_OK;
}

static void close_glacier(struct tomb_store *store)
{
	aws_client_close(&glacier_of(store)->aws);
}

static const struct inventory_kind glacier_inventory = {
	.start = glacier_inventory_start,
	.status = glacier_inventory_status,
	.read = glacier_inventory_read,
};

static const struct store_kind glacier_kind = {
	.close = close_glacier,
	.probe = probe,
	.stat = stat_key,
	.versions = versions,
	.put = put,
	.delete_one = delete_one,
	.delete_max = DELETES_AT_ONCE,
	.delete_many = delete_many,
	.verify_absent = verify_absent,
	.inventory = &glacier_inventory,
	.put_url = put_url,
	.key_of_url = tomb_percent_decode,
};

static const struct aws_service glacier_service = {{"glacier", 7}, SIGV4_PATH_NORMAL, glacier_failure_judge};

enum tomb_code glacier_open(const struct backend *backend, struct aws_providers *providers, struct tomb_arena *arena,
	struct tomb_store **out, struct tomb_err *err)
{
	struct glacier *g = TOMB_NEW(arena, struct glacier, 1);
	enum tomb_code code = TOMB_OK;

	if (!g)
		return TOMB_FAIL(err, TOMB_NOMEM, "a Glacier vault");
	g->store.kind = &glacier_kind;
	g->backend = backend;
	code = aws_client_open(&g->aws, backend, providers, &g->store.traffic, &glacier_service, err);
	if (code != TOMB_OK)
		close_glacier(&g->store);
	else
		*out = &g->store;
	return code;
}
