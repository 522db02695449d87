/* Several JSON objects as one. */
#ifndef TOMB_JSON_MERGE_H
#define TOMB_JSON_MERGE_H

#include "tombstone/str.h"

/*
 * Appends to out one object that has the members of all n texts, in the order in which they come: where two texts have
 * an object under the same key, those are merged too, at every depth.  INVAL, naming the key, if one is in two texts
 * and not an object in both, and for a text that is no JSON object; NOMEM.
 */
enum tomb_code tomb_json_merge(
	const struct tomb_str *texts, size_t n, struct tomb_buf *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
