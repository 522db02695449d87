#include "glacier/inventory_text.h"

#include "glacier/glacier.h"

struct inventory_text inventory_text_init(tomb_store_held_fn *fn, void *ctx)
{
	return (struct inventory_text){
		.fn = fn,
		.ctx = ctx,
		.piece = tomb_buf_init(INVENTORY_LINE_MAX),
		.frame = tomb_buf_init(INVENTORY_FRAME_MAX),
	};
}

void inventory_text_fini(struct inventory_text *t)
{
	tomb_buf_fini(&t->piece);
	tomb_buf_fini(&t->frame);
}

enum tomb_code inventory_text_tell(struct inventory_text *t, const struct tomb_store_held *held, struct tomb_err *err)
{
	if (!glacier_is_id(held->key))
		return TOMB_FAIL(
			err, TOMB_CORRUPT, "archive %lld of the inventory has no id", (long long)t->archives + 1);
	if (held->size_bytes < 0 || held->size_bytes > INT64_MAX - t->bytes)
		return TOMB_FAIL(err, TOMB_CORRUPT, "archive %.*s has no size", TOMB_STR_ARG(held->key));
	t->archives++;
	t->bytes += held->size_bytes;
	return t->fn(t->ctx, held, err);
}

static enum tomb_code take_line(struct inventory_text *t, struct tomb_err *err)
{
	struct tomb_str line = {NULL, 0};
	enum tomb_code code = tomb_buf_done(&t->piece, &line, err);

	if (code == TOMB_TOOBIG)
		return TOMB_FAIL(err, TOMB_CORRUPT, "line %lld of the inventory is longer than %d bytes",
			(long long)t->archives + 2, INVENTORY_LINE_MAX);
	TOMB_TRY(code);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	TOMB_TRY(inventory_csv_line(t, line, err));
	tomb_buf_reset(&t->piece);
	return TOMB_OK;
}

static enum tomb_code feed_csv(struct inventory_text *t, struct tomb_str bytes, struct tomb_err *err)
{
	while (bytes.n) {
		const char *end = memchr(bytes.p, '\n', bytes.n);
		size_t n = end ? (size_t)(end - bytes.p) : bytes.n;

		tomb_buf_put(&t->piece, (struct tomb_str){bytes.p, n});
		if (end || t->piece.broken != TOMB_OK)
			TOMB_TRY(take_line(t, err));
		n += end ? 1 : 0;
		bytes = (struct tomb_str){bytes.p + n, bytes.n - n};
	}
	return TOMB_OK;
}

enum tomb_code inventory_text_feed(struct inventory_text *t, struct tomb_str bytes, struct tomb_err *err)
{
	if (bytes.n == 0)
		return TOMB_OK;
	if (t->form == INVENTORY_UNKNOWN)
		t->form = bytes.p[0] == '{' ? INVENTORY_JSON : INVENTORY_CSV;
	return t->form == INVENTORY_JSON ? inventory_json_feed(t, bytes, err) : feed_csv(t, bytes, err);
}

enum tomb_code inventory_text_end(
	struct inventory_text *t, struct tomb_arena *arena, struct inventory_frame *out, struct tomb_err *err)
{
	if (t->form == INVENTORY_JSON)
		return inventory_json_end(t, arena, out, err);
	if (t->piece.n) /* a last line without its end: the sender of the bytes has said that they are all */
		TOMB_TRY(take_line(t, err));
	if (!t->has_titles)
		return TOMB_FAIL(err, TOMB_CORRUPT, "the inventory is empty: it has not even its titles");
	*out = (struct inventory_frame){TOMB_STR(""), 0};
	return TOMB_OK;
}
