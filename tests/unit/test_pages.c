/* The frame that all pages share, and the pages that need nothing else. */
#include "html.gen.h"
#include "skeleton.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct html_page signed_in = {
	.signed_in = true,
	.title = {"t", 1},
	.user_name = {"Ada", 3},
	.user_email = {"ada@test.edu", 12},
	.institution = {"Test", 4},
	.csrf = {"secret", 6},
	.current = {"true", 4},
	.in_more = true,
	.in_deletions = true,
};

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void a_stranger_sees_no_navigation(void **state)
{
	const struct html_sign_in view = {.page.title = TOMB_STR("Sign in"), .page.csrf = TOMB_STR("token")};
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);

	(void)state;
	html_sign_in(&b, &view);
	assert_non_null(strstr(b.p, "<!doctype html>\n<html lang=\"en\">"));
	assert_ptr_equal(strstr(b.p, "<!doctype"), b.p);
	assert_non_null(strstr(b.p, "<title>Sign in - Tombstone</title>"));
	assert_non_null(strstr(b.p, "name=\"csrf\" value=\"token\""));
	assert_null(strstr(b.p, "<nav"));
	assert_null(strstr(b.p, "/sign_out"));
	assert_null(strstr(b.p, "There is a problem"));
}

static void problems_lead_to_their_fields(void **state)
{
	const struct html_problems_items items[] = {{TOMB_STR("email"), TOMB_STR("This address is unknown.")},
		{.text = TOMB_STR("Try again in a minute.")}};
	const struct html_sign_in view = {.email = TOMB_STR("a@b"), .problems = {.items = items, .nitems = 2}};
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);

	(void)state;
	html_sign_in(&b, &view);
	assert_non_null(strstr(b.p, "<li><a href=\"#email\">This address is unknown.</a></li>"));
	assert_non_null(strstr(b.p, "<li>Try again in a minute.</li>"));
	assert_non_null(strstr(b.p, "id=\"email\" name=\"email\" value=\"a@b\""));
}

static void the_navigation_marks_where_one_is(void **state)
{
	const struct html_error view = {
		.page = signed_in, .status = 404, .detail = TOMB_STR("d"), .advice = TOMB_STR("a")};
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);

	(void)state;
	html_error(&b, &view);
	assert_int_equal(count(b.p, "aria-current"), 1);
	assert_non_null(strstr(b.p, "<details open><summary>More Options"));
	assert_non_null(strstr(b.p, "<a href=\"/deletions\" aria-current=\"true\">Deletions</a>"));
	assert_non_null(strstr(b.p, "<form method=\"post\" action=\"/sign_out\"><input type=\"hidden\" name=\"csrf\" "
				    "value=\"secret\">"));
	assert_non_null(strstr(b.p, "Status 404"));
	assert_null(strstr(b.p, "request <code>"));
}

static void what_a_role_may_not_see_is_not_in_the_navigation(void **state)
{
	struct html_error view = {.page = signed_in};
	TOMB_BUF_AUTO user = tomb_buf_init(1 << 16);
	TOMB_BUF_AUTO admin = tomb_buf_init(1 << 16);

	(void)state;
	html_error(&user, &view);
	assert_null(strstr(user.p, "/users"));
	assert_null(strstr(user.p, "/audit"));
	assert_null(strstr(user.p, "class=\"unread\""));
	view.page.sees_users = view.page.sees_audit = true;
	view.page.unread = 3;
	html_error(&admin, &view);
	assert_non_null(strstr(admin.p, "<a href=\"/users\">Users</a>"));
	assert_non_null(strstr(admin.p, "<a href=\"/audit\">Audit</a>"));
	assert_non_null(strstr(admin.p, "href=\"/alerts\">3<span class=\"hidden\"> unread</span> alerts</a>"));
}

static void every_page_has_one_main_one_heading_and_a_skip_link(void **state)
{
	const struct html_error error = {.page = signed_in};
	const struct html_sign_in sign_in = {.email = TOMB_STR("")};
	TOMB_BUF_AUTO first = tomb_buf_init(1 << 16);
	TOMB_BUF_AUTO second = tomb_buf_init(1 << 16);
	const struct tomb_buf *const pages[] = {&first, &second};

	(void)state;
	html_error(&first, &error);
	html_sign_in(&second, &sign_in);
	for (size_t i = 0; i < TOMB_COUNTOF(pages); i++) {
		assert_int_equal(count(pages[i]->p, "<main id=\"main\""), 1);
		assert_int_equal(count(pages[i]->p, "<h1"), 1);
		assert_int_equal(count(pages[i]->p, "href=\"#main\""), 1);
		assert_int_equal(count(pages[i]->p, "<script"), 1);
		assert_int_equal(count(pages[i]->p, "<script src=\"/static/tombstone.js\" defer></script>"), 1);
	}
}

static void render(struct tomb_buf *out, struct tomb_str s)
{
	const struct html_problems_items item = {s, s};
	struct html_page page = signed_in;
	struct html_error error = {.status = 500, .detail = s, .advice = s, .request_id = s};
	struct html_sign_in sign_in = {.problems = {.items = &item, .nitems = 1}, .email = s, .return_to = s};

	page.title = page.notice = page.user_name = page.user_email = page.institution = page.csrf = s;
	error.page = sign_in.page = page;
	html_error(out, &error);
	html_sign_in(out, &sign_in);
}

static void no_name_or_message_becomes_markup(void **state)
{
	TOMB_BUF_AUTO calm = tomb_buf_init(1 << 16);
	TOMB_BUF_AUTO wild = tomb_buf_init(1 << 16);
	TOMB_BUF_AUTO expected = tomb_buf_init(1 << 16);
	TOMB_BUF_AUTO found = tomb_buf_init(1 << 16);

	(void)state;
	render(&calm, TOMB_STR("x"));
	render(&wild, TOMB_STR("'\"></title></textarea><script>x</script>--><a b=c&lt;\xff\x01"));
	skeleton_put(&expected, (struct tomb_str){calm.p, calm.n}, true);
	skeleton_put(&found, (struct tomb_str){wild.p, wild.n}, true);
	assert_string_equal(found.p, expected.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stranger_sees_no_navigation),
		cmocka_unit_test(problems_lead_to_their_fields),
		cmocka_unit_test(the_navigation_marks_where_one_is),
		cmocka_unit_test(what_a_role_may_not_see_is_not_in_the_navigation),
		cmocka_unit_test(every_page_has_one_main_one_heading_and_a_skip_link),
		cmocka_unit_test(no_name_or_message_becomes_markup),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
