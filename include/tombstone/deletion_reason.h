/* The vocabulary of reasons for deletions: a word for programs, a sentence for people.  Spec: spec/peers.md section 6.
 */
#ifndef TOMB_DELETION_REASON_H
#define TOMB_DELETION_REASON_H

#include "tombstone/str.h"

struct tomb_deletion_reason {
	struct tomb_str code; /* "personal_data" */
	struct tomb_str text; /* "It holds personal data" */
};

/* Constant, in the order in which people are offered them. */
extern const struct tomb_deletion_reason tomb_deletion_reasons[];
extern const size_t tomb_deletion_reasons_count;

/* What people read; code itself if it is none of ours any more, "" for "". */
struct tomb_str tomb_deletion_reason_text(struct tomb_str code);

/* INVAL unless code is "" or one of them, or is "other" and text says nothing. */
enum tomb_code tomb_deletion_reason_check(
	struct tomb_str code, struct tomb_str text, struct tomb_err *err) TOMB_MUST_USE;

#endif
