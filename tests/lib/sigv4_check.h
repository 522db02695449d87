/*
 * The other side of AWS Signature Version 4 for S3, written apart from storage/aws/: takes the bytes that came in,
 * makes the signature that they should have, and says what is wrong with them.  Source: docs.aws.amazon.com, "Create a
 * signed AWS API request".
 */
#ifndef SIGV4_CHECK_H
#define SIGV4_CHECK_H

#include "tombstone/str.h"

struct sigv4_check {
	const char *access_key;
	const char *secret_key;
	const char *region;
	const char *host; /* as the Host header must be */
};

enum { SIGV4_COMPLAINT_MAX = 512 };

/* head: request line and headers.  False with a complaint if the request is not one that a strict server takes. */
bool sigv4_check(const struct sigv4_check *expected, struct tomb_str head, struct tomb_str body,
	char complaint[static SIGV4_COMPLAINT_MAX]);

#endif
