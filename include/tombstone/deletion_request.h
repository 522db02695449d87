/*
 * Deletion requests: somebody with the right asks that an exact list of files and objects be deleted.
 *
 * Spec: deletion.md P-01, P-04, P-12, X-01, X-06 to X-09; architecture.md §4 step 1.  Each verb is one transaction of
 * its own; pg must not be inside one.  Errors of the database (DB_DOWN, DB_RETRY, UNCERTAIN) come through unchanged.
 */
#ifndef TOMB_DELETION_REQUEST_H
#define TOMB_DELETION_REQUEST_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum {
	/* A request waits this long for a decision: long enough for a holiday, short enough to remember why. */
	TOMB_REQUEST_DAYS = 14,
	/* Bytes of a reason; the page shows it whole. */
	TOMB_REQUEST_REASON_MAX = 2000,
	/* Things named one by one in one request; bulk lists are cut by who uploads them. */
	TOMB_REQUEST_ITEMS_MAX = 1000000
};

/* What is asked for: whole objects, and files of other objects. */
struct tomb_deletion_list {
	struct tomb_int8s object_ids;
	struct tomb_int8s file_ids;
	struct tomb_str reason_code; /* of tombstone/deletion_reason.h, for a request; "": none */
};

struct tomb_deletion_request {
	int64_t id;
	int64_t object_count;
	int64_t file_count;
	int64_t byte_count;
};

/*
 * Records the request with its list, its digest and the mail to those who decide.
 *
 * UNAUTHENTICATED for a program; FORBIDDEN unless actor is an active admin; INVAL for an empty list, a thing named
 * twice, a reason_code that is none, or a reason that is too long; NOTFOUND if something is not there or is another
 * institution's; CONFLICT if something is deleted or has work pending; UNPROCESSABLE if it is held or too young: the
 * text names the thing and the day.
 */
enum tomb_code tomb_deletion_request_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, struct tomb_str reason, struct tomb_deletion_request *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Why something cannot be asked for now. */
struct tomb_obstacle {
	enum tomb_code code;        /* CONFLICT or UNPROCESSABLE */
	struct tomb_str rule;       /* "deleted", "pending", "held", "young" */
	struct tomb_str identifier; /* of the object, file or institution that the rule is about */
	struct tomb_str detail;
	int64_t eligible_at_us;       /* "young" only: when it may be deleted; else 0 */
	struct tomb_str eligible_day; /* "2026-12-31", UTC; else "" */
};

/* The obstacles to a request for list at this moment, none or one of each kind; for pages that explain a disabled
 * button (P-13).  Reads only.  own_request: a request that is no obstacle to itself, or 0.  *out is in the arena. */
enum tomb_code tomb_deletion_obstacles(struct tomb_pg *pg, int64_t institution_id,
	const struct tomb_deletion_list *list, int64_t own_request, struct tomb_arena *arena,
	struct tomb_obstacle **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* Ends requests whose time is over, at most at_most of them; *ended says how many. */
enum tomb_code tomb_deletion_request_expire(
	struct tomb_pg *pg, int at_most, size_t *ended, struct tomb_err *err) TOMB_MUST_USE;

#endif
