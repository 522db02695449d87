#include "object_charts.h"

#include "chart.h"

/* The named formats, and one for all others if there are any. */
static size_t fold(const struct tomb_object *object, struct tomb_format_share *shares, size_t n)
{
	struct tomb_format_share rest = {TOMB_STR("All other formats"), object->active_files, object->active_bytes};

	for (size_t i = 0; i < n; i++) {
		rest.files -= shares[i].files;
		rest.bytes -= shares[i].bytes;
	}
	if (rest.files <= 0)
		return n;
	shares[n] = rest;
	return n + 1;
}

static struct html_object_charts_slices *slices_of(
	struct tomb_view *v, const struct tomb_format_share *shares, size_t n, int64_t all, bool by_bytes)
{
	struct html_object_charts_slices *slices = TOMB_NEW(v->arena, struct html_object_charts_slices, n);
	int64_t before = 0;

	for (size_t i = 0; slices && i < n; i++) {
		int64_t share = tomb_chart_share(by_bytes ? shares[i].bytes : shares[i].files, all);

		slices[i] = (struct html_object_charts_slices){
			tomb_chart_slot(v, i), share, TOMB_CHART_CIRCLE - share, -before};
		before += share;
	}
	return slices;
}

static enum tomb_code draw(struct tomb_view *v, const struct tomb_object *object,
	const struct tomb_format_share *shares, size_t n, struct html_object *page, struct tomb_err *err)
{
	struct html_object_charts *charts = TOMB_NEW(v->arena, struct html_object_charts, 2);

	if (!charts)
		return TOMB_FAIL(err, TOMB_NOMEM, "charts");
	charts[0] = (struct html_object_charts){
		.title = TOMB_STR("Share of each format in the number of files; the table has the numbers"),
		.summary = tomb_view_count(v, object->active_files, "file"),
		.slices = slices_of(v, shares, n, object->active_files, false),
		.nslices = n,
	};
	charts[1] = (struct html_object_charts){
		.title = TOMB_STR("Share of each format in the bytes; the table has the numbers"),
		.summary = tomb_view_size(v, object->active_bytes),
		.slices = slices_of(v, shares, n, object->active_bytes, true),
		.nslices = n,
	};
	if (!charts[0].slices || !charts[1].slices)
		return TOMB_FAIL(err, TOMB_NOMEM, "charts");
	page->charts = charts;
	page->ncharts = 2;
	return TOMB_OK;
}

enum tomb_code tomb_object_charts(
	struct tomb_view *v, const struct tomb_object *object, struct html_object *page, struct tomb_err *err)
{
	struct tomb_format_share shares[TOMB_CHART_SLICES];
	struct tomb_format_share *found = NULL;
	struct html_object_formats *rows = NULL;
	size_t n = 0;

	if (object->active_files == 0)
		return TOMB_OK;
	TOMB_TRY(tomb_object_formats(v->pg, v->actor, object->id, TOMB_CHART_NAMED, v->arena, &found, &n, err));
	for (size_t i = 0; i < n; i++)
		shares[i] = found[i];
	n = fold(object, shares, n);
	rows = TOMB_NEW(v->arena, struct html_object_formats, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu formats", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_object_formats){
			.slot = tomb_chart_slot(v, i),
			.name = shares[i].file_format,
			.files = tomb_view_number(v, shares[i].files),
			.files_share = tomb_chart_percent(v, shares[i].files, object->active_files),
			.bytes = shares[i].bytes,
			.bytes_share = tomb_chart_percent(v, shares[i].bytes, object->active_bytes),
		};
	page->formats = rows;
	page->nformats = n;
	return draw(v, object, shares, n, page, err);
}
