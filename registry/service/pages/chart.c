#include "chart.h"

#include <inttypes.h>

int64_t tomb_chart_share(int64_t part, int64_t all)
{
	return all <= 0 ? 0 : (int64_t)((double)part / (double)all * TOMB_CHART_CIRCLE + 0.5);
}

struct tomb_str tomb_chart_percent(struct tomb_view *v, int64_t part, int64_t all)
{
	int64_t share = tomb_chart_share(part, all);

	if (share == 0 && part > 0)
		return TOMB_STR("< 0.1 %");
	return tomb_view_text(v, "%" PRId64 ".%" PRId64 " %%", share / 10, share % 10);
}

struct tomb_str tomb_chart_slot(struct tomb_view *v, size_t n)
{
	return tomb_view_text(v, "slot-%zu", n + 1);
}
