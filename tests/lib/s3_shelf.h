/*
 * An S3 server that keeps what it is given: strict (see sigv4_check.h), without versions, in a process of its own that
 * ends with this one.  It remembers keys, sizes and ETags, not bytes, and writes down what it does, in order, before it
 * answers.  It can be made to stop in the middle of a request until somebody has done something there and then.
 */
#ifndef S3_SHELF_H
#define S3_SHELF_H

#include "tombstone/str.h"

#define S3_SHELF_ACCESS "AKIDEXAMPLE"
#define S3_SHELF_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define S3_SHELF_REGION "us-east-1"

enum { S3_SHELF_ETAG = 35 }; /* an MD5 in hexadecimal digits and quotes, and a NUL */

struct s3_shelf;

/* Listens, but does not answer yet.  Any bucket exists.  To the journal go lines of words with tabs between them:
 * "put", "delete" (was there) or "miss" (a delete of what was not there), milliseconds since 1970, the key's path, and
 * the ETag; "bad" with a complaint about a request that a strict server does not take. */
struct s3_shelf *s3_shelf_new(const char *journal);
const char *s3_shelf_endpoint(const struct s3_shelf *shelf); /* "http://127.0.0.1:1234" */

/* Puts bytes there as if they had been sent, before the start; path is "/bucket/key". */
void s3_shelf_fill(struct s3_shelf *shelf, const char *path, struct tomb_str bytes, char etag[static S3_SHELF_ETAG]);

void s3_shelf_start(struct s3_shelf *shelf);
void s3_shelf_end(struct s3_shelf *shelf); /* NULL is fine */

/* Where in a request. */
enum s3_shelf_place {
	S3_SHELF_ARRIVED,  /* it is read, nothing is done */
	S3_SHELF_DONE,     /* what it asks for is done, nothing is answered */
	S3_SHELF_ANSWERED, /* the answer is sent */
	S3_SHELF_PLACES
};

/* The server will halt at that place of the n-th request from now (1: the next) that puts or deletes. */
void s3_shelf_set_trap(struct s3_shelf *shelf, enum s3_shelf_place place, int n);

/* Waits until it has halted there; false if it did not, and then it will not. */
bool s3_shelf_is_sprung(struct s3_shelf *shelf, int wait_ms);

/* It goes on. */
void s3_shelf_go_on(struct s3_shelf *shelf);

/* What else may happen to a request. */
enum s3_shelf_fault {
	S3_SHELF_THROTTLES, /* 503 SlowDown, and nothing is done */
	S3_SHELF_DENIES,    /* 403 InvalidAccessKeyId, as when the keys were revoked */
	S3_SHELF_AWAY,      /* the connection is closed, and nothing is done */
	S3_SHELF_STALLS,    /* it is done, and answered S3_SHELF_STALL_MS later */
	S3_SHELF_CUTS,      /* it is done, and the connection closed without an answer */
	S3_SHELF_FAULTS
};
enum { S3_SHELF_STALL_MS = 1200 };

/* From now on it happens to so many of a hundred. */
void s3_shelf_set_fault(struct s3_shelf *shelf, enum s3_shelf_fault fault, int percent);

/* To how many it has happened. */
int s3_shelf_suffered(const struct s3_shelf *shelf, enum s3_shelf_fault fault);

#endif
