/* Deleted records, at the address that they had.  Spec: records.md 2.7, N-30. */
#ifndef TOMB_RECORD_GONE_H
#define TOMB_RECORD_GONE_H

#include "tombstone/record.h"
#include "view.h"

/* What anybody may know: 410.  NOTFOUND unless the record is deleted. */
enum tomb_code tomb_record_gone_show(struct tomb_view *v, struct tomb_err *err) TOMB_MUST_USE;

/* The same for those who may read what it was; for others as above. */
enum tomb_code tomb_record_gone_tell(
	struct tomb_view *v, const struct tomb_record *record, struct tomb_err *err) TOMB_MUST_USE;

#endif
