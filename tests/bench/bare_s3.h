/* A client that knows nothing: requests signed beforehand, sent over plain sockets, answers only counted. */
#ifndef BARE_S3_H
#define BARE_S3_H

#include "tombstone/arena.h"

enum bare_verb { BARE_PUT, BARE_HEAD, BARE_DELETE, BARE_VERB_MAX };

struct bare_work {
	enum bare_verb verb;
	const char *host; /* 127.0.0.1:8000 */
	const char *bucket;
	struct tomb_str access_key;
	struct tomb_str secret_key;
	const char *prefix;
	uint64_t from;
	uint64_t n;
	size_t batch; /* keys of one DeleteObjects */
	size_t in_flight;
	size_t size; /* bytes of an object */
};

/* The whole requests, as they go out, in the arena; their number in *n. */
struct tomb_str *bare_requests(const struct bare_work *work, struct tomb_arena *arena, size_t *n);

/* PUT of the bucket. */
struct tomb_str bare_make_bucket(const struct bare_work *work, struct tomb_arena *arena);

struct bare_found {
	uint64_t ok;      /* answers of status 200 to 299 */
	uint64_t absent;  /* 404 */
	uint64_t other;   /* the rest */
	uint64_t deleted; /* <Deleted> elements */
};

/* Sends all of them over so many connections, each as soon as one is free.  Ends the program if the server hangs up. */
void bare_send(const char *host, const struct tomb_str *requests, size_t n, size_t in_flight, struct bare_found *found);

#endif
