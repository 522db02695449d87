/* The people of an institution, as admins and operators look after them with a browser. */
#include "site.h"
#include "tombstone/institution.h"
#include "tombstone/user.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MAKE(name, email, role) "name=" name "&email=" email "&role=" role

static int64_t id_of(const char *email)
{
	return tomb_world_number("select coalesce(max(id), 0) from user_account where email = '%s'", email);
}

static int64_t links_for(const char *email)
{
	return tomb_world_number("select count(*) from alert a join outbox x on x.alert_id = a.id join user_account u "
				 "on u.id = a.user_id where a.type = 'Welcome New User' and u.email = '%s'",
		email);
}

static void an_admin_sees_the_people_of_the_own_institution(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("delete from session where user_id = %" PRId64, s->world.carol.user_id);
	site_get(s, &s->alice, &a, "/users");
	SITE_SAYS(&a, 200, "<a href=\"/users\" aria-current=\"page\">Users</a>");
	SITE_SAYS(&a, 200, "bob@test.edu");
	SITE_SAYS(&a, 200, "carol@test.edu");
	SITE_SAYS(&a, 200, "<td data-label=\"Last sign-in\"><span class=\"muted\">Never</span></td>");
	SITE_SAYS(&a, 200, "Not demanded");
	SITE_SILENT(&a, "mallory@other.edu");
	SITE_SILENT(&a, "oscar@operator.org");
	SITE_SILENT(&a, "name=\"institution\"");
	SITE_SILENT(&a, "/users/require_totp/");
	site_sign_in(&s->world.carol, &s->carol);
	site_get(s, &s->alice, &a, "/users");
	SITE_SILENT(&a, "Never");
	site_get(s, &s->alice, &a, "/users?institution=other.edu");
	assert_int_equal(a.status, 404);
}

static void a_user_sees_neither_the_page_nor_its_link(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/users");
	assert_int_equal(a.status, 403);
	site_get(s, &s->carol, &a, "/users/show/%" PRId64, s->world.carol.user_id);
	assert_int_equal(a.status, 403);
	site_post(s, &s->carol, MAKE("Eve", "eve@test.edu", "inst_user"), &a, "/users/create");
	assert_int_equal(a.status, 403);
	assert_int_equal(id_of("eve@test.edu"), 0);
	site_get(s, &s->carol, &a, "/objects");
	assert_int_equal(a.status, 200);
	SITE_SILENT(&a, "href=\"/users\"");
	site_get(s, NULL, &a, "/users");
	assert_int_equal(a.status, 303);
}

static void an_operator_sees_everybody_and_filters(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->oscar, &a, "/users");
	SITE_SAYS(&a, 200, "alice@test.edu");
	SITE_SAYS(&a, 200, "mallory@other.edu");
	SITE_SAYS(&a, 200, "<th scope=\"col\">Institution</th>");
	site_get(s, &s->oscar, &a, "/users?institution=other.edu");
	SITE_SAYS(&a, 200, "mallory@other.edu");
	SITE_SAYS(&a, 200, "<option value=\"other.edu\" selected>");
	SITE_SILENT(&a, "alice@test.edu");
	site_get(s, &s->oscar, &a, "/users?after=%" PRId64, s->world.alice.user_id);
	SITE_SAYS(&a, 200, "bob@test.edu");
	SITE_SILENT(&a, "alice@test.edu");
	site_get(s, &s->oscar, &a, "/users?after=x");
	assert_int_equal(a.status, 400);
}

static void an_admin_makes_a_user_who_gets_a_mail(void **state)
{
	struct site *s = *state;
	char where[64];
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/users/create");
	SITE_SAYS(&a, 200, "<option value=\"inst_user\" selected>User</option>");
	SITE_SILENT(&a, "value=\"inst_admin\"");
	site_post(s, &s->alice, MAKE("Eve+Ng", "eve@test.edu", "inst_user"), &a, "/users/create");
	assert_int_equal(a.status, 303);
	(void)snprintf(where, sizeof where, "/users/show/%" PRId64 "?notice=user-created", id_of("eve@test.edu"));
	assert_string_equal(raw_header(&a, "Location"), where);
	assert_int_equal(links_for("eve@test.edu"), 1);
	site_get(s, &s->alice, &a, "%s", where);
	SITE_SAYS(&a, 200, "<h1>Eve Ng</h1>");
	SITE_SAYS(&a, 200, "is on its way");
	SITE_SAYS(&a, 200, "Not set yet");
	site_post(s, &s->alice, "", &a, "/users/invite/%" PRId64, id_of("eve@test.edu"));
	assert_int_equal(a.status, 303);
	assert_int_equal(links_for("eve@test.edu"), 2);
}

