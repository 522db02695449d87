/*
 * Backends as the ledger knows them: what was found when somebody looked, whether workers leave one alone, whose
 * minimum retention counts there, and what a copy costs.  What a backend is, only storage/ knows: here it is a name.
 *
 * Every change has its audit entry.  Strings that come back are in the arena.
 */
#ifndef TOMB_BACKEND_H
#define TOMB_BACKEND_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/* What is not known is never taken for a yes. */
enum tomb_finding { TOMB_FINDING_UNKNOWN, TOMB_FINDING_NO, TOMB_FINDING_YES };

/* What one look at a backend as a whole found. */
struct tomb_backend_probe {
	struct tomb_str place; /* how the URLs of its copies began; of a list, where it was examined */
	bool is_reachable;
	struct tomb_str problem;    /* why it is not */
	struct tomb_str versioning; /* "never", "enabled", "suspended"; "": not known */
	enum tomb_finding object_lock;
	enum tomb_finding can_look;

	bool was_examined; /* with objects of its own; the rest is not known otherwise */
	enum tomb_finding conditional_delete;
	enum tomb_finding conditional_batch;
	enum tomb_finding conditional_put;
	enum tomb_finding lists_versions;
	enum tomb_finding reads_back;
};

struct tomb_backend_breaker {
	bool is_open;
	int64_t since_us; /* of the opening; 0: it has never been open */
	int64_t until_us; /* from then on one request may try whether it is over */
	struct tomb_str reason;
	struct tomb_str set_by; /* what follows is not read of a new one */
	int64_t set_at_us;
};

struct tomb_backend {
	struct tomb_str name;
	struct tomb_str retention;      /* "registry", "store" or "strictest": see tombstone/retention.h */
	struct tomb_strs options;       /* that keep a copy there, by name */
	struct tomb_backend_probe last; /* the last probe; what only an examination finds is of the last examination */
	int64_t probed_at_us;           /* 0: never */
	struct tomb_str probed_by;
	int64_t examined_at_us; /* 0: never */
	struct tomb_str examined_by;
	struct tomb_backend_breaker breaker;
};

struct tomb_backends {
	struct tomb_backend *p;
	size_t n;
};

/* All of them, by name. */
enum tomb_code tomb_backend_list(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_backends *out, struct tomb_err *err) TOMB_MUST_USE;

/* NOTFOUND when the ledger knows no backend of that name, with what to do. */
enum tomb_code tomb_backend_find(struct tomb_pg *pg, struct tomb_str name, struct tomb_arena *arena,
	struct tomb_backend *out, struct tomb_err *err) TOMB_MUST_USE;

/* Keeps what was found just now.  Operators only; NOTFOUND as above. */
enum tomb_code tomb_backend_probed(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	const struct tomb_backend_probe *found, struct tomb_err *err) TOMB_MUST_USE;

/* Operators only.  INVAL for a policy that there is not; NOTFOUND as above. */
enum tomb_code tomb_backend_set_retention(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	struct tomb_str retention, struct tomb_err *err) TOMB_MUST_USE;

/*
 * A program tells that a store refuses it as a whole, until breaker->until_us at least.  An open breaker stays open as
 * long as any of them said, and only its first opening is an audit entry.  NOTFOUND as above.
 */
enum tomb_code tomb_backend_breaker_open(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	const struct tomb_backend_breaker *breaker, struct tomb_err *err) TOMB_MUST_USE;

/* A program found the store willing again.  Nothing happens if another opening than that of since_us is in force. */
enum tomb_code tomb_backend_breaker_close(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	int64_t since_us, struct tomb_err *err) TOMB_MUST_USE;

/* Closes it by hand, and makes batches due that were put off because of it, open or not.  Operators only.  *was_open:
 * it was not closed already.  NOTFOUND as above. */
enum tomb_code tomb_backend_breaker_reset(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	struct tomb_str reason, bool *was_open, struct tomb_err *err) TOMB_MUST_USE;

#endif
