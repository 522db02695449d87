/* Records in a world (world.h), made by statements, so that only what is tested is used. */
#ifndef TOMB_TEST_RECORD_RAW_H
#define TOMB_TEST_RECORD_RAW_H

#include "tombstone/record.h"
#include "world.h"

/* A record in parent, or in nothing if that is NULL. */
struct tomb_uuid record_raw_add(
	int64_t institution, enum tomb_record_kind kind, const struct tomb_uuid *parent, const char *title);

/* More of it, as a list for SQL's update: "hrid = 'in1', barcode = 'b1'". */
void record_raw_set(struct tomb_uuid id, const char *assignments);

/* By a DELETE: a deletion of its own. */
void record_raw_delete(struct tomb_uuid id);

int64_t record_raw_number(struct tomb_uuid id);

/* The one value of an expression about a record r, as text; NULL for null. */
const char *record_raw_value(struct tomb_uuid id, const char *expression);

#endif
