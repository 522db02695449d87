/* Keys as programs and services give them, JSON and XML: what is accepted is whole, and errors do not quote. */
#include "../../storage/aws/answer_sts.h"
#include "../../storage/aws/keys_json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static bool is_printable(const struct credential *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->text[i] <= ' ' || c->text[i] >= 127)
			return false;
	return c->n < CREDENTIAL_MAX;
}

static void check_keys(enum tomb_code code, const struct aws_keys *keys, bool must_end, const struct tomb_err *err)
{
	if (code != TOMB_OK) {
		check(code == TOMB_STORE_DENIED || code == TOMB_NOMEM);
		check(err->text[0] != '\0' && !strstr(err->text, "SECRET"));
		return;
	}
	check(keys->access_key.n && keys->secret_key.n);
	check(is_printable(&keys->access_key) && is_printable(&keys->secret_key) && is_printable(&keys->session_token));
	check(keys->expires_us >= 0 && (!must_end || (keys->expires_us && keys->session_token.n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tomb_str text = {(const char *)data, size};
	struct aws_keys *keys = calloc(1, sizeof *keys);
	char code[ANSWER_STS_CODE_MAX];

	check(keys != NULL);
	for (int form = KEYS_JSON_PROCESS; form <= KEYS_JSON_INSTANCE; form++) {
		struct tomb_err err = {.text = ""};

		memset(keys, 0, sizeof *keys);
		check_keys(keys_json_read(text, (enum keys_json_form)form, keys, &err), keys, form != KEYS_JSON_PROCESS,
			&err);
	}
	{
		struct tomb_err err = {.text = ""};

		memset(keys, 0, sizeof *keys);
		check_keys(answer_sts_keys(text, keys, &err), keys, true, &err);
	}
	answer_sts_code(text, code);
	check(strlen(code) < sizeof code);
	free(keys);
	return 0;
}
