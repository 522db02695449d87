/* What storage options there are: their minimum, where their copies lie, how the backends are, and how much is there.
 */
#include "pages.h"

#include "shelf.h"
#include "view.h"

#include <inttypes.h>

/* ---- one backend ---- */

static struct tomb_str policy_of(const struct tomb_backend *b)
{
	static const struct tomb_str words[][2] = {
		{{"registry", 8}, {"The option's days", 17}},
		{{"store", 5}, {"What the store reports of each copy", 35}},
		{{"strictest", 9}, {"The longer of the option's days and what the store reports", 58}},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(words); i++)
		if (tomb_str_eq(b->retention, words[i][0]))
			return words[i][1];
	return b->retention;
}

static void describe_state(
	const struct tomb_shelf *s, const struct tomb_backend *b, struct html_storage_options_options_backends *row)
{
	bool was_looked_at = b->probed_at_us != 0;

	row->state = TOMB_STR("Not looked at");
	row->tone = TOMB_STR("calm");
	if (was_looked_at && b->last.is_reachable) {
		row->state = TOMB_STR("Reachable");
		row->tone = TOMB_STR("good");
	} else if (was_looked_at) {
		row->state = TOMB_STR("Not reachable");
		row->tone = TOMB_STR("bad");
		row->problem = s->is_operator ? b->last.problem : TOMB_STR("");
	}
	if (b->breaker.is_open) {
		row->state = TOMB_STR("Left alone");
		row->tone = TOMB_STR("bad");
		row->problem = s->is_operator
				       ? b->breaker.reason
				       : TOMB_STR("It refuses us: deletions there wait, and go on by themselves.");
	}
}

static struct tomb_str versions_of(const struct tomb_backend_probe *probe)
{
	if (tomb_str_eq(probe->versioning, TOMB_STR("never")))
		return TOMB_STR("keeps no versions");
	if (tomb_str_eq(probe->versioning, TOMB_STR("enabled")))
		return TOMB_STR("keeps versions");
	if (tomb_str_eq(probe->versioning, TOMB_STR("suspended")))
		return TOMB_STR("has kept versions, and keeps no new ones");
	return TOMB_STR("whether it keeps versions is not known");
}

static struct tomb_str lock_of(const struct tomb_backend_probe *probe)
{
	switch (probe->object_lock) {
	case TOMB_FINDING_YES:
		return TOMB_STR("can lock copies");
	case TOMB_FINDING_NO:
		return TOMB_STR("locks no copies");
	case TOMB_FINDING_UNKNOWN:
		break;
	}
	return TOMB_STR("whether it locks copies is not known");
}

static void describe_price(struct tomb_view *v, const struct tomb_shelf *s, struct tomb_str option,
	struct tomb_str backend, struct html_storage_options_options_backends *row)
{
	const struct tomb_storage_price *p = tomb_shelf_price(s, option, backend);
	char amount[TOMB_STORAGE_PRICE_TEXT];

	row->price = TOMB_STR("Not set");
	if (!p)
		return;
	row->price = tomb_view_text(
		v, "%s %.*s for a GB and month", tomb_storage_price_text(p->nanos, amount), TOMB_STR_ARG(p->currency));
	if (p->billed_days > 0)
		row->billed = tomb_view_text(
			v, "billed for at least %.*s", TOMB_STR_ARG(tomb_view_count(v, p->billed_days, "day")));
}

static struct html_storage_options_options_backends backend_row(
	struct tomb_view *v, const struct tomb_shelf *s, struct tomb_str option, struct tomb_str name)
{
	struct html_storage_options_options_backends row = {.name = name};

	for (size_t i = 0; i < s->backends.n; i++) {
		const struct tomb_backend *b = &s->backends.p[i];

		if (!tomb_str_eq(b->name, name))
			continue;
		row.place = b->last.place;
		row.policy = policy_of(b);
		row.looked_at = b->probed_at_us;
		row.found = tomb_view_text(
			v, "%.*s; %.*s", TOMB_STR_ARG(versions_of(&b->last)), TOMB_STR_ARG(lock_of(&b->last)));
		describe_state(s, b, &row);
	}
	describe_price(v, s, option, name, &row);
	return row;
}

/* ---- one option ---- */

static enum tomb_code option_row(struct tomb_view *v, const struct tomb_shelf *s, const struct tomb_storage_option *o,
	struct html_storage_options_options *out, struct tomb_err *err)
{
	struct html_storage_options_options_backends *rows = TOMB_NEW(
		v->arena, struct html_storage_options_options_backends, o->backends.n);
	struct html_storage_options_options row = {
		.name = o->name,
		.anchor = tomb_view_text(v, "option-%" PRId64, o->id),
		.since = o->created_at_us,
		.files = tomb_view_count(v, 0, "file"),
		.backends = rows,
		.nbackends = o->backends.n,
	};

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu backends", o->backends.n);
	for (size_t i = 0; i < o->backends.n; i++)
		rows[i] = backend_row(v, s, o->name, o->backends.p[i]);
	row.kept = o->min_days > 0 ? tomb_view_count(v, o->min_days, "day") : TOMB_STR("None");
	row.meaning = o->min_days > 0
			      ? TOMB_STR("Nothing stored here can be deleted before each of its copies has lain so "
					 "long; a request that comes earlier says from when on it can.")
			      : TOMB_STR("What is stored here may be deleted at any time.");
	for (size_t i = 0; i < s->nsums; i++)
		if (tomb_str_eq(s->sums[i].storage_option, o->name)) {
			row.files = tomb_view_count(v, s->sums[i].files, "file");
			row.bytes = s->sums[i].bytes;
		}
	*out = row;
	return TOMB_OK;
}

enum tomb_code tomb_page_storage_options(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct html_storage_options page = {
		.page = tomb_frame(ctx, req, "Storage options", TOMB_SECTION_STORAGE_OPTIONS)};
	struct html_storage_options_options *rows = NULL;
	struct tomb_shelf s;

	TOMB_TRY(tomb_shelf_read(v.pg, v.actor, v.arena, &s, err));
	rows = TOMB_NEW(v.arena, struct html_storage_options_options, s.noptions);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu storage options", s.noptions);
	for (size_t i = 0; i < s.noptions; i++)
		TOMB_TRY(option_row(&v, &s, &s.options[i], &rows[i], err));
	page.options = rows;
	page.noptions = s.noptions;
	page.is_operator = s.is_operator;
	page.with_all = tomb_permission_of(v.actor, TOMB_MAY_FILE_READ) == TOMB_SCOPE_ALL;
	html_storage_options(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
