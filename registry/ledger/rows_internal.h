/* Rows by their ids, in the order of these; what scope may not see is left out. */
#ifndef TOMB_ROWS_INTERNAL_H
#define TOMB_ROWS_INTERNAL_H

#include "tombstone/file.h"
#include "tombstone/premis_event.h"
#include "tombstone/work_item.h"

enum tomb_code tomb_object_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_object **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE; /* with counts */
enum tomb_code tomb_file_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_file **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE; /* with fixity */
enum tomb_code tomb_premis_event_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_premis_event **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_work_item_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_work_item **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif
