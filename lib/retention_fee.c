#include "tombstone/retention_fee.h"

#include "tombstone/parse.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_US ((wide)86400 * 1000000)
#define GIB (INT64_C(1) << 30)
#define NANOS UINT64_C(1000000000)

enum {
	DAYS_MAX = 36500,
	PRICE_MAX = 1000, /* of a currency for a GB and month: more is a typing error */
	PRICE_DIGITS = 9, /* behind the point: billionths */
	NANOS_PER_CENT = 10000000
};

/* Byte-days times a price outgrow 64 bits, with a few TB and a few months. */
__extension__ typedef __int128 wide;

static int64_t narrow(wide n)
{
	return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

int64_t tomb_retention_fee_byte_days(
	int64_t now_us, int64_t stored_at_us, int64_t size_bytes, const struct tomb_retention_bill *bill)
{
	wide left_us = 0;
	wide days = 0;

	if (size_bytes < 0 || bill->bytes < 0 || bill->days < 0 || bill->days > DAYS_MAX)
		return 0;
	left_us = (wide)stored_at_us + (wide)bill->days * DAY_US - now_us;
	if (left_us <= 0)
		return 0;
	days = (left_us + DAY_US - 1) / DAY_US;
	if (days > bill->days)
		days = bill->days;
	return narrow(days * (size_bytes > bill->bytes ? size_bytes : bill->bytes));
}

int64_t tomb_retention_fee(int64_t byte_days, int64_t price_nanos)
{
	const wide unit = (wide)GIB * TOMB_FEE_MONTH_DAYS * NANOS_PER_CENT;

	if (byte_days <= 0 || price_nanos <= 0)
		return 0;
	return narrow(((wide)byte_days * price_nanos + unit / 2) / unit);
}

char *tomb_retention_fee_text(
	int64_t byte_days, int64_t price_nanos, struct tomb_str currency, char out[static TOMB_FEE_TEXT])
{
	int64_t cents = tomb_retention_fee(byte_days, price_nanos);

	out[0] = '\0';
	if (cents > 0)
		(void)snprintf(
			out, TOMB_FEE_TEXT, "%" PRId64 ".%02d %.3s", cents / 100, (int)(cents % 100), currency.p);
	else if (byte_days > 0 && price_nanos > 0)
		(void)snprintf(out, TOMB_FEE_TEXT, "less than 0.01 %.3s", currency.p);
	return out;
}

bool tomb_retention_fee_parse(struct tomb_str text, int64_t *price_nanos)
{
	const char *point = text.n > 0 ? memchr(text.p, '.', text.n) : NULL;
	struct tomb_str whole = {text.p, point ? (size_t)(point - text.p) : text.n};
	struct tomb_str rest = {point ? point + 1 : text.p, point ? text.n - whole.n - 1 : 0};
	uint64_t units = 0;
	uint64_t nanos = 0;

	if (!tomb_parse_u64(whole, 0, PRICE_MAX, &units) || rest.n > PRICE_DIGITS)
		return false;
	if (point && !tomb_parse_u64(rest, 0, UINT64_MAX, &nanos))
		return false;
	for (size_t i = rest.n; i < PRICE_DIGITS; i++)
		nanos *= 10;
	nanos += units * NANOS;
	if (nanos > PRICE_MAX * NANOS)
		return false;
	*price_nanos = (int64_t)nanos;
	return true;
}
