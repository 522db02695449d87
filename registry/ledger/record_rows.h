/* Records by their numbers, in the order of these; what scope may not see is left out. */
#ifndef TOMB_RECORD_ROWS_H
#define TOMB_RECORD_ROWS_H

#include "tombstone/record.h"

/* Without payloads. */
enum tomb_code tomb_record_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s numbers, struct tomb_arena *arena,
	struct tomb_record **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif
