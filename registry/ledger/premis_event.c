#include "tombstone/premis_event.h"

#include "page_internal.h"
#include "rows_internal.h"
#include "sql.gen.h"
#include "tombstone/time.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	COUNT_ARENA_MAX = 1024 * 1024, /* a count's ids, as in object.c */
	EACH_EVENTS = 500,             /* read at once while streaming */
	EACH_ARENA_MAX = 16 * 1024 * 1024
};

static const struct tomb_premis_event_info infos[] = {
#define TOMB_PREMIS_EVENT(id, name, code, label)                                                                       \
	[TOMB_PREMIS_##id] = {{(name), sizeof(name) - 1}, {(code), sizeof(code) - 1}, {(label), sizeof(label) - 1}},
#include "tombstone/premis_event.def"
#undef TOMB_PREMIS_EVENT
};
_Static_assert(TOMB_COUNTOF(infos) == TOMB_PREMIS_EVENT_MAX, "event types");

/* The names alone, as the statements take them. */
static const struct tomb_str names[] = {
#define TOMB_PREMIS_EVENT(id, name, code, label) [TOMB_PREMIS_##id] = {(name), sizeof(name) - 1},
#include "tombstone/premis_event.def"
#undef TOMB_PREMIS_EVENT
};

const struct tomb_premis_event_info *tomb_premis_event_info(enum tomb_premis_event_type type)
{
	return &infos[type];
}

enum tomb_code tomb_premis_event_parse(struct tomb_str name, enum tomb_premis_event_type *out, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_PREMIS_EVENT_MAX; i++)
		if (tomb_str_eq(name, names[i])) {
			*out = (enum tomb_premis_event_type)i;
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL, "\"%.*s\" is no type of event", (int)(name.n > 100 ? 100 : name.n), name.p);
}

static bool is_of_file(const struct tomb_premis_event_filter *filter)
{
	return filter->file_id != 0;
}

