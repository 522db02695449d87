/* The ledger's verbs as the lanes call them: a pause before and after each, and the model beside it. */
#include "mutation.h"
#include "run.h"
#include "tombstone/batch_split.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

#define WRAP(name, params)                                                                                             \
	enum tomb_code __real_##name params;                                                                           \
	enum tomb_code __wrap_##name params;                                                                           \
	enum tomb_code __wrap_##name params

/* An answer that is neither the model's nor "nobody knows". */
static void must_be(
	struct lane *l, const char *verb, enum tomb_code code, enum tomb_code expected, const struct tomb_err *err)
{
	if (code != expected && code != TOMB_UNCERTAIN)
		run_fail(l->run, "lane %d: %s answers %d (%s), and should answer %d", l->n, verb, (int)code,
			code == TOMB_OK ? "fine" : err->text, (int)expected);
}

static enum tomb_code after(struct lane *l, const char *where, enum tomb_code code, struct tomb_err *err)
{
	check_now(l->run);
	return lane_pause(l, where) ? code : lane_death(err);
}

/* Does the claim say of each file what the model says? */
static void compare_files(struct lane *l, const struct tomb_claim *claim)
{
	unsigned listed = 0;

	for (size_t i = 0; i < claim->nfiles; i++) {
		int f = file_of(l->run, claim->files[i].file_id);
		bool passed = claim->files[i].refusal.n == 0;

		if (f < 0) {
			run_fail(l->run, "I9: lane %d was given a file of another institution", l->n);
			return;
		}
		listed |= 1U << f;
		if (passed != ((l->claim.passed & 1U << f) != 0))
			run_fail(l->run, "I1: lane %d: file %d %s, and should%s pass: \"%.*s\"", l->n, f,
				passed ? "passes" : "is refused", passed ? " not" : "",
				TOMB_STR_ARG(claim->files[i].refusal));
	}
	if (listed != l->claim.files)
		run_fail(l->run, "lane %d: the claim is about files %x, and should be about %x", l->n, listed,
			l->claim.files);
}

static void compare_copies(struct lane *l, const struct tomb_claim *claim)
{
	size_t expected = 0;

	for (int f = 0; f < FILES; f++)
		for (int g = 1; g < GENERATIONS; g++)
			for (int b = 0; b < BACKENDS; b++)
				expected += l->claim.copy[f][g][b];
	for (size_t i = 0; i < claim->ncopies; i++) {
		const struct tomb_claim_copy *c = &claim->copies[i];
		int f = file_of(l->run, c->file_id);

		if (f < 0 || c->generation >= GENERATIONS || !l->claim.copy[f][c->generation][backend_of(c->backend)])
			run_fail(l->run, "lane %d was given copy %.*s, which is not to go", l->n, TOMB_STR_ARG(c->url));
		else if (c->tried_before != l->claim.tried[f][c->generation][backend_of(c->backend)])
			run_fail(l->run, "lane %d: copy %.*s was%s tried before", l->n, TOMB_STR_ARG(c->url),
				c->tried_before ? " not" : "");
	}
	if (claim->ncopies != expected)
		run_fail(l->run, "lane %d was given %zu copies of %zu", l->n, claim->ncopies, expected);
}

static int batch_of(const struct run *r, int64_t batch_id)
{
	for (int b = 0; b < r->model.nbatches; b++)
		if (r->batch_id[b] == batch_id)
			return b;
	return -1;
}

WRAP(tomb_claim_take, (struct tomb_pg * pg, int64_t batch_id, struct tomb_str owner, int64_t lease_ms,
			      struct tomb_arena *arena, struct tomb_claim *out, bool *taken, struct tomb_err *err))
{
	struct lane *l = lane_here();
	enum tomb_code code = TOMB_OK;
	bool expected = false;

	if (!lane_pause(l, "claims"))
		return lane_death(err);
	commit_arm(commit_draw(l->run));
	code = __real_tomb_claim_take(pg, batch_id, owner, lease_ms, arena, out, taken, err);
	must_be(l, "claim", code, TOMB_OK, err);
	if (commit_happened())
		expected = model_claim(&l->run->model, batch_of(l->run, batch_id), &l->claim);
	if (code == TOMB_OK && *taken != expected)
		run_fail(l->run, "lane %d: batch %d is %s, and should%s be", l->n, batch_of(l->run, batch_id),
			*taken ? "had" : "not had", *taken ? " not" : "");
	else if (code == TOMB_OK && *taken) {
		compare_files(l, out);
		compare_copies(l, out);
		lane_has_claimed(l, out);
	}
	if (code == TOMB_OK && !*taken)
		return lane_pause(l, "has no claim") ? code : lane_death(err);
	return after(l, code == TOMB_OK ? "has claimed" : "does not know", code, err);
}

WRAP(tomb_claim_confirm, (struct tomb_pg * pg, struct tomb_claim *claim, int64_t lease_ms, struct tomb_arena *arena,
				 struct tomb_err *err))
{
	struct lane *l = lane_here();
	enum tomb_code code = TOMB_OK;

