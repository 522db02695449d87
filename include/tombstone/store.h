/*
 * Object stores: where the copies are.
 *
 * A store holds bytes under keys of 1 to 1,024 bytes: any bytes in a directory, any UTF-8 in S3, which knows no other.
 * It can put, look, delete and prove absence, for keys that the caller names one by one.  There is no verb that lists
 * keys or deletes by prefix, and there will be none.
 *
 * Two ways to fail, kept apart.  A *result* is what the store said about one key: it is filled in whatever the answer
 * was, also "no answer", and the call returns TOMB_OK.  An *error* is returned for what concerns the call as a whole.
 *
 * What provably was not executed is sent again, a few times and with pauses: see tombstone/store_traffic.h.  Nothing
 * else is: who calls again does so knowing the outcome, see enum tomb_outcome.
 *
 * A struct tomb_stores belongs to one thread at a time, and must be opened after fork().
 */
#ifndef TOMB_STORE_H
#define TOMB_STORE_H

#include "tombstone/arena.h"
#include "tombstone/clock.h"
#include "tombstone/read.h"

enum {
	TOMB_KEY_MAX = 1024,      /* bytes: the limit of S3 */
	TOMB_DELETE_MAX = 1000,   /* keys of one request: the limit of DeleteObjects */
	TOMB_TARGETS_MAX = 16000, /* targets of one tomb_store_delete_many() */
	TOMB_STORE_URL_MAX = 8192 /* bytes: endpoint or folder, and a key that is escaped three times over */
};

struct tomb_stores; /* all backends of a backends file */
struct tomb_store;  /* one of them; lives as long as its tomb_stores */

/*
 * Reads the backends file and opens every backend: a directory store's folder must exist and be a directory, an S3
 * store's key files must be readable and private (no access for group or others).  No network is used: see
 * tomb_store_probe().
 *
 *	# comment
 *	[backend local-1]
 *	kind = directory
 *	path = /srv/tombstone/copies-1
 *
 *	[backend aws-oh]
 *	kind = s3
 *	endpoint = https://s3.us-east-2.amazonaws.com
 *	region = us-east-2
 *	bucket = example-preservation
 *	storage_class = GLACIER            (default: not sent, the bucket's own)
 *	style = path | virtual             (default path; virtual: https://BUCKET.host/key, see below)
 *	expected_bucket_owner = 111122223333   (default: none; every request says so, and fails if it is not)
 *	credentials = files | chain        (default files if there are key files, else chain: see below)
 *	access_key_file = /etc/tombstone/aws-oh.key
 *	secret_key_file = /etc/tombstone/aws-oh.secret
 *	session_token_file = FILE          (default: none)
 *	profile = NAME                     (chain: keys come from this profile and from nowhere else)
 *	ca_file = FILE                     (default: the system's)
 *	allow_plain_http = yes | no        (default no: http only to a loopback address)
 *	conditional_delete = auto          (default: where tomb_store_set_capability() says that it works; yes, no)
 *	allow_governance_bypass = yes | no (default no: see struct tomb_target)
 *	provider = wasabi | other          (default: wasabi where the host is *.wasabisys.com)
 *	connect_timeout_ms = 5000
 *	request_timeout_ms = 60000
 *	requests_in_flight = 16            (1 to 256: so many at once, of a lane)
 *	verify_looks = 1                   (1 to 10; more for stores whose answers lag behind)
 *	verify_delay_ms = 1000             (between two looks)
 *
 *	[backend old-vault]
 *	kind = glacier                     (a vault of the original API; its other keys are as those of s3)
 *	region = us-east-1
 *	vault = preservation-2014
 *	account_id = 111122223333          (default -: that of the keys)
 *	endpoint = https://host            (default https://glacier.REGION.amazonaws.com)
 *	access_key_file = FILE
 *	secret_key_file = FILE
 *
 * The style is a part of every copy's URL: it is chosen once.  A bucket whose name has a dot cannot be virtual over
 * TLS, since no certificate covers it.
 *
 * The chain finds keys as the AWS SDKs do, in their order: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN;
 * a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME, or the profile's) by STS of
 * the backend's region or AWS_ENDPOINT_URL_STS; the profile (AWS_PROFILE, else "default") in ~/.aws/credentials or
 * AWS_SHARED_CREDENTIALS_FILE; its credential_process, run without a shell, for 60 s at most; the profile in
 * ~/.aws/config or AWS_CONFIG_FILE; a container's endpoint (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, _FULL_URI,
 * AWS_CONTAINER_AUTHORIZATION_TOKEN, _TOKEN_FILE); the EC2 instance's role by IMDSv2 (AWS_EC2_METADATA_DISABLED,
 * AWS_EC2_METADATA_SERVICE_ENDPOINT, _ENDPOINT_MODE).  The first that is there is taken when the store is opened and
 * stays: if it fails later no other takes its place.  UNSUPPORTED, with what to do instead, for a profile with single
 * sign-on, an "aws login" session, or a role to be assumed from other keys; NOTFOUND for a profile that is not there or
 * has no keys.  FORBIDDEN for shared files that others may write, or that hold the keys and others may read.
 * Backends with the same keys share them.  Keys that end are fetched anew in time, by the call that needs them.
 *
 * INVAL names file, line and rule for anything else, an unknown key included; IO for a file that cannot be read.
 */
