/* A PostgreSQL cluster of this test program's own, on a unix socket. */
#ifndef TOMB_TEST_PG_CLUSTER_H
#define TOMB_TEST_PG_CLUSTER_H

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

#endif
