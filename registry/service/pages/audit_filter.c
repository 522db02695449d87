#include "audit_filter.h"

#include "filter.h"

enum tomb_code tomb_audit_filter_of(const struct tomb_view *v, struct tomb_audit_view_filter *out, struct tomb_err *err)
{
	struct tomb_audit_view_filter filter = {
		.actor = tomb_view_query(v, "actor"),
		.verb = tomb_view_query(v, "verb"),
		.subject = tomb_view_query(v, "subject"),
	};

	TOMB_TRY(tomb_filter_day(v, "from", false, &filter.from_us, err));
	TOMB_TRY(tomb_filter_day(v, "to", true, &filter.to_us, err));
	*out = filter;
	return TOMB_OK;
}
