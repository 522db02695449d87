#include "version.h"

#include <stdio.h>

/* Is it what the ledger recorded? */
static bool is_ours(const struct tomb_claim_copy *c, const struct tomb_version *v)
{
	if (c->version_id.n > 0)
		return tomb_str_eq(v->version_id, c->version_id);
	return v->size_bytes == c->size_bytes && (c->etag.n == 0 || tomb_str_eq(v->etag, c->etag));
}

static enum tomb_code keep(struct tomb_arena *arena, struct tomb_str text, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str copy = tomb_arena_str(arena, text);

	if (!copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a version's id");
	*out = copy;
	return TOMB_OK;
}

static enum tomb_code keep_markers(const struct tomb_version *list, size_t n, struct tomb_arena *arena,
	struct tomb_version_choice *out, struct tomb_err *err)
{
	size_t markers = 0;

	for (size_t i = 0; i < n; i++)
		markers += list[i].is_marker;
	if (markers == 0)
		return TOMB_OK;
	out->markers = TOMB_NEW(arena, struct tomb_str, markers);
	if (!out->markers)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu delete markers", markers);
	for (size_t i = 0; i < n; i++)
		if (list[i].is_marker)
			TOMB_TRY(keep(arena, list[i].version_id, &out->markers[out->nmarkers++], err));
	return TOMB_OK;
}

/* What is said of versions that are not ours. */
static enum tomb_code refuse(const struct tomb_batch_copy *copy, size_t others, const struct tomb_version *other,
	struct tomb_arena *arena, struct tomb_version_choice *out, struct tomb_err *err)
{
	char text[256];

	if (copy->claimed->version_id.n > 0 || others > 1)
		(void)snprintf(text, sizeof text,
			"changed: its key has %zu %s that Tombstone did not store, such as %.100s: look who put it "
			"there",
			others, others == 1 ? "version" : "versions", other->version_id.p);
	else
		(void)snprintf(text, sizeof text,
			"changed: version %.100s, which is stored there, has not the size and ETag that were recorded",
			other->version_id.p);
	return keep(arena, tomb_str_from(text), &out->refusal, err);
}

enum tomb_code tomb_version_choose(const struct tomb_batch_copy *copy, const struct tomb_version *list, size_t n,
	struct tomb_arena *arena, struct tomb_version_choice *out, struct tomb_err *err)
{
	struct tomb_version_choice choice = {.refusal = TOMB_STR(""), .version_id = TOMB_STR("")};
	const struct tomb_version *ours = NULL;
	const struct tomb_version *other = NULL;
	size_t others = 0;

	for (size_t i = 0; i < n; i++) {
		if (list[i].is_marker)
			continue;
		if (!ours && is_ours(copy->claimed, &list[i])) {
			ours = &list[i];
			continue;
		}
		other = &list[i];
		others++;
	}
	choice.nothing = !ours && !other;
	TOMB_TRY(keep_markers(list, n, arena, &choice, err));
	if (other)
		TOMB_TRY(refuse(copy, others, other, arena, &choice, err));
	else if (ours)
		TOMB_TRY(keep(arena, ours->version_id, &choice.version_id, err));
	*out = choice;
	return TOMB_OK;
}
