/* Stores that falter: no answer, "slow down", an answer that is lost after the bytes went, an answer that lies. */
#include "mutation.h"
#include "run.h"
#include "tombstone/store_look.h"

#include <stdio.h>

#define WRAP(name, params)                                                                                             \
	enum tomb_code __real_##name params;                                                                           \
	enum tomb_code __wrap_##name params;                                                                           \
	enum tomb_code __wrap_##name params

static bool falters(struct lane *l)
{
	return !l->run->is_healed && dice_in_100(&l->run->dice, l->run->mood.fault);
}

static enum tomb_code draw_code(struct lane *l)
{
	static const enum tomb_code codes[] = {TOMB_NET, TOMB_STORE_THROTTLED, TOMB_STORE_DENIED, TOMB_STORE};

	return codes[dice_roll(&l->run->dice, (int)TOMB_COUNTOF(codes))];
}

static enum tomb_code no_answer(struct lane *l, struct tomb_err *err)
{
	enum tomb_code code = draw_code(l);

	return TOMB_FAIL(err, code, "the store does not answer");
}

/* Which copy is meant. */
static bool find(const struct run *r, struct tomb_str key, int *file, int *generation)
{
	for (int f = 0; f < FILES; f++)
		for (int g = 1; g < GENERATIONS; g++)
			if (tomb_str_eq(key, tomb_str_from(r->key[f][g]))) {
				*file = f;
				*generation = g;
				return true;
			}
	return false;
}

WRAP(tomb_store_probe, (struct tomb_store * store, struct tomb_probe *out, struct tomb_err *err))
{
	struct lane *l = lane_here();
	enum tomb_code code = TOMB_OK;

	if (!l)
		return __real_tomb_store_probe(store, out, err);
	if (!lane_pause(l, "probes"))
		return lane_death(err);
	if (falters(l))
		return no_answer(l, err);
	code = __real_tomb_store_probe(store, out, err);
	if (code == TOMB_OK)
		lane_knows_backend(l, backend_of(tomb_store_name(store)));
	return code;
}

static void answer(struct lane *l, int backend, struct tomb_str key, struct tomb_seen *seen)
{
	int f = 0;
	int g = 0;

	if (falters(l)) {
		if (!mutation_is(MISTAKE_BLIND_PREFLIGHT))
			*seen = (struct tomb_seen){.code = draw_code(l), .text = TOMB_STR("the store does not answer")};
	} else if (seen->code == TOMB_OK && seen->stat.present && falters(l)) {
		seen->stat.legal_hold = true;
	} else if (seen->code == TOMB_OK && l->probed[backend] && find(l->run, key, &f, &g)) {
		l->claim.looked[f][g][backend] = true;
	}
}

WRAP(tomb_store_stat_many, (struct tomb_store * store, const struct tomb_look_at *at, struct tomb_arena *arena,
				   struct tomb_seen *out, struct tomb_err *err))
{
	struct lane *l = lane_here();
	enum tomb_code code = TOMB_OK;

	if (!lane_pause(l, "looks"))
		return lane_death(err);
	if (falters(l) && !mutation_is(MISTAKE_BLIND_PREFLIGHT))
		return no_answer(l, err);
	code = __real_tomb_store_stat_many(store, at, arena, out, err);
	if (code != TOMB_OK || l->is_dead)
		return l->is_dead ? lane_death(err) : code;
	for (size_t i = 0; i < at->n; i++)
		answer(l, backend_of(tomb_store_name(store)), at->keys[i], &out[i]);
	return lane_pause(l, "has looked") ? TOMB_OK : lane_death(err);
}

enum fate { DO, DO_AND_LOSE, DO_NOT, LOSE, LIE, FATES };

static enum fate draw_fate(struct lane *l)
{
	bool is_well = l->run->is_healed || !dice_in_100(&l->run->dice, l->run->mood.loss);
	enum fate fate = is_well ? DO : (enum fate)dice_roll(&l->run->dice, FATES);

	/* Who takes the store's word has no defence against its lies. */
	return fate == LIE && l->run->mood.verify == TOMB_VERIFY_NONE ? DO_NOT : fate;
}

/* The bytes go now: may they?  I1, I4 and I10 are asked here. */
static void permit(struct lane *l, struct tomb_store *store, struct tomb_str key)
{
	struct model *m = &l->run->model;
	int b = backend_of(tomb_store_name(store));
	int f = 0;
	int g = 0;
	const char *why = NULL;

	if (!find(l->run, key, &f, &g)) {
		run_fail(l->run, "I1: %.*s is removed, and nobody knows it", TOMB_STR_ARG(key));
		return;
	}
	why = model_may_delete(m, &l->claim, f, g);
	if (why)
		run_fail(l->run, "%s: lane %d, copy %d %d %d", why, l->n, f, g, b);
	m->file[f].copy[g][b].taken_late = l->claim.batch < 0 || !model_is_current(m, &l->claim);
	m->file[f].copy[g][b].bytes = false;
	run_note(l->run, "lane %d: removes copy %d %d %d", l->n, f, g, b);
}

