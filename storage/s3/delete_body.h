/* The body of a DeleteObjects request. */
#ifndef STORAGE_S3_DELETE_BODY_H
#define STORAGE_S3_DELETE_BODY_H

#include "tombstone/store.h"

/*
 * Can XML 1.0 carry the key?  It cannot carry what is not UTF-8, nor U+0000 to U+001F but for tab, LF and CR, nor
 * U+FFFE and U+FFFF, not even as references: one such key makes a server refuse the whole batch.
 */
bool delete_body_can_carry(struct tomb_str key);

/* How many of its bytes come before the first that XML cannot carry. */
size_t delete_body_carries(struct tomb_str key);

/* Appends the document for targets[which[0..n]].  With etags only if conditional, and then not beside a version. */
void delete_body_put(
	const struct tomb_target *targets, const size_t *which, size_t n, bool conditional, struct tomb_buf *out);

#endif
