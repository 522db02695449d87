/* Asking for the deletion of an object or a file: what will happen, then the request itself (P-01, P-04, X-10). */
#include "pages.h"

#include "rows.h"
#include "tombstone/file.h"

#include <inttypes.h>

/* What is asked for. */
struct target {
	const char *noun; /* "object", "file" */
	int64_t id;
	int64_t institution_id;
	struct tomb_str identifier;
	struct tomb_str title;
	int64_t files;
	int64_t bytes;
	struct tomb_pending pending;
};

static struct tomb_deletion_list list_of(const struct target *target)
{
	struct tomb_int8s one = {&target->id, 1};

	if (target->noun[0] == 'o')
		return (struct tomb_deletion_list){.object_ids = one};
	return (struct tomb_deletion_list){.file_ids = one};
}

static enum tomb_code find_object(struct tomb_view *v, struct target *out, struct tomb_err *err)
{
	struct tomb_object object;

	TOMB_TRY(tomb_object_find(v->pg, v->actor, v->id, TOMB_STR(""), v->arena, &object, err));
	*out = (struct target){"object", object.id, object.institution_id, object.identifier, object.title,
		object.active_files, object.active_bytes, {0}};
	return tomb_object_pending(v->pg, v->actor, v->id, v->arena, &out->pending, err);
}

static enum tomb_code find_file(struct tomb_view *v, struct target *out, struct tomb_err *err)
{
	struct tomb_file file;

	TOMB_TRY(tomb_file_find(v->pg, v->actor, v->id, TOMB_STR(""), v->arena, &file, err));
	*out = (struct target){
		"file", file.id, file.institution_id, file.identifier, TOMB_STR(""), 1, file.size_bytes, {0}};
	return tomb_file_pending(v->pg, v->actor, v->id, v->arena, &out->pending, err);
}

static enum tomb_code fill_impacts(
	struct tomb_view *v, const struct target *target, struct html_request_delete *page, struct tomb_err *err)
{
	struct tomb_deletion_list list = list_of(target);
	struct html_request_delete_impacts *rows = NULL;
	struct tomb_impacts found;
	int64_t copies = 0;

	TOMB_TRY(tomb_impact_of_list(v->pg, v->actor, &list, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_request_delete_impacts, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu places", found.n);
	for (size_t i = 0; i < found.n; i++) {
		rows[i] = (struct html_request_delete_impacts)TOMB_ROW_IMPACT(v, found.p[i]);
		page->has_fee |= rows[i].fee.n > 0;
		copies += found.p[i].copies;
	}
	page->impacts = rows;
	page->nimpacts = found.n;
	if (copies > 0)
		page->copies = tomb_view_count(v, copies, "copy");
	return TOMB_OK;
}

/* The page before the request; problem: why one was refused just now. */
static enum tomb_code show(struct tomb_view *v, const struct target *target, struct tomb_str reason,
	const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item = {.id = TOMB_STR("reason")};
	struct tomb_str files = tomb_view_count(v, target->files, "file");
	struct tomb_str size = tomb_view_size(v, target->bytes);
	bool of_object = target->noun[0] == 'o';
	struct html_request_delete page = {
		.page = tomb_frame(v->ctx, v->req,
			of_object ? "Request the deletion of an object" : "Request the deletion of a file",
			of_object ? TOMB_SECTION_OBJECTS : TOMB_SECTION_FILES),
		.of_object = of_object,
		.id = target->id,
		.identifier = target->identifier,
		.title = target->title,
		.files = files,
		.size = size,
		.back = tomb_view_text(v, "/%ss/show/%" PRId64, target->noun, target->id),
		.action = tomb_view_text(v, "/%ss/init_delete/%" PRId64, target->noun, target->id),
		.button = tomb_view_text(v, "Request deletion of %s (%s)", files.p, size.p),
		.refusal = tomb_view_refusal(v, target->pending.obstacles, target->pending.nobstacles),
		.reason = reason,
		.reason_max = TOMB_REQUEST_REASON_MAX,
	};

	if (problem) {
		item.text = tomb_frame_sentence(v->arena, problem->text);
		page.problems = (struct html_problems){&item, 1};
	}
	TOMB_TRY(fill_impacts(v, target, &page, err));
	html_request_delete(&v->res->body, &page);
	return tomb_view_done(v, problem ? (unsigned)tomb_code_http(problem->code) : 200, err);
}

typedef enum tomb_code find_fn(struct tomb_view *v, struct target *out, struct tomb_err *err);

static enum tomb_code ask(struct tomb_view *v, find_fn *find, struct tomb_err *err)
{
	struct target target;

	TOMB_TRY(find(v, &target, err));
	if (!tomb_view_may_request(v, target.institution_id))
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "only an institutional admin may request a deletion");
	return show(v, &target, TOMB_STR(""), NULL, err);
}

/* Browsers send line ends as CR LF. */
static enum tomb_code reason_of(struct tomb_view *v, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str sent;
	char *kept = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_view_field(v, "reason", &sent, err));
	kept = TOMB_NEW(v->arena, char, sent.n + 1);
	if (!kept)
		return TOMB_FAIL(err, TOMB_NOMEM, "the reason");
	for (size_t i = 0; i < sent.n; i++)
		if (sent.p[i] != '\r')
			kept[n++] = sent.p[i];
	*out = (struct tomb_str){kept, n};
	return TOMB_OK;
}

static enum tomb_code make(struct tomb_view *v, find_fn *find, struct tomb_err *err)
{
	struct target target;
	struct tomb_deletion_list list;
	struct tomb_deletion_request made;
	struct tomb_str reason;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(reason_of(v, &reason, err));
	TOMB_TRY(find(v, &target, err));
	list = list_of(&target);
	code = tomb_deletion_request_create(v->pg, v->actor, &list, reason, &made, &why);
	if (code == TOMB_INVAL)
		return show(v, &target, reason, &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return tomb_view_redirect(v, err, "/deletions/show/%" PRId64 "?notice=requested", made.id);
}

enum tomb_code tomb_page_object_request_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return ask(&v, find_object, err);
}

enum tomb_code tomb_page_object_init_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return make(&v, find_object, err);
}

enum tomb_code tomb_page_file_request_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return ask(&v, find_file, err);
}

enum tomb_code tomb_page_file_init_delete(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return make(&v, find_file, err);
}
