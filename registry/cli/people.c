#include "people.h"

#include "commands.h"
#include "output.h"
#include "prompt.h"
#include "tombstone/institution.h"
#include "tombstone/user.h"
#include "tombstone/user_duty.h"
#include "tombstone/user_totp.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { DUTIES_BYTES_MAX = 160 }; /* the names of all of them */

/* ---- institutions ---- */

static enum tomb_code find_institution(
	struct cli *cli, struct tomb_str identifier, struct tomb_institution *out, struct tomb_err *err)
{
	return tomb_institution_find(cli->pg, &cli->actor, identifier, cli->arena, out, err);
}

enum tomb_code cli_institution_create(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "id", CLI_NUMBER}, {NULL, "identifier", CLI_TEXT}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_str identifier = cli_operand(cli, 0);
	int64_t id = 0;

	TOMB_TRY(tomb_institution_create(cli->pg, &cli->actor, identifier, cli_operand(cli, 1), &id, err));
	cli_put_int(&t, id);
	cli_put_str(&t, identifier);
	return cli_print_done(&t, err, "Institution %s is number %" PRId64 ".", identifier.p, id);
}

enum tomb_code cli_institution_list(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"ID", "id", CLI_NUMBER}, {"IDENTIFIER", "identifier", CLI_TEXT},
		{"NAME", "name", CLI_TEXT}, {"ADMINS", "admins", CLI_NUMBER}, {"ADMIN DAYS", "admin_days", CLI_NUMBER},
		{"SOLE ADMIN", "sole_admin", CLI_TEXT}, {"2ND FACTOR", "require_totp", CLI_YES},
		{"ACTIVE", "is_active", CLI_YES}, {"SINCE", "created_at", CLI_TIME}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_institution *list = NULL;
	size_t n = TOMB_INSTITUTION_PAGE_MAX;
	int64_t after = 0;

	while (n == TOMB_INSTITUTION_PAGE_MAX) {
		TOMB_TRY(tomb_institution_list(cli->pg, &cli->actor, after, cli->arena, &list, &n, err));
		for (size_t i = 0; i < n; i++) {
			cli_put_int(&t, list[i].id);
			cli_put_str(&t, list[i].identifier);
			cli_put_str(&t, list[i].name);
			cli_put_int(&t, list[i].admins);
			cli_put_int(&t, list[i].admin_days);
			cli_put_str(&t, tomb_sole_admin_name(list[i].sole_admin));
			cli_put_yes(&t, list[i].require_totp);
			cli_put_yes(&t, list[i].is_active);
			cli_put_int(&t, list[i].created_at_us);
			after = list[i].id;
		}
	}
	return cli_print_rows(&t, err);
}

static enum tomb_code read_require(struct cli *cli, bool *out, struct tomb_err *err)
{
	struct tomb_str text = cli_value(cli, "require-totp");

	if (!cli_has(cli, "require-totp"))
		return TOMB_OK;
	*out = tomb_str_eq(text, TOMB_STR("yes"));
	if (!*out && !tomb_str_eq(text, TOMB_STR("no")))
		return CLI_MISUSE(cli, err, "--require-totp is yes or no");
	return TOMB_OK;
}

enum tomb_code cli_institution_set(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "id", CLI_NUMBER}, {NULL, "admin_days", CLI_NUMBER},
		{NULL, "sole_admin", CLI_TEXT}, {NULL, "require_totp", CLI_YES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_institution found;
	int64_t days = 0;

	if (!cli_has(cli, "admin-days") && !cli_has(cli, "sole-admin") && !cli_has(cli, "require-totp"))
		return CLI_MISUSE(cli, err, "institution set needs --admin-days, --sole-admin or --require-totp");
	TOMB_TRY(find_institution(cli, cli_operand(cli, 0), &found, err));
	days = found.admin_days;
	if (cli_has(cli, "admin-days"))
		TOMB_TRY(cli_number(cli, "--admin-days", cli_value(cli, "admin-days"), 0, 365, &days, err));
	if (cli_has(cli, "sole-admin") &&
		tomb_sole_admin_parse(cli_value(cli, "sole-admin"), &found.sole_admin, err) != TOMB_OK)
		return CLI_MISUSE(cli, err, "--sole-admin is self or operator");
	TOMB_TRY(read_require(cli, &found.require_totp, err));
	TOMB_TRY(tomb_institution_set(cli->pg, &cli->actor, found.id, (int)days, found.sole_admin, err));
	if (cli_has(cli, "require-totp"))
		TOMB_TRY(tomb_institution_require_totp(cli->pg, &cli->actor, found.id, found.require_totp, err));
	cli_put_int(&t, found.id);
	cli_put_int(&t, days);
	cli_put_str(&t, tomb_sole_admin_name(found.sole_admin));
	cli_put_yes(&t, found.require_totp);
	return cli_print_done(&t, err, "%.*s: admin days %" PRId64 ", sole admin %s, second factor %s.",
		TOMB_STR_ARG(found.identifier), days, tomb_sole_admin_name(found.sole_admin).p,
		found.require_totp ? "demanded" : "not demanded");
}

