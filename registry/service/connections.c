#include "connections.h"

#include "ticker.h"

#include <netinet/in.h>
#include <pthread.h>

enum {
	RESERVE = 64,           /* connections beyond max that live until they have heard so */
	REFUSED_HEAD_MS = 2000, /* for the head of one that is to be refused: those who mean it have sent it already */
	ADDRESS_BYTES = 8,      /* of IPv6: a site has all of a /64 */
};

/* The lists' links: each connection is in the list of its state, the longest there first, or among those not used. */
struct tomb_connection {
	struct tomb_connection *next;
	struct tomb_connection *before;
	struct tomb_connection *same; /* the next one in the same bucket of addresses */
	enum tomb_connection_state state;
	enum tomb_code refusal; /* OK: welcome */
	int fd;
	int64_t until_us; /* monotonic; INT64_MAX: no limit */
	bool is_cut;
	uint8_t address[ADDRESS_BYTES];
	bool has_address;
};

struct list {
	struct tomb_connection *first;
	struct tomb_connection *last;
};

/* lock guards all that changes.  A file descriptor in a list is open: the server closes it after it has removed it. */
struct tomb_connections {
	struct tomb_connections_options options;
	pthread_mutex_t lock;
	struct tomb_ticker *ticker;
	struct tomb_connection *unused;
	struct tomb_connection **buckets; /* capacity of them */
	struct list lists[TOMB_CONNECTION_MAX];
	uint32_t n;
};

static int64_t after_ms(const struct tomb_connections *all, uint64_t ms)
{
	return tomb_clock_monotonic_us(all->options.clock) + (int64_t)ms * TOMB_US_PER_MS;
}

/* ---- lists; all under the lock ---- */

static void append(struct tomb_connections *all, struct tomb_connection *c)
{
	struct list *list = &all->lists[c->state];

	c->next = NULL;
	c->before = list->last;
	if (list->last)
		list->last->next = c;
	else
		list->first = c;
	list->last = c;
}

static void take_out(struct tomb_connections *all, struct tomb_connection *c)
{
	struct list *list = &all->lists[c->state];

	if (c->before)
		c->before->next = c->next;
	else
		list->first = c->next;
	if (c->next)
		c->next->before = c->before;
	else
		list->last = c->before;
}

/* The server sees the end, and removes it.  Until then it is nobody's to be cut again. */
static void cut(struct tomb_connections *all, struct tomb_connection *c)
{
	(void)shutdown(c->fd, SHUT_RDWR); /* if it is broken already, all the better */
	c->is_cut = true;
	take_out(all, c);
	c->state = TOMB_CONNECTION_SERVING;
	append(all, c);
}

/* ---- addresses ---- */

/* False for a peer that is not counted. */
static bool address_of(const struct sockaddr *peer, uint8_t out[static ADDRESS_BYTES])
{
	static const uint8_t v4_in_v6[12] = {[10] = 0xff, [11] = 0xff};
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	memset(out, 0, ADDRESS_BYTES);
	if (peer->sa_family == AF_INET) {
		memcpy(&v4, peer, sizeof v4);
		memcpy(out, &v4.sin_addr, sizeof v4.sin_addr);
		return true;
	}
	if (peer->sa_family != AF_INET6)
		return false;
	memcpy(&v6, peer, sizeof v6);
	if (memcmp(&v6.sin6_addr, v4_in_v6, sizeof v4_in_v6) == 0)
		memcpy(out, (const uint8_t *)&v6.sin6_addr + sizeof v4_in_v6, sizeof v4.sin_addr);
	else
		memcpy(out, &v6.sin6_addr, ADDRESS_BYTES);
	return true;
}

static struct tomb_connection **bucket_of(struct tomb_connections *all, const uint8_t address[static ADDRESS_BYTES])
{
	uint64_t number = 0;

	memcpy(&number, address, sizeof number);
	number *= UINT64_C(0x9e3779b97f4a7c15); /* 2^64 over the golden ratio: Fibonacci hashing */
	return &all->buckets[(number >> 32) % tomb_connections_capacity(all)];
}

/* How many there are of c's address, before c is counted itself. */
static uint32_t count_same(struct tomb_connections *all, const struct tomb_connection *c)
{
	uint32_t n = 0;

	for (const struct tomb_connection *other = *bucket_of(all, c->address); other; other = other->same)
		n += memcmp(other->address, c->address, ADDRESS_BYTES) == 0;
	return n;
}

static void forget_address(struct tomb_connections *all, struct tomb_connection *c)
{
	struct tomb_connection **at = bucket_of(all, c->address);

	while (*at != c)
		at = &(*at)->same;
	*at = c->same;
}

/* ---- limits ---- */

/* Makes a place by closing what does nothing, the longest first; false if all have something to do. */
static bool make_place(struct tomb_connections *all)
{
	static const enum tomb_connection_state idlest[] = {
		TOMB_CONNECTION_IDLE, TOMB_CONNECTION_HEAD, TOMB_CONNECTION_NEW};

	for (size_t i = 0; i < TOMB_COUNTOF(idlest); i++)
		if (all->lists[idlest[i]].first) {
			cut(all, all->lists[idlest[i]].first);
			return true;
		}
	return false;
}

static enum tomb_code judge(struct tomb_connections *all, struct tomb_connection *c)
{
	uint32_t per_address = all->options.per_address;

	if (per_address > 0 && c->has_address && count_same(all, c) >= per_address)
		return TOMB_RATE_LIMITED;
	if (all->n < all->options.max || make_place(all))
		return TOMB_OK;
	return TOMB_BUSY;
}

