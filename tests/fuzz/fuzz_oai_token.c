/* Resumption tokens: any text is refused, unless it was signed; what was signed is read back as it was. */
#include "../../registry/service/oai/token.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct tomb_oai_token_key key = {{7}};

static void check_refused(struct tomb_str text, struct tomb_arena *arena)
{
	struct tomb_oai_token out;
	struct tomb_err err = {.text = ""};

	assert(tomb_oai_token_read(&key, text, TOMB_OAI_LIST_RECORDS, 0, arena, &out, &err) == TOMB_INVAL);
	assert(err.text[0] != '\0');
}

static void check_read_back(struct tomb_str set, struct tomb_arena *arena)
{
	struct tomb_oai_token in = {.verb = TOMB_OAI_LIST_IDENTIFIERS, .set = set, .cursor = 3, .expires_us = 1};
	struct tomb_oai_token out;
	struct tomb_err err;
	char text[TOMB_OAI_TOKEN_TEXT];

	(void)tomb_oai_token_text(&key, &in, text);
	assert(tomb_oai_token_read(&key, tomb_str_from(text), TOMB_OAI_LIST_IDENTIFIERS, 0, arena, &out, &err) ==
		TOMB_OK);
	assert(tomb_str_eq(out.set, set) && out.cursor == 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_str text = {size ? (const char *)data : "", size};

	check_refused(text, &arena);
	if (size <= TOMB_OAI_TOKEN_SET_MAX)
		check_read_back(text, &arena);
	return 0;
}
