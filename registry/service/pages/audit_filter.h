/* Which entries of the audit log an address asks for: what the page and its CSV have in common. */
#ifndef TOMB_AUDIT_FILTER_H
#define TOMB_AUDIT_FILTER_H

#include "tombstone/audit_view.h"
#include "view.h"

/* ?actor=, ?verb=, ?subject=, and the days ?from= and ?to=.  INVAL for what is no day. */
enum tomb_code tomb_audit_filter_of(
	const struct tomb_view *v, struct tomb_audit_view_filter *out, struct tomb_err *err) TOMB_MUST_USE;

/* Answers with all of those entries as a table. */
enum tomb_code tomb_audit_csv_send(
	struct tomb_view *v, const struct tomb_audit_view_filter *filter, struct tomb_err *err) TOMB_MUST_USE;

#endif
