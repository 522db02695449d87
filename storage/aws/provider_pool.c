#include "aws/provider.h"

/* Does everything that decides about the keys agree? */
static bool is_same_source(const struct backend *a, const struct backend *b)
{
	if (a->key_chain != b->key_chain)
		return false;
	if (!a->key_chain)
		return tomb_str_eq(a->access_key_file, b->access_key_file) &&
		       tomb_str_eq(a->secret_key_file, b->secret_key_file) &&
		       tomb_str_eq(a->session_token_file, b->session_token_file);
	return tomb_str_eq(a->profile, b->profile) && tomb_str_eq(a->region, b->region);
}

enum tomb_code aws_providers_get(
	struct aws_providers *providers, const struct backend *backend, struct aws_provider **out, struct tomb_err *err)
{
	struct aws_provider *fresh = NULL;

	for (size_t i = 0; i < providers->n; i++)
		if (is_same_source(providers->backend[i], backend)) {
			*out = providers->at[i];
			return TOMB_OK;
		}
	if (providers->n == BACKENDS_MAX)
		return TOMB_FAIL(err, TOMB_BUG, "more than %d sources of keys", BACKENDS_MAX);
	TOMB_TRY(aws_provider_open(backend, &fresh, err));
	providers->backend[providers->n] = backend;
	providers->at[providers->n++] = fresh;
	*out = fresh;
	return TOMB_OK;
}

void aws_providers_close(struct aws_providers *providers)
{
	for (size_t i = 0; i < providers->n; i++)
		aws_provider_close(providers->at[i]);
	providers->n = 0;
}
