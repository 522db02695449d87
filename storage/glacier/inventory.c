/* Inventories of a vault: a job is started, waited for, and its output read. */
#include "glacier/inventory_text.h"

#include "glacier/glacier.h"
#include "glacier/tree_hash.h"
#include "result.h"
#include "tombstone/hex.h"

static const char start_body[] =
	"{\"Type\":\"inventory-retrieval\",\"Format\":\"CSV\",\"Description\":\"tombstone storage inventory\"}";

static enum tomb_code initiate(
	struct glacier *g, struct tomb_arena *arena, struct tomb_str *job_id, struct tomb_err *err)
{
	struct glacier_request r = {
		.method = "POST", .folder = "/jobs", .subject = "", .body = tomb_str_from(start_body)};
	struct tomb_http_answer a;
	struct glacier_failure failure;
	struct tomb_str id = {NULL, 0};

	TOMB_TRY(glacier_send(g, &r, arena, &a, err));
	if (a.status >= 300) {
		glacier_failure_read(&a, arena, &failure);
		return glacier_failure_set(&failure, "InitiateJob", err);
	}
	id = tomb_http_header(&a, "x-amz-job-id");
	if (!glacier_is_id(id))
		return TOMB_FAIL(err, TOMB_CORRUPT, "InitiateJob: an answer without a job");
	*job_id = id;
	return TOMB_OK;
}