static struct tomb_result refusal(struct lane *l)
{
	static const enum tomb_outcome outcomes[] = {TOMB_OUTCOME_THROTTLED, TOMB_OUTCOME_TRANSIENT,
		TOMB_OUTCOME_DENIED, TOMB_OUTCOME_LOCKED, TOMB_OUTCOME_CHANGED, TOMB_OUTCOME_FAILED};

	return (struct tomb_result){
		.outcome = outcomes[dice_roll(&l->run->dice, (int)TOMB_COUNTOF(outcomes))],
		.code = TOMB_STR("SlowDown"),
		.request_id = TOMB_STR("r-1"),
		.text = TOMB_STR("please reduce your rate"),
	};
}

enum tomb_code __real_tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err);
enum tomb_code __wrap_tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err);

static enum tomb_code delete_one(struct lane *l, struct tomb_store *store, const struct tomb_target *target,
	struct tomb_arena *arena, struct tomb_result *result, struct tomb_err *err)
{
	static const struct tomb_result lost = {.outcome = TOMB_OUTCOME_UNCERTAIN,
		.code = {"", 0},
		.request_id = {"", 0},
		.text = {"the connection broke", 20}};
	enum fate fate = draw_fate(l);

	*result = lost;
	if (fate == LIE)
		*result = (struct tomb_result){.outcome = TOMB_OUTCOME_GONE,
			.code = TOMB_STR(""),
			.request_id = TOMB_STR("r-2"),
			.text = TOMB_STR("")};
	if (fate == DO_NOT)
		*result = refusal(l);
	if (fate != DO && fate != DO_AND_LOSE)
		return TOMB_OK;
	permit(l, store, target->key);
	TOMB_TRY(__real_tomb_store_delete_many(store, target, 1, arena, result, err));
	if (fate == DO_AND_LOSE)
		*result = lost;
	return TOMB_OK;
}

enum tomb_code __wrap_tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err)
{
	struct lane *l = lane_here();
	bool is_lost = false;

	if (!lane_pause(l, "deletes"))
		return lane_death(err);
	is_lost = falters(l);
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(delete_one(l, store, &targets[i], arena, &results[i], err));
	check_now(l->run);
	if (!lane_pause(l, "has deleted"))
		return lane_death(err);
	return is_lost ? no_answer(l, err) : TOMB_OK;
}

static struct tomb_verdict unknown(struct lane *l)
{
	return (struct tomb_verdict){.absence = TOMB_ABSENCE_UNKNOWN,
		.code = draw_code(l),
		.request_id = TOMB_STR(""),
		.text = TOMB_STR("no clear answer")};
}

static const struct tomb_verdict assumed = {.absence = TOMB_ABSENT_VERIFIED, .request_id = {"", 0}, .text = {"", 0}};

WRAP(tomb_store_verify_absent, (struct tomb_store * store, struct tomb_str key, struct tomb_arena *arena,
				       struct tomb_verdict *out, struct tomb_err *err))
{
	struct lane *l = lane_here();

	if (!l)
		return __real_tomb_store_verify_absent(store, key, arena, out, err);
	if (!lane_pause(l, "verifies"))
		return lane_death(err);
	if (mutation_is(MISTAKE_NO_VERIFY)) {
		*out = assumed;
		return TOMB_OK;
	}
	if (falters(l)) {
		*out = unknown(l);
		return dice_roll(&l->run->dice, 2) ? TOMB_OK : no_answer(l, err);
	}
	return __real_tomb_store_verify_absent(store, key, arena, out, err);
}

WRAP(tomb_store_verify_many, (struct tomb_store * store, const struct tomb_look *look, struct tomb_arena *arena,
				     struct tomb_verdict *verdicts, struct tomb_err *err))
{
	struct lane *l = lane_here();
	enum tomb_code code = TOMB_OK;

	if (!l)
		return __real_tomb_store_verify_many(store, look, arena, verdicts, err);
	if (!lane_pause(l, "verifies"))
		return lane_death(err);
	code = __real_tomb_store_verify_many(store, look, arena, verdicts, err);
	if (code != TOMB_OK || l->is_dead)
		return l->is_dead ? lane_death(err) : code;
	for (size_t i = 0; i < look->n; i++)
		if (mutation_is(MISTAKE_NO_VERIFY))
			verdicts[i] = assumed;
		else if (falters(l))
			verdicts[i] = unknown(l);
	return falters(l) ? no_answer(l, err) : TOMB_OK;
}
