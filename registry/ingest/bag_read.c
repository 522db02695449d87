#include "bag_internal.h"

static enum tomb_code changed(const struct tomb_bag_file *file, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_CORRUPT, "a file changed while the bag was read: %.*s", TOMB_STR_ARG(file->path));
}

enum tomb_code tomb_bag_vouch(struct tomb_bag *bag, struct tomb_bag_file *file, enum tomb_digest_alg alg,
	const uint8_t *digest, struct tomb_err *err)
{
	uint8_t *noted = file->digests + bag->digest_at[alg];

	if (!(file->known & TOMB_DIGEST_BIT(alg))) {
		memcpy(noted, digest, tomb_digest_size(alg));
		file->known |= TOMB_DIGEST_BIT(alg);
		return TOMB_OK;
	}
	if (memcmp(noted, digest, tomb_digest_size(alg)) == 0)
		return TOMB_OK;
	if (bag->verified || !(file->declared & TOMB_DIGEST_BIT(alg)))
		return changed(file, err);
	return TOMB_FAIL(err, TOMB_CORRUPT, "the content does not match its %s digest in the manifest: %.*s",
		tomb_digest_name(alg), TOMB_STR_ARG(file->path));
}

static enum tomb_code settle(
	struct tomb_bag *bag, struct tomb_bag_file *file, struct tomb_digests *digests, struct tomb_err *err)
{
	struct tomb_digest_values values;

	tomb_digests_final(digests, &values);
	if (values.size != (uint64_t)file->size_bytes)
		return changed(file, err);
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		if (values.algs & TOMB_DIGEST_BIT(alg))
			TOMB_TRY(tomb_bag_vouch(bag, file, (enum tomb_digest_alg)alg, values.value[alg], err));
	}
	return TOMB_OK;
}

enum tomb_code tomb_bag_settle(struct tomb_bag *bag, struct tomb_bag_file *file, struct tomb_err *err)
{
	return settle(bag, file, bag->full, err);
}

static enum tomb_code meet(
	struct tomb_bag *bag, const struct tomb_bag_found *found, struct tomb_bag_file **out, struct tomb_err *err)
{
	struct tomb_bag_file *file = NULL;

	TOMB_TRY(tomb_bag_find(bag, found->path, &file, err));
	if (!file || found->refusal || file->pass == bag->pass)
		return TOMB_FAIL(
			err, TOMB_CORRUPT, "a file was added while the bag was read: %.*s", TOMB_STR_ARG(found->path));
	if (file->size_bytes != found->size_bytes)
		return changed(file, err);
	file->pass = bag->pass;
	*out = file;
	return TOMB_OK;
}

enum tomb_code tomb_bag_pass(struct tomb_bag *bag, tomb_bag_pass_fn *fn, void *arg, struct tomb_err *err)
{
	struct tomb_bag_found found = {.refusal = NULL};
	int64_t met = 0;
	bool more = true;

	bag->pass++;
	TOMB_TRY(bag->source->ops->rewind(bag->source, err));
	for (;;) {
		struct tomb_bag_file *file = NULL;

		TOMB_TRY(bag->source->ops->next(bag->source, &found, &more, err));
		if (!more)
			break;
		if (found.is_folder && !found.refusal)
			continue;
		TOMB_TRY(meet(bag, &found, &file, err));
		TOMB_TRY(fn(bag, file, arg, err));
		met++;
	}
	if (met != bag->info.files)
		return TOMB_FAIL(err, TOMB_CORRUPT, "%lld files went away while the bag was read",
			(long long)(bag->info.files - met));
	return TOMB_OK;
}

/* At the last byte: is there really no more, and is it what was noted? */
static enum tomb_code finish(struct tomb_bag_reader *r, struct tomb_err *err)
{
	struct tomb_bag_source *source = r->bag->source;
	char beyond = 0;
	size_t n = 0;

	TOMB_TRY(source->ops->read(source, &beyond, sizeof beyond, &n, err));
	if (n > 0)
		return changed(r->file, err);
	r->checked = true;
	return settle(r->bag, r->file, r->digests, err);
}

enum tomb_code tomb_bag_read(void *reader, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_bag_reader *r = reader;
	struct tomb_bag_source *source = r->bag->source;
	uint64_t left = (uint64_t)(r->file->size_bytes - r->done);
	size_t got = 0;

	if (left > 0)
		TOMB_TRY(source->ops->read(source, buf, left < cap ? (size_t)left : cap, &got, err));
	if (left > 0 && got == 0)
		return changed(r->file, err);
	tomb_digests_update(r->digests, (struct tomb_str){buf, got});
	r->done += (int64_t)got;
	if (r->done == r->file->size_bytes && !r->checked)
		TOMB_TRY(finish(r, err));
	*n = got;
	return TOMB_OK;
}
