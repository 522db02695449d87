/* Numbers from text: bounds are part of the call. */
#ifndef TOMB_PARSE_H
#define TOMB_PARSE_H

#include "tombstone/str.h"

/* True if all of text is a decimal number in min..max; only then is *out written.  No spaces, no "+", no other bases;
 * leading zeros are fine. */
bool tomb_parse_i64(struct tomb_str text, int64_t min, int64_t max, int64_t *out) TOMB_MUST_USE;
bool tomb_parse_u64(struct tomb_str text, uint64_t min, uint64_t max, uint64_t *out) TOMB_MUST_USE;

#endif
