#include "tombstone/retention.h"

/* Unix time knows no leap seconds: a UTC day is this long. */
#define DAY_US (86400 * INT64_C(1000000))

static const struct tomb_retention_option options[] = {
	/* Standard keeps a second copy in Glacier, but the option as a whole may go at any time (seed 003). */
	{"Standard", 0, "Amazon S3 (Virginia) and Glacier (Oregon)", "STANDARD"},
	{"Glacier-OH", 90, "Amazon S3 Glacier Flexible Retrieval (Ohio)", "GLACIER"},
	{"Glacier-OR", 90, "Amazon S3 Glacier Flexible Retrieval (Oregon)", "GLACIER"},
	{"Glacier-VA", 90, "Amazon S3 Glacier Flexible Retrieval (Virginia)", "GLACIER"},
	{"Glacier-Deep-OH", 180, "Amazon S3 Glacier Deep Archive (Ohio)", "DEEP_ARCHIVE"},
	{"Glacier-Deep-OR", 180, "Amazon S3 Glacier Deep Archive (Oregon)", "DEEP_ARCHIVE"},
	{"Glacier-Deep-VA", 180, "Amazon S3 Glacier Deep Archive (Virginia)", "DEEP_ARCHIVE"},
	{"Wasabi-OR", 90, "Wasabi (Oregon)", "STANDARD"},
	{"Wasabi-VA", 90, "Wasabi (Virginia)", "STANDARD"},
	{"Wasabi-TX", 90, "Wasabi (Texas)", "STANDARD"},
};

const struct tomb_retention_option *tomb_retention_options(size_t *n)
{
	*n = TOMB_COUNTOF(options);
	return options;
}

const struct tomb_retention_option *tomb_retention_option(struct tomb_str name)
{
	for (size_t i = 0; i < TOMB_COUNTOF(options); i++)
		if (tomb_str_eq(name, tomb_str_from(options[i].name)))
			return &options[i];
	return NULL;
}

/* False, with *until_us as it was, if there is no such instant. */
static bool eligible_at(int64_t stored_at_us, int32_t min_days, int64_t *until_us)
{
	int64_t until = 0;

	if (min_days < 0 || min_days > TOMB_RETENTION_DAYS_MAX)
		return false;
	if (__builtin_add_overflow(stored_at_us, min_days * DAY_US, &until))
		return false;
	*until_us = until;
	return true;
}

enum tomb_code tomb_retention_until(int64_t stored_at_us, int32_t min_days, int64_t *until_us, struct tomb_err *err)
{
	if (!eligible_at(stored_at_us, min_days, until_us))
		return TOMB_FAIL(err, TOMB_INVAL, "minimum retention of %d days: 0 to %d are allowed", (int)min_days,
			TOMB_RETENTION_DAYS_MAX);
	return TOMB_OK;
}

bool tomb_retention_over(int64_t now_us, int64_t stored_at_us, int32_t min_days)
{
	int64_t until_us = 0;

	return stored_at_us <= now_us && eligible_at(stored_at_us, min_days, &until_us) && now_us >= until_us;
}
