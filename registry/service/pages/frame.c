#include "frame.h"

#include "account.h"
#include "tombstone/alert.h"
#include "tombstone/json_writer.h"

/* What a person can do about it; by code. */
static const struct {
	enum tomb_code code;
	const char *title;
	const char *advice;
} words[] = {
	{TOMB_INVAL, "This did not work", "Go back, correct what the message names, and try again."},
	{TOMB_UNAUTHENTICATED, "Please sign in", "Sign in and try again."},
	{TOMB_FORBIDDEN, "Not allowed", "If you think that you should be, ask an admin of your institution."},
	{TOMB_NOTFOUND, "Not found", "Check the address, or start from the list."},
	{TOMB_METHOD, "Not possible this way", "Use the buttons of the page."},
	{TOMB_CONFLICT, "Not possible now", "Look at the current state, then decide again."},
	{TOMB_GONE, "No longer valid", "Ask for a new one."},
	{TOMB_TOOBIG, "Too large", "Send less at once."},
	{TOMB_UNPROCESSABLE, "Not possible yet", "The message says from when on, or what has to be done first."},
	{TOMB_RATE_LIMITED, "Too many attempts", "Wait a little."},
	{TOMB_DB_DOWN, "Not available at the moment", "Nothing was changed. Try again in a minute."},
	{TOMB_BUSY, "Very busy at the moment", "Nothing was changed. Try again in a minute."},
	{TOMB_UNCERTAIN, "It is not known whether this was done", "Look at the current state before you repeat it."},
};

/* What a redirect may have the next page say: a word in the address, so that no link can put text of its own here. */
static const struct {
	const char *word;
	const char *text;
} notices[] = {
	{"password-set", "Your password is set. Sign in with it."},
	{"password-changed", "Your password was changed, and your other sessions have ended."},
	{"totp-off", "Your second factor is off, and your other sessions have ended."},
	{"session-ended", "Ended."},
	{"key-revoked", "The key is revoked. Programs that use it are refused from now on."},
	{"too-slow", "That took too long. Sign in again."},
	{"signed-out", "You have signed out."},
	{"requested", "The deletion was requested. Those who can decide it are asked by mail."},
	{"approved", "You have approved this deletion. Work on it has begun."},
	{"rejected", "You have rejected this request. Nothing is deleted."},
	{"resent", "New tokens are on their way by mail. The old ones are no longer valid."},
	{"requeued", "The failed files are put to work again."},
	{"cancelled", "The work item is cancelled. Files whose deletion has not begun are refused, and stay."},
	{"marked-read", "Marked as read."},
	{"marked-unread", "Marked as unread."},
	{"user-created", "The account is made. A mail with a link to set a password is on its way."},
	{"user-invited", "A mail with a link to set a password is on its way."},
	{"user-deactivated", "The account is deactivated. Its sessions have ended, its API keys are revoked."},
	{"user-activated", "The account is active again. Its sessions, API keys and links of before stay void."},
	{"user-role", "The role is changed. The person has to sign in again."},
	{"user-duties", "The duties are changed. They count from now on."},
	{"user-totp-reset", "The second factor is off. The person is told by mail, and has to sign in again."},
	{"totp-required", "From now on who approves deletions of this institution needs a second factor."},
	{"totp-not-required", "From now on no second factor is demanded of those who approve."},
	{"record-suppressed", "The record is suppressed: the public does not see it any more."},
	{"none-chosen", "No alert was chosen, and none was marked."},
};

static struct tomb_str notice_of(const struct tomb_request *req)
{
	struct tomb_str word = tomb_request_query(req, TOMB_STR("notice"));

	for (size_t i = 0; i < TOMB_COUNTOF(notices); i++)
		if (tomb_str_eq(word, tomb_str_from(notices[i].word)))
			return tomb_str_from(notices[i].text);
	return TOMB_STR("");
}

/* Of "/objects", "page": one is where the navigation leads; of "/objects/show/1", "true": somewhere below. */
static struct tomb_str current_of(const struct tomb_request *req)
{
	bool is_below = req->path.n > 1 && memchr(req->path.p + 1, '/', req->path.n - 1);

	return is_below ? TOMB_STR("true") : TOMB_STR("page");
}

static void mark_section(struct html_page *page, enum tomb_section section)
{
	page->in_account = section == TOMB_SECTION_ACCOUNT;
	page->in_dashboard = section == TOMB_SECTION_DASHBOARD;
	page->in_objects = section == TOMB_SECTION_OBJECTS;
	page->in_records = section == TOMB_SECTION_RECORDS;
	page->in_work_items = section == TOMB_SECTION_WORK_ITEMS;
	page->in_more = section >= TOMB_SECTION_FILES;
	page->in_files = section == TOMB_SECTION_FILES;
	page->in_deletions = section == TOMB_SECTION_DELETIONS;
	page->in_events = section == TOMB_SECTION_EVENTS;
	page->in_alerts = section == TOMB_SECTION_ALERTS;
	page->in_storage_options = section == TOMB_SECTION_STORAGE_OPTIONS;
	page->in_users = section == TOMB_SECTION_USERS;
	page->in_audit = section == TOMB_SECTION_AUDIT;
	page->in_harvests = section == TOMB_SECTION_HARVESTS;
}

