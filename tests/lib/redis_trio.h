/*
 * Two Redis servers, of which one copies the other, and a Sentinel that makes the copy the master when the master is
 * gone for a moment.  All three listen on loopback and want a password.
 */
#ifndef TESTS_REDIS_TRIO_H
#define TESTS_REDIS_TRIO_H

#include "servers.h"

#define REDIS_TRIO_MASTER "the-queue" /* its name */
#define REDIS_TRIO_PASSWORD "swordfish"
#define REDIS_TRIO_SENTINEL_PASSWORD "open sesame"

struct redis_trio {
	struct server *servers[2]; /* the first is the master in the beginning */
	struct server *sentinel;
	int ports[2];
	int sentinel_port;
	int dead_port; /* where nobody listens */
};

/* Returns when the copy is in step and the Sentinel knows of it. */
void redis_trio_start(struct redis_trio *t);
void redis_trio_end(struct redis_trio *t);

/* One command, its words parted by blanks, to a server over its socket; the beginning of its raw answer.  password
 * NULL: it wants none. */
enum { REDIS_TRIO_ANSWER = 4096 };
void redis_trio_tell(
	const struct server *server, const char *password, const char *command, char answer[static REDIS_TRIO_ANSWER]);

/* Waits until the server (0 or 1) answers with the piece: the copy follows when it can. */
void redis_trio_wait_for(struct redis_trio *t, int which, const char *command, const char *piece);

/* Waits until the Sentinel names this server (0 or 1) and the server takes it up; fails the test after a minute. */
void redis_trio_wait_for_master(struct redis_trio *t, int which);

#endif
