#include "limit.h"

#include "rate_limit.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"
#include "tombstone/secret.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>

enum {
	/* A person mistypes a few times, and a room of people behind one address does so on the same morning; a guesser
	 * gets 8,640 tries a day, of a password that has at least as many millions. */
	FAILURES_BURST = 30,
	FAILURES_INTERVAL_US = 10 * 1000 * 1000,
	/* A page is one request and a few seconds of reading; a browser that restores fifty tabs comes at once. */
	STRANGER_BURST = 600,
	STRANGER_INTERVAL_US = 50 * 1000, /* 20 a second: a whole campus behind one address */
	/* Scripts read page by page; ten seconds' worth may come at once.  The rate is a setting. */
	PERSON_BURST_S = 10,
	PERSON_RATE = 100, /* a second, where the settings say nothing */
	PLACES = 8192,     /* keys that a process remembers, per kind: about 3 MB */
	KEY_MAX = 128,     /* bytes of a name in Redis */
};

/* What a kind counts by.  interval_us 0: by the settings. */
static const struct {
	const char *name;
	uint32_t burst;
	int64_t interval_us;
} kinds[] = {
	[TOMB_LIMIT_FAILURES] = {"failures", FAILURES_BURST, FAILURES_INTERVAL_US},
	[TOMB_LIMIT_PERSON] = {"person", 0, 0},
	[TOMB_LIMIT_STRANGER] = {"stranger", STRANGER_BURST, STRANGER_INTERVAL_US},
};
_Static_assert(TOMB_COUNTOF(kinds) == TOMB_LIMIT_MAX, "kinds");

/*
 * The bucket is the time at which it is full again, as in rate_limit.c, by Redis' own clock, so that the clocks of the
 * registries do not matter.  ARGV: interval and burst; a burst of 0 forgives.  Gives whether, and how long to wait.
 */
static const char script[] = "local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])\n"
			     "if burst == 0 then redis.call('DEL', KEYS[1]) return {1, 0} end\n"
			     "local t = redis.call('TIME')\n"
			     "local now = t[1] * 1000000 + t[2]\n"
			     "local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) or 0, now)\n"
			     "local ahead = full - now + interval - interval * burst\n"
			     "if ahead > 0 then return {0, ahead} end\n"
			     "redis.call('SET', KEYS[1], string.format('%.0f', full + interval), 'PX',\n"
			     "  string.format('%.0f', math.ceil((full + interval - now) / 1000)))\n"
			     "return {1, 0}\n";

struct tomb_limit {
	const struct tomb_clock *clock;
	struct tomb_str prefix; /* of names in Redis: registries that share a stream share limits */
	uint32_t bursts[TOMB_LIMIT_MAX];
	int64_t intervals_us[TOMB_LIMIT_MAX];
	struct tomb_rate_limit *own[TOMB_LIMIT_MAX];
	_Atomic int64_t rest_until_us; /* monotonic: Redis is not asked before; 0 while it answers */
};

enum tomb_code tomb_limit_new(const struct tomb_registry_config *config, const struct tomb_clock *clock,
	struct tomb_arena *arena, struct tomb_limit **out, struct tomb_err *err)
{
	struct tomb_limit *l = TOMB_NEW(arena, struct tomb_limit, 1);
	int64_t rate = config->request_rate > 0 ? config->request_rate : PERSON_RATE;

	if (!l)
		return TOMB_FAIL(err, TOMB_NOMEM, "the limits");
	l->clock = clock;
	l->prefix = config->redis_stream;
	for (int k = 0; k < TOMB_LIMIT_MAX; k++) {
		struct tomb_rate_limit_options options = {.places = PLACES};
		enum tomb_code code = TOMB_OK;

		l->bursts[k] = kinds[k].burst ? kinds[k].burst : (uint32_t)(PERSON_BURST_S * rate);
		l->intervals_us[k] = kinds[k].interval_us ? kinds[k].interval_us : TOMB_US_PER_S / rate;
		options.burst = l->bursts[k];
		options.interval_us = l->intervals_us[k];
		tomb_random(&options.seed, sizeof options.seed);
		code = tomb_rate_limit_new(&options, arena, &l->own[k], err);
		if (code != TOMB_OK) {
			tomb_limit_fini(l);
			return code;
		}
	}
	*out = l;
	return TOMB_OK;
}

void tomb_limit_fini(struct tomb_limit *limit)
{
	for (int k = 0; limit && k < TOMB_LIMIT_MAX; k++)
		tomb_rate_limit_fini(limit->own[k]);
}

enum tomb_code tomb_limit_open(const struct tomb_registry_config *config, struct tomb_redis **out, struct tomb_err *err)
{
	struct tomb_redis_options options = {.address = config->redis,
		.sentinels = config->redis_sentinels,
		.master = config->redis_master,
		.connect_ms = TOMB_LIMIT_WAIT_MS,
		.command_ms = TOMB_LIMIT_WAIT_MS};
	TOMB_SECRET_AUTO password = {.n = 0};
	TOMB_SECRET_AUTO sentinel_password = {.n = 0};

