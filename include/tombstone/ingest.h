/*
 * Ingest: a bag becomes an object with files, each stored in every backend of its storage option, recorded at once.
 *
 * Spec: deletion.md P-14, P-19, P-20.  The object is INSTITUTION/BAG and its files OBJECT/PATH-IN-BAG: the payload, and
 * the tag files that the sender added; bagit.txt and the manifests are not kept, since what they say is.  Bytes go
 * under new keys, never over old ones.  Sending a bag again is always safe: files that are there unchanged, and that no
 * deletion can reach, are left as they are, and an ingest that died is made good by the next one.
 */
#ifndef TOMB_INGEST_H
#define TOMB_INGEST_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum tomb_ingest_phase { TOMB_INGEST_CHECK, TOMB_INGEST_STORE, TOMB_INGEST_RECORD };

/* How far it is.  In TOMB_INGEST_STORE, files that are left as they are count as done. */
struct tomb_ingest_step {
	enum tomb_ingest_phase phase;
	int64_t files, files_done;
	int64_t bytes, bytes_done;
};

/* Called often, from the calling thread.  An error ends the ingest, which is then as failed as by any other; but once
 * the record is being written, it is only not called again. */
typedef enum tomb_code tomb_ingest_fn(void *ctx, const struct tomb_ingest_step *step, struct tomb_err *err);

struct tomb_ingest_order {
	const char *bag;                /* a folder or a tar file */
	struct tomb_str institution;    /* its identifier */
	struct tomb_str storage_option; /* empty: what the bag says; else the bag must not say another */
	const char *backends_file;
	int threads;           /* that store files: 1 to 64 */
	struct tomb_str agent; /* program, version and host: in the events, for ever */
	tomb_ingest_fn *fn;    /* may be NULL */
	void *ctx;
};

struct tomb_ingested {
	int64_t work_item_id;
	int64_t object_id;
	struct tomb_str object_identifier; /* in the arena */
	int64_t files_stored;
	int64_t files_unchanged;
	int64_t bytes_stored;
};

/*
 * Errors: as tomb_bag_open() and tomb_bag_verify(), before which the ledger is not touched; as
 * tomb_ingest_record_begin(); INVAL for a value in the bag's tag files that makes no sense; NET, STORE, STORE_DENIED,
 * STORE_THROTTLED, CORRUPT or IO if a copy could not be stored.  A failed ingest leaves a work item that says why, and
 * nothing else in the ledger; bytes that it stored are known by its promises.  After UNCERTAIN, send the bag again.
 * statement_timeout of pg must leave room for a record of some 5,000 files: a minute is plenty.
 */
enum tomb_code tomb_ingest(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_ingest_order *order,
	struct tomb_arena *arena, struct tomb_ingested *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
