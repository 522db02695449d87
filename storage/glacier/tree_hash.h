/* The tree hash of Glacier: SHA-256 of each MiB, and then of each two neighbours, until one is left. */
#ifndef STORAGE_GLACIER_TREE_HASH_H
#define STORAGE_GLACIER_TREE_HASH_H

#include "tombstone/digest.h"

enum { TREE_HASH_LEVELS = 44 }; /* 2^44 MiB are past what a size in bytes can say */

struct tree_hash {
	struct tomb_digest *leaf;
	size_t leaf_bytes;
	uint64_t leaves; /* its bits say which nodes are there */
	uint8_t node[TREE_HASH_LEVELS][TOMB_SHA256_SIZE];
};

enum tomb_code tree_hash_init(struct tree_hash *tree, struct tomb_err *err) TOMB_MUST_USE;
void tree_hash_update(struct tree_hash *tree, struct tomb_str bytes);

/* Of everything since the start; the last thing to be done with it but tree_hash_fini(). */
void tree_hash_final(struct tree_hash *tree, uint8_t out[static TOMB_SHA256_SIZE]);
void tree_hash_fini(struct tree_hash *tree);

#endif
