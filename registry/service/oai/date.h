/* UTCdatetime (OAI-PMH, section 3.3): "2024-02-29" or "2024-02-29T23:59:59Z", and no other form. */
#ifndef TOMB_OAI_DATE_H
#define TOMB_OAI_DATE_H

#include "tombstone/time.h"

enum tomb_oai_granularity { TOMB_OAI_DAY, TOMB_OAI_SECOND };

struct tomb_oai_date {
	enum tomb_oai_granularity granularity;
	int64_t first_us; /* since 1970: the second, or the first of the day */
	int64_t last_us;  /* the second, or the last of the day: both ends of a window are inclusive */
};

/* False for another form and for dates that no calendar has; then *out is left alone. */
bool tomb_oai_date_parse(struct tomb_str text, struct tomb_oai_date *out) TOMB_MUST_USE;

#endif
