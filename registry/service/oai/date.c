#include "date.h"

#include "tombstone/clock.h"

enum { DAY_TEXT = 10, SECOND_TEXT = 20, SECONDS_AT = 17, DAY_LAST_S = 24 * 60 * 60 - 1 };

/* '0' in form stands for any digit. */
static bool has_form(struct tomb_str text, const char *form)
{
	if (text.n != strlen(form))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (form[i] == '0' ? text.p[i] < '0' || text.p[i] > '9' : text.p[i] != form[i])
			return false;
	return true;
}

bool tomb_oai_date_parse(struct tomb_str text, struct tomb_oai_date *out)
{
	char moment[SECOND_TEXT + 1] = "0000-00-00T00:00:00Z";
	bool is_day = has_form(text, "0000-00-00");
	struct tomb_err ignored;
	int64_t us = 0;

	if (!is_day && !has_form(text, "0000-00-00T00:00:00Z"))
		return false;
	memcpy(moment, text.p, is_day ? DAY_TEXT : SECOND_TEXT);
	/* A leap second is a moment of UTC, but no xs:dateTime, in which the answer repeats it. */
	if (memcmp(moment + SECONDS_AT, "60", 2) == 0)
		return false;
	if (tomb_time_parse((struct tomb_str){moment, SECOND_TEXT}, &us, &ignored) != TOMB_OK)
		return false;
	*out = (struct tomb_oai_date){
		is_day ? TOMB_OAI_DAY : TOMB_OAI_SECOND, us, us + (is_day ? (int64_t)DAY_LAST_S * TOMB_US_PER_S : 0)};
	return true;
}
