/* Deleting a record: what would go, what is in the way, the criteria, and the buttons (N-15 to N-21, NW-6, NW-8; FC-8).
 */
#include "pages.h"

#include "record_head.h"
#include "record_order.h"
#include "record_words.h"
#include "tombstone/parse.h"

#include <inttypes.h>
#include <stdio.h>

#define T(literal)                                                                                                     \
	{                                                                                                              \
		literal, sizeof(literal) - 1                                                                           \
	}

enum {
	FIELD_NAME_MAX = 64,
	KINDS_BYTES_MAX = 1024 /* each kind once, with a number */
};

/* What the person sees of one mode. */
struct ways {
	struct html_record_delete_ways p[TOMB_RECORD_MODE_MAX];
	size_t n;
	struct tomb_record_preview first; /* of the kind's own mode */
	bool takes_more;                  /* one of them takes what is in it */
	bool has_rights;
	bool can; /* one of them is open */
};

/* "1 container, 2 items" */
static struct tomb_str kinds_of(struct tomb_view *v, const struct tomb_record_preview *preview)
{
	TOMB_BUF_AUTO text = tomb_buf_init(KINDS_BYTES_MAX);

	for (int k = 0; k < TOMB_RECORD_KIND_MAX; k++) {
		if (preview->by_kind.n[k] == 0)
			continue;
		if (text.n > 0)
			tomb_buf_put(&text, TOMB_STR(", "));
		tomb_buf_put(&text, tomb_record_words_records(v, preview->by_kind.n[k], (enum tomb_record_kind)k));
	}
	return tomb_view_keep(v, &text);
}

static enum tomb_code fill_blockers(struct tomb_view *v, const struct tomb_record_preview *preview,
	struct html_record_delete_ways *way, struct tomb_err *err)
{
	struct html_record_delete_ways_blockers *rows = TOMB_NEW(
		v->arena, struct html_record_delete_ways_blockers, preview->nblockers);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu blockers", preview->nblockers);
	for (size_t i = 0; i < preview->nblockers; i++)
		rows[i] = (struct html_record_delete_ways_blockers){
			.uuid = tomb_record_words_uuid(v, preview->blockers[i].id),
			.title = preview->blockers[i].title,
			.kind = tomb_record_kind_info(preview->blockers[i].kind)->label,
			.detail = preview->blockers[i].detail,
		};
	way->blockers = rows;
	way->nblockers = preview->nblockers;
	way->is_more = preview->nblockers == TOMB_RECORD_BLOCKERS_MAX;
	way->is_blocked = preview->nblockers > 0;
	return TOMB_OK;
}

/* What reassigned children lose and gain; what they cannot do without refuses the move (NW-8). */
static enum tomb_code fill_move(struct tomb_view *v, const struct tomb_record_preview *preview,
	struct html_record_delete_ways *way, struct tomb_err *err)
{
	struct html_record_delete_ways_inherited *rows = TOMB_NEW(
		v->arena, struct html_record_delete_ways_inherited, preview->ninherited);
	struct tomb_record_name name = {.id = preview->new_parent};
	struct tomb_record target;

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "what is inherited");
	for (size_t i = 0; i < preview->ninherited; i++) {
		const struct tomb_record_inherited *in = &preview->inherited[i];

		rows[i] = (struct html_record_delete_ways_inherited){
			.name = tomb_view_word(v, in->name),
			.lost = in->lost.n > 0 ? in->lost : TOMB_STR("Nothing"),
			.gained = in->gained.n > 0 ? in->gained : TOMB_STR("Nothing"),
			.is_required = in->is_required,
		};
		way->is_blocked |= in->is_required;
	}
	way->is_move = true;
	way->inherited = rows;
	way->ninherited = preview->ninherited;
	if (!preview->has_new_parent)
		return TOMB_OK;
	TOMB_TRY(tomb_record_find(v->pg, v->actor, &name, v->arena, &target, err));
	way->target = tomb_record_words_uuid(v, target.id);
	way->target_title = target.title;
	return TOMB_OK;
}

/* Is there anything in this mode that the record by itself has not?  And by itself a record of MMS goes only when
 * nothing is in it (N-16, N-19). */
static bool is_offered(const struct tomb_record *record, const struct tomb_record_preview *preview)
{
	switch (preview->mode) {
	case TOMB_RECORD_SELF:
		return preview->children == 0 || !tomb_record_head_has_lightbox(record->kind);
	case TOMB_RECORD_REASSIGN_CHILDREN:
		return preview->children > 0;
	case TOMB_RECORD_DEFAULT:
	case TOMB_RECORD_WITH_CONTENTS:
	case TOMB_RECORD_WITH_CHILDREN:
	case TOMB_RECORD_WITH_EMPTY_ANCESTORS:
	case TOMB_RECORD_MODE_MAX:
		break;
	}
	return preview->records > 1;
}

