/*
 * Minimum retention: how long a copy must lie before it may be deleted (spec/deletion.md P-12).
 *
 * These are billing rules of the providers, counted from the moment when the copy itself was stored.  No provider locks
 * what is younger: it takes the deletion, and bills the rest.  So the rule is kept here or nowhere.  They restrict
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

/* Whose minimum counts for the copies on a backend. */
enum tomb_retention_policy {
	TOMB_RETENTION_STRICTEST, /* both, but for an option of 0 days, which may go at any time: the default */
	TOMB_RETENTION_REGISTRY,  /* the storage option's, from when the ledger recorded the copy */
	TOMB_RETENTION_STORE, /* that of the class which the store reports, from its date; the other if it has none */
	TOMB_RETENTION_POLICY_MAX
};

struct tomb_str tomb_retention_policy_name(enum tomb_retention_policy policy); /* "strictest", "registry", "store" */

/* INVAL for a name that is no policy, with those that are. */
enum tomb_code tomb_retention_policy_parse(
	struct tomb_str name, enum tomb_retention_policy *out, struct tomb_err *err) TOMB_MUST_USE;

/* What a provider bills at least for a storage class. */
struct tomb_retention_class {
	const char *provider; /* for people */
	const char *host;     /* the end of its endpoints' names; "": of any that has no entry of its own */
	const char *name;     /* as S3 spells it; "": all classes of that provider */
	int32_t min_days;
	const char *source;
};

/* The whole table; *n receives its length. */
const struct tomb_retention_class *tomb_retention_classes(size_t *n);

/* The entry for the class that the store behind a copy's URL reports; NULL if nothing is known of it. */
const struct tomb_retention_class *tomb_retention_class(struct tomb_str url, struct tomb_str storage_class);

struct tomb_retention_facts {
	enum tomb_retention_policy policy;
	int64_t now_us;
	int64_t stored_at_us; /* by the ledger */
	int32_t min_days;     /* of the storage option */

	struct tomb_str url;           /* of the copy */
	struct tomb_str storage_class; /* by the store; "": it has none, as a folder */
	int64_t modified_us;           /* by the store; 0 or less: it did not tell */
};

enum { TOMB_RETENTION_WHY = 224 }; /* bytes, with the NUL */

/*
 * May the copy be deleted at now_us, by the rules that the policy names?  If not, why says which rule and until when,
 * for people.  Facts that make no sense are never over.  A class that the store changed since (by a lifecycle rule)
 * began later than Last-Modified tells: that minimum may end later than is known here.
 */
bool tomb_retention_allows(const struct tomb_retention_facts *facts, char why[static TOMB_RETENTION_WHY]);

#endif
