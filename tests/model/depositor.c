/* A depositor sends an object again, by the ledger's ingest verbs, and may die between any two of them. */
#include "modelsql.gen.h"
#include "run.h"
#include "tombstone/digest.h"
#include "tombstone/ingest_record.h"

#include <stdio.h>
#include <time.h>

enum { ARENA_BYTES = 1 << 20 };

static const struct tomb_actor sender = {.email = {"tombstone", 9}, .via = TOMB_VIA_CLI};

static bool pause_at(struct depositor *d, const char *where)
{
	run_note(d->run, "depositor: %s", where);
	task_pause(&d->task);
	return !d->is_dead && !d->run->has_failed;
}

static void failed(struct depositor *d, const char *what, const struct tomb_err *err)
{
	if (!tomb_pg_is_broken(d->pg))
		run_fail(d->run, "the depositor %s: %s", what, err->text);
}

static bool begin(struct depositor *d, struct tomb_arena *arena, struct tomb_ingest_record **rec)
{
	char bag[16];
	struct tomb_err err = {.text = ""};
	struct tomb_ingest_start start = {.institution = tomb_str_from(d->run->identifier),
		.label = {.title = TOMB_STR("t"),
			.description = TOMB_STR(""),
			.alt_identifier = TOMB_STR(""),
			.access = TOMB_STR("institution"),
			.bag_group_identifier = TOMB_STR(""),
			.bagit_profile_identifier = TOMB_STR(""),
			.source_organization = TOMB_STR(""),
			.internal_sender_identifier = TOMB_STR(""),
			.internal_sender_description = TOMB_STR("")},
		.storage_option = TOMB_STR(""),
		.files = PER_OBJECT,
		.bytes = (int64_t)PER_OBJECT * FILE_BYTES};
	enum tomb_code code = TOMB_OK;

	(void)snprintf(bag, sizeof bag, "o%d", d->object);
	start.label.bag_name = tomb_arena_str(arena, tomb_str_from(bag));
	commit_arm(commit_draw(d->run));
	code = tomb_ingest_record_begin(d->pg, &sender, &start, arena, rec, &err);
	d->is_running = code == TOMB_OK;
	if (commit_happened())
		d->run->model.object[d->object].ingesting = true;
	if (code != TOMB_OK)
		failed(d, "begins", &err);
	return code == TOMB_OK;
}

/* seq f + 1 is file f. */
static bool stage(struct depositor *d, const struct tomb_ingest_record *rec)
{
	struct tomb_ingest_file files[FILES];
	uint8_t digests[FILES][TOMB_SHA256_SIZE];
	char paths[FILES][16];
	struct tomb_err err = {.text = ""};
	size_t n = 0;

	for (int f = 0; f < FILES; f++) {
		char bytes[FILE_BYTES];

		if (d->content[f] == 0)
			continue;
		ground_bytes(f, d->content[f], bytes);
		tomb_sha256((struct tomb_str){bytes, FILE_BYTES}, digests[f]);
		(void)snprintf(paths[f], sizeof paths[f], "data/%d", f);
		files[n] = (struct tomb_ingest_file){.seq = f + 1,
			.path = tomb_str_from(paths[f]),
			.format = TOMB_STR("text/plain"),
			.size_bytes = FILE_BYTES};
		files[n++].digest[TOMB_SHA256] = digests[f];
	}
	if (tomb_ingest_record_stage(d->pg, rec, files, n, &err) == TOMB_OK)
		return true;
	failed(d, "stages", &err);
	return false;
}

/* Promises, puts and tells of every copy of one file; a pause at each. */
static bool store(struct depositor *d, const struct tomb_ingest_record *rec, int f, struct tomb_arena *arena)
{
	struct tomb_ingest_copy copies[BACKENDS];
	struct tomb_ingest_progress progress = {1, FILE_BYTES};
	struct tomb_err err = {.text = ""};
	struct tomb_store *at = NULL;
	char bytes[FILE_BYTES];

	ground_bytes(f, d->content[f], bytes);
	(void)snprintf(d->key[f], KEY_BYTES, "%s-f%d-%d", d->run->identifier, f, d->run->serial++);
	for (int b = 0; b < BACKENDS; b++) {
		copies[b] = (struct tomb_ingest_copy){
			.seq = f + 1, .backend_id = d->run->backend_id[b], .version_id = TOMB_STR("")};
		ground_must(tomb_stores_find(d->stores, backend_name(b), &at, &err), &err, "a store");
		ground_must(tomb_store_url(at, tomb_str_from(d->key[f]), arena, &copies[b].url, &err), &err, "a URL");
	}
	if (tomb_ingest_record_promise(d->pg, rec, copies, BACKENDS, &err) != TOMB_OK) {
		failed(d, "promises", &err);
		return false;
	}
	for (int b = 0; b < BACKENDS; b++) {
		if (!pause_at(d, "stores"))
			return false;
		ground_put(d->stores, d->key[f], b, bytes, arena, &copies[b].url, &copies[b].etag);
	}
	if (tomb_ingest_record_stored(d->pg, rec, copies, BACKENDS, &progress, &err) != TOMB_OK) {
		failed(d, "has stored", &err);
		return false;
	}
	d->stored |= 1U << f;
	return true;
}

