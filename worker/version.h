/* Which version of its key a copy is, in a bucket that has versions. */
#ifndef WORKER_VERSION_H
#define WORKER_VERSION_H

#include "batch.h"

struct tomb_version_choice {
	bool nothing; /* the key has no version with bytes */
	struct tomb_str
		refusal; /* why none of them may be deleted, for people; "" if one was chosen or there is none */
	struct tomb_str version_id; /* the copy; "" otherwise */
	struct tomb_str *markers;   /* ids of the delete markers over it */
	size_t nmarkers;
};

/*
 * The recorded version, or, where none was recorded, the one that has the recorded size and ETag.  Nothing is chosen
 * unless it is the only one with bytes: whoever put another one is not Tombstone, and a file with such a copy is not
 * the file that people agreed to delete.  list is what tomb_store_versions_many() said of its key; nothing of it is
 * borrowed.  NOMEM.
 */
enum tomb_code tomb_version_choose(const struct tomb_batch_copy *copy, const struct tomb_version *list, size_t n,
	struct tomb_arena *arena, struct tomb_version_choice *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
