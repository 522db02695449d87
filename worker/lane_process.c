#include "lane_process.h"

#include "lane.h"
#include "pace_share.h"
#include "sql.gen.h"
#include "stop_signal.h"
#include "tombstone/migrate.h"
#include "tombstone/plan.h"
#include "tombstone/redis.h"
#include "tombstone/store_traffic.h"
#include "tombstone/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum {
	NAME_MAX_BYTES = 256,         /* owner and agent: a host name and two numbers */
	ROUND_BYTES_MAX = 256 * 1024, /* what one look for work brings */
	LOOK_MAX = 16,                /* due batches seen at once in the ledger; another lane may have them first */
	DB_PAUSE_MS = 1000,           /* between attempts to reach a database that is away */
	QUEUE_LENGTH_MAX = 1000,      /* announcements kept; what is trimmed, the sweep finds */
	WAITS_PER_LEASE = 4, /* a call to a store waits for so much of it: what was checked must not grow old */
};

struct process {
	const struct tomb_worker_config *config;
	const struct tomb_log *log;
	char owner[NAME_MAX_BYTES];
	char agent[NAME_MAX_BYTES];
	struct tomb_lane_options options;
	struct tomb_lane lane;
	struct tomb_redis *redis;
	struct tomb_redis_queue queue;
	bool redis_is_down;
	bool db_is_down;
	int64_t redis_again_us; /* when it is tried again, if it is down: work must not wait for it each time */
	uint64_t turn;
	struct tomb_pace_share *share;
};

/* Tries one batch; was it to be had?  An error leaves it to whoever takes it when the lease is over. */
static bool try_batch(struct process *p, int64_t batch_id)
{
	struct tomb_err err;
	bool taken = false;
	enum tomb_code code = tomb_lane_try(&p->lane, batch_id, &taken, &err);

	if (code == TOMB_STALE)
		tomb_log(p->log, TOMB_EV_BATCH_STALE, TOMB_KV_I("batch", batch_id), TOMB_KV_ERR(&err));
	else if (code != TOMB_OK)
		tomb_log(p->log, TOMB_EV_BATCH_RETRY, TOMB_KV_I("batch", batch_id), TOMB_KV_ERR(&err));
	return taken;
}

static void note_redis(struct process *p, enum tomb_code code, const struct tomb_err *err)
{
	if (code != TOMB_OK && !p->redis_is_down)
		tomb_log(p->log, TOMB_EV_REDIS_DOWN, TOMB_KV_ERR(err));
	if (code == TOMB_OK && p->redis_is_down)
		tomb_log(p->log, TOMB_EV_REDIS_UP);
	p->redis_is_down = code != TOMB_OK;
	p->redis_again_us = tomb_clock_monotonic_us(p->lane.clock) + p->config->poll_ms * TOMB_US_PER_MS;
}

/* Announcements that nobody else has; wait_ms for the first.  False if there were none, or no queue to ask. */
static bool work_from_queue(struct process *p, int wait_ms)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROUND_BYTES_MAX);
	struct tomb_redis_entries entries = {NULL, 0};
	struct tomb_err err;
	enum tomb_code code = TOMB_OK;

	if (p->redis_is_down && tomb_clock_monotonic_us(p->lane.clock) < p->redis_again_us)
		return false;
	code = tomb_redis_reclaim(p->redis, &p->queue, (int)p->config->read_count, (int)p->config->lease_s * 1000,
		&arena, &entries, &err);
	if (code == TOMB_OK && entries.n == 0)
		code = tomb_redis_read(
			p->redis, &p->queue, (int)p->config->read_count, wait_ms, &arena, &entries, &err);
	note_redis(p, code, &err);
	if (code != TOMB_OK)
		return false;
	for (size_t i = 0; i < entries.n && !tomb_stop_signal_seen(); i++) {
		if (entries.v[i].batch_id > 0)
			(void)try_batch(p, entries.v[i].batch_id);
		/* Not heard by Redis: somebody reclaims the entry, finds the batch done, and acknowledges it again. */
		note_redis(p, tomb_redis_ack(p->redis, &p->queue, entries.v[i].id, &err), &err);
	}
	return entries.n > 0;
}

