/* Filters that several lists have. */
#ifndef TOMB_FILTER_H
#define TOMB_FILTER_H

#include "view.h"

/* ?state=: "A" if it is absent, "D", or "all". */
struct tomb_state_filter {
	struct tomb_str given; /* for links: "" if it is the default */
	struct tomb_str state; /* for the ledger: "A", "D", "" for both */
	bool is_any;
	bool is_deleted;
};

struct tomb_state_filter tomb_filter_state_of(const struct tomb_view *v);

/* "ABOVE/TEXT", or text itself if it begins so already. */
struct tomb_str tomb_filter_below(struct tomb_view *v, struct tomb_str above, struct tomb_str text);

/* A day of the address, "2027-01-31" (UTC), as its first moment, or with is_end as the first one behind it; 0 if it is
 * absent.  INVAL for anything else. */
enum tomb_code tomb_filter_day(
	const struct tomb_view *v, const char *name, bool is_end, int64_t *us, struct tomb_err *err) TOMB_MUST_USE;

/* The object with this identifier: 0 for "", and an id that nothing has for one that is not there to be seen. */
enum tomb_code tomb_filter_object(
	struct tomb_view *v, struct tomb_str identifier, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

#endif
