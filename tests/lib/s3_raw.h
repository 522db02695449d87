/* Signed requests to an S3 server that the storage library has no verb for: making buckets, versions and locks. */
#ifndef S3_RAW_H
#define S3_RAW_H

#include "tombstone/http_client.h"

struct s3_raw {
	const char *endpoint;
	const char *access_key;
	const char *secret_key;
	struct tomb_http *http;
	struct tomb_arena *arena;
	struct tomb_http_answer answer; /* of the last request */
};

/*
 * path is encoded already; query is "", "name" or "name=value&name=value" with encoded values; headers is "" or
 * "name: value\nname: value".  Returns the status, -1 when there is no answer.
 */
int s3_raw_send(struct s3_raw *raw, const char *method, const char *path, const char *query, const char *headers,
	struct tomb_str body);

#endif
