/*
 * Minimum retention: how long a copy must lie before it may be deleted (spec/deletion.md P-12).
 *
 * These are billing rules of the providers, counted from the moment when the copy itself was stored.  They restrict
 * deletion only, never an update.  Pure functions: no clock, no database.
 */
#ifndef TOMB_RETENTION_H
#define TOMB_RETENTION_H

#include "tombstone/str.h"

enum { TOMB_RETENTION_DAYS_MAX = 36500 }; /* a hundred years: more is a typing error */

/* A storage option as delivered; an installation may change or add some in the ledger. */
struct tomb_retention_option {
	const char *name;
	int32_t min_days;
	const char *provider;      /* for people */
	const char *storage_class; /* of the copy that has the longest minimum, as S3 spells it */
};

/* The default options; *n receives their number. */
const struct tomb_retention_option *tomb_retention_options(size_t *n);

/* NULL when no default option has that name (case counts). */
const struct tomb_retention_option *tomb_retention_option(struct tomb_str name);

/*
 * The first instant at which a copy stored at stored_at_us may be deleted: min_days calendar days later, same time of
 * day, UTC.  Unix microseconds.  INVAL for days outside 0 .. TOMB_RETENTION_DAYS_MAX, or an instant that cannot be
 * represented.
 */
enum tomb_code tomb_retention_until(
	int64_t stored_at_us, int32_t min_days, int64_t *until_us, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Is the minimum over at now_us?  True at that first instant and after.  What makes no sense is not over: a copy
 * stored in the future, negative or absurd days, an instant that cannot be represented.
 */
bool tomb_retention_over(int64_t now_us, int64_t stored_at_us, int32_t min_days);

#endif