/* A page is worth showing without it. */
static int64_t unread_alerts(const struct tomb_ctx *ctx)
{
	struct tomb_err ignored;
	int64_t n = 0;

	return tomb_alert_unread(ctx->link.pg, &ctx->actor, &n, &ignored) == TOMB_OK ? n : 0;
}

struct html_page tomb_frame(
	const struct tomb_ctx *ctx, const struct tomb_request *req, const char *title, enum tomb_section section)
{
	struct html_page page = {
		.title = tomb_str_from(title),
		.notice = notice_of(req),
		.current = current_of(req),
	};

	mark_section(&page, section);
	if (ctx && ctx->is_signed_in) {
		page.signed_in = true;
		page.user_name = ctx->actor.name;
		page.user_email = ctx->actor.email;
		page.institution = ctx->actor.institution;
		if (ctx->actor.role != TOMB_ROLE_INST_USER)
			page.role = tomb_account_role(ctx->actor.role);
		page.sees_users = tomb_permission_of(&ctx->actor, TOMB_MAY_USER_READ) != TOMB_SCOPE_NONE;
		page.sees_audit = tomb_permission_of(&ctx->actor, TOMB_MAY_AUDIT_READ) != TOMB_SCOPE_NONE;
		page.sees_harvests = tomb_permission_of(&ctx->actor, TOMB_MAY_HARVEST_READ) != TOMB_SCOPE_NONE;
		page.csrf = tomb_str_from(ctx->csrf);
		page.unread = unread_alerts(ctx);
	}
	return page;
}

/* "this", but not "test.edu/bag" or "7": how many letters the first word has. */
static size_t plain_word(const char *text)
{
	size_t n = 0;

	while (text[n] >= 'a' && text[n] <= 'z')
		n++;
	return text[n] == ' ' ? n : 0;
}

struct tomb_str tomb_frame_sentence(struct tomb_arena *arena, const char *text)
{
	size_t n = strlen(text);
	char *made = TOMB_NEW(arena, char, n + 2);

	if (!made || n == 0)
		return tomb_str_from(text);
	memcpy(made, text, n + 1);
	if (plain_word(text) > 0)
		made[0] = (char)(made[0] - 'a' + 'A');
	if (text[n - 1] != '.')
		made[n++] = '.';
	return (struct tomb_str){made, n};
}

void tomb_frame_sent(struct tomb_response *res, unsigned status)
{
	res->status = status;
	res->content_type = "text/html; charset=utf-8";
}

static enum tomb_code error_page(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct tomb_err *what, struct tomb_err *err)
{
	struct html_error v = {
		.page = tomb_frame(ctx, req, "This did not work", TOMB_SECTION_NONE),
		.status = tomb_code_http(what->code),
		.detail = tomb_frame_sentence(req->arena, what->text),
		.advice = TOMB_STR("Try again; if it happens again, tell the operator the request number below."),
		.request_id = tomb_str_from(req->id),
	};
	struct tomb_str body;

	for (size_t i = 0; i < TOMB_COUNTOF(words); i++)
		if (words[i].code == what->code) {
			v.page.title = tomb_str_from(words[i].title);
			v.advice = tomb_str_from(words[i].advice);
		}
	if (v.status >= 500 && what->code != TOMB_DB_DOWN)
		v.detail = TOMB_STR("Something went wrong on our side.");
	html_error(&res->body, &v);
	TOMB_TRY(tomb_buf_done(&res->body, &body, err));
	tomb_frame_sent(res, (unsigned)v.status);
	return TOMB_OK;
}

/* What clients of the member API read (spec/aptrust.md §3.1): {"error":"..."} where one may not or nothing is there,
 * which their middleware says, and {"StatusCode":n,"Error":"..."} otherwise. */
static enum tomb_code member_error(
	struct tomb_response *res, unsigned status, const struct tomb_err *what, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_str body;

	res->status = status;
	tomb_json_begin_object(&w, NULL);
	if (status == 403 || status == 404) {
		tomb_json_str(&w, "error", tomb_str_from(what->text));
	} else {
		tomb_json_int(&w, "StatusCode", status);
		tomb_json_str(&w, "Error", status >= 500 ? TOMB_STR("internal error") : tomb_str_from(what->text));
	}
	tomb_json_end_object(&w);
	TOMB_TRY(tomb_json_done(&w, &body, err));
	res->content_type = "application/json; charset=utf-8";
	return TOMB_OK;
}

static bool begins_with(struct tomb_str path, struct tomb_str what)
{
	return path.n >= what.n && memcmp(path.p, what.p, what.n) == 0;
}

static bool is_of_member_api(const struct tomb_request *req)
{
	return begins_with(req->path, TOMB_STR("/member-api/")) || begins_with(req->path, TOMB_STR("/admin-api/"));
}

enum tomb_code tomb_frame_refusal(const struct tomb_request *req, struct tomb_response *res, unsigned status,
	const struct tomb_err *what, struct tomb_err *err)
{
	if (!is_of_member_api(req))
		return tomb_response_refusal(res, req, status, what, err);
	return member_error(res, status ? status : (unsigned)tomb_code_http(what->code), what, err);
}

enum tomb_code tomb_frame_error(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct tomb_err *what, struct tomb_err *err)
{
	if (is_of_member_api(req))
		return member_error(res, (unsigned)tomb_code_http(what->code), what, err);
	if (req->wants == TOMB_WANTS_JSON)
		return tomb_response_problem(res, req, 0, what, err);
	return error_page(ctx, req, res, what, err);
}
