/*
 * One request and its answer: what is decided at each step of it, without the server library.
 *
 * The server calls begin with the head, collect per piece of body, end when nothing more comes, and serve in a request
 * thread.  Each says what the server must do next.  Only serve runs outside the I/O thread, and nothing else runs
 * meanwhile.
 */
#ifndef TOMB_SERVICE_EXCHANGE_H
#define TOMB_SERVICE_EXCHANGE_H

#include "body.h"
#include "guard.h"
#include "http.h"
#include "pool.h"

enum tomb_act {
	TOMB_ACT_GO_ON,   /* read on */
	TOMB_ACT_ANSWER,  /* res is complete: send it */
	TOMB_ACT_CUT_OFF, /* the same, but a body is still to come */
	TOMB_ACT_QUEUE,   /* hand it to a request thread: tomb_exchange_serve() */
	TOMB_ACT_HANG_UP, /* close the connection */
};

/* What all exchanges of a server share. */
struct tomb_exchange_home {
	struct tomb_httpd_options options; /* complete */
	struct tomb_service *service;
	uint64_t bodies; /* bytes that all exchanges hold; the I/O thread's own */
};

struct tomb_exchange {
	struct tomb_pool_item item; /* while it is queued */
	struct tomb_exchange_home *home;
	struct tomb_arena arena;
	int64_t started_us; /* monotonic */
	struct tomb_body body;
	bool is_cut_off;
	size_t dropped; /* bytes of body that came after TOMB_ACT_CUT_OFF */
	struct tomb_request req;
	struct tomb_response res;
};

/* Fills x, which stays where it is.  Takes arena, in which x may live.  Copies target. */
enum tomb_code tomb_exchange_init(struct tomb_exchange *x, struct tomb_exchange_home *home, struct tomb_arena *arena,
	struct tomb_str target, struct tomb_err *err) TOMB_MUST_USE;
void tomb_exchange_fini(struct tomb_exchange *x); /* x may be gone with its arena */

/* head is borrowed until the end of the exchange, remote too. */
enum tomb_act tomb_exchange_begin(
	struct tomb_exchange *x, const struct tomb_guard_head *head, struct tomb_str remote) TOMB_MUST_USE;
enum tomb_act tomb_exchange_collect(struct tomb_exchange *x, struct tomb_str piece) TOMB_MUST_USE;

/* QUEUE only if pool had a place, which is reserved then. */
enum tomb_act tomb_exchange_end(struct tomb_exchange *x, struct tomb_pool *pool) TOMB_MUST_USE;

/* In a request thread: fills res. */
void tomb_exchange_serve(struct tomb_exchange *x, struct tomb_ctx *ctx, bool is_closing);

/* An answer for a request that could not even be begun.  what's code is the status. */
enum tomb_act tomb_exchange_refuse(struct tomb_exchange *x, const struct tomb_err *what) TOMB_MUST_USE;

#endif
