#include "aws/profiles.h"

#include <strings.h>

enum { PROCESS_TIMEOUT_MS = 60000 }; /* a credential_process may ask a person's hardware, or a slow server */

static const char sso_advice[] = "single sign-on is not supported";
static const char login_advice[] = "\"aws login\" sessions are not supported";
static const char role_advice[] = "assuming a role from other keys is not supported";

/* The AWS command line can turn all of these into what we do know. */
static enum tomb_code refuse(const struct source *s, enum profile_key key, const char *why, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_UNSUPPORTED,
		"profile %.*s has %s: %s; make a profile with credential_process = aws configure export-credentials "
		"--profile %.*s --format process, and name that one",
		TOMB_STR_ARG(s->profile), profile_key_name(key), why, TOMB_STR_ARG(s->profile));
}

static enum tomb_code keep(struct tomb_str text, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str copy = tomb_arena_str(arena, text);

	if (!copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "settings of keys");
	*out = copy;
	return TOMB_OK;
}

static bool has(const struct source *s, enum aws_variable variable)
{
	return s->env.value[variable].n > 0;
}

/* Keys in the environment.  A backend that names a profile means that profile. */
static enum tomb_code try_environment(struct source *s, bool *done, struct tomb_err *err)
{
	if (s->backend->profile.n || (!has(s, AWS_ACCESS_KEY_ID) && !has(s, AWS_SECRET_ACCESS_KEY)))
		return TOMB_OK;
	if (!has(s, AWS_ACCESS_KEY_ID) || !has(s, AWS_SECRET_ACCESS_KEY))
		return TOMB_FAIL(err, TOMB_INVAL,
			"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: one is set, the other is not; set both or none");
	s->kind = SOURCE_ENVIRONMENT;
	*done = true;
	return TOMB_OK;
}

static void name_profile(struct source *s)
{
	static const struct tomb_str preset = {"default", 7};
	const struct tomb_str *env = s->env.value;

	s->profile = s->backend->profile.n        ? s->backend->profile
		     : env[AWS_PROFILE].n         ? env[AWS_PROFILE]
		     : env[AWS_DEFAULT_PROFILE].n ? env[AWS_DEFAULT_PROFILE]
						  : preset;
	s->is_named = s->profile.p != preset.p;
}

static enum tomb_code try_web_identity(
	struct source *s, const struct profiles *p, struct tomb_arena *arena, bool *done, struct tomb_err *err)
{
	bool from_env = !s->backend->profile.n && has(s, AWS_WEB_IDENTITY_TOKEN_FILE);
	struct tomb_str token = profiles_value(p, PROFILE_WEB_IDENTITY_TOKEN_FILE);

	if (!from_env && !token.n)
		return TOMB_OK;
	*done = true;
	s->kind = SOURCE_WEB_IDENTITY;
	if (from_env) { /* one place for all three: no mixture is anybody */
		s->token_file = s->env.value[AWS_WEB_IDENTITY_TOKEN_FILE];
		s->role_arn = s->env.value[AWS_ROLE_ARN];
		s->session_name = s->env.value[AWS_ROLE_SESSION_NAME];
	} else {
		TOMB_TRY(keep(token, arena, &s->token_file, err));
		TOMB_TRY(keep(profiles_value(p, PROFILE_ROLE_ARN), arena, &s->role_arn, err));
		TOMB_TRY(keep(profiles_value(p, PROFILE_ROLE_SESSION_NAME), arena, &s->session_name, err));
	}
	if (!s->role_arn.n)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: a web identity token needs a role: set %s",
			from_env ? "AWS_WEB_IDENTITY_TOKEN_FILE" : s->token_file.p,
			from_env ? "AWS_ROLE_ARN" : "role_arn");
	return TOMB_OK;
}

static enum tomb_code refuse_sso(const struct source *s, const struct profiles *p, struct tomb_err *err)
{
	for (int key = PROFILE_SSO_SESSION; key <= PROFILE_SSO_ROLE_NAME; key++)
		if (profiles_value(p, (enum profile_key)key).n)
			return refuse(s, (enum profile_key)key, sso_advice, err);
	return TOMB_OK;
}

/* Everything that a profile may say, in the order of botocore. */
static enum tomb_code try_profile(struct source *s, struct tomb_arena *arena, bool *done, struct tomb_err *err)
{
	PROFILES_AUTO p = {.credentials = {.found = false}};