static void a_form_is_refused_in_words_at_its_field_and_keeps_its_values(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	site_post(s, &s->alice, MAKE("Eve+Ng", "eve@test.edu", "inst_admin"), &a, "/users/create");
	SITE_SAYS(&a, 403, "<a href=\"#role\">Only an operator may create accounts of admins and operators.</a>");
	SITE_SAYS(&a, 403, "value=\"Eve Ng\"");
	SITE_SAYS(&a, 403, "value=\"eve@test.edu\"");
	site_post(s, &s->alice, MAKE("Eve+Ng", "CAROL@test.edu", "inst_user"), &a, "/users/create");
	SITE_SAYS(&a, 409, "<a href=\"#email\">");
	SITE_SAYS(&a, 409, "there is an account with this e-mail address.");
	site_post(s, &s->alice, MAKE("Eve+Ng", "nobody", "inst_user"), &a, "/users/create");
	SITE_SAYS(&a, 400, "<a href=\"#email\">");
	site_post(s, &s->alice, MAKE("", "eve@test.edu", "inst_user"), &a, "/users/create");
	SITE_SAYS(&a, 400, "<a href=\"#name\">");
	site_post(s, &s->alice, MAKE("Eve+Ng", "eve@test.edu", "king"), &a, "/users/create");
	SITE_SAYS(&a, 400, "<a href=\"#role\">");
	site_post(s, &s->oscar, MAKE("Eve+Ng", "eve@test.edu", "inst_user"), &a, "/users/create");
	SITE_SAYS(&a, 404, "<a href=\"#institution\">");
	TOMB_OK_OR_FAIL(
		tomb_institution_deactivate(s->world.registry, &s->world.oscar, s->world.other_institution, &err));
	site_post(s, &s->oscar, MAKE("Eve+Ng", "eve@test.edu", "inst_user") "&institution=other.edu", &a,
		"/users/create");
	SITE_SAYS(&a, 409, "<a href=\"#institution\">");
	site_post(s, &s->alice, MAKE("Eve+Ng", "eve@test.edu", "inst_user") "&institution=other.edu", &a,
		"/users/create");
	assert_int_equal(a.status, 404);
	site_post_bare(s, &s->alice, MAKE("Eve+Ng", "eve@test.edu", "inst_user"), &a, "/users/create");
	assert_int_equal(a.status, 403);
	assert_int_equal(id_of("eve@test.edu"), 0);
}

static void whoever_is_deactivated_is_out_at_once(void **state)
{
	struct site *s = *state;
	int64_t carol = s->world.carol.user_id;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/users/show/%" PRId64, carol);
	SITE_SAYS(&a, 200, "<button class=\"danger\">Deactivate carol@test.edu</button>");
	SITE_SILENT(&a, "/users/role/");
	site_get(s, &s->carol, &a, "/account");
	assert_int_equal(a.status, 200);
	site_post(s, &s->alice, "", &a, "/users/deactivate/%" PRId64, carol);
	assert_int_equal(a.status, 303);
	site_get(s, &s->carol, &a, "/account");
	assert_int_equal(a.status, 303);
	site_post(s, &s->alice, "", &a, "/users/deactivate/%" PRId64, carol);
	SITE_SAYS(&a, 409, "The account of carol@test.edu is not active.");
	SITE_SAYS(&a, 409, ">Activate carol@test.edu</button>");
	site_get(s, &s->alice, &a, "/users");
	SITE_SAYS(&a, 200, "Deactivated");
	site_post(s, &s->alice, "", &a, "/users/activate/%" PRId64, carol);
	assert_int_equal(a.status, 303);
	site_get(s, &s->carol, &a, "/account");
	assert_int_equal(a.status, 303); /* the session of before stays ended */
	site_post(s, &s->alice, "", &a, "/users/activate/%" PRId64, carol);
	SITE_SAYS(&a, 409, "is active already");
}

static void admins_are_the_operators_to_change(void **state)
{
	struct site *s = *state;
	int64_t bob = s->world.bob.user_id;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/users/show/%" PRId64, bob);
	SITE_SAYS(&a, 200, "the operator's to change");
	SITE_SILENT(&a, "/users/deactivate/");
	site_post(s, &s->alice, "", &a, "/users/deactivate/%" PRId64, bob);
	SITE_SAYS(&a, 403, "Only an operator may deactivate accounts of admins and operators.");
	site_post(s, &s->alice, "role=inst_user", &a, "/users/role/%" PRId64, bob);
	assert_int_equal(a.status, 403);
	site_post(s, &s->alice, "role=inst_admin", &a, "/users/role/%" PRId64, s->world.carol.user_id);
	assert_int_equal(a.status, 403);
	site_post(s, &s->alice, "", &a, "/users/reset_totp/%" PRId64, bob);
	assert_int_equal(a.status, 403);
	site_get(s, &s->bob, &a, "/account");
	assert_int_equal(a.status, 200);
	assert_int_equal(tomb_world_number("select count(*) from user_account where role = 'inst_admin' and "
					   "deactivated_at is null and institution_id = %" PRId64,
				 s->world.institution),
		2);
}

