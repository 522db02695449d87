/* What harvesters did: what could not be shown to them, and, for operators, their lists. */
#include "pages.h"

#include "tombstone/harvest.h"
#include "tombstone/time.h"
#include "view.h"

static enum tomb_code read_errors(struct tomb_view *v, struct html_harvests *page, struct tomb_err *err)
{
	struct tomb_harvest_error_row *errors = NULL;
	struct html_harvests_errors *rows = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_harvest_errors(v->pg, v->actor, v->arena, &errors, &n, err));
	rows = TOMB_NEW(v->arena, struct html_harvests_errors, n + 1);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu errors", n);
	for (size_t i = 0; i < n; i++) {
		char id[TOMB_UUID_TEXT];

		rows[i] = (struct html_harvests_errors){
			.identifier = tomb_view_text(v, "%s", tomb_uuid_text(errors[i].item_id, id)),
			.title = errors[i].title,
			.institution = errors[i].institution,
			.prefix = errors[i].prefix,
			.reason = errors[i].reason,
			.times = tomb_view_count(v, errors[i].times, "time"),
			.first_at = errors[i].first_us,
			.last_at = errors[i].last_us,
		};
	}
	page->errors = rows;
	page->nerrors = n;
	return TOMB_OK;
}

static struct tomb_str window_of(struct tomb_view *v, const struct tomb_harvest_list_row *list)
{
	char from[TOMB_TIME_TEXT] = "the beginning";
	char until[TOMB_TIME_TEXT];

	if (list->from_us != INT64_MIN)
		(void)tomb_time_format(list->from_us, TOMB_TIME_S, from);
	return tomb_view_text(v, "from %s until %s", from, tomb_time_format(list->until_us, TOMB_TIME_S, until));
}

static struct html_harvests_lists list_row(struct tomb_view *v, const struct tomb_harvest_list_row *list)
{
	return (struct html_harvests_lists){
		.id = list->id,
		.who = list->harvester.n > 0 ? list->harvester : list->remote,
		.agent = list->user_agent,
		.what = tomb_view_text(v, "%.*s %.*s %.*s", TOMB_STR_ARG(list->verb), TOMB_STR_ARG(list->prefix),
			TOMB_STR_ARG(list->set)),
		.window = window_of(v, list),
		.records = tomb_view_text(v, "%.*s, %.*s deleted", TOMB_STR_ARG(tomb_view_number(v, list->returned)),
			TOMB_STR_ARG(tomb_view_number(v, list->deleted))),
		.left_out = list->failed > 0 ? tomb_view_text(v, "%.*s left out",
						       TOMB_STR_ARG(tomb_view_number(v, list->failed)))
					     : TOMB_STR(""),
		.is_complete = list->completed_us != 0,
		.begun_at = list->begun_us,
		.last_at = list->last_us,
	};
}

static enum tomb_code read_lists(struct tomb_view *v, struct html_harvests *page, struct tomb_err *err)
{
	struct tomb_harvest_list_row *lists = NULL;
	struct html_harvests_lists *rows = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_harvest_lists(v->pg, v->actor, v->arena, &lists, &n, err));
	rows = TOMB_NEW(v->arena, struct html_harvests_lists, n + 1);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu lists", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = list_row(v, &lists[i]);
	page->lists = rows;
	page->nlists = n;
	return TOMB_OK;
}

enum tomb_code tomb_page_harvests(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	bool sees_all = tomb_permission_of(v.actor, TOMB_MAY_HARVEST_READ) == TOMB_SCOPE_ALL;
	struct html_harvests page = {.page = tomb_frame(ctx, req, "Harvests", TOMB_SECTION_HARVESTS),
		.with_lists = sees_all,
		.with_institution = sees_all};

	TOMB_TRY(read_errors(&v, &page, err));
	if (sees_all)
		TOMB_TRY(read_lists(&v, &page, err));
	html_harvests(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
