/*
 * The connections that are open, and how long each may take: clients that trickle or do not read are cut, and when
 * there are too many, those that do nothing go first.
 *
 * The server says what state each connection is in; a thread of this noun looks around and shuts down what has used
 * its time up, after which the server sees its end like any other.  A request that is being answered is never cut.
 */
#ifndef TOMB_SERVICE_CONNECTIONS_H
#define TOMB_SERVICE_CONNECTIONS_H

#include "tombstone/arena.h"
#include "tombstone/clock.h"

#include <sys/socket.h>

enum tomb_connection_state {
	TOMB_CONNECTION_NEW,     /* accepted; the first head is to come whole */
	TOMB_CONNECTION_IDLE,    /* answered, and kept: the next request line is to come whole */
	TOMB_CONNECTION_HEAD,    /* it has: the rest of its head is to come */
	TOMB_CONNECTION_BODY,    /* fast enough: tomb_connection_came() */
	TOMB_CONNECTION_SERVING, /* no limit: a request waits for a thread or has one, or a stream is open on purpose */
	TOMB_CONNECTION_SENDING, /* the answer is on its way, and is to be read fast enough */
	TOMB_CONNECTION_MAX
};

struct tomb_connection;
struct tomb_connections;

/* No zeros but where it says so. */
struct tomb_connections_options {
	uint32_t max;         /* at once; of more, idle ones are closed, else the newcomers are told to come back */
	uint32_t per_address; /* of one address, IPv6 by /64; 0: any number.  Not for unix sockets. */
	uint32_t head_ms;     /* for a head, from its connection's begin or its own first line */
	uint32_t idle_ms;     /* from an answer to the next request line */
	uint32_t slow_ms;     /* for a body or an answer, and beyond that by the rates below */
	uint32_t body_rate;   /* bytes a second */
	uint32_t answer_rate; /* bytes a second */
	uint32_t tick_ms;     /* between two looks around */
	const struct tomb_clock *clock;
};

/* Starts the thread that looks around.  Lives in the arena, until tomb_connections_stop(). */
enum tomb_code tomb_connections_start(const struct tomb_connections_options *options, struct tomb_arena *arena,
	struct tomb_connections **out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_connections_stop(struct tomb_connections *all); /* NULL is accepted */

/* How many the server may accept: somewhat more than max, so that newcomers can be told. */
uint32_t tomb_connections_capacity(const struct tomb_connections *all);

/* A connection was accepted; NULL if there is no place at all.  fd stays open until tomb_connections_remove(). */
struct tomb_connection *tomb_connections_add(struct tomb_connections *all, int fd, const struct sockaddr *peer);
void tomb_connections_remove(struct tomb_connections *all, struct tomb_connection *c); /* NULL is accepted */

/* Whether a request of this connection may be answered at all: BUSY or RATE_LIMITED if not. */
enum tomb_code tomb_connection_check(const struct tomb_connection *c, struct tomb_err *err) TOMB_MUST_USE;

/* Where it stands from now on; bytes is the length of the answer if state is SENDING.  A NEW connection's head keeps
 * its deadline.  False if it has been cut: nothing that it asks for may be done any more. */
bool tomb_connection_enter(
	struct tomb_connections *all, struct tomb_connection *c, enum tomb_connection_state state, uint64_t bytes);

/* So many bytes of the body have come. */
void tomb_connection_came(struct tomb_connections *all, struct tomb_connection *c, uint64_t bytes);

#endif