static bool look_around(void *ctx)
{
	struct tomb_connections *all = ctx;
	int64_t now_us = tomb_clock_monotonic_us(all->options.clock);

	(void)pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < TOMB_CONNECTION_MAX; i++) {
		struct tomb_connection *next = NULL;

		if (i == TOMB_CONNECTION_SERVING)
			continue;
		for (struct tomb_connection *c = all->lists[i].first; c; c = next) {
			next = c->next;
			if (now_us > c->until_us)
				cut(all, c);
		}
	}
	(void)pthread_mutex_unlock(&all->lock);
	return false;
}

/* ---- the server's side ---- */

uint32_t tomb_connections_capacity(const struct tomb_connections *all)
{
	return all->options.max + RESERVE;
}

enum tomb_code tomb_connections_start(const struct tomb_connections_options *options, struct tomb_arena *arena,
	struct tomb_connections **out, struct tomb_err *err)
{
	size_t capacity = (size_t)options->max + RESERVE;
	struct tomb_connections *all = TOMB_NEW(arena, struct tomb_connections, 1);
	struct tomb_connection *places = TOMB_NEW(arena, struct tomb_connection, capacity);

	if (!all || !places || !(all->buckets = TOMB_NEW(arena, struct tomb_connection *, capacity)))
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu connections", capacity);
	all->options = *options;
	for (size_t i = 0; i < capacity; i++) {
		places[i].next = all->unused;
		all->unused = &places[i];
	}
	if (pthread_mutex_init(&all->lock, NULL) != 0)
		return TOMB_FAIL(err, TOMB_NOMEM, "the lock of the connections");
	if (tomb_ticker_start(&all->ticker, look_around, all, options->tick_ms, err) != TOMB_OK) {
		(void)pthread_mutex_destroy(&all->lock); /* never used */
		return err->code;
	}
	*out = all;
	return TOMB_OK;
}

void tomb_connections_stop(struct tomb_connections *all)
{
	if (!all)
		return;
	tomb_ticker_stop(all->ticker);
	(void)pthread_mutex_destroy(&all->lock);
}

static void welcome(struct tomb_connections *all, struct tomb_connection *c)
{
	struct tomb_connection **bucket = NULL;

	c->refusal = judge(all, c);
	c->until_us = after_ms(all, c->refusal == TOMB_OK ? all->options.head_ms : REFUSED_HEAD_MS);
	all->n++;
	append(all, c);
	if (c->has_address) {
		bucket = bucket_of(all, c->address);
		c->same = *bucket;
		*bucket = c;
	}
}

struct tomb_connection *tomb_connections_add(struct tomb_connections *all, int fd, const struct sockaddr *peer)
{
	struct tomb_connection *c = NULL;

	(void)pthread_mutex_lock(&all->lock);
	c = all->unused;
	if (c) {
		all->unused = c->next;
		*c = (struct tomb_connection){.fd = fd, .state = TOMB_CONNECTION_NEW};
		c->has_address = peer && address_of(peer, c->address);
		welcome(all, c);
	}
	(void)pthread_mutex_unlock(&all->lock);
	return c;
}

void tomb_connections_remove(struct tomb_connections *all, struct tomb_connection *c)
{
	if (!c)
		return;
	(void)pthread_mutex_lock(&all->lock);
	take_out(all, c);
	if (c->has_address)
		forget_address(all, c);
	c->next = all->unused;
	all->unused = c;
	all->n--;
	(void)pthread_mutex_unlock(&all->lock);
}

enum tomb_code tomb_connection_check(const struct tomb_connection *c, struct tomb_err *err)
{
	if (c->refusal == TOMB_RATE_LIMITED)
		return TOMB_FAIL(err, TOMB_RATE_LIMITED, "too many connections from this address: close some");
	if (c->refusal != TOMB_OK)
		return TOMB_FAIL(err, c->refusal, "too many connections at once: try again");
	return TOMB_OK;
}

static int64_t deadline(const struct tomb_connections *all, const struct tomb_connection *c,
	enum tomb_connection_state state, uint64_t bytes)
{
	const struct tomb_connections_options *o = &all->options;

	switch (state) {
	case TOMB_CONNECTION_NEW:
	case TOMB_CONNECTION_HEAD:
		return c->state == TOMB_CONNECTION_NEW ? c->until_us : after_ms(all, o->head_ms);
	case TOMB_CONNECTION_IDLE:
		return after_ms(all, o->idle_ms);
	case TOMB_CONNECTION_BODY:
		return after_ms(all, o->slow_ms);
	case TOMB_CONNECTION_SENDING:
		return after_ms(all, o->slow_ms + bytes / o->answer_rate * 1000);
	case TOMB_CONNECTION_SERVING:
	case TOMB_CONNECTION_MAX:
		break;
	}
	return INT64_MAX;
}

bool tomb_connection_enter(
	struct tomb_connections *all, struct tomb_connection *c, enum tomb_connection_state state, uint64_t bytes)
{
	bool is_cut = false;

	(void)pthread_mutex_lock(&all->lock);
	is_cut = c->is_cut;
	if (!is_cut) {
		c->until_us = deadline(all, c, state, bytes);
		take_out(all, c);
		c->state = state;
		append(all, c);
	}
	(void)pthread_mutex_unlock(&all->lock);
	return !is_cut;
}

void tomb_connection_came(struct tomb_connections *all, struct tomb_connection *c, uint64_t bytes)
{
	(void)pthread_mutex_lock(&all->lock);
	if (c->state == TOMB_CONNECTION_BODY)
		c->until_us += (int64_t)(bytes * TOMB_US_PER_S / all->options.body_rate);
	(void)pthread_mutex_unlock(&all->lock);
}
