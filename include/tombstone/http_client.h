/*
 * HTTP requests to others, over connections that are kept alive: one, and wait for its answer, or many under way at
 * once.
 *
 * TLS is always verified; redirects are never followed; the path goes out as it was given; proxies and .netrc are used
 * only when asked for.  A request is sent once: libcurl's own repetition on a connection that died is allowed for GET
 * and HEAD, and stopped for everything else.
 *
 * One struct tomb_http belongs to one thread at a time, and must be made after fork().
 */
#ifndef TOMB_HTTP_CLIENT_H
#define TOMB_HTTP_CLIENT_H

#include "tombstone/arena.h"
#include "tombstone/read.h"

struct tomb_http;

enum tomb_code tomb_http_new(struct tomb_http **out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_http_free(struct tomb_http *http); /* NULL is fine */
static inline void tomb_http_freep(struct tomb_http **http)
{
	tomb_http_free(*http);
}
#define TOMB_HTTP_AUTO TOMB_CLEANUP(tomb_http_freep) struct tomb_http

struct tomb_http_header {
	struct tomb_str name;
	struct tomb_str value;
};

/* Takes the next bytes of a body, in their order; never none.  An error ends the request and is handed up as it is. */
typedef enum tomb_code tomb_http_sink_fn(void *arg, struct tomb_str bytes, struct tomb_err *err);

/* Everything is borrowed for the call.  Zero means the default. */
struct tomb_http_request {
	const char *method; /* "GET", "DELETE": upper case, no more than 15 letters */
	const char *url;
	const struct tomb_http_header *headers; /* Host and Content-Length are made from url and body unless given */
	size_t nheaders;

	struct tomb_str body; /* or: */
	tomb_read_fn *read;   /* exactly body_bytes are read; fewer or more are CORRUPT */
	void *read_arg;
	int64_t body_bytes;

	/* GET only: takes the body of a 200, whatever its size; the answer's body is then empty.  The body of any other
	 * status goes to the answer. */
	tomb_http_sink_fn *sink;
	void *sink_arg;

	size_t answer_max;      /* bytes of the answer's body; default 1 MiB */
	int connect_timeout_ms; /* default 5,000 */
	int timeout_ms;         /* of the whole request, or of a pause if there is a sink; default 60,000 */
	const char *ca_file;    /* default: the system's */
	const char *proxy;      /* default: none, whatever the environment says */
	bool allow_plain_http;  /* default: https only */
	bool is_secret;         /* the answer is: no copy of its body stays but the one in the arena */
};

struct tomb_http_answer {
	int status;
	const struct tomb_http_header *headers; /* of the final answer */
	size_t nheaders;
	struct tomb_str body;
};

/*
 * Sends the request and reads the whole answer into the arena.  Any status is TOMB_OK.  Others may be under way: they
 * go on, and wait to be taken.
 *
 * NET: nothing was executed, since not a byte of the request was sent, or since the method is GET or HEAD.
 * UNCERTAIN: at least a part was sent and there is no whole answer, or one larger than allowed: the other side may have
 * done it.
 * TOOBIG: the answer to GET or HEAD is larger than answer_max, or has unreasonably many or long headers.
 * CORRUPT, or an error of read as it is: the body was not what was promised; the other side never got all of it.
 * CORRUPT, or an error of sink as it is: the sink got a part of the answer and will get no more.  What it has is worth
 * nothing: an answer is whole only with TOMB_OK, and one that says neither its size nor its end is CORRUPT, too.
 * INVAL: url, method or headers cannot be sent.
 */
enum tomb_code tomb_http_run(struct tomb_http *http, const struct tomb_http_request *request, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Sends the request on its way, and does not wait.  *request is copied; its method, body, ca_file and what read and
 * sink need are borrowed until it has landed, and so is arena; url and headers are not.  read and sink must not use the
 * same handle.  tag is any address that no other request under way has.  INVAL and NOMEM, or an error of read: it is
 * not under way.
 */
enum tomb_code tomb_http_start(struct tomb_http *http, const struct tomb_http_request *request,
	struct tomb_arena *arena, void *tag, struct tomb_err *err) TOMB_MUST_USE;

/* Lets what is under way go on until one of them ends, for at most so long.  False: none is under way, and no time has
 * passed. */
bool tomb_http_drive(struct tomb_http *http, int64_t at_most_ms);

/* A request that has ended, one way or another. */
struct tomb_http_landed {
	enum tomb_code code;            /* as tomb_http_run() */
	struct tomb_http_answer answer; /* with TOMB_OK */
	struct tomb_err err;            /* else */
};

/* What became of the one that was started with this tag.  False: it is under way still.  Once it is true, the tag may
 * be used again. */
bool tomb_http_take(struct tomb_http *http, const void *tag, struct tomb_http_landed *out) TOMB_MUST_USE;

/* The first header of that name, letters' case ignored; "" when there is none. */
struct tomb_str tomb_http_header(const struct tomb_http_answer *answer, const char *name);

#endif