static void people_of_other_institutions_are_not_there(void **state)
{
	static const char *const verbs[] = {"invite", "deactivate", "activate"};
	struct site *s = *state;
	int64_t carol = s->world.carol.user_id;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->mallory, &a, "/users/show/%" PRId64, carol);
	assert_int_equal(a.status, 404);
	SITE_SILENT(&a, "carol");
	for (size_t i = 0; i < TOMB_COUNTOF(verbs); i++) {
		site_post(s, &s->mallory, "", &a, "/users/%s/%" PRId64, verbs[i], carol);
		assert_int_equal(a.status, 404);
		SITE_SILENT(&a, "carol");
	}
	site_get(s, &s->mallory, &a, "/users/show/987654");
	assert_int_equal(a.status, 404);
	assert_int_equal(tomb_world_number("select count(*) from alert"), 0);
	site_get(s, &s->carol, &a, "/account");
	assert_int_equal(a.status, 200);
}

static void an_operator_changes_a_role(void **state)
{
	struct site *s = *state;
	int64_t carol = s->world.carol.user_id;
	RAW_ANSWER_AUTO a = {0};

	site_post(s, &s->oscar, "role=", &a, "/users/role/%" PRId64, carol);
	SITE_SAYS(&a, 400, "<a href=\"#role\">");
	site_post(s, &s->oscar, "role=inst_admin", &a, "/users/role/%" PRId64, carol);
	assert_int_equal(a.status, 303);
	site_get(s, &s->carol, &a, "/account");
	assert_int_equal(a.status, 303);
	site_get(s, &s->oscar, &a, "/users/show/%" PRId64, carol);
	SITE_SAYS(&a, 200, "<dd>Admin");
	SITE_SAYS(&a, 200, "<option value=\"inst_admin\" selected>Admin</option>");
	site_post(
		s, &s->oscar, MAKE("Eve", "eve@other.edu", "inst_admin") "&institution=other.edu", &a, "/users/create");
	assert_int_equal(a.status, 303);
	assert_int_equal(links_for("eve@other.edu"), 1);
}

static void an_operator_says_who_needs_a_second_factor(void **state)
{
	struct site *s = *state;
	int64_t home = s->world.institution;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->oscar, &a, "/users?institution=test.edu");
	SITE_SAYS(&a, 200, "Demand it");
	site_post(s, &s->alice, "require=yes", &a, "/users/require_totp/%" PRId64, home);
	assert_int_equal(a.status, 403);
	site_post(s, &s->oscar, "", &a, "/users/require_totp/%" PRId64, home);
	assert_int_equal(a.status, 400);
	site_post(s, &s->oscar, "require=yes", &a, "/users/require_totp/987654");
	assert_int_equal(a.status, 404);
	assert_int_equal(tomb_world_number("select count(*) from institution where require_totp"), 0);
	site_post(s, &s->oscar, "require=yes", &a, "/users/require_totp/%" PRId64, home);
	assert_int_equal(a.status, 303);
	assert_string_equal(raw_header(&a, "Location"), "/users?institution=test.edu&notice=totp-required");
	site_get(s, &s->alice, &a, "/users");
	SITE_SAYS(&a, 200, ">Demanded<");
	assert_int_equal(tomb_world_number("select count(*) from institution where require_totp"), 1);
	site_post(s, &s->oscar, "require=no", &a, "/users/require_totp/%" PRId64, home);
	assert_int_equal(a.status, 303);
	assert_int_equal(tomb_world_number("select count(*) from institution where require_totp"), 0);
}

static void an_operator_resets_a_second_factor(void **state)
{
	struct site *s = *state;
	int64_t bob = s->world.bob.user_id;
	RAW_ANSWER_AUTO a = {0};

	site_post(s, &s->oscar, "", &a, "/users/reset_totp/%" PRId64, bob);
	SITE_SAYS(&a, 409, "has no second factor");
	tomb_world_exec("insert into user_totp (user_id, sealed, confirmed_at) values (%" PRId64
			", decode(repeat('00', 64), 'hex'), now())",
		bob);
	site_get(s, &s->oscar, &a, "/users/show/%" PRId64, bob);
	SITE_SAYS(&a, 200, "Turn off the second factor of bob@test.edu");
	site_post(s, &s->oscar, "", &a, "/users/reset_totp/%" PRId64, bob);
	assert_int_equal(a.status, 303);
	assert_int_equal(tomb_world_number("select count(*) from user_totp where confirmed_at is not null"), 0);
	site_get(s, &s->bob, &a, "/account");
	assert_int_equal(a.status, 303);
}

