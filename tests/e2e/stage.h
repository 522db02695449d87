/*
 * A whole installation for one test: a database, Redis, a mail server, stores with real bytes, and over them the real
 * registry and the real worker.  Every part can be killed and started again.  Short times, so that what is left by the
 * dead is taken over soon.
 */
#ifndef E2E_STAGE_H
#define E2E_STAGE_H

#include "program.h"
#include "servers.h"
#include "visitor.h"
#include "world.h"

#define STAGE_PASSWORD "correct horse battery staple" /* everybody's */

struct stage {
	struct tomb_world world; /* its people have STAGE_PASSWORD */
	struct server *redis;
	struct server *smtp;
	struct program registry;
	struct program worker;
	uint16_t port; /* of the registry as it is now */
};

/* Opens everything and starts the servers, but no program of ours.  As cmocka's setup and teardown: *state is the
 * stage.  The teardown keeps the folder, with the logs, if TOMBSTONE_TEST_KEEP is set. */
int stage_set_up(void **state);
int stage_tear_down(void **state);

/* The worker's settings "lanes" and "backoff_max_ms", as lines; before it starts.  Two, and 500, otherwise. */
void stage_set_worker(struct stage *s, const char *how);

/* Both, and waits until they are ready. */
void stage_start(struct stage *s);

/* Starts the registry and waits until it listens; s->port is its new port. */
void stage_start_registry(struct stage *s);

/* The port of the registry that listened last, of which it says so itself; false if it has not said so yet. */
bool stage_find_port(const struct stage *s, uint16_t *port);

/* Somebody with a session of their own, signed in by the page; somebody with an API key. */
void stage_sign_in(struct stage *s, const struct tomb_actor *who, struct visitor *out);
void stage_give_key(struct stage *s, const struct tomb_actor *who, struct visitor *out);

/* Waits until the statement yields the number.  Fails the test, with the ends of both logs, after a minute. */
void stage_wait(struct stage *s, int64_t wanted, const char *fmt, ...) TOMB_PRINTF(3, 4);

/* Waits for bob's mail about the request, and takes the token from it. */
void stage_token(struct stage *s, const char *email, int64_t request_id, char token[static TOMB_TOKEN_TEXT]);

/* Waits until every approved deletion has ended, all mails are sent and the audit log is chained; then checks that all
 * of it is as it must be, and that nothing of the files' bytes is left or gone that should not be. */
void stage_check(struct stage *s);

#endif
