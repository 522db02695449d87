#include "filter.h"

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
