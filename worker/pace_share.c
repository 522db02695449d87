#include "pace_share.h"

#include <stdlib.h>

enum { KEY_MAX = 400 }; /* bytes: a stream's name, a backend's name */

/*
 * A throttle lowers what is known to the least of both and gives it a new name (epoch), which is a time, so that it was
 * never used before.  Without one, a lane that has grown since the last throttle lets those that come new know.
 */
static const char script[] =
	"local h = redis.call('HMGET', KEYS[1], 'epoch', 'rate', 'keys', 'closed')\n"
	"local epoch, rate, keys, closed = tonumber(h[1]), tonumber(h[2]), tonumber(h[3]), tonumber(h[4])\n"
	"local known, throttled, my_rate, my_keys = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), "
	"tonumber(ARGV[4])\n"
	"local pause, memory = tonumber(ARGV[5]), tonumber(ARGV[6])\n"
	"local t = redis.call('TIME')\n"
	"local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
	"local whole = epoch and rate and keys and closed\n"
	"if not whole and throttled == 0 then return {0, 0, 0, 0} end\n"
	"if not whole then epoch, rate, keys, closed = 0, my_rate, my_keys, 0 end\n"
	"if throttled == 1 then\n"
	"  epoch = math.max(epoch + 1, t[1] * 1000000 + t[2])\n"
	"  rate, keys, closed = math.min(rate, my_rate), math.min(keys, my_keys), math.max(closed, now + pause)\n"
	"elseif known == epoch then\n"
	"  rate, keys = math.max(rate, my_rate), math.max(keys, my_keys)\n"
	"end\n"
	"if throttled == 1 or known == epoch then\n"
	"  redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch), 'rate', string.format('%.0f', rate),\n"
	"    'keys', string.format('%.0f', keys), 'closed', string.format('%.0f', closed))\n"
	"end\n"
	"if throttled == 1 then redis.call('PEXPIRE', KEYS[1], memory + pause) end\n"
	"return {epoch, rate, keys, math.max(0, closed - now)}\n";

struct tomb_pace_share {
	struct tomb_redis *redis;
	struct tomb_str prefix;
	const struct tomb_clock *clock;
	int64_t rest_until_us;
};

enum tomb_code tomb_pace_share_open(struct tomb_pace_share **out, const struct tomb_redis_options *options,
	struct tomb_str prefix, const struct tomb_clock *clock, struct tomb_err *err)
{
	struct tomb_redis_options quick = *options;
	TOMB_PACE_SHARE_AUTO *share = calloc(1, sizeof *share);

	if (!share)
		return TOMB_FAIL(err, TOMB_NOMEM, "a shared pace");
	quick.connect_ms = TOMB_PACE_SHARE_WAIT_MS;
	quick.command_ms = TOMB_PACE_SHARE_WAIT_MS;
	share->prefix = prefix;
	share->clock = clock;
	TOMB_TRY(tomb_redis_open(&share->redis, &quick, err));
	*out = TOMB_TAKE(share);
	return TOMB_OK;
}

void tomb_pace_share_close(struct tomb_pace_share *share)
{
	if (!share)
		return;
	tomb_redis_close(share->redis);
	free(share);
}

static enum tomb_code run(
	struct tomb_pace_share *share, struct tomb_str backend, struct tomb_pace *pace, struct tomb_err *err)
{
	TOMB_BUF_AUTO key = tomb_buf_init(KEY_MAX);
	const int64_t args[] = {pace->epoch, pace->was_throttled, pace->milli_rate, pace->keys, pace->pause_ms,
		TOMB_PACE_SHARE_MEMORY_S * INT64_C(1000)};
	struct tomb_redis_script s = {
		.text = {script, sizeof script - 1}, .args = args, .nargs = TOMB_COUNTOF(args), .nresults = 4};
	int64_t known[4];

	tomb_buf_put(&key, share->prefix);
	tomb_buf_put(&key, TOMB_STR(":pace:"));
	tomb_buf_put(&key, backend);
	TOMB_TRY(tomb_buf_done(&key, &s.key, err));
	TOMB_TRY(tomb_redis_run(share->redis, &s, known, err));
	*pace = (struct tomb_pace){.epoch = known[0], .milli_rate = known[1], .keys = known[2], .pause_ms = known[3]};
	return TOMB_OK;
}

bool tomb_pace_share_exchange(void *ctx, struct tomb_str backend, struct tomb_pace *pace)
{
	struct tomb_pace_share *share = ctx;
	struct tomb_err ignored; /* the lane's own use of Redis says that it is away */

	if (tomb_clock_monotonic_us(share->clock) < share->rest_until_us)
		return false;
	if (run(share, backend, pace, &ignored) == TOMB_OK)
		return true;
	share->rest_until_us = tomb_clock_monotonic_us(share->clock) + TOMB_PACE_SHARE_REST_S * (int64_t)TOMB_US_PER_S;
	return false;
}
