/* Donut charts (web/part/donuts.html): how parts of a whole become slices of a circle, and what its table says of them.
 */
#ifndef TOMB_CHART_H
#define TOMB_CHART_H

#include "view.h"

enum {
	TOMB_CHART_NAMED = 6, /* slices with a colour of their own: more, and nobody tells them apart */
	TOMB_CHART_SLICES = TOMB_CHART_NAMED + 1, /* with the one for all others */
	TOMB_CHART_CIRCLE = 1000                  /* pathLength of the circles */
};

/* The part's length on the circle; 0 of nothing. */
int64_t tomb_chart_share(int64_t part, int64_t all);

/* "12.5 %"; "< 0.1 %" of something that rounds to nothing. */
struct tomb_str tomb_chart_percent(struct tomb_view *v, int64_t part, int64_t all);

/* The class of the n-th slice, from 0 on, and of its key in the table. */
struct tomb_str tomb_chart_slot(struct tomb_view *v, size_t n);

#endif
