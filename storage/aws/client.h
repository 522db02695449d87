/* A client of one AWS-like service: where it is, who we are, and signed requests, one or many at a time. */
#ifndef STORAGE_AWS_CLIENT_H
#define STORAGE_AWS_CLIENT_H

#include "aws/provider.h"
#include "aws/sigv4.h"
#include "tombstone/http_client.h"
#include "tombstone/store_look.h"
#include "traffic.h"

/* A reason for a refusal that the sender can do something about.  Nothing was executed. */
enum aws_repair { AWS_REPAIR_NONE, AWS_REPAIR_CLOCK, AWS_REPAIR_KEYS, AWS_REPAIR_REGION };

/* What an answer says to whoever sends requests, whatever it says about a key. */
struct aws_verdict {
	enum tomb_code code;       /* TOMB_OK: a success, by its status */
	enum tomb_outcome outcome; /* of a failure, as if it answered a delete */
	struct tomb_str word;      /* the service's own, "SlowDown"; "" if there is none */
	struct tomb_str text;      /* of a denial: one line for people, with what to do; else "" */
	bool is_whole;             /* the denial is of the backend, not of what was asked of it */
	int64_t retry_after_ms;    /* 0: the service did not ask for any */
	enum aws_repair repair;
	struct tomb_str region; /* REPAIR_REGION: the right one; a hint from outside */
};

/* Reads an answer as its service means it.  Strings are in the arena. */
typedef void aws_judge_fn(const struct tomb_http_answer *answer, struct tomb_arena *arena, struct aws_verdict *out);

/* What differs between services; lives for ever. */
struct aws_service {
	struct tomb_str name; /* as it is signed */
	enum sigv4_path path_rule;
	aws_judge_fn *judge;
};

enum {
	AWS_ENDPOINT_MAX = 512, /* bytes: a host, a bucket's and a region's name, scheme and port */
	AWS_REGION_MAX = 65
};

struct aws_client {
	const struct aws_service *service;
	struct tomb_http *http;
	struct aws_provider *provider;   /* borrowed: other clients may have the same */
	struct traffic *traffic;         /* the backend's, borrowed */
	const struct backend *backend;   /* the operator's endpoint and region, timeouts, CA */
	char endpoint[AWS_ENDPOINT_MAX]; /* scheme://host[:port] that requests go to: see aws_place_set() */
	char region[AWS_REGION_MAX];
	int64_t clock_offset_us; /* what the service's clock is ahead of ours, once it refused ours */
	unsigned moves;          /* to another region */
};

/* Opens what a client needs; endpoint, region and keys are the backend's, the keys from one of providers; providers
 * and the backend's traffic must outlive the client.  aws_client_close() also after a failure. */
enum tomb_code aws_client_open(struct aws_client *client, const struct backend *backend,
	struct aws_providers *providers, struct traffic *traffic, const struct aws_service *service,
	struct tomb_err *err) TOMB_MUST_USE;
void aws_client_close(struct aws_client *client);

struct aws_request {
	const char *method;
	struct tomb_str path; /* as it is sent: begins with "/", percent-encoded */
	const struct sigv4_field *query;
	size_t nquery;
	const struct sigv4_field *headers; /* beside those that every request has */
	size_t nheaders;
	struct tomb_str body; /* or: */
	tomb_read_fn *read;   /* exactly body_bytes, whose digest is sha256 */
	void *read_arg;
	int64_t body_bytes;
	const uint8_t *sha256;   /* TOMB_SHA256_SIZE bytes */
	size_t answer_max;       /* 0: the default */
	tomb_http_sink_fn *sink; /* GET: as struct tomb_http_request's */
	void *sink_arg;
	struct traffic_run *run; /* NULL: aws_call() repeats it; else only the caller does, and here it keeps count */
};

/* What a request was signed with, of that which can be repaired. */
struct aws_signed {
	int64_t clock_offset_us;
	unsigned key_changes;
	unsigned moves;
};

/* Signs the request with the time of now, and sends it on its way once: see tomb_http_start().  Errors as there, and
 * those of aws_provider_keys(). */
enum tomb_code aws_send(struct aws_client *client, const struct aws_request *request, struct tomb_arena *arena,
	void *tag, struct aws_signed *as, struct tomb_err *err) TOMB_MUST_USE;

/*
 * aws_send() as soon as the backend's traffic allows it; again after a refusal that could be repaired: clock, keys and
 * region, each at most once, and kept for later calls; and again, a few times, where the service said that it did
 * nothing or never got the request, or for GET and HEAD.  The answer is the last one; a failure of the service is an
 * answer too.  STORE_DENIED and STORE_THROTTLED when nothing was sent: see traffic_ask().  A request with read is
 * sent once: NET if it would have been sent again.
 */
enum tomb_code aws_call(struct aws_client *client, const struct aws_request *request, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err) TOMB_MUST_USE;

/* An error of aws_call() as what became of a key that it was to delete. */
void aws_unanswered(
	const struct aws_client *client, const struct tomb_err *err, struct tomb_arena *arena, struct tomb_result *out);

#endif
