/* Inventories of a vault: whatever comes in, in pieces or not, gives the same archives, each with an id that is one. */
#include "../../storage/glacier/glacier.h"
#include "../../storage/glacier/inventory_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

struct told {
	uint64_t digest; /* of the ids, in their order */
	int64_t n;
};

static enum tomb_code tell(void *ctx, const struct tomb_store_held *held, struct tomb_err *err)
{
	struct told *t = ctx;

	(void)err;
	check(glacier_is_id(held->key) && held->size_bytes >= 0);
	for (size_t i = 0; i < held->key.n; i++)
		t->digest = t->digest * 31 + (unsigned char)held->key.p[i];
	t->digest = t->digest * 31 + ' ';
	t->n++;
	return TOMB_OK;
}

static bool read_in(const char *p, size_t n, size_t piece, struct told *told)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 18);
	struct inventory_text text = inventory_text_init(tell, told);
	struct inventory_frame frame;
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;

	for (size_t at = 0; at < n && code == TOMB_OK; at += piece)
		code = inventory_text_feed(&text, (struct tomb_str){p + at, n - at < piece ? n - at : piece}, &err);
	if (code == TOMB_OK)
		code = inventory_text_end(&text, &arena, &frame, &err);
	check(code == TOMB_OK || (code == TOMB_CORRUPT && err.text[0] != '\0'));
	check(text.archives >= told->n);
	inventory_text_fini(&text);
	return code == TOMB_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told whole = {.n = 0};
	struct told pieces = {.n = 0};
	size_t piece = size ? 1 + data[0] % 13 : 1;
	bool good = read_in((const char *)data, size, size ? size : 1, &whole);

	check(read_in((const char *)data, size, piece, &pieces) == good);
	check(whole.n == pieces.n && whole.digest == pieces.digest);
	return 0;
}
