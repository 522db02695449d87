/*
 * The ledger's side of an ingest: a bag becomes an object with files and copies in one transaction, or not at all.
 *
 * Spec: deletion.md P-14, P-19, P-20, X-04, X-20; architecture.md I4, I8.  The life of an ingest:
 *
 *	begin    the work item is committed; while it is open, nobody can ask for the deletion of the object or its
 *files stage    what the bag holds, in its order wanted   which files must be stored; the others are there already,
 *unchanged, and no deletion can reach them promise  the addresses of the next copies, committed before a byte is sent
 *to them stored   what became of them; promise and stored alternate until nothing is wanted finish   checks again what
 *was left out, then records everything at once; or says that more is wanted fail     at any time: nothing was recorded,
 *the work item says why
 *
 * An ingest that dies leaves an open work item, which the next ingest of the object (or tomb_ingest_record_reap())
 * fails, and promises that are not recorded, which tell where bytes without an owner may be.  One ingest of an object
 * runs at a time: it holds a lock that lives as long as its connection, which therefore must not go through a pooler
 * that shares connections between transactions.
 */
#ifndef TOMB_INGEST_RECORD_H
#define TOMB_INGEST_RECORD_H

#include "tombstone/actor.h"
#include "tombstone/digest.h"
#include "tombstone/pg.h"

enum {
	/* Rows of one call of stage, wanted, promise and stored: a statement of a few hundred kilobytes. */
	TOMB_INGEST_CHUNK = 1000
};

/* What the sender says about the object.  One line each, but description. */
struct tomb_ingest_label {
	struct tomb_str bag_name; /* without "/" */
	struct tomb_str title;
	struct tomb_str description;
	struct tomb_str alt_identifier;
	struct tomb_str access; /* "consortia", "institution", "restricted" */
	struct tomb_str bag_group_identifier;
	struct tomb_str bagit_profile_identifier;
	struct tomb_str source_organization;
	struct tomb_str internal_sender_identifier;
	struct tomb_str internal_sender_description;
};

struct tomb_ingest_start {
	struct tomb_str institution;    /* its identifier */
	struct tomb_ingest_label label; /* lives as long as the record */
	struct tomb_str storage_option; /* empty: the object's own; "Standard" for a new one */
	int64_t files;
	int64_t bytes;
};

struct tomb_ingest_backend {
	int64_t id;
	struct tomb_str name;
};

/* A running ingest.  In the arena of its begin; the caller reads it only. */
struct tomb_ingest_record {
	int64_t work_item_id; /* 0 if it was only checked */
	int64_t institution_id;
	int64_t object_id;                 /* 0: there is none yet */
	struct tomb_str object_identifier; /* "institution/bag" */
	int64_t storage_option_id;
	const struct tomb_ingest_backend *backends; /* of the option: one copy of each file goes to each */
	size_t nbackends;
	struct tomb_ingest_label label;
};

/*
 * FORBIDDEN unless actor is the operator's command, an operator, or a person of the institution; NOTFOUND for an
 * unknown institution or option; CONFLICT if an ingest of the same object is running, if the object is another
 * institution's, or if it is active in another storage option, which can change only while it is deleted.
 */
enum tomb_code tomb_ingest_record_begin(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_start *start, struct tomb_arena *arena, struct tomb_ingest_record **out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Would begin refuse?  Changes nothing; *out has everything but the work item.  For those who want to know before they
 * read a bag that takes hours. */
enum tomb_code tomb_ingest_record_check(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_start *start, struct tomb_arena *arena, struct tomb_ingest_record **out,
	struct tomb_err *err) TOMB_MUST_USE;

struct tomb_ingest_file {
	int32_t seq;          /* from 1 on, in the order of the bag */
	struct tomb_str path; /* in the bag */
	struct tomb_str format;
	int64_t size_bytes;
	int64_t modified_us;
	const uint8_t *digest[TOMB_DIGEST_ALG_MAX]; /* NULL where not known; never NULL for sha256 */
	unsigned declared;                          /* TOMB_DIGEST_BIT()s of the digests that a manifest gives */
};

/* Up to TOMB_INGEST_CHUNK files. */
enum tomb_code tomb_ingest_record_stage(struct tomb_pg *pg, const struct tomb_ingest_record *rec,
	const struct tomb_ingest_file *files, size_t n, struct tomb_err *err) TOMB_MUST_USE;

/* The next files after after_seq that must be stored, by seq, up to TOMB_INGEST_CHUNK; in the arena. */
enum tomb_code tomb_ingest_record_wanted(struct tomb_pg *pg, const struct tomb_ingest_record *rec, int32_t after_seq,
	struct tomb_arena *arena, struct tomb_int4s *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_ingest_copy {
	int32_t seq;
	int64_t backend_id;
	struct tomb_str url;
	struct tomb_str version_id; /* stored: "" where there is none */
	struct tomb_str etag;       /* stored: "" where there is none */
};

/* Commits that bytes may come to lie at these addresses. */
enum tomb_code tomb_ingest_record_promise(struct tomb_pg *pg, const struct tomb_ingest_record *rec,
	const struct tomb_ingest_copy *copies, size_t n, struct tomb_err *err) TOMB_MUST_USE;

/* Where an ingest is, for people. */
struct tomb_ingest_progress {
	int64_t files; /* of the bag that are stored or were found unchanged */
	int64_t bytes;
};

/* These copies are safe: all those of each file that is among them. */
enum tomb_code tomb_ingest_record_stored(struct tomb_pg *pg, const struct tomb_ingest_record *rec,
	const struct tomb_ingest_copy *copies, size_t n, const struct tomb_ingest_progress *progress,
	struct tomb_err *err) TOMB_MUST_USE;

struct tomb_ingest_result {
	bool is_wanting; /* nothing was recorded: more files must be stored since a deletion could reach them */
	int64_t object_id;
	int64_t files_stored;
	int64_t files_unchanged;
	int64_t bytes_stored;
};

/* How the record is made. */
struct tomb_ingest_finish {
	struct tomb_str agent; /* in the events, for ever */
	/* Called now and then while it is written, if it is not NULL; it must not use pg.  Starts anew if the database
	 * asks for the transaction to be repeated. */
	void (*fn)(void *ctx, int64_t files_done);
	void *ctx;
};

/*
 * Records everything, or nothing.  STALE if somebody ended the work item; CONFLICT if a
 * file's identifier belongs to another object, or as begin.  After UNCERTAIN, send the bag again: what was recorded is
 * found unchanged.
 */
enum tomb_code tomb_ingest_record_finish(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_record *rec, const struct tomb_ingest_finish *finish, struct tomb_ingest_result *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Ends the work item as failed; fine if it has ended already. */
enum tomb_code tomb_ingest_record_fail(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_record *rec, struct tomb_str note, struct tomb_err *err) TOMB_MUST_USE;

/* Fails the open work items of ingests that have died, so that their objects can be deleted again; *ended says how
 * many. */
enum tomb_code tomb_ingest_record_reap(struct tomb_pg *pg, size_t *ended, struct tomb_err *err) TOMB_MUST_USE;

#endif
