/* The files of a bag, by name. */
#ifndef TOMB_BAG_TABLE_H
#define TOMB_BAG_TABLE_H

#include "tombstone/arena.h"
#include "tombstone/bag.h"

struct tomb_bag_file {
	struct tomb_bag_file *next; /* in the order of the listing */
	struct tomb_str path;       /* as a manifest spells it, or as found */
	struct tomb_str key;
	uint64_t hash;
	int64_t size_bytes;
	int64_t modified_us;
	uint8_t *digests;  /* bag->digest_size bytes; NULL until the listing is done */
	unsigned known;    /* algorithms whose digest is in digests */
	unsigned declared; /* algorithms by which a manifest lists it */
	unsigned pass;     /* the last pass that met it */
	enum tomb_bag_kind kind;
};

struct tomb_bag_table {
	struct tomb_bag_file **slot;
	size_t slots; /* a power of two, or 0 */
	size_t n;
	uint64_t seed;
};

/* IO when the kernel has no random bytes: names must not be able to collide on purpose. */
enum tomb_code tomb_bag_table_init(struct tomb_bag_table *t, struct tomb_err *err) TOMB_MUST_USE;
struct tomb_bag_file *tomb_bag_table_find(const struct tomb_bag_table *t, struct tomb_str key);

/* Adds file, whose key is set and is not there yet.  The arena holds table and files alike. */
enum tomb_code tomb_bag_table_add(struct tomb_bag_table *t, struct tomb_arena *arena, struct tomb_bag_file *file,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
