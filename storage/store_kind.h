/* What a kind of store gives to storage/store.c, which checks the arguments and keeps the common rules. */
#ifndef STORAGE_STORE_KIND_H
#define STORAGE_STORE_KIND_H

#include "backend.h"
#include "tombstone/store_inventory.h"
#include "tombstone/store_look.h"
#include "traffic.h"

/* Contracts: tomb_store_inventory_*() in tombstone/store_inventory.h. */
struct inventory_kind {
	enum tomb_code (*start)(
		struct tomb_store *store, struct tomb_arena *arena, struct tomb_store_job *out, struct tomb_err *err);
	enum tomb_code (*status)(struct tomb_store *store, struct tomb_str job_id, struct tomb_arena *arena,
		struct tomb_store_job_status *out, struct tomb_err *err);
	enum tomb_code (*read)(struct tomb_store *store, struct tomb_str job_id, tomb_store_held_fn *fn, void *ctx,
		struct tomb_store_inventory *out, struct tomb_err *err);
};

/* Contracts: the functions of the same name in tombstone/store.h.  Keys are 1 to TOMB_KEY_MAX bytes when they get
 * here, targets at most TOMB_TARGETS_MAX and all different, and on a versioned store they name versions. */
struct store_kind {
	bool keys_are_utf8;                      /* others are refused */
	void (*close)(struct tomb_store *store); /* the memory is the arena's */
	enum tomb_code (*probe)(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err);
	enum tomb_code (*stat)(struct tomb_store *store, struct tomb_str key, struct tomb_str version_id,
		struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err); /* version_id may be "" */
	enum tomb_code (*versions)(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
		struct tomb_version **out, size_t *n, struct tomb_err *err);
	enum tomb_code (*put)(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
		struct tomb_placed *out, struct tomb_err *err);

	/* These always have a result: what went wrong before a byte was sent is one too. */
	void (*delete_one)(struct tomb_store *store, const struct tomb_target *target, struct tomb_arena *arena,
		struct tomb_result *result);
	size_t delete_max; /* tomb_store_delete_max(); 0: TOMB_DELETE_MAX */
	void (*delete_many)(struct tomb_store *store, const struct tomb_target *targets, size_t n,
		struct tomb_arena *arena, struct tomb_result *results);
	/* One look, good for the versioning that the last probe saw.  NULL: see verify_many. */
	void (*verify_absent)(
		struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena, struct tomb_verdict *out);

	/* Of a kind that can have several questions under way; NULL: they are asked one after the other.  They fail for
	 * go_on's errors, with what is under way heard to its end, and for NOMEM; out may be written all the same. */
	enum tomb_code (*stat_many)(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
		struct tomb_seen *out, struct tomb_err *err);
	enum tomb_code (*versions_many)(struct tomb_store *store, const struct tomb_look_at *at,
		struct tomb_arena *arena, struct tomb_versions *out, struct tomb_err *err);
	enum tomb_code (*verify_many)(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
		struct tomb_verdict *out, struct tomb_err *err);

	/* After a fresh probe.  NULL: UNSUPPORTED. */
	enum tomb_code (*examine)(struct tomb_store *store, struct tomb_capability *out, struct tomb_err *err);

	/* NULL where keys can be looked at: then nobody needs an inventory. */
	const struct inventory_kind *inventory;

	/* Appends what follows the URL prefix. */
	enum tomb_code (*put_url)(struct tomb_str key, struct tomb_buf *url, struct tomb_err *err);

	/* The key of what follows the prefix; any answer will do for a URL that put_url() would not write. */
	enum tomb_code (*key_of_url)(
		struct tomb_str rest, struct tomb_arena *arena, struct tomb_str *key, struct tomb_err *err);
};

struct tomb_store {
	const struct store_kind *kind;
	struct tomb_str name;
	struct tomb_str kind_name;
	struct tomb_str url_prefix; /* ends in "/" */
	int verify_looks;
	int64_t verify_delay_ms;
	bool probed;
	struct tomb_probe probe; /* the last one that was answered */
	bool is_probed_last;     /* and none was asked since in vain */
	int64_t probed_us;       /* when it was asked; the clock of struct tomb_waiting */
	struct traffic traffic;
	struct tomb_capability capability;
};

/* INVAL unless it is 1 to TOMB_KEY_MAX bytes that the store has names for. */
enum tomb_code store_check_key(const struct tomb_store *store, struct tomb_str key, struct tomb_err *err) TOMB_MUST_USE;

/* Probes, if there was no good probe yet. */
enum tomb_code store_need_probe(struct tomb_store *store, struct tomb_err *err) TOMB_MUST_USE;

/* "backend NAME: " before the error, unless it says so already: texts of a backend's traffic do.  Returns its code. */
enum tomb_code store_error_in(const struct tomb_store *store, struct tomb_err *err) TOMB_MUST_USE;

/* An error that was kept for a while. */
enum tomb_code store_hand_up(const struct tomb_err *why, struct tomb_err *err) TOMB_MUST_USE;

struct aws_providers;

/* Open a backend: allocated in the arena, to be closed with kind->close(). */
enum tomb_code directory_open(const struct backend *backend, struct tomb_arena *arena, struct tomb_store **out,
	struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code s3_open(const struct backend *backend, struct aws_providers *providers, struct tomb_arena *arena,
	struct tomb_store **out, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code glacier_open(const struct backend *backend, struct aws_providers *providers, struct tomb_arena *arena,
	struct tomb_store **out, struct tomb_err *err) TOMB_MUST_USE;

#endif
