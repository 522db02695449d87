/*
 * PREMIS events that a pipeline outside reports.  Spec: aptrust.md 1.2, 3.3, 3.6; deletion.md P-15, P-16; I8.
 *
 * Deletions cannot be reported: the ledger writes their events when it knows that the copies are gone (I3).
 */
#ifndef TOMB_EVENT_RECORD_H
#define TOMB_EVENT_RECORD_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"
#include "tombstone/uuid.h"

struct tomb_event_given {
	struct tomb_str type;       /* "fixity check" */
	struct tomb_str identifier; /* a UUID; "": made */
	int64_t at_us;              /* 0: now */
	struct tomb_str detail;
	struct tomb_str outcome; /* "Success", "Failure"; "Failed" is Failure */
	struct tomb_str outcome_detail;
	struct tomb_str outcome_information;
	struct tomb_str object_used; /* the tool */
	struct tomb_str agent;       /* not empty */
};

struct tomb_event_subject {
	int64_t institution_id; /* 0: whichever it is */
	int64_t object_id;      /* 0: the file's */
	int64_t file_id;        /* 0: about the object */
};

/*
 * Operators only.  *id is the event's.  NOTFOUND for the subject, or a file that is not of the object; INVAL for
 * another institution, an unknown type or outcome, a time to come, or an empty agent; FORBIDDEN for a deletion;
 * CONFLICT if the identifier is in use.
 */
enum tomb_code tomb_event_record_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_event_subject *subject, const struct tomb_event_given *event, int64_t *id,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
