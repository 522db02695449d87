#include "glacier/tree_hash.h"

enum { LEAF_BYTES = 1 << 20 };

enum tomb_code tree_hash_init(struct tree_hash *tree, struct tomb_err *err)
{
	*tree = (struct tree_hash){.leaf = NULL};
	return tomb_digest_new(&tree->leaf, TOMB_SHA256, err);
}

void tree_hash_fini(struct tree_hash *tree)
{
	tomb_digest_free(tree->leaf);
}

static void join(const uint8_t left[TOMB_SHA256_SIZE], uint8_t node[TOMB_SHA256_SIZE])
{
	uint8_t both[2 * TOMB_SHA256_SIZE];

	memcpy(both, left, TOMB_SHA256_SIZE);
	memcpy(both + TOMB_SHA256_SIZE, node, TOMB_SHA256_SIZE);
	tomb_sha256((struct tomb_str){(const char *)both, sizeof both}, node);
}

/* Like adding one to a number in binary: each carry joins two neighbours. */
static void end_leaf(struct tree_hash *tree)
{
	uint8_t node[TOMB_DIGEST_SIZE_MAX];
	size_t level = 0;
	size_t n = 0;

	tomb_digest_final(tree->leaf, node, &n);
	while (tree->leaves & (UINT64_C(1) << level))
		join(tree->node[level++], node);
	memcpy(tree->node[level], node, TOMB_SHA256_SIZE);
	tree->leaves++;
	tree->leaf_bytes = 0;
}

void tree_hash_update(struct tree_hash *tree, struct tomb_str bytes)
{
	while (bytes.n) {
		size_t room = LEAF_BYTES - tree->leaf_bytes;
		size_t n = bytes.n < room ? bytes.n : room;

		tomb_digest_update(tree->leaf, (struct tomb_str){bytes.p, n});
		tree->leaf_bytes += n;
		if (tree->leaf_bytes == LEAF_BYTES)
			end_leaf(tree);
		bytes = (struct tomb_str){bytes.p + n, bytes.n - n};
	}
}

/* A node without a neighbour goes up as it is. */
void tree_hash_final(struct tree_hash *tree, uint8_t out[static TOMB_SHA256_SIZE])
{
	bool has_any = false;

	if (tree->leaf_bytes || tree->leaves == 0)
		end_leaf(tree);
	for (size_t level = 0; level < TREE_HASH_LEVELS; level++) {
		if (!(tree->leaves & (UINT64_C(1) << level)))
			continue;
		if (has_any)
			join(tree->node[level], out);
		else
			memcpy(out, tree->node[level], TOMB_SHA256_SIZE);
		has_any = true;
	}
}
