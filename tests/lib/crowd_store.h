/* An S3 store whose server is a crowd_http: many requests at once.  Time passes only when the store waits for it, and
 * the first two requests are those of the probe. */
#ifndef CROWD_STORE_H
#define CROWD_STORE_H

#include "crowd_http.h"
#include "temp_folder.h"
#include "tombstone/clock.h"
#include "tombstone/store_look.h"
#include "tombstone/store_traffic.h"

enum { CROWD_STORE_PROBE = 2 };

#define CROWD_ID "x-amz-request-id: req-1\r\n"
#define CROWD_NO_BODY(status, headers) "HTTP/1.1 " status "\r\n" CROWD_ID headers "Content-Length: 0\r\n\r\n"

struct crowd_store {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct tomb_clock_manual clock;
	int64_t waited_ms;
	bool told_to_end;
	struct crowd_http *server;
	struct tomb_stores *stores;
	struct tomb_store *store;
	const char *(*answer)(void *ctx, const struct crowd_request *request, struct tomb_arena *arena);
	void *ctx; /* the answer's */
};

/* plan's alone counts from the probe's end.  conf: more lines of the backend's section. */
void crowd_store_begin(struct crowd_store *f, const struct crowd_plan *plan, const char *conf, int64_t longest_ms);
void crowd_store_end(struct crowd_store *f);

/* Ends the server; how many requests came after the probe's. */
size_t crowd_store_sent(struct crowd_store *f);

/* What a request is for: the path without "/bucket/", up to the query. */
struct tomb_str crowd_store_key(const struct crowd_request *request);

/* An answer with this body. */
const char *crowd_store_say(struct tomb_arena *arena, const char *status, const char *body);

#endif
