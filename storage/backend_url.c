#include "backend.h"
#include "tombstone/percent.h"

#include <limits.h>

/* What is before the host, and the host. */
static void put_s3_prefix(const struct backend *backend, struct tomb_buf *url)
{
	const char *host = strstr(backend->endpoint.p, "://") + 3;
	size_t scheme = (size_t)(host - backend->endpoint.p);

	tomb_buf_put(url, (struct tomb_str){backend->endpoint.p, scheme});
	if (backend_is_virtual(backend))
		tomb_buf_putf(url, "%s.%s", backend->bucket.p, host);
	else
		tomb_buf_putf(url, "%s/%s", host, backend->bucket.p);
}

enum tomb_code backend_url_prefix(
	const struct backend *backend, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO url = tomb_buf_init((size_t)4 * PATH_MAX);
	struct tomb_str text = {NULL, 0};
	struct tomb_str copy = {NULL, 0};

	if (backend->kind == BACKEND_DIRECTORY) {
		tomb_buf_put(&url, TOMB_STR("file://"));
		tomb_percent_encode_path(&url, backend->path);
	} else if (backend->kind == BACKEND_GLACIER) {
		tomb_buf_putf(
			&url, "%s/%s/vaults/%s/archives", backend->endpoint.p, backend->account_id.p, backend->vault.p);
	} else {
		put_s3_prefix(backend, &url);
	}
	tomb_buf_put(&url, TOMB_STR("/"));
	TOMB_TRY(tomb_buf_done(&url, &text, err));
	copy = tomb_arena_str(arena, text);
	if (!copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "backend %s", backend->name.p);
	*out = copy;
	return TOMB_OK;
}
