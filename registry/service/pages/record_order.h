/* The criteria of a deletion of records as a form: what was ticked and typed, and what is wrong with it (N-03 to N-17).
 */
#ifndef TOMB_RECORD_ORDER_H
#define TOMB_RECORD_ORDER_H

#include "tombstone/record_deletion.h"
#include "view.h"

enum { TOMB_RECORD_ORDER_PROBLEMS = 5 };

struct tomb_record_order {
	struct tomb_str choice; /* of the list of reasons */
	struct tomb_str note;
	bool no_reference;
	bool metadata_kept;
	bool verified;
	struct tomb_str rights; /* "replicated", "not_needed", "" */
	int64_t rights_by;
	struct tomb_str legacy_uri;
	/* "" is right */
	struct tomb_str reason_fault;
	struct tomb_str reference_fault;
	struct tomb_str metadata_fault;
	struct tomb_str verified_fault;
	struct tomb_str ledger_fault; /* what the verb says */
};

/* As sent.  INVAL as tomb_view_field(). */
enum tomb_code tomb_record_order_read(
	struct tomb_view *v, struct tomb_record_order *out, struct tomb_err *err) TOMB_MUST_USE;

/* What a form of MMS lacks, as far as that can be told without asking; true: nothing.  with_contents: more goes than
 * what is named.  Everything else is for the verb to say. */
bool tomb_record_order_is_whole(struct tomb_record_order *order, bool with_contents);

/* Puts it into ask, in the ledger's words. */
void tomb_record_order_put(
	struct tomb_view *v, const struct tomb_record_order *order, struct tomb_record_deletion_ask *ask);

/* Nobody's harmful content is deleted (NW-6). */
bool tomb_record_order_is_harmful(const struct tomb_record_order *order);

/* The form again, about record.  has_children: something else may go with it. */
enum tomb_code tomb_record_order_show(struct tomb_view *v, const struct tomb_record_order *order,
	const struct tomb_record *record, bool has_rights, bool has_children, struct html_criteria *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Above the form. */
struct html_problems tomb_record_order_problems(
	const struct tomb_record_order *order, struct html_problems_items items[static TOMB_RECORD_ORDER_PROBLEMS]);

#endif
