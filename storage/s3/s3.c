#include "store_kind.h"

enum tomb_code s3_open(
	const struct backend *backend, struct tomb_arena *arena, struct tomb_store **out, struct tomb_err *err)
{
	(void)arena;
	(void)out;
	return TOMB_FAIL(err, TOMB_UNSUPPORTED, "backend %s: kind s3 is not in this version", backend->name.p);
}
