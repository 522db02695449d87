#include "lane.h"

#include "board.h"
#include "tombstone/batch_split.h"
#include "tombstone/secret.h"

enum { PUT_OFF_AS = 6 }; /* attempts whose backoff a store that is left alone gets: half a minute by default */

/* When the lease was last known to be ours, by the monotonic clock. */
struct lease {
	struct tomb_lane *lane;
	const struct tomb_claim *claim;
	int64_t known_at_us;
	bool is_confirmed; /* nothing has happened since */
};

static enum tomb_code renew(struct lease *l, struct tomb_err *err)
{
	int64_t now_us = tomb_clock_monotonic_us(l->lane->clock);

	TOMB_TRY(tomb_claim_renew(l->lane->pg, l->claim, l->lane->options->lease_ms, err));
	l->known_at_us = now_us;
	return TOMB_OK;
}

/* Renews the lease once half of it has gone. */
static enum tomb_code still_ours(void *ctx, struct tomb_err *err)
{
	const struct lease *l = ctx;
	int64_t age_us = tomb_clock_monotonic_us(l->lane->clock) - l->known_at_us;

	return age_us < l->lane->options->lease_ms * TOMB_US_PER_MS / 2 ? TOMB_OK : renew(ctx, err);
}

/* Before bytes go the ledger is asked every time: a stop that was set meanwhile counts for what is left of the batch.
 */
static enum tomb_code may_delete(void *ctx, struct tomb_err *err)
{
	struct lease *l = ctx;

	if (!l->is_confirmed)
		return renew(l, err);
	l->is_confirmed = false;
	return still_ours(l, err);
}

/* What the stores have found out is told also when the claim was lost on the way.  Not being able to tell is no reason
 * to give up what was done. */
static void tell(struct tomb_lane *lane, const struct tomb_backends *known)
{
	struct tomb_err why;

	if (tomb_board_write(lane->pg, lane->stores, known, lane->options->agent, lane->log, &why) != TOMB_OK)
		tomb_log(lane->log, TOMB_EV_BACKEND_UNTOLD, TOMB_KV_ERR(&why));
}

/* Exponential, with as much chance again, so that lanes that failed together do not come back together. */
static int64_t backoff_ms(const struct tomb_lane_options *o, int attempts)
{
	int64_t ms = o->backoff_ms;
	uint32_t chance = 0;

	for (int i = 1; i < attempts && ms < o->backoff_max_ms; i++)
		ms *= 2;
	if (ms > o->backoff_max_ms)
		ms = o->backoff_max_ms;
	tomb_random(&chance, sizeof chance);
	return ms + (int64_t)(chance % (uint32_t)(ms + 1));
}

/* What was put off is not counted, so each time is as the first: but it is no hurry either. */
static int64_t pause_ms(const struct tomb_lane_options *o, const struct tomb_batch *b, bool is_uncharged)
{
	int attempts = is_uncharged && b->claim->attempts < PUT_OFF_AS ? PUT_OFF_AS : b->claim->attempts;
	int64_t ms = backoff_ms(o, attempts);

	return ms > b->retry_after_ms ? ms : b->retry_after_ms;
}

/* The file that ends its lanes is found: it is not tried once more. */
static void give_up(struct tomb_batch *b)
{
	for (size_t i = 0; i < b->nfiles; i++)
		tomb_batch_take_out(b, &b->files[i], TOMB_FILE_FAILED,
			TOMB_STR("every lane that took it alone ended before it was done: look into the log at what "
				 "ended them, then requeue it"));
}

static enum tomb_code cut(struct tomb_lane *lane, const struct tomb_claim *claim, struct tomb_err *err)
{
	int64_t other = 0;

	TOMB_TRY(tomb_batch_split_cut(lane->pg, claim, &other, err));
	tomb_log(lane->log, TOMB_EV_BATCH_SPLIT, TOMB_KV_I("batch", claim->batch_id),
		TOMB_KV_I("deletion", claim->deletion_id), TOMB_KV_I("files", (int64_t)claim->file_ids.n),
		TOMB_KV_I("deaths", claim->deaths), TOMB_KV_I("other", other));
	return TOMB_OK;
}

static void log_counts(const struct tomb_lane *lane, enum tomb_event event, const struct tomb_batch *b,
	const struct tomb_settle_counts *n)
{
	tomb_log(lane->log, event, TOMB_KV_I("batch", b->claim->batch_id), TOMB_KV_I("deletion", b->claim->deletion_id),
		TOMB_KV_I("attempt", b->claim->attempts), TOMB_KV_I("deleted", (int64_t)n->deleted),
		TOMB_KV_I("refused", (int64_t)n->refused), TOMB_KV_I("failed", (int64_t)n->failed),
		TOMB_KV_I("later", (int64_t)n->later), TOMB_KV_S("reason", b->trouble));
}

static enum tomb_code settle(struct tomb_lane *lane, struct tomb_batch *b, struct tomb_err *err)
{
	struct tomb_settlement s;
	struct tomb_settle_counts n;

