/* A PostgreSQL cluster of this test program's own, on a unix socket. */
#ifndef TOMB_TEST_PG_CLUSTER_H
#define TOMB_TEST_PG_CLUSTER_H

#include <stdbool.h>

/*
 * Starts it, as user postgres if this is root, and returns the folder of its socket; the superuser is "postgres".  A
 * keeper process outside our process group stops it and removes its folder when this program is gone, however it went.
 * Exits with 77, which skips the test, where PostgreSQL is not installed.
 */
const char *tomb_cluster_start(void);

/* To be called, if at all, before the start: it waits for the disk as it does in production. */
void tomb_cluster_durable(void);

/* Stops it as a crash would, and starts it again. */
void tomb_cluster_restart(void);

/* kill -9 of the postmaster alone, whose other processes have to notice; then starts it again. */
void tomb_cluster_kill(void);

/* To be called before.  Its data are to lie on a disk of that size; false if that cannot be had here: it takes root,
 * and the right to mount. */
bool tomb_cluster_be_small(int megabytes);

enum tomb_cluster_order {
	TOMB_CLUSTER_STOP_FAST = 'f',    /* sessions are ended in good order */
	TOMB_CLUSTER_STOP_AT_ONCE = 'q', /* as a crash would */
	TOMB_CLUSTER_KILL = 'k',         /* of the postmaster alone */
	TOMB_CLUSTER_START = 's',
	TOMB_CLUSTER_COPY = 'c',    /* makes a streaming copy of it; its socket is in the folder "two" below */
	TOMB_CLUSTER_PROMOTE = 'p', /* the copy takes writes from here on */
	TOMB_CLUSTER_FILL = 'x',    /* the small disk, to the last byte */
	TOMB_CLUSTER_FREE = 'y',    /* and gives the room back; starts the server if that has died of it */
};

/* Returns when it is done; afterwards our connections may be broken. */
void tomb_cluster_order(enum tomb_cluster_order order);

#endif
