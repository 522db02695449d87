#include "s3/address.h"

#include "tombstone/percent.h"
#include "tombstone/store.h"

enum tomb_code s3_address_path(const struct backend *backend, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_str *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO path = tomb_buf_init(TOMB_STORE_URL_MAX);
	struct tomb_str text = {NULL, 0};
	bool has_bucket = !backend_is_virtual(backend);

	tomb_buf_put(&path, TOMB_STR("/"));
	if (has_bucket)
		tomb_buf_put(&path, backend->bucket);
	if (has_bucket && key.n)
		tomb_buf_put(&path, TOMB_STR("/"));
	tomb_percent_encode_path(&path, key);
	TOMB_TRY(tomb_buf_done(&path, &text, err));
	text = tomb_arena_str(arena, text);
	if (!text.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a request");
	*out = text;
	return TOMB_OK;
}
