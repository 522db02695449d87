/* Why there is nothing to decide any more: expired, a newer token, somebody else was faster.  A page of its own each,
 * that says who and when. */
#ifndef TOMB_REVIEW_OVER_H
#define TOMB_REVIEW_OVER_H

#include "view.h"

/* why: of tomb_decision_check() or tomb_decision_make().  Only an admin of the institution gets so far. */
enum tomb_code tomb_review_over(struct tomb_view *v, const struct tomb_err *why, struct tomb_err *err) TOMB_MUST_USE;

#endif