static enum tomb_code add_way(struct tomb_view *v, const struct tomb_record *record,
	const struct tomb_record_preview *preview, struct ways *ways, struct tomb_err *err)
{
	struct html_record_delete_ways way = {
		.mode = tomb_record_mode_name(preview->mode),
		.button = tomb_record_words_button(v, record->kind, preview->mode),
		.heading = tomb_record_words_button(v, record->kind, preview->mode),
		.count = tomb_view_count(v, preview->records, "record"),
		.expect = preview->records,
		.kinds = kinds_of(v, preview),
	};

	TOMB_TRY(fill_blockers(v, preview, &way, err));
	if (preview->mode == TOMB_RECORD_REASSIGN_CHILDREN)
		TOMB_TRY(fill_move(v, preview, &way, err));
	ways->can |= !way.is_blocked;
	ways->takes_more |= preview->mode == TOMB_RECORD_WITH_CONTENTS || preview->mode == TOMB_RECORD_WITH_CHILDREN;
	ways->has_rights |= preview->has_rights;
	ways->p[ways->n++] = way;
	return TOMB_OK;
}

/* Every mode that the kind has, looked into by the code that deletes. */
static enum tomb_code find_ways(
	struct tomb_view *v, const struct tomb_record *record, struct ways *ways, struct tomb_err *err)
{
	struct tomb_record_deletion_ask ask = {.ids = &record->id, .nids = 1, .expect_count = -1};
	struct tomb_record_preview preview;

	TOMB_TRY(tomb_record_deletion_preview(v->pg, v->actor, &ask, v->arena, &ways->first, err));
	for (size_t i = 0; i < ways->first.nmodes; i++) {
		ask.mode = ways->first.modes[i];
		TOMB_TRY(tomb_record_deletion_preview(v->pg, v->actor, &ask, v->arena, &preview, err));
		if (is_offered(record, &preview))
			TOMB_TRY(add_way(v, record, &preview, ways, err));
	}
	return TOMB_OK;
}

/* N-06 to N-09, in the words by which people know them. */
static enum tomb_code fill_checks(struct tomb_view *v, const struct tomb_record *record, const struct ways *ways,
	struct html_record_delete *page, struct tomb_err *err)
{
	struct html_record_delete_checks *rows = TOMB_NEW(v->arena, struct html_record_delete_checks, 2);
	bool has_none = ways->first.captures == 0;
	struct tomb_record_contents inside;
	size_t n = 0;

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "checks");
	if (tomb_record_head_has_lightbox(record->kind)) {
		TOMB_TRY(tomb_record_contents(v->pg, v->actor, record->id, &inside, err));
		rows[n++] = (struct html_record_delete_checks){.name = TOMB_STR("Lightbox view"),
			.text = tomb_view_text(v, "Total items in this %.*s %.*s", TOMB_STR_ARG(page->kind),
				TOMB_STR_ARG(tomb_view_number(v, inside.n[TOMB_RECORD_MMS_ITEM])))};
	}
	if (page->is_mms && record->kind != TOMB_RECORD_MMS_CAPTURE)
		rows[n++] = (struct html_record_delete_checks){.name = TOMB_STR("Capture inventory"),
			.text = !has_none ? tomb_view_count(v, ways->first.captures, "capture")
				: record->kind == TOMB_RECORD_MMS_ITEM
					? TOMB_STR("No captures yet created for this item.")
					: TOMB_STR("No captures in it."),
			.badge = has_none ? TOMB_STR("Met") : TOMB_STR("Not met"),
			.tone = has_none ? TOMB_STR("good") : TOMB_STR("bad")};
	page->checks = rows;
	page->nchecks = n;
	return TOMB_OK;
}

/* What the systems' own words say will happen (FC-8). */
static void fill_consequences(const struct tomb_record *record, struct html_record_delete *page)
{
	static const struct html_record_delete_consequences instance[] = {
		{T("The instance will be Suppressed from discovery and Staff suppressed.")},
		{T("If the instance source is MARC, then the MARC LDR 05 will be set to \"d\".")},
		{T("Its holdings and items stay as they are, unless they are deleted with it.")},
		{T("Harvesters and exports of deleted records are told of it, whichever way it was deleted.")},
	};
	static const struct html_record_delete_consequences others[] = {
		{T("The record is suppressed from discovery and for staff; a MARC LDR 05 will be set to \"d\".")},
		{T("The title that it belongs to is announced to harvesters as changed.")},
	};

	if (record->kind == TOMB_RECORD_INSTANCE) {
		page->question = TOMB_STR("Are you sure you want to set this record for deletion?");
		page->consequences = instance;
		page->nconsequences = TOMB_COUNTOF(instance);
	} else if (!page->is_mms) {
		page->consequences = others;
		page->nconsequences = TOMB_COUNTOF(others) - (record->has_parent ? 0 : 1);
	}
}

