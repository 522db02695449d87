/* How many of something are under way, for whoever waits until none is. */
#ifndef TOMB_SERVICE_TALLY_H
#define TOMB_SERVICE_TALLY_H

#include "tombstone/err.h"

#include <pthread.h>

/* lock guards n; none is signalled when n becomes 0. */
struct tomb_tally {
	pthread_mutex_t lock;
	pthread_cond_t none;
	size_t n;
};

enum tomb_code tomb_tally_init(struct tomb_tally *tally, struct tomb_err *err) TOMB_MUST_USE;
void tomb_tally_fini(struct tomb_tally *tally);

void tomb_tally_add(struct tomb_tally *tally);
void tomb_tally_remove(struct tomb_tally *tally);

/* Waits until there is none, for so long at most.  True if there is none. */
bool tomb_tally_wait(struct tomb_tally *tally, uint32_t ms);

#endif
