/*
 * Looks at many keys of a store at once: what is there, which versions, and proof of absence.
 *
 * Where a store is asked over a network, several questions are under way at a time.  out[i] is the answer to the
 * question about keys[i], and to no other.  A store that asks for fewer requests, or refuses us as a whole, is asked no
 * more in that call: what was not asked says so by its code.
 */
#ifndef TOMB_STORE_LOOK_H
#define TOMB_STORE_LOOK_H

#include "tombstone/store.h"

/* Asked during long work: may it go on?  An error ends the work and is handed up. */
typedef enum tomb_code tomb_store_go_on_fn(void *ctx, struct tomb_err *err);

/* Borrowed for the call. */
struct tomb_look_at {
	const struct tomb_str *keys;
	const struct tomb_str *version_ids; /* one each, "" for none; NULL: none at all */
	size_t n;
	tomb_store_go_on_fn *go_on; /* before each key; NULL: never asked */
	void *ctx;
};

struct tomb_seen {
	enum tomb_code code;   /* as tomb_store_stat() of this key, or tomb_store_stat_version() */
	struct tomb_str text;  /* why not, for people; "" with TOMB_OK */
	struct tomb_stat stat; /* with TOMB_OK */
};

/*
 * tomb_store_stat() of many keys, without a limit to n; about 300 bytes a key are taken from the arena.  A failure of
 * one key is its own: the call fails for go_on's errors, for a missing probe that fails, and NOMEM; out is not set
 * then.
 */
enum tomb_code tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_seen *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_versions {
	enum tomb_code code;       /* as tomb_store_versions() of this key */
	struct tomb_str text;      /* why not, for people; "" with TOMB_OK */
	struct tomb_version *list; /* with TOMB_OK */
	size_t n;
};

/* tomb_store_versions() of many keys; at->version_ids is ignored.  Fails as tomb_store_stat_many(). */
enum tomb_code tomb_store_versions_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_versions *out, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_absence {
	TOMB_ABSENT_VERIFIED, /* a fresh look found no bytes, where finding none is proof */
	TOMB_STILL_THERE,
	TOMB_ABSENCE_PENDING, /* it cannot be asked: if the store accepted the deletion, an inventory will show it */
	TOMB_ABSENCE_UNKNOWN, /* no answer, not allowed to look, or an answer that is not clear */
	TOMB_ABSENCE_MAX
};

const char *tomb_absence_slug(enum tomb_absence absence); /* "verified-absent", "still-there", "pending", ... */

struct tomb_verdict {
	enum tomb_absence absence;
	enum tomb_code code; /* UNKNOWN: why there was no answer; else TOMB_OK */
	struct tomb_str request_id;
	struct tomb_str text; /* why, for people; when verified: what was left over, such as delete markers, or "" */
};

struct tomb_look {
	const struct tomb_str *keys;
	size_t n;
	tomb_store_go_on_fn *go_on; /* before each key, and each second of a wait; NULL: never asked */
	void *ctx;
};

/*
 * Are the keys really gone?  In a bucket that never had versions a key is absent if HEAD does not find it and the
 * bucket, asked afterwards, still never had versions; elsewhere if the list of its versions holds no bytes.  The
 * backend's verify_looks have to find nothing, verify_delay_ms apart: this call takes that long.  verdicts[i] is about
 * keys[i]; of an error, they are not set.  Errors as tomb_store_delete_one(), and go_on's.
 */
enum tomb_code tomb_store_verify_many(struct tomb_store *store, const struct tomb_look *look, struct tomb_arena *arena,
	struct tomb_verdict *verdicts, struct tomb_err *err) TOMB_MUST_USE;

/* The same for one key. */
enum tomb_code tomb_store_verify_absent(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_verdict *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
