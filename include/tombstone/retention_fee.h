/*
 * What it costs to delete a copy before its provider's minimum is over: an estimate for people, from a price that an
 * operator has set.  Providers bill the days that are left; no lock prevents the deletion (spec/peers.md 2.5).
 * Pure functions: no clock, no database.
 */
#ifndef TOMB_RETENTION_FEE_H
#define TOMB_RETENTION_FEE_H

#include "tombstone/str.h"

enum {
	TOMB_FEE_MONTH_DAYS = 30, /* what the usual price lists call a month */
	TOMB_FEE_TEXT = 40        /* bytes, with the NUL */
};

/* What the provider bills for a copy at least. */
struct tomb_retention_bill {
	int32_t days;
	int64_t bytes; /* a smaller one is billed as if it had so many */
};

/*
 * Bytes times days that are still billed after a deletion at now_us; begun days count whole.  0 when the minimum is
 * over.  A copy stored in the future owes all days.  What makes no sense owes nothing: negative sizes, days outside 0
 * .. 36,500.  What cannot be represented is INT64_MAX.
 */
int64_t tomb_retention_fee_byte_days(
	int64_t now_us, int64_t stored_at_us, int64_t size_bytes, const struct tomb_retention_bill *bill);

/*
 * Hundredths of the currency for so many byte-days, of one copy or of many together, at price_nanos billionths of it
 * for 2^30 bytes and TOMB_FEE_MONTH_DAYS days.  Rounded to the nearest, halves up.  Negative values cost nothing; what
 * cannot be represented is INT64_MAX.
 */
int64_t tomb_retention_fee(int64_t byte_days, int64_t price_nanos);

/* "12.34 EUR"; "less than 0.01 EUR" for what is there and rounds to nothing; "" for no byte-days.  Returns out. */
char *tomb_retention_fee_text(
	int64_t byte_days, int64_t price_nanos, struct tomb_str currency, char out[static TOMB_FEE_TEXT]);

/* A price as people write it, "0.0036", to billionths; at most nine digits behind the point, 0 to 1,000.  False else.
 */
bool tomb_retention_fee_parse(struct tomb_str text, int64_t *price_nanos) TOMB_MUST_USE;

#endif
