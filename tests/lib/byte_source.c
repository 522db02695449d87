#include "byte_source.h"

enum { PIECE = 1000 }; /* bytes: smaller than any buffer */

enum tomb_code byte_source_read(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct byte_source *source = arg;
	size_t most = cap < PIECE ? cap : PIECE;

	if (source->left.n == 0 && source->fails_at_end)
		return TOMB_FAIL(err, TOMB_IO, "the source broke");
	*n = source->left.n < most ? source->left.n : most;
	if (*n)
		memcpy(buf, source->left.p, *n);
	source->left.p += *n;
	source->left.n -= *n;
	return TOMB_OK;
}
