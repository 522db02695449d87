/* Records of an answer: a header, and the metadata of what is live. */
#ifndef TOMB_OAI_RECORD_H
#define TOMB_OAI_RECORD_H

#include "header.h"
#include "metadata.h"

/* What became of one item. */
enum tomb_oai_told {
	TOMB_OAI_TOLD_NOT,     /* not in this format: nothing was written */
	TOMB_OAI_TOLD_FAILED,  /* it should be, and cannot be shown: nothing was written */
	TOMB_OAI_TOLD_DELETED, /* as deleted */
	TOMB_OAI_TOLD_LIVE,
};

/* Writes one <record>, or one <header> if that is all that was asked for.  If FAILED, *why says why, for people. */
enum tomb_code tomb_oai_record_put(struct tomb_oai_call *call, const struct tomb_oai_metadata_page *page,
	enum tomb_oai_format format, const struct tomb_oai_item *item, enum tomb_oai_told *told, struct tomb_err *why,
	struct tomb_err *err) TOMB_MUST_USE;

/* Writes down for its institution that an item was left out, in which list (0: it was asked for alone) and why. */
enum tomb_code tomb_oai_record_fail(struct tomb_oai_call *call, enum tomb_oai_format format,
	const struct tomb_oai_item *item, int64_t chain_id, const struct tomb_err *why,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
