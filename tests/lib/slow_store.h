/*
 * An S3 store whose time passes only when it waits, against a canned server.  For what stores do that are asked for
 * less, refused or in trouble.
 */
#ifndef SLOW_STORE_H
#define SLOW_STORE_H

#include "canned_http.h"
#include "temp_folder.h"
#include "tombstone/store_look.h"
#include "tombstone/store_traffic.h"

#define S3_ID "x-amz-request-id: req-1\r\n"
#define S3_HEAD(status, headers, length) "HTTP/1.1 " status "\r\n" headers "Content-Length: " length "\r\n\r\n"
#define S3_ERROR_BODY(code)                                                                                            \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" code "</Code><Message>m</Message></Error>"
/* The server closes after it, so no length is needed. */
#define S3_REFUSAL(status, headers, code)                                                                              \
	"HTTP/1.1 " status "\r\n" S3_ID headers "Connection: close\r\n\r\n" S3_ERROR_BODY(code)
#define S3_SLOW_DOWN S3_REFUSAL("503 Slow Down", "", "SlowDown")
#define S3_NO_CONTENT S3_HEAD("204 No Content", S3_ID, "0")
/* Of a bucket without versions. */
#define SLOW_STORE_VERSIONING                                                                                          \
	"HTTP/1.1 200 OK\r\n" S3_ID "Connection: close\r\n\r\n"                                                        \
	"<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"
#define S3_NOT_THERE S3_HEAD("404 Not Found", S3_ID, "0")

enum { SLOW_STORE_SCRIPT_MAX = 400, SLOW_STORE_PROBE = 2 /* requests before the first of the test */ };

struct slow_store {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct canned_reply script[SLOW_STORE_SCRIPT_MAX];
	size_t n;
	struct canned_http *server;
	struct tomb_stores *stores;
	struct tomb_store *store;
	struct tomb_clock_manual clock;
	int64_t waited_ms;
	int waits;
	bool told_to_end; /* no wait is granted */
};

/* First what the server will say, then the store, which is called "s" and is probed; it may wait longest_ms a call. */
void slow_store_setup(struct slow_store *f);
void slow_store_say(struct slow_store *f, size_t times, enum canned_manner manner, const char *bytes);
void slow_store_answer(struct slow_store *f, size_t times, const char *bytes);
void slow_store_begin(struct slow_store *f, int64_t longest_ms);
void slow_store_end(struct slow_store *f);

/* How many requests there were after the probe.  Ends the server. */
size_t slow_store_sent(struct slow_store *f);

enum tomb_code slow_store_look(struct slow_store *f);
struct tomb_result slow_store_delete(struct slow_store *f);

#endif
