/* Asking for the deletion of an object or a file: what will happen, then the request itself (P-01, P-04, X-10). */
#include "pages.h"

#include "checks.h"
#include "rows.h"
#include "tombstone/deletion_reason.h"
#include "tombstone/file.h"
#include "tombstone/permission.h"

#include <inttypes.h>

enum {
	CONFIRM_FROM = 100, /* files: of fewer, one can look at each before asking for all */
	NUMBER_DIGITS = 18  /* of what fits an int64_t */
};

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

/* What was typed, and what is wrong with it. */
struct order {
	struct tomb_str reason_code;
	struct tomb_str reason;
	struct tomb_str confirm;
	struct tomb_str code_fault;
	struct tomb_str reason_fault;
	struct tomb_str confirm_fault;
};

static void fill_impacts(struct tomb_view *v, const struct tomb_impacts *found, struct html_request_delete *page,
	struct html_request_delete_impacts *rows)
{
	int64_t copies = 0;

	for (size_t i = 0; i < found->n; i++) {
		rows[i] = (struct html_request_delete_impacts)TOMB_ROW_IMPACT(v, found->p[i]);
		page->has_fee |= rows[i].fee.n > 0;
		copies += found->p[i].copies;
	}
	page->impacts = rows;
	page->nimpacts = found->n;
	if (copies > 0)
		page->copies = tomb_view_count(v, copies, "copy");
}

static enum tomb_code fill_preview(
	struct tomb_view *v, const struct target *target, struct html_request_delete *page, struct tomb_err *err)
{
	struct tomb_deletion_list list = list_of(target);
	struct html_request_delete_impacts *rows = NULL;
	struct tomb_deletion_preview preview;
	struct tomb_checks checks;

	TOMB_TRY(tomb_deletion_preview(v->pg, v->actor, &list, v->arena, &preview, err));
	rows = TOMB_NEW(v->arena, struct html_request_delete_impacts, preview.impacts.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu places", preview.impacts.n);
	fill_impacts(v, &preview.impacts, page, rows);
	checks = tomb_checks_of(v, &preview, preview.obstacles, preview.nobstacles);
	TOMB_CHECKS_PUT(page, &checks);
	return TOMB_OK;
}

static enum tomb_code fill_reasons(
	struct tomb_view *v, struct tomb_str chosen, struct html_request_delete *page, struct tomb_err *err)
{
	struct html_request_delete_reasons *rows = TOMB_NEW(
		v->arena, struct html_request_delete_reasons, tomb_deletion_reasons_count);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "reasons");
	for (size_t i = 0; i < tomb_deletion_reasons_count; i++)
		rows[i] = (struct html_request_delete_reasons){tomb_deletion_reasons[i].code,
			tomb_deletion_reasons[i].text, tomb_str_eq(chosen, tomb_deletion_reasons[i].code)};
	page->reasons = rows;
	page->nreasons = tomb_deletion_reasons_count;
	return TOMB_OK;
}

/* Above the form, with the fields that they are about; false: nothing is wrong. */
static bool list_problems(
	const struct order *order, struct html_problems_items items[static 3], struct html_request_delete *page)
{
	const struct html_problems_items all[] = {{TOMB_STR("reason_code"), order->code_fault},
		{TOMB_STR("reason"), order->reason_fault}, {TOMB_STR("confirm"), order->confirm_fault}};
	size_t n = 0;

	for (size_t i = 0; i < TOMB_COUNTOF(all); i++)
		if (all[i].text.n > 0)
			items[n++] = all[i];
	page->problems = (struct html_problems){items, n};
	return n > 0;
}

static struct html_request_delete describe(struct tomb_view *v, const struct target *target, const struct order *order)
{
	struct tomb_str files = tomb_view_count(v, target->files, "file");
	struct tomb_str size = tomb_view_size(v, target->bytes);
	bool of_object = target->noun[0] == 'o';