enum tomb_code cli_institution_deactivate(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "id", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_institution found;

	TOMB_TRY(find_institution(cli, cli_operand(cli, 0), &found, err));
	TOMB_TRY(tomb_institution_deactivate(cli->pg, &cli->actor, found.id, err));
	cli_put_int(&t, found.id);
	return cli_print_done(&t, err, "%.*s is deactivated.", TOMB_STR_ARG(found.identifier));
}

/* ---- users ---- */

enum tomb_code cli_find_user(struct cli *cli, struct tomb_str email, struct tomb_user *out, struct tomb_err *err)
{
	return tomb_user_find(cli->pg, &cli->actor, email, cli->arena, out, err);
}

/* From the file of that option, or from standard input; never from the command line, where others could read it. */
static enum tomb_code read_password(struct cli *cli, struct tomb_secret *out, struct tomb_err *err)
{
	struct tomb_str file = cli_value(cli, "password-file");

	if (file.n > 0 && !tomb_str_eq(file, TOMB_STR("-")))
		return tomb_secret_read(file.p, out, err);
	if (isatty(STDIN_FILENO))
		return cli_prompt("New password: ", out, err);
	return tomb_secret_read("/dev/stdin", out, err);
}

static enum tomb_code read_role(struct cli *cli, struct tomb_str text, enum tomb_role *out, struct tomb_err *err)
{
	if (tomb_role_parse(text, out, err) != TOMB_OK)
		return CLI_MISUSE(cli, err, "a role is sysadmin, inst_admin or inst_user");
	return TOMB_OK;
}

enum tomb_code cli_user_create(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "id", CLI_NUMBER}, {NULL, "email", CLI_TEXT}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	TOMB_SECRET_AUTO password = {.n = 0};
	struct tomb_user_new user = {
		.institution = cli_value(cli, "institution"),
		.email = cli_operand(cli, 0),
		.name = cli_value(cli, "name"),
	};
	int64_t id = 0;

	if (user.institution.n == 0 || user.name.n == 0 || !cli_has(cli, "role"))
		return CLI_MISUSE(cli, err, "user create needs --institution, --name and --role");
	TOMB_TRY(read_role(cli, cli_value(cli, "role"), &user.role, err));
	if (cli_has(cli, "password-file"))
		TOMB_TRY(read_password(cli, &password, err));
	user.password = (struct tomb_str){password.text, password.n};
	TOMB_TRY(tomb_user_create(cli->pg, &cli->actor, &user, &id, err));
	cli_put_int(&t, id);
	cli_put_str(&t, user.email);
	return cli_print_done(&t, err, "%s is number %" PRId64 "%s.", user.email.p, id,
		password.n > 0 ? "" : ", without a password yet");
}

/* "editor,harvest_admin" */
static struct tomb_str duties_text(struct cli *cli, unsigned duties)
{
	char text[DUTIES_BYTES_MAX] = "";
	size_t n = 0;

	for (int d = 0; d < TOMB_DUTY_MAX && n < sizeof text; d++)
		if (duties & TOMB_DUTY_BIT(d))
			n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", n > 0 ? "," : "",
				TOMB_STR_ARG(tomb_duty_name((enum tomb_duty)d)));
	return tomb_arena_str(cli->arena, tomb_str_from(text));
}

enum tomb_code cli_user_list(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"ID", "id", CLI_NUMBER}, {"E-MAIL", "email", CLI_TEXT},
		{"NAME", "name", CLI_TEXT}, {"INSTITUTION", "institution", CLI_TEXT}, {"ROLE", "role", CLI_TEXT},
		{"DUTIES", "duties", CLI_TEXT}, {"ACTIVE", "is_active", CLI_YES}, {"PASSWORD", "has_password", CLI_YES},
		{"ADMIN SINCE", "admin_since", CLI_TIME}, {NULL, "created_at", CLI_TIME}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_institution home = {.id = 0};
	struct tomb_user *list = NULL;
	size_t n = TOMB_USER_PAGE_MAX;
	int64_t after = 0;

	if (cli_has(cli, "institution"))
		TOMB_TRY(find_institution(cli, cli_value(cli, "institution"), &home, err));
	while (n == TOMB_USER_PAGE_MAX) {
		TOMB_TRY(tomb_user_list(cli->pg, &cli->actor, home.id, after, cli->arena, &list, &n, err));
		for (size_t i = 0; i < n; i++) {
			cli_put_int(&t, list[i].id);
			cli_put_str(&t, list[i].email);
			cli_put_str(&t, list[i].name);
			cli_put_str(&t, list[i].institution);
			cli_put_str(&t, tomb_role_name(list[i].role));
			cli_put_str(&t, duties_text(cli, list[i].duties));
			cli_put_yes(&t, list[i].is_active);
			cli_put_yes(&t, list[i].has_password);
			cli_put_int(&t, list[i].admin_since_us);
			cli_put_int(&t, list[i].created_at_us);
			after = list[i].id;
		}
	}
	return cli_print_rows(&t, err);
}

/* What all changes of an account print. */
static enum tomb_code say_changed(struct cli *cli, const struct tomb_user *user, const char *what, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "id", CLI_NUMBER}, {NULL, "email", CLI_TEXT}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));

	cli_put_int(&t, user->id);
	cli_put_str(&t, user->email);
	return cli_print_done(&t, err, "%.*s %s.", TOMB_STR_ARG(user->email), what);
}

enum tomb_code cli_user_set_role(struct cli *cli, struct tomb_err *err)
{
	struct tomb_user user;
	enum tomb_role role = TOMB_ROLE_MAX;

	TOMB_TRY(read_role(cli, cli_operand(cli, 1), &role, err));
	TOMB_TRY(cli_find_user(cli, cli_operand(cli, 0), &user, err));
	TOMB_TRY(tomb_user_set_role(cli->pg, &cli->actor, user.id, role, err));
	return say_changed(cli, &user, "has the new role", err);
}

static enum tomb_code read_duties(struct cli *cli, const char *option, unsigned *out, struct tomb_err *err)
{
	struct tomb_str text;

	for (size_t i = 0; cli_value_at(cli, option, i, &text); i++) {
		enum tomb_duty duty = TOMB_DUTY_MAX;

		if (tomb_duty_parse(text, &duty, err) != TOMB_OK)
			return CLI_MISUSE(cli, err,
				"a duty is editor, digitization_coordinator, repository_manager or harvest_admin");
		*out |= TOMB_DUTY_BIT(duty);
	}
	return TOMB_OK;
}

enum tomb_code cli_user_duty(struct cli *cli, struct tomb_err *err)
{
	struct tomb_user user;
	unsigned give = 0;
	unsigned take = 0;

	TOMB_TRY(read_duties(cli, "give", &give, err));
	TOMB_TRY(read_duties(cli, "take", &take, err));
	if (give == 0 && take == 0)
		return CLI_MISUSE(cli, err, "user duty needs --give or --take");
	TOMB_TRY(cli_find_user(cli, cli_operand(cli, 0), &user, err));
	TOMB_TRY(tomb_user_duty_change(cli->pg, &cli->actor, user.id, give, take, err));
	return say_changed(cli, &user, "has the new duties", err);
}

enum tomb_code cli_user_set_password(struct cli *cli, struct tomb_err *err)
{
	TOMB_SECRET_AUTO password = {.n = 0};
	struct tomb_user user;

	TOMB_TRY(cli_find_user(cli, cli_operand(cli, 0), &user, err));
	TOMB_TRY(read_password(cli, &password, err));
	TOMB_TRY(tomb_user_set_password(
		cli->pg, &cli->actor, user.id, (struct tomb_str){password.text, password.n}, err));
	return say_changed(cli, &user, "has the new password", err);
}

enum tomb_code cli_user_deactivate(struct cli *cli, struct tomb_err *err)
{
	struct tomb_user user;

	TOMB_TRY(cli_find_user(cli, cli_operand(cli, 0), &user, err));
	TOMB_TRY(tomb_user_deactivate(cli->pg, &cli->actor, user.id, err));
	return say_changed(cli, &user, "is deactivated", err);
}

enum tomb_code cli_user_activate(struct cli *cli, struct tomb_err *err)
{
	struct tomb_user user;

	TOMB_TRY(cli_find_user(cli, cli_operand(cli, 0), &user, err));
	TOMB_TRY(tomb_user_activate(cli->pg, &cli->actor, user.id, err));
	return say_changed(cli, &user, "is active again", err);
}

enum tomb_code cli_user_invite(struct cli *cli, struct tomb_err *err)
{
	struct tomb_user user;

	TOMB_TRY(cli_find_user(cli, cli_operand(cli, 0), &user, err));
	TOMB_TRY(tomb_user_invite(cli->pg, &cli->actor, user.id, err));
	return say_changed(cli, &user, "gets a mail with a link to set a password", err);
}

enum tomb_code cli_user_totp_reset(struct cli *cli, struct tomb_err *err)
{
	struct tomb_user user;

	TOMB_TRY(cli_find_user(cli, cli_operand(cli, 0), &user, err));
	TOMB_TRY(tomb_user_totp_reset(cli->pg, &cli->actor, user.id, err));
	return say_changed(cli, &user, "has no second factor any more", err);
}
