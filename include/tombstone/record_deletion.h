/*
 * Records deleted: the one door.  Spec: records.md 1.1, 1.2, 2.4 to 2.7, R1 to R7.
 *
 * Pages, interfaces, edits of the leader, imports and jobs end here; a DELETE by hand ends in the same functions of the
 * ledger.  One transaction: everything named is deleted, or nothing.
 */
#ifndef TOMB_RECORD_DELETION_H
#define TOMB_RECORD_DELETION_H

#include "tombstone/record.h"

enum {
	/* Records of one deletion: what one transaction writes in some seconds. */
	TOMB_RECORD_DELETION_MAX = 200000,
	/* Records named by hand in one deletion. */
	TOMB_RECORD_DELETION_NAMED_MAX = 1000,
	/* What stands in the way is listed up to this many. */
	TOMB_RECORD_BLOCKERS_MAX = 100
};

enum tomb_record_mode {
	TOMB_RECORD_DEFAULT, /* as the kind has it */
	TOMB_RECORD_SELF,
	TOMB_RECORD_WITH_CONTENTS,
	TOMB_RECORD_WITH_CHILDREN, /* the same, in the words of MMS containers */
	TOMB_RECORD_REASSIGN_CHILDREN,
	TOMB_RECORD_WITH_EMPTY_ANCESTORS,
	TOMB_RECORD_MODE_MAX
};

enum tomb_record_origin {
	TOMB_RECORD_BY_UI,
	TOMB_RECORD_BY_API,
	TOMB_RECORD_BY_SOURCE_API, /* of source records (FOLIO's SRS) */
	TOMB_RECORD_BY_LEADER,
	TOMB_RECORD_BY_IMPORT,
	TOMB_RECORD_BY_JOB,
	TOMB_RECORD_BY_SQL, /* as the ledger records it; no verb takes it */
	TOMB_RECORD_ORIGIN_MAX
};

struct tomb_str tomb_record_mode_name(enum tomb_record_mode mode); /* "with_contents" */
struct tomb_str tomb_record_origin_name(enum tomb_record_origin origin);
enum tomb_record_origin tomb_record_origin_of(struct tomb_str name); /* of a name that the ledger holds */
enum tomb_code tomb_record_mode_parse(
	struct tomb_str name, enum tomb_record_mode *out, struct tomb_err *err) TOMB_MUST_USE; /* INVAL */

/* Of MMS (2.6): "remediation", "accidental"; anything else is an override. */
struct tomb_record_confirmations {
	bool not_needed_for_reference; /* N-11 */
	bool metadata_replicated;      /* N-12: elsewhere, or not needed */
	bool rights_replicated;        /* N-13: elsewhere, or not needed */
	bool rights_not_needed;        /* which of the two it is */
	bool contents_verified;        /* N-17, N-20: what is in it is no longer needed */
	int64_t rights_by;             /* the Digitization Coordinator who did; 0: none */
	struct tomb_str legacy_uri;    /* N-14; "": none */
};

struct tomb_record_deletion_ask {
	const struct tomb_uuid *ids; /* one, or several of one kind (captures: N-26) */
	size_t nids;
	enum tomb_record_mode mode;
	enum tomb_record_origin origin;
	int64_t expect_count;        /* of the preview; -1: whatever it is now */
	int32_t version;             /* of the only one named; 0: whatever it is now */
	struct tomb_str reason_code; /* "remediation", "accidental" for MMS; free for the others; "harmful_content" is
				      * refused with the advice to suppress (NW-6) */
	struct tomb_str reason;      /* free text */
	bool is_override;            /* another reason than MMS allows: admins only, and it is in the audit log */
	struct tomb_record_confirmations confirmed; /* asked of MMS kinds */
	struct tomb_str actor_label;                /* "System", "Electronic Inventory Creator"; "": none */
	struct tomb_str job;                        /* "": none */
};

/* Why one of them cannot be deleted. */
struct tomb_record_blocker {
	struct tomb_uuid id;
	int64_t number;
	enum tomb_record_kind kind;
	struct tomb_str title;
	struct tomb_str rule; /* "capture_ids", "asset", "captures", "children", "held", ... */
	struct tomb_str detail;
};

/* What reassigned children lose, and gain, by being moved (NW-8). */
struct tomb_record_inherited {
	struct tomb_str name; /* "rights profile", ... */
	struct tomb_str lost;
	struct tomb_str gained;
	bool is_required; /* a loss of it refuses the move */
};

struct tomb_record_preview {
	int64_t records;                                   /* expect_count */
	struct tomb_record_contents by_kind;               /* of those */
	enum tomb_record_mode mode;                        /* what TOMB_RECORD_DEFAULT came to */
	enum tomb_record_mode modes[TOMB_RECORD_MODE_MAX]; /* what the kind offers */
	size_t nmodes;
	struct tomb_record_blocker *blockers; /* none: it can be deleted */
	size_t nblockers;
	int64_t captures;                        /* active ones in it, at any depth */
	int64_t children;                        /* active ones directly in it */
	bool has_rights;                         /* N-13: a rights profile of its own is in it */
	struct tomb_record_inherited *inherited; /* reassign_children */
	size_t ninherited;
	bool has_new_parent;
	struct tomb_uuid new_parent; /* of reassigned children; else they are in nothing */
	bool is_restorable;
};

/* The same questions by the same code, and nothing written.  Errors as tomb_record_delete(), but that what stands in
 * the way is in *out. */
enum tomb_code tomb_record_deletion_preview(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, struct tomb_arena *arena, struct tomb_record_preview *out,
	struct tomb_err *err) TOMB_MUST_USE;

struct tomb_record_deleted {
	int64_t deletion_id;
	int64_t records;
	bool was_deleted; /* already, by that deletion: nothing was written (R7) */
};

/*
 * FORBIDDEN unless actor may RECORD_DELETE where the records are, or an override without RECORD_OVERRIDE; INVAL for a
 * mode that the kind does not offer, records of several kinds or institutions, a missing reason or confirmation;
 * NOTFOUND; CONFLICT if something stands in the way (the text names the first of them), or expect_count is not the
 * count now; PRECONDITION for another version; UNPROCESSABLE for harmful content; TOOBIG.
 */
enum tomb_code tomb_record_delete(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, struct tomb_record_deleted *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* A deletion of records, as people follow it. */
struct tomb_record_deletion {
	int64_t id;
	int64_t institution_id;
	int64_t at_us;
	enum tomb_record_origin origin;
	struct tomb_str actor_kind;
	struct tomb_str actor;
	struct tomb_str actor_label;
	struct tomb_str job;
	struct tomb_uuid root_id;
	struct tomb_str mode;
	struct tomb_str reason_code;
	struct tomb_str reason;
	bool is_override;
	struct tomb_str legacy_uri;
	int64_t records;
};
enum tomb_code tomb_record_deletion_show(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t deletion_id,
	struct tomb_arena *arena, struct tomb_record_deletion *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
