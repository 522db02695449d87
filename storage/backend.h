/* The backends file: text in, checked settings out.  No file, folder or network is touched. */
#ifndef STORAGE_BACKEND_H
#define STORAGE_BACKEND_H

#include "tombstone/arena.h"

enum backend_condition { BACKEND_IF_PROVEN, BACKEND_ALWAYS, BACKEND_NEVER };
enum backend_kind { BACKEND_DIRECTORY, BACKEND_S3, BACKEND_GLACIER, BACKEND_KIND_MAX };

enum {
	BACKENDS_MAX = 64,           /* of one file; APTrust has 11 */
	BACKENDS_FILE_MAX = 1 << 18, /* bytes */
	BACKEND_NAME_MAX = 64
};

/* Everything is NUL-terminated, in the arena, and "" when it was left out. */
struct backend {
	enum backend_kind kind;
	int line; /* of its section, for errors */
	struct tomb_str name;
	struct tomb_str path;     /* directory: absolute, no trailing slash */
	struct tomb_str endpoint; /* https://host[:port], no trailing slash */
	struct tomb_str region;
	struct tomb_str bucket;
	struct tomb_str account_id; /* of a vault: "-" is the keys' own */
	struct tomb_str vault;
	struct tomb_str storage_class;
	struct tomb_str style; /* "path" or "virtual" */
	struct tomb_str expected_bucket_owner;
	struct tomb_str credentials; /* "files", "chain" or "" */
	bool key_chain;              /* keys are found as the AWS SDKs do it, not in key files */
	struct tomb_str profile;     /* the chain is this one and nothing else */
	struct tomb_str access_key_file;
	struct tomb_str secret_key_file;
	struct tomb_str session_token_file;
	struct tomb_str ca_file;
	bool allow_plain_http;
	enum backend_condition conditional_delete;
	bool allow_governance_bypass;
	struct tomb_str provider; /* "wasabi", "other" or "" */
	int64_t connect_timeout_ms;
	int64_t request_timeout_ms;
	int64_t requests_in_flight;
	int64_t verify_looks;
	int64_t verify_delay_ms;
};

/* INVAL names line and rule.  what names the file in errors. */
enum tomb_code backend_parse(struct tomb_str text, const char *what, struct tomb_arena *arena, struct backend **out,
	size_t *n, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_str backend_kind_name(enum backend_kind kind); /* as the file spells it */

/* Is the bucket's name a part of the host's? */
bool backend_is_virtual(const struct backend *backend);

/* The URL that every copy of the backend starts with, up to and with a "/". */
enum tomb_code backend_url_prefix(const struct backend *backend, struct tomb_arena *arena, struct tomb_str *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
