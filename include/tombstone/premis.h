/*
 * PREMIS 3 documents of objects and files: what they are, what happened to them, and who had a part in it.
 * Spec: deletion.md P-15, P-16, X-05; records.md 3.8; http://www.loc.gov/standards/premis/v3/premis-v3-0.xsd.
 */
#ifndef TOMB_PREMIS_H
#define TOMB_PREMIS_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/* One of the two: an object with all its files, or a file. */
struct tomb_premis_subject {
	int64_t object_id;
	int64_t file_id;
};

/* Takes the next piece of the document; on failure the writing ends with its code.  It must not use pg. */
typedef enum tomb_code tomb_premis_sink_fn(void *ctx, struct tomb_str piece, struct tomb_err *err);

/*
 * Writes the document piece by piece, in memory that does not depend on its size, as the ledger is at one moment: pg
 * must not be in a transaction.  NOTFOUND, also for another institution's.  What a failure leaves with the sink is
 * worthless.
 */
enum tomb_code tomb_premis_write(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_premis_subject *subject, tomb_premis_sink_fn *sink, void *ctx,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
