#include "openapi.h"

#include "openapi.embed.h"
#include "tombstone/json_merge.h"

#include <assert.h>

enum { DOCUMENT_MAX = 2 * 1024 * 1024, PARTS_MAX = 16 }; /* some hundred operations of some kilobytes each */

enum tomb_code tomb_openapi_init(
	struct tomb_openapi *out, struct tomb_routes routes, struct tomb_arena *arena, struct tomb_err *err)
{
	TOMB_BUF_AUTO written = tomb_buf_init(DOCUMENT_MAX);
	TOMB_BUF_AUTO whole = tomb_buf_init(DOCUMENT_MAX);
	struct tomb_openapi made;
	struct tomb_str parts[PARTS_MAX];
	size_t n = 0;

	assert(service_openapi_count < PARTS_MAX); /* one place is for what the routes say */
	for (; n < service_openapi_count; n++)
		parts[n] = service_openapi[n].data;
	TOMB_TRY(tomb_openapi_put_routes(&written, routes, err));
	TOMB_TRY(tomb_buf_done(&written, &parts[n++], err));
	TOMB_TRY(tomb_json_merge(parts, n, &whole, err));
	made.text = tomb_arena_str(arena, (struct tomb_str){whole.p, whole.n});
	if (!made.text.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "the OpenAPI document");
	tomb_etag_of(made.text, made.etag);
	*out = made;
	return TOMB_OK;
}
