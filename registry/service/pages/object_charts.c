#include "object_charts.h"

#include <inttypes.h>

enum {
	NAMED_MAX = 6, /* formats with a colour of their own: more, and nobody can tell them apart */
	SLICES_MAX = NAMED_MAX + 1,
	CIRCLE = 1000 /* pathLength of the circles in web/object.html */
};

static int64_t share_of(int64_t part, int64_t all)
{
	return all <= 0 ? 0 : (int64_t)((double)part / (double)all * CIRCLE + 0.5);
}

static struct tomb_str percent_of(struct tomb_view *v, int64_t part, int64_t all)
{
	int64_t share = share_of(part, all);

	if (share == 0 && part > 0)
		return TOMB_STR("< 0.1 %");
	return tomb_view_text(v, "%" PRId64 ".%" PRId64 " %%", share / 10, share % 10);
}

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
		int64_t share = share_of(by_bytes ? shares[i].bytes : shares[i].files, all);

		slices[i] = (struct html_object_charts_slices){
			tomb_view_text(v, "slot-%zu", i + 1), share, CIRCLE - share, -before};
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
	struct tomb_format_share shares[SLICES_MAX];
	struct tomb_format_share *found = NULL;
	struct html_object_formats *rows = NULL;
	size_t n = 0;

	if (object->active_files == 0)
		return TOMB_OK;
	TOMB_TRY(tomb_object_formats(v->pg, v->actor, object->id, NAMED_MAX, v->arena, &found, &n, err));
	for (size_t i = 0; i < n; i++)
		shares[i] = found[i];
	n = fold(object, shares, n);
	rows = TOMB_NEW(v->arena, struct html_object_formats, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu formats", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_object_formats){
			.slot = tomb_view_text(v, "slot-%zu", i + 1),
			.name = shares[i].file_format,
			.files = tomb_view_number(v, shares[i].files),
			.files_share = percent_of(v, shares[i].files, object->active_files),
			.bytes = shares[i].bytes,
			.bytes_share = percent_of(v, shares[i].bytes, object->active_bytes),
		};
	page->formats = rows;
	page->nformats = n;
	return draw(v, object, shares, n, page, err);
}