	TOMB_TRY(profiles_locate(s, arena, err));
	TOMB_TRY(profiles_read(s, &p, err));
	if (s->is_named && !p.credentials.found && !p.config.found)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "profile %.*s is neither in %s nor in %s",
			TOMB_STR_ARG(s->profile), s->credentials_file.p, s->config_file.p);
	if (profiles_value(&p, PROFILE_ROLE_ARN).n && !profiles_value(&p, PROFILE_WEB_IDENTITY_TOKEN_FILE).n)
		return refuse(s, PROFILE_ROLE_ARN, role_advice, err);
	TOMB_TRY(try_web_identity(s, &p, arena, done, err));
	if (*done)
		return TOMB_OK;
	TOMB_TRY(refuse_sso(s, &p, err));
	s->kind = SOURCE_PROFILE;
	*done = p.credentials.value[PROFILE_ACCESS_KEY_ID].n || p.credentials.value[PROFILE_SECRET_ACCESS_KEY].n;
	if (*done)
		return TOMB_OK;
	if (profiles_value(&p, PROFILE_LOGIN_SESSION).n)
		return refuse(s, PROFILE_LOGIN_SESSION, login_advice, err);
	*done = true;
	if (profiles_value(&p, PROFILE_CREDENTIAL_PROCESS).n)
		s->kind = SOURCE_PROCESS;
	else
		*done = p.config.value[PROFILE_ACCESS_KEY_ID].n || p.config.value[PROFILE_SECRET_ACCESS_KEY].n;
	if (!*done && s->is_named)
		return TOMB_FAIL(
			err, TOMB_NOTFOUND, "profile %.*s has no keys and no way to get any", TOMB_STR_ARG(s->profile));
	return TOMB_OK;
}

static enum tomb_code choose_container(struct source *s, struct tomb_arena *arena, struct tomb_err *err)
{
	TOMB_BUF_AUTO url = tomb_buf_init(4096); /* a URL in a variable is never longer */
	struct tomb_str text = s->env.value[AWS_CONTAINER_CREDENTIALS_FULL_URI];
	const char *broken = NULL;

	s->kind = SOURCE_CONTAINER;
	if (has(s, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)) {
		text = s->env.value[AWS_CONTAINER_CREDENTIALS_RELATIVE_URI];
		if (text.p[0] != '/')
			return TOMB_FAIL(
				err, TOMB_INVAL, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a /");
		tomb_buf_put(&url, TOMB_STR("http://169.254.170.2"));
	}
	tomb_buf_put(&url, text);
	TOMB_TRY(tomb_buf_done(&url, &text, err));
	broken = source_container_rule(text);
	if (broken)
		return TOMB_FAIL(err, TOMB_INVAL, "the address of the container's keys: %s", broken);
	return keep(text, arena, &s->endpoint, err);
}

static enum tomb_code choose_instance(struct source *s, struct tomb_err *err)
{
	struct tomb_str mode = s->env.value[AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE];
	const char *broken = NULL;

	s->kind = SOURCE_INSTANCE;
	if (strcasecmp(s->env.value[AWS_EC2_METADATA_DISABLED].p, "true") == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND,
			"no keys: not in the environment, not in profile %.*s, no container's, and "
			"AWS_EC2_METADATA_DISABLED is true; or name access_key_file and secret_key_file",
			TOMB_STR_ARG(s->profile));
	s->endpoint = strcasecmp(mode.p, "ipv6") == 0 ? TOMB_STR("http://[fd00:ec2::254]")
						      : TOMB_STR("http://169.254.169.254");
	if (has(s, AWS_EC2_METADATA_SERVICE_ENDPOINT))
		s->endpoint = s->env.value[AWS_EC2_METADATA_SERVICE_ENDPOINT];
	if (s->endpoint.n && s->endpoint.p[s->endpoint.n - 1] == '/')
		s->endpoint.n--;
	broken = source_endpoint_rule(s->endpoint);
	if (broken)
		return TOMB_FAIL(err, TOMB_INVAL, "AWS_EC2_METADATA_SERVICE_ENDPOINT: %s", broken);
	return TOMB_OK;
}

enum tomb_code source_choose(const struct backend *backend, const struct aws_environment *env, struct tomb_arena *arena,
	struct source *out, struct tomb_err *err)
{
	struct source s = {.backend = backend, .env = *env, .process_timeout_ms = PROCESS_TIMEOUT_MS};
	bool done = !backend->key_chain;

	s.kind = SOURCE_FILES;
	if (!done)
		TOMB_TRY(try_environment(&s, &done, err));
	name_profile(&s);
	if (!done)
		TOMB_TRY(try_profile(&s, arena, &done, err));
	if (!done && (has(&s, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) || has(&s, AWS_CONTAINER_CREDENTIALS_FULL_URI)))
		TOMB_TRY(choose_container(&s, arena, err));
	else if (!done)
		TOMB_TRY(choose_instance(&s, err));
	*out = s;
	return TOMB_OK;
}
