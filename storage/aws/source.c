#include "aws/source.h"

#include "aws/sigv4.h"
#include "backend_rule.h"
#include "tombstone/secret.h"

#include <stdio.h>

static const struct kind {
	const char *name; /* in errors */
	source_fetch_fn *fetch;
	bool is_local;
} kinds[] = {
	[SOURCE_FILES] = {"key files", source_fetch_files, true},
	[SOURCE_ENVIRONMENT] = {"environment", source_fetch_environment, true},
	[SOURCE_WEB_IDENTITY] = {"web identity", source_fetch_web_identity, false},
	[SOURCE_PROFILE] = {"profile", source_fetch_profile, true},
	[SOURCE_PROCESS] = {"credential_process", source_fetch_process, false},
	[SOURCE_CONTAINER] = {"container", source_fetch_container, false},
	[SOURCE_INSTANCE] = {"instance metadata", source_fetch_instance, false},
};
_Static_assert(TOMB_COUNTOF(kinds) == SOURCE_KIND_MAX, "every kind is known");

bool source_is_local(const struct source *source)
{
	return kinds[source->kind].is_local;
}

enum tomb_code source_fetch(const struct source *source, struct aws_keys *out, struct tomb_err *err)
{
	char where[64];
	enum tomb_code code = TOMB_OK;

	tomb_wipe(out, sizeof *out);
	code = kinds[source->kind].fetch(source, out, err);
	if (code == TOMB_OK && out->secret_key.n > SIGV4_SECRET_MAX)
		code = TOMB_FAIL(err, TOMB_INVAL, "the secret key is longer than %d bytes", SIGV4_SECRET_MAX);
	if (code == TOMB_OK || source->kind == SOURCE_FILES)
		return code;
	(void)snprintf(where, sizeof where, "keys from the %s", kinds[source->kind].name);
	return tomb_err_in(err, where);
}

const char *source_endpoint_rule(struct tomb_str endpoint)
{
	return endpoint.n ? backend_rule_endpoint(endpoint) : "empty";
}
