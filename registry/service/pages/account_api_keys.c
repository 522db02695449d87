/* My account: the keys of programs that act in my name. */
#include "account.h"
#include "pages.h"
#include "tombstone/api_key.h"
#include "tombstone/secret.h"

static enum tomb_code show(struct tomb_view *v, struct tomb_str name, struct tomb_str made,
	const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_account_api_keys page = {
		.page = tomb_frame(v->ctx, v->req, "API keys", TOMB_SECTION_ACCOUNT), .name = name, .made = made};
	struct html_account_api_keys_rows *rows = NULL;
	struct html_problems_items item;
	struct tomb_api_key *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_api_key_list(v->pg, v->actor, v->actor->user_id, 0, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_account_api_keys_rows, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu API keys", n);
	for (size_t i = 0; i < n; i++)
		rows[n - 1 - i] = (struct html_account_api_keys_rows){found[i].id, found[i].name,
			found[i].created_at_us, found[i].last_used_at_us, found[i].is_revoked};
	page.rows = rows;
	page.nrows = n;
	if (problem)
		page.problems = tomb_account_problem(v, &item, "name", problem);
	html_account_api_keys(&v->res->body, &page);
	return tomb_view_done(v, tomb_account_status(problem), err);
}

enum tomb_code tomb_page_account_api_keys(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	TOMB_TRY(tomb_account_person(ctx, err));
	return show(&v, TOMB_STR(""), TOMB_STR(""), NULL, err);
}

enum tomb_code tomb_page_account_api_key_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	char key[TOMB_API_KEY_TEXT] = "";
	struct tomb_str name;
	struct tomb_err why;
	int64_t id = 0;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_account_person(ctx, err));
	TOMB_TRY(tomb_view_field(&v, "name", &name, err));
	code = tomb_api_key_create(v.pg, v.actor, ctx->actor.user_id, name, &id, key, &why);
	if (tomb_account_is_problem(code))
		return show(&v, name, TOMB_STR(""), &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	/* Shown in this answer, which no cache keeps, and nowhere else. */
	code = show(&v, TOMB_STR(""), tomb_str_from(key), NULL, err);
	tomb_wipe(key, sizeof key);
	return code;
}

enum tomb_code tomb_page_account_api_key_revoke(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	TOMB_TRY(tomb_account_person(ctx, err));
	TOMB_TRY(tomb_api_key_revoke(v.pg, v.actor, v.id, err));
	return tomb_view_redirect(&v, err, "/account/api_keys?notice=key-revoked");
}
