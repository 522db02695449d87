#include "aws/keys_json.h"

#include "tombstone/json_reader.h"
#include "tombstone/time.h"

struct found {
	int64_t version;
	struct tomb_str code;
	struct tomb_str access_key;
	struct tomb_str secret_key;
	struct tomb_str session_token;
	struct tomb_str token;
	struct tomb_str expiration;
};

static const struct tomb_json_field fields[] = {
	{TOMB_JSON_FIELD("Version", struct found, INT, version), .min = 0, .max = INT32_MAX},
	{TOMB_JSON_FIELD("Code", struct found, STR, code), .max = 256},
	{TOMB_JSON_FIELD("AccessKeyId", struct found, STR, access_key), .max = CREDENTIAL_MAX},
	{TOMB_JSON_FIELD("SecretAccessKey", struct found, STR, secret_key), .max = CREDENTIAL_MAX},
	{TOMB_JSON_FIELD("SessionToken", struct found, STR, session_token), .max = CREDENTIAL_MAX},
	{TOMB_JSON_FIELD("Token", struct found, STR, token), .max = CREDENTIAL_MAX},
	{TOMB_JSON_FIELD("Expiration", struct found, STR, expiration), .max = 64},
};

static enum tomb_code parse(struct tomb_str text, struct tomb_arena *arena, struct found *out, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_err ignored; /* it quotes the text */

	if (tomb_json_doc_parse(text, KEYS_JSON_MAX, &doc, &ignored) != TOMB_OK)
		return TOMB_FAIL(err, ignored.code == TOMB_NOMEM ? TOMB_NOMEM : TOMB_STORE_DENIED,
			"the answer is not JSON of at most %d bytes", KEYS_JSON_MAX);
	if (tomb_json_read_some(tomb_json_doc_root(doc), fields, TOMB_COUNTOF(fields), arena, out, &ignored) != TOMB_OK)
		return TOMB_FAIL(err, ignored.code == TOMB_NOMEM ? TOMB_NOMEM : TOMB_STORE_DENIED,
			"the answer's members are not those of keys");
	return TOMB_OK;
}

static enum tomb_code take(struct tomb_str text, const char *what, struct credential *out, struct tomb_err *err)
{
	if (credential_set(text, what, out, err) == TOMB_OK)
		return TOMB_OK;
	err->code = TOMB_STORE_DENIED;
	return err->code;
}

static enum tomb_code take_keys(
	const struct found *f, enum keys_json_form form, struct aws_keys *out, struct tomb_err *err)
{
	struct tomb_str token = form == KEYS_JSON_PROCESS ? f->session_token : f->token;
	struct tomb_err ignored;

	if (form == KEYS_JSON_PROCESS && f->version != 1)
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "Version is not 1, the only one there is");
	if (form == KEYS_JSON_INSTANCE && !tomb_str_eq(f->code, TOMB_STR("Success")))
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "Code is not Success: look at the role of the instance");
	TOMB_TRY(take(f->access_key, "AccessKeyId", &out->access_key, err));
	TOMB_TRY(take(f->secret_key, "SecretAccessKey", &out->secret_key, err));
	if (token.n || form != KEYS_JSON_PROCESS)
		TOMB_TRY(take(token, form == KEYS_JSON_PROCESS ? "SessionToken" : "Token", &out->session_token, err));
	if (f->expiration.n == 0 && form == KEYS_JSON_PROCESS)
		return TOMB_OK; /* they never end */
	if (tomb_time_parse(f->expiration, &out->expires_us, &ignored) != TOMB_OK || out->expires_us <= 0)
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "Expiration is not a date of RFC 3339");
	return TOMB_OK;
}

enum tomb_code keys_json_read(
	struct tomb_str text, enum keys_json_form form, struct aws_keys *out, struct tomb_err *err)
{
	TOMB_ARENA_SECRET_AUTO arena = tomb_arena_init((size_t)8 * CREDENTIAL_MAX);
	struct found f = {.code = TOMB_STR(""),
		.access_key = TOMB_STR(""),
		.secret_key = TOMB_STR(""),
		.session_token = TOMB_STR(""),
		.token = TOMB_STR(""),
		.expiration = TOMB_STR("")};

	TOMB_TRY(parse(text, &arena, &f, err));
	return take_keys(&f, form, out, err);
}
