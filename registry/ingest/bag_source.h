/* Where the files of a bag are: a folder or a tar. */
#ifndef TOMB_BAG_SOURCE_H
#define TOMB_BAG_SOURCE_H

#include "tombstone/arena.h"
#include "tombstone/time.h"

/* One thing in the bag, not yet judged. */
struct tomb_bag_found {
	struct tomb_str path; /* relative to the bag's folder; "" is that folder; borrowed until the next call */
	const char *refusal;  /* why it is not ingested: "a symbolic link"; NULL for a plain file or a folder */
	bool is_folder;
	int64_t size_bytes;
	int64_t modified_us;
};

/* Anything else than the years 1 to 9999 is a lie of the file system: the nearest end of them. */
static inline int64_t tomb_bag_source_time(int64_t seconds, long nanoseconds)
{
	if (seconds < TOMB_TIME_MIN / 1000000)
		return TOMB_TIME_MIN;
	return seconds >= TOMB_TIME_MAX / 1000000 ? TOMB_TIME_MAX : seconds * 1000000 + nanoseconds / 1000;
}

/* Members are met one by one, from the first; read goes on in the member that next has found. */
struct tomb_bag_source {
	const struct tomb_bag_source_ops *ops;
};

struct tomb_bag_source_ops {
	enum tomb_code (*rewind)(struct tomb_bag_source *s, struct tomb_err *err);
	enum tomb_code (*next)(struct tomb_bag_source *s, struct tomb_bag_found *out, bool *more, struct tomb_err *err);
	enum tomb_code (*read)(struct tomb_bag_source *s, void *buf, size_t cap, size_t *n, struct tomb_err *err);
	struct tomb_str (*name)(const struct tomb_bag_source *s); /* of the bag's folder; known after a whole pass */
	void (*close)(struct tomb_bag_source *s);
};

enum tomb_code tomb_bag_source_dir(
	const char *path, struct tomb_arena *arena, struct tomb_bag_source **out, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_bag_source_tar(
	const char *path, struct tomb_arena *arena, struct tomb_bag_source **out, struct tomb_err *err) TOMB_MUST_USE;

#endif