/* Are the object and the file that the list is about there to be seen? */
static enum tomb_code check_subject(struct tomb_pg *pg, int64_t scope, const struct tomb_premis_event_filter *filter,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_read_object_find_args object = {scope, filter->object_id, TOMB_STR("")};
	struct sql_read_file_find_args file = {scope, filter->file_id, TOMB_STR("")};
	struct sql_read_object_find_row *object_row = NULL;
	struct sql_read_file_find_row *file_row = NULL;
	size_t n = 1;

	if (filter->object_id != 0)
		TOMB_TRY(sql_read_object_find(pg, &object, arena, &object_row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no object %" PRId64, filter->object_id);
	if (is_of_file(filter))
		TOMB_TRY(sql_read_file_find(pg, &file, arena, &file_row, &n, err));
	return n == 0 ? TOMB_FAIL(err, TOMB_NOTFOUND, "there is no file %" PRId64, filter->file_id) : TOMB_OK;
}

static struct tomb_strs types_of(const struct tomb_premis_event_filter *filter)
{
	if (filter->type.n > 0)
		return (struct tomb_strs){&filter->type, 1};
	return (struct tomb_strs){names, TOMB_PREMIS_EVENT_MAX};
}

static enum tomb_code count_all(struct tomb_pg *pg, int64_t scope, const struct tomb_premis_event_filter *filter,
	struct tomb_arena *arena, int64_t *count, struct tomb_err *err)
{
	struct sql_read_event_count_args args = {scope, types_of(filter), TOMB_COUNT_MAX};
	struct sql_read_event_count_row *row = NULL;

	TOMB_TRY(sql_read_event_count(pg, &args, arena, &row, err));
	*count = row->n;
	return TOMB_OK;
}

static bool is_dated(const struct tomb_premis_event_filter *filter)
{
	return filter->outcome.n > 0 || filter->from_us != 0 || filter->to_us != 0;
}

static int64_t from_of(const struct tomb_premis_event_filter *filter)
{
	return filter->from_us != 0 ? filter->from_us : TOMB_TIME_MIN;
}

static int64_t to_of(const struct tomb_premis_event_filter *filter)
{
	return filter->to_us != 0 ? filter->to_us : TOMB_TIME_MAX;
}

static enum tomb_code pick_dated(struct tomb_pg *pg, int64_t scope, const struct tomb_premis_event_filter *filter,
	struct tomb_range range, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_strs types = types_of(filter);
	int64_t from = from_of(filter);
	int64_t to = to_of(filter);
	struct sql_read_event_pick_failed_args failed = {scope, types, from, to, range.from, range.at_most};
	struct sql_read_event_pick_dated_args dated = {
		scope, types, filter->outcome, from, to, range.from, range.at_most};
	struct sql_read_event_pick_failed_row *row_of_failed = NULL;
	struct sql_read_event_pick_dated_row *row = NULL;

	if (tomb_str_eq(filter->outcome, TOMB_STR("Failure"))) {
		TOMB_TRY(sql_read_event_pick_failed(pg, &failed, arena, &row_of_failed, err));
		*ids = row_of_failed->ids;
		return TOMB_OK;
	}
	TOMB_TRY(sql_read_event_pick_dated(pg, &dated, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick(struct tomb_pg *pg, int64_t scope, const struct tomb_premis_event_filter *filter,
	struct tomb_range range, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_strs types = types_of(filter);
	struct sql_read_event_pick_args all = {scope, types, filter->newest_first, range.from, range.at_most};
	struct sql_read_event_pick_of_object_args of_object = {scope, types, filter->newest_first, range.from,
		range.at_most, filter->object_id, filter->with_files, filter->outcome, from_of(filter), to_of(filter)};
	struct sql_read_event_pick_of_file_args of_file = {scope, types, filter->newest_first, range.from,
		range.at_most, filter->file_id, filter->outcome, from_of(filter), to_of(filter)};
	struct sql_read_event_pick_row *row = NULL;
	struct sql_read_event_pick_of_object_row *row_of_object = NULL;
	struct sql_read_event_pick_of_file_row *row_of_file = NULL;

	if (is_of_file(filter)) {
		TOMB_TRY(sql_read_event_pick_of_file(pg, &of_file, arena, &row_of_file, err));
		*ids = row_of_file->ids;
	} else if (filter->object_id != 0) {
		TOMB_TRY(sql_read_event_pick_of_object(pg, &of_object, arena, &row_of_object, err));
		*ids = row_of_object->ids;
	} else if (is_dated(filter)) {
		return pick_dated(pg, scope, filter, range, arena, ids, err);
	} else {
		TOMB_TRY(sql_read_event_pick(pg, &all, arena, &row, err));
		*ids = row->ids;
	}
	return TOMB_OK;
}

static enum tomb_code check_filter(const struct tomb_premis_event_filter *filter, struct tomb_err *err)
{
	static const struct tomb_str outcomes[] = {{"Success", 7}, {"Failure", 7}};
	enum tomb_premis_event_type type = TOMB_PREMIS_EVENT_MAX;
	bool is_of_one = filter->object_id != 0 || is_of_file(filter);

	if (filter->object_id != 0 && is_of_file(filter))
		return TOMB_FAIL(err, TOMB_INVAL, "events are listed of an object or of a file, not of both");
	if (is_dated(filter) && !is_of_one && !filter->newest_first)
		return TOMB_FAIL(err, TOMB_INVAL, "events by outcome or time are listed with the newest first");
	TOMB_TRY(tomb_filter_word("outcome", filter->outcome, outcomes, TOMB_COUNTOF(outcomes), err));
	return filter->type.n > 0 ? tomb_premis_event_parse(filter->type, &type, err) : TOMB_OK;
}

static enum tomb_code event_of(
	const struct sql_read_event_rows_row *r, struct tomb_premis_event *out, struct tomb_err *err)
{
	enum tomb_premis_event_type type = TOMB_PREMIS_EVENT_MAX;

	TOMB_TRY(tomb_premis_event_parse(r->event_type, &type, err));
	*out = (struct tomb_premis_event){
		.id = r->id,
		.identifier = r->identifier,
		.institution_id = r->institution_id,
		.institution_name = r->institution_name,
		.object_id = r->object_id,
		.object_identifier = r->object_identifier,
		.file_id = r->file_id,
		.file_identifier = r->file_identifier,
		.generation = r->generation,
		.type = type,
		.at_us = r->date_time,
		.detail = r->detail,
		.outcome = r->outcome,
		.outcome_detail = r->outcome_detail,
		.outcome_information = r->outcome_information,
		.object_used = r->object_used,
		.agent = r->agent,
		.deletion_id = r->deletion_id,
	};
	return TOMB_OK;
}

static enum tomb_code read_rows(struct tomb_pg *pg, const struct sql_read_event_rows_args *args,
	struct tomb_arena *arena, struct tomb_premis_event **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_event_rows_row *rows = NULL;
	struct tomb_premis_event *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_read_event_rows(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_premis_event, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu events", nrows);
	for (size_t i = 0; i < nrows; i++)
		TOMB_TRY(event_of(&rows[i], &found[i], err));
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_premis_event_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_premis_event **out, size_t *n, struct tomb_err *err)
{
	return read_rows(pg, &(struct sql_read_event_rows_args){.scope = scope, .ids = ids}, arena, out, n, err);
}

enum tomb_code tomb_premis_event_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_premis_event_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_premis_event_page *out, struct tomb_err *err)
{
	struct sql_read_event_rows_args rows = {0};
	struct tomb_premis_event_page found = {0};
	struct tomb_range range;
	struct tomb_int8s picked = {0};

	TOMB_TRY(check_filter(filter, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_EVENT_READ, filter->institution_id, &rows.scope, err));
	TOMB_TRY(tomb_range_of(page, filter->newest_first, &range, err));
	TOMB_TRY(check_subject(pg, rows.scope, filter, arena, err));
	TOMB_TRY(pick(pg, rows.scope, filter, range, arena, &picked, err));
	TOMB_TRY(tomb_page_cut(page, picked, arena, &rows.ids, &found.next, err));
	TOMB_TRY(read_rows(pg, &rows, arena, &found.p, &found.n, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_premis_event_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_premis_event_filter *filter, int64_t *count, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(COUNT_ARENA_MAX);
	struct tomb_int8s picked = {0};
	int64_t scope = 0;

	TOMB_TRY(check_filter(filter, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_EVENT_READ, filter->institution_id, &scope, err));
	TOMB_TRY(check_subject(pg, scope, filter, &arena, err));
	if (filter->object_id == 0 && filter->file_id == 0 && !is_dated(filter))
		return count_all(pg, scope, filter, &arena, count, err);
	TOMB_TRY(pick(pg, scope, filter, tomb_range_to_count(filter->newest_first), &arena, &picked, err));
	*count = tomb_range_count(picked);
	return TOMB_OK;
}

enum tomb_code tomb_premis_event_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_uuid identifier, struct tomb_arena *arena, struct tomb_premis_event *out, struct tomb_err *err)
{
	struct sql_read_event_rows_args rows = {0};
	struct sql_read_event_find_row *row = NULL;
	struct tomb_premis_event *found = NULL;
	char text[TOMB_UUID_TEXT];
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_EVENT_READ, 0, &rows.scope, err));
	TOMB_TRY(sql_read_event_find(
		pg, &(struct sql_read_event_find_args){rows.scope, id, identifier}, arena, &row, &n, err));
	if (n > 0) {
		rows.ids = (struct tomb_int8s){&row->id, 1};
		TOMB_TRY(read_rows(pg, &rows, arena, &found, &n, err));
	}
	if (n == 0 && id != 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no event %" PRId64, id);
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no event %s", tomb_uuid_text(identifier, text));
	*out = *found;
	return TOMB_OK;
}

enum tomb_code tomb_premis_event_each(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_premis_event_filter *filter, tomb_premis_event_fn *fn, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(EACH_ARENA_MAX);
	struct tomb_premis_event_page found = {0};
	char cursor[24] = "";

	do {
		struct tomb_page page = {.after = tomb_str_from(cursor), .limit = EACH_EVENTS};

		tomb_arena_reset(&arena);
		TOMB_TRY(tomb_premis_event_list(pg, actor, filter, &page, &arena, &found, err));
		for (size_t i = 0; i < found.n; i++)
			TOMB_TRY(fn(ctx, &found.p[i], err));
		(void)snprintf(cursor, sizeof cursor, "%.*s", TOMB_STR_ARG(found.next));
	} while (found.next.n > 0);
	return TOMB_OK;
}
