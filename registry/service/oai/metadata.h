/* The metadata of a live item in one format: a piece of XML that stands for itself. */
#ifndef TOMB_OAI_METADATA_H
#define TOMB_OAI_METADATA_H

#include "call.h"

enum {
	TOMB_OAI_METADATA_MAX = 8 * 1024 * 1024
}; /* bytes of one record: a stored MARC record of 1 MiB, several times */

/* What is to be read of items for this format. */
struct tomb_oai_want tomb_oai_metadata_want(enum tomb_oai_format format);

/* Can it be had in this format at all, now or (of a tombstone) before? */
bool tomb_oai_metadata_has(
	const struct tomb_oai_policy *policy, const struct tomb_oai_item *item, enum tomb_oai_format format);

/* CORRUPT if what the metadata is made of is missing: "There is no corresponding SRS record for this MARC" (F-51). */
enum tomb_code tomb_oai_metadata_check(
	const struct tomb_oai_item *item, enum tomb_oai_format format, struct tomb_err *err) TOMB_MUST_USE;

/* What all records of a page need besides their items: read at once, in the arena. */
struct tomb_oai_metadata_page;
enum tomb_code tomb_oai_metadata_page_read(struct tomb_oai_call *call, enum tomb_oai_format format,
	const struct tomb_oai_item *items, size_t n, struct tomb_arena *arena,
	const struct tomb_oai_metadata_page **out, struct tomb_err *err) TOMB_MUST_USE;

/* Appends it to out, which is empty before.  CORRUPT, TOOBIG or INVAL if the ledger holds what cannot be shown; the
 * text is for those whose record it is. */
enum tomb_code tomb_oai_metadata_put(struct tomb_oai_call *call, const struct tomb_oai_metadata_page *page,
	enum tomb_oai_format format, const struct tomb_oai_item *item, struct tomb_buf *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