	if (!lane_pause(l, "confirms"))
		return lane_death(err);
	if (model_is_current(&l->run->model, &l->claim) && model_is_poison(&l->run->model, l->claim.batch))
		run_fail(
			l->run, "lane %d goes on with batch %d, which ended the lanes before it", l->n, l->claim.batch);
	if (mutation_is(MISTAKE_NO_CONFIRM))
		return TOMB_OK;
	commit_arm(commit_draw(l->run));
	code = __real_tomb_claim_confirm(pg, claim, lease_ms, arena, err);
	if (commit_happened() || code != TOMB_UNCERTAIN)
		must_be(l, "confirm", code, model_confirm(&l->run->model, &l->claim) ? TOMB_OK : TOMB_STALE, err);
	if (code == TOMB_OK)
		compare_files(l, claim);
	return after(l, "has asked again", code, err);
}

WRAP(tomb_claim_renew, (struct tomb_pg * pg, const struct tomb_claim *claim, int64_t lease_ms, struct tomb_err *err))
{
	struct lane *l = lane_here();
	enum tomb_code code = TOMB_OK;

	if (!lane_pause(l, "renews"))
		return lane_death(err);
	code = __real_tomb_claim_renew(pg, claim, lease_ms, err);
	must_be(l, "renew", code, model_renew(&l->run->model, &l->claim) ? TOMB_OK : TOMB_STALE, err);
	return after(l, "has renewed", code, err);
}

WRAP(tomb_claim_release, (struct tomb_pg * pg, const struct tomb_claim *claim, int64_t due_ms, struct tomb_err *err))
{
	struct lane *l = lane_here();
	enum tomb_code code = TOMB_OK;

	if (!lane_pause(l, "releases"))
		return lane_death(err);
	code = __real_tomb_claim_release(pg, claim, due_ms, err);
	must_be(l, "release", code, TOMB_OK, err);
	model_release(&l->run->model, &l->claim);
	return after(l, "has released", code, err);
}

WRAP(tomb_batch_split_cut, (struct tomb_pg * pg, const struct tomb_claim *claim, int64_t *other, struct tomb_err *err))
{
	struct lane *l = lane_here();
	enum tomb_code code = TOMB_OK;

	if (!lane_pause(l, "cuts its batch"))
		return lane_death(err);
	if (model_is_current(&l->run->model, &l->claim) && !model_is_poison(&l->run->model, l->claim.batch))
		run_fail(l->run, "lane %d cuts batch %d, which ended nobody", l->n, l->claim.batch);
	commit_arm(commit_draw(l->run));
	code = __real_tomb_batch_split_cut(pg, claim, other, err);
	if (commit_happened() || code != TOMB_UNCERTAIN)
		must_be(l, "cut", code, model_split(&l->run->model, &l->claim) ? TOMB_OK : TOMB_STALE, err);
	people_learn_batches(l->run);
	return after(l, code == TOMB_OK ? "has cut its batch" : "has not cut its batch", code, err);
}

WRAP(tomb_tx_commit, (struct tomb_tx * tx, struct tomb_err *err))
{
	enum tomb_code code = __real_tomb_tx_commit(tx, err);

	return code == TOMB_UNCERTAIN && mutation_is(MISTAKE_BELIEVE_COMMIT) ? TOMB_OK : code;
}

/* What the lane is about to say, in the model's terms; I2 is asked here: gone is said of what is gone. */
static void translate(
	struct lane *l, const struct tomb_claim *claim, const struct tomb_settlement *s, struct m_settlement *out)
{
	*out = (struct m_settlement){.due_min = (s->due_ms + 59999) / 60000, .is_uncharged = s->is_uncharged};
	for (size_t i = 0; i < s->ncopies; i++) {
		const struct tomb_claim_copy *c = &claim->copies[i];
		int f = file_of(l->run, c->file_id);
		int b = backend_of(c->backend);

		if (c->id != s->copies[i].copy_id) {
			run_fail(l->run, "lane %d settles copies in another order than it claimed them", l->n);
			return;
		}
		out->said[f][c->generation][b] = true;
		out->copy[f][c->generation][b] = s->copies[i].fate;
		if (s->copies[i].fate == TOMB_COPY_GONE && l->run->model.file[f].copy[c->generation][b].bytes)
			run_fail(l->run, "I2: lane %d says that copy %d %d %d is gone, and it is there", l->n, f,
				c->generation, b);
	}
	for (size_t i = 0; i < s->nfiles; i++)
		out->file[file_of(l->run, s->files[i].file_id)] = s->files[i].fate;
}

WRAP(tomb_settle, (struct tomb_pg * pg, const struct tomb_claim *claim, const struct tomb_settlement *settlement,
			  struct tomb_arena *arena, struct tomb_settle_counts *out, struct tomb_err *err))
{
	struct lane *l = lane_here();
	struct m_settlement said;
	enum tomb_code code = TOMB_OK;

	if (!lane_pause(l, "settles"))
		return lane_death(err);
	translate(l, claim, settlement, &said);
	commit_arm(commit_draw(l->run));
	code = __real_tomb_settle(pg, claim, settlement, arena, out, err);
	if (commit_happened() || code != TOMB_UNCERTAIN)
		must_be(l, "settle", code, model_settle(&l->run->model, &l->claim, &said) ? TOMB_OK : TOMB_STALE, err);
	return after(l, code == TOMB_OK ? "has settled" : "has not settled", code, err);
}