	if (config->redis.name[0] == '\0' && config->redis_sentinels.n == 0) {
		*out = NULL;
		return TOMB_OK;
	}
	if (config->redis_password_file.n > 0) {
		TOMB_TRY(tomb_secret_read(config->redis_password_file.p, &password, err));
		options.password = &password;
	}
	if (config->redis_sentinel_password_file.n > 0) {
		TOMB_TRY(tomb_secret_read(config->redis_sentinel_password_file.p, &sentinel_password, err));
		options.sentinel_password = &sentinel_password;
	}
	return tomb_redis_open(out, &options, err);
}

/* May this thread ask Redis now?  After a rest, the first that comes may, for all. */
static bool is_awake(struct tomb_limit *l, int64_t now_us)
{
	int64_t until = atomic_load(&l->rest_until_us);

	if (until == 0)
		return true;
	return now_us >= until &&
	       atomic_compare_exchange_strong(&l->rest_until_us, &until, now_us + TOMB_LIMIT_REST_MS * INT64_C(1000));
}

/* "STREAM:limit:KIND:" and the hash of the key. */
static enum tomb_code name_of(const struct tomb_limit *l, enum tomb_limit_kind kind, struct tomb_str key,
	struct tomb_buf *b, struct tomb_str *out, struct tomb_err *err)
{
	uint8_t digest[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];

	tomb_sha256(key, digest);
	tomb_buf_put(b, l->prefix);
	tomb_buf_putf(b, ":limit:%s:%s", kinds[kind].name, tomb_hex_encode(digest, sizeof digest, hex));
	return tomb_buf_done(b, out, err);
}

/* Asks Redis, if that can be; burst 0 forgives.  False if it gave no answer. */
static bool ask(struct tomb_limit *l, struct tomb_redis *redis, enum tomb_limit_kind kind, struct tomb_str key,
	uint32_t burst, int64_t answer[static 2])
{
	TOMB_BUF_AUTO b = tomb_buf_init(KEY_MAX + 256);
	const int64_t args[] = {l->intervals_us[kind], burst};
	struct tomb_redis_script s = {
		.text = {script, sizeof script - 1}, .args = args, .nargs = TOMB_COUNTOF(args), .nresults = 2};
	int64_t now_us = tomb_clock_monotonic_us(l->clock);
	struct tomb_err ignored; /* the dispatcher says when Redis is away */

	if (!redis || !is_awake(l, now_us))
		return false;
	if (name_of(l, kind, key, &b, &s.key, &ignored) != TOMB_OK ||
		tomb_redis_run(redis, &s, answer, &ignored) != TOMB_OK) {
		atomic_store(&l->rest_until_us, now_us + TOMB_LIMIT_REST_MS * INT64_C(1000));
		return false;
	}
	atomic_store(&l->rest_until_us, 0);
	return true;
}

/* An IPv6 address becomes its network; all else is as it came. */
static struct tomb_str network_of(struct tomb_str key, char out[static INET6_ADDRSTRLEN])
{
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN];

	if (key.n >= sizeof text)
		return key;
	(void)snprintf(text, sizeof text, "%.*s", TOMB_STR_ARG(key));
	if (inet_pton(AF_INET6, text, &address) != 1)
		return key;
	memset(address.s6_addr + 8, 0, 8);
	return inet_ntop(AF_INET6, &address, out, INET6_ADDRSTRLEN) ? tomb_str_from(out) : key;
}

bool tomb_limit_take(struct tomb_limit *limit, struct tomb_redis *redis, enum tomb_limit_kind kind, struct tomb_str key,
	uint32_t *retry_after_s)
{
	char network[INET6_ADDRSTRLEN];
	struct tomb_str who = network_of(key, network);
	uint32_t own_wait_s = 0;
	bool own = tomb_rate_limit_take(limit->own[kind], who, tomb_clock_monotonic_us(limit->clock), &own_wait_s);
	int64_t answer[2] = {0, 0};

	if (!ask(limit, redis, kind, who, limit->bursts[kind], answer)) {
		if (!own)
			*retry_after_s = own_wait_s;
		return own;
	}
	if (answer[0] == 0)
		*retry_after_s = (uint32_t)((answer[1] + TOMB_US_PER_S - 1) / TOMB_US_PER_S);
	return answer[0] != 0;
}

void tomb_limit_forgive(
	struct tomb_limit *limit, struct tomb_redis *redis, enum tomb_limit_kind kind, struct tomb_str key)
{
	char network[INET6_ADDRSTRLEN];
	struct tomb_str who = network_of(key, network);
	int64_t answer[2] = {0, 0};

	tomb_rate_limit_forgive(limit->own[kind], who);
	(void)ask(limit, redis, kind, who, 0, answer); /* without an answer the bucket fills by itself */
}
