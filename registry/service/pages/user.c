/* One person's account, as those see it who look after it.  What may be done is the ledger's to say; this page offers
 * what it would let pass, and says in its words what it does not. */
#include "users.h"

#include "account.h"
#include "pages.h"
#include "tombstone/permission.h"
#include "tombstone/user_duty.h"
#include "tombstone/user_totp.h"

#include <inttypes.h>

/* USER_WRITE for users, USER_ROLE for all others, as the verbs ask. */
static bool may_manage(const struct tomb_view *v, const struct tomb_user *user)
{
	enum tomb_permission needed = user->role == TOMB_ROLE_INST_USER ? TOMB_MAY_USER_WRITE : TOMB_MAY_USER_ROLE;

	return tomb_permission_covers(v->actor, needed, user->institution_id);
}

static enum tomb_code fill_roles(
	struct tomb_view *v, enum tomb_role chosen, struct html_user *page, struct tomb_err *err)
{
	struct html_user_roles *rows = TOMB_NEW(v->arena, struct html_user_roles, TOMB_COUNTOF(tomb_users_roles));

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "roles");
	for (size_t i = 0; i < TOMB_COUNTOF(tomb_users_roles); i++)
		rows[i] = (struct html_user_roles){tomb_role_name(tomb_users_roles[i]),
			tomb_account_role(tomb_users_roles[i]), tomb_users_roles[i] == chosen};
	page->roles = rows;
	page->nroles = TOMB_COUNTOF(tomb_users_roles);
	return TOMB_OK;
}

/* Those that the reader may give here, as long as the account can be changed at all. */
static enum tomb_code fill_duties(
	struct tomb_view *v, const struct tomb_user *user, struct html_user *page, struct tomb_err *err)
{
	struct html_user_offered *rows = TOMB_NEW(v->arena, struct html_user_offered, TOMB_DUTY_MAX);
	size_t n = 0;

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "duties");
	for (int i = 0; i < TOMB_DUTY_MAX; i++) {
		enum tomb_duty d = (enum tomb_duty)i;

		if (tomb_user_duty_may_give(v->actor, d, user->institution_id))
			rows[n++] = (struct html_user_offered){tomb_duty_name(d), tomb_duty_label(d),
				tomb_duty_words(d), (user->duties & TOMB_DUTY_BIT(d)) != 0};
	}
	page->offered = rows;
	page->noffered = n;
	page->may_duties = user->is_active && n > 0;
	page->duties = tomb_account_duties(v, user->duties);
	return TOMB_OK;
}

enum tomb_code tomb_users_show(struct tomb_view *v, const struct tomb_user *user, const char *id,
	const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item;
	bool is_operator = tomb_users_is_operator(v);
	struct html_user page = {
		.page = tomb_frame(v->ctx, v->req, "User", TOMB_SECTION_USERS),
		.id = user->id,
		.name = user->name,
		.email = user->email,
		.institution = user->institution,
		.role = tomb_account_role(user->role),
		.is_active = user->is_active,
		.has_password = user->has_password,
		.has_totp = user->has_totp,
		.created_at = user->created_at_us,
		.signed_in_at = user->signed_in_at_us,
		.admin_since = user->admin_since_us,
		.is_own = user->id == v->actor->user_id,
		.may_manage = may_manage(v, user),
		.may_role = is_operator && user->is_active,
		.may_reset = is_operator && user->has_totp,
	};

	page.page.title = user->name;
	TOMB_TRY(fill_roles(v, user->role, &page, err));
	TOMB_TRY(fill_duties(v, user, &page, err));
	if (problem)
		page.problems = tomb_account_problem(v, &item, id, problem);
	html_user(&v->res->body, &page);
	return tomb_view_done(v, tomb_account_status(problem), err);
}

enum tomb_code tomb_page_user(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_user user;

	TOMB_TRY(tomb_user_show(v.pg, v.actor, v.id, v.arena, &user, err));
	return tomb_users_show(&v, &user, "", NULL, err);
}

/* ---- changes ---- */

/* After a verb: back to the page with a notice, or the page with what the ledger said, as things are now. */
static enum tomb_code answer(struct tomb_view *v, enum tomb_code code, const struct tomb_err *why, const char *id,
	const char *notice, struct tomb_err *err)
{
	struct tomb_user user;

	if (code == TOMB_OK)
		return tomb_view_redirect(v, err, "/users/show/%" PRId64 "?notice=%s", v->id, notice);
	if (code != TOMB_FORBIDDEN && !tomb_account_is_problem(code)) {
		*err = *why;
		return code;
	}
	TOMB_TRY(tomb_user_show(v->pg, v->actor, v->id, v->arena, &user, err));
	return tomb_users_show(v, &user, id, why, err);
}

typedef enum tomb_code change_fn(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err);

/* Somebody of another institution is not there: that is asked first, so that no refusal tells of them. */
static enum tomb_code change(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, change_fn *verb,
	const char *notice, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_user user;
	struct tomb_err why = {.text = ""};

	TOMB_TRY(tomb_user_show(v.pg, v.actor, v.id, v.arena, &user, err));
	return answer(&v, verb(v.pg, v.actor, v.id, &why), &why, "", notice, err);
}

enum tomb_code tomb_page_user_invite(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return change(ctx, req, res, tomb_user_invite, "user-invited", err);
}

enum tomb_code tomb_page_user_deactivate(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return change(ctx, req, res, tomb_user_deactivate, "user-deactivated", err);
}

enum tomb_code tomb_page_user_activate(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return change(ctx, req, res, tomb_user_activate, "user-activated", err);
}

enum tomb_code tomb_page_user_reset_totp(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return change(ctx, req, res, tomb_user_totp_reset, "user-totp-reset", err);
}

enum tomb_code tomb_page_user_role(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	enum tomb_role role = TOMB_ROLE_MAX;
	struct tomb_user user;
	struct tomb_str text;
	struct tomb_err why = {.text = ""};
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_user_show(v.pg, v.actor, v.id, v.arena, &user, err));
	TOMB_TRY(tomb_view_field(&v, "role", &text, err));
	code = tomb_role_parse(text, &role, &why);
	if (code == TOMB_OK)
		code = tomb_user_set_role(v.pg, v.actor, v.id, role, &why);
	return answer(&v, code, &why, "role", "user-role", err);
}

/* What is ticked is given, what is not is taken; duties that the reader may not give are not in the form. */
static enum tomb_code read_duties(
	struct tomb_view *v, int64_t institution_id, unsigned *give, unsigned *take, struct tomb_err *err)
{
	for (int i = 0; i < TOMB_DUTY_MAX; i++) {
		enum tomb_duty d = (enum tomb_duty)i;
		struct tomb_str ticked;

		TOMB_TRY(tomb_view_field(v, tomb_duty_name(d).p, &ticked, err));
		if (ticked.n > 0)
			*give |= TOMB_DUTY_BIT(d);
		else if (tomb_user_duty_may_give(v->actor, d, institution_id))
			*take |= TOMB_DUTY_BIT(d);
	}
	return TOMB_OK;
}

enum tomb_code tomb_page_user_duties(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_user user;
	struct tomb_err why = {.text = ""};
	unsigned give = 0;
	unsigned take = 0;

	TOMB_TRY(tomb_user_show(v.pg, v.actor, v.id, v.arena, &user, err));
	TOMB_TRY(read_duties(&v, user.institution_id, &give, &take, err));
	return answer(
		&v, tomb_user_duty_change(v.pg, v.actor, v.id, give, take, &why), &why, "duties", "user-duties", err);
}
