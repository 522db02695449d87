#include "filter.h"

#include "tombstone/object.h"
#include "tombstone/time.h"

#include <inttypes.h>
#include <stdio.h>

enum { DAY_CHARS = 10, DAY_S = 24 * 60 * 60 };

struct tomb_state_filter tomb_filter_state_of(const struct tomb_view *v)
{
	struct tomb_str given = tomb_view_query(v, "state");

	if (tomb_str_eq(given, TOMB_STR("all")))
		return (struct tomb_state_filter){given, TOMB_STR(""), true, false};
	if (tomb_str_eq(given, TOMB_STR("D")))
		return (struct tomb_state_filter){given, given, false, true};
	return (struct tomb_state_filter){TOMB_STR(""), TOMB_STR("A"), false, false};
}

struct tomb_str tomb_filter_below(struct tomb_view *v, struct tomb_str above, struct tomb_str text)
{
	if (above.n == 0 || (text.n > above.n && memcmp(text.p, above.p, above.n) == 0 && text.p[above.n] == '/'))
		return text;
	return tomb_view_text(v, "%.*s/%.*s", TOMB_STR_ARG(above), TOMB_STR_ARG(text));
}

enum tomb_code tomb_filter_day(
	const struct tomb_view *v, const char *name, bool is_end, int64_t *us, struct tomb_err *err)
{
	struct tomb_str day = tomb_view_query(v, name);
	char text[sizeof "2027-01-31T00:00:00Z"];
	int64_t begin = 0;
	struct tomb_err why;

	if (day.n == 0) {
		*us = 0;
		return TOMB_OK;
	}
	(void)snprintf(text, sizeof text, "%.*sT00:00:00Z", DAY_CHARS, day.n == DAY_CHARS ? day.p : "");
	if (day.n != DAY_CHARS || tomb_time_parse(tomb_str_from(text), &begin, &why) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_INVAL, "\"%.*s\" is no day: write it like 2027-01-31",
			(int)(day.n > 100 ? 100 : day.n), day.p);
	*us = begin + (is_end ? INT64_C(1) * DAY_S * TOMB_US_PER_S : 0);
	return TOMB_OK;
}

enum tomb_code tomb_filter_object(struct tomb_view *v, struct tomb_str identifier, int64_t *id, struct tomb_err *err)
{
	struct tomb_object object = {.id = 0};
	struct tomb_err why = {.text = ""};
	enum tomb_code code = TOMB_OK;

	if (identifier.n > 0)
		code = tomb_object_find(v->pg, v->actor, 0, identifier, v->arena, &object, &why);
	if (code != TOMB_OK && code != TOMB_NOTFOUND) {
		*err = why;
		return code;
	}
	*id = code == TOMB_NOTFOUND ? -1 : object.id;
	return TOMB_OK;
}
