#include "aws/provider.h"

#include "aws/sigv4.h"
#include "tombstone/secret.h"

/* Lies in pages that no core dump holds. */
struct aws_provider {
	struct tomb_secret_pages pages; /* these */
	const struct backend *backend;
	struct aws_keys keys;
	struct aws_keys fresh; /* while they are fetched */
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
	TOMB_SECRET_PAGES_AUTO pages = {NULL, 0};
	struct aws_provider *provider = NULL;

	TOMB_TRY(tomb_secret_pages_map(sizeof *provider, &pages, err));
	provider = pages.p;
	provider->backend = backend;
	TOMB_TRY(read_keys(backend, &provider->keys, err));
	provider->pages = pages;
	pages.p = NULL;
	*out = provider;
	return TOMB_OK;
}

void aws_provider_close(struct aws_provider *provider)
{
	struct tomb_secret_pages pages = {NULL, 0};

	if (!provider)
		return;
	pages = provider->pages;
	tomb_secret_pages_fini(&pages);
}

enum tomb_code aws_provider_keys(
	struct aws_provider *provider, int64_t now_us, const struct aws_keys **out, struct tomb_err *err)
{
	(void)now_us;
	(void)err;
	*out = &provider->keys;
	return TOMB_OK;
}

static bool is_same_key(const struct credential *a, const struct credential *b)
{
	return tomb_secret_eq(credential_str(a), credential_str(b));
}

enum tomb_code aws_provider_renew(struct aws_provider *provider, int64_t now_us, struct tomb_err *err)
{
	struct aws_keys *keys = &provider->keys;
	struct aws_keys *fresh = &provider->fresh;

	(void)now_us;
	tomb_wipe(fresh, sizeof *fresh);
	if (read_keys(provider->backend, fresh, err) != TOMB_OK) {
		err->code = TOMB_STORE_DENIED;
		return err->code;
	}
	if (is_same_key(&keys->access_key, &fresh->access_key) && is_same_key(&keys->secret_key, &fresh->secret_key) &&
		is_same_key(&keys->session_token, &fresh->session_token))
		return TOMB_FAIL(err, TOMB_STORE_DENIED,
			"%s: still the keys that the store refused; put new ones there",
			provider->backend->access_key_file.p);
	*keys = *fresh;
	tomb_wipe(fresh, sizeof *fresh);
	return TOMB_OK;
}
