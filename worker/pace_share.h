/*
 * The pace of the backends, shared with other lanes and machines through Redis: see struct tomb_pace.  One hash for
 * each backend that was throttled, which ends by itself.
 *
 * A hint: where Redis is away, slow or full, each lane goes by what it learns itself, and leaves Redis alone for a
 * while.
 */
#ifndef TOMB_PACE_SHARE_H
#define TOMB_PACE_SHARE_H

#include "tombstone/clock.h"
#include "tombstone/redis.h"
#include "tombstone/store_traffic.h"

enum {
	TOMB_PACE_SHARE_WAIT_MS = 100, /* that a lane waits for Redis: a tenth of the time between two exchanges */
	TOMB_PACE_SHARE_REST_S = 30,   /* and if that was in vain, it does without for so long */
	TOMB_PACE_SHARE_MEMORY_S = 60  /* after which nobody is told any more of a throttle: all have heard */
};

struct tomb_pace_share;

/* prefix: of the keys' names.  Borrows it and clock; does not connect.  options' times do not count.  NOMEM. */
enum tomb_code tomb_pace_share_open(struct tomb_pace_share **out, const struct tomb_redis_options *options,
	struct tomb_str prefix, const struct tomb_clock *clock, struct tomb_err *err) TOMB_MUST_USE;
void tomb_pace_share_close(struct tomb_pace_share *share); /* NULL is fine */
static inline void tomb_pace_share_closep(struct tomb_pace_share **share)
{
	tomb_pace_share_close(*share);
}
#define TOMB_PACE_SHARE_AUTO TOMB_CLEANUP(tomb_pace_share_closep) struct tomb_pace_share

/* A tomb_pace_exchange_fn whose ctx is a struct tomb_pace_share. */
bool tomb_pace_share_exchange(void *share, struct tomb_str backend, struct tomb_pace *pace);

#endif
