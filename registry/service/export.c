#include "export.h"

enum tomb_code tomb_export_begin(struct tomb_exports *exports, struct tomb_export *out, struct tomb_err *err)
{
	if (atomic_fetch_add(&exports->running, 1) >= TOMB_EXPORTS_AT_ONCE) {
		(void)atomic_fetch_sub(&exports->running, 1);
		return TOMB_FAIL(err, TOMB_BUSY, "%d downloads are being made already: try again in a minute",
			TOMB_EXPORTS_AT_ONCE);
	}
	out->of = exports;
	return TOMB_OK;
}

void tomb_export_end(struct tomb_export *export)
{
	if (export->of)
		(void)atomic_fetch_sub(&export->of->running, 1);
	export->of = NULL;
}

enum tomb_code tomb_export_cursor(struct tomb_str next, char out[static TOMB_EXPORT_CURSOR], struct tomb_err *err)
{
	if (next.n >= TOMB_EXPORT_CURSOR)
		return TOMB_FAIL(err, TOMB_BUG, "a cursor of %zu bytes", next.n);
	memcpy(out, next.p, next.n);
	out[next.n] = '\0';
	return TOMB_OK;
}