enum tomb_code tomb_stores_open(const char *path, struct tomb_stores **out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_stores_close(struct tomb_stores *stores); /* NULL is fine; wipes the credentials */
static inline void tomb_stores_closep(struct tomb_stores **stores)
{
	tomb_stores_close(*stores);
}
#define TOMB_STORES_AUTO TOMB_CLEANUP(tomb_stores_closep) struct tomb_stores

size_t tomb_stores_count(const struct tomb_stores *stores);
struct tomb_store *tomb_stores_at(struct tomb_stores *stores, size_t i); /* i < count, in the order of the file */

/* NOTFOUND when no backend has that name. */
enum tomb_code tomb_stores_find(
	struct tomb_stores *stores, struct tomb_str name, struct tomb_store **out, struct tomb_err *err) TOMB_MUST_USE;

/*
 * The one backend, and the key in it, that url names.  It is the exact inverse of tomb_store_url(): a URL that this
 * function would not have written belongs to nobody and is NOTFOUND.  *key is in the arena.
 */
enum tomb_code tomb_stores_route(struct tomb_stores *stores, struct tomb_str url, struct tomb_arena *arena,
	struct tomb_store **store, struct tomb_str *key, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_str tomb_store_name(const struct tomb_store *store); /* lives as long as the store; NUL-terminated */

/* For people: what kind it is, as the backends file calls it, and how the URLs of its copies begin. */
struct tomb_str tomb_store_kind(const struct tomb_store *store);
struct tomb_str tomb_store_where(const struct tomb_store *store);

/*
 * The public name of a copy, for ever: https://host/bucket/key or https://bucket.host/key (by the backend's style, the
 * key percent-encoded), or file:///folder/xx/name for a directory store, which is where the bytes lie.  INVAL for an
 * empty or over-long key.
 */
enum tomb_code tomb_store_url(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_str *url, struct tomb_err *err) TOMB_MUST_USE;

/* Of a bucket.  It never gets back to the first: what is NEVER now has been so all the time. */
enum tomb_versioning {
	TOMB_VERSIONING_NEVER,    /* a key has one content, and a delete takes it */
	TOMB_VERSIONING_ENABLED,  /* each put makes a version; a plain delete only hides them under a delete marker */
	TOMB_VERSIONING_SUSPENDED /* it was enabled: old versions are there; what is put now is the version "null" */
};

/* What a look at the backend as a whole says. */
struct tomb_probe {
	enum tomb_versioning versioning; /* a directory has no versions */
	bool object_lock;                /* its versions can be locked, or we may not know */
	bool compliance;         /* Wasabi's compliance mode, which locks without versions: stat asks about it */
	bool can_look;           /* stat, versions and proof of absence have answers at all */
	int64_t clock_offset_us; /* what the store's clock is ahead of ours, if it refused ours; requests allow for it
				  */
};

/*
 * Is the backend reachable, are its credentials good, does its folder or bucket exist, is it versioned?  Call it when
 * a worker starts and before a batch, see tomb_store_last_probe().  Stat, the deletes and the proof of absence rely on
 * what the last probe said, and probe by themselves if there was none.  NET, STORE_DENIED, STORE_THROTTLED, STORE or IO
 * when the answer is no.
 */
enum tomb_code tomb_store_probe(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err) TOMB_MUST_USE;

/* What the last probe said, and how long ago it was asked.  False if there was none, or it had no answer. */
bool tomb_store_last_probe(const struct tomb_store *store, struct tomb_probe *out, int64_t *age_ms);

/* What the last probe saw; 0 if there was none. */
int64_t tomb_store_clock_offset_us(const struct tomb_store *store);

enum tomb_lock { TOMB_LOCK_NONE, TOMB_LOCK_GOVERNANCE, TOMB_LOCK_COMPLIANCE };

struct tomb_stat {
	bool present; /* if false, the rest is empty */
	int64_t size_bytes;
	int64_t modified_us; /* Unix, UTC */
	struct tomb_str
		etag; /* as the store writes it, quotes included; a directory store makes it of size and mtime */
	struct tomb_str storage_class; /* "STANDARD" where S3 says nothing; "" in a directory */
	struct tomb_str version_id;    /* "" when not versioned */
	enum tomb_lock lock;           /* also one whose date is over: see tomb_stat_is_locked() */
	int64_t locked_until_us;       /* 0: no date */
	bool legal_hold;               /* also a conditional hold, and a file that is immutable or append-only */
	struct tomb_str request_id;
};

/* Does a lock or a hold keep it at that time?  A lock without a date holds. */
static inline bool tomb_stat_is_locked(const struct tomb_stat *st, int64_t now_us)
{
	return st->legal_hold ||
	       (st->lock != TOMB_LOCK_NONE && (st->locked_until_us == 0 || st->locked_until_us > now_us));
}

/*
 * Looks at one key; UNSUPPORTED where the probe says that nobody can.  An absent key is TOMB_OK with present = false;
 * on S3 that needs the right to list the bucket, without which an absent key is STORE_DENIED, as it must be: 403 is not
 * absence.  Strings are in the arena. NET, STORE_DENIED, STORE_THROTTLED, STORE otherwise.
 */
enum tomb_code tomb_store_stat(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_stat *out, struct tomb_err *err) TOMB_MUST_USE;

/* The same for one version; NEVER-versioned buckets have none.  A delete marker is present = false. */
enum tomb_code tomb_store_stat_version(struct tomb_store *store, struct tomb_str key, struct tomb_str version_id,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err) TOMB_MUST_USE;

enum { TOMB_VERSIONS_MAX = 10000 }; /* of one key: past this somebody is not preserving, but writing */

/* One data version of a key, or a delete marker over it.  What a marker does not have is "" or 0. */
struct tomb_version {
	struct tomb_str version_id; /* "null" for what was put while versioning was not on; "" in a directory */
	struct tomb_str etag;       /* as tomb_stat's */
	struct tomb_str storage_class;
	int64_t size_bytes;
	int64_t modified_us;
	bool is_marker;
	bool is_latest;
};

/*
 * Every version and every delete marker of exactly this key, in the store's order; *n = 0 if there is nothing.  For
 * reading only: what is deleted is named one by one.  Strings and list are in the arena.  TOOBIG past
 * TOMB_VERSIONS_MAX; STORE for a list that is not clear, which is never taken for an empty one; else as
 * tomb_store_stat().
 */
enum tomb_code tomb_store_versions(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_version **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_put {
	struct tomb_str key;
	int64_t size_bytes; /* exactly this many bytes are read */
	uint8_t sha256[32]; /* of those bytes; the store refuses others */
	tomb_read_fn *read; /* for a file: tomb_read_fd and the address of its descriptor */
	void *arg;
};

struct tomb_placed {
	struct tomb_str etag;
	struct tomb_str version_id;
	struct tomb_str request_id;
};

/*
 * Stores the bytes under a new key, all of them or none, and durably.  CONFLICT when the key exists: nothing is ever
 * overwritten.  CORRUPT when the bytes are more, fewer or others than promised; TOOBIG past 5 GiB on S3.  After
 * UNCERTAIN the copy may exist: look with tomb_store_stat().  An error of read is handed up as it is.
 */
enum tomb_code tomb_store_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err) TOMB_MUST_USE;

/* What became of one key.  What the caller does is the difference between them. */
enum tomb_outcome {
	TOMB_OUTCOME_GONE,           /* the store confirms the deletion.  Verify. */
	TOMB_OUTCOME_ALREADY_ABSENT, /* the store knows that there was nothing.  Verify. */
	TOMB_OUTCOME_LOCKED,         /* retention lock or legal hold: a person, or the date in locked_until_us */
	TOMB_OUTCOME_DENIED,    /* not allowed, or credentials or clock not accepted: a person; stop this backend */
	TOMB_OUTCOME_THROTTLED, /* not done: later and slower, no attempt charged */
	TOMB_OUTCOME_TRANSIENT, /* the store failed, and says so: again with backoff */
	TOMB_OUTCOME_UNCERTAIN, /* may or may not be done: look, then delete again (the key is never re-used) */
	TOMB_OUTCOME_CHANGED,   /* something else is there than expected: superseded, never retry */
	TOMB_OUTCOME_FAILED,    /* the request, the configuration or what lies there is wrong: a person */
	TOMB_OUTCOME_MAX
};

const char *tomb_outcome_slug(enum tomb_outcome outcome); /* "gone", "already-absent", ... */

/* What to delete.  Borrowed for the call. */
struct tomb_target {
	struct tomb_str key;
	struct tomb_str version_id; /* this version for ever, on a versioned bucket; "" otherwise */
	struct tomb_str etag;       /* delete only if the ETag is this; "" = whatever is there.  A directory store
				       compares just before it unlinks.  S3 sends If-Match where that was proven, or the
				       backend's conditional_delete = yes, and ignores it otherwise: many stores accept the
				       header and delete anyway, so the caller compares by tomb_store_stat() as well. */
	bool bypass_governance;     /* lift a governance lock: FAILED, with nothing sent, unless the backend has
				       allow_governance_bypass = yes.  Nothing sets it but a person's own decision. */
};

struct tomb_result {
	enum tomb_outcome outcome;
	struct tomb_str code;       /* the provider's own word, "SlowDown"; "" when there is none */
	struct tomb_str request_id; /* the provider's; "" when there is none */
	struct tomb_str text;       /* one line for people; "" for GONE */
	int64_t locked_until_us;    /* LOCKED: 0 when there is no date */
	int64_t retry_after_ms;     /* THROTTLED, TRANSIENT: what the store asked for, 0 when it did not */
};

/*
 * Deletes one key.  On a versioned store without a version id nothing is sent and the result is FAILED, since it could
 * only hide the bytes.  Returns an error only for a bad key (INVAL), a missing probe that fails, or NOMEM.
 */
enum tomb_code tomb_store_delete_one(struct tomb_store *store, const struct tomb_target *target,
	struct tomb_arena *arena, struct tomb_result *result, struct tomb_err *err) TOMB_MUST_USE;

/* How many targets a caller should give tomb_store_delete_many() who wants to be asked in between: where each of them
 * is a request of its own, that is fewer than TOMB_DELETE_MAX. */
size_t tomb_store_delete_max(const struct tomb_store *store);

/*
 * Deletes up to TOMB_TARGETS_MAX keys in as few requests as the store allows, several of them under way at once;
 * results[i] is what became of targets[i].  A request without an answer leaves its own keys UNCERTAIN, no others.
 * A key is GONE only if the answer says so by name: a partial, broken or foreign answer leaves the rest UNCERTAIN.
 * S3 does not tell an absent key from a deleted one in a batch: both are GONE.  The same target twice is INVAL.
 */
enum tomb_code tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err) TOMB_MUST_USE;

/* What a store was seen to do. */
enum tomb_ability {
	TOMB_ABILITY_UNKNOWN, /* never tried, no clear answer, or of no use there */
	TOMB_ABILITY_PROVEN,
	TOMB_ABILITY_MISSING, /* refused, or accepted and not kept */
	TOMB_ABILITY_MAX
};

const char *tomb_ability_slug(enum tomb_ability ability); /* "unknown", "proven", "missing" */

struct tomb_capability {
	enum tomb_ability read_back;                /* HEAD tells of a new key what was put */
	enum tomb_ability list_versions;            /* and so does the list of its versions */
	enum tomb_ability conditional_put;          /* If-None-Match: * keeps a key that exists */
	enum tomb_ability conditional_delete;       /* If-Match with another ETag keeps it, with its own it goes */
	enum tomb_ability conditional_delete_batch; /* the same of <ETag> in DeleteObjects */
};

/*
 * Finds out, with sentinel objects of its own under "tombstone-probe/" and a random name, each of which is removed by
 * exactly its name and versions; nothing else is touched.  Conditional deletes are UNKNOWN in a bucket with versions,
 * where exact versions are deleted.  UNPROCESSABLE where a default rule would lock the sentinels; UNSUPPORTED in a
 * kind of store that needs no examination; STORE, naming it, if a sentinel may be left; else as tomb_store_probe().
 */
enum tomb_code tomb_store_examine(
	struct tomb_store *store, struct tomb_capability *out, struct tomb_err *err) TOMB_MUST_USE;

/* Tells an opened store what was proven before, by an examination that may have been anywhere. */
void tomb_store_set_capability(struct tomb_store *store, const struct tomb_capability *capability);

#endif
