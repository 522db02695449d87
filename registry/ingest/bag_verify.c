#include "bag_internal.h"

#include <assert.h>

/* What a visitor left unread must not become part of the next file's digest. */
static void reader_fini(struct tomb_bag_reader *r)
{
	struct tomb_digest_values unread;

	if (r->done > 0 && !r->checked)
		tomb_digests_final(r->digests, &unread);
}

struct verification {
	tomb_bag_progress_fn *progress;
	void *arg;
	struct tomb_bag_progress now;
};

static enum tomb_code verify_file(struct tomb_bag *bag, struct tomb_bag_file *file, void *arg, struct tomb_err *err)
{
	struct verification *v = arg;
	TOMB_CLEANUP(reader_fini) struct tomb_bag_reader r = {.bag = bag, .file = file, .digests = bag->full};
	size_t n = 0;

	do {
		TOMB_TRY(tomb_bag_read(&r, bag->block, TOMB_BAG_BLOCK, &n, err));
		v->now.bytes_done += (int64_t)n;
		v->now.files_done += n == 0;
		if (v->progress)
			TOMB_TRY(v->progress(v->arg, &v->now, err));
	} while (n > 0);
	return TOMB_OK;
}

enum tomb_code tomb_bag_verify(struct tomb_bag *bag, tomb_bag_progress_fn *progress, void *arg, struct tomb_err *err)
{
	struct verification v = {progress, arg, {.files = bag->info.files, .bytes = bag->info.bytes}};

	TOMB_TRY(tomb_bag_pass(bag, verify_file, &v, err));
	bag->verified = true;
	return TOMB_OK;
}

struct visit {
	tomb_bag_visit_fn *fn;
	void *arg;
};

static enum tomb_code visit_file(struct tomb_bag *bag, struct tomb_bag_file *file, void *arg, struct tomb_err *err)
{
	const struct visit *v = arg;
	TOMB_CLEANUP(reader_fini) struct tomb_bag_reader r = {.bag = bag, .file = file, .digests = bag->again};
	struct tomb_bag_entry entry = {.path = file->path,
		.kind = file->kind,
		.size_bytes = file->size_bytes,
		.modified_us = file->modified_us,
		.algs = bag->algs,
		.declared = file->declared};

	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		if (bag->algs & TOMB_DIGEST_BIT(alg))
			entry.digest[alg] = file->digests + bag->digest_at[alg];
	}
	return v->fn(v->arg, &entry, &r, err);
}

enum tomb_code tomb_bag_each(struct tomb_bag *bag, tomb_bag_visit_fn *visit, void *arg, struct tomb_err *err)
{
	struct visit v = {visit, arg};

	assert(bag->verified);
	return tomb_bag_pass(bag, visit_file, &v, err);
}
