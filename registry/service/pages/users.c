/* The people of an institution: who they are, and what they may do. */
#include "users.h"

#include "account.h"
#include "pager.h"
#include "pages.h"
#include "tombstone/parse.h"
#include "tombstone/permission.h"

#include <inttypes.h>

bool tomb_users_is_operator(const struct tomb_view *v)
{
	return tomb_permission_of(v->actor, TOMB_MAY_USER_ROLE) == TOMB_SCOPE_ALL;
}

/* Whose people the address asks for; id 0: everybody's. */
static enum tomb_code institution_of(struct tomb_view *v, struct tomb_institution *out, struct tomb_err *err)
{
	struct tomb_str wanted = tomb_view_query(v, "institution");

	if (wanted.n == 0 && tomb_users_is_operator(v)) {
		*out = (struct tomb_institution){.id = 0};
		return TOMB_OK;
	}
	return tomb_institution_find(
		v->pg, v->actor, wanted.n > 0 ? wanted : v->actor->institution, v->arena, out, err);
}

static enum tomb_code fill_filter(
	struct tomb_view *v, struct tomb_str chosen, struct html_users *page, struct tomb_err *err)
{
	struct html_users_institutions *rows = NULL;
	struct tomb_institution *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_institution_list(v->pg, v->actor, 0, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_users_institutions, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu institutions", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_users_institutions){
			found[i].identifier, found[i].name, tomb_str_eq(found[i].identifier, chosen)};
	page->institutions = rows;
	page->ninstitutions = n;
	return TOMB_OK;
}

static enum tomb_code fill_rows(struct tomb_view *v, int64_t institution_id, struct tomb_pager *pager,
	struct html_users *page, struct tomb_err *err)
{
	struct html_users_rows *rows = NULL;
	struct tomb_user *found = NULL;
	struct tomb_str next = TOMB_STR("");
	int64_t after = 0;
	size_t n = 0;

	if (pager->page.after.n > 0 && !tomb_parse_i64(pager->page.after, 0, INT64_MAX, &after))
		return TOMB_FAIL(err, TOMB_INVAL, "\"after\" is no number of an account");
	TOMB_TRY(tomb_user_list(v->pg, v->actor, institution_id, after, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_users_rows, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu people", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_users_rows){
			.id = found[i].id,
			.name = found[i].name,
			.email = found[i].email,
			.institution = found[i].institution,
			.role = tomb_account_role(found[i].role),
			.is_active = found[i].is_active,
			.has_totp = found[i].has_totp,
			.signed_in_at = found[i].signed_in_at_us,
		};
	if (n == TOMB_USER_PAGE_MAX)
		next = tomb_view_text(v, "%" PRId64, found[n - 1].id);
	page->rows = rows;
	page->nrows = n;
	page->pager = tomb_pager_links(v, pager, n, next, -1, "Account");
	return TOMB_OK;
}

enum tomb_code tomb_page_users(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/users"), "", TOMB_USER_PAGE_MAX);
	struct html_users page = {
		.page = tomb_frame(ctx, req, "Users", TOMB_SECTION_USERS),
		.is_operator = tomb_users_is_operator(&v),
	};
	struct tomb_institution home;

	TOMB_TRY(institution_of(&v, &home, err));
	tomb_pager_keep(&pager, "institution", tomb_view_query(&v, "institution"));
	TOMB_TRY(fill_rows(&v, home.id, &pager, &page, err));
	if (page.is_operator)
		TOMB_TRY(fill_filter(&v, home.identifier, &page, err));
	page.is_filtered = page.is_operator && home.id != 0;
	page.with_institution = home.id == 0;
	page.institution_id = home.id;
	page.institution = home.identifier;
	page.requires_totp = home.require_totp;
	html_users(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

enum tomb_code tomb_page_users_require_totp(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_institution home;
	struct tomb_str answer;
	bool is_required = false;

	TOMB_TRY(tomb_institution_show(v.pg, v.actor, v.id, v.arena, &home, err));
	TOMB_TRY(tomb_view_field(&v, "require", &answer, err));
	is_required = tomb_str_eq(answer, TOMB_STR("yes"));
	if (!is_required && !tomb_str_eq(answer, TOMB_STR("no")))
		return TOMB_FAIL(err, TOMB_INVAL, "\"require\" is yes or no");
	TOMB_TRY(tomb_institution_require_totp(v.pg, v.actor, v.id, is_required, err));
	/* an identifier is a domain name: nothing in it needs escaping */
	return tomb_view_redirect(&v, err, "/users?institution=%.*s&notice=%s", TOMB_STR_ARG(home.identifier),
		is_required ? "totp-required" : "totp-not-required");
}
