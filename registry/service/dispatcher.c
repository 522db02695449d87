#include "dispatcher.h"

#include "link.h"
#include "sql.gen.h"
#include "ticker.h"
#include "tombstone/audit.h"
#include "tombstone/deletion_request.h"
#include "tombstone/harvest.h"
#include "tombstone/holdings.h"
#include "tombstone/idempotency.h"
#include "tombstone/ingest_record.h"
#include "tombstone/oai_item.h"
#include "tombstone/plan.h"
#include "tombstone/redis.h"

#include <stdlib.h>

enum {
	DUE_MAX = 1000, /* batches announced in one round */
	/*
	 * Of one institution, announced and not yet taken.  Few, so that a newcomer's batch is not behind them for
	 * long; lanes that find the queue empty look into the ledger, so that few are enough.
	 */
	OUTSTANDING_MAX = 8,
	ROUND_BYTES_MAX = 1 << 20, /* their ids */
	EXPIRE_MAX = 100,          /* requests ended in one transaction */
	SEAL_MAX = 1000,           /* audit entries chained in one transaction */
	FOLD_MAX = 200,            /* objects and deletions whose tallies are added up in one transaction */
	PURGE_MAX = 1000,          /* Idempotency-Keys forgotten in one statement */
	QUEUE_LENGTH_MAX = 1000,   /* announcements kept, while no worker runs; what is trimmed, the sweep finds */
};

struct tomb_dispatcher {
	const struct tomb_registry_config *config;
	const struct tomb_log *log;
	struct tomb_link link;
	struct tomb_redis *redis;
	struct tomb_redis_queue queue;
	bool redis_is_down;
	int64_t reap_at_us; /* monotonic: when dead ingests are looked for again */
	int64_t fold_at_us; /* monotonic: when tallies are added up again */
	uint64_t turn;
	struct tomb_ticker *ticker;
};

/* Logs what a step of the round failed with; the next round tries again. */
static bool went_well(struct tomb_dispatcher *d, const char *step, enum tomb_code code, const struct tomb_err *err)
{
	if (code != TOMB_OK)
		tomb_log(d->log, TOMB_EV_TASK_FAILED, TOMB_KV("task", step), TOMB_KV_ERR(err));
	return code == TOMB_OK;
}

static bool plan(struct tomb_dispatcher *d)
{
	struct tomb_err err;
	bool planned = false;

	if (went_well(d, "plan", tomb_plan_next(d->link.pg, &planned, &err), &err) && planned)
		tomb_log(d->log, TOMB_EV_PLANNED);
	return planned;
}

/* Redis may be away: then the lanes look for themselves, and the batches stay due.  That it is back is said also when
 * there is nothing to announce. */
static bool announce_ids(struct tomb_dispatcher *d, struct tomb_int8s ids)
{
	struct tomb_err err;
	enum tomb_code code = ids.n > 0 ? tomb_redis_announce(d->redis, &d->queue, ids.p, ids.n, &err)
					: tomb_redis_ping(d->redis, &err);

	if (code != TOMB_OK && !d->redis_is_down)
		tomb_log(d->log, TOMB_EV_REDIS_DOWN, TOMB_KV_ERR(&err));
	if (code == TOMB_OK && d->redis_is_down)
		tomb_log(d->log, TOMB_EV_REDIS_UP);
	d->redis_is_down = code != TOMB_OK;
	return code == TOMB_OK;
}

static bool announce(struct tomb_dispatcher *d)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROUND_BYTES_MAX);
	struct tomb_int8s ids = {NULL, 0};
	struct tomb_err err;
	const struct tomb_plan_turn turn = {.again_after_s = (int)((d->config->sweep_interval_ms + 999) / 1000),
		.at_most = DUE_MAX,
		.per_institution = OUTSTANDING_MAX,
		.turn = d->turn++};

	if (!went_well(d, "sweep", tomb_plan_due_in_turn(d->link.pg, &turn, &arena, &ids, &err), &err))
		return false;
	if ((ids.n == 0 && !d->redis_is_down) || !announce_ids(d, ids) || ids.n == 0)
		return false;
	tomb_log(d->log, TOMB_EV_ANNOUNCED, TOMB_KV_I("batches", (int64_t)ids.n));
	return went_well(d, "announce", tomb_plan_announced(d->link.pg, ids, &err), &err) && ids.n == DUE_MAX;
}

static bool expire(struct tomb_dispatcher *d)
{
	struct tomb_err err;
	size_t n = 0;

	if (went_well(d, "expire", tomb_deletion_request_expire(d->link.pg, EXPIRE_MAX, &n, &err), &err) && n > 0)
		tomb_log(d->log, TOMB_EV_EXPIRED, TOMB_KV_I("requests", (int64_t)n));
	return n == EXPIRE_MAX;
}

static bool seal(struct tomb_dispatcher *d)
{
	struct tomb_err err;
	size_t n = 0;

	if (went_well(d, "seal", tomb_audit_seal(d->link.pg, SEAL_MAX, &n, &err), &err) && n > 0)
		tomb_log(d->log, TOMB_EV_SEALED, TOMB_KV_I("entries", (int64_t)n));
	return n == SEAL_MAX;
}