static bool store_wanted(struct depositor *d, const struct tomb_ingest_record *rec, struct tomb_arena *arena)
{
	struct tomb_int4s seqs = {NULL, 0};
	struct tomb_err err = {.text = ""};
	unsigned wanted = 0;

	if (tomb_ingest_record_wanted(d->pg, rec, 0, arena, &seqs, &err) != TOMB_OK) {
		failed(d, "asks what is wanted", &err);
		return false;
	}
	for (size_t i = 0; i < seqs.n; i++)
		wanted |= 1U << (seqs.p[i] - 1);
	if (wanted != model_wanted(&d->run->model, d->object, d->content, d->stored))
		run_fail(d->run, "I4: the depositor should store %x, and is asked for %x",
			model_wanted(&d->run->model, d->object, d->content, d->stored), wanted);
	for (int f = 0; f < FILES; f++)
		if (wanted & 1U << f && (!pause_at(d, "promises") || !store(d, rec, f, arena)))
			return false;
	return true;
}

/* True when it has ended, one way or the other. */
static bool finish(struct depositor *d, const struct tomb_ingest_record *rec)
{
	struct model *m = &d->run->model;
	struct tomb_ingest_finish how = {.agent = TOMB_STR("tombstone model test")};
	struct tomb_ingest_result result = {.is_wanting = false};
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;
	bool recorded = false;

	commit_arm(commit_draw(d->run));
	code = tomb_ingest_record_finish(d->pg, &sender, rec, &how, &result, &err);
	if (commit_happened())
		recorded = model_ingest(m, d->object, d->content, d->stored);
	for (int f = 0; recorded && f < FILES; f++)
		if (d->stored & 1U << f)
			memcpy(d->run->key[f][m->file[f].generation], d->key[f], KEY_BYTES);
	if (code != TOMB_OK)
		failed(d, "finishes", &err);
	else if (result.is_wanting == recorded)
		run_fail(d->run, "the ingest %s", recorded ? "should have ended" : "should want more");
	run_note(d->run, "depositor: finished with object %d: %d, %x stored", d->object, (int)code, d->stored);
	check_now(d->run);
	return code != TOMB_OK || recorded;
}

static void work(void *arg)
{
	struct depositor *d = arg;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct tomb_ingest_record *rec = NULL;

	if (!begin(d, &arena, &rec) || !pause_at(d, "has begun") || !stage(d, rec) || !pause_at(d, "has staged"))
		return;
	while (store_wanted(d, rec, &arena) && pause_at(d, "has stored everything") && !finish(d, rec))
		if (!pause_at(d, "is asked for more"))
			return;
}

void depositor_begin(struct depositor *d)
{
	struct run *r = d->run;
	bool any = false;

	d->object = dice_roll(&r->dice, OBJECTS);
	d->stored = 0;
	d->is_dead = false;
	d->is_running = false;
	for (int f = 0; f < FILES; f++) {
		d->content[f] = 0;
		if (object_of(f) != d->object || r->model.file[f].generation >= GENERATIONS - 2)
			continue;
		if (dice_roll(&r->dice, 4) == 0 && any)
			continue;
		d->content[f] = r->model.file[f].content + (dice_roll(&r->dice, 2) ? 1 : 0);
		any = true;
	}
	if (!any)
		return;
	run_note(r, "depositor: begins with object %d", d->object);
	task_start(&d->task, work, d);
}

/* The server process of a connection that is gone keeps its lock for a moment. */
static void wait_for_unlock(struct run *r)
{
	struct modelsql_model_ingest_locks_row *row = NULL;
	struct tomb_err err;
	const struct timespec moment = {.tv_nsec = 200000};

	do {
		TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);

		(void)nanosleep(&moment, NULL);
		ground_must(modelsql_model_ingest_locks(r->admin, &arena, &row, &err), &err, "the locks");
		if (row->n == 0)
			return;
	} while (true);
}

void depositor_step(struct depositor *d)
{
	struct tomb_err err;
	bool ended = false;

	task_step(&d->task);
	ended = !d->task.is_started;
	if (ended && (d->is_dead || tomb_pg_is_broken(d->pg))) {
		ground_must(tomb_pg_reset(d->pg, &err), &err, "the depositor reconnects");
		wait_for_unlock(d->run);
	}
}

void depositor_kill(struct depositor *d)
{
	run_note(d->run, "depositor: dies");
	d->is_dead = true;
	while (d->task.is_started)
		depositor_step(d);
}

void depositor_reap(struct run *r)
{
	struct tomb_err err = {.text = ""};
	size_t ended = 0;

	commit_arm(CUT_NOT);
	ground_must(tomb_ingest_record_reap(r->registry, &ended, &err), &err, "dead ingests");
	for (int o = 0; o < OBJECTS; o++)
		if (!r->depositor.task.is_started || !r->depositor.is_running || r->depositor.object != o)
			r->model.object[o].ingesting = false;
	run_note(r, "dispatcher fails %zu dead ingests", ended);
	check_now(r);
}