/* One batch that the queue did not tell of: the ledger knows every one that is due (I6), and whose turn it is.  Then
 * it is asked again, so that a newcomer has a turn.  False if there was none to be had. */
static bool work_from_ledger(struct process *p)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROUND_BYTES_MAX);
	const struct tomb_plan_turn turn = {.at_most = LOOK_MAX, .per_institution = LOOK_MAX, .turn = p->turn++};
	struct tomb_int8s ids = {NULL, 0};
	struct tomb_err err;

	if (tomb_plan_due_in_turn(p->lane.pg, &turn, &arena, &ids, &err) != TOMB_OK)
		return false;
	for (size_t i = 0; i < ids.n && !tomb_stop_signal_seen(); i++)
		if (try_batch(p, ids.p[i]))
			return true;
	return false;
}

static void note_db_up(struct process *p)
{
	tomb_log(p->log, TOMB_EV_DB_UP);
	p->db_is_down = false;
}

/* Says so once, and waits a little. */
static void wait_for_db(struct process *p, const struct tomb_err *err)
{
	if (!p->db_is_down)
		tomb_log(p->log, TOMB_EV_DB_DOWN, TOMB_KV_ERR(err));
	p->db_is_down = true;
	(void)tomb_stop_signal_wait(DB_PAUSE_MS);
}

/* True when the ledger can be asked; else waits a little. */
static bool ledger_is_there(struct process *p)
{
	struct tomb_err err;

	if (tomb_pg_is_alive(p->lane.pg))
		return true;
	if (tomb_pg_reset(p->lane.pg, &err) == TOMB_OK) {
		note_db_up(p);
		return true;
	}
	wait_for_db(p, &err);
	return false;
}

/* The queue is a hint, and holds a few announcements only: a lane that finds it empty looks into the ledger at once. */
static void work(struct process *p)
{
	while (!tomb_stop_signal_seen()) {
		if (!ledger_is_there(p) || work_from_queue(p, 0) || work_from_ledger(p))
			continue;
		if (p->redis_is_down)
			(void)tomb_stop_signal_wait(p->config->poll_ms);
		else
			(void)work_from_queue(p, (int)p->config->poll_ms);
	}
}

static enum tomb_code open_redis(struct process *p, struct tomb_err *err)
{
	struct tomb_redis_options options = {.address = p->config->redis,
		.sentinels = p->config->redis_sentinels,
		.master = p->config->redis_master};
	TOMB_SECRET_AUTO password = {.n = 0};
	TOMB_SECRET_AUTO sentinel_password = {.n = 0};

	if (p->config->redis_password_file.n > 0) {
		TOMB_TRY(tomb_secret_read(p->config->redis_password_file.p, &password, err));
		options.password = &password;
	}
	if (p->config->redis_sentinel_password_file.n > 0) {
		TOMB_TRY(tomb_secret_read(p->config->redis_sentinel_password_file.p, &sentinel_password, err));
		options.sentinel_password = &sentinel_password;
	}
	p->queue = (struct tomb_redis_queue){
		.stream = p->config->redis_stream,
		.group = p->config->redis_group,
		.consumer = tomb_str_from(p->owner),
		.length_max = QUEUE_LENGTH_MAX,
	};
	TOMB_TRY(tomb_pace_share_open(&p->share, &options, p->config->redis_stream, p->log->clock, err));
	return tomb_redis_open(&p->redis, &options, err);
}

/* How the stores wait, and whom they tell of it. */
static void set_pace(struct process *p)
{
	const struct tomb_waiting waiting = {
		.clock = p->log->clock,
		.wait = tomb_stop_signal_pause,
		.longest_ms = p->options.lease_ms / WAITS_PER_LEASE,
	};

	tomb_stores_set_waiting(p->lane.stores, &waiting);
	tomb_stores_share_pace(p->lane.stores, tomb_pace_share_exchange, p->share);
}

