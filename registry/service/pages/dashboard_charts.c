#include "dashboard_charts.h"

#include "chart.h"
#include "tombstone/dashboard.h"

struct sums {
	int64_t files;
	int64_t bytes;
};

/* What has no colour of its own shares the last one. */
static size_t slot_of(size_t i)
{
	return i < TOMB_CHART_NAMED ? i : TOMB_CHART_NAMED;
}

static struct html_dashboard_charts_slices *slices_of(
	struct tomb_view *v, const struct tomb_dashboard_option *options, size_t n, int64_t all, bool by_bytes)
{
	struct html_dashboard_charts_slices *slices = TOMB_NEW(v->arena, struct html_dashboard_charts_slices, n);
	int64_t before = 0;

	for (size_t i = 0; slices && i < n; i++) {
		int64_t share = tomb_chart_share(by_bytes ? options[i].bytes : options[i].files, all);

		slices[i] = (struct html_dashboard_charts_slices){
			tomb_chart_slot(v, slot_of(i)), share, TOMB_CHART_CIRCLE - share, -before};
		before += share;
	}
	return slices;
}

static enum tomb_code draw(struct tomb_view *v, const struct tomb_dashboard_option *options, size_t n,
	const struct sums *all, struct html_dashboard *page, struct tomb_err *err)
{
	struct html_dashboard_charts *charts = TOMB_NEW(v->arena, struct html_dashboard_charts, 2);

	if (!charts)
		return TOMB_FAIL(err, TOMB_NOMEM, "charts");
	charts[0] = (struct html_dashboard_charts){
		TOMB_STR("Share of each storage option in the bytes; the table has the numbers"),
		tomb_view_size(v, all->bytes), slices_of(v, options, n, all->bytes, true), n};
	charts[1] = (struct html_dashboard_charts){
		TOMB_STR("Share of each storage option in the number of files; the table has the numbers"),
		tomb_view_count(v, all->files, "file"), slices_of(v, options, n, all->files, false), n};
	if (!charts[0].slices || !charts[1].slices)
		return TOMB_FAIL(err, TOMB_NOMEM, "charts");
	page->charts = charts;
	page->ncharts = 2;
	return TOMB_OK;
}

enum tomb_code tomb_dashboard_charts(struct tomb_view *v, struct html_dashboard *page, struct tomb_err *err)
{
	struct tomb_dashboard_option *found = NULL;
	struct html_dashboard_options *rows = NULL;
	struct sums all = {0, 0};
	size_t n = 0;

	TOMB_TRY(tomb_dashboard_options(v->pg, v->actor, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_dashboard_options, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu storage options", n);
	for (size_t i = 0; i < n; i++) {
		all.files += found[i].files;
		all.bytes += found[i].bytes;
	}
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_dashboard_options){
			.slot = tomb_chart_slot(v, slot_of(i)),
			.name = found[i].storage_option,
			.kept = tomb_view_kept(v, found[i].min_days),
			.files = tomb_view_number(v, found[i].files),
			.files_share = tomb_chart_percent(v, found[i].files, all.files),
			.bytes = found[i].bytes,
			.bytes_share = tomb_chart_percent(v, found[i].bytes, all.bytes),
		};
	page->options = rows;
	page->noptions = n;
	return n == 0 ? TOMB_OK : draw(v, found, n, &all, page, err);
}