	TOMB_TRY(tomb_settlement_make(b, b->claim->attempts >= lane->options->max_attempts, &s, err));
	s.agent = lane->options->agent;
	s.due_ms = pause_ms(lane->options, b, s.is_uncharged);
	TOMB_TRY(tomb_settle(lane->pg, b->claim, &s, b->arena, &n, err));
	log_counts(lane,
		n.failed > 0    ? TOMB_EV_BATCH_FAILED
		: n.later > 0   ? TOMB_EV_BATCH_RETRY
		: n.refused > 0 ? TOMB_EV_BATCH_REFUSED
				: TOMB_EV_BATCH_SETTLED,
		b, &n);
	return TOMB_OK;
}

/* Steps 5 to 7.  *released: given back untouched, because the lane is told to end. */
static enum tomb_code work(
	struct tomb_lane *lane, struct tomb_batch *b, struct lease *lease, bool *released, struct tomb_err *err)
{
	tomb_board_put_off(b);
	TOMB_TRY(tomb_preflight(b, lane->options->preflight, still_ours, lease, err));
	tomb_age_check(b);
	if (lane->is_told_to_end()) {
		*released = true;
		return tomb_claim_release(lane->pg, b->claim, 0, err);
	}
	TOMB_TRY(tomb_claim_confirm(lane->pg, b->claim, lane->options->lease_ms, b->arena, err));
	lease->known_at_us = tomb_clock_monotonic_us(lane->clock);
	lease->is_confirmed = true;
	tomb_batch_refuse(b);
	TOMB_TRY(tomb_reap(b, may_delete, lease, err));
	return tomb_verify(b, lane->options->verify, still_ours, lease, err);
}

/* Stopped, no longer ours, or in the way of another transaction at the ledger, which rolled ours back.  It is given
 * back, for whenever work starts again: its lane did not die. */
static void let_go(struct tomb_lane *lane, const struct tomb_claim *claim, int64_t due_ms)
{
	struct tomb_err why;

	if (tomb_claim_release(lane->pg, claim, due_ms, &why) != TOMB_OK) /* then its lease has to end */
		tomb_log(lane->log, TOMB_EV_BATCH_RETRY, TOMB_KV_I("batch", claim->batch_id), TOMB_KV_ERR(&why));
}

/* Steps 5 to 8 and what other lanes should hear of the stores. */
static enum tomb_code carry_through(struct tomb_lane *lane, struct tomb_claim *claim, struct lease *lease,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_backends known;
	struct tomb_batch b;
	enum tomb_code code = TOMB_OK;
	bool released = false;

	TOMB_TRY(tomb_batch_init(&b, claim, lane->stores, arena, lane->clock, err));
	TOMB_TRY(tomb_board_read(lane->pg, lane->stores, arena, &known, err));
	if (tomb_batch_split_advise(claim) == TOMB_SPLIT_GIVE_UP)
		give_up(&b);
	else
		code = work(lane, &b, lease, &released, err);
	tell(lane, &known);
	TOMB_TRY(code);
	if (released) {
		tomb_log(lane->log, TOMB_EV_BATCH_RELEASED, TOMB_KV_I("batch", claim->batch_id));
		return TOMB_OK;
	}
	return settle(lane, &b, err);
}

enum tomb_code tomb_lane_try(struct tomb_lane *lane, int64_t batch_id, bool *taken, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TOMB_LANE_BATCH_BYTES);
	struct lease lease = {.lane = lane, .known_at_us = tomb_clock_monotonic_us(lane->clock)};
	struct tomb_claim claim;
	enum tomb_code code = TOMB_OK;

	*taken = false;
	TOMB_TRY(tomb_claim_take(
		lane->pg, batch_id, lane->options->owner, lane->options->lease_ms, &arena, &claim, taken, err));
	if (!*taken)
		return TOMB_OK;
	lease.claim = &claim;
	tomb_log(lane->log, TOMB_EV_BATCH_CLAIMED, TOMB_KV_I("batch", batch_id),
		TOMB_KV_I("deletion", claim.deletion_id), TOMB_KV_I("files", (int64_t)claim.nfiles),
		TOMB_KV_I("copies", (int64_t)claim.ncopies), TOMB_KV_I("attempt", claim.attempts));
	if (tomb_batch_split_advise(&claim) == TOMB_SPLIT_CUT)
		return cut(lane, &claim, err);
	code = carry_through(lane, &claim, &lease, &arena, err);
	if (code == TOMB_STALE)
		let_go(lane, &claim, 0);
	else if (code == TOMB_DB_RETRY)
		let_go(lane, &claim, backoff_ms(lane->options, claim.attempts));
	return code;
}

enum tomb_code tomb_lane_do(struct tomb_lane *lane, int64_t batch_id, struct tomb_err *err)
{
	bool taken = false;

	return tomb_lane_try(lane, batch_id, &taken, err);
}