/* An ingest that was killed leaves its object locked against deletion; whether it lives, its lock in the ledger tells.
 */
static void reap(struct tomb_dispatcher *d)
{
	int64_t now_us = tomb_clock_monotonic_us(d->log->clock);
	struct tomb_err err;
	size_t n = 0;

	if (now_us < d->reap_at_us)
		return;
	d->reap_at_us = now_us + d->config->sweep_interval_ms * TOMB_US_PER_MS;
	if (went_well(d, "reap", tomb_ingest_record_reap(d->link.pg, &n, &err), &err) && n > 0)
		tomb_log(d->log, TOMB_EV_INGEST_DEAD, TOMB_KV_I("ingests", (int64_t)n));
}

/* Until nothing is left to add up, then not before the next sweep: work that goes on changes them all the time. */
static bool fold(struct tomb_dispatcher *d)
{
	int64_t now_us = tomb_clock_monotonic_us(d->log->clock);
	struct tomb_err err;
	int64_t n = 0;

	if (now_us < d->fold_at_us)
		return false;
	if (went_well(d, "fold", tomb_holdings_fold(d->link.pg, FOLD_MAX, &n, &err), &err) && n >= FOLD_MAX)
		return true;
	d->fold_at_us = now_us + d->config->sweep_interval_ms * TOMB_US_PER_MS;
	return false;
}

/* Keys whose day is over, with the fold: no more urgent than that. */
static void purge(struct tomb_dispatcher *d)
{
	struct tomb_err err;
	size_t n = 0;

	if (tomb_clock_monotonic_us(d->log->clock) < d->fold_at_us)
		return;
	(void)went_well(d, "purge", tomb_idempotency_purge(d->link.pg, PURGE_MAX, &n, &err), &err);
	(void)went_well(d, "forget harvest errors", tomb_harvest_forget(d->link.pg, &err), &err);
}

/* What harvesters are to hear of, so that the first who asks does not wait for all of it; also where none may ask yet.
 */
static bool stamp(struct tomb_dispatcher *d)
{
	struct tomb_err err;
	int64_t n = 0;

	return went_well(d, "stamp", tomb_oai_item_stamp(d->link.pg, &n, &err), &err) && n >= TOMB_OAI_STAMP;
}

static bool tick(void *ctx)
{
	struct tomb_dispatcher *d = ctx;
	bool more = false;

	if (!tomb_link_is_up(&d->link))
		return false;
	more = plan(d);
	more = announce(d) || more;
	more = expire(d) || more;
	purge(d);
	more = fold(d) || more;
	more = stamp(d) || more;
	reap(d);
	return seal(d) || more;
}

static enum tomb_code open_redis(struct tomb_dispatcher *d, struct tomb_err *err)
{
	struct tomb_redis_options options = {.address = d->config->redis,
		.sentinels = d->config->redis_sentinels,
		.master = d->config->redis_master};
	TOMB_SECRET_AUTO password = {.n = 0};
	TOMB_SECRET_AUTO sentinel_password = {.n = 0};

	if (d->config->redis_password_file.n > 0) {
		TOMB_TRY(tomb_secret_read(d->config->redis_password_file.p, &password, err));
		options.password = &password;
	}
	if (d->config->redis_sentinel_password_file.n > 0) {
		TOMB_TRY(tomb_secret_read(d->config->redis_sentinel_password_file.p, &sentinel_password, err));
		options.sentinel_password = &sentinel_password;
	}
	d->queue = (struct tomb_redis_queue){.stream = d->config->redis_stream,
		.group = TOMB_STR(""),
		.consumer = TOMB_STR(""),
		.length_max = QUEUE_LENGTH_MAX};
	return tomb_redis_open(&d->redis, &options, err);
}

static enum tomb_code start(struct tomb_dispatcher *d, struct tomb_err *err)
{
	static const struct tomb_pg_set *const sets[] = {&sql_set_plan, &sql_set_request, &sql_set_trace,
		&sql_set_ingest, &sql_set_holdings, &sql_set_idempotency, &sql_set_oai, &sql_set_harvest};

	TOMB_TRY(tomb_link_open(&d->link, d->config->database.p, sets, TOMB_COUNTOF(sets), d->log, err));
	TOMB_TRY(open_redis(d, err));
	return tomb_ticker_start(&d->ticker, tick, d, d->config->dispatch_interval_ms, err);
}

enum tomb_code tomb_dispatcher_start(const struct tomb_registry_config *config, const struct tomb_log *log,
	struct tomb_dispatcher **out, struct tomb_err *err)
{
	struct tomb_dispatcher *d = calloc(1, sizeof *d);
	enum tomb_code code = TOMB_OK;

	if (!d)
		return TOMB_FAIL(err, TOMB_NOMEM, "the dispatcher");
	d->config = config;
	d->log = log;
	code = start(d, err);
	if (code != TOMB_OK) {
		tomb_dispatcher_stop(d);
		return code;
	}
	*out = d;
	return TOMB_OK;
}

void tomb_dispatcher_stop(struct tomb_dispatcher *d)
{
	if (!d)
		return;
	tomb_ticker_stop(d->ticker);
	tomb_redis_close(d->redis);
	tomb_link_close(&d->link);
	free(d);
}
