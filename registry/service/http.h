/*
 * The HTTP server: one thread reads, guards and routes; complete requests wait in a bounded queue for request threads,
 * whose handlers may block.  A full queue is answered 503 at once.
 *
 * Plain HTTP/1.1, meant to stand behind a proxy that speaks TLS, and safe without one.
 */
#ifndef TOMB_SERVICE_HTTP_H
#define TOMB_SERVICE_HTTP_H

#include "serve.h"
#include "tombstone/address.h"
#include "tombstone/clock.h"

/* Zero means the default in parentheses. */
struct tomb_httpd_options {
	const struct tomb_address *address; /* (127.0.0.1, port of the kernel's choice: tomb_httpd_port()) */
	const char *spool_dir;              /* for long bodies ("/tmp") */
	uint32_t threads;                   /* request threads (8) */
	uint32_t queue;                     /* requests that wait for one (256) */
	uint32_t connections;               /* at once (1024); of more, idle ones are closed, else newcomers get 503 */
	uint32_t per_address;               /* of them from one address, more get 429 (0: any number) */
	uint32_t idle_s;                    /* a connection on which nothing moves, or nothing whole comes (30) */
	uint32_t head_ms;                   /* a head must be there within (10,000) */
	uint32_t body_ms;                   /* a body must be there within (600,000) */
	uint32_t slow_ms;                   /* until a body or an answer must keep the rates below (20,000) */
	uint32_t body_rate;                 /* bytes a second of a body (512) */
	uint32_t answer_rate;               /* bytes a second of an answer (4,096) */
	uint32_t tick_ms;                   /* between two looks for clients that are too slow (250) */
	uint32_t request_ms;                /* an answer is wanted within, queueing included (30,000) */
	uint64_t bodies_max;                /* bytes of request bodies at once, all connections together (1 GiB) */
	bool behind_tls;                    /* the proxy speaks TLS: Secure cookies, HSTS */
	struct tomb_str trusted_proxies;    /* "192.0.2.1,unix": whose X-Forwarded-For is believed (nobody's) */
	const struct tomb_clock *clock;     /* (the machine's) */
};

/* The same with all defaults filled in. */
struct tomb_httpd_options tomb_httpd_options_complete(const struct tomb_httpd_options *given);

struct tomb_httpd;

/* Opens every thread's context, listens and serves.  Borrows service, its routes, and what options points to, until
 * tomb_httpd_stop().  Signals must be blocked before: the threads inherit that.  BUG for a bad table of routes; NET or
 * CONFLICT if the address cannot be had; what thread_open fails with. */
enum tomb_code tomb_httpd_start(const struct tomb_httpd_options *options, struct tomb_service *service,
	struct tomb_httpd **out, struct tomb_err *err) TOMB_MUST_USE;

uint16_t tomb_httpd_port(const struct tomb_httpd *httpd); /* 0 for a unix socket */

/*
 * Stops taking connections, lets requests end for at most drain_ms, answers 503 to those that still wait for a thread,
 * waits for the handlers that run, closes the rest and frees httpd.  NULL is accepted.  Not from a handler.
 */
void tomb_httpd_stop(struct tomb_httpd *httpd, uint32_t drain_ms);

#endif
