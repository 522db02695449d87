/* A service with a few small routes, for tests of the HTTP server. */
#ifndef TOY_SERVICE_H
#define TOY_SERVICE_H

#include "../../registry/service/http.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
	TOY_BODY_MAX = 64 * 1024,         /* POST /echo */
	TOY_UPLOAD_MAX = 8 * 1024 * 1024, /* POST /upload */
	TOY_FILE_BYTES = 3 * 1024 * 1024, /* GET /file */
};

/* A clock that tests may move while the server runs. */
struct toy_clock {
	struct tomb_clock clock;
	atomic_int_fast64_t us;
};

/*
 * GET  /hello          "hello"
 * GET  /api/hello      {"hello":true}
 * GET  /id/{id}        the number; the like for /uuid/{uuid}, /text/{text}/end and /rest/{rest}
 * GET  /query          the value of every "q", each with a line feed behind it
 * POST /echo           the body
 * POST /upload         how many bytes came, if each of them was 'x'
 * POST /mark           counts in marks
 * GET  /gate           answers when the gate is open
 * GET  /file           TOY_FILE_BYTES of 'y' from a file
 * GET  /away           a redirect to /hello
 * GET  /down           fails with DB_DOWN
 * GET  /endless        more than a response may hold
 * GET  /remote         the client's address
 *
 * A request with the header X-Stranger is refused before its handler; errors in HTML are rendered as "<slug>".
 */
struct toy {
	struct tomb_service service;
	struct toy_clock clock;
	atomic_size_t marks;
	atomic_size_t opened; /* contexts */
	atomic_size_t closed;
	atomic_size_t done;      /* requests */
	atomic_size_t good;      /* of them, those answered 200 */
	atomic_int fail_open_at; /* the context that cannot be opened, from 1; 0: none */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t at_gate; /* guarded by lock, as is_open */
	bool is_open;
};

void toy_init(struct toy *toy);
void toy_fini(struct toy *toy);
void toy_wait_at_gate(struct toy *toy, size_t n); /* until so many requests stand there */
void toy_open_gate(struct toy *toy);

#endif
