#include "aws/provider.h"

#include "aws/sigv4.h"

#include <stdlib.h>

struct aws_provider {
	struct aws_keys keys;
};

static enum tomb_code read_keys(const struct backend *b, struct aws_keys *keys, struct tomb_err *err)
{
	TOMB_TRY(credential_read(b->access_key_file.p, &keys->access_key, err));
	TOMB_TRY(credential_read(b->secret_key_file.p, &keys->secret_key, err));
	if (keys->secret_key.n > SIGV4_SECRET_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: longer than %d bytes", b->secret_key_file.p, SIGV4_SECRET_MAX);
	if (b->session_token_file.n)
		return credential_read(b->session_token_file.p, &keys->session_token, err);
	return TOMB_OK;
}

enum tomb_code aws_provider_open(const struct backend *backend, struct aws_provider **out, struct tomb_err *err)
{
	struct aws_provider *provider = calloc(1, sizeof *provider);
	enum tomb_code code = TOMB_OK;

	if (!provider)
		return TOMB_FAIL(err, TOMB_NOMEM, "keys");
	code = read_keys(backend, &provider->keys, err);
	if (code != TOMB_OK)
		aws_provider_close(provider);
	else
		*out = provider;
	return code;
}

void aws_provider_close(struct aws_provider *provider)
{
	if (!provider)
		return;
	credential_wipe(&provider->keys.access_key);
	credential_wipe(&provider->keys.secret_key);
	credential_wipe(&provider->keys.session_token);
	free(provider);
}

enum tomb_code aws_provider_keys(
	struct aws_provider *provider, int64_t now_us, const struct aws_keys **out, struct tomb_err *err)
{
	(void)now_us;
	(void)err;
	*out = &provider->keys;
	return TOMB_OK;
}
