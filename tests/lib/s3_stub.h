/*
 * An S3 store and a strict server for it that says whatever a test wants: every request that came in must have been one
 * that a strict server takes (see sigv4_check.h), and none may have come that the script has no answer for.
 */
#ifndef S3_STUB_H
#define S3_STUB_H

#include "canned_http.h"
#include "sigv4_check.h"
#include "temp_folder.h"
#include "tls_paper.h"
#include "tombstone/store_look.h"
#include "tombstone/store_traffic.h"

#define S3_STUB_ID "x-amz-request-id: req-1\r\n"
#define S3_STUB_ERROR(code)                                                                                            \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" code "</Code><Message>m</Message></Error>"

/* What one request is answered with.  A Content-Length is made unless there is a filler, another manner than ANSWER,
 * or no_length. */
struct s3_said {
	const char *status;  /* "204 No Content" */
	const char *headers; /* NULL: S3_STUB_ID */
	const char *body;    /* NULL: none */
	size_t body_size;    /* 0: its length as text */
	size_t filler_bytes;
	int64_t ahead_s; /* of a Date header, if it has one */
	enum canned_manner manner;
	bool no_length;
	bool has_date;
};

struct s3_stub_options {
	const char *conf;        /* more lines of the backend's section; NULL: none */
	const char *token;       /* of a session; NULL: none */
	const char *host;        /* of the endpoint; NULL: 127.0.0.1 */
	const char *signed_host; /* that the Host header must have, without its port; NULL: the endpoint's */
	const char *tls;         /* the name of a paper: see s3_stub_papers(); NULL: plain */
	const struct tls_paper *papers;
	size_t npapers;
	bool unprobed; /* the script answers the probe too */
};

enum { S3_STUB_SAID_MAX = 40 };

struct s3_stub {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct canned_reply script[S3_STUB_SAID_MAX];
	size_t n;
	struct canned_http *server;
	struct tomb_stores *stores;
	struct tomb_store *store;
	struct sigv4_check expected;
	char host[300];
	size_t first; /* requests before this one belong to the probe */
};

/* The store waits for nothing and repeats nothing by itself. */
void s3_stub_begin(struct s3_stub *stub, const struct s3_said *said, size_t n, const struct s3_stub_options *options);

/* Ends the server.  From here on the requests can be looked at: the i-th after the probe's. */
void s3_stub_stop(struct s3_stub *stub);
size_t s3_stub_requests(const struct s3_stub *stub);
const struct canned_request *s3_stub_request(const struct s3_stub *stub, size_t i);

/* Are the requests from..to-1 signed for stub->expected, which a test may change on the way? */
void s3_stub_check(struct s3_stub *stub, size_t from, size_t to);

void s3_stub_end(struct s3_stub *stub);           /* stops, checks all requests and tears down */
void s3_stub_end_unchecked(struct s3_stub *stub); /* only tears down */

/* Replaces a file with a key in it, readable for nobody else. */
void s3_stub_write_key(struct s3_stub *stub, const char *name, const char *text);

/* One delete; fails the test if that is an error. */
struct tomb_result s3_stub_delete(struct s3_stub *stub, struct tomb_target target);

#endif