static enum tomb_code try_ledger(struct process *p, struct tomb_err *err)
{
	static const struct tomb_pg_set *const sets[] = {&sql_set_claim, &sql_set_batch_split, &sql_set_settle,
		&sql_set_plan, &sql_set_trace, &sql_set_request, &sql_set_backend, &sql_set_schema_version};

	/* A plan for what the statistics say now compares every copy with every other, once some thousands of them have
	 * become 'removing' since; the plan for any parameters goes by the keys. */
	const struct tomb_pg_options options = {.plans_once = true};

	TOMB_PG_AUTO *pg = NULL;

	TOMB_TRY(tomb_pg_open_with(&pg, p->config->database.p, &options, sets, TOMB_COUNTOF(sets), err));
	TOMB_TRY(tomb_migrate_check(pg, err));
	p->lane.pg = TOMB_TAKE(pg);
	return TOMB_OK;
}

/* A lane may start again while the database is away, or recovers.  That the settings are right the parent has seen. */
static enum tomb_code open_ledger(struct process *p, struct tomb_err *err)
{
	enum tomb_code code = TOMB_OK;

	while ((code = try_ledger(p, err)) == TOMB_DB_DOWN && !tomb_stop_signal_seen())
		wait_for_db(p, err);
	if (code == TOMB_OK && p->db_is_down)
		note_db_up(p);
	return code;
}

static enum tomb_code open_all(struct process *p, struct tomb_err *err)
{
	TOMB_TRY(open_ledger(p, err));
	TOMB_TRY(tomb_stores_open(p->config->backends_file.p, &p->lane.stores, err));
	TOMB_TRY(open_redis(p, err));
	set_pace(p);
	return TOMB_OK;
}

static void close_all(struct process *p)
{
	tomb_redis_close(p->redis);
	tomb_pace_share_close(p->share);
	tomb_stores_close(p->lane.stores);
	tomb_pg_close(p->lane.pg);
}

int tomb_lane_process_run(int lane, const void *process)
{
	const struct tomb_lane_process *parent = process;
	const struct tomb_kv fields[] = {TOMB_KV("program", "worker"), TOMB_KV_I("lane", lane)};
	struct tomb_log log = *parent->log;
	struct process p = {.config = parent->config, .log = &log};
	struct tomb_err err;
	int status = 0;

	log.fields = fields;
	log.nfields = TOMB_COUNTOF(fields);
	(void)snprintf(p.owner, sizeof p.owner, "%.*s:%d:%d", TOMB_STR_ARG(parent->host), (int)getppid(), lane);
	(void)snprintf(p.agent, sizeof p.agent, "tombstone-worker/%s %.*s", tomb_version(), TOMB_STR_ARG(parent->host));
	p.options = (struct tomb_lane_options){
		.owner = tomb_str_from(p.owner),
		.agent = tomb_str_from(p.agent),
		.lease_ms = p.config->lease_s * 1000,
		.verify = p.config->verify == 0 ? TOMB_VERIFY_ALL : TOMB_VERIFY_NONE,
		.preflight = p.config->preflight == 0 ? TOMB_PREFLIGHT_ALL : TOMB_PREFLIGHT_LEDGER,
		.max_attempts = (int)p.config->max_attempts,
		.backoff_ms = p.config->backoff_base_ms,
		.backoff_max_ms = p.config->backoff_max_ms,
	};
	p.lane = (struct tomb_lane){
		.options = &p.options, .log = &log, .clock = log.clock, .is_told_to_end = tomb_stop_signal_seen};
	tomb_random(&p.turn, sizeof p.turn);
	if (open_all(&p, &err) == TOMB_OK) {
		work(&p);
	} else if (!tomb_stop_signal_seen()) {
		tomb_log(&log, TOMB_EV_START_FAILED, TOMB_KV_ERR(&err));
		status = 1;
	}
	close_all(&p);
	return status;
}
