/*
 * Many people watch deletions at once: how far these have come, and whether they may still look, is one question to the
 * ledger.  Spec: deletion.md P-10; I9.
 */
#ifndef TOMB_DELETION_WATCH_H
#define TOMB_DELETION_WATCH_H

#include "tombstone/pg.h"

/* Somebody who watches the deletion of a request. */
struct tomb_deletion_watch {
	int64_t request_id;
	struct tomb_str session_sha256; /* of the session's token, 32 bytes */
};

struct tomb_deletion_watched {
	bool may_see; /* the session goes on, the person is active, and it is their institution's; else all below is 0
		       */
	bool is_finished;
	int64_t files_total;
	int64_t files_done;
	int64_t files_refused;
	int64_t files_failed;
	int64_t bytes_total;
	int64_t bytes_done;
};

/* One answer per watch, in their order, in the arena.  Adds up work items, each deletion's once. */
enum tomb_code tomb_deletion_watch_read(struct tomb_pg *pg, const struct tomb_deletion_watch *watches, size_t n,
	struct tomb_arena *arena, struct tomb_deletion_watched **out, struct tomb_err *err) TOMB_MUST_USE;

#endif
