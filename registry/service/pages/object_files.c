#include "object_files.h"

#include "filter.h"
#include "pager.h"
#include "rows.h"

enum { FILES_SHOWN = 25 /* each with its details, which are read for the page at once */ };

/* "data/a.tif" of "test.edu/bag/data/a.tif". */
static struct tomb_str short_name(const struct tomb_object *object, struct tomb_str identifier)
{
	size_t n = object->identifier.n;

	if (identifier.n > n + 1 && memcmp(identifier.p, object->identifier.p, n) == 0 && identifier.p[n] == '/')
		return (struct tomb_str){identifier.p + n + 1, identifier.n - n - 1};
	return identifier;
}

static struct html_object_rows row_of(
	struct tomb_view *v, const struct tomb_object *object, const struct tomb_file *file)
{
	char uuid[TOMB_UUID_TEXT];

	return (struct html_object_rows){
		.id = file->id,
		.name = short_name(object, file->identifier),
		.format = file->file_format,
		.bytes = file->size_bytes,
		.created_at = file->created_at_us,
		.is_deleted = file->is_deleted,
		.uuid = tomb_view_text(v, "%s", tomb_uuid_text(file->uuid, uuid)),
		.fixity_checked_at = file->fixity_checked_at_us,
		.md5 = file->md5,
		.sha1 = file->sha1,
		.sha256 = file->sha256,
		.sha512 = file->sha512,
	};
}

/* Copies come in the order of the rows: each row borrows its run of them. */
static enum tomb_code fill_copies(
	struct tomb_view *v, struct tomb_int8s ids, struct html_object_rows *rows, struct tomb_err *err)
{
	struct tomb_copies found;
	struct html_object_rows_copies *copies = NULL;
	size_t at = 0;

	TOMB_TRY(tomb_file_copies(v->pg, v->actor, ids, v->arena, &found, err));
	copies = TOMB_NEW(v->arena, struct html_object_rows_copies, found.n);
	if (!copies)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu copies", found.n);
	for (size_t i = 0; i < ids.n; i++) {
		rows[i].copies = copies + at;
		for (; at < found.n && found.p[at].file_id == ids.p[i]; at++, rows[i].ncopies++)
			copies[at] = (struct html_object_rows_copies)TOMB_ROW_COPY(v, found.p[at]);
	}
	return TOMB_OK;
}

static enum tomb_code fill_buttons(struct tomb_view *v, const struct tomb_object *object, struct tomb_int8s ids,
	struct html_object_rows *rows, struct tomb_err *err)
{
	struct tomb_obstacle *obstacles = NULL;

	if (!tomb_view_may_request(v, object->institution_id))
		return TOMB_OK;
	TOMB_TRY(tomb_file_obstacles(v->pg, v->actor, ids, v->arena, &obstacles, err));
	for (size_t i = 0; i < ids.n; i++)
		if (!rows[i].is_deleted)
			TOMB_ROW_DELETE(
				v, &rows[i], "file", ids.p[i], "Delete File", tomb_view_refusal(v, &obstacles[i], 1));
	return TOMB_OK;
}

static enum tomb_code fill_rows(struct tomb_view *v, const struct tomb_object *object,
	const struct tomb_file_page *found, struct html_object *page, struct tomb_err *err)
{
	struct html_object_rows *rows = TOMB_NEW(v->arena, struct html_object_rows, found->n);
	int64_t *ids = TOMB_NEW(v->arena, int64_t, found->n);

	if (!rows || !ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", found->n);
	for (size_t i = 0; i < found->n; i++) {
		rows[i] = row_of(v, object, &found->p[i]);
		ids[i] = found->p[i].id;
	}
	TOMB_TRY(fill_copies(v, (struct tomb_int8s){ids, found->n}, rows, err));
	TOMB_TRY(fill_buttons(v, object, (struct tomb_int8s){ids, found->n}, rows, err));
	page->rows = rows;
	page->nrows = found->n;
	return TOMB_OK;
}

/* The object knows how many there are, unless a part of the name was asked for. */
static enum tomb_code count(struct tomb_view *v, const struct tomb_object *object,
	const struct tomb_file_filter *filter, int64_t *total, struct tomb_err *err)
{
	if (filter->prefix.n > 0)
		return tomb_file_count(v->pg, v->actor, filter, total, err);
	*total = (tomb_str_eq(filter->state, TOMB_STR("D")) ? 0 : object->active_files) +
		 (tomb_str_eq(filter->state, TOMB_STR("A")) ? 0 : object->deleted_files);
	return TOMB_OK;
}

enum tomb_code tomb_object_files(
	struct tomb_view *v, const struct tomb_object *object, struct html_object *page, struct tomb_err *err)
{
	struct tomb_state_filter state = tomb_filter_state_of(v);
	struct tomb_str typed = tomb_view_query(v, "identifier");
	struct tomb_file_filter filter = {.object_id = object->id, .state = state.state, .with_fixity = true};
	struct tomb_pager pager = tomb_pager_of(
		v, tomb_view_text(v, "/objects/show/%" PRId64, object->id), "files", FILES_SHOWN);
	struct tomb_file_page found;
	int64_t total = 0;

	if (typed.n > 0)
		filter.prefix = tomb_filter_below(v, object->identifier, typed);
	TOMB_TRY(tomb_file_list(v->pg, v->actor, &filter, &pager.page, v->arena, &found, err));
	TOMB_TRY(count(v, object, &filter, &total, err));
	TOMB_TRY(fill_rows(v, object, &found, page, err));
	page->filter = typed;
	page->shows_all = state.is_any;
	page->shows_deleted = state.is_deleted;
	page->is_filtered = typed.n > 0 || state.given.n > 0;
	tomb_pager_keep(&pager, "identifier", typed);
	tomb_pager_keep(&pager, "state", state.given);
	page->pager = tomb_pager_links(v, &pager, found.n, found.next, total, "file");
	return TOMB_OK;
}
