/* What a bag says about the object that it becomes. */
#ifndef TOMB_INGEST_LABEL_H
#define TOMB_INGEST_LABEL_H

#include "tombstone/bag.h"
#include "tombstone/ingest_record.h"

/*
 * The label, from aptrust-info.txt and bag-info.txt; its strings live as long as the bag, or for ever.  *option is what
 * the bag says of storage, or empty.  INVAL for an access right that does not exist, TOOBIG for a value over its limit.
 */
enum tomb_code ingest_label_read(const struct tomb_bag *bag, struct tomb_ingest_label *out, struct tomb_str *option,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
