/*
 * AWS Signature Version 4, as a pure function: no clock, no network, no state but what its caller keeps.
 * Source: docs.aws.amazon.com "Create a signed AWS API request"; checked against the vectors of aws-c-auth.
 */
#ifndef STORAGE_AWS_SIGV4_H
#define STORAGE_AWS_SIGV4_H

#include "tombstone/arena.h"
#include "tombstone/digest.h"

enum {
	SIGV4_FIELDS_MAX = 64,  /* headers, and parameters of a query: S3 needs about ten */
	SIGV4_SECRET_MAX = 256, /* bytes; AWS's have 40 */
	SIGV4_SCOPE_MAX = 256,  /* "DAY/REGION/SERVICE/aws4_request" and a NUL */
	SIGV4_DATE_MAX = 17     /* "20150830T123600Z" and a NUL */
};

/* How the path of the request line becomes the canonical one. */
enum sigv4_path {
	SIGV4_PATH_S3,     /* as it is sent: already encoded, once */
	SIGV4_PATH_ENCODE, /* encoded (again) */
	SIGV4_PATH_NORMAL  /* dot segments and empty ones removed, then encoded (again): every service but S3 */
};

struct sigv4_field {
	struct tomb_str name;
	struct tomb_str value;
};

/*
 * The key of the last signature and what it was derived from: four of the five HMACs of a request are the same all day.
 * All zeros: none yet.  As secret as the secret: its owner keeps it where no core dump reaches, and wipes it.
 */
struct sigv4_key {
	char secret[SIGV4_SECRET_MAX];
	size_t nsecret;
	char scope[SIGV4_SCOPE_MAX];
	uint8_t key[TOMB_SHA256_SIZE];
};

struct sigv4_credentials {
	struct tomb_str access_key;
	struct tomb_str secret_key;
	struct sigv4_key *derived; /* used if it fits, and replaced if not; NULL: derived anew each time */
};

struct sigv4_request {
	struct tomb_str method;
	struct tomb_str path; /* as in the request line, without the query; "" is "/" */
	enum sigv4_path path_rule;
	const struct sigv4_field *query; /* decoded, in any order */
	size_t nquery;
	const struct sigv4_field *headers; /* host and x-amz-date among them; names in any case, in any order */
	size_t nheaders;
	struct tomb_str payload_hash; /* hex SHA-256 of the body, or UNSIGNED-PAYLOAD */
	struct tomb_str region;
	struct tomb_str service;
	int64_t time_us; /* Unix; the same second as x-amz-date */
};

/* In the arena, NUL-terminated. */
struct sigv4_signature {
	struct tomb_str query; /* canonical, and fit to be sent; "" if there is none */
	struct tomb_str canonical_request;
	struct tomb_str string_to_sign;
	struct tomb_str signature;
	struct tomb_str authorization; /* the value of that header */
};

/*
 * Signs.  All headers are signed but those that proxies change.  INVAL for too many fields, too long a secret or scope,
 * or a time before 1970 or after 9999; the secret is in no output and is wiped from what was used on the way.
 */
enum tomb_code sigv4_sign(const struct sigv4_request *request, const struct sigv4_credentials *credentials,
	struct tomb_arena *arena, struct sigv4_signature *out, struct tomb_err *err) TOMB_MUST_USE;

/* The value of x-amz-date.  INVAL as above. */
enum tomb_code sigv4_date(int64_t time_us, char out[static SIGV4_DATE_MAX], struct tomb_err *err) TOMB_MUST_USE;

#endif
