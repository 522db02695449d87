/* The donut charts of an object: its active files by format, by count and by bytes (P-02). */
#ifndef TOMB_OBJECT_CHARTS_H
#define TOMB_OBJECT_CHARTS_H

#include "tombstone/object.h"
#include "view.h"

enum tomb_code tomb_object_charts(struct tomb_view *v, const struct tomb_object *object, struct html_object *page,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
