/* The donut charts of the dashboard: active files by storage option, by bytes and by count. */
#ifndef TOMB_DASHBOARD_CHARTS_H
#define TOMB_DASHBOARD_CHARTS_H

#include "view.h"

enum tomb_code tomb_dashboard_charts(
	struct tomb_view *v, struct html_dashboard *page, struct tomb_err *err) TOMB_MUST_USE;

#endif
