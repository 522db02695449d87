/*
 * What a request for a deletion would take and what stands in its way, before anybody makes one.
 * Spec: deletion.md P-04, P-12, P-13, X-10; I9.
 *
 * Reads only; whole objects are counted from tallies, so that it is quick for objects of a million files.
 */
#ifndef TOMB_DELETION_PREVIEW_H
#define TOMB_DELETION_PREVIEW_H

#include "tombstone/impact.h"

enum { TOMB_PREVIEW_AGES_MAX = 100 }; /* ages that are told apart: what a dialog or a script can use */

/* Copies of one age that their storage option still keeps. */
struct tomb_preview_age {
	struct tomb_str storage_option;
	int64_t eligible_at_us;
	int64_t copies;
	int64_t bytes;
};

struct tomb_deletion_preview {
	int64_t objects; /* that are named whole */
	int64_t files;   /* all Active files that the request would list */
	int64_t bytes;
	int64_t deleted;         /* things named that are deleted already */
	int64_t pending_files;   /* of those files: that another request, or an ingest, is about */
	int64_t held_files;      /* that are under hold */
	int64_t lockable_copies; /* on backends that can lock copies: when such a lock ends, only the store knows */
	int64_t eligible_at_us;  /* when the last of the copies that are too young has its age; 0: none is too young */
	struct tomb_preview_age *ages; /* too young, soonest eligible first, TOMB_PREVIEW_AGES_MAX at most */
	size_t nages;
	struct tomb_impacts impacts;
	struct tomb_obstacle *obstacles; /* none: a request would be taken now */
	size_t nobstacles;
};

/* The errors of tomb_deletion_request_create(), but for obstacles, which are no error here. */
enum tomb_code tomb_deletion_preview(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, struct tomb_arena *arena, struct tomb_deletion_preview *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
