/* A set of keys, by 64-bit hashes of bucket and key: 16 to 32 bytes each, and no way to get one out again. */
#ifndef NULL_SEEN_H
#define NULL_SEEN_H

#include "tombstone/str.h"

#include <stdint.h>

struct null_seen;

struct null_seen *null_seen_new(void);

/* name is bucket/key as it is, not encoded.  Both end the program if there is no memory. */
uint64_t null_seen_hash(uint64_t so_far, struct tomb_str name); /* so_far: 0, or the hash of what stands before it */
void null_seen_add(struct null_seen *seen, uint64_t hash);
bool null_seen_has(const struct null_seen *seen, uint64_t hash);

#endif
