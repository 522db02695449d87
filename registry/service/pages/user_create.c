/* A new account: name, address, role, and a mail that asks its owner to set a password. */
#include "users.h"

#include "account.h"
#include "pages.h"

#include <inttypes.h>

static enum tomb_code fill_roles(
	struct tomb_view *v, struct tomb_str chosen, struct html_user_create *page, struct tomb_err *err)
{
	size_t n = page->is_operator ? TOMB_COUNTOF(tomb_users_roles) : 1; /* an admin makes users */
	struct html_user_create_roles *rows = TOMB_NEW(v->arena, struct html_user_create_roles, n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "roles");
	for (size_t i = 0; i < n; i++) {
		struct tomb_str name = tomb_role_name(tomb_users_roles[i]);

		rows[i] = (struct html_user_create_roles){
			name, tomb_account_role(tomb_users_roles[i]), tomb_str_eq(name, chosen)};
	}
	page->roles = rows;
	page->nroles = n;
	return TOMB_OK;
}

/* Those that are active: the others take nobody. */
static enum tomb_code fill_institutions(
	struct tomb_view *v, struct tomb_str chosen, struct html_user_create *page, struct tomb_err *err)
{
	struct html_user_create_institutions *rows = NULL;
	struct tomb_institution *found = NULL;
	size_t nrows = 0;
	size_t n = 0;

	TOMB_TRY(tomb_institution_list(v->pg, v->actor, 0, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_user_create_institutions, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu institutions", n);
	for (size_t i = 0; i < n; i++)
		if (found[i].is_active)
			rows[nrows++] = (struct html_user_create_institutions){
				found[i].identifier, found[i].name, tomb_str_eq(found[i].identifier, chosen)};
	page->institutions = rows;
	page->ninstitutions = nrows;
	return TOMB_OK;
}

/* role: as the form had it. */
static enum tomb_code show(struct tomb_view *v, const struct tomb_user_new *user, struct tomb_str role, const char *id,
	const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item;
	struct html_user_create page = {
		.page = tomb_frame(v->ctx, v->req, "New user", TOMB_SECTION_USERS),
		.is_operator = tomb_users_is_operator(v),
		.institution = user->institution,
		.name = user->name,
		.email = user->email,
	};

	TOMB_TRY(fill_roles(v, role, &page, err));
	if (page.is_operator)
		TOMB_TRY(fill_institutions(v, user->institution, &page, err));
	if (problem)
		page.problems = tomb_account_problem(v, &item, id, problem);
	html_user_create(&v->res->body, &page);
	return tomb_view_done(v, tomb_account_status(problem), err);
}

enum tomb_code tomb_page_user_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_user_new user = {.institution = tomb_view_query(&v, "institution")};

	if (!tomb_users_is_operator(&v))
		user.institution = v.actor->institution;
	return show(&v, &user, TOMB_STR("inst_user"), "", NULL, err);
}

/* The field that a refusal of the ledger is about. */
static const char *field_of(const struct tomb_err *why)
{
	if (why->code == TOMB_FORBIDDEN)
		return "role";
	if (why->code == TOMB_NOTFOUND || strncmp(why->text, "institution ", strlen("institution ")) == 0)
		return "institution";
	return strstr(why->text, "a person's name") ? "name" : "email";
}

static enum tomb_code read_form(
	struct tomb_view *v, struct tomb_user_new *user, struct tomb_str *role, struct tomb_err *err)
{
	TOMB_TRY(tomb_view_field(v, "institution", &user->institution, err));
	TOMB_TRY(tomb_view_field(v, "name", &user->name, err));
	TOMB_TRY(tomb_view_field(v, "email", &user->email, err));
	TOMB_TRY(tomb_view_field(v, "role", role, err));
	if (!tomb_users_is_operator(v) && user->institution.n == 0)
		user->institution = v->actor->institution;
	return TOMB_OK;
}

enum tomb_code tomb_page_user_create_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_user_new user = {.is_welcomed = true};
	struct tomb_err why = {.text = ""};
	struct tomb_str role;
	int64_t id = 0;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(read_form(&v, &user, &role, err));
	if (tomb_role_parse(role, &user.role, &why) != TOMB_OK)
		return show(&v, &user, role, "role", &why, err);
	code = tomb_user_create(v.pg, v.actor, &user, &id, &why);
	if (code == TOMB_FORBIDDEN || tomb_account_is_problem(code) ||
		(code == TOMB_NOTFOUND && tomb_users_is_operator(&v)))
		return show(&v, &user, role, field_of(&why), &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return tomb_view_redirect(&v, err, "/users/show/%" PRId64 "?notice=user-created", id);
}
