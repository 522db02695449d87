/* The kills: whom, at what moment, and that it runs again afterwards. */
#ifndef KILL_KILLER_H
#define KILL_KILLER_H

#include "scene.h"

enum victim {
	VICTIM_LANE,
	VICTIM_ALL_LANES,
	VICTIM_WORKER,
	VICTIM_REGISTRY,
	VICTIM_REDIS,
	VICTIM_BACKEND, /* a process of PostgreSQL: all others of it end, too, and it recovers */
	VICTIM_POSTMASTER,
	VICTIM_INGEST,
	VICTIMS
};

enum moment_kind {
	MOMENT_DELAY,         /* up to a quarter of a second after work was seen to be done */
	MOMENT_WORKER_LINE,   /* when it has said so many lines */
	MOMENT_REGISTRY_LINE, /* the same */
	MOMENT_STORE,         /* at a place of a request that changes the store */
	MOMENTS
};

struct tally {
	int kills[VICTIMS];
	int moments[MOMENTS];
	int in_vain;   /* the moment did not come within three seconds: nothing went on */
	int came_back; /* programs that ended by themselves, without a ledger, and were started again */
	int holds;
};

const char *killer_victim(enum victim victim);
const char *killer_moment(enum moment_kind kind);

/* All of them.  Tells s->shared how far it is. */
void killer_run(struct scene *s, struct tally *tally);

/* Starts again what ended by itself, as the service manager does. */
void killer_keep_alive(struct scene *s, struct tally *tally);

#endif
