/*
 * The dashboard: what waits for a person, what is running, and what an institution has, in sums that are kept.
 * Spec: deletion.md P-06, P-10, P-13; I9.
 *
 * Strings, times and who may see what: as in tombstone/object.h.  Every verb reads what is open or running, or a tally:
 * none gets slower with the number of files.
 */
#ifndef TOMB_DASHBOARD_H
#define TOMB_DASHBOARD_H

#include "tombstone/deletion_view.h"

/* Deletion requests, up to as many as were asked for. */
struct tomb_dashboard_requests {
	struct tomb_deletion_view *p;
	size_t n;
	bool has_more;
};

/* Open requests that the actor may decide, the oldest first: none for somebody who decides nothing. */
enum tomb_code tomb_dashboard_to_decide(struct tomb_pg *pg, const struct tomb_actor *actor, uint32_t at_most,
	struct tomb_arena *arena, struct tomb_dashboard_requests *out, struct tomb_err *err) TOMB_MUST_USE;

/* Open requests that the actor has made, the oldest first. */
enum tomb_code tomb_dashboard_own(struct tomb_pg *pg, const struct tomb_actor *actor, uint32_t at_most,
	struct tomb_arena *arena, struct tomb_dashboard_requests *out, struct tomb_err *err) TOMB_MUST_USE;

/* A deletion that has not ended. */
struct tomb_dashboard_running {
	struct tomb_deletion_view request;
	int64_t files;
	int64_t settled; /* of these, deleted, refused or failed; of very many work items, by the share of batches done
			  */
	int64_t failed;  /* of these, refused or failed */
};

/* The newest first, at most at_most. */
enum tomb_code tomb_dashboard_running(struct tomb_pg *pg, const struct tomb_actor *actor, uint32_t at_most,
	struct tomb_arena *arena, struct tomb_dashboard_running **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* Active files of one storage option. */
struct tomb_dashboard_option {
	struct tomb_str storage_option;
	int32_t min_days;
	int64_t files;
	int64_t bytes;
};

/* Those with the most bytes first. */
enum tomb_code tomb_dashboard_options(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_dashboard_option **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* Files that are too young now and may be deleted from some day of a month on.  A file that was stored again counts
 * for each version that still has bytes. */
struct tomb_dashboard_eligible {
	struct tomb_str month; /* "2027-01", UTC */
	struct tomb_str storage_option;
	int64_t files;
	int64_t bytes;
};

/* In order of months and options. */
enum tomb_code tomb_dashboard_eligible(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_dashboard_eligible **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif
