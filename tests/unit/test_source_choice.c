/* Which source of keys is chosen: the order of the AWS SDKs, and what is refused by name. */
#include "../../storage/aws/source.h"
#include "temp_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define MARKER "wJalrXUtnFEMIMARKER"
#define PAIR(id) "aws_access_key_id = " id "\naws_secret_access_key = " MARKER "\n"

enum { ENV_MAX = 8 };

struct fixture {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct backend backend;
	struct source source;
	struct aws_keys keys;
	char home[96];
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char folder[96];

	temp_folder_make(&f->temp);
	(void)snprintf(folder, sizeof folder, "%s/.aws", f->temp.path);
	assert_int_equal(mkdir(folder, 0700), 0);
	f->arena = tomb_arena_init(1 << 20);
	f->backend = (struct backend){
		.key_chain = true, .name = TOMB_STR("s"), .region = TOMB_STR("us-east-1"), .profile = TOMB_STR("")};
	(void)snprintf(f->home, sizeof f->home, "HOME=%s", f->temp.path);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	temp_folder_remove(&f->temp);
	tomb_arena_fini(&f->arena);
	free(f);
	return 0;
}

static void write_file(struct fixture *f, const char *name, const char *text, mode_t mode)
{
	char path[128];

	temp_folder_write(&f->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", f->temp.path, name);
	assert_int_equal(chmod(path, mode), 0);
}

/* In the arena: an environment is borrowed for as long as its source. */
static char *keep(struct fixture *f, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = TOMB_NEW(&f->arena, char, n);

	assert_non_null(copy);
	return memcpy(copy, text, n);
}

/* With these variables, and HOME. */
static enum tomb_code choose(struct fixture *f, const char *const *variables)
{
	char *env[ENV_MAX + 2] = {keep(f, f->home)};
	struct aws_environment found;

	for (size_t i = 0; i < ENV_MAX && variables && variables[i]; i++)
		env[i + 1] = keep(f, variables[i]);
	aws_environment_read(env, &found);
	return source_choose(&f->backend, &found, &f->arena, &f->source, &f->err);
}

struct row {
	const char *env[ENV_MAX];
	const char *credentials; /* ~/.aws/credentials; NULL: none */
	const char *config;
	const char *profile; /* of the backend */
	enum source_kind kind;
	const char *access_key; /* of those that are there already */
};

static void check_row(struct fixture *f, const struct row *row, size_t i)
{
	f->backend.profile = tomb_str_from(row->profile ? row->profile : "");
	write_file(f, ".aws/credentials", row->credentials ? row->credentials : "", 0600);
	write_file(f, ".aws/config", row->config ? row->config : "", 0644);
	if (row->config && strstr(row->config, "secret"))
		write_file(f, ".aws/config", row->config, 0600);
	if (choose(f, row->env) != TOMB_OK)
		fail_msg("row %zu: %s", i, f->err.text);
	if (f->source.kind != row->kind)
		fail_msg("row %zu: source %d, not %d", i, (int)f->source.kind, (int)row->kind);
	if (!row->access_key)
		return;
	assert_true(source_is_local(&f->source));
	if (source_fetch(&f->source, &f->keys, &f->err) != TOMB_OK)
		fail_msg("row %zu: %s", i, f->err.text);
	if (!tomb_str_eq(credential_str(&f->keys.access_key), tomb_str_from(row->access_key)))
		fail_msg("row %zu: %.*s", i, TOMB_STR_ARG(credential_str(&f->keys.access_key)));
	assert_true(tomb_str_eq(credential_str(&f->keys.secret_key), TOMB_STR(MARKER)));
}

#define ENV_KEYS "AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=" MARKER
#define ENV_ROLE "AWS_ROLE_ARN=arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE=/t"
#define ENV_CONTAINER "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/1"
#define DEFAULT(text) "[default]\n" text

static void the_order_is_that_of_the_sdks(void **state)
{
	static const struct row rows[] = {
		/* the environment before everything */
		{{ENV_KEYS}, NULL, NULL, NULL, SOURCE_ENVIRONMENT, "ENV"},
		{{ENV_KEYS, ENV_ROLE, ENV_CONTAINER}, DEFAULT(PAIR("FILE")), DEFAULT("sso_session = x\n"), NULL,
			SOURCE_ENVIRONMENT, "ENV"},
		{{ENV_KEYS, "AWS_PROFILE=nowhere"}, NULL, NULL, NULL, SOURCE_ENVIRONMENT, "ENV"},
		/* but a backend that names a profile means it */
		{{ENV_KEYS}, "[p]\n" PAIR("P"), NULL, "p", SOURCE_PROFILE, "P"},
		{{ENV_KEYS, ENV_ROLE}, NULL, "[profile p]\ncredential_process = x\n", "p", SOURCE_PROCESS, NULL},
		/* a token before files */
		{{ENV_ROLE, ENV_CONTAINER}, DEFAULT(PAIR("FILE")), NULL, NULL, SOURCE_WEB_IDENTITY, NULL},
		{{NULL}, DEFAULT(PAIR("FILE")), DEFAULT("role_arn = r\nweb_identity_token_file = /t\n"), NULL,
			SOURCE_WEB_IDENTITY, NULL},
		/* credentials file, process, config file */
		{{ENV_CONTAINER}, DEFAULT(PAIR("FILE")), DEFAULT("credential_process = x\n" PAIR("CONFIG")), NULL,
			SOURCE_PROFILE, "FILE"},
		{{ENV_CONTAINER}, NULL, DEFAULT("credential_process = x\n" PAIR("CONFIG")), NULL, SOURCE_PROCESS, NULL},
		{{NULL}, DEFAULT("credential_process = x\n"), DEFAULT(PAIR("CONFIG")), NULL, SOURCE_PROCESS, NULL},
		{{ENV_CONTAINER}, NULL, DEFAULT(PAIR("CONFIG")), NULL, SOURCE_PROFILE, "CONFIG"},
		/* which profile */
		{{"AWS_PROFILE=p"}, DEFAULT(PAIR("D")) "[p]\n" PAIR("P"), NULL, NULL, SOURCE_PROFILE, "P"},
		{{"AWS_DEFAULT_PROFILE=p"}, DEFAULT(PAIR("D")) "[p]\n" PAIR("P"), NULL, NULL, SOURCE_PROFILE, "P"},
		{{"AWS_PROFILE=q", "AWS_DEFAULT_PROFILE=p"}, "[q]\n" PAIR("Q") "[p]\n" PAIR("P"), NULL, NULL,
			SOURCE_PROFILE, "Q"},
		{{"AWS_PROFILE=q"}, "[q]\n" PAIR("Q") "[p]\n" PAIR("P"), NULL, "p", SOURCE_PROFILE, "P"},
		{{NULL}, DEFAULT(PAIR("D")) "[p]\n" PAIR("P"), NULL, NULL, SOURCE_PROFILE, "D"},
		/* container, then instance; a default profile without keys stands in nobody's way */
		{{ENV_CONTAINER}, NULL, DEFAULT("region = x\n"), NULL, SOURCE_CONTAINER, NULL},
		{{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials"}, NULL, NULL, NULL,
			SOURCE_CONTAINER, NULL},
		{{NULL}, NULL, NULL, NULL, SOURCE_INSTANCE, NULL},
		{{"AWS_EC2_METADATA_DISABLED=false"}, NULL, DEFAULT("region = x\n"), NULL, SOURCE_INSTANCE, NULL},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		check_row(*state, &rows[i], i);
}

static void what_is_not_supported_is_refused_by_name(void **state)
{
	static const struct {
		const char *env[ENV_MAX];
		const char *credentials;
		const char *config;
		const char *profile;
		enum tomb_code code;
		const char *says;
	} rows[] = {
		{{NULL}, DEFAULT(PAIR("D")), DEFAULT("sso_session = s\n"), NULL, TOMB_UNSUPPORTED, "sso_session"},
		{{NULL}, DEFAULT(PAIR("D")), DEFAULT("sso_start_url = s\n"), NULL, TOMB_UNSUPPORTED, "sso_start_url"},
		{{NULL}, NULL, DEFAULT("sso_account_id = s\n"), NULL, TOMB_UNSUPPORTED, "credential_process = aws"},
		{{NULL}, NULL, DEFAULT("login_session = s\n"), NULL, TOMB_UNSUPPORTED, "login_session"},
		{{NULL}, DEFAULT(PAIR("D")), DEFAULT("role_arn = r\nsource_profile = b\n"), NULL, TOMB_UNSUPPORTED,
			"role_arn: assuming a role"},
		{{ENV_ROLE}, NULL, DEFAULT("role_arn = r\ncredential_source = Environment\n"), NULL, TOMB_UNSUPPORTED,
			"role_arn"},
		{{"AWS_ACCESS_KEY_ID=" MARKER}, DEFAULT(PAIR("D")), NULL, NULL, TOMB_INVAL, "one is set"},
		{{"AWS_SECRET_ACCESS_KEY=" MARKER}, DEFAULT(PAIR("D")), NULL, NULL, TOMB_INVAL, "one is set"},
		{{"AWS_PROFILE=p"}, DEFAULT(PAIR("D")), NULL, NULL, TOMB_NOTFOUND, "profile p is neither in"},
		{{NULL}, DEFAULT(PAIR("D")), NULL, "p", TOMB_NOTFOUND, "profile p is neither in"},
		{{NULL}, NULL, "[profile p]\nregion = x\n", "p", TOMB_NOTFOUND, "profile p has no keys"},
		{{"AWS_PROFILE=p"}, NULL, "[profile p]\nregion = x\n", NULL, TOMB_NOTFOUND, "profile p has no keys"},
		{{"AWS_EC2_METADATA_DISABLED=True"}, NULL, NULL, NULL, TOMB_NOTFOUND, "no keys: not in the env"},
		{{"AWS_SHARED_CREDENTIALS_FILE=/nowhere/c"}, NULL, NULL, NULL, TOMB_NOTFOUND, "/nowhere/c"},
		{{"AWS_CONFIG_FILE=/nowhere/c"}, DEFAULT(PAIR("D")), NULL, NULL, TOMB_NOTFOUND, "/nowhere/c"},
		{{"AWS_CONFIG_FILE=/dev"}, DEFAULT(PAIR("D")), NULL, NULL, TOMB_INVAL, "not a regular file"},
		{{"AWS_WEB_IDENTITY_TOKEN_FILE=/t"}, NULL, NULL, NULL, TOMB_INVAL, "set AWS_ROLE_ARN"},
		{{NULL}, NULL, DEFAULT("web_identity_token_file = /t\n"), NULL, TOMB_INVAL, "set role_arn"},
		{{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://example.org/"}, NULL, NULL, NULL, TOMB_INVAL, "169.254"},
		{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=@example.org/"}, NULL, NULL, NULL, TOMB_INVAL, "begin with"},
		{{"AWS_EC2_METADATA_SERVICE_ENDPOINT=http://x/y"}, NULL, NULL, NULL, TOMB_INVAL, "ENDPOINT: https"},
		{{NULL}, DEFAULT("x\n"), NULL, NULL, TOMB_INVAL, "credentials:2: a line is"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++) {
		enum tomb_code code = TOMB_OK;

		f->backend.profile = tomb_str_from(rows[i].profile ? rows[i].profile : "");
		write_file(f, ".aws/credentials", rows[i].credentials ? rows[i].credentials : "", 0600);
		write_file(f, ".aws/config", rows[i].config ? rows[i].config : "", 0600);
		code = choose(f, rows[i].env);
		if (code != rows[i].code || !strstr(f->err.text, rows[i].says) || strstr(f->err.text, MARKER))
			fail_msg("row %zu: %s: \"%s\" does not say \"%s\"", i, tomb_code_slug(code), f->err.text,
				rows[i].says);
	}
}

static void half_a_pair_of_keys_in_a_profile_is_refused(void **state)
{
	struct fixture *f = *state;

	write_file(f, ".aws/credentials", DEFAULT("aws_secret_access_key = " MARKER "\n"), 0600);
	write_file(f, ".aws/config", DEFAULT(PAIR("CONFIG")), 0600);
	assert_int_equal(choose(f, NULL), TOMB_OK);
	assert_int_equal(source_fetch(&f->source, &f->keys, &f->err), TOMB_INVAL);
	assert_non_null(strstr(f->err.text, ".aws/credentials: aws_access_key_id: empty"));
	write_file(f, ".aws/credentials", DEFAULT("aws_access_key_id = A\naws_secret_access_key = " MARKER " # mine\n"),
		0600);
	assert_int_equal(choose(f, NULL), TOMB_OK);
	assert_int_equal(source_fetch(&f->source, &f->keys, &f->err), TOMB_INVAL);
	assert_non_null(strstr(f->err.text, "aws_secret_access_key: a key is one line"));
	assert_null(strstr(f->err.text, MARKER));
}

static void session_tokens_come_from_where_the_keys_do(void **state)
{
	struct fixture *f = *state;

	write_file(f, ".aws/credentials", DEFAULT(PAIR("A") "aws_session_token = T1\naws_security_token = T2\n"), 0600);
	assert_int_equal(choose(f, NULL), TOMB_OK);
	assert_int_equal(source_fetch(&f->source, &f->keys, &f->err), TOMB_OK);
	assert_true(tomb_str_eq(credential_str(&f->keys.session_token), TOMB_STR("T1")));
	write_file(f, ".aws/credentials", DEFAULT(PAIR("A") "aws_security_token = T2\n"), 0600);
	write_file(f, ".aws/config", DEFAULT("aws_session_token = T3\n"), 0600);
	assert_int_equal(source_fetch(&f->source, &f->keys, &f->err), TOMB_OK);
	assert_true(tomb_str_eq(credential_str(&f->keys.session_token), TOMB_STR("T2")));
	write_file(f, ".aws/credentials", DEFAULT(PAIR("A")), 0600);
	assert_int_equal(source_fetch(&f->source, &f->keys, &f->err), TOMB_OK);
	assert_int_equal(f->keys.session_token.n, 0);
}

static void files_with_keys_must_be_private(void **state)
{
	struct fixture *f = *state;

	write_file(f, ".aws/credentials", DEFAULT(PAIR("A")), 0640);
	assert_int_equal(choose(f, NULL), TOMB_FORBIDDEN);
	assert_non_null(strstr(f->err.text, "credentials: mode 0640 lets others at the key; make it 0600"));
	write_file(f, ".aws/credentials", DEFAULT(PAIR("A")), 0400);
	assert_int_equal(choose(f, NULL), TOMB_OK);
	write_file(f, ".aws/config", DEFAULT("region = x\n"), 0644);
	assert_int_equal(choose(f, NULL), TOMB_OK);
	write_file(f, ".aws/config", DEFAULT("region = x\n"), 0664);
	assert_int_equal(choose(f, NULL), TOMB_FORBIDDEN);
	assert_non_null(strstr(f->err.text, "config: mode 0664 lets others write it"));
}

static void files_are_where_the_variables_say(void **state)
{
	static const char *const variables[] = {"AWS_SHARED_CREDENTIALS_FILE=~/mine", NULL};
	struct fixture *f = *state;

	write_file(f, "mine", DEFAULT(PAIR("MINE")), 0600);
	write_file(f, ".aws/credentials", DEFAULT(PAIR("A")), 0600);
	assert_int_equal(choose(f, variables), TOMB_OK);
	assert_int_equal(source_fetch(&f->source, &f->keys, &f->err), TOMB_OK);
	assert_true(tomb_str_eq(credential_str(&f->keys.access_key), TOMB_STR("MINE")));
}

static void keys_of_a_container_come_from_its_platform_only(void **state)
{
	static const struct {
		const char *url;
		bool good;
	} cases[] = {
		{"http://169.254.170.2/v2/credentials/x?y=z", true},
		{"http://169.254.170.23/v1/credentials", true},
		{"http://[fd00:ec2::23]/v1/credentials", true},
		{"http://localhost:8080/x", true},
		{"https://localhost:8443/x", true},
		{"http://127.0.0.1:1/", true},
		{"http://[::1]:1/", true},
		{"http://169.254.170.2", true},
		{"https://example.org/x", false},
		{"http://169.254.169.254/x", false},
		{"http://169.254.170.2:8080/x", false},
		{"http://169.254.170.2.evil.org/x", false},
		{"http://169.254.170.2@evil.org/x", false},
		{"http://evil.org\\@169.254.170.2/x", false},
		{"http://localhost.evil.org/", false},
		{"http://127.0.0.1.evil.org/", false},
		{"http://localhost:8080/x\ry", false},
		{"http://localhost:8080/x y", false},
		{"http://localhost:8080/x#y", false},
		{"ftp://localhost/x", false},
		{"file:///etc/passwd", false},
		{"//localhost/x", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		if (!source_container_rule(tomb_str_from(cases[i].url)) != cases[i].good)
			fail_msg("%s", cases[i].url);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILES(the_order_is_that_of_the_sdks),
		WITH_FILES(what_is_not_supported_is_refused_by_name),
		WITH_FILES(half_a_pair_of_keys_in_a_profile_is_refused),
		WITH_FILES(session_tokens_come_from_where_the_keys_do),
		WITH_FILES(files_with_keys_must_be_private),
		WITH_FILES(files_are_where_the_variables_say),
		cmocka_unit_test(keys_of_a_container_come_from_its_platform_only),
	};

	return cmocka_run_group_tests_name("source_choice", tests, NULL, NULL);
}
