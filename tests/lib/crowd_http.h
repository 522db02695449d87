/*
 * A small HTTP server on loopback for many connections at once.  It lets requests gather, and answers them in the order
 * that a test wants: so a test sees how many are under way, and that each answer finds its request.
 */
#ifndef CROWD_HTTP_H
#define CROWD_HTTP_H

#include "tombstone/arena.h"

struct crowd_request {
	struct tomb_str head; /* request line and headers, without the empty line */
	struct tomb_str body;
	size_t nth; /* in the order of arrival, from 0 */
};

struct crowd_plan {
	/* What goes over the wire; NULL closes the connection.  Called in the server's thread. */
	const char *(*answer)(void *ctx, const struct crowd_request *request, struct tomb_arena *arena);
	void *ctx;
	size_t alone;      /* so many are answered at once, */
	size_t crowd;      /* then so many gather, and again at once what comes after */
	size_t gather;     /* of the crowd none is answered before so many wait, or all that are left of it */
	bool newest_first; /* the order of the answers to what has gathered */
};

struct crowd_http;

struct crowd_http *crowd_http_start(const struct crowd_plan *plan); /* borrows ctx */
int crowd_http_port(const struct crowd_http *server);

/* Ends the server; afterwards it may be asked what it saw. */
void crowd_http_stop(struct crowd_http *server);
size_t crowd_http_requests(const struct crowd_http *server);
size_t crowd_http_connections(const struct crowd_http *server);
size_t crowd_http_peak(const struct crowd_http *server); /* requests that waited at once */
void crowd_http_free(struct crowd_http *server);

#endif