	return (struct html_request_delete){
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
		.reason = order->reason,
		.reason_max = TOMB_REQUEST_REASON_MAX,
		.reason_fault = order->reason_fault,
		.code_fault = order->code_fault,
		.must_confirm = target->files >= CONFIRM_FROM,
		.confirm = order->confirm,
		.confirm_number = tomb_view_number(v, target->files),
		.confirm_fault = order->confirm_fault,
	};
}

/* The page before the request, again if something was wrong with it. */
static enum tomb_code show(
	struct tomb_view *v, const struct target *target, const struct order *order, struct tomb_err *err)
{
	struct html_request_delete page = describe(v, target, order);
	struct html_problems_items items[3];
	bool is_wrong = list_problems(order, items, &page);

	TOMB_TRY(fill_reasons(v, order->reason_code, &page, err));
	TOMB_TRY(fill_preview(v, target, &page, err));
	html_request_delete(&v->res->body, &page);
	return tomb_view_done(v, is_wrong ? (unsigned)tomb_code_http(TOMB_INVAL) : 200, err);
}

typedef enum tomb_code find_fn(struct tomb_view *v, struct target *out, struct tomb_err *err);

static enum tomb_code ask(struct tomb_view *v, find_fn *find, struct tomb_err *err)
{
	struct target target;

	TOMB_TRY(find(v, &target, err));
	if (!tomb_view_may_request(v, target.institution_id))
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "only an institutional admin may request a deletion");
	return show(v, &target, &(struct order){.reason = TOMB_STR("")}, err);
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

/* "1,204", "1 204" and "1204" are the same number. */
static bool is_number(struct tomb_str typed, int64_t wanted)
{
	int64_t number = 0;
	size_t digits = 0;

	for (size_t i = 0; i < typed.n; i++) {
		if (typed.p[i] == ',' || typed.p[i] == ' ')
			continue;
		if (typed.p[i] < '0' || typed.p[i] > '9' || ++digits > NUMBER_DIGITS)
			return false;
		number = 10 * number + (typed.p[i] - '0');
	}
	return digits > 0 && number == wanted;
}

/* What is wrong with the form itself, as far as can be told without asking for anything; false: nothing. */
static bool find_faults(struct tomb_view *v, const struct target *target, struct order *order)
{
	struct tomb_err why;

	if (tomb_deletion_reason_check(order->reason_code, order->reason, &why) != TOMB_OK)
		*(tomb_str_eq(order->reason_code, TOMB_STR("other")) ? &order->reason_fault : &order->code_fault) =
			tomb_frame_sentence(v->arena, why.text);
	if (order->reason.n > TOMB_REQUEST_REASON_MAX)
		order->reason_fault = tomb_view_text(
			v, "The reason has %zu bytes; at most %d.", order->reason.n, (int)TOMB_REQUEST_REASON_MAX);
	if (target->files >= CONFIRM_FROM && !is_number(order->confirm, target->files))
		order->confirm_fault = tomb_view_text(v, "Type %.*s, the number of files, to confirm.",
			TOMB_STR_ARG(tomb_view_number(v, target->files)));
	return order->code_fault.n + order->reason_fault.n + order->confirm_fault.n > 0;
}

static enum tomb_code make(struct tomb_view *v, find_fn *find, struct tomb_err *err)
{
	struct target target;
	struct tomb_deletion_list list;
	struct tomb_deletion_request made;
	struct order order = {.reason = TOMB_STR("")};

	TOMB_TRY(reason_of(v, &order.reason, err));
	TOMB_TRY(tomb_view_field(v, "reason_code", &order.reason_code, err));
	TOMB_TRY(tomb_view_field(v, "confirm", &order.confirm, err));
	TOMB_TRY(find(v, &target, err));
	if (!tomb_view_may_request(v, target.institution_id))
		return tomb_permission_refuse(TOMB_MAY_DELETION_REQUEST, err);
	if (target.pending.nobstacles == 0 && find_faults(v, &target, &order))
		return show(v, &target, &order, err);
	list = list_of(&target);
	list.reason_code = order.reason_code;
	TOMB_TRY(tomb_deletion_request_create(v->pg, v->actor, &list, order.reason, &made, err));
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
