/* The filters that a list is under, each with a link that removes it. */
#ifndef TOMB_CHIPS_H
#define TOMB_CHIPS_H

#include "pager.h"

/* A filter and what its chip says, such as {"state", "State: Approved"}. */
struct tomb_chip {
	const char *name;
	struct tomb_str text;
};

/* Chips for those of n filters that pager carries; all links lead to the list's first page. */
enum tomb_code tomb_chips_of(struct tomb_view *v, const struct tomb_pager *pager, const struct tomb_chip *chips,
	size_t n, struct html_chips *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
