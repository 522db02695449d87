/* Keys that are there already: key files, variables, profiles. */
#include "aws/profiles.h"

enum tomb_code source_fetch_files(const struct source *source, struct aws_keys *out, struct tomb_err *err)
{
	const struct backend *b = source->backend;

	TOMB_TRY(credential_read(b->access_key_file.p, &out->access_key, err));
	TOMB_TRY(credential_read(b->secret_key_file.p, &out->secret_key, err));
	if (b->session_token_file.n)
		return credential_read(b->session_token_file.p, &out->session_token, err);
	return TOMB_OK;
}

enum tomb_code source_fetch_environment(const struct source *source, struct aws_keys *out, struct tomb_err *err)
{
	const struct tomb_str *env = source->env.value;

	TOMB_TRY(credential_set(env[AWS_ACCESS_KEY_ID], "AWS_ACCESS_KEY_ID", &out->access_key, err));
	TOMB_TRY(credential_set(env[AWS_SECRET_ACCESS_KEY], "AWS_SECRET_ACCESS_KEY", &out->secret_key, err));
	if (env[AWS_SESSION_TOKEN].n)
		return credential_set(env[AWS_SESSION_TOKEN], "AWS_SESSION_TOKEN", &out->session_token, err);
	return TOMB_OK;
}

/* All from one file: half a pair from each would be nobody's. */
static enum tomb_code take(const struct profile *p, struct aws_keys *out, struct tomb_err *err)
{
	struct tomb_str token = p->value[PROFILE_SESSION_TOKEN];

	TOMB_TRY(credential_set(p->value[PROFILE_ACCESS_KEY_ID], "aws_access_key_id", &out->access_key, err));
	TOMB_TRY(credential_set(p->value[PROFILE_SECRET_ACCESS_KEY], "aws_secret_access_key", &out->secret_key, err));
	if (!token.n)
		token = p->value[PROFILE_SECURITY_TOKEN];
	return token.n ? credential_set(token, "aws_session_token", &out->session_token, err) : TOMB_OK;
}

enum tomb_code source_fetch_profile(const struct source *source, struct aws_keys *out, struct tomb_err *err)
{
	PROFILES_AUTO p = {.credentials = {.found = false}};
	bool from_credentials = false;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(profiles_read(source, &p, err));
	from_credentials = p.credentials.value[PROFILE_ACCESS_KEY_ID].n ||
			   p.credentials.value[PROFILE_SECRET_ACCESS_KEY].n;
	code = take(from_credentials ? &p.credentials : &p.config, out, err);
	if (code == TOMB_OK)
		return code;
	(void)tomb_err_in(err, from_credentials ? source->credentials_file.p : source->config_file.p);
	return code;
}
