/* How something came to be deleted: for the notices on its page (P-16). */
#ifndef TOMB_PAST_H
#define TOMB_PAST_H

#include "tombstone/deletion_view.h"
#include "tombstone/object.h"
#include "view.h"

struct tomb_past {
	int64_t at_us; /* 0: it is not deleted, or nothing is known */
	int64_t request_id;
	struct tomb_str deleted_by; /* "Ada Lovelace (ada@test.edu)" */
	struct tomb_str approved_by;
};

enum tomb_code tomb_past_of(struct tomb_view *v, const struct tomb_pending *pending, struct tomb_past *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* "Ada Lovelace (ada@test.edu)"; "" for nobody. */
struct tomb_str tomb_past_person(struct tomb_view *v, struct tomb_str name, struct tomb_str email);

/* Why it was asked for: the vocabulary's sentence, and what was written, on a line of its own; "" for nothing. */
struct tomb_str tomb_past_reason(struct tomb_view *v, const struct tomb_deletion_view *request);

#endif