/* The page before the deletion, again if something was wrong. */
static enum tomb_code show(struct tomb_view *v, const struct tomb_record *record, const struct tomb_record_order *order,
	unsigned status, struct tomb_err *err)
{
	struct html_record_delete page = {
		.page = tomb_frame(v->ctx, v->req, "Delete a record", TOMB_SECTION_RECORDS),
		.uuid = tomb_record_words_uuid(v, record->id),
		.title = record->title,
		.kind = tomb_record_kind_info(record->kind)->label,
		.version = record->version,
		.is_mms = tomb_record_words_is_mms(record->kind),
		.suppress_instead = tomb_record_order_is_harmful(order),
		.is_suppressed = record->discovery_suppress,
		.may_suppress = tomb_record_head_may_suppress(v, record),
	};
	struct html_problems_items items[TOMB_RECORD_ORDER_PROBLEMS];
	struct ways *ways = TOMB_NEW(v->arena, struct ways, 1);

	if (!ways)
		return TOMB_FAIL(err, TOMB_NOMEM, "the ways");
	*ways = (struct ways){.n = 0};
	TOMB_TRY(find_ways(v, record, ways, err));
	page.page.title = tomb_record_words_delete(v, record->kind);
	page.is_irreversible = page.is_mms && !ways->first.is_restorable;
	page.ways = ways->p;
	page.nways = ways->n;
	page.can = ways->can;
	page.problems = tomb_record_order_problems(order, items);
	fill_consequences(record, &page);
	TOMB_TRY(fill_checks(v, record, ways, &page, err));
	TOMB_TRY(tomb_record_order_show(v, order, record, ways->has_rights, ways->takes_more, &page.criteria, err));
	html_record_delete(&v->res->body, &page);
	return tomb_view_done(v, status, err);
}

enum tomb_code tomb_page_record_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_record record;

	TOMB_TRY(tomb_record_head_find_active(&v, &record, err));
	return show(&v, &record, &(struct tomb_record_order){.choice = TOMB_STR("")}, 200, err);
}

/* The mode of the button, and what the page said that it would take. */
static enum tomb_code read_mode(struct tomb_view *v, struct tomb_record_deletion_ask *ask, struct tomb_err *err)
{
	char field[FIELD_NAME_MAX];
	struct tomb_str text;
	int64_t version = 0;

	TOMB_TRY(tomb_view_field(v, "mode", &text, err));
	TOMB_TRY(tomb_record_mode_parse(text, &ask->mode, err));
	if (ask->mode == TOMB_RECORD_DEFAULT)
		return TOMB_FAIL(err, TOMB_INVAL, "use one of the buttons of the page");
	(void)snprintf(field, sizeof field, "expect_%.*s", TOMB_STR_ARG(text));
	TOMB_TRY(tomb_view_field(v, field, &text, err));
	if (!tomb_parse_i64(text, 1, TOMB_RECORD_DELETION_MAX, &ask->expect_count))
		return TOMB_FAIL(err, TOMB_INVAL, "\"%s\" is the number of records that the page named", field);
	TOMB_TRY(tomb_view_field(v, "version", &text, err));
	if (!tomb_parse_i64(text, 1, INT32_MAX, &version))
		return TOMB_FAIL(err, TOMB_INVAL, "\"version\" is no version of a record");
	ask->version = (int32_t)version;
	return TOMB_OK;
}

/* What a person can put right is said on the page itself. */
static bool is_for_the_form(enum tomb_code code)
{
	return code == TOMB_INVAL || code == TOMB_CONFLICT || code == TOMB_PRECONDITION || code == TOMB_UNPROCESSABLE;
}

static enum tomb_code refuse(struct tomb_view *v, const struct tomb_record *record, struct tomb_record_order *order,
	const struct tomb_err *why, struct tomb_err *err)
{
	struct tomb_str sentence = tomb_frame_sentence(v->arena, why->text);

	order->ledger_fault = sentence;
	if (record->kind == TOMB_RECORD_INSTANCE)
		order->ledger_fault = tomb_view_text(
			v, "%.*s was not set for deletion: %.*s", TOMB_STR_ARG(record->title), TOMB_STR_ARG(sentence));
	return show(v, record, order, (unsigned)tomb_code_http(why->code), err);
}

enum tomb_code tomb_page_record_delete_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_record_deletion_ask ask = {.nids = 1, .origin = TOMB_RECORD_BY_UI};
	struct tomb_record_deleted done;
	struct tomb_record_order order;
	struct tomb_record record;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_record_head_find_active(&v, &record, err));
	TOMB_TRY(tomb_record_order_read(&v, &order, err));
	TOMB_TRY(read_mode(&v, &ask, err));
	if (tomb_record_words_is_mms(record.kind) && !tomb_record_order_is_harmful(&order) &&
		!tomb_record_order_is_whole(
			&order, ask.mode == TOMB_RECORD_WITH_CONTENTS || ask.mode == TOMB_RECORD_WITH_CHILDREN))
		return show(&v, &record, &order, (unsigned)tomb_code_http(TOMB_INVAL), err);
	ask.ids = &record.id;
	tomb_record_order_put(&v, &order, &ask);
	code = tomb_record_delete(v.pg, v.actor, &ask, &done, &why);
	if (is_for_the_form(code))
		return refuse(&v, &record, &order, &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return tomb_view_redirect(&v, err, "/records/deletions/%" PRId64, done.deletion_id);
}