static int64_t duties_of(const char *email)
{
	return tomb_world_number(
		"select count(*) from user_duty d join user_account u on u.id = d.user_id where u.email = '%s'", email);
}

static void an_admin_gives_and_takes_the_duties_of_records(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t carol = s->world.carol.user_id;

	site_get(s, &s->alice, &a, "/users/show/%" PRId64, carol);
	SITE_SAYS(&a, 200, "<dt>Duties</dt><dd>None</dd>");
	SITE_SAYS(&a, 200, "name=\"editor\" value=\"yes\">");
	SITE_SAYS(&a, 200, "name=\"repository_manager\" value=\"yes\">");
	SITE_SILENT(&a, "harvest_admin");
	site_post(s, &s->alice, "editor=yes&repository_manager=yes", &a, "/users/duties/%" PRId64, carol);
	assert_int_equal(a.status, 303);
	site_get(s, &s->alice, &a, "/users/show/%" PRId64 "?notice=user-duties", carol);
	SITE_SAYS(&a, 200, "The duties are changed.");
	SITE_SAYS(&a, 200, "<dt>Duties</dt><dd>Editor, Repository manager</dd>");
	SITE_SAYS(&a, 200, "name=\"editor\" value=\"yes\" checked>");
	site_get(s, &s->carol, &a, "/account"); /* her session goes on */
	SITE_SAYS(&a, 200, "<dt>Duties</dt><dd>Editor, Repository manager</dd>");
	tomb_world_duties(&s->world.carol, TOMB_DUTY_BIT(TOMB_DUTY_EDITOR) | TOMB_DUTY_BIT(TOMB_DUTY_HARVEST_ADMIN));
	site_post(
		s, &s->alice, "", &a, "/users/duties/%" PRId64, carol); /* what she does not give, she does not take */
	assert_int_equal(a.status, 303);
	site_get(s, &s->alice, &a, "/users/show/%" PRId64, carol);
	SITE_SAYS(&a, 200, "<dt>Duties</dt><dd>Harvest admin</dd>");
	site_get(s, &s->oscar, &a, "/users/show/%" PRId64, carol);
	SITE_SAYS(&a, 200, "name=\"harvest_admin\" value=\"yes\" checked>");
	site_post(s, &s->oscar, "", &a, "/users/duties/%" PRId64, carol);
	assert_int_equal(duties_of("carol@test.edu"), 0);
}

static void a_duty_that_is_not_ones_to_give_is_not_given(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t carol = s->world.carol.user_id;

	site_post(s, &s->alice, "editor=yes&harvest_admin=yes", &a, "/users/duties/%" PRId64, carol);
	SITE_SAYS(&a, 403, "nly an operator may give or take the duty harvest_admin");
	site_post(s, &s->mallory, "editor=yes", &a, "/users/duties/%" PRId64, carol);
	assert_int_equal(a.status, 404);
	site_post(s, &s->carol, "editor=yes", &a, "/users/duties/%" PRId64, carol);
	assert_int_equal(a.status, 403);
	site_post_bare(s, &s->alice, "editor=yes", &a, "/users/duties/%" PRId64, carol);
	assert_int_equal(a.status, 403);
	assert_int_equal(duties_of("carol@test.edu"), 0);
	tomb_world_exec("update user_account set deactivated_at = now() where id = %" PRId64, carol);
	site_get(s, &s->alice, &a, "/users/show/%" PRId64, carol);
	SITE_SILENT(&a, "/users/duties/");
	site_post(s, &s->alice, "editor=yes", &a, "/users/duties/%" PRId64, carol);
	SITE_SAYS(&a, 409, "is not active");
	assert_int_equal(duties_of("carol@test.edu"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		T(an_admin_sees_the_people_of_the_own_institution),
		T(a_user_sees_neither_the_page_nor_its_link),
		T(an_operator_sees_everybody_and_filters),
		T(an_admin_makes_a_user_who_gets_a_mail),
		T(a_form_is_refused_in_words_at_its_field_and_keeps_its_values),
		T(whoever_is_deactivated_is_out_at_once),
		T(admins_are_the_operators_to_change),
		T(people_of_other_institutions_are_not_there),
		T(an_operator_changes_a_role),
		T(an_admin_gives_and_takes_the_duties_of_records),
		T(a_duty_that_is_not_ones_to_give_is_not_given),
		T(an_operator_says_who_needs_a_second_factor),
		T(an_operator_resets_a_second_factor),
	};

	return cmocka_run_group_tests_name("pages of people", tests, NULL, NULL);
}