/* The vault's last inventory is asked for before the job: what the job gives is that one, or a later one. */
enum tomb_code glacier_inventory_start(
	struct tomb_store *store, struct tomb_arena *arena, struct tomb_store_job *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init((size_t)2 * GLACIER_ANSWER_ARENA_MAX);
	struct glacier *g = glacier_of(store);
	struct glacier_vault vault;
	struct tomb_str job_id = {NULL, 0};
	enum tomb_code code = glacier_vault(g, &scratch, &vault, err);

	if (code == TOMB_OK)
		code = initiate(g, &scratch, &job_id, err);
	if (code != TOMB_OK)
		return glacier_error(store, code, err);
	job_id = tomb_arena_str(arena, job_id);
	if (!job_id.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a job");
	*out = (struct tomb_store_job){job_id, vault.inventory_us};
	return TOMB_OK;
}

/* "arn:...:vaults/NAME" */
static bool is_of_vault(const struct glacier *g, struct tomb_str arn)
{
	static const char vaults[] = ":vaults/";
	size_t n = sizeof vaults - 1;
	struct tomb_str name = g->backend->vault;

	return arn.n >= n + name.n && memcmp(arn.p + arn.n - name.n, name.p, name.n) == 0 &&
	       memcmp(arn.p + arn.n - name.n - n, vaults, n) == 0;
}

static void set_status(struct tomb_store_job_status *out, const struct glacier *g, const struct glacier_job *job,
	struct tomb_arena *arena)
{
	out->text = result_keep(arena, job->message);
	out->state = TOMB_STORE_JOB_LOST;
	if (!job->is_whole_inventory || !is_of_vault(g, job->arn))
		out->text = TOMB_STR("it is not a job for the whole inventory of this vault");
	else if (tomb_str_eq(job->status, TOMB_STR("Succeeded")))
		out->state = TOMB_STORE_JOB_READY;
	else if (tomb_str_eq(job->status, TOMB_STR("InProgress")))
		out->state = TOMB_STORE_JOB_WAITS;
}

enum tomb_code glacier_inventory_status(struct tomb_store *store, struct tomb_str job_id, struct tomb_arena *arena,
	struct tomb_store_job_status *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(GLACIER_ANSWER_ARENA_MAX);
	struct glacier *g = glacier_of(store);
	struct glacier_request r = {.method = "GET", .folder = "/jobs/", .id = job_id, .subject = ""};
	struct tomb_http_answer a;
	struct glacier_failure failure;
	struct glacier_job job = {.arn = TOMB_STR(""), .status = TOMB_STR(""), .message = TOMB_STR("")};
	enum tomb_code code = glacier_send(g, &r, &scratch, &a, err);

	if (code == TOMB_OK && a.status >= 300) {
		glacier_failure_read(&a, &scratch, &failure);
		if (failure.code == TOMB_NOTFOUND) { /* by the vault's own word; jobs are kept for a day */
			*out = (struct tomb_store_job_status){
				TOMB_STORE_JOB_LOST, result_keep(arena, failure.error.message)};
			return TOMB_OK;
		}
		code = glacier_failure_set(&failure, "DescribeJob", err);
	} else if (code == TOMB_OK) {
		code = glacier_answer_job(a.body, &scratch, &job, err);
	}
	if (code != TOMB_OK)
		return glacier_error(store, code, err);
	set_status(out, g, &job, arena);
	return TOMB_OK;
}

/* Where the output of a job goes. */
struct output {
	struct inventory_text text;
	struct tree_hash hash;
};

static enum tomb_code take_bytes(void *arg, struct tomb_str bytes, struct tomb_err *err)
{
	struct output *o = arg;

	tree_hash_update(&o->hash, bytes);
	return inventory_text_feed(&o->text, bytes, err);
}

/* AWS sends the hash with archives; with an inventory it may. */
static enum tomb_code check_hash(
	struct output *o, const struct tomb_http_answer *a, bool *is_hashed, struct tomb_err *err)
{
	struct tomb_str said = tomb_http_header(a, "x-amz-sha256-tree-hash");
	uint8_t digest[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];

	*is_hashed = said.n > 0;
	if (!*is_hashed)
		return TOMB_OK;
	tree_hash_final(&o->hash, digest);
	tomb_hex_encode(digest, sizeof digest, hex);
	if (!tomb_str_eq(said, tomb_str_from(hex)))
		return TOMB_FAIL(err, TOMB_CORRUPT, "the inventory's tree hash is %s, not what the vault says", hex);
	return TOMB_OK;
}

static enum tomb_code finish(struct glacier *g, struct output *o, const struct tomb_http_answer *a,
	struct tomb_arena *arena, struct tomb_store_inventory *out, struct tomb_err *err)
{
	struct inventory_frame frame;
	bool is_hashed = false;

	TOMB_TRY(check_hash(o, a, &is_hashed, err));
	TOMB_TRY(inventory_text_end(&o->text, arena, &frame, err));
	if (frame.arn.n && !is_of_vault(g, frame.arn))
		return TOMB_FAIL(err, TOMB_CORRUPT, "it is the inventory of %.*s", TOMB_STR_ARG(frame.arn));
	*out = (struct tomb_store_inventory){o->text.archives, o->text.bytes, frame.as_of_us, is_hashed};
	return TOMB_OK;
}

static enum tomb_code read_output(struct glacier *g, struct tomb_str job_id, struct output *o,
	struct tomb_store_inventory *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(GLACIER_ANSWER_ARENA_MAX);
	struct glacier_request r = {.method = "GET",
		.folder = "/jobs/",
		.id = job_id,
		.subject = "/output",
		.sink = take_bytes,
		.sink_arg = o};
	struct tomb_http_answer a;
	struct glacier_failure failure;

	TOMB_TRY(glacier_send(g, &r, &arena, &a, err));
	if (a.status == 200)
		return finish(g, o, &a, &arena, out, err);
	glacier_failure_read(&a, &arena, &failure);
	return glacier_failure_set(&failure, "GetJobOutput", err);
}

enum tomb_code glacier_inventory_read(struct tomb_store *store, struct tomb_str job_id, tomb_store_held_fn *fn,
	void *ctx, struct tomb_store_inventory *out, struct tomb_err *err)
{
	struct output o = {.text = inventory_text_init(fn, ctx)};
	enum tomb_code code = tree_hash_init(&o.hash, err);

	if (code == TOMB_OK)
		code = read_output(glacier_of(store), job_id, &o, out, err);
	tree_hash_fini(&o.hash);
	inventory_text_fini(&o.text);
	return code == TOMB_OK ? code : store_error_in(store, err);
}
