/* A tomb_read_fn over bytes in memory, in small pieces, that can be made to fail. */
#ifndef BYTE_SOURCE_H
#define BYTE_SOURCE_H

#include "tombstone/read.h"
#include "tombstone/str.h"

struct byte_source {
	struct tomb_str left;
	bool fails_at_end; /* IO instead of the end */
};

enum tomb_code byte_source_read(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err);

#endif
